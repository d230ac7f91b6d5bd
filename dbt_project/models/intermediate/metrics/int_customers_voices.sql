-- One row per customer who wrote a review.
select
    customer_id,
    count(*) as count_of_reviews,
    {{ average('rating_of_100') }} as average_review_score,
    max(reviewed_at) as last_review_at
from {{ ref('reviews') }}
where customer_id is not null
group by customer_id
