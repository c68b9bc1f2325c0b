"""Attacks that take minutes: nothing is lost, and nothing hangs. Not part of continuous integration.

    python tests/stress.py                       # all of them, in about ten minutes
    python tests/stress.py kills saves --times 50 --seed 3

| command | what is tried | what must hold |
|---|---|---|
| `kills` | a fit is killed at random moments and resumed | it ends bit for bit as one that was let alone |
| `saves` | a save is killed at random moments | the folder holds the old model or the new one |
| `sharing` | two processes save to one folder, two read it | every reader gets one of the two models |
| `disk` | the disk is full after some bytes: models, checkpoints, samples | one sentence; what was there is whole |
| `damage` | folders with flipped, cut, lost and crafted files | one sentence, or the same model |
| `magics` | cells that nobody would write | a result, or one sentence |
| `widgets` | explorers are made, asked and closed | none is left, nor the memory that they took |
| `orders` | pause, resume and stop in any order, while samples are drawn | the run ends; the model is fitted |
| `interrupts` | Ctrl-C at random moments of a fit | what was learnt is kept |

Every attack is bounded in time. It prints a table of attempts and failures, and ends with 1 if anything failed. Linux.
"""
import argparse
import contextlib
import gc
import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from ipywidgets.widgets import widget as registry

import genbook
from genbook import VAE, GaussianMixture, KernelDensity, Model, explore
from genbook.core import Explained, fingerprint
from genbook.data import small_digits
from genbook.training import Run, train

FORK = multiprocessing.get_context("fork")  # children need not import torch again
LONGEST = 120  # seconds that a child may take
X = torch.randn(200, 4, generator=torch.Generator().manual_seed(0))
ITEMS = small_digits()[:300]


class Tally:
    "Attempts and failures of one attack."

    def __init__(self, name: str):
        self.name, self.attempts, self.failures = name, 0, []

    def expect(self, holds: Any, what: str) -> None:
        "Count an attempt, and a failure unless it holds."
        self.attempts += 1
        if not holds:
            self.failures.append(what)
            print(f"  {self.name}: {what[:500]}", flush=True)


def child(work: Callable[..., None], *given: Any) -> Any:
    "A process of its own that does `work`; errors are not shown."
    def quietly() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.stderr = open(os.devnull, "w")
        work(*given)

    process = FORK.Process(target=quietly)
    process.start()
    return process


def ended(process: Any, seconds: float = LONGEST) -> bool:
    "Whether it ended by itself in time; it is killed otherwise."
    process.join(seconds)
    if alive := process.is_alive(): process.kill()
    process.join()
    return not alive


def explained(work: Callable[[], Any]) -> str:  # what went wrong; empty if it gave a result or a sentence
    "What `work` raises that is no sentence of genbook's."
    try: work()
    except Explained: return ""
    except Exception as error: return f"{type(error).__name__}: {error}"
    return ""


# ---- kills ----


def fit_with_checkpoints(folder: Path, steps: int) -> None:
    "Learn, or go on from the checkpoint that is there; the end is written beside it."
    model = VAE(latent_dim=2, width=16)
    there = {"resume": folder} if (folder / "card.json").exists() else {}
    for _ in train(model, ITEMS, seed=1, steps=steps, batch_size=32, checkpoint=folder, every=0, **there): pass
    folder.with_suffix(".txt").write_text(fingerprint(model))


def kills(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "A fit that is killed at random moments ends as one that was let alone."
    steps, expected = 60, folder / "alone"
    started = time.monotonic()
    assert ended(child(fit_with_checkpoints, expected, steps)), "the fit that was let alone did not end"
    seconds = time.monotonic() - started
    for i in range(times):
        place = folder / f"killed-{i}"
        for _ in range(3):
            process = child(fit_with_checkpoints, place, steps)
            process.join(chance.random() * seconds / 2)
            process.kill()
            process.join()
        done = ended(child(fit_with_checkpoints, place, steps)) and place.with_suffix(".txt").exists()
        same = done and place.with_suffix(".txt").read_text() == expected.with_suffix(".txt").read_text()
        tally.expect(same, f"the fit {i} " + ("ended otherwise than alone" if done else "could not go on"))


# ---- saves ----


def two_models() -> list[Model]:
    "Two models of different sizes."
    return [KernelDensity(bandwidth=0.5).fit(X[:n]) for n in (20, len(X))]


def save_for_ever(models: list[Model], folder: Path, seconds: float = LONGEST) -> None:
    "Save one after the other to the same folder."
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for model in models: genbook.save(model, folder)


def saves(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "Killed while it saves: the folder holds one of the two models, and can be saved to again."
    models, place = two_models(), folder / "model"
    known = {fingerprint(model) for model in models}
    genbook.save(models[0], place)
    for i in range(times):
        process = child(save_for_ever, models, place)
        process.join(0.02 + chance.random() / 5)
        process.kill()
        process.join()
        try: found = fingerprint(genbook.load(place))
        except Exception as error: found = f"{type(error).__name__}: {error}"
        tally.expect(found in known, f"after kill {i} the folder holds no model: {found}")
        wrong = explained(lambda: genbook.save(models[0], place))
        tally.expect(not wrong, f"after kill {i} nothing can be saved: {wrong}")


def read_for_ever(folder: Path, known: set[str], report: Path, seconds: float) -> None:
    "Load again and again; write what is no model of the two."
    end, count, wrong = time.monotonic() + seconds, 0, []
    while time.monotonic() < end:
        try: found = fingerprint(genbook.load(folder))
        except Exception as error: found = f"{type(error).__name__}: {error}"
        count += 1
        if found not in known: wrong.append(found)
    report.write_text(json.dumps([count, wrong[:20]]))


def sharing(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "Two processes save to one folder, two read it."
    models, place, seconds = two_models(), folder / "shared", min(30, times / 2)
    known, reports = {fingerprint(model) for model in models}, [folder / f"report-{i}" for i in range(2)]
    genbook.save(models[0], place)
    writers = [child(save_for_ever, [model], place, seconds) for model in models]
    readers = [child(read_for_ever, place, known, report, seconds) for report in reports]
    for process in writers + readers: tally.expect(ended(process) and process.exitcode == 0, "a process failed")
    for report in reports:
        count, wrong = json.loads(report.read_text()) if report.exists() else (1, ["a reader wrote nothing"])
        tally.attempts += count - len(wrong)
        for found in wrong: tally.expect(False, f"a reader got {found}")
    tally.expect(not explained(lambda: genbook.load(place)), "at the end there is no model")


# ---- disk ----


def write_within(size: int, write: Callable[[], Any], report: Path) -> None:
    "Write on a disk where a file has room for `size` bytes."
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    report.touch()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    wrong = explained(write)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    report.write_text(wrong or "well")


def contents(place: Path) -> dict[str, str]:
    "The checksums of all files."
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def disk(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "A disk that is full: one sentence, and what was there is whole."
    small, large = two_models()
    samples, pictures = large.sample(2000, seed=0), genbook.pretrained("digits").sample(16, seed=0)

    def learn(place: Path) -> None:
        for _ in train(VAE(latent_dim=2), ITEMS, seed=1, steps=3, checkpoint=place, every=0): pass

    kinds = {"model": lambda place: genbook.save(large, place), "checkpoint": learn,
             "rows.csv": lambda place: samples.save(place), "pictures.png": lambda place: pictures.save(place)}
    before = {"model": lambda place: genbook.save(small, place), "checkpoint": learn,
              "rows.csv": lambda place: small.sample(3, seed=0).save(place),
              "pictures.png": lambda place: pictures[:1].save(place)}
    for i in range(times):
        name = chance.choice([*kinds])
        place, report = folder / f"{i}-{name}", folder / f"report-{i}"
        before[name](place)
        was = contents(place)
        largest = max(path.stat().st_size for path in ([place] if place.is_file() else place.iterdir()))
        size = int(chance.random() * 2 * largest)
        done = ended(child(write_within, size, lambda write=kinds[name], place=place: write(place), report))
        said = report.read_text() if done and report.exists() else "it did not end"
        tally.expect(said == "well", f"{name}, room for {size} bytes: {said}")
        kept = all(contents(place).get(path) == digest for path, digest in was.items())
        reads = name in ("rows.csv", "pictures.png") or not whole(place)
        tally.expect(kept or place.is_dir() and reads, f"{name}, room for {size} bytes: what was there is damaged")
        tally.expect(reads, f"{name}, room for {size} bytes: it cannot be read any more")


def whole(place: Path) -> str:
    "What is wrong with a folder; empty if it can be read."
    from genbook.core.store import read_folder
    try: read_folder(place, "model" if place.name.endswith("model") else "checkpoint")
    except Exception as error: return f"{type(error).__name__}: {error}"
    return ""


# ---- damage ----


CRAFTED = [b"", b"{}", b"[]", b"null", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"1e400", b'{"sha256": 1}',
           b'{"sha256": "", "format": 2, "kind": "model", "content": {}}', b"9" * 10_000,
           b'"' + b"x" * 1_000_000 + b'"']


def signed(card: Any) -> bytes:
    "A card with the checksum that it should have."
    from genbook.core.store import card_digest
    return json.dumps({**card, "sha256": card_digest(card)}).encode()


def mutated(value: Any, chance: random.Random, depth: int = 0) -> Any:
    "JSON with one part replaced by something else."
    strange = [None, True, -1, 2**70, 1e308, "", "x" * 300, [], {}, [[]], {"$tensor": "x"}, {"$model": {}}, "../../x",
               {"$object": "os.system", "fields": {}}, {"$tuple": 3}, {"$dict": [[1]]}]
    if depth and chance.random() < 0.3 or not isinstance(value, (dict, list)) or not value:
        return chance.choice(strange)
    if isinstance(value, list):
        i = chance.randrange(len(value))
        return [mutated(part, chance, depth + 1) if k == i else part for k, part in enumerate(value)]
    name = chance.choice([*value])
    if chance.random() < 0.2: return {k: v for k, v in value.items() if k != name}
    return {k: mutated(v, chance, depth + 1) if k == name else v for k, v in value.items()}


def hurt(place: Path, chance: random.Random) -> str:  # what was done
    "Damage one file of a folder."
    path = chance.choice([path for path in place.iterdir()])
    data, kind = path.read_bytes(), chance.choice(["flip", "cut", "lose", "craft", "mutate", "mutate", "mutate"])
    i = chance.randrange(max(1, len(data)))
    if kind == "flip": path.write_bytes(data[:i] + bytes([data[i] ^ (1 << chance.randrange(8))]) + data[i + 1:])
    elif kind == "cut": path.write_bytes(data[:i])
    elif kind == "lose": path.unlink()
    elif kind == "craft": path.write_bytes(chance.choice(CRAFTED))
    else:
        path = place / "card.json"
        path.write_bytes(signed(mutated(json.loads(path.read_text()), chance)))
    return f"{kind} {path.name}, byte {i}"


def damage(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "Folders that are damaged, or made to do harm."
    from fuzzing import TooLong, ceilings
    models = [two_models()[0], VAE(latent_dim=2, width=8).fit(ITEMS, seed=0, steps=3, progress=False)]
    for _ in range(20 * times):
        place, model = folder / "damaged", chance.choice(models)
        shutil.rmtree(place, ignore_errors=True)
        genbook.save(model, place)
        done = hurt(place, chance)
        try:
            with ceilings(20, 4000): wrong = explained(lambda place=place: genbook.load(place))
        except TooLong: wrong = "it took longer than 20 s"
        tally.expect(not wrong, f"{done}: {wrong}")


# ---- magics, widgets ----


def magics(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "Cells that nobody would write."
    import fuzzing
    counts, failures = fuzzing.Bench(folder).attack(chance.randrange(2**32), 500 * times)
    tally.attempts += counts.total() - len(failures)
    for failure in failures: tally.expect(False, failure)


def widgets(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "Explorers that are made, asked and closed."
    model = VAE(latent_dim=2, width=8).fit(ITEMS, seed=0, steps=3, progress=False)

    def memory() -> float:  # MB
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

    def one() -> None:
        explorer = explore(model, ITEMS)
        latents = [np.array([chance.gauss(0, 1), chance.gauss(0, 1)], "<f4").tobytes()]
        for n in range(5): explorer._receive(None, {"kind": "decode", "view": "v", "id": n, "conditions": {}}, latents)
        for kind in ("random", "nonsense"): explorer._receive(None, {"kind": kind, "view": "v"}, [])
        explorer._receive(None, {"kind": "encode", "which": "next"}, [])
        explorer.close()

    for _ in range(20): one()
    widgets, threads, before = len(registry._instances), threading.active_count(), memory()
    for _ in range(5 * times): one()
    tally.attempts += 5 * times
    tally.expect(len(registry._instances) == widgets, f"{len(registry._instances) - widgets} widgets left")
    tally.expect(threading.active_count() <= threads, f"{threading.active_count() - threads} threads left")
    tally.expect(memory() - before < 50, f"{memory() - before:.0f} MB more for {5 * times} explorers")


# ---- orders, interrupts ----


def orders(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "Pause, resume and stop in any order, from several threads, while samples are drawn."
    for i in range(times):
        model = chance.choice([lambda: VAE(latent_dim=2, width=8), lambda: GaussianMixture(3)])()
        run = Run(model, ITEMS if isinstance(model, VAE) else X, seed=i)
        run.background()
        wrong = []

        def order(seed: int, run: Run = run, wrong: list[str] = wrong) -> None:
            mine = random.Random(seed)
            for _ in range(20):
                mine.choice([run.pause, run.resume, run.pause, run.resume, lambda: run.history])()
                if mine.random() < 0.3 and run.step is not None: wrong.append(explained(lambda: run.model.sample(2)))
                time.sleep(mine.random() / 200)

        threads = [threading.Thread(target=order, args=(chance.randrange(2**32),)) for _ in range(3)]
        for thread in threads: thread.start()
        for thread in threads: thread.join(LONGEST)
        chance.choice([run.stop, run.pause])()
        run.stop()
        tally.expect(run.ended.wait(LONGEST), f"run {i} of {type(model).__name__} did not end: {run!r}")
        tally.expect(run.status in ("stopped", "done"), f"run {i} ended as {run!r} ({run.error!r})")
        tally.expect(not any(wrong), f"run {i}: {[*filter(None, wrong)][:1]}")
        if run.step is not None: tally.expect(len(run.model.sample(2)) == 2, f"run {i} left no model")


def fit_until_stopped(report: Path) -> None:
    "Learn until Ctrl-C; write what is left."
    model = VAE(latent_dim=2, width=8)
    report.with_suffix(".started").touch()
    with contextlib.suppress(KeyboardInterrupt): model.fit(ITEMS, seed=0, steps=10**7, progress=False)
    with contextlib.suppress(Explained): model.sample(2, seed=0)  # it may have learnt nothing yet
    report.write_text("well")


def interrupts(tally: Tally, chance: random.Random, times: int, folder: Path) -> None:
    "Ctrl-C at a random moment, and perhaps a second time."
    for i in range(times):
        report = folder / f"stopped-{i}"
        process = child(fit_until_stopped, report)
        end = time.monotonic() + LONGEST
        while not report.with_suffix(".started").exists() and time.monotonic() < end: time.sleep(0.005)
        for _ in range(chance.choice([1, 1, 2])):
            time.sleep(chance.random() / 2)
            os.kill(process.pid, signal.SIGINT)
        tally.expect(ended(process), f"fit {i} did not end")
        if process.exitcode == 0: tally.expect(report.exists(), f"fit {i} left nothing")


ATTACKS = {f.__name__: f for f in (kills, saves, sharing, disk, damage, magics, widgets, orders, interrupts)}


def main() -> int:
    "What the command line asks for: 1 if anything failed."
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("attacks", nargs="*", metavar="ATTACK", help=f"of {', '.join(ATTACKS)}; by default all")
    about.add_argument("--times", type=int, default=20, help="how often, about")
    about.add_argument("--seed", type=int, default=0, help="of all that is chosen at random")
    asked = about.parse_args()
    unknown = set(asked.attacks) - set(ATTACKS)
    if unknown: about.error(f"there is no attack called {', '.join(unknown)}: choose from {', '.join(ATTACKS)}")
    tallies = []
    for name in asked.attacks or ATTACKS:
        tally, started = Tally(name), time.monotonic()
        tallies.append((tally, started))
        with tempfile.TemporaryDirectory() as folder:
            ATTACKS[name](tally, random.Random(f"{name} {asked.seed}"), asked.times, Path(folder))
        print(f"{name:12} {tally.attempts:7,} attempts, {len(tally.failures):4,} failures, "
              f"{time.monotonic() - started:5.0f} s", flush=True)
    failed = sum(len(tally.failures) for tally, _ in tallies)
    print(f"{'in all':12} {sum(tally.attempts for tally, _ in tallies):7,} attempts, {failed:4,} failures")
    return int(failed > 0)


if __name__ == "__main__": sys.exit(main())
