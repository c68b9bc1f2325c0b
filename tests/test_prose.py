"What README.md and CONTRIBUTING.md tell people to do works."
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

README, CONTRIBUTING = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md"))
IN_A_TERMINAL = CONTRIBUTING.partition("## Editing notebooks in a terminal")[2].partition("\n## ")[0]


def commands(text: str) -> list[str]:
    "The lines of the shell that `text` shows."
    return [
        line.strip()
        for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.M | re.S)
        for line in block.strip().splitlines()
    ]


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_links_work_in_a_copy_of_the_source(text):
    shown = re.sub(r"`\[[^`]*\)`", "", text)  # without links that are shown as code
    targets = re.findall(r"\]\(([^)#\s]+)", shown)
    assert targets and not [t for t in targets if "example." in t]
    assert not [t for t in targets if "://" not in t and not (ROOT / t).exists()]


@pytest.mark.parametrize("command", sorted({*commands(README), *commands(CONTRIBUTING)}))
def test_a_command_is_run_somewhere(command):
    "By continuous integration, or by a test in this file."
    makefile, script = ((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", ".ci/run"))
    targets = [f"make {target}" for target in re.findall(r"^(\w+):", makefile, re.M)]
    assert command in targets or command in makefile + script or command in ["pip install .", *commands(IN_A_TERMINAL)]


def test_pip_installs_all_that_the_package_needs_of_itself(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    for name in ("genbook", "settings.ini", "setup.py", "pyproject.toml", "README.md", "MANIFEST.in", "LICENSE"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", *shlex.split("pip install ."), "--quiet", "--no-deps", "--target", target],
        cwd=source,
        check=True,
    )
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import genbook; print(genbook.__file__); print(genbook.pretrained('digits').sample(1, seed=0));"
                " genbook.explore"
            ),
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(target)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert str(target) in found and "1 picture of 28x28 pixels from VAE" in found


def test_a_notebook_can_be_edited_in_a_terminal(tmp_path):
    for name in ("settings.ini", "jupytext.toml"): shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "genbook", tmp_path / "genbook")
    shutil.copytree(ROOT / "nbs", tmp_path / "nbs", ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    first, *others = commands(IN_A_TERMINAL)
    # as in an environment that was activated
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(first, shell=True, cwd=tmp_path, env=env, check=True)
    script = tmp_path / "scripts" / "core" / "00_errors.py"
    script.write_text(
        script.read_text(encoding="utf-8").replace("The nearest of `choices`", "The likeliest of `choices`"),
        encoding="utf-8",
    )
    for command in others: subprocess.run(command, shell=True, cwd=tmp_path, env=env, check=True)
    assert "The likeliest of `choices`" in (tmp_path / "genbook" / "core" / "errors.py").read_text(encoding="utf-8")
    assert "The likeliest of `choices`" in (tmp_path / "nbs" / "core" / "00_errors.ipynb").read_text(encoding="utf-8")
