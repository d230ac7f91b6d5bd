"""What all pages share: the template's environment, the style, and a policy that lets nothing in from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crm360.orchestration.report import text
from crm360.orchestration.report.here import HERE

LOOKUP = HERE.parent / "lookup"


def rendered(template: str, forms: bool = False, scripts: Sequence[Markup] = (), **given: Any) -> str:
    """Return a page as one HTML document. The same facts give the same bytes. `forms`: it may ask its own server.

    `scripts` are the only ones that run in it, by their hashes; without, none does.
    """
    style = (HERE / "page.css").read_text(encoding="utf-8")
    action = "'self'" if forms else "'none'"
    asks = " connect-src 'self';" if scripts and forms else ""
    runs = f"{asks} script-src {' '.join(map(_hash, scripts))}; img-src data:;" if scripts else ""
    environment = Environment(
        loader=FileSystemLoader([HERE, LOOKUP]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "plain": text.plain,
        "personal": text.one_line,
        "count": text.count,
        "percent": text.percent,
        "money": text.money,
        "decimals": text.decimals,
        "signed": text.signed,
        "chance": text.chance,
        "day": text.day,
        "moment": text.moment,
    }
    return environment.get_template(template).render(
        style=Markup(style),  # noqa: S704 - our own file
        scripts=scripts,
        policy=f"default-src 'none';{runs} style-src {_hash(style)}; base-uri 'none'; form-action {action}",
        **given,
    )


def _hash(part: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"
