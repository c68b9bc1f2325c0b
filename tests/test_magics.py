"The magics in a shell: whatever is written, a cell gives samples or one line that says what is wrong."
import random
import subprocess
import sys
import threading
import unicodedata
import wave
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.completer import CompletionContext, provisionalcompleter
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from traitlets.config import Config

import genbook.ui.magics
from genbook import VAE, Model, NGram, Samples, save
from genbook.core import Condition, Option, Partial, condition_on, stream_samples
from genbook.data import Data, Vectors, small_digits
from genbook.training import Run

HOSTILE = "<img src=x onerror=alert(1)>"


class Speaker(Model):
    "A model that can be conditioned on all kinds of things."
    accepts = {"label": Condition(choices=(HOSTILE, *range(10))), "age": Condition(low=18, high=90),
               "hours per week": Condition(low=0, high=99), "prompt": Condition()}

    def __init__(self, voices: int = 1): self.voices = voices

    def fit(self, x, *, seed=None, times: int = 1):
        self.mean_, self.modality_ = Data(x).items.mean(0), Vectors(2)
        return self

    def draw(self, noise): return noise.uniform(2)
    def given(self, **conditions): return condition_on(self, conditions)


class Composer(Speaker):
    "A model that streams, and has sampling options."
    sampling_options = {"temperature": Option(low=0, high=5, default=1.0), "top_k": Option(low=0, high=9, default=0),
                        "style": Option(choices=("slow", HOSTILE), default="slow")}

    def stream(self, noise, *, temperature, top_k, style):
        items = noise.uniform(2)
        for number in range(1, 4): yield Partial(items * number * temperature, number, 3)

    def draw(self, noise, **options):
        *_, last = self.stream(noise, **options)
        return last.items


class Trap:
    "A variable that notices when it is used as more than a value."
    sprung = False
    def __getattr__(self, name): Trap.sprung = True
    def __getitem__(self, key): Trap.sprung = True
    def __call__(self, *args): Trap.sprung = True
    def __format__(self, spec): Trap.sprung = True
    def __str__(self): return "trap"


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    "A shell with the magics, some variables, and a folder of models in the place of those that come with genbook."
    folder = tmp_path_factory.mktemp("pretrained")
    model = VAE(latent_dim=2, width=8, condition="label").fit(small_digits(), seed=0, steps=20, progress=False)
    save(model, folder / "digits")
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(genbook, "PRETRAINED", folder)
        genbook.ui.magics.register(shell)
        rows = torch.rand(9, 2)
        shell.user_ns.update(
            speaker=Speaker().fit(rows), composer=Composer().fit(rows), empty=Speaker(), rows=rows, three=3,
            colour="red", trap=Trap(), Speaker=Speaker, unkind=HOSTILE, huge=10**400, frame=pd.DataFrame({"a": [1]}),
            array=np.arange(3), scalar=torch.tensor(3), folder=folder, file=folder / "digits" / "card.json",
            overlong=folder / ("x" * 300), unlabelled=Data(small_digits().items[:50]))
        yield shell


def run(shell, magic: str, line: str, body: str | None = None):
    "What a magic answers; a mistake as its one line."
    try: return shell.run_line_magic(magic, line) if body is None else shell.run_cell_magic(magic, line, body)
    except UsageError as error:
        text = str(error)
        assert text.isprintable() and len(text.splitlines()) == 1 and len(text) < 800
        return text


words = st.one_of(
    st.sampled_from(["speaker", "digits", "empty", "composer", "three", "Speaker", "--temperature", "--top-k",
                     "--top-k=3", "--style", "slow", "0.5", "VAE", "-n", "--seed", "--out", "-o", "-h", "--help",
                     "--se", "--n", "-n4", "-n=2", "--seed=-1", "-1", "0", "3", "7", "9" * 30, "9" * 5000,
                     "kept", "kept2", "class", "__name__", "'", '"', "'two words'", ";", "--", "-", "@file", "{three}",
                     "$three", "x=y", "../digits", "__import__('antigravity')", HOSTILE]),
    st.text(max_size=8))
starts = st.sampled_from(["speaker", "digits", "speaker -n 2 --seed 3", "speaker --out kept"])
lines = st.lists(words, max_size=7).map(" ".join) | st.builds("{} {}".format, starts, words)
values = st.one_of(
    st.sampled_from(["3", "33", "18.5", "nan", "{three}", "{colour} circle", "{trap}", "{trap.x}", "{trap[0]}",
                     "{trap()}", "{trap!r}", "{trap:>9}", "{{", "}}", "{", "}", "{}", "{nothing}",
                     "{__import__('antigravity')}",
                     "{three.__class__}", "'3'", '"', "", ";", "# no", HOSTILE, "{unkind}", "{rows}", "x" * 5000]),
    st.text(max_size=12))
keys = st.text(max_size=6) | st.sampled_from([
    "label", "age", "hours per week", "prompt", "lable", "self", "n", "data", "steps", "voices", "times", "seed",
    "latent_dim", "# label", ""])
pairs = st.builds("{}{}{}".format, keys, st.sampled_from([": ", ":", " :", " "]), values)
bodies = st.lists(pairs | values, max_size=4).map("\n".join)
many = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def states(): return random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist()


@many
@given(lines, bodies | st.none())
def test_generate_gives_samples_or_one_line(shell, line, body):
    before, drawn = dict(shell.user_ns), states()
    answer = run(shell, "generate", line, body)
    assert answer is None or isinstance(answer, (str, Samples))
    new = {name: value for name, value in shell.user_ns.items() if name not in before or before[name] is not value}
    assert len(new) <= 1 and all(isinstance(value, Samples) for value in new.values())
    assert all(name in unicodedata.normalize("NFKC", line) for name in new)
    assert not isinstance(answer, str) or not new  # a mistake binds nothing
    assert states() == drawn and not Trap.sprung and "antigravity" not in sys.modules
    shell.user_ns.clear()
    shell.user_ns.update(before)


@many
@given(st.sampled_from(["Speaker --out kept", "speaker", "speaker --out kept", "empty", "Speaker", "three"]) | lines,
       bodies | bodies.map("data: rows\n{}".format))
def test_train_gives_a_model_or_one_line(shell, line, body):
    before, drawn = dict(shell.user_ns), states()
    if "digits" in body: return  # the real thing is trained below
    answer = run(shell, "train", line, body)
    new = {name: value for name, value in shell.user_ns.items() if name not in before or before[name] is not value}
    assert answer is None or isinstance(answer, str) and not new
    assert len(new) <= 1 and all(isinstance(value, Model) for value in new.values())
    assert states() == drawn and not Trap.sprung and "antigravity" not in sys.modules
    shell.user_ns.clear()
    shell.user_ns.update(before, empty=Speaker())


@many
@given(st.sampled_from(["%%generate ", "%%train ", "%genbook ", "x = %generate ", "\n%%generate speaker\n",
                        "%%train VAE\n", "%%train Speaker\n", ""]), lines | bodies, st.integers(0, 9))
def test_tab_answers_anything(shell, start, text, back):
    matcher = next(m for m in shell.Completer.custom_matchers if getattr(m, "matcher_identifier", "") == "genbook")
    text = start + text
    *above, before = text[:max(0, len(text) - back)].split("\n")
    result = matcher(CompletionContext(
        token="", full_text=text, cursor_position=len(before), cursor_line=len(above), limit=None))
    for completion in result["completions"]:
        assert before.endswith(result["matched_fragment"]) and completion.text.startswith(result["matched_fragment"])
    assert not Trap.sprung


def tab(shell, text: str) -> dict[str, str]:
    "What Tab offers at the end of `text`: words and their types."
    with provisionalcompleter(): return {c.text: c.type for c in shell.Completer.completions(text, len(text))}


@pytest.mark.parametrize("text, offered", [
    ("%%generate dig", {"digits": "shipped"}), ("x = %generate spe", {"speaker": "Speaker"}),
    ("%%generate digits --", {"--seed": "number", "--out": "name", "--help": "flag"}),
    ("%%generate digits --seed 7 --s", {"--s": "<unknown>"}),
    ("%%generate composer --t", {"--temperature": "number", "--top-k": "number"}),
    ("%%generate composer --top-k 3 --t", {"--temperature": "number"}),
    ("%%generate composer --temperature ", {"1.0": "default", "0": "least", "5": "most"}),
    ("%%generate composer --style ", {"slow": "default", HOSTILE: "choice"}),
    ("%%generate digits --seed ", {"": "<unknown>"}), ("%%generate speaker --out ", {"": "<unknown>"}),
    ("%%generate digits\nl", {"label: ": "choice"}),
    ("%%generate speaker\n",
     {"label: ": "choice", "age: ": "number", "hours per week: ": "number", "prompt: ": "text"}),
    ("%%generate speaker\nage: 20\nlabel: <", {HOSTILE: "label"}),
    ("%%generate speaker\nage: 20\na", {"a": "<unknown>"}),
    ("%%generate speaker\nprompt: a {col", {"{colour}": "str"}),
    ("%%train VA", {"VAE": "class"}), ("%%train VAE --out mine\nlearn", {"learning_rate: ": "float"}),
    ("%%train VAE\nnetwork: ", {"feedforward": "default"}), ("%%train VAE\ndata: ro", {"rows": "data"}),
    ("%%train VAE\ndata: sm", {"small_digits": "data"}), ("%%train digits\nwid", {"wid": "<unknown>"}),
    ("%%train speaker\nt", {"times: ": "int"}), ("%genbook V", {"VAE": "class", "VQVAE": "class"}),
    ("%train VA", {"VAE": "class"}), ("%%evaluate spe", {"speaker": "Speaker"}),
    ("%%evaluate speaker --o", {"--out": "name"}), ("%%evaluate speaker\ntra", {"train: ": "data"}),
    ("%%evaluate speaker\ndata: ro", {"rows": "data"}), ("%%evaluate\nmodel: dig", {"digits": "model"}), ("%%train VAE --w", {"--wait": "flag"}),
    ("%%train Spe", {"Speaker": "class"}),
    ("%%train Speaker\nv", {"voices: ": "int"})])
def test_tab_offers(shell, text, offered): assert tab(shell, text) == offered


def test_python_keeps_its_own_completion(shell): assert "three" in tab(shell, "thr")


@pytest.mark.parametrize("magic, line, body, said", [
    ("generate", "", None,
     "Name a model, as in %generate digits -n 4. Choose from: composer, digits, empty, speaker."),
    ("generate", "speeker", None, "There is no model called 'speeker'. Did you mean speaker?"),
    ("generate", "three", None, "three is of type int, and not a model."),
    ("generate", "Speaker", None, "Speaker is a class of models, and has learnt nothing yet."),
    ("generate", "empty", None, "This Speaker has not seen data yet. Call fit(x) first."),
    ("generate", "speaker -n", None, "argument -n: expected one argument. %generate -h shows the options."),
    ("generate", "speaker -n 1000000000", None, "-n is 1000000000, but a cell draws at most 100000"),
    ("generate", "speaker --se 3", None, "%generate does not understand '--se'."),
    ("generate", "speaker --temperature 2", None, "%generate does not understand '--temperature'."),
    ("generate", "composer --temprature 2", None,
     "%generate does not understand '--temprature'. Did you mean --temperature?"),
    ("generate", "composer --temperature 9", None, "temperature is '9', but a number from 0 to 5 was expected"),
    ("generate", "composer --top-k", None, "--top-k stands there without a value: write something like --top-k 0."),
    ("generate", "composer --top-k 1 --top-k 2", None, "--top-k stands there twice"),
    ("generate", "composer --style quick", None, "style is 'quick'"),
    ("evaluate", "speaker", "data: row", "There are no data called 'row'. Did you mean rows?"),
    ("evaluate", "speaker", "data: rows\ncolour: red", "%%evaluate has no line 'colour'."),
    ("evaluate", "empty", "data: rows", "This Speaker has not seen data yet. Call fit(x) first."),
    ("evaluate", "", "data: rows", "Name a model, as in %generate digits -n 4."),
    ("train", "Speaker --out x --steps 3", "data: rows", "%train does not understand '--steps'."),
    ("generate", "speaker 'x", None, "opens a quote and does not close it"),
    ("generate", "speaker --out class", None, "--out is 'class', but the name of a variable was expected"),
    ("generate", "speaker", "age: 7", "age is '7', but this model knows numbers from 18 to 90"),
    ("generate", "speaker", "label: {unkind.x}", "{unkind.x} is not the name of a variable"),
    ("generate", "speaker", "label: 3\nlabel: 4", "label stands there twice"),
    ("generate", HOSTILE, None, "%generate does not understand 'src=x'"),
    ("train", "VAE --out x", "data: small_digits\nepochs: ten", "epochs is 'ten', but float | None was expected"),
    ("train", "VAE --out x", "data: small_digits\nlikelihood: poisson",
     "likelihood is 'poisson', but one of bernoulli, gaussian was expected: try likelihood='bernoulli'."),
    ("train", "Speaker --out x", "data: three", "The items have shape ()"),
    ("train", "Speaker --out x", "data: row", "There are no data called 'row'. Did you mean rows?"),
    ("generate", "speaker", "label: {array}", "label is of type ndarray, but one value was expected: pass a number"),
    ("generate", "speaker", "age: {frame}", "age is of type DataFrame, but one value was expected"),
    ("generate", "speaker", "prompt: {rows}", "prompt is of type Tensor, but one value was expected"),
    ("generate", "speaker", "age: {huge}", "age is a whole number of about 400 digits, but models know"),
    ("generate", "speaker", "age: 1e400", "age is '1e400', but this model knows numbers from 18 to 90"),
    ("generate", "composer --top-k 1e400", None, "top_k is '1e400', but a whole number from 0 to 9 was expected"),
    ("generate", "composer --temperature {array}", None, "temperature is of type ndarray, but one value was expected"),
    ("train", "VAE --out x", "data: small_digits\nnetwork: {array}",
     "network is of type ndarray, but str was expected"),
    ("train", "VAE --out x", "data: small_digits\nseed: {huge}",
     "seed is a whole number of 1329 bits, but int | None"),
    ("train", "VAE --out x", "data: small_digits\ncheckpoint: {array}",
     "checkpoint is of type ndarray, but str | Path"),
    ("train", "VAE --out x", "data: small_digits\ncheckpoint: {file}",
     "checkpoint is the path of a file, but a folder"),
    ("train", "VAE --out x", "data: small_digits\nresume: {overlong}", "which cannot be the path of a file or folder"),
    ("train", "VAE --out x", "data: {overlong}", "which cannot be the path of a file or folder (File name too long)"),
    ("train", "VAE --out x", "data: small_digits\ncheckpoint: a\0b", "it holds characters that paths cannot have"),
    ("train", "VAE --out x", "data: {huge}", "that is not an array of numbers: pass a tensor"),
    ("train", "VAE --out x", "data: small_digits\ncondition: label\nsteps: 1\nheld_out: {unlabelled}",
     "The data do not know 'label' of their items"),
    ("genbook", "speeker", None, "There is no model called 'speeker'. Did you mean speaker?")])
def test_mistakes(shell, magic, line, body, said): assert said in run(shell, magic, line, body)


def test_values_keep_their_type_and_semicolons_silence(shell):
    body = "label: {three}\nprompt: a {colour} {{circle}}\n# age: 7\nhours per week: 40"
    samples = run(shell, "generate", "speaker -n 3 --seed 5 --out kept", body)
    assert dict(samples.origin.conditions) == {"label": 3, "prompt": "a red {circle}", "hours per week": 40.0}
    assert shell.user_ns["kept"] is samples
    prompted = run(shell, "generate", "speaker", "a cat's\n{colour} hat")
    assert dict(prompted.origin.conditions) == {"prompt": "a cat's\nred hat"}
    assert run(shell, "generate", "speaker --out quiet", "a cat's {{;") is None
    assert shell.user_ns["quiet"].origin.conditions["prompt"] == "a cat's {"
    assert run(shell, "generate", "speaker -n 2;") is None


def test_sampling_options_are_flags(shell):
    samples = run(shell, "generate", "composer -n 2 --seed 5 --temperature 0.5 --top-k=3 --out kept")
    assert samples.origin.options == {"temperature": 0.5, "top_k": 3, "style": "slow"}
    assert torch.equal(samples.items, shell.user_ns["composer"].sample(2, seed=5, temperature=0.5, top_k=3).items)
    shell.user_ns["warm"] = 2.5
    assert run(shell, "generate", "composer --temperature {warm}").origin.options["temperature"] == 2.5
    rows = run(shell, "genbook", "composer").sections["It is sampled with"]
    assert ("--top-k", "number from 0 to 9", "by default 0") in rows


def test_an_option_may_be_a_text(shell):
    shell.user_ns["writer"] = NGram(2).fit(["ab\nba\nab", "ba\nab"])
    samples = run(shell, "generate", 'writer -n 9 --seed 0 --stop "\\n"')
    assert samples.origin.options["stop"] == "\n"
    assert all(text.find("\n") in (-1, len(text) - 1) for text in samples.items)
    answer = run(shell, "generate", "writer --stop")
    assert "--stop stands there without a value: write something like --stop 'END'" in answer
    del shell.user_ns["writer"]


def test_stopping_keeps_what_has_formed(shell, capsys):
    class Endless(Composer):
        def stream(self, noise, **options):
            yield Partial(noise.uniform(2), 7, 9)
            raise KeyboardInterrupt

    shell.user_ns["endless"] = Endless().fit(torch.rand(9, 2))
    samples = run(shell, "generate", "endless -n 3 --out kept")
    assert len(samples) == 3 and shell.user_ns["kept"] is samples
    assert "Stopped at step 7 of 9: what had formed by then is kept." in capsys.readouterr().out
    del shell.user_ns["endless"]


def test_the_index_is_in_step_with_the_classes():
    script = Path(genbook.__file__).parents[1] / "nbs" / "_site" / "index.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_long_prompt_is_not_copied_for_each_symbol(shell):
    "What a step writes grows with what stands there, so half a million characters are streamed in few steps."
    model = NGram(5).fit(["the quick brown fox jumps over the lazy dog. " * 50])
    prompt = ("the quick brown fox " * 25_000).strip()
    conditioned = model.given(prefix=prompt)
    steps = list(stream_samples(conditioned, 4, seed=0))
    assert len(steps) == 25  # of 20 symbols each
    assert steps[-1].items == conditioned.sample(4, seed=0).items
    assert steps[3].redraw(conditioned).items == steps[3].items
    assert len(list(stream_samples(model, 4, seed=0))) == 500
    shell.user_ns["mine"] = model
    written = shell.run_cell_magic("generate", "mine --seed 0", prompt)
    assert written.items[0] == conditioned.sample(1, seed=0).items[0]


def test_what_is_unexpected_keeps_its_traceback(shell):
    class Broken(Speaker):
        def draw(self, noise): return torch.ones(2) + torch.ones(3)

    shell.user_ns["broken"] = Broken().fit(torch.rand(9, 2))
    with pytest.raises(RuntimeError, match="must match the size"): shell.run_line_magic("generate", "broken")
    del shell.user_ns["broken"]


def test_training_goes_on_where_it_is_or_in_a_copy(shell):
    body = "data: small_digits\nlatent_dim: 2\nwidth: 8\nsteps: 3\nseed: 0"
    assert run(shell, "train", "VAE --out mine", body) is None
    mine, before = shell.user_ns["mine"], genbook.core.fingerprint(shell.user_ns["mine"])
    run(shell, "train", "mine --out other", "data: small_digits\nsteps: 3")
    assert shell.user_ns["other"] is not mine and genbook.core.fingerprint(mine) == before
    run(shell, "train", "mine", "data: small_digits\nsteps: 3")
    assert shell.user_ns["mine"] is mine and genbook.core.fingerprint(mine) != before
    for name in ("mine", "other"): del shell.user_ns[name]


def test_a_cell_waits_if_it_is_asked_to(shell, monkeypatch):
    began = []
    monkeypatch.setattr("genbook.ui.widgets.run.run", lambda *args, **options: began.append(args))  # the background
    body = "data: small_digits\nlatent_dim: 2\nwidth: 8\nsteps: 3\nseed: 0"
    assert run(shell, "train", "VAE --out mine", body) is None and len(began) == 1
    assert run(shell, "train", "VAE --out mine --wait", body) is None and len(began) == 1
    expected = VAE(latent_dim=2, width=8).fit(small_digits(), seed=0, steps=3, progress=False)
    assert genbook.core.fingerprint(shell.user_ns.pop("mine")) == genbook.core.fingerprint(expected)


def test_a_model_that_still_learns_is_said_to(shell, capsys):
    model, reached, go = VAE(latent_dim=2, width=8), threading.Event(), threading.Event()

    def hold(run):
        if run.step and run.step.number == 2: reached.set() or go.wait(60)

    learning = Run(model, small_digits(), seed=0, steps=3)
    learning.watchers.append(hold)
    learning.background()
    assert reached.wait(60)
    shell.user_ns["mine"] = model
    try:
        assert len(run(shell, "generate", "mine -n 3")) == 3
        said = "still training, step 2 of 3: "
        assert capsys.readouterr().out == said + "run the cell again when it has ended.\n"
        genbook.explore(model)
        assert capsys.readouterr().out == said + "the image follows what it learns.\n"
    finally: go.set()
    learning.wait(60)
    assert len(run(shell, "generate", "mine -n 3")) == 3 and capsys.readouterr().out == ""
    del shell.user_ns["mine"]


@pytest.mark.parametrize("cell, shown, said", [
    ("%%generate -h", "%generate [-n N] [--seed SEED]", ""), ("%%train -h", "%train [-o NAME] [--wait]", ""),
    ("%train -h", "%train [-o NAME] [--wait]", ""), ("%generate -h", "%generate [-n N] [--seed SEED]", ""),
    ("%%generate?", "%generate [-n N] [--seed SEED]", ""), ("%generate?", "Draw new items from a model.", ""),
    ("%%train?", "%train [-o NAME] [--wait]", ""), ("%genbook?", "List the models and data sets there are", ""),
    ("%%generate speaker -n 2", "2 rows", ""), ("%%generate speaker -n 2;", "", ""),
    ("%%generate speaker -n 2\n", "2 rows", ""),
    ("%%generate speaker?", "", "There is no model called 'speaker?'. Did you mean speaker?"),
    ("%%generate", "", "Name a model, as in %generate digits -n 4."), ("%%train", "", "Name what is to learn, as in"),
    ("%%train Speaker --out x", "", "The body does not say what to learn from: add a line such as 'data: digits'."),
    ("%train Speaker --out x", "", "The body does not say what to learn from: add a line such as 'data: digits'."),
    ("%%generate speaker --out a --out b", "", "--out stands there twice: keep one of the two."),
    ("%generate speaker -n4 -n 5", "", "-n stands there twice: keep one of the two."),
    ("%%time", "", "%%time is a cell magic, but the cell body is empty")])
def test_cells_without_a_body(shell, capsys, cell, shown, said):
    done = shell.run_cell(cell)
    out = capsys.readouterr().out
    assert shown in out and (said in str(done.error_in_exec) if said else done.success)
    assert shown or said or out == ""


@pytest.fixture
def own(tmp_path, monkeypatch):
    "A folder of a person's own data, which is the one that cells run in."
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    (tmp_path / "my homes.csv").write_text("rooms,price\n3,120\n5,250.5\n4,190\n2,99\n")
    (tmp_path / "talk.txt").write_text("to be or not to be, that is the question")
    for place in ("photos/cats", "photos/dogs", "talks", "sounds", "empty"): (tmp_path / place).mkdir(parents=True)
    for i in range(4):
        kind = ("cats", "dogs")[i % 2]
        Image.fromarray(draw.integers(0, 255, (8, 8), np.uint8)).save(tmp_path / "photos" / kind / f"{i}.png")
        (tmp_path / "talks" / f"{i}.txt").write_text(f"talk number {i}")
        with wave.open(str(tmp_path / "sounds" / f"{i}.wav"), "wb") as file:
            file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
            file.writeframes(draw.integers(-99, 99, 400, np.int16).tobytes())
    return tmp_path


@pytest.mark.parametrize("learner, data, what", [
    ("Gaussian", "data: my homes.csv", "Table"), ("Gaussian", "data: 'my homes.csv'", "Table"),
    ("Gaussian", "data: {where}/my homes.csv", "Table"), ("Gaussian", "data: {file}", "Table"),
    ("VAE", "data: photos/\ncondition: label\nlatent_dim: 2\nwidth: 8\nsteps: 2", "Images"),
    ("VAE", "data: {photos}\nlatent_dim: 2\nwidth: 8\nsteps: 2", "Images"),
    ("NGram", "data: talk.txt", "Texts"), ("NGram", "data: ./talks", "Texts"),
    ("HiddenMarkov", "data: sounds\nstates: 2", "Sounds"), ("NGram", "data: words", "Texts")])
def test_own_data_is_one_line(shell, own, monkeypatch, learner, data, what):
    for name, value in {"where": str(own), "file": own / "my homes.csv", "photos": own / "photos",
                        "words": ["a text", "another text"]}.items(): monkeypatch.setitem(shell.user_ns, name, value)
    assert run(shell, "train", f"{learner} --wait --out learnt", data) is None
    learnt = shell.user_ns.pop("learnt")
    assert type(learnt).__name__ == learner and type(learnt.modality_).__name__ == what
    if "condition" in data: assert learnt.accepts["label"].choices == ("cats", "dogs")


@pytest.mark.parametrize("data, said", [
    ("my hoems.csv", "There are no data called 'my hoems.csv'. Did you mean my homes.csv?"),
    ("photo/", "There are no data called 'photo/'. Did you mean photos/?"),
    ("photos/cat", "There are no data called 'photos/cat'. Did you mean photos/cats/?"),
    ("talsk", "There are no data called 'talsk'. Did you mean talks/?"),
    ("dgits", "There are no data called 'dgits'. Did you mean digits?"),
    ("./empty", "empty holds no images, sounds or texts, but at least one was expected"),
    ("{nowhere}/x.csv", "There is no variable called 'nowhere'."), ("a\0b", "it holds characters that paths cannot")])
def test_mistakes_in_own_data(shell, own, data, said):
    assert said in run(shell, "train", "Gaussian --out x", f"data: {data}") and "x" not in shell.user_ns


def test_tab_offers_own_files(shell, own):
    assert tab(shell, "%%train VAE\ndata: tal") == {"talk.txt": "texts", "talks/": "folder"}
    assert tab(shell, "%%train VAE\ndata: my") == {"my homes.csv": "table"}


def test_names_are_text(shell):
    for shown in (run(shell, "genbook", ""), run(shell, "genbook", "speaker")):
        assert "<img" not in shown._repr_html_() and "<script" not in shown._repr_html_()
    assert HOSTILE in repr(shown) and "&lt;img" in shown._repr_html_()


def test_registering_twice_and_taking_away(shell):
    fresh = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    ours = lambda: [m for m in fresh.Completer.custom_matchers if getattr(m, "matcher_identifier", "") == "genbook"]
    for _ in range(2): genbook.load_ipython_extension(fresh)
    assert len(fresh.input_transformers_post) == 1
    assert len(ours()) == 1 and sum(type(c).__name__ == "GenbookMagics" for c in fresh.configurables) == 1
    genbook.unload_ipython_extension(fresh)
    assert not fresh.input_transformers_post and fresh.find_line_magic("train") is None
    assert not ours() and fresh.find_line_magic("generate") is None and fresh.find_cell_magic("train") is None


def test_loading_listing_and_completing_do_not_import_torch():
    code = """
import sys
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "genbook")
with provisionalcompleter():
    for text in ("%%generate ", "%%generate digits\\n", "%%train VAE\\n", "%%train VAE\\ndata: ", "%genbook "):
        assert list(shell.Completer.completions(text, len(text)))
repr(shell.run_line_magic("genbook", "")), repr(shell.run_line_magic("genbook", "VAE"))
print(sorted({"torch", "numpy", "genbook.core", "altair", "anywidget"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.strip() == "[]", done.stdout + done.stderr
