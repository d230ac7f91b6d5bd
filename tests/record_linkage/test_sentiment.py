"""How words are judged: by what they say, in English alone."""

from __future__ import annotations

import pytest

from crm360.customer_voice.sentiment import MOST, language_of, polarity


@pytest.mark.parametrize(
    ("text", "language", "least", "most"),
    [
        ("Great quality, fast delivery and very friendly people. I love it!", "", 0.5, 1.0),
        ("The parcel came late, the cup was broken, and I hate it.", "", -1.0, -0.5),
        ("The service was not good at all.", "en-GB", -1.0, -0.05),
        ("The parcel came on Tuesday.", "en", 0.0, 0.0),
        ("wonderful " * MOST, "en_US", 0.5, 1.0),
    ],
)
def test_english_is_judged_by_its_words(text: str, language: str, least: float, most: float) -> None:
    told = polarity(text, language)
    assert told is not None and least <= float(told) <= most
    assert len(told.rpartition(".")[2]) == 4


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Paket kam zwei Wochen zu spät, und die Tasse war kaputt.", ""),
        ("I love it!", "de"),
        ("Très bien, je suis ravi de ma commande.", ""),
        ("ok", ""),
        ("  ", "en"),
        ("12345 :-)", ""),
    ],
)
def test_what_is_not_known_to_be_english_is_not_judged(text: str, language: str) -> None:
    assert polarity(text, language) is None


def test_which_language_a_text_is_in() -> None:
    assert language_of("Where is my order? I have been waiting for two weeks.") == "en"
    assert language_of("Wo ist mein Paket? Ich warte seit zwei Wochen.") == "de"
    assert language_of("?! 7") is None
