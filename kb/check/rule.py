"""What a rule is: one function, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from kb.domain import Severity, Story

if TYPE_CHECKING:
    from kb.check.reading import Reading

Limits = Mapping[str, float]
StoryCheck = Callable[["Reading", Limits], Iterable["Note"]]
PairCheck = Callable[[Story, Story, float, Limits], Iterable["Note"]]


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule noticed: a sentence, the line of the file, what one could do, and the words."""

    message: str
    line: int
    hint: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule is set with. levels: other defaults for some levels, by name."""

    name: str
    default: float
    unit: str = ""
    levels: tuple[tuple[str, float], ...] = ()

    def at(self, level: str) -> float:
        """The default for a level."""
        return dict(self.levels).get(level, self.default)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of `kb check`.

    about: one line, what it notices. source: where the advice or the number comes from.
    on_by_default: False where it was not precise enough on texts that it was not tuned on.
    modes: named sets of thresholds ("answer", "deep"). story, pair: its function; a rule
    looks at one story or at two.
    """

    id: str
    about: str
    source: str
    severity: Severity = "warning"
    thresholds: tuple[Threshold, ...] = ()
    on_by_default: bool = True
    modes: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()
    story: StoryCheck | None = None
    pair: PairCheck | None = None

    @property
    def scope(self) -> Literal["story", "pair"]:
        """Whether it looks at one story or at two."""
        return "story" if self.pair is None else "pair"


class Options(TypedDict, total=False):
    """What else a rule says of itself: see Rule."""

    severity: Severity
    thresholds: tuple[Threshold, ...]
    on_by_default: bool
    modes: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]


def rule(
    name: str, about: str, source: str, **options: Unpack[Options]
) -> Callable[[StoryCheck], Rule]:
    """Make a rule of the function below, which looks at one story."""
    return lambda function: Rule(name, about, source, story=function, **options)


def pair_rule(
    name: str, about: str, source: str, **options: Unpack[Options]
) -> Callable[[PairCheck], Rule]:
    """Make a rule of the function below, which looks at two stories."""
    return lambda function: Rule(name, about, source, pair=function, **options)
