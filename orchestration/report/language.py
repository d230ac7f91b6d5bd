"""The report's words, numbers and dates in the reader's language: Babel writes numbers, dates and countries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from crm360.orchestration.report.here import HERE

LANGUAGES = {"en": Locale("en", "GB"), "de": Locale("de", "DE")}
DASH = "–"


@dataclass(frozen=True)
class Language:
    """One of LANGUAGES."""

    name: str

    @property
    def locale(self) -> Locale:
        """Babel's locale."""
        return LANGUAGES[self.name]

    @cached_property
    def words(self) -> dict[str, str]:
        """English → this language; nothing for English itself."""
        if self.name == "en":
            return {}
        told: dict[str, str] = yaml.safe_load((HERE / f"words_{self.name}.yml").read_text(encoding="utf-8"))
        return told

    def say(self, english: str, **values: object) -> str:
        """A text of the page, with values in place of {names}."""
        said = self.words.get(english, english)
        return said.format(**values) if values else said

    def count(self, value: Any) -> str:
        """A whole number: 12,345."""
        return DASH if value is None else format_decimal(round(value), "#,##0", locale=self.locale)

    def day(self, value: date | None) -> str:
        """A date: 1 July 2026."""
        return (
            DASH
            if value is None
            else format_date(value, "d MMMM yyyy" if self.name == "en" else "long", locale=self.locale)
        )

    def moment(self, value: datetime | None) -> str:
        """A naive UTC time."""
        if value is None:
            return self.say("never")
        return format_datetime(value, "yyyy-MM-dd HH:mm 'UTC'", locale=self.locale)

    def country(self, code: str) -> str:
        """A country's name, or the code where it is none."""
        return str(self.locale.territories.get(code.upper(), code)) if len(code) == 2 else code

    def number(self, value: Any, unit: str, currency: str) -> str:
        """A measure as the tables have it; None is a dash."""
        if value is None:
            return DASH
        return self._writers[unit](value, currency)

    @cached_property
    def _writers(self) -> dict[str, Callable[[Any, str], str]]:
        locale, english = self.locale, self.name == "en"

        def money(value: Any, currency: str) -> str:
            amount = format_decimal(value, "#,##0", locale=locale).replace("-", "−")
            return f"{currency}\N{NO-BREAK SPACE}{amount}" if english else f"{amount}\N{NO-BREAK SPACE}{currency}"

        def share(value: Any, _: str) -> str:
            pattern = "#,##0.0 %" if abs(value) < 0.1 else "#,##0 %"
            return format_percent(value, pattern.replace(" ", "\N{NO-BREAK SPACE}"), locale=locale)

        def hours(value: Any, _: str) -> str:
            number, word = (value * 60, "min") if value < 1 else (value, "h") if value < 48 else (value / 24, "days")
            pattern = "#,##0" if word == "min" else "#,##0.0"
            return f"{format_decimal(number, pattern, locale=locale)} {self.say(word)}"

        return {
            "count": lambda value, _: self.count(value),
            "money": money,
            "share": share,
            "hours": hours,
            "decimal": lambda value, _: format_decimal(value, "#,##0.##", locale=locale),
        }

    def place(self, value: Any, kind: str) -> str:
        """A value of an axis, as the reader is shown it."""
        if value is None or value == "":
            return self.say("not known")
        if kind == "month":
            return format_date(value, "MMMM yyyy", locale=self.locale)
        if kind == "country":
            return self.country(str(value))
        if kind == "weekday":
            return str(self.locale.days["stand-alone"]["wide"][int(value) - 1])
        if kind == "hour":
            return f"{int(value):02d}:00"
        if kind == "number":
            return format_decimal(value, "#,##0.##", locale=self.locale)
        return str(value)

    def for_vega(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The locales of numbers and of times as Vega (d3) wants them."""
        symbols = self.locale.number_symbols.get("latn") or self.locale.number_symbols
        months = self.locale.months["stand-alone"]
        days = self.locale.days["stand-alone"]
        number = {
            "decimal": symbols["decimal"], "thousands": symbols["group"], "grouping": [3], "currency": ["", ""],
            "percent": "\N{NO-BREAK SPACE}%",
        }  # fmt: skip
        order = (6, 0, 1, 2, 3, 4, 5)
        time = {
            "dateTime": "%x, %X", "date": "%d.%m.%Y", "time": "%H:%M:%S", "periods": ["", ""],
            "days": [str(days["wide"][n]) for n in order], "shortDays": [str(days["abbreviated"][n]) for n in order],
            "months": [str(months["wide"][n]) for n in range(1, 13)],
            "shortMonths": [str(months["abbreviated"][n]) for n in range(1, 13)],
        }  # fmt: skip
        return number, time
