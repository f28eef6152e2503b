"""Fixtures that many tests share: above all the real model, compiled once per machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from kb.embed import PACKAGED_MODEL, Compiled, OnnxEncoder, find_compiled

if TYPE_CHECKING:
    from tests.sites import Serve, Site
    from tests.test_build import Bank

# In a process of its own: tests look at what is in sys.modules, and torch is slow to leave.
COMPILE = """
import sys, pathlib
from kb.compile_model import ensure_compiled
ensure_compiled(sys.argv[1], pathlib.Path(sys.argv[2]), print)
"""


@pytest.fixture(scope="session")
def model_cache(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that holds the packaged model; its parent does as XDG_CACHE_HOME."""
    kept = getattr(pytestconfig, "cache", None)  # none with -p no:cacheprovider
    base: Path = kept.mkdir("kb-model") if kept else tmp_path_factory.mktemp("cache")
    cache = base / "answer-portfolio"
    with FileLock(base / "lock"):
        if find_compiled(PACKAGED_MODEL, cache) is None:
            command = [sys.executable, "-c", COMPILE, PACKAGED_MODEL, str(cache)]
            subprocess.run(command, check=True, capture_output=True, cwd=pytestconfig.rootpath)
    return cache


@pytest.fixture(scope="session")
def compiled_model(model_cache: Path) -> Compiled:
    """The packaged model, compiled."""
    found = find_compiled(PACKAGED_MODEL, model_cache)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def model_folder(compiled_model: Compiled) -> Path:
    """The folder of the compiled packaged model. Not to be changed: copy it first."""
    return compiled_model.folder


@pytest.fixture(scope="session")
def encoder(compiled_model: Compiled) -> OnnxEncoder:
    """The packaged model, open for many texts."""
    return OnnxEncoder.open(compiled_model, "build")


class Kb:
    """Runs kb as a user does: a process of its own, in a folder, with its own home."""

    def __init__(self, folder: Path, cache: Path, home: Path) -> None:
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("KB_")},
            "XDG_CACHE_HOME": str(cache),
            "XDG_STATE_HOME": str(home / "state"),
            "HOME": str(home),
        }

    def __call__(
        self, *args: str, code: int = 0, stdin: str = "", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished command. Fails the test if it ended with another status."""
        done = subprocess.run(
            [sys.executable, "-m", "kb", *args],
            cwd=cwd or self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        assert done.returncode == code, f"{args} ended with {done.returncode}:\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *args: str, code: int = 0) -> Any:
        """What the command prints as JSON."""
        return json.loads(self(*args, "--json", code=code).stdout)


@pytest.fixture(scope="session")
def _built_samples(model_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the samples, built by the real model. Not to be changed."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "stories"
    kb = Kb(home, model_cache.parent, home)
    kb("init", "stories", "--with-samples")
    kb("-w", "stories", "build")
    return folder


@pytest.fixture
def kb(model_cache: Path, tmp_path: Path) -> Kb:
    """kb in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Kb(folder, model_cache.parent, tmp_path)


@pytest.fixture
def samples(kb: Kb, _built_samples: Path) -> Kb:
    """kb in a workspace of its own with the samples, built."""
    shutil.copytree(_built_samples, kb.folder, dirs_exist_ok=True)
    return kb


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serves a bank in this process, as `tests.sites.serving` does."""
    from tests.sites import serving

    yield from serving(tmp_path, monkeypatch)


@pytest.fixture
def site(bank: Bank, serve: Serve) -> Site:
    """The `bank` of a test's module, served."""
    return serve(bank)
