"""What an encoder is shown, planned beforehand from a seed: batches of texts with questions.

A batch is of one source, so that what is right for what is known: every pair in it was
judged, or is known not to count. The library's examples and the banks' stories are set
against the library's questions and their own contrasts, texts of like themes together, so
that near misses meet; or one bank's stories against the bank's own questions and some of
the library's, dealt out anyhow.
All texts of a batch are cut in the same way, so that long ones are not set against short.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from snapshot import BEST, Bank, Contrast, Entry, Grades

from kb.parse.story import parse_stories
from kb.passages import sentences, story_passages

QUESTIONS = 10  # shown with a text at most
OTHERS = 3  # of them, beside its contrasts
ANSWERED = 2  # of these, in a batch of the library, that the text answers; one is a near miss
PAIRS = 4  # of a text's contrasts that are shown with it
THEME = 8  # texts at most that are gathered for one question
WORDS = 120  # of a stretch at most: about 160 tokens, for speed; whole at work is up to 256
BANK_CUTS = {"whole": 0.3, "thinned": 0.25, "part": 0.15, "stretch": 0.3}
LIBRARY_CUTS = {"whole": 0.5, "thinned": 0.3, "part": 0.08, "stretch": 0.12}
TOLD = ("whole", "thinned")  # after such a cut a text still tells what its grades are about
NEAR_MISS = 1 / 7 + 1e-6  # the gain of grade 1


@dataclass(frozen=True, slots=True)
class Text:
    """A story or example: whole, its telling parts, and its sentences in order."""

    whole: str
    parts: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Texts, their questions, and gains (questions, texts) of how well each answers, 0..1.

    question_of (questions,): wordings of one question have one number. own: how many
    of the first questions are a bank's own; 0 for the library. wordings: how many after
    these are the library's. known (questions, texts): whether that pair was judged.
    contrasts: of the library, for each text, pairs of the last questions (answered, not
    answered) that were written for it.
    """

    name: str
    texts: tuple[Text, ...]
    questions: tuple[str, ...]
    question_of: NDArray[np.int64]
    gains: NDArray[np.float32]
    own: int
    wordings: int
    known: NDArray[np.bool_]
    contrasts: tuple[tuple[tuple[int, int], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One text as shown, with the numbers of text and questions in their source.

    told: whether what is shown is enough to say that a text does not answer.
    """

    source: int
    text: int
    shown: str
    questions: tuple[int, ...]
    told: bool


def gains_of(grades: NDArray[np.float32]) -> NDArray[np.float32]:
    """The gains of grades 0 to 3 as in nDCG, (2^grade - 1) / 7."""
    return np.asarray((2**grades - 1) / (2**BEST - 1), np.float32)


def library_source(
    entries: Iterable[Entry],
    banks: Iterable[Bank],
    graded: dict[str, Grades],
    contrasts: dict[str, tuple[Contrast, ...]],
) -> Source:
    """The library's examples and the banks' stories, each judged against all its questions,
    and against the contrasts that were written for it.

    An example was written for its own question: its grade there is the mean of 3 and
    what the judge said.
    """
    kept = list(entries)
    ids, wordings = _wordings(kept)
    texts, grades, names = [], [], []
    for entry in kept:
        for place, (whole, parts) in enumerate(zip(entry.texts, entry.parts, strict=True)):
            texts.append(Text(whole, _telling(parts), tuple(s for s, _ in sentences(whole))))
            names.append(f"{entry.source}|{entry.id}|{place}")
            said = graded[names[-1]]
            grades.append({**said, entry.id: (BEST + said.get(entry.id, 0)) / 2})
    for bank in banks:
        for name in sorted(bank.stories):
            texts.append(_story_text(bank.stories[name], name))
            names.append(f"{bank.name}|{name}")
            grades.append(graded[names[-1]])
    number = np.array([list(ids).index(one) for one, _ in wordings])
    table = _against_library(ids, grades)
    source = Source(
        "library", tuple(texts), tuple(w for _, w in wordings), number, table[number], 0,
        len(number), np.ones((len(number), len(texts)), np.bool_),
    )  # fmt: skip
    return _contrasted(source, [contrasts.get(name, ()) for name in names], table)


def _contrasted(
    source: Source, contrasts: list[tuple[Contrast, ...]], table: NDArray[np.float32]
) -> Source:
    """The source with the questions of the contrasts of each text.

    They were judged against their own text only. A text that shares no question of the
    library with it, not even as a near miss, is taken not to answer them; the others are
    not known. table: gains (questions of the library, texts).
    """
    touched = (table > 0).astype(np.float32)
    far = touched.T @ touched == 0
    asked, gains, known = list(source.questions), [], []
    pairs: list[list[tuple[int, int]]] = []
    for text, found in enumerate(contrasts):
        pairs.append([])
        for one in found:
            pairs[-1].append((len(asked), len(asked) + 1))
            asked += [one.yes, one.no]
            for grade in one.grades:
                row = np.zeros(len(source.texts), np.float32)
                row[text] = grade
                gains.append(row)
                known.append(far[text] | (np.arange(len(row)) == text))
    numbers = source.question_of.max() + 1 + np.arange(len(gains))
    return replace(
        source,
        questions=tuple(asked),
        question_of=np.concatenate([source.question_of, numbers]),
        gains=np.concatenate([source.gains, gains_of(np.array(gains))]),
        known=np.concatenate([source.known, np.array(known)]),
        contrasts=tuple(tuple(each) for each in pairs),
    )


def bank_source(bank: Bank, entries: Iterable[Entry], graded: dict[str, Grades]) -> Source:
    """A bank, judged against its own questions and the library's."""
    names = sorted(bank.stories)
    own = np.array(
        [[one.relevant.get(name, 0.0) for name in names] for one in bank.judgments], np.float32
    )
    ids, wordings = _wordings(list(entries))
    number = np.array([list(ids).index(one) for one, _ in wordings])
    others = _against_library(ids, [graded[f"{bank.name}|{name}"] for name in names])[number]
    return Source(
        bank.name,
        tuple(_story_text(bank.stories[name], name) for name in names),
        (*(one.text for one in bank.judgments), *(w for _, w in wordings)),
        np.concatenate([np.arange(len(own)), len(own) + number]),
        np.concatenate([gains_of(own), others]),
        len(own),
        len(number),
        np.ones((len(own) + len(number), len(names)), np.bool_),
    )


def _wordings(entries: list[Entry]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The ids of the questions, and every wording with the id of its question."""
    ids = tuple(dict.fromkeys(entry.id for entry in entries))
    return ids, [(entry.id, wording) for entry in entries for wording in entry.wordings]


def _against_library(ids: tuple[str, ...], grades: list[Grades]) -> NDArray[np.float32]:
    """Gains (questions, texts)."""
    table = [[one.get(question, 0.0) for one in grades] for question in ids]
    return gains_of(np.array(table, np.float32))


def _story_text(markdown: str, name: str) -> Text:
    story = parse_stories(markdown, path=f"{name}.md").stories[0]
    passages = story_passages(story)
    parts = tuple((p.part, p.text) for p in passages if p.kind == "part")
    said = tuple(p.text for p in passages if p.kind == "sentence")
    return Text(passages[0].text, _telling(parts), (story.title, *said))


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
            if not source.own:
                turns += [(number, texts) for texts in _themed(source, size, chance)]
                continue
            everything = range(len(source.texts))
            turns += [(number, chance.sample(everything, len(everything)))] * bank_turns
        chance.shuffle(turns)
        for number, texts in turns:
            yield list(_batch(sources[number], number, texts, chance))


def _themed(source: Source, size: int, chance: random.Random) -> Iterator[list[int]]:
    """All texts of the library in batches: a few that have to do with one question, a few
    that have to do with another, and so on."""
    first = np.unique(source.question_of[: source.wordings], return_index=True)[1]
    left = set(range(len(source.texts)))
    while left:
        batch: list[int] = []
        while left and len(batch) < size:
            question = chance.choice(first.tolist())
            near = sorted(left.intersection(np.flatnonzero(source.gains[question]).tolist()))
            picked = chance.sample(near or sorted(left), min(len(near) or 1, THEME))
            batch += picked[: size - len(batch)]
            left.difference_update(batch)
        yield batch


def _batch(source: Source, number: int, texts: list[int], chance: random.Random) -> Iterator[Row]:
    cuts = BANK_CUTS if source.own else LIBRARY_CUTS
    cut = chance.choices(list(cuts), list(cuts.values()))[0]
    deal = _dealt(source, chance) if source.own else None
    for text in texts:
        if deal is None:
            picked = _asked(source, text, chance, contrasts=cut in TOLD)
        else:
            picked = [next(deal) for _ in range(OTHERS)]
        told = shown(source.texts[text], cut, chance, to_the_end=not source.own)
        yield Row(number, text, told, tuple(picked), cut in TOLD)


def _dealt(source: Source, chance: random.Random) -> Iterator[int]:
    """Two of a bank's own questions, all in turn, then one of the library's, and so on."""
    while True:
        own = chance.sample(range(source.own), source.own)
        for place, question in enumerate(own):
            yield question
            if place % ANSWERED:
                yield chance.randrange(source.own, len(source.questions))


def _asked(source: Source, text: int, chance: random.Random, *, contrasts: bool) -> list[int]:
    """Questions for a text of the library: contrasts that were written for it, if they are
    wanted and there are any, and wordings that it answers, the better the likelier; without
    contrasts a near miss, too."""
    pairs = source.contrasts[text] if contrasts else ()
    own = [q for pair in chance.sample(pairs, min(PAIRS, len(pairs))) for q in pair]
    wordings = source.question_of[: source.wordings]
    gains = source.gains[: len(wordings), text]
    odds = np.where(gains > NEAR_MISS, gains / np.bincount(wordings)[wordings], 0)
    answered = chance.choices(range(len(gains)), odds.tolist(), k=ANSWERED) if odds.any() else []
    if own:
        return own + answered
    missed = np.flatnonzero((gains > 0) & (gains <= NEAR_MISS)).tolist() or range(len(gains))
    return answered + [chance.choice(missed) for _ in range(OTHERS - len(answered))]


def shown(text: Text, cut: str, chance: random.Random, *, to_the_end: bool = False) -> str:
    """A text whole (or WORDS of it), without half its sentences, in part, or a little of it.

    to_the_end: where it is too long, sentences are left out anywhere but at its end.
    """
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
    if to_the_end:
        said = _thinned(said, chance)
    if len(" ".join(said).split()) <= WORDS:
        return text.whole if said == text.sentences else " ".join(said)
    return _stretch(said, chance)


def _thinned(said: tuple[str, ...], chance: random.Random) -> tuple[str, ...]:
    """WORDS words at most, without some of the sentences; the last two stay."""
    kept = list(range(len(said)))
    while len(kept) > 3 and sum(len(said[i].split()) for i in kept) > WORDS:
        kept.pop(chance.randrange(len(kept) - 2))
    return tuple(said[i] for i in kept)


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
