"""How well an encoder ranks the judged banks, with kb's own ranking and no full text.

    python training/evaluate.py --cache CACHE [--model FOLDER ...] [--dev FOLDER]

Model and library are put in the same space, as after a build. FOLDER of --model
is a sentence-transformers model; without it, the packaged one. --validate reads
the validation banks, once, at the end, and notes date and figures in LOG.md.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from snapshot import DATA, Bank, Entry, read_banks, read_entries

from kb.compile_model import ensure_compiled
from kb.embed import PACKAGED_MODEL, Encoder, OnnxEncoder
from kb.evaluate import Judgment, Metrics, evaluate, read_judgments
from kb.parse.story import parse_stories
from kb.passages import evidence_prior, story_passages
from kb.rank import Library, Owned, Prepared, StoryVectors, prepare, rank

if TYPE_CHECKING:
    from kb.rank.arrays import Floats

LOG = Path(__file__).resolve().parent / "LOG.md"
HEAD = "| Bank | queries | answerable | nDCG@5 | MRR | recall@3 | AUROC |\n" + 7 * "|---" + "|"


@dataclass(frozen=True, slots=True)
class Ready:
    """A bank in an encoder's space: its story ids, vectors, statistics and questions' vectors."""

    bank: Bank
    names: tuple[str, ...]
    stories: StoryVectors
    prepared: Prepared
    queries: Floats


class Vectors:
    """An encoder that remembers, in a file named by its fingerprint, what it has embedded."""

    def __init__(self, encoder: Encoder, cache: Path) -> None:
        self.encoder = encoder
        self.path = cache / f"vectors-{encoder.fingerprint[:16]}.npz"
        self.known: dict[str, Floats] = {}
        if self.path.is_file():
            with np.load(self.path) as held:
                self.known = dict(zip(held["names"].tolist(), held["rows"], strict=True))

    def of(self, texts: Sequence[str]) -> Floats:
        """(n, d) float32, unit rows."""
        names = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        new = {n: t for n, t in zip(names, texts, strict=True) if n not in self.known}
        if new:
            rows = self.encoder.encode(list(new.values()))
            self.known.update(zip(new, rows, strict=True))
        if not names:
            return np.zeros((0, self.encoder.dimensions), np.float32)
        return np.stack([self.known[name] for name in names])

    def save(self) -> None:
        """Write the file anew."""
        np.savez(self.path, names=np.array(list(self.known)), rows=np.stack([*self.known.values()]))


def open_encoder(model: str, cache: Path) -> OnnxEncoder:
    """The model as kb would run it, compiled under `cache` if need be. Raises ModelError."""
    return OnnxEncoder.open(ensure_compiled(model, cache, lambda _: None), "build")


def library(entries: Iterable[Entry], vectors: Vectors) -> Library:
    """The entries as the ranking takes them."""
    kept = list(entries)
    wordings = [(i, w) for i, entry in enumerate(kept) for w in entry.wordings]
    examples = [(i, t) for i, entry in enumerate(kept) for t in entry.texts]
    return Library(
        wordings=vectors.of([text for _, text in wordings]),
        wording_question=np.array([i for i, _ in wordings], np.int64),
        examples=vectors.of([text for _, text in examples]),
        example_question=np.array([i for i, _ in examples], np.int64),
        questions=len(kept),
    )


def ready(bank: Bank, against: Library, vectors: Vectors) -> Ready:
    """A bank after a build with this library."""
    names = tuple(sorted(bank.stories))
    parsed = [parse_stories(bank.stories[name], path=f"{name}.md").stories[0] for name in names]
    passages = [(i, p) for i, story in enumerate(parsed) for p in story_passages(story)]
    whole = [p.text for _, p in passages if p.kind == "story"]
    sentences = [(i, p) for i, p in passages if p.kind == "sentence"]
    stories = StoryVectors(
        whole=vectors.of(whole),
        sentences=vectors.of([p.text for _, p in sentences]),
        sentence_story=np.array([i for i, _ in sentences], np.int64),
        sentence_prior=np.array([evidence_prior(p) for _, p in sentences], np.float32),
    )
    queries = vectors.of([one.text for one in bank.judgments])
    return Ready(bank, names, stories, prepare(stories, against), queries)


def measure(each: Ready, owned: Owned | None = None) -> Metrics:
    """The metrics of a bank. owned: what its owner says beside the stories."""
    rankings = {}
    for judgment, query in zip(each.bank.judgments, each.queries, strict=True):
        ranking = rank(query, each.stories, each.prepared, owned=owned)
        order = ranking.order()
        rankings[judgment.id] = [(each.names[i], float(ranking.scores[i])) for i in order]
    return evaluate(rankings, each.bank.judgments)


def development(folder: Path) -> Bank:
    """A bank kept as stories/*.md and queries.jsonl. Raises OSError, DocumentError."""
    stories = {path.stem: path.read_text("utf-8") for path in (folder / "stories").glob("*.md")}
    judged: tuple[Judgment, ...] = read_judgments((folder / "queries.jsonl").read_text("utf-8"))
    return Bank("development", "development", stories, judged)


def rows(found: dict[str, Metrics], by_kind: bool = False) -> list[str]:
    """A table's rows, a bank each, and the mean of the banks."""
    lines, figures = [], []
    for name, metrics in found.items():
        named = {name: metrics.overall}
        if by_kind:
            named |= {f"{name}, {kind}": each for kind, each in metrics.by_kind.items()}
        for label, one in named.items():
            values = [one.ndcg5, one.mrr, one.recall3, one.auroc]
            lines.append(_row(label, [one.queries, one.answerable], values))
        overall = metrics.overall
        figures.append([overall.ndcg5, overall.mrr, overall.recall3, overall.auroc])
    if len(figures) > 1:
        mean = np.mean(np.array(figures, np.float64), axis=0)
        lines.append(_row("mean", ["", ""], mean.tolist()))
    return lines


def _row(label: str, counts: Sequence[object], values: Sequence[float | None]) -> str:
    figures = ["" if value is None else f"{value:.3f}" for value in values]
    return f"| {' | '.join([label, *map(str, counts), *figures])} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rank the judged banks with an encoder.")
    parser.add_argument("--model", nargs="*", default=[PACKAGED_MODEL])
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--snapshot", type=Path, default=DATA)
    parser.add_argument("--dev", type=Path)
    parser.add_argument("--splits", nargs="*", default=["train", "calibrate"])
    parser.add_argument("--sources", nargs="*", default=["content"], help="of the library")
    parser.add_argument("--by-kind", action="store_true")
    parser.add_argument("--validate", action="store_true", help="read the validation banks")
    return parser.parse_args()


def main() -> None:
    """Print a table for each model."""
    given = _arguments()
    if "validate" in given.splits:
        raise SystemExit("The validation banks are read with --validate only, which is logged.")
    splits = ["validate"] if given.validate else given.splits
    given.cache.mkdir(parents=True, exist_ok=True)
    entries = [e for e in read_entries(given.snapshot) if e.source in given.sources]
    banks = list(read_banks(splits, given.snapshot))
    if given.dev and not given.validate:
        banks.append(development(given.dev))
    for model in given.model:
        vectors = Vectors(open_encoder(model, given.cache), given.cache)
        against = library(entries, vectors)
        table = rows({b.name: measure(ready(b, against, vectors)) for b in banks}, given.by_kind)
        vectors.save()
        title = (
            f"{Path(model).name}, library: {', '.join(given.sources)} ({len(entries)} questions)"
        )
        print(f"\n{title}\n\n{HEAD}", *table, sep="\n", flush=True)
        if given.validate:
            today = datetime.datetime.now(tz=datetime.UTC).date()
            with LOG.open("a", encoding="utf-8") as log:
                print(f"\n## {today}: {title}\n\n{HEAD}", *table, sep="\n", file=log)


if __name__ == "__main__":
    main()
