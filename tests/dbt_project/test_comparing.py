"""How two records agree in one field: truth tables over the compiled models."""

from __future__ import annotations

from crm360.record_linkage.fields import FIELDS

from .conftest import Identity

ANN = {"full_name": "Ann Lee"}


def levels(identity: Identity, field: str) -> dict[tuple[str, str], str]:
    """How the candidates agree in a field, by pair of records."""
    place = [f.name for f in FIELDS].index(field) + 1
    rows = identity.con.execute(
        f"""select least(a.contact_id, b.contact_id), greatest(a.contact_id, b.contact_id), pattern[{place}]
        from intermediate.int_pairs_compared
        join intermediate.int_contact_term_frequencies as a on number_a = a.record_number
        join intermediate.int_contact_term_frequencies as b on number_b = b.record_number where is_candidate"""
    ).fetchall()
    return {(a, b): level for a, b, level in rows}


# A city in other letters, and one in Latin letters: 2 the same by its sound, '-' no evidence, for it may have another name there.
CITIES = {
    ("Київ", "Kyiv"): "2", ("Казань", "Kazan"): "2", ("Пловдив", "Plovdiv"): "2", ("Αθήνα", "Athina"): "2", ("חיפה", "Haifa"): "2",
    ("서울", "Seoul"): "2", ("大阪", "Osaka"): "2", ("高雄", "Kaohsiung"): "2", ("თბილისი", "Tbilisi"): "2",
    ("Москва", "Moscow"): "-", ("القاهرة", "Cairo"): "-", ("Київ", "Lviv"): "-", ("Київ", "Львів"): "0", ("Kyiv", "Lviv"): "0",
}  # fmt: skip


def test_a_city_is_met_by_its_sound_and_one_that_is_not_speaks_against_nobody(identity: Identity) -> None:
    people = {}
    for n, cities in enumerate(CITIES):
        people |= {
            f"{'ab'[side]}:{n}": {"full_name": f"Ann Lee{n:03}", "city": city} for side, city in enumerate(cities)
        }
    identity.build(people)
    found = levels(identity, "place")
    assert {cities: found[f"a:{n}", f"b:{n}"] for n, cities in enumerate(CITIES)} == CITIES


# E-mail and name of two records, and how the addresses agree: '-' no evidence, 0 differ, 1 same name elsewhere, 2 a slip, 3 same.
ADDRESSES = [
    ("jan_meier@m.example", "Jan Meier", "jan_meier@other.test", "Jan Meier", "-"),
    ("gabriele.moeller@m.example", "Gabriele Möller", "gabriele.moeller@other.test", "Gabriele Möller", "-"),
    ("nicole_wagner@m.example", "Nicole Waner", "nicole_wagner@other.test", "Nicole Wagner", "-"),
    ("rosenrot77@m.example", "Petra Lange", "rosenrot77@other.test", "Petra Lange", "1"),
    ("nicole_vogel@shop.example", "Nicole Vogel", "nicole_vogel@shpo.example", "Nicole Vogel", "2"),
    ("kurt_schmitz@mail.com", "Kurt Schmitz", "kurt_schmitz@gmail.com", "Kurt Schmitz", "-"),
    ("uwe_krause@m.example", "Uwe Krause", "uew_krause1@m.example", "Uwe Krause", "0"),
    ("ole_brandt@m.example", "Ole Brandt", "oel_brandt@m.example", "Ole Brandt", "2"),
    ("familie.busch@m.example", "Busch", "familie.busch@m.example", "Ina Busch", "-"),
    ("familie.pohl@m.example", "Ina Pohl", "familie.pohl@m.example", "Ina Pohl", "3"),
]


def test_addresses_say_what_the_name_has_not_said(identity: Identity) -> None:
    people = {}
    for n, (email, name, other_email, other_name, _) in enumerate(ADDRESSES):
        people[f"a:{n}"] = {"full_name": name, "email": email}
        people[f"b:{n}"] = {"full_name": other_name, "email": other_email}
    identity.build(people)
    found = levels(identity, "e-mail")
    assert [found.get((f"a:{n}", f"b:{n}")) for n in range(len(ADDRESSES))] == [row[-1] for row in ADDRESSES]


ENTERED = {
    "2026-03-01 11:00": "6", "2026-02-28 10:30": "5", "2026-03-08 09:00": "4", "2026-01-31 10:00": "3",
    "2026-05-29 10:00": "2", "2025-03-02 10:00": "1", "2024-03-01 10:00": "0", None: "-", "9999-01-01 00:00": "-",
}  # fmt: skip


def test_two_systems_first_had_a_person_about_the_same_time(identity: Identity) -> None:
    people = {"a:0": {**ANN, "created_at": "2026-03-01 10:00"}, "a:1": {**ANN, "created_at": "2026-03-01 10:00"}}
    people |= {f"b:{n}": {**ANN, "created_at": moment} for n, moment in enumerate(ENTERED)}
    identity.build(people)
    found = levels(identity, "entered")
    assert [found["a:0", f"b:{n}"] for n in range(len(ENTERED))] == list(ENTERED.values())
    assert found["a:0", "a:1"] == "-"  # one system may have had both at once for any reason


def test_a_load_says_nothing_of_when_people_came(identity: Identity) -> None:
    days = {"a": ["2026-03-01"] * 11 + ["2026-03-02"] * 10, "b": [f"2026-03-{1 + n % 25:02}" for n in range(275)]}
    identity.build({f"{s}:{day}-{n}": {"created_at": day} for s, dates in days.items() for n, day in enumerate(dates)})
    counted = identity.con.execute(
        """select contact_id[1], entered_at::date::text, count(*) from intermediate.int_contacts_changed
        where entered_at is not null and contact_id < 'b:2026-03-02' group by 1, 2 order by 1, 2"""
    ).fetchall()
    assert counted == [("a", "2026-03-02", 10), ("b", "2026-03-01", 11)]
