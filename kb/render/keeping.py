"""What is about to change in the owner's files, and what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from kb.render.layout import Page, clean


class Retiring(Protocol):
    """What becomes of a story's status, as `kb.keeping.retiring` has it."""

    @property
    def story(self) -> str:
        """The story's id."""

    @property
    def path(self) -> str:
        """Its file."""

    @property
    def undo(self) -> bool:
        """Whether it is taken back."""

    @property
    def status(self) -> str | None:
        """What the file says then; None without the key."""

    @property
    def changes(self) -> bool:
        """Whether there was something to do."""


class Renaming(Protocol):
    """What becomes of a story's id, as `kb.keeping.renaming` has it."""

    @property
    def old(self) -> str:
        """The id until now."""

    @property
    def new(self) -> str:
        """The id from now on."""

    @property
    def place(self) -> str:
        """The story's file until now."""

    @property
    def path(self) -> str:
        """The story's file from now on."""

    @property
    def moves(self) -> bool:
        """Whether the file gets another name."""

    @property
    def writes(self) -> bool:
        """Whether something in the file changes."""

    @property
    def done(self) -> bool:
        """Whether it was done before."""

    @property
    def heirs(self) -> int:
        """How many words the journal had on the new id."""

    @property
    def owner(self) -> str:
        """The file of another story that has the old id, and keeps what was said; else ""."""

    @property
    def mentions(self) -> Sequence[str]:
        """Where else the old id stands."""


def retire_line(plan: Retiring) -> str:
    """What changes, in one line: `personal/x.md: status: retired`."""
    said = "no more `status:`" if plan.status is None else f"status: {plan.status}"
    return clean(f"{plan.path}: {said}")


def retired_text(plan: Retiring, page: Page) -> str:
    """What was done to the story's file, and how it is taken back."""
    if not plan.changes:
        said = "is not retired" if plan.undo else "was retired before"
        return "\n".join(page.wrap(clean(f"{plan.path}: {plan.story} {said}.")))
    then = (
        "It is matched again."
        if plan.undo
        else f"It is matched no more. Take it back with: kb retire {plan.story} --undo"
    )
    return "\n".join(page.wrap(f"{retire_line(plan)}. {then}"))


def retired_json(plan: Retiring) -> dict[str, Any]:
    """The same as an object."""
    return {
        "story": plan.story,
        "path": plan.path,
        "status": plan.status or "ready",
        "changed": plan.changes,
    }


def rename_line(plan: Renaming) -> str:
    """What changes, in one line: `personal/old.md: becomes personal/new.md`."""
    steps = [f"becomes {plan.path}"] if plan.moves else []
    steps += [f"id: {plan.new}"] if plan.writes else []
    return clean(f"{plan.place}: {', '.join(steps)}")


def renamed_text(plan: Renaming, page: Page) -> str:
    """What was done, and what is left to the owner."""
    if plan.done:
        return "\n".join(page.wrap(clean(f"{plan.old} was renamed before: it is {plan.new}.")))
    follows = (
        f"What you said of {plan.old} stays with that in {plan.owner}."
        if plan.owner
        else "What you said of it follows."
    )
    lines = page.wrap(clean(f"{plan.old} is now {plan.new}, in {plan.path}. {follows}"))
    if plan.heirs:
        what = "a pin" if plan.heirs == 1 else f"{plan.heirs} pins"
        lines += page.wrap(f"The journal had {what} of an earlier {plan.new}: now of this one.")
    for place in plan.mentions:
        lines += page.wrap(clean(f"{place} names {plan.old}, and is left as it is."))
    return "\n".join(lines)


def renamed_json(plan: Renaming) -> dict[str, Any]:
    """The same as an object."""
    return {
        "story": plan.new,
        "was": plan.old,
        "path": plan.path,
        "changed": not plan.done,
        "mentions": list(plan.mentions),
    }
