"""Results to text and JSON. Pure: a width and a way to style go in, strings come out."""

from kb.render.layout import Page, clean, plain
from kb.render.listing import (
    question_list,
    question_list_json,
    story_list,
    story_list_json,
)
from kb.render.matches import match_json, match_text
from kb.render.pinning import suggestions_json, suggestions_text, word_json, word_text
from kb.render.reports import (
    build_json,
    build_text,
    comparison_json,
    comparison_text,
    finding_line,
    metrics_json,
    metrics_text,
)
from kb.render.showing import question_json, question_text, story_json, story_text

__all__ = [
    "Page",
    "build_json",
    "build_text",
    "clean",
    "comparison_json",
    "comparison_text",
    "finding_line",
    "match_json",
    "match_text",
    "metrics_json",
    "metrics_text",
    "plain",
    "question_json",
    "question_list",
    "question_list_json",
    "question_text",
    "story_json",
    "story_list",
    "story_list_json",
    "story_text",
    "suggestions_json",
    "suggestions_text",
    "word_json",
    "word_text",
]
