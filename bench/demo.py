"""The live demo in a real browser: how fast it starts, answers and trains; with --minutes, what wild moves leave behind.

Everything is measured in the browser, at 1280 x 720, in JupyterLab as `make demo` opens it. A control's answer is the time from
its event to the frame of the browser in which the new picture stands; where the kernel has a part in it, the picture of its
answer. The moves of --minutes are drawn from a fixed seed, 2,000 for 30 minutes.
"""

import argparse
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

CONTROLS = {  # scene → the control that is moved, and what of the state is new when the kernel has answered
    "neuron": ("w1", ""), "softmax": ("u1", ""), "descent": ("alpha", ""), "graph": ("price", ""), "pad": ("sample", ""),
    "layers": ("shape", "points"), "race": ("largest", "results"), "digits": ("lr", "history"), "shuffle": ("order", "history"),
    "overfit": ("lam", "map"),
}
TRAINING = {"layers": "points", "digits": "history", "shuffle": "history", "overfit": "map", "race": "spent"}
MOVES_PER_MINUTE = 2000 / 30

ANSWER = """([name, key, fresh, i]) => new Promise((resolve, reject) => {
    const view = document.querySelector(`.demo-stage .view-${name}`), canvas = view.querySelector('canvas');
    const slider = view.querySelector(`input[data-key="${key}"]`), buttons = view.querySelectorAll(`button[data-key="${key}"]`);
    const before = canvas.state, start = performance.now();
    const look = () => {
        const now = canvas.state;
        if (now[key] !== before[key] && (!fresh || now[fresh] !== before[fresh])) {
            requestAnimationFrame(() => resolve(performance.now() - start));
        } else if (performance.now() - start > 5000) reject(new Error(`${name}: no new picture after five seconds`));
        else requestAnimationFrame(look);
    };
    if (slider) {
        slider.value = Number(slider.value) + Number(slider.step) * (i % 2 ? -1 : 1);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    } else buttons[(i + 1) % 2].click();
    look();
})"""
PICTURES = """([name, fresh, seconds]) => new Promise((resolve) => {
    const canvas = document.querySelector(`.demo-stage .view-${name} canvas`), start = performance.now();
    let last = canvas.state[fresh], count = 0;
    const look = () => {
        if (canvas.state[fresh] !== last) { last = canvas.state[fresh]; count++; }
        const spent = (performance.now() - start) / 1000, button = document.querySelector(`.demo-stage .view-${name} .play`);
        if (spent > seconds || button.textContent.includes('再生')) resolve(count / spent);
        else requestAnimationFrame(look);
    };
    look();
})"""


def rest(stage: Stage, name: str) -> None:
    """The scene at its start, nothing playing."""
    stage.show(name)
    stage.eventually(lambda: stage.told(name), 30)
    if stage.button(name, "first").count():
        stage.button(name, "first").click()
    stage.settled(name)


def answers(stage: Stage, name: str, moves: int = 50) -> list[float]:
    """Milliseconds from a move of the scene's control to its new picture."""
    rest(stage, name)
    key, fresh = CONTROLS[name]
    found = []
    for i in range(moves):
        found.append(stage.page.evaluate(ANSWER, [name, key, fresh, i]))
        if fresh:  # a change begins a training; the next move comes upon a scene at rest, with a picture that is to be made anew
            stage.button(name, "first").click()
            stage.settled(name)
    return found


def pictures_per_second(stage: Stage, name: str, seconds: float = 4) -> float:
    """While the scene trains, new pictures on the screen a second."""
    rest(stage, name)
    stage.button(name, "play").click()
    rate = stage.page.evaluate(PICTURES, [name, TRAINING[name], seconds])
    stage.button(name, "first").click()
    return rate


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
    mouse, kind = stage.page.mouse, rng.random()
    if kind < 0.01:  # back to the notebook, a cell again, and the stage again
        stage.leave()
        stage.run_cell(rng.randint(1, 11))
        stage.run_cell(13)
        return "cells run again"
    if kind < 0.15:
        name = rng.choice(SCENES)
        stage.show(name)
        return f"to {name}"
    if kind < 0.3:
        key = rng.choice(["ArrowDown", "ArrowUp", " ", "Home", "PageDown", "PageUp", "t"])
        stage.page.keyboard.press(key)
        return f"the key {key}"
    view = stage.page.locator(".demo-stage .view:visible")
    if kind < 0.65:
        box = view.locator("canvas").bounding_box()
        place = lambda: (box["x"] + rng.random() * box["width"], box["y"] + rng.random() * box["height"])
        mouse.move(*place())
        mouse.down()
        for _ in range(rng.randint(0, 6)):
            mouse.move(*place(), steps=3)
        mouse.up()
        return "a drag in the picture"
    sliders, buttons = view.locator("input:visible").all(), view.locator("button:visible").all()
    if sliders and kind < 0.85:
        box = rng.choice(sliders).bounding_box()
        mouse.move(box["x"] + rng.random() * box["width"], box["y"] + box["height"] / 2)
        mouse.down()
        for _ in range(rng.randint(1, 8)):
            mouse.move(box["x"] + rng.uniform(-50, 50) + rng.random() * box["width"], box["y"] + rng.uniform(-5, 20))
        mouse.up()
        return "a slider dragged"
    if buttons:
        rng.choice(buttons).click()
    return "a button"


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
    print(f"\n{time.monotonic() - start:.0f} s in all")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=0, help="random moves for so long, memory watched")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, on_stage(Path(folder)) as stage:
        print(f"from Run All to the first picture: {stage.run_all(120):.1f} s, {psutil.cpu_count()} cores")
        for name in SCENES:
            began = time.monotonic()
            stage.show(name)
            stage.eventually(lambda name=name: stage.told(name), 60)
            print(f"first picture, {name}: {time.monotonic() - began:.2f} s")
        for name in CONTROLS:
            times = answers(stage, name)
            print(f"a control's answer, {name}: median {median(times):.0f} ms, worst {max(times):.0f} ms, {len(times)} moves")
        for name in TRAINING:
            print(f"training, {name}: {pictures_per_second(stage, name):.1f} pictures a second", flush=True)
        if options.minutes:
            wild(stage, options.minutes)
        assert not stage.errors and not stage.cell_errors(), (stage.errors, stage.cell_errors())


if __name__ == "__main__":
    main()
