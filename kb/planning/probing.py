"""A story of the index to the questions that may come next of it, and what supports them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from kb import rank
from kb.facts.context import describe
from kb.figures import find_figures
from kb.planning.cards import story_lines
from kb.portfolio.probing import STANDING, Number, Probe, Probed, Told, probed, topic_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kb.domain import Story, StoryCard
    from kb.match import Matcher
    from kb.portfolio.probing import Source, Topic

QUESTIONS: Final = 2  # of those a story answers best, whose follow-ups are asked


@dataclass(frozen=True, slots=True)
class Probing:
    """A story, the questions whose follow-ups were asked of it, and what came of each."""

    story: StoryCard
    questions: tuple[str, ...]
    found: tuple[Probed, ...]


def probe_story(matcher: Matcher, story: StoryCard) -> Probing:
    """What may be asked next of a story, what nothing supports first."""
    told = matcher.reader.story(story.id)
    questions = _questions(matcher, story)
    asked: list[tuple[str, Source, Topic]] = [
        *((text, "standing", topic) for topic, text in STANDING),
        *_follow_ups(matcher, [name for name, _ in questions]),
    ]
    texts = [text for text, _, _ in asked]
    near = _near(matcher, story, texts)
    probes = [
        Probe(text, source, topic, tuple(row))
        for (text, source, topic), row in zip(asked, near.tolist(), strict=True)
    ]
    names = tuple(text for _, text in questions)
    return Probing(story, names, probed(told_of(told) if told else Told((), ()), probes))


def told_of(story: Story) -> Told:
    """A story's sentences and their numbers."""
    lines = story_lines(story)
    numbers: list[Number] = []
    for place, line in enumerate(lines):
        figures = find_figures(line.text)
        for figure, about in zip(figures, describe(line.text, figures), strict=True):
            role = about.role if about.role in ("from", "to") else ""
            numbers.append(
                Number(
                    place, figure.text, figure.kind, figure.unit, figure.value, role, about.phase
                )
            )
    return Told(lines, tuple(numbers))


def _questions(matcher: Matcher, story: StoryCard) -> list[tuple[str, str]]:
    """The id and text of the library's questions that the story answers best."""
    column = matcher.held.library_scores(matcher.reader)[:, matcher.owners.index(story.id)]
    order = np.argsort(-column, kind="stable")[:QUESTIONS]
    some = [matcher.library[n] for n in order if column[n] >= rank.STRETCH]
    return [(one.id, one.text) for one in some]


def _follow_ups(matcher: Matcher, questions: Iterable[str]) -> Iterator[tuple[str, Source, Topic]]:
    """What the guides ask after these questions."""
    for name in questions:
        question = matcher.reader.question(name)
        for one in question.follow_ups if question else ():
            text = " ".join(one.text.split())
            yield text, "guide", topic_of(text)


def _near(matcher: Matcher, story: StoryCard, texts: list[str]) -> np.ndarray:
    """(t, n): how much nearer each sentence of a story is to a text than the bank's sentences
    are, in deviations over them."""
    bank = matcher.held.stories(matcher.reader)
    own = bank.read(np.array([matcher.owners.index(story.id)])).sentences
    if not len(own):
        return np.zeros((len(texts), 0), np.float32)
    asked = np.asarray(matcher.encoder.encode(texts))
    # the first piece is the whole of all but the largest banks
    others = asked @ bank.read(next(bank.pieces())).sentences.T
    mean, sd = others.mean(axis=1, keepdims=True), others.std(axis=1, keepdims=True)
    return np.asarray((asked @ own.T - mean) / np.maximum(sd, 0.05), np.float32)
