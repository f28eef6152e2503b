"""The journal: what the user does, one JSON object a line, appended and never rewritten."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from kb.domain import Finding
from kb.durable import settle
from kb.errors import WorkspaceError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kb.domain import StoryCard

if sys.platform != "win32":
    import fcntl

VERSION = 1
_TEXTS = ("kind", "story", "question", "question_id", "to", "at")
_VERDICTS: dict[str, bool | None] = {"pin": True, "pin-no": False, "unpin": None}
_PRIVATE = 0o600
_HALF = re.compile("[\ud800-\udfff]")  # of a character, as the JSON "\\ud83d" alone
# a pipe that took the file's place must not be waited for
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# Words that a question may have or lack and still ask the same. Who did what to whom is
# not among them: "you were criticised" is not "you criticised".
_LITTLE = frozenset({
    "a", "an", "the", "i", "me", "my", "we", "us", "our", "you", "your", "yourself",
    "have", "has", "had", "ever", "please",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. kind: pin, pin-no, unpin, rename, retire, unretire, review, use, unuse, debrief,
    or one of a later kb.

    story: a story's id. question: its text; question_id: the guide's id for it, or
    "". to: the new id, of a rename. at: when, UTC, ISO 8601; filled in by append.
    extra: all other fields as they stand.
    """

    kind: str
    story: str = ""
    question: str = ""
    question_id: str = ""
    to: str = ""
    at: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Journal:
    """What a journal holds, oldest first, and the lines that could not be read."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """The user's word on a story and a question: whether it answers it (pinned) or does not.

    Either of text and id may be "", not both.
    """

    story: str
    question: str
    question_id: str
    pinned: bool = True


@dataclass(frozen=True, slots=True)
class Pins:
    """The newest word on each story and question, in the order they were said.

    What was taken back is not among them. A no matters more than a story's own `answers:`.
    """

    said: tuple[Pin, ...] = ()

    def verdicts(self, wordings: Iterable[str], question_id: str = "") -> dict[str, bool]:
        """story -> whether the newest word on a question, asked in any of the wordings or
        by its id, is that it answers it."""
        keys = {key for wording in wordings for key in _keys(wording, question_id)}
        keys |= set(_keys("", question_id))
        return {
            pin.story: pin.pinned
            for pin in self.said
            if keys & set(_keys(pin.question, pin.question_id))
        }

    def with_answers(
        self, cards: Iterable[StoryCard], wordings: Sequence[str], question_id: str = ""
    ) -> dict[str, bool]:
        """`verdicts`, and beside them what the stories' own `answers:` say; the newest word of
        the journal wins over those."""
        keys = {question_key(wording) for wording in wordings}
        found = {
            card.id: True
            for card in cards
            if any(question_key(answer) in keys for answer in card.answers)
        }
        return found | self.verdicts(wordings, question_id)


def read(path: Path, *, shown: str = "") -> Journal:
    """The journal at `path`; empty when there is none.

    shown: the path that findings name. Lines that are no entry, such as a last
    one torn by a crash, are problems (rule "journal-line") and the rest is read.
    Raises WorkspaceError when the file cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _FLAGS)
        with os.fdopen(descriptor, "rb") as file, _locked(descriptor, exclusive=False):
            _check_regular(descriptor, path)
            data = file.read()
    except FileNotFoundError:
        return Journal()
    except OSError as error:
        raise _fault("read", path, error) from error
    return entries_of(data, shown or str(path))


def entries_of(data: bytes, shown: str) -> Journal:
    """What the bytes of a journal hold; `shown` is the path that findings name."""
    entries: list[Entry] = []
    problems: list[Finding] = []
    lines = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry = _entry(line)
        if entry is not None:
            entries.append(entry)
            continue
        message = "a line of the journal cannot be read; it is passed over."
        if number == len(lines):
            message = "the last line of the journal was cut off while it was written."
        hint = "What it said is lost; you may delete the line."
        problems.append(Finding("journal-line", "warning", message, shown, number, hint))
    return Journal(tuple(entries), tuple(problems))


def append(path: Path, entry: Entry, *, now: datetime) -> Entry:
    """Add `entry`, stamped with `now` (any time zone), to the journal at `path`; return it stamped.

    File (0600) and folder are made if missing. Line and file are on the disk when this
    returns, and two processes that append at once both get theirs in whole.
    Raises WorkspaceError when it cannot be written, and then nothing is added;
    ValueError when `now` has no time zone or `extra` is not JSON.
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    line = _line(entry, at)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _FLAGS
        descriptor = os.open(path, flags, _PRIVATE)
        try:
            _check_regular(descriptor, path)
            with suppress(OSError):  # a file system without modes
                os.fchmod(descriptor, _PRIVATE)
            with _locked(descriptor, exclusive=True):
                new = not os.fstat(descriptor).st_size
                _write(descriptor, line)
            if new:
                settle(path.parent)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _fault("written", path, error) from error
    return Entry(
        entry.kind, entry.story, entry.question, entry.question_id, entry.to, at, entry.extra
    )


def pins(entries: Iterable[Entry]) -> Pins:
    """What pin (it answers), pin-no (it does not), unpin (neither was said) and rename
    lines come to; the later line wins.

    Two lines speak of one question when their ids or their texts (but for case,
    spaces, quotes and final punctuation) are the same. A rename carries what was
    said of the old id to the new one; after it the old id is a new story's.
    """
    stories: dict[str, _Words] = {}
    for order, entry in enumerate(entries):
        if entry.kind == "rename" and entry.story and entry.to and entry.story != entry.to:
            moved = stories.pop(entry.story, None)
            for word in moved.all() if moved else ():
                stories.setdefault(entry.to, _Words()).say(word)
        elif entry.kind in _VERDICTS and entry.story:
            word = _Word(order, _VERDICTS[entry.kind], entry.question, entry.question_id)
            stories.setdefault(entry.story, _Words()).say(word)
    said = [(word, story) for story, words in stories.items() for word in words.all()]
    said.sort(key=lambda one: one[0].order)
    return Pins(
        tuple(
            Pin(story, word.question, word.question_id, word.pinned)
            for word, story in said
            if word.pinned is not None
        )
    )


def same_question(one: str, other: str) -> bool:
    """Whether two texts ask the same, as question_key compares them. Empty texts ask nothing."""
    key = question_key(one)
    return bool(key) and key == question_key(other)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A word, and how questions begin. Compiled when first asked for: most matches have
    no pin to compare with, and this takes as long as a match's arithmetic."""
    word = re.compile(r"\w[\w+#]*(?:'\w+)*")
    opening = re.compile(
        r"(?:(?:tell me|talk|walk me through|describe|share|give(?: me)?|can you|could you"
        r"|would you|please|what(?: is| was|'s)?|which|when|where|how|have you|did you|do you"
        r"|about|(?:an? )?(?:example|time|situation|occasion)(?: of| when| where)?) +)+"
    )
    return word, opening


def question_key(text: str) -> str:
    """A question's text as it is compared: by the words that carry it, in their order.

    Case, punctuation, plurals, articles and openings such as "tell me about a
    time you" do not count. A text of no other words is compared as it stands.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    word, opening = _patterns()
    opened = " ".join(word.findall(plain)) + " "
    words = opening.sub("", opened, count=1).split() if opening.match(opened) else opened.split()
    words = words or opened.split()
    kept = [word for word in words if word not in _LITTLE]
    return " ".join(_singular(word) for word in kept or words)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "su" else word


@dataclass(frozen=True, slots=True)
class _Word:
    """What one line said. order: its place among the lines; pinned: None is taken back."""

    order: int
    pinned: bool | None
    question: str
    question_id: str


class _Words:
    """The newest word on each question of one story, found by text and by id."""

    def __init__(self) -> None:
        self._by_key: dict[str, _Word] = {}

    def say(self, word: _Word) -> None:
        """Take a word in: the later one wins, and text and id are filled in from the other."""
        for old in {self._by_key[key] for key in _word_keys(word) if key in self._by_key}:
            for key in _word_keys(old):
                self._by_key.pop(key, None)
            later, earlier = (word, old) if word.order > old.order else (old, word)
            word = _Word(
                later.order,
                later.pinned,
                later.question or earlier.question,
                later.question_id or earlier.question_id,
            )
        for key in _word_keys(word):
            self._by_key[key] = word

    def all(self) -> set[_Word]:
        """Each word once."""
        return set(self._by_key.values())


def _word_keys(word: _Word) -> list[str]:
    return _keys(word.question, word.question_id)


def _keys(question: str, question_id: str) -> list[str]:
    text = question_key(question)
    return [*([f"text {text}"] if text else []), *([f"id {question_id}"] if question_id else [])]


def _entry(line: bytes) -> Entry | None:
    """A line as an entry, or None when it is none. Half a character becomes U+FFFD."""
    try:
        stored = json.loads(line.decode("utf-8-sig"))
        if b"\\ud" in line.lower():
            stored = json.loads(_HALF.sub("\ufffd", json.dumps(stored, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(stored, dict) or not isinstance(stored.get("kind"), str):
        return None
    texts = {name: stored[name] for name in _TEXTS if isinstance(stored.get(name), str)}
    extra = {name: value for name, value in stored.items() if name not in texts and name != "v"}
    return Entry(**texts, extra=extra)


def _line(entry: Entry, at: str) -> bytes:
    values = {name: getattr(entry, name) for name in _TEXTS if name != "at"}
    stored = {
        **entry.extra,
        "v": VERSION,
        "at": at,
        **{name: value for name, value in values.items() if value},
    }
    try:
        text = json.dumps(stored, ensure_ascii=False, allow_nan=False)
    except TypeError as error:
        raise ValueError(f"extra is not JSON: {error}") from error
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _write(descriptor: int, line: bytes) -> None:
    """Append a line, on a line of its own; on failure the file is as it was."""
    size = os.fstat(descriptor).st_size
    if size:
        os.lseek(descriptor, size - 1, os.SEEK_SET)
        if os.read(descriptor, 1) != b"\n":
            line = b"\n" + line
    try:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


@contextmanager
def _locked(descriptor: int, *, exclusive: bool) -> Iterator[None]:
    """Hold the file's lock; where there are none (Windows, some network disks) go without."""
    if sys.platform == "win32":
        yield
        return
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
    yield  # closing the file lets go of the lock


def _check_regular(descriptor: int, path: Path) -> None:
    """Raise WorkspaceError for a pipe or device: what is noted there would be lost."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise WorkspaceError("the journal is not a regular file.", "Move it aside.", str(path))


def _fault(verb: str, path: Path, error: OSError) -> WorkspaceError:
    reason = reason_of(error)
    return WorkspaceError(f"the journal cannot be {verb} ({reason}).", "", str(path))
