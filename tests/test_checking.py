"""`kb check`: its findings in the index, in a terminal, for programs, and on the pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kb import store
from kb.domain import Finding, StoryCard
from kb.errors import ConfigError
from kb.journal import Entry, append
from kb.render.checking import checked_text, findings_text, sarif
from kb.render.layout import Page
from tests.conftest import Kb
from tests.sites import Serve
from tests.test_build import NOW, Bank

WEAK = """---
title: The slow build
date: 2026-02
---
## Situation
Basically we had a really slow build.

## Task
I was to make it quick.

## Action
I measured each step, I split the tests in two, and I cached what never changed.

## Result
It got much better.
"""


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    made = Bank(tmp_path)
    made.write("personal/slow.md", WEAK)
    made.build()
    return made


def found(bank: Bank) -> list[Finding]:
    with store.open_index(bank.workspace.database) as reader:
        return [finding for finding in reader.findings() if finding.story]


def rules(bank: Bank) -> set[str]:
    return {finding.rule for finding in found(bank)}


# --- in the index


def test_a_build_keeps_what_the_rules_say_of_each_story(bank: Bank) -> None:
    number = next(finding for finding in found(bank) if finding.rule == "no-number")
    assert (number.path, number.line, number.story) == ("personal/slow.md", 15, "slow")


def test_a_mended_story_is_no_longer_spoken_of(bank: Bank) -> None:
    bank.write("personal/slow.md", WEAK.replace("much better", "from 40 minutes down to 9"))
    bank.build()
    assert "no-number" not in rules(bank)
    assert "no-learning" in rules(bank)


def test_other_settings_are_heard_though_no_story_changed(bank: Bank) -> None:
    assert "no-learning" in rules(bank)
    bank.write("kb.yaml", "check:\n  no-learning: off\n")
    bank.build()
    assert "no-learning" not in rules(bank)


def test_a_fault_in_the_settings_is_said_with_its_line(bank: Bank) -> None:
    bank.write("kb.yaml", "level: lead\ncheck:\n  no-lerning: off\n")
    with pytest.raises(ConfigError, match=r"kb\.yaml:3: .*no-lerning.*no-learning"):
        bank.build()


def test_stories_grow_old_without_being_touched(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "old" not in rules(bank)
    monkeypatch.setattr("tests.test_build.NOW", NOW.replace(year=2035))
    bank.build()
    assert "old" in rules(bank)


def test_retired_stories_are_left_alone(bank: Bank) -> None:
    bank.write("personal/slow.md", WEAK.replace("date:", "status: retired\ndate:"))
    bank.build()
    assert not found(bank)


def test_a_file_that_cannot_be_read_keeps_what_was_said_of_it(bank: Bank) -> None:
    before = rules(bank)
    bank.write("personal/slow.md", WEAK.replace("title:", "title: [", 1))
    bank.build()
    assert rules(bank) == before
    builds = len(found(bank))
    bank.build()
    assert len(found(bank)) == builds


def test_two_that_tell_the_same_are_named_and_forgotten_with_one_of_them(bank: Bank) -> None:
    copy = bank.write("personal/again.md", WEAK)
    bank.build()
    assert [f.story for f in found(bank) if f.rule == "twins"] == ["again"]
    bank.build()
    assert [f.story for f in found(bank) if f.rule == "twins"] == ["again"]
    copy.unlink()
    bank.build()
    assert "twins" not in rules(bank)


# --- as text


def finding(rule: str = "no-number", severity: str = "warning", **more: Any) -> Finding:
    given = {"message": "No number stands in the Result.", "path": "personal/a.md", "line": 7}
    return Finding(rule, severity, **{**given, "story": "a", **more})  # type: ignore[arg-type]


CARDS = {"a": StoryCard("a", "The slow build", "personal/a.md")}


def test_in_a_pipe_each_finding_is_a_line_that_tools_can_read() -> None:
    said = findings_text([finding(words="much\nbetter", hint="How much?")], CARDS, Page())
    assert said == [
        "personal/a.md:7 no-number No number stands in the Result. “much better” How much?"
    ]


def test_on_a_page_findings_stand_under_their_story() -> None:
    lines = findings_text([finding(), finding("secret", "error", line=9)], CARDS, Page(60))
    assert lines[:2] == ["The slow build", "personal/a.md"]
    assert "    7  no-number" in lines
    assert "    9  error: secret" in lines
    assert all(len(line) <= 60 for line in lines)


def test_words_that_the_message_has_are_not_said_twice() -> None:
    (line,) = findings_text([finding(message="2 empty words: very.", words="very")], CARDS, Page())
    assert line.count("very") == 1


def test_the_last_line_counts_and_says_how_to_see_the_rest() -> None:
    page = Page()
    counted = checked_text([finding(), finding(severity="error")], 3, 4, page)
    assert counted == ["1 error, 1 warning in 1 of 3 stories. 4 smaller notes with --all."]
    assert checked_text([], 3, 0, page) == ["Nothing to point out in 3 stories."]
    assert checked_text([], 0, 0, page) == ["There are no stories."]


def test_sarif_has_what_an_editor_needs() -> None:
    log = sarif([finding(path="personal/a b.md")], [("no-number", "warning", "About", "So")], "1")
    (run,) = log["runs"]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "kb")
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["no-number"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "personal/a%20b.md"}, "region": {"startLine": 7}}
    assert (result["ruleId"], result["level"]) == ("no-number", "warning")


# --- the command


@pytest.mark.model
def test_check_says_what_is_weak_and_ends_as_a_linter_does(samples: Kb) -> None:
    path = samples.folder / "personal" / "slow.md"
    path.write_text(WEAK, encoding="utf-8")
    done = samples("check", "slow")  # built first, though no build was asked for
    assert re.search(r"^personal/slow\.md:15 no-number ", done.stdout, re.MULTILINE)
    assert "stories" not in done.stdout  # the count is no finding
    samples("check", "slow", "--strict", code=1)
    path.write_text(WEAK.replace("I measured", "password: hunter2Zk93qL0x I measured"), "utf-8")
    done = samples("check", code=1)
    assert re.search(r"^personal/slow\.md:12 secret ", done.stdout, re.MULTILINE)
    assert "smaller notes with --all" in done.stderr
    rows = samples.json("check", "slow", code=1)
    assert {"no-number", "secret"} <= {row["rule"] for row in rows}
    log = json.loads(samples("check", "--sarif", code=1).stdout)
    assert any(result["level"] == "error" for result in log["runs"][0]["results"])
    listed = samples.json("check", "--rules")
    assert {"no-number", "twins"} <= {rule["id"] for rule in listed}
    assert "Did you mean" in samples("check", "slwo", code=2).stderr


# --- on the pages


def test_the_storys_page_has_them_beside_the_part(bank: Bank, serve: Serve) -> None:
    page = serve(bank).page("/-/story/slow")
    margin = page.html.split('aria-label="Noticed in Result"')[1].split("</ul>")[0]
    assert "No number" in margin
    assert "No number" not in page.html.split("Result</h2>")[0]


def test_the_weak_spots_are_a_saved_query_and_counted_at_home(bank: Bank, serve: Serve) -> None:
    site = serve(bank)
    rows = site.rows("/kb/weak-spots.json?_shape=array")
    assert rows[0]["severity"] == "warning"
    assert "no-number" in {row["rule"] for row in rows}
    home = site.page("/")
    assert "1 story could be told better." in home.text
    assert "Nothing was noticed in your files." in home.text


def test_the_storys_page_has_its_history(bank: Bank, serve: Serve) -> None:
    append(bank.workspace.journal, Entry("use", "slow", extra={"company": "Acme"}), now=NOW)
    page = serve(bank).page("/-/story/slow")
    assert re.search(r"History .*2026-05-01 .*Acme", page.text)
