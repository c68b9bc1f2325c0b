"Own data go in as people hold them: one line to take them, and the line that `suggest` names to learn from them."
import re
import warnings
import wave
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

import genbook
from genbook.core import Noted
from genbook.data import Data, Images, Sequences, Sounds, Texts, conform, read_csv, read_images
from genbook.ui import magics

BRIGHT = {"cats": 60, "dogs": 200}


def grey() -> np.ndarray:  # (5, 6, 6)
    "Five small pictures."
    return np.random.default_rng(0).integers(0, 256, (5, 6, 6), np.uint8)


def write_wave(path: Path, rate: int = 8000, frames: int = 2000) -> None:
    tone = (np.random.default_rng(int(path.stem)).normal(size=frames) * 3000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(rate)
        file.writeframes(tone.tobytes())


@pytest.fixture
def own(tmp_path, monkeypatch):
    "A folder of one's own, as a person has it, with a README and hidden files in it."
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    rows = 60
    frame = pd.DataFrame({
        "city": draw.choice(["Rome", "Oslo"], rows), "price": draw.normal(200, 50, rows).round(1),
        "built": (np.datetime64("1990-01-01") + draw.integers(0, 9000, rows)).astype(str)})
    frame.loc[::7, "price"] = np.nan
    frame.loc[::9, ["city", "built"]] = None
    frame.to_csv("homes.csv", index=False)
    frame.to_csv("homes.tsv", index=False, sep="\t")
    for kind, bright in BRIGHT.items():
        for place in ("photos", "sounds", "talks"): Path(place, kind).mkdir(parents=True)
        for k in range(3):
            pixels = draw.integers(bright - 50, bright + 50, (8, 8, 3), np.uint8)
            Image.fromarray(pixels).save(f"photos/{kind}/{k}.png")
            write_wave(Path("sounds", kind, f"{k}.wav"))
            Path("talks", kind, f"{k}.txt").write_text(f"of {kind} and of {k} mice")
    Path("photos/README.md").write_text("mine")
    Path("photos/.cache.wav").write_bytes(b"?")
    return frame


LABELS = ["cats"] * 3 + ["dogs"] * 3
KINDS = {"homes.csv": ["category", "number", "day"], "homes.tsv": ["category", "number", "day"]}


@pytest.mark.parametrize("as_path", [str, Path], ids=["a string", "a path"])
@pytest.mark.parametrize("name", KINDS)
def test_tables_are_read_by_their_path(own, name, as_path):
    data = Data.of(as_path(name))
    assert [kind.name for kind in data.modality.kinds] == KINDS[name] and len(data) == len(own)
    assert int(data.items.isnan().sum()) == int(own.isna().to_numpy().sum())


def test_a_frame_from_pandas_is_the_same_table(own):
    data = Data.of(pd.read_csv("homes.csv"))
    assert [kind.name for kind in data.modality.kinds] == KINDS["homes.csv"]
    torch.testing.assert_close(data.items, Data.of("homes.csv").items, equal_nan=True)
    pd.testing.assert_frame_equal(data.frame(), pd.read_csv("homes.csv"))


@pytest.mark.parametrize("folder, modality", [
    ("photos", Images(3, 8, 8)), ("sounds", Sounds(8000)), ("talks", Texts())])
def test_folders_and_lists_of_their_files_are_the_same_items(own, folder, modality):
    data, files = Data.of(Path(folder)), sorted(Path(folder).rglob("*/?.*"))
    assert data.modality == modality and list(data.known["label"]) == LABELS
    for other in (f"{folder}/", files, [str(file) for file in files], pd.Series(map(str, files))):
        assert Data.of(other).fingerprint() == data.fingerprint()
    inside = Data.of(Path(folder, "dogs"))
    assert inside.known == {} and len(inside) == 3


def test_images_of_several_sizes_are_cut_to_the_common_one(own):
    Image.fromarray(np.full((20, 10), 200, np.uint8)).save("photos/dogs/9.png")
    files = sorted(Path("photos").rglob("*/?.png"))
    pillow = [Image.open(file) for file in files]
    arrays = [np.asarray(image.convert("RGB")) for image in pillow]
    for held in (Path("photos"), "photos", files, pillow, arrays):
        with pytest.warns(Noted, match="The 7 images have 2 sizes, from 8x8 to 20x10 pixels.*to 8x8, which most have"):
            data = Data.of(held)
        assert data.modality == Images(3, 8, 8) and data.items[6].unique().tolist() == [200]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images = Data.of(Path("photos"), Images(1, 4, 4))
        assert images.items.shape == (7, 1, 4, 4) and images.items[6].unique().tolist() == [200]
        assert read_images("photos", size=16).modality == Images(3, 16, 16)
        assert list(read_images("photos", size=(16, 8)).known["label"]) == [*LABELS, "dogs"]


def test_sounds_of_several_rates_are_brought_to_a_rate(own):
    write_wave(Path("sounds/dogs/9.wav"), rate=16000, frames=4000)
    with pytest.warns(Noted, match="have rates from 8,000 to 16,000 Hz, and are brought to mono, 8,000 Hz"):
        assert Data.of(Path("sounds")).modality == Sounds(8000)
    sounds = Data.of(Path("sounds"), Sounds(8000))
    assert [len(item) for item in sounds.items] == [2000] * 7 and len(sounds.known["label"]) == 7


def test_a_column_that_names_rows_is_set_aside(own):
    own.insert(0, "who", [f"owner {k}" for k in range(len(own))])
    own.to_csv("homes.csv", index=False)
    for read in (lambda: Data.of("homes.csv"), lambda: read_csv("homes.csv"), lambda: Data.of(own)):
        with pytest.warns(Noted, match="The column who names rows rather than sorts them .*60 different texts in 60 rows"):
            data = read()
        assert data.modality.columns == ("city", "price", "built") and data.known["who"][1] == "owner 1"
    with pytest.warns(Noted): model = genbook.Mixture(2).fit(own, steps=2, seed=0)
    assert list(model.sample(3, seed=0).frame().columns) == ["city", "price", "built"]
    assert model.log_prob(own).shape == (60,)  # the column may be there, and nobody looks at it
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Data(own, kinds={"who": "category"}).modality.columns[0] == "who"


@pytest.mark.parametrize("change, said", [
    ("photos/dogs/bark.wav", r"photos holds images \(6, such as 0.png\) and sounds \(1, such as bark.wav\)"),
    ("photos/3.png", "photos holds 3.png beside folders of images, so that it has no label")])
def test_what_does_not_belong_is_named(own, change, said):
    Path(change).write_bytes(b"?")
    with pytest.raises(ValueError, match=said): Data.of(Path("photos"))


def test_empty_folders_and_slips_are_told(own):
    Path("empty").mkdir()
    with pytest.raises(ValueError, match="empty holds no images, sounds or texts"): Data.of(Path("empty"))
    with pytest.raises(FileNotFoundError, match="There is no file 'hoems.csv', but its ending says"):
        Data.of("hoems.csv")


def test_what_is_asked_of_a_model_of_texts_opens_no_file(own):
    "A string that a stranger writes may name a file; it is a text."
    name = "talks/cats/0.txt"
    assert list(conform(Texts(), name).items) == [name] and list(conform(Texts(), [name]).items) == [name]
    model = genbook.NGram(2).fit(Path("talks"))
    assert model.log_prob(name).shape == (1,) and model.log_prob(name) != model.log_prob(Path(name).read_text())


@pytest.mark.parametrize("make", [
    lambda: "homes.csv", lambda: pd.read_csv("homes.csv"), lambda: Path("photos"), lambda: Path("talks"),
    lambda: sorted(Path("sounds").rglob("*.wav")), lambda: ["a cat", "a dog", "a mouse"],
    lambda: [Image.fromarray(pixels) for pixels in grey()], grey],
    ids=["csv", "frame", "images", "texts", "sounds", "strings", "pillow", "bytes"])
def test_the_lines_that_are_suggested_run(own, make):
    data = make()
    stepwise, short = "VAE Hidden Mixture Flow MADE PixelCNN RNN GPT WaveNet".split(), {"WaveNet": {"max_length": 9}}
    for advice in genbook.suggest(data):
        options = "steps=1, progress=False, " if any(name in advice.model for name in stepwise) else ""
        names = {"genbook": genbook, "data": data}
        exec(f"{advice.line.removesuffix(')')}, {options}seed=0)", names)
        how = next((how for name, how in short.items() if name in advice.model), {})
        assert len(names["model"].sample(2, seed=0, **how)) == 2


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell.instance()
    magics.register(shell)
    yield shell
    magics.unregister(shell)


@pytest.mark.parametrize("learner, body, said, kind", [
    ("VAE", "data: photos", "are scaled and cut to 8x8, which most have", Images(3, 8, 8)),
    ("VAE", "data: photos\npixels: 4x6", "", Images(3, 4, 6)),
    ("HiddenMarkov", "data: sounds\nfeatures: mfcc\nsteps: 2", "", Sequences(39)),
    ("HiddenMarkov", "data: {waves}\nfeatures: mfcc\nsteps: 2", "", Sequences(39)),
    ("Mixture", "data: homes.csv\nsteps: 2", "The column who names rows rather than sorts them", None)])
def test_one_cell_learns_from_own_data(shell, own, capsys, learner, body, said, kind):
    own.assign(who=[f"owner {k}" for k in range(len(own))]).to_csv("homes.csv", index=False)
    Image.fromarray(np.full((20, 10), 200, np.uint8)).save("photos/dogs/9.png")
    shell.user_ns["waves"] = Data.of(Path("sounds"))
    more = {"HiddenMarkov": "states: 1", "Mixture": "components: 2", "VAE": "latent_dim: 2\nwidth: 4\nsteps: 2"}
    shell.run_cell_magic("train", f"{learner} --out mine --wait", f"{body}\n{more[learner]}")
    model, out = shell.user_ns["mine"], capsys.readouterr().out
    assert said in out and (out == "") == (said == "")
    assert kind in (None, model.modality_) and "who" not in getattr(model.modality_, "columns", ())
    assert len(model.sample(2, seed=0)) == 2


@pytest.mark.parametrize("body, said", [
    ("data: sounds\nfeatures: mfc", "There are no features called 'mfc'. Did you mean mfcc?"),
    ("data: photos\nfeatures: mfcc", "but sounds were expected"),
    ("data: photos\npixels: tiny", "pixels is 'tiny', but a number, or height x width"),
    ("data: talks\npixels: 8", "but images were expected")])
def test_mistakes_in_how_data_are_taken(shell, own, body, said):
    with pytest.raises(UsageError, match=re.escape(said)): shell.run_cell_magic("train", "Gaussian --out other", body)
    assert "other" not in shell.user_ns
