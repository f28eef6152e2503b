"""The workspace: the folder where a person's guides, stories and index lie, and how it is found."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import ConfigError, WorkspaceError
from kb.files.config import CONFIG_NAME, Config, Setting, read_config

if TYPE_CHECKING:
    from collections.abc import Mapping

ENV_NAME = "KB_WORKSPACE"
OWN_FOLDER = "_kb"
NO_SETTING = Setting("")
_INIT = "Run `kb init DIR` to make one."


@dataclass(frozen=True, slots=True)
class Folder:
    """A content or personal folder. name: as users see it (POSIX, relative to the workspace or
    as kb.yaml gives it when it lies elsewhere; "." for the workspace itself). path: absolute,
    links resolved. It may be missing on disk unless kb.yaml names it."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything lies. All paths are absolute.

    config: the kb.yaml, or None when there is none. personal has at least one
    folder. model: a sentence-transformers name or an absolute folder. rerank:
    likewise a CrossEncoder's, "" for none. level: what is expected of the
    owner, one of `config.LEVELS`; check: the block under `check:` in kb.yaml,
    as it stands, with its line.
    remembered: found only because it was the last one initialised, which the
    command line says on stderr.
    """

    root: Path
    config: Path | None
    content: tuple[Folder, ...]
    personal: tuple[Folder, ...]
    database: Path
    model: str
    rerank: str = ""
    level: str = "senior"
    check: Setting = NO_SETTING
    remembered: bool = False

    @property
    def own(self) -> Path:
        """`_kb/` in the first personal folder, where the tool keeps its files. May not exist."""
        return self.personal[0].path / OWN_FOLDER

    @property
    def journal(self) -> Path:
        """The journal's file. May not exist."""
        return self.own / "journal.jsonl"


def find_workspace(start: Path, *, named: str | None, env: Mapping[str, str]) -> Workspace:
    """The workspace that a command means.

    In this order: `named` (--workspace), KB_WORKSPACE in `env`, the nearest one
    at or above `start`, the last one initialised (`remembered` is then true).
    Raises WorkspaceError when there is none, or a folder that may not be entered; ConfigError
    when its kb.yaml is wrong.
    """
    asked, source = (named, "--workspace") if named else (env.get(ENV_NAME, ""), ENV_NAME)
    if asked:
        folder = _expand(asked, start)
        folder = folder.parent if folder.name == CONFIG_NAME else folder
        if not is_workspace(folder):
            _check_entered(folder)
            raise WorkspaceError(
                f"{source} names {asked}, which is no workspace.", f"Run `kb init {asked}`."
            )
        return load_workspace(folder)
    start = real(start)
    for folder in (start, *start.parents):
        if is_workspace(folder):
            return load_workspace(folder)
    _check_entered(start)
    last = last_workspace()
    if last is None:
        raise WorkspaceError("There is no workspace here.", _INIT)
    if not is_workspace(last):
        raise WorkspaceError(
            f"There is no workspace here, and the last one used, {last}, is gone.", _INIT
        )
    return replace(load_workspace(last), remembered=True)


def is_workspace(folder: Path) -> bool:
    """Whether `folder` has a kb.yaml, or both content/ and personal/."""
    path = os.fspath(folder)
    return os.path.isfile(os.path.join(path, CONFIG_NAME)) or (  # noqa: PTH113, PTH118
        os.path.isdir(os.path.join(path, "content"))  # noqa: PTH112, PTH118
        and os.path.isdir(os.path.join(path, "personal"))  # noqa: PTH112, PTH118
    )


def _check_entered(folder: Path) -> None:
    """Raise WorkspaceError where nothing can be seen of what lies in a folder."""
    if os.path.isdir(folder) and not os.access(folder, os.X_OK):  # noqa: PTH112
        raise WorkspaceError(
            "cannot be read (permission denied).", "Check its permissions.", str(folder)
        )


def load_workspace(root: Path) -> Workspace:
    """The workspace in the folder `root`.

    Raises ConfigError when kb.yaml is wrong or names a folder that is missing,
    or one folder as both content and personal.
    """
    root = real(root)
    path = root / CONFIG_NAME
    # a link to a disk that is gone is no leave to go on with the defaults
    config = read_config(path) if os.path.lexists(path) else None
    settings = config or Config()
    content = _folders(root, "content", settings.content)
    personal = _folders(root, "personal", settings.personal)
    for folder, setting in zip(personal, settings.personal, strict=True):
        if any(_same(folder.path, one.path) for one in content):
            message = f"`{folder.name}` is named both as content and as personal."
            raise ConfigError(
                message, "Keep guides and stories apart.", CONFIG_NAME, _line(setting, settings)
            )
    return Workspace(
        root=root,
        config=path if config else None,
        content=content,
        personal=personal,
        database=_database(root, settings.database),
        model=_model(root, settings.model.text),
        rerank=_model(root, settings.rerank.text) if settings.rerank.text else "",
        level=settings.level.text,
        check=settings.check,
    )


def last_workspace() -> Path | None:
    """The workspace that was initialised last, from the user's state folder; it may be gone."""
    try:
        text = _memory().read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return Path(text) if text and "\0" not in text and Path(text).is_absolute() else None


def remember_workspace(root: Path) -> bool:
    """Note `root` as the last initialised workspace; False when that cannot be written.

    Forgetting is harmless, so a read-only home is no error.
    """
    from kb.files.write import write_atomic

    memory = _memory()
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(memory, f"{root.resolve()}\n".encode())
    except (OSError, ValueError, WorkspaceError):
        return False
    return True


def _memory() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("answer-portfolio", appauthor=False)) / "workspace"


def _expand(text: str, base: Path) -> Path:
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # `~nobody`: no such user
        path = Path(text)
    return real(base / path)


def real(path: Path) -> Path:
    """`path`, absolute and its links resolved as far as they lead anywhere. Where links lead in
    a circle, Path.resolve raises what is no OSError."""
    return Path(os.path.realpath(path))


def _folders(root: Path, key: str, settings: tuple[Setting, ...]) -> tuple[Folder, ...]:
    folders: list[Folder] = []
    for setting in settings:
        path = _expand(setting.text, root)
        if setting.line and not path.is_dir():
            message = f"the {key} folder `{setting.text}` does not exist."
            raise ConfigError(message, "Make it, or mend the name.", CONFIG_NAME, setting.line)
        if any(_same(folder.path, path) for folder in folders):
            message = f"the {key} folder `{setting.text}` is named twice."
            raise ConfigError(message, "Keep one of the lines.", CONFIG_NAME, setting.line)
        folders.append(Folder(_name(root, path, setting.text), path))
    return tuple(folders)


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one folder, on a disk that takes `Notes` for `notes` too."""
    if one == other:
        return True
    try:
        return os.path.samefile(one, other)  # noqa: PTH121
    except OSError:
        return False


def _name(root: Path, path: Path, text: str) -> str:
    literal = Path(os.path.normpath(root / Path(text)))
    for candidate in (literal, path):
        if candidate.is_relative_to(root):
            return candidate.relative_to(root).as_posix()
    return Path(text).as_posix()


def _line(setting: Setting, settings: Config) -> int:
    return setting.line or next((one.line for one in settings.content if one.line), 0)


def _database(root: Path, setting: Setting) -> Path:
    path = _expand(setting.text, root)
    if path.is_dir():
        raise ConfigError(
            f"`database` names a folder, {setting.text}.", "Name a file.", CONFIG_NAME, setting.line
        )
    if path.exists() and not path.is_file():  # a device or a pipe would be changed, or waited for
        message = f"`database` names {setting.text}, which is no regular file."
        raise ConfigError(message, "Name a file.", CONFIG_NAME, setting.line)
    return path


def _model(root: Path, text: str) -> str:
    """A folder is meant relative to kb.yaml, whatever the current folder is."""
    path = _expand(text, root)
    return str(path) if text.startswith((".", "~", "/")) or path.is_dir() else text
