"""What an interviewer is likely to ask next of a story, and which of its lines answer that.

A rule knows what kind of line could answer a question; it is sure only where the words leave
no doubt, and says "perhaps" otherwise. Of what it cannot know it says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.portfolio.cards import Line

State = Literal["no", "perhaps", "yes"]
Topic = Literal["baseline", "proof", "part", "redo", "others", "decided", "would", ""]
Source = Literal["standing", "guide"]

FAR: Final = 300  # times that one number may be the other and still be of the same thing
MEASURES: Final = ("percent", "multiple", "duration", "count", "money")
LEAST_NEAR: Final = 0.5  # from which a line of the right kind may answer a guide's follow-up
NEAR: Final = 3.0  # deviations over the bank's sentences from which a line may answer
STANDING: Final[tuple[tuple[Topic, str], ...]] = (
    ("baseline", "What was the baseline?"),
    ("proof", "How do you know that it worked?"),
    ("part", "What was your own part in it?"),
    ("others", "What did the others think of it?"),
    ("decided", "Who made the decision?"),
    ("redo", "What would you do differently?"),
)
# What kind of question a guide's follow-up is; the first that fits.
_TOPICS: Final[dict[Topic, re.Pattern[str]]] = {
    "baseline": re.compile(r"baseline|before (?:the|your) change|how much (?:better|faster)", re.I),
    "would": re.compile(
        r"\b(?:would|could) (?:you|they|it|he|she|have|happen|slip)|\bwhat if\b|what would"
        r"|\bif (?:you|your|they)\b|should you",
        re.I,
    ),
    "redo": re.compile(
        r"differently|do sooner|next time|looking back|wrong|mistake|underestimated|regret"
        r"|misunderst|(?:have|did) you learn|you'd learned",
        re.I,
    ),
    "decided": re.compile(
        r"who (?:decided|made|agreed|signed)|by whom|final decision|how was it decided", re.I
    ),
    "others": re.compile(
        r"react|respond|what did (?:\w+ ){1,4}(?:think|say|feel)|pushed back|object(?:ed|ion)"
        r"|who (?:\w+ )?(?:against|resisted|disagreed|argued)|their (?:view|reaction)|treat you",
        re.I,
    ),
    "proof": re.compile(
        r"how (?:did|do|can) you (?:know|measure|tell that)|hold up|evidence that|prove|worth it"
        r"|actually (?:got )?done",
        re.I,
    ),
}
_MINE: Final = re.compile(
    r"\bI (?!(?:was|am|had|have|think|thought|knew|know|felt|wanted|hoped|believe|did not|didn't|"
    r"could|would|still|had been)\b)[a-z]+"
)
_SELF: Final = re.compile(
    r"\b(?:I (?:could|should|ought to) have|next time|since then I|I would (?:have|now|ring|ask|do)"
    r"|from then on I|I (?:now|put|had not|hadn't|had asked nobody)|my (?:own )?mistake|I was wrong"
    r"|made it worse|bad choice of mine|which I had never|(?:he|she) was right|I wish|regret)\b",
    re.IGNORECASE,
)
_SPOKE: Final = re.compile(
    r"\b(?:said|told|asked|wrote|rang|explained|replied|answered|proposed|pointed out)\b"
)
_OPINED: Final = re.compile(
    r"\b(?:agreed|refused|disagreed|objected|was (?:\w+ )?(?:annoyed|furious|pleased|against|angry"
    r"|upset|happy|relieved|proud|civil|delighted|unhappy|grateful|disappointed)|were (?:\w+ )?"
    r"(?:annoyed|furious|pleased|against|angry|happy|relieved)|liked|thanked|praised|complained"
    r"|had hoped|minded|believed|laughed|apologised|held to it|would not have|said no|protested)\b"
)
_OTHER: Final = re.compile(
    r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Pp]eople|(?!Nobody\b)[A-Z][\w'’]{2,}|[Tt]he \w+|[Mm]y \w+)\b"
)
_DECIDED: Final = re.compile(
    r"\b(?:decided|decision|decide|approved|signed (?:it|off)|chose|overruled|vetoed)\b"
)
_YIELDED: Final = re.compile(
    r"\b(?:agreed (?:that|to|on)|I (?:asked for|dropped|promised|switched|took)|changed the|let me|"
    r"gave it to me|we drew|would not have|had the last word)\b"
)
_MEASURED: Final = re.compile(
    r"\b(?:measured|counted|compared|checked|check|checking|test|tested|logs?|survey|watched"
    r"|same test|against|showed|reported|found|caught)\b"
)
_WE: Final = re.compile(r"\b[Ww]e\b")


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of a story. place: of its line among all; kind, unit, value: as it measures; role:
    "from", "to" or ""; phase: "before", "after" or ""."""

    place: int
    text: str
    kind: str
    unit: str
    value: float
    role: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it is probed."""

    lines: tuple[Line, ...]
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that may come next. near: for each line of the story how much nearer it is to
    the question than the bank's sentences are, in deviations."""

    question: str
    source: Source
    topic: Topic
    near: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Probed:
    """A question with what supports it. said: what is missing, where something is."""

    question: str
    source: Source
    state: State
    said: str
    line: Line | None = None


def topic_of(question: str) -> Topic:
    """What kind of question a follow-up is, "" for any other."""
    return next((topic for topic, one in _TOPICS.items() if one.search(question)), "")


def probed(told: Told, probes: Iterable[Probe]) -> tuple[Probed, ...]:
    """Every question with what supports it: what nothing supports first, then what perhaps
    something does. A question is asked once."""
    found: dict[str, Probed] = {}
    for probe in probes:
        found.setdefault(probe.question.casefold(), _probed(told, probe))
    order: dict[State, int] = {"no": 0, "perhaps": 1, "yes": 2}
    return tuple(sorted(found.values(), key=lambda one: order[one.state]))


def _probed(told: Told, probe: Probe) -> Probed:
    if not told.lines:
        return Probed(probe.question, probe.source, "no", "The story has no sentence yet.")
    rule = _RULES.get(probe.topic)
    if rule is None:
        return _nearest(told, probe)
    found = rule(told)
    if probe.source == "standing" or found.state == "no":
        return Probed(probe.question, probe.source, found.state, found.said, found.line)
    # a rule knows the kind of line, and not that it answers this very question
    some = found.some or tuple(one for one in (found.line,) if one)
    best = max(some, key=lambda one: _near(told, probe, one))
    if found.state == "perhaps" and _near(told, probe, best) < LEAST_NEAR:
        return _nearest(told, probe)
    return Probed(probe.question, probe.source, "perhaps", "", best)


def _near(told: Told, probe: Probe, line: Line) -> float:
    place = next(n for n, one in enumerate(told.lines) if one is line)
    return probe.near[place] if place < len(probe.near) else 0.0


def _nearest(told: Told, probe: Probe) -> Probed:
    """The line nearest to a question that no rule knows, if it is near at all."""
    best = max(range(len(probe.near)), key=probe.near.__getitem__, default=-1)
    if best >= 0 and probe.near[best] >= NEAR:
        return Probed(probe.question, probe.source, "perhaps", "", told.lines[best])
    return Probed(probe.question, probe.source, "no", "No line was found that answers it.")


@dataclass(frozen=True, slots=True)
class _Found:
    """What a rule says. some: all lines that could answer."""

    state: State
    said: str = ""
    line: Line | None = None
    some: tuple[Line, ...] = ()


def _best(some: Sequence[Line]) -> Line:
    return max(some, key=lambda one: one.weight)


def _baseline(told: Told) -> _Found:
    """Whether the numbers that tell of a change stand beside what they were before."""
    late = len(told.lines) // 2  # where a story without parts comes to its result
    after = [
        n for n in told.numbers
        if told.lines[n.place].part == "result"
        or (told.lines[n.place].part in ("text", "point") and n.place >= late)
    ]  # fmt: skip
    for number in after:
        for other in (n for n in told.numbers if n.place == number.place and n is not number):
            same = _like(number, other) or _counted_down(number, other)
            if same and _from_to(number, other):
                return _Found("yes", "", told.lines[number.place])
    telling = [n for n in after if n.kind in MEASURES and not n.text.isalpha()]
    if not telling:
        return _Found("no", "The result has no number that a baseline could stand beside.")
    shares = [n for n in telling if n.kind in ("percent", "multiple")] or telling
    for number in shares:
        earlier = [
            n for n in told.numbers
            if n.place < number.place and _like(n, number) and _shared(told, n, number)
        ]  # fmt: skip
        if earlier:
            other = max(earlier, key=lambda n: (_shared(told, n, number), n.place))
            said = f"{other.text} may be the baseline of {number.text}; no sentence says so."
            return _Found("perhaps", said, told.lines[other.place])
    return _Found("no", f"No baseline stands beside the {shares[0].text}.",
                  told.lines[shares[0].place])  # fmt: skip


def _from_to(one: Number, other: Number) -> bool:
    """Whether the words beside two numbers of a sentence say that one became the other."""
    if one.role == "from":
        return True
    return one.phase == "before" and (other.phase == "after" or other.role == "to")


def _counted_down(one: Number, other: Number) -> bool:
    """Whether two numbers say what something fell to, of which the second leaves out the noun:
    from 212 a week to none."""
    counts = {one.kind, other.kind} <= {"count", "number"}
    units = {one.unit, other.unit} - {""}
    return counts and len(units) < 2 and (one.role, other.role) == ("from", "to")


def _like(one: Number, other: Number) -> bool:
    """Whether two numbers may be of the same thing at two times."""
    if (one.kind, one.unit) != (other.kind, other.unit) or not one.value or not other.value:
        return False
    return one.value != other.value and 1 / FAR < one.value / other.value < FAR


def _shared(told: Told, one: Number, other: Number) -> int:
    """How many longer words the sentences of two numbers share."""
    words = [set(re.findall(r"[a-z]{4,}", told.lines[n.place].text.lower())) for n in (one, other)]
    return len(words[0] & words[1])


def _proof(told: Told) -> _Found:
    """Whether a line says how it is known that it worked."""
    late = [one for one in told.lines if one.part in ("result", "text", "point", "learning")]
    counted = [
        one for one in late
        if one.figures and (len(one.figures) > 1 or _MEASURED.search(one.text))
    ]  # fmt: skip
    if counted:
        best = max(counted, key=lambda one: (min(2, len(one.figures)), one.weight))
        return _Found("yes", "", best, tuple(counted))
    some = [one for one in late if one.figures or _MEASURED.search(one.text)]
    if some:
        return _Found("perhaps", "It does not say how that is known.", _best(some), tuple(some))
    return _Found("no", "No number or check in the result shows that it worked.")


def _part(told: Told) -> _Found:
    """Whether the steps are told as one's own."""
    steps = [one for one in told.lines if one.part in ("action", "text", "point")]
    mine = [one for one in steps if _MINE.search(one.text)]
    if len(mine) >= 2:
        return _Found("yes", "", _best(mine), tuple(mine))
    if mine:
        return _Found("perhaps", "Only one sentence says what you did.", mine[0], tuple(mine))
    told_as_we = [one for one in steps if _WE.search(one.text)]
    if told_as_we:
        return _Found("no", "Every step is told as \u201cwe\u201d; none says what you did.",
                      told_as_we[0])  # fmt: skip
    return _Found("no", "No sentence says what you did.")


def _redo(told: Told) -> _Found:
    """Whether the teller says what they would change."""
    owned = tuple(one for one in told.lines if _SELF.search(one.text))
    learned = [one for one in owned if one.part == "learning"]
    if learned:
        return _Found("yes", "", learned[-1], owned)
    if owned:
        return _Found("perhaps", "It does not say what you would change.", _best(owned), owned)
    learning = tuple(one for one in told.lines if one.part == "learning")
    if learning:
        return _Found("perhaps", "It does not say what you would change.", learning[-1], learning)
    return _Found("no", "There is no learning, and no sentence says what you would change.")


def _others(told: Told) -> _Found:
    """Whether another person's view stands in the story."""
    opined = tuple(one for one in told.lines if _by_other(one.text, _OPINED))
    if opined:
        return _Found("yes", "", _best(opined), opined)
    spoke = tuple(one for one in told.lines if _by_other(one.text, _SPOKE))
    if spoke:
        return _Found("perhaps", "It says that they spoke, and not what they thought.",
                      _best(spoke), spoke)  # fmt: skip
    return _Found("no", "No sentence says what anyone else thought of it.")


def _by_other(text: str, verbs: re.Pattern[str]) -> bool:
    """Whether somebody other than the teller does one of the verbs."""
    for match in verbs.finditer(text):
        before = re.split(r"[,;:.\u201c\"]|\b(?:and|but|that)\b", text[: match.start()])[-1]
        if not before.split() or re.search(r"\b(?:I|[Ww]e)\b", before):
            continue
        if _OTHER.search(before):
            return True
    return False


def _decided(told: Told) -> _Found:
    """Whether it is said who decided."""
    sure = tuple(one for one in told.lines if _DECIDED.search(one.text))
    if sure:
        alone = [one for one in sure if not _WE.search(one.text)]
        if alone:
            return _Found("yes", "", _best(alone), sure)
        return _Found(
            "perhaps", "\u201cWe\u201d decided; it does not say who did.", _best(sure), sure
        )
    some = tuple(one for one in told.lines if _YIELDED.search(one.text))
    if some:
        return _Found("perhaps", "It does not say who decided.", _best(some), some)
    return _Found("no", "No sentence says who decided.")


def _would(_told: Told) -> _Found:
    return _Found("no", "It asks what might have been or may be; have an answer ready.")


_RULES: Final[dict[Topic, Callable[[Told], _Found]]] = {
    "baseline": _baseline,
    "proof": _proof,
    "part": _part,
    "redo": _redo,
    "others": _others,
    "decided": _decided,
    "would": _would,
}
