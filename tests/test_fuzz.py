"Thousands of cells that nobody would write: each gives what its magic gives, or one sentence that says what is wrong."
import fuzzing
import pytest

CELLS = 2000  # `python tests/stress.py magics` tries as many as one likes


@pytest.mark.timeout(600)  # a slow machine may take its time; each cell has ten seconds
def test_cells_give_a_result_or_one_sentence(tmp_path):
    counts, failures = fuzzing.Bench(tmp_path).attack(0, CELLS)
    assert not failures, f"{len(failures)} of {CELLS}:\n" + "\n".join(failures)
    assert counts["a result"] > CELLS / 12 and counts["a sentence"] > CELLS / 2  # neither all refused nor all taken
