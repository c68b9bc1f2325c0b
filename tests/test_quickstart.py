"The path of a new user: the quickstart, in a real JupyterLab, from the first cell to the last, and opened again."
from pathlib import Path

import nbformat

QUICKSTART = Path(__file__).resolve().parents[1] / "nbs" / "tutorials" / "01_quickstart.ipynb"


def cell_with(text: str) -> int:
    "Which cell of the quickstart holds `text`."
    return next(i for i, cell in enumerate(nbformat.read(QUICKSTART, 4).cells) if text in cell.source)


def test_quickstart(open_nb, axe):
    """Every cell runs, draws what it promises in both themes, and leaves outputs that people can use, also when
    nothing runs any more.
    """
    nb = open_nb(QUICKSTART)
    nb.run_all(240)
    assert not nb.errors()
    cells = {"draw": cell_with("label: 3"), "drag": cell_with("explorer = explore"), "train": cell_with("%%train VAE")}
    drawn, explorer, training = (nb.output(i) for i in cells.values())
    drawn.locator("img").first.wait_for()
    explorer.locator("input[type=range]").first.wait_for()
    explorer.locator("canvas").first.wait_for()
    training.locator("table").wait_for(timeout=120_000)  # the run has ended: its chart and its table are there
    training.locator("svg, canvas").first.wait_for()
    for theme in ("Light", "Dark"):
        nb.theme(f"JupyterLab {theme}")
        for name, i in cells.items():
            nb.cell(i).scroll_into_view_if_needed()
            nb.shot(f"quickstart-{name}-{theme.lower()}")
        assert not axe(nb.page, ".genbook-explorer")
    assert not nb.page.problems

    nb.save()
    again = open_nb(nb.path)
    again.output(cells["train"]).locator("table").wait_for()
    # a copy is not trusted: JupyterLab shows its picture
    again.output(cells["drag"]).locator("canvas, img").first.wait_for()
    assert "Error displaying widget" not in again.page.inner_text("body")
