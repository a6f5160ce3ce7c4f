# %% [markdown]
# # 演習 @name@: 新しい演習
#
# この演習で何を作るのかを、ここに書きます。
#
# ## 進め方
#
# 1. セルを**上から順に** <kbd>Shift</kbd> + <kbd>Enter</kbd> で実行します。
# 2. `raise NotImplementedError` と書かれた行を消して、自分のコードを書きます。
# 3. すぐ下の「確認」のセルを実行します。どこが合っていて (○)、どこが違うか (×) が表で出ます。

# %% [markdown]
# ## 準備
#
# 次の 3 つのセルを実行してください。中を読む必要はありません。

# %% given="imports"
import matplotlib.pyplot as plt
import numpy as np

# %% include="check"
### BEGIN HIDDEN TESTS
# What the hidden tests of this exercise share; students do not get it.
def random_pair(rng, n):
    """Two arrays (n,) that are nowhere alike."""
    y = rng.normal(size=n)
    return y, y + rng.uniform(0.5, 2.0, n) * rng.choice([-1.0, 1.0], n)
### END HIDDEN TESTS

# %% include="pictures"

# %% [markdown]
# ## 1 二乗誤差
#
# ### 問 1 `mean_squared_error` (10 点・5 分・★☆☆)
#
# 予測 `y` と正解 `t` の差の 2 乗を、データの数で平均した値を返してください。
#
# <details><summary>ヒント 1 (考え方)</summary>
#
# 差を取る、2 乗する、平均する、の順です。
#
# </details>
# <details><summary>ヒント 2 (式)</summary>
#
# $E = \dfrac{1}{N} \sum_n (y_n - t_n)^2$
#
# </details>

# %% question="mean_squared_error"
def mean_squared_error(y, t):
    """二乗誤差の平均。

    y: (N,)、t: (N,)
    返すもの E: 1 つの数
    """
    ### BEGIN SOLUTION
    return np.mean((y - t) ** 2)
    ### END SOLUTION

# %% test="mean_squared_error" points=10
# 確認: mean_squared_error
@checks("mean_squared_error")
def _(check):
    check(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 2.0]), E=1.66667)
    ### BEGIN HIDDEN TESTS
    check.report()
    rng = generator("mean_squared_error")
    for n in 5, 5, 1, 40:
        y, t = random_pair(rng, n)
        check(y, t, E=np.dot(y - t, y - t) / n, case=f"N = {n}")
    ### END HIDDEN TESTS

# %% folded="picture_error"
# @title 図: 予測が離れるほど、誤差は大きくなる
@picture
def draw():
    shifts = np.linspace(-2, 2, 41)
    fig, ax = plt.subplots(figsize=(6, 3))
    ax.plot(shifts, [mean_squared_error(np.array([shift]), np.array([0.0])) for shift in shifts])
    ax.set(xlabel="y - t", ylabel="E")
    plt.show()
