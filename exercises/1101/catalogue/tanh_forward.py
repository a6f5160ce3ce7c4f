"""tanh_forward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。計算した z を返してください。
def tanh_forward(u):
    pass


# %% wrong: zeros
# 形は合っていますが、値がすべて 0 です。
def tanh_forward(u):
    return np.zeros_like(u)


# %% wrong: hard_coded
# いつも同じ値を返しています。引数の u から計算してください。
def tanh_forward(u):
    return np.array([[0.0, 0.761594, -0.761594], [0.964028, -0.995055, 0.462117]])


# %% wrong: exp_ratio
# u = ±1000 で ∞/∞ になり、nan が出ます。
def tanh_forward(u):
    return (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u))


# %% wrong: overflows
# u = 1000 で exp があふれて、警告が出ます。
def tanh_forward(u):
    return 1 - 2 / (np.exp(2 * u) + 1)


# %% wrong: sigmoid_pasted
# sigmoid になっています。tanh の値は -1 から 1 の間です。
def tanh_forward(u):
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1, e) / (1 + e)


# %% wrong: half_argument
# sigmoid の中身を 2u にするのを忘れています。
def tanh_forward(u):
    return np.tanh(u / 2)


# %% wrong: not_shifted
# 最後に 1 を引くのを忘れています。
def tanh_forward(u):
    return 1 + np.tanh(u)


# %% wrong: sign_flipped
# 符号が逆です。
def tanh_forward(u):
    return np.tanh(-u)


# %% wrong: tangent
# 三角関数の tan です。ここで使うのは双曲線関数の tanh です。
def tanh_forward(u):
    return np.tan(u)


# %% wrong: arc
# 逆関数になっています。
def tanh_forward(u):
    return np.arctan(u)


# %% wrong: derivative
# tanh の微分になっています。ここで求めるのは値です。
def tanh_forward(u):
    return 1 - np.tanh(u) ** 2


# %% wrong: twice
# tanh を 2 回かけています。
def tanh_forward(u):
    return np.tanh(np.tanh(u))


# %% wrong: clipped_line
# 直線を ±1 で止めています。tanh はなめらかな曲線です。
def tanh_forward(u):
    return np.clip(u, -1, 1)


# %% wrong: cast_to_int
# 整数に直しているので、途中の値がなくなっています。
def tanh_forward(u):
    return np.tanh(u).astype(int)


# %% wrong: changes_u
# 引数の u を書き換えています。
def tanh_forward(u):
    return np.tanh(u, out=u)


# %% wrong: sign_if_any_big
# 大きな値が 1 つでもあると、ほかの要素まで ±1 になります。要素ごとに計算してください。
def tanh_forward(u):
    if np.max(np.abs(u)) > 300:
        return np.sign(u)
    p, m = np.exp(u), np.exp(-u)
    return (p - m) / (p + m)


# %% wrong: clip_at_five
# u を上限・下限で止めています。その外では、tanh の値が正しくなりません。
def tanh_forward(u):
    v = np.minimum(np.maximum(u, -5.0), 5.0)
    return np.sinh(v) / np.cosh(v)


# %% wrong: small_u_is_u
# 0 の近くで tanh(u) を u としています。近い値ですが、同じではありません。
def tanh_forward(u):
    return np.where(np.abs(u) < 0.1, u, np.tanh(u))


# %% wrong: overflows_below
# u = -1000 で exp があふれて、警告が出ます。
def tanh_forward(u):
    return 2 / (1 + np.exp(-2 * u)) - 1


# %% wrong: rounded
# 値を丸めています。そのままの値を返してください。
def tanh_forward(u):
    return np.round(np.tanh(u), 3)


# %% wrong: nan_below
# u = -1000 で ∞/∞ になり、nan が出ます。
def tanh_forward(u):
    return (1 - np.exp(-2 * u)) / (1 + np.exp(-2 * u))


# %% right: textbook
def tanh_forward(u):
    return np.tanh(u)


# %% right: from_sigmoid
def tanh_forward(u):
    e = np.exp(-2 * np.abs(u))
    return np.sign(u) * (1 - e) / (1 + e)


# %% right: expit
def tanh_forward(u):
    from scipy.special import expit

    return 2 * expit(2 * u) - 1


# %% right: clipped_ratio
def tanh_forward(u):
    v = np.clip(u, -50, 50)
    return (np.exp(v) - np.exp(-v)) / (np.exp(v) + np.exp(-v))


# %% right: expm1
def tanh_forward(u):
    q = np.expm1(-2 * np.abs(u))
    return np.where(u >= 0, -q, q) / (2 + q)


# %% right: sinh_over_cosh
def tanh_forward(u):
    v = np.clip(u, -300, 300)
    return np.sinh(v) / np.cosh(v)


# %% right: math_vectorized
def tanh_forward(u):
    import math

    return np.vectorize(math.tanh)(u)


# %% right: double_loop
def tanh_forward(u):
    z = u.copy()
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            z[i, j] = np.tanh(u[i, j])
    return z
