"""Tables from end to end: a frame goes in, a model learns, conditions are told in words, and a frame of the same kind
comes out.
"""
from datetime import date

import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import genbook.ui.magics
from genbook import Gaussian, GaussianMixture, KernelDensity, Mixture, Product
from genbook.data import Data, Vectors, heart, read_csv

HOSTILE = "<img src=x onerror=alert(1)>"
COLUMNS = {
    "age": [40, 3, 77, 52, 61, 30],
    HOSTILE: ["a", HOSTILE, "a", None, "a", HOSTILE],
    "smokes": [True, False, None, False, True, True],
    "since": [date(2001, 1, k) for k in range(1, 7)],
    "weight": [60.5, 20.25, None, 71.0, 80.0, 66.0],
}


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_the_same_kind_of_frame_comes_back(library):
    frame = library.DataFrame(COLUMNS)
    drawn = Mixture([Product()] * 2, restarts=2).fit(frame, seed=0, progress=False).sample(20, seed=0)
    made = drawn.frame()
    assert type(made) is type(frame) and list(made.columns) == list(frame.columns) and len(made) == 20
    assert set(made[HOSTILE]) <= {"a", HOSTILE} and all(isinstance(day, date) for day in made["since"].to_list())
    assert "<img" not in drawn._repr_mimebundle_()["text/html"]
    assert [str(dtype) for dtype in Data(frame).frame().dtypes] == [str(dtype) for dtype in frame.dtypes]


@pytest.mark.parametrize("model", [Mixture(2, restarts=2), Product()], ids=lambda model: type(model).__name__)
def test_models_are_asked_about_frames(model):
    frame = heart().frame()
    if hasattr(model, "restarts"): model.fit(frame, seed=0, progress=False)
    else: model.fit(frame)
    told = model.given(sex="female", age=40)
    assert set(told.sample(20, seed=0).frame()["sex"]) == {"female"}
    backwards = frame[list(frame.columns)[::-1]].head(5)
    assert (model.log_prob(backwards) == model.log_prob(Data(frame.head(5), model.modality_))).all()
    with pytest.raises(ValueError, match="sex is 'femal', which this model has not seen. Did you mean female?"):
        model.given(sex="femal")
    assert model.log_prob(frame.head(5).assign(slope="steep")).isneginf().all()


def test_gaussians_refuse_categories_and_say_what_takes_them():
    for model in (GaussianMixture(2), Gaussian(), KernelDensity()):
        with pytest.raises(TypeError, match=r"holds categories, but a .* use Mixture\(3\)"): model.fit(heart())


def test_columns_and_categories_are_those_that_were_learnt():
    frame = pd.DataFrame({"colour": ["blue", "green", "red", "red"] * 6, "size": [k / 2 for k in range(24)]})
    some = (frame["colour"] != "blue").to_numpy()
    later = frame[some][["size", "colour"]]
    for model in (Product().fit(frame), Mixture(2, restarts=2).fit(frame, seed=0, progress=False)):
        scores = model.log_prob(frame)[torch.tensor(some)]
        for asked in (later, Data(later)): torch.testing.assert_close(model.log_prob(asked), scores)
        drawn = Product().fit(later).sample(8, seed=0)
        torch.testing.assert_close(model.log_prob(drawn), model.log_prob(drawn.frame()))
    sizes = Data(torch.rand(40, 2), Vectors(2, ("a", "b")))
    turned = Data(sizes.items.flip(1), Vectors(2, ("b", "a")))
    for model in (GaussianMixture(1), KernelDensity(), Gaussian()):
        model.fit(sizes, seed=0, **({"progress": False} if isinstance(model, GaussianMixture) else {}))
        torch.testing.assert_close(model.log_prob(turned), model.log_prob(sizes))


def test_magics_speak_the_table():
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    genbook.ui.magics.register(shell)
    shell.user_ns["patients"] = Mixture([Product()] * 2, restarts=2).fit(heart(), seed=0, progress=False)
    def tab(text):
        with provisionalcompleter(): return {c.text for c in shell.Completer.completions(text, len(text))}
    assert tab("%%generate patients\nsex: fe") == {"female"} and "typical angina" in tab(
        "%%generate patients\nchest_pain: ty"
    )
    made = shell.run_cell_magic("generate", "patients -n 5 --seed 1", "sex: female\ndisease: true\nage: 60")
    assert (
        made.frame()["sex"].eq("female").all() and made.frame()["disease"].all() and made.frame()["age"].eq(60).all()
    )
    with pytest.raises(UsageError, match="Did you mean female"):
        shell.run_cell_magic("generate", "patients", "sex: femal")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(
    st.none() | st.integers(-10**9, 10**9), st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(), st.dates()), min_size=1, max_size=8))
def test_what_is_written_is_read_again(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tables") / "rows.csv"
    table = Data(
        pl.DataFrame(
            rows, schema={"whole": pl.Int64, "real": pl.Float64, "yes": pl.Boolean, "day": pl.Date}, orient="row"
        )
    )
    table.modality.write(table.items, path, "{}")
    back = read_csv(path)
    assert (
        back.modality.columns == table.modality.columns
        and (back.items.nan_to_num(-1) == table.items.nan_to_num(-1)).all()
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused_in_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("tables") / "any.csv"
    path.write_bytes(content)
    try: assert len(read_csv(path)) > 0
    except (ValueError, TypeError) as error: assert len(str(error).split()) > 6
