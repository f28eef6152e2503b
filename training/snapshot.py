"""The frozen data that the encoder learns from: made, read and named here.

    python training/snapshot.py [--banks BANKS] [--content content] [--library LIBRARY ...]
                                [--more MORE ...] [--second SECOND] [--graded GRADED]
                                [--contrasts CONTRASTS]

BANKS holds a folder for each bank (stories/*.md, judgments_a.jsonl and, of a
second judge, judgments_b.jsonl); LIBRARY files are JSON lines of questions with
wordings and examples; MORE files add examples and keyword wordings to questions
by their id; SECOND adds a second judge's grades to questions that had one; GRADED
says of every example and story of training which of the library's questions it
answers; CONTRASTS has pairs of questions for each of them. Written are
training/data/{library,stories,questions,graded,contrasts}.jsonl.gz; of what is not
given, the lines stay as they are.
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
FILES = (
    "library.jsonl.gz",
    "stories.jsonl.gz",
    "questions.jsonl.gz",
    "graded.jsonl.gz",
    "contrasts.jsonl.gz",
)
BEST = 3.0  # the grade of a full answer
ANSWERS = 2  # from this grade of one judge on
SPLITS = {
    "mirela": "train",
    "oluwaseun": "train",
    "hyejin": "train",
    "priyanka": "train",
    "yael": "train",
    "thiago": "train",
    "ngozi": "train",
    "padraig": "train",
    "haruka": "train",
    "agnieszka": "train",
    "anand": "train",
    "margot": "train",
    "bastien": "train",
    "oksana": "train",
    "linnea": "train",
    "mehmet": "train",
    "thandeka": "train",
    "rasmus": "calibrate",
    "joerg": "calibrate",
    "catalina": "calibrate",
    "wanjiru": "calibrate",
    "farida": "calibrate",
    "cormac": "calibrate",
    "hanneke": "calibrate",
    "dewi": "validate",
    "marcelo": "validate",
    "silvana": "validate",
    "tuomas": "validate",
    "ines": "validate",
    "radu": "validate",
    "akua": "validate",
    "soren": "validate",
}


Grades = dict[str, float]  # question id -> how well a text answers it, 1 to 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A library question: every wording, the first being the question; its examples' texts.

    texts: each example whole, as a build embeds it. parts: for each example its
    parts as (kind, text). source: the guides' own ("content") or the file it is from.
    Entries of one id are one question; "more" ones add to it.
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


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two questions of one form, close in theme, of which one text answers the first and not
    the second. grades: how well it answers each, the mean of what the writer meant (3 and 0)
    and what a judge said."""

    yes: str
    no: str
    grades: tuple[float, float]


def snapshot_hash(folder: Path = DATA) -> str:
    """The sha256 of all lines that training reads, whatever gzip made of them: a bank that
    only measures may be added without training anew. Raises OSError."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(f"{name}\n".encode())
        for row in gzip.decompress((folder / name).read_bytes()).splitlines():
            if json.loads(row).get("split", "train") == "train":
                digest.update(row + b"\n")
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
    """The banks of these splits, with the mean of the judges' grades."""
    wanted = set(splits)
    found = {name: split for name, split in SPLITS.items() if split in wanted}
    stories: dict[str, dict[str, str]] = {name: {} for name in found}
    judged: dict[str, list[Judgment]] = {name: [] for name in found}
    for one in _lines(folder / FILES[1]):
        if one["bank"] in found:
            stories[one["bank"]][one["story"]] = one["text"]
    for one in _lines(folder / FILES[2]):
        if one["bank"] in found:
            grades = mean_grades(one["a"], one.get("b", one["a"]))
            judged[one["bank"]].append(Judgment(one["id"], one["kind"], one["text"], grades))
    return tuple(
        Bank(name, split, stories[name], tuple(judged[name])) for name, split in found.items()
    )


def read_graded(folder: Path = DATA) -> dict[str, Grades]:
    """What a judge said of each text against the library's questions.

    Named "source|question id|place" for an example, "bank|story" for a story.
    """
    return {one["text"]: one["grades"] for one in _lines(folder / FILES[3])}


def read_contrasts(folder: Path = DATA) -> dict[str, tuple[Contrast, ...]]:
    """For each text of training, named as in read_graded, the contrasts on which writer and
    judge agree. Those of a few texts are kept aside, to measure with."""
    found: dict[str, tuple[Contrast, ...]] = {}
    for one in _lines(folder / FILES[4]):
        if one["split"] != "train":
            continue
        found[one["text"]] = tuple(
            Contrast(pair["yes"], pair["no"], ((BEST + yes) / 2, no / 2))
            for pair in one["pairs"]
            for yes, no in [pair["judged"]]
            if yes >= ANSWERS > no
        )
    return found


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
    rows = _json_lines(path)
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


def _library(content: Path | None, files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in sorted(content.glob("*.md")) if content else ():
        yield from _guide_rows(path.read_text("utf-8"), "content", path.stem)
    for path in files:
        yield from _guide_rows(_as_guide(path), path.stem, path.stem)


def _more(files: Iterable[Path], known: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Further examples and wordings, as entries with the id of a question that is known."""
    entries = {one["id"]: one for one in known if one["source"] != "more"}
    for path in files:
        for row in _json_lines(path):
            whole = entries[row["id"]]
            yield {
                "id": row["id"],
                "source": "more",
                "competencies": whole["competencies"],
                "wordings": [w for w in row["keywords"] if w not in whole["wordings"]],
                "examples": [_example(each) for each in row["examples"]],
            }


def _example(told: dict[str, str]) -> dict[str, Any]:
    parts = [[part, plain(told[part])] for part in ("situation", "task", "action", "result")]
    return {"text": "\n".join([plain(told["title"]), *(text for _, text in parts)]), "parts": parts}


def _stories(banks: Path, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    for name in names:
        for path in sorted((banks / name / "stories").glob("*.md")):
            text = path.read_text("utf-8")
            yield {"bank": name, "split": SPLITS[name], "story": path.stem, "text": text}


def _questions(banks: Path, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The questions with their judgments. Raises ValueError where judges differ in them."""
    for name in names:
        files = [banks / name / f"judgments_{judge}.jsonl" for judge in "ab"]
        judged = {path.stem[-1]: _judged(path) for path in files if path.is_file()}
        slugs = {path.stem for path in (banks / name / "stories").glob("*.md")}
        for rows in zip(*judged.values(), strict=True):
            if len({(one["id"], one["text"]) for one in rows}) > 1:
                raise ValueError(f"{name}: {rows[0]['id']} is not one question to both judges")
            if unknown := {slug for one in rows for slug in one["relevant"]} - slugs:
                raise ValueError(f"{name}: {rows[0]['id']} names unknown stories: {unknown}")
            yield {
                "bank": name,
                "split": SPLITS[name],
                **{key: rows[0][key] for key in ("id", "kind", "text")},
                **{judge: one["relevant"] for judge, one in zip(judged, rows, strict=True)},
            }


def _judged(path: Path) -> list[dict[str, Any]]:
    return sorted(_json_lines(path), key=lambda row: str(row["id"]))


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in path.read_text("utf-8").splitlines() if row.strip()]


def _with_second(
    questions: Iterable[dict[str, Any]], second: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The questions with the grades "b" of those that a second judge graded."""
    grades = {(one["bank"], one["id"]): {"b": one["b"]} for one in second}
    return [one | grades.get((one["bank"], one["id"]), {}) for one in questions]


def _renewed(
    old: list[dict[str, Any]], new: Iterable[dict[str, Any]], key: str
) -> list[dict[str, Any]]:
    """The new lines, and those of the old whose bank or source has none among the new."""
    found = list(new)
    given = {one[key] for one in found}
    return [one for one in old if one[key] not in given] + found


def main() -> None:
    """Write the snapshot and print its counts and its hash."""
    parser = argparse.ArgumentParser(description="Freeze the training data.")
    parser.add_argument("--banks", type=Path)
    parser.add_argument("--content", type=Path)
    parser.add_argument("--library", type=Path, nargs="*", default=[])
    parser.add_argument("--more", type=Path, nargs="*", default=[])
    parser.add_argument("--second", type=Path)
    parser.add_argument("--graded", type=Path)
    parser.add_argument("--contrasts", type=Path)
    parser.add_argument("--out", type=Path, default=DATA)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    library, stories, questions, graded, contrasts = (
        list(_lines(given.out / name)) if (given.out / name).is_file() else [] for name in FILES
    )
    library = _renewed(library, _library(given.content, given.library), "source")
    library = _renewed(library, _more(given.more, library), "source")
    if given.banks:
        names = [name for name in SPLITS if (given.banks / name).is_dir()]
        stories = _renewed(stories, _stories(given.banks, names), "bank")
        questions = _renewed(questions, _questions(given.banks, names), "bank")
    if given.second:
        questions = _with_second(questions, _json_lines(given.second))
    if given.graded:
        graded = _renewed(graded, _json_lines(given.graded), "text")
    if given.contrasts:
        contrasts = _renewed(contrasts, _json_lines(given.contrasts), "text")
    kept = (library, stories, questions, graded, contrasts)
    for name, each in zip(FILES, kept, strict=True):
        count = _write(given.out / name, each)
        print(f"{name}: {count} lines, {(given.out / name).stat().st_size / 1e3:.0f} kB")
    print(snapshot_hash(given.out))


if __name__ == "__main__":
    main()
