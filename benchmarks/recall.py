"""How many of the first ten stories of a large bank are the same when only the most promising
are read closely: recall.py CACHE.

Every bank and every library example of training/ becomes one bank of real text, about 1,500
stories; that a bank is large is made so by saying that few sentences are held.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "training"))

from evaluate import Vectors, library, open_encoder  # noqa: E402
from snapshot import read_banks, read_entries  # noqa: E402

from kb.embed import PACKAGED_MODEL  # noqa: E402
from kb.parse.story import parse_stories  # noqa: E402
from kb.passages import evidence_prior, story_passages  # noqa: E402
from kb.rank import Prepared, StoryVectors, looking, prepare, rank, shapes  # noqa: E402

FIRST = 10
EVERY = 8  # of the questions one is asked, so that it takes minutes


def main(cache: Path) -> None:
    """A row for each number of stories that are read."""
    stories, prepared, queries = bank(cache)
    with mock.patch.object(shapes, "EXACT_SENTENCES", 1 << 40):
        exact = [set(rank(q, stories, prepared).order()[:FIRST].tolist()) for q in queries]
    print("read  recall@10  worst")
    for count in (16, 23, 32, 64, 128):
        with reading(count):
            shares = [
                len(whole & set(rank(q, stories, prepared).order()[:FIRST].tolist())) / FIRST
                for q, whole in zip(queries, exact, strict=True)
            ]
        print(f"{count:4}  {np.mean(shares):9.4f}  {min(shares):5.2f}", flush=True)


@contextmanager
def reading(count: int) -> Iterator[None]:
    """As if the bank were large, and so many stories were read of it."""
    with (
        mock.patch.object(shapes, "EXACT_SENTENCES", 1000),
        mock.patch.object(looking, "PROMISING", count),
        mock.patch.object(looking, "ONE_IN", 1 << 40),
    ):
        yield


def bank(cache: Path) -> tuple[StoryVectors, Prepared, np.ndarray]:
    """The stories, what was prepared of them, and the questions (n, d)."""
    cache.mkdir(parents=True, exist_ok=True)
    vectors = Vectors(open_encoder(PACKAGED_MODEL, cache), cache)
    entries = list(read_entries())
    against = library(entries, vectors)
    banks = list(read_banks(["train", "calibrate"]))
    texts = [text for bank in banks for _, text in sorted(bank.stories.items())]
    texts += [text for entry in entries for text in entry.texts]
    stories = _stories(texts, vectors)
    questions = [one.text for bank in banks for one in bank.judgments]
    queries = vectors.of(questions)[::EVERY]
    vectors.save()
    print(f"{len(stories.whole)} stories, {len(stories.sentences)} sentences, "
          f"{len(queries)} questions", flush=True)  # fmt: skip
    return stories, prepare(stories, against), queries


def _stories(texts: list[str], vectors: Vectors) -> StoryVectors:
    parsed = [s for n, text in enumerate(texts)
              for s in parse_stories(text, path=f"{n}.md").stories[:1]]  # fmt: skip
    passages = [(n, p) for n, story in enumerate(parsed) for p in story_passages(story)]
    sentences = [(n, p) for n, p in passages if p.kind == "sentence"]
    return StoryVectors(
        whole=vectors.of([p.text for _, p in passages if p.kind == "story"]),
        sentences=vectors.of([p.text for _, p in sentences]),
        sentence_story=np.array([n for n, _ in sentences], np.int64),
        sentence_prior=np.array([evidence_prior(p) for _, p in sentences], np.float32),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
