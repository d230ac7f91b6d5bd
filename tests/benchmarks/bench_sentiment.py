"""How well the words of customers are judged, against labelled texts that others published; and how fast.

    .venv/bin/python tests/benchmarks/bench_sentiment.py FOLDER

Looks in FOLDER for what is there of:
    <language>_test_text.txt, <language>_test_labels.txt   tweets, a line each, 0 negative, 1 neutral, 2 positive
                                                           (cardiffnlp/xlm-t, data/sentiment/<language>)
    amazon_cells.txt                                       sentences of reviews, a tab, 0 or 1
                                                           (UCI, Sentiment Labelled Sentences, amazon_cells_labelled.txt)
    germeval_test.tsv                                      feedback to a railway: url, text, relevance, polarity, …
                                                           (GermEval 2017, document-level polarity)
    de.tsv                                                 a lexicon to try: a word, a tab, its polarity

None of it is part of the project. `right of called`: of the texts that somebody labelled good or bad and that are called
good or bad, how many are called so rightly; `called`: how many of them are; `most`: who always says the most frequent label.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from crm360.customer_voice.sentiment import language_of, polarity

Labelled = list[tuple[str, int]]
WORDS = {"positive": 1, "negative": -1, "neutral": 0}
NEGATIONS = {"nicht", "kein", "keine", "keinen", "keiner", "nie", "niemals", "nichts", "ohne", "kaum"}


def tweets(folder: Path, language: str) -> Labelled:
    texts = (folder / f"{language}_test_text.txt").read_text(encoding="utf-8").split("\n")
    labels = (folder / f"{language}_test_labels.txt").read_text().split("\n")
    return [(text, int(label) - 1) for text, label in zip(texts, labels, strict=False) if label.strip()]


def sentences(path: Path) -> Labelled:
    lines = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").split("\n") if "\t" in line]
    return [(text.strip(), 1 if label.strip() == "1" else -1) for text, label in lines]


def feedback(path: Path) -> Labelled:
    cells = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")]
    return [(row[1], WORDS[row[3]]) for row in cells if len(row) > 3 and row[3] in WORDS]


def by_lexicon(path: Path) -> Callable[[str], float]:
    """A plain sum of words, turned round behind a negation: what a lexicon by itself could do."""
    told = dict(line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line)

    def judge(text: str) -> float:
        words, found = text.lower().replace(",", " ").replace(".", " ").split(), 0.0
        for place, word in enumerate(words):
            value = float(told.get(word.strip("!?:;\"'()"), 0))
            found += -value if NEGATIONS & set(words[max(0, place - 3) : place]) else value
        return found / (found * found + 1) ** 0.5

    return judge


def judged(name: str, texts: Labelled, judge: Callable[[str], float]) -> str:
    """A line of the table."""
    pairs: Counter[tuple[int, int]] = Counter()
    for text, label in texts:
        value = judge(text)
        pairs[label, 1 if value >= 0.05 else -1 if value <= -0.05 else 0] += 1
    of_label = Counter({label: sum(n for (a, _), n in pairs.items() if a == label) for label in (-1, 0, 1)})
    right = sum(n for (a, b), n in pairs.items() if a == b) / len(texts)
    called = sum(n for (a, b), n in pairs.items() if a and b)
    rightly = sum(n for (a, b), n in pairs.items() if a == b and a)
    labelled = of_label[1] + of_label[-1]
    return (
        f"{name:44} {len(texts):6} {right:7.3f} {max(of_label.values()) / len(texts):7.3f} "
        f"{called / labelled:8.3f} {rightly / max(called, 1):16.3f}"
    )


def found_in(folder: Path) -> Iterator[tuple[str, str, Labelled]]:
    for path in sorted(folder.glob("*_test_text.txt")):
        language = path.name.split("_")[0]
        yield language, f"tweets, {language}", tweets(folder, language)
    if (path := folder / "amazon_cells.txt").is_file():
        yield "english", "sentences of reviews, english", sentences(path)
    if (path := folder / "germeval_test.tsv").is_file():
        yield "german", "feedback, german", feedback(path)


def main(folder: Path) -> None:
    every = list(found_in(folder))
    print(
        f"{'by the lexicon of English':44} {'texts':>6} {'right':>7} {'most':>7} {'called':>8} {'right of called':>16}"
    )
    for _, name, texts in every:
        print(judged(name, texts, lambda text: float(polarity(text, "en") or 0)))
    if (path := folder / "de.tsv").is_file():
        print("by a lexicon of German")
        for language, name, texts in every:
            if language == "german":
                print(judged(name, texts, by_lexicon(path)))
    print(f"\n{'language that is read out of a text':44} {'english':>8} {'german':>8} {'other':>8}")
    for _, name, texts in every:
        codes = Counter(language_of(text) for text, _ in texts)
        shares = [codes["en"] / len(texts), codes["de"] / len(texts)]
        print(f"{name:44} {shares[0]:8.3f} {shares[1]:8.3f} {1 - sum(shares):8.3f}")
    texts = [text for _, _, found in every for text, _ in found]
    began = time.monotonic()
    for text in texts:
        polarity(text, "")
    print(f"\n{(time.monotonic() - began) / max(len(texts), 1) * 1e6:.0f} µs a text, its language with it")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        print(__doc__)  # `make bench` has no such texts
