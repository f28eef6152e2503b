"""What the rules of `kb check` say of the stories, kept in the index beside what was noticed
while their files were read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np

from kb import check
from kb.rank.arrays import blocks

if TYPE_CHECKING:
    from datetime import date

    from kb.check import Settings
    from kb.domain import Finding
    from kb.files import Workspace
    from kb.match.held import Held
    from kb.store import Reader
    from kb.store.write import Writer

# Cosine of two whole stories from which it is worth a second look whether they tell the same.
NEAR = 0.5
# So many pairs at most, the nearest first: the rule reads both stories of each.
MOST_PAIRS = 200


class Checks:
    """The rules as kb.yaml sets them. Raises ConfigError where it sets them wrongly."""

    def __init__(self, workspace: Workspace, today: date) -> None:
        self.settings: Settings = check.read_settings(
            workspace.check.text, workspace.check.line, workspace.level
        )
        self.today = today

    def write(
        self, writer: Writer, reader: Reader, held: Held, changed: Collection[str] | None
    ) -> None:
        """What the rules say now. changed: ids of the stories that were written, None for all.

        That two stories tell the same is said anew of all, since either may have changed.
        """
        stories = (reader.story(owner) for owner in held.owners if _wanted(owner, changed))
        found = [
            finding
            for story in stories
            if story is not None
            for finding in check.check_story(story, self.settings, self.today)
        ]
        writer.put_checks(found, changed)
        writer.put_rule("twins", self._twins(reader, held))

    def _twins(self, reader: Reader, held: Held) -> list[Finding]:
        pairs = []
        near = sorted(_near(held), key=lambda pair: (-pair[2], *pair[:2]))
        for one, other, cosine in near[:MOST_PAIRS]:
            first, second = reader.story(one), reader.story(other)
            if first is not None and second is not None:
                pairs.append((first, second, cosine))
        return list(check.twins(pairs, self.settings))


def _wanted(owner: str, changed: Collection[str] | None) -> bool:
    return changed is None or owner in changed


def _near(held: Held) -> Iterator[tuple[str, str, float]]:
    """Each story with the one whose whole text lies nearest, where that is near; each pair
    once, retired stories left out."""
    live = [n for n, owner in enumerate(held.owners) if held.cards[owner].status != "retired"]
    whole = held.outline.whole[live]
    seen: set[tuple[int, int]] = set()
    for rows in blocks(len(whole), len(whole)):
        cosines = whole[rows] @ whole.T
        numbers = np.arange(len(whole))[rows]
        cosines[np.arange(len(numbers)), numbers] = -1
        for one, other in zip(numbers.tolist(), cosines.argmax(axis=1).tolist(), strict=True):
            pair = (min(one, other), max(one, other))
            cosine = float(cosines[one - rows.start, other])
            if cosine >= NEAR and pair not in seen:
                seen.add(pair)
                yield held.owners[live[pair[0]]], held.owners[live[pair[1]]], cosine
