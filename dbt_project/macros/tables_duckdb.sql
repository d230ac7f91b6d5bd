{#-
    A table takes the place of the one before in one transaction: it is dropped, and made anew under its name. dbt-duckdb makes it
    under another name, renames twice and drops after that, because other databases must; of a small table's time that is a third.
    A Python model writes by a connection of its own, so it still takes its name by a renaming.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set language = model['language'] -%}
    {%- set standing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set written = target_relation if language == 'sql' else make_intermediate_relation(target_relation) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if language == 'python' -%}{%- do adapter.drop_relation(written) -%}{%- endif -%}
    {%- call statement('main', language=language) -%}
        {%- if language == 'sql' and standing is not none -%}
        drop {{ standing.type }} {{ standing }};
        {%- endif %}
        {{ create_table_as(False, written, compiled_code, language) }}
    {%- endcall -%}
    {%- if language == 'python' -%}
        {%- if standing is not none -%}{%- do adapter.drop_relation(standing) -%}{%- endif -%}
        {%- do adapter.rename_relation(written, target_relation) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
