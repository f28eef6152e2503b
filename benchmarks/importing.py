"""How long `kb import` takes for banks of growing size, in each format; no model is involved.

    python benchmarks/importing.py [SIZES...]

Sizes are counts of stories, 250 500 1000 2000 by default. For each the preview, the writing of
the files (into an empty workspace) and a second import (into a workspace that holds them all,
where each is compared with all others) are timed, in processes of their own.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import bank
import common

KB = str(Path(sys.executable).parent / "kb")
SIZES = (250, 500, 1000, 2000)
Story = dict[str, str]


def make(count: int) -> list[Story]:
    """`count` stories of about 250 words, the same in every run, no two nearly the same."""
    draw = random.Random(0)
    pool = bank._sentences()
    words = sorted({word for sentence in pool for word in sentence.split()})
    stories = []
    for number in range(count):
        story = {"Title": f"Story number {number}", "Date": str(2015 + number % 11)}
        for part, size in zip(bank.PARTS, (4, 1, 9, 4, 2), strict=True):
            chosen = draw.choices(pool, k=size // 2)
            chosen += (" ".join(draw.choices(words, k=13)) + "." for _ in range(size - size // 2))
            story[part] = " ".join(chosen)
        stories.append(story)
    return stories


def markdown(folder: Path, stories: list[Story]) -> Path:
    rows = ["# My stories"]
    for story in stories:
        rows.append(f"\n## {story['Title']}\nDate: {story['Date']}\n")
        rows += (f"**{part}:** {story[part]}\n" for part in bank.PARTS)
    return written(folder / "stories.md", "\n".join(rows))


def plain(folder: Path, stories: list[Story]) -> Path:
    rows = []
    for story in stories:
        rows.append(f"{story['Title']}")
        rows += [*(f"{part}: {story[part]}" for part in bank.PARTS), ""]
    return written(folder / "stories.txt", "\n".join(rows))


def as_json(folder: Path, stories: list[Story]) -> Path:
    return written(folder / "stories.json", json.dumps({"stories": stories}, indent=1))


def json_lines(folder: Path, stories: list[Story]) -> Path:
    return written(folder / "stories.jsonl", "\n".join(json.dumps(story) for story in stories))


def table(folder: Path, stories: list[Story]) -> Path:
    path = folder / "stories.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(stories[0]))
        writer.writeheader()
        writer.writerows(stories)
    return path


def notes(folder: Path, stories: list[Story]) -> Path:
    for number, story in enumerate(stories):
        rows = [f"---\ntags: [a, b]\ndate: {story['Date']}\n---"]
        rows += (f"## {part}\n{story[part]}\n" for part in bank.PARTS)
        written(folder / "vault" / f"Story {number}.md", "\n".join(rows))
    return folder / "vault"


def word(folder: Path, stories: list[Story]) -> Path:
    import docx

    document = docx.Document()
    for story in stories:
        document.add_heading(story["Title"], 1)
        for part in bank.PARTS:
            paragraph = document.add_paragraph()
            paragraph.add_run(f"{part}:").bold = True
            paragraph.add_run(f" {story[part]}")
    document.save(str(folder / "stories.docx"))
    return folder / "stories.docx"


FORMATS: dict[str, Callable[[Path, list[Story]], Path]] = {
    "Markdown": markdown, "plain text": plain, "JSON": as_json, "JSON lines": json_lines,
    "CSV": table, "folder of notes": notes, "Word": word,
}  # fmt: skip


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def measure(name: str, count: int, folder: Path) -> str:
    """One row of the table. Raises SystemExit where not every story is found."""
    source = FORMATS[name](folder, make(count))
    space = bank.make_workspace(folder / "space", 0, guides=False)
    command = [KB, "import", str(source), "-w", str(space)]
    preview = common.run(command)
    writing = common.run([*command, "--yes"])
    found = len(list((space / "personal" / "imported").glob("*.md")))
    again = common.run([*command, "--yes"])
    if found != count or len(list((space / "personal" / "imported").glob("*.md"))) != count:
        raise SystemExit(f"{name}: {found} of {count} stories were written")
    return (
        f"{name:16} {count:7} {preview.seconds:10.2f} {writing.seconds:9.2f} {again.seconds:9.2f}"
        f" {1000 * again.seconds / count:12.2f} {again.peak_mb:8.0f}"
    )


def main(sizes: list[int]) -> None:
    print(f"{'':16} {'stories':>7} {'preview s':>10} {'write s':>9} {'again s':>9}"
          f" {'again ms each':>12} {'peak MB':>8}")  # fmt: skip
    for name in FORMATS:
        for count in sizes:
            folder = Path(tempfile.mkdtemp())
            try:
                print(measure(name, count, folder), flush=True)
            finally:
                shutil.rmtree(folder)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
