"""Superset's configuration in the test: its own database is the test's PostgreSQL."""

import os

SECRET_KEY = "of a test, which is over soon"
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_DATABASE"]
