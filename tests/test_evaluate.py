"""The metrics, against sums done by hand, and the reading of judgments."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from kb import evaluate
from kb.errors import DocumentError
from kb.evaluate import Judgment

BANK = Path(__file__).parent / "data" / "eval"


def judged(name, grades, kind="question"):
    return Judgment(name, kind, "Tell me.", grades)


def test_ndcg_is_the_gain_over_the_best_gain():
    grades = {"a": 3, "b": 2, "c": 1}
    # gains 7, 3, 1; discounts 1, log2 3, 2
    ideal = 7 + 3 / math.log2(3) + 1 / 2
    assert evaluate.ndcg(["a", "b", "c"], grades) == pytest.approx(1)
    assert evaluate.ndcg(["b", "x", "a"], grades) == pytest.approx((3 + 7 / 2) / ideal)
    assert evaluate.ndcg(["x"], grades) == 0


def test_ndcg_sees_five_places_of_the_ranking_and_of_the_ideal():
    six = dict.fromkeys("abcdef", 2.0)
    assert evaluate.ndcg(list("abcdef"), six) == pytest.approx(1)
    assert evaluate.ndcg(["v", "w", "x", "y", "z", "a"], {"a": 3}) == 0


def test_ndcg_takes_fractions_of_a_grade():
    assert evaluate.ndcg(["b", "a"], {"a": 2.5, "b": 0.5}) == pytest.approx(
        ((2**0.5 - 1) + (2**2.5 - 1) / math.log2(3)) / ((2**2.5 - 1) + (2**0.5 - 1) / math.log2(3))
    )


def test_reciprocal_rank_waits_for_the_best_grade_not_for_any():
    assert evaluate.reciprocal_rank(["b", "x", "a"], {"a": 3, "b": 2}) == pytest.approx(1 / 3)
    assert evaluate.reciprocal_rank(["b", "a"], {"a": 2, "b": 2}) == 1
    assert evaluate.reciprocal_rank(["x"], {"a": 3}) == 0


def test_recall_is_of_what_could_stand_in_three_places():
    grades = {"a": 3, "b": 2, "c": 1.5, "d": 2, "e": 1}
    assert evaluate.recall(["a", "e", "b", "c"], grades) == pytest.approx(2 / 3)
    assert evaluate.recall(["x", "a", "y"], {"a": 2, "e": 1.4}) == 1


def test_auroc_counts_ties_half():
    assert evaluate.auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert evaluate.auroc([1.0], []) is None


def test_the_unanswerable_count_for_the_gap_only():
    judgments = [
        judged("q1", {"a": 3}),
        judged("q2", {"a": 2}, "keywords"),
        judged("q3", {"a": 1.4}, "keywords"),  # bent to fit: no relevant story
        judged("q4", {}, "nothing"),
    ]
    rankings = {
        "q1": [("a", 0.9), ("b", 0.1)],
        "q2": [("b", 0.4), ("a", 0.3)],
        "q3": [("a", 0.6), ("b", 0.5)],
        "q4": [("b", 0.2), ("a", 0.1)],
    }
    found = evaluate.evaluate(rankings, judgments)
    assert (found.overall.queries, found.overall.answerable) == (4, 2)
    assert found.overall.mrr == pytest.approx((1 + 1 / 2) / 2)
    assert found.overall.ndcg5 == pytest.approx((1 + 1 / math.log2(3)) / 2)
    assert found.overall.recall3 == 1
    assert found.overall.auroc == pytest.approx(3 / 4)  # tops 0.9, 0.4 against 0.6, 0.2
    assert list(found.by_kind) == ["question", "keywords", "nothing"]
    assert found.by_kind["keywords"].auroc == pytest.approx(1 / 2)
    assert found.by_kind["nothing"].ndcg5 is None
    assert found.by_kind["nothing"].auroc is None


def test_a_pin_first_with_a_low_score_does_not_hide_the_top_score():
    judgments = [judged("q1", {"a": 3}), judged("q2", {})]
    rankings = {"q1": [("pinned", 0.1), ("a", 0.8)], "q2": [("a", 0.5)]}
    assert evaluate.evaluate(rankings, judgments).overall.auroc == 1


def test_a_query_without_a_ranking_found_nothing():
    found = evaluate.evaluate({}, [judged("q1", {"a": 3})]).overall
    assert (found.ndcg5, found.mrr, found.recall3) == (0, 0, 0)


def test_the_table_begins_with_the_overall_row():
    rows = evaluate.table(evaluate.evaluate({"q1": [("a", 1.0)]}, [judged("q1", {"a": 3})]))
    assert list(rows) == ["overall", "question"]
    assert rows["overall"] == {
        "queries": 1, "answerable": 1, "nDCG@5": 1.0, "MRR": 1.0, "recall@3": 1.0, "AUROC": None,
    }  # fmt: skip


def line(**change):
    whole = {"id": "q1", "kind": "question", "text": "Why?", "relevant": {"a": 3}, **change}
    return json.dumps({k: v for k, v in whole.items() if v is not None})


def test_judgments_are_read_with_blank_lines_a_mark_and_unknown_fields():
    text = "\ufeff" + line() + "\r\n\n" + line(id="q2", relevant={}, labeller="me") + "\n"
    first, second = evaluate.read_judgments(text, "j.jsonl")
    assert (first.id, first.relevant, first.answerable) == ("q1", {"a": 3.0}, True)
    assert (second.id, second.answerable) == ("q2", False)


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ("{", "JSON"),
        ("[" * 100_000, "JSON"),
        ("[1]", "object"),
        (line(id=None), "id"),
        (line(kind=3), "kind"),
        (line(text="  "), "text"),
        (line(relevant=["a"]), "relevant"),
        (line(relevant={"a": "3"}), "a"),
        (line(relevant={"a": True}), "a"),
        (line(relevant={"a": -1}), "a"),
        (line(relevant={"a": 4}), "a"),
        (line(relevant={"a": math.nan}), "a"),
        (line(id="q0"), "twice"),
    ],
)
def test_a_bad_line_is_one_sentence_with_its_place(bad, word):
    with pytest.raises(DocumentError) as caught:
        evaluate.read_judgments(line(id="q0") + "\n\n" + bad, "j.jsonl")
    assert caught.value.place == "j.jsonl:3"
    assert word in caught.value.message


def test_an_empty_file_is_an_error():
    with pytest.raises(DocumentError, match="no judgments"):
        evaluate.read_judgments("\n\n", "j.jsonl")


def test_the_development_bank_reads_as_its_readme_says():
    found = evaluate.read_judgments((BANK / "queries.jsonl").read_text(encoding="utf-8"))
    assert len(found) == 100
    assert sum(one.answerable for one in found) == 90
    stories = {path.stem for path in (BANK / "stories").glob("*.md")}
    assert all(set(one.relevant) <= stories for one in found)
