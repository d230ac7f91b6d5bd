"""Where dbt's SQL runs: DuckDB in the warehouse file, or Spark, whose tables the warehouse file then shows as views.

Everything after dbt (audit, ledger, publish, report) reads the warehouse file, on either engine.
"""
