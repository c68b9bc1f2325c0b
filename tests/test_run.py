# ruff: noqa: F821 (what STEADY defines, here and in the kernels, is not seen by the linter)
"The live view of a run: what it sends, and what a person sees and presses in JupyterLab."
import json
import math
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import torch
from conftest import KERNELS
from nbclient import NotebookClient

from genbook.core import escape
from genbook.data import Data, Vectors
from genbook.models.gan import GAN
from genbook.models.gaussian_mixture import GaussianMixture
from genbook.ui.plots import thin
from genbook.training import Run
from genbook.ui.widgets.run import RunView, Summary, outcome

# A model whose steps take as long as asked for, and whose losses are known.
STEADY = """
import time
import genbook
from genbook.data import Images
from genbook.training import Run, Step, Stepwise


class Steady(Stepwise):
    def learn(self, x, *, seed=None, state=None, steps=200, pace=0.02, fails=None, names=("loss",), says=""):
        self.count_, self.modality_ = 0, Images(1, 8, 8)
        return self.count(steps, pace, fails, names, says)

    def count(self, steps, pace, fails, names, says):
        for n in range(1, steps + 1):
            time.sleep(pace)
            if n == steps and says: print(says)
            if n == fails: raise FloatingPointError("The loss became nan at step 7, so learning stopped.")
            self.count_ = n
            losses = {name: 100 / n + i for i, name in enumerate(names)}
            yield Step(n, steps, losses, n * max(pace, 1e-4), 10 * n, dict)

    def draw(self, noise):
        return noise.uniform(1, 8, 8)


model, x = Steady(), [[0.0, 1.0], [1.0, 0.0]]
"""
exec(STEADY)


# ---- what is sent ----


class Browser:
    "Keeps what the page would: the points of the last full state, and those that came after."

    def __init__(self, view):
        self.view, self.points, self.bytes, self.full = view, {}, 0, 0
        view.send, view.send_state = self.message, self.state

    def add(self, data):
        self.bytes += len(data)
        for which, step, value in np.frombuffer(data, "<f4").reshape(-1, 3):
            self.points.setdefault(int(which), {})[int(step)] = value

    def state(self, key):
        self.points, self.full = {}, self.full + 1
        self.add(self.view.get_state("points")["points"])

    def message(self, content, buffers):
        json.dumps(content, allow_nan=False)
        self.add(buffers[0])


def test_every_point_arrives_once_at_few_bytes_per_step():
    run = Run(Steady(), x, steps=1500, pace=0.0005, names=("loss", "other"))
    browser = Browser(RunView(run))
    run.here()
    assert [sorted(points) for points in browser.points.values()] == [list(range(1, 1501))] * 2
    assert browser.points[1][1500] == np.float32(100 / 1500 + 1)
    assert browser.bytes / (2 * 1500) < 60  # of one loss of one step, all repetitions counted


def test_losses_are_read_when_they_are_shown_and_not_at_each_step(monkeypatch):
    "To read a loss is to wait for the device that computes it. The clock stands still, so nothing is shown meanwhile."
    read, during = [], []

    class Waiting(dict):
        def items(self):
            read.append(self["loss"])
            return super().items()

    class Device(Steady):
        def count(self, *options):
            for step in super().count(*options): yield replace(step, losses=Waiting(step.losses))

    monkeypatch.setattr("genbook.ui.widgets.run.time", SimpleNamespace(monotonic=lambda: 0.0))
    run = Run(Device(), x, steps=100, pace=0)
    RunView(run)
    run.watchers.append(lambda run: during.append(len(read)))
    run.here()
    assert during[:-1] == [0] * (len(during) - 1) and len(during) > 100 and len(set(read)) == 100


def test_the_table_says_the_precision():
    class Halved(Steady):
        def count(self, *options):
            for step in super().count(*options): yield replace(step, precision="bfloat16")

    for model, said in ((Halved(), "bfloat16"), (Steady(), None)):
        run = Run(model, x, steps=2, pace=0)
        run.here()
        assert Summary(run).cells.get("computed in") == said and RunView(run).figures()["precision"] == (said or "")


def test_long_runs_are_thinned_evenly():
    run = Run(Steady(), x, steps=40_000, pace=0)
    browser = Browser(RunView(run))
    run.here()
    steps = sorted(browser.points[0])
    assert len(steps) <= 2000 and steps[0] == 1 and steps[-1] == 40_000
    assert np.diff(steps).max() < 40_000 / 200
    assert all(browser.points[0][n] == np.float32(100 / n) for n in steps)  # points that were, not averages


def test_thin_keeps_spikes_and_ends():
    x, y = np.arange(10_000), np.zeros(10_000)
    y[7777], y[1234] = 5, -5
    few_x, few_y = thin(x, y, 100)
    assert len(few_x) <= 100 and {5, -5} <= set(few_y) and few_x[0] == 0 and few_x[-1] == 9999
    assert [list(v) for v in thin([1, 2], [3, 4], 100)] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(("options", "status"), [({}, "done"), ({"fails": 7}, "failed")])
def test_the_outcome_is_told(options, status):
    run = Run(Steady(), x, seed=3, steps=20, pace=0, **options)
    view = RunView(run)
    if status == "failed":
        with pytest.raises(FloatingPointError): run.here()
    else: run.here()
    figures = view.figures()
    failed = status == "failed"
    said = figures["error"].startswith("FloatingPointError: The loss became nan")
    assert (figures["status"], said) == (status, failed)
    table = Summary(run)
    assert table.cells["ended"] == status and table.cells["seed"] == "3" and ("error" in table.cells) == failed


def test_a_view_that_fails_does_not_end_learning():
    class Blind(Steady):
        def draw(self, noise): raise RuntimeError("no <picture>")

    run = Run(Blind(), x, steps=3, pace=0.11)
    view = RunView(run)
    run.here()
    assert view.samples.drawing.wait(10)
    assert run.status == "done"
    assert view.note == "Samples cannot be shown, learning goes on: RuntimeError: no <picture>"
    run = Run(Steady(), x, steps=5, pace=0)
    view = RunView(run)
    view.send_state = lambda key: 1 / 0
    run.here()
    assert run.status == "done" and "learning did not: ZeroDivisionError" in view.note


def test_learning_does_not_wait_for_samples():
    "Drawing lasts until the run is over: it goes on from a copy of the model as it was then, one drawing at a time."
    begun, over, drawn = threading.Event(), threading.Event(), []

    class Slow(Steady):
        def draw(self, noise):
            begun.set()
            assert over.wait(20)
            drawn.append(self.count_)
            return super().draw(noise)

    run = Run(Slow(), x, steps=30, pace=0.11)
    view = RunView(run)
    run.watchers.append(lambda run: begun.wait(20) if run.step else None)
    run.here()
    assert run.status == "done" and not drawn
    over.set()
    assert view.samples.drawing.wait(20)
    # the one that was being drawn, and the last
    assert drawn[0] < 30 and drawn[1:] == [30] and view.samples.number == 30 and view.picture
    assert view.sampled == "Sixteen samples after step 30"


def test_samples_may_be_words():
    class Words:
        def show(self, items): return {"text/plain": "<b>a word"}

    class Writer(Steady):
        def count(self, *options):
            self.modality_ = Words()
            return super().count(*options)

    run = Run(Writer(), x, steps=3, pace=0.11)
    view = RunView(run)
    run.here()
    assert view.samples.drawing.wait(10)
    assert (view.text, view.html, view.picture) == ("<b>a word", "", b"")


def test_rows_of_two_numbers_are_seen_in_the_plane():
    "Watch a density form: samples over the density of a copy, drawn off the thread that learns."
    threads = set()

    class Seen(GaussianMixture):
        def log_prob(self, x):
            threads.add(threading.current_thread().name)
            return super().log_prob(x)

    rows = Data(np.random.default_rng(0).normal(size=(200, 2)), Vectors(2, ("<b>", "waiting")))
    run = Run(Seen(2, restarts=1), rows, seed=0, steps=30)
    view = RunView(run)
    run.here()
    assert view.samples.drawing.wait(20) and threads == {"samples of a run"}
    assert view.picture.startswith(b"\x89PNG") and view.sampled.endswith(f" after step {run.step.number:,}")
    assert "(<b> across, waiting up), and the regions that hold" in view.sampled
    html = view.outcome()[1]._repr_html_()
    assert 'width="480" height="320"' in html and "<b>" not in html


def test_names_are_shown_and_never_run():
    hostile = "<img src=x onerror=alert(1)>"
    run = Run(Steady(), x, steps=5, pace=0, names=(hostile,))
    run.here()
    chart, table = outcome(run)
    assert "<img" not in table._repr_html_() and escape(hostile) in table._repr_html_()
    spec = json.dumps(chart.spec)
    # no place for an expression
    assert not any(f'"{key}": ' in spec for key in ("transform", "expr", "signal", "test"))


# ---- steering ----


def plays():
    "Points in two heaps, and a GAN of them that has not learnt yet."
    heaps = np.random.default_rng(0).normal(size=(200, 2)) * 0.2 + np.repeat([[-1, 0], [1, 0]], 100, 0)
    return GAN(2, width=8, gamma=0.1), Data(heaps, Vectors(2, ("x", "y")))


def steered_run(at=3, turns=(), rate=None, **options):
    "A run of ten steps that is paused after step `at`, where players take their turns and the rate is changed."
    model, points = plays()
    run = Run(model, points, seed=0, **{"steps": 10, "ema": 0, "batch_size": 16, **options})
    waiting, paused = list(turns), []

    def look(run):
        if run.status == "running" and run.step and run.step.number == at - 1 and not paused: run.pause()
        if run.status != "paused": return
        paused.append((run.step.number, weights(run.steering.working())))
        if rate is not None: run.rate = rate
        if waiting: run.step_alone(*waiting.pop(0))
        else: run.resume()

    run.watchers.append(look)
    run.here()
    return run, paused


def weights(model):
    return {name: torch.cat([p.flatten() for p in getattr(model, name).parameters()])
            for name in ("generator", "discriminator")}


def test_one_player_steps_alone_and_both_losses_are_known():
    run, [(before, first), (after, second), (last, third)] = steered_run(
        turns=[("discriminator", 2), ("generator", 3)])
    assert (before, after, last) == (3, 5, 8) and run.step.number == 10
    assert torch.equal(first["generator"], second["generator"])
    assert not torch.equal(first["discriminator"], second["discriminator"])
    assert torch.equal(second["discriminator"], third["discriminator"])
    assert not torch.equal(second["generator"], third["generator"])
    for name in ("discriminator", "generator"): assert run.history[name][0] == list(range(1, 11))
    assert run.steered == "2 steps of the discriminator alone; 3 steps of the generator alone"
    assert run.steered in repr(run) and run.steered in repr(Summary(run).cells)
    assert "equilibrium" in run.lines


def test_a_run_that_was_only_paused_is_that_of_its_seed():
    paused, _ = steered_run()
    model, points = plays()
    plain = Run(model, points, seed=0, steps=10, ema=0, batch_size=16)
    plain.here()
    assert paused.steered == "" and paused.history == plain.history and "steered" not in repr(Summary(paused).cells)
    for name, those in weights(plain.model).items(): assert torch.equal(those, weights(paused.model)[name])
    assert "steering" not in plain.step.state()


def test_the_rate_changes_what_follows_and_nothing_before():
    slow, plain = steered_run(rate=1e-6)[0], steered_run()[0]
    assert slow.steered == "learning rate times 1e-06 from step 4" and slow.rate == 1e-6
    for name in ("discriminator", "generator"):
        assert slow.history[name][1][:3] == plain.history[name][1][:3]
        assert slow.history[name][1][5:] != plain.history[name][1][5:]
    _, paused = steered_run(at=3, rate=1e-6, turns=[("generator", 5)])
    assert torch.allclose(paused[0][1]["generator"], paused[1][1]["generator"], atol=1e-7)
    other = steered_run(rate=1.0)[0]  # as it was
    assert other.steered == "" and other.history == plain.history


def test_a_checkpoint_of_a_steered_run_goes_on_bit_for_bit(tmp_path):
    turns = [("discriminator", 2)]
    whole, _ = steered_run(turns=turns, rate=0.5)
    model, points = plays()
    run = Run(model, points, seed=0, steps=10, ema=0, batch_size=16, checkpoint=tmp_path / "state")

    def look(run):
        if run.status == "running" and run.step and run.step.number == 2: run.pause()
        if run.status == "paused" and run.step.number == 3:
            run.rate = 0.5
            run.step_alone("discriminator", 2)
        elif run.status == "paused": run.stop()

    run.watchers.append(look)
    run.here()
    assert run.status == "stopped" and run.step.number == 5
    model, points = plays()
    again = Run(model, points, resume=tmp_path / "state")
    again.here()
    assert again.steered == whole.steered != "" and again.rate == 0.5
    for name, those in weights(whole.model).items(): assert torch.equal(those, weights(again.model)[name])


def test_what_cannot_be_steered_is_said():
    run = Run(Steady(), x, steps=3, pace=0)
    with pytest.raises(ValueError, match="cannot be changed now: that takes gradient descent under way"): run.rate = 2
    with pytest.raises(ValueError, match="Nobody can step alone: this Steady has no several players"):
        run.step_alone("loss")
    run, _ = steered_run()
    with pytest.raises(ValueError, match="player is 'generater', but one of discriminator, generator was expected"):
        run.step_alone("generater")
    with pytest.raises(ValueError, match="This GAN is not paused, but one player steps alone only then"):
        run.step_alone("generator")
    with pytest.raises(ValueError, match="rate is 0, but a number above 0 was expected"): run.rate = 0


def test_the_view_of_a_game_shows_the_players_as_they_move():
    model, points = plays()
    run = Run(model, points, seed=0, steps=20, batch_size=16)
    view, drawn = RunView(run), []
    show = view._show_samples
    view.samples.show = lambda shown, words: (drawn.append(words), show(shown, words))

    def look(run):
        if run.status == "running" and run.step and run.step.number == 5: run.pause()
        if run.status != "paused": return
        view.samples.drawing.wait(20)
        if run.step.number == 6:
            # nonsense, and what comes too late, is not heard
            for word in ({"player": "nobody", "steps": 1}, {"player": "generator", "steps": 0}, {}):
                view._heard(view, {"do": "alone", **word}, [])
            view._heard(view, {"do": "rate", "rate": -1}, [])
            view._heard(view, {"do": "alone", "player": "generator", "steps": 2}, [])
        else: run.resume()

    run.watchers.append(look)
    run.here()
    assert view.samples.drawing.wait(20) and view.picture.startswith(b"\x89PNG")
    steps = [words.rpartition(" ")[2] for words in drawn]
    assert steps[-3:] == ["6", "8", "20"] and drawn[-1].startswith("The players as they move (x across, y up)")
    figures = view.figures()
    assert figures["players"] == ["discriminator", "generator"] and figures["rate"] == 1.0
    assert figures["steered"] == "2 steps of the generator alone"
    assert figures["verdict"].endswith("% of the data, those of a perfect generator 97%.")
    assert escape(figures["verdict"]) in view.outcome()[1]._repr_html_()


# ---- without a person ----


def execute(cells):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(book, kernel_name="python3", timeout=120).execute()
    return book


def test_where_no_person_watches_only_the_outcome_is_shown():
    book = execute([STEADY, "run = genbook.run(model, x, seed=1, steps=9, pace=0)\nprint(run.status)",
                    "model.fit(x, seed=1, steps=9, pace=0);"])
    for cell in book.cells[1:]:
        kinds = [sorted(o.data) for o in cell.outputs if o.output_type == "display_data"]
        assert kinds == [["application/vnd.vegalite.v5+json", "text/plain"], ["text/html", "text/plain"]]
    assert book.cells[1].outputs[-1].text == "done\n" or book.cells[1].outputs[0].text == "done\n"
    assert "widgets" not in book.metadata


# ---- the page's part, in a page of its own ----

HOST = """async ({esm, css, state, interrupt}) => {
    document.head.append(Object.assign(document.createElement('style'), {textContent: css}));
    const heard = {};
    window.sent = [];
    window.state = {...state, points: new DataView(new ArrayBuffer(0)), picture: null};
    window.model = {
        get: name => window.state[name], off() {},
        send: ({do: what, width}) => what === "fits" ? (window.fits = width) : window.sent.push(what),
        set: (name, value) => { window.state[name] = value; (heard['change:' + name] ?? []).forEach(f => f()); },
        on: (event, f) => (heard[event] ??= []).push(f),
        widget_manager: interrupt ? {kernel: {interrupt: () => window.sent.push('interrupt')}} : undefined};
    window.hear = (progress, rows) => heard['msg:custom'][0](
        {progress: {...window.state.progress, ...progress}}, [new DataView(new Float32Array(rows).buffer)]);
    const view = (await import(URL.createObjectURL(new Blob([esm], {type: 'text/javascript'})))).default;
    view.initialize({model});
    window.close_ = view.render({model, el: document.body});
}"""


@pytest.fixture
def view(browser):
    "A function: figures -> a page that shows them, with no JupyterLab around it."
    pages = []

    def open_(interrupt=True, scheme="light", **figures):
        page = browser.new_page(color_scheme=scheme, viewport={"width": 700, "height": 500})
        pages.append(page)
        page.set_content(
            "<!doctype html><html lang=en><title>A run</title>"
            "<style>:root { color-scheme: light dark; background: Canvas }</style><main></main>")
        progress = {
            "model": "VAE", "status": "running", "names": ["loss"], "number": 0, "total": 100, "seconds": 1,
            "speed": 10,
            "left": 9, "blocking": False, "answers": False}
        state = {"palette": ["#3b82d6", "#d9730d"], "html": "", "text": "", "sampled": "",
                 "progress": progress | figures}
        page.evaluate(HOST, {"esm": RunView._esm, "css": RunView._css, "interrupt": interrupt, "state": state})
        return page

    yield open_
    for page in pages: page.close()


def test_a_narrow_page_says_how_much_fits(view):
    page = view()
    page.set_viewport_size({"width": 400, "height": 500})
    page.wait_for_function("() => window.fits < 400 && window.fits === document.querySelector('canvas').clientWidth")


def test_points_are_joined_without_doubles(view):
    page = view()
    page.evaluate("() => { hear({number: 2}, [0, 1, 5, 0, 2, 4]); hear({number: 3}, [0, 2, 4, 0, 3, 3]) }")
    assert page.evaluate("() => [...new Float32Array(state.points.buffer)]") == [0, 1, 5, 0, 2, 4, 0, 3, 3]
    assert page.locator("canvas").get_attribute("aria-label") == "Curve of the losses. At step 3: loss 3"
    assert page.locator(".facts li").all_inner_texts() == ["step 3 of 100", "10 items/s", "9 s left"]


def test_lines_say_what_losses_are_compared_with(view):
    "Each is in the picture, dashed, however far the losses are from it, and in words."
    known = {"discriminator at equilibrium": 2 * math.log(2), "generator at equilibrium": math.log(2)}
    pens = """() => {
        window.dashed = [], window.written = [];
        const pen = CanvasRenderingContext2D.prototype, { setLineDash, lineTo, fillText } = pen;
        let dash = [], to = 0;
        pen.setLineDash = function (d) { if (dash.length) dashed.push(to); dash = d; setLineDash.call(this, d); };
        pen.lineTo = function (x, y) { to = y; lineTo.call(this, x, y); };
        pen.fillText = function (text, x, y) { written.push(text); fillText.call(this, text, x, y); };
    }"""
    page = view(names=["discriminator", "generator"], lines=[*known.items()])
    page.evaluate(pens)
    page.evaluate("() => hear({...state.progress, number: 2}, [0, 1, 5, 0, 2, 4, 1, 1, 3, 1, 2, 3])")
    page.wait_for_function("() => written.length > 0")
    says = ["discriminator at equilibrium 1.386", "generator at equilibrium 0.6931"]
    assert page.locator("canvas").get_attribute("aria-label").endswith("generator 3; " + "; ".join(says))
    assert [text for text in page.evaluate("() => written") if "equilibrium" in text] == says
    above, below = page.evaluate("() => dashed")
    assert 0 < above < below < page.evaluate("() => document.querySelector('canvas').clientHeight")


def test_restarts_share_a_color_and_a_place_in_the_legend(view):
    names = ["loss", *(f"restart {r}" for r in range(1, 11))]
    page = view(names=names, families=[["loss", [0]], ["restart 1 to 10", list(range(1, 11))]])
    page.evaluate("""() => hear(
        {...state.progress, number: 2}, [...Array(11).keys()].flatMap((i) => [i, 1, 9, i, 2, Math.max(i, 1)]))""")
    assert page.locator(".legend li").all_inner_texts() == ["loss\n1", "restart 1 to 10\n1 to 10"]
    colors = """() => {
        const {data} = document.querySelector('canvas').getContext('2d').getImageData(200, 20, 400, 150);
        let found = [0, 0];
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 90) found[data[i] > data[i + 2] ? 1 : 0]++;
        return found }"""
    page.wait_for_function(f"() => ({colors})().every((n) => n > 50)")  # blue in front, orange behind


@pytest.mark.parametrize(("figures", "sent"), [
    ({}, ["show", "stop"]),
    ({"blocking": True}, ["show", "stop", "interrupt"]),
    ({"blocking": True, "answers": True}, ["show", "stop"]),
    ({"blocking": True, "interrupt": False}, ["show", "stop"])])
def test_stop_interrupts_only_where_nothing_else_would_help(view, figures, sent):
    page = view(**figures)
    page.get_by_role("button", name="Stop").click()
    asked = [message for message in page.evaluate("() => sent") if message != "answer"]  # a slow page asks for a sign
    assert asked == sent
    state = "Stopping … before the first step"
    if figures.get("interrupt") is False:
        state = "Use the interrupt button of the notebook: this cell holds the kernel"
    assert page.locator(".state").inner_text() == state
    page.evaluate("() => close_()")
    assert page.evaluate("() => sent").pop() == "hide"


def test_pause_before_the_first_step_is_answered_at_once(view):
    page = view(status="waiting", waits="compiling")
    assert page.locator(".state").inner_text() == "Getting ready"
    assert page.locator(".facts li").first.inner_text() == "compiling"
    page.get_by_role("button", name="Pause").click()
    assert page.locator(".state").inner_text() == "Pausing … before the first step"


PLAYERS = {"players": ["discriminator", "generator"], "rate": 1.0, "names": ["discriminator", "generator"]}
# Keeps what a person asks of the run; how wide the chart is by now comes when it comes.
LISTEN = """() => {
    window.said = [];
    window.model.send = (message) => ["alone", "rate"].includes(message.do) && said.push(message);
}"""


def test_one_player_steps_alone_only_while_it_is_paused(view):
    page = view(**PLAYERS)
    page.evaluate(LISTEN)
    step = page.get_by_role("button", name="Step generator")
    assert step.get_attribute("aria-disabled") == "true"
    step.click(force=True)
    assert page.get_by_text("press Pause first").is_visible() and page.evaluate("() => said") == []
    page.evaluate("() => hear({status: 'paused', number: 2}, [0, 1, 5, 0, 2, 4])")
    assert not page.get_by_text("press Pause first").is_visible()
    assert page.get_by_role("button", name="Resume").is_visible()
    page.get_by_label("Steps at a press").select_option("10 steps")
    step.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("() => said") == [{"do": "alone", "player": "generator", "steps": 10}]
    page.evaluate("""() => hear({status: 'stepping', number: 3, steered: '1 step of the generator alone',
        verdict: 'Modes <i>'}, [0, 3, 5])""")
    assert (
        step.get_attribute("aria-disabled") == "false"
        and page.evaluate("() => document.activeElement.innerText") == "Step generator"
    )
    assert page.locator(".state").inner_text() == "Stepping" and page.locator(".verdict").inner_text() == "Modes <i>"
    assert page.locator(".steered").inner_text() == (
        "Steered by hand, so the seed alone does not lead here: 1 step of the generator alone.")


def test_the_rate_is_changed_while_it_learns(view):
    page = view(rate=0.5)
    rates = page.get_by_label("Learning rate")
    assert rates.locator("option").all_inner_texts() == ["× 0.1", "× 0.3", "× 0.5", "× 1", "× 3", "× 10"]
    assert rates.input_value() == "0.5" and page.get_by_role("button", name="Step").count() == 0
    page.evaluate(LISTEN)
    rates.select_option("× 3")
    page.evaluate("() => hear({number: 2}, [0, 1, 5, 0, 2, 4])")  # sent before the kernel heard of it
    assert page.evaluate("() => said") == [{"do": "rate", "rate": 3}] and rates.input_value() == "3"
    page.evaluate("() => hear({rate: 3, status: 'done'}, [])")
    assert not rates.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("figures", [
    {}, {"status": "paused"}, {"status": "paused", **PLAYERS, "verdict": "No modes are lost.", "steered": "1 step"},
    PLAYERS, {"status": "failed", "error": "FloatingPointError: <b>nan"}, {"kept": True},
    {"blocking": True}])
def test_every_state_is_readable_outside_jupyterlab(view, axe, scheme, figures):
    page = view(scheme=scheme, **figures)
    page.evaluate("() => { hear({number: 2}, [0, 1, 5, 0, 2, 4]); model.set('text', 'words <i>') }")
    assert axe(page, ".genbook-run") == []
    alert = page.get_by_role("alert")
    assert alert.inner_text() == figures["error"] if "error" in figures else not alert.is_visible()


# ---- in JupyterLab ----

VIEW = ".genbook-run"
CHART = ".jp-RenderedVegaCommon5 svg.marks"


def learning(nb, cell, steps=3):
    "Wait until the view below `cell` has counted some steps."
    nb.page.wait_for_function(
        """([i, n]) => Number(document.querySelectorAll('.jp-Notebook .jp-Cell')[i]
            .querySelector('.genbook-run progress')?.value) >= n""", arg=[cell, steps], timeout=60_000)


def press(nb, name):
    nb.page.locator(VIEW).get_by_role("button", name=name).click()


def press_until(nb, name, condition):
    "Press a button; milliseconds from the click until `condition`, JavaScript, holds on the page."
    return nb.js(f"""name => new Promise((done, fail) => {{
        const button = [...document.querySelectorAll('.genbook-run button')].find(b => b.textContent === name);
        const start = performance.now(), since = () => performance.now() - start;
        const holds = () => {condition};
        const look = () => holds() ? done(since())
            : since() > 20000 ? fail(new Error(name + ' had no effect')) : setTimeout(look, 5);
        button.click();
        look();
    }})""", name)


STATE = "(document.querySelector('.genbook-run .state')?.textContent ?? '')"
OVER = f"({STATE} === 'Stopped early' || document.querySelector('{VIEW}') === null)"


def reload(nb):
    nb.page.reload()
    nb.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady", timeout=90_000)


def ask(nb, cell):
    "Run a cell and give its value as text."
    nb.run(cell)
    return nb.output(cell).locator(".jp-OutputArea-executeResult .jp-OutputArea-output").inner_text().strip()


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_background_run_ends_as_chart_and_table(open_nb, kernel):
    nb = open_nb([
        STEADY, "run = genbook.run(model, x, seed=5, steps=150, says='the last step')",
        "import ipywidgets.widgets.widget as w",
        "[v for v in w._instances.values() if 'RunView' in str(type(v))], genbook.ui.widgets.run.RunView.shown",
    ], kernel)
    nb.run(0)
    nb.run(1)
    learning(nb, 1)  # after the cell returned
    nb.run(2)
    nb.output(1).locator(f"{VIEW} img").wait_for()
    nb.output(1).locator(CHART).wait_for()
    assert nb.output(1).locator(VIEW).count() == 0
    assert nb.output(1).locator("table td").all_inner_texts() == ["Steady", "done", "150", "0.6667", "3.0", "500", "5"]
    nb.output(1).get_by_text("the last step").wait_for()  # what the thread prints is below its cell
    nb.save()  # until then a page that is loaded again would ask for the outcome
    assert ask(nb, 3) == "([], [])"  # nothing is left of the view
    assert not nb.errors() and not nb.page.problems


@pytest.mark.parametrize("kernel", KERNELS)
def test_pause_resume_and_stop_in_the_background(open_nb, kernel):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)",
                  "run.status, run.step.number == model.count_, len(model.sample(2))"], kernel)
    nb.run(0)
    nb.run(1)
    learning(nb, 1)
    print(f"{kernel}, kernel free: pause {press_until(nb, 'Pause', STATE + ' === `Paused`'):.0f} ms,", end=" ")
    assert ask(nb, 2) == "('paused', True, 2)"
    print(f"resume {press_until(nb, 'Resume', STATE + ' === `Learning`'):.0f} ms,", end=" ")
    print(f"stop {press_until(nb, 'Stop', OVER):.0f} ms")
    nb.output(1).locator(CHART).wait_for()
    assert ask(nb, 2) == "('stopped', True, 2)"
    assert "of 100,000" in nb.output(1).locator("table").inner_text()
    assert not nb.errors() and not nb.page.problems


@pytest.mark.parametrize("kernel", KERNELS)
def test_stop_while_a_cell_holds_the_kernel(open_nb, kernel):
    nb = open_nb([STEADY, "model.fit(x, steps=100_000)\nprint('the cell goes on')",
                  "model.count_ > 3, len(model.sample(2))"], kernel)
    nb.run(0)
    nb.start(1)
    learning(nb, 1)
    print(f"{kernel}, held by the cell that learns, interrupted: stop {press_until(nb, 'Stop', OVER):.0f} ms")
    nb.output(1).locator(CHART).wait_for()
    nb.wait_idle()
    assert "the cell goes on" in nb.output(1).inner_text()
    assert ask(nb, 2) == "(True, 2)"
    assert not nb.errors() and not nb.page.problems


@pytest.mark.parametrize("kernel", ["python3", "ipykernel-7.3"])
def test_pause_while_a_cell_holds_the_kernel(open_nb, kernel):
    nb = open_nb([STEADY, "model.fit(x, steps=100_000)"], kernel)
    nb.run(0)
    nb.start(1)
    learning(nb, 1)
    nb.page.wait_for_function(
        "() => [...document.querySelectorAll('.genbook-run button')].every(b => b.ariaDisabled === 'false')")
    for name, then in (("Pause", "Paused"), ("Resume", "Learning")): press_until(nb, name, f"{STATE} === '{then}'")
    print(f"{kernel}, held by the cell that learns, asked: stop {press_until(nb, 'Stop', OVER):.0f} ms")
    nb.wait_idle()


def test_where_pause_cannot_work_it_says_so(open_nb):
    nb = open_nb([STEADY, "model.fit(x, steps=100_000)"], "ipykernel-6.31")
    nb.run(0)
    nb.start(1)
    learning(nb, 1)
    # it looks unavailable, and says why when pressed
    nb.page.locator(VIEW).get_by_role("button", name="Pause").click(force=True)
    nb.output(1).get_by_text("To pause, learn in the background: genbook.run(model, x).").wait_for()
    press(nb, "Stop")
    nb.wait_idle()


@pytest.mark.parametrize("kernel", KERNELS)
def test_stop_while_another_cell_is_busy(open_nb, kernel):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)",
                  "while run.status != 'stopped': time.sleep(0.05)"], kernel)
    nb.run(0)
    nb.run(1)
    learning(nb, 1)
    nb.start(2)
    nb.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'")
    if kernel == "ipykernel-6.31":  # knows only one shell
        press(nb, "Stop")
        nb.page.wait_for_function(f"() => {STATE} === 'Stopping … once the kernel is free'")
        nb.js("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    else: print(f"{kernel}, held by another cell: stop {press_until(nb, 'Stop', OVER):.0f} ms")
    nb.output(1).locator(CHART).wait_for()
    nb.wait_idle()


def test_a_page_loaded_again_is_live_again(open_nb):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)", "run.status"])
    nb.run(0)
    nb.run(1)
    learning(nb, 1)
    nb.save()
    reload(nb)
    start = time.monotonic()
    learning(nb, 1, ask_number(nb) + 5)
    print(f"live again {time.monotonic() - start:.1f} s after the notebook was ready")
    # the whole curve is back, and the buttons work
    label = nb.js("() => document.querySelector('.genbook-run canvas').ariaLabel")
    assert label.startswith("Curve of the losses. At step")
    press(nb, "Stop")
    nb.output(1).locator(CHART).wait_for()
    assert nb.output(1).locator(VIEW).count() == 0 and nb.output(1).locator("table").count() == 1
    assert ask(nb, 2) == "'stopped'"
    nb.save()
    assert_reopens(nb, "stopped")
    nb.output(1).locator(CHART).wait_for()


def test_a_run_that_ends_while_the_page_is_away_gets_its_chart(open_nb, tmp_path):
    gone = tmp_path / "gone"
    stop = f"""
import pathlib, threading


def stop():
    while not pathlib.Path({str(gone)!r}).exists(): time.sleep(0.05)
    run.stop()


threading.Thread(target=stop).start()
"""
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)", stop])
    for cell in range(3): nb.run(cell)
    learning(nb, 1)
    nb.save()
    address = nb.page.url
    nb.page.goto("about:blank")
    gone.touch()  # the saved notebook has the view, and no page is there to take the outcome
    nb.page.goto(address)
    nb.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady", timeout=90_000)
    nb.output(1).locator(CHART).wait_for()
    assert nb.output(1).locator("table td").first.inner_text() == "Steady"
    assert nb.output(1).locator(VIEW).count() == 0


def test_an_outcome_that_was_seen_and_not_saved_comes_back(open_nb):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)",
                  "len(genbook.ui.widgets.run.RunView.shown)"])
    nb.run(0)
    nb.run(1)
    learning(nb, 1)
    nb.save()
    press(nb, "Stop")
    nb.output(1).locator(CHART).wait_for()
    reload(nb)  # the notebook on the disk has the view of a run that goes on
    nb.output(1).locator(CHART).wait_for()
    nb.output(1).locator("table td").first.wait_for()
    assert nb.output(1).locator(VIEW).count() == 0
    nb.save()
    assert ask(nb, 2) == "0"


def test_the_page_does_not_jump_when_the_outcome_comes(open_nb):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)"])
    nb.run(0)
    nb.run(1)
    nb.output(1).locator(f"{VIEW} img").wait_for()
    nb.js("""() => {
        const area = document.querySelectorAll('.jp-Notebook .jp-Cell')[1].querySelector('.jp-OutputArea');
        window.heights = [area.offsetHeight];
        new ResizeObserver(() => window.heights.push(area.offsetHeight)).observe(area) }""")
    press(nb, "Stop")
    nb.output(1).locator(CHART).wait_for()
    nb.output(1).get_by_text("Sixteen samples after step").wait_for()
    heights = nb.js("() => window.heights")
    assert min(heights) == heights[0] and max(heights) <= heights[0] + 30


def test_a_view_whose_kernel_ended_says_so(open_nb):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)"])
    nb.run(0)
    nb.run(1)
    learning(nb, 1)
    nb.js("() => { jupyterapp.shell.currentWidget.sessionContext.restartKernel(); return null }")
    nb.page.wait_for_function(f"() => {STATE} === 'Ended with its kernel'")
    assert nb.output(1).get_by_role("button").count() == 0
    nb.wait_idle()  # the new kernel is there


def ask_number(nb):
    steps = "jupyterapp.shell.currentWidget.content.node.querySelector('.genbook-run progress')?.value"
    return int(nb.js(f"() => {steps} ?? 0"))


def assert_reopens(nb, text):
    "Without its kernel the saved notebook shows `text`, and no error."
    nb.js("() => { jupyterapp.shell.currentWidget.sessionContext.shutdown(); return null }")
    nb.page.wait_for_function("() => jupyterapp.shell.currentWidget.sessionContext.hasNoKernel")
    reload(nb)
    nb.page.get_by_text(text).first.wait_for()
    assert nb.page.get_by_text("Error displaying widget").count() == 0


def test_a_notebook_saved_afterwards_needs_no_kernel(open_nb):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=30)"])
    nb.run(0)
    nb.run(1)
    nb.output(1).locator(CHART).wait_for()
    nb.save()
    widgets = json.loads(nb.path.read_text())["metadata"].get("widgets")
    assert widgets is None or not widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert_reopens(nb, "items/s")
    nb.output(1).locator(CHART).wait_for()
    assert nb.output(1).locator("table td").first.inner_text() == "Steady"


def test_a_notebook_saved_meanwhile_needs_no_kernel(open_nb):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000)"])
    nb.run(0)
    nb.run(1)
    nb.output(1).locator(f"{VIEW} img").wait_for()
    nb.save()
    assert_reopens(nb, "Saved while learning")
    assert nb.output(1).get_by_role("button").count() == 0
    nb.output(1).locator(f"{VIEW} img").wait_for()
    assert ask_number(nb) > 0
    nb.shot("run-reopened")


def test_running_a_cell_again_takes_the_place_of_the_earlier_run(open_nb):
    nb = open_nb([STEADY, "runs = []", "runs.append(genbook.run(Steady(), x, steps=100_000))",
                  "[r.status for r in runs], len(genbook.ui.widgets.run.RunView.shown)"])
    nb.run(0)
    nb.run(1)
    for _ in range(2):
        nb.run(2)
        learning(nb, 2)
    assert ask(nb, 3) == "(['stopped', 'running'], 1)"
    assert nb.output(2).locator(VIEW).count() == 1


def test_a_failure_is_told_in_the_view_and_raised_by_wait(open_nb):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=50, fails=7)", "run.wait()"])
    nb.run(0)
    nb.run(1)
    nb.output(1).get_by_text("FloatingPointError: The loss became nan at step 7, so learning stopped.").wait_for()
    nb.run(2)
    assert "FloatingPointError" in "".join(nb.errors())


def test_hostile_names_are_text(open_nb):
    names = "('<img src=x onerror=window.hacked=1>', '__proto__')"
    nb = open_nb([STEADY, f"run = genbook.run(model, x, steps=100_000, names={names})"])
    nb.run(0)
    nb.run(1)
    learning(nb, 1)
    legend = nb.output(1).locator(".legend").inner_text()
    assert "<img src=x onerror=window.hacked=1>" in legend and "__proto__" in legend
    press(nb, "Stop")
    nb.output(1).locator(CHART).wait_for()
    assert "<img src=x onerror=window.hacked=1>" in nb.output(1).locator("table").inner_text()
    assert nb.js("() => window.hacked") is None


PLAY = """
import numpy as np
import genbook
from genbook.models.gan import GAN
from genbook.data import Data, Vectors

heaps = np.random.default_rng(0).normal(size=(200, 2)) * 0.2 + np.repeat([[-1, 0], [1, 0]], 100, 0)
model = GAN(2, width=8, gamma=0.1)
"""


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_players_step_alone_in_a_notebook(open_nb, axe, theme):
    nb = open_nb([PLAY, "run = genbook.run(model, Data(heaps, Vectors(2, ('x', 'y'))), seed=0, steps=100_000)",
                  "run.status, run.step.number - before, run.steered", "before = run.step.number"])
    nb.theme(f"JupyterLab {theme}")
    nb.run(0)
    nb.run(1)
    learning(nb, 1)
    press_until(nb, "Pause", STATE + " === `Paused`")
    nb.run(3)
    nb.page.get_by_label("Steps at a press").select_option("10 steps")
    press(nb, "Step generator")
    nb.output(1).get_by_text(
        "Steered by hand, so the seed alone does not lead here: 10 steps of the generator"
    ).wait_for()
    nb.page.wait_for_function(f"() => {STATE} === 'Paused'")
    assert ask(nb, 2) == "('paused', 10, '10 steps of the generator alone')"
    picture = nb.output(1).locator(f"{VIEW} img")
    picture.wait_for()
    nb.page.wait_for_function(
        """() => document.querySelector('.genbook-run figcaption').textContent.includes('The players as they move')""")
    assert axe(nb.page, VIEW) == []
    nb.shot(f"run-players-{theme.lower()}")
    nb.page.get_by_label("Learning rate").select_option("× 0.3")
    press(nb, "Resume")
    nb.output(1).get_by_text("learning rate times 0.3 from step").wait_for()
    press(nb, "Stop")
    nb.output(1).locator(CHART).wait_for()
    nb.output(1).get_by_text("steered by hand").wait_for()
    assert not nb.errors() and not nb.page.problems


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_seen_by_everybody(open_nb, axe, theme):
    nb = open_nb([STEADY, "run = genbook.run(model, x, steps=100_000, names=('loss', 'rate'))"])
    nb.theme(f"JupyterLab {theme}")
    nb.run(0)
    nb.run(1)
    nb.output(1).locator(f"{VIEW} img").wait_for()
    assert axe(nb.page, VIEW) == []
    nb.shot(f"run-steady-{theme.lower()}")
    assert nb.js("() => document.querySelector('.genbook-run [role=status]').textContent").startswith("Learning, ")
    # by keyboard
    nb.output(1).get_by_role("button", name="Pause").focus()
    nb.page.keyboard.press("Enter")
    nb.page.wait_for_function(f"() => {STATE} === 'Paused'")
    nb.page.keyboard.press("Space")
    nb.page.wait_for_function(f"() => {STATE} === 'Learning'")
    nb.page.keyboard.press("Tab")
    nb.page.keyboard.press("Enter")
    nb.output(1).locator(CHART).wait_for()
    assert axe(nb.page, ".jp-Notebook .jp-Cell:nth-of-type(2) .jp-OutputArea-output") == []
    nb.shot(f"run-over-{theme.lower()}")
