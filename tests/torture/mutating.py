"""Texts made worse: lines and pieces of Markdown, YAML, JSON, CSV and Word put where they hurt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

_ODD = (
    "\ufeff", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\x00", "\r", "\r\n", "\t", "\u00a0",
    "\u200b",
    "\u202e", "e\u0301", "\ufdfa", "İ", "ß", "ﬃ", "²", "٣", "１", "½", "𝟘", "👩‍👩‍👧", "\ufffd",
    "\ud7ff", "\U0010ffff",
    "0" * 400, "9" * 30, "1e999", "-1", "a" * 300, " " * 200, "NaN",
)  # fmt: skip
_LABELS = (
    "Situation:", "**Task:** ", "Action - ", "## Result\n", "# Learning\n", "S: ", "**A**: ", "R:",
    "Q1: ", "Question 2: ", "**Question 3:** Why?", "## Variants\n", "### Example\n", "A: ",
    "Tags: ",
    "Follow-ups:\n", "**Sample Answer:** ", "Best practices\n", "Competencies: leadership, x\n",
    "Date: ", "Title: ", "Table of contents\n", "{#id}", "[x](#y)",
)  # fmt: skip
_MARKS = (
    "# ", "## ", "####### ", "===\n", "---\n", "- ", "* ", "1. ", "1) ", "999999999. ", "> ", ">> ",
    "    ", "\t- ", "```\n", "~~~~\n", "`", "``", "**", "__", "*", "_", "~~", "==", "%%", "[[",
    "]]",
    "![[", "[", "](", ")", "|", "| a | b |\n|---|---|\n", "|--|", "\\", "\\|", "<b>", "</b>",
    "<!--",
    "-->", "<details>", "</details>", "<summary>", "</summary>", "<h2>", "</h2>", "<br>", "&amp;",
    "&#0;", "&#x110000;", "#tag ", "^id", "- [ ] ", "- [x] ", "[^1]", "[^1]: ", "<a@b.c>", "\n\n",
    "http://a.b/", "<script>", "<![CDATA[", "<?", "<!X>", "\n", "\n  \n",
)  # fmt: skip
_WORDS = (
    "Tell me about a time you failed?", "we", "I ", "always ", "never ", "blame", "$1.5m ", "12%",
    "from 4,000 to 3 ", "in 2 weeks. ", "twice ", "3x ", "1/2 ", "10:30 ", "€ 1.200,50 ", "Dr. ",
    "e.g. ", "v1.2.3 ", "2024-03-01", "31/02/2024", "password: hunter2 ", "AKIAABCDEFGHIJKLMNOP ",
    "Ada Lovelace ", "Acme ", "4000 ", "half ", "a third of ", "zero ", "ten million ", "“", "”",
    "’",
    "'", '"', "...", "…", "?", "! ", ";", ": ", " - ", " – ", "don't ", "per cent", "Q3 2024",
    "+49 30 1",
)  # fmt: skip
_YAML = (
    "---\n", "...\n", "- ", "? ", ": ", "&a ", "*a", "<<: *a\n", "!!str ", "!!python/object:x ",
    "!x ",
    "|\n", ">-\n", "|2\n", "[", "]", "{", "}", ",", "''", '"', '"\\', '\\ud800"', '"\\x00"',
    '"\\U0010FFFF"',
    "# c\n", "#c", "%YAML 1.1\n", "%TAG ! x\n", "null", "~", "yes", "2024-03-01", "1_000", "0x1f",
    ".inf", ".nan",
    "title: ", "id: ", "date: ", "parts:\n", "stories:\n", "tags: ", "answers:\n",
    "status: draft\n",
    "rounds:\n", "- name: ", "focus: ", "questions:\n", "told:\n", "{story: a, date: 2024}",
    "keep:\n",
    "never: ", "reuse: yes\n", "company: ", "framework: ", "principles:\n", "competencies: ",
    "leadership: 0.5\n", "conflict: 1e999\n", "weight: ", "check:\n", "  fillers: off\n",
    "  length:\n",
    "    severity: error\n", "content: ", "personal: ", "database: ", "model: ", "level: lead\n",
    "rerank: no\n",
    "people: ", "figures: ", "other:\n", "  - ", "    ", "\t", "confirmed:\n", "- fact: ",
    "value: 12%\n", "source: ",
)  # fmt: skip
_JSON = (
    "{", "}", "[", "]", ",", ":", '"', "\\", '"\\ud800"', '"\\udfff\\ud800"', '"\\u0000"', "null",
    "true",
    "NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, '"kind": "pin"', '"story": ',
    '"question": ', '"at": ',
    '"kind": "rename"', '"to": ', '"v": 99', '"title": ', '"situation": "x"', '"action": ',
    '"result": "y"',
    '"parts": ', '"text": ', '"kb": 1', '"stories": ', '"work": ', '"highlights": ', '"id": ',
    '"relevant": ',
    '{"a": 3}', '"text": "q"', '"key": "k"', '"date": ', '"tags": ', '"status": ', '"label": ',
    '"answers": ',
)  # fmt: skip
_CSV = (
    ",", ";", "\t", "|", '"', '""', "\n", "\r\n", "Title,", "Situation,", "Action", "Result,",
    "id,", "tags,",
    "date,", "Parts,", "'=1+1", "'@x", "''-1", "=", "+", "-", "@", "＝",
)  # fmt: skip
_WORD = (
    "<w:p>", "</w:p>", "<w:r>", "</w:r>", "<w:t>", "</w:t>", "<w:tbl>", "</w:tbl>", "<w:tr>",
    "</w:tr>",
    "<w:tc>", "</w:tc>", '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>',
    '<w:pPr><w:pStyle w:val="ListBullet"/></w:pPr>',
    '<w:pPr><w:numPr><w:ilvl w:val="x"/></w:numPr></w:pPr>', "<w:rPr><w:b/></w:rPr>", "<w:br/>",
    "<w:tab/>",
    "<w:del>", "</w:del>", "<w:ins>", "</w:ins>", "<!-- c -->", "<?p i?>", "&x;", "&#0;",
    "<w:sdt>", "</w:sdt>",
    '<w:ilvl w:val="-3"/>', '<w:numPr>', "</w:numPr>", "<w:pPr>", "</w:pPr>", "<w:drawing/>",
    "<w:p><w:r><w:t>Situation: x</w:t></w:r></w:p>", "<w:p><w:r><w:t>Action: y</w:t></w:r></w:p>",
    "<w:tr><w:tc><w:p><w:r><w:t>Task</w:t></w:r></w:p></w:tc></w:tr>", "<w:hyperlink>",
    "</w:hyperlink>",
)  # fmt: skip
PIECES: dict[str, Sequence[str]] = {
    "markdown": (*_MARKS, *_LABELS, *_WORDS),
    "matter": (*_YAML, *_MARKS[:20], *_LABELS[:8]),
    "prose": (*_WORDS, *_MARKS, *_LABELS[:6]),
    "yaml": (*_YAML, *_WORDS[:6]),
    "json": _JSON,
    "csv": (*_CSV, *_WORDS, *_LABELS[:4]),
    "word": (*_WORD, *_WORDS, *_LABELS),
    "bytes": (
        "PK\x03\x04",
        "%PDF-1.4\n",
        "PK\x01\x02",
        "PK\x05\x06",
        "\xff\xfe",
        "\xef\xbb\xbf",
        "\n",
    ),
}
START: dict[str, Sequence[str]] = {
    "markdown": ("", "# A\n\nSituation: x\nAction: I did 3.\nResult: 12% less.\n"),
    "matter": ("---\ntitle: A\ntags: [a, b]\n---\n## Action\nI did.\n",),
    "prose": ("We cut it from 4,000 to 12 in two weeks.\n",),
    "yaml": (
        "title: A\ndate: 2024\nparts:\n  - situation: x\n  - action: y\n",
        "stories:\n  - &a {title: A, action: x}\n  - *a\n",
        "company: Acme\nframework: amazon\nrounds:\n  - name: One\n    focus: conflict, failure\n"
        "    questions:\n      - Why? # x\ntold:\n  - {story: a, company: B, date: 2024-03}\n"
        'keep:\n  "Why?": a\nnever: [b]\n',
        "id: x\nname: X\nread: 2024-01-01\nprinciples:\n  - name: A\n    line: b\n"
        "    competencies: {conflict: 0.5, failure: 1}\n",
        "content: [a, b]\npersonal: p\nlevel: lead\ncheck:\n  fillers: off\n  length: {most: 3}\n",
        "people: [Ada Lovelace: P]\ncompanies: [Acme]\nfigures: ['4,000']\nother: [x]\n",
        "- fact: 12% less\n  value: 12%\n  source: a\n",
    ),
    "json": (
        '{"v": 1, "kind": "pin", "story": "a", "question": "Why?", "at": "2024"}\n'
        '{"kind": "rename", "story": "a", "to": "b"}\n',
        '{"id": "a", "kind": "k", "text": "Why?", "relevant": {"a": 3}}\n',
        '{"kb": 1, "stories": [{"title": "A", "parts": [{"part": "action", "text": "x"}]}]}',
        '[{"title": "A", "situation": "x", "action": ["y", {"z": 1}], "date": "May 2024"}]',
        '{"work": [{"name": "A", "highlights": ["I did 3 things"], "startDate": "2024"}]}',
        '{"key": "k", "story": "a", "at": "x"}\n',
    ),
    "csv": ("Title,Situation,Action,Result,id,tags\nA,x,'=y,\"z\n\"\"q\"\"\",a-b,a;b\n",),
    "word": (
        "<w:p><w:r><w:t>Situation: x</w:t></w:r></w:p><w:p><w:r><w:t>Action: y</w:t></w:r></w:p>",
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Situation</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    ),
    "bytes": ("Lead a team of five.\n", "PK\x03\x04", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"),
}  # fmt: skip


def mutated(text: str, kind: str, random: Random, others: Sequence[str], most: int) -> str:
    """`text` with one to six changes, no longer than `most` characters."""
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        change = random.choice(_CHANGES)
        text = change(text, kind, random, others)[:most]
    return text


def _insert(text: str, kind: str, random: Random, _: Sequence[str]) -> str:
    place = _place(text, random)
    return text[:place] + _piece(kind, random) + text[place:]


def _several(text: str, kind: str, random: Random, _: Sequence[str]) -> str:
    """A few pieces in a row, perhaps again and again."""
    row = "".join(_piece(kind, random) for _ in range(random.randint(1, 4)))
    place = _place(text, random)
    return text[:place] + row * random.choice((1, 1, 2, 5, 40)) + text[place:]


def _delete(text: str, _: str, random: Random, __: Sequence[str]) -> str:
    start, stop = _span(text, random)
    return text[:start] + text[stop:]


def _again(text: str, _: str, random: Random, __: Sequence[str]) -> str:
    start, stop = _span(text, random)
    return text[:stop] + text[start:stop] * random.choice((1, 2, 8, 60)) + text[stop:]


def _swap(text: str, _: str, random: Random, __: Sequence[str]) -> str:
    rows = text.split("\n")
    one, other = random.randrange(len(rows)), random.randrange(len(rows))
    rows[one], rows[other] = rows[other], rows[one]
    return "\n".join(rows)


def _indent(text: str, _: str, random: Random, __: Sequence[str]) -> str:
    rows = text.split("\n")
    start = random.randrange(len(rows))
    mark = random.choice(("  ", "    ", "\t", "> ", "- ", "#", "* ", "| "))
    stop = start + random.randint(1, 8)
    return "\n".join([*rows[:start], *(mark + row for row in rows[start:stop]), *rows[stop:]])


def _replace(text: str, kind: str, random: Random, _: Sequence[str]) -> str:
    start, stop = _span(text, random)
    return text[:start] + _piece(kind, random) + text[stop:]


def _splice(text: str, _: str, random: Random, others: Sequence[str]) -> str:
    other = random.choice(others) if others else text
    start, stop = _span(other, random)
    place = _place(text, random)
    return text[:place] + other[start:stop] + text[place:]


_CHANGES: tuple[Callable[[str, str, Random, Sequence[str]], str], ...] = (
    _insert, _insert, _several, _delete, _again, _swap, _indent, _replace, _splice,
)  # fmt: skip


def _piece(kind: str, random: Random) -> str:
    return random.choice(_ODD) if random.random() < 0.1 else random.choice(PIECES[kind])


def _place(text: str, random: Random) -> int:
    """Anywhere; half of the time where a line begins."""
    place = random.randint(0, len(text))
    return text.rfind("\n", 0, place) + 1 if random.random() < 0.5 else place


def _span(text: str, random: Random) -> tuple[int, int]:
    start = _place(text, random)
    stop = min(len(text), start + random.choice((1, 3, 10, 40, 200)))
    if random.random() < 0.4:
        end = text.find("\n", stop)
        stop = end + 1 if end >= 0 else len(text)
    return start, stop
