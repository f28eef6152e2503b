"""Gaps: what to write next is what adds most, and each comes with a question that remembers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import store
from kb.domain import Fit
from kb.files.shipped import competencies
from kb.journal import Pins
from kb.match import Matcher
from kb.planning.frameworks import frameworks, memory_prompts
from kb.planning.table import asked_topics, hint, read_scores, topics
from kb.portfolio.gaps import (
    Topic,
    asked_weight,
    closeness,
    next_stories,
    with_prompts,
)
from kb.portfolio.types import Framework, Principle
from kb.render.gaps import gaps_text
from kb.render.layout import Page, columns
from tests.conftest import Kb
from tests.test_build import Bank
from tests.test_coverage import ARGUED, bank

PROMPTS = memory_prompts()
FITS: dict[Fit, float] = {"gap": 0.05, "stretch": 0.2, "workable": 0.5, "strong": 0.9}


def topic(name: str, weight: float = 1.0, fit: Fit = "gap", *listens: str) -> Topic:
    return Topic(name, name.upper(), "Guide", listens or ("hiring",), weight, FITS[fit], fit)


def framework(*principles: dict[str, float]) -> Framework:
    made = tuple(Principle(str(n), "P", "", tuple(p.items())) for n, p in enumerate(principles))
    return Framework("f", "F", "", "", "", True, "", made)


# how often a question is asked


def test_a_question_weighs_the_share_of_principles_that_listen_for_it() -> None:
    one = framework({"hiring": 1.0}, {"ethics": 1.0}, {"ethics": 0.5}, {"failure": 1.0})
    other = framework({"failure": 1.0})
    assert asked_weight(("hiring",), [one]) == 0.25
    assert asked_weight(("ethics",), [one]) == 0.375
    assert asked_weight(("hiring", "ethics"), [one]) == 0.625
    assert asked_weight(("failure",), [one, other]) == 0.625
    assert asked_weight(("recognition",), [one, other]) == 0
    assert asked_weight(("failure",), []) == 0


def test_a_principle_listens_once_however_many_of_its_competencies_there_are() -> None:
    one = framework({"hiring": 0.4, "ethics": 0.9})
    assert asked_weight(("hiring", "ethics"), [one]) == 0.9


def test_what_stands_later_in_its_guide_weighs_less_but_half_at_least() -> None:
    one = [framework({"hiring": 1.0})]
    found = [asked_weight(("hiring",), one, place) for place in range(1, 31)]
    assert found == sorted(found, reverse=True)
    assert (found[0], found[1], found[-1]) == (1.0, 0.95, 0.5)


# which are near


def test_one_story_helps_near_questions_and_most_those_that_ask_for_the_same() -> None:
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    near = closeness(vectors, [("a", "b"), ("a", "b"), ("c",)])
    assert np.allclose(np.diag(near), 1)
    assert np.allclose(near, near.T)
    assert near[0, 1] > near[1, 2] > near[0, 2] > 0
    apart = closeness(vectors, [("a", "b"), ("c",), ("d",)])
    assert apart[0, 1] < near[0, 1] < 1
    assert closeness(np.zeros((0, 2), np.float32), []).shape == (0, 0)


# what to write next


def nearness(*rows: Sequence[float]) -> np.ndarray:
    return np.array(rows, np.float64)


def test_the_story_that_helps_most_questions_comes_first() -> None:
    some = [topic("a", 1.0), topic("b", 0.9), topic("c", 0.9)]
    near = nearness((1, 0, 0), (0, 1, 0.9), (0, 0.9, 1))
    found = next_stories(some, near, 0)
    # once b is written c is nearly answered, and a is worth more
    assert [gap.topic.id for gap in found] == ["b", "a", "c"]
    assert [one.id for one in found[0].also] == ["c"]
    assert found[2].also == ()
    assert found[0].adds == pytest.approx((0.9 + 0.81) * 0.95 / 2.8)


def test_what_is_answered_or_never_asked_is_no_gap() -> None:
    some = [topic("a", fit="workable"), topic("b", fit="strong"), topic("c", 0.0)]
    assert next_stories(some, np.eye(3), 0) == ()
    assert next_stories([], np.zeros((0, 0)), 0) == ()


def test_what_is_half_answered_is_worth_less() -> None:
    some = [topic("a", fit="stretch"), topic("b", fit="gap")]
    assert [gap.topic.id for gap in next_stories(some, np.eye(2), 0)] == ["b", "a"]


def test_only_what_is_near_enough_is_named_and_no_more_than_two() -> None:
    some = [topic(name) for name in "abcde"]
    near = np.eye(5)
    near[0] = near[:, 0] = (1, 0.14, 0.15, 0.5, 0.4)
    first = next_stories(some, near, 1)[0]
    assert [one.id for one in first.also] == ["d", "e"]
    near[0, 3] = near[3, 0] = 0.1
    near[0, 4] = near[4, 0] = 0.1
    first = next_stories(some, near, 1)[0]
    assert [one.id for one in first.also] == ["c"]


def test_equals_keep_their_order() -> None:
    some = [topic(name) for name in "abc"]
    assert [gap.topic.id for gap in next_stories(some, np.eye(3), 2)] == ["a", "b"]


@st.composite
def banks(draw: st.DrawFn) -> tuple[list[Topic], np.ndarray]:
    count = draw(st.integers(1, 7))
    fits = st.sampled_from(sorted(FITS))
    weights = st.integers(0, 20).map(lambda n: n / 10)
    some = [topic(f"q{n}", draw(weights), draw(fits)) for n in range(count)]
    shares = st.integers(0, 10).map(lambda n: n / 10)
    near = np.eye(count)
    for one in range(count):
        for other in range(one):
            near[one, other] = near[other, one] = draw(shares)
    return some, near


@given(banks())
def test_each_adds_no_more_than_the_one_before_and_all_gaps_are_there_once(
    made: tuple[list[Topic], np.ndarray],
) -> None:
    some, near = made
    found = next_stories(some, near, 0)
    adds = [gap.adds for gap in found]
    assert all(one >= other - 1e-12 for one, other in pairwise(adds))
    assert sorted(gap.topic.id for gap in found) == sorted(t.id for t in some if t.missing > 0)
    assert sum(adds) <= 1 + 1e-9
    for gap in found:
        assert all(one.open and one.id != gap.topic.id for one in gap.also)


@given(banks())
def test_the_first_adds_the_most_there_is(made: tuple[list[Topic], np.ndarray]) -> None:
    some, near = made
    first = next_stories(some, near, 1)
    whole = sum(one.weight for one in some)
    for number, one in enumerate(some):
        if one.missing > 0:
            gain = sum(near[number, n] * other.missing for n, other in enumerate(some))
            assert first[0].adds >= gain / whole - 1e-9


# questions that help to remember


def test_each_competency_has_three_prompts_and_none_stands_twice() -> None:
    assert list(PROMPTS) == list(competencies())
    assert min(len(some) for some in PROMPTS.values()) >= 3
    every = [prompt for some in PROMPTS.values() for prompt in some]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_asks_a_person_for_a_moment_and_not_for_a_category(name: str) -> None:
    for prompt in PROMPTS[name]:
        assert prompt.endswith("?")
        assert columns(prompt) <= 100
        assert re.match("(On which|Which|What|Who(se|m)?|When|Where|How)\\b", prompt), prompt
        spoken = f"(?i)tell me|describe|example of|a time|{name.replace('-', '.')}\\b"
        assert not re.search(spoken, prompt), prompt


def test_the_prompts_of_a_list_differ_and_are_the_same_every_time() -> None:
    some = [topic(f"q{n}", 1.0, "gap", "delivery", "ethics") for n in range(8)]
    gaps = next_stories(some, np.eye(8), 0)
    found = [gap.prompt for gap in with_prompts(gaps, some, PROMPTS)]
    assert found == [*PROMPTS["delivery"], *(p for p in found[4:])]
    assert set(found[4:]) == set(PROMPTS["ethics"])
    assert [gap.prompt for gap in with_prompts(gaps, some, PROMPTS)] == found
    last = with_prompts(gaps[7:], some, PROMPTS)[0].prompt
    assert last == PROMPTS["delivery"][3]


def test_a_question_without_competencies_has_no_prompt() -> None:
    some = [replace(topic("a"), competencies=())]
    assert with_prompts(next_stories(some, np.eye(1), 0), some, PROMPTS)[0].prompt == ""


# from an index


def test_the_librarys_questions_with_the_story_that_comes_nearest(tmp_path: Path) -> None:
    made = bank(tmp_path)
    with store.open_index(made.workspace.database) as reader:
        scores = read_scores(reader)
        found = topics(scores, list(frameworks(None, tuple(competencies())).by_id.values()))
        assert hint(reader, ARGUED) == "Listen: Ask first."
        assert hint(reader, "nothing/of-the-kind") == ""
    argued = next(one for one in found if one.id == ARGUED)
    assert argued.story == "drawing"
    assert argued.competencies == ("disagreement", "negotiation")
    assert argued.weight > 0
    paid = next(one for one in found if one.id != ARGUED)
    assert paid.weight == 0  # it listens for nothing that a framework asks
    lengths = np.linalg.norm(scores.means, axis=1)
    assert np.allclose(lengths, 1)


def test_the_hint_of_a_guide_that_the_workspace_lacks_is_the_shipped_one(tmp_path: Path) -> None:
    made = bank(tmp_path)
    with store.open_index(made.workspace.database) as reader:
        found = hint(reader, "delivery/tell-me-about-a-time-you-missed-a-deadline")
    assert found.startswith("Give both dates: ")


def test_the_concept_stands_in_where_there_is_no_practice(tmp_path: Path) -> None:
    made = bank(tmp_path)
    guide = made.folder / "content" / "talking.md"
    text = guide.read_text("utf-8").replace("- **Listen**: Ask first.", "")
    text = text.replace("### Best Practices", "### Conceptual Explanation\n\nWho bends,\nand when.")
    made.write("content/talking.md", text)
    made.build()
    with store.open_index(made.workspace.database) as reader:
        assert hint(reader, ARGUED) == "Who bends, and when."


def test_questions_in_any_words_are_topics_too(tmp_path: Path) -> None:
    made: Bank = bank(tmp_path)
    with store.open_index(made.workspace.database) as reader:
        matcher = Matcher.of(reader, made.encoder, Pins())
        found, vectors = asked_topics(matcher, [("architect quarrel", 2.0), ("kettle gateway", 1)])
        none, empty = asked_topics(matcher, [])
    assert (found[0].text, found[0].weight, found[0].id) == ("architect quarrel", 2.0, ARGUED)
    assert found[0].competencies == ("disagreement", "negotiation")
    assert vectors.shape == (2, made.encoder.dimensions)
    assert (none, len(empty)) == ((), 0)


# pages


def test_a_page_of_gaps_fits_eighty_columns() -> None:
    text = "Tell me about a time that took a great many words to ask for, and then some more?"
    some = [replace(topic(f"q{n}"), text=f"{text} {n}") for n in range(12)]
    near = np.full((12, 12), 0.4) + np.eye(12) * 0.6
    gaps = with_prompts(next_stories(some, near, 0), some, PROMPTS)
    shown = gaps_text(gaps, ["Say who: " + text] * 12, 12, Page(80))
    assert all(columns(line) <= 80 for line in shown.splitlines())
    assert shown.splitlines()[0].startswith(" 1  Tell me")
    assert shown.splitlines()[-1] == (
        "12 questions are not answered by a story yet. Write one: kb new"
    )
    ours = gaps_text(gaps, [""] * 12, 12, Page(), whose="that Ours listens for")
    assert "12 questions that Ours listens for are not answered by a story yet." in ours
    assert shown.count("Helps with") == 11  # nothing is left that the last could help with
    assert "Fit words are not calibrated" in gaps_text(gaps, [""] * 12, 1, Page(), calibrated=False)


# whole commands


@pytest.mark.model
def test_gaps_of_the_samples(samples: Kb) -> None:
    said = samples.json("gaps", "-n", "0")
    found = said["gaps"]
    assert len(found) == said["open"] > 20
    assert {gap["fit"] for gap in found} == {"gap", "stretch"}
    adds = [gap["adds"] for gap in found]
    assert adds == sorted(adds, reverse=True)
    assert all(gap["hint"] for gap in found)
    assert len({gap["prompt"] for gap in found}) == len(found)
    five = samples.json("gaps")["gaps"]
    assert [gap["id"] for gap in five] == [gap["id"] for gap in found[:5]]
    shown = samples("gaps", "-n", "2").stdout
    assert f" 1  {five[0]['question']}\n" in shown
    assert five[0]["prompt"] in shown
    assert " 3  " not in shown


@pytest.mark.model
def test_gaps_of_a_framework_are_those_it_listens_for(samples: Kb) -> None:
    heard = {
        name
        for principle in samples.json("frameworks", "meta")["principles"]
        for name in principle["competencies"]
    }
    found = samples.json("gaps", "--framework", "meta", "-n", "0")
    assert found["framework"] == "meta"
    assert all(heard & set(gap["competencies"]) for gap in found["gaps"])
    assert found["open"] < samples.json("gaps", "-n", "0")["open"]
    said = samples("gaps", "--framework", "meta", "-n", "1").stdout
    assert f"{found['open']} questions that Meta's five signals listen for are not" in said


@pytest.mark.model
def test_a_pin_closes_a_gap(samples: Kb) -> None:
    before = samples.json("gaps")
    first = before["gaps"][0]
    samples("pin", first["id"], "anselms-single-stream")
    after = samples.json("gaps", "-n", "0")
    assert first["id"] not in {gap["id"] for gap in after["gaps"]}
    assert after["open"] < before["open"]


@pytest.mark.model
def test_gaps_of_a_loop(samples: Kb) -> None:
    text = """company: Acme
rounds:
- name: One
  focus: [onboarding, disagreement, juggling]
  questions: ["Tell me about a time you worked in a team across time zones."]
"""
    (samples.folder / "acme.yaml").write_text(text, encoding="utf-8")
    done = samples("gaps", "--loop", "acme.yaml")
    assert "juggling" in done.stderr
    assert "newcomers" in done.stdout
    assert "across time zones" in done.stdout
    assert "disagreed with an architect" not in done.stdout
    assert "questions of this loop are not answered" in done.stdout
    assert "cannot both be" in samples("gaps", "--loop", "x", "--framework", "meta", code=2).stderr
    assert "there is no loop" in samples("gaps", "--loop", "x", code=2).stderr


@pytest.mark.model
def test_an_empty_bank_has_every_gap(kb: Kb) -> None:
    kb("init", ".")
    kb("build")
    said = kb.json("gaps", "-n", "3")
    assert (said["open"], len(said["gaps"])) == (120, 3)
    assert all(gap["story"] == "" and gap["also"] for gap in said["gaps"])


def test_without_an_index_the_next_step_is_said(kb: Kb) -> None:
    kb("init", ".")
    assert "kb build" in kb("gaps", code=1).stderr
