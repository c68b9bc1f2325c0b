"Runs a page's cells in a kernel, once: the outputs are kept until its code or the package changes."
import hashlib
import os
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from page import ROOT, Cell, Page, PageError
from warm import kernel_manager

STORE = ROOT / "_build" / "run"
# seconds that one cell may take; longer ones are marked `#| eval: false` and keep their outputs in the notebook
LONGEST = 600


def package_key() -> str:
    "A name for everything that outputs depend on besides a page's own code."
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted((ROOT / "genbook").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts: digest.update(file.read_bytes())
    return digest.hexdigest()


def run(page: Page, package: str) -> None:
    "Give the cells of `page` their outputs. They come from the store if nothing has changed since they were made."
    code = [cell for cell in page.cells if cell.kind == "code"]
    kept = [cell.outputs for cell in code if cell.long]  # a page may draw charts from them
    told = [package, [(cell.source, cell.directives) for cell in code], *kept]
    key = hashlib.sha256(repr(told).encode()).hexdigest()
    stored = STORE / f"{page.name}.ipynb"
    notebook = nbformat.read(stored, 4) if stored.exists() else None
    if notebook is None or notebook.metadata.genbook_key != key:
        started = time.monotonic()
        notebook = execute(page, code)
        print(f"{page.name}: ran in {time.monotonic() - started:.0f} s", flush=True)
        notebook.metadata.genbook_key = key
        stored.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, stored)
    for cell, made in zip(code, notebook.cells, strict=True):
        if not cell.long: cell.outputs = made.outputs


def execute(page: Page, code: list[Cell]) -> NotebookNode:
    """A notebook of the `code` cells alone, run.

    Widgets are told that no kernel will be there, so that they show what works without one.
    """
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "python3", "language": "python"}}
    )
    for cell in code:
        skip = {"tags": ["skip-execution"]} if cell.long else {}
        notebook.cells.append(nbformat.v4.new_code_cell(cell.source, metadata=skip))
    with tempfile.TemporaryDirectory(prefix="site") as folder:
        client = NotebookClient(
            notebook,
            km=kernel_manager(f"{folder}/kernel.json"),
            timeout=LONGEST,
            store_widget_state=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(page.path.parent)}},
        )
        try:
            client.execute(cleanup_kc=True, env=os.environ | {"GENBOOK_SITE": "1"})
        except CellExecutionError as error:
            raise PageError(
                f"{page.path.name}: a cell failed, so the site was not built. Mend it:\n{strip_ansi(str(error))}"
            ) from None
    return notebook
