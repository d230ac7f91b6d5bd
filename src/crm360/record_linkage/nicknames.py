"""The names that a short, pet or other form of a first name can stand for, by the package nicknames.

Its list is of English names, and says that Hal may be a Harold as well as a Henry. A name that has as many short forms
of its own as the other, or more than one, is taken for a name and not for a form of it (Harry, Anna). Where one name is
meant before all others, and where a form is German or French, it is said here. Beginnings of a name (Alex, Max) need no
entry: they agree with all that they begin.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from nicknames import name_triplets

USUAL = """
abby abigail, andi andreas, andy andrew, becky rebecca, ben benjamin, bernie bernard, beth elizabeth, betty elizabeth,
bill william, billy william, bob robert, bobby robert, cathy catherine, charlie charles, chuck charles, cindy cynthia,
debbie deborah, dick richard, don donald, ed edward, eddie edward, fred frederick, jack john, jake jacob, jeff jeffrey,
jenny jennifer, jerry gerald, jim james, joe joseph, johnny john, kate katherine, kathy katherine,
katie katherine, ken kenneth, larry lawrence, liz elizabeth, maggie margaret, mandy amanda, matt matthew, meg margaret,
mick michael, mike michael, nate nathaniel, nick nicholas, patty patricia, peggy margaret, phil philip, ray raymond,
rick richard, rob robert, robbie robert, ron ronald, sally sarah, stan stanley, steve stephen, sue susan, ted edward,
tim timothy, tom thomas, tommy thomas, tony anthony, vicky victoria, walt walter, will william,
basti sebastian, conny cornelia, flo florian, gabi gabriele, hans johannes, heiner heinrich, heinz heinrich,
jockel joachim, jupp josef, kathi katharina, klaus nikolaus, lisa elisabeth, lisbeth elisabeth, lotte charlotte,
matze matthias, micha michael, michi michael, resi therese, rosi rosemarie, sepp josef, steffi stefanie, susi susanne,
trudi gertrud, uli ulrich, uschi ursula, willi wilhelm, wolle wolfgang,
babette elisabeth, guigui guillaume, juju julien, lili elisabeth, manu emmanuel, mimi marie, nico nicolas,
seb sebastien, steph stephane, titi thierry, vero veronique, vivi virginie
"""


def full_form(name: str) -> str:
    """The name that is meant if only one can be, as name keys: bob → robert; else the name itself."""
    return _listed()[0].get(name, name)


def full_forms(name: str) -> str | None:
    """All names that it can stand for, with blanks around each; None unless they are several."""
    found = _listed()[1].get(name, ())
    return f" {' '.join(sorted(found))} " if len(found) > 1 else None


@cache
def _listed() -> tuple[dict[str, str], dict[str, set[str]]]:
    """The form that is meant before all others, and all forms."""
    usual = dict(entry.split() for entry in USUAL.split(","))
    forms = {nickname: {name} for nickname, name in usual.items()}
    listed = [(name, nickname) for name, _, nickname in name_triplets()]
    own = Counter(name for name, _ in listed)
    for name, nickname in listed:
        if own[nickname] <= min(1, own[name] - 1):
            forms.setdefault(nickname, set()).add(name)
    for nickname, found in forms.items():
        if len(found) == 1:
            usual.setdefault(nickname, *found)
    return usual, forms
