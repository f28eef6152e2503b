"""Hostile shapes of text, each of about the size asked for, by the kind of reader they suit."""

from __future__ import annotations

from collections.abc import Callable

Shape = Callable[[int], str]


def _again(unit: str, before: str = "", after: str = "") -> Shape:
    """The unit, again and again."""
    return lambda size: before + unit * max(1, size // len(unit.encode())) + after


def _numbered(unit: str, before: str = "", after: str = "") -> Shape:
    """The unit with a number in it, so that no two are the same."""

    def made(size: int) -> str:
        count = max(1, size // len(unit.format(100000).encode()))
        return before + "".join(unit.format(n) for n in range(count)) + after

    return made


def _halves(one: str, other: str) -> Shape:
    """Many of one and then many of the other, as brackets that open and close."""
    return lambda size: one * (size // 2 // len(one)) + other * (size // 2 // len(other))


def _stairs(mark: str) -> Shape:
    """Each line further in than the one above."""

    def made(size: int) -> str:
        rows, total, depth = [], 0, 0
        while total < size:
            rows.append("  " * depth + mark)
            total += len(rows[-1]) + 1
            depth = (depth + 1) % 400
        return "\n".join(rows)

    return made


def _ticks(size: int) -> str:
    """Runs of backticks, each longer than the one before."""
    rows, total, length = [], 0, 1
    while total < size:
        rows.append("`" * length + " ")
        total += length + 1
        length += 1
    return "".join(rows)


def _wide_table(size: int) -> str:
    """As many columns as rows."""
    side = max(2, int((size / 3) ** 0.5))
    rows = ["|a" * side, "|-" * side, *(["|b" * side] * side)]
    return "\n".join(rows)


def _laughs(size: int) -> str:
    """Aliases of aliases: 9 to the 30th texts, and then a text of the size."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    return "\n".join([*rows, "text: " + "x " * (size // 2)])


def _echoes(size: int) -> str:
    """Half of the text is one value, and the other half repeats it."""
    return "text: &a " + "x " * (size // 4) + "\ntags:\n" + "  - *a\n" * (size // 14)


PLAIN = (
    "a", " ", "\n", "\t", " \n", "a ", "a\n", "a\n\n", "é", "ﷺ", "e\u0301", "\u200b", "\u2028",
    "\r", "0", "1", "A",
    ".", "?", "!", ",", ":", ";", "-", "–", "…", "'", '"', "“", "”", "‘", "’", "(", ")", "/", "@",
    "$", "%", "+", "&",
    "<", ">", "[", "]", "{", "}", "|", "\\", "^", "~", "#", "=", "*", "_", "`",
)  # fmt: skip
MARKED = (
    "> ", "- ", "1. ", "- a\n", "* a\n\n", "- a\n  b\n", "1. a\n", "+ a\n\n  b\n", "> a\n",
    "> - a\n", "[](", "[a](",
    "![", "[[", "![[a", "[a][b]", "[a]: b\n", "[a](b) ", "**a", "*a _b ", "a**b", "__a__", "~~a",
    "`a", "``` \n",
    "~~~\na\n", "<!--", "<a ", "<b>", "</b>", "<details>", "</details>", "<summary>",
    "<details>\n", "<summary>a</summary>\n",
    "<h1>", "<h2>a</h2>\n", "<p\n", "<?", "<![CDATA[", "<!A ", "|a", "|-|", "| x | y |\n", "# a\n",
    "# \n", "## Why?\n",
    "a\n===\n", "a\n---\n", "===\n", "---\n", "***\n", "    a\n", "\ta\n", "&a;", "&#1;", "\\a",
    "\\\n", "a  \n", "[ ] ",
    "- [ ] a\n", "[^a]: b\n", "#tag ", "#a", "%%", "%% a ", "==a", "==a==", " ^a\n", "[[a|",
    "[[a]] ", "<br>", "(a)[b]", "http://",
)  # fmt: skip
LABELLED = (
    "Situation: x\n", "**Task:** x\n\n", "Q1: Why?\n", "Q1: Why?\n\nA: x\n\n",
    "## Question 1: Why?\n", "## Situation\nx\n",
    "**Why did you?**\n\n", "- Tell me about a time?\n", "Tell me about ", "a: ", "**a:** b\n",
    "# Result\n\n- a\n",
    "## Why?\n\n### Example\n\nx\n\n", "S: a\nT: b\nA: c\nR: d\n\n", "Situation - x\n", "Result\n",
    "Title: a\n", "Tags: a, b\n",
    "*Situation* ", "A: ", "Q: ", "Action:\n- a\n", "## A\n\nSituation: a\nAction: b\n\n",
    "| Situation | a |\n", "Variants:\n",
    "Competencies: x\n", "**1. a:** b\n", "## Why did you?\n\n**Situation:** a\n\n",
    "- **Task:** a\n", "{#a} ", "Date: 2024\n",
)  # fmt: skip
WORDS = (
    "a. ", "A. ", "Dr. ", "e.g. ", "1. A ", "...", "? ", "?!", "A b c. ", "we ", "I ", "I did. ",
    "never ", "always ", "We never did it. ",
    "1,000 ", "1,", "1.", "1-", "1 ", "$1", "$ ", "12% ", "% ", "from 1 to ", "from ", "to ",
    "one hundred ", "one ", "twenty-", "million ",
    "1/", "1:", "10:30 ", "and a half ", "half ", "by ", "per ", "in 2 weeks ", "2 weeks ", "3x ",
    "x", "times ", "of ", "from 4,000 to 3 rows. ",
    "Ada Lovelace ", "Ada ", "Acme ", "Aa", "a b", "a@b.c ", "a@", "a.b.", "a-", "a_b",
    "http://a/", "http://a b ", "+49 30 ", "4,000 ", "4000",
    "password: ", "password: a ", "AKIA", "-----BEGIN ", "aB3", "ghp_", "key=", "token ",
    "Dr. Ada ", "Mr. ", "'a ", "a' ", "“a ", "a” ", "‘a ",
    '"a ', "(a", "a) ", "a, ", "a; ", "a/", "don't ", "blame ", "their fault ", "I was told ",
    "learned ", "he said ", "the ", "not ",
    "of the ", "2024-01-01 ", "Q1 2024 ", "January ", "about ", "only ", "more than ", "x-1 ",
    "12%", "Bo ", "Ada Lovelace's ", "ACME", "§",
)  # fmt: skip
YAMLS: dict[str, Shape] = {
    **{f"yaml {unit!r}": _again(unit) for unit in (
        "a: b\n", "- a\n", "[", "{", "[a, ", "{a: ", "- ", "? ", "? a\n", "'", '"', "# a\n", "a: ",
        "--- \n", "---\na: b\n", "a: b # c\n",
        "a: b #c\n", "!a ", "&a ", "*a ", "a\n", "- a: b\n", "- [a]\n", "\\", "- - a\n", "a:\n",
        "- |\n", "%A\n", "a,", ": ", "''",
        "- a: b\n  c: d\n", "[]\n", "- []\n", "- {}\n",
    )},
    **{f"yaml {unit!r} numbered": _numbered(unit) for unit in (
        "k{0}: v\n", "- &a{0} x\n", "k{0}: [a]\n", "- k{0}: v\n", "k{0}:\n  a: b\n",
        "title{0}: a\n", "k{0}: &a{0} x\n",
    )},
    "yaml open quote": _again("b\n", 'a: "'),
    "yaml open single": _again("b ", "a: '"),
    "yaml block": _again(" x\n", "a: |\n"),
    "yaml folded": _again("  x\n\n", "text: >\n"),
    "yaml long": _again("b ", "title: "),
    "yaml long flow": _again("b, ", "tags: [", "]"),
    "yaml tags": _again("  - b\n", "tags:\n"),
    "yaml answers": _numbered("  - Why {0}?\n", "answers:\n"),
    "yaml competencies": _numbered("  - c{0}\n", "competencies:\n"),
    "yaml escapes": _again("\\x41", 'a: "', '"'),
    "yaml aliases": _again("  - *a\n", "a: &a x\ntags:\n"),
    "yaml alias keys": _again("*a : b\n", "a: &a x\n"),
    "yaml laughs": _laughs,
    "yaml echoes": _echoes,
    "yaml stairs": _stairs("a:"),
    "yaml stories": _numbered("- title: A {0}\n  action: I did {0}.\n"),
    "yaml same stories": _again("- title: A\n  action: I did.\n"),
    "yaml listed": _numbered("  - title: A {0}\n    action: b\n", "stories:\n"),
    "yaml parts": _again("  - action: a\n", "title: a\nparts:\n"),
    "yaml rounds": _numbered("  - name: R{0}\n    focus: conflict\n", "rounds:\n"),
    "yaml questions": _numbered("      - Why {0}?\n", "rounds:\n  - name: a\n    questions:\n"),
    "yaml focus": _again("a,", "rounds:\n  - focus: "),
    "yaml told": _again("  - {story: a, date: 2024}\n", "told:\n"),
    "yaml keep": _numbered("  Why {0}?: a\n", "keep:\n"),
    "yaml never": _again("a, ", "never: [", "]"),
    "yaml principles": _numbered("  - name: P {0}\n    competencies: [conflict]\n",
    "principles:\n"),
    "yaml weights": _numbered("      c{0}: 1\n", "principles:\n  - name: P\n    competencies:\n"),
    "yaml check": _numbered("  r{0}: off\n", "check:\n"),
    "yaml content": _numbered("  - c{0}\n", "content:\n"),
    "yaml people": _numbered("  - Ada{0} Bo\n", "people:\n"),
    "yaml figures": _numbered("  - {0}\n", "figures:\n"),
    "yaml facts": _numbered("- fact: {0}% less\n  value: {0}%\n  source: a\n"),
}  # fmt: skip
JSONS: dict[str, Shape] = {
    **{f"json {unit!r}": _again(unit) for unit in (
        "[", "{", '{"a":', '"', '"\\', "1,", "[]\n", "{}\n", "1\n", "a\n", "9", '"a"\n', "[[],",
    )},
    "json list": _again("1,", "[", "1]"),
    "json texts": _again('"a b",', "[", '"a"]'),
    "json escapes": _again("\\u0041", '["', '"]'),
    "json surrogates": _again("\\ud800", '{"kind": "pin", "story": "', '"}'),
    "json empty": _again("{},", "[", "{}]"),
    "json keys": _numbered('"k{0}": 1,', "{", '"a": 1}'),
    "json same keys": _again('"action": "x",', "{", '"action": "y"}'),
    "json lists": _numbered('"k{0}": [{{"a": 1}}],', "{", '"a": 1}'),
    "json of objects": _numbered('"k{0}": {{"situation": "x", "action": "y"}},', "{", '"a": 1}'),
    "json stories": _numbered('{{"title": "A {0}", "situation": "x", "action": "y {0}"}},', "[",
    "1]"),
    "json own": _again('{"title": "A", "parts": [{"part": "action", "text": "x"}]},',
    '{"kb": 1, "stories": [', "1]}"),
    "json parts": _again('{"part": "action", "text": "x"},',
    '{"kb": 1, "stories": [{"title": "A", "parts": [', "1]}]}"),
    "json resume": _again('"I did 3 things",', '{"work": [{"name": "A", "highlights": [',
    '"x"]}]}'),
    "json jobs": _numbered('{{"name": "A{0}", "highlights": ["I did {0}"]}},', '{"work": [',
    "{}]}"),
    "json deep": _again('{"a":' * 50 + "1" + "}" * 50 + ",", "[", "1]"),
    "json long": _again("x ", '{"title": "a", "action": "', '"}'),
    "json pins": _numbered('{{"kind": "pin", "story": "a{0}", "question": "Why {0}?"}}\n'),
    "json same pins": _again('{"kind": "pin", "story": "a", "question": "Why?"}\n'),
    "json one story": _numbered(
        '{{"kind": "pin", "story": "a", "question": "Why {0}?", "question_id": "q{0}"}}\n'
    ),
    "json renames": _numbered('{{"kind": "rename", "story": "a{0}", "to": "b{0}"}}\n'),
    "json long question": _again("what is ", '{"kind": "pin", "story": "a", "question": "', '"}'),
    "json turns": _again(
        '{"kind": "pin", "story": "a", "question": "Why?"}\n'
        '{"kind": "rename", "story": "a", "to": "b"}\n{"kind": "rename", "story": "b", "to": "a"}\n'
    ),
    "json judged": _numbered(
        '{{"id": "q{0}", "kind": "k", "text": "Why?", "relevant": {{"a": 3}}}}\n'
    ),
    "json kinds": _numbered(
        '{{"id": "q{0}", "kind": "k{0}", "text": "Why?", "relevant": {{"a": 3}}}}\n'
    ),
    "json log": _numbered('{{"key": "k{0}", "story": "a"}}\n'),
}  # fmt: skip
HEAD = "Title,Situation,Action,tags\n"
CSVS: dict[str, Shape] = {
    **{f"csv {unit!r}": _again(unit, HEAD) for unit in (
        "a,b,c,d\n", ",", '"', '"",', "a,\n", '"a\n', ";", "\t", "'", "=", "\n", "a",
        "a,b,c,\"d, e\"\n",
    )},
    "csv columns": _numbered("c{0},", "Title,Action,", "\n1,2,3"),
    "csv wide": lambda size: (
        "Title,Action," + "c," * (n := int(size**0.5)) + "\n" + ("a," * n + "\n") * (n // 2)
    ),
    "csv titles": _again("Action,", "Title,", "\na,b,c,d"),
    "csv no header": _again("a,b\n"),
}  # fmt: skip
WORDED: dict[str, Shape] = {
    **{f"word {unit[:30]!r}": _again(unit) for unit in (
        "<w:p/>", "<w:p><w:r><w:t>Situation: a</w:t></w:r></w:p>",
        "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>A</w:t></w:r></w:p>',
        '<w:p><w:pPr><w:pStyle w:val="ListBullet"/></w:pPr><w:r><w:t>A</w:t></w:r></w:p>',
    )},
    "word runs": _again("<w:r><w:rPr><w:b/></w:rPr><w:t>a </w:t></w:r>", "<w:p>", "</w:p>"),
    "word breaks": _again("<w:r><w:br/></w:r>", "<w:p>", "</w:p>"),
    "word rows": _again(
        "<w:tr><w:tc><w:p><w:r><w:t>Task</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr>",
        "<w:tbl>", "</w:tbl>",
    ),
    "word deep": lambda size: (
        "<w:sdt>" * (n := min(size // 15, 250)) + "<w:p/>" + "</w:sdt>" * n
    ),
    "word tables in tables": lambda size: (
        "<w:tbl><w:tr><w:tc><w:p/>" * 60 + "</w:tc></w:tr></w:tbl>" * 60) * max(1, size // 2700),
}  # fmt: skip


def _texts(units: tuple[str, ...]) -> dict[str, Shape]:
    return {repr(unit): _again(unit) for unit in units}


NESTED: dict[str, Shape] = {
    "stairs of bullets": _stairs("- a"), "stairs of quotes": _stairs("> a"),
    "stairs of numbers": _stairs("1. a"),
    "ticks": _ticks, "wide table": _wide_table, "open fence": _again("a\n", "```\n"),
    "[]": _halves("[", "]"), "<>": _halves("<", ">"),
    "()": _halves("(", ")"), "**": _halves("**a ", "b** "), "details": _halves("<details>\n",
    "</details>\n"), "quotes": _halves("> ", "a "),
    "long table": _again("| a | b |\n", "| Situation | Action |\n|---|---|\n"),
    "table of questions": _again(
        "| Why? | b |\n", "| Question | Answer |\n|---|---|\n"),
        "numbered headings": _numbered("## Heading {0}\n\na\n\n"),
    "numbered questions": _numbered("## Why {0}?\n\na\n\n"),
    "stories": _numbered("## A {0}\n\nSituation: a\n\nAction: b {0}\n\n"),
    "one long heading": _again("a ", "# "), "one long bullet": _again("a ", "- "),
    "one long quote": _again("a ", "> "),
    "lazy bullet": _again("a\n", "- a\n"), "lazy quote": _again("a\n", "> a\n"),
    "labels in a bullet": _again("A: b\n", "- a\n"),
    "rules and text": _again("a\n\n---\n\n"), "fences": _again("```\na\n```\n"),
    "quoted labels": _again("> A: b\n>\n"),
    "comments": _again("<!-- a -->\n"), "html": _again("<div>\n\n"),
    "label and bullets": _again("- a\n", "Action:\n"),
    "figures": _numbered("We cut {0} to 3. "), "names": _numbered("Ada{0} Bo{0} "),
    "sentences": _numbered("I did the {0} thing. "),
}  # fmt: skip


def _matter(shape: Shape) -> Shape:
    return lambda size: f"---\n{shape(size)}\n---\na\n"


MATTERS: dict[str, Shape] = {f"matter of {name}": _matter(shape) for name, shape in YAMLS.items()}
SHAPES: dict[str, dict[str, Shape]] = {
    "markdown": {**_texts((*PLAIN, *MARKED, *LABELLED, *WORDS)), **NESTED},
    "prose": {**_texts((*PLAIN, *WORDS, *MARKED, *LABELLED)), **NESTED},
    "matter": {**MATTERS, **_texts(PLAIN[:12])},
    "yaml": {**YAMLS, **_texts(PLAIN)},
    "json": {**JSONS, **_texts(PLAIN[:12])},
    "csv": {**CSVS, **_texts(PLAIN)},
    "word": WORDED,
    "bytes": _texts(PLAIN[:12]),
}
# What suits the readers of stories beside their own kind.
ALSO: dict[str, tuple[str, ...]] = dict.fromkeys(("story", "guide", "import-document"), ("matter",))
