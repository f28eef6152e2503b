"""Banks of any size to measure on: stories put together from the development bank's sentences."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("Situation", "Task", "Action", "Result", "Learning")


def make_stories(folder: Path, count: int) -> None:
    """Write `count` stories of about 250 words and 20 sentences, the same in every run."""
    draw = random.Random(0)
    pool = _sentences()
    for number in range(count):
        lines = [
            f"---\ntitle: Story number {number}\ndate: {2015 + number % 11}-0{1 + number % 9}\n---"
        ]
        for part, size in zip(PARTS, (4, 1, 9, 4, 2), strict=True):
            lines.append(f"\n## {part}\n" + " ".join(draw.choices(pool, k=size)))
        (folder / f"story-{number:05}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_long_stories(folder: Path, count: int, sentences: int) -> None:
    """Write `count` stories of so many sentences, no two of which are quite the same."""
    draw = random.Random(1)
    pool = _sentences()
    words = sorted({word.strip('.,;:?!"').lower() for one in pool for word in one.split()})
    for number in range(count):
        lines = [f"---\ntitle: Story number {number}\ndate: {2010 + number % 16}\n---"]
        for part, share in zip(PARTS, (0.2, 0.05, 0.5, 0.15, 0.1), strict=True):
            text = [
                f"{draw.choice(pool)[:-1]} {draw.choice(words)} {draw.choice(words)}."
                for _ in range(max(1, round(share * sentences)))
            ]
            lines.append(f"\n## {part}\n" + " ".join(text))
        place = folder / f"{number // 500:03}"
        place.mkdir(exist_ok=True)
        (place / f"story-{number:05}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_workspace(folder: Path, stories: int, guides: bool = True) -> Path:
    """A workspace, not yet built."""
    if folder.exists():
        shutil.rmtree(folder)
    for name in ("content", "personal"):
        (folder / name).mkdir(parents=True)
    if guides:
        for guide in (ROOT / "content").glob("*.md"):
            shutil.copy(guide, folder / "content")
    make_stories(folder / "personal", stories)
    return folder


def _sentences() -> list[str]:
    found: list[str] = []
    for path in sorted((ROOT / "tests" / "data" / "eval" / "stories").glob("*.md")):
        body = path.read_text(encoding="utf-8").partition("\n---\n")[2]
        text = " ".join(line for line in body.splitlines() if not line.startswith("#"))
        found += [s for s in re.split(r"(?<=[.?!]) ", text) if len(s.split()) > 4]
    return found
