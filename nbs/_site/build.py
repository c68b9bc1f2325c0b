"""Builds the site from the notebooks: python nbs/_site/build.py [--strict | --run]

Each notebook is read (page.py) and run (run.py), and written as Sphinx with MyST-NB reads it (write.py) together
with what its module's source says of
the public names (apidoc.py). Sphinx then makes the pages (conf.py) with scripts and fonts that were fetched once
(vendor.py), so that they ask no other host.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cards import hang
from page import ROOT, Page, PageError, all_pages
from run import package_key, run
from terms import write_terms
from vendor import vendor
from write import SOURCES, Links, contents, write

HERE = Path(__file__).parent
SITE = ROOT / "_docs"


def run_all(pages: list[Page]) -> None:
    "Run the pages whose outputs are not there yet; an error that tells of every one that failed."
    package = package_key()

    def why_not(page: Page) -> str:
        try: run(page, package)
        except PageError as error: return str(error)
        return ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a kernel for each processor
        failed = list(filter(None, pool.map(why_not, pages)))
    if failed: raise PageError("\n\n".join(failed))


def build(strict: bool) -> int:
    "Make the site; 0 if all went well. With `strict`, a warning of Sphinx is an error."
    started = time.monotonic()
    vendor()
    pages = all_pages()
    run_all(pages)
    compose(pages)
    if strict: shutil.rmtree(SITE, ignore_errors=True)
    ran = time.monotonic()
    status = sphinx(strict)
    print(f"{len(pages)} pages in {SITE}: notebooks {ran - started:.0f} s, Sphinx {time.monotonic() - ran:.0f} s")
    return status


def compose(pages: list[Page]) -> None:
    "Write what Sphinx reads."
    links = Links(pages)
    hang(pages, links)
    write_terms(pages, links)
    written = {write(page, links, contents(pages) if page.name == "index" else "") for page in pages}
    for path in SOURCES.rglob("*.ipynb"):  # pages whose notebooks are gone
        if path.relative_to(SOURCES).with_suffix("").as_posix() not in written: path.unlink()


def sphinx(strict: bool) -> int:
    strictly = ["--fail-on-warning", "--keep-going"] if strict else []
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-b",
            "html",
            "-q",
            "-c",
            HERE,
            "-d",
            ROOT / "_build" / "doctrees",
            *strictly,
            SOURCES,
            SITE,
        ]
    ).returncode


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--strict", action="store_true", help="warnings are errors, and nothing of an earlier build is left"
    )
    parser.add_argument(
        "--run", action="store_true", help="only run the notebooks, which is their test, and keep their outputs"
    )
    options = parser.parse_args()
    try: sys.exit(run_all(all_pages()) if options.run else build(options.strict))
    except PageError as error: sys.exit(str(error))
