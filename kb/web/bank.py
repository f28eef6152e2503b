"""The bank behind an instance of Datasette, opened by the same means as the commands'."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kb import store
from kb.build import build
from kb.build.tooling import tools_for
from kb.embed import OnnxEncoder, default_cache, find_compiled
from kb.errors import KBError, ModelError, StoreError, UsageError
from kb.files import Workspace, find_workspace, load_workspace
from kb.journal import Pins, pins, read
from kb.match import Matcher
from kb.match.held import Held
from kb.pinning import find_question, find_story, say

if TYPE_CHECKING:
    import numpy as np
    from datasette.app import Datasette

    from kb.domain import Word, WordKind
    from kb.embed import Compiled, Encoder
    from kb.store import Reader

PLUGIN = "answer-portfolio"
NO_MODEL = "the model is not compiled yet."
BUILD = "Run: kb build"

_BANKS: WeakKeyDictionary[Datasette, Bank | None] = WeakKeyDictionary()


@dataclass(slots=True)
class Bank:
    """One index that is served. workspace: whose it is, None where that cannot be told; pins
    are then neither read nor written. Its methods block: call them from a thread."""

    name: str
    path: Path
    workspace: Workspace | None
    _encoder: Encoder | None = None
    _held: Held | None = None
    _library: tuple[str, np.ndarray] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def awake(self) -> bool:
        """Whether the model is open, so that a question is answered at once."""
        return self._encoder is not None

    def wake(self) -> None:
        """Open the model, once. Raises ModelError, StoreError."""
        with self.reading() as reader:
            self.encoder(reader)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The index as of one moment. Raises StoreError."""
        with store.open_index(self.path) as reader:
            yield reader

    @contextmanager
    def matching(self) -> Iterator[tuple[Matcher, Reader]]:
        """A matcher for the build that is in the index now, its arrays kept until the next.

        Raises StoreError, ModelError, WorkspaceError.
        """
        with self.reading() as reader:
            encoder = self.encoder(reader)
            yield Matcher(self.held(reader), reader, encoder, self.pins()), reader

    def encoder(self, reader: Reader) -> Encoder:
        """The index's own model, opened at the first question. Raises ModelError."""
        meta = reader.meta()
        with self._lock:
            if self._encoder is None or self._encoder.fingerprint != meta.get("fingerprint"):
                fingerprint = meta.get("fingerprint", "")
                found = find_compiled(meta.get("model", ""), default_cache(), fingerprint)
                if found is None:
                    raise ModelError(NO_MODEL, BUILD)
                # kept open: what packing the weights costs once, each question gains
                self._encoder = OnnxEncoder.open(found, "build")
            return self._encoder

    def pins(self) -> Pins:
        """What the owner said; nothing where the workspace is not known, or its journal cannot
        be read: the answer is not lost for it."""
        try:
            space = self._space()
            return pins(read(space.journal).entries) if space else Pins()
        except KBError:
            return Pins()

    def held(self, reader: Reader) -> Held:
        """What a match needs of the build that `reader` has open, read once for each."""
        held = self._held
        if held is None or held.build_id != reader.meta().get("build_id", ""):
            held = self._held = Held.read(reader)
        return held

    def library_scores(self, reader: Reader) -> np.ndarray:
        """`Held.library_scores`, worked out once for each build."""
        held, kept = self.held(reader), self._library
        if kept is None or kept[0] != held.build_id:
            kept = self._library = (held.build_id, held.library_scores(reader))
        return kept[1]

    def say(self, kind: WordKind, story: str, question: str) -> Word:
        """What `kb pin` and `kb unpin` do. Raises KBError."""
        space = self._space()
        if space is None:
            raise StoreError("pins are kept in a workspace, and this index has none beside it.")
        with self.reading() as reader:
            card = find_story(reader, story)
            try:
                asked = find_question(reader, question)
            except UsageError:  # what looks like an id is a question all the same: "CI/CD"
                asked = (question, "")
        return say(space, kind, card, asked, datetime.now(UTC))

    def refresh(self) -> None:
        """Bring the index up to date, as `kb pin` does after a word of the owner.

        Raises StoreError, ModelError, ConfigError.
        """
        space = self._space()
        if space is not None:
            tools = tools_for(space, lambda: _compiled(space.model), lambda _done, _all: None)
            build(space, tools, now=datetime.now(UTC))

    def _space(self) -> Workspace | None:
        """The workspace as its kb.yaml is now, None where it has another index by now.

        Raises ConfigError, WorkspaceError.
        """
        if self.workspace is None:
            return None
        found = load_workspace(self.workspace.root)
        return found if found.database.resolve() == self.path else None


def _compiled(model: str) -> Compiled:
    """A workspace's model; compiling it is left to the command line. Raises ModelError."""
    found = find_compiled(model, default_cache())
    if found is None:
        raise ModelError(NO_MODEL, BUILD)
    return found


def bank_of(datasette: Datasette) -> Bank | None:
    """The first database of an instance that kb made, or None."""
    if datasette not in _BANKS:
        _BANKS[datasette] = None  # while we look: asking for its settings asks our own hooks
        _BANKS[datasette] = _find(datasette)
    return _BANKS[datasette]


def settings(datasette: Datasette) -> dict[str, Any]:
    """What `kb serve`, or the user's own metadata, says to the plugin."""
    return dict(datasette.plugin_config(PLUGIN) or {})


def _find(datasette: Datasette) -> Bank | None:
    for name, database in datasette.databases.items():
        path = Path(database.path).resolve() if database.path else None
        if path is not None and _is_index(path):
            return Bank(name, path, _workspace(datasette, path))
    return None


def _is_index(path: Path) -> bool:
    try:
        return store.state(path) == "current"
    except KBError:
        return False


def _workspace(datasette: Datasette, path: Path) -> Workspace | None:
    """The workspace whose index this is: the one named, or the one around the file."""
    named = settings(datasette).get("workspace")
    try:
        found = find_workspace(path.parent, named=named, env={})
    except KBError:
        return None
    return found if found.database.resolve() == path else None
