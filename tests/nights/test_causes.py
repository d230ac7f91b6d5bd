"""The tables show what was put into the simulated company: who wins, what gets stuck, who is slow, what gives trouble."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from crm360.connectors.sandbox.company import books, causes, names
from crm360.connectors.sandbox.company.company import Company
from crm360.connectors.sandbox.company.pipeline import owner_names
from crm360.connectors.sandbox.company.support import AGENTS
from crm360.connectors.sandbox.server.server import running
from crm360.connectors.sandbox.server.tokens import TOKENS
from crm360.connectors.sandbox.vendors.hubspot.records import properties
from crm360.orchestration.run.demo import ADDRESS
from tests.nights.nights import Nights

pytestmark = pytest.mark.long
PEOPLE = 2_000  # of fewer, chance says as much as the causes
DELIVERED = Path(__file__).parents[2] / "crm360.toml"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """A night of the project as it is delivered."""
    with running(Company(PEOPLE, seed=7, day=0)) as sandbox:
        nights = Nights(sandbox, tmp_path_factory.mktemp("causes"))
        toml = DELIVERED.read_text().replace(ADDRESS, sandbox.base_url)
        (nights.folder / "crm360.toml").write_text(toml)
        for name, text in books.files().items():
            (nights.folder / name).write_text(text)
        nights.night(CRM360_SURVEYS_TOKEN=TOKENS["surveys"])
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


def test_mails_with_a_photographers_pictures_do_not_pay(night: Nights) -> None:
    told = night.query(
        """select name, cost, attributed_revenue, return_on_investment, acquisition_cost, count_of_customers_won
        from campaign_performance where sent_at is not null order by sent_at"""
    )
    costs = {
        r["campaign"]: Decimal(r["cost"]) for r in csv.DictReader(io.StringIO(books.files()["campaign_costs.csv"]))
    }
    assert len(told) > 50 and all(cost == costs[name] for name, cost, *_ in told)
    assert all(back == round(revenue / cost - 1, 4) for _, cost, revenue, back, *_ in told)
    assert all(each == round(cost / won, 4) for _, cost, _, _, each, won in told if won)
    dear = [at % 12 in causes.PHOTOGRAPHED for at in range(len(told))]
    earned = {
        kind: sum(r for (_, _, r, *_), d in zip(told, dear, strict=True) if d is kind)
        - sum(c for (_, c, *_), d in zip(told, dear, strict=True) if d is kind)
        for kind in (True, False)
    }
    assert earned[True] < 0 < earned[False]
    months = "select count(*), count(acquisition_cost) from acquisition_cost where count_of_campaigns > 0"
    ((sent, measured),) = night.query(months)
    assert sent == measured > 20


def test_deals_in_pounds_are_worth_the_pound_of_their_day(night: Nights) -> None:
    pipeline = night.company.pipeline
    rows = pipeline.deals.live()
    told = properties(night.company, "deals", rows)
    agreed = {str(p["hs_object_id"]): (p["deal_currency_code"], Decimal(str(p["amount"]))) for p in told}
    deals = night.query("select source_id, currency, amount, value_amount, exchange_rate, closed_at::date from deals")
    assert {number: (currency, amount) for number, currency, amount, *_ in deals} == agreed
    rates = sorted(books.RATES)
    pounds = [deal for deal in deals if deal[1] == "GBP"]
    assert len(pounds) > 50
    for _, _, amount, value, rate, closed in pounds:
        assert rate == Decimal(rates[-1][1] if closed is None else [r for day, r in rates if day <= str(closed)][-1])
        assert value == round(amount * rate, 4)
    assert night.query(
        "select count(*) from data_quality where rule like '%without a rate' and count_of_records > 0"
    ) == [(0,)]


def test_a_few_bring_in_all_who_were_referred(night: Nights) -> None:
    found = dict(night.query("select customer_id, count_of_referrals from customer_360 where count_of_referrals > 0"))
    company = night.company
    # Of a key of several parts, and of a name that leads there, the last part is the record's own.
    behind = {
        (system, record.rsplit("/", 1)[-1]): person for (system, record), person in company.truth().people().items()
    }
    persons: dict[str, set[int]] = {}
    for customer, source, record in night.query(
        "select customer_id, source, source_id from customer_identities where is_current"
    ):
        persons.setdefault(customer, set()).add(behind[source, record.rsplit("/", 1)[-1]])
    everybody = np.arange(len(company.people), dtype=np.int64)
    advocates = set(everybody[causes.is_advocate(company.draws, everybody)].tolist())
    assert len(found) > 20 and all(persons[customer] & advocates for customer in found)
    contacts = company.pipeline.contacts
    people = np.unique(contacts["person"][contacts.live()]).astype(np.int64)
    referred = int((causes.referrers(company.draws, people, company.people.met) >= 0).sum())
    assert 0.8 * referred < sum(found.values()) <= referred
    ungenerous = """select count(*) from customer_360 where count_of_referrals >= 3 and customer_id not in (
        select customer_id from customer_segments where segment = 'high-value')"""
    assert max(found.values()) >= 3 and night.query(ungenerous) == [(0,)]


def test_whom_support_let_down_would_not_recommend(night: Nights) -> None:
    told = night.query(
        "select count_of_answers, count_of_promoters, count_of_detractors from survey_results where kind = 'NPS'"
    )
    answers, promoters, detractors = (sum(column) for column in zip(*told, strict=True))
    scores = night.company.opinions.answers["score"]
    assert (answers, promoters, detractors) == (len(scores), int((scores >= 9).sum()), int((scores <= 6).sum()))
    slow = dict(night.query(
        """select coalesce(longest > 4 * 1440, false), avg(last_nps_score) from customer_360
        left join (select customer_id, max(resolution_minutes) as longest from tickets group by all) using (customer_id)
        where last_nps_score is not null group by all"""
    ))  # fmt: skip
    assert slow[True] < slow[False] - 2
    fond = dict(night.query(
        """select count_of_emails_opened > 0.35 * count_of_emails_sent, avg(last_nps_score) from customer_360
        where last_nps_score is not null and count_of_emails_sent > 3 group by all"""
    ))  # fmt: skip
    assert fond[True] > fond[False]
