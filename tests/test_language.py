"Models that write: what no single page shows."
import copy
import pickle
import threading

import pytest
import torch
from genbook import GPT, RNN, NGram
from genbook.core import Noise, fingerprint, stream_samples
from genbook.training import Run, train

LINES = ["the cat sat on the mat", "the dog sat on the log", "the cat saw the dog"]
SMALL = {"gpt": lambda **how: GPT(8, layers=1, width=16, heads=2, **how), "rnn": lambda **how: RNN(width=16, **how)}


@pytest.fixture(scope="module", params=SMALL)
def model(request):
    return SMALL[request.param]().fit(LINES, seed=0, steps=10, progress=False)


def test_copies_write_the_same_and_score_other_texts(model):
    given = model.given(prefix="the c")
    for twin in (copy.deepcopy(given), pickle.loads(pickle.dumps(given))):
        assert twin.sample(3, seed=1).items == given.sample(3, seed=1).items
        assert torch.equal(twin.log_prob(["the cat", "a"]), given.log_prob(["the cat", "a"]))


def test_one_long_text_is_enough():
    text = " ".join(LINES * 20)
    for new in SMALL.values():
        steps = list(train(new(context=8) if new is SMALL["rnn"] else new(), text, seed=0, steps=3, held_out=text))
        assert steps[-1].items == 3 * 32
        assert 2 < steps[-1].losses["held out"] < 4


def test_an_epoch_reads_long_texts_as_often_as_they_have_windows():
    *_, step = train(SMALL["gpt"](), ["ab" * 100, "ba"], seed=0, epochs=2, batch_size=13)
    assert step.total == 4  # 26 windows, two times


def test_a_fit_to_unknown_symbols_changes_nothing(model):
    before, first = fingerprint(model), model.sample(3, seed=0).items
    with pytest.raises(ValueError, match="'z' is not among the"): model.fit(["zz", "z"], steps=3, progress=False)
    with pytest.raises(ValueError, match="'z' is not among the"): train(model, LINES, held_out=["zz"], steps=3)
    assert fingerprint(model) == before and model.sample(3, seed=0).items == first


def test_texts_can_be_written_while_the_model_learns():
    model = SMALL["gpt"]()
    run = Run(model, LINES * 10, seed=0, steps=60).background()
    while run.step is None and run.error is None: threading.Event().wait(0.01)
    for _ in range(3): assert len(model.sample(2, seed=0, max_length=10)) == 2
    assert run.wait() is model


def test_items_of_large_requests_are_those_of_small_ones(model):
    many = model.draw(Noise(0, range(300)), max_length=5)
    assert many[:3] == model.draw(Noise(0, range(3)), max_length=5)
    assert many[280:283] == model.draw(Noise(0, range(280, 283)), max_length=5)


@pytest.mark.parametrize("make", [*SMALL.values(), lambda: NGram(3)])
def test_writing_ends_behind_the_stop(make):
    model = make()
    model = model.fit(LINES) if isinstance(model, NGram) else model.fit(LINES, seed=0, steps=60, progress=False)
    plain = model.given(prefix="the").sample(20, seed=0, max_length=60).items
    stopped = model.given(prefix="the").sample(20, seed=0, max_length=60, stop="t").items
    cut = [text[:text.find("t", 3) + 1] if "t" in text[3:] else text for text in plain]
    assert stopped == cut
    *_, last = stream_samples(model.given(prefix="the"), 20, seed=0, max_length=60, stop="t")
    assert last.items == cut and last.origin.steps is None
