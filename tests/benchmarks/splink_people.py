"""Splink doing what bench_identity.py measures us by, with our blocking. Runs in .venv-bench; see there.

.venv-bench/bin/python tests/benchmarks/splink_people.py PEOPLE.parquet CLUSTERS.parquet PAIRS.parquet     prints seconds

The model is the one that its documentation proposes for people: its comparison library, u from random pairs, m by
expectation-maximisation in two blockings. Columns block_… hold the keys of our blocks, null where a record is in none.
"""

from __future__ import annotations

import logging
import sys
import time

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

people, clusters, scored = sys.argv[1:]
logging.disable(logging.WARNING)
con = duckdb.connect()
con.execute("set threads = 2")
con.execute(f"create table people as from '{people}'")
columns = [row[0] for row in con.execute("describe people").fetchall()]
known = {name for name in columns if con.execute(f"select count({name}) from people").fetchall()[0][0]}
compared = {
    "first_name": cl.NameComparison("first_name"),
    "last_name": cl.NameComparison("last_name"),
    "birth_text": cl.DamerauLevenshteinAtThresholds("birth_text", [1, 2]),
    "email": cl.EmailComparison("email"),
    "phone": cl.DamerauLevenshteinAtThresholds("phone", [1]),
    "street": cl.JaroWinklerAtThresholds("street", [0.92]),
    "postal_code": cl.DamerauLevenshteinAtThresholds("postal_code", [1]),
    "city": cl.JaroWinklerAtThresholds("city", [0.92]).configure(term_frequency_adjustments=True),
    "job": cl.ExactMatch("job").configure(term_frequency_adjustments=True),
    "gender": cl.ExactMatch("gender"),
    "person_number": cl.DamerauLevenshteinAtThresholds("person_number", [1]),
}
compared = {name: comparison for name, comparison in compared.items() if name in known}
training = [rule for rule in (("first_name", "last_name"), ("birth_text",), ("email",)) if set(rule) <= known]
began = time.perf_counter()
settings = SettingsCreator(
    link_type="dedupe_only",
    comparisons=list(compared.values()),
    blocking_rules_to_generate_predictions=[block_on(name) for name in columns if name.startswith("block_")],
)
api = DuckDBAPI(con)
linker = Linker(api.register("people"), settings, log_level=None)
linker.training.estimate_probability_two_random_records_match([block_on(*rule) for rule in training], recall=0.7)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
for rule in training[:2]:
    linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
pairs = linker.inference.predict(threshold_match_probability=0.5)
found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.95)
seconds = time.perf_counter() - began
con.execute(f"copy (select unique_id, cluster_id from {found.physical_name}) to '{clusters}' (format parquet)")
stated = "unique_id_l as contact_id_a, unique_id_r as contact_id_b, match_probability as probability"
con.execute(f"copy (select {stated} from {pairs.physical_name}) to '{scored}' (format parquet)")
print(f"{seconds:.2f}")
