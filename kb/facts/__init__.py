"""The ledger of numbers: each with its sentence, what confirms it, and what disagrees."""

from __future__ import annotations

from kb.facts.confirming import read_facts
from kb.facts.ledgers import ledger
from kb.facts.model import Confirmed, Conflict, Entry, Fact, Ledger, State
from kb.facts.template import template

__all__ = [
    "Confirmed",
    "Conflict",
    "Entry",
    "Fact",
    "Ledger",
    "State",
    "ledger",
    "read_facts",
    "template",
]
