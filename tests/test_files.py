"""Files: the workspace is found, walked, read and made without losing or leaking anything."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import files
from kb.errors import ConfigError, DocumentError, WorkspaceError
from kb.files import (
    Folder,
    Stamp,
    compare,
    find_workspace,
    guide_id,
    guide_ids,
    init_workspace,
    last_workspace,
    load_workspace,
    read_source,
    remember_workspace,
    scan,
    update_guides,
    write_atomic,
    write_new,
)
from kb.files import config as config_module
from kb.files import init as init_module
from kb.files.read import decode
from kb.files.shipped import Shipped, shipped
from kb.files.write import write_new as real_write_new


@pytest.fixture(autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the developer's own state."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    return home


@pytest.fixture
def root(tmp_path: Path) -> Path:
    space = tmp_path / "space"
    (space / "content").mkdir(parents=True)
    (space / "personal").mkdir()
    return space


def put(path: Path, text: str | bytes = "text\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def paths(root: Path) -> list[str]:
    return [source.path for source in scan(load_workspace(root)).sources]


# --- finding it


def test_it_is_found_from_below(root: Path) -> None:
    below = root / "personal" / "2024"
    below.mkdir()
    found = find_workspace(below, named=None, env={})
    assert found.root == root
    assert found.content == (Folder("content", root / "content"),)
    assert found.personal == (Folder("personal", root / "personal"),)
    assert found.database == root / "kb.db"
    assert (found.model, found.rerank) == ("all-MiniLM-L6-v2", "")
    assert found.journal == root / "personal" / "_kb" / "journal.jsonl"
    assert (found.config, found.remembered) == (None, False)


def test_a_name_beats_the_environment_beats_the_place_beats_memory(
    root: Path, tmp_path: Path
) -> None:
    spaces = {}
    for name in ("named", "env", "last"):
        spaces[name] = put(tmp_path / name / "kb.yaml", "").parent
    assert remember_workspace(spaces["last"])
    env = {"KB_WORKSPACE": str(spaces["env"])}
    assert find_workspace(root, named=str(spaces["named"]), env=env).root == spaces["named"]
    assert find_workspace(root, named=None, env=env).root == spaces["env"]
    assert find_workspace(root, named="", env={"KB_WORKSPACE": ""}).root == root
    outside = find_workspace(tmp_path, named=None, env={})
    assert (outside.root, outside.remembered) == (spaces["last"], True)


def test_a_name_is_relative_to_where_one_stands(root: Path, tmp_path: Path) -> None:
    assert find_workspace(tmp_path, named="space", env={}).root == root


def test_no_workspace_says_how_to_make_one(root: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="kb init"):
        find_workspace(tmp_path, named=None, env={})
    with pytest.raises(WorkspaceError, match=r"--workspace names nowhere.*kb init nowhere"):
        find_workspace(tmp_path, named="nowhere", env={})
    with pytest.raises(WorkspaceError, match=r"KB_WORKSPACE names .*personal"):
        find_workspace(tmp_path, named=None, env={"KB_WORKSPACE": str(root / "personal")})
    assert remember_workspace(tmp_path / "gone")
    with pytest.raises(WorkspaceError, match=r"gone, is gone.*kb init"):
        find_workspace(tmp_path, named=None, env={})


def test_memory_that_is_spoilt_or_cannot_be_kept_is_no_error(root: Path, state: Path) -> None:
    assert last_workspace() is None
    assert remember_workspace(root)
    (memory,) = [path for path in state.rglob("workspace") if path.is_file()]
    memory.write_bytes(b"\xff\xfe\0")
    assert last_workspace() is None
    memory.unlink()
    memory.mkdir()
    assert not remember_workspace(root)


# --- kb.yaml


def test_kb_yaml_sets_folders_database_and_models(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "team" / "a.md")
    put(root / "models" / "mine" / "x.json")
    put(
        root / "kb.yaml",
        "content: [content, ../team]\npersonal:\n  - personal\ndatabase: 'a b.db'\n"
        "model: models/mine\nrerank: ~/reader\n",
    )
    found = load_workspace(root)
    assert [folder.name for folder in found.content] == ["content", "../team"]
    assert found.content[1].path == tmp_path / "team"
    assert found.database == root / "a b.db"
    assert found.model == str(root / "models" / "mine")
    assert found.rerank == str(Path("~/reader").expanduser())
    assert [(s.path, s.folder) for s in scan(found).sources] == [("../team/a.md", "../team")]
    assert guide_id(scan(found).sources[0]) == "a"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("content: content\nmodl: x\n", 2, "unknown key `modl`. Did you mean `model`"),
        ("contents: x", 1, "Did you mean `content`"),
        ("zzz: 1", 1, "The keys are content, personal, database, model, rerank"),
        ("rerenk: a", 1, "Did you mean `rerank`"),
        ("rerank: 3", 1, "`3` reads as int"),
        ("rerank: [a]", 1, "`rerank` must be one text"),
        ("# a\n\nmodel: 3", 3, "`3` reads as int"),
        ("database: no", 1, '`no` reads as bool. Quote it: "no"'),
        ("database: [a]", 1, "`database` must be one text"),
        ("personal: {a: b}", 1, "a folder or a list"),
        ("content:\n  - [x]", 2, "plain texts"),
        ("content:\n", 1, "`content` is empty"),
        ("personal: []", 1, "names no folder"),
        ("- content", 1, "must hold keys and values"),
        ("words", 1, "must hold keys and values"),
        ("model: a\nmodel: b", 2, "stands twice"),
        ("model: a: b", 1, "unquoted colon"),
        ("content: a\n\tmodel: b", 2, "tab"),
        ("model: 'a\n", 1, "not closed"),
        ("content: content\npersonal: mine", 2, "folder `mine` does not exist"),
        ("content: content\npersonal: content", 2, "both as content and as personal"),
        ("content: [content, ./content/]", 1, "named twice"),
        ("database: content", 1, "names a folder"),
        ("[" * 50_000, 1, "nested too deeply"),
        ("model: \x07", 1, "character"),
    ],
)
def test_a_fault_in_kb_yaml_names_its_line(root: Path, text: str, line: int, words: str) -> None:
    put(root / "kb.yaml", text)
    with pytest.raises(ConfigError) as caught:
        load_workspace(root)
    assert words in str(caught.value)
    assert (caught.value.path, caught.value.line, caught.value.exit_code) == ("kb.yaml", line, 2)


def test_kb_yaml_that_is_not_utf8_is_a_config_error(root: Path) -> None:
    put(root / "kb.yaml", b"model: caf\xe9\n")
    with pytest.raises(ConfigError, match=r"kb\.yaml:1: not UTF-8: byte 0xe9 at offset 10"):
        load_workspace(root)


@pytest.mark.parametrize("text", ["", " ''", " none", " off", " null", " ~"])
def test_no_reranker_may_be_said(root: Path, text: str) -> None:
    put(root / "kb.yaml", f"rerank:{text}\n")
    assert load_workspace(root).rerank == ""
    put(root / "kb.yaml", "rerank: cross-encoder/small\n")
    assert load_workspace(root).rerank == "cross-encoder/small"


def test_what_stands_under_check_is_kept_as_it_stands(root: Path) -> None:
    put(root / "kb.yaml", "model: ab\ncheck:\n  fillers: off\n\n  old: 48  # months\nlevel: lead\n")
    space = load_workspace(root)
    assert space.check.text.startswith("check:\n  fillers: off\n\n  old: 48")
    assert (space.check.line, space.level, space.model) == (2, "lead", "ab")


def test_a_level_that_is_none_is_a_sentence(root: Path) -> None:
    put(root / "kb.yaml", "level: wizard\n")
    with pytest.raises(ConfigError, match=r"kb\.yaml:1: `level` must be one of junior"):
        load_workspace(root)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_kb_yaml_means_the_defaults(root: Path, text: str) -> None:
    put(root / "kb.yaml", text)
    assert load_workspace(root).database == root / "kb.db"


_VALUES = st.sampled_from(
    ["content", "a/b.c", "kb.db", "no", "Null", "none", "y", "e1", "a-b", "3", "a #b"]
)


@given(st.lists(st.tuples(st.sampled_from(config_module.KEYS[:-1]), _VALUES), max_size=4))
@settings(max_examples=150, deadline=None)
def test_the_quick_reader_agrees_with_yaml(pairs: list[tuple[str, str]]) -> None:
    """A plain kb.yaml is read without YAML; a quoted key forces the full reader."""
    plain = "".join(f"{key}: {value}\n" for key, value in pairs)
    forced = "".join(f'"{key}": {value}\n' for key, value in pairs)
    answers = []
    for text in (plain, forced):
        try:
            answers.append(repr(config_module.parse_config(text)))
        except ConfigError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


def test_the_kb_yaml_that_init_writes_needs_no_yaml() -> None:
    assert config_module._simple(init_module._CONFIG) is not None


# --- walking it


def test_guides_and_stories_by_extension_and_name(root: Path) -> None:
    for name in (
        "content/a.md", "content/b.TXT", "content/c.mdx", "content/deep/er/d.markdown",
        "content/README.md", "content/e.yaml", "content/.f.md", "content/_g.md", "content/h.pdf",
        "content/_x/i.md", "content/.git/j.md", "content/md",
        "personal/a.yaml", "personal/b.yml", "personal/c.md", "personal/d.mdx",
        "personal/README.md", "personal/deep/Readme-notes.txt", "personal/_kb/journal.md",
        "personal/readme.markdown", "personal/e.txt", "kb.md",
    ):  # fmt: skip
        put(root / name)
    assert paths(root) == [
        "content/README.md", "content/a.md", "content/b.TXT", "content/c.mdx",
        "content/deep/er/d.markdown",
        "personal/a.yaml", "personal/b.yml", "personal/c.md", "personal/e.txt",
    ]  # fmt: skip
    kinds = {source.kind for source in scan(load_workspace(root)).sources[:5]}
    assert kinds == {"guide"}


def test_a_folder_within_another_is_what_it_is_named(root: Path) -> None:
    put(root / "kb.yaml", "content: .\npersonal: stories\n")
    put(root / "stories" / "a.md")
    put(root / "b.md")
    found = scan(load_workspace(root)).sources
    assert [(s.path, s.kind) for s in found] == [("b.md", "guide"), ("stories/a.md", "story")]


def test_kb_yaml_itself_is_no_story(root: Path) -> None:
    put(root / "kb.yaml", "content: content\npersonal: .\n")
    put(root / "a.yaml")
    assert paths(root) == ["a.yaml"]


def test_the_owners_frameworks_are_no_stories(root: Path) -> None:
    put(root / "kb.yaml", "content: content\npersonal: .\n")
    put(root / "frameworks" / "halden.yaml")
    put(root / "jobs" / "frameworks" / "a.md")
    assert paths(root) == ["jobs/frameworks/a.md"]


def test_missing_default_folders_are_empty(tmp_path: Path) -> None:
    put(tmp_path / "kb.yaml", "")
    result = scan(load_workspace(tmp_path))
    assert (result.sources, result.findings) == ((), ())


def test_links_inside_are_followed_once_and_those_outside_are_not(
    root: Path, tmp_path: Path
) -> None:
    outside = put(tmp_path / "elsewhere" / "secret.md")
    put(root / "drafts" / "x.md")
    put(root / "personal" / "real.md")
    for name, target in {
        "personal/out.md": outside,
        "personal/out": outside.parent,
        "personal/space-twin": tmp_path / "space-twin",
        "personal/again.md": root / "personal" / "real.md",
        "personal/drafts": root / "drafts",
        "personal/loop": root / "personal",
        "personal/up": root,
        "personal/self.md": root / "personal" / "self.md",
        "personal/broken.md": root / "nothing.md",
    }.items():
        (root / name).symlink_to(target)
    put(tmp_path / "space-twin" / "y.md")
    result = scan(load_workspace(root))
    assert [source.path for source in result.sources] == [
        "personal/drafts/x.md",
        "personal/real.md",
    ]
    assert sorted((f.rule, f.path) for f in result.findings) == [
        ("broken-link", "personal/broken.md"),
        ("broken-link", "personal/self.md"),
        ("outside-link", "personal/out"),
        ("outside-link", "personal/out.md"),
        ("outside-link", "personal/space-twin"),
    ]
    assert read_source(result.sources[0]).text == "text\n"


def test_what_is_no_file_is_never_opened(root: Path) -> None:
    os.mkfifo(root / "personal" / "pipe.md")
    (root / "personal" / "folder.md").mkdir()
    result = scan(load_workspace(root))
    assert result.sources == ()
    assert [(f.rule, f.path) for f in result.findings] == [("not-a-file", "personal/pipe.md")]


def test_a_name_that_is_not_utf8_is_a_finding(root: Path) -> None:
    with open(os.fsencode(root / "personal") + b"/caf\xe9.md", "wb"):  # noqa: PTH123
        pass
    result = scan(load_workspace(root))
    assert [(f.rule, f.path) for f in result.findings] == [("bad-name", "personal/caf\\udce9.md")]
    assert result.sources == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_closed_folder_is_a_finding(root: Path) -> None:
    closed = root / "personal" / "closed"
    closed.mkdir(mode=0o000)
    assert [f.rule for f in scan(load_workspace(root)).findings] == ["unreadable"]


def test_changes_are_seen_without_reading(root: Path) -> None:
    for name in ("same", "size", "time", "new"):
        put(root / "personal" / f"{name}.md")
    found = {source.path: source for source in scan(load_workspace(root)).sources}
    known = {path: source.stamp for path, source in found.items() if "new" not in path}
    known["personal/gone.md"] = Stamp(1, 1)
    put(root / "personal" / "size.md", "other\n")
    os.utime(root / "personal" / "time.md", ns=(5, 5))
    changes = scan(load_workspace(root), known).changes
    assert [s.path for s in changes.new] == ["personal/new.md"]
    assert [s.path for s in changes.touched] == ["personal/size.md", "personal/time.md"]
    assert [s.path for s in changes.untouched] == ["personal/same.md"]
    assert changes.gone == ("personal/gone.md",)
    assert changes.count == 4
    assert compare(found.values(), {p: s.stamp for p, s in found.items()}).count == 0


def test_guide_ids_are_paths_and_clashes_are_told_apart(root: Path) -> None:
    for name in ("Team Talk/Dis agreement.md", "a.md", "a.txt", "A.mdx"):
        put(root / "content" / name)
    put(root / "personal" / "a.md")
    ids, findings = guide_ids(scan(load_workspace(root)).sources)
    assert ids == {
        "content/A.mdx": "a",
        "content/Team Talk/Dis agreement.md": "team-talk/dis-agreement",
        "content/a.md": "a-2",
        "content/a.txt": "a-3",
    }
    assert [(f.rule, f.path) for f in findings] == [
        ("duplicate-guide-id", "content/a.md"),
        ("duplicate-guide-id", "content/a.txt"),
    ]


# --- reading


def read(root: Path, data: bytes, name: str = "personal/a.md") -> files.Document:
    put(root / name, data)
    (source,) = scan(load_workspace(root)).sources
    return read_source(source)


def test_a_document_is_its_text_its_hash_and_its_stamp(root: Path) -> None:
    data = "\ufeffÀ la carte\r\nend".encode()
    document = read(root, data)
    assert document.text == "À la carte\r\nend"
    assert document.sha256 == sha256(data).hexdigest()
    info = (root / "personal" / "a.md").stat()
    assert (document.size, document.mtime_ns) == (info.st_size, info.st_mtime_ns)
    assert (document.path, document.kind) == ("personal/a.md", "story")


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"one\nit\x92s", 2, "byte 0x92 at offset 6 (looks like Windows-1252). Convert it: iconv"),
        (b"\xef\xbb\xbfit\x92s", 1, "byte 0x92 at offset 5. Correct the characters"),
        ("é one\n".encode() + b"it\x92s", 2, "byte 0x92 at offset 9. Correct the characters"),
        ("text".encode("utf-16"), 1, "byte 0xff at offset 0 (looks like UTF-16)"),
        (b"\n\na\0b", 3, "NUL byte at offset 3"),
        (b"\x89PNG\r\n\x1a\n\0\0", 3, "not a text file"),
        (b"a\x81", 1, "byte 0x81 at offset 1. Correct"),
        (b"x" * 8_000_001, 0, "too large (8.0 MB; the most is 8 MB)"),
    ],
)
def test_what_is_not_utf8_text_is_named_never_guessed(
    root: Path, data: bytes, line: int, words: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        read(root, data, "personal/it's.md")
    assert words in str(caught.value)
    assert (caught.value.path, caught.value.line) == ("personal/it's.md", line)


def test_the_hint_can_be_pasted_into_a_shell(root: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read(root, b"it\x92s", "personal/it's mine.md")
    command = caught.value.hint.removeprefix("Convert it: ")
    subprocess.run(["sh", "-c", command], cwd=root, check=True)
    assert (root / "converted.txt").read_text("utf-8") == "it’s"


def test_a_file_that_changed_its_nature_is_refused(root: Path) -> None:
    path = put(root / "personal" / "a.md")
    (source,) = scan(load_workspace(root)).sources
    path.unlink()
    with pytest.raises(DocumentError, match="cannot be read"):
        read_source(source)
    os.mkfifo(path)
    with pytest.raises(DocumentError, match="not a regular file"):
        read_source(source)
    path.unlink()
    path.symlink_to(put(root / "other.md"))
    with pytest.raises(DocumentError, match="cannot be read"):
        read_source(source)


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_text_or_a_sentence(data: bytes) -> None:
    fault: DocumentError | None = None
    try:
        assert decode(data, "a.md").encode() == data.removeprefix(b"\xef\xbb\xbf")
    except DocumentError as error:
        fault = error
    assert fault is None or (fault.line >= 1 and fault.hint)


# --- writing


def test_writing_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.md", "old")
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WorkspaceError, match="no space left"):
        write_atomic(path, b"newer")
    with pytest.raises(WorkspaceError, match="no space left"):
        write_new(tmp_path / "b.md", "b")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.md"]  # noqa: PTH208


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_never_replaces_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", lambda *_: os.link("", ""))
    write_new(tmp_path / "deep" / "a.md", "é")
    assert (tmp_path / "deep" / "a.md").read_text("utf-8") == "é"
    (tmp_path / "deep" / "dangling.md").symlink_to(tmp_path / "nothing")
    for name in ("a.md", "dangling.md"):
        with pytest.raises(WorkspaceError, match="not overwritten"):
            write_new(tmp_path / "deep" / name, "x")
    assert (tmp_path / "deep" / "a.md").read_text("utf-8") == "é"
    assert sorted(os.listdir(tmp_path / "deep")) == ["a.md", "dangling.md"]  # noqa: PTH208


# --- making it


@pytest.fixture
def stock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small set of shipped files in place of the real ones."""
    stock = tmp_path / "stock"
    put(stock / "content" / "one.md", "# One\r\n")
    put(stock / "content" / "sub" / "two.md", "# Two\n")
    put(stock / "content" / ".hidden", "no")
    put(stock / "samples" / "s.md", "# S\n")
    put(stock / "readme.md", "About stories.\n")
    small = Shipped(stock / "content", stock / "samples", stock / "readme.md")
    monkeypatch.setattr(init_module, "shipped", lambda: small)
    return stock


def written(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}


BARE = {
    "kb.yaml", ".gitignore", "content/.kb-guides.json", "content/one.md", "content/sub/two.md",
    "personal/README.md",
}  # fmt: skip


def test_init_makes_a_workspace_that_loads_empty(stock: Path, tmp_path: Path) -> None:
    root = tmp_path / "new" / "stories"
    created = init_workspace(root, with_samples=False)
    assert {p.relative_to(root).as_posix() for p in created} == written(root) == BARE
    assert (root / "content" / "one.md").read_bytes() == b"# One\r\n"
    assert (root / ".gitignore").read_text() == "kb.db*\n"
    space = load_workspace(root)
    assert space.config == root / "kb.yaml"
    assert {source.kind for source in scan(space).sources} == {"guide"}


def test_init_with_samples_adds_stories(stock: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    init_workspace(root, with_samples=True)
    assert written(root) == BARE | {"personal/samples/s.md"}


@pytest.mark.parametrize("taken", ["content/one.md", "personal/README.md", ".gitignore"])
def test_init_refuses_to_overwrite_and_writes_nothing(
    stock: Path, tmp_path: Path, taken: str
) -> None:
    root = tmp_path / "new"
    put(root / taken, "mine")
    with pytest.raises(WorkspaceError, match="not overwritten") as caught:
        init_workspace(root, with_samples=True)
    assert caught.value.path == str(root / taken)
    assert written(root) == {taken}


def test_init_accepts_a_gitignore_that_covers_the_index(stock: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    put(root / ".gitignore", "*.pyc\n/kb.db*\n")
    assert root / ".gitignore" not in init_workspace(root, with_samples=False)


def test_init_refuses_a_workspace_a_file_and_a_place_among_stories(
    stock: Path, root: Path, tmp_path: Path
) -> None:
    with pytest.raises(WorkspaceError, match="workspace already"):
        init_workspace(root, with_samples=False)
    with pytest.raises(WorkspaceError, match="is a file"):
        init_workspace(put(tmp_path / "file"), with_samples=False)
    with pytest.raises(WorkspaceError, match="lies in personal/"):
        init_workspace(root / "personal" / "x", with_samples=False)
    assert written(root) == set()
    init_workspace(root / "beside", with_samples=False)


def test_an_init_that_fails_half_way_leaves_nothing(
    stock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_late(path: Path, text: str) -> None:
        if path.name == "kb.yaml":
            raise WorkspaceError("no room")
        real_write_new(path, text)

    monkeypatch.setattr(init_module, "write_new", fail_late)
    root = tmp_path / "new"
    root.mkdir()
    with pytest.raises(WorkspaceError, match="no room"):
        init_workspace(root, with_samples=True)
    assert list(root.iterdir()) == []


def test_newer_guides_replace_only_unedited_ones(stock: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    put(stock / "content" / "three.md", "# Three\n")
    put(stock / "content" / "four.md", "# Four\n")
    init_workspace(root, with_samples=False)
    content = root / "content"
    put(content / "one.md", "mine\n")
    (content / "three.md").unlink()
    for name in ("one", "three", "sub/two"):
        put(stock / "content" / f"{name}.md", f"# Newer {name}\n")
    put(stock / "content" / "new.md", "# New\n")
    put(stock / "content" / "clash.md", "# Clash\n")
    put(content / "clash.md", "mine before\n")
    update = update_guides(load_workspace(root))
    assert update.added == ("new.md",)
    assert update.updated == ("sub/two.md",)
    assert update.kept == ("clash.md", "one.md")
    assert update.deleted == ("three.md",)
    assert update.unchanged == ("four.md",)
    assert (content / "one.md").read_text() == "mine\n"
    assert (content / "sub" / "two.md").read_text() == "# Newer sub/two\n"
    again = update_guides(load_workspace(root))
    assert (again.added, again.updated) == ((), ())
    assert again.kept == update.kept
    assert again.deleted == update.deleted


@pytest.mark.parametrize("record", ["", "[]", '{"guides": []}', "{" * 9000, None])
def test_without_a_record_nothing_that_differs_is_replaced(
    stock: Path, tmp_path: Path, record: str | None
) -> None:
    root = tmp_path / "new"
    init_workspace(root, with_samples=False)
    manifest = root / "content" / ".kb-guides.json"
    manifest.unlink()
    if record is not None:
        manifest.write_text(record)
    put(stock / "content" / "one.md", "# Newer\n")
    update = update_guides(load_workspace(root))
    assert (update.kept, update.unchanged) == (("one.md",), ("sub/two.md",))
    assert json.loads(manifest.read_text())["guides"].keys() == {"sub/two.md"}


def test_guides_are_not_put_into_a_folder_that_is_no_workspace(stock: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is no workspace"):
        update_guides(load_workspace(put(tmp_path / "other" / "x.md").parent))
    assert written(tmp_path / "other") == {"x.md"}


def test_the_shipped_guides_are_not_updated_from_themselves(stock: Path, tmp_path: Path) -> None:
    put(tmp_path / "stock" / "kb.yaml", "")
    put(tmp_path / "stock" / "personal" / "a.md")
    before = written(stock)
    assert update_guides(load_workspace(stock)).unchanged == ("one.md", "sub/two.md")
    assert written(stock) == before


def test_the_real_package_has_guides_and_competencies() -> None:
    assert any(shipped().guides.glob("*.md"))
    found = files.competencies()
    assert found["decision-making"].group == "judgement"
    assert all(c.id and c.group and c.description for c in found.values())
    assert list(found) == [c.id for c in found.values()]


def test_importing_and_finding_stay_light(root: Path) -> None:
    put(root / "kb.yaml", init_module._CONFIG)
    code = (
        "import sys; from pathlib import Path; from kb import files\n"
        "space = files.find_workspace(Path(sys.argv[1]), named=None, env={}); files.scan(space)\n"
        "heavy = {'yaml', 'platformdirs', 'numpy', 'markdown_it', 'json', 'difflib', 'hashlib'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code, str(root)], check=True)
