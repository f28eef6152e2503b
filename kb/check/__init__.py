"""What could be better in a story, noticed by rules: each is one function over its words.

Nothing is judged by a model: a rule looks for words, counts and shapes, and shows the line
and the words that it means. The rules are imported when they are first asked for: a build that
finds nothing changed wants their VERSION only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kb.check.checking import MOST, check_story, twins
    from kb.check.rule import Rule, Threshold
    from kb.check.rules import RULES
    from kb.check.settings import RuleSetting, Settings, read_settings

__all__ = [
    "MOST",
    "RULES",
    "VERSION",
    "Rule",
    "RuleSetting",
    "Settings",
    "Threshold",
    "check_story",
    "read_settings",
    "twins",
]

# To be raised whenever a rule finds other things than before, so that what was
# remembered of a story is found anew.
VERSION: Final = "2"
_HOMES: Final = {
    "MOST": "checking",
    "check_story": "checking",
    "twins": "checking",
    "Rule": "rule",
    "Threshold": "rule",
    "RULES": "rules",
    "RuleSetting": "settings",
    "Settings": "settings",
    "read_settings": "settings",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"kb.check.{_HOMES[name]}"), name)
    return found
