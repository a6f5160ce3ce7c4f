"""The live demo: its numbers, its pictures, and a presenter's hour with it in a real browser."""

import math
import re
from itertools import islice

import nbformat
import numpy as np
import pytest
from exercise import MLP, REFERENCE, ROOT
from playwright.sync_api import expect
from stage import SCENES, SCREEN, on_stage

from demo.page import page as demo_page
from demo.page import run_cells

TEXT = (ROOT / "exercises/1101/demo.py").read_text(encoding="utf-8")
NOTEBOOK = nbformat.read(ROOT / "1101/demo.ipynb", as_version=4)


@pytest.fixture(scope="module")
def demo():
    """The names that the demo's cells define, run outside a kernel."""
    return run_cells(NOTEBOOK)[0]


def test_every_scene_has_a_heading_one_sentence_and_notes_and_the_minutes_add_up():
    notes = r"# %% \[markdown\]\n# <details><summary>話すこと \((\d+) 分\)"
    headings = re.findall(rf"^# ## (\d)\. .+\n#\n# (.+)\n\n{notes}", TEXT, re.MULTILINE)
    assert [int(number) for number, _, _ in headings] == list(range(1, 10))
    assert all(sentence.count("。") == 1 and sentence.endswith("。") for _, sentence, _ in headings)
    assert sum(int(minutes) for _, _, minutes in headings) == 30


def test_the_scenes_are_there_in_the_order_of_the_lecture(demo):
    assert list(demo["SCENES"]) == SCENES


def test_the_demo_shows_no_answer_of_the_exercise():
    demo_lines = {line.strip() for line in TEXT.splitlines()}
    for question, code in REFERENCE.items():
        body = [line.strip() for line in code.split('"""')[-1].splitlines()]
        assert not {line for line in body if len(line) > 12} & demo_lines, question
        assert f"def {question}(" not in TEXT


def test_the_palette_is_the_one_of_the_exercise():
    files = [(ROOT / f"exercises/shared/{name}.py").read_text(encoding="utf-8") for name in ("pictures", "stage")]
    palettes = [re.findall(r"^[A-Z]+, [A-Z, ]+ = .*$", text, re.MULTILINE) for text in files]
    assert palettes[0] == palettes[1] and len(palettes[0]) == 2  # the colours, and what they mean


def test_softmax_has_the_numbers_of_the_slides(demo):
    state = demo["SCENES"]["softmax"].defaults()
    _, naive, careful, _, loss = demo["softmax_numbers"](state)
    assert np.round(careful, 3).tolist() == np.round(naive, 3).tolist() == [0.090, 0.245, 0.665]
    assert careful.sum() == pytest.approx(1) and loss == pytest.approx(-math.log(careful[2]))


@pytest.mark.parametrize("shift", [-1000, 1000])
def test_softmax_without_care_is_nan_where_care_changes_nothing(demo, shift):
    state = demo["SCENES"]["softmax"].defaults()
    _, naive, careful, _, loss = demo["softmax_numbers"]({**state, "shift": shift})
    assert np.isnan(naive).any()
    assert np.round(careful, 3).tolist() == [0.090, 0.245, 0.665] and np.isfinite(loss)


def test_the_apples_have_the_numbers_of_the_exercise(demo):
    graph = demo["apples"]()
    values, slopes = graph.forward(), graph.slopes()
    assert [float(values[name]) for name in ("apples", "subtotal", "total")] == pytest.approx([200, 230, 253])
    expected = {"price": 2.2, "count": 110, "apples": 1.1, "bag": 1.1, "subtotal": 1.1, "tax": 230, "total": 1}
    assert {name: float(slope) for name, slope in slopes.items()} == pytest.approx(expected)


@pytest.mark.parametrize("h", ["sigmoid", "tanh"])
def test_the_small_network_has_the_derivatives_of_the_reference(demo, h):
    graph, exercise = demo["tiny"](2, h), MLP.given
    inputs = {name: np.array(value) for name, value in graph.inputs.items()}
    params = [(inputs["W1"], inputs["b1"]), (inputs["W2"], inputs["b2"])]
    expected = exercise["network_backward"](inputs["x"][None], inputs["t"][None], params, h)
    slopes = graph.slopes()
    for (dW, db), layer in zip(expected, "12"):
        np.testing.assert_allclose(slopes[f"W{layer}"], dW, atol=1e-12)
        np.testing.assert_allclose(slopes[f"b{layer}"], db, atol=1e-12)


def test_both_gradients_of_the_race_agree_and_the_cost_is_counted(demo):
    *_, last = demo["race_run"]({"largest": 8})
    counts, slow, fast = zip(*last["results"])
    assert counts == (64 * 2 + 2 + 2 * 2 + 2 + 2 * 10 + 10, 330, 682)
    assert last["done"] == 682 and last["calls"] > 682
    assert last["difference"] < 1e-5 and slow[-1] > 5 * fast[-1]


def test_training_reads_the_digits_and_starts_from_the_same_weights_again(demo):
    settings = {"lr": 0.1, "units": 40}
    first, *_, last = islice(demo["digits_run"](settings), 48)
    assert last["history"][-1][4] > 0.95 and not last["diverged"]
    assert np.array_equal(next(demo["digits_run"](settings))["weights"], first["weights"])
    wild = next(state for state in demo["digits_run"]({**settings, "lr": 100.0}) if state["diverged"])
    assert "発散" in wild["note"]


def test_the_learning_rate_can_be_changed_on_the_way(demo):
    settings = {"lr": 0.1, "units": 40}
    run = demo["digits_run"](settings)
    before = [next(run) for _ in range(9)][-1]["weights"]
    settings["lr"] = 1e-9
    assert np.allclose(next(run)["weights"], before, atol=1e-6)


def test_without_h_the_boundary_stays_a_line(demo):
    *_, last = demo["layers_run"]({"data": "輪", "layers": 2})
    without, with_h = last["accuracy"]
    assert without < 0.8 < with_h


def test_the_wishes_are_the_slope_of_the_outputs(demo):
    x = np.array(demo["sample_digit"](7)) / 16
    log = lambda x: np.log(demo["reader"]().predict_proba(x[None])[0])
    step = 1e-6 * np.eye(64)
    slope = [(log(x + s) - log(x - s))[1] / 2e-6 - (log(x + s) - log(x - s))[7] / 2e-6 for s in step]
    np.testing.assert_allclose(demo["wishes"](x, 7, 1), slope, atol=1e-3)


def test_shuffled_pixels_are_learned_as_well(demo):
    *_, last = demo["shuffle_run"]({"order": 1})
    _, plain, shuffled = last["history"][-1]
    assert min(plain, shuffled) > 0.9 and abs(plain - shuffled) < 0.03


def test_weight_decay_lowers_the_test_loss_and_too_much_of_it_raises_it(demo):
    losses = [demo["overfit"](lam, 30)[2][0] for lam in (0.0, 0.03, 0.3)]
    assert losses[1] < losses[0] and losses[1] < losses[2]


def test_a_hundred_pictures_leave_nothing_in_the_figure(demo):
    for name in "neuron", "layers":
        scene = demo["SCENES"][name]
        board = demo["Board"](scene.setup, scene.size)
        state = scene.defaults() | (next(scene.run(scene.defaults())) if scene.run else {})
        parts = lambda board=board: [len(ax.get_children()) + len(ax.containers) for ax in board.fixed]
        before = parts()
        pictures = {board.image(scene.draw, state).tobytes() for _ in range(100)}
        assert parts() == before and len(pictures) == 1


# --- In the browser


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """The demo in JupyterLab; nothing is run yet."""
    with on_stage(tmp_path_factory.mktemp("stage")) as stage:
        yield stage
        assert not stage.errors, stage.errors
        assert not stage.cell_errors()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["softmax", "tiny"])
def test_a_scene_without_the_preparation_says_what_to_run_first(name, stage):
    cell = stage.run_cell(name)
    expect(cell.locator(".jp-OutputArea-output")).to_have_text(re.compile(r"^先に、いちばん上の「準備」のセル.*を実行してください。\s*$"))


@pytest.mark.browser
def test_run_all_shows_every_scene_in_a_minute(stage):
    assert stage.run_all(60) < 60
    expect(stage.page.locator(".jp-Notebook h1")).to_be_in_viewport()
    for name in SCENES:
        stage.show(name)
        expect(stage.scene(name).locator("img.widget-image")).to_be_visible()
        box = stage.scene(name).bounding_box()
        assert box["y"] + box["height"] <= 720 and box["x"] + box["width"] <= 1280, f"{name} does not fit the screen"


@pytest.mark.browser
@pytest.mark.parametrize("name", SCENES)
def test_every_control_changes_the_picture(name, stage):
    stage.show(name)
    scene = stage.scene(name)
    for handle in scene.locator(".noUi-handle").all():
        before = stage.settled(name)
        handle.focus()
        stage.page.keyboard.press("ArrowRight")
        assert stage.changed(name, before)
    for group in scene.locator(".widget-toggle-buttons").all():
        for button in group.locator("button:not(.mod-active)").all()[:2]:
            before = stage.settled(name)
            button.click()
            assert stage.changed(name, before), button.inner_text()
    if name not in ("neuron", "softmax", "pad"):
        stage.button(name, "最初から").click()
        start = stage.settled(name)
        stage.button(name, "1 ステップ").click()
        assert stage.changed(name, start)
        stage.button(name, "戻る" if stage.button(name, "戻る").count() else "最初から").click()
        assert stage.becomes(name, start)
        stage.button(name, "再生").click()
        assert stage.changed(name, start)
        stage.button(name, "止める").click()
        expect(stage.button(name, "再生")).to_be_visible()
    assert not stage.cell_errors() and not stage.errors


def arc(x, y, width, height, start, end, points=16):
    """Points of an ellipse, from one angle to another in degrees."""
    angles = np.radians(np.linspace(start, end, points))
    return list(zip(x + width * np.cos(angles), y + height * np.sin(angles)))


DRAWN = {
    "0": [arc(0.5, 0.5, 0.22, 0.36, -90, 270)],
    "1": [[(0.5, 0.12), (0.5, 0.88)]],
    "1 with a flag": [[(0.38, 0.28), (0.52, 0.12), (0.52, 0.88)]],
    "1, small, in a corner": [[(0.7, 0.5), (0.7, 0.8)]],
    "7": [[(0.25, 0.15), (0.75, 0.15), (0.42, 0.88)]],
    "7 with a bar": [[(0.25, 0.15), (0.75, 0.15), (0.42, 0.88)], [(0.3, 0.5), (0.7, 0.5)]],
}


@pytest.mark.browser
@pytest.mark.parametrize("digit", DRAWN)
def test_a_drawn_digit_is_read(digit, stage):
    stage.draw(DRAWN[digit])
    read = stage.kernel("print(reader().predict(np.array(SHOWS['pad'].settings['pixels'])[None] / 16)[0])")
    assert read.strip() == digit[0]


@pytest.mark.browser
@pytest.mark.parametrize("name", SCENES)
def test_a_cell_run_twice_replaces_its_scene_and_leaves_nothing_behind(name, stage):
    count = ("import gc; gc.collect(); "
             "print(len(SHOWS), len(widgets.widget._instances), sum(type(o) is Show for o in gc.get_objects()))")
    before = stage.kernel(count)
    for _ in range(2):
        stage.run_cell(name)
    assert stage.kernel(count) == before
    assert stage.page.locator(f".demo-{name}").count() == 1


def test_a_scene_that_was_run_again_answers(stage):
    stage.run_cell("neuron")
    picture = stage.settled("neuron")
    stage.scene("neuron").get_by_role("button", name="ReLU").click()
    assert stage.changed("neuron", picture)


@pytest.mark.browser
def test_a_cell_run_again_ends_its_training_and_another_play_pauses_it(stage):
    def playing():
        stage.page.wait_for_timeout(500)  # controls and cells are answered in threads of their own
        return stage.kernel("print([name for name, show in SHOWS.items() if show.playing])").strip()

    stage.show("digits")
    stage.button("digits", "再生").click()
    expect(stage.button("digits", "止める")).to_be_visible()
    stage.run_cell("digits")
    assert playing() == "[]"
    stage.button("digits", "再生").click()
    stage.show("layers")
    stage.button("layers", "再生").click()
    expect(stage.button("layers", "止める")).to_be_visible(timeout=15_000)
    assert playing() == "['layers']"
    stage.page.get_by_role("button", name="Interrupt the kernel").click()
    stage.show("digits")
    expect(stage.button("digits", "再生")).to_be_visible()
    picture = stage.settled("digits")
    stage.button("digits", "1 ステップ").click()
    assert stage.changed("digits", picture)
    stage.button("layers", "止める").or_(stage.button("layers", "再生")).click()


@pytest.mark.browser
def test_a_wildly_dragged_slider_ends_where_it_is_dropped(stage):
    stage.show("neuron")
    box = stage.scene("neuron").locator(".noUi-target").first.bounding_box()
    handle = stage.scene("neuron").locator(".noUi-handle").first.bounding_box()
    y = box["y"] + box["height"] / 2
    stage.page.mouse.move(handle["x"] + handle["width"] / 2, y)
    stage.page.mouse.down()
    for i in range(200):
        stage.page.mouse.move(box["x"] + box["width"] * (0.5 + 0.5 * math.sin(i)), y)
    stage.page.mouse.move(box["x"] + box["width"] + 50, y)
    stage.page.mouse.up()
    stage.settled("neuron")
    assert stage.kernel("print(SHOWS['neuron'].settings['w1'])").strip() == "3.0"


@pytest.mark.browser
def test_the_page_without_a_kernel_steps_through_every_scene_without_a_network(stage, tmp_path):
    path = tmp_path / "demo.html"
    path.write_text(demo_page(NOTEBOOK), encoding="utf-8")
    assert path.stat().st_size < 15e6
    page, errors = stage.page.context.browser.new_page(viewport=SCREEN), []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: errors.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    page.context.set_offline(True)
    try:
        page.goto(path.as_uri())
        for name in SCENES:
            scene = page.locator(f"#{name}")
            scene.scroll_into_view_if_needed()
            shown = lambda scene=scene: scene.locator("img:not([hidden])").get_attribute("src")
            first = shown()
            for click, same in ("next", False), ("back", True), ("play", True):
                scene.locator(f".{click}").click()
                assert (shown() == first) == same, (name, click)
            page.wait_for_timeout(1100)
            assert shown() != first
            page.keyboard.press("Home")
            assert [image.is_visible() for image in scene.locator("img").all()].count(True) == 1
            assert scene.locator("img:not([hidden])").bounding_box()["width"] > 800
    finally:
        page.close()
    assert not errors
