"""What kb is made of, and what it must never do with what it reads."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests import lock

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "kb").rglob("*.py"))
RUNS_WHAT_IT_READS = {"pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
CALLS = {"eval", "exec", "os.system", "os.popen"}
UNSAFE_YAML = {"load", "load_all", "full_load", "unsafe_load", "unsafe_load_all", "full_load_all"}
UNSAFE_LOADERS = {"Loader", "UnsafeLoader", "FullLoader", "CLoader", "CFullLoader"}


def locked() -> dict[str, list[str]]:
    """name -> the hashes of its files."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.findall(r"^([\w.-]+)==[^ ]+ \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
                         text, re.MULTILINE)  # fmt: skip
    return {_plain(name): re.findall(r"[0-9a-f]{64}", hashes) for name, hashes in entries}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_has_the_hashes_of_every_version_and_nothing_else() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    wanted = lock.pinned((ROOT / "requirements.txt").read_text("utf-8"))
    assert [f"{n}=={v}" for n, v in wanted] == re.findall(r"^([\w.-]+==\S+)", text, re.MULTILINE)
    assert all(locked()[_plain(name)] for name, _ in wanted)
    torch = (ROOT / "requirements-torch.txt").read_text("utf-8")
    version = re.search(r"^torch==(\S+)", torch, re.MULTILINE)
    assert version is not None
    assert version[0] in (ROOT / "requirements.txt").read_text("utf-8").splitlines()


def test_all_that_kb_asks_for_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {_plain(re.split(r"[\[<>=!; ]", one)[0]) for one in asked} - {"answer-portfolio"}
    assert names <= locked().keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT / "kb")))
def test_nothing_that_is_read_is_run(path: Path) -> None:
    faults = [
        f"{path}:{getattr(node, 'lineno', 0)}: {said}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (said := _unsafe(node))
    ]
    assert faults == []


def _unsafe(node: ast.AST) -> str:
    if isinstance(node, ast.Import | ast.ImportFrom):
        module = getattr(node, "module", None) or ""
        names = [alias.name for alias in node.names]
        if module == "yaml" and (UNSAFE_YAML | UNSAFE_LOADERS) & set(names):
            return f"yaml: {names}"
        return next((n for n in (module, *names) if n.split(".")[0] in RUNS_WHAT_IT_READS), "")
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "yaml":
        return node.attr if node.attr in UNSAFE_YAML | UNSAFE_LOADERS else ""
    if not isinstance(node, ast.Call):
        return ""
    name = ast.unparse(node.func)
    given = {one.arg: ast.unparse(one.value) for one in node.keywords}
    if name.removeprefix("builtins.") in CALLS:
        return name
    if name.split(".")[-1] == "YAML" and given.get("typ") == "'unsafe'":
        return f"{name} with {given}"
    if given.get("shell") == "True" or given.get("allow_pickle") == "True":
        return f"{name} with {given}"
    return "torch.load" if name == "torch.load" and given.get("weights_only") != "True" else ""


@pytest.mark.parametrize(
    "code",
    ["import pickle", "from marshal import loads", "eval(x)", "yaml.load(x)", "os.system(x)",
     "subprocess.run(x, shell=True)", "np.load(x, allow_pickle=True)", "torch.load(x)",
     "from yaml import load", "yaml.unsafe_load_all(x)", "class L(yaml.UnsafeLoader): ...",
     "YAML(typ='unsafe')", "builtins.eval(x)"],
)  # fmt: skip
def test_what_would_run_it_is_found(code: str) -> None:
    assert any(_unsafe(node) for node in ast.walk(ast.parse(code)))
