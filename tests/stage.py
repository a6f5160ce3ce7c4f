"""The live demo in a real browser: what its tests and its bench share."""

import hashlib
import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from browser import browser_page, lab
from exercise import ROOT
from playwright.sync_api import Browser, Locator, Page

from demo.stage import lab_command

SCREEN = {"width": 1280, "height": 720}
SCENES = ["neuron", "layers", "softmax", "descent", "graph", "race", "digits", "pad", "shuffle", "overfit"]
ROOM = ".demo-stage"


@dataclass
class Deck:
    """The stage over a window, in JupyterLab or in the page without a kernel."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def show(self, name: str) -> Locator:
        """Turn to the scene by the keys of a remote, as a presenter does; returns it."""
        for key in ["PageUp"] * len(SCENES) + ["PageDown"] * SCENES.index(name):
            if self.view(name).is_visible():
                break
            self.page.keyboard.press(key)
        self.view(name).wait_for()
        return self.view(name)

    def view(self, name: str) -> Locator:
        return self.page.locator(f"{ROOM} .view-{name}")

    def told(self, name: str) -> str:
        return self.view(name).locator(".told").inner_text()

    def picture(self, name: str) -> str:
        """A digest of what is on the scene's canvas."""
        address = self.view(name).locator("canvas").evaluate("canvas => canvas.toDataURL()")
        return hashlib.sha1(address.encode()).hexdigest()

    def changed(self, name: str, before: str, seconds: float = 5) -> bool:
        """Whether the picture becomes another one than before."""
        return self.eventually(lambda: self.picture(name) != before, seconds)

    def becomes(self, name: str, picture: str, seconds: float = 5) -> bool:
        """Whether the picture becomes this one."""
        return self.eventually(lambda: self.picture(name) == picture, seconds)

    def eventually(self, holds, seconds: float = 5) -> bool:
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                return False
            self.page.wait_for_timeout(30)
        return True

    def settled(self, name: str) -> str:
        """The picture once it has stayed the same for a while."""
        last = self.picture(name)
        while True:
            self.page.wait_for_timeout(200)
            now = self.picture(name)
            if now == last:
                return now
            last = now

    def slide(self, name: str, key: str, *presses: str) -> None:
        """Move the control's slider by keys."""
        slider = self.view(name).locator(f'input[data-key="{key}"]')
        for press in presses:
            slider.press(press)

    def button(self, name: str, kind: str) -> Locator:
        """One of the buttons first, back, next, play, extra."""
        return self.view(name).locator(f".{kind}")

    def draw(self, strokes: list[list[tuple[float, float]]]) -> str:
        """Draw on the pad with the mouse, a point in parts of the pad; returns what the scene says then."""
        self.show("pad")
        self.button("pad", "extra").click()
        self.page.wait_for_timeout(50)
        x0, y0, side = self.pad()
        for stroke in strokes:
            points = [(x0 + x * side, y0 + y * side) for x, y in stroke]
            self.page.mouse.move(*points[0])
            self.page.mouse.down()
            for point in points[2:-1:2] + points[-1:]:
                self.page.mouse.move(*point)
            self.page.mouse.up()
        self.page.wait_for_timeout(60)
        return self.told("pad")

    def pad(self) -> tuple[float, float, float]:
        """Where the pad is in the window: left, top, side. It is the square that the scene draws a frame around."""
        box = self.view("pad").locator("canvas").bounding_box()
        left, top, side, _ = self.view("pad").locator("canvas").evaluate("canvas => canvas.panels.pad")
        return box["x"] + left, box["y"] + top, side


@dataclass
class Stage(Deck):
    """The demo's notebook, open in JupyterLab."""

    address: str = ""
    server: psutil.Process | None = None

    def run_all(self, seconds: float = 60) -> float:
        """Click Run All; returns the seconds until the first scene has its picture."""
        start = time.monotonic()
        self.page.get_by_role("button", name="全部実行").click()
        self.page.locator(f"{ROOM} .told:not(:empty)").first.wait_for(timeout=seconds * 1000)
        return time.monotonic() - start

    def idle(self, seconds: float = 60) -> None:
        """Wait until no cell runs or waits, and no cell has shown an error."""
        running = "() => [...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('*'))"
        self.page.wait_for_function(f"() => !({running})()", timeout=seconds * 1000)
        assert not self.cell_errors(), self.cell_errors()

    def cell_errors(self) -> list[str]:
        kinds = (f'[data-mime-type="application/vnd.jupyter.{kind}"]' for kind in ("error", "stderr"))
        return self.page.locator(", ".join(kinds)).all_text_contents()

    def leave(self) -> None:
        """Back to the notebook."""
        if self.page.locator(ROOM).count():
            self.page.keyboard.press("Escape")
        self.page.locator(ROOM).wait_for(state="detached")

    def run_cell(self, number: int) -> Locator:
        """Run a cell by its number, counted from 0, with the stage closed; returns it."""
        cell = self.page.locator(f'.jp-Cell[data-windowed-list-index="{number}"]')
        cell.scroll_into_view_if_needed()
        cell.click(position={"x": 40, "y": 12})  # beside the folded code, which a click would unfold
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_timeout(300)
        self.idle()
        return cell

    def kernel(self, code: str) -> str:
        """What the code prints in the notebook's kernel; for reading only."""
        request = urllib.request.urlopen(f"{self.address}/api/kernels", timeout=5)
        [kernel] = json.load(request)
        from jupyter_client import BlockingKernelClient, find_connection_file

        client = BlockingKernelClient()
        client.load_connection_file(find_connection_file(kernel["id"]))
        client.start_channels()
        printed: list[str] = []
        try:
            client.execute_interactive(code, silent=True, timeout=30, output_hook=lambda message: printed.append(
                message["content"].get("text", "") or "\n".join(message["content"].get("traceback", []))))
        finally:
            client.stop_channels()
        return "".join(printed)


@contextmanager
def on_stage(folder: Path, page_file: Path = Path("none"), browser: Browser | None = None) -> Iterator[Stage]:
    """JupyterLab as `make demo` opens it, in a browser of 1280 x 720."""
    command = lab_command(ROOT / "1101/demo.ipynb", page_file, folder)
    with lab(folder, *command) as (address, server), browser_page(**SCREEN, browser=browser) as (page, errors):
        page.goto(f"{address}/", timeout=90_000)
        page.locator(".jp-Notebook .jp-Cell").nth(5).wait_for(state="attached", timeout=90_000)
        for _ in range(90):  # JupyterLab forgets what is run before its kernel is there
            kernels = json.load(urllib.request.urlopen(f"{address}/api/kernels", timeout=5))
            if kernels and kernels[0]["execution_state"] == "idle" and kernels[0]["connections"]:
                break
            page.wait_for_timeout(1000)
        page.wait_for_timeout(1000)
        yield Stage(page, errors, address, server)
