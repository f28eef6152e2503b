"""What ships: guides without a fault, vectors that are theirs, and the model's papers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from kb.build.vectors import load_shipped, save_shipped, text_hash
from kb.compile_model import packaged_fingerprint
from kb.compile_model.source import PACKAGED_FILES
from kb.domain import Story
from kb.embed import OnnxEncoder
from kb.files.shipped import competencies
from kb.parse.guide import parse_guide
from kb.parse.slug import slug
from kb.parse.story import parse_stories
from kb.passages import guide_passages, story_passages

ROOT = Path(__file__).parent.parent
GUIDES = sorted((ROOT / "content").glob("*.md"))
SAMPLES = sorted((ROOT / "personal" / "samples").glob("*.md"))


def shipped_texts() -> list[str]:
    found = []
    for path in GUIDES:
        guide = parse_guide(path.read_text("utf-8"), path=path.name, guide_id=slug(path.stem)).guide
        found += [p.text for p in guide_passages(guide)]
    for path in SAMPLES:
        for story in parse_stories(path.read_text("utf-8"), path=path.name).stories:
            found += [p.text for p in story_passages(story)]
    return found


def test_every_text_that_ships_has_its_vector_and_no_other_is_there() -> None:
    vectors = load_shipped(packaged_fingerprint())
    assert set(vectors) == {text_hash(t) for t in shipped_texts()}, "make it anew: make vectors"


@pytest.mark.model
def test_shipped_vectors_are_those_of_the_model(encoder: OnnxEncoder) -> None:
    vectors = load_shipped(packaged_fingerprint())
    texts = shipped_texts()[::150]
    fresh = encoder.encode(texts)
    kept = np.stack([vectors[text_hash(t)] for t in texts])
    assert np.abs((fresh * kept).sum(axis=1) - 1).max() < 1e-5


def test_vectors_of_another_model_are_not_taken() -> None:
    assert load_shipped("another") == {}


def test_vectors_are_kept_as_they_were(tmp_path: Path) -> None:
    rows = {text_hash("a"): np.array([0.6, 0.8], np.float32), text_hash("b"): np.array([1, 0])}
    save_shipped(tmp_path / "v.npz", "f", rows)
    found = load_shipped("f", tmp_path / "v.npz")
    assert {h: v.round(3).tolist() for h, v in found.items()} == {
        text_hash("a"): pytest.approx([0.6, 0.8]),
        text_hash("b"): [1.0, 0.0],
    }


@pytest.mark.parametrize("path", GUIDES, ids=lambda p: p.stem)
def test_a_shipped_guide_is_complete(path: Path) -> None:
    known = competencies()
    parsed = parse_guide(
        path.read_text("utf-8"), path=path.name, guide_id=path.stem, competencies=known
    )
    assert parsed.findings == ()
    assert len(parsed.guide.questions) == 10
    for question in parsed.guide.questions:
        assert len(question.examples) == 4, question.id
        assert len(question.practices) >= 5, question.id
        assert len(question.follow_ups) >= 4, question.id
        assert len(question.variants) >= 6, question.id
        assert question.concept is not None
        assert question.competencies
        assert set(question.competencies) <= set(known)


def test_the_samples_are_one_bank() -> None:
    known = competencies()
    stories: list[Story] = []
    for path in SAMPLES:
        parsed = parse_stories(path.read_text("utf-8"), path=path.name, competencies=known)
        assert parsed.findings == (), path.name
        stories += parsed.stories
    assert len(stories) == 14
    assert len({s.id for s in stories}) == 14
    assert sum(bool(s.answers) for s in stories) == 2
    assert [s.id for s in stories if s.status == "draft"] == ["migration-project"]


def test_content_is_calm() -> None:
    for path in [*GUIDES, *SAMPLES, ROOT / "README.md", ROOT / "personal" / "README.md"]:
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = text.replace("![", "").replace("<!--", "")
        assert "!" not in text, path.name
        assert not re.search("[\U0001f300-\U0001faff\u2600-\u27bf]", text), path.name


def test_the_notice_names_the_checked_files_of_the_model() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert "all-MiniLM-L6-v2" in notice
    for name, digest in PACKAGED_FILES.items():
        assert f"{digest}  {name}" in notice
