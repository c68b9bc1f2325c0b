"A real JupyterLab on 127.0.0.1 and a real Chromium, for tests that use a notebook as a person would."
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import chromium
import filelock
import nbformat
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests, kernels, server and browser share the processors
ROOT = Path(__file__).resolve().parents[1]
SHOTS = ROOT / "shots"  # screenshots of failures, and of whatever a test shows; not in git

SETTINGS = {  # no news prompt, no update check, all cells in the page, no autosave
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none", "recordTiming": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
    "@jupyterlab/completer-extension/manager": {"autoCompletion": False},
}

# The generations of kernels that people have: they differ in which thread a widget's callback runs in, and when.
KERNELS = {"python3": None, "ipykernel-6.31": "ipykernel==6.31.0", "ipykernel-7.3": "ipykernel==7.3.0"}


@contextlib.contextmanager
def once(folder: Path) -> Iterator[bool]:
    """Whether what belongs in `folder` is still to be fetched.

    Tests run in several processes: one fetches, the others wait for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.with_name(f"{folder.name}.lock")):
        yield not (folder / "done").exists()
        (folder / "done").touch()


def install_kernel(name: str, requirement: str, data: Path) -> None:
    "A kernel of another generation, in a folder of its own, as a kernelspec."
    folder = ROOT / "_build" / "kernels" / name
    with once(folder) as missing:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        if missing: subprocess.run([*pip, requirement, "nest-asyncio"], check=True)
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": name, "language": "python", "env": {"PYTHONPATH": path}}
    path = data / "kernels" / name / "kernel.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(spec))


class Lab:
    "A server of JupyterLab, or of Notebook 7, that reads and writes nothing of the user's."

    def __init__(self, root: Path, home: Path, application: str = "jupyterlab"):
        self.root, self.home, self.token, self.application = root, home, secrets.token_hex(12), application
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, timeout: float = 90) -> "Lab":
        for name, value in SETTINGS.items():
            file = self.home / "settings" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(value))
        for name, requirement in KERNELS.items():
            if requirement: install_kernel(name, requirement, self.home / "data")
        self.runtime = tempfile.mkdtemp(prefix="lab")  # its kernels are reached through files here: short paths
        folders = {"JUPYTER_CONFIG_DIR": f"{self.home}/config", "JUPYTER_DATA_DIR": f"{self.home}/data",
                   "JUPYTER_RUNTIME_DIR": self.runtime}
        env = os.environ | folders | {
            "IPYTHONDIR": f"{self.home}/ipython", "JUPYTERLAB_SETTINGS_DIR": f"{self.home}/settings",
            "JUPYTERLAB_WORKSPACES_DIR": f"{self.home}/workspaces", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        self.log = open(self.home / "lab.log", "w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.application, "--no-browser", "--allow-root", "--expose-app-in-browser",
             f"--port={self.port}",
             "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}",
             f"--ServerApp.root_dir={self.root}",
             # ports are chosen before a kernel takes them, and with several servers at work another may be quicker
             "--KernelManager.transport=ipc",
             "--ServerApp.terminals_enabled=False", "--LabApp.extension_manager=readonly"],
            env=env, stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None: raise RuntimeError((self.home / "lab.log").read_text()[-2000:])
            try:
                urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=1)
                return self
            except OSError: time.sleep(0.1)
        raise TimeoutError(f"{self.application} did not start:\n" + (self.home / "lab.log").read_text()[-2000:])

    def address(self, file: str) -> str:
        "Where a notebook is open; in JupyterLab in a workspace of its own: no tabs of other tests."
        if self.application == "notebook": return f"{self.url}/notebooks/{file}?token={self.token}"
        return f"{self.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{file}?token={self.token}&reset"

    def ask(self, method: str, what: str) -> bytes:
        "One request to the server's REST interface."
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/{what}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer: return answer.read()

    def shutdown_kernels(self) -> None:
        "End the kernels of all notebooks."
        for session in json.loads(self.ask("GET", "sessions")): self.ask("DELETE", f"sessions/{session['id']}")

    def stop(self) -> None:
        self.process.terminate()  # the server ends its kernels
        try: self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.runtime, ignore_errors=True)


def drag_finger(page, places: list[tuple[float, float]]) -> None:
    "Put a finger down at the first place, move it over the others, and lift it."
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in at]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", places[0])
    for place in places[1:]: touch("touchMove", place)
    touch("touchEnd")


class Notebook:
    "A notebook open in a browser tab."

    def __init__(self, page, path: Path):
        self.page, self.path = page, path

    def js(self, code: str, arg=None):
        return self.page.evaluate(code, arg)

    def wait_idle(self, timeout: float = 60) -> None:
        "Wait until the kernel is idle and no cell waits to be run."
        self.page.wait_for_function("""() => { const s = window.jupyterapp?.shell.currentWidget?.sessionContext;
            return s && s.isReady && s.session?.kernel?.status === 'idle'
              && ![...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')]
                .some(o => o.textContent.includes('*')) }""", timeout=timeout * 1000)

    def connect(self) -> None:
        """Wait for the kernel.

        ipykernel 7.0 to 7.3 may not see the first request (its issue 1554), and JupyterLab shows 'Unknown' from then
        on; a person would reconnect it, and so does this.
        """
        for _ in range(3):
            try: return self.wait_idle(15)
            except PlaywrightTimeout:
                kernel = "jupyterapp.shell.currentWidget.sessionContext.session?.kernel"
                if self.js(f"() => {kernel}?.status") != "unknown": raise
                self.js("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.reconnect()")
        self.wait_idle(60)

    def command(self, name: str, timeout: float = 60) -> None:
        "Execute one of JupyterLab's commands and wait for it; a dialog, which nobody would answer, is a failure."
        self.js("""name => { window.commandDone = null;
            jupyterapp.commands.execute(name).then(
                () => { window.commandDone = 'done' }, (error) => { window.commandDone = String(error) });
            return null }""", name)
        try: self.page.wait_for_function("() => window.commandDone", timeout=timeout * 1000)
        except PlaywrightTimeout:
            dialogs = self.page.locator(".jp-Dialog").all_inner_texts()
            raise AssertionError(f"{name} did not end within {timeout} s. Dialogs: {dialogs}") from None
        assert self.js("() => window.commandDone") == "done"

    def run_all(self, timeout: float = 120) -> None:
        "Run all cells and wait for them."
        self.command("notebook:run-all-cells", timeout)
        self.wait_idle(timeout)

    def start_all(self) -> None:
        "Run all cells without waiting."
        self.js("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); return null }")

    def run(self, i: int, timeout: float = 120) -> None:
        "Run cell `i` and wait for it."
        self.start(i)
        self.wait_idle(timeout)

    def run_until(self, i: int, right, timeout: float = 60) -> str:
        """Run cell `i` until `right` holds of what it prints: widgets send one change after another, so that the last
        can reach the kernel behind a cell that was started after it.
        """
        end = time.monotonic() + timeout
        while True:
            self.run(i)
            said = self.output(i).inner_text().strip()
            if right(said): return said
            assert time.monotonic() < end, said

    def start(self, i: int) -> None:
        "Run cell `i` without waiting."
        self.js("""i => { const nb = jupyterapp.shell.currentWidget.content; nb.activeCellIndex = i;
            jupyterapp.commands.execute('notebook:run-cell'); return null }""", i)

    def save(self) -> None:
        self.command("docmanager:save")

    def cell(self, i: int):
        return self.page.locator(".jp-Notebook .jp-Cell").nth(i)

    def output(self, i: int):
        return self.cell(i).locator(".jp-Cell-outputArea")

    def errors(self) -> list[str]:
        "What cells printed as errors."
        kinds = (f'.jp-Notebook [data-mime-type="application/vnd.jupyter.{kind}"]' for kind in ("stderr", "error"))
        return self.page.locator(", ".join(kinds)).all_inner_texts()

    def shot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"))

    def theme(self, name: str) -> None:
        "Switch to 'JupyterLab Light' or 'JupyterLab Dark'."
        self.js("name => { jupyterapp.commands.execute('apputils:change-theme', {theme: name}); return null }", name)
        light = "false" if "Dark" in name else "true"
        self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=light)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("labroot"), tmp_path_factory.mktemp("labhome"))
    try:
        yield lab.start()
    finally:
        lab.stop()


@pytest.fixture(scope="module")
def notebook_7(tmp_path_factory):
    server = Lab(tmp_path_factory.mktemp("notebookroot"), tmp_path_factory.mktemp("notebookhome"), "notebook")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright
    path = chromium.find()
    if not path:
        pytest.fail("There is no Chromium: run `make chromium`, or set CHROMIUM to the path of one.", pytrace=False)
    with sync_playwright() as p:
        quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                 "--disable-sync", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = p.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def open_nb(lab, browser, request):
    "A function: notebook file, or list of cell sources -> `Notebook`, open in JupyterLab with its kernel ready."
    yield from opener(lab, browser, request)


@pytest.fixture
def open_in_notebook_7(notebook_7, browser, request):
    "The same in Notebook 7."
    yield from opener(notebook_7, browser, request)


def opener(lab, browser, request):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    foreign, pages = [], []

    def route(r):
        if r.request.url.startswith((lab.url, "data:", "blob:")): return r.continue_()
        foreign.append(r.request.url)
        r.abort()

    context.route("**/*", route)

    def open_(nb, kernel: str = "python3") -> Notebook:
        if isinstance(nb, (str, Path)): source = nbformat.read(nb, 4)
        else: source = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in nb])
        source.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
        path = lab.root / f"{re.sub(r'[^A-Za-z0-9_]+', '-', request.node.name)[:40]}-{secrets.token_hex(3)}.ipynb"
        nbformat.write(source, path)
        page = context.new_page()
        pages.append(page)
        page.problems = []
        page.on("pageerror", lambda e: page.problems.append(str(e)))
        page.goto(lab.address(path.name))
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady", timeout=90_000)
        notebook = Notebook(page, path)
        notebook.connect()
        page.problems.clear()  # while it connects, a busy JupyterLab complains of itself
        return notebook

    yield open_
    for page in pages:
        if getattr(request.node, "rep_call", None) is not None and request.node.rep_call.failed:
            SHOTS.mkdir(exist_ok=True)
            page.screenshot(path=str(SHOTS / f"failed-{request.node.name}.png"))
    context.close()
    lab.shutdown_kernels()
    assert not foreign, f"The page asked other hosts: {foreign}"


@pytest.fixture(scope="session")
def axe():
    "A function: page, selector -> what axe-core finds wrong for people who cannot see, or not well; one line each."
    folder = ROOT / "_build" / "axe"
    with once(folder) as missing:
        if missing:
            pack = ["npm", "pack", "--silent", "axe-core@4.14.1"]
            done = subprocess.run(pack, cwd=folder, check=True, capture_output=True, text=True, timeout=120)
            packed = done.stdout.strip()
            shutil.unpack_archive(folder / packed, folder)
    script = folder / "package" / "axe.min.js"

    def check(page, selector: str) -> list[str]:
        page.evaluate(script.read_text(encoding="utf-8"))
        found = page.evaluate("selector => axe.run(selector).then(result => result.violations)", selector)
        return [f"{v['id']}: {v['help']} {[n['html'][:120] for n in v['nodes']]}" for v in found]

    return check


@pytest.fixture
def show(browser):
    """A function: widget, what to wait for, names in its script that a test asks for, options of the browser -> a page
    that shows it without a kernel.

    There `state` is its model, and `saved` counts what a kernel would have been told.
    """
    contexts = []

    def show(widget, ready: str, names: tuple[str, ...] = (), **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda e: page.problems.append(str(e)))
        html = widget.page().replace("save_changes() {}", "save_changes() { window.saved = (window.saved ?? 0) + 1 }")
        known = "".join(f"{name}, " for name in names)
        html = html.replace(
            "widget.render({ model: pageModel(", f"Object.assign(window, {{ {known}state: pageModel(").replace(
            ", el: place });</script>", " }); widget.render({ model: state, el: place });</script>")
        page.set_content(
            '<!doctype html><html lang="en"><title>x</title><meta name="viewport" content="width=device-width">'
            f"<style>:root {{ color-scheme: light dark }}</style><main><h1>x</h1>{html}</main>")
        page.wait_for_selector(ready)
        return page

    yield show
    for context in contexts:
        for page in context.pages: assert not page.problems and page.evaluate("window.hacked") is None
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    setattr(item, "rep_" + report.when, report)
    return report
