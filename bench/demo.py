"""The live demo in a real browser: how fast it starts, answers and trains; with --minutes, what wild clicks leave behind.

Everything is measured in the browser, at 1280 x 720, in JupyterLab as `make demo` opens it. A slider's answer is the time
from the key press to the new picture on the screen. The moves of --minutes are drawn from a fixed seed, 2,000 for 30 minutes.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]
from stage import SCENES, Stage, on_stage  # noqa: E402

SLIDERS = "neuron", "softmax", "apples", "tiny", "shuffle", "overfit"
TRAINING = "layers", "digits", "shuffle"
MOVES_PER_MINUTE = 2000 / 30

WATCH = """(name) => {
    const image = document.querySelector(`.demo-${name} img.widget-image`);
    window.pictures = [];
    window.watcher && window.watcher.disconnect();
    const seen = () => window.pictures.push(performance.now());
    window.watcher = new MutationObserver(() => image.decode().then(seen).catch(() => {}));
    window.watcher.observe(image, { attributes: true, attributeFilter: ["src"] });
}"""
ANSWER = """([name, key]) => new Promise((resolve, reject) => {
    const image = document.querySelector(`.demo-${name} img.widget-image`);
    const handle = document.querySelector(`.demo-${name} .noUi-handle`);
    const start = performance.now();
    const watcher = new MutationObserver(() => {
        watcher.disconnect();
        image.decode().then(() => requestAnimationFrame(() => resolve(performance.now() - start)));
    });
    watcher.observe(image, { attributes: true, attributeFilter: ["src"] });
    handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    setTimeout(() => { watcher.disconnect(); reject(new Error(`${name}: no new picture after five seconds`)); }, 5000);
})"""


def first_pictures(stage: Stage) -> dict[str, float]:
    """Seconds that the kernel takes to build each scene with its picture."""
    seconds = {}
    for name in SCENES:
        code = f"t = perf_counter()\nshow = Show(SCENES['{name}'])\nprint(perf_counter() - t)\nshow.close()"
        seconds[name] = float(stage.kernel(code))
    return seconds


def latency(stage: Stage, name: str, moves: int = 50) -> list[float]:
    """Milliseconds from a key on the scene's first slider to its new picture, for so many moves to and fro."""
    stage.show(name)
    found = []
    steps = int(stage.kernel(f"s = SHOWS['{name}'].moved[SCENES['{name}'].controls[0].key]\n"
                             "print(len(s.options) - 1 if hasattr(s, 'options') else round((s.max - s.min) / s.step))"))
    stage.scene(name).locator(".noUi-handle").first.focus()
    stage.page.keyboard.press("Home")
    stage.settled(name)
    for i in range(moves):
        key = "ArrowRight" if (i // steps) % 2 == 0 else "ArrowLeft"
        found.append(stage.page.evaluate(ANSWER, [name, key]))
    return found


def pictures_per_second(stage: Stage, name: str, seconds: float = 4) -> float:
    """While the scene trains, new pictures on the screen a second."""
    stage.show(name)
    stage.button(name, "最初から").click()
    stage.settled(name)
    stage.page.evaluate(WATCH, name)
    stage.button(name, "再生").click()
    stage.page.wait_for_timeout(seconds * 1000)
    stage.button(name, "最初から").click()
    times = stage.page.evaluate("window.pictures")
    return (len(times) - 1) / (times[-1] - times[0]) * 1000


def memory(stage: Stage) -> tuple[float, float]:
    """MB of the kernel, and of the page's JavaScript after a collection."""
    kernels = [child for child in stage.server.children(recursive=True) if "ipykernel" in " ".join(child.cmdline())]
    session = stage.page.context.new_cdp_session(stage.page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return sum(kernel.memory_info().rss for kernel in kernels) / 2**20, heap / 2**20


def move(stage: Stage, rng: random.Random) -> str:
    """One thing that a careless presenter does; returns what it was."""
    name = rng.choice(SCENES)
    scene = stage.scene(name)
    if rng.random() < 0.02:
        stage.run_cell(name)
        return f"{name}: run again"
    scene.scroll_into_view_if_needed()
    handles, buttons = scene.locator(".noUi-handle").all(), scene.locator("button").all()
    if name == "pad" and rng.random() < 0.6:
        box = scene.locator("canvas.pad").bounding_box()
        stage.page.mouse.move(box["x"] + rng.random() * box["width"], box["y"] + rng.random() * box["height"])
        stage.page.mouse.down()
        for _ in range(rng.randint(1, 6)):
            stage.page.mouse.move(box["x"] + rng.random() * box["width"], box["y"] + rng.random() * box["height"], steps=4)
        stage.page.mouse.up()
        return "pad: a stroke"
    if handles and rng.random() < 0.5:
        handle = rng.choice(handles)
        box = handle.bounding_box()
        stage.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        stage.page.mouse.down()
        for _ in range(rng.randint(1, 8)):
            stage.page.mouse.move(box["x"] + rng.uniform(-150, 150), box["y"] + rng.uniform(-5, 20))
        stage.page.mouse.up()
        return f"{name}: a slider dragged"
    rng.choice(buttons).click()
    return f"{name}: a button"


def wild(stage: Stage, minutes: float) -> None:
    """Random moves at an even pace; prints memory ten times and what went wrong."""
    rng = random.Random(1101)
    moves = round(minutes * MOVES_PER_MINUTE)
    start, report = time.monotonic(), max(1, moves // 10)
    print(f"\n{moves} moves in {minutes:g} minutes\n\n| moves | kernel MB | page MB | errors |\n|---:|---:|---:|---:|")
    for i in range(moves + 1):
        if i % report == 0:
            kernel, heap = memory(stage)
            print(f"| {i} | {kernel:.0f} | {heap:.1f} | {len(stage.errors) + len(stage.cell_errors())} |", flush=True)
        done = move(stage, rng)
        if stage.errors or stage.cell_errors():
            print(f"\nafter {done}: {stage.errors} {stage.cell_errors()}")
            raise SystemExit(1)
        stage.page.wait_for_timeout(max(0, start + (i + 1) * 60 / MOVES_PER_MINUTE - time.monotonic()) * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=0, help="random moves for so long, memory watched")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, on_stage(Path(folder)) as stage:
        print(f"Run All: {stage.run_all(120):.1f} s, {psutil.cpu_count()} cores")
        print("first picture, s: " + json.dumps({name: round(value, 2) for name, value in first_pictures(stage).items()}))
        for name in SLIDERS:
            times = latency(stage, name)
            print(f"a slider's answer, {name}: median {median(times):.0f} ms, worst {max(times):.0f} ms, {len(times)} moves")
        for name in TRAINING:
            print(f"training, {name}: {pictures_per_second(stage, name):.1f} pictures a second")
        if options.minutes:
            wild(stage, options.minutes)
        assert not stage.errors and not stage.cell_errors(), (stage.errors, stage.cell_errors())


if __name__ == "__main__":
    main()
