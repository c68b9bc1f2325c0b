"""Makes README.md from nbs/index.ipynb and the outputs that are in it: python nbs/_site/readme.py [--check]

Links lead to notebook files, which work in any copy of the source; pictures are written beside.
"""
import argparse
import base64
import sys
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from page import NOTEBOOKS, ROOT, Cell, PageError, all_pages
from write import Links

FIGURES = Path("nbs/_site/readme")  # where README.md finds its pictures
PICTURES = {"image/webp": "webp", "image/gif": "gif", "image/png": "png", "image/svg+xml": "svg"}


def readme() -> dict[Path, bytes]:  # path, from the root -> what the file holds
    "README.md and its pictures."
    pages = all_pages()
    index = next(page for page in pages if page.path == NOTEBOOKS / "index.ipynb")
    links, files = Links(pages), {}

    def to_source(text: str) -> str:
        return links.to_source(text, index)

    parts = [
        f"# {index.title}",
        f"**{index.description}**",
        "<!-- Made by nbs/_site/readme.py from nbs/index.ipynb: edit that. -->",
    ]
    for number, cell in enumerate(index.cells):
        if cell.hidden: continue
        if cell.kind == "markdown": parts.append(to_source(cell.source).strip())
        else: parts += code(cell, number, files, to_source)
    return {Path("README.md"): ("\n\n".join(parts) + "\n").encode(), **files}


def code(cell: Cell, number: int, files: dict[Path, bytes], to_source: Callable[[str], str]) -> list[str]:
    "A cell's code and outputs as Markdown; its pictures go into `files`."
    parts = [f"```python\n{cell.source.strip()}\n```"] if cell.directives.get("echo") != "false" else []
    if cell.directives.get("output") == "false": return parts
    return parts + [shown for made in cell.outputs if (shown := output(made, number, files, to_source))]


def output(made: NotebookNode, number: int, files: dict[Path, bytes], to_source: Callable[[str], str]) -> str:
    "One output as Markdown."
    if made.output_type == "stream": return f"```\n{made.text.rstrip()}\n```" if made.name == "stdout" else ""
    data = made.get("data", {})
    if "genbook-still" in data.get("text/html", ""): return ""  # stands for a widget, of which the README has no use
    picture = next((kind for kind in PICTURES if kind in data), None)
    if picture:
        path = FIGURES / f"{number}.{PICTURES[picture]}"
        files[path] = data[picture].encode() if picture == "image/svg+xml" else base64.b64decode(data[picture])
        return f"![{' '.join(data['text/plain'].split())}]({path.as_posix()})"
    if "text/markdown" in data: return to_source(data["text/markdown"])
    return f"```\n{data['text/plain'].rstrip()}\n```" if "text/plain" in data else ""


def main(check: bool) -> str | None:  # what is wrong, if anything
    "Write README.md and its pictures, or only say whether they are what the notebook makes."
    files = readme()
    if check:
        stale = [
            str(path)
            for path, content in files.items()
            if not (ROOT / path).exists() or (ROOT / path).read_bytes() != content
        ]
        return (
            f"Not what nbs/index.ipynb makes: {', '.join(stale)}. Run python nbs/_site/readme.py." if stale else None
        )
    for path, content in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(content)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, and fail if README.md is out of date")
    try: sys.exit(main(parser.parse_args().check))
    except PageError as error: sys.exit(str(error))
