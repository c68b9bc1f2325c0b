"The path of a new user: the quickstart, in a real JupyterLab, from the first cell to the last."
from pathlib import Path

import nbformat
import pytest

QUICKSTART = Path(__file__).resolve().parents[1] / "nbs" / "tutorials" / "01_quickstart.ipynb"


def cell_with(text: str) -> int:
    "Which cell of the quickstart holds `text`."
    return next(i for i, cell in enumerate(nbformat.read(QUICKSTART, 4).cells) if text in cell.source)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_quickstart(open_nb, axe, theme):
    "Every cell runs, draws what it promises, and leaves outputs that people can use."
    nb = open_nb(QUICKSTART)
    nb.theme(theme)
    nb.run_all(240)
    assert not nb.errors()
    drawn, explorer, training = (nb.output(cell_with(text)) for text in ("label: 3", "explorer = explore", "%%train VAE"))
    drawn.locator("img").first.wait_for()
    explorer.locator("input[type=range]").first.wait_for()
    explorer.locator("canvas").first.wait_for()
    training.locator("table").wait_for(timeout=120_000)  # the run has ended: its chart and its table are there
    training.locator("svg, canvas").first.wait_for()
    for i, name in ((cell_with("label: 3"), "draw"), (cell_with("explorer = explore"), "drag"), (cell_with("%%train VAE"), "train")):
        nb.cell(i).scroll_into_view_if_needed()
        nb.shot(f"quickstart-{name}-{'dark' if 'Dark' in theme else 'light'}")
    assert not axe(nb.page, ".genbook-explorer")
    assert not nb.page.problems


def test_saved_quickstart_opens_without_a_kernel(open_nb):
    "The notebook that was run and saved shows its outputs when it is opened again and nothing runs."
    nb = open_nb(QUICKSTART)
    nb.run_all(240)
    nb.output(cell_with("%%train VAE")).locator("table").wait_for(timeout=120_000)
    nb.save()
    again = open_nb(nb.path)
    again.output(cell_with("%%train VAE")).locator("table").wait_for()
    again.output(cell_with("explorer = explore")).locator("canvas, img").first.wait_for()  # a copy is not trusted: JupyterLab shows its picture
    assert "Error displaying widget" not in again.page.inner_text("body")
