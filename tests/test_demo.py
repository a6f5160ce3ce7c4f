"""The live demo: its numbers, its pictures, and a presenter's hour with it in a real browser."""

import re
from itertools import islice
from pathlib import Path

import nbformat
import numpy as np
import psutil
import pytest
from browser import barriers, browser_page
from drawn import DRAWN
from exercise import MLP, REFERENCE, ROOT
from playwright.sync_api import expect
from scipy.special import expit, log_softmax, softmax
from stage import ROOM, SCENES, SCREEN, Deck, on_stage

from demo.font import characters, covered
from demo.page import page as demo_page
from demo.page import run_cells

TEXTS = [ROOT / "exercises/1101/demo.py", *ROOT.glob("exercises/1101/scenes/*.js"), *ROOT.glob("exercises/shared/stage/*.js")]
NOTEBOOK = nbformat.read(ROOT / "1101/demo.ipynb", as_version=4)
drawn = lambda digit: next(strokes for name, strokes in DRAWN.items() if name[0] == digit)
TRAINED = ["layers", "race", "digits", "shuffle", "overfit"]


@pytest.fixture(scope="module")
def demo():
    """The names that the demo's cells define, run outside a kernel."""
    return run_cells(NOTEBOOK)


def test_every_scene_has_one_sentence_and_notes_and_the_minutes_add_up(demo):
    scenes = demo["SCENES"]
    assert list(scenes) == SCENES  # in the order of the lecture
    assert all(scene.sentence.count("。") == 1 and scene.sentence.endswith("。") for scene in scenes.values())
    assert all(2 < len(scene.notes) < 7 and all(note.endswith("。") for note in scene.notes) for scene in scenes.values())
    assert sum(scene.minutes for scene in scenes.values()) == 30


def test_the_demo_shows_no_answer_of_the_exercise():
    lines = {line.strip() for path in TEXTS for line in path.read_text(encoding="utf-8").splitlines()}
    for question, code in REFERENCE.items():
        body = [line.strip() for line in code.split('"""')[-1].splitlines()]
        assert not {line for line in body if len(line) > 12} & lines, question
        assert not any(re.search(rf"(def|function) {question}\(", line) for line in lines), question


def test_the_font_has_what_the_texts_use():
    missing = characters(ROOT) - covered(ROOT / "exercises/shared/stage/font.woff")
    assert missing <= set("₀₁₂₃₄₅₆₇₈₉"), "run `python -m demo font`"  # every browser has these from elsewhere


# --- What the kernel learns


def test_a_frame_asked_for_twice_is_the_same_and_past_the_end_comes_the_last(demo):
    ask = lambda step: demo["answer"]({"scene": "overfit", "settings": {"lam": 0.0, "points": 30}, "step": step})
    third, again = ask(3), ask(3)
    assert third == again and third["step"] == 3 and not third["last"]
    last = ask(1000)
    assert last["last"] and last["step"] == len(demo["OVERFIT_ITERATIONS"]) - 1 and ask(3) == third


def test_a_run_that_was_interrupted_begins_anew(demo):
    scene, broken = demo["SCENES"]["race"], []

    def run(settings):
        yield {"first": 1}
        if not broken:
            broken.append(True)
            raise KeyboardInterrupt
        yield {"second": 2}

    demo["present"](demo["Scene"]("race", scene.title, scene.sentence, scene.minutes, scene.notes, run=run))
    ask = lambda step: demo["answer"]({"scene": "race", "settings": {}, "step": step})
    try:
        assert ask(0)["frame"] == {"first": 1}
        with pytest.raises(KeyboardInterrupt):
            ask(1)
        assert ask(1)["frame"] == {"second": 2}
    finally:
        demo["present"](scene)


def test_few_runs_are_kept(demo):
    for lr in np.linspace(0.01, 0.1, 3 * demo["FILMS_KEPT"]):
        demo["answer"]({"scene": "digits", "settings": {"lr": lr, "units": 5}, "step": 0})
    assert len(demo["FILMS"]) <= demo["FILMS_KEPT"]


def test_both_gradients_of_the_race_agree_and_the_passes_are_counted(demo):
    *_, last = demo["race_run"]({"largest": 8})
    counts, slow, fast = zip(*last["results"])
    assert counts == (64 * 2 + 2 + 2 * 2 + 2 + 2 * 10 + 10, 330, 682)
    assert last["done"] == 682 and last["calls"] > 682
    assert last["difference"] < 1e-5 and slow[-1] > 5 * fast[-1]


def test_training_reads_the_digits_and_starts_from_the_same_weights_again(demo):
    settings = {"lr": 0.1, "units": 40}
    first, *_, last = islice(demo["digits_run"](settings), 48)
    assert last["history"][-1][4] > 0.95 and not last["fate"]
    assert np.array_equal(next(demo["digits_run"](settings))["hidden"], first["hidden"])


@pytest.mark.parametrize("lr, fates", [(0.001, {""}), (0.1, {""}), (1.0, {"", "stopped"}), (100.0, {"diverged", "stopped"})])
def test_a_training_that_fails_is_called_by_its_kind(lr, fates, demo):
    *_, last = demo["digits_run"]({"lr": lr, "units": 40})
    assert last["fate"] in fates
    if last["fate"] == "stopped":  # no ReLU gives anything: every digit lies on one point, and stays there
        assert not last["hidden"].any()
    if last["fate"] == "diverged":
        assert last["history"][-1][1] > last["history"][0][1]


def test_same_digits_gather_in_the_hidden_layer(demo):
    first, *_, last = demo["digits_run"]({"lr": 0.1, "units": 40})
    labels = np.array(demo["digits_data"]()["classes"])

    def spread(points):
        means = np.array([points[labels == k].mean(axis=0) for k in range(10)])
        return np.linalg.norm(points - means[labels], axis=1).mean() / np.linalg.norm(means - means.mean(axis=0), axis=1).mean()

    assert spread(last["hidden"]) < 0.6 * spread(first["hidden"])


def test_without_h_the_boundary_stays_a_line_and_with_h_one_line_is_enough(demo):
    *_, last = demo["layers_run"]({"shape": "輪", "layers": 2})
    without, with_h = last["accuracy"]
    assert without < 0.8 < 0.97 < with_h
    side = last["hidden"][:, 0] > 0  # where the fold has put the points, the upright line in the middle is the boundary
    assert (side == np.array(last["labels"])).mean() == pytest.approx(with_h)


def test_a_point_moved_by_hand_is_learned_where_it_lies(demo):
    still, moved = (next(demo["layers_run"]({"shape": "輪", "layers": 2, "moved": m})) for m in ([], [[3, 1.5, -1.25]]))
    assert (still["points"] != moved["points"]).any(axis=1).sum() == 1 and moved["points"][3].tolist() == [1.5, -1.25]


def test_shuffled_pixels_are_learned_as_well(demo):
    *_, last = demo["shuffle_run"]({"order": 1})
    _, plain, shuffled = last["history"][-1]
    assert min(plain, shuffled) > 0.9 and abs(plain - shuffled) < 0.03


def test_weight_decay_lowers_the_test_loss_and_too_much_of_it_raises_it(demo):
    losses = [list(demo["overfit_run"]({"lam": lam, "points": 30}))[-1]["test"][0] for lam in (0.0, 0.03, 0.3)]
    assert losses[1] < losses[0] and losses[1] < losses[2]


def test_the_landscape_of_the_digits_is_their_loss(demo):
    data = demo["digits_landscape"]()
    x, _, label, _ = demo["digits"]()
    model = demo["newborn"](x[:300], label[:300], (16,), 0.2)
    line = np.linspace(-2.2, 2.2, len(data["grid"]))
    start = np.interp(-1.6, line, data["grid"][np.abs(line).argmin()])  # where it begins: no step to either side
    assert start == pytest.approx(demo["measure"](model, x[:300], label[:300])[0], rel=1e-3)


@pytest.fixture(scope="module")
def network(demo):
    return demo["reader"]()


def test_the_reader_reads_the_test_half(demo, network):
    _, x_test, _, label_test = demo["digits"]()
    assert network.score(x_test, label_test) > 0.965


# --- What the browser computes


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "demo.html"
    path.write_text(demo_page(NOTEBOOK), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def deck(file, chrome):
    """The page without a kernel, its network off, with the stage open; what asks for anything beside it is an error."""
    with browser_page(**SCREEN, browser=chrome) as (page, errors):
        page.on("request", lambda request: errors.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
        page.context.set_offline(True)
        page.goto(file.as_uri())
        page.get_by_role("button", name="舞台で見る").click()
        yield Deck(page, errors)
        assert not errors, errors


@pytest.fixture(scope="module")
def script(demo, chrome):
    """The demo's script in an empty page: any of its functions can be called."""
    with browser_page(browser=chrome) as (page, errors):
        page.goto("about:blank")
        page.add_script_tag(content=demo["SCRIPT"].replace("export default", "void"))
        yield page.evaluate
        assert not errors, errors


def test_every_scene_has_a_picture_and_the_other_way_round(script):
    assert sorted(script("() => Object.keys(PICTURES)")) == sorted(SCENES)


SLIDES = {"u1": 1, "u2": 2, "u3": 3, "T": 1, "shift": 0, "t": "ぶどう"}


@pytest.mark.parametrize("change", [
    {}, {"u3": -2}, {"T": 0.3}, {"t": "りんご"}, {"shift": 1000}, {"shift": -1000, "T": 0.1}], ids=str)
def test_softmax_has_the_numbers_of_the_slides_and_of_scipy(change, script):
    state = SLIDES | change
    found = script("state => softmaxNumbers(state)", state)
    u = (np.array([state["u1"], state["u2"], state["u3"]]) + state["shift"]) / state["T"]
    np.testing.assert_allclose(found["y"], softmax(u), atol=1e-6)
    assert found["loss"] == pytest.approx(-log_softmax(u)[["りんご", "バナナ", "ぶどう"].index(state["t"])], abs=1e-6)
    assert np.isnan(np.array(found["naive"], dtype=float)).any() == bool(state["shift"])
    if not change:
        assert np.round(found["y"], 3).tolist() == [0.090, 0.245, 0.665]


@pytest.mark.parametrize("h, function", [
    ("sigmoid", expit), ("tanh", np.tanh), ("ReLU", lambda u: u * (u > 0)), ("h なし", np.positive)])
def test_a_neuron_is_its_formula(h, function, script):
    state = {"w1": 1.5, "w2": -1, "b": 0.5, "x": [-0.7, 1.2]}
    z = script("([state, h]) => ACTIVATIONS[h].h(neuronSum(state))", [state, h])
    assert z == pytest.approx(function(np.array(1.5 * -0.7 - 1.2 + 0.5)), abs=1e-9)


def test_the_apples_have_the_numbers_of_the_exercise(script):
    graph = script("""() => {
        const { values, slopes } = graphOf({ graph: 'りんごの買い物', price: 100, count: 2 });
        return { values, slopes };
    }""")
    assert [graph["values"][name] for name in ("apples", "subtotal", "total")] == pytest.approx([200, 230, 253])
    expected = {"price": 2.2, "count": 110, "apples": 1.1, "bag": 1.1, "subtotal": 1.1, "tax": 230, "total": 1}
    assert graph["slopes"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("h", ["sigmoid", "tanh"])
def test_the_small_network_has_the_derivatives_of_the_reference(h, script):
    slopes = script("h => graphOf({ graph: '小さなネットワーク', h }).slopes", h)
    x, t = np.array([[1.5]]), np.array([[1.0, 0.0]])  # −log σ(u) is the loss of the two outputs u and 0
    params = [(np.array([[0.8]]), np.array([-0.5])), (np.array([[-1.2, 0.0]]), np.array([0.4, 0.0]))]
    (dW1, db1), (dW2, db2) = MLP.given["network_backward"](x, t, params, h)
    assert [slopes[name] for name in ("w1", "b1", "w2", "b2")] == pytest.approx([dW1[0, 0], db1[0], dW2[0, 0], db2[0]], abs=1e-6)


def test_every_box_of_a_graph_asks_before_it_shows(script):
    steps = script("""() => {
        const state = { graph: 'りんごの買い物', price: 100, count: 2, asks: 'する' }, graph = graphOf(state);
        return range(PICTURES.graph.steps(state) + 1).map((step) => {
            const at = graphStep(graph, step, true);
            return [at.active ?? '', at.asking ?? '', at.forward.length, [...at.backward].sort()];
        });
    }""")
    assert [step[2] for step in steps[:4]] == [0, 1, 2, 3] and steps[4] == ["", "", 3, ["total"]]
    for asked, shown in zip(steps[5::2], steps[6::2]):
        assert asked[0] == asked[1] == shown[0] and not shown[1]
        assert set(asked[3]) < set(shown[3])
    assert len(steps) == 11 and len(steps[-1][3]) == 7


def test_the_ball_goes_where_the_formula_says(script):
    ways = script("() => descend({ place: 'おわん', alpha: 0.3, ball: [-1.7, 1.3] }, 10)")
    np.testing.assert_allclose(ways, [(1 - 0.3) ** n * np.array([-1.7, 1.3]) for n in range(11)], atol=1e-6)


@pytest.mark.parametrize("place, alpha, fate", [
    ("おわん", 0.01, "slow"), ("おわん", 0.3, "arrives"), ("おわん", 1.8, "arrives"), ("おわん", 2.2, "diverges"),
    ("細い谷", 0.02, "slow"), ("細い谷", 0.6, "arrives"), ("細い谷", 0.7, "diverges"),
    ("高原", 0.1, "plateau"), ("高原", 0.8, "plateau"), ("2 つの谷", 0.1, "local"),
])
def test_what_becomes_of_the_ball_is_told(place, alpha, fate, script):
    assert script("state => fate(state)", {"place": place, "alpha": alpha, "ball": None}) == fate


def test_the_landscape_of_the_page_is_the_kernels(demo, script):
    data = demo["digits_landscape"]()
    places = [[-2.2, -2.2], [0, 0], [1.1, -1.3], [2.2, 2.2]]
    found = script("""([data, places]) => {
        const { loss } = landscape({ place: '数字の学習', data: decode(data) });
        return places.map(([a, b]) => loss(a, b));
    }""", [demo["encode"](data), places])
    line = np.linspace(-2.2, 2.2, 45)
    expected = [np.array([[np.interp(a, line, row)] for row in data["grid"]])[:, 0] for a, _ in places]
    expected = [np.interp(b, line, column) for (_, b), column in zip(places, expected)]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_page_reads_as_the_kernel_does(demo, network, script):
    _, x_test, _, _ = demo["digits"]()
    weights = demo["encode"](demo["pad_data"]())
    found = script("([data, x]) => { const known = decode(data); return x.map((pixels) => read(pixels, known).zs[3]); }",
                   [weights, (x_test * 16).tolist()])
    np.testing.assert_allclose(found, network.predict_proba(x_test), atol=1e-6)


def test_the_ink_that_speaks_for_a_digit_is_the_slope_of_the_output(demo, network, script):
    data, x = demo["pad_data"](), np.array(demo["digits"]()[1][3])
    found = script("([data, x]) => inkSlopes(x, decode(data), 4)", [demo["encode"](data), (16 * x).tolist()])
    log = lambda x: np.log(network.predict_proba(x[None])[0, 4])
    expected = [(log(x + step) - log(x - step)) / 2e-6 / 16 for step in 1e-6 * np.eye(64)]
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("strokes, counted", [([], 0), ([[]], 0), ([[[0.5, 0.5]]], 24), ([[[0.5, 0.1], [0.5, 0.9]]], 180)])
def test_ink_is_counted_and_no_ink_is_nothing(strokes, counted, script):
    pixels = script("strokes => inkCounts(strokes)", strokes)
    assert len(pixels) == 64 and all(0 <= count <= 16 for count in pixels)
    assert sum(pixels) == pytest.approx(counted, abs=0.15 * counted)


def test_a_digit_is_read_wherever_and_however_large_it_is_drawn(script):
    shape = drawn("3")
    whole = script("strokes => inkCounts(strokes)", shape)
    small = script("strokes => inkCounts(strokes)", [[[0.1 + x / 4, 0.6 + y / 4] for x, y in stroke] for stroke in shape])
    assert np.abs(np.array(whole) - small).max() <= 1


# --- The stage, in the page without a kernel


def test_the_page_is_one_small_file(file):
    assert file.stat().st_size < 6e6
    assert not re.search(r'(src|href)="(?!#|data:)', file.read_text(encoding="utf-8"))


def fills(deck: Deck) -> float:
    """The part of the window where nothing but the stage can be seen or touched."""
    return deck.page.evaluate("""() => {
        const n = 24, at = (i, whole) => ((i + 0.5) * whole) / n;
        let hits = 0;
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++)
            hits += !!document.elementFromPoint(at(i, innerWidth), at(j, innerHeight))?.closest('.demo-stage');
        return hits / n / n;
    }""")


@pytest.mark.browser
@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("width, height", [(1280, 720), (1920, 1080), (1024, 768)])
def test_a_scene_fills_the_window_at_its_own_resolution(width, height, name, deck):
    deck.page.set_viewport_size({"width": width, "height": height})
    view = deck.show(name)
    deck.settled(name)
    box = view.bounding_box()
    assert box["width"] * box["height"] > 0.85 * width * height
    assert fills(deck) == 1
    for part in view.locator("button:visible, input:visible, .told").all():
        edges = part.bounding_box()
        assert edges["x"] >= 0 and edges["x"] + edges["width"] <= width + 1 and edges["y"] + edges["height"] <= height + 1
    assert view.locator("canvas").evaluate("c => c.width === Math.round(c.getBoundingClientRect().width * devicePixelRatio)")
    deck.page.set_viewport_size(SCREEN)


@pytest.mark.browser
def test_a_remote_and_the_arrows_go_from_scene_to_scene(deck):
    deck.show("neuron")
    for forward, back in ("PageDown", "PageUp"), ("ArrowRight", "ArrowLeft"):
        deck.page.keyboard.press(forward)
        expect(deck.view("layers")).to_be_visible()
        deck.page.keyboard.press(back)
        expect(deck.view("neuron")).to_be_visible()
        deck.page.keyboard.press(back)  # before the first, there is nothing
        expect(deck.view("neuron")).to_be_visible()
    deck.page.keyboard.press("b")
    expect(deck.page.locator(f"{ROOM} .black")).to_be_visible()
    deck.page.keyboard.press("PageDown")  # the first key only brings the light back
    expect(deck.page.locator(f"{ROOM} .black")).to_be_hidden()
    expect(deck.view("neuron")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("name", SCENES)
def test_every_control_changes_the_picture(name, deck):
    view = deck.show(name)
    for slider in view.locator("input[type=range]:visible").all():
        before = deck.settled(name)
        slider.press("ArrowRight" if slider.input_value() != slider.get_attribute("max") else "ArrowLeft")
        assert deck.changed(name, before), slider.get_attribute("data-key")
    for key in {button.get_attribute("data-key") for button in view.locator("button[data-key]:visible").all()}:
        for button in view.locator(f'button[data-key="{key}"][aria-pressed=false]:visible').all()[:2]:
            before = deck.settled(name)
            button.click()
            assert key == "asks" or deck.changed(name, before), (key, button.inner_text())
    if deck.button(name, "play").count():
        deck.button(name, "first").click()
        start = deck.settled(name)
        deck.button(name, "next").click()
        assert deck.changed(name, start)
        deck.button(name, "back").click()
        assert deck.becomes(name, start)
        deck.button(name, "play").click()
        assert deck.changed(name, start)
        deck.button(name, "play").click()
        expect(deck.button(name, "play")).to_have_text(re.compile("再生"))


@pytest.mark.browser
@pytest.mark.parametrize("name", ["descent", "graph", "digits", "layers", "shuffle"])
def test_to_the_start_and_play_in_quick_succession_always_plays(name, deck):
    deck.show(name)
    for _ in range(12):
        deck.button(name, "first").click()
        deck.button(name, "play").click()
        start = deck.picture(name)
        assert deck.changed(name, start)
        expect(deck.button(name, "play")).to_have_text(re.compile("止める"))
    deck.button(name, "first").click()


@pytest.mark.browser
def test_another_play_ends_the_first(deck):
    deck.show("descent")
    deck.button("descent", "first").click()
    deck.button("descent", "play").click()
    deck.show("graph")
    assert deck.page.evaluate("() => !document.querySelector('.view-descent .play').textContent.includes('止める')")


def drag(deck: Deck, name: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place to another in the scene's picture, in pixels of it."""
    box = deck.view(name).locator("canvas").bounding_box()
    deck.page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    deck.page.mouse.down()
    deck.page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=5)
    deck.page.mouse.up()
    deck.page.wait_for_timeout(60)


def value(deck: Deck, name: str, key: str) -> str:
    return deck.view(name).locator(f'.slider:has(input[data-key="{key}"]) output').inner_text()


@pytest.mark.browser
def test_the_line_the_arrow_and_the_point_of_the_neuron_are_dragged(deck):
    deck.show("neuron")
    canvas = deck.view("neuron").locator("canvas")
    place = lambda x, y: tuple(canvas.evaluate("(c, [x, y]) => [c.panels.plane.x(x), c.panels.plane.y(y)]", [x, y]))
    for key, steps in (("w1", 30), ("w2", 30), ("b", 30)):
        deck.slide("neuron", key, "Home", *["ArrowRight"] * steps)
    deck.slide("neuron", "w1", *["ArrowRight"] * 20)  # w = (2, 0), b = 0: the line is the axis
    drag(deck, "neuron", place(2, 0), place(1, 1.5))
    assert [value(deck, "neuron", key) for key in ("w1", "w2", "b")] == ["1.0", "1.5", "0.0"]
    drag(deck, "neuron", place(0, 0), place(0.5, 0.5))
    assert [value(deck, "neuron", key) for key in ("w1", "w2")] == ["1.0", "1.5"] and value(deck, "neuron", "b") == "−1.3"
    before = deck.told("neuron")
    drag(deck, "neuron", place(-1.5, 1.5), place(2, 2))
    assert deck.told("neuron") != before


@pytest.mark.browser
def test_the_bars_of_softmax_and_the_ball_are_dragged(deck):
    deck.show("softmax")
    place = deck.view("softmax").locator("canvas").evaluate("c => [c.panels.bars.x(1), c.panels.bars.y(2), c.panels.bars.y(-3)]")
    drag(deck, "softmax", (place[0], place[1]), (place[0], place[2]))
    assert value(deck, "softmax", "u2") == "−3.0"
    deck.show("descent")
    canvas = deck.view("descent").locator("canvas")
    deck.view("descent").get_by_role("button", name="2 つの谷").click()
    deck.slide("descent", "alpha", "Home", *["ArrowRight"] * 3)
    deck.page.wait_for_timeout(100)
    place = lambda x, y: tuple(canvas.evaluate("(c, [x, y]) => [c.panels.map.x(x), c.panels.map.y(y)]", [x, y]))
    assert deck.told("descent").startswith("谷の底に着きました。ただし")  # the higher valley
    drag(deck, "descent", place(0.25, 1.6), place(-1.0, 1.5))
    assert deck.told("descent").startswith("ちょうどよい")


@pytest.mark.browser
def test_the_drawn_digits_are_read(deck):
    read = {name: deck.draw(strokes) for name, strokes in DRAWN.items()}
    wrong = [f"{name}: {told}" for name, told in read.items() if not told.startswith(f"{name[0]} と読みました")]
    assert len(DRAWN) == 100 and len(wrong) <= 8, wrong
    assert all(sum(name.startswith(digit) for name in wrong) <= 1 for digit in "0123456789"), wrong


@pytest.mark.browser
def test_clearing_the_pad_clears_everything(deck):
    deck.show("pad")
    deck.button("pad", "extra").click()
    empty = deck.settled("pad")
    sample = deck.view("pad").locator('button[data-key="sample"]', has_text="8")
    sample.click()
    assert deck.changed("pad", empty)
    deck.button("pad", "extra").click()
    assert deck.becomes("pad", empty)
    assert sample.get_attribute("aria-pressed") == "false"
    deck.draw([[(0.5, 0.1), (0.5, 0.9)]])
    sample.click()
    deck.page.wait_for_timeout(1200)
    assert deck.told("pad").startswith("8 と読みました")
    deck.button("pad", "extra").click()
    assert deck.becomes("pad", empty)


@pytest.mark.browser
def test_a_click_on_a_neuron_shows_its_sum(deck, network):
    deck.draw(drawn("5"))
    canvas = deck.view("pad").locator("canvas")
    box = canvas.bounding_box()
    for layer, i in (1, 7), (2, 3), (3, 5):
        x, y = canvas.evaluate("(c, [layer, i]) => c.panels.lamp(layer, i)", [layer, i])
        deck.page.mouse.click(box["x"] + x, box["y"] + y)
        deck.page.wait_for_timeout(80)
        assert re.search(rf"{i + (layer < 3)}.*u = −?\d+\.\d\d です", deck.told("pad"))


@pytest.mark.browser
def test_the_speakers_window_has_notes_minutes_and_a_clock(deck, demo):
    deck.show("softmax")
    with deck.page.expect_popup() as opened:
        deck.page.keyboard.press("n")
    notes, scene = opened.value, demo["SCENES"]["softmax"]
    expect(notes.locator("li")).to_have_text(scene.notes)
    expect(notes.locator(".time")).to_have_text(re.compile(rf"\d\d:\d\d.*この場面 0:0\d / {scene.minutes}:00.*全体"))
    notes.keyboard.press("PageDown")  # the remote works whichever window has the focus
    expect(deck.view("descent")).to_be_visible()
    expect(notes.locator("h1")).to_contain_text("勾配降下法")
    notes.close()


@pytest.mark.browser
def test_the_page_has_no_barrier_and_a_telephone_scrolls_one_way(file, chrome):
    with browser_page(**SCREEN, browser=chrome) as (page, errors):
        page.goto(file.as_uri())
        assert barriers(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for name in SCENES:
            assert page.locator(f"#{name} canvas").bounding_box()["width"] > 340
            assert page.locator(f"#{name} canvas").get_attribute("aria-label")
        page.get_by_role("link", name="勾配降下法").click()
        assert page.locator("#descent h2").is_visible() and page.url.endswith("#descent")
        page.set_viewport_size(SCREEN)
        page.get_by_role("button", name="舞台で見る").click()
        assert barriers(page) == []
        assert not errors, errors


@pytest.mark.browser
def test_the_space_bar_belongs_to_the_button_that_has_the_focus(file, chrome):
    with browser_page(**SCREEN, browser=chrome) as (page, _):
        page.goto(file.as_uri())
        section = page.locator("#digits")
        section.scroll_into_view_if_needed()
        section.locator(".next").focus()
        page.keyboard.press("Space")
        expect(section.locator(".told")).to_contain_text("エポック")
        expect(section.locator(".play")).to_contain_text("再生")


@pytest.mark.browser
def test_fingers_draw_and_drag(file, chrome):
    """By touch events of the browser's own, on a telephone: the pad takes the finger, the page behind it does not scroll."""
    with browser_page(390, 844, chrome, has_touch=True, is_mobile=True, device_scale_factor=3) as (page, errors):
        page.goto(file.as_uri())
        canvas = page.locator("#pad canvas")
        canvas.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.evaluate("() => document.querySelector('#pad canvas').scrollIntoView()")
        page.wait_for_timeout(300)
        box, (left, top, side, _) = canvas.bounding_box(), canvas.evaluate("c => c.panels.pad")
        touch = page.context.new_cdp_session(page)
        scrolled = page.evaluate("scrollY")
        for stroke in drawn("7"):
            points = [{"x": box["x"] + left + x * side, "y": box["y"] + top + y * side} for x, y in stroke]
            touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
            for point in points[1:]:
                touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(page.locator("#pad .told")).to_contain_text("7 と読みました")
        assert page.evaluate("scrollY") == scrolled
        assert canvas.evaluate("c => c.width") == round(canvas.bounding_box()["width"] * 3)
        assert not errors, errors


# --- In JupyterLab, with its kernel


@pytest.fixture(scope="module")
def stage(tmp_path_factory, file, chrome):
    """The demo in JupyterLab as `make demo` opens it; nothing is run yet."""
    with on_stage(tmp_path_factory.mktemp("stage"), file, chrome) as stage:
        yield stage
        assert not stage.errors, stage.errors


CELLS = [cell.source.partition("\n")[0] for cell in NOTEBOOK.cells]
cell_of = lambda title: next(i for i, first in enumerate(CELLS) if title in first)


@pytest.mark.browser
@pytest.mark.parametrize("title", ["場面 4", "場面 7", "場面 10", "舞台を開く"])
def test_a_cell_without_the_preparation_says_what_to_run_first(title, stage):
    cell = stage.run_cell(cell_of(title))
    expect(cell.locator(".jp-OutputArea-output")).to_have_text(re.compile(r"^先に、いちばん上の「準備」のセル.*を実行してください。\s*$"))


@pytest.mark.browser
def test_a_stage_without_scenes_says_what_to_run(stage):
    stage.run_cell(cell_of("準備"))
    stage.run_cell(cell_of("舞台を開く"))
    expect(stage.page.locator(f"{ROOM} .sentence")).to_contain_text("場面のセルを実行すると")
    stage.leave()


@pytest.mark.browser
def test_run_all_opens_the_stage_over_everything(stage):
    assert stage.run_all(60) < 60
    stage.idle()
    assert fills(stage) == 1
    for name in SCENES:
        stage.show(name)
        assert stage.eventually(lambda name=name: stage.told(name), 20)
    assert not stage.errors, stage.errors


@pytest.mark.browser
@pytest.mark.parametrize("name", TRAINED)
def test_the_kernel_trains_while_the_audience_watches(name, stage):
    stage.show(name)
    stage.button(name, "first").click()
    start = stage.settled(name)
    stage.button(name, "play").click()
    seen = set()
    assert stage.eventually(lambda: seen.add(stage.picture(name)) or len(seen) > 5, 20)
    stage.button(name, "first").click()
    assert name == "overfit" or stage.becomes(name, start)  # its curve of what has been learned stays


@pytest.mark.browser
def test_a_large_training_shows_how_far_it_is(stage):
    stage.show("overfit")
    told = set()
    stage.view("overfit").locator('button[data-key="points"]', has_text="400").click()
    assert stage.eventually(lambda: told.add(stage.told("overfit")) or len(told) > 3, 30)
    stage.button("overfit", "first").click()


@pytest.mark.browser
def test_a_point_dragged_among_the_others_is_learned_anew(stage):
    stage.show("layers")
    stage.button("layers", "first").click()
    before = stage.settled("layers")
    start = stage.view("layers").locator("canvas").evaluate("""c => {
        const plane = c.panels.planes[1];
        return [plane.x(c.state.points[0]), plane.y(c.state.points[1]), plane.x(0), plane.y(0)];
    }""")
    drag(stage, "layers", start[:2], start[2:])
    assert stage.changed("layers", before)
    stage.button("layers", "extra").click()
    stage.button("layers", "first").click()
    assert stage.becomes("layers", before)


@pytest.mark.browser
def test_a_wildly_dragged_slider_ends_where_it_is_dropped(stage):
    stage.show("digits")
    slider = stage.view("digits").locator('input[data-key="lr"]')
    box = slider.bounding_box()
    stage.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    stage.page.mouse.down()
    for i in range(200):
        stage.page.mouse.move(box["x"] + box["width"] * (0.5 + 0.5 * np.sin(i)), box["y"] + 5)
    stage.page.mouse.move(box["x"] + box["width"] + 50, box["y"] + 5)
    stage.page.mouse.up()
    assert value(stage, "digits", "lr") == "100"
    assert stage.eventually(lambda: re.search("発散|止まりました", stage.told("digits")), 20)
    stage.button("digits", "first").click()


@pytest.mark.browser
def test_cells_run_again_leave_nothing_behind_and_the_stage_goes_on(stage):
    count = ("import gc; gc.collect(); "
             "print(len(SCENES), len(ON_STAGE), sum(type(o).__name__ == 'Stage' for o in gc.get_objects()))")
    before = stage.kernel(count)
    stage.leave()
    for title in "場面 7", "場面 7", "場面 2", "舞台を開く", "場面 7", "舞台を開く":
        stage.leave()
        stage.run_cell(cell_of(title))
    assert stage.kernel(count) == before
    assert stage.page.locator(ROOM).count() == 1
    stage.show("digits")
    assert stage.eventually(lambda: stage.told("digits"), 20)


@pytest.mark.browser
def test_an_interrupted_training_says_so_and_can_go_on(stage):
    stage.show("race")
    stage.view("race").locator("button[data-key=largest]", has_text="64").click()
    stage.button("race", "play").click()
    stage.page.wait_for_timeout(1500)
    stage.page.evaluate("""async () => {
        const [kernel] = await (await fetch('/api/kernels')).json();
        await fetch(`/api/kernels/${kernel.id}/interrupt`, { method: 'POST' });
    }""")
    stage.page.wait_for_timeout(1000)
    stage.button("race", "first").click()
    start = stage.settled("race")
    stage.button("race", "next").click()
    assert stage.changed("race", start, 20)


@pytest.mark.browser
def test_data_that_could_not_be_learned_is_asked_for_again(stage):
    assert stage.eventually(lambda: stage.kernel("print('pad' in DATA)").strip() == "True", 20)  # while another scene stood
    stage.kernel("whole = SCENES['pad']; SCENES['pad'] = Scene('pad', '', '', 0, [], data=lambda: 1 / 0)\n"
                 "DATA.pop('pad'); ON_STAGE[0].send({'again': 'pad'})")
    stage.show("pad")
    stage.page.wait_for_timeout(500)
    stage.kernel("SCENES['pad'] = whole")
    stage.show("neuron")
    stage.show("pad")
    assert stage.eventually(lambda: stage.told("pad").startswith("マウスか指で"), 20)


@pytest.mark.browser
def test_a_second_browser_has_its_own_stage(stage):
    other = stage.page.context.browser.new_page(viewport=SCREEN)
    try:
        other.goto(f"{stage.address}/doc/tree/demo.ipynb")
        other.locator(".jp-Notebook .jp-Cell").nth(5).wait_for(state="attached", timeout=60_000)
        other.wait_for_timeout(3000)
        other.get_by_role("button", name="全部実行").click()
        second = Deck(other, [])
        other.locator(f"{ROOM} .told:not(:empty)").first.wait_for(timeout=60_000)
        second.show("graph")
        stage.show("softmax")
        assert second.view("graph").is_visible() and stage.view("softmax").is_visible()
        second.show("digits")
        assert second.eventually(lambda: second.told("digits"), 20)
    finally:
        other.close()


@pytest.mark.browser
def test_a_lost_kernel_is_told_in_one_sentence_with_the_page_at_hand(stage):
    stage.show("shuffle")
    assert stage.eventually(lambda: stage.told("shuffle"), 20)
    [kernel] = [child for child in stage.server.children(recursive=True) if "ipykernel" in " ".join(child.cmdline())]
    errors = list(stage.errors)
    psutil.Process(kernel.pid).suspend()
    try:
        stage.button("shuffle", "play").click()
        alarm = stage.page.locator(f"{ROOM} .alarm")
        expect(alarm).to_be_visible()
        assert alarm.inner_text().startswith("カーネルから返事がありません。")
        with stage.page.expect_popup() as opened:
            alarm.get_by_role("link").click()
        expect(opened.value.locator("h1")).to_have_text("ニューラルネットワークのデモ")
        opened.value.close()
        alarm.get_by_role("button").click()
        stage.page.wait_for_timeout(5000)  # read once, it does not come again
        expect(alarm).to_be_hidden()
        stage.show("neuron")  # what the browser computes goes on without it
        before = stage.settled("neuron")
        stage.slide("neuron", "w1", "ArrowRight")
        assert stage.changed("neuron", before)
    finally:
        psutil.Process(kernel.pid).resume()
    stage.errors[:] = errors
