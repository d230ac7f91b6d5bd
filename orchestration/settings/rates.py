"""Exchange rates out of the European Central Bank's file into the seed that the models convert with.

The file is `eurofxref-hist.csv` (or `eurofxref.csv`, one day): a row a day, a column a currency, each value the units
of the currency that one euro buys, `N/A` where there is none. Source: ecb.europa.eu, "Euro foreign exchange reference
rates".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from crm360 import durable
from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.settings.project import DELIVERED, Project

SEED = "exchange_rates.csv"
HEADER = ("currency", "valid_from", "rate")
EIGHT_PLACES = Decimal("1e-8")  # the seed's type is decimal(24, 8)
DAYS = ("%Y-%m-%d", "%d %B %Y")  # as in eurofxref-hist.csv, and in eurofxref.csv
Rates = dict[tuple[str, date], Decimal]


def read(path: Path, base: str, since: date | None = None, only: Collection[str] = ()) -> Rates:
    """Base-currency units for one unit, by currency and day, from `since` on. Raises ConfigError for another file."""
    found: Rates = {}
    for day, per_euro in _days(path):
        if since is not None and day < since:
            continue
        if base not in per_euro:
            raise ConfigError(f"{path.name} has no rate of {base}, the base currency, for {day}", where="rates")
        for currency, rate in per_euro.items():
            if currency != base and (not only or currency in only):
                found[currency, day] = (per_euro[base] / rate).quantize(EIGHT_PLACES)
    missing = sorted(set(only) - {currency for currency, _ in found} - {base})
    if missing or not found:
        raise ConfigError(f"{path.name} has no rate of {', '.join(missing) or 'any day asked for'}", where="rates")
    return found


def merge(rates: Rates, project: Project) -> tuple[int, int]:
    """Write the rates into the project's exchange_rates.csv; days that they do not hold stay.

    Returns its rows before and after.
    """
    seed = project.root / SEED
    try:
        with (seed if seed.exists() else DELIVERED / "seeds" / SEED).open(encoding="utf-8", newline="") as file:
            kept = {
                (row["currency"], date.fromisoformat(row["valid_from"])): Decimal(row["rate"])
                for row in csv.DictReader(file)
            }
    except (KeyError, ValueError, InvalidOperation) as error:
        raise ConfigError(f"{seed.name} is not a table of {', '.join(HEADER)}: mend it first", where="rates") from error
    merged = kept | rates
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((currency, day, f"{rate:f}") for (currency, day), rate in sorted(merged.items()))
    durable.write(seed, text.getvalue().encode(), mode=0o644)
    return len(kept), len(merged)


def _days(path: Path) -> Iterator[tuple[date, dict[str, Decimal]]]:
    """Each day of the file with the units of each currency that a euro buys, the euro itself included."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, skipinitialspace=True)
            head = [name.strip() for name in next(rows, [])]
            if not head or head[0] != "Date":
                raise ConfigError(
                    f"{path.name} does not begin with a column Date, as the ECB's file does", where="rates"
                )
            for row in rows:
                told = dict(zip(head[1:], (value.strip() for value in row[1:]), strict=False))
                rates = {name: Decimal(value) for name, value in told.items() if name and value not in ("", "N/A")}
                if any(not rate.is_finite() or rate <= 0 for rate in rates.values()):
                    raise ConfigError(f"{path.name} has a rate that is not above nought on {row[0]}", where="rates")
                yield _day(row[0].strip(), path), {"EUR": Decimal(1), **rates}
    except (OSError, UnicodeDecodeError, InvalidOperation) as error:
        raise ConfigError(f"{path.name} cannot be read as rates ({type(error).__name__})", where="rates") from error


def _day(text: str, path: Path) -> date:
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ConfigError(f"{path.name} has a row whose first column is no day", where="rates")
