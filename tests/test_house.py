"The house: what stands where, how long pieces are, and that terms are the field's."
import ast
import importlib
import re
import subprocess
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "nbs" / "_site"))
from page import FOLDERS, all_pages  # noqa: E402
from write import Links  # noqa: E402

PACKAGE = ROOT / "genbook"
FLOORS = FOLDERS[FOLDERS.index("core"):FOLDERS.index("ui") + 1]
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "_modidx.py")
PAGES = all_pages()
IDS = [path.relative_to(PACKAGE).as_posix() for path in MODULES]


def test_floors_are_folders_of_the_package():
    assert sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")) == sorted(FLOORS)


# `models` is listed in one place only
@pytest.mark.parametrize("floor", [floor for floor in FLOORS if floor != "models"])
def test_a_floor_says_what_lives_there(floor):
    "Its docstring names each of its files, and its front door opens to each of its names."
    door = importlib.import_module(f"genbook.{floor}")
    files = [path.stem for path in (PACKAGE / floor).glob("*.py") if path.stem != "__init__"]
    assert [name for name in files if f"`{name}`" not in door.__doc__] == []
    assert [name for name in door.__all__ if not hasattr(door, name)] == []


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_module_is_short(path):
    text = path.read_text(encoding="utf-8")
    written = re.sub(r"(?s)^(# %% auto #0\n)__all__ = \[.*?\]\n", r"\1", text, count=1, flags=re.M)  # not by hand
    assert len(text.splitlines()) <= 350
    assert [line for line in written.splitlines() if len(line) > 119] == []


def test_exported_cells_are_short():
    cells = {page.name: [cell.source.count("\n") + 1 for cell in page.cells if cell.exported] for page in PAGES}
    every = sorted(n for counts in cells.values() for n in counts)
    print(
        f"{len(every)} exported cells: median {every[len(every) // 2]}, ninth decile {every[9 * len(every) // 10]}"
        " lines"
    )
    assert {name: max(counts) for name, counts in cells.items() if counts and max(counts) > 120} == {}


def test_ui_asks_protocols_and_reads_no_bytecode():
    for path in (PACKAGE / "ui").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert "dis" not in names


OLD = ("best_path", "codes_prior", "given_up", "code_choices", "rectifier", "first weights", "made small", "edition")


@pytest.mark.parametrize("word", OLD)
def test_terms_are_the_fields(word):
    found = [
        str(path.relative_to(ROOT)) for path in MODULES if re.search(rf"\b{word}", path.read_text(encoding="utf-8"))
    ]
    assert found == []


TEXTBOOK = ("EMA", "sufficient statistics", "forward-backward", "E step", "M step", "responsibilities", "Viterbi",
            "reparameteri", "ELBO", "KL divergence", "ReLU", "natural parameters", "log-likelihood", "principal axes")


@pytest.mark.parametrize("term", TEXTBOOK)
def test_a_search_for_a_textbook_term_finds_the_place(term):
    text = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    assert re.search(term, text, re.I)


def test_terms_of_the_glossary_link_to_their_entries():
    links, glossary = Links(PAGES), next(page for page in PAGES if page.name == "explanations/glossary")
    text = "\n".join(cell.source for cell in glossary.cells if cell.kind == "markdown")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    assert len(rows) > 40
    for _, term, *_, where, _ in rows:
        names = re.findall(r"`([^`]+)`", where)
        assert (
            where.strip() == "where" or names and all(re.match(r"[\w.]+", name)[0] in links.full for name in names)
        ), term


def test_placeholders_stand_in_the_settings_alone():
    "The hosts that stand for a home that the project does not have yet."
    asked = ["git", "grep", "--line-number", "--fixed-strings", "genbook.example.org"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    places = {line.partition(":")[0] for line in found} - {"tests/test_house.py"}
    assert places == {"settings.ini", "genbook/_modidx.py"}  # the second is written by nbdev from the first
    settings = (ROOT / "settings.ini").read_text(encoding="utf-8")
    assert settings.index("Placeholders") < settings.index("example.org")


def test_the_page_of_places_names_the_versions_that_are_tested():
    page = next(page for page in PAGES if page.name == "explanations/where_it_runs")
    text = "\n".join(cell.source for cell in page.cells if cell.kind == "markdown")
    pins = dict(re.findall(r"\b(jupyterlab|notebook)==(\d+\.\d+)", (ROOT / "settings.ini").read_text(encoding="utf-8")))
    assert f"JupyterLab {pins['jupyterlab']}" in text and f"Notebook {pins['notebook']}" in text
    for place in ("VS Code", "Google Colab"): assert re.search(rf"^\| {place} .*not tested", text, re.M)
