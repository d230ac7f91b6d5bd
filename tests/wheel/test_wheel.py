"""The wheel, as a stranger uses it: a new environment, an empty folder outside the repository, and a newcomer's walk.

init → a night against the sandbox → an own file, an own segment, an own mart with its suite → a second night. Nothing of
the checkout is on the path, and nothing may be written into the installed package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
README = ROOT / "src/crm360/project_template/models/README.md"
pytestmark = pytest.mark.wheel


def call(*words: object, cwd: Path, code: int = 0) -> str:
    """Run a command without anything of this environment in its own, and return what it printed."""
    env = {
        k: v for k, v in os.environ.items() if not k.startswith(("CRM360", "PYTHON", "VIRTUAL_ENV", "DAGSTER", "DBT"))
    }
    done = subprocess.run(
        [str(w) for w in words], cwd=cwd, env=env, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def crm360(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment that holds the wheel and what it declares, at the locked versions."""
    folder = tmp_path_factory.mktemp("installed")
    # What an older build left there would come into the wheel; what tests keep beside it is theirs.
    for left in (ROOT / "build" / "lib", *(ROOT / "build").glob("bdist.*")):
        shutil.rmtree(left, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    call(*pip, "--wheel-dir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    call(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    locked = folder / "constraints.txt"
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.removesuffix("\\") for line in lines if line[:1].isalnum()]
    locked.write_text("\n".join(pins) + "\n")
    call(
        UV,
        "pip",
        "install",
        "--quiet",
        "--python",
        python,
        "--constraint",
        locked,
        f"crm360[sandbox] @ file://{wheel}",
        cwd=folder,
    )
    return python.with_name("crm360")


def installed(crm360: Path) -> dict[str, str]:
    """Every delivered file of the installed package with its hash."""
    (package,) = crm360.parents[1].glob("lib/*/site-packages/crm360")
    files = (p for p in package.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return {str(p.relative_to(package)): sha256(p.read_bytes()).hexdigest() for p in files}


def ask(project: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(project / "data/published/current/customer_360.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def block(language: str) -> str:
    """The one block of a language in the README of a new project's models."""
    return README.read_text().split(f"```{language}\n")[1].split("```")[0]


def test_a_newcomers_walk_from_the_wheel(crm360: Path, tmp_path: Path) -> None:
    delivered = installed(crm360)
    assert not [name for name in delivered if name.startswith("tests/") or ("/test_" in name and name.endswith(".py"))]
    call(crm360, "init", "shop", cwd=tmp_path)
    shop = tmp_path / "shop"
    told = call(crm360, "run", "--sandbox", "--people", 60, cwd=shop)
    assert "all hold" in told, told

    (shop / "friends.csv").write_text(
        "id,name,mail\n1,Ada Friend,ada@friends.example\n2,Bo Friend,bo@friends.example\n"
    )
    toml = (shop / "crm360.toml").read_text()
    (shop / "crm360.toml").write_text(
        toml
        + '\n[sources.friends]\nsystem = "files"\n\n[sources.friends.streams.people]\npath = "friends.csv"\nkey = ["id"]\n\n'
        '[[sources.friends.streams.people.entities]]\nentity = "contacts"\nfields = { full_name = "name", email = "mail" }\n'
    )
    segments = (shop / "segments.yml").read_text()
    own = "  - dimension: home country\n    segments:\n      - segment: country {}\n        each: country\n"
    (shop / "segments.yml").write_text(segments.rstrip("\n") + "\n" + own)
    for language, name in (("sql", ".sql"), ("yaml", ".yml"), ("python", "_suite.py")):
        (shop / "models" / f"sales_by_weekday{name}").write_text(block(language))
    told = call(crm360, "run", "--sandbox", "--people", 60, cwd=shop)
    assert "all hold" in told, told
    assert ask(shop, "select count(*) from customers where email like '%@friends.example'") == [(2,)]
    assert ask(shop, "select count(*) > 0 from customer_segments where dimension = 'home country'") == [(True,)]
    assert ask(shop, "select count(*) > 0 from sales_by_weekday") == [(True,)]
    assert installed(crm360) == delivered, "a run wrote into the installed package"


def test_a_suite_that_lacks_or_fails_holds_everything_back(crm360: Path, tmp_path: Path) -> None:
    call(crm360, "init", "shop", cwd=tmp_path)
    shop = tmp_path / "shop"
    for language, name in (("sql", ".sql"), ("yaml", ".yml")):
        (shop / "models" / f"sales_by_weekday{name}").write_text(block(language))
    told = call(crm360, "run", "--sandbox", "--people", 60, cwd=shop, code=1)
    assert "sales_by_weekday (it has no suite)" in told
    assert not (shop / "data/published/current").exists()
    (shop / "models" / "sales_by_weekday_suite.py").write_text("SUITE = 1 / 0\n")
    told = call(crm360, "audit", cwd=shop, code=1)
    assert "sales_by_weekday_suite.py does not load: ZeroDivisionError" in told
    assert "Traceback" not in told
