"The pad to draw points on: its script in a page without a kernel, and the kernel's side in a JupyterLab."
import numpy as np
import pytest
import torch
from conftest import drag_finger

from genbook.data import Data
from genbook.exact import KERNELS
from genbook.models.kernels import KernelDensity, left_out, rule_of_thumb
from genbook.ui.widgets.density import CELLS, Span, log_density, region_levels
from genbook.ui.widgets.pad import draw_points

NAMES = ("silverman", "kernelDensity", "leftOutLoss", "regionLevels")
HOSTILE = "<img src=x onerror=\"window.hacked=1\">"


@pytest.fixture
def open_page(show):
    "A function: pad, options of the browser -> the page that shows it, without a kernel."
    return lambda pad, **options: show(pad, ".genbook-meter:not(:empty)", NAMES, **options)


def rows(n=150):
    return np.random.default_rng(0).normal(size=(n, 2)) * [1, 3]


def points(page) -> list:
    return page.evaluate("state.get('drawn')")


def middle(page):
    box = page.locator(".genbook-paper").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_page_computes_the_kernel_density_of_python(open_page):
    pad = draw_points(rows())
    page, spans = open_page(pad), [Span(*span) for span in pad.about["spans"]]
    exact = torch.from_numpy(pad.points)
    widths = rule_of_thumb(exact, KERNELS["gaussian"])
    assert page.evaluate("silverman(state.get('drawn'))") == pytest.approx(widths.tolist(), rel=1e-9)
    found = page.evaluate(f"[...kernelDensity(state.get('drawn'), silverman(state.get('drawn')), "
                          f"state.get('about').spans, {CELLS})]")
    surface = log_density(KernelDensity("gaussian", bandwidth="silverman").fit(pad), *spans)
    there = surface > -30
    assert np.array(found).reshape(CELLS, CELLS)[there] == pytest.approx(surface[there], abs=1e-6)
    levels = page.evaluate("surface => regionLevels(surface)", found)
    assert levels == pytest.approx(region_levels(surface), abs=1e-6)
    loss = page.evaluate("leftOutLoss(state.get('drawn'), silverman(state.get('drawn')))")
    assert loss == pytest.approx(-left_out(exact, KERNELS["gaussian"], widths), abs=1e-9)


def test_drawn_by_mouse(open_page, axe):
    page = open_page(draw_points(), color_scheme="dark")
    assert page.locator(".genbook-meter").inner_text() == "0 points"
    x, y = middle(page)
    page.mouse.move(x - 60, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 40, steps=6)
    page.mouse.up()
    first = points(page)
    assert len(first) >= 12 and np.ptp([a for a, _ in first]) > 0.3
    assert page.evaluate("saved") == 1
    page.wait_for_function("() => document.querySelector('.genbook-meter').textContent.includes('each left out')")
    page.mouse.click(x, y + 50)
    assert len(points(page)) > len(first)
    page.get_by_role("button", name="Undo").click()
    assert points(page) == first
    page.get_by_label("rub out").check()
    page.mouse.move(x - 60, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 40, steps=12)
    page.mouse.up()
    assert len(points(page)) < len(first)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Clear").click()
    assert points(page) == []
    page.get_by_role("button", name="Undo").click()
    assert points(page) == first
    assert axe(page, "main") == []


def test_drawn_by_keys(open_page):
    page = open_page(draw_points())
    paper = page.get_by_role("application")
    paper.focus()
    for key in ("Shift+ArrowRight", "ArrowUp", "Space"): page.keyboard.press(key)
    there = points(page)
    assert len(there) == 8 and np.mean(there, 0) == pytest.approx([0.2, 0.04], abs=0.15)
    assert page.locator(".genbook-status").inner_text() == "8 points"
    page.keyboard.press("Enter")
    assert len(points(page)) == 16
    page.keyboard.press("Control+z")
    assert points(page) == there
    page.get_by_label("brush").focus()
    page.keyboard.press("End")
    assert page.evaluate("state.get('width')") == pytest.approx(0.3, abs=0.01)


def test_drawn_by_touch_on_a_narrow_page(open_page, axe):
    "A finger draws, and the page does not scroll away under it."
    page = open_page(draw_points(rows()), has_touch=True, viewport={"width": 390, "height": 500})
    page.locator(".genbook-paper").scroll_into_view_if_needed()
    (x, y), top = middle(page), page.evaluate("scrollY")
    drag_finger(page, [(x + 8 * step, y - 6 * step) for step in range(6)])
    page.wait_for_function("() => document.querySelector('.genbook-status').textContent.endsWith('points')")
    assert len(points(page)) >= 150 + 8
    assert page.evaluate("scrollY") == top
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page, "main") == []


def test_a_full_pad_says_so_and_names_cannot_harm(open_page):
    frame = Data(rows(1996))
    frame.modality = type(frame.modality)(2, (HOSTILE, "b"))
    page = open_page(draw_points(frame))
    page.get_by_role("application").focus()
    page.keyboard.press("Space")
    assert len(points(page)) == 2000
    page.keyboard.press("Space")
    assert "2,000 points at most" in page.get_by_role("alert").inner_text()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert len(points(page)) == 1996 and not page.get_by_role("alert").is_visible()


def test_the_bandwidth_changes_the_loss(open_page):
    page = open_page(draw_points(rows()))
    before = page.locator(".genbook-meter").inner_text()
    page.get_by_label("bandwidth").focus()
    page.keyboard.press("Home")
    page.wait_for_function("before => document.querySelector('.genbook-meter').textContent !== before", arg=before)
    loss = lambda text: float(text.split("loss ")[1].split()[0])
    assert loss(page.locator(".genbook-meter").inner_text()) > loss(before) + 0.1
    page.get_by_label("kernel density").uncheck()
    page.wait_for_function("() => document.querySelector('.genbook-meter').textContent === '150 points'")
    assert page.get_by_label("bandwidth").is_disabled()


def test_the_kernel_has_what_was_drawn(open_nb, axe):
    "In JupyterLab: keys draw, a model learns from the pad as it is, and Python draws as well."
    notebook = open_nb([
        "import torch\nfrom genbook import KernelDensity, draw_points\ntorch.set_num_threads(1)\n"
        "pad = draw_points()\npad",
        "print(pad.points.shape, len(KernelDensity('gaussian').fit(pad).log_prob(pad)))",
        "pad.points = [[0.5, 0.5], [0.25, 0.25]]"])
    notebook.run(0)
    notebook.page.wait_for_selector(".genbook-pad .genbook-meter:not(:empty)")
    notebook.command("notebook:enter-command-mode")
    notebook.page.get_by_role("application", name="Paper of x and y").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Space", "Shift+ArrowUp", "Space"):
        notebook.page.keyboard.press(key)
    assert notebook.run_until(1, lambda said: said.startswith("(24, 2)")) == "(24, 2) 24"
    notebook.run(2)
    notebook.page.wait_for_function(
        "() => document.querySelector('.genbook-pad .genbook-meter').textContent.startsWith('2 points')")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.theme(theme)
        assert axe(notebook.page, ".genbook-pad") == [], theme
    assert notebook.errors() == []
