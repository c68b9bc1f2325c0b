"Widgets beside each other: a notebook has the styles of all of them, in whatever order they were first shown."
import pytest
import torch

from genbook import Detector, Gaussian, GaussianMixture, HiddenMarkov, explore, screen
from genbook.ui.comms import static

STYLES = """() => {
    const root = document.querySelector('main .genbook-explorer');
    const said = (style) => [...style].map(name => `${name} ${style.getPropertyValue(name)}`).join('; ');
    const all = [root, ...root.querySelectorAll('*')];
    return all.map(element => element.className + ': ' + said(getComputedStyle(element)));
}"""


def ellipses(x): return explore(GaussianMixture(2, floor=1e-3, restarts=1).fit(x, seed=0, progress=False), x)
def detector(x): return screen(Detector(Gaussian().fit(x)).fit(x))
def timeline(x): return explore(HiddenMarkov(2, floor=1e-3, restarts=1).fit([x], seed=0, progress=False), [x])


@pytest.mark.parametrize("make", [ellipses, detector, timeline])
def test_the_styles_of_other_widgets_change_nothing(show, make):
    widget = make(torch.randn(200, 2, generator=torch.Generator().manual_seed(0)))
    page = show(widget, ".genbook-explorer", viewport={"width": 1000, "height": 900})
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = page.evaluate(STYLES)
    for name in ("screen.css", "timeline.css", "ellipses.css", "explore.css"): page.add_style_tag(content=static(name))
    assert page.evaluate(STYLES) == before
    assert page.evaluate(
        "getComputedStyle(document.querySelector('main input[type=range]')).getPropertyValue('--to')"
    ).endswith("%")
