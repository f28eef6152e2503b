"""Saved queries, with names that a person understands.

A column `story` or `question` holds an id, which a page of rows shows as a link.
"""

from __future__ import annotations

from typing import Final

# Years from which on a story counts as old: coaches say three.
OLD_YEARS: Final = 3

SAVED: Final[dict[str, dict[str, str]]] = {
    "one-story-only": {
        "title": "Competencies that only one story shows",
        "description": "If that story is used up, or falls flat, there is nothing else.",
        "sql": """
select story_competencies.competency, stories.title, stories.date, story_competencies.source,
  stories.id as story
from story_competencies join stories on stories.id = story_competencies.story
where stories.status != 'retired'
group by story_competencies.competency having count(*) = 1
order by story_competencies.competency""",
    },
    "questions-one-story-answers": {
        "title": "Questions only one story answers",
        "description": "The guides' questions for which one story fits and no other does.",
        "sql": """
select questions.text, stories.title, question_fits.fit, questions.id as question,
  stories.id as story
from question_fits
  join questions on questions.id = question_fits.question
  join stories on stories.id = question_fits.story
where question_fits.fitting = 1 and question_fits.place = 1
order by questions.path, questions.position""",
    },
    "questions-nothing-answers": {
        "title": "Questions nothing answers yet",
        "description": "The guides' questions for which no story fits.",
        "sql": """
select questions.text, questions.guide, question_fits.score as best_score,
  stories.title as nearest, questions.id as question, stories.id as story
from questions
  left join question_fits on question_fits.question = questions.id and question_fits.place = 1
  left join stories on stories.id = question_fits.story
where coalesce(question_fits.fitting, 0) = 0
order by questions.path, questions.position""",
    },
    "old-stories": {
        "title": "Stories older than three years",
        "description": "Still good, perhaps; an interviewer will ask for something newer.",
        "sql": f"""
select title, date, company, id as story from stories
where status != 'retired' and date != ''
  and date < substr(strftime('%Y-%m-%d', 'now', '-{OLD_YEARS} years'), 1, length(date))
order by date""",
    },
    "missing-competencies": {
        "title": "Competencies no story shows",
        "description": "What interviewers listen for and the bank does not have.",
        "sql": """
select id as competency, description from competencies
where id not in (
  select competency from story_competencies join stories on stories.id = story
  where status != 'retired')
order by grouping, id""",
    },
    "long-stories": {
        "title": "Stories that take longer than two minutes to tell",
        "description": "At 145 words a minute; a first answer is best under two minutes.",
        "sql": """
select title, kb_spoken_seconds(text) as seconds, id as story from stories
where status != 'retired' and kb_spoken_seconds(text) > 120
order by seconds desc""",
    },
    "weak-spots": {
        "title": "What is weak in how stories are told",
        "description": "What kb check points out; the gravest first.",
        "sql": """
select stories.title, findings.severity, findings.rule, findings.line, findings.message,
  findings.words, findings.hint, stories.id as story
from findings join stories on stories.id = findings.story
order by findings.severity = 'info', findings.severity = 'warning', stories.id, findings.line""",
    },
    "findings-by-file": {
        "title": "What was noticed about your files",
        "description": "From the last time each was read.",
        "sql": """
select severity, path, line, message, hint from findings where story = ''
order by path, line""",
    },
}
