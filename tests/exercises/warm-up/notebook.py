# %% [markdown]
# # 演習 warm-up: 表を読む準備
#
# 数の表を、同じものさしで読めるようにします。
#
# ## 準備

# %% given="imports"
import numpy as np


# %% include="check"
### BEGIN HIDDEN TESTS
# What the hidden tests of this exercise share.
def random_table(rng, n, k):
    """(n, k) numbers, every column with a mean and a spread of its own."""
    return rng.normal(size=(n, k)) * np.arange(1, k + 1) + 10 * np.arange(k)
### END HIDDEN TESTS

# %% given="heights"
heights = np.tile([[150.0, 1.0], [170.0, 3.0]], (500, 1))

# %% [markdown]
# ## 1 割合にする
#
# ### A. `softmax` (4 点)
#
# 点数を、合計が 1 の割合にします。`temperature` が大きいほど、割合は平らになります。

# %% question="softmax"
def softmax(scores, temperature=1.0, axis=-1):
    """exp(scores / temperature) を、axis の方向の和で割ったもの。±1000 でも警告を出さない。

    scores: 配列、temperature: 正の数、axis: 和が 1 になる方向
    返すもの y: scores と同じ形
    """
    ### BEGIN SOLUTION
    e = np.exp((scores - scores.max(axis=axis, keepdims=True)) / temperature)
    return e / e.sum(axis=axis, keepdims=True)
    ### END SOLUTION

# %% test="softmax" points=4
# 確認: softmax
@checks("softmax")
def _(check):
    scores = np.log([[1.0, 3.0], [4.0, 4.0]])
    check(scores, y=np.array([[0.25, 0.75], [0.5, 0.5]]))
    check(2 * scores, options={"temperature": 2.0}, y=np.array([[0.25, 0.75], [0.5, 0.5]]), case="temperature = 2")
    check(scores, options={"axis": 0}, y=np.array([[0.2, 0.428571], [0.8, 0.571429]]), case="axis = 0")
    check(np.array([[1000.0, -1000.0]]), y=np.array([[1.0, 0.0]]), case="±1000", quiet=True)
    ### BEGIN HIDDEN TESTS
    check.report()
    from scipy.special import softmax as true_softmax

    rng = generator("softmax")
    for shape, temperature, axis in ((5, 3), 1.0, -1), ((5, 3), 0.5, 0), ((4, 3, 2), 3.0, 1), ((40, 60), 2.0, 0):
        scores = rng.normal(size=shape)
        check(scores, temperature, options={"axis": axis}, y=true_softmax(scores / temperature, axis=axis), case=f"{shape}")
    ### END HIDDEN TESTS

# %% [markdown]
# ## 2 表をまとめる
#
# ### B. `describe` (3 点)
#
# 列ごとの平均と標準偏差 (n で割るもの)、そして行の数を辞書にします。

# %% question="describe"
def describe(table):
    """表の列ごとの平均と標準偏差、行の数。

    table: (n, k)
    返すもの: {"mean": (k,), "std": (k,), "rows": n}
    """
    ### BEGIN SOLUTION
    return {"mean": table.mean(axis=0), "std": table.std(axis=0), "rows": len(table)}
    ### END SOLUTION

# %% test="describe" points=3
# 確認: describe
@checks("describe")
def _(check):
    check(heights, about={"mean": np.array([160.0, 2.0]), "std": np.array([10.0, 1.0]), "rows": 1000})
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("describe")
    for n, k in (600, 3), (600, 3), (400, 5):
        table = random_table(rng, n, k)
        mean = np.einsum("nk->k", table) / n
        check(table, about={"mean": mean, "std": np.sqrt(np.einsum("nk,nk->k", table, table) / n - mean**2), "rows": n}, case=f"{n} 行")
    ### END HIDDEN TESTS

# %% [markdown]
# ### C. `Scaler` (3 点)
#
# 表の列を、平均 0、標準偏差 1 のものさしで読みます。`describe` を使えます。

# %% question="Scaler"
class Scaler:
    """列ごとに、table の平均を引いて標準偏差で割る。inverse はその逆。

    Scaler(table).transform(x): x と同じ形、Scaler(table).inverse(z): z と同じ形
    """

    def __init__(self, table):
        ### BEGIN SOLUTION
        self.about = describe(table)
        ### END SOLUTION

    def transform(self, x):
        ### BEGIN SOLUTION
        return (x - self.about["mean"]) / self.about["std"]
        ### END SOLUTION

    def inverse(self, z):
        ### BEGIN SOLUTION
        return z * self.about["std"] + self.about["mean"]
        ### END SOLUTION

# %% test="Scaler" points=3
# 確認: Scaler
@checks("Scaler")
def _(check):
    with check.attempt("Scaler"):
        scaler = check.call(heights)
        check(np.array([[160.0, 3.0], [180.0, 2.0]]), of=scaler.transform, z=np.array([[0.0, 1.0], [2.0, 0.0]]))
        check(np.array([[1.0, -1.0]]), of=scaler.inverse, x=np.array([[170.0, 1.0]]))
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("Scaler")
    for n, k in (500, 4), (500, 4), (300, 6):
        table, x = random_table(rng, n, k), random_table(rng, 7, k)
        mean = np.einsum("nk->k", table) / n
        spread = np.sqrt(np.einsum("nk,nk->k", table, table) / n - mean**2)
        with check.attempt("Scaler", f"{n} 行"):
            scaler = check.call(table)
            check(x, of=scaler.transform, z=(x - mean) / spread, case=f"{n} 行")
            check(x, of=scaler.inverse, x=x * spread + mean, case=f"{n} 行")
    ### END HIDDEN TESTS

# %% [markdown]
# ## おまけ
#
# ### D. `closest` (+2 点)
#
# 列を `Scaler` でそろえたとき、`f` の値がいちばん小さい行の番号です。

# %% question="closest"
def closest(f, table):
    """f(そろえた行) がいちばん小さい行の番号。

    f: (k,) の配列から数への関数、table: (n, k)
    返すもの row: 0 から n - 1 の整数
    """
    ### BEGIN SOLUTION
    return int(np.argmin([f(row) for row in Scaler(table).transform(table)]))
    ### END SOLUTION

# %% test="closest" bonus=2
# 確認: closest
@checks("closest")
def _(check):
    check(lambda row: np.sum(row**2), np.array([[0.0, 100.0], [2.0, 300.0], [4.0, 200.0], [2.5, 210.0]]), row=3)
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("closest")
    for n, k in (20, 3), (20, 3), (9, 5):
        table, point = random_table(rng, n, k), rng.normal(size=k)
        scaled = (table - table.mean(axis=0)) / np.sqrt(np.mean((table - table.mean(axis=0))**2, axis=0))
        check(lambda row, point=point: float(np.sum(np.abs(row - point))), table, case=f"{n} 行",
              row=int(np.argsort(np.abs(scaled - point).sum(axis=1))[0]))
    ### END HIDDEN TESTS

# %%
# 自分で試すセルです。
