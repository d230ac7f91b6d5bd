"""The tables show what was put into the simulated company: who wins, what gets stuck, who is slow, what gives trouble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm360.connectors.sandbox.company import causes, names
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.company.pipeline import owner_names
from crm360.connectors.sandbox.company.support import AGENTS
from crm360.connectors.sandbox.server.server import running
from tests.nights.nights import Nights

pytestmark = pytest.mark.long
PEOPLE = 2_000  # of fewer, chance says as much as the causes


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    with running(Company(PEOPLE, seed=7, day=0)) as sandbox:
        nights = Nights(sandbox, tmp_path_factory.mktemp("causes"))
        nights.night()
        yield nights


def test_who_was_referred_buys_and_who_came_by_advertisements_looks_around(night: Nights) -> None:
    rates = dict(night.query("select lead_source, conversion_rate from lead_conversion where count_of_leads >= 50"))
    assert max(rates, key=rates.__getitem__) == "referrals"
    assert set(sorted(rates, key=rates.__getitem__)[:2]) == {"social_media", "paid_search"}


def test_who_is_further_has_more_deals_won(night: Nights) -> None:
    won = dict(night.query("select lifecycle_stage, avg(count_of_won_deals) from customer_360 group by all"))
    assert won["subscriber"] < won["marketingqualifiedlead"] < won["opportunity"]


def test_the_pipeline_leaks_after_the_demo_and_waits_in_the_negotiation(night: Nights) -> None:
    stuck = dict(night.query("select stage, bottleneck_because from pipeline_stages where is_bottleneck"))
    assert stuck == {"demo": "leaky", "negotiation": "slow"}


def test_one_representative_wins_less(night: Nights) -> None:
    rates = dict(night.query(
        """select representative, sum(count_of_won_deals) / sum(count_of_won_deals + count_of_lost_deals)
        from sales_by_representative where representative is not null group by all"""
    ))  # fmt: skip
    first, last = owner_names(night.company.draws)[causes.WEAK_OWNER]
    assert min(rates, key=rates.__getitem__) == f"{first} {last}"


def test_one_agent_is_overburdened_and_nobody_answers_at_night(night: Nights) -> None:
    taken = dict(night.query(
        """select agent_id, sum(average_resolution_minutes * count_of_solved_tickets) / sum(count_of_solved_tickets)
        from service_by_agent where agent_id is not null group by all"""
    ))  # fmt: skip
    agents = night.company.desk.users.ids(causes.agents_by_pace(AGENTS - 1))
    slowest, *others = sorted(taken.values(), reverse=True)
    assert taken[f"zendesk:{agents[-1]}"] == slowest > 1.5 * others[0]
    waits = dict(night.query(
        "select hour(created_at) >= 18 or hour(created_at) < 7, median(first_reply_minutes) from tickets group by all"
    ))  # fmt: skip
    assert waits[True] > 2 * waits[False]
    happy = dict(night.query(
        """select resolution_minutes > 4 * 1440, avg((satisfaction = 'satisfied')::int) from tickets
        where satisfaction is not null and resolution_minutes is not null group by all"""
    ))  # fmt: skip
    assert happy[True] < happy[False]


def test_one_kind_of_goods_gives_trouble(night: Nights) -> None:
    things = names.GOODS[causes.TROUBLED_KIND][0]
    listed = ", ".join(f"'{thing}'" for thing in things)
    shares = dict(night.query(
        f"""select split_part(product, ',', 1) in ({listed}),
            sum(count_of_tickets) filter (where type in ('problem', 'incident')) / sum(count_of_tickets)
        from pain_points where product is not null group by all"""
    ))  # fmt: skip
    assert shares[True] > 1.4 * shares[False]


def test_readers_of_the_newsletter_stay(night: Nights) -> None:
    left = dict(night.query(
        """select count_of_emails_opened > 0.35 * count_of_emails_sent, avg(is_churned::int) from customer_360
        where count_of_purchases >= 4 and count_of_emails_sent > 3 group by all"""
    ))  # fmt: skip
    assert left[True] < 0.7 * left[False]


def test_who_likes_the_newsletter_is_on_the_sms_list(night: Nights) -> None:
    """Nobody is on it who did not say so, and who left it is not."""
    states = dict(night.query("select state, count(*) from customer_consent where channel = 'sms' group by all"))
    assert states["unknown"] > states["opted_in"] > states["opted_out"] > 0
    joined = dict(night.query(
        """select count_of_emails_opened > 0.35 * count_of_emails_sent, avg((consents.state = 'opted_in')::int)
        from customer_360 inner join customer_consent as consents using (customer_id)
        where consents.channel = 'sms' and count_of_emails_sent > 3
        group by all"""
    ))  # fmt: skip
    assert joined[True] > 1.5 * joined[False] > 0
