"""One name in two scripts: a truth table of pairs, and how far two records agree in it."""

from __future__ import annotations

import unicodedata

import pytest

from crm360.record_linkage.scripts import latin, parts
from crm360.record_linkage.sounds import bones, frames

from .conftest import Identity
from .test_comparing import levels

# Country, first and last name in its script, and in Latin letters; whether they are one, and why not.
PAIRS = """
RU | Дмитрий    | Соловьёв      | Dmitry     | Soloviev      | same
RU | Игорь      | Васильев      | Igor       | Vasilyev      | same
RU | Юлия       | Щербакова     | Julia      | Shcherbakova  | same
RU | Наталья    | Хрущёва       | Natalia    | Khrushcheva   | same
RU | Андрей     | Зайцев        | Andrej     | Zaytsev       | same
UA | Євген      | Гончаренко    | Yevhen     | Honcharenko   | same
UA | Сергій     | Їжак          | Serhii     | Yizhak        | same
BG | Димитър    | Търновски     | Dimitar    | Tarnovski     | same
GR | Γιώργος    | Οικονόμου     | Giorgos    | Ikonomou      | same
GR | Χρήστος    | Μπαλτάς       | Hristos    | Baltas        | same
GR | Ευάγγελος  | Χατζής        | Evangelos  | Hatzis        | same
EG | محمد       | الحسن         | Mohamed    | El Hassan     | same
EG | فاطمة      | منصور         | Fatma      | Mansour       | same
EG | عبد الله   | صالح          | Abdullah   | Saleh         | same
IL | משה        | כהן           | Moshe      | Cohen         | same
IL | רחל        | פרידמן        | Rachel     | Friedman      | same
KR | 지훈        | 이             | Ji-hoon    | Lee           | same
KR | 영호        | 박             | Youngho    | Park          | same
KR | 수진        | 정             | Soo-jin    | Chung         | same
JP | しょうた     | さとう           | Shota      | Sato          | same
JP | ケンジ       | はっとり          | Kenji      | Hattori       | same
CN | 小明        | 王             | Xiaoming   | Wang          | same
CN | 小明        | 王             | Xiao Ming  | Wang          | same
TW | 建國        | 許             | Jianguo    | Hsu           | same
CN | 娜          | 歐陽            | Na         | Ouyang        | same
IN | राहुल       | शर्मा          | Rahul      | Sharma        | same
IN | दीपक       | कपूर          | Deepak     | Kapoor        | same
IN | मनीषा      | सिंह           | Manisha    | Singh         | same
TH | สมชาย      | ใจดี           | Somchai    | Jaidee        | same
TH | วิมล       | ทองดี          | Wimon      | Thongdee      | same
GE | ქეთევან    | ჭავჭავაძე      | Ketevan    | Chavchavadze  | same
AM | Շուշան     | Պետրոսյան      | Shushan    | Petrosian     | same
BG | Йордан     | Вълчев        | Yordan     | Vulchev       | same
GR | Νίκος      | Λαμπρόπουλος  | Nikos      | Lambropoulos  | same
IL | תמר        | צדוק          | Tamar      | Zadok         | same
TW | 俊傑        | 許             | Chun-chieh | Hsu           | same
TW | 文雄        | 陳             | Wen-hsiung | Chen          | same
TH | วรรณา      | คำดี           | Wanna      | Khamdee       | same
IN | मनोज       | राठौड़         | Manoj      | Rathaud       | same
RU | Дмитрий    | Соловьёв      | Sergey     | Ivanov        | other
EG | محمد       | الحسن         | Karim      | Haddad        | other
CN | 小明        | 王             | Jianguo    | Liu           | other
KR | 지훈        | 이             | Minjun     | Kim           | other
JP | さくら       | さとう           | Naoki      | Tanaka        | other
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in PAIRS.strip().splitlines()]


def test_one_name_in_two_scripts_is_the_same(identity: Identity) -> None:
    people = {}
    for n, (country, first, last, latin_first, latin_last, _) in enumerate(ROWS):
        born = {"birth_date": f"{1900 + n}-05-05", "country": country}
        people[f"a:{n}"] = {"first_name": first, "last_name": last, **born}
        people[f"b:{n}"] = {"first_name": latin_first, "last_name": latin_last, **born}
    identity.build(people)
    firsts, lasts = levels(identity, "first name"), levels(identity, "last name")
    told = {" ".join(row[1:5]): (firsts[f"a:{n}", f"b:{n}"], lasts[f"a:{n}", f"b:{n}"]) for n, row in enumerate(ROWS)}
    assert told == {" ".join(row[1:5]): ("4", "3") if row[-1] == "same" else ("0", "0") for row in ROWS}


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("王小明", "CN", ("王", "小明")), ("欧阳娜娜", "", ("欧阳", "娜娜")), ("김지영", "KR", ("김", "지영")),
        ("남궁민수", "KR", ("남궁", "민수")), ("たなか たろう", "", ("たなか", "たろう")), ("ジョン・スミス", "", ("スミス", "ジョン")),
        ("Иванов Дмитрий Сергеевич", "", ("Иванов", "Дмитрий")), ("Дмитрий Сергеевич Иванов", "", ("Иванов", "Дмитрий")),
        ("Дмитрий Иванов", "", None), ("Ann Lee", "", None),
    ],
)  # fmt: skip
def test_a_name_says_which_part_is_which(name: str, country: str, expected: tuple[str, str] | None) -> None:
    assert parts(name, country) == expected


def test_what_begins_with_a_vowel_is_no_name_that_does_not() -> None:
    """Consonants alone made Eliyahu and Leila one name, and Weiss and Shah."""
    for name, other in (("אליהו", "leila"), ("אוחיון", "cohen"), ("וייס", "shah"), ("לאה", "lichu"), ("عمر", "mira")):
        assert f"={bones(other)}" not in latin(name).kept.split(" "), name
    for name, other in (
        ("אליהו", "eliyahu"),
        ("אוחיון", "ohayon"),
        ("וייס", "weiss"),
        ("לאה", "leah"),
        ("عمر", "omar"),
    ):
        assert f"={bones(other)}" in latin(name).kept.split(" "), name


def test_a_city_in_other_letters_is_not_another_city(identity: Identity) -> None:
    people = {
        "a:1": {"first_name": "Dmitry", "last_name": "Zaytsev", "city": "Moscow", "street": "Tverskaya 1", "company_name": "Vostok"},
        "b:1": {"first_name": "Дмитрий", "last_name": "Зайцев", "city": "Москва", "street": "Тверская 1", "company_name": "Восток"},
        "c:1": {"first_name": "Dmitry", "last_name": "Zaytsev", "city": "Perm", "street": "Lenina 25", "company_name": "Orbita"},
    }  # fmt: skip
    identity.build(people)
    for field in ("place", "street", "company"):
        found = levels(identity, field)
        assert (found["a:1", "b:1"], found["a:1", "c:1"], found["b:1", "c:1"]) == ("-", "0", "-"), field


def test_decomposed_letters_are_the_same() -> None:
    for name in ("Йорданов", "김", "Ελένη", "がく", "फ़रहान", "أحمد"):
        assert latin(unicodedata.normalize("NFD", name)) == latin(unicodedata.normalize("NFC", name))


def test_a_sign_is_no_letter_and_splits_no_word() -> None:
    assert [latin(name).plain for name in ("Васильев", "Объедков", "В'ячеслав")] == ["vasilev", "obedkov", "vyacheslav"]


def test_characters_are_japanese_where_the_record_says_so(identity: Identity) -> None:
    pytest.importorskip("sudachipy")
    people = {
        "a:1": {"full_name": "田中太郎", "country": "JP"},
        "a:2": {"first_name": "花子", "last_name": "サトウ"},
        "a:3": {"full_name": "田中太郎", "language": "ja"},
        "a:4": {"full_name": "王小明", "country": "CN"},
        "a:5": {"full_name": "田中太郎"},
    }
    identity.build(people)
    keys = "select last_key, first_key from intermediate.int_names_standardized order by contact_id"
    assert identity.con.execute(keys).fetchall() == [
        ("tanaka", "taro"), ("sato", "hanako"), ("tanaka", "taro"), ("wang", "xiaoming"), ("tianzhong", "tailang"),
    ]  # fmt: skip


def test_characters_that_cannot_be_read_speak_neither_for_nor_against(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm360.record_linkage.scripts.reading", lambda text: None)
    born = {"birth_date": "1970-05-05"}
    identity.build(
        {
            "a:1": {"first_name": "太郎", "last_name": "田中", "country": "JP", **born},
            "b:1": {"first_name": "Taro", "last_name": "Tanaka", **born},
            "c:1": {"first_name": "太郎", "last_name": "田中", "country": "JP", **born},
        }
    )
    found = levels(identity, "first name")
    assert (found["a:1", "b:1"], found["a:1", "c:1"]) == ("-", "4")


def test_names_that_may_be_one_have_something_in_common() -> None:
    for _, first, last, latin_first, latin_last, same in ROWS:
        if same == "same":
            for name, other, is_last in ((first, latin_first, False), (last, latin_last, True)):
                assert set(frames(latin(name, "", is_last).kept).split()) & set(
                    frames(other.lower().replace("-", " ")).split()
                ), name
