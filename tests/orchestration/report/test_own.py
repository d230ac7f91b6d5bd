"""A page of the project's own: its words, tables and charts; what is wrong stays in its place."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.report import own
from crm360.orchestration.report.language import Language
from crm360.orchestration.report.look import Look

WORDS = Language("en")
GOOD = """# Our regions

What *they* bring.

```sql by_country
select country, count(*) as customers, sum(net_revenue) as revenue from customer_360 group by all order by all
```
chart: bars x=country y=revenue title="By country"
"""


def pages(folder: Path, company: Path, **files: str) -> list[own.Own]:
    for name, told in files.items():
        (folder / f"{name}.md").write_text(told, encoding="utf-8")
    return own.read(company, Look(folder=folder, seconds=1), WORDS)


def test_words_rows_and_a_chart(tmp_path: Path, company: Path) -> None:
    (page,) = pages(tmp_path, company, regions=GOOD)
    assert (page.key, page.title) == ("own-regions", "Our regions")
    words, block, _ = page.blocks
    assert "<em>they</em>" in words.html and "Our regions" not in words.html
    assert block.headings == (("country", ""), ("customers", "number"), ("revenue", "number"))
    with duckdb.connect(str(company), read_only=True) as con:
        first, *more = con.execute(
            "select coalesce(country, '–'), count(*)::text from customer_360 group by country order by country"
        ).fetchall()
    assert [row[:2] for row in block.rows] == [list(row) for row in (first, *more)] and not block.amiss
    assert (
        block.chart
        and block.chart["spec"]["encoding"]["y"]["field"] == "x"
        and len(block.chart["rows"]) == 1 + len(more)
    )
    assert own.read(company, Look(folder=tmp_path / "none"), WORDS) == own.read(company, Look(), WORDS) == []


@pytest.mark.parametrize(
    ("block", "amiss"),
    [
        ("```sql x\nselect nothing from nowhere\n```", "nowhere does not exist"),
        ("```sql x\nselect 1; select 2\n```", "one statement"),
        ("```sql x\nselekt\n```", "syntax error"),
        ("```sql x\nselect sum(i * j) from range(1000000) a(i), range(1000000) b(j)\n```", "longer than 1 seconds"),
        ("```sql x\ncreate table mine as select 1\n```", "read-only"),
        ("```sql x\nselect * from read_text('/etc/hostname')\n```", "disabled"),
        ("```sql x\nattach '/tmp/other.duckdb'\n```", "disabled"),
        ("```sql x\nset enable_external_access = true\n```", "locked"),
        ("```sql x\nselect 1 as a\n```\nchart: pies x=a y=a", "one of bars, columns, lines"),
        ("```sql x\nselect 1 as a\n```\nchart: bars x=a", "names x and y"),
        ("```sql x\nselect 1 as a\n```\nchart: bars x=a y=b", "names b, which the query has not"),
    ],
)
def test_what_is_wrong_says_so_and_the_rest_stands(tmp_path: Path, company: Path, block: str, amiss: str) -> None:
    first, second = pages(tmp_path, company, a=f"# A\n\n{block}\n\nAfter it.\n", b=GOOD)
    told = next(one for one in first.blocks if one.sql)
    assert amiss in told.amiss, told.amiss
    assert not told.rows and "After it." in first.blocks[-1].html
    assert not any(one.amiss for one in second.blocks)


def test_markup_and_addresses_in_a_page_do_nothing(tmp_path: Path, company: Path) -> None:
    told = "# <b>T</b>\n\n<script>alert(1)</script> ![x](https://evil.example/x.png) [go](javascript:alert(1))\n\n```sql p\nselect email from customers where email is not null limit 1\n```\n"
    (page,) = pages(tmp_path, company, x=told)
    html = str(page.blocks[0].html)
    assert "<script" not in html and "<img" not in html and 'href="javascript' not in html
    assert page.blocks[1].rows == [["[e-mail address]"]]


def test_a_page_that_is_no_text_says_so(tmp_path: Path, company: Path) -> None:
    (tmp_path / "odd.md").write_bytes(b"\xff\xfe\x00")
    (page,) = own.read(company, Look(folder=tmp_path), WORDS)
    assert "no text in UTF-8" in page.blocks[0].amiss
