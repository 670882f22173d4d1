"""Scores are those of mir_eval's rules."""

from daw_bridge.core.notes import Note
from daw_bridge.training.scoring import Score, score


def test_onsets_within_50_ms_and_offsets_within_a_fifth() -> None:
    true = [Note(1.0, 60, 2.0), Note(1.0, 64, 2.0), Note(3.0, 60, 3.1), Note(5.0, 60, 5.5)]
    found = [Note(1.049, 60, 2.19), Note(1.051, 64, 2.0), Note(3.0, 60, 3.16), Note(5.0, 61, 5.5)]
    counted = score(true, found)
    assert (counted.right, counted.right_with_offset) == (2, 1)
    assert counted.f1 == 0.5
    assert [right for _, right in counted.judged] == [True, False, True, False]


def test_each_note_counts_once_and_as_many_as_can_be_are_paired() -> None:
    true = [Note(1.00, 60, 1.04), Note(1.06, 60, 1.2)]
    found = [Note(1.045, 60, 1.05), Note(0.97, 60, 1.03), Note(1.05, 60, 1.06)]
    assert score(true, found).right == 2
    assert score(true, found[:1] * 3).right == 2
    assert score(true[:1], found).right == 1


def test_scores_add_up() -> None:
    one = score([Note(1.0, 60, 2.0, 80)], [Note(1.01, 60, 2.0, 90)])
    both = one + score([Note(1.0, 60, 2.0)], []) + Score()
    assert (both.true, both.found, both.right) == (2, 1, 1)
    assert both.velocity_error == 10
    assert abs(both.onset_errors_s[0] - 0.01) < 1e-9
