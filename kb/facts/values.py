"""Whether two figures can be one number, told once rounded and once not."""

from __future__ import annotations

import re
from math import floor, isclose, log10
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kb.figures import Figure

_LOOSE: Final = 0.15  # what "about" allows
_ROUNDED: Final = 0.06  # what rounding may do to a number that is not said to be rounded
_UNITS: Final = 0.11  # "an hour" for 55 minutes, "three months" for 12 weeks
_SCALES: Final = {
    "ms": 1e-3, "m": 60.0, "min": 60.0, "h": 3600.0, "hr": 3600.0, "hou": 3600.0, "d": 86400.0,
    "day": 86400.0, "wee": 604800.0, "mon": 2592000.0, "yea": 31536000.0,
}  # fmt: skip
_WORDS: Final = re.compile(r"[a-zµ]+")


def agree(one: Figure, other: Figure, *, about: bool) -> bool:
    """Whether the values of two figures of one kind may be the same number.

    about: one of them is said to be about so much.
    """
    a, b = abs(one.value), abs(other.value)
    if isclose(one.value, other.value, rel_tol=1e-6, abs_tol=1e-12):
        return True
    if (one.value < 0) != (other.value < 0) or not a or not b:
        return False
    off = abs(a - b) / max(a, b)
    if off <= _LOOSE and about:
        return True
    if one.kind == "percent" and max(a, b) > 90 and not about:
        return _rounds(a, b)  # 99.5 and 99.9 are far apart
    if one.kind == "duration" and _name(one) != _name(other):
        return off <= _UNITS or _working(one, other)
    scale = _SCALES.get(_name(one), 1.0) if one.kind == "duration" else 1.0
    a, b = a / scale, b / scale
    return off <= _ROUNDED and (_rounds(a, b) or _rounds(b, a))


def _rounds(coarse: float, fine: float) -> bool:
    """Whether `coarse` is `fine` with fewer digits."""
    digits = len(f"{coarse:.12g}".replace(".", "").strip("0")) or 1
    if digits >= len(f"{fine:.12g}".replace(".", "").strip("0")):
        return False
    step = 10.0 ** (floor(log10(coarse)) - digits + 1)
    return isclose(floor(fine / step + 0.5) * step, coarse, rel_tol=1e-9)


def _name(figure: Figure) -> str:
    """The unit of a duration as it is written, without its end."""
    found = _WORDS.findall(figure.text.lower().replace("working", ""))
    name = found[-1] if found else ""
    return name if len(name) < 3 else name.rstrip("s")[:3]


def _working(one: Figure, other: Figure) -> bool:
    """Whether one counts weeks and the other their working days."""
    short, long = sorted((one, other), key=lambda figure: figure.value)
    return (_name(short), _name(long)) == ("day", "wee") and isclose(
        short.value / long.value, 5 / 7, rel_tol=0.02
    )
