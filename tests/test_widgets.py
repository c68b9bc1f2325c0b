"Widgets beside each other: the styles of all, in whatever order they were first shown; and when they are gone."
import base64
import functools
import gc
import sys
from unittest.mock import patch

import comm
import nbformat
import pytest
import torch
from conftest import drag_finger
from ipywidgets.widgets import widget as registry
from nbconvert import HTMLExporter

from genbook import VAE, Detector, Gaussian, GaussianMixture, HiddenMarkov, explore, screen
from genbook.core import Unsupported
from genbook.data import small_digits
from genbook.training import Run
from genbook.ui import Explorer, RunView, Sampler
from genbook.ui.comms import static
from genbook.ui.plots import in_digits, mean_and_sd

STYLES = """() => {
    const root = document.querySelector('main .genbook-explorer');
    const said = (style) => [...style].map(name => `${name} ${style.getPropertyValue(name)}`).join('; ');
    const all = [root, ...root.querySelectorAll('*')];
    return all.map(element => element.className + ': ' + said(getComputedStyle(element)));
}"""


X = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))


@functools.cache
def mixture(): return GaussianMixture(2, floor=1e-3, restarts=1).fit(X, seed=0, progress=False)


@functools.cache
def chain(): return HiddenMarkov(2, floor=1e-3, restarts=1).fit([X], seed=0, progress=False)


@functools.cache
def scorer(): return Detector(Gaussian().fit(X)).fit(X)


def ellipses(): return explore(mixture(), X)
def detector(): return screen(scorer())
def timeline(): return explore(chain(), [X])
def explorer(): return explore(mixture())
def sampler(): return Sampler(mixture())
def latents(): return explore(VAE(latent_dim=2, width=8).fit(small_digits()[:50], seed=0, steps=2, progress=False))
def run_view(): return RunView(Run(GaussianMixture(2), X, seed=0))


@pytest.mark.parametrize("make", [ellipses, detector, timeline])
def test_the_styles_of_other_widgets_change_nothing(show, make):
    widget = make()
    page = show(widget, ".genbook-explorer", viewport={"width": 1000, "height": 900})
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = page.evaluate(STYLES)
    for name in ("screen.css", "timeline.css", "ellipses.css", "explore.css"): page.add_style_tag(content=static(name))
    assert page.evaluate(STYLES) == before
    assert page.evaluate(
        "getComputedStyle(document.querySelector('main input[type=range]')).getPropertyValue('--to')"
    ).endswith("%")


def as_outputs(widget):
    "What a notebook keeps of a widget that was shown: the view, and the still below it."
    with patch("genbook.ui.comms.display") as shown: widget._ipython_display_()
    bundles = [call.args[0] for call in shown.call_args_list]
    text = lambda what: base64.b64encode(what).decode() if isinstance(what, bytes) else what
    return [nbformat.v4.new_output("display_data", {mime: text(what) for mime, what in bundle.items()})
            for bundle in bundles]


def with_state(notebook, widgets):
    "The notebook as JupyterLab saves it while the widgets are there."
    state = {widget.model_id: {"model_name": "AnyModel", "model_module": "anywidget", "state": {}}
             for widget in widgets}
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"version_major": 2, "version_minor": 0, "state": state}}
    return notebook


@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("make", [ellipses, detector, timeline, explorer, sampler])
def test_an_exported_notebook_shows_what_there_was(make, saved):
    "Without scripts, also where the notebook holds the state of widgets and would rather show those."
    widget = make()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=as_outputs(widget))])
    html = HTMLExporter().from_notebook_node(with_state(notebook, [widget]) if saved else notebook)[0]
    body = html[html.index("<body"):]
    assert "<table" in body and ("widget-view" in body) == saved
    assert ("data:image/png" in body) == (make in (ellipses, detector, timeline))


def test_a_still_follows_its_widget():
    widget = ellipses()
    with patch("genbook.ui.comms.display") as shown: widget._ipython_display_()
    first = widget.components[0]
    widget.components = [{**first, "mean": [123.0, 0.0]}, *widget.components[1:]]
    renewed = shown.return_value.update.call_args.args[0]["text/html"]
    assert "123" in renewed and renewed.startswith('<div class="genbook-still">')


def test_a_notebook_that_is_not_trusted_shows_what_there_was(open_nb, tmp_path):
    makers, cell = (ellipses, detector, timeline, explorer), nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(cells=[cell(outputs=as_outputs(make())) for make in makers])
    nbformat.write(notebook, tmp_path / "sent.ipynb")
    opened = open_nb(tmp_path / "sent.ipynb")
    for i, make in enumerate(makers):
        if make is not explorer: opened.output(i).locator("img").wait_for()
        opened.output(i).locator("table tr").nth(1).wait_for()
        assert "Loading" not in opened.output(i).inner_text() and "Error" not in opened.output(i).inner_text()
    opened.page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-OutputArea-output img')].every(image => image.naturalWidth >= 480)")
    assert opened.output(2).locator("td span").first.evaluate("e => getComputedStyle(e).color") == "rgb(59, 130, 214)"


def test_a_still_is_hidden_where_its_widget_lives(open_nb):
    notebook = open_nb(["""import torch
from genbook import GaussianMixture, explore
rows = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
explore(GaussianMixture(2, restarts=1).fit(rows, seed=0, progress=False), rows)"""])
    notebook.run(0)
    notebook.page.locator(".genbook-ellipses").wait_for()
    notebook.page.locator(".genbook-still").wait_for(state="attached")
    assert not notebook.page.locator(".genbook-still").is_visible() and notebook.errors() == []


@pytest.mark.parametrize("make", [ellipses, detector, timeline, explorer, sampler, run_view])
def test_closing_leaves_nothing_behind(make):
    counts = lambda: (len(registry._instances), len(comm.get_comm_manager().comms), len(RunView.shown))
    before = counts()
    widgets = [make() for _ in range(50)]
    assert counts()[0] == before[0] + 100  # each with its layout
    for widget in widgets:
        widget.close()
        widget.close()  # a second time changes nothing
    assert counts() == before


def test_a_widget_that_cannot_be_made_complains_once(monkeypatch):
    "Python throws away what was begun, and says there what goes wrong: nothing may."
    ignored = []
    monkeypatch.setattr(sys, "unraisablehook", lambda said: ignored.append(str(said.exc_value)))
    before = len(registry._instances)
    with pytest.raises(Unsupported, match="Exploring needs HasLatent"): Explorer(Gaussian().fit(X))
    with pytest.raises(RuntimeError, match="has not seen data yet"): Sampler(Gaussian())
    with pytest.raises(TypeError): RunView()
    gc.collect()
    assert not ignored and len(registry._instances) == before


def test_python_and_pages_write_numbers_alike(browser):
    numbers = [0, 1, -1, 0.6667, 3.14159, 9.99996, 1234.5, -12345.6, 999999.4, 1e6, -2.5e7, 1e-3, 9.99e-4, -1e-5, 272]
    pairs = [(79.968, 6.004), (-2.0364, 0.263), (3.0, 0.0), (12345.0, 1200.0), (-0.001, 0.2), (1e-4, 3e-5)]
    page = browser.new_page()
    page.set_content(f"<script>{static('elements.js')}; Object.assign(window, {{ inDigits, meanAndSd }})</script>")
    said = page.evaluate("([numbers, pairs]) => [numbers.map((v) => inDigits(v)), pairs.map((p) => meanAndSd(...p))]",
                         [numbers, pairs])
    page.close()
    assert said == [[in_digits(v) for v in numbers], [mean_and_sd(*pair) for pair in pairs]]


@pytest.mark.parametrize(("make", "handle", "trait"), [
    (detector, ".genbook-threshold", "threshold"), (timeline, ".genbook-tracks", "frame"),
    (latents, "input[type=range]", "values")])
def test_a_finger_drags(show, make, handle, trait):
    "Sideways, over a page that scrolls up and down: the browser does not take the finger for itself."
    page = show(make(), ".genbook-explorer", has_touch=True, viewport={"width": 390, "height": 700})
    place = page.locator(handle).first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 40)
    page.evaluate("""trait => {
        window.seen = new Set(), window.cancelled = 0;
        state.on(`change:${trait}`, () => seen.add(JSON.stringify(state.get(trait))));
        addEventListener("pointercancel", () => cancelled++, true) }""", trait)
    drag_finger(page, [(x - 10 * step, y) for step in range(7)])
    page.wait_for_function("() => seen.size >= 3")
    assert page.evaluate("cancelled") == 0
