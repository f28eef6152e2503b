"""The second reader that `rerank:` in kb.yaml names: opened when it is first asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kb.cli import common
from kb.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

    from kb.embed import Compiled
    from kb.reread import OnnxReader


class Second:
    """Reads stories again. Where that fails it says so once, on stderr, and reads no more."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reader: OnnxReader | None = None
        self._failed = False

    def read(self, question: str, texts: Sequence[str]) -> np.ndarray | None:
        """A logit for each text, (n,); None once it cannot be had."""
        if self._failed:
            return None
        try:
            if self._reader is None:
                self._reader = _opened(self._name)
            return self._reader.read(question, texts)
        except ModelError as error:
            self._failed = True
            said = f"kb: {error.message.removesuffix('.')}, so kb goes on without it."
            click.echo(" ".join(f"{said} {error.hint}".split()), err=True)
            return None


def _opened(name: str) -> OnnxReader:
    """The reader, compiled now where that was never done. Raises ModelError."""
    from kb.reread import OnnxReader

    return OnnxReader.open(_compiled(name))


def _compiled(name: str) -> Compiled:
    from kb.embed import default_cache
    from kb.reread import find_reader

    cache = default_cache()
    compiled = find_reader(name, cache)
    if compiled is None:
        from kb.compile_model.reader import check_name, ensure_reader

        check_name(name)
        compiled = common.compiled_once(ensure_reader, name, cache)
    return compiled
