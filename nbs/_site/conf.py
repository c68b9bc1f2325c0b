"Sphinx's configuration."
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from page import SETTINGS  # noqa: E402

settings = SETTINGS["DEFAULT"]
project, author, release, copyright = settings["title"], settings["author"], settings["version"], settings["copyright"]
extensions = ["myst_nb", "sphinx_copybutton", "formulas"]
templates_path = ["_templates"]

# the notebooks were run by run.py
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_merge_streams = True
myst_enable_extensions = ["attrs_block", "colon_fence", "dollarmath", "fieldlist"]
myst_heading_anchors = 3

html_math_renderer = "katex"  # of formulas.py

python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "shibuya"
html_theme_options = {"accent_color": "violet", "show_ai_links": False, "globaltoc_expand_depth": 1}
html_title = project
html_favicon = "_static/favicon.svg"  # a bell curve; without one, browsers ask the host for favicon.ico
html_static_path = ["_static"]
html_css_files = ["genbook.css"]
html_js_files = [(name, {"loading_method": "defer"}) for name in ("page.js", "search.js")]
html_show_search_summary = False  # it would be fetched, which pages opened as files may not
html_show_sourcelink = False
html_copy_source = False


def scripts_of_page(app, page: str, template: str, context: dict, doctree) -> None:
    "Vega is large: only pages with charts load it."
    if '<div class="chart"' in context.get("body", ""):
        for name in ("vendor/vega.js", "chart.js"): app.add_js_file(name, loading_method="defer")


def setup(app) -> None:
    app.connect("html-page-context", scripts_of_page)
