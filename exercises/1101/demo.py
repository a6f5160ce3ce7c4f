# %% [markdown]
# # ニューラルネットワークのデモ
#
# 左上の**全部実行**を 1 回押すと、下の 9 つの場面がすべて動きます (ボタンがなければ、メニューの Run → Run All Cells)。

# %% [markdown]
# <details><summary>発表の前に (全部で 30 分)</summary>
#
# - 場面はスライドの順です。コードは折りたたんであります。場面ごとの「話すこと」を開くと、目安の時間が出ます。
# - どのセルも、何回でも、どの順でも実行できます。動いている場面があるときに、ほかの場面の「再生」を押すと、前の場面は止まります。
# - ブラウザーは全画面 (<kbd>F11</kbd>) にします。場面へは、左の目次 (<kbd>Ctrl</kbd> + <kbd>Shift</kbd> + <kbd>K</kbd>) から移れます。
# - ネットワークはいりません。カーネルが動かないときは、`make demo-html` で作っておいたページを開いてください。
#
# </details>

# %% include="stage"
# --- What the scenes of this demo share.
from functools import cache
from time import perf_counter

from IPython.display import HTML, Javascript
from scipy.optimize import approx_fprime
from scipy.special import expit, log_softmax, softmax
from sklearn.datasets import load_digits, make_circles, make_moons
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

SEED = 1101


# --- Computation graphs: scene 4.
@dataclass(frozen=True)
class Graph:
    """A computation graph. boxes: name -> (x, y, text); wires: (name, from, to, where the text stands, 0 to 1).

    inputs: wire -> value; operations: in order, wire -> (box, function of a dict of wires). The last wire is the result.
    constants: wires without a derivative.
    """

    boxes: dict
    wires: list
    inputs: dict
    operations: dict
    constants: tuple = ()

    def forward(self, change: dict | None = None) -> dict:
        values = {name: np.asarray(value) for name, value in self.inputs.items()}
        values = {name: (change or {}).get(name, value) for name, value in values.items()}
        for name, (_, function) in self.operations.items():
            values[name] = np.asarray((change or {}).get(name, function(values)))
        return values

    def slopes(self) -> dict:
        """The derivative of the result by every wire, by the imaginary part of an imaginary step: exact, and for any graph."""
        values, last = self.forward(), list(self.operations)[-1]
        found = {}
        for name, value in values.items():
            slope = np.empty(value.shape)
            for i in np.ndindex(value.shape):
                shifted = value.astype(complex)
                shifted[i] += 1e-30j
                slope[i] = self.forward({name: shifted})[last].imag / 1e-30
            found[name] = slope
        return found

    def steps(self) -> int:
        return 2 * len(self.operations) + 1

    def at(self, step: int):
        """The box at work, the wires with a value, the wires with a derivative, at a step."""
        order = list(self.operations.items())
        values = [*self.inputs, *(name for name, _ in order[:step])]
        if step <= len(order):
            return (order[step - 1][1][0] if step else ""), values, []
        done = order[::-1][: step - len(order) - 1]
        slopes = [order[-1][0]]
        for _, (box, _) in done:
            slopes += [name for name, _, to, _ in self.wires if to == box and name not in self.constants]
        return (done[-1][1][0] if done else self.wires[-1][2]), values, slopes


def number(value) -> str:
    """A number, a row or a matrix as short text."""
    value = np.asarray(value)
    if value.ndim == 0:
        return f"{value:.4g}"
    if value.ndim == 1:
        return "[" + "  ".join(f"{v:.2f}" for v in value) + "]"
    return "\n".join(number(row) for row in value)


def graph_setup(graph, figure, xlim, ylim):
    ax = panel(figure, [0.0, 0.0, 1.0, 1.0], ticks=0, xlim=xlim, ylim=ylim)
    ax.axis("off")
    boxes = {
        name: ax.text(x, y, text, ha="center", va="center", fontsize=20,
                      bbox={"boxstyle": "round,pad=0.35", "fc": "white", "ec": GRAY, "lw": 2})
        for name, (x, y, text) in graph.boxes.items()
    }
    for _, start, end, _ in graph.wires:
        ax.annotate("", graph.boxes[end][:2], graph.boxes[start][:2], arrowprops={
            "arrowstyle": "-|>", "color": GRAY, "lw": 2, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 20,
            "patchA": boxes[start].get_bbox_patch(), "patchB": boxes[end].get_bbox_patch()})
    return ax


def graph_draw(graph, ax, step, fontsize):
    active, values, slopes = graph.at(step)
    value, slope = graph.forward(), graph.slopes()
    if active:
        x, y, text = graph.boxes[active]
        backward = bool(slopes)
        ax.text(x, y, text, ha="center", va="center", fontsize=20, zorder=5,
                bbox={"boxstyle": "round,pad=0.35", "fc": "#FBE3D4" if backward else "#D6E8F4", "ec": VERMILION if backward else BLUE, "lw": 5})
    for name, start, end, part in graph.wires:
        (x1, y1), (x2, y2) = graph.boxes[start][:2], graph.boxes[end][:2]
        middle = x1 + part * (x2 - x1), y1 + part * (y2 - y1)
        for shown, numbers, offset, va, color in (values, value, 5, "bottom", BLUE), (slopes, slope, -5, "top", VERMILION):
            if name in shown:
                ax.annotate(number(numbers[name]), middle, (0, offset), textcoords="offset points", ha="center", va=va, color=color,
                            fontsize=fontsize, linespacing=1.05, zorder=4, bbox={"fc": "white", "ec": "none", "pad": 0.5, "alpha": 0.9})


# --- Data and networks that several scenes use. Networks are scikit-learn's.
@cache
def digits():
    """x_train, x_test, label_train, label_test; a pixel is from 0 to 1."""
    data = load_digits()
    return train_test_split(data.data / 16, data.target, test_size=0.25, stratify=data.target, random_state=0)


def newborn(x, labels, hidden, lr=0.1, activation="relu", momentum=0.0, batch_size=10):
    """A network with its initial weights, the same every time: its first step is too short to move them."""
    model = MLPClassifier(hidden, activation=activation, solver="sgd", alpha=0, batch_size=batch_size, learning_rate_init=1e-300,
                          momentum=momentum, random_state=SEED)
    model.partial_fit(x[:batch_size], labels[:batch_size], classes=np.unique(labels))
    set_lr(model, lr)
    return model


def set_lr(model, lr):
    model._optimizer.learning_rate = model._optimizer.learning_rate_init = lr


def learn(model, x, labels) -> bool:
    """One pass over x; False when the weights ran away (the network then stays as it is)."""
    try:
        model.partial_fit(x, labels)
    except ValueError:  # scikit-learn refuses weights that are not finite
        return False
    return True


def measure(model, x, labels):
    """Mean loss and accuracy."""
    y = model.predict_proba(x)
    likely = y[np.arange(len(labels)), labels]
    return float(np.log(1 / np.maximum(likely, 1e-12)).mean()), float((y.argmax(axis=1) == labels).mean())


display(HTML("""<style>
.jp-Notebook, .jp-RenderedHTMLCommon { font-size: 20px; }
.jp-RenderedHTMLCommon { padding-right: 0; }
.jp-RenderedHTMLCommon h1 { font-size: 34px; margin: 0; }
.jp-RenderedHTMLCommon h2 { font-size: 30px; margin: 0 !important; }
.jp-RenderedHTMLCommon h2 + p { font-size: 22px; margin: 0; }
.jp-RenderedHTMLCommon summary { font-size: 15px; line-height: 1.3; color: #666666; cursor: pointer; }
.jp-RenderedHTMLCommon ul, .jp-RenderedHTMLCommon p { margin-bottom: 2px !important; }
.jp-RenderedMarkdown { padding-top: 0 !important; padding-bottom: 0 !important; }
.jp-Notebook .jp-InputPrompt, .jp-Notebook .jp-OutputPrompt, .jp-Notebook .jp-OutputArea-promptOverlay { display: none; }
.jp-Notebook .jp-Cell { padding: 0 2px 1px 2px; }
.jp-Notebook .jp-Collapser { flex: 0 0 6px; min-width: 0; width: 6px; padding: 0; }
.jp-Notebook .jp-Placeholder { min-height: 0; height: 15px; }
.jp-Notebook .jp-Placeholder-contentContainer, .jp-Notebook .jp-Placeholder-content { padding: 0 4px; height: 15px; min-height: 0; }
.jp-Notebook .jp-Placeholder-content * { font-size: 11px; line-height: 15px; color: #999999; }
.demo { overflow: hidden; padding: 0; }
.demo .widget-label, .demo .widget-readout, .demo .widget-button, .demo .widget-toggle-button { font-size: 18px; }
.demo .widget-button, .demo .widget-toggle-button { height: 32px; line-height: 32px; width: auto; min-width: 50px; margin-top: 1px; }
.demo .widget-inline-hbox { flex-flow: row nowrap; align-items: center; height: 36px; width: auto; margin: 0 12px 0 2px; }
.demo .widget-inline-hbox .widget-label { width: auto; min-width: 20px; margin-right: 8px; flex-shrink: 0; }
.demo .widget-inline-hbox .widget-readout { min-width: 52px; }
.demo .widget-toggle-buttons { display: flex; flex-flow: row nowrap; align-items: center; height: 36px; width: auto; margin: 0 12px 0 2px; }
.demo .slider-container { min-width: 130px; }
.demo .widget-toggle-buttons .widget-label { width: auto; margin-right: 8px; flex-shrink: 0; }
.demo .widget-inline-hbox.widget-html { height: auto; min-height: 0; }
.demo .widget-html-content { min-height: 0; font-size: 20px; color: #B04500; line-height: 1.3; }
.demo .widget-image { max-width: none; object-fit: contain; flex-shrink: 0; margin: 0; }
</style>準備ができました。"""))

# %% [markdown]
# ## 1. ニューロン
#
# ニューロンは、平面を 1 本の直線で 2 つに切ります。

# %% [markdown]
# <details><summary>話すこと (3 分)</summary>
#
# - u = w₁x₁ + w₂x₂ + b を計算して、h に通すだけです。直線は u = 0 の場所です。
# - w₁ と w₂ を動かすと、直線の**向き**が変わります。b を動かすと、直線が**平行に**動きます。
# - h を変えても直線は同じです。変わるのは、直線の両側での z の変わり方です。
# - 問いかけ: w₁ = w₂ = 0 にしたら、どうなるでしょうか。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 1: ニューロン
def activations():
    return {"sigmoid": (expit, 0, 1), "tanh": (np.tanh, -1, 1),
            "ReLU": (lambda u: np.interp(u, [-99, 0, 99], [0, 0, 99]), 0, 6), "h なし": (np.positive, -6, 6)}


def neuron_setup(figure):
    wires = panel(figure, [0.0, 0.05, 0.29, 0.85], ticks=0, xlim=(-0.6, 5.4), ylim=(-2.9, 2.9))
    wires.axis("off")
    for y, text in (1.8, "$x_1$"), (-1.8, "$x_2$"):
        wires.text(0, y, text, ha="center", va="center", fontsize=20, bbox={"boxstyle": "circle", "fc": "white", "ec": GRAY, "lw": 2})
    wires.text(5.0, 0, "$z$", ha="center", va="center", fontsize=22)
    plane = panel(figure, [0.355, 0.17, 0.275, 0.73], "$z$ on the plane", "$x_1$", "$x_2$", (-3, 3), (-3, 3))
    curve = panel(figure, [0.72, 0.17, 0.27, 0.73], "$z = h(u)$", "$u$", "$z$", (-8, 8), (-2.4, 4.4))
    return wires, plane, curve


def neuron_draw(axes, state):
    wires, plane, curve = axes
    w1, w2, b = state["w1"], state["w2"], state["b"]
    h, low, high = activations()[state["h"]]
    for y, w, name in (1.8, w1, "w_1"), (-1.8, w2, "w_2"), (0.0, b, "b"):
        color = BLUE if w >= 0 else VERMILION
        start = (0.5, y) if name != "b" else (3.3, -1.9)
        end = (2.1, 0.25 * np.sign(y)) if name != "b" else (2.9, -0.7)
        wires.plot(*zip(start, end), color=color, lw=1 + 3 * abs(w), solid_capstyle="round", zorder=1)
        wires.text(*{"w_1": (1.6, 1.45), "w_2": (0.6, -2.55), "b": (3.0, -2.3)}[name], f"${name}={w:.1f}$", color=color, fontsize=18, va="center")
    wires.plot([3.1, 4.7], [0, 0], color=GRAY, lw=2, zorder=1)
    wires.text(2.6, 0, "$u\\,|\\,h$", ha="center", va="center", fontsize=20, zorder=3,
               bbox={"boxstyle": "circle", "fc": "white", "ec": GREEN, "lw": 3})
    x = np.linspace(-3, 3, 60)
    u = w1 * x[None, :] + w2 * x[:, None] + b
    plane.imshow(h(u), extent=(-3, 3, -3, 3), origin="lower", vmin=low, vmax=high, interpolation="bilinear")
    if abs(w2) > abs(w1):
        plane.plot(x, -(w1 * x + b) / w2, color=VERMILION)
    elif w1:
        plane.plot(-(w2 * x + b) / w1, x, color=VERMILION)
    if w1 or w2:
        plane.text(2.85, -2.8, "$u = 0$", color=VERMILION, ha="right", bbox={"fc": "white", "ec": "none", "alpha": 0.85, "pad": 2})
    v = np.linspace(-8, 8, 161)
    curve.plot(v, h(v), color=BLUE)
    curve.axvline(0, color=VERMILION, lw=1.5, ls="--")
    curve.plot([u.min(), u.max()], [-2.25, -2.25], color=ORANGE, lw=6, solid_capstyle="butt")
    curve.text(0.02, 0.1, "$u$ on the plane", color="#8A5F00", transform=curve.transAxes, fontsize=13)


def neuron_story():
    state = {"w1": 1.5, "w2": -1.0, "b": 0.5, "h": "sigmoid"}
    yield "直線 u = 0 の片側で z は 1 に近く、反対側で 0 に近くなります。", state
    for w1 in 0.5, -0.5, -1.5:
        yield "w₁ を動かすと、直線の向きが変わります。", {**state, "w1": w1}
    for b in 1.5, 2.5, -1.5:
        yield "b を動かすと、直線が平行に動きます。", {**state, "b": b}
    for h in "tanh", "ReLU", "h なし":
        yield f"h を {h} にしても、直線は同じです。" if h != "h なし" else "h がないと、z は同じ傾きの坂です。", {**state, "h": h}


if "present" in globals():
    present(Scene("neuron", neuron_setup, neuron_draw, [
        Control("w1", "w₁", (-3.0, 3.0, 0.1), 1.5), Control("w2", "w₂", (-3.0, 3.0, 0.1), -1.0),
        Control("b", "b", (-3.0, 3.0, 0.1), 0.5), Control("h", "h", ["sigmoid", "tanh", "ReLU", "h なし"], "sigmoid"),
    ], neuron_story))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 2. なぜ非線形関数をかけるのか
#
# h がなければ、層をいくら重ねても、1 つの層と同じ直線しか引けません。

# %% [markdown]
# <details><summary>話すこと (4 分)</summary>
#
# - 左と中央は、同じデータ、同じ層の数、同じ初期値です。違うのは h があるかどうかだけです。「再生」を押します。
# - 右は、左のネットワークの行列です。全部掛けると 1 つの行列 W になります。左の直線は、その W の直線です。
# - 層を増やしてもう一度再生します。左は、いつまでも直線です。
# - スライドの「2 層と同じ」は、入力も 1 層と数えています。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 2: なぜ非線形関数をかけるのか
def layers_data(name):
    rng = np.random.default_rng(SEED)
    if name == "輪":
        x, label = make_circles(160, noise=0.08, factor=0.45, random_state=SEED)
    elif name == "三日月":
        x, label = make_moons(160, noise=0.12, random_state=SEED)
        x = (x - [0.5, 0.25]) / 1.2
    else:
        x = rng.uniform(-1.1, 1.1, (160, 2))
        label = (x[:, 0] * x[:, 1] > 0).astype(int)
    return x * (1.2 if name == "三日月" else 1.4), label


LAYERS_STEPS = 80


def layers_run(settings):
    x, label = layers_data(settings["data"])
    hidden = (8,) * settings["layers"]
    models = [newborn(x, label, hidden, 0.05, activation, 0.9, 40) for activation in ("identity", "tanh")]
    line = np.linspace(-2, 2, 40)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    for step in range(LAYERS_STEPS + 1):
        yield {
            "epoch": 3 * step, "x": x, "label": label, "coefs": [W.copy() for W in models[0].coefs_],
            "maps": [model.predict_proba(grid)[:, 1].reshape(40, 40) for model in models],
            "accuracy": [float((model.predict(x) == label).mean()) for model in models],
        }
        for model in models:
            for _ in range(3):
                learn(model, x, label)


def layers_setup(figure):
    planes = [panel(figure, [left, 0.1, 0.26, 0.7], ticks=0, xlim=(-2, 2), ylim=(-2, 2)) for left in (0.01, 0.29)]
    for plane, title in zip(planes, ("without $h$", "with $h$ (tanh)")):
        say(plane, 0.0, 1.05, title, fontsize=19)
    matrices = panel(figure, [0.57, 0.1, 0.42, 0.7], ticks=0, xlim=(0, 20), ylim=(-6.2, 6.2))
    matrices.axis("off")
    say(matrices, 0.02, 1.05, "without $h$: the product is one matrix", fontsize=17)
    return *planes, matrices


def layers_draw(axes, state):
    for plane, z, accuracy in zip(axes, state["maps"], state["accuracy"]):
        plane.imshow(z, extent=(-2, 2, -2, 2), origin="lower", vmin=0, vmax=1, interpolation="bilinear", alpha=0.75)
        plane.contour(np.linspace(-2, 2, 40), np.linspace(-2, 2, 40), z, [0.5], colors=[VERMILION], linewidths=3)
        for k, marker, color in (0, "o", "white"), (1, "^", "black"):
            points = state["x"][state["label"] == k].T
            plane.plot(*points, marker, color=color, mec=GRAY, ms=7, lw=0)
        say(plane, 1.0, 1.05, f"{accuracy:.0%}", ha="right", fontsize=19, color=VERMILION)
        say(plane, 0.02, -0.08, f"epoch {state['epoch']}", fontsize=14, color=GRAY)
    ax, coefs = axes[2], state["coefs"]
    product = np.linalg.multi_dot(coefs)
    cells = sum(W.shape[1] for W in coefs) + 1 + 1.2 * len(coefs)
    unit, left = min(19.5 / cells, 0.85), 0.2
    for i, W in enumerate([*coefs, product]):
        rows, columns = W.shape
        box = left, left + columns * unit, -rows * unit / 2, rows * unit / 2
        ax.imshow(W, extent=box, cmap=SIGNED, vmin=-1.5, vmax=1.5)
        ax.add_patch(mpl.patches.Rectangle((box[0], box[2]), box[1] - box[0], box[3] - box[2], fill=False,
                                           ec=VERMILION if i == len(coefs) else GRAY, lw=3 if i == len(coefs) else 1))
        name = f"$W_{i + 1}$" if i < len(coefs) else "$W$"
        ax.text((box[0] + box[1]) / 2, box[3] + 0.25, name, ha="center", fontsize=17)
        left = box[1] + 1.2 * unit
        if i < len(coefs):
            ax.text(left - 0.6 * unit, 0, "=" if i == len(coefs) - 1 else "·", ha="center", va="center", fontsize=18)
    ax.text(0.2, -5.6, f"$W$ = ({product[0, 0]:.2f}, {product[1, 0]:.2f})   one line, any depth", fontsize=17, color=VERMILION)


def layers_story():
    for data, layers in ("輪", 2), ("三日月", 3):
        for state in film(layers_run, {"data": data, "layers": layers}, [0, 5, 10, 15, 20, 30, 45]):
            yield f"中間層 {layers} つ、{state['epoch']} エポック: h がない左は直線のままです。", state


if "present" in globals():
    present(Scene("layers", layers_setup, layers_draw, [
        Control("data", "データ", ["輪", "三日月", "市松模様"], "輪", restarts=True),
        Control("layers", "中間層の数", [1, 2, 3, 4], 2, restarts=True),
    ], layers_story, run=layers_run, pause=0.03))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 3. softmax と交差エントロピー
#
# softmax は、どんな数の組も、足すと 1 になる「確率のようなもの」に変えます。

# %% [markdown]
# <details><summary>話すこと (4 分)</summary>
#
# - u = [1, 2, 3] のとき [0.090, 0.245, 0.665] です。スライドの数と同じです。足すと 1 です。
# - りんご、バナナ、ぶどうの識別器だと思ってください。正解 t を変えると、損失 E = −log y_t が変わります。正解の確率が 0 に近づくと、E はいくらでも大きくなります。
#   スライドに「[0, 1] の範囲」とありますが、正しくは 0 以上です。
# - 温度 T で割ってから softmax に入れると、T が小さいほど自信満々に、大きいほど控えめになります。
# - 全部に 1000 を足しても、答えは同じはずです。ところが式のまま計算すると nan になります。どう防ぐかは演習で考えます。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 3: softmax と交差エントロピー
def softmax_numbers(state):
    """u, y by the formula as it stands, y with care, and both losses."""
    u = (np.array([state["u1"], state["u2"], state["u3"]]) + state["shift"]) / state["T"]
    t = ["apple", "banana", "grape"].index(state["t"])
    with np.errstate(all="ignore"):
        e = np.exp(u)
        naive = e / e.sum()
        naive_loss = -np.log(naive[t])
    return u, naive, softmax(u), naive_loss, -log_softmax(u)[t]


def softmax_setup(figure):
    names = ["apple", "banana", "grape"]
    u = panel(figure, [0.06, 0.14, 0.24, 0.66], "", "", "", (-0.6, 2.6), (-5.5, 5.5))
    care, naive = (panel(figure, [left, 0.14, 0.25, 0.66], "", "", "", (-0.6, 2.6), (0, 1.12)) for left in (0.39, 0.73))
    for ax, title in (u, "$u$"), (care, "softmax, with care"), (naive, "the formula as it stands"):
        say(ax, 0.0, 1.16, title, fontsize=18)
        ax.set_xticks(range(3), names)
    u.axhline(0, color=GRAY, lw=1)
    return u, care, naive


def softmax_draw(axes, state):
    u, naive, care, naive_loss, loss = softmax_numbers(state)
    ax = axes[0]
    shown = [state["u1"], state["u2"], state["u3"]]
    colors = [VERMILION if name == state["t"] else BLUE for name in ("apple", "banana", "grape")]
    ax.bar(range(3), shown, color=GRAY, width=0.7)
    for k, value in enumerate(shown):
        ax.text(k, value + (0.2 if value >= 0 else -0.2), f"{value + state['shift']:.1f}", ha="center",
                va="bottom" if value >= 0 else "top", fontsize=17)
    for ax, y, E in (axes[1], care, loss), (axes[2], naive, naive_loss):
        finite = np.nan_to_num(y)
        ax.bar(range(3), finite, color=colors, width=0.7)
        for k, value in enumerate(y):
            bad = not np.isfinite(value)
            ax.text(k, finite[k] + 0.02, "nan" if bad else f"{value:.3f}", ha="center", fontsize=19, color=VERMILION if bad else "black")
        total = f"sum = {y.sum():.3f}" if np.isfinite(y.sum()) else "sum = nan"
        say(ax, 0.0, 1.05, total, fontsize=16, color=GREEN if np.isfinite(y.sum()) else VERMILION)
        say(ax, 1.0, 1.05, f"$E$ = {E:.3f}" if np.isfinite(E) else f"$E$ = {E}", ha="right", fontsize=16, color=VERMILION)


def softmax_story():
    state = {"u1": 1.0, "u2": 2.0, "u3": 3.0, "T": 1.0, "t": "grape", "shift": 0}
    yield "u = [1, 2, 3] の softmax は [0.090, 0.245, 0.665] で、足すと 1 です。", state
    for u3 in 2.0, 1.0, 0.0, -2.0:
        yield "u₃ を小さくすると、正解のぶどうの確率が減り、損失 E が増えます。", {**state, "u3": u3}
    for t in "banana", "apple":
        yield "正解の確率が小さいほど、損失は大きくなります。", {**state, "t": t}
    for T in 0.3, 3.0:
        yield "温度 T が小さいと自信満々に、大きいと控えめになります。", {**state, "T": T}
    for shift in 1000, -1000:
        yield "同じ数を足しても答えは同じはずですが、式のまま計算すると nan になります。", {**state, "shift": shift}


if "present" in globals():
    present(Scene("softmax", softmax_setup, softmax_draw, [
        Control("u1", "u₁", (-5.0, 5.0, 0.1), 1.0), Control("u2", "u₂", (-5.0, 5.0, 0.1), 2.0),
        Control("u3", "u₃", (-5.0, 5.0, 0.1), 3.0), Control("T", "温度 T", (0.1, 5.0, 0.1), 1.0),
        Control("t", "正解", ["apple", "banana", "grape"], "grape"), Control("shift", "全部に足す", [-1000, 0, 1000], 0),
    ], softmax_story))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 4. 計算グラフ
#
# 箱は自分の計算だけを知っていて、矢印を逆にたどると微分が求まります。

# %% [markdown]
# <details><summary>話すこと (5 分)</summary>
#
# - りんごの買い物です。100 円のりんごを 2 個、30 円の袋、税は 1.1 倍。「1 ステップ」で左から右へ進みます: 200、230、253 円。
# - 右端からは赤い数です。「その値が 1 増えたら、合計が何円増えるか」を右から左へ流します。
# - りんごが 1 円上がると 2.2 円、1 個増えると 110 円、袋が 1 円上がると 1.1 円増えます。
# - 値段や個数を動かすと、赤い数も変わります。
# - 下の小さなネットワークも、まったく同じ流れです。青が順伝播、赤が逆伝播です。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 4: りんごの計算グラフ
def apples(price=100.0, count=2.0):
    """The graph of the exercise, 2.3: 100 yen x 2, a bag of 30 yen, tax 1.1."""
    return Graph(
        {"price": (0, 1.4, "apple price"), "count": (0, -0.5, "apple count"), "bag": (0, -1.8, "bag"), "tax": (3.6, -1.8, "tax"),
         "x1": (1.9, 0.4, r"$\times$"), "+": (3.6, 0.4, "$+$"), "x2": (5.3, 0.4, r"$\times$"), "total": (7.0, 0.4, "total")},
        [("price", "price", "x1", 0.5), ("count", "count", "x1", 0.5), ("apples", "x1", "+", 0.5), ("bag", "bag", "+", 0.5),
         ("subtotal", "+", "x2", 0.5), ("tax", "tax", "x2", 0.5), ("total", "x2", "total", 0.45)],
        {"price": price, "count": count, "bag": 30.0, "tax": 1.1},
        {"apples": ("x1", lambda v: v["price"] * v["count"]), "subtotal": ("+", lambda v: v["apples"] + v["bag"]),
         "total": ("x2", lambda v: v["subtotal"] * v["tax"])},
    )


def apples_setup(figure):
    return graph_setup(apples(), figure, (-0.8, 7.5), (-2.3, 1.8))


def apples_draw(ax, state):
    graph_draw(apples(float(state["price"]), float(state["count"])), ax, state["step"], 21)
    say(ax, 0.99, 0.03, "blue: value    red: yen of the total for one more", ha="right", color=GRAY, fontsize=15)


def apples_story():
    told = ["わかっている値から始めます。", "100 円 × 2 個 = 200 円です。", "袋の 30 円を足して 230 円です。", "税の 1.1 を掛けて 253 円です。",
            "逆にたどります。合計が 1 増えれば、合計は 1 増えます。", "小計が 1 円増えると合計は 1.1 円、税率が 1 増えると 230 円増えます。",
            "足し算の箱は、そのまま両方へ流します。", "りんごが 1 円上がると 2.2 円、1 個増えると 110 円増えます。"]
    for step, sentence in enumerate(told):
        yield sentence, {"price": 100, "count": 2, "step": step}


if "present" in globals():
    present(Scene("apples", apples_setup, apples_draw, [
        Control("step", "ステップ", list(range(apples().steps() + 1)), 0, slider=True),
        Control("price", "りんごの値段", (10, 200, 10), 100), Control("count", "個数", (1, 10, 1), 2),
    ], apples_story, walk="step", pause=0.9))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 4 の続き: 小さなネットワークの計算グラフ
def tiny(t=1, h="sigmoid"):
    """Two inputs, two hidden units, two classes: x → u → z → u → E."""
    def loss(v):
        e = np.exp(v["u2"])
        return np.log(e.sum()) - (v["u2"] * v["t"]).sum()

    function = np.tanh if h == "tanh" else lambda u: (1 + np.tanh(u / 2)) / 2  # holds for complex numbers too
    return Graph(
        {"x": (0, 0.6, "$x$"), "A1": (1.65, 0.6, "affine"), "h": (3.3, 0.6, "$h$"), "A2": (4.9, 0.6, "affine"),
         "S": (7.25, 0.6, "softmax\n+ CE"), "E": (8.7, 0.6, "$E$"), "W1": (0.7, -1.9, "$W_1$"), "b1": (2.6, -1.9, "$b_1$"),
         "W2": (3.95, -1.9, "$W_2$"), "b2": (5.85, -1.9, "$b_2$"), "t": (7.25, -1.9, "$t$")},
        [("x", "x", "A1", 0.42), ("W1", "W1", "A1", 0.4), ("b1", "b1", "A1", 0.4), ("u1", "A1", "h", 0.58), ("z1", "h", "A2", 0.42),
         ("W2", "W2", "A2", 0.4), ("b2", "b2", "A2", 0.4), ("u2", "A2", "S", 0.48), ("t", "t", "S", 0.4), ("E", "S", "E", 0.64)],
        {"x": [1.0, -1.0], "W1": [[0.5, -0.4], [0.3, 0.8]], "b1": [0.1, 0.2], "W2": [[1.0, -0.5], [-0.6, 0.7]], "b2": [0.0, 0.1],
         "t": np.eye(2)[t - 1]},
        {"u1": ("A1", lambda v: np.add(np.einsum("i,ij", v["x"], v["W1"]), v["b1"])), "z1": ("h", lambda v: function(v["u1"])),
         "u2": ("A2", lambda v: np.add(np.einsum("i,ij", v["z1"], v["W2"]), v["b2"])), "E": ("S", loss)}, ("t",),
    )


def tiny_setup(figure):
    return graph_setup(tiny(), figure, (-0.35, 9.0), (-2.4, 1.6))


def tiny_draw(ax, state):
    graph_draw(tiny(state["t"], state["h"]), ax, state["step"], 15)
    ax.text(3.3, 1.15, f"$h$ = {state['h']}", ha="center", color=GREEN, fontsize=17)
    say(ax, 0.99, 0.93, r"blue: value    red: $\partial E / \partial$ value", ha="right", color=GRAY, fontsize=15)


def tiny_story():
    told = ["入力、重み、正解ラベルがわかっています。", "1 層目のアフィン変換です。", "h を要素ごとにかけます。", "2 層目のアフィン変換です。",
            "softmax と交差エントロピーで、損失 E が出ました。", "ここから逆にたどります。∂E/∂E = 1 です。", "出力層の u の微分です。",
            "2 層目の重みとバイアスの微分が求まりました。", "h を逆に通ります。", "1 層目まで届きました。1 回の往復で、すべての微分が求まります。"]
    for step, sentence in enumerate(told):
        yield sentence, {"t": 1, "h": "sigmoid", "step": step}


if "present" in globals():
    present(Scene("tiny", tiny_setup, tiny_draw, [
        Control("step", "ステップ", list(range(tiny().steps() + 1)), 0, slider=True),
        Control("t", "正解", [1, 2], 1), Control("h", "h", ["sigmoid", "tanh"], "sigmoid"),
    ], tiny_story, walk="step", pause=0.9))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 5. 数値微分 対 誤差逆伝播法
#
# 数値微分はパラメータ 1 つごとに順伝播をやり直し、誤差逆伝播法は 1 回の往復ですべてを求めます。

# %% [markdown]
# <details><summary>話すこと (3 分)</summary>
#
# - 「再生」を押します。同じ勾配を 2 つの方法で求める競走です。誤差逆伝播法は一瞬で終わります。
# - 数値微分は、パラメータの数だけ損失を計算し直します。ネットワークが大きくなると、待っていられません。
# - 今日の演習のネットワークは約 3,600 個です。いまのモデルには、何十億個ものパラメータがあります。
# - 2 つの答えの差は、ごくわずかです。だから、検算には数値微分が役立ちます。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 5: 数値微分 対 誤差逆伝播法
def race_run(settings):
    """The gradient of one batch of ten digits, for wider and wider networks, both ways."""
    x_all, _, label_all, _ = digits()
    rows = [int(np.flatnonzero(label_all == k)[0]) for k in range(10)]
    x, label = x_all[rows], label_all[rows]
    results = []
    shot = {"results": (), "count": 0, "done": 0, "calls": 0, "spent": 0.0, "backprop": 0.0, "width": 0, "difference": None}
    yield dict(shot)
    for width in [w for w in (2, 4, 8, 16, 32, 64) if w <= settings["largest"]]:
        model = newborn(x, label, (width, width))
        model.set_params(shuffle=False)
        parts = [array.reshape(-1) for array in (*model.coefs_, *model.intercepts_)]
        start = [part.copy() for part in parts]
        times, steps = [], []
        for _ in range(5):  # one step of SGD, as far as the gradient is long
            began = perf_counter()
            learn(model, x, label)
            times.append(perf_counter() - began)
            steps = steps or [(a - b) / 0.1 for a, b in zip(start, parts)]
            for part, value in zip(parts, start):
                part[:] = value
        count, done, calls, spent, difference = sum(part.size for part in parts), 0, 0, 0.0, 0.0
        shot |= {"results": tuple(results), "done": 0, "calls": 0, "spent": 0.0, "difference": None, "count": count, "backprop": min(times), "width": width}
        yield dict(shot)
        for part, step in zip(parts, steps):
            for low in range(0, part.size, 300):
                piece = slice(low, min(low + 300, part.size))
                before = part[piece].copy()

                def loss(values, part=part, piece=piece):
                    nonlocal calls
                    calls += 1
                    part[piece] = values
                    return -model.predict_log_proba(x)[np.arange(10), label].mean()

                began = perf_counter()
                slope = approx_fprime(before, loss, 1e-6)
                spent += perf_counter() - began
                part[piece] = before
                difference = max(difference, float(np.abs(slope - step[piece]).max()))
                done += before.size
                if before.size == 300 or done == count:
                    shot |= {"done": done, "calls": calls, "spent": spent, "difference": difference}
                    yield dict(shot)
        results.append((count, spent, min(times)))
        yield {**shot, "results": tuple(results)}


def race_setup(figure):
    track = panel(figure, [0.02, 0.06, 0.47, 0.86], ticks=0, xlim=(0, 1), ylim=(0, 1))
    track.axis("off")
    for y, name, color in (0.77, "backpropagation", BACKWARD), (0.33, "numerical differentiation", NUMERICAL):
        track.text(0, y + 0.15, name, color=color, fontsize=20)
        track.add_patch(mpl.patches.Rectangle((0, y - 0.03), 1, 0.14, fc="#EEEEEE", ec="none"))
    chart = panel(figure, [0.6, 0.17, 0.38, 0.72], "seconds for one gradient", "number of parameters", "",
                  (100, 20000), (1e-4, 30), xscale="log", yscale="log")
    return track, chart


def race_draw(axes, state):
    track, chart = axes
    count, done = state["count"], state["done"]
    if count:
        track.add_patch(mpl.patches.Rectangle((0, 0.74), 1, 0.14, fc=BACKWARD, ec="none"))
        track.add_patch(mpl.patches.Rectangle((0, 0.30), done / count, 0.14, fc=NUMERICAL, ec="none"))
        track.text(0, 0.64, f"1 × forward + 1 × backward   {state['backprop'] * 1e3:.1f} ms", fontsize=18)
        track.text(0, 0.20, f"{state['calls']:,} × forward   {state['spent'] * 1e3:,.0f} ms", fontsize=18)
        track.text(0, 0.02, f"64 - {state['width']} - {state['width']} - 10: {count:,} parameters", fontsize=18, color=GREEN)
        if state["difference"] is not None:
            track.text(0, 0.115, f"largest difference of the two: {state['difference']:.0e}", fontsize=15, color=GRAY)
    else:
        track.text(0, 0.05, f"ready: up to 64 - {state['largest']} - {state['largest']} - 10", fontsize=18, color=GREEN)
    if state["results"]:
        counts, slow, fast = zip(*state["results"])
        chart.plot(counts, slow, "o-", color=NUMERICAL, ms=9)
        chart.plot(counts, fast, "s-", color=BACKWARD, ms=9)
        chart.text(counts[-1] * 1.15, np.sqrt(slow[-1] * fast[-1]), f"× {slow[-1] / fast[-1]:,.0f}", fontsize=20, color=OTHER)
        chart.plot([counts[-1]] * 2, [fast[-1], slow[-1]], ":", color=GRAY)


def race_story():
    for i, shot in enumerate({"largest": 32, **shot} for shot in race_run({"largest": 32})):
        if i == 0:
            yield "同じ勾配を、2 つの方法で求める競走です。", shot
        elif shot["done"] == 0:
            yield "誤差逆伝播法は、もう終わりました。", shot
        else:
            yield f"数値微分は {shot['count']:,} 個のうち {shot['done']:,} 個まで進みました。", shot


if "present" in globals():
    present(Scene("race", race_setup, race_draw, [
        Control("largest", "いちばん大きな中間層", [8, 16, 32, 64], 32, restarts=True),
    ], race_story, run=race_run, pause=0.05))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 6. 手書き数字を学習する
#
# 損失が小さくなる方向に少しずつ動くだけで、数字が読めるようになります。

# %% [markdown]
# <details><summary>話すこと (4 分)</summary>
#
# - 「再生」を押します。1 枚の絵が 4 分の 1 エポックです。損失が下がり、正解率が上がり、混同行列の対角線が濃くなります。
# - 第 1 層の重みに、線や丸に反応する模様が出てきます。
# - 右上は、64 次元の画像を主成分 2 つの平面で切った境界です。
# - 「最初から」を押すと、同じ初期値に戻ります。学習率 α を 1 や 100 にして、もう一度再生します。発散します。
# - 0.001 では、遅すぎて進みません。α は途中でも変えられます。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 6: 手書き数字を学習する
DIGITS_EPOCHS = 25


@cache
def principal_plane():
    """PCA of the training digits, the limits of its plane, a grid on it as images, some test digits on it."""
    x_train, x_test, _, label_test = digits()
    pca = PCA(2, random_state=SEED).fit(x_train)
    line = np.linspace(-2.1, 2.1, 48)
    grid = pca.inverse_transform(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2))
    points = pca.transform(x_test)
    means = [points[label_test == k].mean(axis=0) for k in range(10)]
    return grid, points[:200], label_test[:200], means


def digits_run(settings):
    x, x_test, label, label_test = digits()
    model = newborn(x, label, (settings["units"], 20), settings["lr"])
    grid = principal_plane()[0]
    rng = np.random.default_rng(SEED)
    history, alive = [], True
    for step in range(4 * DIGITS_EPOCHS + 1):
        if step:
            if step % 4 == 1:
                quarters = np.array_split(rng.permutation(len(x)), 4)
            set_lr(model, settings["lr"])
            quarter = quarters[(step - 1) % 4]
            alive = learn(model, x[quarter], label[quarter])
        history.append((step / 4, *measure(model, x[:400], label[:400]), *measure(model, x_test, label_test)))
        guess = model.predict(x_test)
        diverged = not alive or (step > 3 and history[-1][1] > 2.2 and np.abs(model.coefs_[0]).max() > 1)
        yield {
            "history": tuple(history), "weights": model.coefs_[0].copy(), "regions": model.predict(grid).reshape(48, 48),
            "confusion": np.histogram2d(label_test, guess, bins=10, range=((0, 10), (0, 10)))[0], "diverged": diverged,
            "note": "発散しました。学習率 α を小さくして、「最初から」を押してください。" if diverged else "",
        }
        if not alive:
            return


def digits_setup(figure):
    loss = panel(figure, [0.065, 0.58, 0.26, 0.34], "loss", "", "", (0, DIGITS_EPOCHS), (0.004, 60), yscale="log")
    accuracy = panel(figure, [0.065, 0.14, 0.26, 0.31], "accuracy", "epoch", "", (0, DIGITS_EPOCHS), (0, 1.04))
    weights = panel(figure, [0.345, 0.05, 0.2, 0.86], "weights of layer 1", ticks=0, xlim=(0, 45), ylim=(72, 0))
    weights.axis("off")
    plane = panel(figure, [0.565, 0.05, 0.21, 0.86], "2 principal components", ticks=0, xlim=(-2.1, 2.1), ylim=(-2.1, 2.1))
    plane.title.set_fontsize(14)
    confusion = panel(figure, [0.822, 0.19, 0.175, 0.62], "true ↓  read as →", "", "", (-0.5, 9.5), (9.5, -0.5), ticks=0)
    confusion.title.set_fontsize(14)
    confusion.set_xticks(range(10), range(10), fontsize=11)
    confusion.set_yticks(range(10), range(10), fontsize=11)
    accuracy.text(24.5, 0.08, "test", color=TEST, ha="right", fontsize=14)
    accuracy.text(19.5, 0.08, "train", color=TRAINING, ha="right", fontsize=14)
    return loss, accuracy, weights, plane, confusion


def mosaic(weights):
    """The columns of (64, n) weights as 8 x 8 pictures, five to a row, with a gap of one between them."""
    picture = np.full((72, 45), np.nan)
    for i, w in enumerate(weights.T[:40]):
        row, column = divmod(i, 5)
        picture[9 * row : 9 * row + 8, 9 * column : 9 * column + 8] = w.reshape(8, 8)
    return picture


def digits_draw(axes, state):
    loss, accuracy, weights, plane, confusion = axes
    epoch, train_loss, train_accuracy, test_loss, test_accuracy = zip(*state["history"])
    for ax, train, test in (loss, train_loss, test_loss), (accuracy, train_accuracy, test_accuracy):
        for values, color, style in (train, TRAINING, "-"), (test, TEST, "--"):
            ax.plot(epoch, values, color=color, ls=style)
            ax.plot(epoch[-1:], values[-1:], "o", color=color, ms=8)
    say(loss, 0.97, 0.8, f"lr {state['lr']:g}", ha="right", fontsize=17, color=GREEN)
    say(accuracy, 0.97, 0.42, f"{test_accuracy[-1]:.1%}", ha="right", fontsize=19, color=TEST)
    shown = np.clip(np.nan_to_num(state["weights"]), -9, 9)
    scale = max(np.abs(shown).max(), 1e-6)
    weights.imshow(mosaic(shown), extent=(0, 45, 72, 0), cmap=SIGNED, vmin=-scale, vmax=scale, interpolation="nearest")
    _, points, label, means = principal_plane()
    plane.imshow(state["regions"], extent=(-2.1, 2.1, -2.1, 2.1), origin="lower", vmin=0, vmax=9, interpolation="nearest", alpha=0.8)
    plane.scatter(*points.T, c=label, vmin=0, vmax=9, s=22, edgecolors="white", linewidths=0.6)
    for k, mean in enumerate(means):
        plane.text(*mean, k, ha="center", va="center", fontsize=17, weight="bold", bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1})
    confusion.imshow(np.sqrt(state["confusion"]), extent=(-0.5, 9.5, 9.5, -0.5), vmin=0, vmax=7, interpolation="nearest")
    for k in range(10):
        right = int(state["confusion"][k, k])
        confusion.text(k, k, right, ha="center", va="center", fontsize=11, color="black" if right > 20 else "white")
    if state["diverged"]:
        say(loss, 0.5, 0.45, "diverged", ha="center", fontsize=24, color=VERMILION, weight="bold")


def digits_story():
    for state in film(digits_run, {"lr": 0.1, "units": 40}, [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 60]):
        yield f"学習率 0.1、{state['history'][-1][0]:g} エポック: 正解率は {state['history'][-1][4]:.1%} です。", state
    for lr in 0.001, 100.0:
        for state in film(digits_run, {"lr": lr, "units": 40}, [1, 2, 4, 8, 16]):
            yield f"同じ初期値で、学習率を {lr:g} にします。" + ("遅すぎます。" if lr < 0.1 else "発散します。"), state


if "present" in globals():
    present(Scene("digits", digits_setup, digits_draw, [
        Control("lr", "学習率 α", [0.001, 0.01, 0.1, 1.0, 10.0, 100.0], 0.1),
        Control("units", "中間層", [5, 10, 40], 40, restarts=True),
    ], digits_story, run=digits_run))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 7. 数字を書いてみる
#
# マウスか指で数字を書くと、10 個の出力が、書いている途中から答えます。

# %% [markdown]
# <details><summary>話すこと (3 分)</summary>
#
# - 左のマスに 0、1、7 を書きます。会場のだれかに書いてもらってもよいです。
# - ネットワークが見ているのは、隣の 8 × 8 の画像だけです。書いた線を、学習データと同じ大きさにそろえてあります。
# - いちばん右は、答えを変えるには**どの画素をどう変えればよいか**です。赤い場所に足し、青い場所から消すと、2 番目の数字に近づきます。
#   損失を重みで微分するかわりに、入力で微分しました。chain-rule は入力まで届きます。
# - わざと変な字を書いて、自信満々に間違えるところも見せます。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 7: 数字を書いてみる
try:
    import anywidget
    import traitlets
except ImportError:
    anywidget = None

PAD_SCRIPT = """
function render({ model, el }) {
  const SIZE = 320, FINE = 32, THICK = 5.6;  // the digits of the data are 32 x 32 bitmaps, counted down to 8 x 8
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  canvas.className = "pad";
  canvas.style.cssText = `width:${SIZE}px;height:${SIZE}px;touch-action:none;cursor:crosshair;border:2px solid #666666;display:block`;
  const clear = document.createElement("button");
  clear.textContent = "消す";
  clear.className = "pad-clear jupyter-widgets jupyter-button widget-button";
  clear.style.cssText = "margin:8px 0 0 0";
  el.append(canvas, clear);
  const fine = document.createElement("canvas");
  fine.width = fine.height = FINE;
  let strokes = [], drawing = null, timer = null, sample = null;

  function line(context, points, width, map) {
    context.lineWidth = width; context.lineCap = context.lineJoin = "round";
    context.beginPath();
    points.forEach((p, i) => { const [x, y] = map(p); i ? context.lineTo(x, y) : context.moveTo(x, y); });
    const [x, y] = map(points[points.length - 1]);
    context.lineTo(x + 0.01, y);
    context.stroke();
  }
  function show() {
    const context = canvas.getContext("2d");
    context.fillStyle = "white"; context.fillRect(0, 0, SIZE, SIZE);
    const cell = SIZE / 8;
    (sample || []).forEach((v, i) => {
      const grey = Math.round(255 * (1 - v / 16));
      context.fillStyle = `rgb(${grey},${grey},${grey})`;
      context.fillRect((i % 8) * cell, Math.floor(i / 8) * cell, cell, cell);
    });
    context.strokeStyle = "#cccccc"; context.lineWidth = 1;
    for (let i = 1; i < 8; i++) {
      context.beginPath(); context.moveTo(i * cell, 0); context.lineTo(i * cell, SIZE);
      context.moveTo(0, i * cell); context.lineTo(SIZE, i * cell); context.stroke();
    }
    context.strokeStyle = "black";
    strokes.forEach(points => line(context, points, 34, p => p));
  }
  function pixels() {  // the strokes made as large as the digits of the data, then the ink counted in blocks of 4 x 4
    const counts = new Array(64).fill(0), all = strokes.flat();
    if (!all.length) return counts;
    const xs = all.map(p => p[0]), ys = all.map(p => p[1]);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const room = FINE - THICK;
    const scale = Math.min(room / Math.max(bottom - top, 1), 0.8 * room / Math.max(right - left, 1), 0.3);
    const context = fine.getContext("2d", { willReadFrequently: true });
    context.clearRect(0, 0, FINE, FINE); context.strokeStyle = "black";
    const map = p => [FINE / 2 + (p[0] - (left + right) / 2) * scale, FINE / 2 + (p[1] - (top + bottom) / 2) * scale];
    strokes.forEach(points => line(context, points, THICK, map));
    const data = context.getImageData(0, 0, FINE, FINE).data;
    for (let y = 0; y < FINE; y++) for (let x = 0; x < FINE; x++)
      if (data[4 * (FINE * y + x) + 3] > 127) counts[8 * Math.floor(y / 4) + Math.floor(x / 4)]++;
    return counts;
  }
  function send() { timer = null; model.set("pixels", pixels()); model.save_changes(); }
  function changed() { sample = null; show(); timer = timer || setTimeout(send, 60); }
  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * SIZE / box.width, (event.clientY - box.top) * SIZE / box.height];
  }
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    drawing = [place(event)]; strokes.push(drawing); changed(); event.preventDefault();
  });
  canvas.addEventListener("pointermove", event => { if (drawing && drawing.length < 2000) { drawing.push(place(event)); changed(); } });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { drawing = null; });
  clear.addEventListener("click", () => { strokes = []; drawing = null; changed(); });
  const given = () => { strokes = []; drawing = null; sample = model.get("sample"); show(); };
  model.on("change:sample", given);
  given();
  return () => { clearTimeout(timer); model.off("change:sample", given); };
}
export default { render };
"""


def drawing_pad(show):
    """The pad beside the picture; what is drawn becomes the state's pixels."""
    if anywidget is None:
        return widgets.HTML("手で書くには anywidget が必要です (pip install anywidget)。見本のボタンは使えます。")

    class Pad(anywidget.AnyWidget):
        _esm = PAD_SCRIPT
        pixels = traitlets.List([0] * 64).tag(sync=True)
        sample = traitlets.List([]).tag(sync=True)

    pad = Pad()

    def sampled(change):
        pad.sample = sample_digit(change["new"]) if change["new"] != "なし" else []

    pad.observe(lambda change: show.change("pixels", change["new"]), "pixels")
    show.moved["sample"].observe(sampled, "value")
    return pad


@cache
def reader():
    """A network that has seen the digits, each of them also moved by a pixel to either side, all with noise: so it reads new hands."""
    x, _, label, _ = digits()
    pictures = x.reshape(-1, 8, 8)
    left, right = np.zeros_like(pictures), np.zeros_like(pictures)
    left[:, :, :-1], right[:, :, 1:] = pictures[:, :, 1:], pictures[:, :, :-1]
    x = np.concatenate([x, left.reshape(-1, 64), right.reshape(-1, 64)])
    label, rng = np.tile(label, 3), np.random.default_rng(1)
    model = newborn(x, label, (100,), 0.05, momentum=0.9, batch_size=50)
    for _ in range(12):
        learn(model, np.clip(x + 0.3 * rng.normal(size=x.shape), 0, 1), label)
    return model


def sample_digit(k) -> list[int]:
    """A test digit as 64 counts of ink."""
    _, x_test, _, label_test = digits()
    sure = reader().predict_proba(x_test)[:, k] * (label_test == k)
    return (x_test[sure.argmax()] * 16).round().astype(int).tolist()


def wishes(pixels, first, second):
    """How much ink on each pixel speaks for `second` against `first`: the slope of the logarithm of the ratio of both outputs."""
    network = reader()
    path, signal = np.eye(64), pixels
    for layer, (W, b) in enumerate(zip(network.coefs_, network.intercepts_)):
        awake = signal > 0 if layer else np.ones(64)
        signal = np.add(np.dot(signal * awake, W), b)
        path = np.dot(path * awake, W)
    return path[:, second] - path[:, first]


def pad_setup(figure):
    seen = panel(figure, [0.01, 0.12, 0.3, 0.74], "seen by the network", ticks=0, xlim=(0, 8), ylim=(8, 0))
    bars = panel(figure, [0.36, 0.12, 0.31, 0.74], "", "", "", (0, 1.02), (9.6, -0.6))
    say(bars, 0.0, 1.03, "output", fontsize=17)
    bars.set_yticks(range(10), range(10), fontsize=17)
    bars.set_xticks([0, 0.5, 1])
    change = panel(figure, [0.7, 0.12, 0.29, 0.74], "", ticks=0, xlim=(0, 8), ylim=(8, 0))
    return seen, bars, change


def pad_draw(axes, state):
    seen, bars, change = axes
    sample = state["sample"]
    pixels = state["pixels"] if sample == "なし" or any(state["pixels"]) else sample_digit(sample)
    x = np.asarray(pixels, dtype=float).reshape(64) / 16
    network = reader()  # it learns for the first picture, so that the first stroke need not wait
    seen.imshow(x.reshape(8, 8), extent=(0, 8, 8, 0), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    if not x.any():
        say(seen, 0.5, 0.5, "empty", ha="center", va="center", color=GRAY, fontsize=20)
        return
    y = network.predict_proba(x[None])[0]
    second, first = (int(k) for k in np.argsort(y)[-2:])
    bars.barh(range(10), y, color=[VERMILION if k == first else BLUE for k in range(10)])
    bars.text(0.97, 7.6 if first < 5 else 1.7, f"{first}", ha="right", va="center", fontsize=60, color=VERMILION, weight="bold")
    say(bars, 1.0, 1.03, f"{y[first]:.0%}", ha="right", fontsize=16, color=VERMILION)
    slope = wishes(x, first, second).reshape(8, 8)
    scale = np.abs(slope).max()
    change.imshow(slope, extent=(0, 8, 8, 0), cmap=SIGNED, vmin=-scale, vmax=scale, interpolation="nearest")
    change.imshow(x.reshape(8, 8), extent=(0, 8, 8, 0), cmap="Greys", vmin=0, vmax=1, alpha=0.18, interpolation="nearest")
    say(change, 0.5, 1.03, f"what would make it a {second}", ha="center", fontsize=15)
    say(change, 0.5, -0.1, "red: add ink   blue: remove", ha="center", fontsize=14, color=GRAY)


def pad_story():
    for k in 0, 1, 7:
        whole = np.array(sample_digit(k)).reshape(8, 8)
        for rows in 2, 4, 6, 8:
            part = np.where(np.arange(8)[:, None] < rows, whole, 0)
            sentence = f"上から {rows} 行まで書いた {k} です。" if rows < 8 else f"{k} が書けました。右は、答えを変えるための画素です。"
            yield sentence, {"pixels": part.ravel().tolist(), "sample": "なし"}


if "present" in globals():
    present(Scene("pad", pad_setup, pad_draw, [
        Control("sample", "見本", ["なし", *range(10)], "なし"),
    ], pad_story, size=(8.5, 3.8), pad=drawing_pad, initial={"pixels": [0] * 64}))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 8. 画素を入れ替える
#
# 画素の順番をめちゃくちゃにすると、私たちには読めませんが、ネットワークは同じように学習します。

# %% [markdown]
# <details><summary>話すこと (2 分)</summary>
#
# - 上の段がもとの画像、下の段が同じ入れ替えをした画像です。下の段を読める人はいますか。
# - 「再生」を押します。2 本の線はほとんど重なります。多層パーセプトロンは、画素の「となり」を知らないからです。
# - 画像をばらばらにせずに、となりを生かすのが CNN です。次回の話です。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 8: 画素を入れ替える
SHUFFLE_EPOCHS = 12


def shuffle_run(settings):
    x, x_test, label, label_test = digits()
    rng = np.random.default_rng([SEED, settings["order"]])
    order = rng.permutation(64) if settings["order"] else np.arange(64)
    models = [newborn(x, label, (40, 20), 0.05) for _ in range(2)]
    history, views = [], (slice(None), order)
    passes = np.random.default_rng(SEED)
    for step in range(4 * SHUFFLE_EPOCHS + 1):
        if step:
            rows = passes.permutation(len(x))[: len(x) // 4]
            for model, view in zip(models, views):
                learn(model, x[rows][:, view], label[rows])
        guesses = [model.predict(x_test[:, view]) for model, view in zip(models, views)]
        history.append((step / 4, *(float((guess == label_test).mean()) for guess in guesses)))
        yield {"history": tuple(history), "view": order, "guesses": [guess[:8] for guess in guesses]}


def shuffle_setup(figure):
    rows = [panel(figure, [0.01, bottom, 0.6, 0.19], ticks=0, xlim=(0, 71), ylim=(8, 0)) for bottom in (0.58, 0.13)]
    for row, text, color in zip(rows, ("as they are", "pixels shuffled, all in the same way"), (BLUE, VERMILION)):
        row.axis("off")
        say(row, 0, 1.18, text, fontsize=18, color=color)
    chart = panel(figure, [0.68, 0.17, 0.31, 0.72], "accuracy on test digits", "epoch", "", (0, SHUFFLE_EPOCHS), (0, 1.02))
    return rows, chart


def shuffle_draw(axes, state):
    rows, chart = axes
    _, x_test, _, label_test = digits()
    for row, view, guesses, color in zip(rows, (slice(None), state["view"]), state["guesses"], (BLUE, VERMILION)):
        strip = np.full((8, 71), 0.25)  # eight pictures with grey between them
        for i, (pixels, label, guess) in enumerate(zip(x_test, label_test, guesses)):
            strip[:, 9 * i : 9 * i + 8] = pixels[view].reshape(8, 8)
            right = guess == label
            row.text(9 * i + 4, 10.4, f"{guess}" if right else f"{guess} ×", ha="center", fontsize=19, color=color if right else GRAY)
        row.imshow(strip, extent=(0, 71, 8, 0), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    epoch, plain, shuffled = zip(*state["history"])
    chart.plot(epoch, plain, color=BLUE)
    chart.plot(epoch, shuffled, color=VERMILION, ls="--")
    say(chart, 0.97, 0.2, f"as they are {plain[-1]:.1%}", ha="right", fontsize=17, color=BLUE)
    say(chart, 0.97, 0.08, f"shuffled {shuffled[-1]:.1%}", ha="right", fontsize=17, color=VERMILION)


def shuffle_story():
    for state in film(shuffle_run, {"order": 1}, [0, 1, 2, 4, 6, 8, 12, 20, 32]):
        epoch, plain, shuffled = state["history"][-1]
        yield f"{epoch:g} エポック: もとの画像 {plain:.1%}、入れ替えた画像 {shuffled:.1%} です。", state


if "present" in globals():
    present(Scene("shuffle", shuffle_setup, shuffle_draw, [
        Control("order", "入れ替え方 (0 はもとのまま)", (0, 9, 1), 1, restarts=True),
    ], shuffle_story, run=shuffle_run))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# ## 9. 過学習と正則化
#
# 少ないデータを覚え込むのが過学習で、重みを小さく保つとおさまります。

# %% [markdown]
# <details><summary>話すこと (2 分)</summary>
#
# - λ = 0 では、学習データは 100 % でも、境界がぐにゃぐにゃで、テストの損失が大きくなります。これが過学習です。
# - λ を大きくします (「再生」か、スライダー)。境界がなめらかになり、テストの損失が下がります。
# - 大きすぎると、今度は何も学べません。λ のようなハイパーパラメータは、検証用のデータで選びます (交差検証)。
# - データの数を増やしても、テストの損失は下がります。
#
# </details>

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 9: 過学習と正則化
LAMBDAS = [0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3]


@cache
def overfit_data():
    x, label = make_moons(1400, noise=0.25, random_state=SEED)
    return (x - [0.5, 0.25]), label


@cache
def overfit(lam, points):
    """z on the grid and (loss, accuracy) for the training points and for 1,000 others, trained with weight decay lam."""
    x, label = overfit_data()
    model = MLPClassifier((40,), activation="tanh", solver="lbfgs", alpha=lam * points, max_iter=120, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge
        model.fit(x[:points], label[:points])
    line = np.linspace(-2.6, 2.6, 60)
    z = model.predict_proba(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2))[:, 1].reshape(60, 60)
    size = float(np.sqrt(sum((W**2).sum() for W in model.coefs_)))
    return z, measure(model, x[:points], label[:points]), measure(model, x[400:], label[400:]), size


def overfit_setup(figure):
    plane = panel(figure, [0.02, 0.06, 0.36, 0.82], ticks=0, xlim=(-2.6, 2.6), ylim=(-2.6, 2.6))
    chart = panel(figure, [0.5, 0.17, 0.36, 0.71], "loss", "weight decay $\\lambda$", "", (-0.4, len(LAMBDAS) - 0.6), (-0.1, 3.2))
    chart.set_xticks(range(0, len(LAMBDAS), 2), [f"{lam:g}" for lam in LAMBDAS[::2]])
    chart.text(8.4, 2.9, "test", color=TEST, fontsize=18, ha="right")
    chart.text(8.4, 2.55, "train", color=TRAINING, fontsize=18, ha="right")
    facts = panel(figure, [0.88, 0.17, 0.12, 0.71], ticks=0)
    facts.axis("off")
    return plane, chart, facts


def overfit_draw(axes, state):
    plane, chart, facts = axes
    points, now = state["points"], LAMBDAS.index(state["lam"])
    z, (_, train), (_, test), size = overfit(state["lam"], points)
    x, label = overfit_data()
    plane.imshow(z, extent=(-2.6, 2.6, -2.6, 2.6), origin="lower", vmin=0, vmax=1, interpolation="bilinear", alpha=0.75)
    plane.contour(np.linspace(-2.6, 2.6, 60), np.linspace(-2.6, 2.6, 60), z, [0.5], colors=[VERMILION], linewidths=3)
    for k, marker, color in (0, "o", "white"), (1, "^", "black"):
        plane.plot(*x[:points][label[:points] == k].T, marker, color=color, mec=GRAY, ms=9, lw=0)
    say(plane, 0.0, 1.03, f"$\\lambda$ = {state['lam']:g},  {points} points", fontsize=18)
    losses = np.array([[loss for loss, _ in overfit(lam, points)[1:3]] for lam in LAMBDAS[: now + 1]])
    for row, color, style in (0, TRAINING, "-"), (1, TEST, "--"):
        chart.plot(losses[:, row], "o", color=color, ls=style, ms=8)
    chart.axvline(now, color=GRAY, lw=1.5, ls=":")
    for y, text, color in ((0.8, f"train\n{train:.0%}", TRAINING), (0.5, f"test\n{test:.0%}", TEST), (0.2, f"$\\|W\\|$\n{size:.1f}", GRAY)):
        say(facts, 0.1, y, text, fontsize=19, color=color)


def overfit_story():
    for lam in LAMBDAS:
        yield f"λ = {lam:g} で学習した境界です。", {"lam": lam, "points": 30}
    for points in 100, 400:
        yield f"データを {points} 個に増やすと、λ = 0 でもテストの損失は下がります。", {"lam": 0.0, "points": points}


if "present" in globals():
    present(Scene("overfit", overfit_setup, overfit_draw, [
        Control("lam", "λ", LAMBDAS, 0.0, slider=True), Control("points", "データの数", [30, 100, 400], 30),
    ], overfit_story, walk="lam", pause=0.6))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# 次は、同じものを自分の手で作る番です。演習 `main.ipynb` を開いてください。

# %% cellView="form" jupyter={"source_hidden": true}
# @title 最初の場面へ戻る
if "present" in globals():
    display(HTML("全部の場面が動きました。"), Javascript("""
        setTimeout(() => { const top = document.querySelector('.jp-Notebook h1'); if (top) top.scrollIntoView(); }, 300);
    """))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")
