"""The metrics, against sums done by hand, and the reading of judgments."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import evaluate
from kb.errors import DocumentError
from kb.evaluate import FEWEST, Difference, Judgment

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


ANSWERABLE = [judged(f"q{n}", {"a": 3, "b": 2}) for n in range(8)]
UNANSWERABLE = [judged(f"n{n}", {}) for n in range(8)]
EVERY = ANSWERABLE + UNANSWERABLE
MEASURES = {"nDCG@5", "MRR", "recall@3", "AUROC"}
STORIES = ["a", "b", "c", "d", "e"]
rankings = st.fixed_dictionaries({
    one.id: st.tuples(st.permutations(STORIES), st.floats(0, 1)).map(
        lambda r: [(story, r[1] / place) for place, story in enumerate(r[0], start=1)]
    )
    for one in EVERY
})  # fmt: skip


def bounds(one: Difference) -> tuple[float, float]:
    assert one.low is not None
    assert one.high is not None
    return one.low, one.high


def both(good, none):
    return {one.id: (good if one.answerable else none) for one in EVERY}


@settings(max_examples=20, deadline=None)
@given(rankings)
def test_a_ranking_does_not_differ_from_itself(ranking):
    assert evaluate.compare(ranking, ranking, EVERY) == dict.fromkeys(MEASURES, Difference(0, 0, 0))


@settings(max_examples=20, deadline=None)
@given(rankings, rankings)
def test_differences_are_those_of_the_table_and_turn_with_the_rankings(one, other):
    there = evaluate.compare(one, other, EVERY)
    back = evaluate.compare(other, one, EVERY)
    rows = [evaluate.table(evaluate.evaluate(r, EVERY))["overall"] for r in (one, other)]
    assert evaluate.compare(one, other, EVERY) == there
    for name in MEASURES:
        ours, theirs = (row[name] for row in rows)
        assert ours is not None
        assert theirs is not None
        assert there[name].value == pytest.approx(ours - theirs)
        assert back[name].value == pytest.approx(-there[name].value)
        low, high = bounds(there[name])
        assert bounds(back[name]) == pytest.approx((-high, -low))


def test_a_ranking_that_is_always_better_is_so_beyond_chance():
    better = both([("a", 0.9), ("b", 0.8)], [("c", 0.1)])
    worse = both([("c", 0.2), ("d", 0.2), ("e", 0.2), ("a", 0.1)], [("c", 0.9)])
    found = evaluate.compare(better, worse, EVERY)
    assert set(found) == MEASURES
    assert all(bounds(one)[0] > 0 for one in found.values())
    assert bounds(found["AUROC"]) == pytest.approx((1, 1))


def test_better_at_half_and_worse_at_half_is_no_difference():
    first, second = [("a", 1.0), ("c", 0.5)], [("c", 1.0), ("a", 0.5)]
    one = {j.id: (first if n % 2 else second) for n, j in enumerate(EVERY)}
    other = {j.id: (second if n % 2 else first) for n, j in enumerate(EVERY)}
    mrr = evaluate.compare(one, other, EVERY)["MRR"]
    assert mrr.value == 0
    low, high = bounds(mrr)
    assert low < 0 < high


def test_the_interval_is_near_that_of_the_normal_law_for_many_queries():
    judgments = [judged(f"q{n}", {"a": 3}) for n in range(400)]
    places = np.random.default_rng(1).integers(0, 2, 400)
    mixed = {
        j.id: [("a", 1.0), ("b", 0.5)] if place else [("b", 1.0), ("a", 0.5)]
        for j, place in zip(judgments, places, strict=True)
    }
    last = {j.id: [("b", 1.0), ("a", 0.5)] for j in judgments}
    mrr = evaluate.compare(mixed, last, judgments)["MRR"]
    half = 1.96 * (places / 2).std() / 20
    assert bounds(mrr) == pytest.approx((mrr.value - half, mrr.value + half), abs=0.006)


def test_the_pairing_takes_out_what_both_rankings_find_hard():
    hard = [judged(f"q{n}", {"a": 3}) for n in range(40)]
    order = ["b", "c", "d", "e"]

    def at(place):
        names = [*order[:place], "a", *order[place:]]
        return [(name, 1.0 - i / 10) for i, name in enumerate(names)]

    one = {j.id: at(0 if n % 2 else 3) for n, j in enumerate(hard)}
    other = {j.id: at(1 if n % 2 else 4) for n, j in enumerate(hard)}
    low, high = bounds(evaluate.compare(one, other, hard)["nDCG@5"])
    assert low > 0
    # 0.19 if the two were drawn apart
    assert high - low < 0.12


def test_the_interval_of_the_auroc_is_that_of_drawing_both_sorts_by_hand():
    random = np.random.default_rng(2)
    judgments = [judged(f"q{n}", {"a": 3}) for n in range(15)]
    judgments += [judged(f"n{n}", {}) for n in range(10)]
    noise = random.normal(0, 1, (2, 25)) + 3
    noise[:, :15] += [[1.0], [0.2]]
    one, other = ({j.id: [("a", s)] for j, s in zip(judgments, row, strict=True)} for row in noise)
    low, high = bounds(evaluate.compare(one, other, judgments)["AUROC"])
    found = []
    for _ in range(1000):
        good, none = random.integers(0, 15, 15), random.integers(15, 25, 10)
        first, second = (evaluate.auroc(row[good].tolist(), row[none].tolist()) for row in noise)
        assert first is not None
        assert second is not None
        found.append(first - second)
    assert (low, high) == pytest.approx(tuple(np.quantile(found, [0.025, 0.975])), abs=0.05)


@pytest.mark.parametrize("count", [1, FEWEST - 1])
def test_few_queries_give_a_difference_without_an_interval(count):
    judgments = ANSWERABLE[:count] + UNANSWERABLE[:1]
    better, worse = both([("a", 0.9)], [("c", 0.1)]), both([("c", 0.2)], [("c", 0.9)])
    found = evaluate.compare(better, worse, judgments)
    assert found["MRR"] == found["AUROC"] == Difference(1)
    assert evaluate.differences(found)["MRR"] == {"difference": 1, "low": None, "high": None}


def test_one_unanswerable_query_gives_no_interval_of_the_auroc_alone():
    found = evaluate.compare(both([("a", 0.9)], []), {}, ANSWERABLE + UNANSWERABLE[:1])
    assert found["AUROC"].low is None
    assert found["MRR"].low is not None


def test_what_cannot_be_compared_is_not():
    assert set(evaluate.compare({}, {}, ANSWERABLE)) == MEASURES - {"AUROC"}
    assert evaluate.compare({}, {}, UNANSWERABLE) == {}
    assert evaluate.compare({}, {}, []) == {}


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
