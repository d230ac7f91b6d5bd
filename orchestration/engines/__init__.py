"""What an engine that dbt can run on needs beside its macros: for Spark, a session as the models ask for it."""
