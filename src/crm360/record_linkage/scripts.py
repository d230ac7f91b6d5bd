"""Names in other scripts, read into Latin letters: how they are written, and how they may sound in other spellings.

Covered: Cyrillic, Greek, Georgian, Armenian, Devanagari, kana, Hangul, Chinese characters by pinyin and by Wade-Giles;
of Arabic, Hebrew and Thai the consonants. Japanese characters need the package sudachipy and its dictionary
(`crm360[japanese]`); without it, and for characters of Korea, a name stays as it is and is compared only with its
like. Not covered: other scripts of India but by anyascii's letters, Cantonese but for surnames. Characters are Japanese
if the record says so: by its country or language, or by kana in any of its names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, product

from anyascii import anyascii

from crm360.record_linkage import letters
from crm360.record_linkage.japanese import reading
from crm360.record_linkage.sounds import HEARD, UNREAD, sound

MOST = 24
HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿々]")
KANA = re.compile(r"[぀-ヿ]")
HANGUL = re.compile(r"[가-힣]")
EAST_ASIAN = re.compile(r"[㐀-䶿一-鿿豈-﫿々぀-ヿ가-힣ー\s・·]+")


@dataclass(frozen=True)
class Written:
    """A name in Latin letters, and what is kept of how it may sound: '~ dmitri', '=mhmd' (consonants), '?' (unread)."""

    plain: str
    kept: str


def latin(name: str, country: str = "", is_last: bool = False) -> Written:
    """One name, first or last, that has other letters than Latin ones. `country` says whose the characters are."""
    text = unicodedata.normalize("NFKC", name).strip()
    if HANGUL.search(text):
        return _heard(_hangul(text, is_last))
    if KANA.search(text) or HAN.search(text):
        return _characters(text, country, is_last)
    for letter, read in CONSONANT_SCRIPTS:
        if letter.search(text):
            return Written(_plain(text), " ".join(_first_of(f"={b}" for b in read(text))) or UNREAD)
    for letter, spell in ALPHABETS:
        if letter.search(text):
            return _heard(spell(text))
    return _heard([_plain(text)])


def sounds_of_place(name: str) -> str:
    """How a city in other letters may sound, as of a name: 'Казань' → ~ kazan. Moscow is not met, which has its own."""
    return latin(name).kept


def parts(name: str, country: str = "") -> tuple[str, str] | None:
    """Last and first name of a full one whose script says which is which; None if it does not."""
    text = unicodedata.normalize("NFKC", name).strip()
    if EAST_ASIAN.fullmatch(text) and "," not in text:
        words = re.split(r"[\s・·]+", text)
        if len(words) == 2:
            return (words[1], words[0]) if re.search("[・·]", text) else (words[0], words[1])
        return _divided(text, country) if len(words) == 1 else None
    words = text.split()
    # A patronymic says where the first name is, and is left out: others seldom write it.
    if len(words) == 3 and "," not in text:
        if PATRONYMIC.search(words[2]):
            return words[0], words[1]
        if PATRONYMIC.search(words[1]):
            return words[2], words[0]
    return None


PATRONYMIC = re.compile(r"(вич|вна|ична|инична|йович)$", re.IGNORECASE)


def _divided(text: str, country: str) -> tuple[str, str] | None:
    if HANGUL.search(text):
        length = 2 if text[:2] in letters.KOREAN_COMPOUND and len(text) > 2 else 1
    elif country == "JP" or KANA.search(text):
        found = reading(text)
        length = found.length_of_last if found else {3: 2, 4: 2, 5: 2}.get(len(text), 0)
    else:
        found = reading(text) if country == "" and text[0] not in letters.CHINESE_SURNAMES else None
        is_japanese = found is not None and found.is_known and found.length_of_last == 2
        length = 2 if is_japanese or (text[:2] in letters.CHINESE_COMPOUND and len(text) > 2) else 1
    return (text[:length], text[length:]) if 0 < length < len(text) <= 6 else None


def _heard(spelled: list[str]) -> Written:
    return Written(spelled[0], HEARD + " ".join(_first_of(sound(s.lower()) for s in spelled)))


def _first_of(sounds: Iterable[str]) -> tuple[str, ...]:
    return tuple(s for s in dict.fromkeys(sounds) if s.strip("="))[:MOST]


def _plain(text: str) -> str:
    """Letters alone: a sign that changes a letter's sound, or a letter that Latin lacks, splits no word."""
    return re.sub(r"['`´ʹʺ’‘\"]", "", anyascii(text))


def _characters(text: str, country: str, is_last: bool) -> Written:
    if country == "JP" or KANA.search(text):
        kana = text if not HAN.search(text) else (found.kana if (found := reading(text)) else None)
        if kana is None:
            return Written(text, UNREAD)
        return _heard(_hepburn(kana))
    if country == "KR":
        return Written(text, UNREAD)
    given = [_plain(c).lower() for c in text if not c.isspace()]
    spelled = ["".join(given), "".join(map(_wade_giles, given))]
    if is_last and text[0] in letters.CHINESE_SURNAMES:
        spelled = [way + "".join(given[1:]) for way in letters.CHINESE_SURNAMES[text[0]]]
    # Where nothing says whose the characters are, they may sound Japanese as well.
    other = reading(text) if country == "" else None
    return _heard([*spelled, *(_hepburn(other.kana) if other else [])])


def _wade_giles(syllable: str) -> str:
    """'xiong' → hsiung, as it is written in Taiwan."""
    if syllable in letters.WADE_GILES:
        return letters.WADE_GILES[syllable]
    first = next((f for f in letters.WADE_GILES_FIRST if syllable.startswith(f)), "")
    last = syllable[len(first) :]
    end = next((e for e in letters.WADE_GILES_LAST if last.endswith(e)), "")
    written = last.removesuffix(end) + letters.WADE_GILES_LAST.get(end, "")
    return letters.WADE_GILES_FIRST.get(first, "") + written


def _hepburn(kana: str) -> list[str]:
    exact = _kana(kana)
    return [re.sub("[oō]u|oo", "o", re.sub("uu", "u", exact)), exact]


def _kana(text: str) -> str:
    """Hepburn's way: しょうた, ショウタ → shouta."""
    kana = "".join(chr(ord(c) - 96) if "ァ" <= c <= "ヴ" else c for c in text)
    written = ""
    for c in kana:
        if c in letters.KANA_GLIDES and written.endswith("i"):
            glide = letters.KANA_GLIDES[c]
            written = written[:-1] + (glide[1:] if written[-3:] in ("shi", "chi") or written[-2:] == "ji" else glide)
        elif c in "ぁぃぅぇぉ" and written[-1:] in "aiueo":
            written = written[:-1] + letters.HIRAGANA[c]
        elif c == "ー":
            written += written[-1:]
        else:
            written += letters.HIRAGANA.get(c, c if c == "っ" else _plain(c))
    return re.sub("っ(.)", r"\1\1", written).replace("っ", "")


def _hangul(text: str, is_last: bool) -> list[str]:
    text = re.sub(r"\s", "", text)
    if is_last and text in letters.KOREAN_SURNAMES:
        return letters.KOREAN_SURNAMES[text]
    syllables = []
    for c in text:
        at = ord(c) - 0xAC00
        if not 0 <= at < 11172:
            syllables.append([_plain(c)])
            continue
        firsts = letters.HANGUL_FIRST[at // 588].split("|")
        vowels = letters.HANGUL_VOWEL[at % 588 // 28].split("|")
        vowels = [*vowels, "wu"] if vowels[0] == "u" and firsts == [""] else vowels
        syllables.append([f + v + letters.HANGUL_LAST[at % 28] for v in vowels for f in firsts])
    return _ways(syllables)


def _alike(text: str, table: Mapping[str, list[str]], pairs: Mapping[str, list[str]] | None = None) -> list[str]:
    """The ways of writing a text, each letter in each of its ways; the first ones first."""
    found: list[list[str]] = []
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        ways = (pairs or {}).get(pair)
        found.append(ways or table.get(text[at]) or [_plain(text[at])])
        at += 2 if ways else 1
    return _ways(found)


def _ways(found: list[list[str]]) -> list[str]:
    return ["".join(way) for way in islice(product(*found), 4 * MOST)]


def _cyrillic(text: str) -> list[str]:
    lower = re.sub("ьо", "ё", text.lower())
    lower = re.sub("ъ(?=[еёюя])|ь|['’ʼ]", "", lower)
    vowel = re.sub("ъ", "а", lower)
    ways = _alike(lower, letters.CYRILLIC)
    return [_plain(vowel).lower(), *ways, *(re.sub("ks", "x", w) for w in ways[:1] if "ks" in w)]


def _greek(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    begins = {plain[:2]: letters.GREEK_FIRST[plain[:2]]} if plain[:2] in letters.GREEK_FIRST else {}
    return (
        _alike(plain[:2], letters.GREEK, begins)
        if begins and len(plain) == 2
        else [
            first + rest
            for first in (begins.get(plain[:2]) or [""])
            for rest in _alike(plain[2:] if begins else plain, letters.GREEK, letters.GREEK_PAIRS)
        ]
    )


def _devanagari(text: str) -> list[str]:
    """A consonant has an a behind it unless a vowel follows; at the end, and between syllables, it is not said."""
    plain = unicodedata.normalize("NFD", text)
    found: list[list[str]] = []
    for at, c in enumerate(plain):
        after = plain[at + 1 : at + 2]
        if c in letters.DEVANAGARI:
            is_dotted = after == "़"
            after = plain[at + 2 : at + 3] if is_dotted else after
            found.append(letters.DEVANAGARI_DOTTED[c] if is_dotted else letters.DEVANAGARI[c])
            if after in letters.DEVANAGARI or (after and after in "ंँ"):
                found.append(["a"])
        elif c in letters.DEVANAGARI_VOWELS:
            found.append(letters.DEVANAGARI_VOWELS[c])
        elif c.isspace():
            found.append([" "])
    ways = _ways(found)
    said = [re.sub(r"(?<=[aeiou])([^aeiou ]h?)a(?=[^aeiou ]h?[aeiou])", r"\1", w) for w in ways]
    return [*said[:1], *ways, *said[1:], *(w + "a" for w in ways[:1] if w[-1:] not in "aeiou")]


def _bones_by(table: Mapping[str, list[str]]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        plain = re.sub(r"\W", "", plain)
        first = [w or "a" for w in table.get(plain[:1], [_plain(plain[:1])])]
        ways = [f + rest for rest in _alike(plain[1:], table) for f in first]
        once = [re.sub(r"(.)\1+", r"\1", w) for w in ways]
        silent = [re.sub(r"(?<=.)h$", "", w) for w in once]
        return silent if plain[-1:] in letters.SILENT_LAST else list(dict.fromkeys([*once, *silent]))

    return read


def _arabic(text: str) -> list[str]:
    whole = _bones_by(letters.ARABIC)
    bare = re.sub(r"(^|\s)ال(?=\w\w)", r"\1", unicodedata.normalize("NFC", text))
    return list(dict.fromkeys([*whole(bare), *whole(text)]))


def _thai(text: str) -> list[str]:
    """A letter under a silencer is none; ห before some letters only sets their tone; the last one sounds otherwise.

    The sign for am has an m, and รร is an a, or an.
    """
    read = _bones_by(letters.THAI)
    text = re.sub("รร(?=[ก-ฮ])", "", re.sub("\u0e4d[\u0e48-\u0e4b]?\u0e32|\u0e33", "ม", text)).replace("รร", "น")
    found: list[str] = []
    for silenced in ("(?:[ดตท]ร|[ก-ฮ])[ิุ]?์", "์"):
        plain = re.sub("ห(?=[งญนมยรลว])", "", re.sub(silenced, "", text))
        consonants = re.sub("[^ก-ฮ]", "", re.sub("(?<=[ตท])ร$", "", plain))
        ends = consonants and plain[-1:] in letters.THAI_LAST and plain[-2:-1] not in "เแโใไ"
        if ends and consonants[-1] in letters.THAI_LAST:
            found += [re.sub(r"(.)\1+", r"\1", w + letters.THAI_LAST[consonants[-1]][0]) for w in read(consonants[:-1])]
        found += read(re.sub("[^ก-ฮ]", "", plain))
    return found


def _other(text: str) -> list[str]:
    return [_plain(text.replace("ու", "u").replace("Ու", "U")).lower()]


Spelled = tuple[re.Pattern[str], Callable[[str], list[str]]]
ALPHABETS: tuple[Spelled, ...] = (
    (re.compile("[Ѐ-ԯ]"), _cyrillic), (re.compile("[Ͱ-Ͽἀ-῿]"), _greek), (re.compile("[ऀ-ॿ]"), _devanagari),
    (re.compile("[^\x00-ɏ]"), _other),
)  # fmt: skip
CONSONANT_SCRIPTS: tuple[Spelled, ...] = (
    (re.compile("[؀-ۿ]"), _arabic), (re.compile("[֐-׿]"), _bones_by(letters.HEBREW)), (re.compile("[ก-๿]"), _thai),
)  # fmt: skip
