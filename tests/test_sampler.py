# ruff: noqa: F821 (what WRITER defines, here and in the kernels, is not seen by the linter)
"The sampler: what it draws and when, its script in a plain page, and all of it in a real JupyterLab."
import gc
import threading
import weakref

import numpy as np
import pytest
import torch

from genbook import Diffusion, Gaussian, PixelCNN, WaveNet, explore
from genbook.data import Data, Sounds, small_digits
from genbook.ui import Sampler


HOSTILE = "<img src=x onerror=\"window.hacked=1\">"

WRITER = r'''
import time
import torch
from genbook.core import Condition, Model, Option, Partial, condition_on


class Texts:
    "Items that are texts."
    def describe(self, items): return f"{len(items)} texts"
    def show(self, items): return {"text/plain": "\n".join(items)}
    def write(self, items, path, origin): path.write_text("\n".join(items))


class Writer(Model):
    "Letters, each drawn by how often it was seen."
    accepts = {"prefix": Condition(), "style": Condition(choices=("plain", HOSTILE))}
    sampling_options = {"temperature": Option(low=0.1, high=3, default=1.0), "top_k": Option(low=1, high=9, default=9),
                        "ending": Option(choices=(".", HOSTILE), default=".")}
    pace = 0.0

    def fit(self, x, *, seed=None):
        text = "".join(x)
        self.letters_, self.modality_ = sorted(set(text)), Texts()
        self.counts_ = torch.tensor([text.count(letter) for letter in self.letters_]).float()
        return self

    def given(self, **conditions): return condition_on(self, conditions)

    def stream(self, noise, *, temperature, top_k, ending):
        texts, p = [self.conditions.get("prefix", "")] * len(noise), (self.counts_.log() / temperature).softmax(0)
        p = torch.where(p >= p.topk(min(top_k, len(p))).values[-1], p, 0)
        for number in range(1, 13):
            texts = [text + self.letters_[k] for text, k in zip(texts, noise.choice(p).tolist())]
            if number == 12: texts = [text + ending for text in texts]
            yield Partial(texts, number, 12)
            time.sleep(self.pace)

    def draw(self, noise, **options):
        *_, last = self.stream(noise, **options)
        return last.items


writer = Writer().fit(["the quick brown fox jumps over the lazy dog", "eee ttt aaa"])
'''
exec(WRITER)


class Comm:
    "Takes what the sampler sends to the page."

    def __init__(self): self.messages, self.comm_id = [], "comm"
    def send(self, data=None, metadata=None, buffers=None): self.messages.append(data)
    def on_msg(self, callback): pass
    def close(self, *args, **kwargs): pass
    def take(self, kind):
        return [m["content"] for m in self.messages if m["method"] == "custom" and m["content"]["kind"] == kind]


@pytest.fixture
def sampler():
    made = explore(writer)
    made.comm = Comm()
    yield made
    made.close()


def say(sampler, **content):
    "What the page says, as it arrives in the kernel."
    sampler._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def ask(sampler, number=1, **changed):
    wanted = {"kind": "draw", "view": "v", "id": number, "n": 2, "seed": 5, "options": {}, "conditions": {}}
    say(sampler, **{**wanted, **changed})


def test_a_request_is_answered_with_samples_as_they_form(sampler):
    sampler.seconds = 0
    ask(sampler, options={"temperature": 0.5, "top_k": 3}, conditions={"prefix": "so ", "style": ""})
    assert sampler._drawing.wait(10)
    frames = sampler.comm.take("frame")
    assert [f["number"] for f in frames] == list(range(1, 13)) and [f["over"] for f in frames] == [False] * 11 + [True]
    expected = writer.given(prefix="so ").sample(2, seed=5, temperature=0.5, top_k=3)
    assert frames[-1]["text"] == "\n".join(expected.items) and frames[-1]["id"] == 1


def test_of_many_requests_the_newest_is_drawn(monkeypatch):
    "While one is drawn three more arrive: it is given up, and of those that waited only the last is drawn."
    begun, go = threading.Event(), threading.Event()

    class Slow(type(writer)):
        def stream(self, noise, **options):
            for partial in super().stream(noise, **options):
                yield partial
                begun.set()
                assert go.wait(10)

    made = explore(writer)
    assert made._drawing.wait(10)  # the first samples
    made.comm, made.model, made.seconds = Comm(), Slow().fit(["abc"]), 0
    for number in (1, 2, 3, 4):
        ask(made, number)
        assert begun.wait(10)
    go.set()
    assert made._drawing.wait(10)
    assert [f["id"] for f in made.comm.take("frame") if f["over"]] == [1, 4]
    assert max(f["number"] for f in made.comm.take("frame") if f["id"] == 1) == 2
    made.close()


def test_making_one_does_not_wait_for_samples():
    go = threading.Event()

    class Slow(type(writer)):
        def stream(self, noise, **options):
            assert go.wait(10)
            yield from super().stream(noise, **options)

    made = explore(Slow().fit(["abc"]))
    made.patience = 0
    assert made.shown == {} and list(made.fallback()) == ["text/plain"]
    go.set()
    assert made._drawing.wait(10)
    assert made.shown["over"] and made.shown["text"] == made.fallback()["text/plain"] == "\n".join(made.samples.items)
    made.close()


def test_errors_go_to_the_page(sampler):
    ask(sampler, options={"temperature": 99})
    assert sampler._drawing.wait(10)
    assert "a number from 0.1 to 3 was expected" in sampler.comm.take("error")[0]["error"]


def test_a_model_without_options_has_a_seed():
    made = explore(Gaussian().fit(torch.randn(50, 2, generator=torch.Generator().manual_seed(0))))
    assert made._drawing.wait(10)
    assert made.options == [] and made.accepts and "html" in made.shown
    assert torch.equal(made.samples.items, made.model.sample(4, seed=0).items)
    made.close()


def test_closed_samplers_are_forgotten():
    made = []
    for _ in range(100):
        one = explore(writer)
        made.append(weakref.ref(one))
        assert one._drawing.wait(10)
        one.close()
    del one
    gc.collect()
    assert sum(ref() is not None for ref in made) == 0


# ---- its script in a page without a kernel

def test_sliders_of_a_page_show_what_was_drawn_beforehand(show, axe):
    made = explore(writer)
    page = show(made, ".genbook-sampler")
    shown = lambda: page.locator(".genbook-drawn pre").inner_text()
    assert shown() == "\n".join(made.samples.items)
    slider = page.get_by_label("temperature")
    slider.focus()
    page.keyboard.press("Home")
    assert shown() == "\n".join(writer.sample(4, seed=0, temperature=0.1).items)
    assert page.get_by_label("temperature").get_attribute("aria-valuetext") == "temperature 0.10"
    page.get_by_label("ending").select_option(label=HOSTILE)
    assert shown() == "\n".join(writer.sample(4, seed=0, ending=HOSTILE).items)
    page.get_by_role("button", name="Reset").click()
    assert shown() == "\n".join(made.samples.items)
    assert page.get_by_role("button", name="New seed").is_disabled() and page.get_by_label("seed").is_disabled()
    assert page.evaluate(
        "[...document.querySelectorAll('main button, main input, main select')].every((e) =>"
        " e.dataset.lmSuppressShortcuts === 'true')"
    )
    assert axe(page, "main") == []
    made.close()


def test_a_page_shows_how_samples_formed(show, axe):
    made = explore(writer)
    page = show(made, ".genbook-sampler")
    shown = lambda: page.locator(".genbook-drawn pre").inner_text()
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("Home")
    assert [len(line) for line in shown().split("\n")] == [1] * 4
    page.get_by_role("button", name="Replay").press("Enter")
    page.wait_for_function("() => document.querySelector('.genbook-status').textContent === 'step 12 of 12'")
    assert shown() == "\n".join(made.samples.items)
    page.get_by_label("temperature").focus()
    page.keyboard.press("Home")  # of other samples no steps are kept
    assert not page.get_by_label("step", exact=True).is_visible()
    page.get_by_role("button", name="Reset").click()
    assert page.get_by_label("step", exact=True).is_visible() and axe(page, "main") == []
    made.close()


SHEETS = ".genbook-pair figure:not([hidden])"


def sheets(page):
    "The texts of all sheets of samples, and what is below each."
    found = page.locator(SHEETS)
    return found.locator("pre").all_inner_texts(), found.locator("figcaption").all_inner_texts()


def test_two_settings_side_by_side_on_a_page(show, axe):
    "Their steps are gone through together, as far as each has come."
    made = explore(writer)
    made.beside = {"temperature": 0.1, "top_k": 2}
    page = show(made, ".genbook-sampler")
    both = ["\n".join(writer.sample(4, seed=0, **how).items) for how in (made.beside, {})]
    assert sheets(page) == (both, ["temperature 0.1, top k 2", "temperature 1, top k 9"])
    left, right = (page.locator(SHEETS).nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and left["x"] + left["width"] <= right["x"]
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("Home")
    assert [len(line) for text in sheets(page)[0] for line in text.split("\n")] == [1] * 8
    assert page.locator(".genbook-status").inner_text() == "step 1 of 12" and axe(page, "main") == []
    page.get_by_role("button", name="Close comparison").click()
    assert page.locator(SHEETS).count() == 1 and page.get_by_role("button", name="Compare", exact=True).is_visible()
    page.get_by_label("temperature").press("End")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_label("temperature").press("Home")
    assert sheets(page)[1] == ["temperature 3", "temperature 0.1"] and axe(page, "main") == []
    assert sheets(page)[0] == ["\n".join(writer.sample(4, seed=0, temperature=t).items) for t in (3, 0.1)]
    made.close()


def darkness(page):
    "The share of black pixels in each quarter of the image, from the top."
    return page.evaluate("""async () => {
        const image = document.querySelector('.genbook-drawn img');
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), {width: image.naturalWidth, height: 64});
        const pen = canvas.getContext('2d');
        pen.drawImage(image, 0, 0, canvas.width, 64);
        return [0, 1, 2, 3].map((k) => {
            const bytes = pen.getImageData(0, 16 * k, canvas.width, 16).data;
            return bytes.filter((v, i) => i % 4 === 0 && v < 64).length / (bytes.length / 4);
        });
    }""")


def test_pictures_fill_row_by_row_on_a_page(show, axe):
    white = torch.ones(8, 1, 8, 8)
    white[0, 0, 0, 0] = 0
    model = PixelCNN(4, layers=1).fit(white, seed=0, steps=60, learning_rate=0.1, ema=0, progress=False)
    made = explore(model)
    made.n = 1
    page = show(made, ".genbook-sampler")
    assert max(darkness(page)) < 0.3  # all of it is white
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("Home")
    for _ in range(3): page.keyboard.press("ArrowRight")
    above, *_, below = darkness(page)
    assert page.locator(".genbook-status").inner_text() == "step 4 of 8" and above < 0.3 and below > 0.7
    assert axe(page, "main") == []
    made.close()


DENOISER = """
import torch
from genbook import Diffusion, explore
from genbook.data import small_digits
torch.set_num_threads(1)
model = Diffusion(width=8, layers=1, condition="label")
model.fit(small_digits(), seed=0, steps=2, batch_size=16, progress=False)
"""


def test_denoising_goes_back_and_forth_on_a_page(show, axe):
    "Of a real diffusion model: each step that was kept is seen, and seen again, as it was drawn."
    model = Diffusion(width=8, layers=1, condition="label")
    model.fit(small_digits(), seed=0, steps=2, batch_size=16, progress=False)
    made = explore(model)
    made.n, made.values = 2, {**made.values, "steps": 6, "sampler": "euler"}
    formed = [step["picture"] for step in made.page_state()["formed"]]
    assert len(set(formed)) == 6
    page = show(made, ".genbook-sampler")
    picture = lambda: page.locator(".genbook-drawn img").get_attribute("src")
    assert picture() == formed[-1]
    page.get_by_label("step", exact=True).focus()
    for key, step in (("Home", 1), ("ArrowRight", 2), ("End", 6), ("ArrowLeft", 5), ("ArrowLeft", 4), ("End", 6)):
        page.keyboard.press(key)
        assert picture() == formed[step - 1]
        assert page.locator(".genbook-status").inner_text() == f"step {step} of 6"
    assert axe(page, "main") == []
    made.close()


def test_denoising_goes_back_and_forth_in_a_notebook(open_nb):
    notebook = open_nb([DENOISER, "sampler = explore(model)\nsampler"])
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    said = lambda text: page.wait_for_function(
        "text => document.querySelector('.genbook-status')?.textContent === text", arg=text)
    said("step 25 of 25")
    picture = lambda: page.locator(".genbook-drawn img").get_attribute("src")
    before = picture()
    step = page.get_by_label("step", exact=True)
    step.press("Home")
    first, number = picture(), step.get_attribute("aria-valuetext")
    assert first != before and int(number.split()[1]) < 25
    step.press("End")
    assert picture() == before
    step.press("Home")
    assert (picture(), step.get_attribute("aria-valuetext")) == (first, number)
    assert notebook.errors() == [] and page.problems == []


def test_waves_grow_on_a_page(show, axe):
    waves = Data([torch.sin(torch.arange(700.0))[:, None]] * 4, Sounds(8000))
    model = WaveNet(4, layers=1, window=64).fit(waves, seed=0, steps=2, progress=False)
    made = explore(model)
    made.n = 2
    page = show(made, ".genbook-sampler")
    players = lambda: page.evaluate("() => [...document.querySelectorAll('audio')].map((one) => one.duration)")
    page.wait_for_function("() => [...document.querySelectorAll('audio')].every((one) => one.duration > 0)")
    whole = players()
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => [...document.querySelectorAll('audio')].every((one) => one.duration > 0)")
    assert len(whole) == 2 and max(players()) < max(whole) and axe(page, "main") == []
    made.close()


def test_a_page_is_small_enough():
    made = explore(Gaussian().fit(torch.from_numpy(np.random.default_rng(0).normal(size=(50, 2)))))
    assert len(made.page()) < 200_000
    made.close()


# ---- in JupyterLab

CELLS = [
    f"HOSTILE = {HOSTILE!r}\n" + WRITER,
    "import genbook\nwriter.pace = 0.02\nsampler = genbook.explore(writer)\nsampler",
    "print(sampler.samples.items[0], sampler.samples.origin.options)",
]


@pytest.mark.parametrize("kernel", ["python3", "ipykernel-6.31", "ipykernel-7.3"])
def test_samples_follow_the_slider(open_nb, kernel):
    notebook = open_nb(CELLS, kernel)
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    page.wait_for_selector(".genbook-drawn pre")
    shown = lambda: page.locator(".genbook-drawn pre").inner_text()
    before = shown()
    slider = page.get_by_label("temperature", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        "before => document.querySelector('.genbook-status').textContent === 'step 12 of 12' &&"
        " document.querySelector('.genbook-drawn pre').textContent !== before",
        arg=before,
    )
    assert shown() == "\n".join(writer.sample(4, seed=0, temperature=0.1).items)
    page.get_by_label("prefix").fill("so ")
    page.get_by_label("prefix").press("Tab")
    page.wait_for_function(
        "() => document.querySelector('.genbook-drawn pre').textContent.startsWith('so ') &&"
        " document.querySelector('.genbook-status').textContent === 'step 12 of 12'"
    )
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("Home")  # how it began
    number = int(page.get_by_label("step", exact=True).get_attribute("aria-valuetext").split()[1])
    assert number < 12 and len(shown().split("\n")[0]) == len("so ") + number
    notebook.run(2)
    expected = writer.given(prefix="so ").sample(4, seed=0, temperature=0.1)
    assert (
        expected.items[0] in notebook.output(2).inner_text()
        and "'temperature': 0.1" in notebook.output(2).inner_text()
    )
    assert notebook.errors() == [] and page.problems == []


def test_two_settings_follow_one_seed(open_nb, axe):
    notebook = open_nb(CELLS)
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    page.wait_for_function("() => document.querySelector('.genbook-status')?.textContent === 'step 12 of 12'")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_label("temperature", exact=True).press("Home")
    page.get_by_label("seed", exact=True).fill("7")
    page.get_by_label("seed", exact=True).press("Tab")
    expected = ["\n".join(writer.sample(4, seed=7, temperature=t).items) for t in (1.0, 0.1)]
    page.wait_for_function(
        "(expected) => [...document.querySelectorAll('.genbook-pair pre')].every((pre, k) =>"
        " pre.textContent === expected[k])", arg=expected)
    assert sheets(page) == (expected, ["temperature 1", "temperature 0.1"])
    page.get_by_label("step", exact=True).press("Home")  # both go back together
    assert {len(line) for text in sheets(page)[0] for line in text.split("\n")} <= {1, 2, 3}
    page.locator(".genbook-sampler").scroll_into_view_if_needed()
    notebook.shot("sampler-two")
    assert axe(page, ".genbook-sampler") == [] and notebook.errors() == [] and page.problems == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_accessible_in_both_themes(open_nb, axe, theme):
    notebook = open_nb(CELLS)
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    page.wait_for_selector(".genbook-drawn pre")
    notebook.theme(f"JupyterLab {theme}")
    page.get_by_role("button", name="New seed").click()
    page.get_by_role("button", name="Copy Python").click()
    page.wait_for_function("() => document.querySelector('.genbook-meter').textContent.includes('ms')")
    page.get_by_label("temperature", exact=True).focus()
    page.locator(".genbook-sampler").scroll_into_view_if_needed()
    notebook.shot(f"sampler-{theme.lower()}")
    found = axe(page, ".genbook-sampler")
    notebook.theme("JupyterLab Light")  # the server remembers it for all
    assert found == [] and page.evaluate("window.hacked") is None


def test_closing_ends_what_is_being_drawn():
    class Endless(Writer):
        def stream(self, noise, **options):
            while True: yield Partial(["so"] * len(noise), 1, 9)

    sampler = Sampler(Endless().fit(["abc"]))
    assert sampler._drawing.busy
    sampler.close()
    assert sampler._drawing.wait(60)



@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_a_cell_shows_what_streams_and_stop_keeps_it(open_nb, theme):
    notebook = open_nb(
        [
            CELLS[0] + "\nwriter.pace = 0.5\n%load_ext genbook",
            "%%generate writer -n 3 --seed 4 --temperature 0.5 --out kept\nprefix: so",
            "print(len(kept), kept.origin.steps)",
        ]
    )
    notebook.theme(f"JupyterLab {theme}")
    notebook.run(0)
    notebook.start(1)
    output = notebook.output(1)
    notebook.page.wait_for_function(
        "() => (document.querySelectorAll('.jp-Cell')[1].querySelector('.jp-OutputArea pre')?.textContent ??"
        " '').split('\\n')[0].length >= 6"
    )
    notebook.cell(2).scroll_into_view_if_needed()
    notebook.shot(f"streaming-{theme.lower()}")
    notebook.js("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    notebook.wait_idle()
    assert (
        "Stopped at step" in output.inner_text() and " of 12: what had formed by then is kept." in output.inner_text()
    )
    notebook.cell(2).scroll_into_view_if_needed()
    notebook.shot(f"stopped-{theme.lower()}")
    notebook.run(2)
    assert notebook.output(2).inner_text().startswith("3 (")
    assert notebook.errors() == [] and notebook.page.problems == []
    notebook.theme("JupyterLab Light")
