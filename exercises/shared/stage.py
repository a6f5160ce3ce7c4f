# %% cellView="form" jupyter={"source_hidden": true}
# @title 準備 (どの場面も、最初にこのセルを使います)
import asyncio
import html
import io
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
from IPython import get_ipython
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

BLUE, VERMILION, GREEN, ORANGE, PURPLE, BLACK, GRAY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#000000", "#666666"
FORWARD, BACKWARD, NUMERICAL, TRAINING, TEST, VALUE, OTHER = BLUE, VERMILION, PURPLE, BLACK, ORANGE, GREEN, GRAY
warnings.filterwarnings("ignore", category=RuntimeWarning)  # numbers that run away are part of the show
SIGNED = LinearSegmentedColormap.from_list("signed", [BLUE, "white", VERMILION])
mpl.rcParams.update({
    "font.size": 15, "axes.titlesize": 16, "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 3,
    "image.cmap": "cividis", "image.aspect": "auto", "axes.grid": False, "legend.frameon": False,
})


# --- Pictures: what never changes is drawn once, the rest anew over a copy of it.
class Board:
    """A figure. setup(figure) makes its fixed parts and returns the axes; draw(axes, state) adds what depends on the state."""

    def __init__(self, setup: Callable, size: tuple[float, float]):
        figure = Figure(figsize=size, dpi=100)
        self.canvas = FigureCanvasAgg(figure)
        self.axes = setup(figure)
        for ax in figure.axes:
            ax.autoscale(False)
        self.canvas.draw()
        self.ground = self.canvas.copy_from_bbox(figure.bbox)
        self.fixed = {ax: set(ax.get_children()) for ax in figure.axes}

    def image(self, draw: Callable, state: dict) -> Image.Image:
        """The picture of a state. Nothing of it stays in the figure, so that a thousand pictures need no more memory than one."""
        self.canvas.restore_region(self.ground)
        try:
            draw(self.axes, state)
            for ax, fixed in self.fixed.items():
                for artist in sorted((a for a in ax.get_children() if a not in fixed), key=lambda a: a.get_zorder()):
                    ax.draw_artist(artist)
                if ax.axison:  # what was drawn covers half of the frame
                    for spine in ax.spines.values():
                        ax.draw_artist(spine)
            return Image.fromarray(np.asarray(self.canvas.buffer_rgba())[..., :3])
        finally:
            for ax, fixed in self.fixed.items():
                for artist in [a for a in ax.get_children() if a not in fixed]:
                    artist.remove()
                ax.containers.clear()


def panel(figure, box, title="", x="", y="", xlim=(0, 1), ylim=(0, 1), ticks=3, **options):
    """Axes at box (left, bottom, width, height in parts of the figure) with limits that stay; ticks=0: a bare frame."""
    ax = figure.add_axes(box)
    ax.set(title=title, xlabel=x, ylabel=y, xlim=xlim, ylim=ylim, **options)
    if ticks:
        for axis, scale in (ax.xaxis, ax.get_xscale()), (ax.yaxis, ax.get_yscale()):
            if scale == "linear":
                axis.set_major_locator(mpl.ticker.MaxNLocator(ticks))
    else:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
        ax.spines[:].set_color(GRAY)
    return ax


def say(ax, x, y, text, **options):
    """Text at x, y in parts of the axes."""
    return ax.text(x, y, text, transform=ax.transAxes, **options)


# --- Scenes: a table of what is drawn, moved and told. The page without a kernel uses the same.
@dataclass(frozen=True)
class Control:
    """A part of the state that the audience sees moved.

    values: (low, high, step) for a slider, or a list for buttons, or with slider=True for a slider over the list.
    restarts: a change begins the scene's run anew.
    """

    key: str
    label: str
    values: tuple | list
    value: object
    slider: bool = False
    restarts: bool = False

    def widget(self):
        if isinstance(self.values, tuple):
            low, high, step = self.values
            kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
            digits = "d" if kind is widgets.IntSlider else ".1f"
            return kind(self.value, min=low, max=high, step=step, description=self.label, readout_format=digits)
        kind = widgets.SelectionSlider if self.slider else widgets.ToggleButtons
        options = [(f"{value:g}" if isinstance(value, float) else str(value), value) for value in self.values]
        return kind(options=options, value=self.value, description=self.label)


@dataclass(frozen=True)
class Scene:
    """setup and draw: see Board. The state that draw gets: the controls' values and what run yielded last.

    run(settings): a generator that begins with the state before the first step; settings follows the controls.
    walk: instead of run, the key of a control that the buttons step through.
    story(): what the page without a kernel steps through: (sentence, state).
    pad: makes a widget that stands beside the picture and gives `pixels`.
    """

    name: str
    setup: Callable
    draw: Callable
    controls: list[Control]
    story: Callable[[], Iterator[tuple[str, dict]]]
    run: Callable[[dict], Iterator[dict]] | None = None
    walk: str = ""
    pause: float = 0.02
    size: tuple[float, float] = (11.8, 4.3)
    pad: Callable | None = None
    initial: dict = field(default_factory=dict)

    def defaults(self) -> dict:
        return {**self.initial, **{control.key: control.value for control in self.controls}}


def film(scene_run: Callable, settings: dict, frames: list[int]) -> Iterator[dict]:
    """The states of a run at the numbered steps."""
    for i, shot in enumerate(scene_run(settings)):
        if i in frames:
            yield {**settings, **shot}
        if i >= max(frames):
            return


STAGE = globals().get("STAGE", threading.RLock())


def alone(method):
    """One at a time: JupyterLab lets cells and controls run in threads of their own, and matplotlib does not stand that."""
    @wraps(method)
    def call(*args, **options):
        with STAGE:
            return method(*args, **options)

    return call


class Show:
    """A scene in the notebook: one image whose content is exchanged, and its controls. At most one scene plays."""

    @alone
    def __init__(self, scene: Scene):
        self.scene, self.playing = scene, None  # while it plays: an object that only this run of the play has
        self.settings, self.shot = scene.defaults(), {}
        self.board = Board(scene.setup, scene.size)
        width, height = (f"{inches * 100:.0f}px" for inches in scene.size)
        self.image = widgets.Image(format="png", layout={"width": width, "height": height})
        self.note = widgets.HTML()
        self.moved = {control.key: control.widget() for control in scene.controls}
        for control in scene.controls:
            self.moved[control.key].observe(
                lambda change, control=control: self.change(control.key, change["new"], control.restarts), "value")
        row = [*self.moved.values(), *(self.buttons() if scene.run or scene.walk else [])]
        self.pad = scene.pad(self) if scene.pad else None
        self.box = widgets.VBox([widgets.HBox(row, layout={"flex_flow": "row wrap"}),
                                 widgets.HBox([self.pad, self.image]) if self.pad else self.image, self.note])
        self.box.add_class("demo").add_class(f"demo-{scene.name}")
        self.rewind()

    def buttons(self):
        does = {"最初から": self.to_start, **({"戻る": self.back} if self.scene.walk else {}), "1 ステップ": self.one_step, "再生": self.toggle}
        signs = {"最初から": "step-backward", "戻る": "chevron-left", "1 ステップ": "chevron-right", "再生": "play"}
        made = {name: widgets.Button(description=name, icon=signs[name]) for name in does}
        for name, button in made.items():
            button.on_click(lambda _, act=does[name]: act())
        self.play_button = made["再生"]
        return list(made.values())

    @alone
    def change(self, key: str, value, restarts: bool = False) -> None:
        self.settings[key] = value
        if restarts:
            self.rewind()
        else:
            self.redraw()

    def redraw(self) -> None:
        png = io.BytesIO()
        state = {**self.settings, **self.shot}
        self.board.image(self.scene.draw, state).save(png, "png", compress_level=1)
        self.image.value = png.getvalue()
        self.note.value = html.escape(state.get("note", ""))

    def rewind(self) -> None:
        """The state before the first step, with the same initial weights as ever."""
        if self.scene.run:
            self.frames = self.scene.run(self.settings)
            self.shot = next(self.frames)
        self.redraw()

    def step(self, by: int = 1) -> bool:
        """Go on by one picture; False at the end."""
        if self.scene.walk:
            slider = self.moved[self.scene.walk]
            after = slider.index + by
            if not 0 <= after < len(slider.options):
                return False
            slider.index = after
            return True
        shot = next(self.frames, None)
        if shot is None:
            return False
        self.shot = shot
        self.redraw()
        return True

    @alone
    def step_of(self, playing: object) -> bool:
        """The next picture of a play; False when it has ended or has been stopped."""
        if self.playing is not playing:
            return False
        going_on = self.step()
        if not going_on:
            self.stop()
        return going_on

    async def play(self, playing: object) -> None:
        """A picture a step; in between, the kernel listens to the controls."""
        while self.step_of(playing):
            await asyncio.sleep(self.scene.pause)

    @alone
    def stop(self) -> None:
        if self.playing:
            self.playing = None
            self.play_button.description, self.play_button.icon = "再生", "play"

    @alone
    def toggle(self) -> None:
        if self.playing:
            self.stop()
            return
        for show in SHOWS.values():
            show.stop()
        if self.scene.walk and self.moved[self.scene.walk].index == len(self.moved[self.scene.walk].options) - 1:
            self.to_start()
        self.playing = object()
        self.play_button.description, self.play_button.icon = "止める", "pause"
        self.task = asyncio.get_running_loop().create_task(self.play(self.playing))  # kept: asyncio itself does not

    @alone
    def one_step(self) -> None:
        self.stop()
        self.step()

    @alone
    def back(self) -> None:
        self.stop()
        self.step(-1)

    @alone
    def to_start(self) -> None:
        self.stop()
        if self.scene.walk:
            self.moved[self.scene.walk].index = 0
        self.rewind()

    @alone
    def close(self) -> None:
        self.stop()
        close_all(self.box)


def close_all(widget) -> None:
    """Close a widget with what it holds; closing the outermost alone would leave the others in memory."""
    for child in getattr(widget, "children", ()):
        close_all(child)
    for part in (getattr(widget, "style", None), widget.layout, widget):
        if part is not None:
            part.close()


SCENES = globals().get("SCENES", {})
SHOWS = globals().get("SHOWS", {})


@alone
def present(scene: Scene) -> None:
    """Put the scene on the screen; the same scene of an earlier run of its cell ends."""
    SCENES[scene.name] = scene
    if get_ipython() is None:
        return
    if scene.name in SHOWS:
        SHOWS.pop(scene.name).close()
    SHOWS[scene.name] = Show(scene)
    display(SHOWS[scene.name].box)
