"""Writes what classes of models and data sets can be given: python nbs/_site/index.py [--check]

The magics complete options without importing torch. So what they need to know of genbook's own classes is looked up
here, where there is time, and kept in a file.
"""
import argparse
import importlib
import inspect
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import genbook
import genbook.data
from genbook.analysis import ADVICE
from genbook.core import Model, Option
from genbook.data import Data
from genbook.ui.discovery import learning_of, parameters, taken_by

INDEX = Path(__file__).resolve().parents[2] / "genbook" / "ui" / "index.json"


def sampling_of(cls: type[Model]) -> dict[str, dict[str, Any]]:
    """The sampling options of a class; of those that a property works out, what it says of a model with default
    arguments.
    """
    found = inspect.getattr_static(cls, "sampling_options")
    if not isinstance(found, Mapping):
        required = [p for p in inspect.signature(cls).parameters.values() if p.default is p.empty]
        found = {} if required else cls().sampling_options
    return {name: as_json(option) for name, option in found.items()}


def as_json(option: Option) -> dict[str, Any]:
    "An option without its modality, which is no JSON."
    return {name: value for name, value in vars(option).items() if name != "modality"}


def classes() -> dict[str, dict[str, Any]]:
    "The families of models: where they are, what they are, and what they are made with, learn with and sample with."
    found = {}
    for module, names in genbook.EXPORTS.items():
        if not module.startswith("models."): continue
        for name in names:
            cls = getattr(importlib.import_module(f"genbook.{module}"), name)
            found[name] = {
                "module": f"genbook.{module}",
                "about": inspect.getdoc(cls),
                "made": taken_by(cls, "__init__"),
                "learns": learning_of(cls),
                "sampling": sampling_of(cls),
            }
    return found


def data_sets() -> dict[str, str]:
    "The data sets: functions of `genbook.data` that can be called without arguments and return `Data`."
    found = {}
    for name in sorted(vars(genbook.data).keys() | set(dir(genbook.data))):
        function = getattr(genbook.data, name)
        if name.startswith("_") or not inspect.isfunction(function): continue
        needed = [default for _, default in parameters(function).values() if not default]
        if inspect.signature(function).return_annotation in (Data, "Data") and not needed:
            found[name] = inspect.getdoc(function)
    return found


def advice() -> dict[str, list[str]]:
    "What data can be, and the classes that `suggest` may name for such data, the one to try first in front."
    return {
        kind: [*dict.fromkeys(one.model.removeprefix("genbook.").partition("(")[0] for one in found)]
        for kind, found in ADVICE.items() if found
    }


def main(check: bool) -> str | None:  # what is wrong, if anything
    "Write the index, or only say whether it is out of step."
    found = {"classes": classes(), "data": data_sets(), "advice": advice()}
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    if INDEX.exists() and INDEX.read_text(encoding="utf-8") == text: return None
    if check: return "genbook/ui/index.json is out of step with the classes: run python nbs/_site/index.py."
    INDEX.write_text(text, encoding="utf-8")
    return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, and fail if the index is out of step")
    sys.exit(main(parser.parse_args().check))
