"Pages, with their outputs, as notebooks that MyST-NB reads."
import ast
import base64
import html
import io
import json
import os
import re
from collections.abc import Callable, Container
from pathlib import Path

import nbformat
from apidoc import Entry, module_entries, myst
from narrow import narrow
from nbformat import NotebookNode
from page import ROOT, Cell, Page, PageError
from PIL import Image
from references import cite
from vendor import VEGA_LITE

SOURCES = ROOT / "_build" / "pages"  # what Sphinx reads
SHELVES = {  # folder of notebooks -> what stands above its pages in the side bar
    "tutorials": "Tutorials",
    "explanations": "Explanations",
    "core": "Core: the contract",
    "data": "Data: what models learn from",
    "training": "Training: how models learn",
    "exact": "Exact: what classical families share",
    "models": "Models",
    "analysis": "Analysis: questions asked of any model",
    "ui": "UI: what a person sees and touches",
    "benchmarks": "Benchmarks",
}
OPEN = 16  # lines; a longer piece of the library's own code is folded away
VEGA = re.compile(r"application/vnd\.vegalite\.v\d+(\.\d+)*[+.]json")
# a line that says when and on what outputs were made
WHERE = re.compile(r"^(?=.*\b\d{4}-\d\d-\d\d\b).*\bPython \d", re.M)
BAR = re.compile(r"\[\d\d:\d\d, *\S*\?|\[\d\d:\d\d<")  # what tqdm's progress bars have in common
WIDGET = "application/vnd.jupyter.widget-view+json"


class Links:
    "Finds what symbols in backticks stand for, and the pages of notebooks."

    def __init__(self, pages: list[Page]):
        self.names = {page.path: page.name for page in pages}
        self.sources = {page.name: page.path.relative_to(ROOT).as_posix() for page in pages}
        self.entries = {page.module: module_entries(page.module) for page in pages if page.module}
        self.pages, self.full = {}, {}  # a symbol as one may write it -> the page it is on, its full name
        for page in pages:
            for entry in self.entries.get(page.module, []):
                for name in (entry.name, *(member.name for member in entry.members)):
                    for written in (name, f"{page.module}.{name}"):
                        self.pages.setdefault(written, page.name)
                        self.full.setdefault(written, f"genbook.{page.module}.{name}")

    def link(self, text: str, besides: Container[str] = ()) -> str:
        """`text` in which works that it cites are linked, and symbols of genbook in backticks, but for the names
        `besides`.
        """
        linked = self._each_symbol(text, lambda code, symbol: f"{{py:obj}}`{code} <{self.full[symbol]}>`", besides)
        return cite(linked)

    def follow(self, text: str, page: Page) -> str:
        "`text` of `page` in which links to notebook files, as they work in JupyterLab, lead to pages."
        return self._each_notebook(text, page, lambda name: f"{os.path.relpath(name, Path(page.name).parent)}.ipynb")

    def to_source(self, text: str, page: Page) -> str:
        "`text` of `page` for whoever reads the repository: its links lead to notebook files, from the root."
        text = self._each_notebook(text, page, self.sources.__getitem__)
        return cite(self._each_symbol(text, lambda code, symbol: f"[`{code}`]({self.sources[self.pages[symbol]]})"))

    def _each_symbol(self, text: str, replace: Callable[[str, str], str], besides: Container[str] = ()) -> str:
        """Replace symbols in backticks, such as `VAE`, `genbook.VAE` or `train(model, x)`.

        Blocks of code stay as they are, and so does what stands between double backticks: other people's names.
        """
        def one(match: re.Match) -> str:
            symbol = re.fullmatch(r"(?:genbook\.)?([A-Za-z_][\w.]*)(\(.*)?", match[1])
            return (
                replace(match[1], symbol[1])
                if symbol and symbol[1] in self.full and symbol[1] not in besides
                else match[0]
            )

        parts = re.split(r"(^```.*?^```)", text, flags=re.M | re.S)
        return "".join(
            part if part.startswith("```") else re.sub(r"(?<![`\\}])`([^`\n]+)`(?!`)", one, part) for part in parts
        )

    def _each_notebook(self, text: str, page: Page, replace: Callable[[str], str]) -> str:
        "Replace the targets of links to notebook files."
        def one(match: re.Match) -> str:
            target = (page.path.parent / match[1]).resolve()
            if target not in self.names:
                raise PageError(
                    f"{page.path.name}: the link to {match[1]} leads to no notebook. Mend the path; it is relative to"
                    " the notebook's folder."
                )
            return f"]({replace(self.names[target])}{match[2] or ''})"

        return re.sub(r"\]\((?!\w+:)([^)#\s]+\.ipynb)(#[^)\s]*)?\)", one, text)


def write(page: Page, links: Links, contents: str = "") -> str:  # the page's name
    """Write what Sphinx reads of `page`, unless it is there already: pages that did not change are not read again.

    `contents` is put at its end.
    """
    check_long(page)
    cells = [markdown(links.link(heading(page)))]
    for cell in page.cells:
        if cell.kind == "markdown": cells.append(markdown(links.link(links.follow(cell.source, page))))
        elif not cell.hidden: cells += code(cell, page, links)
    if page.module and links.entries[page.module]: cells.append(markdown(reference(links.entries[page.module], links)))
    if contents: cells.append(markdown(contents))
    for i, cell in enumerate(cells): cell.id = f"cell-{i}"
    metadata = {
        "description": page.description.replace("`", ""),
        "kernelspec": {"name": "python3", "display_name": "python3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    text, path = nbformat.writes(notebook), SOURCES / f"{page.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text: path.write_text(text, encoding="utf-8")
    return page.name


def check_long(page: Page) -> None:
    "Outputs that were not made by this build must say where they come from."
    kept = [made.get("text", "") for cell in page.cells if cell.long for made in cell.outputs]
    if kept and not any(WHERE.search(text) for text in kept):
        raise PageError(
            f"{page.path.name}: it shows outputs that this build did not make (`#| eval: false`), and none says where"
            " they come from. Let such a cell print a line like 'measured on 2026-11-22, 2 threads, Python 3.11.7,"
            " torch 2.13.0'."
        )


def markdown(source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source)


def heading(page: Page) -> str:
    "The title, the sentence, and for a module its name, so that other projects can link to it."
    module = f"\n```{{py:module}} genbook.{page.module}\n```\n" if page.module else ""
    return f"# {page.title}\n{module}\n{{.lead}}\n{page.description}\n"


def reference(entries: list[Entry], links: Links) -> str:
    "The module's public names, at the end of its page."
    return "## API\n\n" + "\n".join(myst(entry, links.link) for entry in entries)


def contents(pages: list[Page]) -> str:
    "The side bar: a shelf for each kind of page."
    shelves = {kind: [page.name for page in pages if page.kind == kind] for kind in SHELVES}
    return "\n\n".join(
        f"```{{toctree}}\n:hidden:\n:caption: {SHELVES[kind]}\n\n" + "\n".join(names) + "\n```"
        for kind, names in shelves.items()
        if names
    )


def code(cell: Cell, page: Page, links: Links) -> list[NotebookNode]:
    "A cell of code with its outputs; nothing if it has neither to show."
    show_code = cell.directives.get("echo") != "false" and not (cell.exported and only_imports(cell.source))
    shown = (
        []
        if cell.directives.get("output") == "false"
        else [o for o in (output(o, page, links) for o in cell.outputs) if o]
    )
    summary, source = fold(cell, page) if show_code else "", narrow(cell.source)
    made = []
    if summary:
        made.append(markdown(f"<details><summary>{summary}</summary>\n\n```python\n{source}\n```\n\n</details>"))
    if shown or show_code and not summary:
        metadata = {"tags": [] if show_code and not summary else ["remove-input"]}
        alt = next(
            (o.data["text/plain"] for o in shown if "data" in o and any(kind.startswith("image/") for kind in o.data)),
            None,
        )
        if alt: metadata["mystnb"] = {"image": {"alt": " ".join(alt.split())}}
        made.append(nbformat.v4.new_code_cell(source, outputs=shown, metadata=metadata))
    return made


def fold(cell: Cell, page: Page) -> str:  # HTML
    """The line that unfolds a cell; empty if it is open.

    Long pieces of the library are folded, what measures in a benchmark, and examples that do little but check.
    """
    if cell.exported: return f"Code of {defined(cell.source)}" if cell.source.count("\n") >= OPEN else ""
    if page.kind == "benchmarks": return "How it is measured"
    count, others = checks(cell.source)
    return f"{count} checks" if count >= 3 and count > others else ""


def checks(source: str) -> tuple[int, int]:
    "How many statements of a cell check something, and how many do something else (but import)."
    try: body = ast.parse(source).body
    except SyntaxError: return 0, 1  # a magic
    found = [is_check(node) for node in body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    return sum(found), len(found) - sum(found)


def is_check(node: ast.stmt) -> bool:
    "Whether a statement does nothing but check."
    match node:
        case ast.Assert(): return True
        case ast.Expr(ast.Call(ast.Name(name))): return name.startswith(("test_", "check_model"))
        case ast.With([ast.withitem(ast.Call(ast.Name("expect_fail")))]): return True
        case ast.For(): return all(map(is_check, node.body))
    return False


def only_imports(source: str) -> bool:
    return all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.parse(source).body)


def defined(source: str) -> str:
    "The names that a piece of code defines, for the line that unfolds it."
    names = [node.name for node in ast.parse(source).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    public = [name for name in names if not name.startswith("_")] or names
    return ", ".join(f"<code>{name}</code>" for name in public) if public else "this step"


def output(made: NotebookNode, page: Page, links: Links) -> NotebookNode | None:
    "One output as a page shows it; nothing for what goes to stderr."
    if made.output_type == "stream": return made if made.name == "stdout" else None
    if "data" not in made: return made
    data = dict(made.data)
    vega = next((kind for kind in data if VEGA.fullmatch(kind)), None)
    if vega: data = {"text/html": chart(data[vega])}
    if "image/webp" in data: data = {"text/html": moving(data["image/webp"], data["text/plain"])}
    if "text/markdown" in data: data["text/markdown"] = links.link(data["text/markdown"])
    if WIDGET in data and BAR.search(data.get("text/plain", "")): return None  # progress bars are for those who wait
    if WIDGET in data and "text/html" not in data:
        raise PageError(
            f"{page.path.name}: the output {data.get('text/plain')!r} is a widget that needs a kernel, which a page"
            " does not have. Show something static when GENBOOK_SITE is set."
        )
    if "//cdn." in data.get("text/html", ""):
        raise PageError(
            f"{page.path.name}: an output loads scripts from another host, which pages must not. If it is an Altair"
            " chart, wrap it in genbook.ui.Chart."
        )
    data.pop(WIDGET, None)
    return NotebookNode(made | {"data": NotebookNode(data)})


def chart(spec: dict) -> str:
    "A Vega-Lite chart as data in the page; chart.js draws it."
    data = json.dumps(spec | {"$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE}.json"}).replace(
        "<", "\\u003c"
    )
    return f'<div class="chart"><script type="application/json">{data}</script></div>'


def moving(picture: str, alt: str) -> str:
    """A moving picture; its last frame for people who asked their system for less motion, and for those who press
    Pause (page.js).
    """
    film, file = Image.open(io.BytesIO(base64.b64decode(picture))), io.BytesIO()
    film.seek(film.n_frames - 1)
    last = film.convert("RGB")
    last.quantize(64).save(file, "png", optimize=True)
    still = base64.b64encode(file.getvalue()).decode()
    paper = " paper" if min(last.getpixel((0, 0))) > 200 else ""  # in dark themes, paper and ink change places
    return (
        f'<picture><source media="(prefers-reduced-motion: reduce)" srcset="data:image/png;base64,{still}"><img'
        f' class="moving{paper}" alt="{html.escape(alt)}"'
        f' src="data:image/webp;base64,{"".join(picture.split())}"></picture>'
    )
