{#-
    Spark's side of incremental_strategies.sql. A table of Parquet files knows no delete: rows replace rows by writing those that stay and
    those of tonight into a new table, which then takes the name. So what stood before is whole until the last moment.
-#}

{% materialization incremental, adapter='spark', supported_languages=['sql', 'python'] %}
    {%- set language = model['language'] -%}
    {%- set existing = load_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set tonight = target_relation if existing is none else this.incorporate(path={'identifier': this.identifier ~ '__tonight'}, type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none -%}{%- do adapter.drop_relation(tonight) -%}{%- endif -%}
    {%- call statement('main', language=language) -%}
        {{ create_table_as(False, tonight, compiled_code, language) }}
    {%- endcall -%}
    {%- if existing is not none -%}
        {%- set next = this.incorporate(path={'identifier': this.identifier ~ '__next'}, type='table') -%}
        {%- do adapter.drop_relation(next) -%}
        {%- call statement('next') -%}
            {{ crm360.spark_rows_together(next, existing, tonight) }}
        {%- endcall -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- call statement('rename') -%} alter table {{ next }} rename to {{ this }} {%- endcall -%}
        {%- do adapter.drop_relation(tonight) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- A view of another night's session is gone with it: what others read after dbt must be a table. -#}
{% materialization view, adapter='spark' %}
    {%- do return(materialization_table_spark()) -%}
{% endmaterialization %}

{#- A table of the kept rows that stay, and tonight's; in tonight's columns, of which a kept row may lack some. -#}
{% macro spark_rows_together(next, existing, tonight) -%}
    {%- set columns = adapter.get_columns_in_relation(tonight) -%}
    {%- set known = adapter.get_columns_in_relation(existing) | map(attribute='name') | list %}
    create table {{ next }} using parquet as
    select
        {%- for column in columns %}
        {{ 'kept.' ~ column.name if column.name in known else 'cast(null as ' ~ column.dtype ~ ') as ' ~ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ existing }} as kept
    where {{ crm360.spark_stays(config.get('incremental_strategy'), config.get('unique_key')) }}
    union all
    select {{ columns | map(attribute='name') | join(', ') }} from {{ tonight }}
{%- endmacro %}

{#- Whether a kept row stays, by the strategies of incremental_strategies.sql. -#}
{% macro spark_stays(strategy, unique_key) -%}
    {%- set standing = this.incorporate(path={'identifier': 'int_identity_run'}) -%}
    {%- set gone = crm360.rows_that_go(strategy) -%}
    not (select is_full_refresh from {{ standing }})
    {%- if strategy == 'of_rescored_pairs' %}
    and not ({{ crm360.is_rescored_pair(this.incorporate(path={'identifier': gone})) }})
    {%- elif strategy == 'of_customers' %}
    and not ({{ crm360.is_customer_anew(this.incorporate(path={'identifier': gone})) }})
    {%- elif gone is not none %}
    {%- for column in ([unique_key] if unique_key is string else unique_key) %}
    and not exists (
        select 1 from {{ this.incorporate(path={'identifier': gone}) }} as gone
        where gone.{{ 'record_number' if column in ('number_a', 'number_b') else column }} = kept.{{ column }}
    )
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- A Python model is its code and the name of its table: orchestration/engines/spark_build.py runs it. -#}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if language == 'python' -%}
{{ compiled_code }}
TARGET = '{{ relation }}'
    {%- else -%}
    {%- set select = crm360.spark_steps_worked_out(compiled_code, config.get('meta', {}).get('steps', [])) -%}
    create table {{ relation }} using parquet as
    {%- if config.get('contract').enforced %}
    {{ get_assert_columns_equivalent(select) }}
    {{ get_select_subquery(select) }}
    {%- else %}
    {{ select }}
    {%- endif %}
    {%- endif -%}
{%- endmacro %}

{#- Spark puts a CTE in the place of each of its names. Where steps name the one before several times, its plan has no end: so
    those that a model lists (meta: {steps: […]}) are tables of the session's own schema, one made of the other. Returns what is
    left to select. -#}
{% macro spark_steps_worked_out(code, steps) -%}
    {%- if not steps -%}{{ return(code) }}{%- endif -%}
    {%- set held = [] -%}
    {%- for cte in modules.re.split('(?m)^(?=\\w+ as \\($)', code)[1:] -%}
        {%- do held.append(cte) -%}
        {%- set name = cte.split(' ')[0] -%}
        {%- if name in steps -%}
            {%- do run_query('drop table if exists default.' ~ name) -%}
            {%- do run_query('create table default.' ~ name ~ ' using parquet as with ' ~ (held | join('')).strip().rstrip(',') ~ ' select * from ' ~ name) -%}
            {%- do held.clear() -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('with ' ~ held | join('')) }}
{%- endmacro %}

{#- Parquet files know no constraints; the models' tests and suites ask for what they say. -#}
{% macro spark__persist_constraints(relation, model) -%}
{%- endmacro %}

{#- dbt-spark's own writes an empty cell as the text None, and breaks at an apostrophe. Each column's type is declared, so each
    cell is a text. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- for rows in agate_table.rows | batch(1000) -%}
        {%- set sql -%}
            insert into {{ this.render() }} values
            {% for row in rows -%}
                (
                {%- for name in agate_table.column_names -%}
                    cast({{ 'null' if row[name] is none else crm360.quoted(row[name]) }} as {{ types.get(name, 'string') }}){{ ', ' if not loop.last }}
                {%- endfor -%}
                ){{ ', ' if not loop.last }}
            {%- endfor %}
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endfor -%}
    {{ return('') }}
{% endmacro %}
