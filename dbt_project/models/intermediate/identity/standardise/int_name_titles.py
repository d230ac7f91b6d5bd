"""One row per word that may be no name but a title, a suffix or a particle of one, by the package nameparser."""

import re
import unicodedata

import pyarrow as pa
from nameparser.config.particles import PARTICLES
from nameparser.config.suffixes import SUFFIX_ACRONYMS, SUFFIX_WORDS
from nameparser.config.titles import TITLES


def words(text):
    """The words of a text as name_key writes them: 'Univ.Prof' → univ, prof."""
    letters = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    return re.findall(r"[^\W_]+", "".join(c for c in letters if not unicodedata.combining(c)))


def model(dbt, session):
    dbt.config(materialized="table")
    listed = TITLES | SUFFIX_WORDS | SUFFIX_ACRONYMS | PARTICLES
    return pa.table({"word": pa.array(sorted({word for text in listed for word in words(text)}), pa.string())})
