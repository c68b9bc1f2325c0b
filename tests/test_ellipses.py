"The ellipses of a mixture: their script in a page without a kernel, and the kernel's side in a JupyterLab."
import pytest
import sklearn.datasets
import torch
from conftest import drag_finger

from genbook.data import Data, Vectors
from genbook.models.gaussian_mixture import GaussianMixture
from genbook.training import Run
from genbook.ui.plots import in_digits
from genbook.ui.views import explore
from genbook.ui.widgets.run import Summary

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"
KINDS = ("full", "tied", "diagonal", "spherical")


def mixture(covariance="full"):
    iris = Data(torch.tensor(sklearn.datasets.load_iris().data)[:, 2:], Vectors(2, (HOSTILE, "petal width")))
    return GaussianMixture(3, covariance, restarts=2).fit(iris, seed=0, steps=3, tolerance=0, progress=False), iris


@pytest.fixture
def open_page(show):
    "A function: widget, options of the browser -> the page that shows it, without a kernel."
    return lambda widget, **options: show(widget, ".genbook-meter:not(:empty)", **options)


def loss(page):
    return float(page.locator(".genbook-meter").get_attribute("data-loss"))


def pressed(page, *keys):
    before = page.locator(".genbook-meter").get_attribute("data-loss")
    for key in keys: page.keyboard.press(key)
    page.wait_for_function("before => document.querySelector('.genbook-meter').dataset.loss !== before", arg=before)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_computes_what_python_does(open_page, kind):
    model, iris = mixture(kind)
    page = open_page(explore(model, iris))
    assert loss(page) == pytest.approx(-float(model.log_prob(iris).mean()), abs=6e-5)
    page.get_by_role("button", name="One E step and M step").click()
    page.wait_for_function("() => document.querySelector('.genbook-status').textContent")
    model.fit(iris, steps=2, tolerance=0, progress=False)
    assert loss(page) == pytest.approx(-float(model.log_prob(iris).mean()), abs=6e-5)
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("() => document.querySelector('.genbook-meter').textContent.endsWith('as fitted')")


def test_dragged_by_mouse_and_by_keys(open_page, axe):
    model, iris = mixture()
    page = open_page(explore(model, iris), color_scheme="dark")
    start = loss(page)
    centre = page.get_by_role("slider", name="Centre of component 1")
    box = centre.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    place = centre.get_attribute("aria-valuetext")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 30, steps=5)
    page.mouse.up()
    page.wait_for_function(
        """place => document.querySelector('[aria-label="Centre of component 1"]')
            .getAttribute('aria-valuetext') !== place""", arg=place)
    moved = centre.bounding_box()  # larger than it was, for it has the focus
    across, down = moved["x"] + moved["width"] / 2 - x, moved["y"] + moved["height"] / 2 - y
    assert (across, down) == (pytest.approx(40, abs=0.5), pytest.approx(-30, abs=0.5))
    assert loss(page) > start
    for name, keys in (("Centre of component 2", ["ArrowRight", "Shift+ArrowUp", "+", "["]),
                       ("First axis of component 2", ["ArrowUp"]), ("Second axis of component 3", ["ArrowLeft"])):
        page.get_by_role("slider", name=name).focus()
        for key in keys: pressed(page, key)
    end = page.get_by_role("slider", name="First axis of component 3")
    box = end.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] - 20, steps=5)
    page.mouse.up()
    page.locator("input[type=range]").first.focus()
    pressed(page, "ArrowRight")
    page.get_by_role("button", name="Run EM").click()
    page.locator(".genbook-status", has_text="steps: the loss fell by").wait_for()
    assert loss(page) < start + 0.5
    assert axe(page, "main") == []


def test_the_loss_is_that_of_the_run(open_page):
    "The same quantity, unit and sign, written alike."
    model, iris = mixture()
    run = Run(GaussianMixture(3, restarts=2), iris, seed=0, steps=3, tolerance=0)
    run.here()
    shown = Summary(run).cells["loss"]
    assert open_page(explore(run.model, iris)).locator(".genbook-meter").inner_text() == (
        f"loss {shown} nats per row, as fitted")


def test_two_columns_are_chosen(open_page, axe):
    "Two native selects; a column that is chosen already changes places."
    iris = sklearn.datasets.load_iris(as_frame=True).data
    model = GaussianMixture(3, restarts=2).fit(iris, seed=0, progress=False)
    page = open_page(explore(model, iris))
    across, up = page.get_by_label("Across"), page.get_by_label("Up")
    assert [s.evaluate("s => s.selectedOptions[0].label") for s in (across, up)] == list(iris.columns[:2])
    whole = f"; {in_digits(-float(model.log_prob(iris).mean()))} in all 4"
    up.select_option("petal width (cm)")
    page.locator(".genbook-stage text", has_text="petal width (cm)").wait_for()
    assert page.locator(".genbook-meter").inner_text().endswith(whole)
    pair = [0, 3]
    weights, means, covariances = model.gaussians()
    two = mixture()[0].with_gaussians(weights, means[:, pair], covariances[:, pair][:, :, pair])
    rows = torch.tensor(iris.to_numpy())[:, pair]
    assert loss(page) == pytest.approx(-float(two.log_prob(rows).mean()), abs=1e-4)
    across.select_option("petal width (cm)")
    page.wait_for_function("() => document.querySelector('[id$=Up]').selectedOptions[0].label === 'sepal length (cm)'")
    assert page.locator(".genbook-component small").first.inner_text().startswith("petal width (cm): mean ")
    assert axe(page, "main") == []


def test_dragged_by_touch(open_page):
    "A finger moves a centre, and the page does not scroll away under it."
    model, iris = mixture()
    page = open_page(explore(model, iris), has_touch=True, viewport={"width": 390, "height": 500})
    centre = page.get_by_role("slider", name="Centre of component 1")
    centre.scroll_into_view_if_needed()
    box, place, top = centre.bounding_box(), centre.get_attribute("aria-valuetext"), page.evaluate("scrollY")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag_finger(page, [(x + 8 * step, y - 6 * step) for step in range(6)])
    page.wait_for_function(
        """place => document.querySelector('[aria-label="Centre of component 1"]')
            .getAttribute('aria-valuetext') !== place""", arg=place)
    moved = centre.bounding_box()
    assert moved["x"] + moved["width"] / 2 - x == pytest.approx(40, abs=1)
    assert page.evaluate("scrollY") == top


def test_a_narrow_page_and_a_collapse(open_page, axe):
    model, iris = mixture()
    made = explore(model, iris)
    first = made.components[0]
    made.components = [{**first, "covariance": [0.0, 0.0, first["covariance"][2]]}, *made.components[1:]]
    page = open_page(made, viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    assert "Component 1 has collapsed" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("() => document.querySelector('.genbook-meter').textContent.endsWith('as fitted')")
    assert not page.get_by_role("alert").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page, "main") == []


def test_the_kernel_has_the_mixture_that_was_dragged(open_nb, axe):
    "In JupyterLab: a key moves a centre, and Python has the model."
    notebook = open_nb(["""
import torch
from genbook import GaussianMixture, explore
torch.set_num_threads(1)
rows = torch.randn(300, 2, generator=torch.Generator().manual_seed(0)).double()
model = GaussianMixture(2, restarts=2).fit(rows, seed=0, progress=False)
ellipses = explore(model, rows)
ellipses""", """print(
    float(ellipses.model.means_[0, 0] - model.means_[0, 0]) > 0.1,
    torch.equal(ellipses.model.means_[1], model.means_[1]))"""])
    notebook.run(0)
    notebook.page.wait_for_function("() => document.querySelector('.genbook-meter')?.textContent.includes('nats')")
    notebook.command("notebook:enter-command-mode")
    notebook.page.get_by_role("slider", name="Centre of component 1").focus()
    for _ in range(5): notebook.page.keyboard.press("Shift+ArrowRight")
    assert axe(notebook.page, ".genbook-ellipses") == []
    notebook.run(1)
    assert notebook.output(1).inner_text().split() == ["True", "True"]
    assert notebook.errors() == []
