"""Marks of a key: a key is never shown or saved, a marked text is a function of seed, item and key, and is found."""
import json
import pickle

import pytest

import genbook
from genbook.analysis import find_text_mark
from genbook.core import Key, redraw, stream_samples, tokens_of
from genbook.data import Data, Symbols

KEY = "a long text that only I know"
TEXTS = ["the cat sat on the mat and the dog lay on the rug", "a bird sang in a tree while the sun went down"] * 4
NOTES = Data([["C4", "D4", "E4", "F4", "G4", "A4", "B4"] * 3, ["G4", "E4", "C4", "A4"] * 4], Symbols())


def short(cls, data=TEXTS, **arguments):
    model = cls(**arguments)
    options = {} if cls is genbook.NGram else {"steps": 3}
    return model.fit(data, seed=0, **options)


MODELS = {
    "NGram": lambda: short(genbook.NGram, order=3),
    "words": lambda: short(genbook.NGram, order=2, tokenization="word"),
    "RNN": lambda: short(genbook.RNN, width=8),
    "GPT": lambda: short(genbook.GPT, context=16, layers=1, width=8, heads=2),
    "symbols": lambda: short(genbook.GPT, NOTES, layers=1, width=8, heads=2)}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]()


def test_marked_items_depend_on_seed_item_and_key_alone(model):
    options = {"max_length": 60, "watermark": KEY}
    many = model.sample(6, seed=4, **options)
    assert model.sample(2, seed=4, **options).items == many.items[:2]
    assert many[3].redraw(model).items == many.items[3:4]
    *_, last = stream_samples(model, 6, seed=4, **options)
    assert last.items == many.items
    other = model.sample(6, seed=4, **{**options, "watermark": KEY + "!"})
    plain = model.sample(6, seed=4, max_length=60)
    assert many.items != other.items != plain.items != many.items
    if not isinstance(model, genbook.NGram):  # which draws in a faster way where nothing is marked
        assert all(a[:2] == b[:2] for a, b in zip(many.items, plain.items))  # before there is a context
    assert model.sample(6, seed=4, max_length=60, watermark="").items == plain.items


def test_marks_are_found_with_their_key_alone(model):
    for item in model.sample(4, seed=1, max_length=300, watermark=KEY).items:
        if len(model.symbols_of(item)) < 250: continue
        assert find_text_mark(item, KEY, model) and not find_text_mark(item, KEY + "!", model)


def test_a_prefix_is_kept_and_its_contexts_count_as_had():
    model = MODELS["NGram"]().given(prefix=TEXTS[0] + " " + TEXTS[0])
    marked = model.sample(3, seed=0, max_length=200, watermark=KEY)
    assert all(item.startswith(TEXTS[0]) for item in marked.items) and marked[2].redraw(model).items == marked.items[2:]


def test_many_texts_by_counts_are_written_in_parts():
    model = MODELS["NGram"]()
    assert model.sample(300, seed=0, max_length=30, watermark=KEY).items[299:] == model.sample(
        300, seed=0, max_length=30, watermark=KEY)[299].redraw(model).items


def test_a_key_is_nowhere_to_be_seen(model, tmp_path):
    samples = model.sample(2, seed=0, max_length=20, watermark=KEY)
    shown = json.dumps({k: str(v) for k, v in samples._repr_mimebundle_().items()})
    file = samples.save(tmp_path / ("a.txt" if isinstance(samples.items[0], str) else "a.csv"))
    said = repr(samples), str(samples.origin), repr(samples.origin), samples.origin.json(), file.read_text()
    for text in (*said, shown): assert KEY not in text
    assert pickle.loads(pickle.dumps(samples.origin)).options["watermark"] == Key(KEY)


def test_a_file_cannot_be_drawn_again_without_the_key(tmp_path):
    model = MODELS["NGram"]()
    file = model.sample(1, seed=0, max_length=20, watermark=KEY).save(tmp_path / "a.txt")
    with pytest.raises(ValueError, match="does not say with which key"): redraw(genbook.origin(file), model)


def test_alternatives_are_those_of_the_marked_text(model):
    samples = model.sample(3, seed=2, max_length=40, watermark=KEY)
    for item, tokens in zip(samples.items, tokens_of(samples, model)):
        symbols = [one.symbol for one in tokens if one.symbol]
        assert symbols == item if isinstance(item, list) else "".join(symbols) == item


@pytest.mark.parametrize("options, words", [
    ({"watermark": "secret"}, "The key has 6 characters"), ({"watermark": 7}, "The key is of type int"),
    ({"watermark": KEY, "temperature": 0}, "leaves no room for a watermark"),
    ({"watermark": KEY, "top_k": 1}, "leaves no room for a watermark")])
def test_what_cannot_be_marked_is_refused(model, options, words):
    with pytest.raises((ValueError, TypeError), match=words): model.sample(1, **options)


def test_a_prior_of_images_has_no_marks_of_texts():
    assert "watermark" not in genbook.VQVAE(prior=genbook.GPT()).sampling_options
