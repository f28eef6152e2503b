"""What an encoder is shown, planned beforehand from a seed: batches of texts with questions.

A batch is of one source, so that what is right for what is known: the library's
examples, each with wordings of its own question; or one bank's stories with the
bank's questions, dealt out anyhow, since the grades of all pairs are known. All
texts of a batch are cut in the same way, so that long ones are not set against short.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from snapshot import Bank, Entry

from kb.parse.story import parse_stories
from kb.passages import sentences, story_passages

QUESTIONS = 3  # shown with each text
WORDS = 120  # of a stretch at most: about 160 tokens, for speed; whole at work is up to 256
CUTS = {"whole": 0.3, "thinned": 0.25, "part": 0.15, "stretch": 0.3}
BEST = 3.0


@dataclass(frozen=True, slots=True)
class Text:
    """A story or example: whole, its telling parts, and its sentences in order."""

    whole: str
    parts: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Texts, their questions, and gains (questions, texts) of how well each answers, 0..1.

    groups: questions that are one, worded differently; own: whether a text is
    shown with questions that it answers only.
    """

    name: str
    texts: tuple[Text, ...]
    questions: tuple[str, ...]
    gains: NDArray[np.float32]
    own: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One text as shown, with the numbers of text and questions in their source."""

    source: int
    text: int
    shown: str
    questions: tuple[int, ...]


def library_source(entries: Iterable[Entry]) -> Source:
    """The library: an example answers every wording of its question and no other."""
    kept = list(entries)
    number = {one: i for i, one in enumerate(dict.fromkeys(entry.id for entry in kept))}
    texts = [
        (number[entry.id], Text(whole, _telling(parts), tuple(s for s, _ in sentences(whole))))
        for entry in kept
        for whole, parts in zip(entry.texts, entry.parts, strict=True)
    ]
    wordings = [(number[entry.id], wording) for entry in kept for wording in entry.wordings]
    asked = np.array([i for i, _ in wordings])
    answered = np.array([i for i, _ in texts])
    gains = (asked[:, None] == answered[None, :]).astype(np.float32)
    return Source("library", tuple(t for _, t in texts), tuple(w for _, w in wordings), gains, True)


def bank_source(bank: Bank) -> Source:
    """A bank: the gain of a pair is that of nDCG, (2^grade - 1) / 7."""
    names = sorted(bank.stories)
    texts = []
    for name in names:
        story = parse_stories(bank.stories[name], path=f"{name}.md").stories[0]
        passages = story_passages(story)
        parts = tuple((p.part, p.text) for p in passages if p.kind == "part")
        said = tuple(p.text for p in passages if p.kind == "sentence")
        texts.append(Text(passages[0].text, _telling(parts), (story.title, *said)))
    grades = np.array(
        [[one.relevant.get(name, 0.0) for name in names] for one in bank.judgments], np.float32
    )
    gains = np.asarray((2**grades - 1) / (2**BEST - 1), np.float32)
    return Source(bank.name, tuple(texts), tuple(j.text for j in bank.judgments), gains, False)


def plan(
    sources: list[Source], *, epochs: int, size: int, bank_turns: int, seed: int
) -> Iterator[list[Row]]:
    """Batches, epoch after epoch: every text of the library once, of a bank `bank_turns` times.

    size: texts in a batch of the library; a bank is always shown whole.
    """
    chance = random.Random(seed)
    for _ in range(epochs):
        turns = []
        for number, source in enumerate(sources):
            for _ in range(1 if source.own else bank_turns):
                order = chance.sample(range(len(source.texts)), len(source.texts))
                step = size if source.own else len(order)
                turns += [(number, order[at : at + step]) for at in range(0, len(order), step)]
        chance.shuffle(turns)
        for number, texts in turns:
            yield list(_batch(sources[number], number, texts, chance))


def _batch(source: Source, number: int, texts: list[int], chance: random.Random) -> Iterator[Row]:
    cut = chance.choices(list(CUTS), list(CUTS.values()))[0]
    dealt: list[int] = []
    for text in texts:
        if source.own:
            answered = np.flatnonzero(source.gains[:, text]).tolist()
            picked = chance.sample(answered, QUESTIONS)
        else:
            if len(dealt) < QUESTIONS:
                dealt += chance.sample(range(len(source.questions)), len(source.questions))
            picked, dealt = dealt[:QUESTIONS], dealt[QUESTIONS:]
        yield Row(number, text, shown(source.texts[text], cut, chance), tuple(picked))


def shown(text: Text, cut: str, chance: random.Random) -> str:
    """A text whole (or WORDS of it), without half its sentences, in part, or a little of it."""
    if cut == "part" and text.parts:
        return chance.choice(text.parts)
    said = text.sentences
    if cut == "stretch":
        count = chance.randint(1, 4)
        first = chance.randrange(max(1, len(said) - count + 1))
        return " ".join(said[first : first + count])
    if cut == "thinned":
        count = min(len(said), max(3, len(said) // 2))
        said = tuple(said[i] for i in sorted(chance.sample(range(len(said)), count)))
    if len(" ".join(said).split()) <= WORDS:
        return text.whole if cut == "whole" else " ".join(said)
    return _stretch(said, chance)


def _stretch(said: tuple[str, ...], chance: random.Random) -> str:
    """Consecutive sentences of about WORDS words, as often from the start as to the end."""
    lengths = [len(sentence.split()) for sentence in said]
    total = sum(lengths)
    skip = chance.randint(0, total - WORDS) if chance.random() < 0.5 else 0
    kept, at = [], 0
    for sentence, length in zip(said, lengths, strict=True):
        if skip <= at < skip + WORDS:
            kept.append(sentence)
        at += length
    return " ".join(kept)


def _telling(parts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What was done and what came of it."""
    return tuple(text for kind, text in parts if kind in ("action", "result") and text)
