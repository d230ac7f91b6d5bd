{% test key(model, column_name) %}
-- Fails for each row without a value, and for each value that more than one row has.
select {{ column_name }}
from {{ model }}
where {{ column_name }} is null
union all
select {{ column_name }}
from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endtest %}
