"""What README.md and docs/ show is what kb prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import readme_output

DOCUMENTS = readme_output.documents()


def test_the_readme_shows_real_output() -> None:
    assert readme_output.ROOT / "README.md" in DOCUMENTS


@pytest.mark.model
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_output_is_real(
    path: Path, tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(model_cache.parent))
    fresh = readme_output.run_blocks(path, tmp_path, tmp_path)
    shown = readme_output.blocks(path)
    assert [readme_output.without_times(t) for t in fresh] == [
        readme_output.without_times(t) for t in shown
    ], "make it anew with: make readme"
