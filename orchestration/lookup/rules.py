"""What may find a customer or a company, told once: the tables are asked by it, and a version's index is made by it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Literal

# Scripts that write names without spaces: any part of such a word is a word.
UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"


class Match(Enum):
    """How a text is compared with a column."""

    WHOLE = "all of it, in any case"
    BEGINNING = "its beginning, in any case"
    END_OF_NUMBER = "the end of its digits"
    WORDS = "the beginnings of its words, without accents"


@dataclass(frozen=True)
class Rule:
    """One way to be found. `how` says it to people; `own` is the table's column that says who is found."""

    how: str
    table: str
    columns: tuple[str, ...]
    match: Match = Match.WHOLE
    own: str = "customer_id"
    where: str = "true"

    @property
    def kind(self) -> Literal["customer", "company"]:
        """Who is found."""
        return "company" if self.own == "account_id" else "customer"

    def query(self, words: int = 0) -> str:
        """Who is found in the table itself: own ids, best first. Parameters: text, digits; or w0…, plain for words."""
        (first, *_) = self.columns
        if self.match is Match.WORDS:
            tests = " and ".join(f"{_has_word(words_of(first), f'$w{n}')}" for n in range(words))
            order = f"contains({words_of(first)}, $plain) desc, {self.own}"
        elif self.match is Match.WHOLE:
            tests = f"$text in ({', '.join(f'lower({column})' for column in self.columns)})"
            order = self.own
        elif self.match is Match.BEGINNING:
            tests, order = f"starts_with(lower({first}), $text)", f"lower({first}), {self.own}"
        else:
            tests = f"starts_with({self.terms(first)}, reverse($digits))"
            order = f"{self.terms(first)}, {self.own}"
        return f"select {self.own} from {self.table} where {self.where} and {tests} order by {order}"

    def terms(self, column: str) -> str:
        """What of the column the index holds, as text whose beginning is looked for."""
        if self.match is Match.WORDS:
            parts = "list_transform(range(1, len(word) + 1), lambda n: word[n:])"
            word = f"case when regexp_matches(word, '{UNSPACED}') then {parts}"
            split = f"list_distinct(string_split({words_of(column)}, ' '))"
            return f"unnest(flatten(list_transform({split}, lambda word: {word} else [word] end)))"
        if self.match is Match.END_OF_NUMBER:
            return rf"reverse(regexp_replace({column}, '\D', '', 'g'))"
        return f"lower({column})"

    def told(self, column: str) -> str:
        """What the index holds beside a term, to tell the best of several words."""
        return words_of(column) if self.match is Match.WORDS else "''"


def words_of(text: str) -> str:
    """An expression: the words of a text, in lower case, without accents, one space between them."""
    return rf"trim(regexp_replace(strip_accents(lower({text})), '[^\p{{L}}\p{{M}}\p{{N}}]+', ' ', 'g'))"


def _has_word(text: str, word: str) -> str:
    return (
        f"(contains(' ' || {text}, ' ' || {word}) or regexp_matches({word}, '{UNSPACED}') and contains({text}, {word}))"
    )


def digits_of(text: str) -> str:
    """The digits of a telephone number as somebody writes it, without leading noughts."""
    return re.sub(r"\D", "", text).lstrip("0")


OWN_IDS = (
    Rule("customer id", "customers", ("customer_id",)),
    Rule("an earlier customer id", "customer_id_aliases", ("alias_id",)),
)
OF_A_RECORD = Rule("id of a record", "customer_identities", ("contact_id", "source_id"), where="is_current")
EMAIL = Rule("e-mail address", "customer_contact_points", ("contact_point",), where="kind = 'email'")
EMAIL_BEGINNING = Rule("beginning of an e-mail address", EMAIL.table, EMAIL.columns, Match.BEGINNING, where=EMAIL.where)
PHONE = Rule("telephone number", EMAIL.table, EMAIL.columns, Match.END_OF_NUMBER, where="kind <> 'email'")
# Most telling first: what finds a customer or a company by the whole text.
WHOLE = (
    OF_A_RECORD,
    EMAIL,
    Rule("id of an order", "orders", ("order_id", "source_id", "name")),
    Rule("id of a ticket", "tickets", ("ticket_id", "source_id")),
    Rule("id of an invoice", "invoices", ("invoice_id", "source_id", "name")),
    Rule("id of a subscription", "subscriptions", ("subscription_id", "source_id")),
    Rule("id of a task", "tasks", ("task_id", "source_id")),
    Rule("id of a deal", "deals", ("deal_id", "source_id")),
    Rule("id or number of a quote", "quotes", ("quote_id", "source_id", "quote_number")),
    Rule("company id", "companies", ("account_id",), own="account_id"),
    Rule("an earlier company id", "company_id_aliases", ("alias_id",), own="account_id"),
    Rule(
        "id of a company's record", "company_identities", ("company_id", "source_id"), own="account_id",
        where="is_current",
    ),
    Rule("domain", "companies", ("domain",), own="account_id"),
)  # fmt: skip
NAMES = (
    Rule("name", "customers", ("full_name",), Match.WORDS),
    Rule("name", "companies", ("name",), Match.WORDS, own="account_id"),
)
# In an order that an index may rely on: it holds the numbers of these.
RULES = (*WHOLE, EMAIL_BEGINNING, PHONE, *NAMES)
