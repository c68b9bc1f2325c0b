"Conversations: the script in a plain page without a kernel, and with one in JupyterLab."
import json

import pytest

from genbook import Chat, NGram
from genbook.core import Turn

HOSTILE = "<img src=x onerror=\"window.hacked=1\">"
PLAY = ["ROMEO:\nAy me, the night.\n\nJULIET:\nThe night is young, my love.\n\n"] * 5
SAID = [Turn("ROMEO", f"Ay me {HOSTILE}"), Turn("JULIET", "The night\nis young.", 3)]


@pytest.fixture(scope="module")
def writer():
    return NGram(5).fit(PLAY)


@pytest.fixture
def visit(show):
    "A function: view -> page that shows it, without a kernel."
    return lambda view, theme="light", width=1000: show(
        view, ".genbook-turn", (), viewport={"width": width, "height": 800}, color_scheme=theme,
        has_touch=width < 500)


def test_what_was_said_can_be_read_and_saved_without_a_kernel(visit, writer):
    view = Chat(writer, turns=SAID)
    page = visit(view)
    assert page.locator(".genbook-line").all_text_contents() == [turn.text for turn in SAID]
    assert page.locator(".genbook-speaker").all_text_contents() == ["ROMEO", "JULIET"]
    assert page.locator(".genbook-seed").nth(1).text_content() == "seed 3"
    assert page.get_by_role("button", name="Say", exact=True).is_disabled()
    with page.expect_download() as saved: page.get_by_role("button", name="Save as JSON").click()
    assert [Turn(**turn) for turn in json.loads(saved.value.path().read_text())["turns"]] == SAID
    with page.expect_download() as saved: page.get_by_role("button", name="Save as text").click()
    assert saved.value.path().read_text().strip() == str(view.dialogue)
    assert "<img" not in view.fallback()["text/html"]


@pytest.mark.parametrize("theme, width", [("light", 1000), ("dark", 360)])
def test_nothing_shuts_people_out(visit, axe, writer, theme, width):
    page = visit(Chat(writer, turns=SAID * 10), theme, width)
    page.add_style_tag(content="html { background: Canvas }")  # axe takes a page that names no colour for a white one
    page.get_by_text("Sampling").click()
    assert axe(page, "main") == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    unmarked = ("[...document.querySelectorAll('main button, main input, main textarea, main ol, main summary')]"
                ".filter((e) => e.dataset.lmSuppressShortcuts !== 'true').length")
    assert page.evaluate(unmarked) == 0


# ---- in JupyterLab

CELLS = [
    f"%load_ext genbook\nimport genbook\nwriter = genbook.NGram(5).fit({PLAY!r})",
    "%%generate writer --chat --seed 2 --temperature 0.8 --out chat\nAy me, the night.",
    "print([[turn['speaker'], turn['text'], turn['seed']] for turn in chat.turns])",
]


def turns_of(notebook) -> list[list]:
    "The turns, as Python has them."
    return eval(notebook.run_until(2, lambda said: said.startswith("[")))


def answered(page, turns: int) -> None:
    "Wait until there are so many turns and nothing is being written."
    page.wait_for_function(
        "n => document.querySelectorAll('.genbook-turn').length === n"
        " && !document.querySelector('.genbook-chat textarea').disabled", arg=turns)


def test_a_conversation_goes_on_is_changed_and_kept(open_nb, axe, writer):
    notebook = open_nb(CELLS)
    for i in (0, 1): notebook.run(i)
    page = notebook.page
    answered(page, 2)
    first = writer.given(prefix="ROMEO:\nAy me, the night.\n\nJULIET:\n")
    expected = first.sample(1, seed=3, temperature=0.8, max_length=300, stop="\n\n").items[0]
    text = expected[len(first.conditions["prefix"]):].removesuffix("\n\n")
    assert page.locator(".genbook-line").nth(1).text_content() == text

    field = page.locator(".genbook-chat > .genbook-typed textarea")
    field.fill(HOSTILE)
    field.press("Enter")
    answered(page, 4)
    assert page.evaluate("window.hacked") is None and page.locator(".genbook-line").nth(2).text_content() == HOSTILE
    page.get_by_role("button", name="Another answer").click()
    page.wait_for_function("document.querySelectorAll('.genbook-seed')[3]?.textContent === 'seed 6'")
    answered(page, 4)
    page.get_by_role("button", name="Edit turn 1").press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("The night.")
    page.keyboard.press("Enter")
    answered(page, 2)
    turns = turns_of(notebook)
    assert turns[0] == ["ROMEO", "The night.", None] and turns[1][0] == "JULIET"

    field.fill(" ")
    field.press("Enter")
    assert page.locator(".genbook-chat [role=alert]").inner_text().startswith("Nothing was said")
    page.locator(".genbook-chat").scroll_into_view_if_needed()
    for theme in ("Dark", "Light"):
        notebook.theme(f"JupyterLab {theme}")
        notebook.shot(f"chat-{theme.lower()}")
        assert axe(page, ".genbook-chat") == []
    assert notebook.errors() == [] and page.problems == []

    before = page.locator(".genbook-line").all_text_contents()
    notebook.save()
    page.reload()
    page.wait_for_selector(".genbook-turn", timeout=90_000)
    assert page.locator(".genbook-line").all_text_contents() == before


LONG = [
    "import time, genbook\nclass Slow(genbook.NGram):\n    def stream(self, noise, **options):\n"
    "        for partial in super().stream(noise, **options):\n            time.sleep(0.02)\n"
    "            yield partial\n"
    "chat = genbook.Chat(Slow(2).fit(['ab' * 5000]), stop='never', max_length=50_000)\nchat",
    "print(len(chat.turns[1]['text']), chat.writing)",
]


def test_stop_keeps_what_is_there(open_nb):
    notebook = open_nb(LONG)
    notebook.run(0)
    page = notebook.page
    field = page.locator(".genbook-chat > .genbook-typed textarea")
    field.fill("ab")
    page.get_by_role("button", name="Say", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.genbook-line')[1]?.textContent.length > 5")
    assert field.is_disabled()
    page.get_by_role("button", name="Stop").click()
    answered(page, 2)
    shown = len(page.locator(".genbook-line").nth(1).text_content())
    assert notebook.run_until(1, lambda said: said.endswith("False")) == f"{shown} False"
