{#- Short, pet and other forms of first names, and the name that they stand for. Beginnings of a name (Alex, Max) need no
    entry: they agree with all that they begin. -#}
{% macro nicknames() -%}
    select * from (values
        ('abby', 'abigail'), ('andi', 'andreas'), ('andy', 'andrew'), ('becky', 'rebecca'), ('ben', 'benjamin'), ('bernie', 'bernard'),
        ('beth', 'elizabeth'), ('betty', 'elizabeth'), ('bill', 'william'), ('billy', 'william'), ('bob', 'robert'),
        ('bobby', 'robert'), ('cathy', 'catherine'), ('charlie', 'charles'), ('chuck', 'charles'),
        ('cindy', 'cynthia'), ('dave', 'david'), ('debbie', 'deborah'), ('dick', 'richard'), ('don', 'donald'),
        ('doug', 'douglas'), ('ed', 'edward'), ('eddie', 'edward'), ('fred', 'frederick'), ('greg', 'gregory'),
        ('jack', 'john'), ('jake', 'jacob'), ('jeff', 'jeffrey'), ('jen', 'jennifer'), ('jenny', 'jennifer'),
        ('jerry', 'gerald'), ('jim', 'james'), ('jimmy', 'james'), ('joe', 'joseph'), ('johnny', 'john'),
        ('kathy', 'katherine'), ('kate', 'katherine'), ('katie', 'katherine'), ('ken', 'kenneth'), ('larry', 'lawrence'),
        ('liz', 'elizabeth'), ('maggie', 'margaret'), ('mandy', 'amanda'), ('matt', 'matthew'), ('meg', 'margaret'),
        ('mick', 'michael'), ('mike', 'michael'), ('nate', 'nathaniel'), ('nick', 'nicholas'), ('patty', 'patricia'),
        ('peggy', 'margaret'), ('pete', 'peter'), ('phil', 'philip'), ('ray', 'raymond'), ('rick', 'richard'),
        ('rob', 'robert'), ('ron', 'ronald'), ('sally', 'sarah'), ('stan', 'stanley'), ('steve', 'stephen'),
        ('sue', 'susan'), ('ted', 'edward'), ('tim', 'timothy'), ('tom', 'thomas'), ('tommy', 'thomas'),
        ('tony', 'anthony'), ('vicky', 'victoria'), ('walt', 'walter'), ('will', 'william'),
        ('basti', 'sebastian'), ('conny', 'cornelia'), ('flo', 'florian'), ('gabi', 'gabriele'), ('hans', 'johannes'),
        ('heiner', 'heinrich'), ('heinz', 'heinrich'), ('jockel', 'joachim'), ('jupp', 'josef'), ('kathi', 'katharina'), ('klaus', 'nikolaus'),
        ('lisa', 'elisabeth'), ('lisbeth', 'elisabeth'), ('lotte', 'charlotte'), ('matze', 'matthias'), ('micha', 'michael'), ('michi', 'michael'), ('resi', 'therese'),
        ('rosi', 'rosemarie'), ('sepp', 'josef'), ('steffi', 'stefanie'), ('susi', 'susanne'), ('trudi', 'gertrud'),
        ('uli', 'ulrich'), ('uschi', 'ursula'), ('willi', 'wilhelm'), ('wolle', 'wolfgang'),
        ('babette', 'elisabeth'), ('guigui', 'guillaume'), ('juju', 'julien'), ('lili', 'elisabeth'), ('manu', 'emmanuel'), ('mimi', 'marie'),
        ('nico', 'nicolas'), ('seb', 'sebastien'), ('steph', 'stephane'), ('titi', 'thierry'), ('vero', 'veronique'), ('vivi', 'virginie')
    ) as nicknames (nickname, full_form)
{%- endmacro %}
