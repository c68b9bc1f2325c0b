"A notebook as the site sees it: its name, title and sentence, and its cells without their directives."
import re
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).resolve().parents[1]
# The folders of notebooks, in the order of reading; from `core` on they are the floors of the package, from the ground.
FOLDERS = ("tutorials", "explanations", "core", "data", "training", "exact", "models", "analysis", "ui", "benchmarks")
ROOT = NOTEBOOKS.parent
SETTINGS = ConfigParser(delimiters=["="])
SETTINGS.read(ROOT / "settings.ini", encoding="utf-8")

# What may stand behind `#|` in a notebook. A word that is not here fails the build, so that a misspelt one is noticed.
KNOWN = {"default_exp", "export", "exporti", "hide", "eval", "echo", "output", "slow", "notest"}


class PageError(Exception):
    "Something in a notebook that the site cannot show; the message says where and what to do."


@dataclass
class Cell:
    "One cell: its kind, its source without directives, and the directives."

    kind: str  # "code" or "markdown"
    source: str
    directives: dict[str, str]  # word behind `#|` -> the rest of the line
    outputs: list[NotebookNode]  # as they are in the file

    @property
    def exported(self) -> bool:
        return "export" in self.directives or "exporti" in self.directives

    @property
    def hidden(self) -> bool:
        "Whether readers are spared this cell: hidden ones, and those that only speak to nbdev."
        return "hide" in self.directives or not self.source.strip()

    @property
    def long(self) -> bool:
        "Whether the build shows this cell's stored outputs in place of running it."
        return self.directives.get("eval") == "false"


@dataclass
class Page:
    "One notebook."

    path: Path
    name: str  # of the page, such as "models/vae" for nbs/models/24_vae.ipynb
    title: str
    description: str
    module: str | None  # that the notebook exports to, such as "models.vae"
    cells: list[Cell]

    @property
    def kind(self) -> str:
        "The shelf that the page stands on: its folder; none for the front page."
        return folder_of(self.path)


def folder_of(path: Path) -> str:
    "The first folder on the way to a notebook; empty for those that lie in none."
    return path.relative_to(NOTEBOOKS).parts[0] if path.parent != NOTEBOOKS else ""


def read_page(path: Path) -> Page:
    "The page of one notebook file."
    name = "/".join(re.sub(r"^\d+[a-z]?_", "", part) for part in path.relative_to(NOTEBOOKS).with_suffix("").parts)
    cells = [read_cell(cell, path) for cell in nbformat.read(path, 4).cells if cell.cell_type != "raw"]
    heading = next((cell for cell in cells if cell.kind == "markdown"), None)
    found = heading and re.match(r"# (.+)\n+> (.+(?:\n> .+)*)\n*", heading.source)
    if not found:
        raise PageError(
            f"{path.name}: the first Markdown cell should be '# Title', an empty line, and '> One sentence'. Write"
            " both: they become the page's title and description."
        )
    heading.source = heading.source[found.end():]
    module = next((cell.directives["default_exp"] for cell in cells if "default_exp" in cell.directives), None)
    return Page(path, name, found[1], " ".join(found[2].replace("\n> ", " ").split()), module, cells)


def read_cell(cell: NotebookNode, path: Path) -> Cell:
    "One cell, its directives taken off."
    if cell.cell_type == "markdown": return Cell("markdown", cell.source, {}, [])
    lines, directives = cell.source.split("\n"), {}
    while lines and (not lines[0].strip() or lines[0].startswith("#|")):
        word, _, rest = lines.pop(0).removeprefix("#|").strip().partition(" ")
        if not word: continue
        word = word.rstrip(":")
        if word not in KNOWN:
            raise PageError(
                f"{path.name}: the site does not know the directive '#| {word}'. Use one of:"
                f" {', '.join(sorted(KNOWN))}."
            )
        directives[word] = rest.strip()
    return Cell("code", "\n".join(lines), directives, cell.outputs)


def paths_of_pages() -> list[Path]:
    """Every notebook of the site, floor by floor in the order of their numbers; what begins with a dot or an
    underscore is not part of it.
    """
    paths = [
        path
        for path in NOTEBOOKS.rglob("*.ipynb")
        if not any(part[0] in "._" for part in path.relative_to(NOTEBOOKS).parts)
    ]
    lost = [path for path in paths if folder_of(path) not in ("", *FOLDERS)]
    if lost:
        raise PageError(
            f"{lost[0]} lies in no folder of the site: move it to one of {', '.join(FOLDERS)}, or add its folder to"
            " FOLDERS."
        )
    return sorted(paths, key=lambda path: (["", *FOLDERS].index(folder_of(path)), path.parent, path.stem))


def all_pages() -> list[Page]:
    return [read_page(path) for path in paths_of_pages()]
