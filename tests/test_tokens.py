"A text as it is written: its script in a plain page without a kernel, and with one in JupyterLab."
import gc
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from genbook import GPT, NGram, explore
from genbook.core import tokens_of
from genbook.core.decoding import tempered
from genbook.ui import Tokens

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"
LINES = ["the cat sat on the mat.\nthe dog sat on the log.\n", "a dog saw the cat.\nthe cat saw a dog.\n"]


@pytest.fixture(scope="module")
def writer():
    return NGram(4).fit(LINES * 2)


@pytest.fixture(scope="module")
def made(writer):
    view = explore(writer.given(prefix="the "))
    assert view._writing.wait(60)
    yield view
    view.close()


@pytest.fixture
def visit(show):
    "A function: view -> page that shows it, without a kernel."
    return lambda view, theme="light", width=1000: show(
        view, ".genbook-tokens", ("reranked",), viewport={"width": width, "height": 900}, color_scheme=theme,
        has_touch=width < 500)


def bars(page) -> list[str]:
    return page.locator(".genbook-alternative .genbook-number").all_inner_texts()


def test_symbols_are_those_that_were_drawn(made, writer):
    samples = writer.given(prefix="the ").sample(1, seed=0)
    assert isinstance(made, Tokens) and made.samples.items == samples.items
    written = tokens_of(samples, writer)[0]
    assert [one[0] for one in made.tokens] == [one.symbol for one in written]
    assert made.tokens[3][1] == pytest.approx(written[3].probability, rel=1e-3)
    assert made.fallback()["text/plain"] == samples.items[0]


def test_closed_views_are_forgotten(writer):
    views = []
    for _ in range(30):
        one = explore(writer)
        views.append(weakref.ref(one))
        assert one._writing.wait(60)
        one.close()
    del one
    gc.collect()
    assert sum(ref() is not None for ref in views) == 0


def test_keys_and_pointer_go_from_symbol_to_symbol(visit, made):
    page = visit(made)
    written = page.locator(".genbook-written")
    assert page.locator(".genbook-text").inner_text().startswith("the ")
    assert written.locator("[role=option]").count() == len(made.tokens)
    read = lambda: page.locator(".genbook-read").inner_text()
    assert read().startswith("Symbol 1: ")
    written.focus()
    for _ in range(3): page.keyboard.press("ArrowRight")
    assert read().startswith("Symbol 4: ")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "listbox"
    place = written.get_attribute("aria-activedescendant")
    assert page.locator(f"#{place}").get_attribute("aria-selected") == "true"
    page.keyboard.press("End")
    assert read().startswith(f"Symbol {len(made.tokens)}: ")
    page.keyboard.press("ArrowUp")
    assert not read().startswith(f"Symbol {len(made.tokens)}: ")
    page.keyboard.press("Home")
    page.get_by_role("button", name="Next").click()
    assert read().startswith("Symbol 2: ")
    written.locator("[role=option]").nth(6).click()
    assert read().startswith("Symbol 7: ")


def test_sliders_move_the_bars_in_the_page(visit, made):
    page = visit(made)
    full = dict(made.tokens[0][2])
    p = np.array([list(full.values())])
    written = lambda q: [f"{100 * x:.0f} %" for x in q if x >= 0.1]
    temperature = page.get_by_label("temperature", exact=True)
    temperature.focus()
    page.keyboard.press("Home")  # greedy
    assert bars(page)[:2] == ["100 %", "0 %"]
    page.get_by_role("button", name="Reset").click()
    assert written(p[0]) == bars(page)[:len(written(p[0]))]
    for _ in range(10): page.get_by_label("temperature", exact=True).press("ArrowLeft")
    value = float(page.get_by_label("temperature", exact=True).input_value())
    expected = written(tempered(p / p.sum(), value)[0])
    assert value < 1 and bars(page)[:len(expected)] == expected


@pytest.mark.parametrize("how", [
    {}, {"temperature": 0.5}, {"temperature": 2.0, "top_p": 0.7}, {"top_k": 3}, {"temperature": 0, "top_k": 2},
    {"top_k": 5, "top_p": 0.5}, {"temperature": 1.5, "top_k": 6, "top_p": 0.9}])
def test_bars_are_what_would_be_drawn_from(visit, made, how):
    p = -np.sort(-np.random.default_rng(0).dirichlet(np.ones(8)))
    sent = [[str(i), float(x)] for i, x in enumerate(p)]
    page = visit(made)
    found = page.evaluate("([sent, how]) => reranked(sent, 0, how)", [sent, how])
    assert found["shares"] == pytest.approx(tempered(p[None], **how)[0], abs=1e-9) and found["rest"] == 0


@pytest.mark.parametrize("theme, width", [("light", 1000), ("dark", 1000), ("light", 360), ("dark", 360)])
def test_nothing_shuts_people_out(visit, axe, made, theme, width):
    page = visit(made, theme, width)
    page.add_style_tag(content="html { background: Canvas }")  # axe takes a page that names no colour for a white one
    page.locator("[role=option]").nth(3).click()
    assert axe(page, "main") == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    unmarked = ("[...document.querySelectorAll('main button, main input, main [role=listbox]')].filter((e) =>"
                " e.dataset.lmSuppressShortcuts !== 'true').length")
    assert page.evaluate(unmarked) == 0


def test_what_is_in_a_text_stays_text(visit):
    view = explore(NGram(3, tokenization="word").fit([f"a {HOSTILE} b", f"b {HOSTILE}"]).given(prefix=HOSTILE))
    assert view._writing.wait(60)
    page = visit(view)
    page.locator("[role=option]").first.click()
    assert HOSTILE in page.locator(".genbook-text").inner_text() and page.evaluate("window.hacked") is None
    assert "<img" not in view.fallback()["text/html"]
    view.close()


SENTENCES = [["DET", "NOUN", "VERB"], ["PRON", "VERB"], ["DET", "NOUN", "VERB", "ADV"], ["a b", "NOUN"]]


@pytest.fixture(scope="module")
def tags():
    return GPT(8, layers=1, width=16, heads=2).fit(SENTENCES, seed=0, steps=60, max_epochs=None, progress=False)


@pytest.fixture
def named(monkeypatch):
    "A function: the variables that a person has -> none; views then know them."
    return lambda **names: monkeypatch.setattr("genbook.ui.comms.get_ipython", lambda: SimpleNamespace(user_ns=names))


def test_lists_of_symbols_are_shown_apart(visit, tags):
    for model, begins in ((tags, ""), (tags.given(prefix=["DET"]), "DET ")):
        view = explore(model)
        assert view._writing.wait(60)
        item = model.sample(1, seed=0).items[0]
        assert view.samples.items == [item] and view.fallback()["text/plain"] == " ".join(item)
        page = visit(view)
        assert page.locator(".genbook-prefix").text_content() == begins
        assert page.locator(".genbook-text").text_content() == " ".join(item)
        view.close()


@pytest.mark.parametrize("begun, condition, chosen", [
    (False, "", []), (True, "", []), (False, "", ["a", " "]), (True, "", ["d"]), (False, "the c", []),
    (False, "the c", ["a"])])
def test_copied_python_writes_the_text_that_is_shown(visit, writer, named, begun, condition, chosen):
    names = {"begun": writer.given(prefix="the "), "writer": writer}
    named(**names)
    view = explore(names["begun"] if begun else writer)
    view.condition_values = {"prefix": condition} if condition else {}
    view.base = [[one, 0.5, [[one, 0.5]], 0] for one in chosen]
    page = visit(view)
    page.get_by_role("button", name="Copy Python").click()
    code = page.locator(".genbook-code").inner_text()
    assert eval(code, {}, names).items == view.samples.items
    view.close()


def test_copied_python_names_what_is_before_symbols_and_samples(visit, writer, tags, named):
    names = {"writer": writer, "tags": tags}
    named(**names)
    views = [explore(writer, writer.given(prefix="the ").sample(2, seed=3)), explore(tags.given(prefix=["DET"]))]
    for view, chosen in ((views[0], []), (views[1], ["NOUN"])):
        view.base = [[one, 0.5, [[one, 0.5]], 0] for one in chosen]
        page = visit(view)
        page.get_by_role("button", name="Copy Python").click()
        assert eval(page.locator(".genbook-code").inner_text(), {}, names).items == view.samples.items
        view.close()


# ---- in JupyterLab

CELLS = [
    f"import genbook\nwriter = genbook.NGram(4).fit({LINES!r} * 2)\nview = genbook.explore(writer)\nview",
    "print(repr(view.samples.items[0]), view.samples.origin)",
]


def test_a_choice_is_written_on_from(open_nb, writer):
    notebook = open_nb(CELLS)
    notebook.run(0)
    page = notebook.page
    page.wait_for_selector(".genbook-written [role=option]")
    list_ = page.locator(".genbook-written")
    list_.focus()
    for _ in range(2): page.keyboard.press("ArrowRight")
    text = writer.sample(1, seed=0).items[0]
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    alternatives = tokens_of(writer.sample(1, seed=0), writer)[0][2].alternatives
    rows = page.locator("button.genbook-alternative")
    at = page.evaluate("[...document.querySelectorAll('button.genbook-alternative')].indexOf(document.activeElement)")
    chosen = alternatives[at][0]
    assert rows.count() == len(alternatives) and at == 1 + [name for name, _ in alternatives].index(text[2])
    page.keyboard.press("Enter")
    expected = writer.given(prefix=text[:2] + chosen).sample(1, seed=0).items[0]
    page.wait_for_function(
        "text => document.querySelector('.genbook-written').textContent === text", arg=expected)
    assert page.evaluate("document.activeElement.getAttribute('role')") == "listbox"
    page.get_by_label("temperature", exact=True).press("Home")
    greedy = writer.given(prefix=text[:2] + chosen).sample(1, seed=0, temperature=0).items[0]
    page.wait_for_function("text => document.querySelector('.genbook-written').textContent === text", arg=greedy)
    notebook.run(1)
    assert repr(greedy) in notebook.output(1).inner_text()
    page.get_by_role("button", name="Undo choices").click()
    again = writer.sample(1, seed=0, temperature=0).items[0]
    page.wait_for_function("text => document.querySelector('.genbook-written').textContent === text", arg=again)
    assert notebook.errors() == [] and page.problems == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_accessible_in_both_themes(open_nb, axe, theme):
    notebook = open_nb(CELLS)
    notebook.run(0)
    page = notebook.page
    page.wait_for_selector(".genbook-written [role=option]")
    notebook.theme(f"JupyterLab {theme}")
    page.locator("[role=option]").nth(5).click()
    page.locator(".genbook-tokens").scroll_into_view_if_needed()
    notebook.shot(f"tokens-{theme.lower()}")
    found = axe(page, ".genbook-tokens")
    notebook.theme("JupyterLab Light")  # the server remembers it for all
    assert found == []


def test_a_reopened_notebook_shows_it_without_a_kernel(open_nb):
    notebook = open_nb(CELLS)
    notebook.run(0)
    page = notebook.page
    page.wait_for_selector(".genbook-end, .genbook-written [role=option]")
    before = page.locator(".genbook-written").inner_text()
    notebook.save()
    page.reload()
    page.wait_for_selector(".genbook-written [role=option]", timeout=90_000)
    assert page.locator(".genbook-written").inner_text() == before
    page.locator("[role=option]").nth(1).click()
    assert page.locator(".genbook-read").inner_text().startswith("Symbol 2: ")
