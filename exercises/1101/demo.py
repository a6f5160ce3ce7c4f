# %% [markdown]
# # ニューラルネットワークのデモ
#
# 左上の**全部実行**を 1 回押すと、10 の場面が画面いっぱいの舞台に出ます (ボタンがなければ、メニューの Run → Run All Cells)。
#
# - 次の場面へは <kbd>→</kbd> か <kbd>PageDown</kbd>、前へは <kbd>←</kbd> か <kbd>PageUp</kbd> です。発表用のリモコンでも動きます。
# - 場面の中では、<kbd>↓</kbd> 1 ステップ、<kbd>↑</kbd> 戻る、<kbd>スペース</kbd> 再生と停止、<kbd>Home</kbd> 最初から。
# - <kbd>N</kbd> 話すことと時計の窓、<kbd>F</kbd> 全画面、<kbd>T</kbd> 明るい画面と暗い画面、<kbd>B</kbd> 真っ黒、<kbd>Esc</kbd> ノートブックへもどる。
# - 黄色い丸は、つまんで動かせます。どのセルも、何回でも、どの順でも実行できます。ネットワークはいりません。

# %% scripts="stage"
# @title 舞台の道具 (ブラウザーの中で動きます)

# %% include="stage"
# --- What the scenes of this demo share.
from functools import cache
from time import perf_counter

from scipy.linalg import orthogonal_procrustes
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


def last_hidden(model, x):
    """What the last hidden layer gives for the rows of x, after tanh."""
    for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1]):
        x = np.tanh(np.dot(x, W) + b)
    return x


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
    x, label = layers_data(settings["data"], settings.get("moved", []))
    hidden = (8,) * settings["layers"]
    flat, bent = [newborn(x, label, hidden, 0.05, activation, 0.9, 40) for activation in ("identity", "tanh")]
    line, lattice = np.linspace(-1.95, 1.95, 40), np.linspace(-2, 2, 13)
    grid = np.stack(np.meshgrid(line, line[::-1]), axis=-1).reshape(-1, 2)
    mesh = np.stack(np.meshgrid(lattice, lattice), axis=-1).reshape(-1, 2)
    along = None
    for step in range(LAYERS_STEPS + 1):
        z = last_hidden(bent, x)
        out, along, offset, middle = across(bent, z, along)
        view = lambda z: np.stack([z @ out + offset, (z - middle) @ along], axis=1)
        points, net = view(z), view(last_hidden(bent, mesh))
        scale = np.abs(np.concatenate([points, net])).max(axis=0) + 1e-9
        yield {
            "epoch": 4 * step, "points": x.astype("f4"), "labels": label.tolist(),
            "flat": (255 * flat.predict_proba(grid)[:, 1]).astype("u1"), "bent": (255 * bent.predict_proba(grid)[:, 1]).astype("u1"),
            "hidden": (points / scale).astype("f4"), "mesh": (net / scale).reshape(13, 13, 2).astype("f4"),
            "product": np.linalg.multi_dot(flat.coefs_)[:, 0].tolist(), "matrices": "".join(f"W_{i + 1}" for i in range(len(flat.coefs_))),
            "accuracy": [float((model.predict(x) == label).mean()) for model in (flat, bent)],
        }
        for model in (flat, bent):
            for _ in range(4):
                learn(model, x, label)


if "present" in globals():
    present(Scene("layers", "なぜ非線形関数をかけるのか", "h がなければ、層をいくら重ねても、1 つの層と同じ直線しか引けません。", 3, [
        "左と中央は、同じデータ、同じ層の数、同じ初期値です。違うのは h があるかどうかだけです。「再生」を押します。",
        "左は、行列を全部掛けると 1 つの行列になります。その 2 つの数を左下に出しています。層を増やしても直線のままです。スライドの「2 層と同じ」は、入力も 1 層と数えています。",
        "右は、最後の中間層から見た同じ点です。h が平面を折りたたんで、1 本の直線で分けられるようにしています。",
        "点を 1 つつまんで、相手の側に入れてみます。学習をやり直すと、境界がそこだけ曲がります。",
    ], run=layers_run,
        recorded={"data": ["輪", "三日月", "市松模様"], "layers": [1, 2]}, every=3))
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
        z = x_test[:PICTURED]
        for W, b in zip(model.coefs_[:-1], model.intercepts_[:-1]):
            z = np.clip(np.dot(z, W) + b, 0, None)
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
        "学習率 α を 0.001 にして、もう一度再生します。同じ初期値ですが、遅すぎて進みません。前の線は灰色で残ります。",
        "α を 10 や 100 にすると、発散するか、ReLU が全部 0 になって学習が止まります。",
    ], data=digits_data, run=digits_run,
        recorded={"lr": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0], "units": [40]}, every=4))
else:
    print("先に、いちばん上の「準備」のセルを実行してください。")

# %% cellView="form" jupyter={"source_hidden": true}
# @title 場面 8: 数字を書いてみる
def reader():
    """A network that has seen the digits, each of them also moved by a pixel to either side, all with noise: so it reads new hands."""
    x, _, label, _ = digits()
    pictures = x.reshape(-1, 8, 8)
    left, right = np.zeros_like(pictures), np.zeros_like(pictures)
    left[:, :, :-1], right[:, :, 1:] = pictures[:, :, 1:], pictures[:, :, :-1]
    x = np.concatenate([x, left.reshape(-1, 64), right.reshape(-1, 64)])
    label, rng = np.tile(label, 3), np.random.default_rng(1)
    model = newborn(x, label, (32, 16), 0.05, momentum=0.9, batch_size=50)
    for _ in range(12):
        learn(model, np.clip(x + 0.3 * rng.normal(size=x.shape), 0, 1), label)
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
        "線の太さは「値 × 重み」です。緑は足し、紫は引きます。ニューロンを 1 つ押すと、その足し算が左下に出ます。",
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
            "map": (255 * model.predict_proba(grid)[:, 1]).astype("u1"), "iteration": now, "whole": OVERFIT_ITERATIONS[-1],
            "train": measure(model, x[:points], label[:points]), "test": measure(model, x[400:], label[400:]),
            "size": float(np.sqrt(sum((W**2).sum() for W in model.coefs_))),
        }


if "present" in globals():
    present(Scene("overfit", "過学習と正則化", "少ないデータを覚え込むのが過学習で、重みを小さく保つとおさまります。", 2, [
        "大きな印が学習データ、小さな印がテストです。「再生」を押すと、λ を 0 から順に大きくして学習します。",
        "λ = 0 では、学習データは 100 % でも、境界がぐにゃぐにゃで、テストの損失が大きくなります。これが過学習です。",
        "λ を大きくすると、境界がなめらかになり、テストの損失が下がります。大きすぎると、今度は何も学べません。",
        "λ のようなハイパーパラメータは、検証用のデータで選びます (交差検証)。データの数を 400 に増やしても、テストの損失は下がります。",
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
