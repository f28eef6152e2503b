"""The ranking on vectors small enough to see through."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import rank
from kb.rank import Library, StoryVectors, arrays, looking, shapes, terms
from kb.rank.arrays import quantile
from kb.rank.said import FAR, SAID_WEIGHT, nudges

WIDTH = 8


def unit(rows):
    rows = np.asarray(rows, np.float32).reshape(-1, np.shape(rows)[-1])
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def axis(*numbers):
    """A unit vector that leans equally to the named axes."""
    row = np.zeros(WIDTH, np.float32)
    row[list(numbers)] = 1
    return row / np.linalg.norm(row)


def some(seed, count, width=WIDTH):
    return unit(np.random.default_rng(seed).normal(size=(count, width)))


def bank(seed=1, stories=5, sentences=4, width=WIDTH):
    return StoryVectors(
        whole=some(seed, stories, width),
        sentences=some(seed + 1, stories * sentences, width),
        sentence_story=np.repeat(np.arange(stories), sentences),
        sentence_prior=np.ones(stories * sentences, np.float32),
    )


def guides(seed=7, questions=6, wordings=3, examples=2, width=WIDTH):
    return Library(
        wordings=some(seed, questions * wordings, width),
        wording_question=np.repeat(np.arange(questions), wordings),
        examples=some(seed + 1, questions * examples, width),
        example_question=np.repeat(np.arange(questions), examples),
        questions=questions,
    )


def no_rows():
    return np.zeros((0, WIDTH), np.float32), np.zeros(0, np.int64)


def ask(query, stories, library, **more):
    return rank.rank(query, stories, rank.prepare(stories, library), **more)


def assert_sound(ranking, stories):
    assert ranking.scores.shape == (len(stories.whole),)
    assert np.isfinite(ranking.scores).all()
    assert ((ranking.scores >= 0) & (ranking.scores <= 1)).all()
    assert all(np.isfinite(term).all() for term in ranking.terms.values())
    assert np.isfinite(ranking.sentence_scores).all()


def test_a_story_like_every_question_gains_nothing_by_it():
    # Story 0 lies near all wordings, story 1 near the query alone.
    library = guides()
    hub = unit(library.wordings.mean(axis=0))[0]
    query = unit(hub + 0.5 * axis(3))[0]
    apart = unit(query - 0.9 * (query @ hub) * hub)[0]
    stories = dataclasses.replace(bank(stories=0), whole=np.stack([hub, apart]))
    crowd = dataclasses.replace(library, wordings=unit(hub + 0.2 * library.wordings))
    assert hub @ query > apart @ query
    found = ask(query, stories, crowd)
    assert found.terms["story"][1] > found.terms["story"][0]


def bridged():
    """Two questions. Stories share nothing with the wordings, only with the examples."""
    library = Library(
        wordings=np.stack([axis(0), axis(1)]),
        wording_question=np.array([0, 1]),
        examples=np.stack([axis(4, 6), axis(4, 7), axis(5, 6), axis(5, 7)]),
        example_question=np.array([0, 0, 1, 1]),
        questions=2,
    )
    stories = StoryVectors(
        whole=np.stack([axis(5), axis(4)]),
        sentences=np.stack([axis(5, 2), axis(4, 2), axis(4)]),
        sentence_story=np.array([0, 1, 1]),
        sentence_prior=np.ones(3, np.float32),
    )
    return stories, library


def test_the_bridge_leads_from_a_question_through_examples_to_a_story():
    stories, library = bridged()
    prepared = rank.prepare(stories, library)
    first = rank.rank(axis(0), stories, prepared)
    other = rank.rank(axis(1), stories, prepared)
    assert first.order().tolist() == [1, 0]
    assert other.order().tolist() == [0, 1]
    assert first.library_weights.argmax() == 0
    assert first.library_weights.sum() == pytest.approx(1)
    assert rank.leading_question(first, prepared, 1) == 0
    assert rank.leading_question(first, prepared, 0) is None


def test_evidence_is_the_sentence_that_is_like_the_examples():
    stories, library = bridged()
    found = ask(axis(0), stories, library)
    assert found.evidence(1)[-1] == 2
    assert found.evidence(0) == (0,)


def test_a_sentence_that_says_little_is_not_evidence():
    stories, library = bridged()
    weak = dataclasses.replace(stories, sentence_prior=np.array([1, 1, 0], np.float32))
    assert ask(axis(0), weak, library).evidence(1) == (1,)


def test_evidence_comes_in_the_order_of_the_text_and_is_at_most_two():
    stories = bank(sentences=9)
    found = ask(axis(0), stories, guides())
    for story in range(5):
        rows = found.evidence(story)
        assert 1 <= len(rows) <= 2
        assert list(rows) == sorted(rows)
        assert all(stories.sentence_story[row] == story for row in rows)
        best = max(np.flatnonzero(stories.sentence_story == story), key=found.sentence_scores.item)
        assert best in rows


def test_what_is_said_of_a_story_does_not_hang_on_the_others():
    stories, library = bank(), guides()
    whole = ask(axis(2), stories, library).own()
    alone = StoryVectors(
        stories.whole[3:4], stories.sentences[12:16], np.zeros(4, np.int64), np.ones(4, np.float32)
    )
    assert ask(axis(2), alone, library).own()[0] == pytest.approx(whole[3], abs=1e-5)


def test_the_first_storys_score_leaves_the_bridge_out_and_takes_the_bank_in():
    stories, library = bridged()
    found = ask(axis(0), stories, library)
    direct = found.terms["story"] + found.terms["sentences"]
    first = found.order()[0]
    assert found.terms["library"][first] > 0
    common = terms.BANK_WEIGHT * np.quantile(direct, terms.BANK_QUANTILE)
    expected = 1 / (1 + np.exp(-rank.SLOPE * (direct.max() + common - rank.MIDDLE)))
    assert found.scores[first] == pytest.approx(expected, rel=1e-5)
    assert len(set(found.terms["question"].tolist())) == 1


def test_the_order_of_sentences_does_not_change_the_scores():
    stories, library = bank(sentences=8), guides()
    turn = np.random.default_rng(3).permutation(len(stories.sentences))
    mixed = StoryVectors(
        stories.whole,
        stories.sentences[turn],
        stories.sentence_story[turn],
        stories.sentence_prior[turn],
    )
    np.testing.assert_allclose(
        ask(axis(1), stories, library).scores, ask(axis(1), mixed, library).scores, atol=1e-5
    )


def test_only_the_best_sentences_count():
    stories = bank(stories=1, sentences=shapes.BEST_SENTENCES)
    query = some(9, 1)[0]
    padded = StoryVectors(
        stories.whole,
        np.concatenate([stories.sentences, np.repeat(-query[None], 10, axis=0)]),
        np.zeros(shapes.BEST_SENTENCES + 10, np.int64),
        np.ones(shapes.BEST_SENTENCES + 10, np.float32),
    )
    prepared = rank.prepare(stories, guides())  # the same yardstick for both
    np.testing.assert_allclose(
        rank.rank(query, stories, prepared).scores, rank.rank(query, padded, prepared).scores
    )


def test_the_terms_add_up_to_the_score():
    found = ask(axis(0), bank(), guides(), text_scores=np.arange(5, dtype=np.float32))
    total = sum(found.terms.values())
    expected = 1 / (1 + np.exp(-rank.SLOPE * (total - rank.MIDDLE)))
    np.testing.assert_allclose(found.scores, expected, rtol=1e-5)


def test_full_text_helps_a_little_and_is_bounded():
    stories, library = bank(), guides()
    text = np.array([0, 3, 1e9, -2, 0], np.float32)
    without = ask(axis(0), stories, library)
    found = ask(axis(0), stories, library, text_scores=text)
    gain = found.terms["full text"]
    assert gain[0] == gain[3] == 0
    assert 0 < gain[1] < gain[2] <= terms.TEXT_WEIGHT
    assert (found.own() >= without.own() - 1e-6).all()


@pytest.mark.parametrize("stories", [0, 1, 3])
@pytest.mark.parametrize("sentences", [0, 1, 7])
@pytest.mark.parametrize(("questions", "examples"), [(0, 0), (1, 0), (1, 1), (2, 3), (6, 1)])
def test_small_banks_and_libraries_give_sound_scores(stories, sentences, questions, examples):
    vectors = bank(stories=stories, sentences=sentences)
    library = guides(questions=questions, examples=examples)
    found = ask(axis(0), vectors, library, text_scores=np.ones(stories, np.float32))
    assert_sound(found, vectors)
    assert found.library_weights.shape == (questions,)
    assert len(found.order()) == stories
    for story in range(stories):
        assert bool(found.evidence(story)) == bool(sentences)


def test_a_story_without_sentences_stands_on_its_whole():
    stories = bank()
    bare = dataclasses.replace(stories, sentence_story=np.repeat([0, 1, 2, 4, 4], 4))
    found = ask(axis(0), bare, guides())
    assert_sound(found, bare)
    share = terms.SENTENCE_SHARE
    assert found.terms["sentences"][3] == pytest.approx(
        found.terms["story"][3] * share / (1 - share), rel=1e-5
    )


def test_a_library_without_variety_gives_sound_scores():
    same = np.repeat(axis(0)[None], 6, axis=0)
    library = Library(same, np.arange(6), same, np.arange(6), 6)
    stories = StoryVectors(same[:2], same, np.repeat([0, 1], 3), np.ones(6, np.float32))
    found = ask(axis(0), stories, library)
    assert_sound(found, stories)
    assert found.scores[0] == found.scores[1]
    assert found.order().tolist() == [0, 1]


def test_a_question_without_examples_pulls_nobody():
    library = guides()
    kept = library.example_question != 2
    prepared = rank.prepare(
        bank(),
        dataclasses.replace(
            library,
            examples=library.examples[kept],
            example_question=library.example_question[kept],
        ),
    )
    assert not prepared.bridge[2].any()
    told = np.delete(prepared.bridge, 2, axis=0)
    np.testing.assert_allclose(told.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(told.std(axis=0), 1, atol=1e-4)


def test_prepared_arrays_come_back_as_they_went():
    prepared = rank.prepare(bank(), guides())
    arrays = prepared.to_arrays()
    again = rank.Prepared.from_arrays({**arrays, "of a later version": np.zeros(1)})
    for name, array in arrays.items():
        np.testing.assert_array_equal(getattr(again, name), array)
    with pytest.raises(KeyError):
        rank.Prepared.from_arrays({})


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**20), st.integers(1, 6), st.integers(0, 9), st.integers(0, 4))
def test_any_vectors_give_sound_and_repeatable_scores(seed, stories, sentences, questions):
    vectors = bank(seed, stories, sentences)
    library = guides(seed + 3, questions)
    query = some(seed + 5, 1)[0]
    found = ask(query, vectors, library)
    assert_sound(found, vectors)
    np.testing.assert_array_equal(found.scores, ask(query, vectors, library).scores)


def test_fits_follow_the_scores():
    marks = [0.0, rank.STRETCH, rank.WORKABLE, rank.STRONG, 1.0]
    assert marks == sorted(marks)
    assert [rank.fit(mark) for mark in marks] == [
        "gap", "stretch", "workable", "strong", "strong",
    ]  # fmt: skip
    assert rank.fit(rank.STRONG - 1e-6) == "workable"


def test_nearest_questions_go_by_their_best_wording():
    wordings = np.stack([axis(0), axis(1), axis(0, 1), axis(2)])
    owner = np.array([5, 5, 2, 7])  # numbers may have gaps
    found = rank.nearest_questions(axis(1), wordings, owner, count=2)
    assert [number for number, _ in found] == [5, 2]
    assert found[0][1] == pytest.approx(1)
    assert rank.nearest_questions(axis(1), *no_rows()) == ()
    assert len(rank.nearest_questions(axis(1), wordings, owner, count=99)) == 3


def test_a_match_over_200_stories_is_quick():
    stories = bank(stories=200, sentences=25, width=384)
    library = guides(questions=120, wordings=9, examples=4, width=384)
    prepared = rank.prepare(stories, library)
    query = some(5, 1, 384)[0]
    took = []
    for _ in range(20):
        start = time.perf_counter()
        rank.rank(query, stories, prepared, text_scores=np.ones(200, np.float32))
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05  # about 0.001 alone; the room is for a busy machine


def test_a_word_of_the_owner_weighs_by_how_near_its_question_is():
    questions = np.array([[1, 0], [0.6, 0.8], [1, 0]], np.float32)
    said = rank.Said(questions, np.array([0, 0, 1]), np.array([1, 1, -1], np.float32))
    again = nudges(np.array([1, 0], np.float32), said, 3)
    assert again.tolist() == [SAID_WEIGHT, -SAID_WEIGHT, 0]
    far = nudges(np.array([0.8, 0.6], np.float32), said, 3)  # cosines 0.8, 0.96, 0.8
    near = [(0.96 - FAR) / (1 - FAR), -(0.8 - FAR) / (1 - FAR), 0]
    assert far == pytest.approx([SAID_WEIGHT * n for n in near], rel=1e-5)
    assert nudges(np.array([0, -1], np.float32), said, 3).tolist() == [0, 0, 0]


def test_nothing_said_nudges_nothing():
    empty = rank.Said(np.zeros((0, 0), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32))
    query = np.array([1, 0], np.float32)
    assert nudges(query, empty, 2).tolist() == nudges(query, None, 2).tolist() == [0, 0]


def test_a_pin_says_nothing_of_the_other_stories():
    stories, library = bank(), guides()
    said = rank.Said(axis(2)[None], np.array([1]), np.ones(1, np.float32))
    prepared = rank.prepare(stories, library)
    plain = rank.rank(axis(2), stories, prepared)
    pinned = rank.rank(axis(2), stories, prepared, owned=rank.Owned(said=said))
    others = np.arange(5) != 1
    np.testing.assert_allclose(plain.scores[others], pinned.scores[others], rtol=1e-6)
    assert pinned.scores[1] > plain.scores[1]


def test_stories_that_may_not_answer_say_nothing_of_the_question():
    stories, library = bank(), guides()
    prepared = rank.prepare(stories, library)
    best = int(rank.rank(axis(2), stories, prepared).order()[0])
    live = np.flatnonzero(np.arange(5) != best)
    few = StoryVectors(
        stories.whole[live],
        stories.sentences[np.isin(stories.sentence_story, live)],
        np.repeat(np.arange(4), 4),
        np.ones(16, np.float32),
    )
    kept = rank.rank(axis(2), stories, prepared, owned=rank.Owned(live=live)).scores[live]
    alone = rank.rank(axis(2), few, rank.prepare(few, library)).scores
    np.testing.assert_allclose(kept, alone, rtol=1e-4)


def test_a_story_that_tells_next_to_nothing_is_no_answer():
    stories, library = bank(), guides()
    mute = dataclasses.replace(stories, sentence_prior=np.zeros(20, np.float32))
    assert ask(axis(0), mute, library).scores.max() < rank.STRETCH
    told = ask(axis(0), stories, library).terms["little told"]
    assert not told.any()


def test_a_competency_that_the_owner_names_counts_as_much_as_its_questions_are_near():
    stories, library = bridged()
    shows = np.array([[1, 0], [0, 0]], np.float32)
    prepared = rank.prepare(stories, library)
    found = rank.rank(axis(0), stories, prepared, owned=rank.Owned(shows=shows))
    expected = terms.SHOWN_WEIGHT * found.library_weights[0]
    assert found.terms["competencies"].tolist() == pytest.approx([expected, 0])


@given(st.lists(st.floats(-9, 9, width=32), min_size=1, max_size=9), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_a_quantile_is_numpys(values, share):
    wanted = np.quantile(np.array(values, np.float64), share)
    assert quantile(np.array(values, np.float64), share) == pytest.approx(wanted, abs=1e-9)


def random_shows(seed, questions, stories):
    return np.random.default_rng(seed).integers(0, 2, (questions, stories)).astype(np.float32)


def owned_by(seed, stories, questions):
    """Words of the owner on some questions, some stories retired, competencies named."""
    return rank.Owned(
        said=rank.Said(
            some(seed, 3), np.arange(3) % max(stories, 1), np.array([1, -1, 1], np.float32)
        ),
        live=np.arange(0, stories, 2),
        shows=random_shows(seed, questions, stories),
    )


@pytest.mark.parametrize("stories", [1, 2, 5])
@pytest.mark.parametrize("questions", [0, 1, 6])
@pytest.mark.parametrize("said", [False, True])
def test_many_questions_at_once_score_as_one_by_one(stories, questions, said, monkeypatch):
    vectors, library, queries = bank(stories=stories), guides(questions=questions), some(31, 7)
    prepared = rank.prepare(vectors, library)
    owned = owned_by(3, stories, questions) if said else None
    single = [rank.rank(query, vectors, prepared, owned=owned) for query in queries]
    together = rank.scores_of(queries, vectors, prepared, owned)
    np.testing.assert_allclose(together, np.stack([one.scores for one in single]), atol=1e-5)
    monkeypatch.setattr(arrays, "CELLS", 50)  # a block of a question or two
    np.testing.assert_allclose(
        rank.scores_of(queries, vectors, prepared, owned), together, atol=1e-5
    )
    if not said:
        sums = rank.own_sums(queries, vectors, prepared)
        np.testing.assert_allclose(sums, np.stack([one.own() for one in single]), atol=1e-5)


def test_no_question_has_no_scores_and_no_story_none_either():
    vectors, library = bank(), guides()
    prepared = rank.prepare(vectors, library)
    assert rank.scores_of(some(1, 0), vectors, prepared).shape == (0, 5)
    assert rank.own_sums(some(1, 0), vectors, prepared).shape == (0, 5)
    nothing = bank(stories=0)
    prepared = rank.prepare(nothing, library)
    assert rank.scores_of(some(1, 2), nothing, prepared).shape == (2, 0)
    assert rank.own_sums(some(1, 2), nothing, prepared).shape == (2, 0)


# --- the map


def test_a_plane_keeps_the_two_directions_that_vary_most():
    # along the third axis 4 each way, along the first 2, along the second 1
    rows = np.array(
        [[0, 0, 4], [0, 0, -4], [2, 0, 0], [-2, 0, 0], [0, 1, 0], [0, -1, 0]], np.float32
    )
    (places,) = rank.plane(rows + 7)  # where the middle lies says nothing
    expected = [[1, 0], [-1, 0], [0, 0.5], [0, -0.5], [0, 0], [0, 0]]
    np.testing.assert_allclose(places, np.array(expected), atol=1e-5)
    assert places.dtype == np.float32


def test_the_largest_part_of_a_direction_points_to_the_right_or_up():
    falling = np.array([[1, -3], [-1, 3]], np.float32)  # of (1, -3) the -3 is the largest
    (places,) = rank.plane(falling)
    np.testing.assert_allclose(places, [[-1, 0], [1, 0]], atol=1e-5)
    (turned,) = rank.plane(-falling)
    np.testing.assert_allclose(turned, -places, atol=1e-5)


def test_a_plane_is_the_same_each_time_and_in_any_order():
    rows = some(5, 12)
    (places,) = rank.plane(rows)
    np.testing.assert_array_equal(places, rank.plane(rows)[0])
    turn = np.random.default_rng(2).permutation(12)
    np.testing.assert_allclose(rank.plane(rows[turn])[0], places[turn], atol=1e-4)


def test_each_group_is_seen_from_its_own_middle():
    one = np.array([[2, 0, 0], [-2, 0, 0], [0, 1, 0], [0, -1, 0]], np.float32)
    near, far = rank.plane(one, one + np.array([0, 0, 50], np.float32))
    expected = np.array([[1, 0], [-1, 0], [0, 0.5], [0, -0.5]])
    np.testing.assert_allclose(near, expected, atol=1e-5)
    np.testing.assert_allclose(far, expected, atol=1e-5)


def test_a_plane_of_little_or_nothing():
    none = np.zeros((0, 3), np.float32)
    one = np.array([[1, 2, 3]], np.float32)
    assert rank.plane() == ()
    for groups in ([none], [none, none], [one], [none, one], [one, none, one]):
        places = rank.plane(*groups)
        assert [each.shape for each in places] == [(len(each), 2) for each in groups]
        assert all(each.dtype == np.float32 and not each.any() for each in places)
    two = np.array([[0], [4]], np.float32)  # there is no second direction
    np.testing.assert_allclose(rank.plane(two, none[:, :1])[0], [[-1, 0], [1, 0]])
    same = np.ones((3, 3), np.float32)
    np.testing.assert_array_equal(rank.plane(same)[0], np.zeros((3, 2)))


@given(st.integers(0, 2**20), st.integers(0, 7), st.integers(0, 7), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_any_plane_fills_its_square(seed, ones, others, width):
    groups = some(seed, ones, width), some(seed + 1, others, width)
    places = np.concatenate(rank.plane(*groups))
    assert np.isfinite(places).all()
    assert np.abs(places).max(initial=0) == pytest.approx(1) or not places.any()


def large(monkeypatch, sentences=1):
    """From here on a bank of more than so many sentences is large."""
    monkeypatch.setattr(shapes, "EXACT_SENTENCES", sentences)
    monkeypatch.setattr(shapes, "PIECE", sentences)


def in_turn(stories, read):
    """The bank of these stories, noting in `read` each time which are read in full."""

    def some(numbers):
        read.append(numbers.tolist())
        return stories.some(numbers)

    def ask(numbers, vectors):
        return some(numbers).ask(np.arange(len(numbers)), vectors)

    return rank.Stories(stories.outline(), some, ask)


def test_a_large_bank_is_prepared_and_scored_in_pieces_as_at_once(monkeypatch):
    stories, library = bank(stories=30, sentences=3), guides()
    queries = some(4, 5)
    before = rank.prepare(stories, library)
    at_once = rank.scores_of(queries, stories, before)
    large(monkeypatch, 10)
    read: list[list[int]] = []
    pieces = in_turn(stories, read)
    prepared = rank.prepare(pieces, library)
    assert max(map(len, read)) < 30
    assert [number for piece in read for number in piece] == list(range(30))
    for name in rank.Prepared.OF_STORIES:
        np.testing.assert_allclose(getattr(prepared, name), getattr(before, name), atol=1e-6)
    np.testing.assert_allclose(rank.scores_of(queries, pieces, prepared), at_once, atol=1e-5)


def test_of_a_large_bank_the_promising_are_read_and_score_as_if_all_were(monkeypatch):
    stories, library = bank(stories=400, sentences=3), guides()
    prepared = rank.prepare(stories, library)
    query = some(9, 1)[0]
    exact = rank.rank(query, stories, prepared)
    large(monkeypatch)
    monkeypatch.setattr(looking, "PROMISING", 60)
    read: list[list[int]] = []
    found = rank.rank(query, in_turn(stories, read), prepared)
    assert len(read) == 2  # the sample, and the promising
    assert found.read.tolist() == read[1]
    assert len(read[1]) == 60
    np.testing.assert_allclose(found.own()[found.read], exact.own()[found.read], atol=1e-5)
    assert found.order()[:5].tolist() == exact.order()[:5].tolist()
    first = int(found.order()[0])
    assert len(found.evidence(first)) >= 1
    assert np.abs(found.scores - exact.scores).max() < 0.2


def test_of_a_large_bank_what_is_named_and_what_is_wanted_is_read(monkeypatch):
    stories, library = bank(stories=300, sentences=2), guides()
    prepared = rank.prepare(stories, library)
    query = some(9, 1)[0]
    exact = rank.rank(query, stories, prepared)
    last = int(exact.order()[-1])
    large(monkeypatch)
    monkeypatch.setattr(looking, "PROMISING", 10)
    few = rank.Among(np.arange(100, 200), 3, (last,))
    found = rank.rank(query, stories, prepared, among=few)
    assert last in found.read
    assert len(set(found.read.tolist()) - {last}) == 10
    assert all(100 <= n < 200 or n == last for n in found.read)
    every = rank.rank(query, stories, prepared, among=rank.Among())
    assert every.read.tolist() == list(range(300))
    np.testing.assert_allclose(every.own(), exact.own(), atol=1e-5)
    assert every.evidence(last) == exact.evidence(last)


def test_outlines_are_joined_in_the_order_asked_for():
    one, two = (
        bank(stories=2, sentences=3).outline(),
        bank(seed=5, stories=1, sentences=1).outline(),
    )
    joined = rank.Outline.joined([one, two], np.array([2, 0, 1]))
    assert joined.sentences.tolist() == [1, 3, 3]
    assert joined.told.tolist() == [1, 3, 3]
    np.testing.assert_array_equal(joined.whole[0], two.whole[0])
    kept = rank.Outline.from_arrays(joined.to_arrays())
    np.testing.assert_array_equal(kept.whole, joined.whole)
