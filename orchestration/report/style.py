"""What all pages share: the template's environment, the style, and a policy that lets nothing run or load."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crm360.orchestration.report import text

HERE = Path(__file__).parent


LOOKUP = HERE.parent / "lookup"


def rendered(template: str, forms: bool = False, **given: Any) -> str:
    """Return a page as one HTML document. The same facts give the same bytes. `forms`: it may ask its own server."""
    style = (HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    action = "'self'" if forms else "'none'"
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
        "day": text.day,
        "moment": text.moment,
    }
    return environment.get_template(template).render(
        style=Markup(style),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action {action}",
        **given,
    )
