"""`kb.yaml`: a few keys, each with its line, so that a fault can be shown where it stands.

Named tuples here and no dataclasses, because every command defines these at its start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kb.errors import ConfigError, DocumentError

if TYPE_CHECKING:
    from pathlib import Path

CONFIG_NAME = "kb.yaml"
FRAMEWORKS = "frameworks"  # the folder beside it, of the owner's own
DEFAULT_MODEL = "all-MiniLM-L6-v2"
KEYS = ("content", "personal", "database", "model", "rerank", "level", "check")
LISTS = ("content", "personal")
LEVELS = ("junior", "senior", "lead")
_LINE = re.compile(r"(content|personal|database|model|rerank|level): ([A-Za-z][A-Za-z0-9_./-]*)")
_NOT_TEXT = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})


class Setting(NamedTuple):
    """One value of kb.yaml and its line; line 0 means the default, not written by the user."""

    text: str
    line: int = 0


class Config(NamedTuple):
    """What kb.yaml says, defaults filled in. Nothing is resolved or looked for on disk."""

    content: tuple[Setting, ...] = (Setting("content"),)
    personal: tuple[Setting, ...] = (Setting("personal"),)
    database: Setting = Setting("kb.db")
    model: Setting = Setting(DEFAULT_MODEL)
    rerank: Setting = Setting("")
    level: Setting = Setting("senior")
    check: Setting = Setting("")


def read_config(path: Path) -> Config:
    """The settings in the kb.yaml at `path`.

    Raises ConfigError, with the line, for anything but the keys with text
    (or, for folders, a list of text; for `rerank`, nothing) as values. What
    stands under `check` is left as it is: `kb.check` reads it.
    """
    from kb.files.read import read_text

    try:
        text = read_text(path, shown=CONFIG_NAME)
    except DocumentError as error:
        raise ConfigError(error.message, error.hint, CONFIG_NAME, error.line) from error
    return parse_config(text)


def parse_config(text: str) -> Config:
    """The settings in `text`, the content of a kb.yaml. Raises ConfigError as read_config does."""
    rest, check = _without_check(text)
    found = _simple(rest)
    if found is None:
        from kb.files.config_yaml import parse_settings

        found = parse_settings(rest)
    return _config(found if check is None else found | {"check": (check,)})


def _without_check(text: str) -> tuple[str, Setting | None]:
    """The text with the block under `check:` blanked, and that block as it stands.

    Only `kb check` reads it, and every other command would pay for it.
    """
    if "check:" not in text:
        return text, None
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if line.startswith("check:")), None)
    if start is None:
        return text, None
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or lines[end][0] in " \t#}]"):
        end += 1
    block = "\n".join(lines[start:end])
    lines[start:end] = [""] * (end - start)
    return "\n".join(lines), Setting(block, start + 1)


def _simple(text: str) -> dict[str, tuple[Setting, ...]] | None:
    """The settings when every line is empty, a comment or `key: plain-word`; else None.

    Such a file, which `kb init` writes, needs no YAML, whose import costs a
    tenth of the time in which a question is answered.
    """
    found: dict[str, tuple[Setting, ...]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line[0] == "#":
            continue
        match = _LINE.fullmatch(line)
        if match is None or match[1] in found or match[2].lower() in _NOT_TEXT:
            return None
        found[match[1]] = (Setting(match[2], number),)
    return found


def _config(found: dict[str, tuple[Setting, ...]]) -> Config:
    default = Config()
    return Config(
        content=found.get("content", default.content),
        personal=found.get("personal", default.personal),
        database=found.get("database", (default.database,))[0],
        model=found.get("model", (default.model,))[0],
        rerank=found.get("rerank", (default.rerank,))[0],
        level=_level(found.get("level", (default.level,))[0]),
        check=found.get("check", (default.check,))[0],
    )


def _level(setting: Setting) -> Setting:
    if setting.text.lower() not in LEVELS:
        message = f"`level` must be one of {', '.join(LEVELS)}, not `{setting.text}`."
        raise ConfigError(message, "It says what is expected of you.", CONFIG_NAME, setting.line)
    return Setting(setting.text.lower(), setting.line)
