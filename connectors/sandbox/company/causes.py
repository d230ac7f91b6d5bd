"""What makes a difference in the company, so that there is something to find: each cause has one home, and a test
that the tables show it."""

from __future__ import annotations

import numpy as np

from crm360.connectors.sandbox.company import clock
from crm360.connectors.sandbox.company.draws import Draws, Flags, Floats, Ints

SOURCES = ["ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "SOCIAL_MEDIA", "REFERRALS", "DIRECT_TRAFFIC", "OFFLINE"]
LIFECYCLES = ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"]
_SOURCE_SHARES = [28, 14, 16, 10, 12, 12, 8]
_WON_BY_SOURCE = np.array([0.46, 0.30, 0.44, 0.20, 0.72, 0.45, 0.38])
"""Who was referred buys; who came by advertisements or social media looks around."""
_DEALS_BY_LIFECYCLE = np.array([0.4, 0.7, 1.0, 1.3, 1.5, 1.15])
_LEFT_OPEN = 0.08
WEAK_OWNER, _WEAK_OWNER_WINS = 3, 0.45
_STAGE_SHARES = np.array([0.12, 0.16, 0.20, 0.38, 0.14])
"""Of a deal's time in each open stage: the decision makers take theirs."""
_LOST_IN_STAGE = [0.06, 0.10, 0.66, 0.12, 0.06]
"""Most of what is lost is lost after the presentation."""
TROUBLED_KIND = "Kitchen"
_TYPES, _TYPES_OF_TROUBLED = [45, 30, 15, 10], [15, 50, 28, 7]
_PACE = np.array([0.7, 0.8, 1.0, 1.0, 0.9, 1.1, 2.8, 1.0])
"""How long each agent takes: the last but one of them is overburdened."""
_FOND = 0.4
PHOTOGRAPHED = (8, 9)
"""The mails of each round of twelve for which a photographer is paid: they cost more and sell no more."""
_COST_OF_MAIL, _COST_WITH_PICTURES = "38.50", "420.00"
_ADVOCATES = 0.03
_TOO_SLOW = 4 * clock.DAY
_SCORES = [1, 1, 1, 2, 2, 5, 6, 20, 28, 22, 12]
_SCORES_OF_FOND = [0, 0, 0, 0, 0, 1, 2, 6, 16, 35, 40]
_SCORES_OF_LET_DOWN = [12, 8, 10, 14, 14, 14, 12, 8, 5, 2, 1]
"""Of a hundred answers, how many give each score from 0 to 10."""
NEVER_ASKED, ON_SMS_LIST, OFF_SMS_LIST = range(3)
_SMS, _SMS_OF_FOND = [84, 12, 4], [52, 44, 4]


def lead_source(draws: Draws, p: Ints) -> Ints:
    """Where each person came from, a place in SOURCES."""
    return draws.chosen("lead source", p, _SOURCE_SHARES)


def lifecycle(draws: Draws, p: Ints) -> Ints:
    """How far each person is, a place in LIFECYCLES."""
    return np.minimum(draws.below("lifecycle", p, 10), len(LIFECYCLES) - 1)


def deals_of(draws: Draws, p: Ints) -> Floats:
    """How many times as likely as others' a deal with each person is."""
    return _DEALS_BY_LIFECYCLE[lifecycle(draws, p)]


def deal_owner(draws: Draws, deals: Ints, owners: int) -> Ints:
    return draws.below("deal owner", deals, owners)


def deal_outcome(draws: Draws, deals: Ints, p: Ints, owners: int) -> Ints:
    """0 for won, 1 for lost, 2 for left open: by where the person came from, and by who sells."""
    wins = _WON_BY_SOURCE[lead_source(draws, p)]
    wins = np.where(deal_owner(draws, deals, owners) == WEAK_OWNER, wins * _WEAK_OWNER_WINS, wins)
    drawn = draws.unit("deal outcome", deals)
    return np.where(drawn < wins, 0, np.where(drawn < 1 - _LEFT_OPEN, 1, 2))


def stages_left(draws: Draws, deals: Ints, lost: Flags, created: Ints, ends: Ints) -> Ints:
    """When each deal leaves each open stage, one row a deal: what is lost in a stage is in none after it."""
    last = np.where(lost, draws.chosen("lost in stage", deals, _LOST_IN_STAGE), len(_STAGE_SHARES) - 1)
    passed = np.cumsum(_STAGE_SHARES)
    share = np.minimum(passed[None, :] / passed[last][:, None], 1.0)
    left = created[:, None] + ((ends - created)[:, None] * share).astype(np.int64)
    return np.where(np.arange(len(passed))[None, :] >= last[:, None], ends[:, None], left)


def agent(draws: Draws, tickets: Ints, agents: int) -> Ints:
    return draws.below("assignee", tickets, agents)


def pace(agents: Ints) -> Floats:
    """How many times as long as usual an agent takes to solve a ticket."""
    return _PACE[agents % len(_PACE)]


def agents_by_pace(agents: int) -> Ints:
    """The agents' numbers, the quickest first."""
    return np.argsort(pace(np.arange(agents)), kind="stable").astype(np.int64)


def is_after_hours(times: Ints) -> Flags:
    """Whether a moment (ms) is one at which nobody is at the desk: from six in the evening to seven."""
    hour = times % clock.DAY // clock.HOUR
    return (hour >= 18) | (hour < 7)


def is_happy(draws: Draws, tickets: Ints, took: Ints) -> Flags:
    """Whether who rates a ticket rates it well: by how long (ms) it took."""
    chance = np.where(took < clock.DAY, 0.92, np.where(took < _TOO_SLOW, 0.8, 0.5))
    return draws.unit("happy", tickets) < chance


def ticket_type(draws: Draws, tickets: Ints, troubled: Flags) -> Ints:
    """Question, problem, incident or task: of what was bought last, one kind of goods gives more trouble."""
    return np.where(troubled, draws.chosen("type", tickets, _TYPES_OF_TROUBLED), draws.chosen("type", tickets, _TYPES))


def stays(draws: Draws, p: Ints, is_reader: Flags) -> tuple[Flags, Flags]:
    """Of those who would leave, who stays for the newsletter that they like; and who leaves for want of one."""
    fond = is_reader & (fond_of_mail(draws, p) > _FOND)
    return fond & draws.happens("stays", p, 0.95), ~fond & draws.happens("goes", p, 0.55)


def fond_of_mail(draws: Draws, p: Ints) -> Floats:
    """From 0 to 1: how likely each person is to open and click."""
    return draws.unit("fond of mail", p)


def sms_list(draws: Draws, p: Ints) -> Ints:
    """Who gets text messages, has left that list, or was never asked: who likes our mail gives the number sooner."""
    fond = fond_of_mail(draws, p) > _FOND
    return np.where(fond, draws.chosen("sms list", p, _SMS_OF_FOND), draws.chosen("sms list", p, _SMS))


def cost_of_mail(campaign: int) -> str:
    """What a campaign cost, in euro."""
    return _COST_WITH_PICTURES if campaign % 12 in PHOTOGRAPHED else _COST_OF_MAIL


def is_too_slow(took: Ints) -> Flags:
    """Whether a solution that took so long (ms) lets people down."""
    return took >= _TOO_SLOW


def nps_score(draws: Draws, answers: Ints, p: Ints, let_down: Flags) -> Ints:
    """How likely people say they are to recommend the shop, from 0 to 10: those who like our mail more, those whom
    support let down hardly."""
    fond = fond_of_mail(draws, p) > _FOND
    usual = np.where(fond, draws.chosen("nps", answers, _SCORES_OF_FOND), draws.chosen("nps", answers, _SCORES))
    return np.where(let_down, draws.chosen("nps", answers, _SCORES_OF_LET_DOWN), usual)


def is_advocate(draws: Draws, p: Ints) -> Flags:
    """Who tells others of the shop: a few bring in all who come by a referral."""
    return draws.happens("advocate", p, _ADVOCATES)


def referrers(draws: Draws, p: Ints, met: Ints) -> Ints:
    """Who referred each person: an advocate whom the company had met before, or -1. met: when it met each (ms)."""
    everybody = np.arange(len(met), dtype=np.int64)
    advocates = everybody[is_advocate(draws, everybody)]
    advocates = advocates[np.argsort(met[advocates], kind="stable")]
    known = np.searchsorted(met[advocates], met[p])
    referred = (lead_source(draws, p) == SOURCES.index("REFERRALS")) & (known > 0)
    chosen = np.minimum(draws.below("referrer", p, known), np.maximum(known - 1, 0))
    return np.where(referred, advocates[chosen] if len(advocates) else -1, -1)
