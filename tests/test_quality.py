"""The ranking on the development bank, with the real model: a floor, whatever the guides.

The bank is synthetic and was tuned on (tests/data/eval/README.md); the floor
guards against regressions, no more: two points under what was reached.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Kb

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]

DATA = Path(__file__).parent / "data" / "eval"
CONTENT = Path(__file__).parent.parent / "content"
ONE = "## Question 1: Tell me about a time you baked bread.\n"
THREE = ONE + "\n## Question 2: What is your favourite colour?\n\n## Question 3: Why us?\n"


def overall(kb: Kb) -> dict[str, float]:
    kb("build")
    table: dict[str, dict[str, float]] = json.loads(
        kb("eval", str(DATA / "queries.jsonl"), "--json").stdout
    )
    return table["overall"]


def test_the_floor_holds_with_any_number_of_guide_questions(kb: Kb) -> None:
    (kb.folder / "content").mkdir()
    shutil.copytree(DATA / "stories", kb.folder / "personal")
    none = overall(kb)
    assert none["nDCG@5"] >= 0.770
    assert none["MRR"] >= 0.824
    assert none["recall@3"] >= 0.723
    assert none["AUROC"] >= 0.952
    for text in (ONE, THREE):
        (kb.folder / "content" / "own.md").write_text(text, encoding="utf-8")
        assert abs(overall(kb)["nDCG@5"] - none["nDCG@5"]) <= 0.02
    shutil.copytree(CONTENT, kb.folder / "content", dirs_exist_ok=True)
    assert abs(overall(kb)["nDCG@5"] - none["nDCG@5"]) <= 0.02
