"The timeline of hidden states: its script in a plain page without a kernel, and with one in JupyterLab."
import pytest
import torch

from genbook.core import Noise
from genbook.data import Data
from genbook.models.hmm import HiddenMarkov
from genbook.ui.views import explore

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"


@pytest.fixture(scope="module")
def walks():
    "Four walks between two places, one with gaps and one longer than a screen; one place has a dangerous name."
    items = []
    for i, frames in enumerate((120, 80, 1000, 40)):
        noise = Noise(i, range(frames))
        items.append(torch.tensor([[0.0, 0.0], [2.5, 1.0]])[(noise.uniform() < 0.05).cumsum(0) % 2] + noise.normal(2))
    items[1][30:40] = float("nan")
    model = HiddenMarkov(states=["home", HOSTILE], restarts=3).fit(items, seed=0, progress=False)
    return explore(model, Data(items, walker=["Ann", HOSTILE, "Cy", "Di"]))


@pytest.fixture(scope="module")
def sentences():
    words = [["the", "dog", HOSTILE], ["a", "cat", "sleeps"], ["the", "dog", "sleeps"]]
    tagger = HiddenMarkov(states=["D", "N", "V"], emission="categorical", unknown=1).fit(
        words, states=[["D", "N", "V"]] * 3, smoothing=0.1
    )
    strict = HiddenMarkov(states=["D", "N", "V"], emission="categorical").fit(words, states=[["D", "N", "V"]] * 3)
    return explore(tagger, words), explore(strict, [["sleeps", "the"], *words])


@pytest.fixture
def visit(show):
    "A function: timeline -> page that shows it, without a kernel."
    return lambda made, theme="light", width=1000: show(
        made, ".genbook-timeline", viewport={"width": width, "height": 900}, color_scheme=theme
    )


def read(page) -> str:
    return page.locator(".genbook-read").inner_text()


def says(timeline, i: int, t: int) -> list[str]:
    "What is to be read of frame `t` of sequence `i`, in parts."
    model, item = timeline.model, timeline.data.items[i]
    likely, path = model.posterior([item])[0][t], model.viterbi([item])[0]
    best = int(likely.argmax())
    return [f"Frame {t}: ", f"State {model.names[best]} {likely[best]:.2f}", f"on the Viterbi path {path[t]}."]


def test_frames_are_read_under_keyboard_and_pointer(visit, walks):
    page = visit(walks)
    slider = page.get_by_label("Frame")
    assert all(part in read(page) for part in says(walks, 0, 0))
    slider.focus()
    for _ in range(3): page.keyboard.press("ArrowRight")
    assert all(part in read(page) for part in says(walks, 0, 3)) and slider.get_attribute("aria-valuetext") == read(
        page
    )
    page.keyboard.press("End")
    assert all(part in read(page) for part in says(walks, 0, 119))
    box = page.locator(".genbook-tracks svg").first.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 60.5 / 120, box["y"] + 10, steps=4)
    page.mouse.up()
    assert all(part in read(page) for part in says(walks, 0, 60)) and page.evaluate("state.get('frame')") == 60
    assert page.evaluate("document.activeElement.className") == "genbook-time"
    assert page.evaluate("window.hacked") is None


def test_the_colours_are_those_of_the_states(visit, walks):
    page = visit(walks)
    palette, path = walks.about["palette"], walks.shown["path"]
    runs = [k for k, before in zip(path, [None, *path]) if k != before]
    assert page.evaluate(
        "[...document.querySelectorAll('.genbook-tracks rect')].map((r) => r.getAttribute('fill'))"
    ) == [palette[k] for k in runs]
    top = page.evaluate(
        "document.querySelector('.genbook-tracks polygon').getAttribute('points').split(' ').map((p) => 1 -"
        " p.split(',')[1])"
    )
    assert top[:240:2] == pytest.approx([p[0] for p in walks.shown["posterior"]], abs=2e-3)


def test_a_page_without_kernel_holds_other_sequences(visit, walks, sentences):
    page = visit(walks)
    page.get_by_label("Sequence").fill("1")
    page.keyboard.press("Enter")
    assert f"80 frames, walker {HOSTILE}" in page.locator(".genbook-timeline").inner_text()
    page.evaluate("state.set('frame', 35)")
    assert "Frame 35: missing, missing." in read(page)
    assert page.locator(".genbook-values path").first.get_attribute("d").count("M") == 2, "a line with a gap"
    status = page.locator(".genbook-status")
    assert not status.is_visible(), "all of it is shown"
    page.get_by_label("Sequence").fill("2")
    page.keyboard.press("Enter")
    assert status.inner_text() == "This page holds the beginnings of 4 of 4 sequences."
    tagger, strict = sentences
    page = visit(tagger)
    assert page.locator(".genbook-words span").all_inner_texts() == ["the", "dog", HOSTILE]
    page.locator(".genbook-words span").nth(2).click()
    assert "on the Viterbi path V" in read(page)
    page = visit(strict)
    assert (
        "Sequence 0 is impossible under this model" in page.get_by_role("alert").inner_text()
        and not page.get_by_label("Frame").is_visible()
    )
    page.get_by_label("Sequence").fill("2")
    page.keyboard.press("Enter")
    assert not page.get_by_role("alert").is_visible() and "Frame 0: a." in read(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_shuts_people_out(visit, axe, walks, sentences, theme):
    for made in (walks, sentences[0]):
        page = visit(made, theme, width=390)
        assert axe(page, "html") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_kernel_sends_what_is_asked_for(open_nb, axe):
    notebook = open_nb(
        [
            (
                "import torch\nfrom genbook import HiddenMarkov, explore\nx = [torch.arange(900.0)[:, None] % 7,"
                " torch.arange(50.0)[:, None] % 5]\nmodel = HiddenMarkov(2, restarts=1, floor=1e-3).fit(x, seed=0,"
                " steps=5, progress=False)\ntimeline = explore(model, x)\ntimeline"
            ),
            "print(timeline.sequence, timeline.start, timeline.frame)",
            "timeline.sequence = 1",
        ]
    )
    notebook.run(0)
    page = notebook.page
    page.get_by_role("button", name="Later").click()
    page.wait_for_function("() => document.querySelector('.genbook-read').textContent.startsWith('Frame 400:')")
    slider = page.get_by_label("Frame")
    slider.focus()
    page.keyboard.press("End")
    # the page keeps what it has to say until the kernel is done with what it said before; a cell may come in between
    for _ in range(20):
        notebook.run(1)
        if "0 400 799" in notebook.output(1).inner_text(): break
    assert "0 400 799" in notebook.output(1).inner_text()
    notebook.run(2)
    page.wait_for_function("() => document.querySelector('.genbook-read').textContent.startsWith('Frame 49:')")
    assert page.get_by_label("Sequence").input_value() == "1"
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.theme(theme)
        assert axe(notebook.page, ".genbook-timeline") == [], theme
