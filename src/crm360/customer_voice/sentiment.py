"""How a customer's words judge: from -1 (bad) to 1 (good), by VADER's lexicon and rules, which know English alone.

Nothing is downloaded and nothing asked: the lexicon comes with nltk-vader-sentiment (Apache-2.0), and py3langid
(BSD-3-Clause) tells the language of a text whose source does not say it. In any other language there is no judgement,
for what was measured of German is no better than a guess (docs/decisions/words-are-judged-in-english-alone.md).
"""

from __future__ import annotations

from functools import cache
from typing import Any

ENGLISH = "en"
MOST = 2_000  # characters that are read: a first impression does not change later


@cache
def _judge() -> Any:
    from vader import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language that a text is most like; None for a text without three letters in a row.

    Of a few words it is a guess: one English sentence of fifty is taken for another language, one German tweet of
    forty for English.
    """
    from py3langid import classify

    if not any(part.isalpha() and len(part) > 2 for part in text.split()):
        return None
    return str(classify(text)[0])


def polarity(text: str, language: str) -> str | None:
    """A decimal from -1 to 1 as a text, four places; None where the text is in no language that can be judged.

    `language` is what the source says, a code or a locale tag; empty where it says nothing.
    """
    words = text[:MOST].strip()
    told = language.replace("_", "-").split("-")[0].lower() or (language_of(words) if words else None)
    if not words or told != ENGLISH:
        return None
    return f"{_judge().polarity_scores(words)['compound']:.4f}"
