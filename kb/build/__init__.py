"""Build: what changed on disk, to the index, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from kb import store
from kb.build.library import check_stamp, library_hash, library_stamp, read_library
from kb.build.plan import Known, Plan, make_plan
from kb.domain import BuildReport, Competency, Finding
from kb.errors import StoreError

if TYPE_CHECKING:
    from numpy import ndarray

    from kb.build import checking, index, said
    from kb.build.library import LibraryText
    from kb.build.vectors import Vectors
    from kb.embed import Encoder
    from kb.files import Workspace
    from kb.store import Reader
    from kb.store.write import Writer

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Model:
    """What a build needs to know of the model. calibrated: whether the fits were set for it;
    problem: why the packaged model is without its adapter, or ""."""

    fingerprint: str
    calibrated: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a build is given.

    guides: the library's folder. competencies: loads the canonical ones.
    known: the model as far as it is known without compiling it, or None; model: the
    same, compiling it if need be; encoder: opens it for so many texts;
    progress(done, all) while texts are embedded; clock: seconds, for how long it took.
    """

    guides: Path
    competencies: Callable[[], dict[str, Competency]]
    known: Callable[[], Model | None]
    model: Callable[[], Model]
    encoder: Callable[[int], Encoder]
    progress: Callable[[int, int], None]
    clock: Callable[[], float]


@dataclass(frozen=True, slots=True)
class _Before:
    """The index as it was when the plan was made. old: it is of another version of kb."""

    known: Known
    meta: dict[str, str]
    reader: Reader | None
    old: bool = False


def build(workspace: Workspace, tools: Tools, *, now: datetime) -> BuildReport:
    """Bring the index up to date with the files. Raises StoreError, ModelError.

    Nothing is locked while files are read and embedded: if another build
    commits meanwhile, this one starts over from what that one left.
    """
    started = tools.clock()
    folder = workspace.database.parent
    if not folder.is_dir():
        raise StoreError(
            f"the folder of the database, {folder}, does not exist.",
            "Make it, or mend database: in kb.yaml.",
        )
    for _ in range(ATTEMPTS):
        report = _attempt(workspace, tools, now, started)
        if report is not None:
            return report
    raise StoreError("other builds keep changing the index.", "Run kb build again in a moment.")


def _attempt(
    workspace: Workspace, tools: Tools, now: datetime, started: float
) -> BuildReport | None:
    state = store.state(workspace.database)
    if state != "current":
        before = _Before(Known(), {}, None, old=state == "other")
        return _Run(workspace, tools, before, now, started).run()
    with store.open_index(workspace.database) as reader:
        before = _Before(Known.read(reader), reader.meta(), reader)
        run = _Run(workspace, tools, before, now, started)
        report = run.run()
    if run.wrote:
        store.settle(workspace.database)
    return report


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be written; library: None where that of before stays."""

    draft: index.Draft
    library: LibraryText | None
    words: said.Words
    vectors: Vectors


@dataclass(slots=True)
class _Run:
    """One attempt at a build. library, library_stamp: what tells one library from another;
    journal_stamp, check_stamp: likewise; found: what was noticed of no file of the plan;
    model: None while nothing is known of it."""

    workspace: Workspace
    tools: Tools
    before: _Before
    now: datetime
    started: float
    embedded: int = 0
    wrote: bool = False
    library: str = ""
    library_stamp: str = ""
    journal_stamp: str = ""
    check_stamp: str = ""
    found: tuple[Finding, ...] = ()
    model: Model | None = None

    def run(self) -> BuildReport | None:
        """The report, or None when another build came between."""
        whole = self._model_moved()
        plan = self._plan(whole)
        library_moved = self._library_moved()
        moved = any([library_moved, self._journal_moved(), self._check_moved()])
        if plan.writes(self.before.known) or moved or whole:
            self.checks()  # a fault in kb.yaml is said before anything is embedded
            return self._write(plan, whole=whole, library_moved=library_moved)
        counts = self.before.reader.counts() if self.before.reader else (0, 0)
        return self._report(plan, counts)

    def _plan(self, whole: bool) -> Plan:
        known = Known() if whole else self.before.known
        return make_plan(self.workspace, known, _Lazy(self.tools.competencies))

    def _model_moved(self) -> bool:
        """Whether there are no vectors, or those of another model than kb.yaml names."""
        if self.before.reader is None or self.before.meta.get("model") != self.workspace.model:
            return True
        self.model = self.tools.known()
        return self.model is not None and self._other_vectors(self.model)

    def _other_vectors(self, model: Model) -> bool:
        return model.fingerprint != self.before.meta.get("fingerprint")

    def _library_moved(self) -> bool:
        meta = self.before.meta
        self.library_stamp = library_stamp(self.tools.guides)
        if meta.get("library_stamp") == self.library_stamp:
            self.library = meta["library"]
        else:
            self.library = library_hash(self.tools.guides)
        return meta.get("library") != self.library

    def _journal_moved(self) -> bool:
        self.journal_stamp = _stamp(self.workspace.journal)
        return self.before.meta.get("journal_stamp", "") != self.journal_stamp

    def _check_moved(self) -> bool:
        self.check_stamp = check_stamp(self.workspace, self.now.date())
        return self.before.meta.get("check_stamp", "") != self.check_stamp

    def checks(self) -> checking.Checks:
        """The rules of `kb check`. Raises ConfigError where kb.yaml sets them wrongly."""
        from kb.build import checking

        return checking.Checks(self.workspace, self.now.date())

    def _write(self, plan: Plan, *, whole: bool, library_moved: bool) -> BuildReport | None:
        from kb.build import index, said, vectors

        draft = index.Draft.of(plan)
        library = read_library(self.tools.guides) if whole or library_moved else None
        words = said.Words.read(self.workspace.journal, self.before.reader)
        self.found = words.findings
        self.journal_stamp = "unread" if words.findings else self.journal_stamp
        others = [self._said_texts(words, draft)]
        others += [[p.text for some in library.passages for p in some]] if library else []
        if draft.stories or draft.guides or any(others) or whole:
            self.model = self.tools.model()
            if not whole and self._other_vectors(self.model):
                # compiled anew from other weights: no old vector may stay beside a new one
                return self._write(self._plan(True), whole=True, library_moved=True)
        with closing(vectors.Vectors(self.workspace.database.parent)) as found:
            self.embedded = vectors.vectors_for(
                lambda: chain(draft.texts(), others),
                encoder=self.tools.encoder,
                known=self._known(whole),
                found=found,
                progress=self.tools.progress,
            )
            return self._commit(plan, _Work(draft, library, words, found), whole=whole)

    def _known(self, whole: bool) -> Callable[[Collection[bytes]], dict[bytes, ndarray]]:
        """What gives the vectors that are there: those of an index by another version of kb too."""
        from kb.build import vectors

        fingerprint = self.model.fingerprint if self.model else ""
        if self.before.old:
            look = partial(store.old_vectors, self.workspace.database, fingerprint)
            return vectors.known_vectors(fingerprint, look)
        reader = None if whole else self.before.reader
        return vectors.known_vectors(fingerprint, reader.vectors if reader else None)

    def _commit(self, plan: Plan, work: _Work, *, whole: bool) -> BuildReport | None:
        """All of it in one transaction, or nothing."""
        from kb.build import index

        with store.write_index(self.workspace.database) as (writer, reader):
            if not self._still_as_planned(reader):
                return None
            if whole:
                writer.recreate(self.tools.competencies().values())
            index.write_documents(writer, plan, work.draft, work.vectors)
            if work.library:
                index.write_library(writer, work.library, work.vectors)
            self._write_said(writer, reader, work.words, work.vectors)
            work.vectors.close()  # of a million the hashes alone are 115 MB
            changed = None if work.library else work.draft.story_ids()
            index.write_ranking(writer, reader, changed)
            if whole or self._guides_touched(plan):
                writer.put_arrays(index.wording_arrays(reader))
            changed = None if whole else work.draft.story_ids()
            self._write_derived(writer, reader, work.words, changed)
            self._write_notes(writer)
            report = self._report(plan, reader.counts())
            writer.put_build(self._build_id(), self._at(), report, self.workspace.model)
        self.wrote = True
        return report

    def _write_derived(
        self, writer: Writer, reader: Reader, words: said.Words, changed: set[str] | None
    ) -> None:
        """What follows from all that was written. changed: ids of stories, None for all."""
        from kb.build import views
        from kb.match.held import Held

        held = Held.read(reader)
        views.write_views(writer, reader, held, words.pins)
        same_rules = self.before.meta.get("check_stamp") == self.check_stamp
        self.checks().write(writer, reader, held, changed if same_rules else None)

    def _write_said(
        self, writer: Writer, reader: Reader, words: said.Words, vectors: Vectors
    ) -> None:
        """What the owner said; of a journal that cannot be read what was known before stays."""
        from kb.build import said

        if words.findings:
            return
        cards = reader.story_cards()
        said.write_said(writer, words.of(cards), vectors)
        journal, root = self.workspace.journal, self.workspace.root
        shown = journal.relative_to(root) if journal.is_relative_to(root) else journal
        self.found = words.lost(cards, shown.as_posix())
        writer.put_findings(shown.as_posix(), self.found)

    def _said_texts(self, words: said.Words, draft: index.Draft) -> list[str]:
        """Every question that any story, as it was or will be, is said to answer or not."""
        old = self.before.reader.story_cards() if self.before.reader else ()
        both = (words.of(old), words.of(draft.stories))
        return [text for one in both for said in one.values() for text in said]

    def _guides_touched(self, plan: Plan) -> bool:
        """Whether any guide comes, goes or changes."""
        rewritten = [i for i in plan.items if not i.keep]
        paths = {*plan.removed, *(i.state.path for i in rewritten)}
        return any(i.guide for i in rewritten) or any(p in self.before.known.guides for p in paths)

    def _still_as_planned(self, reader: Reader) -> bool:
        if self.before.reader is None:
            return reader.schema() != store.SCHEMA_VERSION
        return reader.meta().get("build_id") == self.before.meta.get("build_id")

    def _write_notes(self, writer: Writer) -> None:
        if self.model:
            writer.put_meta("fingerprint", self.model.fingerprint)
            writer.put_meta("calibration", "packaged" if self.model.calibrated else "unknown")
        for key, value in {
            "model": self.workspace.model,
            "library": self.library,
            "library_stamp": self.library_stamp,
            "journal_stamp": self.journal_stamp,
            "check_stamp": self.check_stamp,
        }.items():
            writer.put_meta(key, value)

    def _build_id(self) -> str:
        """Sorts by time; two builds of one second still differ."""
        return f"{self.now.astimezone(UTC):%Y%m%dT%H%M%S.%f}"

    def _at(self) -> str:
        return self.now.astimezone(UTC).isoformat(timespec="seconds")

    def _report(self, plan: Plan, counts: tuple[int, int]) -> BuildReport:
        """What the build did; findings are those of the files it read, and of no file."""
        return BuildReport(
            added=len(plan.added),
            changed=len(plan.changed),
            removed=len(plan.removed),
            unchanged=plan.unchanged,
            failed=len(plan.failed),
            seconds=self.tools.clock() - self.started,
            stories=counts[0],
            questions=counts[1],
            embedded=self.embedded,
            renewed=self.before.old,
            findings=(
                *(f for i in plan.items for f in i.findings),
                *plan.findings,
                *self.found,
                *_adapter_findings(self.model),
            ),
        )


def _adapter_findings(model: Model | None) -> list[Finding]:
    """That the packaged model is used without its adapter, where it is."""
    if model is None or not model.problem:
        return []
    from kb.embed import ADAPTER, PACKAGED_MODEL

    message = f"it {model.problem}, so {PACKAGED_MODEL} is used as it was before its training."
    hint = "Install it again: pip install --force-reinstall --no-deps answer-portfolio"
    return [Finding("adapter", "warning", message, str(ADAPTER), 0, hint)]


def _stamp(path: Path) -> str:
    """What changes when a file does: its size and time, unread; "" without one."""
    try:
        info = path.stat()
    except OSError:
        return ""
    return f"{info.st_size}:{info.st_mtime_ns}"


class _Lazy:
    """The competency ids, loaded when first asked for: most builds read no file."""

    def __init__(self, load: Callable[[], dict[str, Competency]]) -> None:
        self._load = load
        self._ids: frozenset[str] | None = None

    def _all(self) -> frozenset[str]:
        if self._ids is None:
            self._ids = frozenset(self._load())
        return self._ids

    def __contains__(self, item: object) -> bool:
        return item in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())
