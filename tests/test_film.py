"The film of models that learn side by side: its script in a page without a kernel, and in a JupyterLab."
import pytest
import torch

from genbook.data import Data, Points
from genbook.models.gaussian_mixture import GaussianMixture
from genbook.models.kernels import KernelDensity
from genbook.ui.plots import in_digits
from genbook.ui.widgets.film import learn_together

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"


@pytest.fixture(scope="module")
def film():
    rows = Data(torch.randn(80, 2, generator=torch.Generator().manual_seed(0)).double(), Points())
    models = {HOSTILE: GaussianMixture(2, restarts=1), "bumps": KernelDensity("gaussian")}
    return learn_together(models, rows[:60], rows[60:], seed=0, steps=5, floor=2.5)


def said(page):
    return page.locator("figcaption").all_inner_texts()


def test_the_slider_shows_each_frame(show, film):
    page = show(film, ".genbook-film img[src]")
    slider = page.get_by_label("after step")
    assert slider.get_attribute("aria-valuetext") == f"after step {film.frames[-1]['number']}"
    slider.focus()
    page.keyboard.press("Home")
    values = {name: found[0] for name, found in film.values.items()}
    assert said(page) == [f"{name} {in_digits(value)} nats per point, held out" for name, value in values.items()]
    assert page.evaluate("state.get('at')") == 0
    page.wait_for_function(
        "() => [...document.querySelectorAll('.genbook-film img')].every(image => image.naturalWidth === 400)")
    assert page.locator(".genbook-film img").first.get_attribute("alt").startswith(f"{HOSTILE}: 200 samples")
    assert "\u22122.5 nats" in page.locator(".genbook-status").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_plays_and_shuts_nobody_out(show, axe, film, theme):
    page = show(film, ".genbook-film img[src]", viewport={"width": 390, "height": 900}, color_scheme=theme)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("last => state.get('at') === last", arg=len(film.frames) - 1)
    page.get_by_role("button", name="Play").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page, "main") == []


def test_it_forms_in_a_notebook(open_nb, axe):
    notebook = open_nb([
        "import torch\nfrom genbook import GaussianMixture, KernelDensity, learn_together\ntorch.set_num_threads(1)\n"
        "rows = torch.randn(60, 2, generator=torch.Generator().manual_seed(0)).double()\n"
        "film = learn_together({'a': GaussianMixture(2, restarts=1), 'b': KernelDensity('gaussian')}, rows, rows,\n"
        "                      seed=0, steps=4)",
        "print(len(film.frames))"])
    notebook.run(0)
    notebook.page.wait_for_selector(".genbook-film img[src]")
    notebook.run(1)
    count = int(notebook.output(1).inner_text())
    notebook.page.wait_for_function(
        "last => document.querySelector('.genbook-film input').max === String(last)", arg=count - 1)
    assert axe(notebook.page, ".genbook-film") == [] and notebook.errors() == []
