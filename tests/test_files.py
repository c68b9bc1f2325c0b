"Files of a hostile world: what is read gives a result or a sentence, what is written is whole or not there."
import functools
import io
import os
import resource
import signal
import struct
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from genbook import VAE, load
from genbook.core import Explained, Samples, files
from genbook.data import (
    Data,
    Images,
    Points,
    Sequences,
    Sounds,
    Symbols,
    Table,
    Texts,
    Vectors,
    csv_content,
    from_csv,
    read_csv,
    read_origin,
    read_sounds,
    read_texts,
    small_digits,
    to_wav,
)
from genbook.data.image_files import open_image


def quickly(cases: int) -> settings:
    "So many cases, each as slow as it is."
    return settings(max_examples=cases, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def bounded():
    "At most half a gigabyte more than now, and five minutes: a hang or a flood ends the test."
    now = int(Path("/proc/self/status").read_text().split("VmData:")[1].split()[0]) * 1024
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (now + 2**29, before[1]))
    signal.alarm(300)
    yield
    signal.alarm(0)
    resource.setrlimit(resource.RLIMIT_DATA, before)


# Reading

STRANGE = {
    "a pipe": os.mkfifo,
    "an endless device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": os.mkdir,
    "a file of 6 GB": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 6 * 2**30),
}


@pytest.mark.parametrize("read", [read_csv, read_texts, read_sounds, read_origin, load, Data.of])
@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_file_is_not_read(tmp_path, bounded, read, strange):
    "Before a byte is read it is clear that this is no file of a size that can be meant."
    path = tmp_path / ("card.json" if read is load else "strange.csv")
    STRANGE[strange](path)
    with pytest.raises(Explained): read(tmp_path if read is load else path)


CELLS = [
    "a",
    "b c",
    "=1+1",
    "'=x",
    "1",
    "-2.5",
    "1,5",
    "1.200",
    "007",
    "+4930123",
    "1_1",
    "0x10",
    "1e5",
    "12%",
    "nan",
    "inf",
    "NA",
    "?",
    "true",
    "may",
    "01/02/2001",
    "31/01/2001",
    "2001-01-31T10:00Z",
    "2001-01-31",
    "9" * 20,
    "\u0663",
]
SIGNS = [",", ";", "\t", "\n", "\r", "\r\n", '"', "'", "#", "# {", "sep=;\n", "\u2028", "\0", "\ufeff", " ", "\\"]


@quickly(3000)
@given(content=st.binary(max_size=80) | st.lists(st.sampled_from(CELLS + SIGNS), max_size=30).map(
    lambda parts: "".join(parts).encode()))
def test_any_bytes_are_a_table_or_get_a_sentence(tmp_path, bounded, content):
    (tmp_path / "any.csv").write_bytes(content)
    for read in (from_csv, read_csv):
        try: read(tmp_path / "any.csv")
        except Explained as error: assert str(error)


@quickly(1000)
@given(columns=st.lists(st.lists(st.sampled_from(CELLS), min_size=4, max_size=4), min_size=1, max_size=4))
def test_a_cell_is_a_number_only_if_it_would_be_written_so(tmp_path, columns):
    "Whatever a column became, a cell that is taken for a number or a date is one, as Python alone reads it."
    rows = [",".join(f'"{cell}"' for cell in row) for row in zip(*columns)]
    names = ",".join(f"c{i}" for i in range(len(columns)))
    (tmp_path / "cells.csv").write_text("\n".join([names, *rows]) + "\n")
    try: found = from_csv(tmp_path / "cells.csv")
    except Explained: return
    for column, cells in zip(found.values(), columns):
        assert column.why
        if column.type != "numbers": continue
        assert not any(cell in ("007", "1_1", "0x10", "inf", "9" * 20, "\u0663", "1,5") for cell in cells)
        for value, cell in zip(column.values, cells):
            assert np.isnan(value) == (cell in ("NA", "nan", "?"))
            assert np.isnan(value) or value == float(cell.rstrip("%"))


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"]) | st.sampled_from("=+-@'\"#,;"), min_size=1, max_size=6
)


@quickly(500)
@given(names=st.lists(TEXT, min_size=2, max_size=3, unique=True), rows=st.data())
def test_a_table_is_read_as_it_was_written(tmp_path, names, rows):
    "Names and texts of any signs, also those that a spreadsheet would run, come back as they were."
    cells = [rows.draw(st.lists(TEXT.map(lambda text: f"x{text}") | TEXT, min_size=3, max_size=3)) for _ in names]
    files.replace_file(tmp_path / "table.csv", csv_content('{"by": "hand"}', names, list(zip(*cells))).encode())
    kinds = dict.fromkeys(names, "category")
    found = from_csv(tmp_path / "table.csv", kinds, missing=(), separator=",")
    assert list(found) == names
    assert [column.values.tolist() for column in found.values()] == cells
    written = (tmp_path / "table.csv").read_text().split("\n", 1)[1]
    assert not any(line.lstrip('"')[:1] in "=@" for line in written.splitlines() if line)


@functools.cache
def whole_sounds() -> list[bytes]:
    "Sound files of several kinds."
    sound, found = np.linspace(-0.5, 0.5, 60).reshape(30, 2), [to_wav(torch.zeros(5, 1), 8000, '{"by": "hand"}')]
    for form, kind in (("WAV", "PCM_16"), ("WAVEX", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "ALAW"), ("FLAC", "PCM_16")):
        file = io.BytesIO()
        soundfile.write(file, sound, 8000, subtype=kind, format=form)
        found.append(file.getvalue())
    return found


@quickly(3000)
@given(data=st.data())
def test_any_damage_to_a_sound_gives_a_sound_or_a_sentence(tmp_path, bounded, data):
    "Numbers of the header replaced, bits flipped, ends cut off."
    content = bytearray(data.draw(st.sampled_from(whole_sounds())))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, min(len(content), 80) - 4))
        match data.draw(st.sampled_from(("long", "short", "bit", "cut"))):
            case "long": content[at:at + 4] = struct.pack("<I", data.draw(st.integers(0, 2**32 - 1)))
            case "short": content[at:at + 2] = struct.pack("<H", data.draw(st.integers(0, 2**16 - 1)))
            case "bit": content[at] ^= 1 << data.draw(st.integers(0, 7))
            case "cut": del content[at + 4:]
        if len(content) < 8: break
    path = tmp_path / "any.wav"
    path.write_bytes(content)
    assert isinstance(read_origin(path), str)
    try: found = read_sounds(path)
    except Explained as error: assert str(error)
    else: found.modality.show(found.items[:1])


@pytest.mark.parametrize("rate", [1, 7, 44_101, 999_983])
def test_a_sound_of_any_rate_is_shown_in_little_memory(bounded, rate):
    sounds = Data([torch.zeros(800, 1)], Sounds(rate))
    assert "<audio" in sounds._repr_mimebundle_()["text/html"]


@functools.cache
def whole_images() -> list[bytes]:
    "Image files of several formats."
    found = []
    for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"):
        file = io.BytesIO()
        Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3)).save(file, form)
        found.append(file.getvalue())
    return found


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of damaged tags
@quickly(2000)
@given(whole=st.integers(0, 5), places=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1,
                                               max_size=4), end=st.integers(8, 4000))
def test_any_damage_to_an_image_gives_an_image_or_a_sentence(tmp_path, bounded, whole, places, end):
    "Bytes replaced, ends cut off."
    content = bytearray(whole_images()[whole])
    for place, byte in places: content[place % len(content)] = byte
    (tmp_path / "any.png").write_bytes(content[:end])
    try: open_image(tmp_path / "any.png")
    except Explained as error: assert str(error)


# Writing

class Full(io.FileIO):
    "A file on a disk that is full after a hundred bytes."

    def write(self, content):
        if self.tell() + len(content) > 100: raise OSError(28, "No space left on device")
        return super().write(content)


ITEMS = {
    "images": (Images(1, 8, 8), small_digits()[:9].items, "x.png"),
    "rows": (Vectors(3), torch.rand(50, 3), "x.csv"),
    "points": (Points(), torch.rand(50, 2), "x.csv"),
    "texts": (Texts(), ["a text"] * 50, "x.txt"),
    "table": (Table(2, ("age", "height")), torch.rand(50, 2), "x.csv"),
    "sequences": (Sequences(2), [torch.rand(50, 2)] * 2, "x.csv"),
    "sounds": (Sounds(8000), [torch.rand(99, 1)], "x.wav"),
    "symbols": (Symbols(), [["a", "b"] * 50] * 2, "x.csv"),
}


@pytest.mark.parametrize("kind", ITEMS)
def test_a_full_disk_leaves_the_file_that_was_there(tmp_path, kind):
    "Samples of each modality, on a disk that is full half-way: the old file stays, and nothing else is left."
    modality, items, name = ITEMS[kind]
    model = VAE(latent_dim=2, width=4).fit(small_digits()[:50], seed=0, steps=1, progress=False)
    samples = Samples(items, modality, model.sample(1, seed=0).origin)
    path = samples.save(tmp_path / name)
    before = path.read_bytes()
    for old in (True, False):
        if not old: path.unlink()
        with mock.patch.object(files, "open", Full, create=True), pytest.raises(Explained, match="is\\s+unchanged"):
            samples.save(path)
        assert [file.read_bytes() for file in tmp_path.iterdir()] == ([before] if old else [])


def test_formulas_are_written_as_such_if_asked(tmp_path):
    symbols = Samples([["=1+1"]], Symbols(), VAE(latent_dim=2, width=4).fit(
        small_digits()[:50], seed=0, steps=1, progress=False).sample(1, seed=0).origin)
    assert symbols.save(tmp_path / "x.csv").read_text().endswith("\n'=1+1\n")
    assert symbols.save(tmp_path / "x.csv", formulas=True).read_text().endswith("\n=1+1\n")
