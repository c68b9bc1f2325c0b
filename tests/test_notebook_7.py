"What a person does first, in Notebook 7: a cell that draws, and sliders."
CELLS = [
    "%load_ext genbook",
    "%%generate digits -n 4 --seed 1\nlabel: 3",
    "import genbook\ngenbook.explore(genbook.pretrained('digits'))",
    "%%generate digits\nlable: 3",
]


def test_a_cell_draws_and_a_slider_moves_the_image(open_in_notebook_7, axe):
    nb = open_in_notebook_7(CELLS)
    assert nb.page.locator("body[data-notebook=notebooks]").count() == 1
    nb.run_all()
    nb.output(1).locator("img, canvas").first.wait_for()
    errors = nb.errors()
    assert len(errors) == 1 and "Did you mean label?" in errors[0]  # of the last cell: one line
    explorer = nb.output(2).locator(".genbook-explorer")
    canvas, slider = explorer.locator("canvas").first, explorer.locator("input[type=range]").first
    nb.page.wait_for_function("canvas => canvas.width > 1", arg=canvas.element_handle())
    for key in ("Home", "End"):
        before = canvas.evaluate("canvas => canvas.toDataURL()")
        slider.focus()
        nb.page.keyboard.press(key)
        nb.page.wait_for_function(
            "([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas.element_handle(), before]
        )
    assert axe(nb.page, ".genbook-explorer") == []
    assert not nb.page.problems
