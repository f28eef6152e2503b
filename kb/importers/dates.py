"""Dates as people write them, to those that kb reads."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name[:length]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"),
        start=1,
    )
    for length in (3, 4, len(name))
}  # fmt: skip
_YEAR = r"(?P<y>(?:19|20)\d{2})"
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_FORMS = tuple(
    re.compile(form + r"(?![\d/])", re.IGNORECASE)
    for form in (
        rf"{_YEAR}[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})",
        rf"{_YEAR}[-/.](?P<m>\d{{1,2}})(?![-.]\d)",
        rf"(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?{_YEAR}",
        rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/{_YEAR}",
        rf"(?P<m>\d{{1,2}})[/.]{_YEAR}",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s(?:of\s)?{_NAME},?\s{_YEAR}",
        rf"{_NAME}\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s{_YEAR}",
        rf"{_NAME},?\s{_YEAR}",
        rf"{_YEAR}\s{_NAME}",
        _YEAR,
    )
)
_REST = re.compile(
    r"(?:[t ,]\s?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[ap]m|z|utc|[+-]\d{2}:?\d{2})?)?"
    r"(?:\s?\(?(?:[-–—→]|to|until|till)\s.*|[-–—].*)?",
    re.IGNORECASE,
)


def read_date(text: str) -> tuple[str, bool]:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD, and whether it says all that `text` does.

    Of a span the beginning counts, and that is all of it. 05/03/2021 may be May or March and
    gives its year, and so does any other text with one year in it. ("", False) when there is none.
    """
    plain = " ".join(text.split())
    for form in _FORMS:
        match = form.match(plain)
        found = _date(match.groupdict()) if match else ""
        if match and found:
            exact = _REST.fullmatch(plain[match.end() :]) is not None
            return found, exact and not (match.groupdict().get("a") and len(found) == 4)
    years = re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", plain)
    return (years[0], False) if len(set(years)) == 1 and len(plain) <= 40 else ("", False)


def _date(found: dict[str, str | None]) -> str:
    """The date that a form found, or "" where there is no such day."""
    year, month, day = found["y"] or "", found.get("m"), found.get("d")
    if found.get("a"):
        first, second = int(found["a"] or 0), int(found["b"] or 0)
        if first <= 12 and second <= 12 and first != second:
            return year
        month, day = (str(second), str(first)) if first > 12 else (str(first), str(second))
    if name := found.get("name"):
        if name.lower() not in _MONTHS:
            return ""
        month = str(_MONTHS[name.lower()])
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    pieces = [year, *(f"{int(piece):02}" for piece in (month, day) if piece)]
    return "-".join(pieces)
