"""An id as a person types it, to the one that is meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from kb.domain import QuestionCard, StoryCard
from kb.errors import UsageError


def find_place(place: str, cards: Iterable[StoryCard | QuestionCard]) -> str:
    """The id of what stands at `path` or `path:line`: of several in one file the last
    that begins at or before the line. "" where there is none."""
    path, _, line = place.partition(":")
    here = [c for c in cards if c.path == path]
    if len(here) == 1 and isinstance(here[0], StoryCard):
        return here[0].id
    limit = int(line) if line.isdigit() else 0
    before = [c for c in here if c.line <= limit]
    return max(before, key=lambda c: c.line).id if before else ""


def find_id(name: str, ids: Sequence[str]) -> str:
    """The id that is `name` or the only one that begins with it.

    The part of a question's id after its guide will do as well. Raises
    UsageError naming the candidates, or the nearest ids.
    """
    wanted = name.strip().rstrip("/").removesuffix(".md").lower()
    wanted = wanted if wanted in ids else wanted.replace(" ", "-").replace("_", "-")
    if wanted in ids:
        return wanted
    starts = [i for i in ids if wanted and i.startswith(wanted)]
    starts = starts or [i for i in ids if wanted and i.rpartition("/")[2].startswith(wanted)]
    if len(starts) == 1:
        return starts[0]
    if starts:
        some = ", ".join(sorted(starts)[:5])
        more = f" and {len(starts) - 5} more" if len(starts) > 5 else ""
        raise UsageError(f"{name!r} could be several: {some}{more}.", "Type a little more.")
    near = difflib.get_close_matches(wanted, ids, n=3, cutoff=0.5)
    raise UsageError(
        f"there is no story or question {name!r}.",
        f"Did you mean {' or '.join(near)}?" if near else "See them: kb list",
    )
