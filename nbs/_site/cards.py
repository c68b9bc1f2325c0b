"The front page's gallery: a card for each family, with its moving picture from the page that makes them all."
import re

from page import Page, PageError
from write import Links, moving

GALLERY = "explanations/gallery"  # the page whose sections are the cards
MARK = "<!-- gallery -->"  # where the front page has them
SECTION = re.compile(r"^## (\d{4}): `(\w+)`", re.M)  # the year and the class


def hang(pages: list[Page], links: Links) -> None:
    "Put the cards in the place of the mark."
    front, gallery = (next(page for page in pages if page.name == name) for name in ("index", GALLERY))
    place = next((cell for cell in front.cells if MARK in cell.source), None)
    if place is None:
        raise PageError(f"{front.path.name} has no place for the gallery: write {MARK} where it should be.")
    place.source = place.source.replace(MARK, f'<div class="gallery">\n{cards(gallery, links)}\n</div>')


def cards(gallery: Page, links: Links) -> str:  # HTML, without empty lines
    "A card for each section of the gallery that has a moving picture; it leads to the family's entry."
    found, heading = [], None
    for cell in gallery.cells:
        if cell.kind == "markdown": heading = SECTION.search(cell.source) or heading
        picture = next((made.data for made in cell.outputs if "image/webp" in made.get("data", {})), None)
        if picture is None or heading is None: continue
        year, name = heading.groups()
        entry = f"{links.pages[name]}.html#{links.full[name]}"
        film = moving(picture["image/webp"], picture["text/plain"])
        found.append(f'<figure>{film}<figcaption><a href="{entry}">{name}</a> {year}</figcaption></figure>')
        heading = None
    return "\n".join(found)
