"""Tables from end to end: a frame goes in, a model learns, conditions are told in words, and a frame of the same kind
comes out.
"""
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import polars.testing
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import genbook.ui.magics
from genbook import VAE, Gaussian, GaussianMixture, KernelDensity, Mixture, Product, load, save
from genbook.data import Data, Kind, Vectors, conform, heart, read_csv

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
    texts = {text for text in made[HOSTILE] if isinstance(text, str)}  # some are missing
    assert texts == {"a", HOSTILE} and all(isinstance(day, date) for day in made["since"].to_list())
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
    frame = pd.DataFrame({"colour": ["blue", "green", "red", "red"] * 6, "size": [100 + k / 7 for k in range(24)]})
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


WHEN = pd.to_datetime(["2024-06-15 07:00", "2024-12-16 19:30:01.000123", None], format="ISO8601")
DAYS = pd.to_datetime(["2024-06-15", None, "2020-01-01"])
TEXTS, YES, WHOLE = ["a", None, "b"], [True, None, False], [1, None, 3]
ARROW = {name: pd.ArrowDtype(dtype) for name, dtype in {
    "whole": pa.int16(), "yes": pa.bool_(), "text": pa.string(), "day": pa.date32(), "decimal": pa.decimal128(10, 2),
    "time": pa.timestamp("us", "America/New_York")}.items()}
PANDAS = {
    **{f"whole numbers as {t}": pd.Series([1, 2, 3], dtype=t) for t in ("int8", "uint64", "UInt8", "object")},
    **{f"{t}, one missing": pd.Series(WHOLE, dtype=t) for t in ("Int8", "Int64", "float64", "Float32", "object")},
    **{f"{t} of shares": pd.Series([0.1, 0.25, 0.3], dtype=t) for t in ("float16", "float32", "Float64")},
    **{f"yes or no as {t}": pd.Series(YES, dtype=t) for t in ("boolean", "object", ARROW["yes"])},
    **{f"texts as {t}": pd.Series(TEXTS, dtype=t) for t in ("str", "string", "string[python]", "object")},
    "texts of Arrow": pd.Series(TEXTS, dtype=ARROW["text"]),
    **{f"times in {zone}": pd.Series(WHEN.tz_localize(zone)) for zone in (
        "UTC", "Europe/Rome", "America/New_York", "Etc/GMT+5", "America/Argentina/Buenos_Aires", "UTC+05:30")},
    **{f"times to the {unit}": pd.Series(WHEN.floor(unit).as_unit(unit)) for unit in ("s", "ms", "us")},
    "times in ns": pd.Series(WHEN.as_unit("ns")), "days in ns": pd.Series(DAYS.as_unit("ns")),
    **{f"days in {zone}": pd.Series(DAYS.tz_localize(zone)) for zone in ("UTC", "America/New_York")},
    "days as objects": pd.Series([date(2024, 6, 15), None, date(2020, 1, 1)], dtype=object),
    "times as objects": pd.Series([datetime(2024, 6, 15, 3), None, datetime(2020, 1, 1)], dtype=object),
    "whole numbers of Arrow": pd.Series(WHOLE, dtype=ARROW["whole"]),
    "times of Arrow": pd.Series(WHEN, dtype=ARROW["time"]),
    "days of Arrow": pd.Series([date(2024, 6, 15), None, date(2020, 1, 1)], dtype=ARROW["day"]),
    "decimals of Arrow": pd.Series([Decimal("1.25"), None, Decimal("2.50")], dtype=ARROW["decimal"]),
    "levels of Arrow": pd.Series(pd.arrays.ArrowExtensionArray(pa.array(TEXTS).dictionary_encode())),
    "ordered levels": pd.Series(pd.Categorical(TEXTS, categories=["b", "c", "a"], ordered=True)),
    "whole levels": pd.Series(pd.Categorical([3, None, 1], categories=[3, 2, 1], ordered=True)),
    "nullable levels": pd.Series(pd.array(WHOLE, dtype="Int64")).astype("category"),
    "yes or no as levels": pd.Series(pd.Categorical(YES)),
    "real levels": pd.Series(pd.Categorical([0.1, 0.2, 0.1 + 0.2])), "intervals": pd.Series(pd.cut([0.1, 5, 9], 3)),
    "left intervals": pd.Series(pd.cut([1, 5, 9], [0, 5, 9], right=False)),
    "intervals of time": pd.Series(pd.cut(pd.to_datetime(["2024-01-01", "2024-06-01"]), 2)),
    "days as levels": pd.Series(pd.Categorical(DAYS)),
    "days as whole numbers": pd.Series([20240615, 20240101, 19991231], dtype="int32"),
    "days as whole numbers, one missing": pd.Series([20240615, None, 19991231]),
    "days as nullable numbers": pd.Series([20240615, None, 19991231], dtype="Int64"),
    "large": pd.Series([2.0**60, 1.0, -0.0]), "nothing": pd.Series([None] * 3, dtype=object)}


@pytest.mark.parametrize("label", ["x", 3, ("a", 1)], ids=["text", "number", "levels"])
@pytest.mark.parametrize("name", PANDAS)
def test_a_column_of_pandas_comes_back(name, label):
    frame = pd.DataFrame({label: PANDAS[name]})
    pd.testing.assert_frame_equal(Data(frame).frame(), frame, check_exact=True)


TIMES = [datetime(2024, 1, 1, 3, 0, 0, 123_000), None]
POLARS = {
    **{str(t): pl.Series(WHOLE, dtype=t) for t in (pl.Int8, pl.UInt32, pl.Int128, pl.Float32, pl.Float64)},
    **{f"{t} of texts": pl.Series(TEXTS, dtype=t) for t in (pl.String, pl.Categorical, pl.Enum(["b", "c", "a"]))},
    **{f"times in {unit}": pl.Series(TIMES).cast(pl.Datetime(unit)) for unit in ("ms", "us", "ns")},
    **{f"times in {zone}": pl.Series(TIMES).dt.replace_time_zone(zone) for zone in ("Asia/Ho_Chi_Minh", "Etc/GMT+5")},
    "yes or no": pl.Series(YES), "decimals": pl.Series([Decimal("1.25"), None]), "nothing": pl.Series([None, None]),
    "days": pl.Series([date(2024, 1, 1), None, date(1, 1, 1), date(9999, 12, 31)]),
    "midnights": pl.Series([datetime(2024, 1, 1), None]), "as whole numbers": pl.Series([20240615, None])}


@pytest.mark.parametrize("name", POLARS)
def test_a_column_of_polars_comes_back(name):
    frame = pl.DataFrame({"x": POLARS[name]})
    pl.testing.assert_frame_equal(Data(frame).frame(), frame, check_exact=True)


OF_ARROW = {
    **{str(t): pa.array([1, None], t) for t in (pa.int8(), pa.float32(), pa.float64())},
    **{str(t): pa.array(TEXTS, t) for t in (pa.string(), pa.large_string(), pa.string_view())},
    **{str(t): pa.array([datetime(2024, 1, 1), None], t) for t in (pa.date32(), pa.date64(), pa.timestamp("s"))},
    **{str(t): pa.array(TIMES, t) for t in (pa.timestamp("ns", "America/New_York"), pa.timestamp("us", "+05:30"))},
    "yes or no": pa.array(YES), "decimals": pa.array([Decimal("1.25"), None], pa.decimal128(9, 2)),
    "none": pa.nulls(2), "levels": pa.array(TEXTS).dictionary_encode(),
    "whole levels": pa.array([7, 3, None, 7]).dictionary_encode()}


@pytest.mark.parametrize("name", OF_ARROW)
def test_a_column_of_arrow_comes_back(name):
    table = pa.table({"x": OF_ARROW[name]})
    found = Data(table).frame()
    assert found.schema == table.schema and found.to_pydict() == table.to_pydict()


SOME = {"min_size": 1, "max_size": 60}
COLUMN = st.one_of(
    st.lists(st.none() | st.floats(-1e9, 1e9), **SOME), st.lists(st.none() | st.integers(-10**9, 10**9), **SOME),
    st.lists(st.integers(0, 5).map(lambda k: k / 4), **SOME), st.lists(st.floats(0, 1), **SOME),
    st.lists(st.integers(-10**6, 10**6).map(lambda k: k / 100), **SOME),
    st.lists(st.floats(-1e6, 1e6, width=32), **SOME),
    st.lists(st.none() | st.dates(date(1800, 1, 1)), **SOME), st.lists(st.datetimes(datetime(1800, 1, 1), datetime(
        2100, 1, 1)).map(lambda moment: moment.replace(second=0, microsecond=0)), **SOME),
    st.lists(st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: int(f"{day:%Y%m%d}")), **SOME))


@settings(max_examples=200, deadline=None)
@given(COLUMN)
def test_data_come_back_to_the_last_digit(values):
    "What comes from data lies between its bounds and on its grain, so nothing is done to it."
    frame = pl.DataFrame({"x": values, "other": range(len(values))}, strict=False)
    data = Data(frame)
    pl.testing.assert_frame_equal(data.frame(), frame, check_exact=True)
    first = Data(frame[:1])  # rows that come later are shown as they are, too, if they are of the same kinds
    if [kind.name for kind in first.modality.kinds] != [kind.name for kind in data.modality.kinds]: return
    for asked in (data, frame):
        pl.testing.assert_frame_equal(conform(first.modality, asked).frame(), frame, check_exact=True)



def visits(rows: int = 400) -> pd.DataFrame:
    random = np.random.default_rng(0)
    start = random.integers(19_000, 19_500, rows)
    return pd.DataFrame({
        "start": pd.to_datetime(start, unit="D"), "end": pd.to_datetime(start + random.poisson(2, rows), unit="D"),
        "price": random.gamma(1, 30, rows).round(2), "share": random.beta(0.5, 3, rows),
        "sick": random.poisson(1, rows),
        "rain": np.where(random.random(rows) < 0.5, 0, random.gamma(2, 3, rows).round(1)),
        "hour": pd.to_datetime(random.integers(450_000, 460_000, rows), unit="h", utc=True).tz_convert("Asia/Tokyo"),
        "paid": [int(f"{day:%Y%m%d}") for day in pd.to_datetime(random.integers(19_000, 19_500, rows), unit="D")]})


def test_draws_look_like_the_columns_they_learnt_from():
    data = Data(visits(), kinds={"end": Kind("day", after="start")})
    assert data.schema["rain"].zeros > 0.4 and data.schema["hour"].step == 1 / 24
    model = GaussianMixture(1).fit(data, seed=0, progress=False)
    drawn = model.sample(500, seed=0)
    made = drawn.frame()
    assert (made.dtypes == visits().dtypes).all() and (drawn.items < 0).any()
    assert (made["end"] >= made["start"]).all() and made["share"].between(0, 1).all() and (made["sick"] >= 0).all()
    assert (made["price"] >= 0).all() and (made["price"] == made["price"].round(2)).all()
    assert (made["hour"].dt.minute == 0).all()
    assert pd.to_datetime(made["paid"].astype(str), format="%Y%m%d").notna().all()
    assert drawn._repr_mimebundle_()["text/html"].count(" 00:00:00") == 0  # days, not moments


def test_kinds_are_saved_with_their_bounds(tmp_path):
    data = Data(visits(), kinds={"end": Kind("day", after="start"), "share": Kind("number", low=0, high=1)})
    model = Product().fit(data)
    again = load(save(model, tmp_path / "model"))
    assert list(map(repr, again.modality_.kinds)) == list(map(repr, data.modality.kinds))
    assert again.modality_ == data.modality and (again.modality_.frame(data.items) == data.frame()).all(axis=None)


def test_tables_that_learnt_other_bounds_know_each_other():
    frame = visits()
    model = Product().fit(frame)
    fewer = frame[frame["price"] > 40].reset_index(drop=True)
    assert Data(fewer).modality == model.modality_
    scores = model.log_prob(frame)[torch.tensor((frame["price"] > 40).to_numpy())]
    for asked in (fewer, Data(fewer)): torch.testing.assert_close(model.log_prob(asked), scores)


def test_a_day_is_that_day_in_its_zone():
    moments = pd.date_range("2024-06-01", periods=60, freq="7h", tz="America/New_York")
    model = Product().fit(pd.DataFrame({"seen": moments, "x": np.linspace(0, 1, 60) ** 2}))
    for said in ("2024-06-03", "2024-06-03 00:00", "2024-06-03T04:00:00+00:00"):
        made = model.given(seen=said).sample(2, seed=0).frame()["seen"]
        assert (made == pd.Timestamp("2024-06-03", tz="America/New_York")).all()


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


def test_a_vae_takes_yes_and_no_of_any_type():
    "Numbers of 64 bits, whole ones and booleans are learnt as those of 32 bits are: the same weights, the same bound."
    x = torch.rand(40, 3, generator=torch.Generator().manual_seed(0)) > 0.5
    frame = pd.DataFrame(x.numpy(), columns=["a", "b", "c"])
    found = []
    for items in (x.float(), x.double(), x, x.long(), frame):
        model = VAE(2, width=8).fit(items, seed=0, steps=3, progress=False)
        found.append(model.elbo(items, seed=0))
    for other in found[1:]: torch.testing.assert_close(other, found[0], check_dtype=False)
