"""sigmoid_forward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。計算した z を返してください。
def sigmoid_forward(u):
    pass


# %% wrong: zeros
# 形は合っていますが、値がすべて 0 です。
def sigmoid_forward(u):
    return np.zeros_like(u)


# %% wrong: hard_coded
# いつも同じ値を返しています。引数の u から計算してください。
def sigmoid_forward(u):
    return np.array([[0.5, 0.731059, 0.268941], [0.880797, 0.0474259, 0.622459]])


# %% wrong: overflows
# u = -1000 で exp があふれて、警告が出ます。
def sigmoid_forward(u):
    return 1 / (1 + np.exp(-u))


# %% wrong: nan_at_large_values
# u = 1000 で ∞/∞ になり、nan が出ます。
def sigmoid_forward(u):
    return np.exp(u) / (1 + np.exp(u))


# %% wrong: both_branches_overflow
# u = 1000 でも -1000 でも exp があふれて、警告が出ます (where は、使わないほうの式も計算します)。
def sigmoid_forward(u):
    return np.where(u >= 0, 1 / (1 + np.exp(-u)), np.exp(u) / (1 + np.exp(u)))


# %% wrong: sign_flipped
# sigmoid(-u) になっています。指数の符号か、場合分けの向きが逆です。u が大きいほど 1 に近づくはずです。
def sigmoid_forward(u):
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, e, 1) / (1 + e)


# %% wrong: tanh_pasted
# tanh になっています。sigmoid の値は 0 から 1 の間です。
def sigmoid_forward(u):
    return np.tanh(u)


# %% wrong: derivative
# sigmoid の微分になっています。ここで求めるのは値です。
def sigmoid_forward(u):
    s = 0.5 * (1 + np.tanh(u / 2))
    return s * (1 - s)


# %% wrong: twice
# sigmoid を 2 回かけています。
def sigmoid_forward(u):
    s = 0.5 * (1 + np.tanh(u / 2))
    return 0.5 * (1 + np.tanh(s / 2))


# %% wrong: cast_to_int
# 整数に直しているので、0 と 1 しか出ません。
def sigmoid_forward(u):
    return (0.5 * (1 + np.tanh(u / 2))).astype(int)


# %% wrong: rounded
# 値を丸めています。そのままの値を返してください。
def sigmoid_forward(u):
    return np.round(0.5 * (1 + np.tanh(u / 2)), 2)


# %% wrong: step
# 階段関数になっています。sigmoid はなめらかに変わります。
def sigmoid_forward(u):
    return (u > 0).astype(float)


# %% wrong: softmax_pasted
# softmax になっています。sigmoid は要素ごとの関数です。
def sigmoid_forward(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: half_argument
# u を 2 倍にしてから計算しています。
def sigmoid_forward(u):
    return 0.5 * (1 + np.tanh(u))


# %% wrong: clipped_too_tight
# u を狭い範囲の上限・下限で止めているので、絶対値が大きいところの値が違います。
def sigmoid_forward(u):
    return 1 / (1 + np.exp(-np.clip(u, -1, 1)))


# %% wrong: changes_u
# 引数の u を書き換えています。写しを作ってから計算してください。
def sigmoid_forward(u):
    np.clip(u, -500, 500, out=u)
    u *= -1
    return 1 / (1 + np.exp(u))


# %% wrong: clip_at_15
# u を上限・下限で止めています。その外では、sigmoid の値が正しくなりません。
def sigmoid_forward(u):
    v = np.clip(u, -15, 15)
    return 1 / (1 + np.exp(-v))


# %% wrong: only_exactly_1000
# ±1000 のほかの大きな u で exp があふれて、警告が出ます。
def sigmoid_forward(u):
    big = np.abs(u) == 1000
    z = 1 / (1 + np.exp(-np.where(big, 0.0, u)))
    z[big] = u[big] > 0
    return z


# %% right: two_branches
def sigmoid_forward(u):
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1 / (1 + e), e / (1 + e))


# %% right: from_tanh
def sigmoid_forward(u):
    return (np.tanh(u / 2) + 1) / 2


# %% right: expit
def sigmoid_forward(u):
    from scipy.special import expit

    return expit(u)


# %% right: clipped_exponent
def sigmoid_forward(u):
    return 1 / (1 + np.exp(-np.clip(u, -500, 500)))


# %% right: logaddexp
def sigmoid_forward(u):
    return np.exp(-np.logaddexp(0, -u))


# %% right: masks
def sigmoid_forward(u):
    z = np.empty_like(u)
    positive = u >= 0
    z[positive] = 1 / (1 + np.exp(-u[positive]))
    e = np.exp(u[~positive])
    z[~positive] = e / (1 + e)
    return z


# %% right: math_vectorized
import math


def sigmoid_one(v):
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


def sigmoid_forward(u):
    return np.vectorize(sigmoid_one)(u)


# %% right: piecewise
def sigmoid_forward(u):
    return np.piecewise(
        u, [u >= 0, u < 0], [lambda v: 1 / (1 + np.exp(-v)), lambda v: np.exp(v) / (1 + np.exp(v))]
    )


# %% right: float32_inside
def sigmoid_forward(u):
    small = np.clip(u, -60, 60).astype(np.float32)
    return (1 / (1 + np.exp(-small))).astype(float)


# %% right: errstate
def sigmoid_forward(u):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-u))
