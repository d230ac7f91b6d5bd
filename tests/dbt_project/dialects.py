"""What is wrong with a SELECT for an engine, told without running it: words that the engine does not know, and words
that it takes and means otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from crm360.record_linkage.functions import FUNCTIONS

# `show functions` of Spark 4.3.0.
SPARK_FUNCTIONS = Path(__file__).with_name("spark_functions.txt")
OURS = frozenset(FUNCTIONS)
OF_DUCKDB = {"crm360_jaro", "crm360_without_accents", "crm360_composed"}
# What stands before a bracket and is no function: both engines' grammars know these words.
GRAMMAR = frozenset(
    re.findall(
        r"\w+",
        """all and any as between by case cast coalesce cross date decimal distinct else end except exists extract filter
        from group having in inner interval intersect is join left like limit not on or order over partition position
        qualify right select then timestamp trim try_cast union using values varchar when where window with within""",
    )
)
GRAMMAR_OF = {"duckdb": {"percentile_cont", "exclude", "try"}, "spark": {"timestampadd", "timestampdiff"}}


class SparkNullsLast(Spark):
    """Spark, if it put nulls last where nothing is said: what is read otherwise by Spark does not say it."""

    NULL_ORDERING = "nulls_are_last"


def problems(sql: str, engine: str) -> list[str]:
    """What this engine would refuse or understand otherwise than the other one; empty if nothing."""
    try:
        tree = sqlglot.parse_one(sql, read=engine)
        tokens = sqlglot.tokenize(sql, read=engine)
    except SqlglotError as error:
        return [f"it cannot be read: {str(error).splitlines()[0]}"]
    found = [*_unknown(tokens, engine)]
    if engine == "spark":
        found += [
            *_literals(tokens),
            *_nulls_first(sql),
            *_nulls_counted(tree),
            *_generators(tree),
            *_rows_in(tree),
            *_narrow(tree),
            *_rounded(tree),
        ]
    return sorted(set(found))


@cache
def functions(engine: str) -> frozenset[str]:
    """The names of all functions of an engine, and of those that we bring along."""
    if engine == "duckdb":
        rows = duckdb.execute("select distinct function_name from duckdb_functions()").fetchall()
        return OURS | {name for (name,) in rows}
    return OURS | OF_DUCKDB | frozenset(SPARK_FUNCTIONS.read_text().split())


def _unknown(tokens: list[sqlglot.Token], engine: str) -> Iterator[str]:
    known = functions(engine)
    for before, token, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        name = token.text.lower()
        is_named_here = before is not None and before.token_type in (TokenType.ALIAS, TokenType.R_PAREN)
        if (
            after.token_type == TokenType.L_PAREN
            and token.token_type not in (TokenType.STRING, TokenType.NUMBER)
            and re.fullmatch(r"[a-z_]\w*", name)
            and name not in GRAMMAR
            and name not in GRAMMAR_OF[engine]
            and name not in known
            and not is_named_here
        ):
            yield f"no function {name}"


def _literals(tokens: list[sqlglot.Token]) -> Iterator[str]:
    """Brackets of DuckDB's lists. Spark counts places from 0, and fails beyond the end."""
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        # A field of a struct is r['name']; dialect_spark.sql itself writes transform(array(x), …)[0].
        is_fine = after.token_type == TokenType.STRING or before.token_type == TokenType.R_PAREN
        if token.token_type == TokenType.L_BRACKET and not is_fine:
            yield "a list or a place in brackets: use nth_of()"


def _nulls_first(sql: str) -> Iterator[str]:
    """Ascending, Spark puts nulls first and DuckDB last, unless the place is said."""
    as_spark, as_duckdb = (sqlglot.parse_one(sql, read=d).find_all(exp.Ordered) for d in ("spark", SparkNullsLast))
    for here, there in zip(as_spark, as_duckdb, strict=True):
        is_told = bool(here.args.get("nulls_first")) == bool(there.args.get("nulls_first"))
        if not is_told and not _is_within_group(here):
            yield f"`order by {here.this.sql('spark')[:60]}` does not say where nulls come"


def _is_within_group(ordered: exp.Expression) -> bool:
    return ordered.find_ancestor(exp.WithinGroup) is not None and ordered.find_ancestor(exp.Window) is None


def _nulls_counted(tree: exp.Expression) -> Iterator[str]:
    """max_by(a, b) passes over a null a in DuckDB, and gives it in Spark."""
    for found in tree.find_all(exp.ArgMax, exp.ArgMin):
        if isinstance(found.this, (exp.Struct, exp.Literal, exp.Func)):
            continue
        if not isinstance(found.parent, exp.Filter):
            yield f"`{found.sql('spark')[:60]}` does not say that nulls do not count: filter (where … is not null)"


def _generators(tree: exp.Expression) -> Iterator[str]:
    for found in tree.find_all(exp.Explode):
        if not isinstance(found.parent, (exp.Alias, exp.Select)):
            yield "each() within an expression: it must stand alone in its column"


def _rows_in(tree: exp.Expression) -> Iterator[str]:
    for found in tree.find_all(exp.In):
        if found.args.get("query") and isinstance(found.this, exp.Tuple):
            yield "several columns compared with a subquery: use a join"


def _narrow(tree: exp.Expression) -> Iterator[str]:
    """Places are bigint in DuckDB and int in Spark, so a table's columns would be of two types."""
    for window in tree.find_all(exp.Window):
        word = window.this.sql("spark").lower()
        if word.startswith(("row_number(", "rank(", "dense_rank(")) and isinstance(window.parent, exp.Alias):
            yield f"`{word}` is no bigint in Spark: cast it"


def _rounded(tree: exp.Expression) -> Iterator[str]:
    """Quotients of decimals are doubles in DuckDB and decimals in Spark: at a tie their last digit is another one. What
    goes into a decimal without a fraction divides without a remainder (prorated)."""
    for cast in tree.find_all(exp.Cast):
        inner = cast.this.this if isinstance(cast.this, exp.Filter) else cast.this
        if (
            cast.to.is_type("decimal")
            and not cast.to.sql().endswith(" 0)")
            and isinstance(inner, (exp.Div, exp.Avg, exp.Median))
        ):
            yield f"`{inner.sql('spark')[:60]}` is rounded otherwise by Spark: quotient(), average() or middle()"
