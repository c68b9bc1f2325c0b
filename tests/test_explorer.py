# ruff: noqa: F821 (what TEMPERED defines is not seen by the linter)
"The explorer: its protocol in Python, its script in a plain page, and all of it in a real JupyterLab."
import gc
import json
import threading
import weakref

import numpy as np
import pytest
import torch

from genbook.core import Model, Noise, save, version
from genbook.data import Data, Images, Vectors, digits
from genbook.analysis import slerp
from genbook.models.gaussian_mixture import GaussianMixture
from genbook.models.vae import VAE
from genbook.ui.comms import static
from genbook.ui.views import explore
from genbook.ui.widgets.explorer import SCRIPT, STYLE

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"


@pytest.fixture(scope="session")
def model():
    "Digits with labels, fitted for a moment: what it draws does not matter here."
    return VAE(latent_dim=10, condition="label", width=64).fit(digits(), seed=0, steps=150, progress=False)


class Comm:
    "Takes what the explorer sends to the page."

    def __init__(self): self.messages, self.comm_id = [], "comm"
    def send(self, data=None, metadata=None, buffers=None): self.messages.append((data, buffers or []))
    def on_msg(self, callback): pass
    def close(self, *args, **kwargs): pass

    def take(self, kind: str) -> list:
        return [
            (m["content"], b) for m, b in self.messages if m["method"] == "custom" and m["content"]["kind"] == kind
        ]

    def state(self) -> dict:
        return {k: v for m, _ in self.messages if m["method"] == "update" for k, v in m["state"].items()}


@pytest.fixture
def explorer(model):
    made = explore(model, digits()[::100], directions={HOSTILE: torch.ones(10)})
    made.comm = Comm()
    yield made
    made.close()


def say(explorer, buffers=(), **content):
    "What the page says, as it arrives in the kernel."
    explorer._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": list(buffers)})


def ask(explorer, latents, number=1, view="v", conditions=None, **more):
    say(
        explorer,
        [memoryview(np.float32(latents).tobytes())],
        kind="decode",
        view=view,
        id=number,
        conditions={"label": "3"} if conditions is None else conditions,
        **more
    )


# ---- in Python

def test_a_request_is_answered_with_the_bytes_of_the_picture(explorer, model):
    latents = Noise(1, [0]).normal(10)
    ask(explorer, latents, 7)
    [(answer, buffers)] = explorer.comm.take("frame")
    assert (answer["view"], answer["id"], answer["width"], answer["height"], answer["channels"]) == ("v", 7, 28, 28, 1)
    assert bytes(buffers[0]) == model.modality_.pixels(model.given(label=3).decode(latents)[0]).tobytes()
    assert torch.equal(explorer.latents, latents), "the latents are the newest, also in the middle of a drag"


def test_short_answers_are_padded_only_if_asked(explorer):
    ask(explorer, np.zeros(10), 1, pad=True)
    ask(explorer, np.zeros(10), 2, pad=False)
    padded, plain = explorer.comm.take("frame")
    assert sum(map(len, padded[1])) == 66_000 and len(padded[1][0]) == 784
    assert sum(map(len, plain[1])) == 784


def test_an_older_request_is_not_decoded(explorer, monkeypatch):
    "While one code is decoded two more arrive, in other threads, newest first: only the newest of them is decoded."
    decoding, go, decoded = threading.Event(), threading.Event(), []
    narrow = type(explorer)._narrow

    def slow(self, values=None):
        decoded.append(float(self._latents[0]))
        decoding.set()
        assert go.wait(10)
        return narrow(self, values)

    monkeypatch.setattr(type(explorer), "_narrow", slow)
    first = threading.Thread(target=ask, args=(explorer, np.full(10, 1.0), 1))
    first.start()
    assert decoding.wait(10)
    with explorer_waits(explorer, 3): others = start(ask, explorer, [(np.full(10, 3.0), 3)])
    others += start(ask, explorer, [(np.full(10, 2.0), 2)])
    go.set()
    for thread in [first, *others]: thread.join(10)
    assert decoded == [1.0, 3.0]
    assert {a["id"]: a.get("stale", False) for a, _ in explorer.comm.take("frame")} == {1: False, 2: True, 3: False}


def start(function, explorer, arguments) -> list[threading.Thread]:
    threads = [threading.Thread(target=function, args=(explorer, *a)) for a in arguments]
    for thread in threads: thread.start()
    return threads


class explorer_waits:
    "Leave the block once the explorer knows of request `number`."

    def __init__(self, explorer, number): self.explorer, self.number = explorer, number
    def __enter__(self): return self

    def __exit__(self, *error):
        while self.explorer._requests.newest.get("v", 0) < self.number: threading.Event().wait(0.001)


def test_two_views_do_not_drop_each_others_requests(explorer):
    ask(explorer, np.zeros(10), 9, view="a")
    ask(explorer, np.zeros(10), 1, view="b")
    assert not any(a.get("stale") for a, _ in explorer.comm.take("frame"))


def test_errors_go_to_the_page(explorer):
    ask(explorer, np.zeros(3), 1)
    ask(explorer, np.zeros(10), 2, conditions={"label": HOSTILE})
    say(explorer, kind="nonsense", view="v", id=3)
    wrong = [a for a, _ in explorer.comm.take("error")]
    assert [a["id"] for a in wrong] == [1, 2, 3]
    assert "has not seen" in wrong[1]["error"]


def test_encoding_an_item_sets_the_code_and_the_label(explorer, model):
    for _ in range(8): say(explorer, kind="encode", which="next")
    item = explorer.data[7]
    label = int(item.known["label"][0])
    assert explorer.conditions == {"label": label}
    assert torch.equal(explorer.latents, model.given(label=label).encode(item.items))
    assert explorer.comm.state()["example"]["caption"] == f"item 7, label {label}"
    say(explorer, kind="encode", which="any")
    assert explorer.comm.state()["example"]["picture"].startswith("data:image/png;base64,")


def test_a_random_code_is_one_that_the_model_would_draw(explorer):
    say(explorer, kind="random")
    first = explorer.latents
    say(explorer, kind="random")
    assert first.shape == (1, 10) and not torch.equal(first, explorer.latents)


def test_a_saved_picture_knows_its_code(explorer, model, tmp_path):
    from PIL import Image
    latents = Noise(5, [0]).normal(10)
    say(explorer, [memoryview(latents.numpy().tobytes())], kind="save", view="v", conditions={"label": "8"})
    [(answer, buffers)] = explorer.comm.take("saved")
    (tmp_path / answer["name"]).write_bytes(buffers[0])
    picture = Image.open(tmp_path / answer["name"])
    origin = json.loads(picture.text["genbook"])
    again = model.given(**origin["conditions"]).decode(torch.tensor(origin["latents"]))
    assert origin["conditions"] == {"label": 8}
    assert np.array_equal(np.asarray(picture), model.modality_.pixels(again[0]).squeeze(2))


def test_setting_the_code_in_python_tells_the_page(explorer):
    explorer.latents = torch.arange(10.0)
    assert explorer.comm.state()["values"] == list(range(10))
    explorer.conditions = {"label": 5}
    assert explorer.comm.state()["condition_values"] == {"label": "5"}


def test_large_pictures_are_compressed_and_rows_shown_as_tables(model):
    class Codes(Model):
        def __init__(self, decode, modality): self.decode, self.modality, self.modality_ = decode, modality, modality
        def fit(self, x, *, seed=None): return self
        def draw(self, noise): return self.decode(self.latent_prior(noise))
        def encode(self, x): return x.flatten(1)[:, :2]
        def latent_prior(self, noise): return noise.normal(2)
        def state(self): return {"a_": 1}

    large = explore(Codes(lambda c: c.sigmoid()[:, :1, None, None].expand(-1, 3, 300, 400), Images(3, 300, 400)))
    large.comm = Comm()
    ask(large, np.zeros(2), conditions={})
    assert not large.comm.take("error")
    assert large.comm.take("frame")[0][0]["mime"] == "image/webp"
    rows = explore(Codes(lambda c: c * 2, Data(torch.zeros(2, 2)).modality))
    rows.comm = Comm()
    say(rows, [memoryview(np.float32([1, 2]).tobytes())], kind="decode", view="v", id=1, conditions={})
    assert rows.comm.take("frame")[0][0]["cells"] == [["x0", "2"], ["x1", "4"]]
    large.close(), rows.close()


TEMPERED = """
import torch
from genbook.core import Model, Option
from genbook.data import Data, Vectors


class Tempered(Model):
    "Rows that are a linear function of their latents; a temperature spreads those that are drawn."
    sampling_options = {
        "temperature": Option(low=0.1, high=3, default=1.0), "side": Option(choices=("both", "above"), default="both")}

    def fit(self, x, *, seed=None):
        self.modality_, self.mean_ = Vectors(2), torch.tensor([5.0, -5.0])
        return self

    def encode(self, x): return torch.as_tensor(x) - self.mean_
    def decode(self, latents): return latents + self.mean_
    def latent_prior(self, noise): return noise.normal(2)

    def draw(self, noise, temperature, side):
        z = temperature * self.latent_prior(noise)
        return self.decode(z.abs() if side == "above" else z)


tempered = Tempered().fit(None)
"""
exec(TEMPERED)


def test_sampling_options_draw_an_item_whose_latents_are_found():
    made = explore(tempered)
    made.comm = Comm()
    assert [option["name"] for option in made.options] == ["temperature", "side"]
    assert made.option_values == {"temperature": 1.0, "side": "both"}
    request = {"kind": "draw", "view": "v", "seed": 5, "conditions": {}}
    say(made, **request, options={"temperature": 0.5, "side": "above"})
    assert made._drawing.wait(10)
    expected = tempered.sample(1, seed=5, temperature=0.5, side="above").items
    assert torch.allclose(made.item.items, expected)
    assert made.example["caption"] == "drawn with temperature 0.5, side above, seed 5"
    before = made.latents
    say(made, **request, options={"temperature": 99})
    assert made._drawing.wait(10)
    assert "a number from 0.1 to 3 was expected" in made.comm.take("error")[0][0]["error"]
    assert torch.equal(made.latents, before)
    made.close()


def test_a_page_without_a_kernel_has_no_sampling_options():
    made = explore(tempered)
    assert '"options": []' in made.page()
    made.close()


def test_a_model_that_learns_is_shown_anew_while_somebody_looks(explorer, model):
    sent = threading.Event()
    send = explorer.comm.send

    def noting(data=None, metadata=None, buffers=None):
        send(data, metadata, buffers)
        if data["method"] == "custom" and data["content"]["kind"] == "frame" and "view" not in data["content"]:
            sent.set()

    explorer.comm.send = noting
    ask(explorer, np.zeros(10), 1)
    say(explorer, kind="look", view="v", on=True)
    before = version(model)
    with model.lock: model.decoder[0].bias.add_(0)  # written to, as learning does
    assert version(model) != before
    assert sent.wait(10)
    say(explorer, kind="look", view="v", on=False)
    explorer._lookout.thread.join(10)
    assert not explorer._lookout.thread.is_alive(), "nobody looks: nothing runs"


def test_closed_explorers_are_forgotten(model):
    made = []
    for _ in range(200):
        one = explore(model)
        made.append(weakref.ref(one))
        one.close()
    del one
    gc.collect()
    assert sum(ref() is not None for ref in made) == 0


# ---- its script in a page without a server

@pytest.fixture
def view(browser, model):
    """A function: -> page with the explorer's script and a kernel that answers only when told to:

    `sent`, `reply(message, bytes)`.
    """
    contexts = []

    def open_(address=None, state=None, data=True, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda e: page.problems.append(str(e)))
        made = explore(model, digits()[::100] if data else None, directions={HOSTILE: torch.ones(10)})
        names = (
            "about",
            "dims",
            "accepts",
            "options",
            "option_values",
            "directions",
            "values",
            "condition_values",
            "shown",
            "example",
            "in_page",
            "weights",
        )
        full = {name: getattr(made, name) for name in names} | (state or {})
        made.close()
        html = f"""<!doctype html><html lang=en><title>x</title><style>{STYLE}</style><main id=place></main>
            <script type=module>{static("page.js")}
            {SCRIPT.replace('export default', 'const widget =')}
            const model = pageModel({json.dumps(full)}), listeners = {{}};
            const on = model.on, off = model.off;
            model.on = (event, f) => {{ on(event, f); (listeners[event] ??= new Set()).add(f) }};
            model.off = (event, f) => {{ off(event, f); listeners[event].delete(f) }};
            window.sent = []; window.saved = 0; window.model = model; window.listeners = listeners;
            const numbers = (buffers) => buffers && Array.from(new Float32Array(buffers[0]));
            model.send = (message, _, buffers) => window.sent.push({{...message, latents: numbers(buffers)}});
            model.save_changes = () => window.saved++;
            window.decodes = () => window.sent.filter((m) => m.kind === "decode");
            const grey = (level) => [new DataView(new Uint8Array(784).fill(level).buffer)];
            const heard = (message, buffers) => [...listeners["msg:custom"]].map((f) => f(message, buffers));
            const size = {{width: 28, height: 28, channels: 1}};
            window.reply = (message, level = 0) => Promise.all(heard(message, grey(level)));
            const frame = () => ({{kind: "frame", view: decodes()[0].view, ...size, ms: 1}});
            window.answer = (id, level) => reply({{...frame(), id}}, level);
            const context = () => document.querySelector("#place canvas").getContext("2d");
            const pixels = () => context().getImageData(5, 5, 1, 1).data;
            window.level = () => pixels()[0];
            window.controller = new AbortController();
            Object.assign(window, {{ slerp, between }});
            const el = document.querySelector("#place");
            window.close_ = widget.render({{ model, el, signal: controller.signal }});
            window.ready = true;</script>"""
        if address: page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
        if address: page.goto(address)
        else: page.set_content(html)
        page.wait_for_function("() => window.ready")
        return page

    yield open_
    for context in contexts:
        problems = [p for page in context.pages for p in page.problems]
        context.close()
        assert not problems


MOVE = (
    "x => { const s = document.querySelectorAll('input[type=range]')[0]; s.value = x; s.dispatchEvent(new"
    " Event('input')) }"
)


def test_two_requests_in_flight_and_the_newest_waits(view):
    page = view()
    assert page.evaluate("decodes().length") == 1
    page.evaluate("answer(1, 10)")
    for x in (0.1, 0.2, 0.3, 0.4): page.evaluate(MOVE, x)
    page.evaluate(MOVE, 0.5)
    index = page.evaluate("model.get('dims')[0].index")
    assert [round(m["latents"][index], 2) for m in page.evaluate("decodes()")][1:] == [0.1, 0.2]
    page.evaluate("answer(2, 20)")
    assert [round(m["latents"][index], 2) for m in page.evaluate("decodes()")][1:] == [0.1, 0.2, 0.5]
    for number in (3, 4): page.evaluate("n => answer(n, 30 + n)", number)
    assert page.evaluate("decodes().length") == 4, "nothing moves: nothing is asked"
    assert page.evaluate("level()") == 34


def test_a_reply_that_comes_late_is_not_drawn(view):
    page = view()
    page.evaluate("answer(1, 10)")
    page.evaluate(MOVE, 0.1)
    page.evaluate(MOVE, 0.2)
    page.evaluate("answer(3, 30)")
    page.evaluate("answer(2, 20)")
    page.evaluate("answer(99, 99)")
    assert page.evaluate("level()") == 30
    page.evaluate("reply({kind: 'frame', view: 'another', id: 4, width: 28, height: 28, channels: 1, ms: 1}, 40)")
    assert page.evaluate("level()") == 30


def test_the_picture_of_a_model_that_learns_is_drawn_when_no_request_is_out(view):
    page = view()
    fresh = "reply({kind: 'frame', width: 28, height: 28, channels: 1, ms: 1}, 77)"
    page.evaluate(fresh)
    assert page.evaluate("level()") != 77
    page.evaluate("answer(1, 10)")
    page.evaluate(fresh)
    assert page.evaluate("level()") == 77


def test_keys_move_the_slider_and_the_change_reaches_the_kernel(view):
    page = view()
    slider = page.locator("input[type=range]").first
    slider.focus()
    value = lambda: float(slider.input_value())
    for key, expected in (("ArrowRight", 0.05), ("ArrowLeft", 0), ("End", 3), ("Home", -3)):
        page.keyboard.press(key)
        assert value() == pytest.approx(expected, abs=1e-6), key
    page.keyboard.press("PageUp")
    assert value() > -3
    index = page.evaluate("model.get('dims')[0].index")
    assert page.evaluate("i => model.get('values')[i]", index) == pytest.approx(value(), abs=1e-6)
    assert page.evaluate("saved") >= 5
    assert slider.get_attribute("aria-valuetext").startswith(f"z{index} \u2212")
    assert page.evaluate(
        "[...document.querySelectorAll('#place button, #place input, #place select')].every((e) =>"
        " e.dataset.lmSuppressShortcuts === 'true')"
    )


def test_an_error_is_shown_as_text_and_the_next_frame_clears_it(view):
    page = view()
    page.evaluate("text => reply({kind: 'error', view: decodes()[0].view, id: 1, error: text})", HOSTILE)
    alert = page.get_by_role("alert")
    assert alert.inner_text() == HOSTILE
    page.evaluate(MOVE, 0.1)
    page.evaluate("answer(2, 20)")
    assert not alert.is_visible()
    assert page.locator("label", has_text=HOSTILE).count() == 1, "a direction's name is text"
    assert page.evaluate("window.hacked") is None


def test_an_item_is_shown_while_the_latents_are_its_own(view):
    page = view(data=True)
    figure = page.locator(".genbook-example")
    latents = Noise(8, [0]).normal(10)[0].tolist()
    page.evaluate("""latents => {
        model.set('values', latents);
        model.set('example', { caption: 'item 3', text: 'three' }) }""", latents)
    assert figure.is_visible() and figure.inner_text().split() == ["three", "item", "3"]
    page.evaluate("latents => model.set('values', latents)", [0.5, *latents[1:]])
    assert not figure.is_visible()
    page.evaluate("latents => model.set('values', latents)", latents)
    assert figure.is_visible()
    page.evaluate("() => model.set('condition_values', {})")
    assert not figure.is_visible()


def test_a_direction_moves_the_whole_code_and_back(view):
    page = view()
    before = page.evaluate("model.get('values')")
    move = (
        "x => { const s = [...document.querySelectorAll('input[type=range]')].at(-2); s.value = x; s.dispatchEvent(new"
        " Event('input')) }"
    )
    page.evaluate(move, 1)
    assert page.evaluate("model.get('values')") == pytest.approx([v + 1 for v in before])
    page.evaluate(move, 0)
    assert page.evaluate("model.get('values')") == pytest.approx(before)


def test_the_walk_follows_the_same_arc_as_in_python(view):
    page = view(data=False)
    a, b = Noise(0, range(2)).normal(10)
    for name, code in (("A", a), ("B", b)):
        page.evaluate("v => model.set('values', v)", code.tolist())
        page.get_by_role("button", name=f"Set {name}").click()
    page.evaluate(
        "x => { const s = document.querySelector('input[aria-label=\"Walk from A to B\"]'); s.value = x;"
        " s.dispatchEvent(new Event('input')) }",
        0.5,
    )
    assert page.evaluate("model.get('values')") == pytest.approx(
        slerp(a, b, torch.tensor([0.5]))[0].tolist(), abs=1e-5
    )
    assert page.evaluate("slerp([0, 0], [1, 1], 0.25)") == [0.25, 0.25]
    assert page.evaluate("[0.4, 0.6].map((t) => between([0, 2], [2, 4], t, new Set([0]))[0])") == [
        0,
        2,
    ], "a choice changes half way"
    assert page.get_by_role("button", name="Play").is_enabled()


def test_nothing_moves_by_itself_for_people_who_asked_for_calm(view):
    assert view().get_by_role("button", name="Play").count() == 1
    assert view(reduced_motion="reduce").get_by_role("button", name="Play").count() == 0


def test_the_code_to_reproduce_the_view_is_exact(view, model):
    page = view()
    latents = Noise(8, [0]).normal(10)
    page.evaluate("v => model.set('values', v)", latents[0].tolist())
    page.evaluate("v => model.set('condition_values', v)", {"label": "6"})
    page.get_by_role("button", name="Copy Python").click()
    imports, expression = page.locator("pre code").inner_text().split("\n\n")
    names = {"model": model}
    exec(imports, names)
    assert torch.equal(eval(expression, names), model.given(label=6).decode(latents))


def test_answers_are_padded_where_that_was_seen_to_be_quicker(view):
    page = view("http://localhost/")
    for number in range(1, 12):
        page.evaluate(
            "pad => new Promise((done) => setTimeout(done, pad ? 0 : 30))", page.evaluate("decodes().at(-1).pad")
        )
        page.evaluate("n => answer(n, n)", number)
        page.evaluate(MOVE, number / 10)
    pads = [m["pad"] for m in page.evaluate("decodes()")]
    assert set(pads[:8]) == {True, False} and all(pads[9:])
    away = view("http://example.org/")
    for number in range(1, 5):
        away.evaluate("n => answer(n, n)", number)
        away.evaluate(MOVE, number / 10)
    assert not any(m["pad"] for m in away.evaluate("decodes()"))


def test_colours_are_those_of_the_theme(view):
    page = view()
    page.add_style_tag(content=":root { --jp-ui-font-color1: rgb(1, 2, 3); --jp-brand-color1: rgb(4, 5, 6) }")
    assert page.evaluate("getComputedStyle(document.querySelector('.genbook-explorer')).color") == "rgb(1, 2, 3)"
    page.evaluate("document.documentElement.style.setProperty('--jp-ui-font-color1', 'rgb(7, 8, 9)')")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.genbook-explorer button')).color") == "rgb(7, 8, 9)"
    )


def test_closing_takes_all_listeners_away(view):
    page = view()
    page.wait_for_function("() => sent.some((m) => m.kind === 'look' && m.on)")
    page.evaluate("controller.abort()")
    assert page.evaluate("Object.values(listeners).every((set) => set.size === 0)")
    assert page.evaluate("sent.at(-1)")["on"] is False
    count = page.evaluate("sent.length")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.evaluate("sent.length") == count


# ---- a page without a kernel

@pytest.fixture
def site_page(model, tmp_path, monkeypatch):
    monkeypatch.setenv("GENBOOK_SITE", "1")
    made = explore(model, directions={HOSTILE: torch.ones(10)})
    made.latents = Noise(2, [0]).normal(10)
    bundle, _ = made._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    made.close()
    file = tmp_path / "page.html"
    file.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>x</title><body><main>{bundle['text/html']}</main>"
    )
    return file


PIXELS = (
    "() => { const c = document.querySelector('.genbook-pictures canvas'); return"
    " Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).filter((_, i) => i % 4 === 0) }"
)


def test_a_page_from_a_file_decodes_by_itself_and_asks_nobody(site_page, browser, model, axe):
    context = browser.new_context()
    page = context.new_page()
    problems, requests = [], []
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.on("request", lambda r: requests.append(r.url))
    page.goto(site_page.as_uri())
    assert "largest difference from the kernel" in page.locator(".genbook-meter").inner_text()
    page.get_by_label("label").select_option("4")
    slider = page.locator("input[type=range]").first
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.genbook-meter').textContent.includes('ms')")
    latents = Noise(2, [0]).normal(10)
    latents[0, int(slider.get_attribute("aria-valuetext").split()[0].removeprefix("z"))] = 3
    expected = model.modality_.pixels(model.given(label=4).decode(latents)[0]).flatten()
    assert np.abs(np.array(page.evaluate(PIXELS)) - expected).max() <= 2
    page.get_by_role("button", name="Random").click()
    assert not problems and [u for u in requests if not u.startswith("data:")] == [site_page.as_uri()]
    assert page.evaluate("window.hacked") is None
    assert axe(page, "main") == []
    context.close()


def test_a_row_is_a_table_and_a_component_is_chosen_from_a_list(browser, tmp_path, axe):
    rows = Data(Noise(0, range(60)).normal(2), Vectors(2, ("length", HOSTILE)))
    made = explore(GaussianMixture(2, restarts=1).fit(rows, seed=0, steps=5, progress=False))
    (tmp_path / "rows.html").write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>x</title><body><main>{made.page()}</main>"
    )
    page = browser.new_page()
    page.goto((tmp_path / "rows.html").as_uri())
    assert page.get_by_role("row").all_inner_texts() == [f"{name}\t{value}" for name, value in made.shown["cells"]]
    assert page.get_by_label("z0").locator("option").all_inner_texts() == ["component 1", "component 2"]
    assert page.evaluate("window.hacked") is None
    assert axe(page, "main") == []
    page.close()


def test_without_scripts_the_page_shows_the_picture(site_page, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site_page.as_uri())
    assert page.get_by_role("img").get_attribute("alt").startswith("Explorer(VAE(")
    context.close()


# ---- in JupyterLab

@pytest.fixture(scope="session")
def cells(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "digits"
    save(model, folder)
    return [f"""
from genbook.core import load
from genbook.data import digits
from genbook.ui.views import explore
import torch
torch.set_num_threads(1)
model = load({str(folder)!r})
explorer = explore(model, digits()[::50], directions={{{HOSTILE!r}: torch.ones(10), "plain": torch.zeros(10)}})
explorer"""]


def opened(open_nb, cells, kernel="python3"):
    notebook = open_nb(cells, kernel)
    notebook.page.problems.clear()  # JupyterLab's own, while its kernel connects
    notebook.run(0)
    notebook.page.wait_for_function("() => document.querySelector('.genbook-meter')?.textContent.includes('ms')")
    assert notebook.errors() == []
    return notebook


def wait_changed(notebook, before):
    notebook.page.wait_for_function(f"before => JSON.stringify(({PIXELS})()) !== JSON.stringify(before)", arg=before)


@pytest.mark.parametrize("kernel", ["python3", "ipykernel-6.31", "ipykernel-7.3"])
def test_mouse_and_keyboard_change_the_picture(open_nb, cells, kernel):
    notebook = opened(open_nb, [*cells, "print(explorer.latents.tolist(), explorer.conditions)"], kernel)
    page = notebook.page
    slider = page.locator(".genbook-explorer input[type=range]").first
    before = notebook.js(PIXELS)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=20)
    page.mouse.up()
    wait_changed(notebook, before)
    before = notebook.js(PIXELS)
    value = float(slider.input_value())
    notebook.command("notebook:enter-command-mode")
    slider.focus()
    for _ in range(10): page.keyboard.press("ArrowLeft")
    assert float(slider.input_value()) < value
    page.keyboard.press("Home")
    wait_changed(notebook, before)
    assert float(slider.input_value()) == -3
    before = notebook.js(PIXELS)
    page.locator(".genbook-explorer").get_by_label("label", exact=True).select_option("7")
    wait_changed(notebook, before)
    page.wait_for_function("() => document.querySelector('.genbook-code').textContent.includes('label=7')")
    said = notebook.run_until(1, lambda said: said.endswith("{'label': 7}"))
    index = int(slider.get_attribute("aria-valuetext").split()[0].removeprefix("z"))
    assert json.loads(said.partition(" {")[0])[0][index] == -3
    assert notebook.errors() == [] and page.problems == []
    assert notebook.js("window.hacked") is None


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_a_sampling_option_draws_an_item_and_the_latents_follow(open_nb, axe, theme):
    notebook = open_nb([TEMPERED, "from genbook import explore\nexplorer = explore(tempered)\nexplorer",
                        "print(explorer.option_values['temperature'], explorer.latents.tolist())"])
    notebook.theme(f"JupyterLab {theme}")
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    page.wait_for_selector(".genbook-table td")
    page.get_by_label("temperature", exact=True).focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        "() => document.querySelector('.genbook-example figcaption')?.textContent.startsWith('drawn with temperature"
        " 0.1')"
    )
    page.wait_for_function(
        "z => Math.abs(document.querySelector('.genbook-explorer input[type=range]').value - z) < 0.02",
        arg=0.1 * float(Noise(0, [0]).normal(2)[0, explore(tempered).dims[0]["index"]]),
    )
    page.locator(".genbook-explorer").scroll_into_view_if_needed()
    notebook.shot(f"explorer-options-{theme.lower()}")
    notebook.run(2)
    assert notebook.output(2).inner_text().startswith("0.1 ")
    assert axe(page, ".genbook-explorer") == [] and notebook.errors() == [] and page.problems == []
    notebook.theme("JupyterLab Light")


def test_buttons(open_nb, cells):
    notebook = opened(open_nb, [*cells, "explorer.latents = torch.full((10,), 1.5)"])
    page = notebook.page
    for name in ("Random", "Encode next", "Encode any", "Reset"):
        before = notebook.js(PIXELS)
        page.get_by_role("button", name=name).click()
        wait_changed(notebook, before)
    assert page.locator(".genbook-example figcaption").inner_text().startswith("item ")
    with page.expect_download() as download: page.get_by_role("button", name="Save picture").click()
    assert download.value.suggested_filename.endswith(".png")
    notebook.run(1)
    page.wait_for_function("() => document.querySelector('.genbook-explorer input[type=range]').value === '1.5'")
    assert page.problems == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_accessible_in_both_themes(open_nb, cells, axe, theme):
    notebook = opened(open_nb, cells)
    notebook.theme(theme)
    for name in ("Encode next", "Set A", "Random", "Set B", "Copy Python"):
        notebook.page.get_by_role("button", name=name).click()
    notebook.page.locator(".genbook-explorer input[type=range]").first.focus()
    notebook.shot(f"explorer-{theme.split()[1].lower()}")
    found = axe(notebook.page, ".genbook-explorer")
    notebook.theme("JupyterLab Light")  # the server remembers it for all
    assert found == []


@pytest.mark.parametrize("kernel", ["python3", "ipykernel-6.31", "ipykernel-7.3"])
def test_the_slider_works_while_the_model_learns(open_nb, cells, kernel):
    notebook = opened(
        open_nb,
        [
            *cells,
            "from genbook.training import Run\n"
            "running = Run(model, digits(), steps=100_000, batch_size=16, learning_rate=1e-2).background()",
            "running.stop(); running.wait(); print(running.status)",
        ],
        kernel,
    )
    still_picture = notebook.js(PIXELS)
    notebook.run(1)
    wait_changed(notebook, still_picture)  # by itself: it learns
    page = notebook.page
    slider = page.locator(".genbook-explorer input[type=range]").first
    for key, value in (("End", 3), ("Home", -3)):
        slider.focus()
        before = notebook.js(PIXELS)
        page.keyboard.press(key)
        wait_changed(notebook, before)
        assert float(slider.input_value()) == value
    notebook.run(2)
    assert "stopped" in notebook.output(2).inner_text()
    assert page.problems == [] and not page.get_by_role("alert").is_visible()


def test_the_picture_follows_a_model_that_learns_in_a_busy_cell(open_nb, cells):
    notebook = opened(
        open_nb,
        [
            *cells,
            "model.fit(digits(), steps=100_000, batch_size=16, learning_rate=1e-2, progress=False)\nprint('ended')",
        ],
        "ipykernel-6.31",
    )
    before = notebook.js(PIXELS)
    notebook.start(1)
    wait_changed(notebook, before)
    notebook.js("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    notebook.wait_idle()
    assert "ended" in notebook.output(1).inner_text()


@pytest.mark.parametrize("decodes_here", [False, True])
def test_reopened_without_its_kernel(open_nb, cells, decodes_here):
    notebook = opened(open_nb, cells)
    page = notebook.page
    page.locator(".genbook-explorer input[type=range]").first.focus()
    before = notebook.js(PIXELS)
    page.keyboard.press("End")
    wait_changed(notebook, before)
    if decodes_here:
        page.get_by_label("decode in this page").check()
        page.wait_for_function(
            "() => document.querySelector('.genbook-meter').textContent.match(/largest difference.*ms per/)"
        )
    picture = notebook.js(PIXELS)
    for _ in range(2):  # saving a view that has no kernel keeps it
        notebook.save()
        page.evaluate("() => { jupyterapp.shell.currentWidget.sessionContext.shutdown(); return null }")
        page.wait_for_function("() => jupyterapp.shell.currentWidget.sessionContext.hasNoKernel")
        page.reload()
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady", timeout=90_000)
        page.wait_for_function(
            f"picture => document.querySelector('.genbook-explorer') && JSON.stringify(({PIXELS})()) ==="
            " JSON.stringify(picture)",
            arg=picture,
        )
        assert "Error displaying widget" not in page.locator(".jp-Notebook").inner_text()
        slider = page.locator(".genbook-explorer input[type=range]").first
        assert float(slider.input_value()) == 3
        assert slider.is_enabled() == decodes_here
    notebook.shot(f"explorer-reopened-{'moves' if decodes_here else 'still'}")
    if not decodes_here: return
    slider.focus()
    page.keyboard.press("Home")
    wait_changed(notebook, picture)


def test_a_notebook_that_is_not_trusted_shows_the_picture(open_nb, cells):
    notebook = opened(open_nb, cells)
    notebook.save()
    copy = open_nb(notebook.path)
    copy.page.wait_for_selector(".jp-OutputArea-output img")
    assert copy.page.locator(".genbook-explorer").count() == 0


def test_saving_forgets_explorers_that_are_no_longer_shown(open_nb, cells):
    notebook = opened(open_nb, cells)
    notebook.save()
    notebook.run(0)
    notebook.page.wait_for_function("() => document.querySelector('.genbook-meter')?.textContent.includes('ms')")
    notebook.save()
    state = json.loads(notebook.path.read_text())["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"][
        "state"
    ]
    assert sum(entry["state"].get("_anywidget_id", "").startswith("genbook.") for entry in state.values()) == 1
    assert len(state) == 2  # itself and its layout


def test_a_reloaded_page_shows_the_same_code(open_nb, cells):
    notebook = opened(open_nb, cells)
    slider = notebook.page.locator(".genbook-explorer input[type=range]").first
    slider.focus()
    notebook.page.keyboard.press("End")
    notebook.save()
    notebook.page.reload()
    notebook.page.wait_for_function(
        "() => document.querySelector('.genbook-meter')?.textContent.includes('ms')", timeout=60_000
    )
    assert float(slider.input_value()) == 3
    before = notebook.js(PIXELS)
    slider.focus()
    notebook.page.keyboard.press("Home")
    wait_changed(notebook, before)
