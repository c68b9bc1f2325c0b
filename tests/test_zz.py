def test_lab(open_nb):
    for k in ("python3","ipykernel-6.31","ipykernel-7.4"):
        nb = open_nb(["import ipykernel; print(ipykernel.__version__)", "from genbook.data import digits\ndigits()[:8]"], kernel=k)
        nb.run_all(); print(nb.output(0).inner_text()); assert not nb.errors()
    nb.theme("JupyterLab Dark"); nb.shot("x")
