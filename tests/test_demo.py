"""The live demo: its numbers, its pictures, and a presenter's hour with it in a real browser."""

import math
import re

import numpy as np
import pytest
from exercise import REFERENCE, ROOT, given
from playwright.sync_api import expect
from stage import SCENES, Stage, browser_page, on_stage

from grading.demo import page as demo_page
from grading.demo import run_cells

TEXT = (ROOT / "source/demo.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo():
    """The names that the demo's cells define, run outside a kernel."""
    return run_cells(TEXT)[0]


def test_every_scene_has_a_heading_one_sentence_and_notes_and_the_minutes_add_up():
    headings = re.findall(r"^# ## (\d)\. .+\n#\n# (.+)\n\n# %% \[markdown\]\n# <details><summary>話すこと \((\d+) 分\)", TEXT, re.MULTILINE)
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
    palette = re.search(r"^BLUE, .*$", (ROOT / "source/1101.py").read_text(encoding="utf-8"), re.MULTILINE).group()
    assert palette in TEXT


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
    graph, exercise = demo["tiny"](2, h), dict(given())
    for code in REFERENCE.values():
        exec(code, exercise)
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
    first, *_, last = demo["digits_run"](settings)
    assert last["history"][-1][4] > 0.95 and not last["diverged"]
    assert np.array_equal(next(demo["digits_run"](settings))["weights"], first["weights"])
    *_, wild = demo["digits_run"]({**settings, "lr": 100.0})
    assert wild["diverged"] and "発散" in wild["note"]


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
    for name in "neuron", "softmax", "layers":
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


def run_cell(stage: Stage, title: str):
    """Run the code cell whose folded code has the title, without the others; returns the cell."""
    cell = stage.page.locator(".jp-CodeCell", has=stage.page.locator(".jp-Placeholder", has_text=title))
    cell.locator(".jp-InputCollapser").hover()
    cell.evaluate("cell => cell.scrollIntoView({block: 'center'})")
    cell.click(position={"x": 600, "y": 8}, modifiers=["Shift"])
    stage.page.keyboard.press("Escape")
    stage.page.keyboard.press("Control+Enter")
    stage.idle()
    return cell


@pytest.mark.browser
def test_a_scene_without_the_preparation_says_what_to_run_first(stage):
    cell = run_cell(stage, "場面 3")
    expect(cell.locator(".jp-OutputArea-output")).to_have_text("先に、いちばん上の「準備」のセルを実行してください。\n")
