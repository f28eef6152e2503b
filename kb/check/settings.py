"""The block under `check:` of kb.yaml: which rules look, how severe they are, from what on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, cast

from kb.check.rules import RULES
from kb.errors import ConfigError, DocumentError
from kb.parse.yamltree import Mapping as Tree
from kb.parse.yamltree import Scalar, read_yaml

if TYPE_CHECKING:
    from kb.check.rule import Limits, Rule
    from kb.domain import Severity
    from kb.parse.yamltree import Node

CONFIG: Final = "kb.yaml"
DEFAULT_LEVEL: Final = "senior"
_ON: Final = frozenset({"on", "yes", "true"})
_OFF: Final = frozenset({"off", "no", "false"})
_SEVERITIES: Final = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How one rule is set. limits: each of its thresholds, by name."""

    on: bool
    severity: Severity
    limits: Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """How the rules are set: `said` holds those that kb.yaml speaks of, by id."""

    level: str = DEFAULT_LEVEL
    said: Mapping[str, RuleSetting] = field(default_factory=dict)

    def of(self, rule: Rule) -> RuleSetting:
        """The setting of a rule: what was said of it, or its defaults for the level."""
        return self.said.get(rule.id) or _default(rule, self.level)


def read_settings(text: str, line: int, level: str) -> Settings:
    """The settings in `text`, the block of kb.yaml that begins with `check:` on `line`.

    An empty text, or nothing under the key, means the defaults for the level (junior,
    senior or lead). Raises ConfigError with the line for a rule that there is not, naming
    the nearest, and for a value that it does not take.
    """
    if not text.strip():
        return Settings(level)
    try:
        documents = read_yaml(text, path=CONFIG, first_line=line)
    except DocumentError as error:
        raise ConfigError(error.message, error.hint, CONFIG, error.line) from error
    root = documents[0] if documents else None
    block = root.pairs[0][1] if isinstance(root, Tree) and root.pairs else None
    if block is None or (isinstance(block, Scalar) and block.kind == "null"):
        return Settings(level)
    if not isinstance(block, Tree):
        hint = "For instance `fillers: off`, one rule on each line."
        raise _fault("`check` must hold rules and how they are set.", block, hint)
    said: dict[str, RuleSetting] = {}
    for key, value in block.pairs:
        rule = _rule(key)
        if rule.id in said:
            raise _fault(f"the rule `{rule.id}` stands twice.", key, "Keep one of them.")
        said[rule.id] = _setting(rule, value, _default(rule, level))
    return Settings(level, said)


def _default(rule: Rule, level: str) -> RuleSetting:
    limits = {each.name: each.at(level) for each in rule.thresholds}
    return RuleSetting(rule.on_by_default, rule.severity, limits)


def _rule(node: Node) -> Rule:
    name = node.text.strip() if isinstance(node, Scalar) else ""
    if name.lower() in RULES:
        return RULES[name.lower()]
    near = get_close_matches(name.lower().replace("_", "-"), RULES, n=1, cutoff=0.4)
    hint = f"Did you mean `{near[0]}`?" if near else f"The rules are {', '.join(RULES)}."
    raise _fault(f"there is no rule `{name}`.", node, hint)


def _setting(rule: Rule, node: Node, default: RuleSetting) -> RuleSetting:
    """What stands after a rule's name: on, off, a number, a mode, or several of them by name."""
    if isinstance(node, Scalar):
        return _word(rule, node, default)
    if not isinstance(node, Tree):
        raise _fault(f"`{rule.id}` takes no list.", node, _takes(rule))
    found = replace(default, on=True)
    for key, value in node.pairs:
        name = key.text.strip().lower() if isinstance(key, Scalar) else ""
        if not isinstance(value, Scalar):
            raise _fault(f"`{name}` of `{rule.id}` must be one value.", value, _takes(rule))
        if name == "severity":
            found = replace(found, severity=_severity(rule, value))
        elif name in default.limits:
            found = replace(found, limits={**found.limits, name: _number(rule, value)})
        else:
            raise _fault(f"`{rule.id}` has no setting `{name}`.", key, _takes(rule))
    return found


def _word(rule: Rule, node: Scalar, default: RuleSetting) -> RuleSetting:
    word = node.text.strip().lower()
    modes = {name: dict(limits) for name, limits in rule.modes}
    if word in _OFF:
        return replace(default, on=False)
    if word in _ON:
        return replace(default, on=True)
    if word in modes:
        return replace(default, on=True, limits={**default.limits, **modes[word]})
    if word in _SEVERITIES:
        return replace(default, on=True, severity=_severity(rule, node))
    if not rule.thresholds:
        raise _fault(f"`{rule.id}` cannot be set to `{node.text}`.", node, _takes(rule))
    first = rule.thresholds[0].name
    return replace(default, on=True, limits={**default.limits, first: _number(rule, node)})


def _severity(rule: Rule, node: Scalar) -> Severity:
    word = node.text.strip().lower()
    if word not in _SEVERITIES:
        hint = f"It is one of {', '.join(_SEVERITIES)}."
        raise _fault(f"`{rule.id}` has no severity `{node.text}`.", node, hint)
    return cast("Severity", word)


def _number(rule: Rule, node: Scalar) -> float:
    try:
        value = float(node.text.strip().removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:  # also not a number at all
        message = f"`{rule.id}` cannot be set to `{node.text}`."
        raise _fault(message, node, _takes(rule))
    return value


def _takes(rule: Rule) -> str:
    """What a rule can be set to, in a sentence."""
    words = ["on", "off", *(name for name, _ in rule.modes)]
    names = [each.name for each in rule.thresholds]
    if names:
        words.append("a number")
    listed = ", ".join([*names, "severity"])
    return f"It takes {', '.join(words)}, or by name: {listed}."


def _fault(message: str, node: Node, hint: str) -> ConfigError:
    return ConfigError(message, hint, CONFIG, node.line)
