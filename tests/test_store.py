"Saved models and checkpoints in a hostile world: damage, strangers, full disks, and processes that are killed."
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genbook import VAE, load, save
from genbook.core import Explained, card_digest, fingerprint, read_folder, write_folder
from genbook.data import small_digits
from genbook.training import train

IMAGES = small_digits()[:200]


@pytest.fixture(scope="module")
def model() -> VAE:
    return VAE(latent_dim=2, width=8, condition="label").fit(IMAGES, seed=0, steps=5, progress=False)


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory) -> dict[str, bytes]:
    "The files of a saved model, by name."
    folder = save(model, tmp_path_factory.mktemp("saved") / "model", licence="none")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir(): old.unlink()
    for name, content in files.items(): (folder / name).write_bytes(content)
    return folder


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_found(saved, tmp_path, data):
    "Wherever a bit flips or a file ends early, loading says so in a sentence."
    files = dict(saved)
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    if data.draw(st.booleans()): del content[data.draw(st.integers(0, len(content) - 1)):]
    else: content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    files[name] = bytes(content)
    if name == "card.json":
        try: unchanged = json.loads(content) == json.loads(saved[name])  # white space may change
        except ValueError: unchanged = False
        if unchanged: return
    with pytest.raises(ValueError, match="damaged|lacks the tensor file"): load(write(tmp_path / "damaged", files))


class Bomb:
    "Runs a command when it is unpickled."

    def __init__(self, proof: Path): self.proof = proof
    def __reduce__(self): return os.system, (f"touch {self.proof}",)


def test_strangers_are_not_opened(saved, tmp_path):
    "A pickle under any name is refused and not run."
    proof = tmp_path / "proof"
    for name in saved:
        files = dict(saved)
        torch.save(Bomb(proof), tmp_path / "bomb.pt")
        files[name] = (tmp_path / "bomb.pt").read_bytes()
        with pytest.raises(ValueError): load(write(tmp_path / "model", files))
    with pytest.raises(ValueError, match="never opened"): load(tmp_path / "bomb.pt")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as z: z.writestr("card.json", "{}")
    with pytest.raises(ValueError, match="not a folder that genbook saved"): load(tmp_path / "other.zip")
    assert not proof.exists()


def test_checkpoint_and_model_are_told_apart(model, tmp_path):
    save(model, tmp_path / "model")
    with pytest.raises(ValueError, match="holds a model, but a checkpoint was expected"):
        train(VAE(latent_dim=2), IMAGES, resume=tmp_path / "model")


@pytest.mark.parametrize("change, wrong", [
    (dict(steps=31), "options"), (dict(learning_rate=0.1), "options"), (dict(seed=2), "seed"),
    (dict(x=IMAGES[:100]), "data"), (dict(model=VAE(latent_dim=3, width=8)), "arguments")])
def test_resume_refuses_what_differs(tmp_path, change, wrong):
    "A checkpoint goes on only with the model, data and options that it was made with."
    for step in train(VAE(latent_dim=2, width=8), IMAGES, seed=1, steps=30, checkpoint=tmp_path / "checkpoint"):
        if step.number == 5: break
    change = dict(change)
    model, x = change.pop("model", VAE(latent_dim=2, width=8)), change.pop("x", IMAGES)
    with pytest.raises(ValueError, match=f"was made with other {wrong}"):
        train(model, x, resume=tmp_path / "checkpoint", **change)


def test_full_disk_loses_nothing(model, tmp_path):
    "When there is no room for the new model, the old one is still there, and a sentence says so."
    folder = save(model, tmp_path / "model")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code = f"""
import resource
from genbook import VAE, save
from genbook.data import small_digits
model = VAE(latent_dim=2, width=300).fit(small_digits()[:100], steps=2, progress=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))  # every larger file fails to be written, as on a full disk
try: save(model, {str(folder)!r})
except OSError as error: print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "what was saved there before is unchanged. Make room or choose another folder" in done.stdout, done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert fingerprint(load(folder)) == fingerprint(model)


TRAINING = """
import sys
from genbook import VAE
from genbook.data import small_digits
from genbook.training import train
folder, resume = sys.argv[1], sys.argv[2] == "resume"
options = dict(resume=folder) if resume else dict(seed=1, steps=120)
for step in train(VAE(latent_dim=2, width=8), small_digits()[:200], checkpoint=folder, every=0, **options):
    print(step.number, flush=True)
"""


def test_killed_and_resumed_is_unbroken(tmp_path):
    "A process killed without warning, again and again, leaves a checkpoint that goes on bit for bit."
    unbroken = VAE(latent_dim=2, width=8).fit(IMAGES, seed=1, steps=120, progress=False)
    folder, reached = tmp_path / "checkpoint", []
    for kill_after in (5, 23):
        process = subprocess.Popen(
            [sys.executable, "-c", TRAINING, str(folder), "resume" if reached else "start"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(kill_after): reached.append(int(process.stdout.readline()))
        time.sleep(0.002 * kill_after)  # not a wait for anything: a kill at no particular moment of a step
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert reached[5] > 1, "it went on rather than starting anew"
    resumed = VAE(latent_dim=2, width=8)
    assert [step.number for step in train(resumed, IMAGES, resume=folder)][-1] == 120
    assert fingerprint(resumed) == fingerprint(unbroken)


def test_memory_of_training_stays_small():
    "Training on the 5,000 digits stays under a gigabyte."
    code = """
from pathlib import Path
from genbook import VAE
from genbook.data import digits
VAE(network="convolutional", condition="label").fit(digits(), steps=60, progress=False)
# getrusage would count the process that started this one
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 2**20)
"""
    gigabytes = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    print(f"\npeak resident memory {gigabytes:.2f} GiB")
    assert gigabytes < 1


KILLED = """
import os, signal, sys
from pathlib import Path
import torch
from genbook.core import read_folder, write_folder

root = Path(sys.argv[1])

def killed_at(point, function):
    "`function` in a process that kills itself at the `point`-th call that touches the disk; whether it got there."
    process = os.fork()
    if process: return os.waitpid(process, 0)[1] == signal.SIGKILL
    calls = 0
    def counted(call):
        def wrapper(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == point: os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)
        return wrapper
    for name in ("mkdir", "open", "fsync", "replace", "unlink"): setattr(os, name, counted(getattr(os, name)))
    function()
    os._exit(0)

for first in (True, False):
    point = 1
    while True:
        folder = root / f"{first}-{point}"
        if not first: write_folder(folder, "lesson", {"x": torch.zeros(3)})
        if not killed_at(point, lambda: write_folder(folder, "lesson", {"x": torch.ones(3)})): break
        if not first: assert read_folder(folder, "lesson")["x"].sum() in (0, 3)
        write_folder(folder, "lesson", {"x": torch.full((3,), 2.0)})
        assert read_folder(folder, "lesson")["x"].sum() == 6
        assert len(list(folder.iterdir())) == 2, sorted(folder.iterdir())
        point += 1
    print(point)
"""


def test_killed_anywhere_a_save_can_be_made_again(tmp_path):
    "Killed at each call that touches the disk: what was there is whole, and the same command works again."
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert min(map(int, done.stdout.split())) > 6  # as often, at least, it was killed


RIVALS = """
import os, sys
import torch
from pathlib import Path
from genbook.core import read_folder, write_folder

folder = Path(sys.argv[1])
write_folder(folder, "lesson", {"x": torch.zeros(1000)})
writers = []
for rival in (1, 2):
    process = os.fork()
    if process: writers.append(process)
    else:
        for number in range(100):  # the files of each save have other sizes than the last ones
            x = torch.full((1000 + 100 * (number % 7),), rival + number / 200)
            write_folder(folder, "lesson", {"x": x, "note": "n" * (number % 5)})
        os._exit(0)
reads = 0
while writers:
    x = read_folder(folder, "lesson")["x"]
    assert x.shape[0] % 100 == 0 and (x == x[0]).all()
    reads += 1
    ended, status = os.waitpid(-1, os.WNOHANG)
    if ended:
        assert status == 0, status
        writers.remove(ended)
assert len(list(folder.iterdir())) == 2
print(reads)
"""


def test_two_processes_save_to_one_folder(tmp_path):
    "Two write and one reads, as fast as they can: every read is whole, and nothing is left over."
    done = subprocess.run([sys.executable, "-c", RIVALS, str(tmp_path / "one")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def changed(saved: dict[str, bytes], change) -> dict[str, bytes]:
    "The files with another card, whose checksum is right."
    card = json.loads(saved["card.json"])
    change(card)
    card["sha256"] = card_digest(card)
    return {**saved, "card.json": json.dumps(card).encode()}


def learnt(card: dict) -> list:
    "The pairs of name and value that the model of a card learnt."
    return dict(card["content"]["$dict"])["model"]["$model"]["learnt"]["$dict"]


def test_what_a_card_names_is_looked_at_first(saved, tmp_path):
    "A tensor file that is a pipe, a device, or of another size is not read; nor is a card."
    name = next(name for name in saved if name != "card.json")
    for path in (name, "card.json"):
        folder = write(tmp_path / "strange", saved)
        for strange in (lambda file: os.mkfifo(file), lambda file: file.symlink_to("/dev/zero"),
                        lambda file: os.truncate(os.open(file, os.O_CREAT | os.O_WRONLY), 6 * 2**30)):
            (folder / path).unlink()
            strange(folder / path)
            with pytest.raises(Explained): load(folder)
    with pytest.raises(Explained, match="is damaged"):
        load(write(tmp_path / "claims", changed(saved, lambda card: card["tensors"].update(bytes=2**40))))


@pytest.mark.parametrize("change, wrong", [
    (lambda card: dict(card["content"]["$dict"])["model"]["$model"]["arguments"]["$dict"].append(["width", 20_000]),
     "ask for networks of .* bytes"),
    (lambda card: learnt(card).append(["sample", 1]), "wants to set 'sample'"),
    (lambda card: learnt(card).append(["__class__", 1]), "wants to set '__class__'"),
    (lambda card: learnt(card).append(["item_shape_", {"$tuple": [1, 20_000, 20_000]}]), "ask for networks"),
    (lambda card: dict(card["content"]["$dict"])["model"]["$model"]["arguments"]["$dict"].append(["beta", 2.0]),
     "was changed after it was saved"),
    (lambda card: card["content"]["$dict"].append(["model", 3]), "it holds a int, but a model was expected"),
    (lambda card: card.update(content=[]), "its content is a list")])
def test_a_card_cannot_ask_for_more_than_its_tensors(saved, tmp_path, change, wrong):
    "What a card claims is compared with its tensors before memory is taken, and with its fingerprint after."
    with pytest.raises(Explained, match=wrong): load(write(tmp_path / "crafted", changed(saved, change)))


CARDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["$tensor", "$dict", "$tuple", "$model", "$object", "fields", "class", "arguments"]), inner,
        max_size=3))


def places(value, found: list) -> list[tuple[dict | list, str | int]]:
    "Every place of nested lists and dictionaries."
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        found.append((value, key))
        places(value[key], found)
    return found


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 10_000), instead=CARDS)
def test_any_card_gives_a_model_or_a_sentence(saved, tmp_path, number, instead):
    "Whatever stands at some place of a card, with the right checksum."
    def change(card):
        every = places(card, [])
        container, key = every[number % len(every)]
        container[key] = instead

    try: load(write(tmp_path / "any", changed(saved, change)))
    except Explained: pass


def test_a_checkpoint_says_its_threads(tmp_path):
    "Going on with another number of threads warns that the last bits may differ."
    folder = write_folder(tmp_path / "checkpoint", "checkpoint", {})
    torch.set_num_threads(threads := torch.get_num_threads() + 1)
    try:
        with pytest.warns(UserWarning, match=f"here torch uses {threads}"): read_folder(folder, "checkpoint")
    finally: torch.set_num_threads(threads - 1)
