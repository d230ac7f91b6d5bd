"""Superset's bundle: five dashboards over the published tables, whose figures are the report's."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import sqlglot

from crm360.connectors.engine.errors import ConfigError
from crm360.orchestration.bi import address, published
from crm360.orchestration.bi.dashboards import DASHBOARDS, RELATIONS
from crm360.orchestration.catalog.classes import class_of
from crm360.orchestration.report import metrics, query
from crm360.orchestration.report.look import Look
from crm360.orchestration.settings.publishing import Postgres
from tests.orchestration.bi.asking import plain, sql_of
from tests.orchestration.bi.conftest import ADDRESSES, LOOK, Make, charts, unpacked
from tests.orchestration.conducting import company as small
from tests.orchestration.report.healthy import changed
from tests.orchestration.running import crm360

pytestmark = pytest.mark.night

FIGURES = {f"{board.key}_{figure.key}": figure for board in DASHBOARDS for figure in board.figures}


@pytest.fixture(scope="module")
def files(make: Make) -> dict[str, dict[str, Any]]:
    return unpacked(make().zipped())


@pytest.fixture(scope="module")
def of_postgresql(make: Make) -> dict[str, dict[str, Any]]:
    return unpacked(make("postgresql").zipped())


def test_five_dashboards_have_every_figure(make: Make) -> None:
    told = make()
    assert told.dashboards == {board.key: len(board.figures) for board in DASHBOARDS} and not told.left_out
    assert list(told.dashboards) == ["overview", "sales", "marketing", "service", "quality"]


def test_a_chart_has_columns_and_metrics_of_its_dataset_and_says_the_same_twice(files: dict[str, Any]) -> None:
    assert charts(files).keys() == FIGURES.keys()
    for name, (chart, dataset) in charts(files).items():
        params, (asked,) = chart["params"], json.loads(chart["query_context"])["queries"]
        drawn = params.get("metrics") or [params["metric"]]
        grouped = params.get("groupby", [])
        by = [params.get("x_axis"), *(grouped if isinstance(grouped, list) else [grouped])]
        named = [c if isinstance(c, str) else c["sqlExpression"] for c in asked["columns"]]
        assert asked["metrics"] == drawn and named == [c for c in by if c], name
        assert set(drawn) <= {m["metric_name"] for m in dataset["metrics"]}, name
        assert {*named, *filter(None, [dataset["main_dttm_col"]])} <= {c["column_name"] for c in dataset["columns"]}, (
            name
        )


@pytest.mark.parametrize("name", FIGURES)
def test_a_charts_query_gives_what_the_report_says(
    name: str, files: dict[str, Any], con: duckdb.DuckDBPyConnection
) -> None:
    figure, (chart, dataset) = FIGURES[name], charts(files)[name]
    found = plain(con.execute(sql_of(chart, dataset)).fetchall())
    if name.startswith("quality_"):  # the report tells these out of the run's records
        return
    drawn = json.loads(chart["query_context"])["queries"][0]["metrics"]
    width = len(figure.axes) + len(drawn)
    told = con.execute(query.of(figure, LOOK).text()).fetchall()
    assert figure.measures[: len(drawn)] == tuple(drawn) and found == plain([row[:width] for row in told])


@pytest.mark.parametrize("name", FIGURES)
def test_a_charts_query_is_postgresqls_too(name: str, of_postgresql: dict[str, Any]) -> None:
    chart, dataset = charts(of_postgresql)[name]
    statement = sqlglot.parse_one(sql_of(chart, dataset), dialect="postgres")
    assert {table.db for table in statement.find_all(sqlglot.exp.Table)} == {"crm360"}


def test_numbers_are_told_in_their_unit(files: dict[str, Any]) -> None:
    told = {m["metric_name"]: m for _, dataset in charts(files).values() for m in dataset["metrics"]}
    assert told["net_revenue"]["currency"] == {"symbol": "EUR", "symbolPosition": "prefix"}
    assert told["win_rate"]["d3format"] == ".1%" and "currency" not in told["win_rate"]
    assert told["win_rate"]["expression"].startswith("1.0 * "), "PostgreSQL divides counts as whole numbers"


def test_what_columns_and_figures_mean_is_what_the_tables_and_the_metrics_say(
    company: Path, tmp_path: Path, make: Make
) -> None:
    words = (
        "comment on column revenue_entries.net_revenue is 'What is left.'; comment on table revenue_entries is 'Sold.'"
    )
    with duckdb.connect(str(changed(company, tmp_path, words)), read_only=True) as con:
        files = unpacked(make(over=con).zipped())
    chart, dataset = charts(files)["overview_revenue_tile"]
    assert dataset["description"] == "Sold." and metrics.delivered()["net_revenue"].description in chart["description"]
    assert {c["column_name"]: c["description"] for c in dataset["columns"]}["net_revenue"] == "What is left."
    defined = {m["metric_name"]: m["description"] for m in dataset["metrics"]}
    assert defined["net_revenue"] == metrics.delivered()["net_revenue"].description
    assert defined["average"] == metrics.delivered()["revenue_per_purchase"].description


def test_no_dataset_names_or_reaches_a_person(files: dict[str, Any]) -> None:
    shown = {axis.sql for figure in FIGURES.values() for axis in figure.axes}  # products, stages, who sells
    for path, dataset in files.items():
        if path.startswith("datasets/"):
            table = RELATIONS[Path(path).stem].table
            for told in dataset["columns"]:
                name = told["column_name"]
                as_it_is = f"{table}.{name}" in dataset["sql"] if dataset["sql"] else told["expression"] is None
                personal = as_it_is and class_of(table, name) in ("direct", "contact", "sensitive", None)
                assert not personal or f"{table}.{name}" in shown, (path, name)


def test_a_filter_acts_on_the_charts_that_have_its_column_and_on_no_other(files: dict[str, Any]) -> None:
    datasets = {told["uuid"]: told for path, told in files.items() if path.startswith("datasets/")}
    by_uuid = {chart["uuid"]: dataset for chart, dataset in charts(files).values()}
    seen = set()
    for path, board in files.items():
        if not path.startswith("dashboards/"):
            continue
        places = [p["meta"] for p in board["position"].values() if isinstance(p, dict) and p["type"] == "CHART"]
        assert len({p["chartId"] for p in places}) == len(places)
        for one in board["metadata"]["native_filter_configuration"]:
            column = one["targets"][0].get("column", {}).get("name")
            seen.add((Path(path).stem, column or "period"))
            having = {
                p["chartId"]
                for p in places
                if (column in [c["column_name"] for c in by_uuid[p["uuid"]]["columns"]] if column
                    else by_uuid[p["uuid"]]["main_dttm_col"])
            }  # fmt: skip
            assert {p["chartId"] for p in places} - having == set(one["scope"]["excluded"]) and having
            if column:
                target = datasets[one["targets"][0]["datasetUuid"]]
                assert column in [c["column_name"] for c in target["columns"]]
    assert {("overview", "period"), ("overview", "country"), ("sales", "source"), ("service", "channel")} <= seen


def test_a_dashboard_is_twelve_columns_wide_and_holds_each_chart_once(files: dict[str, Any]) -> None:
    for path, board in files.items():
        if path.startswith("dashboards/"):
            position = board["position"]
            rows = [position[name] for name in position["GRID_ID"]["children"]]
            assert all(sum(position[c]["meta"]["width"] for c in row["children"]) <= 12 for row in rows)
            held = [position[c]["meta"]["uuid"] for row in rows for c in row["children"]]
            wanted = {c["uuid"] for name, (c, _) in charts(files).items() if name.startswith(f"{Path(path).stem}_")}
            assert set(held) == wanted and len(held) == len(wanted)


def test_the_same_version_is_the_same_bundle_and_another_place_is_another_thing(
    make: Make, of_postgresql: dict[str, Any]
) -> None:
    first, second = make().zipped(), make().zipped()
    assert first == second
    here, there = unpacked(first), of_postgresql
    uuids = [told["uuid"] for told in here.values() if "uuid" in told]
    assert len(set(uuids)) == len(uuids) and not {*uuids} & {told.get("uuid") for told in there.values()}
    assert here["metadata.yaml"] == {"version": "1.0.0"}, "a type would keep one of the two ways of importing out"
    german = unpacked(make(look=Look(language="de", company="Kante")).zipped())
    assert {path: told.get("uuid") for path, told in german.items()} == {p: t.get("uuid") for p, t in here.items()}
    assert german["dashboards/sales.yaml"]["dashboard_title"] == "Kante: Vertrieb"
    assert german["charts/overview_revenue_tile.yaml"]["slice_name"] == "Nettoumsatz"


def test_what_is_not_published_is_left_out_and_told(company: Path, tmp_path: Path, make: Make) -> None:
    path = changed(company, tmp_path, "drop table tickets", "alter table deals drop column value_amount")
    with duckdb.connect(str(path), read_only=True) as con:
        told = make(over=con)
    assert told.left_out["service/tickets"] == told.left_out["overview/open_tile"] == "tickets is not published"
    assert told.left_out["sales/won"].startswith("deals lacks a column") and "sales/pipeline" not in told.left_out
    files = unpacked(told.zipped())
    assert "charts/service_surveys.yaml" in files and "charts/service_tickets.yaml" not in files
    assert "datasets/crm360/tickets.yaml" not in files and told.dashboards["service"] < 11


def test_the_database_is_read_only_cached_for_an_hour_and_speaks_utc(make: Make) -> None:
    told = {dialect: unpacked(make(dialect).zipped())["databases/crm360.yaml"] for dialect in ADDRESSES}
    for one in told.values():
        assert one["cache_timeout"] == 3600 and not one["allow_dml"] and not one["allow_csv_upload"]
    assert told["postgresql"]["extra"]["engine_params"] == {"connect_args": {"options": "-c timezone=UTC"}}
    assert told["duckdb"]["extra"]["engine_params"] == {} and "READ_ONLY" in told["duckdb"]["sqlalchemy_uri"]


CONFIG: Any = SimpleNamespace(
    published=Path("/srv/shop/data/published"),
    toml=SimpleNamespace(publish=SimpleNamespace(postgres=Postgres(schema="shop"))),
)


@pytest.mark.parametrize(
    ("told", "uri", "schema", "without"),
    [
        (None, "duckdb:////srv/shop/data/published/current/customer_360.duckdb?access_mode=READ_ONLY", "main", False),
        ("duckdb:////mnt/c 3.duckdb", "duckdb:////mnt/c 3.duckdb?access_mode=READ_ONLY", "main", False),
        ("duckdb:////mnt/c.duckdb?access_mode=READ_WRITE", "duckdb:////mnt/c.duckdb?access_mode=READ_ONLY", "main", False),
        ("postgresql://bi@db:5433/shop?sslmode=require", "postgresql+psycopg2://bi@db:5433/shop?sslmode=require", "shop", False),
        ("postgres://bi@db/shop", "postgresql+psycopg2://bi@db/shop", "shop", False),
        ("postgresql+psycopg://bi:s3cret@db/shop", "postgresql+psycopg2://bi:XXXXXXXXXX@db/shop", "shop", True),
    ],
)  # fmt: skip
def test_an_address_is_as_superset_takes_it_without_its_password(
    told: str | None, uri: str, schema: str, without: bool
) -> None:
    found = address.of(CONFIG, told)
    assert (found.uri, found.schema, found.is_without_password) == (uri, schema, without)
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("mysql://bi:s3cret@db/shop", "it begins with duckdb:// or postgresql://"),
        ("s3cret", "it is no address"),
        ("postgresql://bi@db:port/shop", "it is no address"),
        ("postgresql://bi@db/shop?password=s3cret", "password is a secret: leave it out, and give it to Superset"),
        ("duckdb:///md:shop?motherduck_token=s3cret", "motherduck_token is a secret"),
        ("postgresql://bi:s3cret@db", "it names no database"),
        ("duckdb:///c.duckdb", "it names no file from the root"),
        ("duckdb:///:memory:", "it names no file from the root"),
        ("duckdb://", "it names no file from the root"),
    ],
)
def test_an_address_that_is_none_is_one_sentence_without_its_secret(told: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        address.of(CONFIG, told)
    assert str(error.value).startswith(f"--url: {sentence}") and "s3cret" not in str(error.value)


def test_the_command_writes_the_bundle_of_what_is_published(
    tmp_path: Path, company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    toml, output = small(tmp_path) / "crm360.toml", tmp_path / "out.zip"
    here = ["bi", "superset", "--config", str(toml), "--output", str(output)]
    code, _, error = crm360(capsys, monkeypatch, *here)
    assert code == 1 and "nothing is published yet" in error and not output.exists()
    current = tmp_path / "data" / "published" / "current"
    current.mkdir(parents=True)
    (current / "customer_360.duckdb").write_bytes(b"no database")
    code, _, error = crm360(capsys, monkeypatch, *here)
    assert code == 1 and "the published version can't be read" in error
    (current / "customer_360.duckdb").write_bytes(company.read_bytes())
    code, out, _ = crm360(capsys, monkeypatch, *here)
    assert (
        code == 0 and "5 dashboards" in out and "access_mode=READ_ONLY" in out and "superset import-dashboards" in out
    )
    uri = unpacked(output.read_bytes())["databases/crm360.yaml"]["sqlalchemy_uri"]
    assert uri == f"duckdb:///{current}/customer_360.duckdb?access_mode=READ_ONLY"
    secret = ["--url", "postgresql://bi:s3cret@db/shop"]
    code, out, _ = crm360(capsys, monkeypatch, *here, *secret)
    assert code == 0 and "the password is not in it" in out and "s3cret" not in out
    assert b"s3cret" not in b"".join(json.dumps(t).encode() for t in unpacked(output.read_bytes()).values())
    code, out, _ = crm360(capsys, monkeypatch, *here, *secret, "--json")
    told = json.loads(out)
    assert told["ok"] and told["password_left_out"] and told["dashboards"]["sales"] == 11 and told["left_out"] == {}
    code, _, error = crm360(capsys, monkeypatch, *here[:-1], str(tmp_path / "no" / "out.zip"))
    assert code == 2 and "can't be written: No such file or directory" in error and len(error.splitlines()) == 1


def test_a_version_that_is_nobodys_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(published.NothingPublished, match="nothing is published yet"), published.opened(tmp_path):
        pass
