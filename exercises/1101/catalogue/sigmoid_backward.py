"""sigmoid_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。du を返してください。
def sigmoid_backward(dz, u):
    pass


# %% wrong: zeros
# いつも 0 を返しています。勾配が計算されていません。
def sigmoid_backward(dz, u):
    return np.zeros(u.shape)


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数の dz と u から計算してください。
def sigmoid_backward(dz, u):
    return np.array([[0.25, 0.1966], [0.105, 0.0452]])


# %% wrong: forward_pasted
# sigmoid の順伝播の値を返しています。ここで求めるのは微分です。
def sigmoid_backward(dz, u):
    return sigmoid_forward(u)


# %% wrong: relu_pasted
# ReLU の微分を使っています。
def sigmoid_backward(dz, u):
    return dz * (u > 0)


# %% wrong: tanh_pasted
# tanh の微分を使っています。
def sigmoid_backward(dz, u):
    return dz * (1 - np.tanh(u) ** 2)


# %% wrong: tanh_rule_on_sigmoid
# sigmoid の値を tanh の微分の式に入れています。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * (1 - s**2)


# %% wrong: changes_dz
# 引数の dz を書き換えています。呼び出した側の配列が変わってしまうので、新しい配列を返してください。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    dz *= s * (1 - s)
    return dz


# %% wrong: changes_u
# 引数の u を書き換えています。呼び出した側の配列が変わってしまうので、新しい配列を返してください。
def sigmoid_backward(dz, u):
    s = u
    s[:] = sigmoid_forward(u)
    return dz * s * (1 - s)


# %% wrong: u_times_one_minus_u
# 微分の式に sigmoid の値ではなく u をそのまま入れています。
def sigmoid_backward(dz, u):
    return dz * u * (1 - u)


# %% wrong: upstream_left_out
# 上流の勾配 dz を掛け忘れています。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return s * (1 - s)


# %% wrong: value_for_slope
# 微分ではなく sigmoid の値そのものを dz に掛けています。
def sigmoid_backward(dz, u):
    return dz * sigmoid_forward(u)


# %% wrong: one_minus_value
# 微分の式の片方の因子が抜けています。
def sigmoid_backward(dz, u):
    return dz * (1 - sigmoid_forward(u))


# %% wrong: one_minus_value_squared
# 微分の式が違います。同じ因子を 2 回掛けています。
def sigmoid_backward(dz, u):
    return dz * (1 - sigmoid_forward(u)) ** 2


# %% wrong: sigmoid_twice
# sigmoid を 2 回かけた値で微分を計算しています。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(sigmoid_forward(u))
    return dz * s * (1 - s)


# %% wrong: slope_twice
# 微分を 2 回掛けています。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * (s * (1 - s)) ** 2


# %% wrong: parentheses_missing
# かっこが足りず、掛け算と引き算の順が違っています。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * s * 1 - s


# %% wrong: sign_flipped
# 符号が逆です。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * s * (s - 1)


# %% wrong: rule_on_dz
# u ではなく dz の sigmoid で微分を計算しています。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(dz)
    return dz * s * (1 - s)


# %% wrong: added_not_multiplied
# 微分を dz に足しています。chain-rule では掛け算になります。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz + s * (1 - s)


# %% wrong: matrix_product
# 行列積になっています。必要なのは要素ごとの積です。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz.T @ (s * (1 - s))


# %% wrong: divided_by_n
# バッチの大きさ N で割っています。1/N を掛けるのはここではありません。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * s * (1 - s) / u.shape[0]


# %% wrong: mean_slope
# 微分を配列全体で平均しています。要素ごとに違う値を掛けます。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * np.mean(s * (1 - s))


# %% wrong: summed_over_batch
# バッチ方向に合計しています。du の形は u と同じです。
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return (dz * s * (1 - s)).sum(axis=0)


# %% wrong: rounded
# 途中で値を丸めているため、微分の精度が落ちています。
def sigmoid_backward(dz, u):
    s = np.round(sigmoid_forward(u), 2)
    return dz * s * (1 - s)


# %% wrong: numerator_missing
# 商の微分で分子が抜けています。
def sigmoid_backward(dz, u):
    return dz / (1 + np.exp(-u)) ** 2


# %% wrong: stale_output
# sigmoid の値を形ごとに覚えているので、次の呼び出しの u が使われません。引数の u から計算してください。
def sigmoid_backward(dz, u, outputs={}):
    if u.shape not in outputs:
        outputs[u.shape] = sigmoid_forward(u)
    s = outputs[u.shape]
    return dz * s * (1 - s)


# %% right: from_forward
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * s * (1 - s)


# %% right: naive_exponential
def sigmoid_backward(dz, u):
    z = 1 / (1 + np.exp(-u))
    return dz * z * (1.0 - z)


# %% right: even_function
def sigmoid_backward(dz, u):
    e = np.exp(-np.abs(u))
    return dz * e / (1 + e) ** 2


# %% right: mirrored_sigmoid
def sigmoid_backward(dz, u):
    return dz * sigmoid_forward(u) * sigmoid_forward(-u)


# %% right: expit
def sigmoid_backward(dz, u):
    from scipy.special import expit

    p = expit(u)
    return np.multiply(dz, p - p * p)


# %% right: from_tanh
def sigmoid_backward(dz, u):
    return dz * (1 - np.tanh(u / 2) ** 2) / 4


# %% right: clipped_cosh
def sigmoid_backward(dz, u):
    half = np.clip(u, -600, 600) / 2
    return 0.25 * dz / np.cosh(half) ** 2


# %% right: logaddexp
def sigmoid_backward(dz, u):
    log_slope = -np.logaddexp(0, u) - np.logaddexp(0, -u)
    return dz * np.exp(log_slope)


# %% right: math_vectorized
import math


def sigmoid_backward(dz, u):
    def slope(v):
        e = math.exp(-abs(v))
        return e / (1 + e) / (1 + e)

    return np.vectorize(slope, otypes=[float])(u) * dz


# %% right: row_loop
def sigmoid_backward(dz, u):
    rows = []
    for g, v in zip(dz, u):
        s = sigmoid_forward(v.reshape(1, -1))[0]
        rows.append(g * s * (1 - s))
    return np.stack(rows)


# %% right: diagonal_matrix
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return np.array([g @ np.diag(p * (1 - p)) for g, p in zip(dz, s)])


# %% right: branches
def sigmoid_backward(dz, u):
    e = np.exp(-np.abs(u))
    s = np.where(u >= 0, 1 / (1 + e), e / (1 + e))
    du = dz.copy()
    du *= s
    du *= 1 - s
    return du


# %% right: float32_inside
def sigmoid_backward(dz, u):
    e = np.exp(-np.abs(u.astype(np.float32)))
    slope = e / (1 + e) ** 2
    return dz * slope.astype(np.float64)


# %% right: class_with_cache
class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, u):
        self.out = sigmoid_forward(u)
        return self.out

    def backward(self, dz):
        return dz * (1.0 - self.out) * self.out


def sigmoid_backward(dz: np.ndarray, u: np.ndarray) -> np.ndarray:
    layer = Sigmoid()
    layer.forward(u)
    return layer.backward(dz)
