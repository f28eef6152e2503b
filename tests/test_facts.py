"""The ledger: every number once, contradictions without false alarms, entries there and back."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.domain import Part, PartKind, Story
from kb.facts import Confirmed, Conflict, Entry, Fact, Ledger, ledger, read_facts, template
from kb.facts.values import agree
from kb.figures import find_figures
from kb.parse.story import parse_stories
from kb.render.facts import facts_text
from kb.render.layout import Page
from tests.conftest import Kb
from tests.readme_output import on_a_terminal

ROOT = Path(__file__).parent.parent
PAIRS = [
    json.loads(row)
    for row in (ROOT / "tests/data/facts/pairs.jsonl").read_text("utf-8").splitlines()
]
SAMPLES = [
    story
    for path in sorted((ROOT / "personal/samples").glob("*.md"))
    for story in parse_stories(path.read_text("utf-8"), path=path.name).stories
]


def story(name: str, company: str = "Orrery", *, title: str = "", **parts: str) -> Story:
    kinds: dict[str, PartKind] = {
        "situation": "situation", "task": "task", "action": "action", "result": "result",
        "learning": "learning",
    }  # fmt: skip
    told = tuple(Part(kinds[kind], text, 3 + n) for n, (kind, text) in enumerate(parts.items()))
    return Story(name, f"{name}.md", title or "What happened", company=company, parts=told)


def figures(facts: Sequence[Fact]) -> list[str]:
    return [fact.figure.text for fact in facts]


def disagreeing(*stories: Story) -> list[list[str]]:
    return [figures(conflict.facts) for conflict in ledger(stories).conflicts]


def results(one: str, other: str, **how: str) -> list[list[str]]:
    """What disagrees when two stories of one company have these results."""
    return disagreeing(story("a", result=one), story("b", result=other, **how))


# the labelled pairs


def pair_stories(pair: dict[str, Any]) -> list[Story]:
    return [
        replace(one, id=side, path=f"{side}.md")
        for side in ("a", "b")
        if pair[side]
        for one in parse_stories(pair[side], path=f"{side}.md").stories
    ]


def of_the_pair(conflict: Conflict) -> bool:
    return any(fact.story in ("a", "b") for fact in conflict.facts)


def meant(pair: dict[str, Any], conflict: Conflict) -> bool:
    """Whether a conflict is the one that the pair was written for."""
    wanted = {find_figures(value)[0].value for value in pair["values"]}
    return bool(wanted) and wanted <= {fact.figure.value for fact in conflict.facts}


def measured(kind: str, bank: Sequence[Story]) -> tuple[int, int, int]:
    """Pairs rightly named, falsely named, and missed."""
    right = false = missed = 0
    for pair in (pair for pair in PAIRS if pair["set"] == kind):
        found = [c for c in ledger([*pair_stories(pair), *bank]).conflicts if of_the_pair(c)]
        hit = [conflict for conflict in found if meant(pair, conflict)]
        false += len(found) > len(hit)
        right += pair["contradicts"] and bool(hit)
        missed += pair["contradicts"] and not hit
    return right, false, missed


@pytest.mark.parametrize("bank", [[], SAMPLES], ids=["alone", "among others"])
@pytest.mark.parametrize(("kind", "least"), [("tune", 0.8), ("first-aside", 0.8), ("aside", 0.5)])
def test_contradictions_are_found_and_false_alarms_are_rare(
    kind: str, least: float, bank: list[Story]
) -> None:
    right, false, missed = measured(kind, bank)
    assert right / (right + false) >= 0.8
    assert right / (right + missed) >= least


def test_the_pairs_are_as_many_as_said() -> None:
    counts = {
        kind: [pair["contradicts"] for pair in PAIRS if pair["set"] == kind]
        for kind in ("tune", "first-aside", "aside")
    }
    assert {kind: (len(said), sum(said)) for kind, said in counts.items()} == {
        "tune": (26, 13), "first-aside": (14, 7), "aside": (16, 8),
    }  # fmt: skip


def test_in_the_samples_nothing_disagrees_even_if_each_is_told_twice() -> None:
    again = [replace(one, id=f"{one.id}-again", path=f"again/{one.path}") for one in SAMPLES]
    assert ledger([*SAMPLES, *again]).conflicts == ()


# what is compared


def test_one_fact_with_two_values_is_named_with_both_places_and_the_words_shared() -> None:
    book = ledger([
        story("a", result="The search outage lasted 3 hours."),
        story("b", result="Nobody wrote while the search outage lasted 5 hours."),
    ])  # fmt: skip
    (found,) = book.conflicts
    assert [(f.place, f.figure.text) for f in found.facts] == [
        ("a.md:3", "3 hours"), ("b.md:3", "5 hours"),
    ]  # fmt: skip
    assert found.about == ("search", "outage", "lasted")


def test_three_tellings_are_one_conflict() -> None:
    told = [story(f"s{n}", result=f"The search outage lasted {n} hours.") for n in (3, 5, 9)]
    assert disagreeing(*told) == [["3 hours", "5 hours", "9 hours"]]


def test_within_one_story_and_with_its_title() -> None:
    one = story(
        "a",
        title="Closing the books: from 30 days to 9 days",
        situation="The close of the books took 30 days.",
        result="The close of the books went from 30 days to 6 days.",
    )
    assert disagreeing(one) == [["9 days", "6 days"]]


SAME = "The import of the price list "


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SAME + "takes about 40 minutes.", SAME + "takes 38 minutes."),
        (SAME + "takes 3 weeks.", SAME + "takes about 20 days."),
        (SAME + "takes an hour.", SAME + "takes 58 minutes."),
        (SAME + "takes 40 minutes.", SAME + "takes 41 minutes."),
        (SAME + "has 1.2k rows.", SAME + "has 1,200 rows."),
        (SAME + "has 1,200 rows.", SAME + "has 1,187 rows."),
        (SAME + "costs $1.2 million.", SAME + "costs $1,240,000."),
        (SAME + "takes two weeks.", SAME + "takes ten working days."),
    ],
)
def test_roundings_do_not_disagree(one: str, other: str) -> None:
    assert results(one, other) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SAME + "takes 40 minutes.", SAME + "takes 55 minutes."),
        (SAME + "has 1,200 rows.", SAME + "has 2,100 rows."),
        (SAME + "takes 3 weeks.", SAME + "takes 3 days."),
        (SAME + "fails in 0.1% of runs.", SAME + "fails in 0.5% of runs."),
        (SAME + "works in 99.5% of runs.", SAME + "works in 99.9% of runs."),
        (SAME + "takes about 40 minutes.", SAME + "takes about 90 minutes."),
    ],
)
def test_what_no_rounding_explains_disagrees(one: str, other: str) -> None:
    assert len(results(one, other)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("p95 of the quote service is 200 ms.", "p99 of the quote service is 800 ms."),
        (SAME + "fell from 40 minutes to 4 minutes.", SAME + "took 4 minutes, not 40 minutes."),
        (SAME + "fell by 30%.", SAME + "fell to 22%."),
        (SAME + "took 40 minutes before.", SAME + "now takes 4 minutes."),
        (SAME + "should take 5 minutes.", SAME + "takes 9 minutes."),
        (SAME + "takes less than 2 hours.", SAME + "takes 95 minutes."),
        (SAME + "handles 40 rows a minute.", SAME + "handles 900 rows an hour."),
        (SAME + "failed 9 times in March.", SAME + "failed 30 times in June."),
        ("In all of Germany 48% of parcels got lost.", "In all of France 22% of parcels got lost."),
        (SAME + "has 40 columns.", SAME + "has 900 rows."),
        (SAME + "costs $900.", SAME + "costs €500."),
        ("Two of the seven importers of the price list failed.",
         "The other five importers of the price list failed."),
    ],
)  # fmt: skip
def test_what_tells_two_things_apart_keeps_them_from_being_compared(one: str, other: str) -> None:
    assert results(one, other) == []


def test_other_companies_and_other_years_are_other_facts() -> None:
    told = "The import of the price list takes {} minutes."
    one = story("a", "Corvid", result=told.format(40))
    assert disagreeing(one, story("b", "Corvid", result=told.format(90)))
    assert not disagreeing(one, story("b", "Loom", result=told.format(90)))
    late = replace(story("b", "Corvid", result=told.format(90)), date="2024-05")
    assert not disagreeing(replace(one, date="2019"), late)
    assert disagreeing(replace(one, date="2023"), late)


def test_a_story_told_twice_is_compared_whatever_company_it_names() -> None:
    first = next(one for one in SAMPLES if one.id == "the-manifest-took-seven-minutes")
    parts = tuple(
        replace(part, text=part.text.replace("took 38 seconds", "took 52 seconds"))
        for part in first.parts
    )
    again = replace(first, id="again", path="again.md", company="Elsewhere", parts=parts)
    assert disagreeing(*SAMPLES, again) == [["38 seconds", "52 seconds"]]


def test_retired_stories_are_left_out() -> None:
    one = story("a", result="The outage lasted 3 hours.")
    assert ledger([replace(one, status="retired")]) == Ledger()


@pytest.mark.parametrize("about", [True, False])
@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_agreement_has_no_direction(about: bool, one: float, other: float) -> None:
    (figure,) = find_figures("5 hours")
    a, b = replace(figure, value=one), replace(figure, value=other)
    assert agree(a, b, about=about) == agree(b, a, about=about)
    assert agree(a, a, about=about)


# where each number stands


def test_facts_stand_as_in_the_files_title_first_with_their_lines() -> None:
    text = (
        "---\ntitle: Ninety certificates\ncompany: Orrery\n---\n\n## Situation\nWe had **12\n"
        "servers** with [40 certificates](https://example.org/99).\n\n```\n17 rows\n```\n"
        "- It took 3 days.\n- Then e.g. 5 hours. Nobody slept for 2 nights.\n"
    )
    facts = ledger(parse_stories(text, path="x.md").stories).facts
    assert [(f.line, f.part, f.figure.text) for f in facts] == [
        (1, "title", "Ninety"), (7, "situation", "12"), (8, "situation", "40"),
        (13, "situation", "3 days"), (14, "situation", "5 hours"), (14, "situation", "2 nights"),
    ]  # fmt: skip
    assert facts[1].sentence == "We had 12 servers with 40 certificates."
    assert facts[4].sentence == "Then e.g. 5 hours."


WORDS = (
    "the import price list of p95 fell from to about 40% 200 ms three weeks Twice $1.2M no"
    " incidents customers 12 engineers a week, and then … ... half 1,200 rows. By March (5 of"
    " 60): - ## ** | \n ! it is was not less than between five 3–5 10 to 15 per cent"
)
PIECES = st.lists(st.sampled_from(WORDS.split(" ")), max_size=40).map(" ".join)


@settings(deadline=None)
@given(st.one_of(PIECES, st.text(max_size=200)), PIECES)
def test_every_figure_stands_in_its_sentence_and_on_a_line_of_the_part(
    text: str, title: str
) -> None:
    one = Story("a", "a.md", title, parts=(Part("result", text, 5),))
    for fact in ledger([one]).facts:
        assert fact.sentence[fact.figure.start : fact.figure.end] == fact.figure.text
        if fact.part == "result":
            assert 5 <= fact.line <= 5 + text.count("\n")


def test_a_text_without_an_end_is_cut_and_loses_no_number() -> None:
    facts = ledger([story("a", result="It took 3 days and " * 400)]).facts
    assert figures(facts) == ["3 days"] * 400
    assert max(len(fact.sentence) for fact in facts) <= 800


# what the owner keeps


ENTRY = """\
- fact: search outage, how long it lasted
  value: 3 hours
  source: status page
"""
OUTAGE = "The search outage lasted {}."


def kept(text: str, *stories: Story) -> list[tuple[str, str]]:
    """The figures with what is said of them, and by which line of which source."""
    confirmed = read_facts(text, path="facts.yaml", stories=[one.id for one in stories])
    assert confirmed.findings == ()
    return [
        (f.state, f"{f.source} {f.entry.line}" if f.entry else "")
        for f in ledger(stories, confirmed).facts
    ]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("3 hours", ("confirmed", "status page 1")),
        ("about 180 minutes", ("confirmed", "status page 1")),
        ("5 hours", ("contradicts", "status page 1")),
        ("5%", ("open", "")),
    ],
)
def test_a_figure_is_confirmed_contradicted_or_open(told: str, said: tuple[str, str]) -> None:
    assert kept(ENTRY, story("a", result=OUTAGE.format(told))) == [said]


def test_what_cannot_be_confirmed_is_shown_so() -> None:
    text = ENTRY.replace("source: status page", "cannot-confirm: true")
    assert kept(text, story("a", result=OUTAGE.format("3 hours"))) == [("cannot confirm", " 1")]
    assert kept(text, story("a", result=OUTAGE.format("5 hours"))) == [("open", "")]


def test_an_entry_with_a_story_speaks_of_that_one_only() -> None:
    told = [story(name, name, result=OUTAGE.format("3 hours")) for name in ("a", "b")]
    assert kept(ENTRY + "  story: b\n", *told) == [("open", ""), ("confirmed", "status page 1")]


def test_an_entry_does_not_contradict_the_other_figures_of_a_sentence() -> None:
    told = story("a", result="With the cache p95 of the quotes fell from 900 ms to 200 ms.")
    text = "- {fact: p95 of the quotes with the cache, value: 200 ms, source: Grafana}\n"
    assert [state for state, _ in kept(text, told)] == ["open", "confirmed"]
    wrong = text.replace("200", "300").replace("cache", "cache fell to")
    assert [state for state, _ in kept(wrong, told)] == ["open", "contradicts"]


def test_where_each_value_has_an_entry_of_its_own_nothing_disagrees() -> None:
    told = [
        story("a", result=OUTAGE.format("3 hours")),
        story("b", result=OUTAGE.format("5 hours")),
    ]
    text = ENTRY + "  story: a\n" + ENTRY.replace("3 hours", "5 hours") + "  story: b\n"
    confirmed = read_facts(text, path="facts.yaml")
    assert ledger(told).conflicts
    assert not ledger(told, confirmed).conflicts
    assert not ledger(told, confirmed).contradicting


def test_an_entry_that_speaks_of_nothing_is_named() -> None:
    confirmed = read_facts(ENTRY, path="facts.yaml")
    told = story("a", result="The import took 3 hours.")
    assert [entry.place for entry in ledger([told], confirmed).unused] == ["facts.yaml:1"]


GOOD = "- fact: outage\n  value: 3 hours\n  source: page\n"


@pytest.mark.parametrize(
    ("bad", "line", "said"),
    [
        ("- value: 3 hours\n  source: x\n", 1, "no `fact`"),
        ("- fact: x\n  source: y\n", 1, "no `value`"),
        ("- fact: x\n  value:\n  source: y\n", 2, "no `value`"),
        ("- fact: outage\n  value: long\n", 2, "holds no number"),
        ("- fact: outage\n  value: 3 hours or 5 days\n", 2, "more than one number"),
        ("- fact: the\n  value: 3 hours\n", 1, "names nothing"),
        ("- fact: [x]\n  value: 3 hours\n", 1, "must be one text"),
        ("- 3 hours\n", 1, "must be keys and values"),
        ("- fact: outage\n  value: 3 hours\n  story: gone\n", 3, "no story `gone`"),
        ("- fact: outage: long\n  value: 3 hours\n", 1, "unquoted colon"),
        ('- fact: "outage\n  value: 3 hours\n', 1, "quotation mark"),
    ],
)
def test_a_faulty_entry_is_named_with_its_line_and_never_stops_the_rest(
    bad: str, line: int, said: str
) -> None:
    before = read_facts(bad + GOOD, path="facts.yaml", stories=["a"])
    after = read_facts(GOOD + bad, path="facts.yaml", stories=["a"])
    for found, begins in ((before, 0), (after, 3)):
        assert [entry.value for entry in found.entries] == ["3 hours"]
        first = found.findings[0]
        assert (first.path, first.line, first.severity) == ("facts.yaml", begins + line, "error")
        assert said in first.message
        assert first.hint


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("  valeu: 4", "unknown key `valeu`"),
        ("  value: 4", "stands twice"),
        ("  cannot-confirm: perhaps", "true or false"),
        ("  note: see #12", "drops `#12`"),
    ],
)
def test_a_faulty_key_leaves_the_entry(row: str, said: str) -> None:
    found = read_facts(f"{GOOD}{row}\n", path="facts.yaml")
    assert [entry.value for entry in found.entries] == ["3 hours"]
    assert [finding.line for finding in found.findings] == [4]
    assert said in found.findings[0].message


def test_entries_without_a_source_are_one_finding_and_confirm_nothing() -> None:
    text = ENTRY.replace("  source: status page\n", "  source:\n")
    found = read_facts(text + text, path="facts.yaml")
    assert [(f.severity, f.line) for f in found.findings] == [("info", 1)]
    (fact,) = ledger([story("a", result=OUTAGE.format("3 hours"))], found).facts
    assert (fact.state, fact.source) == ("open", "")
    assert fact.entry is not None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(
    ["- fact: a", "  value: 3 hours", "- ", "  story: [", "\t", "x: y", "'", "- fact: b: c"]
)).map("\n".join)))  # fmt: skip
def test_any_text_is_read_without_a_fault_of_our_own(text: str) -> None:
    found = read_facts(text, path="facts.yaml", stories=["a"])
    assert all(finding.message and finding.hint for finding in found.findings)


# the template


def sourced(text: str) -> Confirmed:
    """Entries, each with a source filled in."""
    read = read_facts(text, path="facts.yaml")
    assert [finding.severity for finding in read.findings] in ([], ["info"])
    return replace(read, entries=tuple(replace(one, source="log") for one in read.entries))


def entry_of(fact: Fact) -> Entry:
    assert fact.entry is not None
    return fact.entry


@settings(deadline=None)
@given(PIECES, PIECES, PIECES)
@example("", "Three of our 60 trial lifts failed; 60% of 58 is 35.", "the 63 were down to none")
@example("", "from 900 to 200 ms, 3 to 5 million dollars, 200 to 400 GB, $3–5", "12 \x85 rows")
def test_the_template_read_back_speaks_of_the_same_figures(
    title: str, one: str, other: str
) -> None:
    stories = [
        Story("a", "a.md", title, parts=(Part("action", one, 3), Part("result", other, 9))),
        Story("b", "b.md", "The other", parts=(Part("result", one, 3),)),
    ]
    facts = ledger(stories).facts
    told = ledger(stories, sourced(template(facts)))
    assert [fact.state for fact in told.facts] == ["confirmed"] * len(facts)
    for fact in told.facts:
        assert entry_of(fact).figure.value == pytest.approx(fact.figure.value)
        assert entry_of(fact).story == fact.story
    assert told.unused == ()
    assert told.contradicting == ()
    assert template(told.facts) == ""


def test_the_template_reads_well() -> None:
    told = story("a", result="The p95 of the quotes fell from 900 to 200 ms.")
    assert template(ledger([told]).facts) == (
        "- fact: The p95 of the quotes fell from … to 200 ms\n"
        "  value: 900 ms\n  source:\n  story: a\n"
        "\n"
        "- fact: The p95 of the quotes fell from 900 to …\n"
        "  value: 200 ms\n  source:\n  story: a\n"
    )


def test_the_template_of_the_samples_confirms_all_of_them() -> None:
    told = ledger(SAMPLES, sourced(template(ledger(SAMPLES).facts)))
    assert {fact.state for fact in told.facts} == {"confirmed"}
    assert told.unused == ()


# how it is shown, and the command


def test_on_a_terminal_the_figure_stays_in_sight_and_lines_fit() -> None:
    long = "word " * 30 + "and the outage lasted three hours " + "word " * 30
    facts = ledger([story("a", title="x" * 100, situation=long), *SAMPLES]).facts
    lines = facts_text(facts, (), Page(80))
    assert all(len(line) <= 80 for line in lines)
    (row,) = (line for line in lines if line.startswith("    3  three hours"))
    assert "outage lasted three hours" in row


@pytest.fixture
def bank(tmp_path: Path) -> Kb:
    """kb in a workspace with two stories that disagree; no model, no build."""
    folder = tmp_path / "work"
    for name, hours in (("first", "3 hours"), ("other", "5 hours")):
        file = folder / "personal" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\ntitle: Told by {name}\ncompany: Orrery\n---\n\n## Result\n"
                        f"{OUTAGE.format(hours)} We lost 40 orders.\n", "utf-8")  # fmt: skip
    (folder / "content").mkdir()
    return Kb(folder, tmp_path, tmp_path)


def test_in_a_pipe_each_number_is_one_line_contradictions_first(bank: Kb) -> None:
    done = bank("facts", code=1)
    assert done.stdout.splitlines() == [
        "personal/first.md:7 3 hours The search outage lasted 3 hours."
        " [disagrees with 5 hours at personal/other.md:7]",
        "personal/other.md:7 5 hours The search outage lasted 5 hours."
        " [disagrees with 3 hours at personal/first.md:7]",
        "personal/first.md:7 40 We lost 40 orders.",
        "personal/other.md:7 40 We lost 40 orders.",
    ]
    assert "One fact is told with numbers that disagree." in done.stderr


def test_only_what_is_asked_for(bank: Kb) -> None:
    assert len(bank("facts", "first", code=1).stdout.splitlines()) == 3
    assert len(bank("facts", "personal/other.md", "--conflicts", code=1).stdout.splitlines()) == 2
    (bank.folder / "personal/other.md").unlink()
    assert bank("facts", "--conflicts").stdout == ""
    assert "No numbers disagree." in bank("facts", "--conflicts").stderr
    assert "no story" in bank("facts", "nothing", code=2).stderr
    assert "alone" in bank("facts", "--open", "--conflicts", code=2).stderr


def test_the_facts_file_counts_and_is_never_written(bank: Kb) -> None:
    file = bank.folder / "personal/_kb/facts.yaml"
    file.parent.mkdir()
    file.write_text(ENTRY, "utf-8")
    said = bank.json("facts", code=1)
    assert [(f["figure"], f["state"], f["source"]) for f in said["facts"]] == [
        ("3 hours", "confirmed", "status page"), ("40", "open", ""),
        ("5 hours", "contradicts", "status page"), ("40", "open", ""),
    ]  # fmt: skip
    entry = {"path": "personal/_kb/facts.yaml", "line": 1, "value": "3 hours"}
    assert said["facts"][2]["entry"] == entry
    assert len(bank("facts", "--open", code=1).stdout.splitlines()) == 2
    shown = bank("facts", code=1).stdout
    assert "; contradicts personal/_kb/facts.yaml:1: 3 hours]" in shown
    assert bank("facts", "--template").stdout.count("- fact:") == 2
    assert file.read_text("utf-8") == ENTRY
    assert sorted(p.name for p in file.parent.iterdir()) == ["facts.yaml"]


def test_bad_files_are_one_line_each_and_the_rest_goes_on(bank: Kb) -> None:
    (bank.folder / "personal/bad.yaml").write_text("title: [\n", "utf-8")
    (bank.folder / "personal/other.md").write_bytes(b"\xff\xfe")
    own = bank.folder / "personal/_kb"
    own.mkdir()
    (own / "facts.yaml").write_text("fact: x\n", "utf-8")
    done = bank("facts", code=1)
    assert [row.split(": ")[1] for row in done.stderr.splitlines()[:2]] == [
        "personal/bad.yaml:2", "personal/other.md:1",
    ]  # fmt: skip
    assert "personal/_kb/facts.yaml:1: the file must be a list." in done.stderr
    assert [row.split(" ")[0] for row in done.stdout.splitlines()] == ["personal/first.md:7"] * 2


def test_a_bank_of_nothing(bank: Kb) -> None:
    for file in (bank.folder / "personal").iterdir():
        file.unlink()
    done = bank("facts")
    assert (done.stdout, done.stderr) == ("", "No numbers are told here.\n")
    assert bank.json("facts") == {"facts": [], "conflicts": [], "unused": []}
    assert bank("facts", "--template").stdout == ""


def test_on_a_terminal(bank: Kb) -> None:
    command = [sys.executable, "-m", "kb", "facts"]
    lines = on_a_terminal(command, bank.folder, bank.environment | {"NO_COLOR": "1"}).splitlines()
    assert lines[:6] == [
        "These disagree: search, outage, lasted",
        "  3 hours  The search outage lasted 3 hours.",
        "           personal/first.md:7",
        "  5 hours  The search outage lasted 5 hours.",
        "           personal/other.md:7",
        "",
    ]
    assert all(len(line) <= 80 for line in lines)
