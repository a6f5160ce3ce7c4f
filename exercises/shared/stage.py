# %% cellView="form" jupyter={"source_hidden": true}
# @title 準備 (どの場面も、最初にこのセルを使います)
import base64
import json
import threading
import traceback
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from IPython import get_ipython
from IPython.display import display

try:
    import anywidget
    import traitlets
except ImportError:
    anywidget = None

warnings.filterwarnings("ignore", category=RuntimeWarning)  # numbers that run away are part of the show


# --- Scenes: what is said, and what the kernel learns for them. What is drawn and moved stands in scenes/, by the same name.
@dataclass(frozen=True)
class Scene:
    """A scene: its title, one sentence, the speaker's notes and minutes.

    data(): what its picture needs and never changes, or None.
    run(settings): a generator of frames, from the one before the first step; the same settings give the same frames. None: the
    scene needs no kernel. recorded: what the page without a kernel keeps of it, control → values; every: each so manieth frame.
    """

    name: str
    title: str
    sentence: str
    minutes: int
    notes: list[str]
    data: Callable[[], dict] | None = None
    run: Callable[[dict], Iterator[dict]] | None = None
    recorded: dict[str, list] | None = None
    every: int = 1

    def is_like(self, other) -> bool:
        """Whether the other says and computes the same: its cell has been run again as it was."""
        code = lambda scene: [function and function.__code__ for function in (scene.data, scene.run)]
        return other is not None and self.text() == other.text() and code(self) == code(other)

    def text(self) -> dict:
        return {"name": self.name, "title": self.title, "sentence": self.sentence, "minutes": self.minutes, "notes": self.notes}


def encode(value):
    """For JSON: an array as {array: its bytes in base64, kind, shape}, the rest as it is."""
    if isinstance(value, dict):
        return {str(key): encode(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(inner) for inner in value]
    if isinstance(value, np.ndarray):
        value = np.ascontiguousarray(value)
        return {"array": base64.b64encode(value.tobytes()).decode(), "kind": value.dtype.str[1:], "shape": value.shape}
    return value.item() if isinstance(value, np.generic) else value


class Film:
    """The frames of a run, made one after another when they are asked for, and kept: a frame asked for twice is the same."""

    def __init__(self, frames: Iterator[dict]):
        self.coming, self.made, self.ended = frames, [], False

    def frame(self, step: int) -> dict:
        """The frame at a step, or the last one: {frame, step, last}."""
        while len(self.made) <= step and not self.ended:
            frame = next(self.coming, None)
            if frame is None:
                self.ended = True
            else:
                self.made.append(encode(frame))
        at = min(step, len(self.made) - 1)
        return {"frame": self.made[at], "step": at, "last": self.ended and at == len(self.made) - 1}


FILMS_KEPT = 12
ONE = globals().get("ONE", threading.RLock())  # JupyterLab may let a question be answered in another thread than cells
SCENES: dict[str, Scene] = globals().get("SCENES", {})
FILMS: OrderedDict = globals().get("FILMS", OrderedDict())
DATA: dict[str, dict] = globals().get("DATA", {})
ON_STAGE: list = globals().get("ON_STAGE", [])  # the stage, once it is open


def answer(question: dict) -> dict:
    """What the stage asked for: a scene's data, or a frame of its run. An error is told in one sentence."""
    scene = SCENES[question["scene"]]
    if question.get("data"):
        if scene.name not in DATA:
            DATA[scene.name] = encode(scene.data())
        return {"data": DATA[scene.name]}
    key = scene.name, json.dumps(question["settings"], sort_keys=True)
    try:
        if key not in FILMS:
            FILMS[key] = Film(scene.run(question["settings"]))
            while len(FILMS) > FILMS_KEPT:
                FILMS.popitem(last=False)
        FILMS.move_to_end(key)
        return FILMS[key].frame(int(question["step"]))
    except BaseException:
        FILMS.pop(key, None)  # a run that broke off goes on no more
        raise


if anywidget is not None:
    class Stage(anywidget.AnyWidget):
        """All scenes over the whole window, in the browser; it asks for what only the kernel has."""

        _esm, _css = SCRIPT, STYLE
        scenes = traitlets.List().tag(sync=True)
        page = traitlets.Unicode().tag(sync=True)  # the page without a kernel, where `make demo` has laid it

        def __init__(self):
            super().__init__(scenes=[scene.text() for scene in SCENES.values()], page="demo.html" if Path("demo.html").exists() else "")
            self.on_msg(self.asked)

        def asked(self, _, question: dict, buffers) -> None:
            with ONE:
                try:
                    found = answer(question)
                except KeyboardInterrupt:
                    found = {"error": "計算を中断しました。もう一度「再生」か「1 ステップ」を押してください。"}
                except Exception as error:
                    found = {"error": f"計算できませんでした: {error}"}
                    traceback.print_exc()
            self.send({"id": question["id"], **found})


def present(scene: Scene) -> None:
    """Take a scene into the programme; one of the same name is replaced, on the stage too."""
    with ONE:
        known, SCENES[scene.name] = scene.is_like(SCENES.get(scene.name)), scene
        if not known:
            DATA.pop(scene.name, None)
            for key in [key for key in FILMS if key[0] == scene.name]:
                del FILMS[key]
    if not known:
        for stage in ON_STAGE:
            stage.scenes = [each.text() for each in SCENES.values()]
            stage.send({"again": scene.name})
    if get_ipython() is not None:
        print(f"場面「{scene.title}」の用意ができました。いちばん下のセルで、舞台が開きます。")


def raise_curtain() -> None:
    """Open the stage. It is always the same one, so that a second browser disturbs no first."""
    if anywidget is None:
        print("舞台には anywidget が必要です。pip install anywidget を実行して、カーネルを再起動してください。")
        return
    if get_ipython() is not None:
        ON_STAGE[:] = ON_STAGE or [Stage()]
        display(ON_STAGE[0])
