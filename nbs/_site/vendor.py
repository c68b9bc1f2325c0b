"Fetches, once, the scripts and fonts that pages need, so that the site asks no other host for them."
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import vl_convert

STATIC = Path(__file__).parent / "_static" / "vendor"  # not in git
KATEX = "katex@0.16.22"
# formulas are drawn while the site is built: pages do not load it
KATEX_SCRIPT = Path(__file__).parents[2] / "_build" / "katex.min.js"
VEGA_LITE = "6.4"


def vendor() -> None:
    "Fetch what is not there yet."
    stamp, wanted = STATIC / "versions.json", {
        "katex": KATEX,
        "vega-lite": VEGA_LITE,
        "vl-convert": vl_convert.__version__,
    }
    if stamp.exists() and KATEX_SCRIPT.exists() and json.loads(stamp.read_text()) == wanted: return
    shutil.rmtree(STATIC, ignore_errors=True)
    (STATIC / "fonts").mkdir(parents=True)
    KATEX_SCRIPT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", KATEX], cwd=folder, check=True, capture_output=True, text=True, timeout=120
        ).stdout.strip()
        shutil.unpack_archive(Path(folder) / packed, folder, filter="data")
        made = Path(folder) / "package" / "dist"
        shutil.copy(made / "katex.min.js", KATEX_SCRIPT)
        shutil.copy(made / "katex.min.css", STATIC)
        for font in (made / "fonts").glob("*.woff2"): shutil.copy(font, STATIC / "fonts")
    # not a module: browsers refuse to load those from files. Nothing but `vegaEmbed` gets out.
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    (STATIC / "vega.js").write_text(f"(() => {{ {bundle} }})();", encoding="utf-8")
    stamp.write_text(json.dumps(wanted))


if __name__ == "__main__": vendor()
