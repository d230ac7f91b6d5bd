{#- Work items: of whom they are, and whether they are done. -#}

{#- Tasks of files and tables: who is named by an id is meant in the source that has the record (`reference_source`). -#}
{% macro mapped_tasks() -%}
    {%- set references = ['contact_id', 'company_id', 'deal_id'] -%}
    select
        {%- for column in crm360.columns_of('tasks', 'task_id') if column not in references %}
        {{ column }},
        {%- endfor %}
        {%- for column in references %}
        coalesce(reference_source, source) || substring({{ column }}, length(source) + 1) as {{ column }},
        {%- endfor %}
        stream,
        parse_errors
    from ({{ crm360.mapped_entity('tasks', 'task_id') }}) as told
{%- endmacro %}

{#- Whether a task is done: by the source's own flag, else by what its status means, else by its time of completion. -#}
{% macro is_task_done() -%}
    coalesce(is_done, {{ crm360.status_meaning('tasks', 'status') }} = 'done', completed_at is not null)
{%- endmacro %}

{#- SQL: what is still to be done for each customer. -#}
{% macro open_tasks_of_customers() %}
    select
        customer_id,
        count(*) as count_of_open_tasks,
        count(*) filter (where is_overdue) as count_of_overdue_tasks,
        min(due_on) as next_task_due_on
    from {{ ref('tasks') }}
    where
        is_open
        and customer_id is not null
    group by customer_id
{% endmacro %}
