"What columns are, models keep: categories are no amounts, and draws are as incomplete as the data learnt from."
import pandas as pd
import pytest
import torch
from IPython.core.completer import provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import genbook.ui.magics
from genbook import VAE, Bounded, Gaussian, GaussianMixture, KernelDensity, Mixture, Poisson, Product, explore
from genbook.core import is_fitted
from genbook.data import Data, Kind, Table

REFUSE = [
    GaussianMixture(2), GaussianMixture(2, "diagonal"), Gaussian(), Gaussian("diagonal"), Gaussian("low-rank"),
    KernelDensity(), VAE(2), VAE(2, likelihood="gaussian"), Poisson(), Bounded(), Mixture([GaussianMixture(1)] * 2)]


@pytest.mark.parametrize("model", REFUSE, ids=repr)
def test_amounts_are_not_learnt_from_categories(model):
    frame = pd.DataFrame({"colour": ["blue", "red", "red"] * 5})
    with pytest.raises(TypeError, match=r"The column colour holds categories, but a .* use Mixture\(3\)"):
        model.fit(frame, seed=0)
    assert not is_fitted(model)


def incomplete() -> Data:
    "Two columns of amounts, of which half are missing."
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(200, 2, generator=generator).double()
    rows[torch.rand(200, 2, generator=generator) < 0.5] = float("nan")
    return Data(rows, Table(2, ("income", "age"), (Kind(missing=0.5), Kind(missing=0.5))))


def test_values_are_left_out_wherever_samples_are_asked_for():
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    genbook.ui.magics.register(shell)
    model = GaussianMixture(2, restarts=1).fit(incomplete(), seed=0, progress=False)
    shell.user_ns["people"] = model
    def generate(line, cell="\n"): return shell.run_cell_magic("generate", line, cell).items.isnan().double().mean(0)
    assert (generate("people -n 400 --seed 1") - 0.5).abs().max() < 0.1
    assert generate("people -n 400 --seed 1 --missing none").max() == 0
    assert generate("people -n 400 --seed 1", "age: 0.5")[1] == 0
    with pytest.raises(UsageError, match="missing is 'some', which this model has not seen"):
        shell.run_cell_magic("generate", "people --missing some", "\n")
    with provisionalcompleter():
        texts = {text: {c.text for c in shell.Completer.completions(text, len(text))}
                 for text in ("%%generate people --mis", "%%generate people --missing n")}
    assert list(texts.values()) == [{"--missing"}, {"none"}]
    assert [option["name"] for option in explore(model).options] == ["missing"]
    sampler = explore(Product().fit(incomplete()))
    assert [option["name"] for option in sampler.options] == ["missing"] and len(sampler.samples) == 4
