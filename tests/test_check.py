"""The rules of `kb check`: what each points at, where, and how they are set."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.check import MOST, RULES, VERSION, Settings, check_story, read_settings, twins
from kb.check.labels import kinds_of
from kb.check.reading import Section
from kb.domain import STAR, Finding, Part, PartKind, Story
from kb.embed import OnnxEncoder
from kb.errors import ConfigError
from kb.parse.story import parse_stories
from tests.check_corpus import DATA, SETS, items, rows, table

TODAY = date(2026, 11, 28)
GOOD = """---
title: The night the queue ate the invoices
date: 2025-03
company: Tarrant
---

## Situation
On the last evening of the quarter our invoice queue stopped with 41,000 messages in it.

## Task
I was on call and had to get the invoices out before the books closed at noon.

## Action
I looked at the dead letters and found one message with a null customer that was retried for ever.
I moved it aside by hand, restarted the four consumers and watched the queue drain. Instead of
raising the memory, which the vendor suggested, I added a limit of five retries and an alarm on
the age of the oldest message. I wrote to the accountants at each step, so that they could plan
their night, and I asked one of them to check the first hundred invoices against the ledger. It
cost us four hours in which no customer got a receipt. The next morning I drew the path of such a
message on the whiteboard with the two people who own the importer, and we agreed that it refuses
what has no customer.

## Result
All invoices were out by 02:30, and the books closed on time. It has not recurred in 14 months.

## Learning
I now ask of each queue what happens to the message that nobody can read.
"""


def read(text: str) -> Story:
    return parse_stories(text, path="bank/item.md").stories[0]


def every() -> Settings:
    """Settings in which all rules are on."""
    return Settings(
        said={r.id: dataclasses.replace(Settings().of(r), on=True) for r in RULES.values()}
    )


def of(rule: str, text: str, settings: Settings | None = None) -> list[Finding]:
    """What one rule finds in a file."""
    found = check_story(read(text), settings or every(), TODAY)
    return [finding for finding in found if finding.rule == rule]


def part(kind: str, text: str) -> str:
    return f"# The night it broke\n\n## {kind}\n{text}\n"


def test_a_rule_is_one_function_and_says_where_it_comes_from() -> None:
    assert len(RULES) == 18
    assert VERSION
    for name, rule in RULES.items():
        assert name == rule.id
        assert rule.about.endswith(".")
        assert rule.source
        assert (rule.story is None) != (rule.pair is None)
        assert rule.severity in ("error", "warning", "info")


def test_a_well_told_story_is_left_alone() -> None:
    assert check_story(read(GOOD), every(), TODAY) == ()


@pytest.mark.parametrize(
    ("rule", "text", "line", "words"),
    [
        ("no-number", part("Result", "It went live in 2022, on port 443."), 4, ""),
        ("absolutes", part("Action", "I asked.\nI never make mistakes."), 5, "never make mistakes"),
        ("hedges", part("Action", "I wrote it.\n\nI kind of led it."), 6, "I kind of led it"),
        ("fillers", part("Action", "I wrote it.\nIt just got very hard."), 5, "just, very"),
        ("secret", part("Action", "I saw\n`DB_PASSWORD=Tr0ub4dor&3x` there."), 5, "Tr0u…"),
        ("confidential", part("Action", "I asked.\n\nTobias Hallgren, our lead, refused."), 6,
         "Tobias Hallgren"),
        ("few-steps", part("Action", "I was calm. I wrote a mail and left it there."), 4,
         "wrote, left"),
        ("old", "---\ndate: 2019-03\n---\n# The night it broke\n", 1, "2019-03"),
        ("category-title", "# Conflict with a coworker\n\nShe wanted to ship.\n", 1,
         "Conflict with a coworker"),
        ("we-over-i", part("Action", "I led.\nWe drew it, we built it, we shipped it."), 5, ""),
        ("blame", part("Action", "I rebuilt it.\nThe consultants were useless."), 5,
         "The consultants were useless"),
        ("length", part("Action", "I fixed it."), 1, ""),
    ],
)  # fmt: skip
def test_what_is_found_has_its_line_and_its_words(
    rule: str, text: str, line: int, words: str
) -> None:
    (found,) = of(rule, text)
    assert (found.path, found.story, found.line) == ("bank/item.md", "item", line)
    assert words in found.words
    assert found.message.endswith(".")
    assert found.hint


@pytest.mark.parametrize("rule", ["absolutes", "hedges", "fillers", "blame", "we-over-i"])
def test_what_others_are_quoted_with_is_not_the_tellers_voice(rule: str) -> None:
    said = (
        "We never, honestly, kind of really listened; our boss was useless and we just lost our"
        " way, we all knew. I guess everyone loved it"
    )
    told = f'I asked him. "{said}," he said. I wrote it down.'
    fenced = f"I asked, I wrote and I sent it.\n\n```\n{said}\n```\n\n> {said}\n\n`{said}`"
    assert of(rule, part("Action", said))
    assert of(rule, part("Action", told)) == []
    assert of(rule, part("Action", f"“{said}” I asked him, I wrote.")) == []
    assert of(rule, part("Action", fenced)) == []


def test_a_part_is_missing_unless_it_is_there_under_some_name() -> None:
    names = [f.message for f in of("missing-part", part("Action", "I fixed it."))]
    assert names == ["There is no Situation.", "There is no Task.", "There is no Result."]
    labels = ("Where we stood", "My brief", "The fix", "How it went")
    text = "# It broke\n" + "".join(f"\n## {label}\nIt was late and dark.\n" for label in labels)
    assert of("missing-part", text) == []
    assert len(of("missing-part", "# It broke\n\nI fixed it at night.\n")) == 1


def test_a_situation_that_says_whose_job_it_was_stands_for_the_task() -> None:
    rest = "\n## Action\nI fixed it.\n\n## Result\nIt held for 3 weeks.\n"
    told = "# It broke\n\n## Situation\nThe shop was down. {}\n" + rest
    assert of("missing-part", told.format("My boss asked me to mend it by noon.")) == []
    assert of("missing-part", told.format("Ines was asked by the board to explain it."))


def test_a_placeholder_is_no_part() -> None:
    found = of("missing-part", GOOD.replace("All invoices were out by 02:30", "TBD\n\n## Note\nx"))
    assert found == []
    begin, end = GOOD.index("All invoices"), GOOD.index("\n\n## Learning")
    (found_one,) = of("missing-part", GOOD[:begin] + "TBD" + GOOD[end:])
    assert found_one.message == "Nothing stands in the Result."
    assert found_one.line == GOOD[:begin].count("\n") + 1


def test_a_retired_story_is_left_alone_and_a_draft_only_noted() -> None:
    text = part("Action", "I never make mistakes. password: hunter2x")
    assert {f.severity for f in check_story(read(text), every(), TODAY)} >= {"error", "warning"}
    draft = "---\nstatus: draft\n---\n" + text
    found = check_story(read(draft), every(), TODAY)
    assert found
    assert {f.severity for f in found} == {"info"}
    assert check_story(read(draft.replace("draft", "retired")), every(), TODAY) == ()


def test_of_many_findings_some_are_told_and_the_rest_counted() -> None:
    text = part("Action", "\n".join(f"I kind of did step {n}." for n in range(7)))
    found = of("hedges", text)
    assert len(found) == MOST
    assert found[-1].message.endswith("; and 4 more.")
    assert [f.line for f in found] == [4, 5, 6]


def test_a_secret_is_not_told_again() -> None:
    key = "ghp_" + "ksNihxZeN4g3j2i21bgHaPEYAG8gT4sjznP1"
    (found,) = of("secret", part("Action", f"The bot used {key} to push."))
    assert found.severity == "error"
    assert key not in str(found)
    assert "ghp_" in found.words


@pytest.mark.parametrize(
    "text",
    ["commit 4af4ba1e57da828c1bbc80fd124877775e22c822", "`password: ********`",
     "https://user:<password>@example.com", "I reset the password with her.", "token=$TOKEN",
     "sha256:59baf5a71398fc2d83ce2116dc72bbf7bac4495a63cbf5b29cc3a9a92123d605"],
)  # fmt: skip
def test_a_hash_or_a_placeholder_is_no_secret(text: str) -> None:
    assert of("secret", part("Action", text)) == []


def test_the_tellers_own_employer_is_no_secret() -> None:
    told = "---\ncompany: {}\n---\n" + part("Action", "I moved the client Brandhoff Versicherung.")
    assert of("confidential", told.format("Kestrel Lane"))
    assert of("confidential", told.format("Brandhoff Versicherung AG")) == []


def test_settings_say_which_rules_look_and_from_what_on() -> None:
    text = (
        "check:\n  fillers: off\n  old: 12\n  length: deep\n  no-learning: warning\n"
        "  action-share: {opening: 30, severity: info}\n  hedges: on\n"
    )
    settings = read_settings(text, 3, "lead")
    set_to = {name: settings.of(rule) for name, rule in RULES.items()}
    assert not set_to["fillers"].on
    assert set_to["old"].limits == {"months": 12}
    assert set_to["length"].limits == {"shortest": 135, "longest": 375}
    assert set_to["no-learning"].severity == "warning"
    assert set_to["action-share"].limits == {"action": 40, "opening": 30}
    assert set_to["action-share"].severity == "info"
    assert set_to["we-over-i"].limits == {"ratio": 0.5}
    assert of("old", "---\ndate: 2024-03\n---\n# It broke\n", settings)
    assert of("fillers", part("Action", "It was just very hard."), settings) == []


@pytest.mark.parametrize("text", ["", "check:", "check: ~\n", "check: {}\n"])
def test_nothing_said_means_the_defaults(text: str) -> None:
    settings = read_settings(text, 1, "senior")
    assert settings.level == "senior"
    assert all(settings.of(rule).on == rule.on_by_default for rule in RULES.values())
    assert settings.of(RULES["we-over-i"]).limits == {"ratio": 1.0}


@pytest.mark.parametrize(
    ("block", "line", "message", "hint"),
    [
        ("check:\n  filers: off\n", 8, "no rule `filers`", "Did you mean `fillers`?"),
        ("check:\n  old: soon\n", 8, "cannot be set to `soon`", "a number"),
        ("check:\n  old: -3\n", 8, "cannot be set to `-3`", "a number"),
        ("check:\n  old: nan\n", 8, "cannot be set to `nan`", "a number"),
        ("check:\n  blame: 3\n", 8, "cannot be set to `3`", "on, off"),
        ("check:\n  old:\n    years: 3\n", 9, "no setting `years`", "months"),
        ("check:\n  old:\n    severity: grave\n", 9, "no severity `grave`", "error"),
        ("check:\n  old: [1]\n", 8, "takes no list", "a number"),
        ("check:\n  old: 3\n  old: 4\n", 9, "stands twice", "Keep one"),
        ("check: off\n", 7, "must hold rules", "fillers: off"),
        ("check:\n  old: 'x\n", 8, "not closed", ""),
    ],
)
def test_a_setting_that_makes_no_sense_is_shown_where_it_stands(
    block: str, line: int, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(block, 7, "senior")
    assert (caught.value.path, caught.value.line) == ("kb.yaml", line)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_less_i_is_wanted_of_leads() -> None:
    text = part("Action", "We drew it, we built it, we ran it. I asked, and my boss agreed.")
    assert of("we-over-i", text, read_settings("", 0, "senior"))
    assert of("we-over-i", text, read_settings("", 0, "lead")) == []


def test_length_depends_on_what_is_wanted() -> None:
    text = part("Action", "I asked them all again. " * 50)
    assert of("length", text) == []
    (found,) = of("length", text, read_settings("check: {length: deep}", 1, "senior"))
    assert "about 105 s (250 words)" in found.message


def test_one_word_is_one_word() -> None:
    (found,) = of("length", part("Action", "Fixed."))
    assert "(1 word)" in found.message


def test_a_season_that_was_lost_is_a_price() -> None:
    told = "# The move\n\n## Action\nI moved the queue.\n\n## Result\nIt holds. {}\n"
    for price in (
        "Two engineers lost most of a summer to the move.",
        "We lost the better part of the winter.",
    ):
        assert of("no-trade-off", told.format(price)) == []
    assert of("no-trade-off", told.format("It was summer."))
    assert of("no-trade-off", told.format("Nobody lost a summer over it."))


@pytest.mark.parametrize(
    ("label", "kinds"),
    [
        ("Situation & Task", ("situation", "task")),
        ("The fix", ("action",)),
        ("What I'd do differently", ("learning",)),
        ("Result 🎉", ("result",)),
        ("Trade-offs", ()),
        ("Monday", ()),
    ],
)
def test_labels_of_many_wordings_are_known(label: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(label) == kinds


def test_twins_are_two_tellings_of_one_event() -> None:
    one = read(GOOD)
    again = GOOD.replace("The night the queue ate the invoices", "Quarter-end").replace(
        "41,000", "40k"
    )
    two = dataclasses.replace(read(again), id="other", path="bank/other.md")
    (found,) = twins([(one, two, 0.7)], Settings())
    assert (found.rule, found.story, found.path) == ("twins", one.id, "bank/item.md")
    assert "`Quarter-end` (bank/other.md:1)" in found.message
    assert twins([(one, two, 0.3)], Settings()) == ()
    assert twins([(one, dataclasses.replace(two, status="retired"), 0.7)], Settings()) == ()
    (noted,) = twins([(one, dataclasses.replace(two, status="draft"), 0.7)], Settings())
    assert noted.severity == "info"
    assert twins([(one, two, 0.7)], read_settings("check: {twins: off}", 1, "senior")) == ()


WORDS = (
    "I we our never always everyone nobody perfect kind sort of just really very things maybe think"
    " tried to helped asked wrote built was were had been the a my and but , . ; : ( ) \n \n\n - #"
    " ## > ` ``` ** \" ' “ ” Tobias Hallgren client Acme password: x9 token= 40% two"
    " weeks since then"
    " instead cost slower should have learned that said Result Action TBD É ß ﬁ İ"
)


KINDS: tuple[PartKind, ...] = (*STAR, "text")


@given(
    st.lists(st.sampled_from(WORDS.split(" ")), max_size=60).map(" ".join) | st.text(max_size=200),
    st.sampled_from(KINDS),
)
def test_any_text_can_be_checked(text: str, kind: PartKind) -> None:
    parts = (Part(kind, text, 5), Part("action", text, 90))
    story = Story("s", "s.md", text[:40], parts=parts)
    lines = text.count("\n")
    found = check_story(story, every(), TODAY)
    for finding in found:
        assert finding.line in (1, *range(5, 6 + lines), *range(90, 91 + lines))
        assert finding.message
    assert all(sum(f.rule == rule for f in found) <= MOST for rule in RULES)
    twins([(story, story, 0.9)], every())


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=60).map(" ".join) | st.text())
def test_what_is_left_out_leaves_all_else_in_its_place(text: str) -> None:
    section = Section("action", "", text, 1)
    for view in (section.prose, section.voice, section.low):
        assert len(view) == len(text)
    assert section.prose.count("\n") == text.count("\n")
    for word in section.words:
        written = text[word.start : word.end].replace("’", "'")
        assert written.lower() == word.low or len(written.lower()) != len(written)


@pytest.mark.model
def test_a_rule_that_is_on_is_right_on_texts_kept_aside(encoder: OnnxEncoder) -> None:
    for rule, _, aside in rows(encoder):
        assert aside.hits or not rule.on_by_default
        assert not rule.on_by_default or aside.precision >= 0.8, rule.id


@pytest.mark.model
def test_the_table_in_the_docs_is_what_the_texts_give(encoder: OnnxEncoder) -> None:
    told = (Path(__file__).parent.parent / "docs" / "checking.md").read_text("utf-8")
    assert table(encoder) in told


def test_each_rule_has_texts_of_both_kinds() -> None:
    for rule in RULES.values():
        for name in SETS:
            labels = [item["fires"] for item in items(DATA / name, rule)]
            assert {True, False} == set(labels)
            assert len(labels) >= 6
