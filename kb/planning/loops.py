"""A loop's file and the bank, to what a plan is made from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from kb.domain import Finding
from kb.errors import DocumentError, UsageError, WorkspaceError
from kb.files import read_text, write_new
from kb.history import uses
from kb.journal import same_question
from kb.lookup import find_id
from kb.match import check_question
from kb.parse.slug import slug
from kb.planning.table import competencies_of, read_scores, table_of
from kb.portfolio.coverage import FITTING, rows
from kb.portfolio.focus import Asked, Library
from kb.portfolio.keeps import with_keeps
from kb.portfolio.loops import Loop, ParsedLoop, loop_yaml, parse_loop
from kb.portfolio.planned import ANSWERING, Case, Kept, Words, beside, make_plan
from kb.portfolio.types import Listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from kb.domain import LibraryQuestion, MatchResult, StoryCard
    from kb.embed import Encoder
    from kb.files import Workspace
    from kb.history import Use
    from kb.journal import Entry
    from kb.match import Matcher
    from kb.portfolio.loops import ToldBefore
    from kb.portfolio.planned import Plan
    from kb.portfolio.types import Framework

FOLDER: Final = "loops"
ENDINGS: Final = (".yaml", ".yml")
# What companies have after their names by law, without points; it is often left unsaid.
_FORMS: Final = """
inc incorporated corp corporation co company ltd limited llc llp lp plc pte pty gmbh ag kg kgaa
ohg ug mbh se sa sas sarl srl spa bv nv ab as asa aps oy oyj
"""
FORMS: Final = frozenset(_FORMS.split())
# Stories of a question that are asked for at first: those that answer it stand before the
# others, and the evidence of a whole large bank takes longer to read than the choice.
FIRST: Final = 12


def read_loop(workspace: Workspace, name: str, folder: Path) -> ParsedLoop:
    """The loop in the file called `name`, a path from `folder` or the name of one of the
    workspace's own loops. Raises UsageError when there is none, DocumentError as `parse_loop`.
    """
    path = folder / Path(name).expanduser()
    if not path.is_file():
        own = loops_of(workspace)
        bare = name.removesuffix(".yaml").removesuffix(".yml")
        if bare not in own:
            near = get_close_matches(bare, own, n=1, cutoff=0.5)
            known = f"Yours are: {', '.join(own)}." if own else "Make one: kb loop --help"
            hint = f"Did you mean {near[0]}?" if near else known
            raise UsageError(f"there is no loop {name!r}.", hint)
        path = own[bare]
        name = _shown(workspace, path)
    return parse_loop(read_text(path, shown=name), name)


def loops_of(workspace: Workspace) -> dict[str, Path]:
    """The workspace's own loops: name -> file."""
    folder = workspace.own / FOLDER
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return {}
    return {path.stem: path for path in paths if path.suffix in ENDINGS and path.is_file()}


def listed(workspace: Workspace) -> list[Listed]:
    """The workspace's own loops, by name."""
    found = []
    for name, path in loops_of(workspace).items():
        shown = _shown(workspace, path)
        try:
            found.append(Listed(name, shown, parse_loop(read_text(path, shown=shown), shown).loop))
        except DocumentError as error:
            found.append(Listed(name, shown, Loop(), str(error)))
    return found


def new_path(workspace: Workspace, name: str) -> Path:
    """Where a loop is to be saved as the workspace's own `name`.

    Raises UsageError for what is no name, WorkspaceError when there is a loop of that name.
    """
    bare = name.removesuffix(".yaml")
    if not bare or slug(bare) != bare.casefold():
        raise UsageError(f"{name!r} is no name for a loop.", f"For example: --save {slug(name)}")
    path = workspace.own / FOLDER / f"{bare}.yaml"
    if path.exists() or path.is_symlink():
        shown = _shown(workspace, path)
        raise WorkspaceError("exists already.", "Give another name, or edit that one.", shown)
    return path


def save_loop(workspace: Workspace, name: str, loop: Loop) -> str:
    """Write a loop as the workspace's own `name`; the path as its owner would name it.

    Raises as `new_path`, and WorkspaceError where it cannot be written.
    """
    path = new_path(workspace, name)
    shown = _shown(workspace, path)
    try:
        write_new(path, loop_yaml(loop, path.stem))
    except WorkspaceError as error:
        raise WorkspaceError(error.message, error.hint, shown) from error
    return shown


def swap(text: str, path: str, plan: Plan, kept: Mapping[int, str]) -> str:
    """A loop's text with stories swapped: its `keep:` says so. plan: the one of this text; kept:
    a question's number in it to the story that shall answer it, "" for none in particular.

    Raises as `with_keeps`.
    """
    loop = parse_loop(text, path).loop
    asked = [Asked(one.number, 0, one.question, one.focus) for one in plan.answers]
    reading = Reading(loop, asked, {}, [])
    drop = {one.question for one in loop.keep if reading.question(one.question, 0) in kept}
    wanted = {_named(asked, n): story for n, story in kept.items() if story and n <= len(asked)}
    return with_keeps(text, path, drop, wanted) if drop or wanted else text


def _named(asked: Sequence[Asked], number: int) -> str:
    """What a file calls a question: its text, which stays when others are added; or its number."""
    text = asked[number - 1].text
    alone = sum(same_question(one.text, text) for one in asked) == 1
    return text if alone and not text.isdecimal() else str(number)


def _shown(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(
        workspace.root
    ) else str(path)  # fmt: skip


def told_to(
    company: str, noted: Mapping[str, Sequence[Use]], told: Iterable[ToldBefore]
) -> dict[str, str]:
    """story -> when this company heard it last, as the journal and the loop say; "" where
    neither says when. A loop without a company was told nothing."""
    found: dict[str, str] = {}
    said = [(story, use.company, use.date) for story, some in noted.items() for use in some]
    said += [(one.story, one.company, one.date) for one in told]
    for story, where, when in said:
        if company_key(company) and company_key(where) == company_key(company):
            found[story] = max(found.get(story, ""), when)
    return found


def company_key(name: str) -> str:
    """What tells a company from another: its name without case, points and legal form."""
    words = _folded(re.sub(r"[.,&]", " ", name.replace(".", ""))).split()
    while len(words) > 1 and words[-1] in FORMS:
        words.pop()
    return " ".join(words)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


@dataclass(slots=True)
class Reading:
    """Takes a loop's words as they are typed for what they mean, and gathers what means nothing.

    Findings of what was said on the command line have no path.
    """

    loop: Loop
    asked: Sequence[Asked]
    cards: Mapping[str, StoryCard]
    findings: list[Finding]

    def words(self, noted: Mapping[str, Sequence[Use]]) -> Words:
        """The loop's keep, never and told, and the journal's uses `noted`."""
        never: dict[str, str] = {}
        for one in self.loop.never:
            if story := self._story(one.story, "never", one.line):
                never.setdefault(story, self._place("never", one.story, one.line))
        kept: dict[tuple[int, str], Kept] = {}
        for keep in self.loop.keep:
            question = self.question(keep.question, keep.line)
            story = self._story(keep.story, "keep", keep.line, told=True)
            if question and story:
                said = self._place("keep", f"{keep.question}={keep.story}", keep.line)
                kept.setdefault((question, story), Kept(question - 1, story, said))
        told = [
            replace(one, story=story)
            for one in self.loop.told
            if (story := self._story(one.story, "told", one.line))
        ]
        return Words(tuple(kept.values()), never, told_to(self.loop.company, noted, told))

    def _place(self, key: str, said: str, line: int) -> str:
        return f"{self.loop.path}:{line}" if line else f"--{key} {said}"

    def _find(self, key: str, message: str, line: int, hint: str) -> None:
        path = self.loop.path if line else ""
        severity = "error" if key == "keep" or not line else "warning"
        self.findings.append(Finding(f"loop-{key}", severity, message, path, line, hint))  # type: ignore[arg-type]

    def _story(self, name: str, key: str, line: int, *, told: bool = False) -> str:
        """The id of the story meant, "" for none. told: whether it is to be told."""
        try:
            found = find_id(name, list(self.cards))
        except UsageError as error:
            message = f"`{key}`: {error.message}".replace("story or question", "story")
            self._find(key, message, line, error.hint)
            return ""
        if self.cards[found].status == "retired":
            if told:
                message = f"`{key}`: the story {found} is retired."
                self._find(key, message, line, f"Bring it back: kb retire {found} --undo")
            return ""
        return found

    def question(self, text: str, line: int) -> int:
        """The number of the question meant by its number, its text or a part of it; 0 for none."""
        if text.isdecimal():
            if 1 <= int(text) <= len(self.asked):
                return int(text)
            message = f"`keep`: there is no question {text}; the loop has {len(self.asked)}."
            self._find("keep", message, line, "They are numbered in the plan.")
            return 0
        same = [n for n, one in enumerate(self.asked) if same_question(one.text, text)]
        part = [n for n, one in enumerate(self.asked)
                if _folded(text) in _folded(f"{one.text} {one.focus}")]  # fmt: skip
        if same or len(part) == 1:
            return (same or part)[0] + 1
        near = get_close_matches(text, [one.text for one in self.asked], n=1, cutoff=0.5)
        several = "could be several questions" if part else "is no question"
        hint = f"Did you mean \u201c{near[0]}\u201d?" if near else "Say its number in the plan."
        self._find("keep", f"`keep`: \u201c{text}\u201d {several} of this loop.", line, hint)
        return 0


def checked(loop: Loop) -> tuple[Loop, tuple[Finding, ...]]:
    """The loop without what cannot be asked, and why."""
    findings: list[Finding] = []
    rounds = []
    for one in loop.rounds:
        kept = []
        for wanted in one.wanted:
            try:
                text = wanted.text if wanted.focus else check_question(wanted.text)
                kept.append(replace(wanted, text=text))
            except UsageError as error:
                said = ("loop-question", "error", error.message, loop.path, wanted.line, error.hint)
                findings.append(Finding(*said))  # type: ignore[arg-type]  # the severity
        rounds.append(replace(one, wanted=tuple(kept)))
    return replace(loop, rounds=tuple(rounds)), tuple(findings)


def plan_loop(
    matcher: Matcher,
    loop: Loop,
    framework: Framework | None,
    entries: Iterable[Entry],
    *,
    today: date,
    fill: bool = False,
) -> tuple[Plan, tuple[Finding, ...]]:
    """The best plan for a loop, and what of the loop could not be followed.

    framework: the one that the rounds' principles are of. entries: the journal's. today: what
    stories are fresh beside. fill: whether a question that nothing answers gets the nearest
    story. Raises UsageError for a word that means nothing and is not of the loop's file.
    """
    from kb.files.shipped import competencies

    loop, findings = checked(loop)
    library = Library(as_they_stand(matcher.library), competencies(), framework)
    asked, lost = library.asked(loop)
    reading = Reading(loop, asked, matcher.cards, [*findings, *lost])
    words = reading.words(uses(entries))
    for finding in reading.findings:
        if not finding.path:  # said on the command line: nothing is planned without it
            raise UsageError(finding.message, finding.hint)
    table, calibrated = [], True
    matcher = replace(matcher, encoder=_Ahead.of(matcher.encoder, [one.text for one in asked]))
    for place, one in enumerate(asked):
        wanted = {kept.story for kept in words.keep if kept.question == place}
        result = _match(matcher, one.text, wanted, every=fill)
        calibrated = calibrated and result.calibrated
        table.append({match.story.id: match for match in result.stories})
    stories = [card for _, card in sorted(matcher.cards.items()) if card.status != "retired"]
    case = Case(loop, asked, stories, table, words, today, fill, calibrated)
    return _with_best(make_plan(case), matcher, framework), tuple(reading.findings)


def _with_best(plan: Plan, matcher: Matcher, framework: Framework | None) -> Plan:
    """The plan that names the best stories for what its unanswered questions were chosen for,
    as `kb coverage` does."""
    if not any(one.focus and not (one.told and one.told.fit in ANSWERING) for one in plan.answers):
        return plan
    reader = matcher.reader
    scores = read_scores(reader, matcher.pins, matcher.held)
    table = table_of(scores, competencies_of(reader))
    found = [*rows(table), *(rows(table, framework) if framework else ())]
    shown = {row.name: row.best for row in found if row.best and row.best.fit in FITTING}
    return beside(plan, shown, {card.id: card.title for card in table.stories})


def as_they_stand(questions: Sequence[LibraryQuestion]) -> list[LibraryQuestion]:
    """The library's questions, each guide's in the order in which its file has them."""
    from kb.files.shipped import shipped, shipped_files

    texts = {
        slug(path.stem): path.read_text("utf-8") for _, path in shipped_files(shipped().guides)
    }

    def place(question: LibraryQuestion) -> tuple[str, bool, int]:
        guide = question.id.partition("/")[0]
        found = texts.get(guide, "").find(f": {question.text}\n")
        return guide, found < 0, found

    return sorted(questions, key=place)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """An encoder that has a loop's questions already: together they take a third of the time."""

    encoder: Encoder
    known: Mapping[str, NDArray[np.float32]]

    @classmethod
    def of(cls, encoder: Encoder, texts: Sequence[str]) -> _Ahead:
        return cls(encoder, dict(zip(texts, encoder.encode(texts), strict=True)))

    @property
    def fingerprint(self) -> str:
        return self.encoder.fingerprint

    @property
    def dimensions(self) -> int:
        return self.encoder.dimensions

    def commonness(self, word: str) -> int | None:
        return self.encoder.commonness(word)

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        found = [self.known[text] for text in texts if text in self.known]
        if len(found) < len(texts):  # a slip of the keyboard was mended
            return self.encoder.encode(texts, progress=progress)
        return np.stack(found)


def _match(matcher: Matcher, question: str, wanted: set[str], *, every: bool) -> MatchResult:
    """The stories that answer a question and those of `wanted`; all of them where `every`."""
    result = matcher.match(question, count=0 if every else FIRST)
    if every or len(result.stories) < FIRST:
        return result
    found = {match.story.id for match in result.stories}
    if result.stories[-1].fit in ANSWERING or not wanted <= found:
        return matcher.match(question, count=0)
    return result
