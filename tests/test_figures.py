"""Numbers that measure something are found with what they measure; names are left alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.figures import Figure, find_figures

HOUR, DAY = 3600.0, 86400.0


def said(text: str) -> list[tuple[str, float, str]]:
    """Kind, value and unit of each figure."""
    return [(f.kind, round(f.value, 9), f.unit) for f in find_figures(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit", "written"),
    [
        ("It cost EUR 3.2k a month.", "money", 3200, "EUR", "EUR 3.2k"),
        ("It saved $1.5M.", "money", 1_500_000, "USD", "$1.5M"),
        ("about 200 euros each", "money", 200, "EUR", "200 euros"),
        ("forty quid", "money", 40, "GBP", "forty quid"),
        ("a contract of 3.4 million złoty", "money", 3_400_000, "PLN", "3.4 million złoty"),
        ("30 k€ a year", "money", 30_000, "EUR", "30 k€"),
        ("€1.200,50 in all", "money", 1200.5, "EUR", "€1.200,50"),
        ("down (40%).", "percent", 40, "%", "40%"),
        ("40 per cent of it", "percent", 40, "%", "40 per cent"),
        ("forty percent", "percent", 40, "%", "forty percent"),
        ("3 percentage points", "percent", 3, "%", "3 percentage points"),
        ("p95 was 200 ms", "duration", 0.2, "s", "200 ms"),
        ("after three weeks", "duration", 21 * DAY, "s", "three weeks"),
        ("took 2h", "duration", 2 * HOUR, "s", "2h"),
        ("took 2h30", "duration", 2.5 * HOUR, "s", "2h30"),
        ("an hour and a half", "duration", 1.5 * HOUR, "s", "an hour and a half"),
        ("two and a half hours", "duration", 2.5 * HOUR, "s", "two and a half hours"),
        ("half a day", "duration", DAY / 2, "s", "half a day"),
        ("a quarter of an hour", "duration", HOUR / 4, "s", "a quarter of an hour"),
        ("in under an hour", "duration", HOUR, "s", "an hour"),
        ("a 12-week project", "duration", 84 * DAY, "s", "12-week"),
        ("three working days", "duration", 3 * DAY, "s", "three working days"),
        ("3x faster", "multiple", 3, "x", "3x"),
        ("10× the load", "multiple", 10, "x", "10×"),
        ("twice as many", "multiple", 2, "x", "twice"),
        ("the errors halved", "multiple", 0.5, "x", "halved"),
        ("sales doubled", "multiple", 2, "x", "doubled"),
        ("a tenfold rise", "multiple", 10, "x", "tenfold"),
        ("three times as fast", "multiple", 3, "x", "three times"),
        ("a quarter of the users", "multiple", 0.25, "x", "a quarter"),
        ("one in five calls", "multiple", 0.2, "x", "one in five"),
        ("cut by half", "multiple", 0.5, "x", "half"),
        ("an image of 240 MB", "size", 240e6, "B", "240 MB"),
        ("10 MB/s", "size", 10e6, "B", "10 MB"),
        ("4 GiB of memory", "size", 4 * 1024.0**3, "B", "4 GiB"),
        ("12 customers left", "count", 12, "customer", "12"),
        ("a dozen tests", "count", 12, "test", "a dozen"),
        ("1,200 requests a second", "count", 1200, "request", "1,200"),
        ("40 million rows", "count", 40e6, "row", "40 million"),
        ("5M users", "count", 5e6, "user", "5M"),
        ("two thousand angry customers", "count", 2000, "customer", "two thousand"),
        ("one hundred and twenty people", "count", 120, "person", "one hundred and twenty"),
        ("seven companies signed", "count", 7, "company", "seven"),
        ("a five-person team", "count", 5, "person", "five"),
        ("Nine moved away.", "count", 9, "", "Nine"),
        ("zero downtime", "count", 0, "downtime", "zero downtime"),
        ("There have been no incidents since.", "count", 0, "incident", "no incidents"),
        ("They fell to none.", "count", 0, "", "none"),
        ("handled 2000 requests", "count", 2000, "request", "2000"),
        ("1\u00a0200 users", "count", 1200, "user", "1\u00a0200"),
        ("1\u2009200\u2009000 users", "count", 1.2e6, "user", "1\u2009200\u2009000"),
        ("an F1 of 0.91", "number", 0.91, "", "0.91"),
        ("1.2", "number", 1.2, "", "1.2"),
        ("1,200", "number", 1200, "", "1,200"),
    ],
)
def test_a_figure_is_read(text: str, kind: str, value: float, unit: str, written: str) -> None:
    found = find_figures(text)[-1]
    assert (found.kind, found.unit, found.text) == (kind, unit, written)
    assert found.value == pytest.approx(value)
    assert text[found.start : found.end] == written


@pytest.mark.parametrize(
    "text",
    [
        "in March 2021", "on 14 May 2023", "May 14, 2023", "2021-03-04", "Monday 4 April",
        "the 24th", "5/7/2023", "2019-2021", "the 90s", "two years ago",
        "at 19:25", "at 5 pm", "by five", "ten past nine", "at ten to six", "at eight on Friday",
        "v2.3", "Python 3.9", "Django 4.2", "version 3", "1.2.3", "iOS 15", "Postgres 12",
        "a 502", "the 504s are gone", "HTTP 404", "error 525", "500 errors", "200 OK",
        "port 8443", "ports 80", ":8080", "10.0.0.1",
        "1st place", "1. The auditors agreed.", "(2) they paid", "step 2", "number five", "#12",
        "phase 2 was approved", "Level 3 support", "Q3", "week 3", "tier 1",
        "S3", "H.264", "RFC 7231", "JIRA-123", "ISO 27001", "IEC 62304", "SOC 2", "HTTP/2",
        "us-east-1", "p95", "64-bit", "A4", "24/7", "1:1", "4x4",
        "one of the templates", "on the one hand", "one day", "no one", "one by one",
        "a couple of weeks", "a few", "hundreds of users", "once a week", "each quarter",
        "a third party", "two-factor login", "zero-day", "one-off", "zero tolerance",
        "I am 100% sure", "the two teams", "the second half of the year",
        "+49 30 1234567", "07700 900123", "https://example.com/v2/40", "Type 2", "no doubt since",
    ],
)  # fmt: skip
def test_what_names_or_dates_a_thing_is_no_figure(text: str) -> None:
    assert find_figures(text) == ()


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("from 14 to 3", [("count", 14, ""), ("count", 3, "")]),
        ("from 0.72 to 0.91", [("number", 0.72, ""), ("number", 0.91, "")]),
        ("from 48 minutes to 11", [("duration", 2880, "s"), ("duration", 660, "s")]),
        ("3-5 weeks", [("duration", 21 * DAY, "s"), ("duration", 35 * DAY, "s")]),
        ("10–20%", [("percent", 10, "%"), ("percent", 20, "%")]),
        ("48→11 min", [("duration", 2880, "s"), ("duration", 660, "s")]),
        ("between 3 and 5 GB", [("size", 3e9, "B"), ("size", 5e9, "B")]),
        ("from 14 to 3 tickets", [("count", 14, "ticket"), ("count", 3, "ticket")]),
        ("from about $61k to $38k", [("money", 61000, "USD"), ("money", 38000, "USD")]),
        ("20% of 300 users", [("percent", 20, "%"), ("count", 300, "user")]),
    ],
)
def test_of_a_pair_both_are_read_and_share_their_unit(
    text: str, figures: list[tuple[str, float, str]]
) -> None:
    assert said(text) == figures


def test_a_figure_among_names_is_found() -> None:
    text = "By noon on 14 May 2023 the 525 errors were gone, on port 9100, and 30 days ahead."
    assert [f.text for f in find_figures(text)] == ["30 days"]


def test_figures_stand_in_their_order_and_do_not_overlap() -> None:
    text = "Builds went from 48 minutes to 11, half the team, 3x, $4.5k, two and a half hours."
    found = find_figures(text)
    assert len(found) == 6
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    "piece",
    ["1 ", "3-", "one hundred ", "a half and a ", "+4 ", "no bugs ", "one in three of ", "3 to 4 "],
)  # fmt: skip
def test_a_long_text_is_read(piece: str) -> None:
    assert isinstance(find_figures(piece * 20_000), tuple)


@pytest.mark.parametrize("piece", ["a", "9", "-", "$", "`", "about it "])
def test_two_megabytes_are_read(piece: str) -> None:
    assert find_figures(piece * (2_000_000 // len(piece))) == ()


WORDS = (
    "a an half one two 3 40% $5 no none since quarter third of in to and from hundred million weeks"
    " 3-5 2h 1,2 0 x × times incidents ago May the - / . , ( ) +4 007 €1.200,50 1.2.3 --"
)
SNIPPETS = st.sampled_from(WORDS.split())


@given(st.one_of(st.text(max_size=80), st.lists(SNIPPETS, max_size=14).map(" ".join)))
def test_any_text_gives_figures_that_stand_in_it(text: str) -> None:
    last = 0
    for figure in find_figures(text):
        assert isinstance(figure, Figure)
        assert text[figure.start : figure.end] == figure.text
        assert figure.value >= 0
        assert figure.start >= last
        last = figure.end
