"""How good the rules of `kb check` are, on labelled texts: run as a script it prints the table.

Each line of tests/data/check/<set>/<rule>.jsonl is a text, whether the rule should fire on it,
and why. The set `tuned` was there to tune on; the set `aside` was written apart from it and
each rule was run on it once, when nothing was changed any more.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.check import RULES, Rule, RuleSetting, Settings, check_story, twins
from kb.parse.story import parse_stories
from kb.passages import story_passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.domain import Finding, Story
    from kb.embed import Encoder

DATA = Path(__file__).parent / "data" / "check"
SETS = ("tuned", "aside")
# Stands inside the made-up keys, so that no scanner of secrets takes them for real ones.
MARK = "|~|"
TODAY = date(2026, 11, 28)  # the day as of which the texts were labelled


@dataclass(frozen=True, slots=True)
class Score:
    """How often a rule fired and should have, fired and should not, and missed."""

    items: int
    hits: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.wrong) if self.hits + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0


def items(folder: Path, rule: Rule) -> list[dict[str, Any]]:
    """The labelled texts of a rule."""
    lines = (folder / f"{rule.id}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def fired(rule: Rule, item: dict[str, Any], encoder: Encoder) -> tuple[Finding, ...]:
    """What a rule, turned on, says of an item."""
    default = Settings().of(rule)
    settings = Settings(said=only(rule, dataclasses.replace(default, on=True)))
    story = read(item["story"])
    if rule.scope == "story":
        return check_story(story, settings, TODAY)
    other = read(item["other"])
    one, two = encoder.encode([whole(story), whole(other)])
    return twins([(story, other, float(one @ two))], settings)


def only(rule: Rule, setting: RuleSetting) -> dict[str, RuleSetting]:
    """Settings in which all other rules are off."""
    off = {
        each.id: dataclasses.replace(Settings().of(each), on=False)
        for each in RULES.values()
        if each.id != rule.id
    }
    return {**off, rule.id: setting}


def read(text: str) -> Story:
    return parse_stories(text.replace(MARK, ""), path="item.md").stories[0]


def whole(story: Story) -> str:
    return next(passage.text for passage in story_passages(story) if passage.kind == "story")


def score(folder: Path, rule: Rule, encoder: Encoder) -> Score:
    """How a rule does on one set."""
    pairs = [(bool(fired(rule, item, encoder)), item["fires"]) for item in items(folder, rule)]
    return Score(
        len(pairs),
        sum(did and should for did, should in pairs),
        sum(did and not should for did, should in pairs),
        sum(should and not did for did, should in pairs),
    )


def rows(encoder: Encoder) -> Iterator[tuple[Rule, Score, Score]]:
    """Each rule with its score on both sets."""
    for rule in RULES.values():
        tuned, aside = (score(DATA / name, rule, encoder) for name in SETS)
        yield rule, tuned, aside


def table(encoder: Encoder) -> str:
    """The scores as a table in Markdown."""
    lines = [
        "| Rule | Texts to tune on | Precision | Recall | Texts kept aside | Precision | Recall |",
        "|---|---|---|---|---|---|---|",
    ]
    for rule, tuned, aside in rows(encoder):
        name = f"`{rule.id}`" if rule.on_by_default else f"`{rule.id}` (off)"
        cells = [name]
        for one in (tuned, aside):
            cells += [str(one.items), f"{one.precision:.2f}", f"{one.recall:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def faults(encoder: Encoder) -> Iterator[str]:
    """Each item on which a rule is wrong, in a line."""
    for rule in RULES.values():
        for name in SETS:
            for item in items(DATA / name, rule):
                found = fired(rule, item, encoder)
                if bool(found) != item["fires"]:
                    what = "fires wrongly" if found else "misses"
                    yield f"{name} {rule.id} {what}: {item['note']}"


def main() -> None:
    """Print the table; with --faults, the items that a rule gets wrong."""
    from kb.compile_model import ensure_compiled
    from kb.embed import PACKAGED_MODEL, OnnxEncoder, default_cache

    compiled = ensure_compiled(PACKAGED_MODEL, default_cache(), lambda _step: None)
    encoder = OnnxEncoder.open(compiled, "build")
    if "--faults" in sys.argv:
        print("\n".join(faults(encoder)))
        return
    print(table(encoder))


if __name__ == "__main__":
    main()
