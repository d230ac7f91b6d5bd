"""The maths of predicted customer value: pure functions on arrays, free of dbt, of DuckDB and of the clock."""
