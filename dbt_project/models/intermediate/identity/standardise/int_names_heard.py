"""One row per name that is compared: how it sounds, to be met by names in other scripts.

The reading is crm360.record_linkage.sounds. Each name is heard once: what the warehouse has heard already stays.
"""

import pyarrow as pa

from crm360.record_linkage.sounds import bones, frames, sound


def model(dbt, session):
    dbt.config(materialized="incremental", unique_key="name", incremental_strategy="of_texts")
    ((has_other_rules,),) = dbt.ref("int_identity_run").select("has_other_rules").fetchall()
    read = dbt.ref("int_contacts_changed").select("record_number")
    worded = dbt.ref("int_comparison_fields").join(read, "record_number")
    names = [
        worded.filter(f"{part}_name is not null").select(f"coalesce({part}_sounds, {part}_name) as name")
        for part in ("first", "last")
    ]
    met = names[0].union(names[1]).distinct()
    if dbt.is_incremental and not has_other_rules:
        met = met.except_(session.table(str(dbt.this)).select("name"))
    met = [name for (name,) in met.order("1").fetchall()]
    return pa.table(
        {
            "name": pa.array(met, pa.string()),
            "sound": pa.array([sound(name) or None for name in met], pa.string()),
            "bones": pa.array([bones(name) or None for name in met], pa.string()),
            "frames": pa.array([" ".join(frames(name)) or None for name in met], pa.string()),
        }
    )
