# ruff: noqa: E501
"""Texts that would be run or drawn where a page forgot to escape them, in every field there is."""

from __future__ import annotations

import json
from pathlib import Path

# What a payload does when it is run: `window.kbHit` is looked at on each page.
RUN = "window.kbHit=1"
PRODUCT = "1532643"  # of 1237*1239, where a template runs what it is given
PAYLOADS: tuple[str, ...] = tuple(
    text.replace("RUN", RUN)
    for text in (
        "<script>RUN</script>",
        '"><script>RUN</script>',
        "'><script>RUN</script>",
        "</title><script>RUN</script>",
        "</textarea><script>RUN</script>",
        "</script><script>RUN</script>",
        "</style></code></pre><script>RUN</script>",
        "--><script>RUN</script><!--",
        "]]><script>RUN</script>",
        "<<script>RUN//<</script>",
        "<scr<script>ipt>RUN</scr</script>ipt>",
        "<img src=x onerror=RUN>",
        '"><img src=x onerror="RUN">',
        "<svg onload=RUN>",
        "<svg><script>RUN</script></svg>",
        '<svg><a xlink:href="javascript:RUN"><text y=20>a</text></a></svg>',
        "<input autofocus onfocus=RUN>",
        '" autofocus onfocus="RUN" x="',
        "' autofocus onfocus='RUN' x='",
        '" onmouseover="RUN" style="position:fixed;inset:0" x="',
        "<details open ontoggle=RUN>",
        "<video><source onerror=RUN></video>",
        '<iframe srcdoc="<script>parent.RUN</script>"></iframe>',
        '<iframe src="javascript:parent.RUN"></iframe>',
        '<object data="javascript:RUN"></object>',
        '<a href="javascript:RUN">a</a>',
        "javascript:RUN",
        "[a](javascript:RUN)",
        "[a](JaVa&#10;ScRiPt:RUN)",
        "[a](data:text/html,<script>RUN</script>)",
        '![a](x"onerror="RUN)',
        "<javascript:RUN>",
        "`<script>RUN</script>`",
        "`</code><script>RUN</script>",
        "&lt;script&gt;RUN&lt;/script&gt;",
        "&#60;script&#62;RUN&#60;/script&#62;",
        "\\u003cscript\\u003eRUN\\u003c/script\\u003e",
        "%3Cscript%3ERUN%3C/script%3E",
        '<meta http-equiv=refresh content="0;url=javascript:RUN">',
        "<base href=//evil.example/>",
        "<form action=//evil.example/><button autofocus>a</button>",
        "<link rel=stylesheet href=//evil.example/a.css><style>*{display:none}</style>",
        '<noscript><p title="</noscript><img src=x onerror=RUN>">',
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;">',
        "{{1237*1239}} {% raw %}${1237*1239}#{1237*1239}",
        "\u202e<script>RUN</script>\u2028\u200b",
        "=1+1\"<script>RUN</script>,'|",
    )
)
QUESTION = "How did you tell an architect that"


def in_name(payload: str) -> str:
    """A payload as a file may be called."""
    return payload.replace("/", "\u2215").replace("\u2028", "")[:80]


def write(folder: Path, payloads: tuple[str, ...]) -> None:
    """A workspace whose every text is an attack: each field takes each payload in turn."""
    for number in range(len(payloads)):
        taken = [payloads[(number + step) % len(payloads)] for step in range(len(payloads))]
        _story(folder, number, (taken * 24)[:24])
        _loop(folder, number, (taken * 12)[:12])
        _framework(folder, number, (taken * 8)[:8])
    _guide(folder, payloads)
    _journal(folder, payloads)
    (folder / "kb.yaml").write_text(f"# {payloads[0]}\nlevel: senior\n", "utf-8")
    (folder / "personal" / "broken.md").write_text(f"---\ntitle: [{payloads[0]}\n---\n", "utf-8")


def _story(folder: Path, number: int, said: list[str]) -> None:
    matter = {
        "title": f"{said[0]} {number}", "date": "2024-05", "role": said[1], "company": said[2],
        "employer": said[3], "tags": [said[4], said[5]], "competencies": [said[6], "problem-solving"],
        "answers": [f"{QUESTION} {said[7]}?"],
    }  # fmt: skip
    if number % 2:
        matter["id"] = f"story-{number}"
    home = folder / "personal" / f"f{number % 3} {in_name(said[10])}"
    home.mkdir(parents=True, exist_ok=True)
    text = "\n".join(f"{key}: {json.dumps(value)}" for key, value in matter.items())
    if number % 3 == 0:
        text += f"\n{json.dumps(said[8])}: {json.dumps(said[9])}"
    (home / f"{number} {in_name(said[11])}.md").write_text(
        f"---\n{text}\n---\n\n## Situation\nThe architect drew {said[12]} and it stood.\n\n"
        f"## {said[13]}\nI told the architect {said[14]} and *{said[15]}* before anyone else.\n\n"
        f"## Action\n- {said[16]}\n- I measured 40% of {said[17]}.\n\n    {said[18]}\n\n> {said[19]}\n\n"
        f"## Result\n| a | b |\n|---|---|\n| {said[20]} | {said[21]} |\n\n{said[22]}\n\n"
        f"## Learning\nTo ask {said[23]} first.\n",
        "utf-8",
    )


def _guide(folder: Path, payloads: tuple[str, ...]) -> None:
    pieces = [f"# Guide {payloads[0]}\n\nOf {payloads[1]}\n"]
    for number, payload in enumerate(payloads):
        other = payloads[(number + 1) % len(payloads)]
        pieces.append(
            f"## Question {number + 1}: {QUESTION} {payload}?\n\n**Also asked as**:\n- Say {other}\n\n"
            f"### Concept\n\nIt is {payload}, {other}.\n\n### Example Response\n\n"
            f"**Example 1 - {payload}**:\n\nThe architect {other} drew.\n\n### Best Practices\n\n"
            f"- **{payload}**: Do {other}\n\n### Follow-up questions\n\n- And {payload}?\n\n"
            f"### Aside {other}\n\nA note {payload}.\n"
        )
    path = folder / "content" / f"a {in_name(payloads[1])}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(pieces), "utf-8")


def _loop(folder: Path, number: int, said: list[str]) -> None:
    loop = {
        "company": said[0], "date": "2026-12", "framework": f"own-{number}", said[9]: said[10],
        "rounds": [
            {"name": said[1], "interviewer": said[2], "focus": [said[3], "problem-solving"],
             "questions": [f"{QUESTION} {said[4]}?", said[5]]},
        ],
        "told": [{"story": said[6], "company": said[7]}],
        "keep": {"1": said[8]},
    }  # fmt: skip
    path = folder / "personal" / "_kb" / "loops" / f"{number} {in_name(said[11])}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(loop), "utf-8")


def _framework(folder: Path, number: int, said: list[str]) -> None:
    principles = [
        {
            "name": f"{said[4]} {n}",
            "line": said[5],
            "competencies": {"problem-solving": 1.0, said[6]: 0.5},
        }
        for n in range(2)
    ]
    framework = {
        "id": f"own-{number}", "name": f"{said[0]} {number}", "about": said[1], "source": said[2],
        "read": "2026-01-01", "licence": said[3], "unofficial": True, "principles": principles,
    }  # fmt: skip
    path = folder / "frameworks" / f"{number} {in_name(said[7])}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(framework), "utf-8")


def _journal(folder: Path, payloads: tuple[str, ...]) -> None:
    path = folder / "personal" / "_kb" / "journal.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, payload in enumerate(payloads):
        story = f"story-{number | 1}"
        base = {"v": 1, "at": "2026-01-02T03:04:05Z", "story": story}
        lines += [
            {**base, "kind": "pin", "question": f"Did you {payload}?", "question_id": payload},
            {**base, "kind": "rename", "to": story, "extra": payload},
            {**base, "kind": "use", "company": payload, "round": payload, "note": payload},
            {**base, "kind": "debrief", "question": payload, "landed": payload, "company": payload},
            {**base, "kind": payload, "question": payload, "at": payload},
        ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
