"""Everything in kb that reads a text which others wrote, each as one function of a text.

A target is called with any text (one with bytes) and returns nothing. `attempt` calls it as a
command would: the errors that tell a user what to mend are no fault. What is one is said by a
`FaultError`, or is any other exception.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from kb.domain import Finding, Story
from kb.errors import DocumentError, KBError
from kb.exporters.private import Private
from kb.files.shipped import competencies

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
TODAY = date(2026, 11, 28)
PATH = "x.md"
Run = Callable[[str], object]


class FaultError(AssertionError):
    """What was read is no good: it cannot be written, or points outside the file."""


@dataclass(frozen=True, slots=True)
class Target:
    """A reader. kind: which shapes of text suit it; seeds: patterns of files in tests/data."""

    name: str
    run: Run
    kind: str = "markdown"
    seeds: tuple[str, ...] = ()


def attempt(target: Target, data: bytes) -> None:
    """Give the bytes to a target. Raises whatever is a fault, and nothing else."""
    text = data.decode("latin-1") if target.kind == "bytes" else as_text(data)
    try:
        found = target.run(text)
    except KBError as error:
        _sound(str(error))
        if isinstance(error, DocumentError) and target.kind != "bytes":
            _inside(error.line, text, error.message)
        return
    if found is not None:
        _sound(found)
        if target.kind != "bytes":
            for each in _findings(found):
                _inside(each.line, text, each.message)


def as_text(data: bytes) -> str:
    """The bytes as a text that kb would accept as a file's: UTF-8 and no NUL."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def _inside(line: int, text: str, what: str) -> None:
    rows = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    if not 0 <= line <= rows:
        raise FaultError(f"line {line} of {rows}: {what}")


def _sound(found: object) -> None:
    """That all in a value can be written as UTF-8 and as JSON."""
    for leaf in _leaves(found):
        if isinstance(leaf, str):
            leaf.encode("utf-8")
        elif isinstance(leaf, float) and not math.isfinite(leaf):
            raise FaultError(f"{leaf} is no number in JSON")


def _leaves(found: object) -> Iterator[object]:
    stack = [found]
    while stack:
        one = stack.pop()
        if is_dataclass(one) and not isinstance(one, type):
            stack += (getattr(one, each.name) for each in fields(one))
        elif isinstance(one, Mapping):
            stack += [*one, *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            stack += one
        else:
            yield one


def _findings(found: object) -> Iterator[Finding]:
    stack = [found]
    while stack:
        one = stack.pop()
        if isinstance(one, Finding):
            yield one
        elif isinstance(one, list | tuple):
            stack += one
        elif hasattr(one, "findings"):
            stack.append(one.findings)


# --- the readers


def _guide(text: str) -> object:
    from kb.parse.guide import parse_guide
    from kb.passages import guide_passages

    parsed = parse_guide(text, path=PATH, guide_id="x", competencies=competencies())
    return parsed, guide_passages(parsed.guide)


def _stories(text: str, path: str = PATH) -> tuple[Story, ...]:
    from kb.parse.story import parse_stories

    return parse_stories(text, path=path, competencies=competencies()).stories


def _story(text: str, path: str = PATH) -> object:
    from kb.parse.story import parse_stories
    from kb.passages import story_passages

    parsed = parse_stories(text, path=path, competencies=competencies())
    return parsed, [story_passages(story) for story in parsed.stories]


def _front_matter(text: str) -> object:
    from kb.parse.frontmatter import split_front_matter
    from kb.parse.markdown import normalise

    front = split_front_matter(normalise(text), path=PATH)
    if front.fields and front.body_line > normalise(text).count("\n") + 2:
        raise FaultError(f"the body begins on line {front.body_line}")
    return front.body


def _passages(text: str) -> object:
    from kb.passages import plain, sentences

    return plain(text), sentences(text)


def _check(text: str) -> object:
    from kb.check.checking import check_story
    from kb.check.settings import Settings

    return [check_story(story, Settings(), TODAY) for story in _plain_story(text)]


def _figures(text: str) -> object:
    from kb.figures import find_figures

    return find_figures(text)


def _facts(text: str) -> object:
    from kb.facts import ledger
    from kb.facts.template import template

    stories = _plain_story(text)
    found = ledger([*stories, *(replace(story, id=f"{story.id}-2") for story in stories)])
    return found, template(found.facts)


def _confirmed(text: str) -> object:
    from kb.facts.confirming import read_facts

    return read_facts(text, path=PATH, stories=("a",))


def _export(form: str) -> Run:
    def run(text: str) -> object:
        from kb.exporters import written

        return written(_plain_story(text), form)  # type: ignore[arg-type]

    return run


def _redact(text: str) -> object:
    from kb.exporters.redact import Redactor

    stories = _plain_story(text)
    return Redactor(_listed(), stories).redact(stories)


@cache
def _listed() -> Private:
    from kb.exporters.private import read_private

    text = "people: [Ada Lovelace, Bo]\ncompanies: [Acme]\nfigures: ['4,000', 12%]\nother: [x-1]\n"
    return read_private(text, "private.yaml")


def _private(text: str) -> object:
    from kb.exporters.private import read_private

    return read_private(text, PATH)


def _plain_story(text: str) -> tuple[Story, ...]:
    """The stories of a text; whatever it is, its words are to reach what reads stories."""
    from kb.domain import Part

    try:
        return _stories(text)
    except DocumentError:
        return (Story("x", PATH, "x", parts=(Part("action", text, 1),)),)


def _rewrite(text: str) -> object:
    from kb.rewrite import set_fields, written

    made = set_fields(text, {"title": "A: b", "tags": ["x", "y #z"], "status": None}, path=PATH)
    if written(made, "title", path=PATH) != "A: b":
        raise FaultError("the title that was set is not there")
    return made


def _rewrite_yaml(text: str) -> object:
    from kb.rewrite import set_fields_in_yaml

    return set_fields_in_yaml(text, 0, {"id": "a-b", "answers": ["Why?"]}, path="x.yaml")


def _imported(form: str) -> Run:
    def run(text: str) -> object:
        from kb.importers import find_in_text
        from kb.importers.records import Source

        source = Source("x", "x", competencies(), vault=len(text) % 2 == 0)
        return _written(find_in_text(text, form, source))  # type: ignore[arg-type]

    return run


def _written(found: object) -> object:
    """That what an importer found makes files, and that these read back."""
    from kb.importers.likeness import record_key, told
    from kb.importers.write import story_markdown
    from kb.parse.story import parse_stories

    files = []
    for record in found.records[:50]:  # type: ignore[attr-defined]
        record_key(record.draft)
        told(record.draft)
        files.append(story_markdown(record.draft))
        if not parse_stories(files[-1], path=PATH).stories:
            raise FaultError("what was imported is no story")
    return found, files


def _word(text: str) -> object:
    """The body of a Word file's XML."""
    from kb.importers import find_in_word
    from kb.importers.records import Source

    return _written(find_in_word(word_file(text), Source("x", "x", competencies())))


def _word_bytes(text: str) -> object:
    from kb.importers import find_in_word
    from kb.importers.records import Source

    return _written(find_in_word(text.encode("latin-1"), Source("x", "x", competencies())))


def word_file(body: str) -> bytes:
    """A Word file with this XML in its body."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in _word_parts():
            package.writestr(name, _BODY.format(body) if name == "word/document.xml" else data)
    return out.getvalue()


_BODY = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w='
    '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)


@cache
def _word_parts() -> tuple[tuple[str, bytes], ...]:
    import docx

    out = io.BytesIO()
    docx.Document().save(out)
    with zipfile.ZipFile(out) as package:
        return tuple((name, package.read(name)) for name in package.namelist())


def _config(text: str) -> object:
    from kb.check.settings import read_settings
    from kb.files.config import parse_config

    config = parse_config(text)
    return config, read_settings(config.check.text, max(config.check.line, 1), config.level.text)


def _check_block(text: str) -> object:
    from kb.check.settings import read_settings

    return read_settings(text, 1, "senior")


def _loop(text: str) -> object:
    from kb.portfolio.loops import loop_yaml, parse_loop

    parsed = parse_loop(text, PATH)
    again = parse_loop(loop_yaml(parsed.loop, "x"), PATH).loop
    if (again.company, again.date, len(again.told), len(again.never)) != (
        parsed.loop.company, parsed.loop.date, len(parsed.loop.told), len(parsed.loop.never),
    ):  # fmt: skip
        raise FaultError("a loop that was written reads otherwise")
    return parsed


def _framework(text: str) -> object:
    from kb.portfolio.frameworks import parse_framework

    return parse_framework(text, path=PATH, stem="x", competencies=competencies())


def _advert(text: str) -> object:
    from kb.portfolio.adverts import said_in, title_of

    return said_in(text), title_of(text)


def _document(text: str) -> object:
    from kb.importers.documents import document_text
    from kb.portfolio.adverts import said_in, title_of

    found = document_text(text.encode("latin-1"), "x.txt")
    return said_in(found), title_of(found)


def _journal(text: str) -> object:
    from kb.journal import entries_of, pins

    journal = entries_of(text.encode("utf-8"), PATH)
    said = pins(journal.entries)
    return [replace(e, extra={}) for e in journal.entries], journal.problems, said


def _import_log(text: str) -> object:
    from kb.importers.log import read_log

    return read_log(text)


def _judgments(text: str) -> object:
    from kb.evaluate import evaluate, read_judgments, table

    judged = read_judgments(text, PATH)
    return judged, json.dumps(table(evaluate({}, judged)), allow_nan=False)


_MD = ("stories/*.md", "imports/*.md", "guides/*.md")
_YAML = ("stories/*.yaml",)
TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("guide", _guide, seeds=("guides/*",)),
        Target("story", _story, seeds=_MD),
        Target("story-yaml", lambda text: _story(text, "x.yaml"), "yaml", _YAML),
        Target("front-matter", _front_matter, "matter", ("stories/*.md", "guides/front*.md")),
        Target("passages", _passages, seeds=_MD),
        Target("check", _check, seeds=("stories/*", "check/*/*", "eval/stories/*")),
        Target("figures", _figures, "prose", ("facts/*", "eval/stories/*")),
        Target("facts", _facts, "prose", ("facts/*", "eval/stories/*")),
        Target("confirmed", _confirmed, "yaml", _YAML),
        *(Target(f"export-{form}", _export(form), seeds=_MD)
          for form in ("md", "html", "json", "csv", "docx")),
        Target("redact", _redact, seeds=(*_MD, "eval/stories/*")),
        Target("private", _private, "yaml", _YAML),
        Target("rewrite", _rewrite, "matter", ("stories/*.md",)),
        Target("rewrite-yaml", _rewrite_yaml, "yaml", _YAML),
        Target("import-document", _imported("document"), seeds=(*_MD, "imports/*/*.md")),
        Target("import-table", _imported("table"), "csv", ("imports/*.csv", "imports/*/*.csv")),
        Target("import-json", _imported("json"), "json", ("imports/*.json",)),
        Target("import-json-lines", _imported("json-lines"), "json", ("imports/*.jsonl",)),
        Target("import-yaml", _imported("yaml"), "yaml", _YAML),
        Target("import-word", _word, "word"),
        Target("import-word-bytes", _word_bytes, "bytes"),
        Target("import-log", _import_log, "json"),
        Target("config", _config, "yaml"),
        Target("check-settings", _check_block, "yaml"),
        Target("loop", _loop, "yaml"),
        Target("framework", _framework, "yaml"),
        Target("advert", _advert, "prose", ("adverts/*.md", "adverts/*.txt")),
        Target("document", _document, "bytes", ("adverts/*.txt",)),
        Target("journal", _journal, "json"),
        Target("judgments", _judgments, "json", ("eval/*.jsonl",)),
    )
}  # fmt: skip


def seeds_of(target: Target) -> list[bytes]:
    """What a target's runs begin with: files of the tests, and what ships with kb."""
    patterns = (*target.seeds, f"hostile/{target.name}/*")
    found = [path for pattern in patterns for path in sorted(DATA.glob(pattern))]
    if target.name == "framework":
        found += sorted((ROOT / "kb" / "data" / "frameworks").glob("*.yaml"))
    return [path.read_bytes() for path in found if path.is_file()]
