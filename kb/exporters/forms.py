"""How else a listed person or company is called: a first name, initials, a short name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from kb.exporters.names import Token, word_set, words

TITLES: Final = word_set(
    "dr mr mrs ms miss mx prof professor sir dame lady lord herr frau jr sr phd"
)
_PARTICLES: Final = word_set(
    "de da di do du dos das del della der den des van von vom zu zur ten ter la le el al bin ibn"
    " st of the and"
)
_LEGAL: Final = word_set(
    "ltd limited inc incorporated llc llp lp plc gmbh ag kg kgaa se sa sarl sas srl spa bv nv ab"
    " as asa oy oyj aps corp corporation co company group holding holdings pty pte ug ev"
)
# First words that many companies share: alone they name none of them.
_SHARED: Final = word_set(
    "general national first united american british european global international world north"
    " south east west northern southern eastern western central city state federal royal new old"
    " big great home open digital data cloud smart green blue red black white gold silver bank"
    " university ministry department institute school college hospital foundation museum council"
    " my our best next good san saint santa los las deutsche"
)

Form = tuple[str, ...]


def person_forms(name: str) -> Iterator[tuple[Form, str]]:
    """How else someone may be called, each with the marks that may stand between its words.

    Of "Marta Anna Kowalska": M. Kowalska, Marta K., Kowalska, Marta; Marta; Kowalska; Anna.
    """
    parts = [t for t in words(name) if t.key not in TITLES]
    keys = tuple(t.key for t in parts)
    if len(keys) > 1:
        first, last = keys[0], keys[-1]
        for short in ((first, last), (first, *keys[2:]), keys):
            yield short, ""
            yield (first[0], *short[1:]), ""
        yield (*(key[0] for key in keys[:-1]), last), ""
        yield (first, last[0]), ""
        yield (last, first), ","
        yield (last, first[0]), ","
        yield keys[1:], ""
    for part in parts:
        if _tells(name, part) and part.key not in _PARTICLES:
            yield (part.key,), ""


def company_forms(name: str, ordinary: Collection[str]) -> Iterator[tuple[Form, str]]:
    """How else a company may be called: without "GmbH", and by its first word.

    ordinary: words that are written in lower case somewhere, and so are no names.
    """
    parts = words(name)
    if len(parts) > 1 and parts[0].key == "the":
        parts = parts[1:]
    while len(parts) > 1 and parts[-1].key in _LEGAL:
        parts = parts[:-1]
    between = ",()"
    yield tuple(t.key for t in parts), between
    first = parts[0] if parts else None
    if first and len(first.key) > 2 and _tells(name, first):
        shared = first.key in ordinary or first.key in _SHARED | _PARTICLES
        yield from () if shared else [((first.key,), "")]


def _tells(name: str, word: Token) -> bool:
    """Whether a word of a name is one by itself: it has a capital, and more than one letter."""
    return name[word.start].isupper() and len(word.key) > 1
