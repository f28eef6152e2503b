"""The rules over one story, and over two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kb.check.reading import Reading
from kb.check.rules import RULES
from kb.domain import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from kb.check.rule import Note, Rule
    from kb.check.settings import RuleSetting, Settings
    from kb.domain import Story

MOST: Final = 3  # findings of one rule and story


def check_story(story: Story, settings: Settings, today: date) -> tuple[Finding, ...]:
    """What the rules notice of one story, in the order of the rules, then of its lines.

    A retired story is left alone; what is noticed of a draft is told as info. Of one rule
    no more than MOST findings are given, the last with the number of those left out.
    """
    if story.status == "retired":
        return ()
    reading = Reading(story, today)
    found: list[Finding] = []
    for rule in RULES.values():
        setting = settings.of(rule)
        if rule.story is not None and setting.on:
            notes = sorted(rule.story(reading, setting.limits), key=lambda note: note.line)
            found += _findings(notes, rule, setting, story)
    return tuple(found)


def twins(pairs: Iterable[tuple[Story, Story, float]], settings: Settings) -> tuple[Finding, ...]:
    """What the rules for two stories notice of these pairs, each with its cosine.

    The cosine is that of the stories' whole texts. The finding is the first story's.
    """
    found: list[Finding] = []
    for one, two, cosine in pairs:
        if "retired" in (one.status, two.status):
            continue
        for rule in RULES.values():
            setting = settings.of(rule)
            if rule.pair is not None and setting.on:
                notes = list(rule.pair(one, two, cosine, setting.limits))
                draft = one if one.status == "draft" else two
                kept = replace(one, status="draft") if draft.status == "draft" else one
                found += _findings(notes, rule, setting, kept)
    return tuple(found)


def _findings(
    notes: list[Note], rule: Rule, setting: RuleSetting, story: Story
) -> Iterator[Finding]:
    severity = "info" if story.status == "draft" else setting.severity
    more = len(notes) - MOST
    for number, note in enumerate(notes[:MOST], start=1):
        message = note.message
        if number == MOST and more > 0:
            message = f"{message.rstrip('.')}; and {more} more."
        yield Finding(
            rule.id, severity, message, story.path, note.line, note.hint, story.id, note.words
        )
