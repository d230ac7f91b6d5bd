{{ mapped_entity('reviews', 'review_id') }}
