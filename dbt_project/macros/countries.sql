{#- Countries by which phones and addresses are read: ISO code, English and own names. -#}
{% macro countries() -%}
    select * from (values
        ('AT', 'austria;österreich;osterreich;aut'),
        ('AU', 'australia;aus'),
        ('BE', 'belgium;belgië;belgique;bel'),
        ('BR', 'brazil;brasil;bra'),
        ('CA', 'canada;can'),
        ('CH', 'switzerland;schweiz;suisse;svizzera;che'),
        ('CN', 'china;chn'),
        ('CZ', 'czechia;czech republic;česko;cze'),
        ('DE', 'germany;deutschland;brd;deu'),
        ('DK', 'denmark;danmark;dnk'),
        ('ES', 'spain;españa;espana;esp'),
        ('FI', 'finland;suomi;fin'),
        ('FR', 'france;fra'),
        ('GB', 'united kingdom;great britain;england;scotland;wales;uk;gbr'),
        ('GR', 'greece;hellas;grc'),
        ('HU', 'hungary;magyarország;hun'),
        ('IE', 'ireland;éire;eire;irl'),
        ('IN', 'india;ind'),
        ('IT', 'italy;italia;ita'),
        ('JP', 'japan;jpn'),
        ('LU', 'luxembourg;luxemburg;lux'),
        ('MX', 'mexico;méxico;mex'),
        ('NL', 'netherlands;the netherlands;nederland;nld'),
        ('NO', 'norway;norge;nor'),
        ('NZ', 'new zealand;nzl'),
        ('PL', 'poland;polska;pol'),
        ('PT', 'portugal;prt'),
        ('RO', 'romania;românia;rou'),
        ('SE', 'sweden;sverige;swe'),
        ('SK', 'slovakia;slovensko;svk'),
        ('TR', 'turkey;türkiye;tur'),
        ('US', 'united states;united states of america;usa;u.s.;u.s.a.'),
        ('ZA', 'south africa;zaf')
    ) as countries (country_code, country_names)
{%- endmacro %}

{#- One row per name or code, in lower case, by which a country is known. -#}
{% macro countries_by_name() -%}
    select
        country_code,
        unnest(split(lower(country_code) || ';' || country_names, ';')) as country_name
    from ({{ crm360.countries() }}) as listed
{%- endmacro %}
