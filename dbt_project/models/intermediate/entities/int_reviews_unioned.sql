{{ union_of('reviews', 'review_id', holds_back=true) }}
