"""The nouns of kb, as frozen dataclasses. They know nothing of files or SQL.

Lines are 1-based and point into the file the thing was read from. Paths are
POSIX and relative to the workspace. Texts keep the author's Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PartKind = Literal["situation", "task", "action", "result", "learning", "point", "text"]
Status = Literal["draft", "ready", "retired"]
Severity = Literal["error", "warning", "info"]
WordKind = Literal["pin", "pin-no", "unpin"]
Fit = Literal["strong", "workable", "stretch", "gap"]
PassageKind = Literal[
    "story", "part", "sentence",
    "question", "variant", "concept", "example", "practice", "follow-up", "note",
]  # fmt: skip

# A passage's kind is kept as its place in this tuple: add at the end only.
PASSAGE_KINDS: tuple[PassageKind, ...] = (
    "story", "part", "sentence", "question", "variant", "concept", "example", "practice",
    "follow-up", "note",
)  # fmt: skip
# Words a minute at which people tell a story: coaches say 130 to 160.
WORDS_A_MINUTE = 145
STAR: tuple[PartKind, ...] = ("situation", "task", "action", "result", "learning")


def spoken_seconds(words: int) -> int:
    """How long so many words take to tell, to five seconds; 5 at the least."""
    return max(5, round(words / WORDS_A_MINUTE * 60 / 5) * 5)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed about a file: one sentence, where, and what to do.

    words: those of the file that it is about, or "". story: the id of the story that a rule
    of `kb check` speaks of; "" for what is noticed while a file is read.
    """

    rule: str
    severity: Severity
    message: str
    path: str
    line: int = 0
    hint: str = ""
    story: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a story or example. `title` is the label as the author wrote it.

    kind "point" is a numbered point of an example, "text" anything unlabelled.
    """

    kind: PartKind
    text: str
    line: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """Another wording of a question."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Concept:
    """What a question assesses."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """A guide's sample answer, in parts in the order they stand."""

    name: str
    parts: tuple[Part, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Practice:
    """A guide's rule of good practice: its bold title (or "") and its text."""

    title: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A probe that an interviewer asks next."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Note:
    """Text of a guide or question that fits no known section. Kept, and found."""

    title: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a guide, with everything that stands under it."""

    id: str
    guide: str
    text: str
    line: int
    category: str = ""
    competencies: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    concept: Concept | None = None
    examples: tuple[Example, ...] = ()
    practices: tuple[Practice, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """A document of questions. `notes` is its text outside any question."""

    id: str
    path: str
    title: str
    description: str = ""
    questions: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One experience of the user's own.

    date: "", "YYYY", "YYYY-MM" or "YYYY-MM-DD". answers: questions the user
    says it answers (pins). parts: in the order they stand, "text" included.
    """

    id: str
    path: str
    title: str
    line: int = 1
    date: str = ""
    role: str = ""
    company: str = ""
    competencies: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    status: Status = "ready"
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedGuide:
    """A guide and what was noticed while reading it."""

    guide: Guide
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedStories:
    """The stories of one file (a YAML file may hold several) and findings."""

    stories: tuple[Story, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded.

    id is unique in the index; owner is the id of the story, question or (for
    notes outside questions) guide it belongs to; part is a story part's kind,
    a practice's title or an example's name.
    """

    id: str
    kind: PassageKind
    owner: str
    text: str
    line: int
    part: str = ""


@dataclass(frozen=True, slots=True)
class Competency:
    """A canonical competency: its id, group, and what a listener hears in it."""

    id: str
    group: str
    description: str


@dataclass(frozen=True, slots=True)
class LibraryQuestion:
    """A question of the library, which the ranking leans on. guide: its guide's title."""

    id: str
    text: str
    guide: str
    competencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileState:
    """What the index knows of a file: its stamp, and whether it was read well."""

    path: str
    kind: Literal["guide", "story"]
    sha256: str
    size: int
    mtime_ns: int
    ok: bool = True


@dataclass(frozen=True, slots=True)
class StoryCard:
    """What is shown of a story in a list. stale: its file could not be read since."""

    id: str
    title: str
    path: str
    date: str = ""
    role: str = ""
    company: str = ""
    status: Status = "ready"
    stale: bool = False
    competencies: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """What is shown of a guide's question in a list."""

    id: str
    text: str
    guide: str
    path: str
    line: int
    stale: bool = False
    competencies: tuple[str, ...] = ()
    practices: tuple[Practice, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a story that made it fit, and the part it stands in."""

    part: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class StoryMatch:
    """A story as an answer to a question. score: 0..1, comparable across questions.

    pinned, refused: its owner said that it answers this, or that it does not. why: a
    few words; terms: the addends of the score, named, before the logistic.
    """

    story: StoryCard
    fit: Fit
    score: float
    pinned: bool
    evidence: tuple[Evidence, ...]
    why: str = ""
    terms: tuple[tuple[str, float], ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class QuestionMatch:
    """A guide's question near to the one asked. score: cosine, 0..1."""

    question: QuestionCard
    score: float


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The answer to one question. fit: that of the first story, "gap" if none.

    calibrated: whether the fits were set for the model that the index was made with, and
    no second reader changed the scores. slips: words of the question that no one knows, each
    with the one that it was read as.
    """

    question: str
    fit: Fit
    stories: tuple[StoryMatch, ...]
    questions: tuple[QuestionMatch, ...]
    calibrated: bool
    slips: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """The owner's word on a story and a question, and what came of saying it.

    kind: it answers it, it does not, or neither is said any more. question: its
    text. new: whether the journal had to change. listed: `path:line` where the
    story's own file says under `answers:` that it answers it, or "".
    """

    kind: WordKind
    story: StoryCard
    question: str
    new: bool
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A library question that a story may answer. score: 0..1, as in a match; place:
    the story's among all for this question, from 1."""

    question: LibraryQuestion
    score: float
    fit: Fit
    place: int


@dataclass(frozen=True, slots=True)
class QuestionFit:
    """How well a story answers a question of the workspace's guides, as of a build.

    place: the story's among the question's, from 1. fitting: how many stories fit it at all,
    strong or workable.
    """

    question: str
    story: str
    place: int
    score: float
    fit: Fit
    fitting: int


@dataclass(frozen=True, slots=True)
class Look:
    """What `kb doctor` saw of one thing. said: what is there, or what is wrong with it; hint:
    the next step, "" where nothing need be done."""

    name: str
    state: Literal["ok", "note", "wrong"]
    said: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class BuildNote:
    """What the index remembers of a build. at: UTC, ISO 8601."""

    id: str
    at: str
    stories: int
    questions: int
    failed: int


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Counts are files; seconds is wall time; renewed: the index was of another
    version of kb, and was made anew."""

    added: int
    changed: int
    removed: int
    unchanged: int
    failed: int
    seconds: float
    stories: int
    questions: int
    embedded: int = 0
    findings: tuple[Finding, ...] = ()
    renewed: bool = False
