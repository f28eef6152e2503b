"""The shape of a story: which parts it has, how long they are, how old it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kb.check.labels import kinds_of
from kb.check.phrases import Pattern, Phrases
from kb.check.rule import Note, Threshold, rule
from kb.domain import WORDS_A_MINUTE
from kb.figures import find_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.check.reading import Reading, Section
    from kb.check.rule import Limits
    from kb.domain import PartKind

_EMPTY: Final = Pattern(
    r"(?i)[\s.…*_\-–?()\[\]]*(?:(?:tbd|tbc|todo|to do|n/?a|none|xxx+|coming soon|fill"
    r" (?:this )?in|later"
    r"|to be (?:written|added|filled in|done|defined|determined)|write this|add"
    r" (?:this|details?)"
    r"|lorem ipsum.*+|placeholder|pending|wip)[\s.…*_:!?()\[\]-]*)?"
)
_NEEDED: Final[tuple[PartKind, ...]] = ("situation", "task", "action", "result")
_OPENING: Final = 15  # words before the first label that can stand for a Situation
_TELLS: Final[dict[PartKind, str]] = {
    "situation": "Where and when it was, in two sentences.",
    "task": "Say what was yours to do: `I was asked to ...`.",
    "action": "Say what you did, step by step.",
    "result": "Say what came of it, with a number.",
}
_BOTH: Final = frozenset({"challenge", "problem", "problem statement", "mission"})

# Whose job it was, said without a label: "I was asked to", "it fell to me", "my boss gave me".
_DUTY: Final = Phrases(
    {
        "i we": r"(?:'d| had)?(?:,[^,.]{3,60},)? (?:then |also |now |soon |just )?(?:"
        r"(?:was|were|had been|been|got) (?:then |also |just |now )?(?:asked|tasked"
        r"|told|given|hired|handed|left with|picked|elected|nominated"
        r"|assigned|charged|brought in|made|put|appointed|sent|chosen|called in"
        r"|expected|to \w+|the"
        r" (?:only|one|lead|owner|person|developer|engineer|designer|architect|manager|first"
        r"|on-call|last|most senior|\w+ (?:lead|owner|engineer|developer|manager)"
        r" (?:on|for|of|in))"
        r"|responsible|in charge|on call|accountable|on duty|supposed|due|meant)"
        r"|had to|have to|needed (?:to|a|an|the|some)|must|need to|owned|led|ran the"
        r"|took (?:it|this"
        r"|over|on|charge)"
        r"|volunteered|set out|wanted to|was leading|offered to|inherited|had (?:just"
        r" )?(?:taken|been"
        r" (?:given|asked|made|hired|put))|had (?:\w+ ){1,3}to |promised|agreed to|headed|was to"
        r"|decided to|managed the|was [^.]{0,40}and (?:had|needed|was to))",
        "asked gave told wanted told tasked assigned made hired sent put handed begged expected"
        " instructed appointed ordered charged": r" (?:\w+ ){0,2}(?:me|us|my team|our team)\b",
        "my our": r" (?:\w+ ){0,2}(?:job|task|role|brief|goal|aim|responsibility|remit|part|duty"
        r"|turn"
        r"|assignment|mission|mandate|call|problem|bug|desk|charge|target|objective)"
        r"(?: (?:was|were|is|became|had|it|to)|,)",
        "became become was is": (
            r" (?:\w+ )?(?:my|our) (?:job|task|problem|responsibility|turn|call)\b"
        ),
        "from": r" (?:me|us|my team)\b",
        "came": r" to (?:me|us)\b",
        "fell falls": r" (?:to|on) (?:me|us)",
        "landed ended": r" (?:up )?(?:on|with|in|at) (?:me|us|my|our)",
        "up": r" to (?:me|us|my team|our team)\b",
        "mine ours": r" to (?:\w+)|\b",
        "me": (
            r" to (?:find|fix|bring|make|take|lead|get|build|solve|look|move|do|cut"
            r"|write|keep|show)"
        ),
        "looked": r" (?:at|to) me (?:and|for|,)",
        "expected demanded": r" (?:of|from) (?:me|us)",
    }
)


@rule(
    "missing-part",
    "A Situation, Task, Action or Result is missing.",
    "STAR, as all guides to behavioural interviews teach it",
)
def missing_part(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """One note for each part that is neither labelled nor said otherwise."""
    sections = [s for s in reading.sections if not _EMPTY.fullmatch(s.text)]
    there = {kind for s in sections for kind in _kinds(s)}
    line = reading.story.line
    if not there - {"text", "point"}:
        hint = "Put headings such as `## Situation` above its parts."
        yield Note(
            "No part is labelled; Situation, Task, Action and Result are looked for.", line, hint
        )
        return
    first = reading.sections[0]
    if first.kind in ("text", "point") and first.length >= _OPENING:
        there.add("situation")
    if "situation" not in there and _stands_for_both(sections):
        there = there - {"task"} | {"situation"}
    if "task" not in there and any(_says_duty(s) for s in sections if s.kind != "action"):
        there.add("task")
    for kind in _NEEDED:
        if kind not in there:
            blank = next((s for s in reading.of(kind)), None)
            where = blank.line if blank else line
            what = "Nothing stands in the" if blank else "There is no"
            yield Note(f"{what} {kind.title()}.", where, _TELLS[kind])


def _kinds(section: Section) -> tuple[PartKind, ...]:
    return (section.kind, *(kinds_of(section.title) if section.title else ()))


def _stands_for_both(sections: list[Section]) -> bool:
    """Whether a challenge or problem opens the story: it tells the Situation too."""
    return any(s.kind == "task" and _plain(s.title) in _BOTH for s in sections[:1])


def _plain(title: str) -> str:
    return title.lower().strip(" *_:.#").removeprefix("the ").removeprefix("my ").removesuffix("s")


def _says_duty(section: Section) -> bool:
    if section.kind not in ("situation", "task", "text", "point"):
        return False
    return next(_DUTY.find(section), None) is not None


@rule(
    "no-number",
    "The Result has no number that measures anything.",
    "coaches: at least one number in the Result",
)
def no_number(reading: Reading, _limits: Limits) -> Iterator[Note]:
    """A note where a Result has no figure."""
    results = [s for s in reading.of("result") if not _EMPTY.fullmatch(s.text)]
    if results and not any(find_figures(s.prose) for s in results):
        hint = "How much, how many, how long, how often, before and after?"
        yield Note(
            "No number stands in the Result that measures what came of it.", results[0].line, hint
        )


@rule(
    "action-share",
    "The Action is a small part of the story, or its opening a large one.",
    "coaches: Action 50 to 70% of the words, Situation and Task together under 35%",
    thresholds=(Threshold("action", 40, "%"), Threshold("opening", 45, "%")),
)
def action_share(reading: Reading, limits: Limits) -> Iterator[Note]:
    """At most one note: of the Action if it is short, else of what stands before it."""
    total = reading.length()
    if not total or not reading.of("action") or not reading.of("situation"):
        return
    action = 100 * reading.length("action") / total
    opening = 100 * reading.length("situation", "task") / total
    if action < limits["action"]:
        hint = "Half to two thirds should be what you did: tell more of it, or less of the rest."
        line = reading.of("action")[0].line
        yield Note(f"The Action is {action:.0f}% of the story's words.", line, hint)
    elif opening > limits["opening"]:
        hint = "A listener needs a third at most: what, for whom, why it mattered."
        line = reading.of("situation")[0].line
        yield Note(f"Situation and Task are {opening:.0f}% of the story's words.", line, hint)


@rule(
    "length",
    "Told aloud it takes too long, or is over too soon.",
    "coaches: 60 to 120 seconds for a first answer, 3 to 5 minutes in depth, at 145 words a minute",
    thresholds=(Threshold("shortest", 45, "s"), Threshold("longest", 150, "s")),
    modes=(
        ("answer", (("shortest", 45.0), ("longest", 150.0))),
        ("deep", (("shortest", 135.0), ("longest", 375.0))),
    ),
)
def length(reading: Reading, limits: Limits) -> Iterator[Note]:
    """A note where the words take too few or too many seconds."""
    words = reading.length()
    seconds = words / WORDS_A_MINUTE * 60
    if not words or limits["shortest"] <= seconds <= limits["longest"]:
        return
    short = seconds < limits["shortest"]
    wanted = limits["shortest"] if short else limits["longest"]
    hint = (
        f"{'At least' if short else 'At most'} {round(wanted * WORDS_A_MINUTE / 60)} words"
        f" {'fill' if short else 'fit into'} {_minutes(wanted)}."
    )
    count = f"{words} word" + "s" * (words != 1)
    message = f"Told aloud it takes about {_minutes(seconds)} ({count})."
    yield Note(message, reading.story.line, hint)


def _minutes(seconds: float) -> str:
    whole = max(5, round(seconds / 5) * 5)
    return f"{whole} s" if whole < 120 else f"{whole // 60}:{whole % 60:02d} min"


@rule(
    "old",
    "The story happened long ago.",
    "coaches: under 3 years old is fresh, over 5 stale",
    severity="info",
    thresholds=(Threshold("months", 60),),
)
def old(reading: Reading, limits: Limits) -> Iterator[Note]:
    """A note where the date is further back than so many months; of a bare year its end counts."""
    date = reading.story.date
    if not date[:4].isdigit():
        return
    year, month = int(date[:4]), int(date[5:7] or 12)
    today = reading.today
    months = (today.year - year) * 12 + today.month - month
    if len(date) > 7 and int(date[8:10]) > today.day:
        months -= 1
    if months > limits["months"]:
        age = f"{months // 12} years" if months >= 24 else f"{months} months"
        hint = "Keep it, and have a newer one for the same question."
        yield Note(f"It happened {age} ago.", reading.story.line, hint, date)
