{{ mapped_entity('quotes', 'quote_id') }}
