"The mixer of styles: its script in a page without a kernel, and in a JupyterLab."
import base64
import io

import numpy as np
import pytest
from PIL import Image

from genbook import StyleGAN, mix_styles
from genbook.data import small_digits

TRAIN = (
    "import torch\nfrom genbook import StyleGAN, mix_styles\nfrom genbook.data import small_digits\n"
    "torch.set_num_threads(1)\nmodel = StyleGAN(8, width=8, condition='label')\n"
    "model.fit(small_digits(), seed=0, steps=2, batch_size=16, progress=False)\n"
    "mixer = mix_styles(model, (4, 5))\nmixer")
PIXELS = "() => [...document.querySelector('.genbook-mixer canvas').getContext('2d').getImageData(0, 0, 8, 8).data]"


@pytest.fixture(scope="module")
def mixer():
    model = StyleGAN(8, width=8, condition="label")
    return mix_styles(model.fit(small_digits(), seed=0, steps=2, batch_size=16, progress=False), (4, 5), layers=[1])


def grey(pixels: list[int]) -> np.ndarray:  # (8, 8) of RGBA
    return np.array(pixels).reshape(8, 8, 4)[..., 0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_a_kernel_it_shows_what_was_chosen(show, axe, mixer, theme):
    page = show(mixer, ".genbook-mixer", viewport={"width": 390, "height": 900}, color_scheme=theme)
    page.wait_for_function("() => document.querySelector('.genbook-mixer canvas').width === 8")
    picture = Image.open(io.BytesIO(base64.b64decode(mixer.shown["picture"].partition(",")[2])))
    assert np.array_equal(grey(page.evaluate(PIXELS)), np.array(picture.convert("L")))
    assert page.get_by_label("8x8 a from b").is_checked() and not page.get_by_label("4x4 from b").is_checked()
    assert page.get_by_label("truncation").is_disabled()
    assert "no kernel" in page.locator(".genbook-status").inner_text()
    page.get_by_role("button", name="Copy Python").click()
    code = page.locator(".genbook-code").inner_text()
    assert code.endswith("Mix((4, 5), (False, True, False,), 1, True).item(model)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page, "main") == []


def test_the_picture_follows_in_a_notebook(open_nb, axe):
    now = "print(mixer.mix)\nprint(mixer.model.modality_.pixels(mixer.item[0])[..., 0].tolist())"
    notebook = open_nb([TRAIN, now])
    notebook.run(0)
    page = notebook.page
    page.wait_for_selector(".genbook-mixer .genbook-meter:has-text('ms per frame')")
    before = page.evaluate(PIXELS)
    page.get_by_label("4x4 from b").check()
    page.wait_for_function(f"before => JSON.stringify(({PIXELS})()) !== JSON.stringify(before)", arg=before)
    page.get_by_label("noise", exact=True).uncheck()
    page.get_by_label("truncation").focus()
    page.keyboard.press("Home")
    page.get_by_label("label").select_option("3")
    page.wait_for_timeout(1000)
    notebook.run(1)
    mix, pixels = notebook.output(1).inner_text().strip().splitlines()
    assert mix == "Mix(seeds=(4, 5), switches=(True, False, False), truncation=-1.0, noise=False)"
    wanted = np.array([int(n) for n in pixels.replace("[", "").replace("]", "").split(",")]).reshape(8, 8)
    assert np.abs(grey(page.evaluate(PIXELS)) - wanted).max() <= 1
    page.get_by_role("button", name="Swap").click()
    page.wait_for_function("document.querySelector('.genbook-mixer input[type=number]').value === '5'")
    assert axe(page, ".genbook-mixer") == [] and notebook.errors() == []
