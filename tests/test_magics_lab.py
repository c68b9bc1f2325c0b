"The magics in a real JupyterLab: what a person sees after Shift+Enter and after Tab."
import pytest
from playwright.sync_api import expect

from genbook import VAE, save
from genbook.data import Data, digits

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    "A folder of models like the one that comes with genbook; one has an unkind name and unkind labels."
    folder, x = tmp_path_factory.mktemp("pretrained"), digits()
    unkind = Data(x.items, kind=[HOSTILE if label == 3 else f"digit {label}" for label in x.known["label"]])
    for name, data, condition, steps in (
        ("digits", x, "label", 200),
        (HOSTILE, unkind, "kind", 20),
        ("unkind", unkind, "kind", 20),
    ):
        save(
            VAE(latent_dim=8, condition=condition).fit(data, seed=0, steps=steps, progress=False),
            folder / name,
            data=f"digits {HOSTILE}",
        )
    return folder


@pytest.fixture
def notebook(open_nb, models):
    """A function: cells -> notebook whose first cell has loaded the extension, with the models of the test as those
    that come with genbook.
    """
    def open_(*cells):
        nb = open_nb(
            [f"import genbook, pathlib\ngenbook.PRETRAINED = pathlib.Path({str(models)!r})\n%load_ext genbook", *cells]
        )
        nb.run(0)
        assert not nb.errors()
        return nb

    return open_


def tab(nb, cell: int, text: str) -> list[tuple[str, str]]:
    "Write `text` into a cell, press Tab, and read what pops up: words and their types."
    editor = nb.cell(cell).locator(".cm-content")
    editor.click()
    nb.page.keyboard.press("Control+A")
    nb.page.keyboard.insert_text(text)
    nb.page.keyboard.press("Tab")
    popup = nb.page.locator(".jp-Completer:not(.lm-mod-hidden)")
    expect(popup).to_be_visible(timeout=30_000)
    return [
        tuple(item.locator(part).first.inner_text() for part in (".jp-Completer-match", ".jp-Completer-typeExtended"))
        for item in popup.locator(".jp-Completer-item").all()
    ]


def test_a_cell_shows_pictures(notebook):
    nb = notebook(
        "%%generate digits -n 8 --seed 7 --out threes\nlabel: 3",
        "len(threes), threes.origin.seed, dict(threes.origin.conditions)",
        "%%generate digits -n 2\nlabel: 4;",
    )
    nb.run_all()
    assert not nb.errors()
    picture = nb.output(1).locator("img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("image => image.complete && image.naturalWidth > 28 * 8")
    expect(nb.output(2)).to_contain_text("(8, 7, {'label': 3})")
    expect(nb.output(3).locator("img")).to_have_count(0)
    nb.shot("magics-generate")
    assert not nb.page.problems


def test_a_mistake_is_one_line_and_stops_run_all(notebook):
    nb = notebook("%%generate digits\nlable: 3", "print('not reached')")
    nb.run_all()
    expect(nb.output(1)).to_contain_text("UsageError: This VAE cannot be conditioned on 'lable'. Did you mean label?")
    assert len(nb.output(1).inner_text().strip().splitlines()) == 1 and "Traceback" not in nb.output(1).inner_text()
    expect(nb.output(2)).not_to_contain_text("not reached")
    nb.shot("magics-mistake")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_tab_shows_what_can_be_written(notebook, theme):
    nb = notebook("", "'torch' in __import__('sys').modules")
    nb.theme(f"JupyterLab {theme}")
    assert ("digits", "shipped") in tab(nb, 1, "%%generate ")
    nb.shot(f"magics-tab-models-{theme.lower()}")
    assert {("-n", "number"), ("--seed", "number"), ("--out", "name")} <= set(tab(nb, 1, "%%generate digits "))
    nb.shot(f"magics-tab-options-{theme.lower()}")
    assert set(tab(nb, 1, "x = %generate digits --")) == {("--seed", "number"), ("--out", "name"), ("--help", "flag")}
    # on an empty line JupyterLab indents
    assert {("learning_rate:", "float"), ("likelihood:", "str")} <= set(
        tab(nb, 1, "%%train VAE --out mine\ndata: digits\nl")
    )
    nb.shot(f"magics-tab-train-{theme.lower()}")
    assert {(str(label), "label") for label in range(10)} <= set(tab(nb, 1, "%%generate digits\nlabel: "))
    nb.shot(f"magics-tab-values-{theme.lower()}")
    assert "digit 4" in [word for word, _ in tab(nb, 1, "%%generate unkind\nkind: d")]
    assert nb.page.locator("img[src='x']").count() == 0
    nb.page.keyboard.press("Escape")
    nb.run(2)
    expect(nb.output(2)).to_contain_text("False")  # nothing of this imported torch
    assert not nb.page.problems


def test_names_and_labels_are_text(notebook):
    nb = notebook("%genbook", "%genbook unkind", f"%%generate unkind\nkind: {HOSTILE}", f"%generate {HOSTILE}")
    nb.js("() => { window.alert = () => { window.alerted = true } }")
    for i in range(1, 5): nb.run(i)
    for i in (1, 2): expect(nb.output(i).locator("table")).to_contain_text(HOSTILE)
    expect(nb.output(4)).to_contain_text("UsageError: %generate does not understand 'src=x'")
    assert nb.page.locator(".jp-Notebook img[src='x']").count() == 0
    assert not nb.js("() => window.alerted ?? false")
    for theme in ("Dark", "Light"):
        nb.theme(f"JupyterLab {theme}")
        nb.output(1).scroll_into_view_if_needed()
        nb.shot(f"magics-list-{theme.lower()}")


def test_training_in_a_cell(notebook):
    nb = notebook(
        "%%train VAE --out mine\ndata: digits\ncondition: label\nsteps: 300\nseed: 0", "%%generate mine -n 8\nlabel: 3"
    )
    nb.run(1)
    expect(nb.output(1).locator("table")).to_be_visible(timeout=90_000)  # the outcome, once it has learnt
    nb.run(2)
    assert not nb.errors()
    expect(nb.output(2).locator("img")).to_have_count(1)
    nb.shot("magics-train")


def test_a_cell_says_that_pytorch_is_loading(notebook):
    nb = notebook("%%generate digits -n 2", "%%generate digits -h")
    nb.start(1)
    expect(nb.output(1)).to_contain_text("loading PyTorch ...", timeout=30_000)
    expect(nb.output(1).locator("img")).to_have_count(1, timeout=90_000)
    expect(nb.output(1)).not_to_contain_text("loading")
    nb.run(2)
    expect(nb.output(2)).to_contain_text("%generate [-n N] [--seed SEED]")
    assert not nb.errors()


def test_a_cell_that_waits_can_be_stopped(notebook):
    lesson = "data: digits\ncondition: label\nlatent_dim: 2\nsteps: {}\nseed: 0"
    drawn = "%%generate mine -n 2\nlabel: 7"
    nb = notebook("%%train VAE --out mine --wait\n" + lesson.format(30), drawn,
                  "%%train VAE --out mine --wait\n" + lesson.format(10**6), drawn)
    for i in (1, 2): nb.run(i)
    expect(nb.output(2).locator("img")).to_have_count(1)
    expect(nb.output(2)).not_to_contain_text("still training")
    nb.start(3)
    expect(nb.output(3).locator("progress, [role=progressbar], canvas").first).to_be_visible(timeout=60_000)
    nb.js("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    expect(nb.output(3).locator("table")).to_contain_text("stopped", timeout=60_000)
    nb.run(4)
    assert not nb.errors()
    expect(nb.output(4).locator("img")).to_have_count(1)
    expect(nb.output(4)).not_to_contain_text("still training")


def test_a_model_that_still_learns_is_said_to(notebook):
    nb = notebook("%%train VAE --out mine\ndata: digits\nlatent_dim: 2\nsteps: 1000000\nseed: 0",
                  "%generate mine -n 2", "import genbook.training\ngenbook.training.run_of(mine).stop()")
    for i in (1, 2): nb.run(i)
    expect(nb.output(2)).to_contain_text("still training, ")
    expect(nb.output(2)).to_contain_text("run the cell again when it has ended.")
    expect(nb.output(2).locator("img")).to_have_count(1)
    nb.run(3)
    expect(nb.output(2)).to_contain_text("It has ended.", timeout=60_000)
    assert not nb.errors()
