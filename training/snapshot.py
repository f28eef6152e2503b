"""The frozen data that the encoder learns from: made, read and named here.

    python training/snapshot.py --banks BANKS --content content --library LIBRARY [LIBRARY ...]

BANKS holds a folder for each bank (stories/*.md, judgments_a.jsonl,
judgments_b.jsonl); LIBRARY files are JSON lines of questions with wordings and
examples. Written are training/data/{library,stories,questions}.jsonl.gz.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.evaluate import Judgment
from kb.parse.guide import parse_guide
from kb.parse.slug import slug
from kb.passages import guide_passages, plain

DATA = Path(__file__).resolve().parent / "data"
FILES = ("library.jsonl.gz", "stories.jsonl.gz", "questions.jsonl.gz")
SPLITS = {
    "mirela": "train",
    "oluwaseun": "train",
    "hyejin": "train",
    "priyanka": "train",
    "yael": "train",
    "rasmus": "calibrate",
    "dewi": "validate",
    "marcelo": "validate",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A library question: every wording, the first being the question; its examples' texts.

    texts: each example whole, as a build embeds it. parts: for each example its
    parts as (kind, text). source: the guides' own ("content") or the file it is from.
    """

    id: str
    source: str
    wordings: tuple[str, ...]
    texts: tuple[str, ...]
    parts: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """One engineer's judged bank. stories: the files by slug, as Markdown."""

    name: str
    split: str
    stories: dict[str, str]
    judgments: tuple[Judgment, ...]


def snapshot_hash(folder: Path = DATA) -> str:
    """The sha256 of the snapshot's lines, whatever gzip made of them. Raises OSError."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(f"{name}\n".encode())
        digest.update(gzip.decompress((folder / name).read_bytes()))
    return digest.hexdigest()


def read_entries(folder: Path = DATA) -> tuple[Entry, ...]:
    """The library of the snapshot, in its order."""
    return tuple(
        Entry(
            one["id"],
            one["source"],
            tuple(one["wordings"]),
            tuple(e["text"] for e in one["examples"]),
            tuple(tuple((kind, text) for kind, text in e["parts"]) for e in one["examples"]),
        )
        for one in _lines(folder / FILES[0])
    )


def read_banks(splits: Iterable[str], folder: Path = DATA) -> tuple[Bank, ...]:
    """The banks of these splits, with the mean of the two judges' grades."""
    wanted = set(splits)
    found = {name: split for name, split in SPLITS.items() if split in wanted}
    stories: dict[str, dict[str, str]] = {name: {} for name in found}
    judged: dict[str, list[Judgment]] = {name: [] for name in found}
    for one in _lines(folder / FILES[1]):
        if one["bank"] in found:
            stories[one["bank"]][one["story"]] = one["text"]
    for one in _lines(folder / FILES[2]):
        if one["bank"] in found:
            grades = mean_grades(one["a"], one["b"])
            judged[one["bank"]].append(Judgment(one["id"], one["kind"], one["text"], grades))
    return tuple(
        Bank(name, split, stories[name], tuple(judged[name])) for name, split in found.items()
    )


def mean_grades(a: dict[str, float], b: dict[str, float]) -> dict[str, float]:
    """The mean of two judges' grades of each story that either of them graded."""
    return {s: (a.get(s, 0) + b.get(s, 0)) / 2 for s in sorted({*a, *b})}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in file:
            yield json.loads(row)


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write JSON lines whose bytes depend on the rows alone; how many there were."""
    lines = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows]
    text = "".join(f"{line}\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    return len(lines)


def _guide_rows(text: str, source: str, name: str) -> Iterator[dict[str, Any]]:
    """The questions of a guide's Markdown, with the texts a build would embed."""
    guide = parse_guide(text, path=name, guide_id=slug(name)).guide
    whole: dict[str, list[str]] = {}
    asked: dict[str, list[str]] = {}
    for passage in guide_passages(guide):
        if passage.kind == "example":
            whole.setdefault(passage.owner, []).append(passage.text)
        elif passage.kind in ("question", "variant"):
            asked.setdefault(passage.owner, []).append(passage.text)
    for question in guide.questions:
        examples = [
            {"text": text, "parts": [[p.kind, plain(p.text)] for p in example.parts]}
            for example, text in zip(question.examples, whole.get(question.id, ()), strict=True)
        ]
        yield {
            "id": question.id,
            "source": source,
            "competencies": question.competencies,
            "wordings": list(dict.fromkeys(asked[question.id])),
            "examples": examples,
        }


def _as_guide(path: Path) -> str:
    """Questions in JSON lines as the Markdown of a guide."""
    rows = [json.loads(row) for row in path.read_text("utf-8").splitlines() if row.strip()]
    return "# Library\n\n" + "\n\n".join(
        "\n\n".join(
            (
                f"## Question {n}: {row['question']}",
                f"**Competencies**: {', '.join(row['competencies'])}",
                "**Also asked as**:\n" + "\n".join(f"- {one}" for one in row["wordings"]),
                "### Example Response",
                *(
                    f"**Example {i} - {each['name']}**:\n\n{each['text']}"
                    for i, each in enumerate(row["examples"], 1)
                ),
            )
        )
        for n, row in enumerate(rows, 1)
    )


def _library(content: Path, files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in sorted(content.glob("*.md")):
        yield from _guide_rows(path.read_text("utf-8"), "content", path.stem)
    for path in files:
        yield from _guide_rows(_as_guide(path), path.stem, path.stem)


def _stories(banks: Path) -> Iterator[dict[str, Any]]:
    for name, split in SPLITS.items():
        for path in sorted((banks / name / "stories").glob("*.md")):
            text = path.read_text("utf-8")
            yield {"bank": name, "split": split, "story": path.stem, "text": text}


def _questions(banks: Path) -> Iterator[dict[str, Any]]:
    """The questions with both judgments. Raises ValueError where the judges differ in them."""
    for name, split in SPLITS.items():
        a, b = (_judged(banks / name / f"judgments_{judge}.jsonl") for judge in "ab")
        slugs = {path.stem for path in (banks / name / "stories").glob("*.md")}
        for one, other in zip(a, b, strict=True):
            if (one["id"], one["text"]) != (other["id"], other["text"]):
                raise ValueError(f"{name}: {one['id']} and {other['id']} are not one question")
            if unknown := {*one["relevant"], *other["relevant"]} - slugs:
                raise ValueError(f"{name}: {one['id']} names stories that are not there: {unknown}")
            yield {
                "bank": name,
                "split": split,
                **{key: one[key] for key in ("id", "kind", "text")},
                "a": one["relevant"],
                "b": other["relevant"],
            }


def _judged(path: Path) -> list[dict[str, Any]]:
    rows = [json.loads(row) for row in path.read_text("utf-8").splitlines() if row.strip()]
    return sorted(rows, key=lambda row: str(row["id"]))


def main() -> None:
    """Write the snapshot and print its counts and its hash."""
    parser = argparse.ArgumentParser(description="Freeze the training data.")
    parser.add_argument("--banks", type=Path, required=True)
    parser.add_argument("--content", type=Path, required=True)
    parser.add_argument("--library", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=DATA)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rows = (
        _library(given.content, given.library),
        _stories(given.banks),
        _questions(given.banks),
    )
    for name, each in zip(FILES, rows, strict=True):
        count = _write(given.out / name, each)
        print(f"{name}: {count} lines, {(given.out / name).stat().st_size / 1e3:.0f} kB")
    print(snapshot_hash(given.out))


if __name__ == "__main__":
    main()
