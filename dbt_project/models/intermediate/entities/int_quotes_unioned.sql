{{ union_of('quotes', 'quote_id', holds_back=true) }}
