"""How the ranking grows with what an owner says: pins of a validation bank, confirmed one by one.

    python training/simulate_pins.py --cache CACHE --model RUNS/merged

judged/suggestions.jsonl holds, for each story of dewi, the questions that `kb
suggest` offered and a reader who saw nothing else confirmed or refused, best
first. Of each story the first 0, 1, 3 and 5 are taken as pins (with --refused
its refusals too), and the bank's own questions are asked.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from evaluate import HEAD, Ready, Vectors, library, measure, open_encoder, ready, rows
from snapshot import DATA, read_banks, read_entries

from kb.rank import Owned, Said

JUDGED = Path(__file__).resolve().parent / "judged" / "suggestions.jsonl"


def said_of(each: Ready, vectors: Vectors, count: int, *, refused: bool) -> Said:
    """The first `count` confirmed questions of each story, and as many refused ones."""
    wordings = {e.id: e.wordings[0] for e in read_entries() if e.source == "content"}
    words: list[tuple[str, int, float]] = []
    for line in JUDGED.read_text("utf-8").splitlines():
        one = json.loads(line)
        number = each.names.index(one["story"])
        words += [(wordings[q], number, 1.0) for q in one["yes"][:count]]
        words += [(wordings[q], number, -1.0) for q in one["no"][:count] if refused]
    return Said(
        vectors.of([text for text, _, _ in words]),
        np.array([number for _, number, _ in words], np.int64),
        np.array([sign for _, _, sign in words], np.float32),
    )


def main() -> None:
    """Print a table, a row for each number of pins."""
    parser = argparse.ArgumentParser(description="Simulate an owner who confirms pins.")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--model", required=True)
    given = parser.parse_args()
    vectors = Vectors(open_encoder(given.model, given.cache), given.cache)
    entries = [e for e in read_entries(DATA) if e.source == "content"]
    bank = next(b for b in read_banks(["validate"]) if b.name == "dewi")
    each = ready(bank, library(entries, vectors), vectors)
    found = {}
    for refused in (False, True):
        for count in (0, 1, 3, 5):
            name = f"{count} pins a story{', and refusals' if refused else ''}"
            said = said_of(each, vectors, count, refused=refused)
            found[name] = measure(each, Owned(said=said))
    print(HEAD, *rows(found)[:-1], sep="\n")


if __name__ == "__main__":
    main()
