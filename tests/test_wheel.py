"""The wheel: it carries the guides and the samples, and works without the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_carries_what_kb_init_copies(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    guides = {p.name for p in (ROOT / "content").glob("*.md")}
    samples = {p.name for p in (ROOT / "personal" / "samples").glob("*.md")}
    assert {f"kb/data/content/{n}" for n in guides} <= names
    assert {f"kb/data/samples/{n}" for n in samples} <= names
    assert {"kb/data/personal-readme.md", "kb/data/vectors.npz", "kb/py.typed"} <= names
    assert "kb/data/adapter.safetensors" in names
    assert not any(n.startswith(("tests/", "training/", "benchmarks/")) for n in names)
    licences = {n.rpartition("/")[2] for n in names if ".dist-info/licenses/" in n}
    assert licences == {"LICENSE", "NOTICE"}


@pytest.mark.model
def test_the_installed_wheel_makes_builds_and_matches(
    wheel: Path, tmp_path: Path, model_cache: Path
) -> None:
    home = tmp_path / "venv"
    venv.create(home, symlinks=True, with_pip=False)
    paths = {"base": str(home), "platbase": str(home)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
    # the heavy packages are those of this environment; a .pth there is not followed from here
    (site / "heavy.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
         "--no-index", str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("KB_", "PYTHON"))},
        "XDG_CACHE_HOME": str(model_cache.parent),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run(str(python), "-c", "import kb; print(kb.__file__)").startswith(str(home))
    kb = str(home / "bin" / "kb")
    run(kb, "init", "bank", "--with-samples")
    assert "14 stories and 120 questions" in run(kb, "-w", "bank", "build")
    assert "Anselm's single stream" in run(kb, "-w", "bank", "match", "disagreement with architect")
