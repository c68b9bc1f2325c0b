"""A Sphinx extension that draws formulas while the site is built, with KaTeX: pages need its style and fonts, and no
script.
"""
import functools
import json
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from vendor import KATEX_SCRIPT

logger = logging.getLogger(__name__)


@functools.cache
def artist() -> subprocess.Popen:
    "The process that draws; it ends with this one."
    return subprocess.Popen(
        ["node", Path(__file__).with_suffix(".js"), KATEX_SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        bufsize=1,
    )


@functools.cache
def draw(formula: str, alone: bool) -> dict[str, str]:
    "`html` of a LaTeX formula, with MathML in it for screen readers; or `error`."
    artist().stdin.write(json.dumps([formula, alone]) + "\n")
    return json.loads(artist().stdout.readline())


def show(writer, node: nodes.Element) -> None:
    "Put a formula into the page."
    drawn = draw(node.astext(), isinstance(node, nodes.math_block))
    if "error" in drawn: logger.warning("KaTeX cannot draw %r: %s", node.astext(), drawn["error"], location=node)
    writer.body.append(drawn.get("html", ""))
    raise nodes.SkipNode


def setup(app) -> None:
    app.add_html_math_renderer("katex", inline_renderers=(show, None), block_renderers=(show, None))
    app.add_css_file("vendor/katex.min.css")
