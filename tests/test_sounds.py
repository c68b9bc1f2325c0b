"Sounds in a real JupyterLab."


def test_a_sound_has_a_player(open_nb, axe):
    notebook = open_nb(["from genbook.data import spoken_digits\nspoken_digits()[[0, 100]]"])
    notebook.run(0)
    notebook.page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-OutputArea audio')].filter(player => player.duration > 0.3).length"
        " === 2"
    )
    assert axe(notebook.page, ".jp-Cell-outputArea") == []
    assert notebook.errors() == []
