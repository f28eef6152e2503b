"""Follow-ups: the rules that say what supports them, and the command as a user runs it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from kb import store
from kb.domain import Part, PartKind, Story
from kb.embed import Compiled, OnnxEncoder
from kb.files import load_workspace
from kb.journal import pins
from kb.match import Matcher
from kb.planning.probing import _near, told_of
from kb.portfolio.probing import STANDING, Probe, Probed, Topic, probed, topic_of
from tests.conftest import Kb

LABELS = yaml.safe_load((Path(__file__).parent / "data" / "probes.yaml").read_text("utf-8"))
ASKED = dict(STANDING)


def asked(topic: Topic, *parts: tuple[PartKind, str]) -> Probed:
    told = tuple(Part(kind, text, n + 1) for n, (kind, text) in enumerate(parts))
    story = Story("walk", "p/walk.md", "The walk", parts=told)
    return probed(told_of(story), [Probe(ASKED[topic], "standing", topic)])[0]


@pytest.mark.parametrize(
    ("topic", "part", "text", "state", "said"),
    [
        ("baseline", "result", "We cut the cost by 40%.", "no",
         "No baseline stands beside the 40%."),
        ("baseline", "result", "It fell from 18% to 5%.", "yes", ""),
        ("baseline", "result", "It was a great success.", "no",
         "The result has no number that a baseline could stand beside."),
        ("baseline", "result", "We did it twice.", "no",
         "The result has no number that a baseline could stand beside."),
        ("baseline", "result", "Alerts at night went from 212 a week to none, for 14 months.",
         "yes", ""),
        ("part", "action", "I drew a map. I asked the guide.", "yes", ""),
        ("part", "action", "We drew a map. I asked the guide.", "perhaps",
         "Only one sentence says what you did."),
        ("part", "action", "We drew a map. We asked the guide.", "no",
         "Every step is told as \u201cwe\u201d; none says what you did."),
        ("part", "action", "I was tired. I had hoped for more.", "no",
         "No sentence says what you did."),
        ("others", "result", "Anna was furious.", "yes", ""),
        ("others", "result", "I was furious, and I refused.", "no",
         "No sentence says what anyone else thought of it."),
        ("others", "result", "She said that it was late.", "perhaps",
         "It says that they spoke, and not what they thought."),
        ("decided", "action", "My director decided to wait.", "yes", ""),
        ("decided", "action", "We decided to wait.", "perhaps",
         "\u201cWe\u201d decided; it does not say who did."),
        ("decided", "action", "The team waited.", "no", "No sentence says who decided."),
        ("redo", "learning", "I could have asked first.", "yes", ""),
        ("redo", "learning", "Maps are a good thing.", "perhaps",
         "It does not say what you would change."),
        ("redo", "result", "It went well.", "no",
         "There is no learning, and no sentence says what you would change."),
        ("proof", "result", "We counted 9 faults.", "yes", ""),
        ("proof", "result", "It took 9 minutes.", "perhaps", "It does not say how that is known."),
        ("proof", "result", "Things are better.", "no",
         "No number or check in the result shows that it worked."),
    ],
)  # fmt: skip
def test_a_rule_says_what_supports_a_question(
    topic: Topic, part: PartKind, text: str, state: str, said: str
) -> None:
    found = asked(topic, (part, text))
    assert (found.state, found.said) == (state, said)
    assert (found.line is not None) == (
        state != "no" or "beside the 40%" in said or "Every" in said
    )


def test_a_number_before_may_be_the_baseline_of_one_of_its_kind() -> None:
    found = asked("baseline", ("situation", "The list took 7 minutes to print."),
                  ("result", "The list took 38 seconds."))  # fmt: skip
    assert found.state == "perhaps"
    assert found.said == "7 minutes may be the baseline of 38 seconds; no sentence says so."
    far = asked("baseline", ("situation", "He put four months into it."),
                ("result", "It took two seconds."))  # fmt: skip
    assert (far.state, far.said) == ("no", "No baseline stands beside the two seconds.")


def test_times_of_different_things_are_no_baseline_of_each_other() -> None:
    found = asked("baseline", ("action", "I tried it for one week with a few people."),
                  ("result", "It has not come back in 14 months."))  # fmt: skip
    assert (found.state, found.said) == ("no", "No baseline stands beside the 14 months.")


def test_a_story_without_a_sentence_supports_nothing() -> None:
    assert {asked(topic).state for topic in ASKED} == {"no"}


def test_a_guides_follow_up_is_never_surely_supported() -> None:
    story = Story(
        "walk", "p", "Walk", parts=(Part("result", "Anna was furious. Bob liked it.", 1),)
    )
    question = "How did the others react?"
    found = probed(told_of(story), [Probe(question, "guide", topic_of(question), (0.1, 2.0))])[0]
    assert found.state == "perhaps"
    assert found.line is not None
    assert found.line.text == "Bob liked it."


def test_what_is_asked_twice_is_asked_once_and_the_open_come_first() -> None:
    story = Story("walk", "p", "Walk", parts=(Part("action", "I drew it. I told Anna.", 1),))
    probes = [Probe(question, "standing", topic) for topic, question in STANDING]
    states = [one.state for one in probed(told_of(story), [*probes, *probes])]
    assert len(states) == len(STANDING)
    assert states == sorted(states, key=["no", "perhaps", "yes"].index)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What would have made you stop?", "would"),
        ("Who decided what to tell them?", "decided"),
        ("How did they react at first?", "others"),
        ("Which assumption mattered most?", ""),
        ("What did you expect before you measured?", ""),
    ],
)
def test_a_follow_up_is_known_by_its_words(question: str, topic: Topic) -> None:
    assert topic_of(question) == topic


# -- as a user ---------------------------------------------------------------------------------


@pytest.mark.model
def test_it_is_seldom_sure_and_wrong(samples: Kb, compiled_model: Compiled) -> None:
    """Of forty labelled follow-ups, no "yes" is wrong and at most one "no" is."""
    space = load_workspace(samples.folder)
    standing = {question: topic for topic, question in STANDING}
    counts: Counter[tuple[str, bool]] = Counter()
    with store.open_index(space.database) as reader:
        matcher = Matcher.of(reader, OnnxEncoder.open(compiled_model, "few"), pins([]))
        for name, pairs in LABELS.items():
            story = reader.story(name)
            assert story is not None
            near = _near(matcher, matcher.cards[name], [question for question, _ in pairs])
            for (question, supported), row in zip(pairs, near.tolist(), strict=True):
                source = "standing" if question in standing else "guide"
                topic = standing.get(question) or topic_of(question)
                probe = Probe(question, source, topic, tuple(row))  # type: ignore[arg-type]
                counts[probed(told_of(story), [probe])[0].state, supported] += 1
    assert sum(counts.values()) == 40
    assert counts["yes", False] == 0
    assert counts["no", True] <= 1
    assert counts["yes", True] + counts["no", False] >= 24


@pytest.mark.model
def test_a_story_is_probed(samples: Kb) -> None:
    said = samples("probe", "fixing").stdout
    assert said.startswith("\u201cFixing the flaky tests\u201d: what may be asked next.\n\nopen ")
    assert "personal/samples/fixing-the-flaky-tests.md:16" in said
    assert "(8 shown)" in said
    found = samples.json("probe", "fixing")
    assert len(found["probes"]) > 8
    assert {one["state"] for one in found["probes"]} == {"open", "perhaps"}
    assert samples("probe", "fixing", "-n", "0").stdout.count("\n\n") == len(found["probes"]) + 1
    assert "there is no story" in samples("probe", "nothing", code=2).stderr
