"""The live demo in a real browser: what its tests and its bench share."""

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
from playwright.sync_api import Locator, Page

from demo.stage import lab_command

SCREEN = {"width": 1280, "height": 720}
SCENES = ["neuron", "layers", "softmax", "apples", "tiny", "race", "digits", "pad", "shuffle", "overfit"]


@dataclass
class Stage:
    """The demo's notebook, open in JupyterLab."""

    page: Page
    address: str
    server: psutil.Process
    errors: list[str] = field(default_factory=list)

    def run_all(self, seconds: float = 60) -> float:
        """Click Run All; returns the seconds until the last cell is done."""
        start = time.monotonic()
        self.page.get_by_role("button", name="全部実行").click()
        self.page.wait_for_function(
            "n => document.querySelectorAll('.demo .widget-image').length >= n", arg=len(SCENES), timeout=seconds * 1000)
        self.idle(seconds)
        return time.monotonic() - start

    def idle(self, seconds: float = 60) -> None:
        """Wait until no cell runs or waits, and no cell has shown an error."""
        running = "() => [...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('*'))"
        self.page.wait_for_function(f"() => !({running})()", timeout=seconds * 1000)
        assert not self.cell_errors(), self.cell_errors()

    def cell_errors(self) -> list[str]:
        kinds = (f'[data-mime-type="application/vnd.jupyter.{kind}"]' for kind in ("error", "stderr"))
        return self.page.locator(", ".join(kinds)).all_text_contents()

    def run_cell(self, name: str) -> Locator:
        """Run the code cell of the scene (and the apples' before the small network's) by Shift+Enter from its notes."""
        number = [1, 2, 3, 4, 4, 5, 6, 7, 8, 9][SCENES.index(name)]
        heading = self.page.locator(".jp-MarkdownCell h2", has_text=f"{number}. ")
        heading.click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("ArrowDown")
        for _ in range(2 if name == "tiny" else 1):
            self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_timeout(200)
        self.idle()
        return self.page.locator(".jp-CodeCell.jp-mod-selected")

    def scene(self, name: str) -> Locator:
        return self.page.locator(f".demo-{name}")

    def show(self, name: str) -> None:
        """Scroll so that the scene's heading is on top, as a presenter does; without a heading of its own, the scene."""
        self.scene(name).evaluate("""async box => {
            const own = box.closest('.jp-Cell');
            let cell = own.previousElementSibling;
            while (cell.matches('.jp-MarkdownCell') && !cell.querySelector('h2')) cell = cell.previousElementSibling;
            if (!cell.matches('.jp-MarkdownCell')) cell = own;
            for (let still = 0; still < 5; ) {  // what is out of sight has no height yet, so the first jump may miss
                const before = cell.getBoundingClientRect().top;
                cell.scrollIntoView();
                await new Promise(resolve => setTimeout(resolve, 50));
                still = cell.getBoundingClientRect().top === before ? still + 1 : 0;
            }
        }""")

    def picture(self, name: str) -> str:
        """A digest of the scene's picture."""
        return self.scene(name).locator("img.widget-image").evaluate("""async image => {
            const bytes = await (await fetch(image.src)).arrayBuffer();
            const digest = await crypto.subtle.digest('SHA-1', bytes);
            return [...new Uint8Array(digest)].map(b => b.toString(16)).join('');
        }""")

    def changed(self, name: str, before: str, seconds: float = 5) -> bool:
        """Whether the picture becomes another one than before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.picture(name) != before:
                return True
            self.page.wait_for_timeout(30)
        return False

    def becomes(self, name: str, picture: str, seconds: float = 5) -> bool:
        """Whether the picture becomes this one."""
        end = time.monotonic() + seconds
        while self.picture(name) != picture:
            if time.monotonic() > end:
                return False
            self.page.wait_for_timeout(50)
        return True

    def settled(self, name: str) -> str:
        """The picture once it has stayed the same for a while."""
        last = self.picture(name)
        while True:
            self.page.wait_for_timeout(250)
            now = self.picture(name)
            if now == last:
                return now
            last = now

    def button(self, name: str, text: str) -> Locator:
        return self.scene(name).locator(f'button[title="{text}"]')

    def draw(self, strokes: list[list[tuple[float, float]]]) -> None:
        """Draw on the pad with the mouse; a point is in parts of the pad."""
        pad = self.page.locator("canvas.pad")
        self.show("pad")
        self.page.locator(".pad-clear").click()
        box = pad.bounding_box()
        for stroke in strokes:
            points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            self.page.mouse.move(*points[0])
            self.page.mouse.down()
            for point in points[1:]:
                self.page.mouse.move(*point, steps=6)
            self.page.mouse.up()
        self.settled("pad")

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
def on_stage(folder: Path) -> Iterator[Stage]:
    """JupyterLab as `make demo` opens it, in a browser of 1280 x 720."""
    command = lab_command(ROOT / "1101/demo.ipynb", folder)
    with lab(folder, *command) as (address, server), browser_page(**SCREEN) as (page, errors):
        page.goto(f"{address}/", timeout=90_000)
        page.locator(".jp-Notebook .jp-Cell").nth(5).wait_for(state="attached", timeout=90_000)
        for _ in range(90):  # JupyterLab forgets what is run before its kernel is there
            kernels = json.load(urllib.request.urlopen(f"{address}/api/kernels", timeout=5))
            if kernels and kernels[0]["execution_state"] == "idle" and kernels[0]["connections"]:
                break
            page.wait_for_timeout(1000)
        page.wait_for_timeout(1000)
        yield Stage(page, address, server, errors)
