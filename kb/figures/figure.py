"""What a figure is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FigureKind = Literal["money", "percent", "duration", "multiple", "size", "count", "number"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that measures something, as it stands in a text.

    value: in the base unit of its kind (seconds for durations, bytes for sizes; money and
    counts as they are, a percentage as 40.0, a multiple as 3.0). unit: "s", "B", "%", "x",
    the currency's code, or for a count the noun in the singular ("customer"), else "".
    text: as written; start, end: its place in the text it was found in.
    """

    kind: FigureKind
    value: float
    unit: str
    text: str
    start: int
    end: int
