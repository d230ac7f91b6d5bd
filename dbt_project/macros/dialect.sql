{#-
    Everything in which DuckDB and Spark differ, and nothing else: JSON, UTC times, patterns, accents.
    A new engine needs these macros under its own prefix, and no change elsewhere.
-#}

{#- A text literal. -#}
{% macro quoted(value) %}{{ adapter.dispatch('quoted', 'crm360')(value) }}{% endmacro %}

{% macro duckdb__quoted(value) -%}'{{ value | string | replace("'", "''") }}'{%- endmacro %}

{#- What stands behind a star to leave columns out of it, given as they are listed. -#}
{% macro without(columns) %}{{ adapter.dispatch('without', 'crm360')(columns) }}{% endmacro %}

{% macro duckdb__without(columns) -%}exclude ({{ columns }}){%- endmacro %}

{#- Opens JSON text once, as a struct of text. `shape` is a list of names (an object whose fields are text), a mapping
    from name to shape, 'text', or {'each': shape} for an array. What is absent or does not fit is null. -#}
{% macro open_json(text, shape) %}{{ adapter.dispatch('open_json', 'crm360')(text, shape) }}{% endmacro %}

{% macro duckdb__open_json(text, shape) -%}
    json_transform({{ text }}, '{{ crm360.duckdb_json_shape(shape) }}')
{%- endmacro %}

{% macro duckdb_json_shape(shape) -%}
    {%- if shape is string -%}
        "VARCHAR"
    {%- elif shape is mapping and 'each' in shape -%}
        [{{ crm360.duckdb_json_shape(shape['each']) }}]
    {%- elif shape is mapping -%}
        { {%- for name, inner in shape.items() -%}
            "{{ name }}": {{ crm360.duckdb_json_shape(inner) }}{{ ', ' if not loop.last }}
        {%- endfor -%} }
    {%- else -%}
        { {%- for name in shape -%}"{{ name }}": "VARCHAR"{{ ', ' if not loop.last }}{%- endfor -%} }
    {%- endif -%}
{%- endmacro %}

{#- The values of arbitrary keys of a JSON object, as a list of text in the order of `keys`; a list of keys leads inwards, and
    those that choose an object of a list (macro is_chosen) come last. -#}
{% macro json_values(text, keys) %}{{ adapter.dispatch('json_values', 'crm360')(text, keys) }}{% endmacro %}

{% macro duckdb__json_values(text, keys) -%}
    {%- set chosen = [] -%}
    {%- for key in keys if crm360.is_chosen(key) -%}{%- do chosen.append(key) -%}{%- endfor -%}
    {{ 'list_concat(' if chosen }}json_extract_string({{ text }}, [
        {%- for key in keys if key not in chosen -%}
            {{ crm360.quoted('/' ~ crm360.duckdb_json_pointer(key)) }}
            {{- ', ' if not loop.last -}}
        {%- endfor -%}
    ]{{ '::varchar[]' if chosen }})
    {%- if chosen %}, [
        {%- for key in chosen %}{{ crm360.json_at(text, crm360.chosen_steps(key)) }}{{ ', ' if not loop.last }}{% endfor -%}
    ]){% endif -%}
{%- endmacro %}

{#- A key, or a list of keys that lead into the object, as a JSON pointer without its first slash. -#}
{% macro duckdb_json_pointer(key) -%}
    {%- for step in ([key] if key is string else key) -%}
        {{ crm360.duckdb_json_step(step) }}{{ '/' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The value where a list of steps leads to in a JSON text, as text; null where they lead nowhere. A step is a name, or
    {list, key, value}: in the list of that name, the first object whose key has that value. -#}
{% macro json_at(text, path) %}{{ adapter.dispatch('json_at', 'crm360')(text, path) }}{% endmacro %}

{% macro duckdb__json_at(text, path) -%}
    {%- set found = namespace(json=text, steps=[]) -%}
    {%- for step in path -%}
        {%- do found.steps.append(crm360.duckdb_json_step(step.list if step is mapping else step)) -%}
        {%- if step is mapping -%}
            {%- set inner = crm360.quoted('/' ~ crm360.duckdb_json_step(step.key)) -%}
            {%- set found.json = "list_filter(json_extract(json_extract(" ~ found.json ~ ", "
                ~ crm360.quoted('/' ~ found.steps | join('/')) ~ "), '$[*]'), lambda e: json_extract_string(e, " ~ inner
                ~ ") = " ~ crm360.quoted(step.value) ~ ")[1]" -%}
            {%- set found.steps = [] -%}
        {%- endif -%}
    {%- endfor -%}
    json_extract_string({{ found.json }}, {{ crm360.quoted('/' ~ found.steps | join('/')) }})
{%- endmacro %}

{#- A name as a step of a JSON pointer (RFC 6901). -#}
{% macro duckdb_json_step(name) -%}
    {{ name | string | replace('~', '~0') | replace('/', '~1') }}
{%- endmacro %}

{#- A moment as naive UTC, from ISO 8601 with a year of four digits: with an offset it is moved to UTC, without one it is
    UTC; null if it is none. -#}
{% macro iso_moment(text) %}{{ adapter.dispatch('iso_moment', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__iso_moment(text) -%}
    case when {{ crm360.matches(text, '^\\s*[0-9]{4}[-/]') }} then try_cast({{ crm360.nullif_blank(text) }} as timestamptz) at time zone 'UTC' end
{%- endmacro %}

{#- The date that a text begins with, its year of four digits first; null if it is none. -#}
{% macro iso_date(text) %}{{ adapter.dispatch('iso_date', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__iso_date(text) -%}
    case when {{ crm360.matches(text, '^\\s*[0-9]{4}[-/]') }} then try_cast(substring({{ crm360.nullif_blank(text) }}, 1, 10) as date) end
{%- endmacro %}

{#- The naive UTC moment at which the clocks of a time zone (IANA name) show this. -#}
{% macro utc_of_zone(moment, zone) %}{{ adapter.dispatch('utc_of_zone', 'crm360')(moment, zone) }}{% endmacro %}

{% macro duckdb__utc_of_zone(moment, zone) -%}
    (({{ moment }} at time zone {{ crm360.quoted(zone) }}) at time zone 'UTC')
{%- endmacro %}

{#- A moment (naive UTC) by a strptime pattern; null if the text is not written by it. A time of day without an offset is
    one of `zone`. A year of four digits must have four. -#}
{% macro by_format(text, format, zone) %}{{ adapter.dispatch('by_format', 'crm360')(text, format, zone) }}{% endmacro %}

{% macro duckdb__by_format(text, format, zone) -%}
    {%- set read = 'try_strptime(' ~ text ~ ', ' ~ crm360.quoted(format) ~ ')' -%}
    {%- if '%z' in format -%}
        {%- set read = '(' ~ read ~ " at time zone 'UTC')" -%}
    {%- elif zone != 'UTC' and ('%H' in format or '%I' in format) -%}
        {%- set read = crm360.utc_of_zone(read, zone) -%}
    {%- endif -%}
    {%- if '%Y' in format -%}
        case when {{ crm360.matches(text, '[0-9]{4}') }} then {{ read }} end
    {%- else -%}
        {{ read }}
    {%- endif -%}
{%- endmacro %}

{#- Whether the value of a key of a JSON text is a number. -#}
{% macro json_is_number(text, key) %}{{ adapter.dispatch('json_is_number', 'crm360')(text, key) }}{% endmacro %}

{% macro duckdb__json_is_number(text, key) -%}
    coalesce(json_type({{ text }}, {{ crm360.quoted('/' ~ crm360.duckdb_json_pointer(key)) }}) in ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE'), false)
{%- endmacro %}

{#- As `utc`, of a source that writes its times in a zone of its own, as var `time_zones` says (source → zone). -#}
{% macro utc_of_source(text) %}{{ adapter.dispatch('utc_of_source', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__utc_of_source(text) -%}
    case
        {%- for source, zone in var('time_zones', {}).items() %}
        when source = {{ crm360.quoted(source) }}
            then {{ crm360.plausible(crm360.utc_of_zone(crm360.iso_moment(text), zone)) }}
        {%- endfor %}
        when true then {{ crm360.utc(text) }}
    end
{%- endmacro %}

{#- A moment as naive UTC from seconds since 1970, as text; null if it cannot be read, or is in no year of four digits. -#}
{% macro from_epoch(text) %}{{ adapter.dispatch('from_epoch', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__from_epoch(text) -%}
    {%- set seconds = 'try_cast(' ~ crm360.nullif_blank(text) ~ ' as bigint)' -%}
    case when {{ seconds }} between -62135596800 and 253402300799 then to_timestamp({{ seconds }}) at time zone 'UTC' end
{%- endmacro %}

{#- A moment as ISO text from a whole number of seconds, milliseconds or microseconds (s, ms, us) since 1970, as text; text that
    is no such number stays as it is, so that it is listed as unreadable. -#}
{% macro epoch_as_text(text, unit) %}{{ adapter.dispatch('epoch_as_text', 'crm360')(text, unit) }}{% endmacro %}

{% macro duckdb__epoch_as_text(text, unit) -%}
    {%- set whole = 'try_cast(' ~ text ~ ' as bigint)' -%}
    {%- set factor = {'s': 1000000, 'ms': 1000, 'us': 1}[unit] -%}
    case
        when {{ whole }} between 0 and {{ 253402300799000000 // factor }}
            then cast(make_timestamp({{ whole }} * {{ factor }}) as varchar)
        else {{ text }}
    end
{%- endmacro %}

{#- The value of a parameter in a URL's query, decoded; as it stands where it is not in UTF-8, null where it has none. -#}
{% macro query_value(url, name) %}{{ adapter.dispatch('query_value', 'crm360')(url, name) }}{% endmacro %}

{% macro duckdb__query_value(url, name) -%}
    {%- set told = "replace(regexp_extract(" ~ url ~ ", '[?&]" ~ name ~ "=([^&#]*)', 1), '+', ' ')" -%}
    nullif(coalesce(try(url_decode({{ told }})), {{ told }}), '')
{%- endmacro %}

{#- The clock on the wall in a time zone (IANA name) at a naive UTC moment. -#}
{% macro local_time(moment, zone) %}{{ adapter.dispatch('local_time', 'crm360')(moment, zone) }}{% endmacro %}

{% macro duckdb__local_time(moment, zone) -%}
    (({{ moment }} at time zone 'UTC') at time zone {{ crm360.quoted(zone) }})
{%- endmacro %}

{#- The day of the week from 1, Monday, to 7, Sunday. -#}
{% macro iso_weekday(moment) %}{{ adapter.dispatch('iso_weekday', 'crm360')(moment) }}{% endmacro %}

{% macro duckdb__iso_weekday(moment) -%}
    extract(isodow from {{ moment }})
{%- endmacro %}

{#- The text without outer white space of any kind; a plain trim takes blanks only. -#}
{% macro trimmed(text) %}{{ adapter.dispatch('trimmed', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__trimmed(text) -%}
    trim({{ text }}, '{{ ' \t\n\r\u00a0\u200b\ufeff' }}')
{%- endmacro %}

{#- Replaces every match of a pattern; without it DuckDB replaces the first only. -#}
{% macro replace_all(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_all', 'crm360')(text, pattern, replacement) }}
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ crm360.quoted(pattern) }}, {{ crm360.quoted(replacement) }}, 'g')
{%- endmacro %}

{#- Whether a pattern is found in the text. -#}
{% macro matches(text, pattern) %}{{ adapter.dispatch('matches', 'crm360')(text, pattern) }}{% endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ crm360.quoted(pattern) }})
{%- endmacro %}

{#- What the pattern's first group holds at each place where the pattern is found, as an array. -#}
{% macro found_all(text, pattern) %}{{ adapter.dispatch('found_all', 'crm360')(text, pattern) }}{% endmacro %}

{% macro duckdb__found_all(text, pattern) -%}
    regexp_extract_all({{ text }}, {{ crm360.quoted(pattern) }}, 1)
{%- endmacro %}

{#- The text without accents: Jürgen → Jurgen. -#}
{% macro without_accents(text) %}{{ adapter.dispatch('without_accents', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__without_accents(text) -%}
    strip_accents({{ text }})
{%- endmacro %}

{#- The text with each letter and its accent as one character (Unicode's NFC). -#}
{% macro composed(text) %}{{ adapter.dispatch('composed', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__composed(text) -%}
    nfc_normalize({{ text }})
{%- endmacro %}

{#- The first element of an array, null if there is none. -#}
{% macro first_of(array) %}{{ adapter.dispatch('first_of', 'crm360')(array) }}{% endmacro %}

{% macro duckdb__first_of(array) -%}
    {{ array }}[1]
{%- endmacro %}

{#- The second element of an array, null if there is none. -#}
{% macro second_of(array) %}{{ adapter.dispatch('second_of', 'crm360')(array) }}{% endmacro %}

{% macro duckdb__second_of(array) -%}
    {{ array }}[2]
{%- endmacro %}

{#- The sum of a text at one place of each element of an array, as text: 'unreadable' if any of them cannot be read as a
    number, so that a sum with such a part is unreadable, and not too small; null where there is nothing to add. -#}
{% macro summed(array, path) %}{{ adapter.dispatch('summed', 'crm360')(array, path) }}{% endmacro %}

{% macro duckdb__summed(array, path) -%}
    case
        when len(list_filter(
            {{ array }}, lambda e: {{ crm360.nullif_blank('e.' ~ path) }} is not null and {{ crm360.as_decimal('e.' ~ path) }} is null
        )) > 0 then 'unreadable'
        else cast(list_sum(list_transform({{ array }}, lambda e: {{ crm360.as_decimal('e.' ~ path) }})) as varchar)
    end
{%- endmacro %}

{#- The arrays at one place of each element of an array, as one array. -#}
{% macro flattened(array, path) %}{{ adapter.dispatch('flattened', 'crm360')(array, path) }}{% endmacro %}

{% macro duckdb__flattened(array, path) -%}
    flatten(list_transform({{ array }}, lambda e: e.{{ path }}))
{%- endmacro %}

{#- Those elements of an array, each called e, for which a condition holds. -#}
{% macro those_with(array, condition) %}{{ adapter.dispatch('those_with', 'crm360')(array, condition) }}{% endmacro %}

{% macro duckdb__those_with(array, condition) -%}
    list_filter({{ array }}, lambda e: {{ condition }})
{%- endmacro %}

{#- The element of an array at a place from 1, null if there is none. -#}
{% macro nth_of(array, place) %}{{ adapter.dispatch('nth_of', 'crm360')(array, place) }}{% endmacro %}

{% macro duckdb__nth_of(array, place) -%}
    {{ array }}[{{ place }}]
{%- endmacro %}

{#- The name of the function that makes a row of each element of an array; it stands alone in its column. -#}
{% macro each() %}{{ adapter.dispatch('each', 'crm360')() }}{% endmacro %}

{% macro duckdb__each() -%}
    unnest
{%- endmacro %}

{#- The whole numbers from one to another, both included, as an array. -#}
{% macro series(first, last) %}{{ adapter.dispatch('series', 'crm360')(first, last) }}{% endmacro %}

{% macro duckdb__series(first, last) -%}
    generate_series({{ first }}, {{ last }})
{%- endmacro %}

{#- The texts of a group as one text, in an ascending order of columns; `value` may begin with `distinct`, then it is its own order. -#}
{% macro joined_in_order(value, between, order, where=none) -%}
    {{ adapter.dispatch('joined_in_order', 'crm360')(value, between, order.replace(', ', ' nulls last, ') ~ ' nulls last') }}
    {%- if where %} filter (where {{ where }}){% endif -%}
{%- endmacro %}

{% macro duckdb__joined_in_order(value, between, order) -%}
    string_agg({{ value }}, {{ crm360.quoted(between) }} order by {{ order }})
{%- endmacro %}

{#- The next value of a column in a window that is not null; and the first one. -#}
{% macro next_known(column) %}{{ adapter.dispatch('next_known', 'crm360')(column) }}{% endmacro %}

{% macro duckdb__next_known(column) -%}
    lead({{ column }} ignore nulls)
{%- endmacro %}

{% macro first_known(value) %}{{ adapter.dispatch('first_known', 'crm360')(value) }}{% endmacro %}

{% macro duckdb__first_known(value) -%}
    first_value({{ value }} ignore nulls)
{%- endmacro %}

{#- The elements of an array of text as one text. -#}
{% macro array_to_text(array, between=', ') %}{{ adapter.dispatch('array_to_text', 'crm360')(array, between) }}{% endmacro %}

{% macro duckdb__array_to_text(array, between) -%}
    array_to_string({{ array }}, {{ crm360.quoted(between) }})
{%- endmacro %}

{#- Of a group, the elements of all its arrays in one array; an aggregate. -#}
{% macro array_concat_agg(array) %}{{ adapter.dispatch('array_concat_agg', 'crm360')(array) }}{% endmacro %}

{% macro duckdb__array_concat_agg(array) -%}
    flatten(list({{ array }}))
{%- endmacro %}

{#- A null, then each of the array's elements once. -#}
{% macro null_and_distinct(array) %}{{ adapter.dispatch('null_and_distinct', 'crm360')(array) }}{% endmacro %}

{% macro duckdb__null_and_distinct(array) -%}
    list_prepend(null, list_distinct({{ array }}))
{%- endmacro %}

{#- Columns as one struct with their names. -#}
{% macro packed(fields) %}{{ adapter.dispatch('packed', 'crm360')(fields) }}{% endmacro %}

{% macro duckdb__packed(fields) -%}
    { {%- for field in fields %}'{{ field }}': {{ field }}{{ ', ' if not loop.last }}{% endfor -%} }
{%- endmacro %}

{#- above ÷ below as a decimal, its last digit rounded. `below` is not zero. -#}
{% macro quotient(above, below, type='decimal(18, 4)') %}{{ adapter.dispatch('quotient', 'crm360')(above, below, type) }}{% endmacro %}

{% macro duckdb__quotient(above, below, type) -%}
    cast({{ above }} / {{ below }} as {{ type }})
{%- endmacro %}

{#- The average of numbers of four decimals at most; `condition` says of which rows. -#}
{% macro average(number, condition=none) %}{{ adapter.dispatch('average', 'crm360')(number, condition) }}{% endmacro %}

{% macro duckdb__average(number, condition) -%}
    cast(avg({{ number }}) {{- ' filter (where ' ~ condition ~ ')' if condition }} as decimal(18, 4))
{%- endmacro %}

{#- The median of numbers of four decimals at most; between two of them the digit beyond the fourth is left out. -#}
{% macro middle(number, condition=none) %}{{ adapter.dispatch('middle', 'crm360')(number, condition) }}{% endmacro %}

{% macro duckdb__middle(number, condition) -%}
    cast(median({{ number }}) {{- ' filter (where ' ~ condition ~ ')' if condition }} as decimal(18, 4))
{%- endmacro %}

{#- amount × part ÷ whole in decimals; a plain division of decimals is a float in DuckDB. `whole` is not zero. -#}
{% macro prorated(amount, part, whole) %}{{ adapter.dispatch('prorated', 'crm360')(amount, part, whole) }}{% endmacro %}

{#- In whole ten-thousandths, so that nothing is rounded before the last digit that is kept. -#}
{% macro duckdb__prorated(amount, part, whole) -%}
    cast(
        cast(
            (
                cast(cast({{ amount }} as decimal(38, 4)) * 10000 as hugeint)
                * cast(cast({{ part }} as decimal(38, 4)) * 10000 as hugeint)
            ) // cast(cast({{ whole }} as decimal(38, 4)) * 10000 as hugeint)
            as decimal(34, 0)
        ) * cast(0.0001 as decimal(4, 4))
        as decimal(18, 4)
    )
{%- endmacro %}

{#- Whether so few letters must be changed, left out, put in or swapped with a neighbour to make one text of the other.
    `most` is 1 or 2. DuckDB counts swaps ten times as slowly as the rest: only where the Jaro similarity says that there may
    be one (one swap in n letters leaves it at 1 - 1/3n, one swap and one other edit at 1 - 1/n or nearly). -#}
{% macro edits_within(a, b, most) %}{{ adapter.dispatch('edits_within', 'crm360')(a, b, most) }}{% endmacro %}

{% macro duckdb__edits_within(a, b, most) -%}
    (
        abs(length({{ a }}) - length({{ b }})) <= {{ most }}
        and (
            levenshtein({{ a }}, {{ b }}) <= {{ most }}
            or (
                {{ crm360.jaro() }}({{ a }}, {{ b }})
                >= 1 - {{ 0.34 if most == 1 else 1.1 }} / least(length({{ a }}), length({{ b }}))
                and damerau_levenshtein({{ a }}, {{ b }}) <= {{ most }}
            )
        )
    )
{%- endmacro %}

{#- The name of the function for the Jaro-Winkler similarity of two texts, with no bonus for a common beginning below 0.7. -#}
{% macro jaro() %}{{ adapter.dispatch('jaro', 'crm360')() }}{% endmacro %}

{% macro duckdb__jaro() -%}
    jaro_winkler_similarity
{%- endmacro %}

{#- A number for a text, to group by: the same within one run, and almost never that of another text. -#}
{% macro fingerprint(text) %}{{ adapter.dispatch('fingerprint', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__fingerprint(text) -%}
    hash({{ text }})
{%- endmacro %}

{#- A number for several columns together, null or not; and one for the rows of a group, in whatever order they come. -#}
{% macro row_fingerprint(columns) %}{{ adapter.dispatch('row_fingerprint', 'crm360')(columns) }}{% endmacro %}

{% macro duckdb__row_fingerprint(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro rows_fingerprint(columns) %}{{ adapter.dispatch('rows_fingerprint', 'crm360')(columns) }}{% endmacro %}

{% macro duckdb__rows_fingerprint(columns) -%}
    coalesce(bit_xor({{ crm360.row_fingerprint(columns) }}), cast(0 as ubigint))
{%- endmacro %}

{#- The type of these numbers, and two of them as one, in whatever order. -#}
{% macro fingerprint_type() %}{{ adapter.dispatch('fingerprint_type', 'crm360')() }}{% endmacro %}

{% macro duckdb__fingerprint_type() -%}
    ubigint
{%- endmacro %}

{% macro xor_of(a, b) %}{{ adapter.dispatch('xor_of', 'crm360')(a, b) }}{% endmacro %}

{% macro duckdb__xor_of(a, b) -%}
    xor({{ a }}, {{ b }})
{%- endmacro %}

{#- A text with each word, also behind a hyphen or an apostrophe, begun by a capital and gone on in small letters. -#}
{% macro proper_case(text) %}{{ adapter.dispatch('proper_case', 'crm360')(text) }}{% endmacro %}

{% macro duckdb__proper_case(text) -%}
    array_to_string(
        list_transform(
            regexp_extract_all({{ text }}, '[\p{L}\p{M}]+|[^\p{L}\p{M}]+'),
            lambda part: upper(part[1:1]) || lower(part[2:])
        ), ''
    )
{%- endmacro %}
