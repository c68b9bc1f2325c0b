"Thousands of cells that nobody would write: each gives what its magic gives, or one sentence that says what is wrong."
import fuzzing
import pytest


@pytest.fixture(scope="module")
def bench(tmp_path_factory): return fuzzing.Bench(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("seed", range(4))
def test_cells_give_a_result_or_one_sentence(bench, seed):
    counts, failures = bench.attack(seed, 500)
    assert not failures, f"{len(failures)} of 500:\n" + "\n".join(failures)
    assert counts["a result"] > 40 and counts["a sentence"] > 200  # neither all refused nor all taken
