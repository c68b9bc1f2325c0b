"""Find a Chromium to test with, and install one if there is none: the system's package as root, playwright's own
download elsewhere.

    python tests/chromium.py
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path


def find() -> str | None:
    "Path of a Chromium: the one that CHROMIUM names, the system's, or playwright's own."
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)): return path
    from playwright.sync_api import sync_playwright
    with sync_playwright() as p: path = p.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    "Install a Chromium, in whichever way this machine allows."
    if os.getuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        if subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False).returncode == 0: return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not find(): install()
    path = find()
    if not path:
        sys.exit(
            "There is no Chromium, and neither the system's package nor playwright's download could be had. The"
            " browser tests need one: install it, or set CHROMIUM to its path."
        )
    print("Chromium:", path)
