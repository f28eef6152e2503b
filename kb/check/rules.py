"""All rules, in the order in which they are told."""

from __future__ import annotations

from typing import Final

from kb.check import (
    absolutes,
    alike,
    blame,
    confidential,
    doing,
    learning,
    options,
    parts,
    price,
    secret,
    titles,
    voice,
)
from kb.check.rule import Rule

RULES: Final[dict[str, Rule]] = {
    rule.id: rule
    for rule in (
        parts.missing_part,
        parts.no_number,
        parts.action_share,
        doing.few_steps,
        doing.we_over_i,
        parts.length,
        learning.no_learning,
        price.no_trade_off,
        options.no_option,
        blame.blame,
        absolutes.absolutes,
        voice.hedges,
        voice.fillers,
        alike.twins,
        titles.category_title,
        parts.old,
        confidential.confidential,
        secret.secret,
    )
}
