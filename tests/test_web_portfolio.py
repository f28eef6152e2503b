"""The portfolio's pages: what the stories cover, and a loop that is edited in the browser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tests.sites import HERE, Serve, Site, talked
from tests.test_build import Bank
from tests.test_match import ARCHITECT

LOOP = """# whom I meet in May
company: Acme
rounds:
  - name: Lead
    questions:
      - Tell me about a time you argued with an architect
      - How did you get paid?
"""


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    made = talked(tmp_path)
    made.write("personal/_kb/loops/acme.yaml", LOOP)
    pinned = "answers: [Tell me about a time you argued with an architect]\ntags:"
    made.write("personal/drawing.md", ARCHITECT.replace("tags:", pinned))
    made.build()
    return made


def text_of(bank: Bank) -> str:
    return (bank.folder / "personal/_kb/loops/acme.yaml").read_text("utf-8")


def test_the_heat_map_has_a_word_in_each_cell(bank: Bank, serve: Serve) -> None:
    old = (bank.folder / "personal/drawing.md").read_text("utf-8")
    bank.write("personal/drawing.md", old.replace("tags:", "competencies: [security]\ntags:"))
    bank.build()
    page = serve(bank).page("/-/coverage")
    heat = page.html.split('<table class="kb-heat')[1]
    row = heat.split(">security</th>")[1].split("</tr>")[0]
    assert re.findall(
        r'class="kb-heat-(\w+)">(?:<span[^>]*>[^<]*</span> )?(?:<a[^>]*>)?(\w+)', row
    ) == [
        ("workable", "workable"),
        ("gap", "gap"),
    ]
    assert re.search(r'href="/-/story/drawing[^"]*">workable', row)


def test_gaps_stand_first_with_the_best_story_and_whether_it_is_the_only_one(
    bank: Bank, serve: Serve
) -> None:
    old = (bank.folder / "personal/drawing.md").read_text("utf-8")
    bank.write("personal/drawing.md", old.replace("tags:", "competencies: [security]\ntags:"))
    bank.build()
    page = serve(bank).page("/-/coverage")
    table = page.html.split('<table class="kb-cover')[1].split("</table>")[0]
    fits = re.findall(r"kb-fit kb-(\w+)", table)
    assert fits == sorted(fits, key=["gap", "stretch", "workable", "strong"].index)
    row = table.split(">security</th>")[1].split("</tr>")[0]
    assert "The drawing" in row
    assert "only this story answers it" in row


def test_home_and_coverage_agree_on_what_is_missing(bank: Bank, serve: Serve) -> None:
    old = (bank.folder / "personal/drawing.md").read_text("utf-8")
    bank.write("personal/drawing.md", old.replace("tags:", "competencies: [security]\ntags:"))
    bank.build()
    site = serve(bank)
    home = site.page("/").html.split("Nothing yet for")[1].split("</section>")[0]
    named = set(re.findall(r"<li><span>([\w-]+)</span>", home))
    table = site.page("/-/coverage").html.split('<table class="kb-cover')[1].split("</table>")[0]
    gaps = {
        row.split("</th>")[0].rpartition(">")[2]
        for row in table.split("<tr>")[1:]
        if re.search("kb-fit kb-(gap|stretch)", row)
    }
    assert named == gaps
    assert "security" not in named


def test_it_can_be_seen_as_a_companys_own_list(site: Site) -> None:
    page = site.page("/-/coverage?framework=amazon")
    assert "Customer Obsession" in page.text
    assert "unofficial" in page.text
    assert "there is no framework" in site.get("/-/coverage?framework=nowhere").text
    assert site.get("/-/coverage?framework=nowhere").status_code == 404


def test_an_empty_bank_says_what_to_write_first(tmp_path: Path, serve: Serve) -> None:
    empty = Bank(tmp_path)
    empty.build()
    site = serve(empty)
    assert "nothing is covered. What to write first: kb gaps" in site.page("/-/coverage").text
    assert "kb loop --framework amazon" in site.page("/-/loops").text


def test_a_loop_shows_its_plan(site: Site) -> None:
    assert "/-/loop/acme" in site.page("/-/loops").links()
    page = site.page("/-/loop/acme")
    assert re.search(r"argued with an architect \w+ The drawing", page.text)
    assert "Proven best" in page.text
    assert "whom I meet in May" in page.text
    assert site.get("/-/loop/other").status_code == 404


def test_a_story_is_swapped_by_the_address_and_the_change_is_told(site: Site, bank: Bank) -> None:
    page = site.page("/-/loop/acme?keep-1=kettle")
    assert re.search(r"argued with an architect \w+ The list by the kettle", page.text)
    gain = re.search(r"That is ([+-][\d.]+) against the plan", page.text)
    assert gain is not None
    assert float(gain[1]) < 0
    assert text_of(bank) == LOOP  # looked at, not written


KEPT = LOOP + "keep:\n  Tell me about a time you argued with an architect: kettle\n"


def boxed(html: str) -> str:
    text = html.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", maxsplit=1)[0]
    return unescape(text.removeprefix("\n"))  # which browsers leave out


def test_a_swap_stands_in_the_box_and_is_saved_with_it(site: Site, bank: Bank) -> None:
    status, html = post(site, {**form(site), "text": LOOP, "keep-1": "kettle", "do": "plan"})
    assert status == 200
    assert boxed(html) == KEPT
    assert text_of(bank) == LOOP
    assert re.search("That is -[0-9.]+ against the plan that is saved", html)
    status, _ = post(site, {**form(site), "text": boxed(html)})
    assert status == 303
    assert text_of(bank) == KEPT
    assert re.search(r"architect \w+ The list by the kettle", site.page("/-/loop/acme").text)


def test_a_swap_that_is_saved_at_once_is_kept_and_can_be_taken_back(site: Site, bank: Bank) -> None:
    status, _ = post(site, {**form(site), "text": LOOP, "keep-1": "kettle"})
    assert (status, text_of(bank)) == (303, KEPT)
    assert 'value="-"' in site.page("/-/loop/acme").html
    status, _ = post(site, {**form(site), "text": KEPT, "keep-1": "drawing"})
    assert text_of(bank) == KEPT.replace("kettle", "drawing")
    status, _ = post(site, {**form(site), "text": text_of(bank), "keep-1": "-"})
    assert text_of(bank) == LOOP + "keep:\n"


def test_what_was_typed_is_planned_and_not_lost(site: Site, bank: Bank) -> None:
    typed = LOOP.replace("    questions:\n", "    questions:\n      - Why this job?\n")
    asked = {"asked-1": "Tell me about a time you argued with an architect"}
    given = {**form(site), **asked, "text": typed, "keep-1": "kettle", "do": "plan"}
    status, html = post(site, given)
    assert status == 200
    assert boxed(html) == KEPT.replace(LOOP, typed)
    status, html = post(site, {**form(site), "text": "rounds: [\nmine: <b>", "do": "plan"})
    assert status == 409
    assert boxed(html) == "rounds: [\nmine: <b>"
    assert text_of(bank) == LOOP


def test_the_page_says_what_the_command_says(site: Site, bank: Bank) -> None:
    old = (bank.folder / "personal/drawing.md").read_text("utf-8")
    bank.write("personal/drawing.md", old.replace("tags:", "status: draft\ntags:"))
    bank.write("personal/_kb/loops/acme.yaml", LOOP + "      - Why should we take you?\n")
    bank.build()
    page = site.page("/-/loop/acme")
    assert re.search(r"The drawing [\d-]* ?\w* ?draft", page.text)
    assert re.search(r"Open: questions? [\d, ]+\.", page.text)


def test_your_loops_are_listed_with_whom_and_what_is_open(site: Site, bank: Bank) -> None:
    bank.write("personal/_kb/loops/bolt.yaml", "rounds: [\n")
    bank.write("personal/_kb/loops/acme.yaml", LOOP.replace("rounds", "date: 2026-05\nrounds"))
    text = site.page("/-/loops").text
    assert re.search(r"acme Acme, 2026-05, 2 questions in 1 round, \d open", text)
    assert "bolt.yaml" in text
    said = site.get("/-/loop/nosuch").text
    assert "There is no loop" in said
    assert "Yours are: <code>acme</code>, <code>bolt</code>." in said


def sent(site: Site, **fields: str) -> dict[str, str]:
    return {**site.page("/-/loop/acme").form("/-/loop/acme"), **fields}


def form(site: Site) -> dict[str, str]:
    page = site.page("/-/loop/acme")
    before = next(tag for tag in page.all("input") if tag.get("name") == "before")["value"]
    token = next(tag for tag in page.all("input") if tag.get("name") == "csrftoken")["value"]
    return {"before": before, "csrftoken": token}


def post(site: Site, fields: dict[str, str]) -> tuple[int, str]:
    answer = site.ask("post", "/-/loop/acme", data=fields, headers=HERE)
    return answer.status_code, answer.text


def test_a_loop_is_saved_as_it_was_edited(site: Site, bank: Bank) -> None:
    edited = LOOP.replace("Acme", "Bolt").replace("\n", "\r\n")  # as browsers send it
    status, _ = post(site, {**form(site), "text": edited})
    assert status == 303
    assert text_of(bank) == LOOP.replace("Acme", "Bolt")


def test_what_is_no_loop_is_not_saved_and_not_lost(site: Site, bank: Bank) -> None:
    status, said = post(site, {**form(site), "text": "rounds: [\nmine: <b>"})
    assert status == 409
    assert "acme.yaml:" in said
    assert "mine: &lt;b&gt;" in said
    assert text_of(bank) == LOOP


def test_a_file_that_was_changed_meanwhile_is_left_alone(site: Site, bank: Bank) -> None:
    fields = form(site)
    bank.write("personal/_kb/loops/acme.yaml", LOOP + "date: 2026-05\n")
    status, said = post(site, {**fields, "text": LOOP})
    assert status == 409
    assert "changed meanwhile" in said
    assert text_of(bank).endswith("date: 2026-05\n")


def test_without_a_loop_file_nothing_is_written(site: Site, bank: Bank) -> None:
    fields = {**form(site), "text": LOOP}
    for name in ("other", "%2e%2e%2fother", "..%5cother"):
        answer = site.ask("post", f"/-/loop/{name}", data=fields, headers=HERE)
        assert answer.status_code in {302, 404, 409}
        assert answer.headers.get("location", "").find("saved") < 0
    assert not list(bank.folder.rglob("*other*"))


def test_another_site_cannot_save(site: Site, bank: Bank) -> None:
    fields = {**form(site), "text": LOOP.replace("Acme", "Evil")}
    answer = site.ask("post", "/-/loop/acme", data=fields, headers={"origin": "http://evil"})
    assert answer.status_code == 403
    assert text_of(bank) == LOOP


def test_the_page_to_print_is_a_link_away(site: Site) -> None:
    assert "/-/card/acme" in site.page("/-/loop/acme").links()
    page = site.page("/-/card/acme")
    assert "The drawing" in page.text
    assert "I told the architect" in page.text
    assert not page.all("script")
    assert "/-/loop/acme" in page.links()
    assert site.get("/-/card/other").status_code == 404
