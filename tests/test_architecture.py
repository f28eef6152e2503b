"""The house: imports go down only, rooms stay small, the heavy things stay outside."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "kb"

GROUND = {"errors", "domain"}
PURE = {
    "parse", "passages", "rank", "evaluate", "filters", "lookup", "spelling", "windows",
    "figures", "check", "facts", "importers", "exporters", "rewrite", "portfolio",
}  # fmt: skip
WALLS = {"durable", "files", "journal", "embed", "reread", "compile_model", "store"}
ROOMS = {"build", "match", "pinning", "suggest", "history", "keeping", "planning", "doctor"}

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "domain": {"errors"},
    "parse": GROUND,
    "passages": GROUND,
    "rank": GROUND,
    "evaluate": GROUND,
    "filters": GROUND,
    "lookup": GROUND,
    "spelling": GROUND,
    "windows": GROUND,
    "figures": GROUND,
    "check": GROUND | {"parse", "figures"},
    "facts": GROUND | {"parse", "figures"},
    "importers": GROUND | {"parse"},
    "exporters": GROUND | {"parse", "figures", "importers"},
    # writes YAML where parse reads it
    "rewrite": GROUND | {"parse"},
    # what the journal says of one story
    # frameworks, coverage, gaps, loops: choices over the whole bank
    "portfolio": GROUND | {"parse"},
    # the index and the journal, to what the portfolio takes
    "planning": GROUND | PURE | WALLS | {"match", "pinning", "history"},
    "history": GROUND | {"journal"},
    # looks at all of it, and changes nothing
    "doctor": GROUND | WALLS,
    "durable": set(),
    "files": GROUND | {"parse", "durable"},
    "journal": GROUND | {"durable"},
    "embed": GROUND | {"windows"},
    # runs a model that is kept and opened as embed's is
    "reread": GROUND | {"embed", "windows"},
    # writes the folders that they read, so it takes the format from there
    "compile_model": GROUND | {"embed", "reread", "durable"},
    "store": GROUND,
    # which stories answer the guides' questions is worked out as a match does
    "build": GROUND | PURE | WALLS | {"match"},
    # what changes the user's own files, always asked for
    "keeping": GROUND | PURE | WALLS | {"match", "suggest", "pinning"},
    "match": GROUND | PURE | WALLS,
    "pinning": GROUND | PURE | WALLS,
    "suggest": GROUND | PURE | WALLS | {"match"},
    # beside its own, the types that it shows
    "render": GROUND | {"portfolio", "facts", "figures"},
    "cli": GROUND | PURE | WALLS | ROOMS | {"render"},
    "web": GROUND | PURE | WALLS | ROOMS | {"render"},
}
# third-party packages that only one room may import
ONLY_IN = {
    "sentence_transformers": {"compile_model"},
    "torch": {"compile_model"},
    "transformers": {"compile_model"},
    "safetensors": {"compile_model"},
    "onnxruntime": {"embed", "reread", "compile_model"},
    "sqlite3": {"store"},
    "sqlite_utils": {"store"},
    "click": {"cli"},
    "rich": {"cli"},
    "ruamel": {"rewrite"},
    "docx": {"importers", "exporters"},
    "scipy": {"portfolio"},
    "pypdf": {"importers"},
    "watchfiles": {"cli"},
    "datasette": {"cli", "web"},
    "nh3": {"web"},
}
PURE_ROOMS = GROUND | PURE | {"render"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> list[str]:
    """Full dotted names of all that a module imports, inside functions too."""
    parts = ("kb", *path.relative_to(PACKAGE).with_suffix("").parts)
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*parts[: -node.level], *([base] if base else [])])
            names.append(base)
            names += [f"{base}.{alias.name}" for alias in node.names]
    return names


def kb_rooms(path: Path) -> set[str]:
    known = set(MAY_IMPORT)
    found = {n.split(".")[1] for n in imported(path) if n.startswith("kb.")}
    return (found & known) - {room(path)}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    if room(path) in {"__init__", "__main__"}:
        assert kb_rooms(path) <= {"cli"}
        return
    assert room(path) in MAY_IMPORT, f"{room(path)} has no place in the house"
    assert kb_rooms(path) <= MAY_IMPORT[room(path)]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_package_has_its_room(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported(path)}
    for package in tops & set(ONLY_IN):
        assert room(path) in ONLY_IN[package], f"{package} belongs to {ONLY_IN[package]}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= 400
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        assert length <= 40, f"{node.name} has {length} lines"
        if not is_click_callback(node):
            args = node.args
            count = len(args.posonlyargs) + len(args.args) + len(args.kwonlyargs)
            assert count <= 6, f"{node.name} has {count} parameters"


def is_click_callback(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("click." in ast.unparse(d) for d in node.decorator_list)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_core_does_not_print_read_the_clock_or_exit(path: Path) -> None:
    if room(path) in {"cli", "__main__"}:
        return
    banned = {"print", "exit", "input"}
    clock = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            assert node.func.id not in banned
        elif isinstance(node.func, ast.Attribute):
            whole = ast.unparse(node.func)
            assert whole not in {"sys.exit", "os._exit"}
            if node.func.attr in clock and room(path) in PURE_ROOMS | ROOMS:
                owner = whole.split(".")[0]
                assert owner not in {"datetime", "date", "time", "dt"}, whole


def test_the_table_names_rooms_that_exist() -> None:
    rooms = {room(p) for p in MODULES} - {"__init__", "__main__"}
    assert rooms <= set(MAY_IMPORT)
