"""Cleans notebooks for git: python nbs/_site/clean.py [--check] [FILES]

What a run leaves behind goes: counters, metadata, the state of widgets, warnings, and outputs, since the site makes
its own. Two kinds of outputs stay: those of
index.ipynb, which README.md shows, and those of cells that are too long to be run for the site (`#| eval: false`).
"""
import argparse
import sys
from pathlib import Path

import nbformat
from nbdev.clean import clean_nb
from nbdev.config import get_config
from nbformat import NotebookNode
from page import NOTEBOOKS, PageError, paths_of_pages, read_cell
from write import WIDGET


def clean(notebook: NotebookNode, path: Path) -> NotebookNode:
    "`notebook` as it belongs in git."
    config = get_config()
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type != "code": continue
        told = read_cell(cell, path)
        keep = told.long or path == NOTEBOOKS / "index.ipynb" and told.directives.get("output") != "false"
        cell.outputs = [
            o for o in cell.outputs if keep and WIDGET not in o.get("data", {}) and o.get("name") != "stderr"
        ]
    clean_nb(
        notebook,
        config.clear_all,
        config.allowed_metadata_keys.split(),
        config.allowed_cell_metadata_keys.split(),
        config.clean_ids,
    )
    return notebook


def main(files: list[Path], check: bool) -> str | None:  # what is wrong, if anything
    "Clean `files`, or only say which are not clean."
    dirty = []
    for path in files:
        before = path.read_text(encoding="utf-8")
        after = nbformat.writes(clean(nbformat.reads(before, 4), path)) + "\n"
        if after == before: continue
        dirty.append(path.name)
        if not check: path.write_text(after, encoding="utf-8")
    if dirty and not check: print("cleaned:", ", ".join(dirty))
    return (
        f"These notebooks hold what a run left behind: {', '.join(dirty)}. Run python nbs/_site/clean.py."
        if dirty and check
        else None
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, and fail if a notebook is not clean")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args()
    try: sys.exit(main([file.resolve() for file in given.files] or paths_of_pages(), given.check))
    except PageError as error: sys.exit(str(error))
