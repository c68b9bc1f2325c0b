"The glossary for the search box: each term, its plain sentence, and the entry where genbook has it."
import json
import re
from pathlib import Path

from page import Page
from write import Links

GLOSSARY = "explanations/glossary"
TERMS = Path(__file__).parent / "_static" / "vendor" / "terms.js"  # not in git
ROW = re.compile(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \|$", re.M)


def terms(glossary: Page, links: Links) -> list[tuple[str, str, str]]:
    "Term, plain sentence and address of every row that names an entry."
    found = []
    for cell in glossary.cells:
        for term, sentence, where in ROW.findall(cell.source if cell.kind == "markdown" else ""):
            symbol = re.search(r"`([\w.]+)", where)
            if symbol is None or symbol[1] not in links.full: continue
            address = f"{links.pages[symbol[1]]}.html#{links.full[symbol[1]]}"
            found.append((term, sentence.replace("`", ""), address))
    return found


def write_terms(pages: list[Page], links: Links) -> None:
    "The file that search.js reads: a script, since pages that are opened as files may load nothing else."
    glossary = next(page for page in pages if page.name == GLOSSARY)
    TERMS.write_text(f"window.TERMS = {json.dumps(terms(glossary, links), ensure_ascii=False)};\n", encoding="utf-8")
