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
from genbook.core import fingerprint
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
