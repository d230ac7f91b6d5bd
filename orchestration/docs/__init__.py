"""The documentation: reference pages made from the code, and the site that they are part of.

pages.py          all generated pages, by their path in the site
commands.py · configuration.py · entities.py · tables.py   what each of them says
models.py         models as their YAML describes them, without dbt
hooks.py          what MkDocs calls: adds the generated pages, and lists folders in the navigation
site.py           `crm360 docs`: MkDocs' site, and dbt's docs beside it
"""
