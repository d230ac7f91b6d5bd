{#- Names that stand where no company is known, as name keys. -#}
{% macro no_company_names() -%}
    'abc', 'asdf', 'aucune', 'autonomo', 'cash customer', 'company', 'default', 'demo', 'diverse', 'dummy', 'empresa', 'example',
    'firma', 'freelance', 'freelancer', 'freiberufler', 'freiberuflich', 'guest', 'hidden', 'home', 'inconnu', 'independent', 'individual',
    'individuel', 'k a', 'kein', 'keine', 'keine angabe', 'keine firma', 'laufkundschaft', 'me', 'muster', 'musterfirma',
    'my company', 'myself', 'n a', 'na', 'neant', 'nessuno', 'nil', 'no company', 'no name', 'none', 'not applicable',
    'not available', 'not provided', 'not specified', 'null', 'ohne', 'other', 'particular', 'particulier', 'personal', 'prive',
    'privat', 'private', 'private person', 'privatkunde', 'privatperson', 'retired', 'sample', 'self', 'self employed',
    'selfemployed', 'selbstandig', 'selbststandig', 'sin empresa', 'sonstige', 'student', 'tba', 'tbd', 'temp', 'test',
    'test account', 'test company', 'test firma', 'testfirma', 'tmp', 'unbekannt', 'undefined', 'unemployed', 'unknown',
    'various', 'verschiedene', 'walk in', 'x', 'xx', 'xxx', 'xxxx', 'xyz'
{%- endmacro %}

{#- A domain that somebody registered, where anybody may have a page, or that nobody owns: it says nothing of whose company it is. -#}
{% macro is_no_own_site(site) -%}
    (
        {{ site }} is null
        or {{ crm360.matches(site, '(^|[.])(facebook|linkedin|instagram|twitter|x|xing|youtube|tiktok|pinterest|google|goo|bit|'
            ~ 'linktr|etsy|amazon|ebay|yelp|tripadvisor)[.](com|de|fr|it|es|co[.]uk|ca|nl|at|ch|gl|ly|ee)$') }}
        or {{ site }} in ('about.me', 'blogspot.com', 'business.site', 'github.com', 'github.io', 'jimdo.com', 'medium.com',
            'myshopify.com', 'squarespace.com', 'weebly.com', 'wix.com', 'wixsite.com', 'wordpress.com', 'test.com', 'example.com')
    )
{%- endmacro %}

{#- Whether two company names, as keys, differ by a slip of the pen: in the word that a company is known by, which comes first,
    and in the whole, which a long trade makes alike. -#}
{% macro company_names_near(a, b) -%}
    {%- set first_a, first_b = "split_part(" ~ a ~ ", ' ', 1)", "split_part(" ~ b ~ ", ' ', 1)" -%}
    (
        {{ crm360.is_typo(a, b) }}
        and ({{ first_a }} = {{ first_b }} or {{ crm360.is_typo(first_a, first_b) }})
    )
{%- endmacro %}

{#- Whether two names have the same numbers: branch 12 is not branch 13. -#}
{% macro same_numbers(a, b) -%}
    {{ crm360.digits_of(a) }} = {{ crm360.digits_of(b) }}
{%- endmacro %}

{#-
    The company of a record: the one that it names, unless that is gone from its source (a deleted company's deals are
    not), else the one that its customer works for. `account_of` reads what `account_joins` joins.
-#}
{% macro account_joins(company_id, customer_id) -%}
left join {{ ref('int_companies_assigned') }} as named
    on {{ company_id }} = named.company_id
left join {{ ref('int_companies_survived') }} as named_accounts
    on named.account_id = named_accounts.account_id
left join {{ ref('int_customer_companies') }} as employed
    on {{ customer_id }} = employed.customer_id
{%- endmacro %}

{% macro account_of() -%}
    coalesce(named_accounts.account_id, employed.account_id)
{%- endmacro %}
