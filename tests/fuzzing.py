"""Random cells for the magics, and what may come of them: a result, or one sentence.

`test_fuzz.py` runs some thousands of cases, `stress.py magics` as many as one likes. The same seed writes the same
cells, so that a failure can be written again: `python tests/stress.py magics --seed 7`.
"""
import contextlib
import copy
import datetime
import decimal
import enum
import fractions
import io
import random
import resource
import signal
import types
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import torch
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from traitlets.config import Config

import genbook.ui.magics
from genbook import (
    VAE, Gaussian, GaussianMixture, HiddenMarkov, KernelDensity, Mixture, Model, NGram, Product, Samples, pretrained)
from genbook.core import version
from genbook.data import Data, small_digits
from genbook.ui.discovery import accepted, learning_options, making_options
from genbook.ui.listing import Listing
from genbook.ui.parsing import flag_of

ZONE = datetime.timezone(datetime.timedelta(hours=14))
TEXTS = ["the cat sat on the mat", "a dog ran after the cat", "the mat was red", "a red dog sat"] * 3


class Colour(enum.Enum):
    "A variable of a kind of its own."
    RED = "red"


class Case(NamedTuple):
    "A cell."

    magic: str
    line: str
    body: str | None = None

    def __str__(self) -> str:
        body = "" if self.body is None else f"\n{self.body[:400]!r}"
        return f"%{self.magic} {self.line[:400]!r}{body}"


def table(n: int = 60) -> pd.DataFrame:
    "Rows with a column of each kind."
    rng = np.random.default_rng(0)
    return pd.DataFrame({
        "age": rng.normal(50, 10, n), "visits": rng.poisson(3, n), "smoker": rng.random(n) < 0.4,
        "city": rng.choice(["Rome", "Oslo", "Bern"], n), "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(
            rng.integers(0, 900, n), unit="D")})


def models() -> dict[str, Model]:
    "Fitted models of several kinds, one that has learnt nothing, and one that comes with genbook."
    rng, quiet = np.random.default_rng(0), {"seed": 0, "progress": False}
    walks = [rng.normal(size=(n, 2)).cumsum(0) for n in (9, 5, 7)]
    images = small_digits()[:200]
    picture = VAE(latent_dim=2, width=8, condition="label").fit(images, steps=5, **quiet)
    return {
        "patients": Mixture([Product()] * 2, restarts=1).fit(table(), **quiet),
        "blobs": GaussianMixture(2, restarts=1).fit(rng.normal(size=(50, 3)), **quiet),
        "walk": HiddenMarkov(2, restarts=1, floor=1e-3).fit(walks, **quiet),
        "words": HiddenMarkov(2, emission="categorical", restarts=1).fit([text.split() for text in TEXTS], **quiet),
        "writer": NGram(3).fit(TEXTS), "picture": picture, "three": picture.given(label=3), "empty": VAE(),
        "bell": Gaussian().fit(rng.normal(size=(50, 2))), "near": KernelDensity().fit(rng.normal(size=(20, 2))),
        "shipped": pretrained("digits")}


def objects(folder: Path) -> dict[str, Any]:
    "Whatever may stand behind a name."
    (folder / "file.txt").write_text("a file")
    loop = [1]
    loop.append(loop)
    rng, frame = np.random.default_rng(1), table(12)
    return {
        "one": 1, "half": 0.5, "yes": True, "nothing": None, "huge": 10**400, "vast": 10**5000, "small": -(10**400),
        "big": 1e308, "inf": float("inf"), "nan": float("nan"), "point": 1 + 2j, "dec": decimal.Decimal("1e400"),
        "third": fractions.Fraction(1, 3), "np_int": np.int64(3), "np_nan": np.float32("nan"), "np_yes": np.True_,
        "na": pd.NA, "nat": pd.NaT, "stamp": pd.Timestamp("2021-05-05"), "np_day": np.datetime64("2021-05-05"),
        "day": datetime.date(2021, 5, 5), "first": datetime.datetime(1, 1, 1, tzinfo=ZONE),
        "last": datetime.datetime(9999, 12, 31, 23, tzinfo=datetime.timezone(-datetime.timedelta(hours=12))),
        "clock": datetime.time(12), "text": "a cat", "label": "3", "long": "x" * 5000, "line": "word " * 120,
        "lone": "\ud800", "nul": "a\0b", "right": "\u202eabc\u2066", "emoji": "\U0001f9d1\u200d\U0001f33e",
        "raw": b"3", "array": np.arange(3), "column": np.zeros((3, 1)), "nought": np.zeros((0, 3)),
        "single": np.array([3]), "words_array": np.array(["a", "b"]),
        "objects": np.array([1, "a", None], dtype=object),
        "masked": np.ma.array([1.0, 2.0], mask=[True, False]), "tensor": torch.arange(4.0), "scalar": torch.tensor(3),
        "nans": torch.full((4, 2), float("nan")), "bools": torch.tensor([True, False]),
        "rows": rng.normal(size=(9, 3)),
        "wide": rng.normal(size=(9, 40)), "complexes": np.ones(3) * 1j, "cube": np.zeros((2, 3, 4, 5, 6)),
        "frame": frame, "series": frame["age"], "cities": frame["city"], "polar": pl.from_pandas(frame),
        "void": pd.DataFrame(), "turned": frame[frame.columns[::-1]], "short": frame[["age"]],
        "list": [1, 2, 3], "texts": ["a cat", "a dog"], "ragged": [[1.0], [1.0, 2.0]], "mixed": [1, "a", None],
        "bare": [], "loop": loop, "pair": (1, 2), "sets": {1, 2}, "dict": {"a": 1},
        "walks": [np.arange(8.0).reshape(4, 2), np.ones((3, 2))], "steps": [np.arange(5.0), np.zeros(4)],
        "gen": (i for i in range(3)), "bytesio": io.BytesIO(b"x"), "thing": object(), "func": len, "cls": int,
        "module": types, "colour": Colour.RED, "image": Image.new("L", (8, 8)), "data": Data(rng.normal(size=(9, 3))),
        "unlabelled": Data(small_digits().items[:50]), "labelled": small_digits()[:50],
        "samples": Gaussian().fit(rng.normal(size=(9, 2))).sample(2, seed=0),
        "path": folder, "file": folder / "file.txt", "gone": folder / "gone", "below": folder / "file.txt" / "x",
        "overlong": folder / ("x" * 300), "deep": Path("/x" * 3000), "path_nul": Path("a\0b"),
        "path_lone": Path("\udc80\ud800"), "nan_list": [float("nan")] * 3}


# What stands in cells besides names: numbers at every edge, dates, quotes and braces, and nonsense
NUMBERS = ["0", "1", "2", "3", "-1", "0.5", "1e3", "1e400", "-1e400", "nan", "inf", "-inf", "9" * 30, "9" * 400,
           "9" * 5000, "1_000", "0x10", "\u0663", "1e-400", "3.", ".", "1,5", "--1", "1e", "True"]
DATES = ["2021-05-05", "0001-01-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "2021-02-30", "2021-W05-1",
         "20210505", "2021-05-05T10:00Z", "yesterday", "10000-01-01"]
TEXT = ["a cat", "Rome", "rome", "red", "label", "true", "none", "''", "'3'", '"', "'", "{", "}", "{{", "}}", "{}",
        "{missing}", "{one} and {text}", "{one.x}", "{one[0]}", "{one!r}", "{ one }", "\u202e", "\ud800", "a\0b",
        "<script>", "%s", "$one", "`x`", "\\", "\t", "#", ";", "x" * 3000, "[" * 3000, "{one}" * 300, "{{" * 500,
        "a b " * 500,
        "1 2; 3 4", "1 2", "the cat", "1 2; 3", ";;;", "../..", "/dev/null", "a/b/c", "~", "C:\\x", "/" + "x/" * 2500]
KEYS = ["label", "age", "visits", "smoker", "city", "since", "x0", "x1", "frames", "prefix", "prompt", "data", "steps",
        "seed", "n", "self", "x", "state", "progress", "held_out", "checkpoint", "resume", "every", "lable"]
WORDS = ["-n", "--seed", "--out", "-o", "-h", "--help", "--temperature", "--top-k", "--top-p", "--max-length", "--",
         "-", "--no", "-x", "--n", "--seed=3", "-n=2", "--top-k=1", "=", ";", "kept", "class", "In", "__x", "''"]
CLASSES = ["VAE", "NGram", "GaussianMixture", "HiddenMarkov", "Mixture", "KernelDensity", "Gaussian", "Poisson",
           "Categorical", "Bernoulli", "Product"]
GOOD = {  # so that not everything is refused
    "label": ["3", "{one}"], "age": ["50"], "visits": ["3"], "smoker": ["true"], "city": ["Rome", "oslo"],
    "since": ["2021-05-05", "{day}"], "x0": ["0.1", "{half}"], "x1": ["0.1"], "x2": ["0"],
    "frames": ["12", "{np_int}"],
    "prefix": ["0.1 0.2; 0 0", "the cat", "a dog", "{text}"], "--temperature": ["0.5"], "--top-k": ["2"],
    "--top-p": ["0.9"], "--max-length": ["20"], "seed": ["3"], "batch_size": ["4"], "latent_dim": ["2"],
    "width": ["8"],
    "components": ["2"], "states": ["2"], "order": ["2"], "learning_rate": ["0.01"], "covariance": ["diagonal"],
    "restarts": ["1"], "condition": ["label"], "network": ["feedforward"], "smoothing": ["0.1"], "beta": ["2"],
    "held_out": ["{small}"], "bandwidth": ["0.5"], "ema": ["0"], "warmup": ["1"], "precision": ["float32"]}
DATA = {  # what each class learns from
    "VAE": ["small", "rows"], "NGram": ["texts", "line"], "HiddenMarkov": ["walks", "steps"], "Mixture": ["frame"]}


class Writer:
    "Writes cells at random, the same for the same seed."

    def __init__(self, seed: int, names: list[str], kept: list[str]):
        self.random = random.Random(seed)
        self.names, self.models = names, kept  # of variables, and of those that are models

    def one(self, *choices: list[str]) -> str:
        "One of one of the lists."
        return self.random.choice(self.random.choice(choices))

    def noise(self) -> str:
        "A few characters, of all planes."
        some = (chr(self.random.choice([self.random.randrange(32, 127), self.random.randrange(0x110000)]))
                for _ in range(self.random.randrange(12)))
        return "".join(some)

    def value(self) -> str:
        "What stands behind a colon or a flag."
        kind = self.random.random()
        if kind < 0.45: return "{%s}" % self.random.choice(self.names)
        if kind < 0.95: return self.one(NUMBERS, DATES, TEXT)
        return self.noise()

    def value_of(self, key: str) -> str:
        "What stands behind this key."
        if key == "restarts": return self.random.choice(["1", "2", "0", "{list}"])  # a million would only take long
        return self.random.choice(GOOD[key]) if key in GOOD and self.random.random() < 0.5 else self.value()

    def line(self, first: str, flags: list[str]) -> str:
        "The line of a magic."
        words = [first]
        if flags and self.random.random() < 0.4:
            flag = self.random.choice(flags)
            words += [flag, self.value_of(flag).replace(" ", "")]
        if self.random.random() < 0.3: words += ["-n", self.one(["1", "2", "3", "65"], ["2"], NUMBERS)]
        if self.random.random() < 0.3: words += ["--seed", self.one(["0", "7"], ["3"], NUMBERS)]
        if self.random.random() < 0.3: words += ["--out", self.one(["kept"], ["kept"], TEXT)]
        if self.random.random() < 0.1: words.insert(self.random.randrange(len(words) + 1), self.one(WORDS, NUMBERS))
        if self.random.random() < 0.05: words.append(self.noise())
        return " ".join(words)

    def body(self, keys: list[str], always: list[str]) -> str:
        "A few lines of keys and values, and what every such body should say."
        lines = list(always)
        for _ in range(self.random.choice([0, 1, 1, 2, 3])):
            key = self.random.choice(keys) if keys and self.random.random() < 0.9 else self.one(KEYS, KEYS, TEXT)
            lines.append(f"{key}{self.random.choice([': '] * 9 + [':', ' '])}{self.value_of(key)}")
        if self.random.random() < 0.05: lines = [self.one(TEXT, NUMBERS), *lines]
        if self.random.random() < 0.01: lines += [f"key{i}: {i}" for i in range(5000)]
        self.random.shuffle(lines)
        return "\n".join(lines)

    def generate(self, offered: dict[str, tuple[list[str], list[str]]]) -> Case:
        "`%%generate`, of a model that is there, or of nothing that is."
        name = self.random.choice(self.models) if self.random.random() < 0.9 else self.one(TEXT, CLASSES, self.names)
        keys, flags = offered.get(name, ([], []))
        line = self.line(name, flags)
        return Case("generate", line, None if self.random.random() < 0.2 else self.body(keys, []))

    def train(self, options: dict[str, list[str]]) -> Case:
        "`%%train`, with few steps."
        name = self.random.choice([*options]) if self.random.random() < 0.9 else self.one(TEXT, self.names)
        line = f"{name} --out kept" if self.random.random() < 0.8 else self.line(name, [])
        good = DATA.get(name, ["rows", "small", "old_faithful"])
        data = self.random.choice(good) if self.random.random() < 0.6 else self.random.choice(self.names)
        always = [f"data: {data}" if self.random.random() < 0.5 or data == "old_faithful" else "data: {%s}" % data]
        known = [key for key in options.get(name, []) if key not in ("steps", "epochs")]
        if "steps" in options.get(name, []): always.append(f"steps: {self.one(['1', '2'], ['2'], ['2'], NUMBERS[:6])}")
        return Case("train", line, self.body(known, always))

    def genbook(self) -> Case:
        "`%genbook`."
        return Case("genbook", self.one(self.models, CLASSES, TEXT, WORDS, [self.noise()]))


class TooLong(BaseException):
    "A cell took longer than it may."


@contextlib.contextmanager
def ceilings(seconds: float, megabytes: int) -> Iterator[None]:
    "A cell that takes longer ends with `TooLong`; one that asks for more memory than this gets none."
    def ring(*_: Any) -> None: raise TooLong

    with open("/proc/self/statm") as file: now = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGALRM, ring)
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 2**20, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try: yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGALRM, before)


class Bench:
    "A shell with models and objects, in which cells are tried."

    def __init__(self, folder: Path):
        self.folder = folder  # where what they write is written
        self.shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
        genbook.ui.magics.register(self.shell)
        self.models, things = models(), objects(folder)
        self.pristine = copy.deepcopy(self.models)
        self.shell.user_ns.update(self.models | things | {"small": small_digits()[:40]})
        self.names, self.before = [*self.models, *things], dict(self.shell.user_ns)
        self.offered = {name: (list(accepted(name, self.models)), [flag_of(key) for key in model.sampling_options])
                        for name, model in self.models.items()}
        learnt = {name: learning_options(name) for name in CLASSES}
        self.options = {name: [*making_options(name), *known] for name, known in learnt.items()}
        for name, model in self.models.items(): self.options[name] = list(learnt.get(type(model).__name__, ()))

    def cases(self, seed: int, n: int) -> Iterator[Case]:
        "`n` cells."
        write = Writer(seed, self.names, [*self.models])
        for _ in range(n):
            kind = write.random.random()
            if kind < 0.55: yield write.generate(self.offered)
            elif kind < 0.95: yield write.train(self.options)
            else: yield write.genbook()

    def run(self, case: Case) -> Any:
        "What a cell answers; a mistake as its sentence."
        try:
            if case.body is None: return self.shell.run_line_magic(case.magic, case.line)
            return self.shell.run_cell_magic(case.magic, case.line, case.body)
        except UsageError as error:
            text = str(error)
            assert text.isprintable() and len(text.splitlines()) == 1 and 10 < len(text) < 800, text
            return text

    def check(self, case: Case, seconds: float = 10, megabytes: int = 2000) -> str:  # "a result" or "a sentence"
        "Try a cell: it gives what the magic gives or one sentence, and a mistake changes nothing."
        versions = {name: version(model) for name, model in self.models.items()}
        try:
            with (warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(self.folder),
                  ceilings(seconds, megabytes)):
                warnings.simplefilter("ignore")
                answer = self.run(case)
                if isinstance(answer, Samples): answer._repr_mimebundle_()
                elif isinstance(answer, Listing): answer._repr_html_(), repr(answer)
                else: assert answer is None or isinstance(answer, str), type(answer)
        finally: changed, new = self.put_back(versions)
        wrong, may = isinstance(answer, str), case.magic == "train"
        assert may or not changed, f"{changed} learnt, but nothing was to be learnt"
        assert not (wrong and (changed or new)), f"a mistake changed {changed or new}: {answer}"
        return "a sentence" if wrong else "a result"

    def put_back(self, versions: dict[str, tuple]) -> tuple[list[str], set[str]]:
        "Make the namespace what it was: which models had learnt, and which names were bound."
        changed = [name for name, model in self.models.items() if version(model) != versions[name]]
        new = {name for name, value in self.shell.user_ns.items() if self.before.get(name, self) is not value}
        for name in changed: self.models[name] = self.before[name] = copy.deepcopy(self.pristine[name])
        self.shell.user_ns.clear()
        self.shell.user_ns.update(self.before)
        return changed, new

    def attack(self, seed: int, n: int, **limits: Any) -> tuple[Counter, list[str]]:
        "Try `n` cells: how many ended how, and what went wrong, each with its cell."
        counts, failures = Counter(), []
        for case in self.cases(seed, n):
            try: counts[self.check(case, **limits)] += 1
            except (Exception, TooLong) as error:
                counts["a failure"] += 1
                failures.append(f"{case}\n    {type(error).__name__}: {str(error)[:300]}")
        return counts, failures
