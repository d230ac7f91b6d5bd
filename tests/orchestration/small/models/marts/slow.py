import os
import time


def model(dbt, session):
    dbt.config(materialized="table")
    for _ in range(int(os.environ.get("SMALL_SECONDS", "0")) * 10):
        time.sleep(0.1)
    return dbt.ref("purchases")
