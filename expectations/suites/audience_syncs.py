"""audience_syncs: one row per push and member; a refusal says why, and nothing else does."""

from __future__ import annotations

from crm360.expectations.suite import Suite, key, no_rows, one_of, present, rows

REFUSALS = (
    *("unsubscribed", "bounced", "not subscribed", "unknown there", "invalid address", "rejected", "not written"),
    *("same record there", "no consent", "withdrawn", "forgotten", "target failed"),
)

SUITE = Suite(
    table="audience_syncs",
    may_be_empty_because="nothing may have been pushed yet; the last check finds members of the ledger who are missing",
    may_shrink=True,
    expectations=(
        rows(),
        *key("push", "customer_id"),
        *present("audience", "target", "mode", "action", "outcome", "is_member", "synced_at"),
        one_of("mode", ("add", "mirror")),
        one_of("action", ("add", "remove")),
        one_of("outcome", ("accepted", "already there", "refused", "not sent", "pending")),
        one_of("refusal", REFUSALS),
        no_rows(
            "whoever was not accepted has a reason, and nobody else",
            "select 1 from {batch} where (outcome in ('refused', 'not sent')) and refusal is null "
            "or outcome in ('accepted', 'already there') and refusal is not null",
        ),
        no_rows(
            "whom others put in is not ours, and whom we took out is not in by us any more",
            "select 1 from {batch} where is_member and (outcome = 'already there' "
            "or action = 'remove' and outcome = 'accepted')",
        ),
        no_rows(
            "every push that the ledger knows is here",
            "select push from ledger.audience_syncs except select push from (select push from {batch}) as here",
        ),
    ),
)
