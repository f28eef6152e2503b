"""The rules that a good story meets, one function a rule. (Being written.)"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from kb.domain import Finding, Story

VERSION = "0"


@dataclass(frozen=True, slots=True)
class Settings:
    """None yet."""


def read_settings(_text: str, _line: int, _level: str) -> Settings:
    """None yet."""
    return Settings()


def check_story(_story: Story, _settings: Settings, _today: date) -> tuple[Finding, ...]:
    """Nothing yet."""
    return ()


def twins(_pairs: Iterable[tuple[Story, Story, float]], _settings: Settings) -> tuple[Finding, ...]:
    """Nothing yet."""
    return ()
