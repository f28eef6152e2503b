"""The data that the encoder learns from: training/snapshot.py."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

TRAINING = Path(__file__).resolve().parent.parent / "training"


@pytest.fixture(scope="module")
def snapshot() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("snapshot", TRAINING / "snapshot.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_every_contrast_belongs_to_a_text_of_training(snapshot: ModuleType) -> None:
    """Not to a story that only measures: what those banks say must stay unseen."""
    found = snapshot.read_contrasts()
    stories = {f"{bank.name}|{s}" for bank in snapshot.read_banks(["train"]) for s in bank.stories}
    examples = {
        f"{one.source}|{one.id}|{place}"
        for one in snapshot.read_entries()
        for place in range(len(one.texts))
    }
    assert set(found) <= stories | examples
    assert len(found) > 1400


def test_some_contrasts_are_kept_aside(snapshot: ModuleType) -> None:
    aside = set(snapshot.read_graded()) - set(snapshot.read_contrasts())
    assert 80 < len(aside) < 140


def test_the_judge_agrees_with_what_the_encoder_is_told(snapshot: ModuleType) -> None:
    for pairs in snapshot.read_contrasts().values():
        for one in pairs:
            assert one.yes != one.no
            assert one.grades[0] >= 2.5
            assert one.grades[1] <= 0.5
