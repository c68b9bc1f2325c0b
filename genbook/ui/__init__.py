"""What a person sees and touches: charts, widgets and magics. It may import everything else; nothing imports it.

- `plots`: charts that show themselves in JupyterLab, light and dark
- `ratios`: charts of comparisons, from the outputs that a benchmark keeps
- `comms`: what all widgets share: scripts and styles, pages without a kernel, answers without delay
- `background`: slow work of a widget in a thread of its own, of which only the newest is done
- `forming`: showing samples while they form
- `notices`: one line below a cell: PyTorch is loading, a model still learns
- `views`: `explore`, and the table that says which widget explains which capability
- `widgets`: explorer, sampler, tokens, surprises, chat, run, screen, timeline, ellipses, pad, mixer, film
- `kinds`: values compared with the types of options, and paths with what a file system takes
- `own_files`: files and folders that a cell names, and what a slip meant
- `parsing`, `discovery`, `listing`, `completion`, `magics`: `%%generate`, `%%train` and `%genbook`
- `evaluation_cells`: what the body of `%%evaluate` says
- `static`: the scripts (ES modules) and styles of the widgets; `index.json`: what classes and data sets can be given
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={
    "plots": [
        "PALETTE", "THEME", "VEGA_LITE", "Chart", "families", "in_digits", "losses", "mean_and_sd", "spread", "thin"],
    "ratios": ["Interval", "Ratio", "interval_chart", "kept_text", "ratio_chart"],
    "comms": ["PageWidget", "answer_at_once", "page_of", "static"],
    "views": ["VIEWS", "View", "explore"],
    "widgets.chat": ["Chat"],
    "widgets.ellipses": ["Ellipses"],
    "widgets.explorer": ["Explorer"],
    "widgets.film": ["Film", "learn_together"],
    "widgets.live": ["FORMS", "Form"],
    "widgets.mixer": ["Mix", "Mixer", "mix_styles"],
    "widgets.pad": ["Pad", "draw_points"],
    "widgets.run": ["RunView", "Summary", "outcome", "run", "watch"],
    "widgets.sampler": ["Sampler"],
    "widgets.screen": ["Screen", "screen"],
    "widgets.surprises": ["Surprises", "show_surprise"],
    "widgets.timeline": ["Timeline"],
    "widgets.tokens": ["Tokens"],
    "magics": ["GenbookMagics", "conditions", "register", "unregister"],
})
