"The exact families in a real JupyterLab: fitted while one watches, told things in a cell, dragged by their latents."
CELLS = [
    (
        "%load_ext genbook\nimport torch\nfrom genbook import GaussianMixture, HiddenMarkov, NGram, explore\nrows ="
        " torch.cat([torch.randn(200, 2, generator=torch.Generator().manual_seed(k)) + torch.tensor(c) for k, c in"
        " enumerate([[0.0, 0.0], [6.0, 3.0]])])"
    ),
    "mixture = GaussianMixture(2, restarts=3)\nmixture.fit(rows, seed=0)",
    "%%generate mixture -n 5 --seed 1\nx0: 6",
    "explore(mixture)",
    "writer = NGram(order=5).fit(['the cat sat on the mat. ', 'the dog sat on the log. '])",
    "%%generate writer --seed 1\nthe dog",
    "chain = HiddenMarkov(2, restarts=2).fit([rows[:, :1], rows[100:300, :1]], seed=0, progress=False)",
    "%generate chain -n 2 --seed 1",
    "%%generate mixture\nx0: a lot",
]


def test_fitted_told_and_dragged(open_nb, axe):
    nb = open_nb(CELLS)
    nb.run_all()
    errors = nb.errors()
    assert len(errors) == 1 and "x0" in errors[0]  # of the last cell: one line
    fitted = nb.output(1)
    for name in ("restart 1 to 3", "GaussianMixture", "done"): assert name in fitted.inner_text()
    fitted.locator("svg, canvas").first.wait_for()
    told = [row.split() for row in nb.output(2).locator("tr").all_inner_texts()]
    assert told[0] == ["x0", "x1"] and len(told) == 6 and all(row[0] == "6" for row in told[1:])
    assert nb.output(5).inner_text().split("\n")[-1].strip().startswith("the dog")
    nb.output(7).locator("svg path").first.wait_for()

    explorer = nb.output(3)
    row = explorer.locator(".genbook-table")
    before = row.inner_text()
    slider = explorer.locator("input[type=range]").first
    slider.focus()
    nb.page.keyboard.press("Home")
    nb.page.wait_for_function("([row, before]) => row.textContent !== before", arg=[row.element_handle(), before])
    for theme in ("Light", "Dark"):
        nb.theme(f"JupyterLab {theme}")
        for i, what in ((1, "fit"), (3, "explorer"), (7, "sequences")):
            nb.cell(i).scroll_into_view_if_needed()
            nb.shot(f"exact-{what}-{theme.lower()}")
        assert not axe(nb.page, ".genbook-explorer")
    assert not nb.page.problems
