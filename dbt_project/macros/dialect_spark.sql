{#-
    Spark's side of dialect.sql: Spark 4, ANSI mode, times without a zone, session on UTC (orchestration/engines/spark_session.py
    sets it so). Three functions that Spark has not, or has otherwise, are DuckDB's own, run in Spark's Python workers:
    crm360_jaro, crm360_without_accents, crm360_composed.
-#}

{#- Backslashes are escapes in a literal of Spark. -#}
{% macro spark__quoted(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}

{% macro spark__without(columns) -%}except ({{ columns }}){%- endmacro %}

{#- A pattern as Java reads it: scripts are called \p{IsLatin}, and the end is \z, for $ is also before a last line's end. -#}
{% macro spark_pattern(pattern) -%}
    {%- set java = modules.re.sub('\\\\p\\{([A-Z][a-z]{2,})\\}', '\\\\p{Is\\1}', pattern) -%}
    {%- if java.endswith('$') and not java.endswith('\\$') -%}
        {%- set java = java[:-1] ~ '\\z' -%}
    {%- endif -%}
    {{ crm360.quoted(java) }}
{%- endmacro %}

{#- Spark makes a double of a bare number in JSON before it is text (123456789.1234 → 1.234567891234E8): so numbers outside
    strings are put in quotes first. \G: only right behind the match before, so never inside a string. -#}
{% macro spark_exact_json(text) -%}
    regexp_replace({{ text }}, {{ crm360.quoted('\\G((?:"(?:[^"\\\\]++|\\\\.)*+"|[^"0-9-]++)*+)(-?[0-9][0-9.eE+-]*+)') }}, '$1"$2"')
{%- endmacro %}

{% macro spark__open_json(text, shape) -%}
    from_json({{ crm360.spark_exact_json(text) }}, {{ crm360.quoted(crm360.spark_json_shape(shape)) }})
{%- endmacro %}

{% macro spark_json_shape(shape) -%}
    {%- if shape is string -%}
        STRING
    {%- elif shape is mapping and 'each' in shape -%}
        ARRAY<{{ crm360.spark_json_shape(shape['each']) }}>
    {%- elif shape is mapping -%}
        STRUCT<{%- for name, inner in shape.items() -%}`{{ name }}`: {{ crm360.spark_json_shape(inner) }}{{ ', ' if not loop.last }}{%- endfor -%}>
    {%- else -%}
        STRUCT<{%- for name in shape -%}`{{ name }}`: STRING{{ ', ' if not loop.last }}{%- endfor -%}>
    {%- endif -%}
{%- endmacro %}

{#- A key, or a list of keys that lead into the object, as a JSON path. -#}
{% macro spark_json_path(key) -%}
    $ {%- for step in ([key] if key is string else key) -%}['{{ step }}']{%- endfor -%}
{%- endmacro %}

{% macro spark__json_values(text, keys) -%}
    {%- set chosen = [] -%}
    {%- for key in keys if crm360.is_chosen(key) -%}{%- do chosen.append(key) -%}{%- endfor -%}
    {{ 'concat(' if chosen }}transform(array({{ crm360.spark_exact_json(text) }}), told -> array(
        {%- for key in keys if key not in chosen -%}
            get_json_object(told, {{ crm360.quoted(crm360.spark_json_path(key)) }}){{ ', ' if not loop.last }}
        {%- endfor -%}
    ))[0]
    {%- if chosen %}, array(
        {%- for key in chosen %}{{ crm360.json_at(text, crm360.chosen_steps(key)) }}{{ ', ' if not loop.last }}{% endfor -%}
    )){% endif -%}
{%- endmacro %}

{% macro spark__json_at(text, path) -%}
    {%- set shape = namespace(of='text', read='told') -%}
    {%- for step in path | reverse -%}
        {%- if step is mapping -%}
            {%- set inner = shape.of if shape.of is mapping else {} -%}
            {%- do inner.update({step.key: 'text'}) -%}
            {%- set shape.of = {step.list: {'each': inner}} -%}
        {%- else -%}
            {%- set shape.of = {step: shape.of} -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for step in path -%}
        {%- if step is mapping -%}
            {%- set shape.read = 'get(filter(' ~ shape.read ~ '.`' ~ step.list ~ '`, e -> e.`' ~ step.key ~ '` = '
                ~ crm360.quoted(step.value) ~ '), 0)' -%}
        {%- else -%}
            {%- set shape.read = shape.read ~ '.`' ~ step ~ '`' -%}
        {%- endif -%}
    {%- endfor -%}
    transform(array({{ crm360.spark__open_json(text, shape.of) }}), told -> {{ shape.read }})[0]
{%- endmacro %}

{% macro spark__json_is_number(text, key) -%}
    coalesce(
        schema_of_variant(try_variant_get(try_parse_json({{ text }}), {{ crm360.quoted(crm360.spark_json_path(key)) }}, 'variant'))
        rlike '^(BIGINT|DOUBLE|DECIMAL)',
        false
    )
{%- endmacro %}

{#- Spark reads '12:30:00' as today, and '2026-07' as its first day: only what begins with a whole date counts. -#}
{% macro spark__iso_moment(text) -%}
    case
        when {{ crm360.matches(text, '^\\s*[0-9]{4}[-/][0-9]{1,2}[-/][0-9]') }}
            then cast(try_cast(regexp_replace({{ crm360.nullif_blank(text) }}, '^([0-9]{4})/([0-9]{1,2})/', '$1-$2-') as timestamp_ltz) as timestamp_ntz)
    end
{%- endmacro %}

{% macro spark__iso_date(text) -%}
    {%- set begin = 'substring(' ~ crm360.nullif_blank(text) ~ ', 1, 10)' -%}
    case
        when {{ crm360.matches(begin, '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}$') }}
            then try_cast(regexp_replace({{ begin }}, '^([0-9]{4})/([0-9]{1,2})/', '$1-$2-') as date)
    end
{%- endmacro %}

{#- Of the hour that clocks show twice the later one, as in DuckDB; Spark takes the first. -#}
{% macro spark__utc_of_zone(moment, zone) -%}
    {%- set first = 'convert_timezone(' ~ crm360.quoted(zone) ~ ", 'UTC', " ~ moment ~ ')' -%}
    case
        when convert_timezone('UTC', {{ crm360.quoted(zone) }}, {{ first }} + interval '1' hour) = {{ moment }}
            then {{ first }} + interval '1' hour
        else {{ first }}
    end
{%- endmacro %}

{% macro spark__local_time(moment, zone) -%}
    convert_timezone('UTC', {{ crm360.quoted(zone) }}, {{ moment }})
{%- endmacro %}

{% macro spark__utc_of_source(text) -%}
    case
        {%- for source, zone in var('time_zones', {}).items() %}
        when source = {{ crm360.quoted(source) }}
            then {{ crm360.plausible(crm360.utc_of_zone(crm360.iso_moment(text), zone)) }}
        {%- endfor %}
        when true then {{ crm360.utc(text) }}
    end
{%- endmacro %}

{#- strptime's letters as Java writes them; `%z` is any offset. -#}
{% macro spark__by_format(text, format, zone) -%}
    {%- set letters = {
        'Y': 'yyyy', 'y': 'yy', 'm': 'M', 'd': 'd', 'H': 'H', 'I': 'h', 'M': 'm', 'S': 's', 'p': 'a', 'b': 'MMM', 'B': 'MMMM',
        'a': 'E', 'A': 'EEEE', 'f': 'SSSSSS', 'z': '[XXX][XX][X]', '%': '%'
    } -%}
    {%- set java = namespace(format='') -%}
    {%- for part in modules.re.findall('%.|[A-Za-z]+|[^A-Za-z%]', format) -%}
        {%- set java.format = java.format ~ (letters[part[1]] if part[0] == '%' else "'" ~ part ~ "'" if part[0].isalpha() else part) -%}
    {%- endfor -%}
    {%- if '%z' in format -%}
        {%- set read = 'cast(try_to_timestamp(' ~ text ~ ', ' ~ crm360.quoted(java.format) ~ ') as timestamp_ntz)' -%}
    {%- else -%}
        {%- set read = 'cast(try_to_timestamp(' ~ text ~ ', ' ~ crm360.quoted(java.format) ~ ') as timestamp_ntz)' -%}
        {%- if zone != 'UTC' and ('%H' in format or '%I' in format) -%}
            {%- set read = crm360.utc_of_zone(read, zone) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if '%Y' in format -%}
        case when {{ crm360.matches(text, '[0-9]{4}') }} then {{ read }} end
    {%- else -%}
        {{ read }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__from_epoch(text) -%}
    {%- set seconds = 'try_cast(round(try_cast(' ~ crm360.nullif_blank(text) ~ ' as decimal(38, 9))) as bigint)' -%}
    case
        when {{ seconds }} between -62135596800 and 253402300799 then cast(timestamp_seconds({{ seconds }}) as timestamp_ntz)
    end
{%- endmacro %}

{% macro spark__epoch_as_text(text, unit) -%}
    {%- set whole = 'try_cast(' ~ text ~ ' as bigint)' -%}
    {%- set factor = {'s': 1000000, 'ms': 1000, 'us': 1}[unit] -%}
    case
        when {{ whole }} between 0 and {{ 253402300799000000 // factor }}
            then cast(cast(timestamp_micros({{ whole }} * {{ factor }}) as timestamp_ntz) as string)
        else {{ text }}
    end
{%- endmacro %}

{% macro spark__query_value(url, name) -%}
    {%- set told = "regexp_extract(" ~ url ~ ", '[?&]" ~ name ~ "=([^&#]*)', 1)" -%}
    nullif(coalesce(try_url_decode({{ told }}), replace({{ told }}, '+', ' ')), '')
{%- endmacro %}

{% macro spark__iso_weekday(moment) -%}
    cast(extract(dayofweek_iso from {{ moment }}) as bigint)
{%- endmacro %}

{% macro spark__trimmed(text) -%}
    trim(both '{{ ' \\t\\n\\r\u00a0\u200b\ufeff' }}' from {{ text }})
{%- endmacro %}

{#- \1 is $1 in Java. -#}
{% macro spark__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ crm360.spark_pattern(pattern) }}, {{ crm360.quoted(replacement | replace('\\', '$')) }})
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    ({{ text }} rlike {{ crm360.spark_pattern(pattern) }})
{%- endmacro %}

{% macro spark__found_all(text, pattern) -%}
    regexp_extract_all({{ text }}, {{ crm360.spark_pattern(pattern) }}, 1)
{%- endmacro %}

{% macro spark__without_accents(text) -%}
    crm360_without_accents({{ text }})
{%- endmacro %}

{% macro spark__composed(text) -%}
    crm360_composed({{ text }})
{%- endmacro %}

{% macro spark__first_of(array) -%}
    get({{ array }}, 0)
{%- endmacro %}

{% macro spark__second_of(array) -%}
    get({{ array }}, 1)
{%- endmacro %}

{% macro spark__nth_of(array, place) -%}
    get({{ array }}, {{ place - 1 }})
{%- endmacro %}

{% macro spark__each() -%}
    explode
{%- endmacro %}

{% macro spark__series(first, last) -%}
    sequence({{ first }}, {{ last }})
{%- endmacro %}

{#- Several listagg of distinct values break Spark's planner: they are joined out of a set, in their own order. -#}
{% macro spark__joined_in_order(value, between, order) -%}
    {%- if value.startswith('distinct ') -%}
        nullif(array_join(array_sort(collect_set({{ value.removeprefix('distinct ') }})), {{ crm360.quoted(between) }}), '')
    {%- else -%}
        listagg({{ value }}, {{ crm360.quoted(between) }}) within group (order by {{ order }})
    {%- endif -%}
{%- endmacro %}

{% macro spark__next_known(column) -%}
    lead({{ column }}) ignore nulls
{%- endmacro %}

{% macro spark__first_known(value) -%}
    first_value({{ value }}) ignore nulls
{%- endmacro %}

{% macro spark__summed(array, path) -%}
    case
        when size(filter(
            {{ array }}, e -> {{ crm360.nullif_blank('e.' ~ path) }} is not null and {{ crm360.as_decimal('e.' ~ path) }} is null
        )) > 0 then 'unreadable'
        else cast(aggregate(
            filter(transform({{ array }}, e -> {{ crm360.as_decimal('e.' ~ path) }}), e -> e is not null),
            cast(null as decimal(38, 4)),
            (sum, e) -> cast(coalesce(sum, 0) + e as decimal(38, 4))
        ) as string)
    end
{%- endmacro %}

{#- flatten gives null where one of the arrays is. -#}
{% macro spark__flattened(array, path) -%}
    flatten(filter(transform({{ array }}, e -> e.{{ path }}), e -> e is not null))
{%- endmacro %}

{% macro spark__those_with(array, condition) -%}
    filter({{ array }}, e -> {{ condition }})
{%- endmacro %}

{% macro spark__array_to_text(array, between) -%}
    array_join({{ array }}, {{ crm360.quoted(between) }})
{%- endmacro %}

{% macro spark__array_concat_agg(array) -%}
    flatten(collect_list({{ array }}))
{%- endmacro %}

{% macro spark__null_and_distinct(array) -%}
    concat(array(null), coalesce(array_distinct(filter({{ array }}, e -> e is not null)), array()))
{%- endmacro %}

{% macro spark__packed(fields) -%}
    named_struct({%- for field in fields %}'{{ field }}', {{ field }}{{ ', ' if not loop.last }}{% endfor -%})
{%- endmacro %}

{#- A quotient of decimals is a double in DuckDB: at a tie another one than Spark's decimal. So it is a double here, too, and its
    last digit is rounded as DuckDB does it. -#}
{% macro spark__quotient(above, below, type) -%}
    {%- set digits = modules.re.findall('[0-9]+', type)[-1] | int -%}
    cast(
        cast(round(cast({{ above }} as double) / cast({{ below }} as double) * {{ 10 ** digits }}) as decimal(28, 0))
        * cast({{ '0.' ~ '0' * (digits - 1) }}1 as decimal({{ digits }}, {{ digits }})) as {{ type }}
    )
{%- endmacro %}

{#- In whole ten-thousandths, whose sum and median are exact. -#}
{% macro spark__average(number, condition) -%}
    {%- set among = ' filter (where ' ~ condition ~ ')' if condition else '' -%}
    {{ crm360.spark__quotient('sum(' ~ number ~ ')' ~ among ~ ' * 10000', '(count(' ~ number ~ ')' ~ among ~ ' * 10000)', 'decimal(18, 4)') }}
{%- endmacro %}

{% macro spark__middle(number, condition) -%}
    cast(
        cast(median(cast({{ number }} * 10000 as bigint)) {{- ' filter (where ' ~ condition ~ ')' if condition }} as bigint)
        * cast(0.0001 as decimal(4, 4)) as decimal(18, 4)
    )
{%- endmacro %}

{#- In whole ten-thousandths, as in DuckDB; there is no division of whole numbers beyond bigint. -#}
{% macro spark__prorated(amount, part, whole) -%}
    {%- set product = '(cast((' ~ amount ~ ') * 10000 as decimal(19, 0)) * cast((' ~ part ~ ') * 10000 as decimal(19, 0)))' -%}
    {%- set divisor = 'cast((' ~ whole ~ ') * 10000 as decimal(38, 0))' -%}
    cast(
        cast(({{ product }} - {{ product }} % {{ divisor }}) / {{ divisor }} as decimal(34, 0)) * cast(0.0001 as decimal(4, 4))
        as decimal(18, 4)
    )
{%- endmacro %}

{#- Swaps of neighbours are not counted by levenshtein: it counts each as two. So one text, and the other with one swap, or
    both with one swap each; asked where DuckDB asks (dialect.sql), so that both find the same. -#}
{% macro spark__edits_within(a, b, most) -%}
    (
        abs(length({{ a }}) - length({{ b }})) <= {{ most }}
        and (
            levenshtein({{ a }}, {{ b }}) <= {{ most }}
            or (
                {{ crm360.jaro() }}({{ a }}, {{ b }})
                >= 1 - {{ 0.34 if most == 1 else 1.1 }} / nullif(least(length({{ a }}), length({{ b }})), 0)
                and levenshtein({{ a }}, {{ b }}) <= {{ 2 * most }}
                and (
                    exists({{ crm360.spark_swapped(a) }}, swapped -> levenshtein(swapped, {{ b }}) <= {{ most - 1 }})
                    {%- if most > 1 %}
                    or exists({{ crm360.spark_swapped(b) }}, swapped -> levenshtein({{ a }}, swapped) <= {{ most - 1 }})
                    or arrays_overlap({{ crm360.spark_swapped(a) }}, {{ crm360.spark_swapped(b) }})
                    {%- endif %}
                )
            )
        )
    )
{%- endmacro %}

{#- All texts that one swap of neighbours makes of this one, which has two letters or more. -#}
{% macro spark_swapped(text) -%}
    transform(
        sequence(1, length({{ text }}) - 1),
        i -> concat(substring({{ text }}, 1, i - 1), substring({{ text }}, i + 1, 1), substring({{ text }}, i, 1), substring({{ text }}, i + 2))
    )
{%- endmacro %}

{#- Spark's own jaro_winkler_similarity counts half transpositions and gives a bonus below 0.7: other pairs would be one. -#}
{% macro spark__jaro() -%}
    crm360_jaro
{%- endmacro %}

{% macro spark__fingerprint(text) -%}
    xxhash64({{ text }})
{%- endmacro %}

{#- xxhash64 passes over nulls: whether each is there is told beside it. -#}
{% macro spark__row_fingerprint(columns) -%}
    xxhash64({% for column in columns %}{{ column }}, {{ column }} is null{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro spark__rows_fingerprint(columns) -%}
    coalesce(bit_xor({{ crm360.row_fingerprint(columns) }}), 0)
{%- endmacro %}

{% macro spark__fingerprint_type() -%}
    bigint
{%- endmacro %}

{% macro spark__xor_of(a, b) -%}
    ({{ a }} ^ {{ b }})
{%- endmacro %}

{% macro spark__proper_case(text) -%}
    array_join(
        transform(
            regexp_extract_all({{ text }}, {{ crm360.quoted('[\\p{L}\\p{M}]+|[^\\p{L}\\p{M}]+') }}, 0),
            part -> concat(upper(substring(part, 1, 1)), lower(substring(part, 2)))
        ), ''
    )
{%- endmacro %}

{#- dbt-spark's own gives null for a timestamp without a zone. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, cast({{ interval }} as int), {{ from_date_or_timestamp }})
{%- endmacro %}

{#- Boundaries that lie between, as DuckDB counts; Spark counts whole units. -#}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'month' -%}
        cast(
            (extract(year from {{ second_date }}) - extract(year from {{ first_date }})) * 12
            + extract(month from {{ second_date }}) - extract(month from {{ first_date }}) as bigint
        )
    {%- elif datepart in ['hour', 'minute', 'second'] -%}
        cast(timestampdiff({{ datepart }}, date_trunc('{{ datepart }}', {{ first_date }}), date_trunc('{{ datepart }}', {{ second_date }})) as bigint)
    {%- else -%}
        cast(datediff(cast({{ second_date }} as date), cast({{ first_date }} as date)) as bigint)
    {%- endif -%}
{%- endmacro %}
