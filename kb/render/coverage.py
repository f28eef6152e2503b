"""What a bank covers: a table for a terminal, an object for a program, a page with a heat map."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Any, Final

from kb.render.layout import Page, clean, columns, pad

if TYPE_CHECKING:
    from kb.domain import StoryCard
    from kb.portfolio.coverage import Health, Heat, Row
    from kb.portfolio.types import Cell

ONLY: Final = "only this story answers it"
UNCALIBRATED: Final = "Fit words are not calibrated for this model."
EMPTY: Final = "There are no stories yet, so nothing is covered. What to write first: kb gaps"
LONGEST_NAME: Final = 20
MANY: Final = 14  # stories of a heat map, above which paper is too narrow
NARROW: Final = 30  # columns for two titles, below which each stands on a line of its own


Titles = Mapping[str, str]


def coverage_text(rows: Sequence[Row], titles: Titles, heading: str, page: Page) -> list[str]:
    """The table, a row a competency or principle. titles: of the stories, by id."""
    name = max([columns(heading), *(columns(row.name) for row in rows)])
    name = min(LONGEST_NAME, name) if page.width else name
    left = name + 16  # with the word, the number, and the space between
    if page.width and page.width - left < NARROW:
        return [line for row in rows for line in _stacked(row, titles, page)]
    room = (page.width - left - 2) // 2 if page.width else _longest(rows, titles)
    head = f"{pad(heading, name)}  {pad('Best', 8)} {'No.':>3}  {pad('Best story', room)}  Second"
    lines = [page.style(head, "title")]
    for row in rows:
        best, second = _stories(row, titles)
        cells = [_fold(row.name, name, page), _fold(best, room, page), _fold(second, room, page)]
        for number in range(max(len(cell) for cell in cells)):
            one, two, three = (cell[number] if number < len(cell) else "" for cell in cells)
            word = page.style(pad(row.fit, 8), row.fit) if number == 0 else " " * 8
            count = f"{row.fitting:>3}" if number == 0 else "   "
            three = page.style(three, "quiet") if row.only and three else three
            lines.append(f"{pad(one, name)}  {word} {count}  {pad(two, room)}  {three}".rstrip())
    return lines


def _stories(row: Row, titles: Titles) -> tuple[str, str]:
    """What stands in the columns of the best story and the second."""
    best = clean(titles[row.best.story]) if row.best else "-"
    if row.only:
        return best, ONLY
    return best, clean(titles[row.second.story]) if row.second else ""


def _longest(rows: Sequence[Row], titles: Titles) -> int:
    return max((columns(_stories(row, titles)[0]) for row in rows), default=0)


def _fold(text: str, width: int, page: Page) -> list[str]:
    """A cell's text in lines of at most `width`; in one where the page has no width."""
    if not page.width:
        return [" ".join(text.split())]
    return [page.cut(line, width) for line in Page(width).wrap(text)] if text else [""]


def _stacked(row: Row, titles: Titles, page: Page) -> list[str]:
    """A row for a narrow page."""
    best, second = _stories(row, titles)
    word = page.style(row.fit, row.fit)
    lines = [page.cut(row.name, page.width - 14) + f"  {word} {row.fitting}"]
    for text in (best, second):
        lines += page.wrap(text, "  ") if text not in ("", "-") else []
    return lines


def health_text(health: Health, titles: Titles, page: Page) -> list[str]:
    """How the bank is, a line or two each."""
    lines: list[str] = []
    for label, said in health_words(health, titles):
        lines += page.wrap(said, " " * 9, page.style(pad(label, 9), "title"))
    return lines


def health_words(health: Health, titles: Titles) -> list[tuple[str, str]]:
    """(label, sentence) of each thing that is said of a bank."""
    stories = _count(health.stories, "story", "stories")
    drafts = f", {_count(health.drafts, 'draft', 'drafts')} among them" if health.drafts else ""
    aim = "8 to 12 that you know well are enough"
    if health.stories < 8:
        aim = "8 to 12 are a good aim"
    ages = [f"{health.fresh} from the last 3 years"]
    ages += [f"{health.stale} over 5 years old"] if health.stale else []
    ages += [f"{health.undated} without a date"] if health.undated else []
    found = [
        ("Stories", f"{stories}{drafts}; {aim}."),
        ("Fresh", f"{', '.join(ages)}."),
        ("Strong", _strong(health)),
        ("Failure", _failure(health, titles)),
    ]
    if health.numbers is not None:
        of = f"{health.numbers} of {health.stories}"
        verb = "has" if health.numbers == 1 else "have"
        found.append(("Numbers", f"{of} {verb} a number in the Result."))
    return found


def _strong(health: Health) -> str:
    if not health.strong:
        return "no story is strong for anything yet; kb check shows what to mend first."
    verb = "is" if health.strong == 1 else "are"
    return f"{health.strong} of {health.stories} {verb} strong for something."


def _failure(health: Health, titles: Titles) -> str:
    if not health.failure:
        return "none is told yet; most interviews ask for one."
    more = len(health.failure) - 1
    rest = f", and {_count(more, 'story', 'stories')} more" if more else ""
    return f"told, best in “{clean(titles[health.failure[0]])}”{rest}."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def coverage_json(
    rows: Sequence[Row],
    health: Health,
    stories: Sequence[StoryCard],
    framework: str,
    *,
    calibrated: bool,
) -> dict[str, Any]:
    """The same as an object. framework: its id, "" for the competencies."""
    titles = {card.id: card.title for card in stories}
    return {
        "framework": framework,
        "calibrated": calibrated,
        "rows": [
            {
                "id": row.id,
                "name": row.name,
                "fit": row.fit,
                "fitting": row.fitting,
                "only": row.only,
                "best": _cell_json(row.best, titles),
                "second": _cell_json(row.second, titles),
            }
            for row in rows
        ],
        "health": {
            "stories": health.stories,
            "drafts": health.drafts,
            "fresh": health.fresh,
            "stale": health.stale,
            "undated": health.undated,
            "strong": health.strong,
            "failure": list(health.failure),
            "numbers": health.numbers,
        },
    }


def _cell_json(cell: Cell | None, titles: Titles) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "story": cell.story,
        "title": titles[cell.story],
        "fit": cell.fit,
        "score": round(cell.score, 6),
        "how": cell.how,
        "question": cell.question,
    }


def heat_html(heat: Heat, subject: str) -> str:
    """The heat map as a table to be put into a page, styled by HEAT_CSS: a shade and a word in
    each cell; on a narrow screen, or on paper with many stories, a list under each row's name.

    subject: what the rows are, "Competency" or "Principle".
    """
    wide = " many" if len(heat.stories) > MANY else ""
    heads = "".join(f'<th scope="col">{_text(card.title)}</th>' for card in heat.stories)
    lines = [
        f'<div class="heat-box"><table class="heat{wide}">',
        f'<thead><tr><th scope="col">{_text(subject)}</th>{heads}</tr></thead>',
        "<tbody>",
    ]
    titles = [_text(card.title) for card in heat.stories]
    for row in heat.rows:
        cells = "".join(
            f'<td class="{fit}"><span class="story">{title}</span> <span>{fit}</span></td>'
            for title, fit in zip(titles, row.fits, strict=True)
        )
        none = "" if set(row.fits) - {"gap"} else ' class="none"'
        lines.append(f'<tr{none}><th scope="row">{_text(row.name)}</th>{cells}</tr>')
    lines += ["</tbody>", "</table></div>"]
    if heat.left_out:
        said = f"{_count(heat.left_out, 'story', 'stories')} that show less are left out."
        lines.append(f'<p class="quiet">{said}</p>')
    return "\n".join(lines)


def heat_page(heat: Heat, subject: str, heading: str, notes: Sequence[tuple[str, str]]) -> str:
    """The heat map as a page that needs nothing else. notes: (label, sentence) above it."""
    said = "".join(
        f"<div><dt>{_text(label)}</dt><dd>{_text(text)}</dd></div>" for label, text in notes
    )
    digest = b64encode(sha256(PAGE_CSS.encode()).digest()).decode()
    body = f"<h1>{_text(heading)}</h1>\n<dl>{said}</dl>\n{heat_html(heat, subject)}"
    return PAGE.format(hash=digest, title=_text(heading), css=PAGE_CSS, body=body)


def _text(text: str) -> str:
    return escape(" ".join(clean(text).split()))


# A table as a list: a heading for each row, a line for each story that is no gap.
_LIST: Final = """
  table.heat{0}, .heat{0} tbody, .heat{0} th[scope=row] {{ display: block; }}
  .heat{0} thead, .heat{0} td.gap {{ display: none; }}
  .heat{0} tr {{ display: flex; flex-direction: column; margin: 0 0 1rem; max-width: 36rem;
    break-inside: avoid; }}
  .heat{0} td.strong {{ order: 1; }} .heat{0} td.workable {{ order: 2; }}
  .heat{0} td.stretch {{ order: 3; }}
  .heat{0} th[scope=row] {{ position: static; padding: 0.2rem 0; max-width: none; }}
  .heat{0} tr.none th::after {{ content: ": gap"; font-weight: 400; }}
  .heat{0} td {{ display: flex; justify-content: space-between; gap: 1rem; text-align: left; }}
  .heat{0} .story {{ display: inline; }}"""
HEAT_CSS: Final = f"""
.heat-box {{ overflow-x: auto; }}
table.heat {{ border-spacing: 2px; font-size: 0.8125rem; line-height: 1.25; }}
.heat th, .heat td {{ padding: 0.3rem 0.25rem; }}
.heat th {{ text-align: left; font-weight: 600; }}
.heat thead th {{ min-width: 4rem; max-width: 5rem; font-weight: 400; vertical-align: bottom;
  overflow-wrap: break-word; }}
.heat th[scope=row] {{ position: sticky; left: 0; background: Canvas; min-width: 7rem;
  max-width: 12rem; }}
.heat td {{ text-align: center; border-radius: 2px; -webkit-print-color-adjust: exact;
  print-color-adjust: exact; }}
.heat .story {{ display: none; }}
.heat td.strong {{ background: #1c6b45; color: #fff; font-weight: 600; }}
.heat td.workable {{ background: #9fd2b5; color: #10301f; }}
.heat td.stretch {{ background: #e6f1ea; color: #33453a; }}
.heat td.gap {{ color: #70706c; }}
@media (max-width: 45rem) {{{_LIST.format("")}
}}
@media print {{
  table.heat {{ font-size: 7.5pt; border-spacing: 1px; }}
  .heat thead th {{ min-width: 0; }}{_LIST.format(".many")}
  table.heat.many {{ font-size: 7pt; line-height: 1.15; border-spacing: 0; }}
  .heat.many tbody {{ columns: 4; column-gap: 5mm; }}
  .heat.many tr {{ margin: 0 0 2mm; }} .heat.many td {{ padding: 0.3mm 1mm; }}
  .heat.many th[scope=row] {{ padding: 0; }}
}}
"""
PAGE_CSS: Final = f"""{HEAT_CSS}
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 "Helvetica Neue", Helvetica, Arial, sans-serif; margin: 2rem auto;
  padding: 0 1.25rem; max-width: 90rem; background: Canvas; color: CanvasText; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; font-weight: 600; }}
dl {{ margin: 0 0 1.5rem; max-width: 44rem; }}
dl div {{ display: flex; gap: 0.75rem; }}
dt {{ flex: none; width: 5rem; font-weight: 600; }}
dd {{ margin: 0; overflow-wrap: anywhere; }}
.quiet {{ font-size: 0.875rem; }}
@media screen and (prefers-color-scheme: dark) {{
  .heat td.strong {{ background: #6fd3a2; color: #06281a; }}
  .heat td.workable {{ background: #2d6b4d; color: #f2fbf6; }}
  .heat td.stretch {{ background: #20352a; color: #cfe0d6; }}
  .heat td.gap {{ color: #a3a39d; }}
}}
@page {{ size: A4 landscape; margin: 12mm; }}
@media print {{ body {{ margin: 0; padding: 0; }} .heat-box {{ overflow: visible; }}
  .heat th[scope=row] {{ position: static; }} .heat tr {{ break-inside: avoid; }} }}
"""
PAGE: Final = """\
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
