"""What a build is given, of a workspace and a model that may have to be compiled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from kb.build import Model, Tools
from kb.embed import PACKAGED_MODEL, OnnxEncoder, canonical_name, default_cache, find_compiled
from kb.errors import ModelError
from kb.files.shipped import competencies, shipped

if TYPE_CHECKING:
    from kb.embed import Compiled, Progress
    from kb.files import Workspace

# From so many texts on, a slower start pays for itself.
FEW_TEXTS = 16


def tools_for(space: Workspace, compiled: Callable[[], Compiled], progress: Progress) -> Tools:
    """compiled: gives the workspace's model, compiling it if that is wanted and it never was."""
    return Tools(
        guides=shipped().guides,
        competencies=competencies,
        known=lambda: _known(space),
        model=lambda: _model(compiled()),
        encoder=lambda texts: OnnxEncoder.open(
            compiled(), "few" if texts <= FEW_TEXTS else "build"
        ),
        progress=progress,
        clock=time.monotonic,
    )


def _known(space: Workspace) -> Model | None:
    """The workspace's model as it is compiled, or as the packaged one would be now."""
    found = find_compiled(space.model, default_cache())
    if found is not None:
        return _model(found)
    if canonical_name(space.model) != PACKAGED_MODEL:
        return None
    from kb.compile_model import packaged_now

    try:
        fingerprint, problem = packaged_now()
    except ModelError:  # it is not installed, which matters once something is to be embedded
        return None
    return Model(fingerprint, not problem, problem)


def _model(compiled: Compiled) -> Model:
    return Model(compiled.fingerprint, compiled.calibrated, compiled.problem)
