{#- Countries by which phones and addresses are read: ISO code, English and own names, dialling code, and the trunk prefix
    that a national number carries and an international one does not (Italy keeps its zero). -#}
{% macro countries() -%}
    select * from (values
        ('AT', 'austria;österreich;osterreich', '43', '0'),
        ('AU', 'australia', '61', '0'),
        ('BE', 'belgium;belgië;belgique', '32', '0'),
        ('BR', 'brazil;brasil', '55', '0'),
        ('CA', 'canada', '1', '1'),
        ('CH', 'switzerland;schweiz;suisse;svizzera', '41', '0'),
        ('CN', 'china', '86', '0'),
        ('CZ', 'czechia;czech republic;česko', '420', ''),
        ('DE', 'germany;deutschland', '49', '0'),
        ('DK', 'denmark;danmark', '45', ''),
        ('ES', 'spain;españa;espana', '34', ''),
        ('FI', 'finland;suomi', '358', '0'),
        ('FR', 'france', '33', '0'),
        ('GB', 'united kingdom;great britain;england;scotland;wales;uk', '44', '0'),
        ('GR', 'greece;hellas', '30', ''),
        ('HU', 'hungary;magyarország', '36', '06'),
        ('IE', 'ireland;éire;eire', '353', '0'),
        ('IN', 'india', '91', '0'),
        ('IT', 'italy;italia', '39', ''),
        ('JP', 'japan', '81', '0'),
        ('LU', 'luxembourg;luxemburg', '352', ''),
        ('MX', 'mexico;méxico', '52', ''),
        ('NL', 'netherlands;the netherlands;nederland', '31', '0'),
        ('NO', 'norway;norge', '47', ''),
        ('NZ', 'new zealand', '64', '0'),
        ('PL', 'poland;polska', '48', ''),
        ('PT', 'portugal', '351', ''),
        ('RO', 'romania;românia', '40', '0'),
        ('SE', 'sweden;sverige', '46', '0'),
        ('SK', 'slovakia;slovensko', '421', '0'),
        ('TR', 'turkey;türkiye', '90', '0'),
        ('US', 'united states;united states of america;usa;u.s.a.', '1', '1'),
        ('ZA', 'south africa', '27', '0')
    ) as countries (country_code, country_names, dialling_code, trunk_prefix)
{%- endmacro %}

{#- One row per name or code, in lower case, by which a country is known. -#}
{% macro countries_by_name() -%}
    select
        country_code,
        dialling_code,
        trunk_prefix,
        unnest(split(lower(country_code) || ';' || country_names, ';')) as country_name
    from ({{ crm360.countries() }}) as listed
{%- endmacro %}
