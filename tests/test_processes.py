"The same call on several processes, as `torchrun` or `accelerate launch` start them; and models sent to another one."
import json
import os
import subprocess
import sys

import pytest
import safetensors.torch
import torch

from genbook import VAE
from genbook.core import fingerprint
from genbook.data import small_digits
from genbook.core import describe

FIT = """
import os
from pathlib import Path
from genbook import VAE
from genbook.core import fingerprint
from genbook.data import small_digits
model = VAE(latent_dim=2, width=16).fit(small_digits(), seed=0, steps=20, progress=False)
Path(f"learnt-{os.environ['RANK']}").write_text(fingerprint(model))
"""

# The mean of a batch has no noise, so two processes that share batches must learn what one learns alone.
LINE = """
import os
from pathlib import Path
import torch
from torch import nn
from genbook.training import Neural, train
from genbook.training.networks import make

class Line(Neural):
    def prepare(self, data): self.features_ = 1
    def choose_precision(self, fast): return "float32"
    def build(self, seed=0): self.map = make(lambda: nn.Linear(1, 1), seed)
    def losses(self, x, conditions, generator): return {"loss": ((self.map(x[:, :1]) - x[:, 1:]) ** 2).mean()}
    def draw(self, noise): return noise.uniform(2)

x = torch.linspace(0, 1, 40)[:, None]
line = Line()
for step in train(line, torch.cat([x, 3 * x + 1], 1), seed=0, steps=30, batch_size=9, ema=0): pass
learnt = [*line.map.weight[0].tolist(), *line.map.bias.tolist(), step.loss]
Path(f"line-{os.environ.get('RANK', 'alone')}").write_text(repr(learnt))
"""


def launch(code, folder, processes):
    "Run `code` on several processes on CPUs; the launcher's variables are all that says so."
    script = folder / "fit.py"
    script.write_text(code)
    env = {k: v for k, v in os.environ.items() if k not in ("ACCELERATE_USE_CPU", "RANK", "WORLD_SIZE")}
    env["OMP_NUM_THREADS"] = "1"
    torchrun = ["-m", "torch.distributed.run", "--nproc_per_node", str(processes), "--standalone"]
    command = [sys.executable, *(torchrun if processes > 1 else []), str(script)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_two_processes_learn_one_model(tmp_path):
    "Each process takes its part of every batch, and all of them end with the same model, which neither learnt alone."
    launch(FIT, tmp_path, 2)
    learnt = [file.read_text() for file in tmp_path.glob("learnt-*")]
    alone = VAE(latent_dim=2, width=16).fit(small_digits(), seed=0, steps=20, progress=False)
    assert len(learnt) == 2 and learnt[0] == learnt[1] != fingerprint(alone)


def test_two_processes_share_a_batch(tmp_path):
    "Two processes that share batches, of unequal parts, learn what one learns from whole ones."
    launch(LINE, tmp_path, 2)
    launch(LINE, tmp_path, 1)
    first, second, alone = (json.loads((tmp_path / f"line-{rank}").read_text()) for rank in (0, 1, "alone"))
    assert first == second
    assert first == pytest.approx(alone, abs=1e-5)


REDRAW = """
import json, sys
from pathlib import Path
import safetensors.torch
from genbook.core import rebuild
folder = Path(sys.argv[1])
model = rebuild(json.loads((folder / "card").read_text()), safetensors.torch.load((folder / "tensors").read_bytes()))
safetensors.torch.save_file({"items": model.sample(5, seed=3).items}, folder / "items")
"""


def test_model_sent_to_another_process(tmp_path):
    "Class, arguments and state are all that another process needs to make the same items."
    images = small_digits()[:200]
    model = VAE(latent_dim=2, width=8, condition="label").fit(images, seed=0, steps=5, progress=False).given(label=3)
    tensors = {}
    (tmp_path / "card").write_text(json.dumps(describe(model, tensors)))
    (tmp_path / "tensors").write_bytes(safetensors.torch.save(tensors))
    done = subprocess.run([sys.executable, "-c", REDRAW, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    items = safetensors.torch.load_file(tmp_path / "items")["items"]
    assert torch.equal(items, model.sample(5, seed=3).items)
