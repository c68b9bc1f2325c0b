"The screen of a detector: its script in a plain page without a kernel, its numbers beside those of Python."
import json

import numpy as np
import pytest
import torch

from genbook.analysis import Detector, NearestNeighbours, share_of
from genbook.data import Data, digits
from genbook.models.likelihood import Gaussian
from genbook.ui.widgets.screen import screen

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"


@pytest.fixture(scope="session")
def rows():
    "A screen of rows, one of whose columns has a dangerous name."
    generator = np.random.default_rng(0)
    usual = Data(torch.from_numpy(generator.normal(size=(600, 2))), None)
    usual.modality = type(usual.modality)(2, ("age", HOSTILE))
    return screen(
        Detector(Gaussian().fit(usual[:300])).fit(usual[300:]),
        Data(generator.normal(3, size=(50, 2)), usual.modality),
        false_alarms=0.05,
    )


@pytest.fixture(scope="session")
def pictures():
    x = digits()
    normal = x[x.known["label"] == 0]
    return screen(NearestNeighbours(normal[:300]).fit(normal[300:]), x[x.known["label"] == 1][:60], false_alarms=0.1)


@pytest.fixture
def visit(show):
    "A function: screen -> page that shows it, without a kernel."
    return lambda made, theme="light", width=1000: show(
        made, ".genbook-screen", ("shareOf",), viewport={"width": width, "height": 900}, color_scheme=theme
    )


def said(page) -> list[str]:
    return page.locator(".genbook-says").all_inner_texts()


def threshold(page) -> float:
    return page.evaluate("state.get('threshold')")


def test_the_page_computes_the_same_intervals(visit, rows):
    page = visit(rows)
    for count, of in ((0, 1), (1, 1), (0, 100), (3, 100), (100, 100), (50, 1000), (9_999, 10_000), (1, 100_000)):
        expected, found = share_of(count, of), page.evaluate("([count, of]) => shareOf(count, of)", [count, of])
        assert [found["value"], found["low"], found["high"]] == pytest.approx(
            [expected.value, expected.low, expected.high], abs=1e-9
        ), (count, of)


def test_the_threshold_moves_under_keyboard_and_pointer(visit, rows):
    page = visit(rows)
    assert threshold(page) == rows.detector.threshold(0.05).value
    assert "False alarms 4.7%, 14 of 300 held-out items (95% interval 2.6% to 7.7%)" in said(page)
    slider = page.get_by_label("Alarm above")
    slider.focus()
    page.keyboard.press("End")
    assert "False alarms 0%" in said(page)[0] and threshold(page) == rows.about["high"]
    page.keyboard.press("Home")
    assert "False alarms 100%" in said(page)[0] and "Alarms 100%, 50 of 50 new items" in said(page)[1]
    assert "300 of 300 held-out items" in slider.get_attribute("aria-valuetext")
    line, plot = page.locator(".genbook-threshold").bounding_box(), page.locator(".genbook-histogram").bounding_box()
    page.mouse.move(line["x"] + line["width"] / 2, line["y"] + 50)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] / 2, line["y"] + 50, steps=3)
    page.mouse.up()
    middle = (rows.about["low"] + rows.about["high"]) / 2
    assert threshold(page) == pytest.approx(middle, rel=0.01)
    assert f"{int((rows.scores['held-out items'] > threshold(page)).sum())} of 300" in said(page)[0]
    assert page.evaluate("saved") == 3
    page.evaluate("state.set('threshold', 3.5)")
    assert f"{int((rows.scores['held-out items'] > 3.5).sum())} of 300" in said(page)[0]


def test_a_bar_shows_its_items(visit, rows, pictures):
    page = visit(pictures)
    fullest = int(np.argmax([bar["counts"][0] for bar in pictures.bars]))
    bar = page.locator(".genbook-bar").nth(fullest)
    bar.focus()
    page.keyboard.press("Enter")
    assert (
        f"8 of {pictures.bars[fullest]['counts'][0]} held-out items with scores from" in page.locator(
            ".genbook-items"
        ).inner_text()
    )
    page.wait_for_function("() => document.querySelector('.genbook-items img').naturalWidth > 100")
    page.keyboard.press("ArrowRight")
    assert (
        page.evaluate("[...document.querySelectorAll('.genbook-bar')].indexOf(document.activeElement)") == fullest + 1
    )
    page = visit(rows)
    page.locator(".genbook-bar").first.click()
    assert HOSTILE in page.locator(".genbook-items th").nth(1).inner_text()
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_shuts_people_out(visit, axe, rows, theme):
    page = visit(rows, theme, width=390)
    page.locator(".genbook-bar").first.click()
    assert axe(page, "html") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_threshold_that_is_dragged_is_known_in_python(open_nb, axe):
    notebook = open_nb(
        [
            (
                "import torch\nfrom genbook import Detector, screen\nfrom genbook.models.likelihood import Gaussian\nx"
                " = torch.arange(400.0)[:, None] % 97\nwatch ="
                " screen(Detector(Gaussian().fit(x[:200])).fit(x[200:]))\nwatch"
            ),
            "print(watch.threshold == watch.about['high'], watch.false_alarms.value)",
            "watch.threshold = 4.0",
        ]
    )
    notebook.run(0)
    slider = notebook.page.get_by_label("Alarm above")
    slider.focus()
    notebook.page.keyboard.press("End")
    notebook.run(1)
    assert "True 0.0" in notebook.output(1).inner_text()
    notebook.run(2)
    notebook.page.wait_for_function(
        "() => document.querySelector('.genbook-screen .genbook-number').textContent.startsWith('4.0')"
    )
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.theme(theme)
        assert axe(notebook.page, ".genbook-screen") == [], theme
    notebook.save()
    kept = json.loads(notebook.path.read_text())["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"][
        "state"
    ]
    assert any(entry["state"].get("threshold") == 4.0 for entry in kept.values())
