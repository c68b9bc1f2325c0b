"The same call on several processes, as `torchrun` or `accelerate launch` start them."
import os
import subprocess
import sys

CODE = """
import os
from pathlib import Path
from genbook import VAE
from genbook.core import fingerprint
from genbook.data import small_digits
Path(f"learnt-{os.environ['RANK']}").write_text(fingerprint(VAE(latent_dim=2, width=16).fit(small_digits(), seed=0, steps=20, progress=False)))
"""


def test_two_processes_learn_one_model(tmp_path):
    "Each process takes its part of every batch, and all of them end with the same model."
    script = tmp_path / "fit.py"
    script.write_text(CODE)
    env = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--standalone", script], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    learnt = [file.read_text() for file in tmp_path.glob("learnt-*")]
    assert len(learnt) == 2 and learnt[0] == learnt[1]
