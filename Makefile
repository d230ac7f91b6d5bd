# make run   environment, install, one night against the sandbox     make test   environment, install, all tests
# make lint  ruff, mypy                                               make lock   pin the dependencies anew
# make lint-models  sqlfluff over the models, some ten minutes
# make wheel the installed wheel, outside the repository
# make nights tests of whole nights                                   make long   tests too long for every day
# make spark tests that need crm360[spark] and Java 17; without Java it says so and is content
# make spark-nights two whole nights of the simulated company on DuckDB and on Spark, compared; with 60 people half an hour
# make vulnerabilities what is known against the pinned packages; asks PyPI, which nothing else here does
# make bench the benchmarks (tests/benchmarks), which print tables

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed
BENCH := .venv-bench/.installed
AUDIT := .venv-audit/.installed
SPARK := .venv/.spark
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What is compiled once is kept: pytest takes ten seconds to rewrite the tests of a checkout.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test nights long wheel spark spark-nights bench vulnerabilities lint lint-models lock clean

run: $(READY)
	@$(BIN)/crm360 run --sandbox

test: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/nights tests/connectors tests/dbt_project tests/expectations tests/orchestration tests/record_linkage

nights: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "night and not long" tests/nights tests/connectors tests/dbt_project tests/expectations tests/orchestration

long: $(READY)
	@$(BIN)/python -m pytest -m long

wheel: $(READY)
	@$(BIN)/python -m pytest -m wheel tests/wheel

spark: $(READY)
	@if java -version >/dev/null 2>&1; then $(MAKE) --no-print-directory $(SPARK) && \
		$(BIN)/python -m pytest -m spark tests/dbt_project/test_engines_agree.py tests/orchestration/test_spark.py; \
	else echo "skipped: the tests on Spark need Java 17, and there is no java"; fi

spark-nights: $(READY)
	@if java -version >/dev/null 2>&1; then $(MAKE) --no-print-directory $(SPARK) && \
		$(BIN)/python -m pytest -m long tests/nights/test_on_spark.py; \
	else echo "skipped: the nights on Spark need Java 17, and there is no java"; fi

bench: $(READY) $(BENCH)
	@for script in tests/benchmarks/bench_*.py; do $(BIN)/python $$script || exit 1; done

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

lint-models: $(READY)
	@$(BIN)/python -m crm360.orchestration.catalog.assembly build/dbt
	@CRM360_WAREHOUSE=:memory: $(BIN)/sqlfluff lint build/dbt/models build/dbt/tests --processes 2 --disable-progress-bar

# A package that PyPI can't be asked about is a failure too: what is not known is not safe.
vulnerabilities: $(AUDIT)
	@for lock in requirements.lock requirements-spark.lock; do \
		echo "$$lock"; .venv-audit/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$lock || exit 1; done

lock: $(READY)
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra spark --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements-spark.lock

clean:
	@rm -rf .venv .venv-audit .venv-bench .venv-superset

$(AUDIT): Makefile
	@echo "installing pip-audit into .venv-audit (first time)"
	@$(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python -m pip install -qq pip-audit==2.10.1
	@touch $(AUDIT)

$(BENCH): tests/benchmarks/requirements.txt
	@echo "installing what we are measured against into .venv-bench (first time: about a minute)"
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -qq --no-deps --requirement tests/benchmarks/requirements.txt
	@touch $(BENCH)

$(SPARK): requirements-spark.lock $(READY)
	@echo "installing crm360[spark] into .venv (first time: about a minute)"
	@$(BIN)/python -m pip install -qq --require-hashes --requirement requirements-spark.lock
	@touch $(SPARK)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("crm360 needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	@echo "installing into .venv (first time: about two minutes)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $(READY)
