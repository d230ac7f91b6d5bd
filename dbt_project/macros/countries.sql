{#- Countries by which phones and addresses are read: ISO code, English and own names, dialling code, and the trunk prefix
    that a national number carries and an international one does not (Italy keeps its zero). -#}
{% macro countries() -%}
    select * from (values
        ('AT', 'austria;österreich;osterreich;aut', '43', '0'),
        ('AU', 'australia;aus', '61', '0'),
        ('BE', 'belgium;belgië;belgique;bel', '32', '0'),
        ('BR', 'brazil;brasil;bra', '55', '0'),
        ('CA', 'canada;can', '1', '1'),
        ('CH', 'switzerland;schweiz;suisse;svizzera;che', '41', '0'),
        ('CN', 'china;chn', '86', '0'),
        ('CZ', 'czechia;czech republic;česko;cze', '420', ''),
        ('DE', 'germany;deutschland;brd;deu', '49', '0'),
        ('DK', 'denmark;danmark;dnk', '45', ''),
        ('ES', 'spain;españa;espana;esp', '34', ''),
        ('FI', 'finland;suomi;fin', '358', '0'),
        ('FR', 'france;fra', '33', '0'),
        ('GB', 'united kingdom;great britain;england;scotland;wales;uk;gbr', '44', '0'),
        ('GR', 'greece;hellas;grc', '30', ''),
        ('HU', 'hungary;magyarország;hun', '36', '06'),
        ('IE', 'ireland;éire;eire;irl', '353', '0'),
        ('IN', 'india;ind', '91', '0'),
        ('IT', 'italy;italia;ita', '39', ''),
        ('JP', 'japan;jpn', '81', '0'),
        ('LU', 'luxembourg;luxemburg;lux', '352', ''),
        ('MX', 'mexico;méxico;mex', '52', ''),
        ('NL', 'netherlands;the netherlands;nederland;nld', '31', '0'),
        ('NO', 'norway;norge;nor', '47', ''),
        ('NZ', 'new zealand;nzl', '64', '0'),
        ('PL', 'poland;polska;pol', '48', ''),
        ('PT', 'portugal;prt', '351', ''),
        ('RO', 'romania;românia;rou', '40', '0'),
        ('SE', 'sweden;sverige;swe', '46', '0'),
        ('SK', 'slovakia;slovensko;svk', '421', '0'),
        ('TR', 'turkey;türkiye;tur', '90', '0'),
        ('US', 'united states;united states of america;usa;u.s.;u.s.a.', '1', '1'),
        ('ZA', 'south africa;zaf', '27', '0')
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
