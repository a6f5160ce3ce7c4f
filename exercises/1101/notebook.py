# %% [markdown]
# # 演習 1101: 多層パーセプトロンを自分で作る
#
# スライドで学んだ**多層パーセプトロン** (ニューラルネットワーク) を、NumPy だけで一から作ります。
# 最後には、自分で書いたネットワークが手書き数字を 97 % くらい読めるようになります。
#
# | 部 | 内容 | 関数 | 配点 | 目安 (問い + 読む) |
# | --- | --- | --- | ---: | ---: |
# | 1 | 順伝播: 入力から損失まで | `affine_forward` … `softmax_cross_entropy_forward` | 28 点 | 45 + 15 = 60 分 |
# | 2 | 微分: 数値微分、計算グラフ、誤差逆伝播法 | `numerical_gradient` … `softmax_cross_entropy_backward` | 44 点 | 50 + 20 = 70 分 |
# | 3 | ネットワーク: 組み立てて、手書き数字を学習する | `network_forward` … `fix_backward` | 28 点 | 52 + 18 = 70 分 |
# | おまけ | 正則化と交差検証 | `l2_gradient`, `k_fold` | +10 点 | 18 + 2 = 20 分 |
#
# 目安は、問いを解く時間 (問いの見出しにある分の合計) と、本文を読んで図を見る時間の和です。
#
# ## 進め方
#
# 1. セルを**上から順に** <kbd>Shift</kbd> + <kbd>Enter</kbd> で実行します。
# 2. `raise NotImplementedError` と書かれた行を消して、自分のコードを書きます。書いたら、**そのセルを実行します**。
# 3. すぐ下の「確認」のセルを実行します。どこが合っていて (○)、どこが違うか (×) が表で出ます。
# 4. 困ったら「ヒント 1」(考え方)、それでも困ったら「ヒント 2」(式) を開きます。
#
# - **直したら、そのセルをもう一度実行**してから、確認のセルを実行します。実行するまでは、前の関数のままです。
# - 自分のセルに赤いエラー (`SyntaxError` など) が出たときは、そのセルの関数は**定義されていません** (前に実行してあれば、前の関数のままです)。先にエラーを直します。
# - **別の日に開いたとき、カーネルを再起動したとき**は、何も定義されていません。「準備」の 3 つのセルと、答えを書いたセルを実行し直します。続きのセルを選んで、メニューの「Run → Run All Above Selected Cell」を使うと 1 回で済みます (Colab では「ランタイム → より前のセルを実行」)。× の確認や、まだ解いていない問いがあっても、止まらずに先へ進みます。
# - 図のセルは、**自分の書いた関数を使って**絵を描きます。コードは折りたたんであります。そのまま実行してください。
#
# ## 約束
#
# 書くときの約束です。
#
# - **データは行に並べます。** `z` の 1 行が 1 つのデータです。`N` 個のデータをまとめて**バッチ**と呼びます。
# - **関数は引数を書き換えません** (`u += b` や `dz[u < 0] = 0` は、渡された配列を変えてしまいます)。引数をそのまま返すのはかまいません。
# - **結果は引数だけで決まります。** 前の呼び出しの値が残って結果が変わったり、前に返した配列の中身があとで変わったりしてはいけません。
# - **関数の中で使う値は、引数から取ります。** 外にある `W` や `z` を読む関数は、そのときたまたま動くだけです。確認のセルの中で作った `W` や `z` は、あとには残りません。
# - 配列は、渡されるものも返すものも、実数の NumPy 配列です (渡される配列は float64 です)。リストや `dtype=object` の配列ではありません。
# - 誤差逆伝播法の関数 (`…_backward`) の中で**数値微分をしてはいけません**。採点のときに、値の有効数字と、入力を大きくしたときの計算時間の増え方で調べます。for 文や `print` で遅くなっただけの答えを、数値微分とみなすことはありません。1 次式 (アフィン変換など) を幅 1 で動かした差は、式と同じだけ正確なので、使ってかまいません。
# - 微分をしてくれるライブラリ (PyTorch、JAX、autograd、`sklearn.neural_network` など) は使えません。採点では読み込めません。
# - NumPy、SciPy、scikit-learn のほかの関数 (`scipy.special.softmax` や `KFold` など) は使ってかまいません。自分で書いた自動微分や、前の問いの関数を使うのも自由です。
# - 警告の設定は変えてもかまいません。`warnings.filterwarnings` で消した警告は、確認と採点では出る設定に戻します。`np.seterr(all="ignore")` や `np.errstate` で止めたときは、値だけを調べます。`np.seterr(all="raise")` は正しい計算までエラーにするので、使わないでください。
# - 確認のセルと図のセルは書き換えられません。自分のセルを足すのは自由です。
#
# 採点の約束です。
#
# - 採点では、ここに見えている値とは**別の値**でも調べます。確認の表の値をそのまま返しても点になりません。
# - **1 つの間違いで引かれるのは 1 回だけ**です。前の問いの関数が間違っていたら、正しい関数に置き換えて、あとの問いを採点します。
# - 返すものが 2 つ以上ある問いのいくつかは、**部分ごとに**採点します (問いに「配点」と書いてあります)。ただし、約束を守らない答え (引数を書き換える、数値微分をする、前の呼び出しの値が残る) は、その問い全体が 0 点です。
#
# ## 記号
#
# | 記号 | 形 | 意味 |
# | --- | --- | --- |
# | $x,\ z$ | `(N, n_in)` | 層の入力 (前の層の出力)。$x$ はいちばん最初の入力 |
# | $W,\ b$ | `(n_in, n_out)`, `(n_out,)` | 重みとバイアス |
# | $u = zW + b$ | `(N, n_out)` | アフィン変換の結果 |
# | $h$ | | 活性化関数。$z = h(u)$ |
# | $t$ | `(N, K)` | 正解ラベル。正解のクラスだけが 1 で、ほかは 0 (**one-hot**)。$K$ はクラスの数 |
# | $y$ | `(N, K)` | softmax の出力 |
# | $E$ | `()` | 損失。バッチの平均。1 つの数 |
# | `dX` | `X` と同じ形 | $\partial E / \partial X$ |
#
# 形 `(n,)` は、要素が n 個の 1 次元の配列です。`()` は 1 つの数です。`(1,)` は「要素が 1 つの配列」で、1 つの数ではありません。
#
# > **スライドとの違い**: スライドには列ベクトルの式 $z = h(Wx + b)$ と行の式 $u = zW + b$ の両方があります。この演習は行の式だけを使います。
# > 正解ラベルもスライドでは $d$ と $t$ の両方がありますが、ここでは $t$ です。

# %% [markdown]
# ## 準備
#
# 次の 3 つのセルを実行してください。NumPy、確認の表を作る道具、図を描く道具を読み込みます。中を読む必要はありません。

# %% given="imports"
import time

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML, DisplayHandle, display
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


# %% include="check"
### BEGIN HIDDEN TESTS
# What the hidden tests of this exercise share.
def away_from_zero(rng, shape):
    """Values of either sign with 0.1 <= |u| <= 2, so that no ReLU sits on its kink."""
    return rng.uniform(0.1, 2.0, shape) * rng.choice([-1.0, 1.0], shape)


def one_hot(rng, n, k):
    """(n, k) labels; every class occurs where n allows it."""
    return np.eye(k)[rng.permutation(np.arange(n) % k)]


TRUE_ACTIVATION = {
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "tanh": np.tanh,
    "relu": lambda u: np.where(u > 0, u, 0.0),
}
TRUE_SLOPE = {
    "sigmoid": lambda u: 1 / (2 + np.exp(u) + np.exp(-u)),
    "tanh": lambda u: 1 / np.cosh(u) ** 2,
    "relu": lambda u: np.where(u > 0, 1.0, 0.0),
}


def true_forward(x, params, activation="relu"):
    """us, zs of the network, as the contract of network_forward has them."""
    us, zs = [], [x]
    for W, b in params:
        us.append(np.einsum("ni,io->no", zs[-1], W) + b)
        zs.append(TRUE_ACTIVATION[activation](us[-1]))
    return us, zs[:-1]


def true_loss(u, t):
    """Mean cross entropy of softmax(u), (…, N, K), against one-hot t, (N, K)."""
    return np.mean(np.log(np.sum(np.exp(u), axis=-1)) - np.sum(u * t, axis=-1), axis=-1)


def backprop(du, us, zs, params, activation="relu"):
    """[(dW, db), …] of a network whose last layer has the gradient du, (N, K)."""
    grads = []
    for l in reversed(range(len(params))):
        grads.append((np.einsum("ni,no->io", zs[l], du), np.einsum("no->o", du)))
        if l:
            du = np.einsum("no,io->ni", du, params[l][0]) * TRUE_SLOPE[activation](us[l - 1])
    return grads[::-1]


def true_gradients(x, t, params, activation="relu", off=0.0):
    """[(dW, db), …] of the mean loss; off: how much too large each y is."""
    us, zs = true_forward(x, params, activation)
    odds = np.exp(us[-1][:, :, None] - us[-1][:, None])  # of each class against each
    return backprop((1 / odds.sum(axis=1) + off - t) / len(x), us, zs, params, activation)


def random_network(rng, n, sizes, activation="relu", margin=0.1, reach=1):
    """x, t and params: non-zero biases, |u| >= margin in the hidden layers, label probabilities >= 0.3 / K.

    So log(y + 1e-7) is right to 1e-6, float32 inside opens the same ReLU gates, and y + 1e-7 moves no gradient by more than
    a third of the tolerance. In the first layer |u| is about reach.
    """
    x, t = away_from_zero(rng, (n, sizes[0])), one_hot(rng, n, sizes[-1])
    params, z = [], x
    for a, b in zip(sizes, sizes[1:]):
        stretch = 1 if params else reach
        W, biases = stretch * rng.normal(size=(a, b)) / np.sqrt(a), stretch * away_from_zero(rng, (40, 1, b)) / 2
        far = np.abs(z @ W + biases).min(axis=1) >= margin  # for each unit, the first of 40 biases that keeps its distance
        params.append((W, biases[far.argmax(axis=0), 0, np.arange(b)]))
        if len(params) < len(sizes) - 1 and not far.any(axis=0).all():
            return random_network(rng, n, sizes, activation, margin, reach)
        u = z @ W + params[-1][1]
        z = TRUE_ACTIVATION[activation](u)
    while np.max(np.log(np.sum(np.exp(u), axis=1)) - np.sum(u * t, axis=1)) > np.log(sizes[-1] / 0.3):
        u, params[-1] = u / 2, (params[-1][0] / 2, params[-1][1] / 2)
    if not near(true_gradients(x, t, params, activation, off=3e-7), true_gradients(x, t, params, activation)):
        return random_network(rng, n, sizes, activation, margin, reach)
    return x, t, params


SMALL = (5, (4, 6, 3, 2)), (5, (4, 6, 3, 2)), (2, (3, 5, 4, 2)), (3, (3, 3, 3, 3)), (1, (3, 4, 2)), (2, (4, 3))
FIVE_LAYERS = 3, (3, 4, 4, 4, 4, 2)
LARGER = (4, (4, 5, 5, 5, 3)), FIVE_LAYERS, (300, (4, 6, 5, 12))
TWELVE_LAYERS = 2, (3, *[4] * 11, 2)
OWN_SIZE = 32, (64, 40, 20, 10)
"""(N, sizes of the layers) of networks: with the larger ones, what is right for three layers, few rows or ten classes only shows."""
STEEP, REACH = (5, (6, 8, 3)), {"relu": 100, "sigmoid": 4, "tanh": 3}
"""A network whose first u are as large as the contract has them, and how large these are: see random_network."""


def networks(rng, *kinds, activation="relu", reach=1):
    """(x, t, params, what to call it) of each kind."""
    for n, sizes in kinds:
        made = random_network(rng, n, sizes, activation, 0.1 if n < 20 else 0.005, reach)
        yield *made, f"{activation}, N = {n}, {len(sizes) - 1} 層"


NO_DIFFERENCES = "有効数字が失われています。数値微分 (差を幅で割る計算) や、値を上限・下限で止めたり丸めたりする計算は使わずに、chain-rule の式で計算してください。"


def within(got, truth, bound):
    """Whether no error is larger than its bound."""
    return got.shape == truth.shape and bool(np.all(np.abs(got - truth) <= bound))


def own_output_gradient(du, y):
    """Whether du, that of the classes other than the right one (times N), is computed from y, where y is nearly 0.

    It is y; or y plus a constant (y + 1e-7), or no less than a constant (a clip). Differences of the loss are noise there, or all 0.
    """
    least = du.min()
    fits = y + np.maximum((du - y).min(), 0), np.maximum(y, least)
    return bool(0 < least and du.max() < 1e-4 and any(np.allclose(du, fit, rtol=1e-4, atol=0) for fit in fits))


EDGE = {"sigmoid": 20.0, "tanh": 10.0, "relu": 3e-6}
"""u where the slope of an activation has digits that a difference loses: nearly flat, or within a step of the kink."""


def flat_network(rng, lead, activation, sizes=(4, 5, 4, 4, 5)):
    """x, t and params of a network, N = 1, whose right class is ahead of all others by about lead: its loss is about exp(-lead).

    0.1 <= |u| <= 2 in the hidden layers, two units of each are open, and the very first unit is at its EDGE.
    """
    x, t, params = away_from_zero(rng, (1, sizes[0])), one_hot(rng, 1, sizes[-1]), []
    z = x
    for l, (a, b) in enumerate(zip(sizes, sizes[1:])):
        W, u = rng.normal(size=(a, b)) / np.sqrt(a), away_from_zero(rng, (1, b))
        u[:, :2] = np.abs(u[:, :2])
        if l == 0:
            W[:, 0] /= 10  # so that float32 is exact enough for the ReLU
            u[:, 0] = EDGE[activation]
        if l == len(sizes) - 2:
            u = np.where(t > 0, lead, rng.permutation(np.linspace(-0.5, 0.5, b)))
        params.append((W, (u - z @ W)[0]))
        z = TRUE_ACTIVATION[activation](u)
    return x, t, params


def check_flat(check, rng, **options):
    """Numerical differentiation of a network's loss is told by its digits where the loss is nearly flat.

    With N = 1 the db of the last layer is its du, its dW is that times the input, and every other gradient follows. So what was
    returned must fit together, whatever du is: a clip or float32 inside is let pass. A difference of the loss has its own error
    in every number. A part that is lost already, of all dW or all db, is not looked at; the other one is.
    """
    activation = options.get("activation", "relu")
    for lead in 30, 25, 20:
        with check.attempt("grads", "損失が平ら"), aside():
            x, t, params = flat_network(rng, lead, activation)
            us, zs = true_forward(x, params, activation)
            got = check.call(x, t, params, options=options)
            for member, part in enumerate(("dW", "db")):
                if part in check.lost:
                    continue
                mine, unit = [np.asarray(pair[member], dtype=float) for pair in got], np.abs(zs[-1][0]).argmax()
                du = mine[-1] if part == "db" else mine[-1][unit] / zs[-1][0, unit]
                truth = [pair[member] for pair in backprop(du[None], us, zs, params, activation)]
                if activation != "relu":  # in float32 the slope of the first unit, which is nearly flat, is 0 or one rounding
                    with np.errstate(all="ignore"):  # where all is 0
                        times = np.ravel(mine[0][..., 0] / truth[0][..., 0])
                    slope = TRUE_SLOPE[activation](us[0][0, 0])
                    if np.allclose(times, times[0], rtol=1e-4) and abs(times[0] - 1) * slope < 2.0**-22:
                        truth[0][..., 0] = mine[0][..., 0]
                # What terms add up to without their signs: float32 is right to 1e-4 of it. Who sums y and -t apart (a graph that
                # is walked path by path) has the rounding error of a gradient of 1.
                sizes = [np.full(z.shape, np.abs(z).max()) for z in zs], [(np.abs(W), b) for W, b in params], activation
                terms, paths = ([pair[member] for pair in backprop(d, us, *sizes)] for d in (np.abs(du[None]), t))
                fits = [within(g, a, 1e-4 * s + 2e-15 * p) for g, a, s, p in zip(mine, truth, terms, paths)]
                wrong = t[0] == 0
                check.holds("桁数", all(fits) and own_output_gradient(du[wrong], np.exp(us[-1][0, wrong] - lead)),
                            f"損失がほとんど平らなところで、勾配の{NO_DIFFERENCES}", "損失が平ら")


def check_network_growth(check, rng):
    """Of narrow layers, so many that a forward pass for each parameter costs far more than anything done layer by layer."""
    def problem(width):
        x, t, params = flat_network(rng, 1, "relu", (*[width] * 40, 5))
        return (x, t, params), {"grads": true_gradients(x, t, params)}

    check_growth(check, problem, 3, 16, limit=4)


def check_saturated(check, u, z, atol):
    """Where the function is nearly flat, a value that was cut off is still right to 1e-4, but its derivative is not."""
    with check.attempt("z", "平らなところ"):
        got = np.asarray(check.call(u), dtype=float)
        check.compare("平らなところ", "z", got, z)
        i = np.unravel_index(np.argmax(np.abs(got - z)), z.shape)
        check.holds("平らなところ", np.allclose(got, z, rtol=0, atol=atol),
                    f"u = {u[i]:.4g} で z は {z[i]:.7g} のはずですが、{got[i]:.7g} です。途中で値を上限・下限で止めていませんか。", "平らなところ")


def check_digits(check, dz, u, du, case):
    """Numerical differentiation of a function of one number is told by its digits where the function is flat, or near a kink.

    Nothing but 0 is let pass: in float32 the slope vanishes.
    """
    with check.attempt("du", case):
        got = np.asarray(check.call(dz, u), dtype=float)
        check.compare(case, "du", got, du)
        exact = got.shape == du.shape and (not got.any() or np.allclose(got, du, rtol=1e-5, atol=0))
        check.holds("桁数", exact, f"関数が平らなところや折れ目のすぐ近くで、{NO_DIFFERENCES}", case)
### END HIDDEN TESTS

# %% include="pictures"

# %% [markdown]
# ### 今日のデータ
#
# scikit-learn に入っている手書き数字です。1 枚は 8 × 8 の 64 画素で、`x` の 1 行になります。4 分の 1 は**テスト用**に取っておき、学習には使いません。

# %% given="data"
digits = load_digits()
x_train, x_test, label_train, label_test = train_test_split(
    digits.data / 16, digits.target, test_size=0.25, stratify=digits.target, random_state=0
)
t_train, t_test = np.eye(10)[label_train], np.eye(10)[label_test]
print(f"x_train: {x_train.shape}  t_train: {t_train.shape}  x_test: {x_test.shape}")

# %% folded="picture_digits"
# @title 図: 手書き数字
@picture
def draw():
    fig, axes = plt.subplots(1, 10, figsize=(10, 1.4))
    for ax, image, label in zip(axes, x_train, label_train):
        ax.imshow(image.reshape(8, 8), cmap="Greys")
        ax.set_title(f"label {label}")
        ax.axis("off")
    plt.show()

# %% [markdown]
# ---
# # 第 1 部 順伝播
#
# ## 1.1 ニューロンと層
#
# 1 つの**ニューロン**は、前の層の値 $x_1, x_2$ に係数 (**重み**) を掛けて足し、定数 (**バイアス**) を加えます。その結果に非線形関数 $h$ をかけたものが出力です。
#
# $$u = w_1 x_1 + w_2 x_2 + b, \qquad z = h(u)$$
#
# ニューロンを並べたものが**層**です。出力はそれぞれ独立に計算されるので、行列にまとめて書けます。さらに $N$ 個のデータを行に並べると、1 回の行列積で全部が求まります。
#
# $$u = zW + b$$
#
# この式を**アフィン変換**と呼びます。
#
# 式とコードの対応です。`A` と `B` は 2 次元の配列です。
#
# | 計算 | コード |
# | --- | --- |
# | 行列積 | `A @ B` (`A` の列の数と `B` の行の数が同じ) |
# | 要素ごとの積 | `A * B` (`A` と `B` は同じ形) |
# | 要素ごとの累乗 | `A ** 2` (`^` ではありません) |
# | 転置 | `A.T` |
#
# ### 問 1 `affine_forward` (5 点・5 分・★☆☆)
#
# アフィン変換 $u = zW + b$ を計算して、`u` を返してください。`z` は `(N, n_in)`、`W` は `(n_in, n_out)`、`b` は `(n_out,)` です。`u` は `(N, n_out)` になります。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# $zW$ は行列積です (上の表にあります)。`b` は `(n_out,)` なので、足すと NumPy がすべての行に足してくれます (ブロードキャスト)。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $u_{nj} = \sum_i z_{ni} W_{ij} + b_j$
#
# </details>

# %% question="affine_forward"
def affine_forward(z, W, b):
    """アフィン変換 u = zW + b。

    z: (N, n_in)、W: (n_in, n_out)、b: (n_out,)
    返すもの u: (N, n_out)
    """
    ### BEGIN SOLUTION
    return z @ W + b
    ### END SOLUTION

# %% test="affine_forward" points=5
# 確認: affine_forward
@checks("affine_forward")
def _(check):
    z = np.array([[1.0, 2.0], [3.0, 4.0], [0.0, -1.0]])
    W = np.array([[1.0, 0.0, -1.0, 2.0], [0.5, 1.0, 2.0, 0.0]])
    b = np.array([0.1, 0.2, 0.3, 0.4])
    check(z, W, b, u=np.array([[2.1, 2.2, 3.3, 2.4], [5.1, 4.2, 5.3, 6.4], [-0.4, -0.8, -1.7, 0.4]]))
    check(z + 1, -W, b, u=np.array([[-3.4, -2.8, -3.7, -3.6], [-6.4, -4.8, -5.7, -7.6], [-0.9, 0.2, 1.3, -1.6]]), case="別の値")
    check(np.arange(23100.0).reshape(300, 77) // 77, np.full((77, 2), 0.1), np.array([1.0, -1.0]),
          u=np.stack([7.7 * np.arange(300) + 1, 7.7 * np.arange(300) - 1], axis=1), case="N = 300、77 → 2")
    with check.unseen():
        check(np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [-0.5, 4.0]]), np.array([0.0234, 0.2]), u=np.array([[0.0234, 10.2]]), case="N = 1、2 → 2")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("affine_forward")
    for n, n_in, n_out in (5, 4, 3), (5, 4, 3), (3, 5, 3), (3, 3, 3), (1, 4, 2), (32, 64, 40), (300, 3, 2):
        z, W, b = rng.normal(size=(n, n_in)), rng.normal(size=(n_in, n_out)) / np.sqrt(n_in), away_from_zero(rng, n_out)
        check(z, W, b, u=np.einsum("ni,io->no", z, W) + b, case=f"N = {n}")
    ### END HIDDEN TESTS

# %% [markdown]
# ## 1.2 活性化関数
#
# 非線形関数 $h$ には、sigmoid、tanh、ReLU などが使われます。どれも**要素ごと**にはたらくので、出力の形は入力と同じです。
#
# $$\mathrm{sigmoid}(u) = \frac{1}{1 + e^{-u}}, \qquad \tanh(u) = \frac{e^{u} - e^{-u}}{e^{u} + e^{-u}}, \qquad \mathrm{ReLU}(u) = \max(0, u)$$
#
# `u` は配列です。`math.exp`、`max`、`if` は **1 つの数**のためのもので、配列には使えません。NumPy の要素ごとの計算を使います。`a = np.array([3.0, -1.0, 2.0])` なら、次のようになります。
#
# | コード | 結果 | |
# | --- | --- | --- |
# | `np.exp(a)`, `np.abs(a)` | `[20.1, 0.37, 7.39]`, `[3, 1, 2]` | 要素ごとの関数 |
# | `np.maximum(a, [1, 5, 1])` | `[3, 5, 2]` | 要素ごとに大きいほう |
# | `a > 1` | `[True, False, True]` | **マスク**。掛け算では `True` は 1、`False` は 0 |
# | `np.where(a > 1, a, 10)` | `[3, 10, 2]` | 要素ごとに、条件が真なら 2 番目の引数、偽なら 3 番目の引数 |
#
# `np.where` の 2 番目と 3 番目の引数は、**両方とも**全部の要素で計算されます。選ぶのはそのあとです。
#
# ### 問 2 `sigmoid_forward` (3 点・7 分・★★☆)
#
# sigmoid を計算して返してください。式のとおりに書くと、$u = -1000$ で $e^{1000}$ があふれて (オーバーフロー) 警告が出ます。$u = \pm 1000$ でも警告を出さずに正しい値を返してください。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 指数の中身が正の大きな数にならなければ、あふれません。$u \ge 0$ のときと $u < 0$ のときで、式を使い分けます。どちらの式でも $e^{-|u|}$ だけを使えます。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $u \ge 0$ なら $\dfrac{1}{1 + e^{-|u|}}$、$u < 0$ なら $\dfrac{e^{-|u|}}{1 + e^{-|u|}}$ です。
#
# </details>

# %% question="sigmoid_forward"
def sigmoid_forward(u):
    """sigmoid 関数。u = ±1000 でも警告を出さない。

    u: (N, n)
    返すもの z: (N, n)
    """
    ### BEGIN SOLUTION
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1, e) / (1 + e)
    ### END SOLUTION

# %% test="sigmoid_forward" points=3
# 確認: sigmoid_forward
@checks("sigmoid_forward", batch=False)
def _(check):
    check(np.array([[0.0, 1.0, -1.0], [2.0, -3.0, 0.5]]),
          z=np.array([[0.5, 0.731059, 0.268941], [0.880797, 0.0474259, 0.622459]]))
    for u, z in (1000.0, 1.0), (-1000.0, 0.0), (-750.0, 0.0):
        check(np.array([[u, 0.5]]), z=np.array([[z, 0.622459]]), case=f"u = {u:.0f}", quiet=True)
    with check.attempt("z", "u = -18"):
        [[z]] = check.call(np.array([[-18.0]]))
        check.holds("z の桁", abs(z - 1.523e-08) < 2e-7, f"u = -18 で z は 1.523e-08 のはずですが、{z:.4g} です。", "u = -18")
    with check.unseen():
        check(np.array([[8.0, -8.0, 12.0, -12.0]] * 300), z=np.array([[0.999665, 0.000335350, 0.999994, 6.144175e-06]] * 300), case="300 行")
    ### BEGIN HIDDEN TESTS
    check.report()
    from scipy.special import expit

    rng = generator("sigmoid_forward")
    for shape in (5, 3), (5, 3), (3, 3), (1, 4), (32, 40):
        u = 2 * away_from_zero(rng, shape) ** 3
        check(u, z=expit(u), case=f"{shape}")
    for u in np.array([[1000.0, 30.0]]), np.array([[-1000.0, -30.0]]), np.array([[-900.0, 0.3], [720.0, -2.0], [0.05, -0.05]]):
        check(u, z=expit(u), case="±1000", quiet=True)
    check.report()
    u = rng.uniform(15, 22, (4, 3)) * rng.choice([-1.0, 1.0], (4, 3))
    check_saturated(check, u, expit(u), 2e-7)
    ### END HIDDEN TESTS

# %% [markdown]
# ### 問 3 `tanh_forward` (2 点・2 分・★☆☆)
#
# tanh を計算して返してください。こちらも $u = \pm 1000$ で警告を出してはいけません。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 上の式をそのまま書くと $\infty / \infty$ になります。NumPy が用意している関数を使ってもかまいません。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# sigmoid と $\tanh(u) = 2\,\mathrm{sigmoid}(2u) - 1$ の関係があります。
#
# </details>

# %% question="tanh_forward"
def tanh_forward(u):
    """tanh 関数。u = ±1000 でも警告を出さない。

    u: (N, n)
    返すもの z: (N, n)
    """
    ### BEGIN SOLUTION
    return np.tanh(u)
    ### END SOLUTION

# %% test="tanh_forward" points=2
# 確認: tanh_forward
@checks("tanh_forward", batch=False)
def _(check):
    check(np.array([[0.0, 1.0, -1.0], [2.0, -3.0, 0.05]]),
          z=np.array([[0.0, 0.761594, -0.761594], [0.964028, -0.995055, 0.0499584]]))
    for u, z in (1000.0, 1.0), (-1000.0, -1.0), (-750.0, -1.0):
        check(np.array([[u, 0.5]]), z=np.array([[z, 0.462117]]), case=f"u = {u:.0f}", quiet=True)
    with check.attempt("z", "u = -6"):
        [[z]] = check.call(np.array([[-6.0]]))
        check.holds("z の桁", abs(z + 0.99998771) < 2e-6, f"u = -6 で z は -0.99998771 のはずですが、{z:.8g} です。", "u = -6")
    with check.unseen():
        check(np.array([[3.5, -2.7]] * 300), z=np.array([[0.998178, -0.991007]] * 300), case="300 行")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("tanh_forward")
    for shape in (5, 3), (5, 3), (3, 3), (1, 4), (32, 40):
        u = away_from_zero(rng, shape) ** 3
        check(u, z=1 - 2 / (np.exp(2 * u) + 1), case=f"{shape}")
    for u in np.array([[1000.0, 30.0]]), np.array([[-1000.0, -30.0]]), np.array([[-900.0, 0.3], [720.0, -2.0], [0.07, -0.07]]):
        check(u, z=np.tanh(u), case="±1000", quiet=True)
    u = rng.uniform(4, 7, (4, 3)) * rng.choice([-1.0, 1.0], (4, 3))
    check_saturated(check, u, np.tanh(u), 5e-6)
    ### END HIDDEN TESTS

# %% [markdown]
# ### 問 4 `relu_forward` (2 点・3 分・★☆☆)
#
# ReLU を計算して返してください。正の値はそのまま通し、負の値は 0 にします。もとの `u` を書き換えないように気をつけてください。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 要素ごとに「0 と大きいほう」を取ります。配列全体の最大値 (`np.max`) ではありません。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $z_{nj} = \max(0, u_{nj})$
#
# </details>

# %% question="relu_forward"
def relu_forward(u):
    """ReLU 関数。

    u: (N, n)
    返すもの z: (N, n)
    """
    ### BEGIN SOLUTION
    return np.maximum(u, 0)
    ### END SOLUTION

# %% test="relu_forward" points=2
# 確認: relu_forward
@checks("relu_forward", batch=False)
def _(check):
    check(np.array([[-2.0, 1.5, 0.0], [-0.3, 4.0, 0.2]]), z=np.array([[0.0, 1.5, 0.0], [0.0, 4.0, 0.2]]))
    check(np.array([[3000.0, -1000.0, 0.05], [0.6, -0.6, -8.0]]),
          z=np.array([[3000.0, 0.0, 0.05], [0.6, 0.0, 0.0]]), case="大きな値")
    with check.unseen():
        check(np.array([[-0.5, 0.004] * 20]), z=np.array([[0.0, 0.004] * 20]), case="40 列")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("relu_forward")
    for shape in (5, 3), (5, 3), (3, 3), (1, 4), (32, 40):
        u = away_from_zero(rng, shape) ** 5
        check(u, z=np.where(u > 0, u, 0.0), case=f"{shape}")
    check(np.array([[-1000.0, -0.05], [3000.0, 0.05]]), z=np.array([[0.0, 0.0], [3000.0, 0.05]]), case="±1000", quiet=True)
    ### END HIDDEN TESTS

# %% folded="picture_activations"
# @title 図: 3 つの活性化関数
@picture
def draw():
    u = np.linspace(-5, 5, 201).reshape(-1, 1)
    fig, ax = plt.subplots(figsize=(6, 3.2))
    for name, h, style in ("sigmoid", sigmoid_forward, "-"), ("tanh", tanh_forward, "--"), ("ReLU", relu_forward, ":"):
        ax.plot(u, h(u), style, color=FORWARD, label=name)
    ax.set(xlabel="u", ylabel="z = h(u)", ylim=(-1.3, 2.6))
    ax.legend()
    plt.show()

# %% [markdown]
# ## 1.3 なぜ非線形関数をかけるのか
#
# 非線形関数をかけるのは、広い表現力を持たせるためです。もし $h$ がなければ、層をいくら重ねても 1 つのアフィン変換と同じです。本当にそうなるか、自分で作って確かめます。
#
# > **スライドの補足**: スライドの「2 層と同じ」は、入力も 1 層と数えています。この演習では、重みを持つ層だけを数えます。
#
# ### 問 5 `merge_affine` (3 点・5 分・★★☆)
#
# $h$ のない 2 つのアフィン変換 $(zW_1 + b_1)W_2 + b_2$ を、1 つのアフィン変換 $zW + b$ にまとめます。$W$ と $b$ をこの順に返してください (`return W, b` のように、カンマで並べます)。
#
# 配点: `W` 2 点、`b` 1 点。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# かっこを展開して、$z$ が掛かる部分と、掛からない部分に分けます。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $(zW_1 + b_1)W_2 + b_2 = z\,(W_1 W_2) + (b_1 W_2 + b_2)$
#
# </details>

# %% question="merge_affine"
def merge_affine(W1, b1, W2, b2):
    """2 つのアフィン変換を 1 つにまとめる。

    W1: (n_in, n_mid)、b1: (n_mid,)、W2: (n_mid, n_out)、b2: (n_out,)
    返すもの W: (n_in, n_out)、b: (n_out,)
    """
    ### BEGIN SOLUTION
    return W1 @ W2, b1 @ W2 + b2
    ### END SOLUTION

# %% test="merge_affine" points=3
# 確認: merge_affine
@checks("merge_affine", batch=False, parts={"W": 2, "b": 1})
def _(check):
    W1, b1 = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]]), np.array([1.0, 0.0, -1.0])
    W2, b2 = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, -1.0]]), np.array([0.5, 0.25])
    check(W1, b1, W2, b2, W=np.array([[5.0, 2.0], [-2.0, -4.0]]), b=np.array([1.5, 1.25]))
    check(np.ones((1, 40)), np.ones(40), np.ones((40, 12)), np.arange(12.0),
          W=np.full((1, 12), 40.0), b=np.arange(40.0, 52.0), case="1 → 40 → 12")
    check(np.ones((60, 1)), np.array([2.0]), np.array([[3.0]]), np.array([4.0]),
          W=np.full((60, 1), 3.0), b=np.array([10.0]), case="60 → 1 → 1")
    with check.unseen():
        check(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 0.0]), np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([0.5, 0.25]),
              W=np.array([[4.0, 1.0], [8.0, 3.0]]), b=np.array([0.5, 1.25]), case="2 → 2 → 2")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("merge_affine")
    for n_in, n_mid, n_out in (4, 5, 3), (4, 5, 3), (3, 3, 3), (2, 1, 4), (40, 3, 2), (64, 40, 20):
        W1, W2 = rng.normal(size=(n_in, n_mid)), rng.normal(size=(n_mid, n_out)) / np.sqrt(n_mid)
        b1, b2 = away_from_zero(rng, n_mid), away_from_zero(rng, n_out)
        merged = np.einsum("im,mo->io", W1, W2), np.einsum("m,mo->o", b1, W2) + b2
        check(W1, b1, W2, b2, W=merged[0], b=merged[1], case=f"{n_in} → {n_mid} → {n_out}")
    ### END HIDDEN TESTS

# %% [markdown]
# ## 1.4 多クラス分類と softmax
#
# 出力層のニューロンのうち、いちばん大きな値を出したものを分類結果と考えます。最終層では、値を確率のように見るために **softmax** を使います。
#
# $$\mathrm{softmax}(u)_k = \frac{\exp(u_k)}{\sum_{j=1}^{K} \exp(u_j)}$$
#
# スライドの例では $u = [1, 2, 3]$ のとき $[0.090, 0.245, 0.665]$ です。総和は 1 になります。
#
# データは行に並んでいるので、softmax は**行ごと**に計算します。配列の合計や最大値は、`axis` で方向を選びます。`a = np.array([[1, 2, 3], [4, 5, 6]])` (形は `(2, 3)`) なら、次のようになります。
#
# | コード | 方向 | 結果 | 形 |
# | --- | --- | --- | --- |
# | `a.sum(axis=0)` | 縦: 列ごとに 1 つ | `[5, 7, 9]` | `(3,)` |
# | `a.sum(axis=1)` | 横: 行ごとに 1 つ | `[6, 15]` | `(2,)` |
# | `a.sum(axis=1, keepdims=True)` | 横 | `[[6], [15]]` | `(2, 1)` |
# | `a.sum()` | 全部 | `21` | `()` |
#
# `(2, 1)` の配列は、`(2, 3)` の配列と**行ごとに**足したり割ったりできます。`(2,)` のままだと、列に合わせようとしてエラーになるか、違う値になります。`max` や `mean` も同じです。
#
# ### 問 6 `softmax` (5 点・8 分・★★☆)
#
# 行ごとの softmax を計算して返してください。$u$ が大きくても nan にならないようにします。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 1 つの行のすべての値から同じ数を引いても、softmax の値は変わりません (分子と分母が同じ数で割られるだけです)。行の最大値を引いておけば、exp はあふれません。合計にも最大値にも `keepdims=True` を付けます。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $m_n = \max_j u_{nj}$ として $\quad y_{nk} = \dfrac{\exp(u_{nk} - m_n)}{\sum_j \exp(u_{nj} - m_n)}$
#
# </details>

# %% question="softmax"
def softmax(u):
    """行ごとの softmax。値が大きい行や小さい行があっても正しく計算する。

    u: (N, K)
    返すもの y: (N, K)。どの行も足すと 1
    """
    ### BEGIN SOLUTION
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION

# %% test="softmax" points=5
# 確認: softmax
@checks("softmax")
def _(check):
    check(np.array([[1.0, 2.0, 3.0]]), y=np.array([[0.0900306, 0.244728, 0.665241]]), case="スライドの例")
    check(np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]),
          y=np.array([[0.0900306, 0.244728, 0.665241], [1 / 3, 1 / 3, 1 / 3]]), case="2 行")
    check(np.array([[1001.0, 1002.0, 1003.0], [-1003.0, -1002.0, -1001.0], [0.0, 1000.0, -1000.0]]),
          y=np.array([[0.0900306, 0.244728, 0.665241], [0.0900306, 0.244728, 0.665241], [0.0, 1.0, 0.0]]), case="±1000")
    check(np.array([[1000.0, 0.0, -1000.0]]), y=np.array([[1.0, 0.0, 0.0]]), case="1 行に ±1000")
    check(np.array([[0.0, 1.0]]), y=np.array([[0.268941, 0.731059]]), case="K = 2")
    check(np.array([[0.0] * 50, [0.0] * 49 + [30000.0]]), y=np.array([[0.02] * 50, [0.0] * 49 + [1.0]]), case="K = 50")
    ### BEGIN HIDDEN TESTS
    check.report()
    from scipy.special import softmax as true_softmax

    rng = generator("softmax")
    for n, k in (5, 3), (5, 3), (3, 3), (1, 4), (4, 2), (300, 35):
        u = rng.normal(size=(n, k))
        check(u, y=true_softmax(u, axis=1), case=f"N = {n}, K = {k}")
    for u in (
        rng.normal(size=(4, 3)) + np.array([[1000.0], [-1000.0], [0.0], [500.0]]),
        np.array([[0.0, 1000.0, -1000.0], [-1000.0, 2.0, 1.0], [1.0, 0.0, 2.0]]),
        np.array([[-30000.0, 30000.0, 29999.0]]),
        np.array([[0.0] * 20 + [1000.0]]),
    ):
        check(u, y=true_softmax(u, axis=1), case="±1000")
    ### END HIDDEN TESTS

# %% [markdown]
# ## 1.5 交差エントロピー
#
# 多クラス分類の損失関数には**交差エントロピー** (cross entropy) を使います。2 つの確率分布の「近さ」を表し、小さいほど近くなります。$N$ 個のデータでは平均を取ります。
#
# $$E = -\frac{1}{N} \sum_{n=1}^{N} \sum_{k=1}^{K} t_{nk} \log y_{nk}$$
#
# $t$ は正解のところだけ 1 なので、結局は**正解のクラスの確率の $-\log$** です。
#
# **りんご・バナナ・ぶどう識別器**で考えます。りんごの写真 ($t = [1, 0, 0]$) に対する損失は、次のようになります。
#
# | 出力 $y$ | | $E$ |
# | --- | --- | ---: |
# | $[0.8, 0.1, 0.1]$ | 自信を持って正解 | $-\log 0.8 = 0.223$ |
# | $[0.4, 0.3, 0.3]$ | 自信がない | $-\log 0.4 = 0.916$ |
# | $[0.1, 0.8, 0.1]$ | バナナだと思った | $-\log 0.1 = 2.303$ |
#
# > **スライドの訂正**: スライドには交差エントロピーの範囲が $[0, 1]$ とありますが、正しくは $[0, \infty)$ です。表の 3 行目は 1 より大きくなっています。
#
# ### 問 7 `cross_entropy` (4 点・5 分・★☆☆)
#
# 上の式で、バッチの平均の損失 $E$ を計算して返してください。$E$ は 1 つの数 (形は `()`) です。log は `np.log`、データの数 $N$ は `len(y)` です。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# $t_{nk} \log y_{nk}$ は、正解のクラスのほかは 0 です。足すのはクラスとデータの両方の方向ですが、割るのはデータの数 $N$ だけです。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $E = -\dfrac{1}{N}\sum_{n,k} t_{nk}\log y_{nk}$。$N$ は `y` の行の数です。
#
# </details>

# %% question="cross_entropy"
def cross_entropy(y, t):
    """交差エントロピー (バッチの平均)。

    y: (N, K) softmax の出力 (どの値も 1e-4 以上)、t: (N, K) one-hot の正解ラベル
    返すもの E: 1 つの数 (Python の float か NumPy の数)
    """
    ### BEGIN SOLUTION
    return -np.sum(t * np.log(y)) / len(y)
    ### END SOLUTION

# %% test="cross_entropy" points=4
# 確認: cross_entropy
@checks("cross_entropy")
def _(check):
    apple = np.array([[1.0, 0.0, 0.0]])
    check(np.array([[0.8, 0.1, 0.1]]), apple, E=0.223144, case="正解")
    check(np.array([[0.1, 0.8, 0.1]]), apple, E=2.302585, case="バナナと間違えた")
    check(np.array([[0.8, 0.1, 0.1], [0.3, 0.3, 0.4]]), np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
          E=0.569717, case="2 枚の平均")
    check(np.array([[0.5, 0.3, 0.2]] * 200 + [[0.1, 0.1, 0.8]] * 100), np.array([[0.0, 1.0, 0.0]] * 200 + [[1.0, 0.0, 0.0]] * 100),
          E=1.570177, case="300 枚の平均")
    with check.unseen():
        check(np.full((240, 40), 0.025), np.eye(40)[[15, 39] * 120], E=3.688879, case="N = 240、K = 40")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("cross_entropy")
    for n, k in (5, 3), (5, 3), (3, 3), (1, 4), (4, 2), (32, 35), (400, 12):
        y = rng.uniform(0.1, 1.0, (n, k))
        y, t = y / y.sum(axis=1, keepdims=True), one_hot(rng, n, k)
        check(y, t, E=np.mean([-np.log(y[i, t[i].argmax()]) for i in range(n)]), case=f"N = {n}, K = {k}")
    ### END HIDDEN TESTS

# %% [markdown]
# ## 1.6 softmax と交差エントロピーをまとめる
#
# スライドに「softmax 関数と相性がいい」とあります。その理由の 1 つは数値計算の安定性です。$y$ がとても小さいと、丸められて 0 になり、$\log 0 = -\infty$ になります。2 つをまとめると、その前に log と exp が打ち消し合います。(もう 1 つの理由は、第 2 部の微分でわかります。)
#
# ### 問 8 `softmax_cross_entropy_forward` (4 点・10 分・★★★)
#
# softmax と交差エントロピーをまとめて計算して、`E` と `y` をこの順に返してください。`u` が ±1000 でも、`E` が有限の値になるようにします。
#
# 配点: `E` 2 点、`y` 2 点。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# $\log y_k$ を $u$ で書くと、割り算が引き算になります。行の最大値 $m$ を先に引いておけば、log の中身は 1 以上です。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $s_{nk} = u_{nk} - m_n$ として $\quad \log y_{nk} = s_{nk} - \log \sum_j \exp(s_{nj})$
#
# </details>

# %% question="softmax_cross_entropy_forward"
def softmax_cross_entropy_forward(u, t):
    """softmax と交差エントロピー (バッチの平均)。u = ±1000 でも有限の値になる。

    u: (N, K)、t: (N, K) one-hot の正解ラベル
    返すもの E: 1 つの数 (Python の float か NumPy の数)、y: (N, K) softmax の出力
    """
    ### BEGIN SOLUTION
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.sum(t * log_y) / len(u), np.exp(log_y)
    ### END SOLUTION

# %% test="softmax_cross_entropy_forward" points=4
# 確認: softmax_cross_entropy_forward
@checks("softmax_cross_entropy_forward", parts={"E": 2, "y": 2})
def _(check):
    u, t = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    check(u, t, E=0.753109, y=np.array([[0.0900306, 0.244728, 0.665241], [1 / 3, 1 / 3, 1 / 3]]))
    for u, right in (np.array([[1000.0, 0.0, -1000.0]]), 2000), (np.array([[0.0, -40.0, -800.0]]), 800):
        case = f"u = {u[0].tolist()}"
        with check.attempt("E, y", case):
            E, y = check.call(u, np.array([[0.0, 0.0, 1.0]]), outputs=2)
            check.compare(case, "y", y, np.array([[1.0, 0.0, 0.0]]))
            with check.attempt("E", case):
                check.see(E="large" if 10 < E < right + 1 else str(E))
                check.holds("E が有限", np.isfinite(E), f"E が {E} になりました。log の中身が 0 にならない式にしてください。", case)
                check.holds("E の大きさ", 10 < E < right + 1, f"E が {E:.4g} です。正解のクラスの確率がほとんど 0 なので、大きいはずです (正確には {right})。", case)
    check(np.array([[1000.0, 1000.0, 0.0], [-1000.0, -1000.0, -1001.0]]), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
          E=0.777571, y=np.array([[0.5, 0.5, 0.0], [0.422319, 0.422319, 0.155362]]), case="1000 の行と -1000 の行")
    check(np.eye(30)[np.arange(40) % 30] * 3, np.eye(30)[[*range(30), *[29] * 10]], E=1.643564,
          y=0.0203726 + 0.388822 * np.eye(30)[np.arange(40) % 30], case="N = 40、K = 30")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("softmax_cross_entropy_forward")
    for n, k in (5, 3), (5, 3), (3, 3), (1, 4), (4, 2), (300, 35):
        u, t = rng.normal(size=(n, k)), one_hot(rng, n, k)
        check(u, t, E=true_loss(u, t), y=np.exp(u) / np.exp(u).sum(axis=1, keepdims=True), case=f"N = {n}, K = {k}")
    # A label whose probability is rounded to 0: any cut of it is right (log(y + 1e-7), say), so E is only large.
    u, t = np.array([[1000.0, 0.0, 3.0], [1.0, 2.0, 3.0]]), np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    with check.attempt("E, y", "+1000"):
        E, y = check.call(u, t, outputs=2)
        check.holds("E が有限", np.isfinite(E), f"E が {E} になりました。", "+1000")
        check.holds("E の大きさ", 5 < E < 502, f"E が {E:.4g} です。正解のクラスの確率がほとんど 0 の行があるので、大きいはずです。", "+1000")
        check.compare("+1000", "y", y, np.array([[1.0, 0.0, 0.0], np.exp(u[1]) / np.exp(u[1]).sum()]))
    for u in np.array([[-1000.0, 0.0, 3.0], [1.0, 2.0, 3.0]]), np.array([[1000.0, 1000.0, 0.0], [-1000.0, 2.0, 1.0]]):
        s = u - u.max(axis=1, keepdims=True)
        check(u, t, E=true_loss(s, t), y=np.exp(s) / np.exp(s).sum(axis=1, keepdims=True), case="±1000")
    ### END HIDDEN TESTS

# %% [markdown]
# ---
# # 第 2 部 微分
#
# ## 2.1 学習のしかた: SGD
#
# 順伝播ができました。次は、損失 $E$ が小さくなるように $W$ と $b$ (まとめて**パラメータ**と呼びます) を更新します。**SGD** (確率的勾配降下法) は、**勾配** (損失を 1 つ 1 つのパラメータで微分して並べたもの) を求めて、その逆の方向にパラメータを少しだけ動かします。$\alpha$ は**学習率**、$l$ は層の番号です。
#
# $$W^{(l)} \leftarrow W^{(l)} - \alpha \frac{\partial E}{\partial W^{(l)}}, \qquad b^{(l)} \leftarrow b^{(l)} - \alpha \frac{\partial E}{\partial b^{(l)}}$$
#
# 最適な値が求まるとは限りませんが、かなりよい局所解が求まることが知られています。問題は、勾配をどう求めるかです。
#
# ## 2.2 いちばん単純な方法: 数値微分
#
# 1 つのパラメータだけを少し動かして、損失がどれだけ変わるかを見ます。スライドの式は**前進差分**です。
#
# $$\frac{\partial f}{\partial x} \approx \frac{f(x + \varepsilon) - f(x)}{\varepsilon}$$
#
# この演習では、両側に動かす**中心差分**を使います。同じ $\varepsilon$ でも、ずっと正確だからです (あとで図にします)。
#
# $$\frac{\partial f}{\partial x} \approx \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2\varepsilon}$$
#
# ### 問 9 `numerical_gradient` (8 点・12 分・★★☆)
#
# 関数 `f` の勾配を、中心差分で求めてください。`f` は、`x` と同じ形の配列を受け取って 1 つの数を返す関数です (関数も引数として渡せます。`f(x)` で呼べます)。`x` の要素を**1 つずつ**動かして、`x` と同じ形の勾配を返します。終わったとき、`x` はもとの値に戻っていなければなりません。結果を入れる配列は `np.zeros(x.shape)` で作れます。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# `for i in np.ndindex(x.shape):` と書くと、`x` が何次元でも、すべての要素の番号 `i` をたどれます。`x.copy()` で写しを作り、その 1 つの要素だけを変えて `f` に渡すと、もとの `x` は変わりません (`xp = x` は写しではなく、同じ配列の別名です)。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# 要素 $i$ だけを $+\varepsilon$ した配列を $x^{+}$、$-\varepsilon$ した配列を $x^{-}$ として $\quad g_i = \dfrac{f(x^{+}) - f(x^{-})}{2\varepsilon}$
#
# </details>

# %% question="numerical_gradient"
def numerical_gradient(f, x, eps=1e-5):
    """中心差分による f の勾配。

    f: x と同じ形の配列を受け取り、1 つの数を返す関数
    x: 好きな形の配列 (float64)。呼び出しのあとも値は変わらない
    eps: 動かす幅 ε
    返すもの: x と同じ形の勾配
    """
    ### BEGIN SOLUTION
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[i] += eps
        minus[i] -= eps
        gradient[i] = (f(plus) - f(minus)) / (2 * eps)
    return gradient
    ### END SOLUTION

# %% test="numerical_gradient" points=8
# 確認: numerical_gradient
@checks("numerical_gradient")
def _(check):
    check(lambda x: np.sum(x**2), np.array([1.0, 2.0, 3.0]), gradient=np.array([2.0, 4.0, 6.0]), case="x² の和")
    check(lambda x: x[0, 0] * x[0, 1] + 0.12345 * x[1, 0], np.array([[2.0, 5.0], [0.0, 4.0]]),
          gradient=np.array([[5.0, 2.0], [0.12345, 0.0]]), case="2 次元")
    check(lambda x: np.sum(x**3), np.array([1.0, 2.0]), 0.1, gradient=np.array([3.01, 12.01]), case="x³, ε = 0.1")
    with check.unseen():
        check(lambda x: np.sum(x**2), np.full((3, 4, 5, 5), 0.5), gradient=np.ones((3, 4, 5, 5)), case="4 次元、300 個")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("numerical_gradient")
    for shape in (4,), (4,), (3, 2), (2, 1, 3, 2), (20, 15):
        x, a = away_from_zero(rng, shape), away_from_zero(rng, shape)
        x.flat[1] = 0
        for eps in 1e-5, 0.1:
            axes = tuple(range(-len(shape), 0))
            f = lambda v, a=a, axes=axes: np.sum(a * np.exp(v), axis=axes) + np.prod(v, axis=axes)
            check(lambda v, f=f: float(f(v)), x, eps, gradient=derivative(f, x, eps), case=f"{shape}, ε = {eps:g}")
    ### END HIDDEN TESTS

# %% folded="picture_epsilon"
# @title 図: ε と誤差 (前進差分と中心差分)
@picture
def draw():
    x, eps = np.array([1.0]), 10.0 ** np.arange(-13, 0)
    f = lambda v: float(np.exp(v[0]))
    central = [abs(numerical_gradient(f, x, e)[0] - np.e) / np.e for e in eps]
    forward = [abs((f(x + e) - f(x)) / e - np.e) / np.e for e in eps]
    fig, ax = plt.subplots(figsize=(6, 3.6))
    ax.loglog(eps, np.maximum(forward, 1e-16), "o-", color=OTHER, label="forward difference")
    ax.loglog(eps, np.maximum(central, 1e-16), "s-", color=NUMERICAL, label="central difference (yours)")
    ax.set(xlabel=r"$\varepsilon$", ylabel="relative error", title=r"derivative of $e^x$ at $x = 1$")
    ax.legend()
    plt.show()

# %% [markdown]
# 右側では $\varepsilon$ を小さくするほど正確になります。誤差は、前進差分では $\varepsilon$ に、中心差分では $\varepsilon^2$ に比例します (両対数のグラフなので、直線の傾きが 1 と 2 です)。左側では、近い数どうしの引き算で桁が落ちて (桁落ち)、かえって悪くなります。$\varepsilon = 10^{-5}$ は、中心差分のちょうどよいところです。
#
# ### なぜ数値微分では足りないのか
#
# パラメータ 1 つにつき、順伝播を 2 回計算します。今日のネットワークは約 3,600 個のパラメータを持つので、**1 回の更新のために順伝播が 7,000 回以上**必要です。実装は単純ですが、計算量が現実的ではありません。第 3 部で、自分のコードの時間を測ります。
#
# ## 2.3 計算グラフと誤差逆伝播法
#
# 計算を、1 つの演算を 1 つの箱 (ノード) にした**計算グラフ**で表します。スライドのりんごの買い物に、袋の代金を足してみます。
#
# $$(100\ \text{円} \times 2\ \text{個} + \text{袋}\ 30\ \text{円}) \times \text{消費税}\ 1.1 = 253\ \text{円}$$
#
# 矢印を**逆にたどる**と、微分が求まります。使うのは **chain-rule** (連鎖律) だけです。出力側からの微分 $C = \partial E / \partial z$ (**上流の勾配**) がわかっていれば、
#
# $$\frac{\partial E}{\partial x} = C\,\frac{\partial z}{\partial x}$$
#
# です。箱は、自分の計算だけを知っていればよいのです。
#
# 問 10 から問 14 では、`dz` は**上流の勾配**で、引数として渡されます。次の 2 つの関数は `dx` と `dy` をこの順に返します。数でも配列でも (要素ごとに) 動くようにします。
#
# ### 問 10 `add_backward` (2 点・3 分・★☆☆)
#
# 和の逆伝播を書いてください。和 $z = x + y$ では $\dfrac{\partial z}{\partial x} = \dfrac{\partial z}{\partial y} = 1$ です。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 和の箱は、上流の勾配をそのまま両方へ流します。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $dx = dz \cdot 1, \qquad dy = dz \cdot 1$
#
# </details>

# %% question="add_backward"
def add_backward(dz):
    """和 z = x + y の逆伝播。

    dz: 上流の勾配 (数または配列)
    返すもの dx, dy: dz と同じ形
    """
    ### BEGIN SOLUTION
    return dz, dz
    ### END SOLUTION

# %% test="add_backward" points=2
# 確認: add_backward
@checks("add_backward", batch=False)
def _(check):
    check(1.1, dx=1.1, dy=1.1, case="数")
    dz = np.array([[1.0, -2.0], [0.3, 3.0]])
    check(dz, dx=dz, dy=dz, case="配列")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("add_backward")
    for dz in -0.7, 2.5, *(away_from_zero(rng, shape) for shape in ((3, 2), (3, 2), (4,), (20, 30))):
        check(dz, dx=dz, dy=dz, case=f"{np.shape(dz)}")
    ### END HIDDEN TESTS

# %% [markdown]
# ### 問 11 `multiply_backward` (2 点・3 分・★☆☆)
#
# 積の逆伝播を書いてください。積 $z = xy$ では $\dfrac{\partial z}{\partial x} = y,\ \dfrac{\partial z}{\partial y} = x$ です。順伝播のときの値 `x` と `y` が必要なので、引数で受け取ります。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 積の箱は、上流の勾配に**相手の値**を掛けて流します。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $dx = dz \cdot y, \qquad dy = dz \cdot x$
#
# </details>

# %% question="multiply_backward"
def multiply_backward(dz, x, y):
    """積 z = xy (要素ごと) の逆伝播。

    dz: 上流の勾配、x, y: 順伝播のときの値 (数または配列、どれも同じ形)
    返すもの dx, dy: x, y と同じ形
    """
    ### BEGIN SOLUTION
    return dz * y, dz * x
    ### END SOLUTION

# %% test="multiply_backward" points=2
# 確認: multiply_backward
@checks("multiply_backward", batch=False)
def _(check):
    check(1.1, 100.0, 2.0, dx=2.2, dy=110.0, case="りんごの値段 × 個数")
    check(np.array([[1.0, -2.0]]), np.array([[3.0, 4.0]]), np.array([[5.0, 6.0]]),
          dx=np.array([[5.0, -12.0]]), dy=np.array([[3.0, -8.0]]), case="配列")
    check(-1.5, 3.0, 3.0, dx=-4.5, dy=-4.5, case="x = y")
    check(np.array([[2.0, 0.5, -1.0]]), np.array([[0.0, 3.0, 4.0]]), np.array([[7.0, 3.0, 0.0]]),
          dx=np.array([[14.0, 1.5, 0.0]]), dy=np.array([[0.0, 1.5, -4.0]]), case="0 や、同じ値がある")
    with check.unseen():
        check(np.full(40, 2.0), np.full(40, 3.0), np.full(40, -0.5), dx=np.full(40, -1.0), dy=np.full(40, 6.0), case="1 次元、40 個")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("multiply_backward")
    for shape in (), (), (3, 2), (4,), (20, 30):
        dz, x, y = (away_from_zero(rng, shape) if shape else float(away_from_zero(rng, ())) for _ in range(3))
        check(dz, x, y, dx=np.multiply(y, dz), dy=np.multiply(x, dz), case=f"{shape}")
    check(-1.5, 3.0, 3.0, dx=-4.5, dy=-4.5, case="x = y")
    x, y = np.array([[0.0, 2.0], [-1.0, 0.0]]), np.array([[3.0, 2.0], [0.0, -4.0]])
    check(np.array([[2.0, -1.0], [0.5, 3.0]]), x, y, dx=np.array([[6.0, -2.0], [0.0, -12.0]]), dy=np.array([[0.0, -2.0], [-0.5, 0.0]]),
          case="0 がある")
    ### END HIDDEN TESTS

# %% folded="picture_apples"
# @title 図: りんごの計算グラフ (青: 順伝播、赤: 逆伝播)
@picture
def draw():
    price, count, bag, tax = 100.0, 2.0, 30.0, 1.1
    apples = price * count
    subtotal = apples + bag
    total = subtotal * tax
    d_subtotal, d_tax = multiply_backward(1.0, subtotal, tax)
    d_apples, d_bag = add_backward(d_subtotal)
    d_price, d_count = multiply_backward(d_apples, price, count)
    fig, ax = plt.subplots(figsize=(9, 3.6))
    ax.set(xlim=(-0.6, 6.6), ylim=(-2.6, 1.6))
    nodes = {
        "price": (0, 1, "apple\nprice", VALUE), "count": (0, -0.6, "apple\ncount", VALUE), "bag": (0, -2.1, "bag", VALUE),
        "tax": (3.4, -2.1, "tax", VALUE), "x1": (1.7, 0.2, r"$\times$", OTHER), "+": (3.4, 0.2, "+", OTHER),
        "x2": (5.1, 0.2, r"$\times$", OTHER), "total": (6.4, 0.2, "total", VALUE),
    }
    label = "{:.4g}".format
    draw_graph(ax, nodes, [
        ("price", "x1", label(price), label(d_price)), ("count", "x1", label(count), label(d_count)),
        ("x1", "+", label(apples), label(d_apples)), ("bag", "+", label(bag), label(d_bag)),
        ("+", "x2", label(subtotal), label(d_subtotal)), ("tax", "x2", label(tax), label(d_tax)),
        ("x2", "total", label(total), "1"),
    ])
    plt.show()

# %% [markdown]
# 青い数は順伝播の値です。赤い数は「その値が 1 増えたら、合計が何円増えるか」です。りんごが 1 円値上がりすると、合計は 2.2 円増えます。個数が 1 つ増えると 110 円増えます。
#
# ## 2.4 要素ごとの関数の chain-rule
#
# 活性化関数 $z = h(u)$ は要素ごとの関数なので、微分も要素ごとに掛けるだけです。$\odot$ は要素ごとの積 (コードでは `*`) です。
#
# $$\frac{\partial E}{\partial u} = \frac{\partial E}{\partial z} \odot h'(u)$$
#
# 次の 3 つの関数では、`dz` が上流の勾配、`u` が**順伝播のときの入力**です。返すのは `du` です。
#
# ### 問 12 `sigmoid_backward` (4 点・5 分・★★☆)
#
# sigmoid の逆伝播を書いてください。sigmoid の微分は、sigmoid の**出力**だけで書けます。紙の上で $1 / (1 + e^{-u})$ を微分して、確かめてみてください。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# まず $s = \mathrm{sigmoid}(u)$ を計算します。$h'(u)$ を $s$ で書いたら、上流の勾配 `dz` を掛けるのを忘れないでください。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $s = \mathrm{sigmoid}(u)$ として $\quad du = dz \odot s \odot (1 - s)$
#
# </details>

# %% question="sigmoid_backward"
def sigmoid_backward(dz, u):
    """sigmoid の逆伝播。|u| が 20 くらいまでの値で調べる。

    dz: (N, n) 上流の勾配、u: (N, n) 順伝播の入力
    返すもの du: (N, n)
    """
    ### BEGIN SOLUTION
    s = sigmoid_forward(u)
    return dz * s * (1 - s)
    ### END SOLUTION

# %% test="sigmoid_backward" points=4
# 確認: sigmoid_backward
@checks("sigmoid_backward", batch=False)
def _(check):
    check(np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]]), np.array([[0.0, 1.0], [-2.0, 0.5], [-1.0, 2.0]]),
          du=np.array([[0.25, 0.393224], [-0.104994, 0.117502], [0.589836, -0.209987]]))
    check(np.array([[4.0, -2.0], [1.0, 3.0], [2.0, -1.0]]), np.array([[3.0, 0.0], [0.5, -5.0], [-0.7, -4.0]]),
          du=np.array([[0.180707, -0.5], [0.235004, 0.0199442], [0.443426, -0.0176627]]), case="別の値")
    with check.attempt("du", "u = 20"):
        [[du]] = check.call(np.array([[2.0]]), np.array([[20.0]]))
        check.holds("du の桁", du == 0 or abs(du / 4.122307e-09 - 1) < 1e-5,
                    f"u = 20 で du は 4.122307e-09 のはずですが、{du:.7g} です。数値微分 (差を幅で割る計算) では、こうした小さな値の桁が失われます。", "u = 20")
    with check.unseen():
        check(np.array([[4.0, 3.0] * 20] * 35), np.array([[-3.0, 12.0] * 20] * 35),
              du=np.array([[0.180707, 1.84324e-05] * 20] * 35), case="35 行、40 列")
    ### BEGIN HIDDEN TESTS
    check.report()
    from scipy.special import expit

    rng = generator("sigmoid_backward")
    for shape in (5, 3), (5, 3), (3, 3), (1, 4):
        dz, u = away_from_zero(rng, shape), 2 * away_from_zero(rng, shape)
        check(dz, u, du=derivative(lambda v: np.sum(dz / (1 + np.exp(-v)), axis=(1, 2)), u), case=f"{shape}")
    dz, u = away_from_zero(rng, (32, 40)), 7 * away_from_zero(rng, (32, 40))
    check(dz, u, du=dz * expit(u) * expit(-u), case=f"{u.shape}")
    check.report()
    dz, u = away_from_zero(rng, (4, 3)), rng.uniform(20, 22, (4, 3))
    check_digits(check, dz, u, dz * expit(u) * expit(-u), "u = 20")
    ### END HIDDEN TESTS

# %% [markdown]
# ### 問 13 `tanh_backward` (4 点・4 分・★★☆)
#
# tanh の逆伝播を書いてください。tanh の微分も、出力だけで書けます。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# まず $v = \tanh(u)$ を計算して、微分を $v$ で書きます。2 乗するのは $u$ ではなく $v$ です。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $v = \tanh(u)$ として $\quad du = dz \odot (1 - v^2)$
#
# </details>

# %% question="tanh_backward"
def tanh_backward(dz, u):
    """tanh の逆伝播。|u| が 20 くらいまでの値で調べる。

    dz: (N, n) 上流の勾配、u: (N, n) 順伝播の入力
    返すもの du: (N, n)
    """
    ### BEGIN SOLUTION
    return dz * (1 - np.tanh(u) ** 2)
    ### END SOLUTION

# %% test="tanh_backward" points=4
# 確認: tanh_backward
@checks("tanh_backward", batch=False)
def _(check):
    check(np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]]), np.array([[0.0, 1.0], [-2.0, 0.5], [-1.0, 2.0]]),
          du=np.array([[1.0, 0.839949], [-0.0706508, 0.393224], [1.25992, -0.141302]]))
    check(np.array([[4.0, -2.0], [1.0, 3.0], [2.0, -1.0]]), np.array([[2.5, 0.0], [0.3, -3.0], [-0.7, -4.0]]),
          du=np.array([[0.106370, -2.0], [0.915137, 0.0295981], [1.26948, -0.00134095]]), case="別の値")
    with check.attempt("du", "u = 10"):
        [[du]] = check.call(np.array([[2.0]]), np.array([[10.0]]))
        check.holds("du の桁", du == 0 or abs(du / 1.648923e-08 - 1) < 1e-5,
                    f"u = 10 で du は 1.648923e-08 のはずですが、{du:.7g} です。数値微分 (差を幅で割る計算) では、こうした小さな値の桁が失われます。", "u = 10")
    with check.unseen():
        check(np.array([[4.0, 3.0] * 20] * 35), np.array([[-2.5, -7.0] * 20] * 35),
              du=np.array([[0.106370, 9.97833e-06] * 20] * 35), case="35 行、40 列")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("tanh_backward")
    for shape in (5, 3), (5, 3), (3, 3), (1, 4):
        dz, u = away_from_zero(rng, shape), 1.5 * away_from_zero(rng, shape)
        check(dz, u, du=derivative(lambda v: np.sum(dz * np.tanh(v), axis=(1, 2)), u), case=f"{shape}")
    dz, u = away_from_zero(rng, (32, 40)), 4 * away_from_zero(rng, (32, 40))
    check(dz, u, du=dz / np.cosh(u) ** 2, case=f"{u.shape}")
    check.report()
    dz, u = away_from_zero(rng, (4, 3)), rng.uniform(10, 11, (4, 3))
    check_digits(check, dz, u, dz / np.cosh(u) ** 2, "u = 10")
    ### END HIDDEN TESTS

# %% [markdown]
# ### 問 14 `relu_backward` (4 点・5 分・★★☆)
#
# ReLU の逆伝播を書いてください。ReLU は、勾配を通すか止めるかの「門」です。$u = 0$ での傾きは、0 から 1 の間ならどれでもかまいません。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# $u$ が正だったところだけ、上流の勾配を通します。門を開けるのは `dz` の符号ではなく、`u` の符号です。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $du_{nj} = dz_{nj}\ (u_{nj} > 0), \qquad du_{nj} = 0\ (u_{nj} < 0)$
#
# </details>

# %% question="relu_backward"
def relu_backward(dz, u):
    """ReLU の逆伝播。u の大きさに制限はない。

    dz: (N, n) 上流の勾配、u: (N, n) 順伝播の入力
    返すもの du: (N, n)
    """
    ### BEGIN SOLUTION
    return dz * (u > 0)
    ### END SOLUTION

# %% test="relu_backward" points=4
# 確認: relu_backward
@checks("relu_backward", batch=False)
def _(check):
    check(np.array([[1.0, 2.5, -1.0], [-3.0, 0.5, 4.0]]), np.array([[-0.3, 1.0, -2.0], [-1.5, -3.0, -0.1]]),
          du=np.array([[0.0, 2.5, 0.0], [0.0, 0.0, 0.0]]))
    check(np.array([[1.0, -2.0]]), np.array([[-0.5, -4.0]]), du=np.array([[0.0, 0.0]]), case="どの u も負")
    check(np.array([[2.0, -0.5, 3.0], [1.0, 5.0, -4.0]]), np.array([[20000.0, 0.01, -100.0], [7.0, -0.01, 0.6]]),
          du=np.array([[2.0, -0.5, 0.0], [1.0, 0.0, -4.0]]), case="大きな u と小さな u")
    with check.attempt("du", "u = 0"):
        dz = np.array([[2.0, -4.0]])
        slopes = np.asarray(check.call(dz, np.zeros((1, 2))))[0] / dz[0]
        check.see(slopes="right" if all(slopes >= 0) and all(slopes <= 1) else slopes)
        for slope in slopes:
            check.holds("u = 0 での傾き", 0 <= slope <= 1, f"u = 0 での傾きが {slope:.4g} です。0 から 1 の間にしてください。", "u = 0")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("relu_backward")
    for shape in (5, 3), (5, 3), (3, 3), (1, 4):
        dz, u = away_from_zero(rng, shape), away_from_zero(rng, shape)
        check(dz, u, du=derivative(lambda v: np.sum(np.where(v > 0, dz * v, 0.0), axis=(1, 2)), u), case=f"{shape}")
    dz, u = away_from_zero(rng, (32, 40)), 1e4 * away_from_zero(rng, (32, 40)) ** 7
    u[0, 0] = -1  # np.vectorize takes its type from what the first element gives
    check(dz, u, du=np.where(u > 0, dz, 0.0), case=f"{u.shape}")
    dz, u = away_from_zero(rng, (2, 3)), -rng.uniform(0.1, 2.0, (2, 3))
    check(dz, u, du=np.zeros((2, 3)), case="どの u も負")
    with check.attempt("du", "u = 0"):
        dz = np.array([[2.0, -4.0, 0.5]])
        for slope in np.asarray(check.call(dz, np.zeros((1, 3))))[0] / dz[0]:
            check.holds("傾き", 0 <= slope <= 1, f"u = 0 での傾きが {slope:.4g} です。0 から 1 の間にしてください。", "u = 0")
    check.report()
    dz, u = away_from_zero(rng, (4, 3)), 1e-8 * away_from_zero(rng, (4, 3))
    check_digits(check, dz, u, np.where(u > 0, dz, 0.0), "0 のすぐ近く")
    ### END HIDDEN TESTS

# %% folded="picture_derivatives"
# @title 図: 活性化関数とその微分
@picture
def draw():
    u = np.linspace(-5, 5, 201).reshape(-1, 1)
    fig, axes = plt.subplots(1, 3, figsize=(10, 3), sharey=True)
    for ax, (name, h, backward) in zip(axes, (
        ("sigmoid", sigmoid_forward, sigmoid_backward), ("tanh", tanh_forward, tanh_backward),
        ("ReLU", relu_forward, relu_backward),
    )):
        ax.plot(u, h(u), color=FORWARD, label="h(u)")
        ax.plot(u, backward(np.ones_like(u), u), "--", color=BACKWARD, label="h'(u)")
        ax.set(title=name, xlabel="u", ylim=(-1.3, 2.6))
        ax.legend(loc="upper left")
    plt.show()

# %% [markdown]
# sigmoid の微分は最大でも 0.25 です。1 より小さい値を掛けるたびに勾配は小さくなるので、層を重ねると、前のほうの層にはほとんど届きません。ReLU がよく使われる理由の 1 つです。
#
# ## 2.5 行列積とアフィン変換の chain-rule
#
# まず、1 つのデータの行列積 $g = zW$ を考えます。成分で書くと $g_j = \sum_i z_i W_{ij}$ です。上流の勾配を $C_j = \partial E / \partial g_j$ とします。
#
# - $z_i$ は**すべての** $g_j$ に効きます: $\displaystyle \frac{\partial E}{\partial z_i} = \sum_j C_j W_{ij}$、つまり $\dfrac{\partial E}{\partial z} = C W^{\mathsf T}$
# - $W_{ij}$ は $g_j$ **だけ**に効きます: $\displaystyle \frac{\partial E}{\partial W_{ij}} = z_i C_j$、つまり $\dfrac{\partial E}{\partial W} = z^{\mathsf T} C$
#
# $N$ 個のデータでは、$W$ はどのデータにも使われるので、$N$ 個の分を**足します**。$z^{\mathsf T} C$ の行列積が、そのまま足し算をしてくれます。バイアス $b$ も、すべての行に足されたので、すべての行の勾配を足します。
#
# > **スライドの訂正**: スライドでは $\partial E/\partial W \in \mathbb{R}^{m \times n}$ とありますが、$z$ が $n$ 個、$g$ が $m$ 個のとき、$W$ と同じ $(n, m)$ が正しい形です。「`dX` は `X` と同じ形」と覚えると間違えません。
#
# ### 問 15 `affine_backward` (12 点・13 分・★★★)
#
# アフィン変換の逆伝播を書いて、`dz`、`dW`、`db` をこの順に返してください。アフィン変換は `z` から `u` を計算するので、ここでは上流の勾配が `du` で、**`dz` は結果です** (問 10 から問 14 とは逆です)。`du` は `(N, n_out)` です。この関数では $1/N$ を掛けません (損失の平均の $1/N$ は、次の問いで掛けます)。
#
# 配点: `dz` 4 点、`dW` 5 点、`db` 3 点。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 形から考えます。`dz` は `(N, n_in)` で、`du` `(N, n_out)` と `W` `(n_in, n_out)` から作ります。どちらかを転置しないと掛けられません。`db` は `(n_out,)` なので、バッチ方向 (縦) に足します。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $dz = du\,W^{\mathsf T}, \qquad dW = z^{\mathsf T} du, \qquad db_j = \sum_n du_{nj}$
#
# </details>

# %% question="affine_backward"
def affine_backward(du, z, W):
    """アフィン変換 u = zW + b の逆伝播。

    du: (N, n_out) 上流の勾配、z: (N, n_in)、W: (n_in, n_out)
    返すもの dz: (N, n_in)、dW: (n_in, n_out)、db: (n_out,)
    """
    ### BEGIN SOLUTION
    return du @ W.T, z.T @ du, du.sum(axis=0)
    ### END SOLUTION

# %% test="affine_backward" points=12
# 確認: affine_backward
@checks("affine_backward", parts={"dz": 4, "dW": 5, "db": 3})
def _(check):
    du = np.array([[1.0, 0.0, 2.0, -1.0], [0.5, 1.0, 0.0, 2.0], [-1.0, 3.0, 1.0, 0.0]])
    z = np.array([[1.0, 2.0], [3.0, 4.0], [0.0, -1.0]])
    W = np.array([[1.0, 0.0, -1.0, 2.0], [0.5, 1.0, 2.0, 0.0]])
    for case in "", "2 度目":
        check(du, z, W, dz=np.array([[-3.0, 4.5], [4.5, 1.25], [-2.0, 4.5]]),
              dW=np.array([[2.5, 3.0, 2.0, 5.0], [5.0, 1.0, 3.0, 6.0]]), db=np.array([0.5, 4.0, 3.0, 1.0]), case=case)
    check(np.ones((300, 30)), np.full((300, 2), 0.5), np.full((2, 30), 0.1),
          dz=np.full((300, 2), 3.0), dW=np.full((2, 30), 150.0), db=np.full(30, 300.0), case="N = 300、2 → 30")
    big = 2.0**36
    with check.attempt("dz, dW, db", "とても大きな入力"):
        got = check.call(np.array([[0.5, -1.25]]), np.array([[big, 3.0, 0.75]]), np.array([[0.5, 1.5], [-1.0, 0.25], [2.0, 1.0]]), outputs=3)
        right = [[-1.625, -0.8125, -0.25]], [[big / 2, -1.25 * big], [1.5, -3.75], [0.375, -0.9375]], [0.5, -1.25]
        for name, g, e in zip(("dz", "dW", "db"), got, right):
            exact = name in check.lost or np.allclose(g, e, rtol=1e-5, atol=0)
            check.see(**{f"{name} exact": bool(exact)})
            check.holds("桁数", exact, f"入力の 1 つがとても大きいと、{name} の桁が失われます。数値微分 (差を幅で割る計算) ではなく、chain-rule の式を使ってください。", "とても大きな入力")
    with check.unseen():
        check(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [2.0, -1.0]]), np.array([[1.0, 2.0], [0.0, 3.0]]),
              dz=np.array([[5.0, 6.0], [11.0, 12.0]]), dW=np.array([[7.0, 10.0], [-3.0, -4.0]]), db=np.array([4.0, 6.0]), case="N = 2、2 → 2")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("affine_backward")
    for n, n_in, n_out in (5, 4, 3), (5, 4, 3), (3, 5, 3), (3, 3, 3), (1, 4, 2), (20, 6, 18):
        z, W, b = rng.normal(size=(n, n_in)), rng.normal(size=(n_in, n_out)) / np.sqrt(n_in), away_from_zero(rng, n_out)
        du = away_from_zero(rng, (n, n_out)) / np.sqrt(n)
        E = lambda z, W, b: np.sum(du * (np.einsum("...ni,...io->...no", z, W) + b), axis=(-2, -1))
        check(du, z, W, dz=derivative(lambda a: E(a, W, b), z), dW=derivative(lambda a: E(z, a, b), W),
              db=derivative(lambda a: E(z, W, a[:, None]), b), case=f"N = {n}, {n_in} → {n_out}")

    # Beside one huge input, a difference over any width but 1 loses the digits of all the others. The numbers are multiples of 1/8,
    # with so few digits that a step of 1 loses none: u is linear, so that is as exact as the formula.
    du, z, W = (rng.integers(4, 17, shape) / 8 * rng.choice([-1, 1], shape) for shape in ((2, 3), (2, 4), (4, 3)))
    z[:, 0] *= 2.0**36
    with check.attempt("dz, dW, db", "とても大きな入力"):
        got = check.call(du, z, W, outputs=3)
        exact, scale = ((np.einsum("no,io->ni", d, V), np.einsum("ni,no->io", a, d), np.einsum("no->o", d))
                        for d, a, V in ((du, z, W), (np.abs(du), np.abs(z), np.abs(W))))
        fits = [name in check.lost or within(np.asarray(g), a, 1e-5 * s) for name, g, a, s in zip(("dz", "dW", "db"), got, exact, scale)]
        check.holds("桁数", all(fits), f"入力の 1 つがとても大きいと、ほかの勾配の{NO_DIFFERENCES}", "とても大きな入力")
    check.report()
    with aside():
        for n, n_in, n_out in (32, 64, 40), (300, 3, 2):
            du, z, W = away_from_zero(rng, (n, n_out)) / 6, rng.normal(size=(n, n_in)), rng.normal(size=(n_in, n_out)) / 8
            check(du, z, W, dz=np.einsum("no,io->ni", du, W), dW=np.einsum("ni,no->io", z, du), db=np.einsum("no->o", du),
                  case=f"N = {n}, {n_in} → {n_out}")
    ### END HIDDEN TESTS

# %% [markdown]
# ## 2.6 softmax + 交差エントロピーの chain-rule
#
# スライドで「計算の補足: あとで作る」となっていた導出です。
#
# 1 つのデータで考えます。$y_k = e^{u_k} / \sum_j e^{u_j}$ の log を取ると $\log y_k = u_k - \log \sum_j e^{u_j}$ です。これを $E = -\sum_k t_k \log y_k$ に入れます。$t$ は one-hot なので $\sum_k t_k = 1$ です。
#
# $$E = -\sum_k t_k u_k + \Bigl(\sum_k t_k\Bigr) \log \sum_j e^{u_j} = -\sum_k t_k u_k + \log \sum_j e^{u_j}$$
#
# $u_i$ で微分します。第 2 項の微分は、ちょうど softmax になります。
#
# $$\frac{\partial E}{\partial u_i} = -t_i + \frac{e^{u_i}}{\sum_j e^{u_j}} = y_i - t_i$$
#
# **出力と正解の差**という、とても簡単な式になりました。これが「相性がいい」ことの、もう 1 つの理由です。損失は $N$ 個の平均なので、最後に $1/N$ が付きます。
#
# ### 問 16 `softmax_cross_entropy_backward` (8 点・5 分・★★☆)
#
# 損失 $E$ (バッチの平均) の勾配 `du` を、`y` と `t` から計算して返してください。形は `(N, K)` です。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 上の結果に $1/N$ を掛けるだけです。`y` を書き換えないように、新しい配列を作ります。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $du = \dfrac{1}{N}(y - t)$
#
# </details>

# %% question="softmax_cross_entropy_backward"
def softmax_cross_entropy_backward(y, t):
    """softmax + 交差エントロピー (バッチの平均) の逆伝播。

    y: (N, K) softmax の出力、t: (N, K) one-hot の正解ラベル
    返すもの du: (N, K)。損失の平均の 1/N はここで掛ける
    """
    ### BEGIN SOLUTION
    return (y - t) / len(y)
    ### END SOLUTION

# %% test="softmax_cross_entropy_backward" points=8
# 確認: softmax_cross_entropy_backward
@checks("softmax_cross_entropy_backward")
def _(check):
    check(np.array([[0.8, 0.1, 0.1], [0.3, 0.3, 0.4]]), np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
          du=np.array([[-0.1, 0.05, 0.05], [0.15, 0.15, -0.3]]))
    check(np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.25, 0.25, 0.5]]), np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
          du=np.array([[0.2, 0.1, -0.3], [-0.266667, 0.233333, 0.0333333], [-0.25, 0.0833333, 0.166667]]), case="N = 3、どれも間違い")
    check(np.full((20, 10), 0.1), np.eye(10)[np.arange(20) % 10], du=0.005 - 0.05 * np.eye(10)[np.arange(20) % 10], case="N = 20、K = 10")
    with check.attempt("du", "損失がほとんど 0"):
        [du] = check.call(np.array([[1 - 2.3e-8, 2e-9, 3e-9, 7e-9, 1.1e-8]]), np.array([[1.0, 0.0, 0.0, 0.0, 0.0]]))
        exact = du[1] > 0 and any([np.allclose(np.diff(du[1:]), steps, rtol=1e-3, atol=0) for steps in ([1e-9, 4e-9, 4e-9], 0)])
        check.see(exact=bool(exact or check.broken))
        check.holds("桁数", exact,
                    "損失がほとんど 0 のところで、勾配の桁が失われます。数値微分 (差を幅で割る計算) や、丸める計算は使わないでください。", "損失がほとんど 0")
    with check.unseen():
        check(np.full((200, 40), 0.025), np.eye(40)[[39] * 200], du=np.array([[0.000125] * 39 + [-0.004875]] * 200), case="N = 200、K = 40")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("softmax_cross_entropy_backward")
    for n, k in (5, 3), (5, 3), (3, 3), (1, 4), (4, 2):
        u, t = rng.normal(size=(n, k)), one_hot(rng, n, k)
        y = np.exp(u) / np.exp(u).sum(axis=1, keepdims=True)
        check(y, t, du=derivative(lambda v: true_loss(v, t), u), case=f"N = {n}, K = {k}")
    check.report()
    # Where the right class is far ahead, nothing is left of differences of the loss.
    lead = np.array([[20.0], [25.0], [30.0]])
    t = one_hot(rng, 3, 5)
    u = np.where(t > 0, lead, rng.permuted(np.tile(np.linspace(-0.5, 0.5, 5), (3, 1)), axis=1))
    y = np.exp(u) / np.exp(u).sum(axis=1, keepdims=True)
    with check.attempt("du", "損失が平ら"):
        got = np.asarray(check.call(y, t), dtype=float)
        check.compare("損失が平ら", "du", got, (y - t) / 3)
        exact = got.shape == y.shape and own_output_gradient(3 * got[t == 0], y[t == 0])
        check.holds("桁数", exact, f"損失がほとんど平らなところで、勾配の{NO_DIFFERENCES}", "損失が平ら")
    check.report()
    y, t = rng.dirichlet(np.full(35, 5.0), 300), one_hot(rng, 300, 35)
    check(y, t, du=np.where(t > 0, y - 1, y) / 300, case="N = 300, K = 35")
    check.report()

    def problem(n):
        y, t = rng.dirichlet(np.full(10, 5.0), n), one_hot(rng, n, 10)
        return (y, t), {"du": np.where(t > 0, y - 1, y) / n}

    check_growth(check, problem, 40, 1200, limit=40)
    ### END HIDDEN TESTS

# %% [markdown]
# ---
# # 第 3 部 ネットワーク
#
# 部品がそろいました。3 層のニューラルネットワークを計算グラフで表すと、次のようになります。箱はもう全部作ってあります。
#
# $$x \xrightarrow{\ \text{affine}\ } u^{(1)} \xrightarrow{\ h\ } z^{(1)} \xrightarrow{\ \text{affine}\ } u^{(2)} \xrightarrow{\ h\ } z^{(2)} \xrightarrow{\ \text{affine}\ } u^{(3)} \xrightarrow{\ \text{softmax + CE}\ } E$$
#
# パラメータは層の順に `params = [(W1, b1), (W2, b2), (W3, b3)]` と並べます。**式では層を 1 から数え、コードでは 0 から数えます。**
#
# | 式 | コード |
# | --- | --- |
# | $W^{(1)},\ b^{(1)}$ | `params[0]` |
# | $u^{(1)},\ u^{(2)},\ u^{(3)}$ | `us[0]`, `us[1]`, `us[2]` |
# | $z^{(0)} = x,\ z^{(1)},\ z^{(2)}$ | `zs[0]`, `zs[1]`, `zs[2]` |
#
# ## 3.1 $x$ を入力して、順に計算する
#
# 関数も、数と同じようにリストや辞書に入れられます。`for` では、組の中身を 1 つずつ受け取れます。
#
# ```python
# table = {"sum": np.sum, "mean": np.mean}
# f = table["mean"]
# f(np.array([1.0, 3.0]))           # 2.0
#
# for name, count in [("apple", 2), ("bag", 1)]:
#     print(name, count)            # apple 2、bag 1
# ```
#
# ### 問 17 `network_forward` (6 点・10 分・★★☆)
#
# ネットワークの順伝播を計算して、`us` と `zs` をこの順に返してください。逆伝播で使うので、途中の値を全部取っておきます。
#
# - `us` は各層の $u$ のリストです (層の数だけ)。
# - `zs` は各層の**入力**のリストです: `x` と、中間層の $z$ (層の数だけ)。
#
# 中間層には、引数 `activation` の名前の活性化関数をかけます。最後の層にはかけません。層がいくつでも動くように書いてください。層の数は `len(params)` です。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# `zs = [x]` から始めて、層ごとに `zs[-1]` を入力にします。最後の層でなければ、$h$ をかけたものを `zs` の最後に加えます (`append`)。活性化関数は辞書に入れておくと、名前 (`"relu"` など) で選べます。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $u^{(l)} = z^{(l-1)} W^{(l)} + b^{(l)}$、$z^{(l)} = h(u^{(l)})$、ただし $z^{(0)} = x$
#
# </details>

# %% question="network_forward"
def network_forward(x, params, activation="relu"):
    """ネットワークの順伝播。

    x: (N, n_in)、params: [(W, b), …] (層はいくつでもよい)、activation: "sigmoid"、"tanh"、"relu" のどれか
    返すもの us: 各層の u のリスト、zs: x と中間層の z のリスト (どちらも長さは層の数)
    """
    ### BEGIN SOLUTION
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for W, b in params:
        us.append(affine_forward(zs[-1], W, b))
        if len(us) < len(params):
            zs.append(h(us[-1]))
    return us, zs
    ### END SOLUTION

# %% test="network_forward" points=6
# 確認: network_forward
@checks("network_forward")
def _(check):
    x = np.array([[1.0, 2.0]])
    params = [
        (np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]]), np.array([0.5, -0.5, 0.25])),
        (np.array([[1.0, 0.0], [2.0, -1.0], [1.0, 1.0]]), np.array([0.0, 1.0])),
    ]
    u = np.array([[2.5, 0.5, -1.25]])
    check(x, params, us=[u, np.array([[3.5, 0.5]])], zs=[x, np.array([[2.5, 0.5, 0.0]])], case="2 層, relu")
    check(x, params, "tanh", us=[u, np.array([[1.06254, -0.310401]])],
          zs=[x, np.array([[0.986614, 0.462117, -0.848284]])], case="2 層, tanh")
    check(x, params, "sigmoid", us=[u, np.array([[2.391921, 0.600241]])],
          zs=[x, np.array([[0.924142, 0.622459, 0.22270]])], case="2 層, sigmoid")
    check(x, params[:1], us=[u], zs=[x], case="1 層")
    x = np.array([[1.0], [-1.0]])
    check(x, [(np.array([[w]]), np.array([b])) for w, b in ((2.0, 1.0), (-1.0, 2.0), (-3.0, 4.0), (0.5, -1.0), (5.0, 1.0))],
          us=[np.array([[3.0], [-1.0]]), np.array([[-1.0], [2.0]]), np.array([[4.0], [-2.0]]), np.array([[1.0], [-1.0]]), np.array([[6.0], [1.0]])],
          zs=[x, np.array([[3.0], [0.0]]), np.array([[0.0], [2.0]]), np.array([[4.0], [0.0]]), np.array([[1.0], [0.0]])], case="5 層, relu")
    x = np.ones((1, 80))
    check(x, [(np.ones((80, 20)), np.zeros(20)), (np.ones((20, 1)), np.array([1.0]))],
          us=[np.full((1, 20), 80.0), np.array([[1601.0]])], zs=[x, np.full((1, 20), 80.0)], case="80 → 20 → 1")
    with check.unseen():
        x = np.array([[0.5], [-1.0]])
        check(x, [(np.array([[w]]), np.array([b])) for w, b in ((4.0, 1.5), (1.5, -1.0), (-1.0, 0.5), (0.5, 0.5), (1.0, 0.0))], "tanh",
              us=[np.array([[3.5], [-2.5]]), np.array([[0.497267], [-2.47992]]), np.array([[0.040035], [1.48607]]), np.array([[0.520007], [0.951299]]), np.array([[0.477705], [0.740371]])],
              zs=[x, np.array([[0.998178], [-0.986614]]), np.array([[0.459965], [-0.98607]]), np.array([[0.0400137], [0.902599]]), np.array([[0.477705], [0.740371]])], case="5 層, tanh")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("network_forward")
    for activation, kinds in ("relu", (*SMALL, *LARGER, TWELVE_LAYERS)), ("sigmoid", (*SMALL, FIVE_LAYERS)), ("tanh", (*SMALL, FIVE_LAYERS)):
        for x, _, params, case in networks(rng, *kinds, activation=activation):
            for now in params, [(W + 0.1, b - 0.1) for W, b in params]:
                us, zs = true_forward(x, now, activation)
                check(x, now, activation, us=us, zs=zs, case=case)
    for x, _, params, case in networks(rng, OWN_SIZE):
        us, zs = true_forward(x, params)
        check(x, params, us=us, zs=zs, case=case)
    ### END HIDDEN TESTS

# %% folded="picture_network"
# @title 図: 3 層のネットワークの計算グラフと、流れる配列の形
SIZES = (64, 40, 20, 10)


def init_params(sizes, rng):
    """重みの初期値。分散は 2 / n_in (He et al., 2015)、バイアスは 0。"""
    return [(rng.normal(size=(a, b)) * np.sqrt(2 / a), np.zeros(b)) for a, b in zip(sizes, sizes[1:])]


@picture
def draw():
    x, params = x_train[:100], init_params(SIZES, np.random.default_rng(0))
    us, zs = network_forward(x, params)
    nodes, edges, before = {"x": (0, 0, "x", VALUE)}, [], "x"
    for l, (W, b) in enumerate(params, 1):
        at, last = 3.4 * l - 2, l == len(params)
        nodes[f"a{l}"] = (at, 0, "affine", OTHER)
        nodes[f"W{l}"] = (at, 1.5, f"$W_{l}$ {W.shape}", VALUE)
        nodes[f"b{l}"] = (at, -1.5, f"$b_{l}$ {b.shape}", VALUE)
        nodes[f"h{l}"] = (at + 1.7, 0, "softmax\n+ CE" if last else "ReLU", OTHER)
        edges += [(before, f"a{l}", f"{zs[l - 1].shape}", ""), (f"W{l}", f"a{l}", "", ""), (f"b{l}", f"a{l}", "", ""),
                  (f"a{l}", f"h{l}", f"{us[l - 1].shape}", "")]
        before = f"h{l}"
    nodes["E"] = (3.4 * len(params) + 1.2, 0, "E", VALUE)
    edges.append((before, "E", "()", ""))
    fig, ax = plt.subplots(figsize=(13, 3.2))
    ax.set(xlim=(-0.3, 3.4 * len(params) + 1.5), ylim=(-2, 2))
    draw_graph(ax, nodes, edges)
    plt.show()

# %% [markdown]
# ## 3.2 損失から逆にたどる
#
# 出力層 (第 3 層) から入力層に向かって、同じ計算を繰り返します。
#
# 1. 出口: $du^{(3)}$ を softmax + CE の逆伝播で求める
# 2. アフィン変換の逆伝播で、$dW^{(l)},\ db^{(l)}$ と、1 つ前の層への $dz^{(l-1)}$ を求める
# 3. 活性化関数の逆伝播で、$dz^{(l-1)}$ を $du^{(l-1)}$ にして、2 に戻る
#
# 後ろから進むときに使う道具です。
#
# ```python
# for i in reversed(range(3)):
#     print(i)                      # 2、1、0
#
# words = ["b"]
# words.insert(0, "a")              # 先頭に入れる: ["a", "b"]
# ```
#
# ### 問 18 `network_backward` (10 点・15 分・★★★)
#
# 誤差逆伝播法で、損失の勾配を求めてください。`grads = [(dW1, db1), (dW2, db2), …]` を、`params` と同じ順に返します。層がいくつでも、どの活性化関数でも動くようにします。
#
# 配点: すべての層の `dW` で 7 点、すべての層の `db` で 3 点。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# まず `network_forward` で `us` と `zs` を求めます。`for l in reversed(range(len(params))):` で後ろの層から進みます (`l` は 0 から数えた番号です)。層 `l` の入力は `zs[l]` です。1 つ前の層に渡す $du$ は、その層の `us[l - 1]` を使って求めます。いちばん前の層では、もう渡す先がありません。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $du^{(L)} = \frac{1}{N}(y - t)$、$\quad dW^{(l)} = (z^{(l-1)})^{\mathsf T} du^{(l)}$、$\quad db^{(l)} = \sum_n du^{(l)}_n$、$\quad du^{(l-1)} = \bigl(du^{(l)} (W^{(l)})^{\mathsf T}\bigr) \odot h'(u^{(l-1)})$
#
# </details>

# %% question="network_backward"
def network_backward(x, t, params, activation="relu"):
    """誤差逆伝播法による、損失 (softmax + 交差エントロピーの平均) の勾配。

    x: (N, n_in)、t: (N, K) one-hot、params: [(W, b), …] (層はいくつでもよい)、
    activation: "sigmoid"、"tanh" (|u| が 20 くらいまでの値で調べる)、"relu" のどれか
    返すもの grads: [(dW, db), …]。params と同じ順、同じ形
    """
    ### BEGIN SOLUTION
    h_backward = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = h_backward(dz, us[l - 1])
    return grads
    ### END SOLUTION

# %% test="network_backward" points=10
# 確認: network_backward
@checks("network_backward", parts={"dW": 7, "db": 3}, members=("dW", "db"))
def _(check):
    x, t = np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    params = [
        (np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]]), np.array([0.5, -0.5, 0.25])),
        (np.array([[0.5, 0.0], [1.0, -1.0], [-1.0, 1.0]]), np.array([0.0, 1.0])),
    ]
    check(x, t, params, grads=[
        (np.array([[0.194325, 1.04624, 0.0], [0.38865, 1.42013, 0.0]]), np.array([0.194325, 0.508358, 0.0])),
        (np.array([[0.971625, -0.971625], [0.0598543, -0.0598543], [0.0, 0.0]]), np.array([0.254179, -0.254179])),
    ], case="2 層, relu")
    x, t = np.array([[1.0]]), np.array([[0.0, 0.0, 1.0, 0.0]])
    params = [
        (np.array([[1.0, -0.5]]), np.array([0.1, -0.2])),
        (np.array([[0.5, -0.5, 1.0], [1.0, 0.5, -1.0]]), np.array([0.1, -0.2, 0.3])),
        (np.array([[1.0, -1.0, 0.5, 0.0], [-0.5, 0.5, 1.0, -1.0], [0.5, 1.0, -1.0, 0.5]]), np.array([0.1, 0.0, -0.1, 0.2])),
    ]
    check(x, t, params, "sigmoid", grads=[
        (np.array([[0.0777643, -0.105428]]), np.array([0.0777643, -0.105428])),
        (np.array([[-0.0302532, -0.205772, 0.223622], [-0.0133799, -0.0910053, 0.0988996]]), np.array([-0.0403236, -0.274267, 0.298059])),
        (np.array([[0.299141, 0.141632, -0.5764, 0.135627], [0.172659, 0.0817476, -0.332689, 0.0782817], [0.290838, 0.137701, -0.560401, 0.131862]]), np.array([0.432624, 0.204831, -0.833601, 0.196146])),
    ], case="3 層, sigmoid")
    check(x, t, params, "tanh", grads=[
        (np.array([[0.11833, -0.637087]]), np.array([0.11833, -0.637087])),
        (np.array([[-0.359836, -0.572283, 0.157481], [0.271672, 0.432067, -0.118896]]), np.array([-0.449515, -0.714908, 0.196728])),
        (np.array([[-0.0280779, -0.0243613, 0.101717, -0.0492774], [-0.194184, -0.16848, 0.703461, -0.340797], [0.253329, 0.219797, -0.917725, 0.444599]]), np.array([0.270647, 0.234822, -0.98046, 0.474992])),
    ], case="3 層, tanh")
    x, t = np.array([[0.5], [-0.25], [-1.0]]), np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    params = [(np.array([[w]]), np.array([b])) for w, b in ((2.0, 1.0), (1.5, -1.0), (-1.0, 4.0), (0.5, 0.5))]
    params.append((np.array([[1.0, -0.5]]), np.array([0.0, 0.5])))
    check(x, t, params, grads=[
        (np.array([[-0.159741]]), np.array([-0.319482])),
        (np.array([[-0.425976]]), np.array([-0.212988])),
        (np.array([[0.425976]]), np.array([0.444325])),
        (np.array([[2.70265]]), np.array([0.88865])),
        (np.array([[1.1971, -1.1971]]), np.array([0.592433, -0.592433])),
    ], case="5 層, relu")
    check(np.ones((20, 1)), np.array([[1.0, 0.0]] * 20), [(np.array([[1.0, 2.0]]), np.zeros(2))],
          grads=[(np.array([[-0.731059, 0.731059]]), np.array([-0.731059, 0.731059]))], case="1 層、N = 20")
    with check.attempt("grads", "損失がほとんど 0"):
        x, t = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, 0.0]])
        params = [(np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([0.5, -0.5])), (np.array([[4.0, 0.5, -1.0], [4.0, -0.5, 1.0]]), np.array([2.0, 0.0, 0.5]))]
        (dW1, db1), (dW2, db2) = check.call(x, t, params)
        exact = bool(check.lost) or all([np.allclose(dW1 / db1, [[1.0, 1.0], [2.0, 2.0]], rtol=1e-4),
                                         np.allclose(dW2[:, 1:] / db2[1:], [[2.5] * 2, [2.0] * 2], rtol=1e-4)])
        check.see(exact=exact)
        check.holds("桁数", exact, "損失がほとんど 0 のところで、勾配の桁が失われます。数値微分 (差を幅で割る計算) ではなく、chain-rule の式を使ってください。", "損失がほとんど 0")
    check(np.ones((2, 1)), np.array([[1.0, 0.0]] * 2), [(np.array([[1.0, -1.0]]), np.array([-0.999999, 0.999999])),
                                                    (np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([0.5, 0.0]))],
          grads=[(np.array([[0.377541, 0.0]]), np.array([0.377541, 0.0])), (np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([-0.377541, 0.377541]))], case="u が 0 のすぐ近く")
    with check.unseen():
        x, t = np.array([[0.5], [-0.25], [-1.0]]), np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
        params = [(np.array([[w]]), np.array([b])) for w, b in ((4.0, 1.5), (1.5, -1.0), (-1.0, 0.5), (0.5, 0.5))]
        params.append((np.array([[1.0, -0.5]]), np.array([0.0, 0.5])))
        check(x, t, params, "tanh", grads=[
            (np.array([[-0.00773879]]), np.array([0.0296216])),
            (np.array([[-0.0718197]]), np.array([-0.058996])),
            (np.array([[0.0440334]]), np.array([0.0922853])),
            (np.array([[0.0745679]]), np.array([0.260367])),
            (np.array([[0.163575, -0.163575]]), np.array([0.276521, -0.276521])),
        ], case="5 層, tanh")
        check(np.ones((40, 1)), np.eye(12)[[11] * 40], [(np.array([[30.0]]), np.array([0.0])), (np.array([[0.01] + [0.0] * 11]), np.zeros(12))],
              grads=[(np.array([[0.00109302]]), np.array([0.00109302])),
                     (np.array([[3.27905, *[2.42918] * 10, -27.5708]]), np.array([0.109302, *[0.0809726] * 10, -0.919027]))], case="N = 40、K = 12、u = 30")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("network_backward")
    for activation, kinds in ("relu", SMALL + LARGER), ("sigmoid", (*SMALL, FIVE_LAYERS)), ("tanh", (*SMALL, FIVE_LAYERS)):
        steep = networks(rng, STEEP, activation=activation, reach=REACH[activation])
        for x, t, params, case in [*networks(rng, *kinds, activation=activation), *steep]:
            check(x, t, params, activation, grads=true_gradients(x, t, params, activation), case=case)
    check.report()
    for activation in "relu", "sigmoid", "tanh":
        check_flat(check, rng, activation=activation)
    check.report()
    x, t, params = flat_network(rng, 1, "relu")
    check(x, t, params, grads=true_gradients(x, t, params), case="u が 0 のすぐ近く")
    with aside():
        for x, t, params, case in networks(rng, OWN_SIZE):
            check(x, t, params, grads=true_gradients(x, t, params), case=case)
    check.report()
    check_network_growth(check, rng)
    ### END HIDDEN TESTS

# %% [markdown]
# ### 数値微分で確かめる
#
# 誤差逆伝播法が正しいかどうかは、遅いけれど単純な `numerical_gradient` と比べればわかります。次のセルは、2 つを層ごとに比べて表にする関数 `gradient_check` を定義して、`network_backward` を調べます。表の `grads[0][0]` は第 1 層の `dW`、`grads[0][1]` は第 1 層の `db` です。

# %% given="gradient_check"
def numerical_gradients(x, t, params):
    """numerical_gradient で求めた [(dW, db), …]。"""
    def loss(layer, index, value):
        changed = [list(pair) for pair in params]
        changed[layer][index] = value
        return softmax_cross_entropy_forward(network_forward(x, changed)[0][-1], t)[0]

    return [
        tuple(numerical_gradient(lambda a, i=i, j=j: loss(i, j, a), params[i][j].copy()) for j in (0, 1))
        for i in range(len(params))
    ]


def gradient_check(backward):
    """backward(x, t, params) の勾配を、小さな 3 層のネットワークで数値微分と比べて、表にする。"""
    rng = np.random.default_rng(7)
    x, t = rng.normal(size=(5, 4)), np.eye(3)[rng.integers(3, size=5)]
    params = [(W, rng.normal(size=b.shape) * 0.1) for W, b in init_params((4, 6, 5, 3), rng)]
    name = getattr(backward, "__name__", "backward")
    check = Check(name)
    check.compare("", "grads", backward(x, t, params), numerical_gradients(x, t, params))
    display(CheckTable(f"{name} と数値微分", check.rows))


picture(lambda: gradient_check(network_backward))

# %% folded="picture_cost"
# @title 図: 数値微分と誤差逆伝播法の時間 (自分のコードで)
@picture
def draw():
    counts, numerical, backprop = [], [], []
    for width in 4, 8, 16, 32, 64:
        params = init_params((64, width, width, 10), np.random.default_rng(0))
        x, t = x_train[:10], t_train[:10]
        tries = []
        for _ in range(5):
            start = time.perf_counter()
            network_backward(x, t, params)
            tries.append(time.perf_counter() - start)
        backprop.append(min(tries))  # ほかの仕事に待たされなかった 1 回
        start = time.perf_counter()
        numerical_gradients(x, t, params)
        numerical.append(time.perf_counter() - start)
        counts.append(sum([W.size + b.size for W, b in params]))
        if numerical[-1] > 4:
            break
    fig, ax = plt.subplots(figsize=(6, 3.6))
    ax.loglog(counts, numerical, "o-", color=NUMERICAL, label="numerical differentiation")
    ax.loglog(counts, backprop, "s-", color=BACKWARD, label="backpropagation")
    ax.annotate(f"{numerical[-1] / backprop[-1]:,.0f} times ", (counts[-1], np.sqrt(numerical[-1] * backprop[-1])),
                ha="right", va="center", color=OTHER)
    ax.vlines(counts[-1], backprop[-1], numerical[-1], color=OTHER, ls=":")
    ax.set(xlabel="number of parameters", ylabel="seconds for one gradient")
    ax.legend(loc="upper left")
    plt.show()
    print(f"パラメータ {counts[-1]:,} 個の勾配 1 回に、数値微分は {numerical[-1]:.2g} 秒、誤差逆伝播法は {backprop[-1]:.2g} 秒かかりました。")

# %% [markdown]
# これが今日の話の中心です。数値微分の時間は、パラメータの数とともに (それ以上に) 増えます。誤差逆伝播法は、順伝播の数回分で**すべての**勾配を求めます。
#
# ## 3.3 損失が小さくなる方向に更新する
#
# `zip` は、2 つのリストから同じ位置のものを組にします。
#
# ```python
# for a, b in zip([1, 2], [10, 20]):
#     print(a + b)                  # 11、22
# ```
#
# ### 問 19 `sgd_step` (3 点・4 分・★☆☆)
#
# 2.1 の SGD の式のとおりに、すべての層の `W` と `b` を更新した**新しい** `params` を返してください。もとの `params` は変えません。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# `zip` で、同じ層の `(W, b)` と `(dW, db)` を組にできます (`for (W, b), (dW, db) in …` と書けます)。`W -= …` はもとの配列を書き換えるので使えません。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $W \leftarrow W - \alpha\,dW, \qquad b \leftarrow b - \alpha\,db$。$\alpha$ が `lr` です。
#
# </details>

# %% question="sgd_step"
def sgd_step(params, grads, lr):
    """SGD の 1 回の更新。

    params: [(W, b), …]、grads: [(dW, db), …]、lr: 学習率 α
    返すもの: 新しい params (同じ順、同じ形)
    """
    ### BEGIN SOLUTION
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    ### END SOLUTION

# %% test="sgd_step" points=3
# 確認: sgd_step
@checks("sgd_step", members=("W", "b"))
def _(check):
    params = [(np.array([[1.0, 2.0]]), np.array([0.5, -0.5])), (np.array([[3.0], [4.0]]), np.array([1.0]))]
    grads = [(np.array([[10.0, -10.0]]), np.array([5.0, 0.0])), (np.array([[1.0], [2.0]]), np.array([-2.0]))]
    check(params, grads, 0.1, params=[(np.array([[0.0, 3.0]]), np.array([0.0, -0.5])),
                                      (np.array([[2.9], [3.8]]), np.array([1.2]))])
    check(params, grads, 0.0, params=params, case="α = 0")
    layer = np.arange(1.0, 6.0)
    params = [(np.array([[w]]), np.array([-w])) for w in layer]
    check(params, [(np.array([[100 * w]]), np.array([w * w])) for w in layer], 0.5, case="5 層",
          params=[(np.array([[w]]), np.array([b])) for w, b in ((-49.0, -1.5), (-98.0, -4.0), (-147.0, -7.5), (-196.0, -12.0), (-245.0, -17.5))])
    with check.unseen():
        check([(np.ones((64, 40)), np.zeros(40)) for _ in range(12)], [(np.full((64, 40), 2.0 + l), np.ones(40)) for l in range(12)], 0.5, case="12 層、64 → 40",
              params=[(np.full((64, 40), -l / 2), np.full(40, -0.5)) for l in range(12)])
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("sgd_step")
    for lr, sizes in (
        (0.3, (4, 6, 3, 2)), (0.01, (3, 2)), (0.5, (3, 3, 3)), (0.0, (3, 3, 3)),
        (0.2, (4, 5, 5, 5, 3)), (0.4, (2,) * 13), (0.1, (64, 40, 20, 10)),
    ):
        params = [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in zip(sizes, sizes[1:])]
        grads = [(100 * away_from_zero(rng, W.shape), away_from_zero(rng, b.shape)) for W, b in params]
        check(params, grads, lr, case=f"α = {lr}, {len(params)} 層", params=[
            tuple(np.subtract(p, np.multiply(lr, g)) for p, g in zip(*layer)) for layer in zip(params, grads)
        ])
    ### END HIDDEN TESTS

# %% [markdown]
# ## 3.4 学習の繰り返し
#
# データ全部を 1 回ずつ使うことを 1 **エポック**と呼びます。1 エポックの中では、データを**ミニバッチ**に分けて、ミニバッチごとに更新します。
#
# ### 問 20 `train` (6 点・13 分・★★★)
#
# ReLU のネットワークを学習して、学習した `params` と、エポックごとの損失のリスト `losses` をこの順に返してください。1 エポックごとに、次のことをします。
#
# 1. `rng` を使ってデータを並べ替える (`x` と `t` の対応を崩さない)
# 2. 前から `batch_size` 個ずつ取り出し、`network_backward` (ReLU) と `sgd_step` で更新する。**最後の半端なミニバッチも使う**
# 3. 損失の平均を `losses` に 1 つ加える (ミニバッチの損失の平均でも、エポックの終わりの全データの損失でもかまいません)
#
# `rng` は乱数を作る道具です。`np.random.default_rng(0)` のように**シード** (乱数の種。ここでは 0) から作ると、いつも同じ乱数が出ます。同じシードの `rng` なら、同じ結果になるようにしてください。渡された `x`、`t`、`params` は変えません。
#
# 配点: `params` 4 点、`losses` 2 点。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# `rng.permutation(len(x))` は、0 から N − 1 までの番号を並べ替えた配列です。同じ番号で `x` と `t` の両方を取り出します。配列を番号の配列で `x[order]` のように取り出すと、その順に並んだ新しい配列になります。`range(0, len(x), batch_size)` と書くと、最後のミニバッチは自然に短くなります。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# 位置 $i$ から始まるミニバッチは、並べ替えたデータの $i$ から $i + \text{batch\_size}$ の手前までです。勾配はそのミニバッチの**実際の大きさ**での平均です (問 16 の $1/N$ がそうしてくれます)。
#
# </details>

# %% question="train"
def train(x, t, params, lr, epochs, batch_size, rng):
    """ReLU のネットワークを SGD で学習する。

    x: (N, n_in)、t: (N, K) one-hot、params: [(W, b), …] (初期値)
    lr: 学習率、epochs: エポックの数、batch_size: ミニバッチの大きさ、rng: np.random.Generator
    返すもの params: 学習したパラメータ、losses: エポックごとの損失の平均 (長さ epochs のリスト)
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        x, t = x[order], t[order]
        for start in range(0, len(x), batch_size):
            batch = slice(start, start + batch_size)
            params = sgd_step(params, network_backward(x[batch], t[batch], params), lr)
        E, _ = softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)
        losses.append(E)
    return params, losses
    ### END SOLUTION

# %% test="train" points=6
# 確認: train
@checks("train", parts={"params": 4, "losses": 2}, members=("W", "b"))
def _(check):
    x, t = np.array([[1.0, 2.0], [-1.0, 0.5], [0.5, -1.0]]), np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    params = [
        (np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]]), np.array([0.5, -0.5, 0.25])),
        (np.array([[0.5, 0.0], [1.0, -1.0], [-1.0, 1.0]]), np.array([0.0, 1.0])),
    ]
    with check.attempt("params, losses"):
        got, losses = check.call(x, t, params, 0.5, 2, 3, np.random.default_rng(0), outputs=2)
        check.compare("バッチ 1 つ", "params", got, [
            (np.array([[0.939054, -1.45929, 0.506054], [0.381267, 0.581896, -1.01211]]), np.array([0.438264, -0.558907, 0.262107])),
            (np.array([[0.108677, 0.391323], [1.03321, -1.03321], [-1.0091, 1.0091]]), np.array([-0.0648409, 1.06484])),
        ])
        with check.attempt("losses", "バッチ 1 つ"):
            check.holds("losses の長さ", len(losses) == 2, f"losses の長さは epochs と同じ 2 のはずですが、{len(losses)} です。", "バッチ 1 つ")
            before, after = [0.612812, 0.209447], [0.209447, 0.13648]
            right = any([np.allclose(losses, E, rtol=1e-3) for E in (before, after)])
            check.see(losses="right" if right else losses)
            check.holds("losses", right or "params" in check.lost, "losses が、エポックごとの損失の平均と違います。", "バッチ 1 つ")
        again, twice = (check.call(x, t, params, 0.5, 2, 2, np.random.default_rng(1), outputs=2)[0] for _ in range(2))
        check.holds("同じシードなら同じ結果", unchanged(again, twice),
                    "同じシードの rng で 2 回呼ぶと、結果が違います。乱数は引数の rng だけを使い、前の呼び出しの値は残さないでください。")
    with check.attempt("params, losses", "11 エポック"):
        got, losses = check.call(np.ones((480, 1)), np.array([[1.0, 0.0]] * 480), [(np.zeros((1, 2)), np.zeros(2))], 0.5, 11, 40,
                                 np.random.default_rng(0), outputs=2)
        check.compare("11 エポック", "params", got, [(np.array([[1.39453, -1.39453]]), np.array([1.39453, -1.39453]))])

    def check_batches(x, t, params, single, loss, size):
        """どのデータが、どの大きさのミニバッチに入ったかを、x が対角行列のときの W の動きから調べる。

        single: データごとの W の動き、loss: データごとの損失、size: バッチの大きさ
        """
        n, lr, case = len(x), 1e-4, f"N = {len(x)}, バッチ {size}"
        full, rest = divmod(n, size)
        due = [1 / size] * (full * size) + [1 / rest] * rest
        even = sorted([1 / len(part) for part in np.array_split(range(n), full + 1) for _ in part])

        def weights(epochs, seed):
            got, losses = check.call(x, t, params, lr, epochs, size, np.random.default_rng(seed), outputs=2)
            step = (params[0][0] - np.asarray(got[0][0])) / lr
            weight = np.sum(step * single, axis=1) / np.sum(single**2, axis=1)
            right = [[loss.mean()], [np.sum(weight * loss) / np.sum(weight)]]
            check.see(weights=np.sort(weight).round(2), losses="right" if epochs > 1 or any([close(losses, E) for E in right]) else losses)
            return weight, losses, np.abs(step - weight[:, None] * single).max()

        def close(a, b):
            return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-3, atol=1e-6)

        lasts = []
        with check.attempt("params, losses", case):
            for seed in range(6):
                first, losses, other = weights(1, seed)
                check.holds("params (x と t の対応)", other < 0.01, "x の行と t の行の対応が崩れています。x だけを並べ替えていませんか。", case)
                check.holds("params (全データを使う)", first.min() > 0.5 / size,
                            f"使われていないデータが {np.sum(first <= 0.5 / size)} 個あります。どのデータも 1 エポックに 1 回使ってください (最後の半端なミニバッチも)。", case)
                check.holds("params (バッチの大きさ)", not np.allclose(np.sort(first), even, atol=0.01),
                            "ミニバッチの大きさがそろえられています。前から batch_size 個ずつ取り、残りを最後のミニバッチにしてください。", case)
                check.holds("params (バッチの平均)", np.allclose(np.sort(first), due, atol=0.02),
                            "データの重みが違います。どのデータも 1 エポックに 1 回使い、勾配はそのミニバッチの実際の大きさで平均します。", case)
                check.holds("losses", close(losses, [loss.mean()]) or close(losses, [np.sum(first * loss) / np.sum(first)]),
                            "losses が違います。エポックごとに、すべてのミニバッチの損失を平均してください。", case)
                second = weights(2, seed)[0] - first
                bound = (1 / size + 1 / rest) / 2
                lasts.append((tuple(np.flatnonzero(first > bound)), tuple(np.flatnonzero(second > bound))))
            same = [weights(1, 0)[0] for _ in range(3)]
            check.see(shuffled=len({last for last, _ in lasts}) > 1, order=len({last for last, _ in lasts}) > 1 or lasts[0][0] == tuple(range(n - rest, n)), again=any([a != b for a, b in lasts]), same=np.allclose(same[0], same[1:]))
            check.holds("params (並べ替え)", len({last for last, _ in lasts}) > 1,
                        "rng のシードを変えても、データの順が変わりません。rng を使って並べ替えてください。", case)
            check.holds("params (エポックごとの並べ替え)", any([a != b for a, b in lasts]),
                        "2 エポック目が 1 エポック目と同じ順です。エポックごとに並べ替えてください。", case)
            check.holds("同じシードなら同じ順", np.allclose(same[0], same[1:]),
                        "同じシードの rng で呼び直すと、順が変わります。引数の rng だけを使ってください。", case)

    y, t = np.array([0.665241, 0.244728, 0.0900306]), np.eye(3)[np.arange(12) % 3]
    check_batches(np.eye(12), t, [(np.zeros((12, 3)), np.array([2.0, 1.0, 0.0]))], y - t, -np.log(t @ y), 5)
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("train")

    # One batch holds everything: the order cannot matter, so every number is known, and the losses are those of the own params.
    for n, batch_size, epochs, sizes in (
        (6, 6, 3, (3, 5, 4, 2)), (5, 20, 3, (3, 5, 4, 2)), (32, 32, 12, (8, 5, 5, 5, 3)), (300, 300, 1, (3, 4, 2)),
    ):
        x, t, params = random_network(generator(f"train {n}"), n, sizes, margin=0.1 if n < 32 else 0.005)
        right = [params]
        for _ in range(epochs):
            right.append([tuple(p - 0.1 * g for p, g in zip(*layer)) for layer in zip(right[-1], true_gradients(x, t, right[-1]))])
        case = f"N = {n}, バッチ {batch_size}, {epochs} エポック"
        with check.attempt("params, losses", case):
            got, losses = check.call(x, t, params, 0.1, epochs, batch_size, np.random.default_rng(3), outputs=2)
            check.compare(case, "params", got, right[-1])
            if "params" in check.lost:
                right = [params, *(check.call(x, t, params, 0.1, e, batch_size, np.random.default_rng(3), outputs=2)[0] for e in range(1, epochs + 1))]
            E = [true_loss(true_forward(x, now)[0][-1], t) for now in right]
            close = [np.shape(losses) == (epochs,) and np.allclose(losses, e, rtol=1e-3, atol=1e-6) for e in (E[:-1], E[1:])]
            check.holds("losses", any(close), "losses が、エポックごとの損失の平均と違います。", case)
    check.report()

    # All samples alike: again the order cannot matter, and there is one step for every batch.
    x, t, params = random_network(rng, 1, (3, 4, 2))
    now = params
    for _ in range(34):
        now = [tuple(p - 0.5 * g for p, g in zip(*layer)) for layer in zip(now, true_gradients(x, t, now))]
    with check.attempt("params", "N = 102, バッチ 3"):
        got, _ = check.call(np.repeat(x, 102, axis=0), np.repeat(t, 102, axis=0), params, 0.5, 1, 3, np.random.default_rng(3), outputs=2)
        check.compare("N = 102, バッチ 3", "params", got, now)
    check.report()

    # Each sample has an input of its own, so row i of W tells by what weight sample i entered: 1 / (size of its batch).
    x, t, params = np.diag(rng.uniform(1, 2, 13)), one_hot(rng, 13, 3), [(rng.normal(size=(13, 3)), rng.normal(size=3))]
    u = true_forward(x, params)[0][-1]
    y = np.exp(u) / np.exp(u).sum(axis=1, keepdims=True)
    check_batches(x, t, params, np.diag(x)[:, None] * (y - t), np.log(np.exp(u).sum(axis=1)) - np.sum(u * t, axis=1), 5)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 3.5 手書き数字を学習する
#
# いよいよ、自分のネットワークに手書き数字を読ませます。次のセルは、自分の `train` を 1 エポックずつ呼びながら、損失と正解率を描きます。左は学習用データの損失、右は正解率です。テスト用のデータは学習に使っていないので、その正解率が本当の実力です。

# %% folded="picture_training"
# @title 図: 学習のようす
LR, EPOCHS, BATCH_SIZE = 0.1, 30, 10
SECONDS = 15  # 模範解答の 50 倍くらい。数えるのは train の CPU 時間だけ (ほかのスレッドも数えない)
trained = None  # 学習したパラメータと、エポックの数


def accuracy(x, label, params):
    """出力が最大のニューロンを答えとしたときの正解率。"""
    return np.mean(np.argmax(network_forward(x, params)[0][-1], axis=1) == label)


@picture
def draw():
    global trained
    rng = np.random.default_rng(0)
    params = init_params(SIZES, rng)
    losses, train_accuracy, test_accuracy = [], [], []
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4))
    bar, plot, shown, spent = DisplayHandle(), DisplayHandle(), -1.0, 0.0
    for epoch in range(1, EPOCHS + 1):
        start = time.thread_time()
        params, loss = train(x_train, t_train, params, LR, 1, BATCH_SIZE, rng)
        spent += time.thread_time() - start
        losses += list(loss)
        train_accuracy.append(accuracy(x_train, label_train, params))
        test_accuracy.append(accuracy(x_test, label_test, params))
        if time.perf_counter() - shown > 0.25 or epoch == EPOCHS or spent > SECONDS:
            for ax, label, lines in (
                (left, "loss", [("training", losses, "-", TRAINING)]),
                (right, "accuracy", [("training", train_accuracy, "-", TRAINING), ("test", test_accuracy, "--", TEST)]),
            ):
                ax.clear()
                for name, values, style, color in lines:
                    ax.plot(range(1, epoch + 1), values, style, color=color, label=name)
                ax.set(xlabel="epoch", ylabel=label, xlim=(0, EPOCHS + 1), ylim=(0, 1.02) if ax is right else (0, None))
                ax.legend()
            progress = HTML(f'<progress value="{epoch}" max="{EPOCHS}"></progress> {epoch} / {EPOCHS} エポック')
            for handle, content in (bar, progress), (plot, fig):
                (handle.display if epoch == 1 else handle.update)(content)
            shown = time.perf_counter()
        if spent > SECONDS:
            print(f"train の計算だけで {SECONDS} 秒を超えたので、{epoch} エポックで止めました。for 文を行列の計算に変えると、速くなります。")
            break
    plt.close(fig)
    trained = params, epoch
    print(f"テスト用のデータの正解率: {test_accuracy[-1]:.1%}")

# %% [markdown]
# ### 学習したものを見る
#
# 第 1 層の重み `W` の 1 列は、中間層の 1 つのニューロンが 64 画素のそれぞれに掛ける係数です。8 × 8 に並べ直して描きます。オレンジの画素 (重みが正) に線があると、ニューロンの値が大きくなります。紫の画素 (重みが負) に線があると、小さくなります。白に近い画素は、ほとんど関係がありません。

# %% folded="picture_weights"
# @title 図: 第 1 層の重み (中間層のニューロンが見ているもの)
def need_training():
    """学習したパラメータと、エポックの数。"""
    if trained is None:
        raise CheckFailed("先に「学習のようす」のセルで学習してください。")
    return trained


@picture
def draw():
    W = need_training()[0][0][0]
    limit = np.abs(W).max()
    fig, axes = plt.subplots(4, 10, figsize=(10, 3.7))
    for ax, column in zip(axes.flat, W.T):
        image = ax.imshow(column.reshape(8, 8), cmap=SIGNED, vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=True, color=OTHER, linewidth=0.5)
    fig.colorbar(image, ax=axes, label="weight", shrink=0.8)
    plt.show()

# %% [markdown]
# 次は、テスト用のデータの**混同行列**です。行が正しい数字、列がネットワークの答えで、明るいマスほど枚数が多いことを表します。対角線の上が正解です。対角線から外れたマスは、行の数字を列の数字と読み間違えた枚数です。

# %% folded="picture_confusion"
# @title 図: 混同行列と、読み間違えた数字
@picture
def draw():
    params, _ = need_training()
    y = softmax(network_forward(x_test, params)[0][-1])
    guess = np.argmax(y, axis=1)
    matrix = np.zeros((10, 10), dtype=int)
    np.add.at(matrix, (label_test, guess), 1)
    fig, ax = plt.subplots(figsize=(5.4, 4.6))
    image = ax.imshow(matrix)
    for i, j in np.ndindex(matrix.shape):
        if matrix[i, j]:
            ax.text(j, i, matrix[i, j], ha="center", va="center", color="black" if matrix[i, j] > 22 else "white")
    ax.set(xlabel="read as", ylabel="true digit", xticks=range(10), yticks=range(10))
    ax.grid(False)
    fig.colorbar(image, label="images")
    plt.show()
    wrong = np.flatnonzero(guess != label_test)
    print(f"{len(label_test)} 枚のうち {len(wrong)} 枚を読み間違えました。")
    if len(wrong):
        fig, axes = plt.subplots(1, 8, figsize=(10, 1.9), squeeze=False)
        for ax in axes.flat:
            ax.axis("off")
        for ax, i in zip(axes.flat, wrong):
            ax.imshow(x_test[i].reshape(8, 8), cmap="Greys")
            ax.set_title(f"true {label_test[i]}\nread {guess[i]} ({y[i].max():.0%})", fontsize=10)
        plt.show()

# %% [markdown]
# ## 3.6 間違いを見つけて直す
#
# 次の `broken_backward` は、ReLU のネットワークの逆伝播ですが、**間違いが 1 つ**あります。それでも学習はたいてい進み、手書き数字を 95 % くらい読めてしまいます。正解率を見ても、勾配が正しいかどうかはわからないのです。
#
# 問 18 とは書き方が違います。中の関数 `through` は、層 `l` の順伝播を計算したら、次の層のために**自分自身を呼びます** (再帰)。出口まで進んだら、今度は勾配を受け取りながら、1 層ずつ戻ってきます。1 つ 1 つの箱は、あなたの書いた関数です。前の問いに × があれば、先に直してください。
#
# ### 問 21 `fix_backward` (3 点・10 分・★★☆)
#
# `broken_backward` の間違いを直した関数を書いてください。
#
# 1. 下の「自分で調べる」のセルの `gradient_check(broken_backward)` で、どの層の勾配が違うかを見つけます。
# 2. 違う層と合っている層の境目から、間違いの場所を考えます。
# 3. 直したものを `fix_backward` に書きます。書き方は自由です。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# いちばん後ろの層の勾配は合っています。その前の層から違います。2 つの層の間にあるのは何でしょうか。第 3 部の初めの計算グラフと見比べてください。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $\dfrac{\partial E}{\partial u^{(l-1)}} = \dfrac{\partial E}{\partial z^{(l-1)}} \odot h'(u^{(l-1)})$
#
# </details>

# %% given="broken_backward"
def broken_backward(x, t, params):
    """間違いが 1 つある、ReLU のネットワークの誤差逆伝播法。"""
    def through(z, l):
        """層 l の入力 z から出口まで進んで戻る。返すもの: dz と、層 l から後ろの [(dW, db), …]。"""
        W, b = params[l]
        u = affine_forward(z, W, b)
        if l + 1 == len(params):
            du, behind = softmax_cross_entropy_backward(softmax(u), t), []
        else:
            du, behind = through(relu_forward(u), l + 1)
        dz, dW, db = affine_backward(du, z, W)
        return dz, [(dW, db), *behind]

    return through(x, 0)[1]

# %%
# 自分で調べる: ここで gradient_check(broken_backward) を実行してみましょう。


# %% question="fix_backward"
def fix_backward(x, t, params):
    """broken_backward の間違いを直したもの。

    x: (N, n_in)、t: (N, K) one-hot、params: [(W, b), …] (層はいくつでもよい)
    返すもの grads: [(dW, db), …]。params と同じ順、同じ形
    """
    ### BEGIN SOLUTION
    def through(z, l):
        W, b = params[l]
        u = affine_forward(z, W, b)
        if l + 1 == len(params):
            du, behind = softmax_cross_entropy_backward(softmax(u), t), []
        else:
            dz, behind = through(relu_forward(u), l + 1)
            du = relu_backward(dz, u)
        dz, dW, db = affine_backward(du, z, W)
        return dz, [(dW, db), *behind]

    return through(x, 0)[1]
    ### END SOLUTION

# %% test="fix_backward" points=3
# 確認: fix_backward
@checks("fix_backward", members=("dW", "db"))
def _(check):
    x, t = np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    params = [
        (np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]]), np.array([0.5, -0.5, 0.25])),
        (np.array([[0.5, 0.0], [1.0, -1.0], [-1.0, 1.0]]), np.array([0.0, 1.0])),
    ]
    check(x, t, params, grads=[
        (np.array([[0.194325, 1.04624, 0.0], [0.38865, 1.42013, 0.0]]), np.array([0.194325, 0.508358, 0.0])),
        (np.array([[0.971625, -0.971625], [0.0598543, -0.0598543], [0.0, 0.0]]), np.array([0.254179, -0.254179])),
    ], case="2 層, relu")
    x, t = np.array([[0.5], [-0.25], [-1.0]]), np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    params = [(np.array([[w]]), np.array([b])) for w, b in ((2.0, 1.0), (1.5, -1.0), (-1.0, 4.0), (0.5, 0.5))]
    params.append((np.array([[1.0, -0.5]]), np.array([0.0, 0.5])))
    check(x, t, params, grads=[
        (np.array([[-0.159741]]), np.array([-0.319482])),
        (np.array([[-0.425976]]), np.array([-0.212988])),
        (np.array([[0.425976]]), np.array([0.444325])),
        (np.array([[2.70265]]), np.array([0.88865])),
        (np.array([[1.1971, -1.1971]]), np.array([0.592433, -0.592433])),
    ], case="5 層, relu")
    with check.attempt("grads", "損失がほとんど 0"):
        x, t = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, 0.0]])
        params = [(np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([0.5, -0.5])), (np.array([[4.0, 0.5, -1.0], [4.0, -0.5, 1.0]]), np.array([2.0, 0.0, 0.5]))]
        (dW1, db1), (dW2, db2) = check.call(x, t, params)
        exact = bool(check.lost) or all([np.allclose(dW1 / db1, [[1.0, 1.0], [2.0, 2.0]], rtol=1e-4),
                                         np.allclose(dW2[:, 1:] / db2[1:], [[2.5] * 2, [2.0] * 2], rtol=1e-4)])
        check.see(exact=exact)
        check.holds("桁数", exact, "損失がほとんど 0 のところで、勾配の桁が失われます。数値微分 (差を幅で割る計算) ではなく、chain-rule の式を使ってください。", "損失がほとんど 0")
    check(np.ones((2, 1)), np.array([[1.0, 0.0]] * 2), [(np.array([[1.0, -1.0]]), np.array([-0.999999, 0.999999])),
                                                    (np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([0.5, 0.0]))],
          grads=[(np.array([[0.377541, 0.0]]), np.array([0.377541, 0.0])), (np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([-0.377541, 0.377541]))], case="u が 0 のすぐ近く")
    with check.unseen():
        check(np.ones((40, 1)), np.eye(12)[[11] * 40], [(np.array([[30.0]]), np.array([0.0])), (np.array([[0.01] + [0.0] * 11]), np.zeros(12))],
              grads=[(np.array([[0.00109302]]), np.array([0.00109302])),
                     (np.array([[3.27905, *[2.42918] * 10, -27.5708]]), np.array([0.109302, *[0.0809726] * 10, -0.919027]))], case="N = 40、K = 12、u = 30")
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("fix_backward")
    for x, t, params, case in [*networks(rng, *SMALL, *LARGER), *networks(rng, STEEP, reach=REACH["relu"])]:
        check(x, t, params, grads=true_gradients(x, t, params), case=case)
    check.report()
    check_flat(check, rng)
    check.report()
    x, t, params = flat_network(rng, 1, "relu")
    check(x, t, params, grads=true_gradients(x, t, params), case="u が 0 のすぐ近く")
    with aside():
        for x, t, params, case in networks(rng, OWN_SIZE):
            check(x, t, params, grads=true_gradients(x, t, params), case=case)
    check.report()
    check_network_growth(check, rng)
    ### END HIDDEN TESTS

# %% [markdown]
# ## 3.7 この先へ: 畳み込みニューラルネットワーク (CNN)
#
# 多層パーセプトロンは、画像を 64 個の数に**ばらばらにして**入力します。となりの画素がどれか、ということを知りません。
# それなら、画素の順番をめちゃくちゃに入れ替えても (どの画像も同じ入れ替え方で) 同じように学習できるはずです。同じ初期値、同じエポック数で試してみます。

# %% folded="picture_shuffled"
# @title 図: 画素を入れ替えた手書き数字
@picture
def draw():
    plain, last_epoch = need_training()
    rng = np.random.default_rng(0)
    order = np.random.default_rng(1101).permutation(64)
    shuffled = init_params(SIZES, rng)
    for _ in range(last_epoch):
        shuffled, _ = train(x_train[:, order], t_train, shuffled, LR, 1, BATCH_SIZE, rng)
    fig, axes = plt.subplots(2, 10, figsize=(10, 2.6))
    for column, image, label in zip(axes.T, x_test, label_test):
        for ax, pixels in zip(column, (image, image[order])):
            ax.imshow(pixels.reshape(8, 8), cmap="Greys")
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set(visible=True, color=OTHER)
        column[0].set_title(f"label {label}")
    plt.show()
    print(f"テスト用のデータの正解率 ({last_epoch} エポック): もとの画像 {accuracy(x_test, label_test, plain):.1%}、"
          f"入れ替えた画像 {accuracy(x_test[:, order], label_test, shuffled):.1%}")

# %% [markdown]
# 下の段は、私たちにはまったく読めません。ネットワークにとっては、どちらも同じです。画像の「となり」を生かすのが **CNN** です (次回)。
#
# > **スライドの訂正**: LeNet が 1988 年とありますが、スライドの図の LeNet-5 は LeCun et al., 1998 です。

# %% [markdown]
# ---
# # おまけ
#
# スライドの「今日話していないが重要なこと」から 2 つです。
#
# ## 正則化
#
# **過学習**を防ぐために、重みが大きくなりすぎないようにします。損失に重みの 2 乗の和を足します ($\lambda$ は `weight_decay`)。
#
# $$E' = E + \frac{\lambda}{2} \sum_l \lVert W^{(l)} \rVert^2$$
#
# ### おまけ 1 `l2_gradient` (+5 点・8 分・★★☆)
#
# $E$ の勾配 `grads` から、$E'$ の勾配を作ってください。バイアスは正則化しません。$\lambda$ は引数 `weight_decay` です (`lambda` は Python の言葉なので、名前に使えません)。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 足した項を $W$ で微分すると何になるかを考えます。$\frac{1}{2}$ は、2 乗の微分の 2 を打ち消すためにあります。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $\dfrac{\partial E'}{\partial W} = \dfrac{\partial E}{\partial W} + \lambda W, \qquad \dfrac{\partial E'}{\partial b} = \dfrac{\partial E}{\partial b}$
#
# </details>

# %% question="l2_gradient"
def l2_gradient(params, grads, weight_decay):
    """L2 正則化を加えた損失の勾配。

    params: [(W, b), …]、grads: [(dW, db), …]、weight_decay: λ
    返すもの: 新しい grads
    """
    ### BEGIN SOLUTION
    return [(dW + weight_decay * W, db) for (W, _), (dW, db) in zip(params, grads)]
    ### END SOLUTION

# %% test="l2_gradient" bonus=5
# 確認: l2_gradient
@checks("l2_gradient", members=("dW", "db"))
def _(check):
    params = [(np.array([[1.0, -2.0]]), np.array([0.5, -0.5])), (np.array([[3.0], [4.0]]), np.array([1.0]))]
    grads = [(np.array([[10.0, -10.0]]), np.array([5.0, 0.0])), (np.array([[1.0], [2.0]]), np.array([-2.0]))]
    check(params, grads, 0.1, grads=[(np.array([[10.1, -10.2]]), np.array([5.0, 0.0])),
                                     (np.array([[1.3], [2.4]]), np.array([-2.0]))])
    layer = np.arange(1.0, 6.0)
    params = [(np.array([[w]]), np.array([-w])) for w in layer]
    check(params, [(np.array([[100.0]]), np.array([w])) for w in layer], 3.0, case="5 層",
          grads=[(np.array([[dW]]), np.array([w])) for dW, w in zip((103.0, 106.0, 109.0, 112.0, 115.0), layer)])
    with check.unseen():
        check([(np.full((64, 40), 2.0), np.ones(40)) for _ in range(12)], [(np.full((64, 40), float(l)), np.ones(40)) for l in range(12)], 0.5, case="12 層、64 → 40",
              grads=[(np.full((64, 40), 1.0 + l), np.ones(40)) for l in range(12)])
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("l2_gradient")
    for decay, sizes in (
        (0.3, (4, 6, 3, 2)), (1.5, (3, 2)), (0.7, (3, 3, 3)), (0.0, (3, 3, 3)), (0.2, (40, 5, 5, 3)), (0.4, (2,) * 13),
    ):
        params = [(away_from_zero(rng, (a, b)), away_from_zero(rng, b)) for a, b in zip(sizes, sizes[1:])]
        grads = [(rng.normal(size=W.shape), rng.normal(size=b.shape)) for W, b in params]
        check(params, grads, decay, case=f"λ = {decay}, {len(params)} 層", grads=[
            (dW + derivative(lambda A: decay / 2 * np.sum(A**2, axis=(1, 2)), W), db) for (W, b), (dW, db) in zip(params, grads)
        ])
    ### END HIDDEN TESTS

# %% [markdown]
# ## 交差検証
#
# 学習率や中間層の数のように、事前に定めるパラメータを**ハイパーパラメータ**と呼びます。よい値を探すには、データを $k$ 個に分けて、1 つを検証用、残りを学習用にすることを $k$ 回繰り返します。これが**交差検証法** (クロスバリデーション) です。
#
# ### おまけ 2 `k_fold` (+5 点・10 分・★★☆)
#
# 0 から n − 1 の番号を `rng` で並べ替えてから $k$ 個に分け ($2 \le k \le n$)、`(学習用の番号, 検証用の番号)` の組を $k$ 個並べた**リスト**を返してください (`yield` は使いません)。どの番号も、ちょうど 1 回だけ検証用になります。$n$ が $k$ で割り切れないときも、検証用の個数の差は 1 以下にします。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# `np.array_split` は、割り切れないときも、できるだけ等しく分けてくれます。学習用は、検証用でないものを `np.concatenate` でつなげます。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $\{0, \dots, n-1\} = V_1 \cup \dots \cup V_k$ (重なりなし)、$i$ 番目の組は $\bigl(\bigcup_{j \ne i} V_j,\ V_i\bigr)$
#
# </details>

# %% question="k_fold"
def k_fold(n, k, rng):
    """k 分割交差検証の番号。

    n: データの数、k: 分割の数、rng: np.random.Generator
    返すもの: k 個の組のリスト [(train, valid), …]。train と valid は整数の番号の配列
    """
    ### BEGIN SOLUTION
    folds = np.array_split(rng.permutation(n), k)
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i]) for i in range(k)]
    ### END SOLUTION

# %% test="k_fold" bonus=5
# 確認: k_fold
@checks("k_fold")
def _(check):
    def check_folds(n, k):
        """n 個を k 個に分けた結果を確かめて、表に行を足す。"""
        case = f"n = {n}, k = {k}"
        with check.attempt("train, valid", case):
            folds = check.call(n, k, np.random.default_rng(5))
            check.holds("組の数", isinstance(folds, (list, tuple)) and len(folds) == k, f"(train, valid) の組を {k} 個、リストにして返してください。", case)
            check.holds("組", all([isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in folds]), "どの組も (train, valid) の 2 つにしてください。", case)
            folds = [(np.asarray(train), np.asarray(valid)) for train, valid in folds]
            trains, valids = [train for train, _ in folds], [valid for _, valid in folds]
            sizes = [len(valid) for valid in valids]
            check.see(sizes=np.sort(sizes), trains=np.sort([len(train) for train in trains]), last=sizes[-1], kind=valids[0].dtype.kind,
                      valid=np.sort(np.concatenate(valids)), train=np.sort(np.concatenate(trains)),
                      both=sum([len(np.intersect1d(train, valid)) for train, valid in folds]),
                      alike=len({tuple(np.sort(valid)) for valid in valids}), runs=all([np.sum(np.diff(np.sort(valid)) != 1) < 1 for valid in valids]))
            check.holds("整数の番号", all([part.dtype.kind in "iu" for pair in folds for part in pair]), "番号が整数の配列ではありません。", case)
            check.holds("valid を合わせると全部", sorted(np.concatenate(valids)) == list(range(n)),
                        "どの番号も、ちょうど 1 回だけ valid に入らなければなりません。", case)
            check.holds("train は残り全部", all([sorted(np.concatenate(pair)) == list(range(n)) for pair in folds]),
                        "train と valid を合わせると、すべての番号がちょうど 1 回ずつのはずです。", case)
            check.holds("大きさの差は 1 以下", max(sizes) - min(sizes) <= 1, f"valid の大きさが {sizes} です。", case)

    for n, k in (6, 3), (10, 4), (15, 11), (5, 5):
        check_folds(n, k)
    with check.unseen():
        check_folds(54, 49)
        check_folds(300, 7)
    with check.attempt("train, valid", "n = 40, k = 4"):
        case = "n = 40, k = 4"
        all_folds = [check.call(40, 4, np.random.default_rng(seed)) for seed in (1, 1, 2, 3)]
        one, same, other, another = ([sorted(valid) for _, valid in folds] for folds in all_folds)
        runs = [np.sum(np.diff(valid) != 1) <= 1 for folds in (one, other, another) for valid in folds]  # 39 の次は 0 とみる
        check.see(shuffled=one != other, same=one == same, runs=all(runs), round=all(runs) and any([{0, 39} <= {*valid} for valid in one]),
                  train=one != other or all([list(train) == sorted(train) for train, _ in all_folds[0]]))
        check.holds("並べ替え", one != other and other != another and another != one,
                    "番号が rng で並べ替えられていません。シードが違えば、分け方も変わるはずです。", case)
        check.holds("続き番号でない", not all(runs), "どの valid も続き番号です。かたまりのままではなく、番号を 1 つずつ並べ替えてください。", case)
        check.holds("同じシードなら同じ分け方", one == same, "同じシードの rng でも分け方が変わります。引数の rng だけを使ってください。", case)
    ### BEGIN HIDDEN TESTS
    check.report()
    for n, k in (12, 3), (11, 4), (5, 5), (23, 2), (15, 11), (44, 22):
        check_folds(n, k)
    ### END HIDDEN TESTS

# %% [markdown]
# ---
# # まとめ
#
# - 非線形な識別の方法として、ニューラルネットワークを作りました。
# - SGD で学習しますが、数値微分で勾配を求めると計算量が膨大になります。
# - 誤差逆伝播法なら、順伝播の数回分の時間で、すべての勾配が求まります。
# - 画像の認識では CNN がよく使われます (次回)。
#
# 提出する前に、メニューの「Kernel → Restart Kernel and Run All Cells」で、上から動くことを確かめてください。× の確認や、まだ解いていない問いがあっても、止まらずに最後まで進みます。解けない問いが残っていても、そのまま提出できます (ほかの問いは採点されます)。
