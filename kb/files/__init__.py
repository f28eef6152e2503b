"""The workspace: find it, walk it, read and write its files.

Importing this is cheap: YAML is imported only where there is a kb.yaml, and
what makes workspaces only when it is asked for. (The function `shipped` is in
the module of that name.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.files.config import CONFIG_NAME, DEFAULT_MODEL, FRAMEWORKS
from kb.files.read import MAX_BYTES, Document, read_source, read_text
from kb.files.walk import Changes, Kind, Scan, Source, Stamp, compare, guide_id, guide_ids, scan
from kb.files.workspace import (
    Folder,
    Workspace,
    find_workspace,
    is_workspace,
    last_workspace,
    load_workspace,
    remember_workspace,
)
from kb.files.write import write_atomic, write_new

if TYPE_CHECKING:
    from kb.files.init import GuideUpdate, init_workspace, update_guides
    from kb.files.shipped import competencies

__all__ = [
    "CONFIG_NAME",
    "DEFAULT_MODEL",
    "FRAMEWORKS",
    "MAX_BYTES",
    "Changes",
    "Document",
    "Folder",
    "GuideUpdate",
    "Kind",
    "Scan",
    "Source",
    "Stamp",
    "Workspace",
    "compare",
    "competencies",
    "find_workspace",
    "guide_id",
    "guide_ids",
    "init_workspace",
    "is_workspace",
    "last_workspace",
    "load_workspace",
    "read_source",
    "read_text",
    "remember_workspace",
    "scan",
    "update_guides",
    "write_atomic",
    "write_new",
]


_LATER = {
    "GuideUpdate": "kb.files.init",
    "init_workspace": "kb.files.init",
    "update_guides": "kb.files.init",
    "competencies": "kb.files.shipped",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(_LATER[name]), name)
    return found
