"Texts in the colour of their surprise: the script in a plain page without a kernel, and with one in JupyterLab."
import pytest

from genbook import GPT, NGram, show_surprise

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"
LINES = ["the cat sat on the mat.\nthe dog sat on the log.\n", "a dog saw the cat.\nthe cat saw a dog.\n"] * 2
LINE = "the cat saw the log."


@pytest.fixture(scope="module")
def letters():
    return NGram(3).fit(LINES)


@pytest.fixture(scope="module")
def words():
    return NGram(2, tokenization="word").fit(LINES)


@pytest.fixture
def visit(show):
    "A function: view -> page that shows it, without a kernel."
    return lambda view, theme="light", width=1000: show(
        view, ".genbook-surprises [role=option]", ("overlapping",), viewport={"width": width, "height": 900},
        color_scheme=theme, has_touch=width < 500)


def marked(page, k: int) -> list[str]:
    "The symbols of panel `k` that lie over the place that is looked at."
    return page.locator(".genbook-written").nth(k).locator(".genbook-here-too").all_text_contents()


def test_places_are_characters(visit, letters, words):
    page = visit(show_surprise(LINE, letters=letters, words=words))
    assert [page.locator(".genbook-written").nth(k).text_content() for k in (0, 1)] == [LINE, LINE]
    second = page.locator(".genbook-written").nth(1)
    second.locator("[role=option]").nth(1).click()  # " cat"
    assert (marked(page, 0), marked(page, 1)) == ([" ", "c", "a", "t"], [" cat"])
    assert page.locator(".genbook-place").inner_text() == "Characters 4 to 7"
    page.keyboard.press("ArrowRight")
    assert marked(page, 1) == [" saw"]
    page.keyboard.press("End")
    assert marked(page, 1) == ["."] and page.locator(".genbook-place").inner_text() == "Character 20"
    page.keyboard.press("Home")
    assert marked(page, 0) == ["t", "h", "e"]
    page.keyboard.press("Shift+Tab")  # to the letters, at the same place
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Text as letters reads it")
    assert (marked(page, 0), marked(page, 1)) == (["t"], ["the"])


def test_numbers_are_those_of_the_model(visit, letters, words):
    view = show_surprise(LINE, letters=letters, words=words)
    page = visit(view)
    rows = page.locator(".genbook-totals tbody tr")
    for k, found in enumerate(view.found.values()):
        said = rows.nth(k).locator("td").all_inner_texts()
        bits = found.bits.sum()
        assert said[:4] == [str(len(found.tokens)), *(f"{x:.2f}" for x in (bits, bits / len(LINE), found.bits.mean()))]
    page.locator(".genbook-written").first.locator("[role=option]").nth(4).hover()
    token = view.found["letters"].tokens[4]
    likely = page.locator(".genbook-likely").first.locator(".genbook-name").all_text_contents()
    assert likely == [name.replace(" ", "\u2423") for name, _ in token.alternatives]


@pytest.mark.parametrize("theme, width", [("light", 1000), ("dark", 1000), ("light", 360), ("dark", 360)])
def test_nothing_shuts_people_out(visit, axe, letters, words, theme, width):
    page = visit(show_surprise(LINE * 20, letters=letters, words=words), theme, width)
    page.add_style_tag(content="html { background: Canvas }")  # axe takes a page that names no colour for a white one
    page.locator("[role=option]").nth(3).click()
    assert axe(page, "main") == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    unmarked = ("[...document.querySelectorAll('main textarea, main [role=listbox]')].filter((e) =>"
                " e.dataset.lmSuppressShortcuts !== 'true').length")
    assert page.evaluate(unmarked) == 0
    page.screenshot(path=f"shots/surprises-{theme}-{width}.png")


def test_what_is_in_a_text_stays_text(visit, letters):
    view = show_surprise(HOSTILE, **{HOSTILE: letters})
    page = visit(view)
    assert page.locator(".genbook-written").text_content() == HOSTILE
    assert page.locator(".genbook-reader").text_content() == HOSTILE
    assert "<img" not in view.fallback()["text/html"]


def test_lists_of_symbols_are_shown_apart(visit):
    tags = GPT(8, layers=1, width=16, heads=2).fit(
        [["DET", "NOUN"], ["PRON", "VERB"]], seed=0, steps=5, progress=False)
    page = visit(show_surprise(["DET", "VERB"], tags=tags))
    assert page.locator(".genbook-written").text_content() == "DET VERB"
    assert page.locator(".genbook-totals th").all_inner_texts()[:3] == ["Model", "Symbols", "Bits"]


# ---- in JupyterLab

CELLS = [
    f"import genbook\nletters = genbook.NGram(3).fit({LINES!r})\nwords = genbook.NGram(2, tokenization='word')"
    f".fit({LINES!r})\nview = genbook.show_surprise({LINE!r}, letters, words)\nview",
    "print(view.text, len(view.readings[0]['tokens']))",
]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_a_text_is_read_while_it_is_typed_and_kept(open_nb, axe, theme):
    notebook = open_nb(CELLS)
    notebook.run(0)
    page = notebook.page
    page.wait_for_selector(".genbook-written [role=option]")
    assert page.locator(".genbook-reader").all_text_contents() == ["letters", "words"]
    page.locator(".genbook-surprises textarea").fill("the dog saw")
    page.wait_for_function("document.querySelector('.genbook-written').textContent === 'the dog saw'")
    notebook.run(1)
    assert notebook.output(1).inner_text().strip() == "the dog saw 11"
    notebook.theme(f"JupyterLab {theme}")
    page.locator("[role=option]").nth(5).click()
    page.locator(".genbook-surprises").scroll_into_view_if_needed()
    notebook.shot(f"surprises-lab-{theme.lower()}")
    found = axe(page, ".genbook-surprises")
    notebook.theme("JupyterLab Light")  # the server remembers it for all
    assert found == [] and notebook.errors() == [] and page.problems == []
    notebook.save()
    page.reload()
    page.wait_for_selector(".genbook-written [role=option]", timeout=90_000)
    assert page.locator(".genbook-written").first.text_content() == "the dog saw"
