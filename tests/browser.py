"""JupyterLab and headless Chromium, as the tests and the bench use them."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import product
from pathlib import Path

import psutil
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]

expect.set_options(timeout=30_000)  # a busy machine draws late


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; one at a time in a process."""
    assert BROWSER, "No Chromium found; on Debian: apt install chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def browser_page(width: int = 1280, height: int = 720, browser: Browser | None = None,
                 **context) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what goes wrong on its console; in a browser of its own or in the given one."""
    with nullcontext(browser) if browser else chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height}, **context)
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        try:
            yield page, errors
        finally:
            page.close()


def barriers(page: Page) -> list[str]:
    """What axe-core, by all rules that it has switched on, finds against a page with everything unfolded: light and dark, on a
    desk and on a telephone."""
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    found = []
    for scheme, width in product(("light", "dark"), (1280, 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{scheme}, {width} pixels: {rule['id']}: {node['html'][:200]} {node['failureSummary']}"
                  for rule in Axe().run(page).response["violations"] for node in rule["nodes"]]
    return found


@contextmanager
def lab(folder: Path, *command: str, cwd: Path | None = None) -> Iterator[tuple[str, psutil.Process]]:
    """A JupyterLab that serves folder (or that command starts); its address and its process."""
    command = command or (sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=",
               "--ServerApp.disable_check_xsrf=True"]
    with open(folder / "lab.log", "w") as log:
        server = subprocess.Popen([*command, *options], cwd=cwd, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        else:
            raise TimeoutError((folder / "lab.log").read_text()[-2000:])
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(20)
