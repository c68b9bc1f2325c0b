"The site: as files and from a server, in a real browser that can reach no other host."
import functools
import gzip
import http.server
import re
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

import genbook

sys.path.insert(0, str(ROOT / "nbs" / "_site"))
from apidoc import read_entries  # noqa: E402
from narrow import meant, narrow  # noqa: E402
from page import PageError, paths_of_pages, read_page  # noqa: E402
from references import PAPERS, UNLINKED, cite, named, works  # noqa: E402
from run import execute  # noqa: E402
from write import Links, checks  # noqa: E402

SITE = ROOT / "_docs"
PAGES = [read_page(path) for path in paths_of_pages()]
NAMES = [page.name for page in PAGES]
EXPLORER = "tutorials/quickstart"
pytestmark = pytest.mark.timeout(2400)  # seconds: the first test waits for the site, whose notebooks may have to be run


@pytest.fixture(scope="session")
def site():
    "The folder of the site, built."
    built = subprocess.run(
        [sys.executable, ROOT / "nbs" / "_site" / "build.py", "--strict"], capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return SITE


@pytest.fixture(scope="session")
def server(site):
    "Its address on a host that serves files and knows nothing else."
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words): pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(site, browser):
    """A function: name of a page -> the page, open in a browser.

    What went wrong there, and whom it asked, is looked at when the test ends.
    """
    contexts, problems, foreign = [], [], []

    def visit(
        name: str, address: str = "", width: int = 1280, theme: str = "light", motion: str = "no-preference"
    ):
        address = address or f"file://{site}"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion=motion)
        contexts.append(context)

        def route(r):
            if r.request.url.startswith((address, "data:", "blob:")): return r.continue_()
            foreign.append(r.request.url)
            r.abort()

        context.route("**/*", route)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(f"{name}: {error}"))
        page.on(
            "console",
            lambda message: (
                problems.append(f"{name}: {message.text}") if message.type in ("error", "warning") else None
            ),
        )
        page.goto(f"{address}/{name}.html")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.chart')].every(chart => chart.querySelector('svg'))"
        )
        return page

    yield visit
    for context in contexts: context.close()
    assert not problems, problems
    assert not foreign, f"The page asked other hosts: {foreign}"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_loads_says_what_it_is_and_fits_on_a_phone(visit, name):
    page = visit(name)
    assert "genbook" in page.title()
    assert len(page.locator("meta[name=description]").get_attribute("content")) > 20
    assert page.locator("h1").count() == 1
    assert page.get_by_text("Error displaying widget").count() == 0
    page = visit(name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_light(visit, name):
    page = visit(name)
    files = {Path(unquote(urlsplit(url).path)) for url in page.asked if url.startswith("file:")}
    weight = sum(len(sent(file)) for file in files) / 1e6
    alive = page.locator(".chart, .genbook-explorer, img.moving").count()
    print(f"{name}: {weight:.2f} MB{' with what moves' if alive else ''}")
    assert weight < (2.5 if alive else 0.5)


def sent(file: Path) -> bytes:
    "What a host sends of a file: text compressed, as they all do."
    return gzip.compress(file.read_bytes()) if file.suffix in (".html", ".css", ".js") else file.read_bytes()


def test_links_lead_somewhere(site):
    ids, broken = {}, []
    documents = {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in site.rglob("*.html")}
    for path, document in documents.items(): ids[path] = {tag["id"] for tag in document.find_all(id=True)}
    for path, document in documents.items():
        for tag in document.find_all(["a", "link", "script", "img"]):
            target = tag.get("href") or tag.get("src") or ""
            parts = urlsplit(target)
            if parts.scheme in ("https", "http", "mailto"):
                if tag.name != "a":
                    broken.append((path.name, target))  # a page loads nothing from elsewhere; it may speak of it
                continue
            if parts.scheme == "data" or not target: continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not file.exists() or (parts.fragment and file in ids and unquote(parts.fragment) not in ids[file]):
                broken.append((path.name, target))
    assert not broken, broken


def test_other_projects_can_link_to_symbols(site):
    from sphinx.util.inventory import InventoryFile
    symbols = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    assert "genbook.models.vae.VAE" in symbols["py:class"]
    assert "genbook.core.model.Model.sample" in symbols["py:method"]


def test_symbols_in_text_link_to_their_entry(visit):
    page = visit("index")
    page.locator("table a", has_text="VAE").first.click()
    page.wait_for_url("**/models/vae.html#genbook.models.vae.VAE")
    page.locator(".sig", has_text="class VAE").wait_for()


@pytest.mark.parametrize("served", [False, True], ids=["files", "server"])
def test_search_finds_a_class(visit, request, served):
    page = visit("index", address=request.getfixturevalue("server") if served else "")
    page.keyboard.press("/")
    page.keyboard.type("VAE")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=VAE")
    page.locator("#search-results a[href*='models/vae.html']").first.wait_for()


def search_for(page, text: str) -> list[str]:
    "What the box shows for `text`: titles and where they are."
    box = page.get_by_role("combobox", name="Search")
    box.fill("")
    page.locator("#results").wait_for(state="hidden")
    box.press_sequentially(text)
    page.locator("#results").get_by_role("option").first.wait_for()
    return page.locator("#results").get_by_role("option").all_inner_texts()


# what a person types who knows the textbook -> what is among the first three
WORDS = {"vit": "Viterbi path", "elbo": "ELBO", "e step": "E step", "responsib": "responsibilities",
         "forward-b": "Forward-backward", "gaussian mix": "Gaussian mixture", "ELBO bound": "Variational autoencoder",
         "EM": "EM (expectation-maximisation)", "read csv": "read_csv", "detector": "Detector"}


def test_search_shows_while_one_types_what_the_textbook_calls_it(visit):
    page = visit("models/vae")
    for typed, title in WORDS.items():
        found = [shown.split("\n")[0] for shown in search_for(page, typed)]
        assert title in found[:4], (typed, found)
    assert all(url.startswith("file:") or url.startswith("data:") for url in page.asked)


@pytest.mark.parametrize("width, theme", [(1280, "light"), (1280, "dark"), (375, "light")])
def test_search_is_steered_by_the_keyboard(visit, server, axe, width, theme):
    page = visit("models/vae", address=server, width=width, theme=theme)
    if width < 768: page.get_by_role("banner").get_by_role("button", name="Menu").click()
    search_for(page, "kernel density")
    box = page.get_by_role("combobox", name="Search")
    options = page.locator("#results").get_by_role("option")
    assert box.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for key, chosen in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", None), ("ArrowDown", 0)):
        page.keyboard.press(key)
        states = [option.get_attribute("aria-selected") == "true" for option in options.all()]
        assert [i for i, state in enumerate(states) if state] == ([] if chosen is None else [chosen])
        named = box.get_attribute("aria-activedescendant")
        assert named == (None if chosen is None else options.nth(chosen).get_attribute("id"))
    assert axe(page, "header, .sy-head") == []
    page.keyboard.press("Escape")
    page.locator("#results").wait_for(state="hidden")
    assert box.input_value() == "kernel density"
    box.press("y")  # and back, since what is typed is looked up again
    box.press("Backspace")
    options.first.wait_for()
    target = options.first.get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{target.removeprefix('../')}")


def test_search_says_that_nothing_was_found(visit):
    page = visit("index")
    page.get_by_role("combobox", name="Search").press_sequentially("zzyzx")
    page.get_by_role("status").get_by_text("Nothing found").wait_for(state="attached")


FAMILIES = sorted(name for module, names in genbook.EXPORTS.items() if module.startswith("models.") for name in names)


def test_each_family_moves_on_the_front_page_and_can_be_held(visit):
    page = visit("index")
    cards = page.locator(".gallery figure")
    assert sorted(cards.locator("a").all_inner_texts()) == FAMILIES
    films = cards.locator("img.moving")
    assert films.count() == len(FAMILIES)
    for film in films.all(): assert film.evaluate("film => film.decode().then(() => film.naturalWidth)") == 320
    kinds = lambda: {film.get_attribute("src").partition(";")[0] for film in films.all()}
    button = page.locator(".gallery").locator("xpath=preceding-sibling::button[1]")
    for word, kind in (("Pause", "data:image/webp"), ("Play", "data:image/png"), ("Pause", "data:image/webp")):
        assert (button.inner_text(), kinds()) == (word, {kind})
        button.click()


def test_who_asked_for_less_motion_sees_last_frames(visit):
    page = visit("index", motion="reduce")
    film = page.locator("img.moving").first
    assert film.evaluate("film => film.currentSrc").startswith("data:image/png")
    assert page.get_by_role("button", name="Pause").count() == 0


def test_benchmarks_open_with_the_result_and_a_chart(site):
    names = [name for name in NAMES if name.startswith("benchmarks/")]
    for name in names:
        page = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser").article
        pieces = page.select("p strong, .chart, h2, details")
        kinds = [piece.name if piece.name != "div" else "chart" for piece in pieces]
        opening = kinds[:next(i for i, kind in enumerate(kinds) if kind in ("h2", "details"))]
        assert opening[0] == "strong" and "chart" in opening, name
        assert page.select("details") and not page.select(".cell_input"), name  # what measures is folded
    assert len(names) > 5


def test_wide_tables_say_that_they_go_on(visit, server, axe):
    page = visit("explanations/coming_from", address=server, width=375)
    table = page.locator(".table-wrapper").first
    assert (table.get_attribute("role"), table.get_attribute("tabindex")) == ("region", "0")
    assert "scikit-learn" in table.get_attribute("aria-label")
    edges = lambda: [table.get_attribute(f"data-more-{edge}") is not None for edge in ("left", "right")]
    assert edges() == [False, True]
    assert "linear-gradient" in table.evaluate("table => getComputedStyle(table).maskImage")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("table => table.scrollLeft > 1", arg=table.element_handle())
    table.evaluate("table => { table.scrollLeft = table.scrollWidth }")
    page.wait_for_function("table => !table.hasAttribute('data-more-right')", arg=table.element_handle())
    assert edges() == [True, False]
    assert axe(page, ".table-wrapper") == []
    page.set_viewport_size({"width": 1600, "height": 900})
    page.wait_for_function("table => !table.hasAttribute('tabindex')", arg=table.element_handle())
    assert table.get_attribute("role") is None


def test_names_of_other_libraries_do_not_link_to_ours(site):
    page = BeautifulSoup((site / "explanations/coming_from.html").read_text(encoding="utf-8"), "html.parser").article
    rows = [row.find_all("td") for row in page.select("tbody tr")]
    assert len(rows) > 30 and not any(theirs.find("a") for theirs, _ in rows)
    mine = {*FAMILIES, "Detector", "Estimator", "Data"}
    for _, ours in rows:
        for code in ours.find_all("code"):
            if code.get_text().partition("(")[0] in mine: assert code.find_parent("a"), code.get_text()


def test_charts_take_the_colours_of_the_theme(visit):
    page = visit("ui/plots")
    word = page.locator(".chart svg text").first
    before = word.evaluate("word => getComputedStyle(word).fill")
    page.evaluate("setColorMode('dark')")
    page.wait_for_function(
        "([word, before]) => getComputedStyle(word).fill !== before", arg=[word.element_handle(), before]
    )


def test_charts_follow_the_window(visit):
    "Wide, narrow and wide again: no chart is clipped, and its letters keep their size."
    page = visit("ui/plots")
    chart = page.locator(".chart").nth(1)  # of the full width

    def drawn() -> tuple[float, float, float]:  # pixels: its room, its own width, and that on the screen
        return chart.evaluate("""chart => { const svg = chart.querySelector("svg");
            return [chart.clientWidth, Number(svg.getAttribute("width")), svg.getBoundingClientRect().width] }""")

    first = drawn()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(
            """([chart, narrow]) => { const svg = chart.querySelector("svg");
                return svg && Number(svg.getAttribute("width")) < 420 === narrow }""",
            arg=[chart.element_handle(), width == 390])
        room, own, seen = drawn()
        assert own <= room and abs(own - seen) < 1
        clipped = page.evaluate("""() => [...document.querySelectorAll(".chart")].filter(
            chart => chart.scrollWidth > chart.clientWidth + 1 || chart.clientWidth > innerWidth).length""")
        assert clipped == 0 and page.evaluate("document.documentElement.scrollWidth") <= width
    assert drawn() == first


@pytest.mark.parametrize("name, served", [("index", False), ("models/vae", True), (EXPLORER, False), (EXPLORER, True)])
def test_the_explorer_moves_under_mouse_and_keyboard(visit, request, name, served):
    page = visit(name, address=request.getfixturevalue("server") if served else "")
    explorer = page.locator(".genbook-explorer").first
    explorer.scroll_into_view_if_needed()
    canvas, slider = explorer.locator("canvas").first, explorer.locator("input[type=range]").first

    def moved_from(picture: str) -> str:
        page.wait_for_function(
            "([canvas, picture]) => canvas.toDataURL() !== picture", arg=[canvas.element_handle(), picture]
        )
        return canvas.evaluate("canvas => canvas.toDataURL()")

    page.wait_for_function("canvas => canvas.width > 1", arg=canvas.element_handle())
    first = canvas.evaluate("canvas => canvas.toDataURL()")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    second = moved_from(first)
    slider.focus()
    page.keyboard.press("Home")
    assert len({first, second, moved_from(second)}) == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", EXPLORER, "models/vae", "tutorials/anomaly", "benchmarks/hmm"])
def test_nothing_shuts_people_out(visit, server, axe, name, theme):
    page = visit(name, address=server, theme=theme)
    assert axe(page, "html") == []


# ---- what the builder refuses

def notebook(folder: Path, *cells: str) -> Path:
    "A notebook in `folder` with a title and cells of code."
    import nbformat
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# A title\n\n> A sentence.\n\nText."),
            *map(nbformat.v4.new_code_cell, cells),
        ]
    )
    nbformat.write(made, folder / "1_page.ipynb")
    return folder / "1_page.ipynb"


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    "A folder that stands for `nbs`."
    monkeypatch.setattr("page.NOTEBOOKS", tmp_path)
    return tmp_path


def test_a_page_is_read(notebooks):
    (notebooks / "models").mkdir()
    page = read_page(notebook(notebooks / "models", "#| default_exp models.vae", "#| eval: false\n1"))
    assert (page.name, page.title, page.description, page.module, page.kind) == (
        "models/page",
        "A title",
        "A sentence.",
        "models.vae",
        "models",
    )
    assert [cell.source for cell in page.cells] == ["Text.", "", "1"] and page.cells[2].long


def test_cells_that_only_check_are_told_from_examples():
    assert checks("import os\nassert 1\ntest_eq(1, 1)\nwith expect_fail(ValueError): f()\nx = 1") == (3, 1)
    assert checks("for x in y:\n    test_eq(x, 1)\n    assert x") == (1, 0)
    assert checks("for x in y:\n    x = 1\n    assert x") == (0, 1)
    assert checks("%%generate digits\nlabel: 3") == (0, 1)


def test_works_that_are_cited_are_linked_once():
    assert cite("Kingma, arXiv:1312.6114.") == "Kingma, [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)."
    assert cite("`arXiv:1312.6114`") == "`arXiv:1312.6114`"
    for name in FAMILIES:
        reference = getattr(genbook, name).reference
        linked = cite(reference)
        assert ("](https://" in linked) == (re.search(r"Stat\.|Technical|arXiv", reference) is not None), reference
        assert cite(linked) == linked


PARENTHESIS = "([Cragg, 1971](https://doi.org/10.2307/1909582); [Lambert, 1992](https://doi.org/10.2307/1269547))"


@pytest.mark.parametrize("text, linked", [
    ("(Cragg, 1971; Lambert, 1992)", PARENTHESIS), (PARENTHESIS, PARENTHESIS), ("`Cragg, 1971`", "`Cragg, 1971`"),
    ("Chen and Goodman (1999)", "[Chen and Goodman (1999)](https://doi.org/10.1006/csla.1999.0128)"),
    ("Johnson (2007, table 1)", "[Johnson](https://aclanthology.org/D07-1031/) (2007, table 1)"),
    ("Dinh et al., 2017", "[Dinh et al., 2017](https://arxiv.org/abs/1605.08803)"), ("May, 2017", "May, 2017")])
def test_works_that_are_named_are_linked(text, linked):
    assert cite(text) == linked


def test_every_work_that_a_page_names_is_linked_or_known_to_have_no_address():
    texts = [page.description for page in PAGES]
    texts += [cell.source for page in PAGES for cell in page.cells if cell.kind == "markdown"]
    entries = [entry for found in Links(PAGES).entries.values() for entry in found]
    while entries:
        entry = entries.pop()
        texts += [entry.text, entry.returns, *entry.parameters.values()]
        entries += entry.members
    left = {work for text in texts for work in named(cite(text))}
    assert left == UNLINKED
    assert {work for text in texts for work in works(text)} >= PAPERS.keys()


def test_a_misspelt_directive_is_refused(notebooks):
    with pytest.raises(PageError, match="does not know the directive '#| exprot'"):
        read_page(notebook(notebooks, "#| exprot\n1"))


def test_a_failing_cell_is_refused(notebooks):
    page = read_page(notebook(notebooks, "1 / 0"))
    with pytest.raises(PageError, match="(?s)1_page.ipynb: a cell failed.*ZeroDivisionError"):
        execute(page, [cell for cell in page.cells if cell.kind == "code"])


def test_entries_say_what_the_source_says():
    entry, other = read_entries('''
class Box(Shape):
    "Holds things."
    size: int  # in metres

    def __init__(
        self,
        size: int = 1,  # how many
        *, colour: "Colour | None" = None,
    ): pass

    @property
    def full(self) -> bool: "Whether nothing more fits."

    def put(self, x: Any) -> int:  # what is left
        return 0

    def _hidden(self): pass

def weigh(box: Box) -> float:  # grams
    "Its weight."
    return 1  # not this

def _hidden(): pass
''')
    assert (entry.kind, entry.name, entry.signature) == (
        "class",
        "Box",
        "(size: int=1, *, colour: Colour | None=None)",
    )
    assert entry.parameters == {"size": "how many"} and entry.bases == ["Shape"]
    assert [(m.kind, m.name, m.returns) for m in entry.members] == [
        ("attribute", "Box.size", ""),
        ("property", "Box.full", ""),
        ("method", "Box.put", "what is left"),
    ]
    assert (other.kind, other.signature, other.returns) == ("function", "(box: Box) -> float", "grams")


# ---- code in lines that fit

SHOWN = [cell for page in PAGES for cell in page.cells if cell.kind == "code" and not cell.hidden]


def test_no_line_of_code_on_a_page_has_more_than_100_characters():
    lines = [line for cell in SHOWN for line in narrow(cell.source).split("\n")]
    assert len(lines) > 10_000 and not [line for line in lines if len(line) > 100]


LONG = '''
def long(first: int, second: str = "a, b", *, third: float = 0.5, fourth: "Names | None" = None, fifth: bool) -> None:
    "A sentence of many words, which goes on and on, beyond what a page has room for, and then it ends at last."
    if first: raise ValueError(f"This is {first:,}, but {second or 'nothing'} was {'expected'}: try another {first}.")
    fourth = [name for name, length in zip(fourth, map(len, fourth)) if length > 3 and name not in ("this", "that")]
    work = third + first * 12345678901234567890 if second else sorted(fourth, key=lambda a, b=1: (len(a), b, a))[0]  # by
    raise Wrong(
        f"The first of {first} sentences, which are so long that no page has enough room for them, goes on {third} "
        "and a second one with {braces} follows.") from None
'''


def test_long_lines_are_broken_and_mean_the_same():
    shown = narrow(LONG)
    assert meant(shown) == meant(LONG) and max(map(len, shown.split("\n"))) <= 100
    assert shown.startswith("\ndef long(\n    first: int, second:") and "\n) -> None:\n" in shown
    assert "\n    # by\n    work = (\n        third + first" in shown
    assert "    if first:\n        raise ValueError(\n            f\"This is {first:,}" in shown
    assert "\n        for name, length in zip" in shown
    assert narrow(shown) == shown


@pytest.mark.parametrize("source", ["x = 1", "%%train vae\n" + "data: " * 30, "x = '''" + "a" * 200 + "'''", "x = " + "a" * 200])
def test_what_is_short_or_cannot_be_broken_stays(source):
    assert narrow(source) == source


def test_a_line_of_100_characters_has_room_beside_the_side_bars(visit):
    page = visit("models/vae")
    room = page.evaluate("""() => { const code = document.querySelector("div.cell_input pre"), style = getComputedStyle(code);
        const ruler = code.appendChild(Object.assign(document.createElement("span"), { textContent: "0".repeat(100) }));
        Object.assign(ruler.style, { whiteSpace: "pre", position: "absolute" });
        const wide = ruler.getBoundingClientRect().width;
        ruler.remove();
        return code.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - wide }""")
    assert room >= 0


def test_the_copy_button_copies_code_that_runs(visit, server):
    page = visit("models/vae", address=server)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sources = [cell.source for cell in read_page(ROOT / "nbs" / "models" / "24_vae.ipynb").cells if cell.kind == "code"]
    known = {meant(source) for source in sources}
    buttons = page.locator("div.cell_input button.copybtn")
    assert buttons.count() > 5
    for button in buttons.all()[:6]:
        button.dispatch_event("click")
        page.wait_for_function("async () => (await navigator.clipboard.readText()).length > 1")
        assert meant(page.evaluate("navigator.clipboard.readText()")) in known
