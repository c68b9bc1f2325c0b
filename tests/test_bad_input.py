"What networks refuse: one sentence, and the model is what it was."
import math
import re

import numpy as np
import pytest
import torch
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import genbook
from genbook.core import Explained
from genbook.data import Data, Images, Sounds
from genbook.ui.magics import register

QUICK = {"steps": 2, "progress": False, "seed": 0}
LINES = ["to be or not to be", "that is the question", "whether it is nobler"]
draw = torch.Generator().manual_seed(0)
ROWS = torch.randn(200, 3, generator=draw, dtype=torch.float64)
WAVES = [torch.rand(300, 1, generator=draw) - 0.5 for _ in range(6)]
PICTURES = (torch.rand(20, 1, 6, 6, generator=draw) * 3).round() / 3
LEARNT = {
    "Flow": (lambda: genbook.Flow(transforms=2, condition="label"), Data(ROWS, label=["a", "b"] * 100)),
    "MADE": (lambda: genbook.MADE((16,), condition="label"), Data((ROWS[:60] > 0).long(), label=["a", "b"] * 30)),
    "PixelCNN": (lambda: genbook.PixelCNN(8, layers=1, condition="label"), Data(PICTURES, label=["a", "b"] * 10)),
    "WaveNet": (lambda: genbook.WaveNet(8, layers=3, window=64, condition="label"),
                Data(WAVES, Sounds(8000), label=["a", "b"] * 3)),
    "RNN": (lambda: genbook.RNN(width=8, condition="label"), Data(LINES * 2, label=["a", "b"] * 3)),
    "GPT": (lambda: genbook.GPT(16, layers=1, width=8, heads=2, condition="label"),
            Data(LINES * 2, label=["a", "b"] * 3)),
}
WRITERS, SHORT = ("RNN", "GPT"), {name: {"max_length": 9} for name in ("RNN", "GPT", "WaveNet")}


@pytest.fixture(scope="module")
def models():
    "A fitted model of each family, by name."
    fitted = {name: make().fit(data, **QUICK) for name, (make, data) in LEARNT.items()}
    return fitted | {
        "Analytic": genbook.Analytic(), "Ordered": genbook.Flow(transforms=2, order="autoregressive").fit(ROWS, **QUICK),
        "Painter": genbook.Diffusion(width=8, layers=1, condition="label").fit(
            Data(PICTURES.repeat(3, 1, 1, 1), label=["a", "b"] * 30), **QUICK),
        "Unlabelled": genbook.Diffusion("mean flow", width=8, layers=1).fit(ROWS, **QUICK)}


def drawn(name: str, model: genbook.core.Model) -> str:
    return repr(list(model.sample(2, seed=0, **SHORT.get(name, {})).items))


def short(model: genbook.core.Model) -> dict[str, int]: return SHORT.get(type(model).__name__, {})


def with_column(values: torch.Tensor) -> torch.Tensor: return torch.cat([ROWS[:, :2], values[:, None]], 1)


EVERY = [  # families, what is tried with a fitted model, what is said
    ("all", lambda m: m.sample(0), "n is 0, but a number of items"),
    ("all", lambda m: m.sample(1, seed=-1), "seed is -1"),
    ("all", lambda m: m.sample(1, seed=0, temprature=1.0), "has no sampling option 'temprature'"),
    ("all", lambda m: m.log_prob([]), "an empty list, but at least one"),
    ("all", lambda m: m.log_prob(None), "The items have shape ()"),
    ("tempered", lambda m: m.sample(1, temperature=-0.1), "temperature is -0.1, but a number from 0"),
    ("tempered", lambda m: m.sample(1, temperature=math.nan), "temperature is nan"),
    ("tempered", lambda m: m.sample(1, temprature=1.0), "Did you mean temperature?"),
    ("conditioned", lambda m: m.given(label="z"), "label is 'z', which this model has not seen. Choose from: a, b."),
    ("conditioned", lambda m: m.given(lable="a"), "cannot be conditioned on 'lable'. Did you mean label?"),
    ("conditioned", lambda m: m.fit(Data(m.sample(4, seed=0, **short(m))), **QUICK), "do not know 'label'"),
    ("RNN GPT", lambda m: m.sample(1, top_p=0), "top_p is 0, but a number from 0.01 to 1"),
    ("RNN GPT", lambda m: m.sample(1, top_p=1.5), "top_p is 1.5"),
    ("RNN GPT", lambda m: m.sample(1, top_k=-1), "top_k is -1, but a whole number from 0"),
    ("RNN GPT", lambda m: m.sample(1, max_length=0), "max_length is 0"),
    ("RNN GPT", lambda m: m.log_prob("Ωmega"), "'Ω' is not among the 15 symbols"),
    ("RNN GPT", lambda m: m.given(prefix="Ω"), "'Ω' is not among the 15 symbols"),
    ("RNN GPT", lambda m: m.next_probabilities("Ω"), "'Ω' is not among the 15 symbols"),
    ("RNN GPT", lambda m: m.fit(["to be", ""], **QUICK), "Text 1 is empty"),
    ("RNN GPT", lambda m: m.fit(ROWS, **QUICK), "but this model learnt from Texts()"),
    ("Flow Analytic", lambda m: m.log_prob([[math.nan] * m.modality_.features]), "1 of 1 items hold NaN values"),
    ("Flow Analytic", lambda m: m.log_prob([[1.0] * 5]), "The rows have 5 columns"),
    ("Flow", lambda m: m.decode([[0, math.nan, 0]]), "hold NaN values"),
    ("Flow", lambda m: m.decode("a"), "not an array of numbers"),
    ("Flow", lambda m: m.decode([[0.0]]), "The latents have shape (1, 1)"),
    ("Ordered", lambda m: m.given(x0=1e6), "x0 is 1000000.0, but this model knows numbers from"),
    ("Ordered", lambda m: m.given(x2=0), "give the columns before x2"),
    ("MADE", lambda m: m.log_prob([[math.nan, 0, 1]]), "hold NaN values"),
    ("MADE", lambda m: m.given(x0=2), "x0 is 2, which this model has not seen"),
    ("MADE", lambda m: m.fit(Data(2 - torch.eye(3).long(), label=list("aba")), **QUICK), "holds 2, but"),
    ("PixelCNN", lambda m: m.log_prob(torch.full((1, 1, 6, 6), 0.5)), "A pixel is 0.5, but this PixelCNN learnt 4"),
    ("PixelCNN", lambda m: m.given(pixels=torch.full((1, 6, 6), 0.5)), "learnt 4 levels"),
    ("PixelCNN", lambda m: m.fit(Data(PICTURES / 2, label=["a", "b"] * 10), **QUICK), "learnt 4 levels"),
    ("PixelCNN", lambda m: m.log_prob(torch.zeros(2, 1, 5, 6)), "bring them to that size"),
    ("PixelCNN", lambda m: m.log_prob(torch.full((2, 1, 6, 6), 2.0)), "The pictures have values from 2 to 2"),
    ("PixelCNN", lambda m: m.given(pixels=torch.zeros(1, 5, 5)), "The pixels have shape (1, 5, 5)"),
    ("PixelCNN", lambda m: m.given(pixels="a"), "The pixels are 'a', but a picture"),
    ("PixelCNN", lambda m: m.given(pixels=np.where(np.eye(6), 0, np.nan)), "writes row by row from the top"),
    ("WaveNet", lambda m: m.log_prob(Data(WAVES, Sounds(16000))), "at_rate(x, 8000)"),
    ("WaveNet", lambda m: m.given(prefix=Data(WAVES[:1], Sounds(16000))), "but mono, 8,000 Hz was expected"),
    ("WaveNet", lambda m: m.given(prefix=torch.full((9, 1), math.nan)), "Sound 0 has NaN values"),
    ("WaveNet", lambda m: m.given(prefix=torch.full((9, 1), 9000.0)), "Sound 0 has values up to 9000, but -1 to 1"),
    ("WaveNet", lambda m: m.log_prob(Data([9000 * wave for wave in WAVES], Sounds(8000))), "Sound 0 has values up"),
    ("Painter Unlabelled", lambda m: m.sample(0), "n is 0, but a number of items"),
    ("Painter Unlabelled", lambda m: m.sample(1, steps=0), "steps is 0, but a whole number from 1 to 500"),
    ("Painter Unlabelled", lambda m: m.sample(1, steps=2.5), "steps is 2.5, but a whole number"),
    ("Painter Unlabelled", lambda m: m.sample(1, sampler="eular"), "Did you mean euler?"),
    ("Painter", lambda m: m.sample(1, sampler="mean_flow"), "sampler is 'mean_flow', which this model has not seen"),
    ("Painter Unlabelled", lambda m: m.sample(1, churn=2), "churn is 2, but a number from 0 to 1"),
    ("Painter", lambda m: m.sample(1, guidance=-1), "guidance is -1, but a number from 0 to 10"),
    ("Unlabelled", lambda m: m.sample(1, guidance=3), "no sampling option 'guidance'. Choose from: churn, sampler"),
    ("Painter", lambda m: m.given(label="z"), "label is 'z', which this model has not seen. Choose from: a, b."),
    ("Painter", lambda m: m.given(pixels=torch.zeros(1, 5, 5)), "a picture of shape (1, 6, 6) was expected"),
    ("Painter", lambda m: m.given(pixels=torch.full((1, 6, 6), 9.0)), "The pixels have values from 9 to 9"),
    ("Painter", lambda m: m.given(pixels="a"), "The pixels are 'a', but a picture"),
    ("Painter", lambda m: m.log_prob_estimate(torch.full((1, 1, 6, 6), math.nan)), "hold NaN values"),
    ("Unlabelled", lambda m: m.given(label="a"), "no method 'given': it was made without conditions. Make it with"),
    ("Analytic", lambda m: genbook.Analytic("checkerboard").score([[0.0, 0.0]]), "Choose a shape made of Gaussians."),
    ("Unlabelled", lambda m: m.fit(PICTURES, **QUICK), "but this model learnt from Vectors"),
    ("Unlabelled", lambda m: m.fit(ROWS, **{**QUICK, "steps": 30, "learning_rate": 1e30}), "lower learning_rate"),
    ("Analytic", lambda m: m.velocity([[0.0, 0.0]], "now"), "t is 'now', but a time from 0 to 1"),
    ("Analytic", lambda m: m.fit(ROWS), "The rows have 3 columns"),
]
NAMES = {"all": [*LEARNT, "Analytic"], "conditioned": [*LEARNT], "tempered": [*LEARNT][1:]}


@pytest.mark.parametrize("name, attempt, said", [
    (name, attempt, said) for names, attempt, said in EVERY for name in NAMES.get(names, names.split())])
def test_what_a_fitted_model_refuses(models, name, attempt, said):
    model = models[name]
    before = drawn(name, model)
    with pytest.raises(Explained, match=re.escape(said)): attempt(model)
    assert drawn(name, model) == before


NEW = [  # what is made, what it is to learn from, what is said
    ("Flow MADE", ROWS[:1], "There is 1 item, but at least 2"),
    ("Flow MADE", ROWS[:1].repeat(9, 1), "All 9 items are the same"),
    ("Flow MADE", ROWS * math.inf, "hold infinite values"),
    ("Flow MADE", with_column(ROWS[:, 0] * math.nan), "hold NaN values"),
    ("Flow", with_column(0 * ROWS[:, 0] + 4), "The column x2 is 4 in all rows, so the density is infinite"),
    ("Flow MADE", with_column(2 * ROWS[:, 0] + 1), "follows from the others"),
    ("Flow MADE", with_column(ROWS[:, 0] ** 2), "The column x2 follows from the others"),
    ("RNN GPT", ["", "a b"], "Text 0 is empty"),
    ("RNN GPT", [], "The items are an empty list"),
    ("RNN GPT", ["a", "a"], "All 2 texts are the same"),
    ("RNN GPT", ["a", None], "items of one kind were expected"),
    ("PixelCNN", Data(PICTURES[:1]), "There is 1 item"),
    ("PixelCNN", ROWS, "but this model learns from pictures"),
    ("WaveNet", Data([wave.repeat(1, 2) for wave in WAVES], Sounds(8000, 2)), "The sounds have 2 channels"),
    ("WaveNet", Data([wave * math.nan for wave in WAVES], Sounds(8000)), "Sound 0 has NaN values"),
]


@pytest.mark.parametrize("name, data, said", [
    (name, data, said) for names, data, said in NEW for name in names.split()])
def test_what_a_new_model_refuses_to_learn_from(name, data, said):
    model = getattr(genbook, name)()
    with pytest.raises(Explained, match=re.escape(said)): model.fit(data, **QUICK)
    with pytest.raises(Explained, match="fit"): model.sample(1)  # it has learnt nothing


@pytest.mark.parametrize("arguments, said", [
    ({"shape": "rign"}, "shape is 'rign'"), ({"means": "a"}, "not an array of numbers"),
    ({"means": [[0.0, 0.0]], "weights": "a"}, "weights is 'a', but numbers"),
    ({"means": [[0.0, 0.0]], "weights": [1, 2]}, "a positive number for each of the 1 means"),
    ({"means": [[0.0, 0.0]], "covariances": -1.0}, "not positive definite"),
    ({"means": [[0.0, 0.0]], "covariances": [1.0, 2.0, 3.0]}, "The covariances have shape (3,)")])
def test_what_a_density_in_closed_form_cannot_be_made_of(arguments, said):
    with pytest.raises(Explained, match=re.escape(said)): genbook.Analytic(**arguments)


@pytest.mark.parametrize("line, body, said", [
    ("painter --steps 0", "", "steps is '0', but a whole number from 1 to 500"),
    ("painter --sampler eular", "", "Did you mean euler?"),
    ("unlabelled --guidance 3", "", "%generate does not understand '--guidance'. Choose from: --churn"),
    ("painter --steps 2", "label: z", "Choose from: a, b."),
    ("painter --steps 2", "pixels: {mask}", "The pixels have shape (1, 5, 5), but a picture of shape (1, 6, 6)"),
    ("painter --steps 2", "pixels: a", "The pixels are 'a', but a picture")])
def test_what_a_cell_with_a_diffusion_refuses(models, line, body, said):
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    register(shell)
    shell.user_ns |= {"mask": torch.zeros(1, 5, 5), "painter": models["Painter"], "unlabelled": models["Unlabelled"]}
    with pytest.raises(UsageError, match=re.escape(said)):
        if body: shell.run_cell_magic("generate", line, body)
        else: shell.run_line_magic("generate", line)


def test_twenty_pictures_are_learnt_by_heart_and_say_so():
    with pytest.warns(match="only 20 items, which a Diffusion will learn by heart") as said:
        model = genbook.Diffusion(width=8, layers=1).fit(PICTURES, **QUICK)
    assert len(said) == 1 and len(model.sample(2, seed=0, steps=2)) == 2


@pytest.mark.parametrize("arguments, said", [
    ({"parametrisation": "mean-flow"}, "try parametrisation='mean flow'"), ({"width": 2}, "width is 2"),
    ({"layers": 0}, "layers is 0"), ({"condition": 3}, "condition is 3, but a name such as 'label'")])
def test_what_a_diffusion_cannot_be_made_of(arguments, said):
    with pytest.raises(Explained, match=re.escape(said)): genbook.Diffusion(**arguments)


@pytest.mark.parametrize("density, said", [
    (lambda x: x.sum(1) * math.nan, "log_density is nan at x = "),
    (lambda x: torch.where(x[:, 0] > 0, -x.square().sum(1), -math.inf), "log_density is -inf at x = "),
    (lambda x: x, "answered with shape (256, 2)"), (3, "but a function was expected")])
def test_what_is_no_density(density, said):
    with pytest.raises(Explained, match=re.escape(said)): genbook.Flow().fit_density(density, 2, **QUICK)


def test_what_is_far_away_or_long_is_no_mistake(models):
    far = models["Flow"].log_prob(1e6 + ROWS[:5])
    assert far.isfinite().all() and (far < -1e9).all()
    for name in WRITERS:
        model = models[name].given(prefix="to be " * 20)
        assert model.sample(1, seed=0, max_length=3).items[0].startswith("to be " * 20)
        assert models[name].sample(2, seed=0, temperature=0, max_length=5).items[0] == models[name].sample(
            2, seed=1, temperature=0, max_length=5).items[1]  # 0 is greedy
        assert models[name].sample(1, seed=0, top_k=0, max_length=5).items == models[name].sample(
            1, seed=0, max_length=5).items  # 0 is no limit
    assert models["MADE"].log_prob([[2, 0, 1]]).isneginf().all()  # a choice that was never seen
    bytes_of = Data((PICTURES * 255).round().byte(), Images(1, 6, 6))
    torch.testing.assert_close(models["PixelCNN"].log_prob(bytes_of), models["PixelCNN"].log_prob(PICTURES))
