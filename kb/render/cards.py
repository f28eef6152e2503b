"""The cards to read before a round: text for a terminal, a page to print, JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Any, Final

from kb.render.layout import Page, clean, columns, pad

if TYPE_CHECKING:
    from kb.portfolio.cards import Card, Sheet

LABEL: Final = 15
NOTHING: Final = "There is nothing to put on a card."
MISSING: Final = {"result": "The story has no Result yet."}


def cards_text(sheets: Sequence[Sheet], page: Page) -> str:
    """The pages one after the other, for a terminal."""
    lines: list[str] = []
    for sheet in sheets:
        head = clean(sheet.title) + (f" ({clean(sheet.about)})" if sheet.about else "")
        lines += ["", *(page.style(line, "title") for line in page.wrap(head))]
        lines += [line for said in sheet.heard for line in page.wrap(clean(said))]
        for card in sheet.cards:
            lines += ["", *_card_lines(card, page)]
    return "\n".join(lines[1:]) if lines else "\n".join(page.wrap(NOTHING))


def _card_lines(card: Card, page: Page) -> Iterator[str]:
    number = f"{card.number:>3}  " if card.number else ""
    if card.question:
        yield from page.wrap(_asked(card), " " * len(number), number)
    if card.story is None:
        yield from page.wrap(clean(card.why), " " * LABEL, pad("     open", LABEL))
        return
    yield from _title(card.story.title, card.fit or "", page)

    for label, text, style in _rows(card):
        first = pad(f"     {label}", LABEL)
        for line in page.wrap(clean(text), " " * LABEL, first):
            yield line[:LABEL] + (page.style(line[LABEL:], style) if style else line[LABEL:])


def _rows(card: Card) -> Iterator[tuple[str, str, str]]:
    """What stands below a card's title: a label, its text, and the style of that."""
    if card.opening:
        yield "Open", card.opening, ""
    for step in card.steps:
        yield "Land" if step.land else step.label, step.text, "title" * step.land
    if card.missing:
        yield "Land", MISSING[card.missing], ""
    if card.numbers:
        yield "Numbers", " · ".join(card.numbers), ""
    for count, text in enumerate(card.follow_ups):
        yield "" if count else "Then", text, ""
    for text in card.heard:
        yield "Heard", text, ""


def _title(title: str, fit: str, page: Page) -> Iterator[str]:
    """A story's title, with its fit beside it or, where that is too wide, below."""
    *above, last = page.wrap(clean(title), " " * 5, " " * 5)
    yield from (page.style(line, "title") for line in above)
    if fit and page.width and columns(f"{last}  {fit}") > page.width:
        yield page.style(last, "title")
        last = "   "
    yield page.style(last, "title") + (f"  {page.style(fit, fit)}" if fit else "")


def _asked(card: Card) -> str:
    return clean(card.question) + (f" ({clean(card.focus)})" if card.focus else "")


def cards_json(sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """The pages as objects."""
    return [
        {
            "round": sheet.title,
            "about": sheet.about,
            "heard": list(sheet.heard),
            "cards": [_card_json(card) for card in sheet.cards],
        }
        for sheet in sheets
    ]


def _card_json(card: Card) -> dict[str, Any]:
    return {
        "number": card.number,
        "question": card.question,
        "focus": card.focus,
        "story": card.story.id if card.story else None,
        "title": card.story.title if card.story else "",
        "fit": card.fit,
        "opening": card.opening,
        "steps": [
            {"part": s.label.lower(), "text": s.text, "line": s.line, "land": s.land}
            for s in card.steps
        ],
        "missing": [card.missing] if card.missing else [],
        "numbers": list(card.numbers),
        "follow_ups": list(card.follow_ups),
        "heard": list(card.heard),
        "why": card.why,
    }


CSS: Final = """
:root { --paper: #fff; --ink: #1b1a17; --quiet: #5c574e; --line: #d9d4c9; color-scheme: light dark;
  --sans: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #1c1b19; --ink: #e9e4da; --quiet: #b0a89b; --line: #45413a; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 11.5pt/1.32 var(--sans); overflow-wrap: anywhere; }
main { max-width: 186mm; margin: 0 auto; padding: 9mm 4mm; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline;
  column-gap: 6mm; border-bottom: 1.5pt solid var(--ink); padding-bottom: 1mm; }
h1 { font-size: 15pt; line-height: 1.2; margin: 0; }
header p { margin: 0; color: var(--quiet); }
.known { margin: 1.2mm 0 0; color: var(--quiet); font-size: 10pt; }
article { padding: 2.4mm 0; border-bottom: 0.5pt solid var(--line); break-inside: avoid; }
article:last-of-type { border-bottom: 0; }
.asked { margin: 0; color: var(--quiet); font-size: 10pt; line-height: 1.25; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 4mm; }
h2 { font-size: 12.5pt; line-height: 1.25; margin: 0.3mm 0 0.6mm; }
.fit, .numbers { color: var(--quiet); font-size: 10pt; }
dl { display: grid; grid-template-columns: 17mm 1fr; column-gap: 2mm; margin: 0;
  align-items: baseline; }
dt { color: var(--quiet); font-size: 9pt; }
dd { margin: 0; min-width: 0; }
dd.small { font-size: 10pt; }
.land { font-weight: 700; }
.dense { font-size: 11pt; line-height: 1.17; }
.dense article { padding: 0.9mm 0; }
.dense h2 { font-size: 11.5pt; margin: 0; line-height: 1.2; }
.dense .asked, .dense .numbers, .dense dd.small, .dense .known { font-size: 9.5pt; }
.dense dt { font-size: 8.5pt; }
@page { margin: 8mm 12mm; }
@media screen { main + main { border-top: 3px double var(--line); } }
@media print {
  :root { --quiet: #444; --line: #bbb; }
  main { max-width: none; padding: 0; break-after: page; }
  main:last-of-type { break-after: auto; }
}
"""
_A4: Final = CSS + "@page { size: A4; }\n"
_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hash}'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
{body}
</body>
</html>
"""


def cards_html(sheets: Sequence[Sheet], *, a4: bool = False) -> str:
    """The pages as one HTML file that needs nothing else. a4: whether the paper is said to be
    A4; else it is whatever the printer has."""
    css = _A4 if a4 else CSS
    title = sheets[0].title if len(sheets) == 1 else (sheets[0].about if sheets else "") or "Cards"
    return _PAGE.format(
        hash=b64encode(sha256(css.encode()).digest()).decode(),
        title=_html(title),
        css=css,
        body="\n".join(line for sheet in sheets for line in _sheet_html(sheet)),
    )


def _html(text: str) -> str:
    return escape(clean(text))


def _sheet_html(sheet: Sheet) -> Iterator[str]:
    dense = ' class="dense"' if len(sheet.cards) > 4 else ""
    yield f"<main{dense}>\n<header><h1>{_html(sheet.title)}</h1>"
    yield f"<p>{_html(sheet.about)}</p></header>" if sheet.about else "</header>"
    yield from (f'<p class="known">{_html(said)}</p>' for said in sheet.heard)
    for card in sheet.cards:
        yield from _article(card, bool(dense))
    yield "</main>"


def _article(card: Card, dense: bool) -> Iterator[str]:
    number = f"{card.number}. " if card.number else ""
    yield "<article>"
    if card.question:
        yield f'<p class="asked">{_html(number + _asked(card))}</p>'
    if card.story is None:
        yield f'<h2>No story</h2>\n<p class="asked">{_html(card.why)}</p>\n</article>'
        return
    fit = f'<span class="fit">{_html(card.fit)}</span>' if card.fit else ""
    numbers = _html(" · ".join(card.numbers))
    beside = f'<span class="numbers">{numbers}</span>' if numbers and dense else ""
    yield f'<div class="head"><h2>{_html(card.story.title)}</h2>{fit}{beside}</div>\n<dl>'
    if card.opening:
        yield f"<dt>Open</dt><dd>{_html(card.opening)}</dd>"
    for step in card.steps:
        land = ' class="land"' if step.land else ""
        label = "Land" if step.land else step.label
        yield f"<dt>{_html(label)}</dt><dd{land}>{_html(step.text)}</dd>"
    if card.missing:
        yield f'<dt>Land</dt><dd class="fit">{_html(MISSING[card.missing])}</dd>'
    if numbers and not dense:
        yield f'<dt class="small">Numbers</dt><dd class="small">{numbers}</dd>'
    if card.follow_ups:
        then = "<br>".join(_html(text) for text in card.follow_ups)
        yield f'<dt class="small">Then</dt><dd class="small">{then}</dd>'
    if card.heard:
        yield f'<dt class="small">Heard</dt><dd class="small">{_html(" ".join(card.heard))}</dd>'
    yield "</dl>\n</article>"
