"""kb.yaml in full YAML, for those that say more than plain words; each fault with its line."""

from __future__ import annotations

from kb.errors import ConfigError, DocumentError
from kb.files.config import CONFIG_NAME, KEYS, LISTS, Setting
from kb.parse.yamltree import Mapping, Node, Scalar, Sequence, read_yaml

_OFF = frozenset({"", "~", "null", "none", "no", "off", "false"})  # of rerank: none is named


def parse_settings(text: str) -> dict[str, tuple[Setting, ...]]:
    """The settings in `text`, by key. Raises ConfigError for anything kb does not understand."""
    try:
        documents = read_yaml(text, path=CONFIG_NAME)
    except DocumentError as error:
        raise ConfigError(error.message, error.hint, CONFIG_NAME, error.line) from error
    if not documents:
        return {}
    root = documents[0]
    if len(documents) > 1 or not isinstance(root, Mapping):
        raise _fault("must hold keys and values.", root, f"Its keys: {', '.join(KEYS)}.")
    found: dict[str, tuple[Setting, ...]] = {}
    for key_node, value_node in root.pairs:
        key = _key(key_node)
        if key in found:
            raise _fault(f"`{key}` stands twice.", key_node, "Keep one of them.")
        if key == "check":
            raise _fault("`check` stands twice, or not at the start of its line.", key_node,
                         "Keep one of them, unindented.")  # fmt: skip
        found[key] = _value(key, value_node)
    return found


def _key(node: Node) -> str:
    key = node.text if isinstance(node, Scalar) else ""
    if key in KEYS:
        return key
    from difflib import get_close_matches

    near = get_close_matches(key.lower(), KEYS, n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`?" if near else f"The keys are {', '.join(KEYS)}."
    raise _fault(f"unknown key `{key}`.", node, hint)


def _value(key: str, node: Node) -> tuple[Setting, ...]:
    if key not in LISTS:
        if not isinstance(node, Scalar):
            raise _fault(f"`{key}` must be one text.", node, f"Write it as `{key}: text`.")
        return (_text(key, node),)
    if isinstance(node, Mapping):
        hint = f"For instance `{key}: {key}`."
        raise _fault(f"`{key}` must be a folder or a list of folders.", node, hint)
    items = node.items if isinstance(node, Sequence) else (node,)
    if key == "personal" and not items:
        hint = "Name the folder that holds your stories."
        raise _fault("`personal` names no folder.", node, hint)
    return tuple(_text(key, item) for item in items)


def _text(key: str, node: Node) -> Setting:
    if not isinstance(node, Scalar):
        raise _fault(f"`{key}` must hold plain texts.", node, "Write one folder on each line.")
    if key == "rerank" and node.text.strip().lower() in _OFF:
        return Setting("", node.line)
    if node.kind == "null" or not node.text.strip() or "\0" in node.text:
        raise _fault(f"`{key}` is empty.", node, "Give it a value, or remove the line.")
    if node.kind != "str":
        message = f"`{key}` must be text, and `{node.text}` reads as {node.kind}."
        raise _fault(message, node, f'Quote it: "{node.text}".')
    return Setting(node.text.strip(), node.line)


def _fault(message: str, node: Node, hint: str) -> ConfigError:
    return ConfigError(message, hint, CONFIG_NAME, node.line)
