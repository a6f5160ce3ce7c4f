# %% [markdown]
# # ニューラルネットワークのデモ
#
# 左上の**全部実行**を 1 回押すと、10 の場面が画面いっぱいの舞台に出ます (ボタンがなければ、メニューの Run → Run All Cells)。
#
# - 次の場面へは <kbd>→</kbd> か <kbd>PageDown</kbd>、前へは <kbd>←</kbd> か <kbd>PageUp</kbd> です。発表用のリモコンでも動きます。
# - 場面の中では、<kbd>↓</kbd> 1 ステップ、<kbd>↑</kbd> 戻る、<kbd>スペース</kbd> 再生と停止、<kbd>Home</kbd> 最初から。
# - <kbd>N</kbd> 話すことと時計の窓、<kbd>F</kbd> 全画面、<kbd>T</kbd> 明るい画面と暗い画面、<kbd>B</kbd> 真っ黒、<kbd>Esc</kbd> ノートブックへもどる。
# - 黄色い丸は、つまんで動かせます。どのセルも、何回でも、どの順でも実行できます。ネットワークはいりません。

# %% include="stage" scripts="stage"
# --- What the scenes of this demo share.
from functools import cache
from time import perf_counter

from scipy.interpolate import BSpline
from scipy.linalg import orthogonal_procrustes
from scipy.ndimage import affine_transform
from scipy.optimize import approx_fprime
from sklearn.datasets import load_digits, make_circles, make_moons
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

SEED = 1101


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


def last_hidden(model, x, h):
    """What the last hidden layer gives for the rows of x."""
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1]):
        x = h(np.dot(x, W) + b)
    return x


def sides(model, x):
    """The output for the second of two classes, from 0 to 65535: a map of it is short."""
    return (65535 * model.predict_proba(x)[:, 1]).astype("u2")


def measure(model, x, labels):
    """Mean loss and accuracy."""
    y = model.predict_proba(x)
    likely = y[np.arange(len(labels)), labels]
    return float(np.log(1 / np.maximum(likely, 1e-12)).mean()), float((y.argmax(axis=1) == labels).mean())

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 1: ニューロン
if "present" in globals():
    present(Scene("neuron", "ニューロン", "ニューロンは、平面を 1 本の直線で 2 つに切ります。", 3, [
        "u = w₁x₁ + w₂x₂ + b を計算して、h に通すだけです。点 x をつまんで動かすと、左の u と z が変わります。",
        "太い直線は u = 0 の場所です。矢印 w の先をつまむと、直線の向きが変わります。直線の丸をつまむと、b だけが変わり、平行に動きます。",
        "h を変えても直線は同じです。変わるのは、直線の両側での z の変わり方です。右のグラフで見ます。",
        "問いかけ: w₁ = w₂ = 0 にしたら、どうなるでしょうか。",
    ]))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 2: なぜ非線形関数をかけるのか
def layers_data(name, moved):
    rng = np.random.default_rng(SEED)
    if name == "輪":
        x, label = make_circles(160, noise=0.08, factor=0.45, random_state=SEED)
    elif name == "三日月":
        x, label = make_moons(160, noise=0.12, random_state=SEED)
        x = (x - [0.5, 0.25]) / 1.2
    else:
        x = rng.uniform(-1.1, 1.1, (160, 2))
        label = (x[:, 0] * x[:, 1] > 0).astype(int)
    x = x * (1.2 if name == "三日月" else 1.4)
    for i, *place in moved:  # by hand, on the stage
        x[int(i)] = place
    return x, label


LAYERS_STEPS = 60


def across(model, z, before):
    """z of the last hidden layer seen from the side of its line: the distance to it, and the widest direction along it.

    before: that direction in the last picture, so that the view does not jump. Returns the two directions and an offset.
    """
    w, b = model.coefs_[-1][:, 0], model.intercepts_[-1][0]
    length = np.linalg.norm(w)
    flat = (z - z.mean(axis=0)) - np.outer((z - z.mean(axis=0)) @ w / length, w / length)
    along = np.linalg.svd(flat, full_matrices=False)[2][0]
    along = along if before is None or along @ before >= 0 else -along
    return w / length, along, b / length, z.mean(axis=0)


def layers_run(settings):
    x, label = layers_data(settings["shape"], settings.get("moved", []))
    hidden = (8,) * settings["layers"]
    flat, bent = [newborn(x, label, hidden, 0.05, activation, 0.9, 40) for activation in ("identity", "tanh")]
    line, wires, fine = np.linspace(-1.95, 1.95, 40), np.linspace(-1.75, 1.75, 9), np.linspace(-1.75, 1.75, 33)
    grid = np.stack(np.meshgrid(line, line[::-1]), axis=-1).reshape(-1, 2)
    upright = np.stack(np.meshgrid(wires, fine, indexing="ij"), axis=-1)
    mesh = np.concatenate([upright, upright[..., ::-1]]).reshape(-1, 2)
    along = None
    for step in range(LAYERS_STEPS + 1):
        z = last_hidden(bent, x, np.tanh)
        out, along, offset, middle = across(bent, z, along)
        view = lambda z: np.stack([z @ out + offset, (z - middle) @ along], axis=1)
        points, net = view(z), view(last_hidden(bent, mesh, np.tanh))
        slopes = np.linalg.multi_dot(flat.coefs_)[:, 0]
        scale = np.abs(np.concatenate([points, net])).max(axis=0) + 1e-9
        yield {
            "epoch": 4 * step, "points": x.astype("f4"), "labels": label.tolist(),
            "flat": sides(flat, grid), "bent": sides(bent, grid),
            "hidden": (points / scale).astype("f4"), "mesh": (net / scale).reshape(18, 33, 2).astype("f4"),
            "product": slopes.tolist(), "line": [*slopes, flat.predict_log_proba(np.zeros((1, 2)))[0] @ [-1, 1]], "matrices": "".join(f"W_{i + 1}" for i in range(len(flat.coefs_))),
            "accuracy": [float((model.predict(x) == label).mean()) for model in (flat, bent)],
        }
        for model in (flat, bent):
            for _ in range(4):
                learn(model, x, label)


if "present" in globals():
    present(Scene("layers", "なぜ非線形関数をかけるのか", "h がなければ、層をいくら重ねても、1 つの層と同じ直線しか引けません。", 3, [
        "左と中央は、同じデータ、同じ層の数、同じ初期値です。違うのは h があるかどうかだけです。「再生」を押します。",
        "左は、行列を全部掛けると 1 つの行列になります。その 2 つの数を左下に出しています。層の数を変えると学習し直しますが、直線のままです。スライドの「2 層と同じ」は、入力も 1 層と数えています。",
        "右は、最後の中間層から見た同じ点です。h が平面を折りたたんで、1 本の直線で分けられるようにしています。",
        "点を 1 つつまんで、相手の側に入れてみます。学習し直して、境界がそこだけ曲がります。",
    ], run=layers_run,
        recorded={"shape": ["輪", "三日月", "市松模様"], "layers": [1, 2]}, every=3))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 3: softmax と交差エントロピー
if "present" in globals():
    present(Scene("softmax", "softmax と交差エントロピー", "softmax は、どんな数の組も、足すと 1 になる「確率のようなもの」に変えます。", 3, [
        "左から右へ読みます。u = [1, 2, 3] の exp を取り、合計で割ると [0.090, 0.245, 0.665] です。スライドの数と同じです。足すと 1 です。",
        "りんご、バナナ、ぶどうの識別器だと思ってください。u の棒の先をつまんで動かすと、右端の点が曲線の上を動きます。",
        "正解の確率が 0 に近づくと、損失 E = −log y はいくらでも大きくなります。スライドに「[0, 1] の範囲」とありますが、正しくは 0 以上です。",
        "温度 T で割ってから softmax に入れると、T が小さいほど自信満々に、大きいほど控えめになります。",
        "全部に 1000 を足しても、答えは同じはずです。ところが exp が ∞ になり、割ると nan です。どう防ぐかは演習で考えます。",
    ]))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 4: 勾配降下法
def digits_landscape():
    """The loss of a network on the digits over a plane of its weights: through where it begins, where SGD takes it, and one more way."""
    x, _, label, _ = digits()
    x, label = x[:300], label[:300]
    model = newborn(x, label, (16,), 0.2)
    parts = [*model.coefs_, *model.intercepts_]
    begin = [part.copy() for part in parts]
    for _ in range(25):
        learn(model, x, label)
    way = [part - start for part, start in zip(parts, begin)]
    rng = np.random.default_rng(SEED)
    other = [noise * np.linalg.norm(part) / np.linalg.norm(noise) for part in way for noise in [rng.normal(size=part.shape)]]

    def loss(a, b):
        for part, start, first, second in zip(parts, begin, way, other):
            part[...] = start + (a + 1.6) / 2.8 * first + b / 2.8 * second
        return measure(model, x, label)[0]

    line = np.linspace(-2.2, 2.2, 45)
    return {"grid": np.array([[loss(a, b) for a in line] for b in line]), "start": [-1.6, 1.5], "count": sum(part.size for part in parts)}


if "present" in globals():
    present(Scene("descent", "勾配降下法", "損失の坂を、勾配と逆の向きに少しずつ下ります。", 4, [
        "学習は、損失 E が小さくなる方へ重みを動かすことです。「再生」を押すと、ボールが 40 歩進みます。",
        "α を動かします。小さいと進まず、ちょうどよいと着き、2 を超えると谷を飛び越えて発散します。どこで変わるか、会場に聞きます。",
        "「細い谷」では、急な方向に合わせた α では、ゆるい方向がなかなか進みません。「高原」では、勾配がほとんど 0 で動けません。",
        "「2 つの谷」で、始まりの丸をつまんで動かします。着く谷は、どこから始めるかで変わります。",
        "最後に「数字の学習」です。今日の演習と同じ手書き数字で、損失を実際に計算した地形です。同じことが起こります。",
    ], data=digits_landscape))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 5: 計算グラフ
if "present" in globals():
    present(Scene("graph", "計算グラフ", "箱は自分の計算だけを知っていて、矢印を逆にたどると微分が求まります。", 5, [
        "りんごの買い物です。100 円のりんごを 2 個、30 円の袋、税は 1.1 倍。「1 ステップ」で左から右へ進みます: 200、230、253 円。",
        "右端からは逆向きです。「その値が 1 増えたら、合計が何円増えるか」を右から左へ流します。",
        "箱ごとに「?」で止まります。会場に聞いてから、もう 1 ステップ進めます。どの箱も、上流 × 局所の微分です。",
        "りんごが 1 円上がると 2.2 円、1 個増えると 110 円、袋が 1 円上がると 1.1 円増えます。値段や個数を動かすと、変わるのはどれでしょうか。",
        "「小さなネットワーク」も、まったく同じ流れです。1 回の往復で、w と b の微分が全部求まります。",
    ]))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 6: 数値微分 対 誤差逆伝播法
def pass_time(model, x):
    """Seconds of one forward pass."""
    began = perf_counter()
    for _ in range(5):
        model.predict_log_proba(x)
    return (perf_counter() - began) / 5


def race_run(settings):
    """The gradient of one batch of ten digits, for wider and wider networks, both ways."""
    x_all, _, label_all, _ = digits()
    rows = [int(np.flatnonzero(label_all == k)[0]) for k in range(10)]
    x, label = x_all[rows], label_all[rows]
    results = []
    shot = {"results": [], "count": 0, "done": 0, "calls": 0, "spent": 0.0, "expected": 0.0, "backprop": 0.0, "width": 0, "difference": None}
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
        shot |= {"results": list(results), "done": 0, "calls": 0, "spent": 0.0, "difference": None, "count": count, "backprop": min(times),
                 "width": width, "expected": count * pass_time(model, x)}
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
                    shot |= {"done": done, "calls": calls, "spent": spent, "expected": spent / done * count, "difference": difference}
                    yield dict(shot)
        results.append([count, spent, min(times)])
        yield {**shot, "results": list(results)}


if "present" in globals():
    present(Scene("race", "数値微分 対 誤差逆伝播法", "数値微分はパラメータ 1 つごとに順伝播をやり直し、誤差逆伝播法は 1 回の往復ですべてを求めます。", 2, [
        "「再生」を押します。同じ勾配を 2 つの方法で求める競走です。時間の目盛りは同じです。誤差逆伝播法は一瞬で終わります。",
        "数値微分は、パラメータの数だけ順伝播をやり直します。回数が増えていくのを見てください。",
        "右は両対数のグラフです。今日の演習のネットワークは約 3,600 個、いまのモデルは何十億個です。待っていられません。",
        "2 つの答えの差は、ごくわずかです。だから、検算には数値微分が役立ちます。",
    ], run=race_run, recorded={"largest": [32]}))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 7: 手書き数字を学習する
DIGITS_EPOCHS, PICTURED = 20, 200


def digits_data():
    _, x_test, _, label_test = digits()
    return {"images": (x_test[:30] * 16).astype("u1"), "labels": label_test[:30].tolist(), "classes": label_test[:PICTURED].tolist()}


def flattened(z, before):
    """The two principal components of z, turned so that the picture goes on from the one before; within -1 and 1."""
    if not np.isfinite(z).all() or np.ptp(z) < 1e-12:
        return np.zeros((len(z), 2))
    points = PCA(2, random_state=SEED).fit_transform(z)
    if before is not None and np.abs(before).max() > 0:
        points = points @ orthogonal_procrustes(points, before)[0]
    return points / np.abs(points).max()


def digits_run(settings):
    x, x_test, label, label_test = digits()
    model = newborn(x, label, (settings["units"], 20), settings["lr"])
    rng = np.random.default_rng(SEED)
    history, alive, points = [], True, None
    for step in range(4 * DIGITS_EPOCHS + 1):
        if step:
            if step % 4 == 1:
                quarters = np.array_split(rng.permutation(len(x)), 4)
            quarter = quarters[(step - 1) % 4]
            alive = learn(model, x[quarter], label[quarter])
        history.append([step / 4, *measure(model, x[:400], label[:400]), *measure(model, x_test, label_test)])
        z = last_hidden(model, x_test[:PICTURED], lambda u: np.clip(u, 0, None))
        points = flattened(z, points)
        silent = not z.any()  # no ReLU gives anything any more, so no gradient comes through
        fate = "diverged" if not alive or history[-1][1] > 12 else "stopped" if step and silent else ""
        yield {"history": np.array(history, dtype="f4"), "guesses": model.predict(x_test[:30]).tolist(), "hidden": points.astype("f4"), "fate": fate}
        if not alive:
            return


if "present" in globals():
    present(Scene("digits", "手書き数字を学習する", "損失が小さくなる方向に少しずつ動くだけで、数字が読めるようになります。", 4, [
        "「再生」を押します。1 枚の絵が 4 分の 1 エポックです。中央の 30 文字が、だんだん正しく読めるようになります。× は読み間違いです。",
        "右は、最後の中間層 20 個の出力を 2 次元で見たものです。はじめは混ざっていますが、同じ数字が集まって、10 のかたまりになります。",
        "学習率 α を 0.001 にすると、同じ初期値から学習し直します。遅すぎて進みません。前の線は灰色で残ります。",
        "α を 1 にすると、1 歩が大きすぎて ReLU が全部 0 になり、学習が止まります。100 では発散します。",
    ], data=digits_data, run=digits_run,
        recorded={"lr": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0], "units": [40]}, every=4))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 8: 数字を書いてみる
# How people write the digits: ", " between shapes, "/" between strokes; a stroke follows points "xy", 00 to 99, y downwards.
HANDS = [
    "50 20 13 16 39 69 86 83 60 40, 60 20 15 39 79 85 72 40, 30 14 29 69 86 72 50",
    "50 59, 60 49, 24 60 59, 32 50 59, 33 50 59/29 79, 32 50 59/19 89",
    "22 40 80 84 46 19 89, 12 30 80 84 27 09 28 48 89, 11 70 83 19 99",
    "11 50 91 64 44 95 97 59 18, 10 80 44 85 88 49 18, 12 40 82 54 44 54 87 49 18",
    "40 16 86/62 69, 20 15 85/70 69, 60 16 86/60 69, 69 60 15 95, 30 14 26 66 81/80 69, 50 16 76/63 68",
    "20 14 74 98 59 18/20 80, 80 20 14 74 98 49 18, 80 30 13 45 86 79 39 18, 21 15 64 97 59 18/30 90",
    "60 32 16 39 79 96 65 35 17, 50 16 29 79 86 65 26, 81 50 13 17 49 88 75 44 16",
    "10 80 49, 13 10 80 49, 11 80 65 59, 13 10/10 80 64 59, 10 80 49/35 85, 10 80 69",
    "81 40 13 34 66 88 59 28 36 63 81, 50 20 23 54 83 80 50/54 25 18 59 88 85 54, 54 22 30 70 82 54 17 39 69 97 54, "
    "70 30 13 55 97 59 18 46 72 80, 50 30 31 54 73 70 50/54 15 18 59 98 95 54",
    "82 50 22 35 65 82 79, 81 50 12 15 55 82 87 59 28, 71 40 12 15 64 72 71 49, 70 30 13 35 65 71/71 79",
]


def inked(strokes, thick):
    """The strokes as the pad counts them: fitted into 32 x 32 cells, the ink of each block of 4 x 4 as a part of 1."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = high - low + 1e-9
    sy = min((32 - thick) / height, 1.5 * (24 - thick) / width)
    sx = min((24 - thick) / width, 1.5 * sy)
    points = ((points - (low + high) / 2) * (sx, sy)).astype(np.float32)
    across, down = ((points[:, axis, None] - np.arange(-15.5, 16, dtype=np.float32)) ** 2 for axis in (0, 1))
    nearest = (down[:, :, None] + across[:, None, :]).min(axis=0)  # the square of a cell's distance from the strokes
    return (nearest <= (thick / 2) ** 2).reshape(8, 4, 8, 4).mean(axis=(1, 3)).ravel()


def written(k, rng):
    """The digit k in a random hand: a part larger, points astray, slanted, turned, round or angular, with some pen."""
    shapes = HANDS[k].split(", ")
    larger = np.exp(rng.normal(0, 0.25, 2))
    angle, slant, narrow = rng.normal(0, (0.1, 0.2, 0.25))
    hand = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]] @ np.array([[np.exp(narrow - 0.25), 0], [slant, 1]])
    round_hand, strokes = rng.random() < 0.7, []
    for stroke in shapes[rng.integers(len(shapes))].split("/"):
        points = (np.array([[int(c) for c in pair] for pair in stroke.split()]) / 9) ** larger
        points = (points + rng.normal(0, 0.05, points.shape)) @ hand
        degree = 1 + (round_hand and len(points) > 2)
        knots = np.pad(np.linspace(0, 1, len(points) - degree + 1), degree, mode="edge")
        strokes.append(BSpline(knots, points, degree)(np.linspace(0, 1, 50)))
    return inked(strokes, rng.uniform(4.6, 6.6))


def moved(pixels, rng):
    """A digit of the data a little larger or smaller, turned, slanted and shifted."""
    change = np.eye(2) + rng.normal(0, 0.08, (2, 2))
    return affine_transform(pixels.reshape(8, 8), change, 3.5 - change @ (3.5, 3.5) + rng.normal(0, 0.3, 2), order=1).ravel()


def reader():
    """A network that reads people: it has seen the digits of the data, as they are and moved, and others in random hands."""
    x, _, label, _ = digits()
    rng, hands = np.random.default_rng(SEED), np.arange(5000) % 10
    x = np.concatenate([x, [moved(pixels, rng) for _ in range(4) for pixels in x], [written(k, rng) for k in hands]])
    label = np.concatenate([np.tile(label, 5), hands])
    model = newborn(x, label, (32, 16), momentum=0.9, batch_size=64)
    for lr in np.linspace(0.05, 0.001, 20):
        set_lr(model, lr)
        learn(model, np.clip(x + 0.1 * rng.normal(size=x.shape), 0, 1), label)
    return model


def pad_data():
    """The reader's weights, layer by layer, and of each digit the test image that it is surest of, as counts of ink."""
    _, x_test, _, label_test = digits()
    network = reader()
    sure = [x_test[(network.predict_proba(x_test)[:, k] * (label_test == k)).argmax()] for k in range(10)]
    return {"weights": [[W, b] for W, b in zip(network.coefs_, network.intercepts_)], "samples": (np.array(sure) * 16).round().astype("u1")}


if "present" in globals():
    present(Scene("pad", "数字を書いてみる", "マウスか指で数字を書くと、10 個の出力が、書いている途中から答えます。", 3, [
        "マスに 0、1、7 を書きます。会場のだれかに書いてもらってもよいです。",
        "ネットワークが見ているのは、隣の 8 × 8 の画像だけです。書いた線を、学習データと同じ大きさにそろえてあります。",
        "学習したのは、今日の演習と同じデータと、それを少し動かしたもの、そして型から作った手書き風の数字です。テストの正解率は約 97 % です。",
        "線の太さは「値 × 重み」です。緑は足し、紫は引きます。ニューロンを 1 つ押すと、その足し算が左下に出ます。",
        "出力の数字を押すと、どの画素に足し、どこから消すとその数字に近づくかが見えます。chain-rule は入力まで届きます。",
        "わざと変な字を書いて、自信満々に間違えるところも見せます。",
    ], data=pad_data))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 9: 画素を入れ替える
SHUFFLE_EPOCHS = 12


def shuffle_data():
    _, x_test, _, label_test = digits()
    return {"images": (x_test[:8] * 16).astype("u1"), "labels": label_test[:8].tolist()}


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
        history.append([step / 4, *(float((guess == label_test).mean()) for guess in guesses)])
        yield {"history": np.array(history, dtype="f4"), "view": order.tolist(), "guesses": [int(k) for guess in guesses for k in guess[:8]]}


if "present" in globals():
    present(Scene("shuffle", "画素を入れ替える", "画素の順番をめちゃくちゃにすると、私たちには読めませんが、ネットワークは同じように学習します。", 1, [
        "上の段がもとの画像、下の段が同じ入れ替えをした画像です。下の段を読める人はいますか。",
        "「再生」を押します。2 本の線はほとんど重なります。多層パーセプトロンは、画素の「となり」を知らないからです。",
        "画像をばらばらにせずに、となりを生かすのが CNN です。次回の話です。",
    ], data=shuffle_data, run=shuffle_run, recorded={"order": [0, 1, 2]}, every=2))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 10: 過学習と正則化
OVERFIT_ITERATIONS, OVERFIT_TEST = [0, 5, 15, 30, 50, 80, 120], 300


def overfit_points():
    x, label = make_moons(1400, noise=0.25, random_state=SEED)
    return x - [0.5, 0.25], label


def overfit_data():
    x, label = overfit_points()
    return {"points": x[: 400 + OVERFIT_TEST].astype("f4"), "labels": label[: 400 + OVERFIT_TEST].tolist()}


def overfit_run(settings):
    """z on the grid and (loss, accuracy) for the training points and for 1,000 others, while it learns with weight decay lam."""
    x, label = overfit_points()
    points, lam = settings["points"], settings["lam"]
    line = np.linspace(-2.6, 2.6, 60)
    grid = np.stack(np.meshgrid(line, line[::-1]), axis=-1).reshape(-1, 2)
    model = MLPClassifier((40,), activation="tanh", solver="lbfgs", alpha=lam * points, warm_start=True, random_state=SEED)
    for before, now in zip([0, *OVERFIT_ITERATIONS], OVERFIT_ITERATIONS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it stops for a picture, not because it has converged
            model.set_params(max_iter=max(now - before, 1), max_fun=1 if not now else 15000).fit(x[:points], label[:points])
        yield {
            "map": sides(model, grid), "iteration": now, "whole": OVERFIT_ITERATIONS[-1],
            "train": measure(model, x[:points], label[:points]), "test": measure(model, x[400:], label[400:]),
            "size": float(np.sqrt(sum((W**2).sum() for W in model.coefs_))),
        }


if "present" in globals():
    present(Scene("overfit", "過学習と正則化", "少ないデータを覚え込むのが過学習で、重みを小さく保つとおさまります。", 2, [
        "大きな印が学習データ、小さな印がテストです。「再生」を押すと、λ を 0 から順に大きくして学習します。",
        "λ = 0 では、学習データは 100 % でも、境界がぐにゃぐにゃで、テストの損失が大きくなります。これが過学習です。",
        "λ を大きくすると、境界がなめらかになり、テストの損失が下がります。大きすぎると、今度は何も学べません。",
        "λ のようなハイパーパラメータは、検証用のデータで選びます (交差検証)。λ を 0 に戻して、データの数を 400 に増やしても、テストの損失は下がります。",
    ], data=overfit_data, run=overfit_run,
        recorded={"lam": [0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3], "points": [30, 100, 400]}, every=2))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% [markdown]
# 次は、同じものを自分の手で作る番です。演習 `main.ipynb` を開いてください。

# %% cellView="form" jupyter={"source_hidden": true}
# @title 舞台を開く
if "raise_curtain" in globals():
    raise_curtain()
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")
