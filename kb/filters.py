"""Which stories a command is about."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kb.domain import StoryCard
from kb.errors import UsageError

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z")


@dataclass(frozen=True, slots=True)
class Filters:
    """All that are given must hold. since: YYYY, YYYY-MM or YYYY-MM-DD, or ""."""

    competency: str = ""
    tag: str = ""
    since: str = ""
    company: str = ""

    def keep(self, card: StoryCard, inferred: Iterable[str] = ()) -> bool:
        """Whether a story passes. A competency counts whether authored or `inferred`;
        a story without a date passes no `since`."""
        if self.competency and self.competency not in (*card.competencies, *inferred):
            return False
        if self.tag and self.tag.lower() not in {t.lower() for t in card.tags}:
            return False
        if self.company and self.company.lower() not in card.company.lower():
            return False
        return not self.since or _reaches(card.date, self.since)


def _reaches(date: str, since: str) -> bool:
    """Whether something of `date` may have happened at or after `since`."""
    length = min(len(date), len(since))
    return bool(date) and date[:length] >= since[:length]


def is_date(text: str) -> bool:
    """Whether a text is YYYY, YYYY-MM or YYYY-MM-DD."""
    return bool(_DATE.match(text))


def check_competency(name: str, known: Iterable[str]) -> str:
    """The competency's id. Raises UsageError naming the nearest one if it is unknown."""
    ids = list(known)
    wanted = name.strip().lower().replace(" ", "-")
    if wanted in ids:
        return wanted
    near = difflib.get_close_matches(wanted, ids, n=1, cutoff=0.5)
    raise UsageError(
        f"there is no competency {name!r}.",
        f"Did you mean {near[0]}?" if near else f"They are: {', '.join(ids)}.",
    )
