"""Compute what ships: the vectors of every passage of content/ and the samples.

    python training/ship_vectors.py

They go into kb/data/vectors.npz, so that the first build of a new user has
nothing to embed but their own stories. A test holds the file to the content.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from kb.build.vectors import SHIPPED, load_shipped, save_shipped, text_hash
from kb.compile_model import ensure_compiled
from kb.embed import PACKAGED_MODEL, OnnxEncoder, default_cache
from kb.parse.guide import parse_guide
from kb.parse.slug import slug
from kb.parse.story import parse_stories
from kb.passages import guide_passages, story_passages

ROOT = Path(__file__).resolve().parent.parent


def texts() -> Iterator[str]:
    """Every text of the shipped guides and samples that a build embeds."""
    for path in sorted((ROOT / "content").glob("*.md")):
        guide = parse_guide(path.read_text("utf-8"), path=path.name, guide_id=slug(path.stem)).guide
        yield from (p.text for p in guide_passages(guide))
    for path in sorted((ROOT / "personal" / "samples").glob("*.md")):
        for story in parse_stories(path.read_text("utf-8"), path=path.name).stories:
            yield from (p.text for p in story_passages(story))


def main() -> None:
    """Embed what is new since the last time, and write the file."""
    compiled = ensure_compiled(PACKAGED_MODEL, default_cache(), print)
    wanted = {text_hash(t): t for t in texts()}
    known = load_shipped(compiled.fingerprint)
    found = {h: known[h] for h in wanted if h in known}
    missing = [h for h in wanted if h not in found]
    if missing:
        encoder = OnnxEncoder.open(compiled, "build")
        rows = encoder.encode([wanted[h] for h in missing], progress=_progress)
        found.update(zip(missing, rows, strict=True))
    save_shipped(SHIPPED, compiled.fingerprint, found)
    print(f"{len(found)} vectors, {len(missing)} new, {SHIPPED.stat().st_size / 1e6:.1f} MB")


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="", file=sys.stderr)


if __name__ == "__main__":
    main()
