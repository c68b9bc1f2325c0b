"Widgets beside each other: the styles of all, in whatever order they were first shown; and when they are gone."
import functools
import gc
import sys

import comm
import pytest
import torch
from ipywidgets.widgets import widget as registry

from genbook import Detector, Gaussian, GaussianMixture, HiddenMarkov, explore, screen
from genbook.core import Unsupported
from genbook.training import Run
from genbook.ui import Explorer, RunView, Sampler
from genbook.ui.comms import static

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
