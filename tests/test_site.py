"The site: as files and from a server, in a real browser that can reach no other host."
import functools
import gzip
import http.server
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

sys.path.insert(0, str(ROOT / "nbs" / "_site"))
from apidoc import read_entries  # noqa: E402
from page import PageError, paths_of_pages, read_page  # noqa: E402
from run import execute  # noqa: E402
from write import checks  # noqa: E402

SITE = ROOT / "_docs"
NAMES = [read_page(path).name for path in paths_of_pages()]
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

    def visit(name: str, address: str = "", width: int = 1280, theme: str = "light"):
        address = address or f"file://{site}"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
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
    alive = page.locator(".chart, .genbook-explorer").count()
    print(f"{name}: {weight:.2f} MB{' with charts or an explorer' if alive else ''}")
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


def test_charts_take_the_colours_of_the_theme(visit):
    page = visit("ui/plots")
    word = page.locator(".chart svg text").first
    before = word.evaluate("word => getComputedStyle(word).fill")
    page.evaluate("setColorMode('dark')")
    page.wait_for_function(
        "([word, before]) => getComputedStyle(word).fill !== before", arg=[word.element_handle(), before]
    )


@pytest.mark.parametrize("served", [False, True], ids=["files", "server"])
def test_the_explorer_moves_under_mouse_and_keyboard(visit, request, served):
    page = visit(EXPLORER, address=request.getfixturevalue("server") if served else "")
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
@pytest.mark.parametrize("name", ["index", EXPLORER, "models/vae", "tutorials/anomaly"])
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
