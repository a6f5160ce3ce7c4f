"""relu_forward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。計算した z を返してください。
def relu_forward(u):
    pass


# %% wrong: zeros
# 形は合っていますが、値がすべて 0 です。
def relu_forward(u):
    return np.zeros_like(u)


# %% wrong: hard_coded
# いつも同じ値を返しています。引数の u から計算してください。
def relu_forward(u):
    return np.array([[1.5, 0.0, 0.0], [0.0, 4.0, 0.2]])


# %% wrong: changes_u
# 引数の u を書き換えています (別の名前を付けても、同じ配列です)。新しい配列を作って返してください。
def relu_forward(u):
    out = u
    out[out < 0] = 0
    return out


# %% wrong: changes_u_in_place
# 引数の u を書き換えています (別の名前を付けても、同じ配列です)。新しい配列を作って返してください。
def relu_forward(u):
    np.maximum(u, 0, out=u)
    return u


# %% wrong: one_maximum
# 配列全体の最大値を 1 つだけ取っています。要素ごとに 0 と比べてください。
def relu_forward(u):
    return max(0, np.max(u))


# %% wrong: row_maximum
# 行ごとの最大値を取っています。要素ごとに 0 と比べてください。
def relu_forward(u):
    return np.maximum(u.max(axis=1, keepdims=True), 0) * np.ones_like(u)


# %% wrong: absolute_value
# 絶対値になっています。負の値は 0 にします。
def relu_forward(u):
    return np.abs(u)


# %% wrong: leaky
# 負の値が少し残っています (Leaky ReLU)。負の値は 0 にします。
def relu_forward(u):
    return np.where(u > 0, u, 0.01 * u)


# %% wrong: step
# 正のところが 1 になっています。正の値はそのまま通します。
def relu_forward(u):
    return (u > 0).astype(float)


# %% wrong: negative_part
# 正と負が逆です。
def relu_forward(u):
    return np.minimum(u, 0)


# %% wrong: threshold_at_one
# 0 ではなく 1 と比べています。
def relu_forward(u):
    return np.where(u > 1, u, 0.0)


# %% wrong: capped
# 大きな値を上限で止めています。正の値はそのまま通します。
def relu_forward(u):
    return np.clip(u, 0, 1)


# %% wrong: cast_to_int
# 整数に直しているので、小数が消えています。
def relu_forward(u):
    return np.maximum(u, 0).astype(int)


# %% wrong: selected_elements_only
# 正の要素だけを取り出しているので、形が変わっています。
def relu_forward(u):
    return u[u > 0]


# %% wrong: doubled
# (u + |u|) を 2 で割るのを忘れています。
def relu_forward(u):
    return u + np.abs(u)


# %% wrong: sigmoid_pasted
# sigmoid になっています。
def relu_forward(u):
    return 0.5 * (1 + np.tanh(u / 2))


# %% wrong: clip_upper_1000
# 大きな値に上限があります。正の値は、どんなに大きくてもそのまま通します。
def relu_forward(u):
    return np.clip(u, 0, 1e3)


# %% wrong: near_zero_dropped
# 0 に近い正の値まで 0 にしています。正の値は、どんなに小さくてもそのまま通します。
def relu_forward(u):
    positive = np.logical_and(u > 0, ~np.isclose(u, 0, atol=0.1))
    return np.multiply(u, positive)


# %% wrong: reused_result_array
# 返す配列を使い回しているので、前に返した値が次の呼び出しで変わります。毎回新しい配列を作ってください。
def relu_forward(u, _store={}):
    z = _store.setdefault(u.shape, np.empty(u.shape))
    np.copyto(z, u)
    z[z < 0] = 0
    return z


# %% wrong: leaky_slope_of_5_percent
# 負の値が少し残っています (Leaky ReLU)。負の値は 0 にします。
def relu_forward(u):
    return np.where(u > 0, u, 0.05 * u)


# %% wrong: vectorize_cuts_to_integers
# np.vectorize は、最初の要素の結果で配列の型を決めます。整数の 0 から始まると、小数が切り捨てられます。小数の 0.0 を返してください。
def relu_forward(u):
    return np.vectorize(lambda v: v if v > 0 else 0)(u)


# %% wrong: leaky_slope_of_10_percent
# 負の値が少し残っています (Leaky ReLU)。負の値は 0 にします。
def relu_forward(u):
    return np.maximum(u, 0.1 * u)


# %% right: maximum
def relu_forward(u):
    return np.maximum(0, u)


# %% right: mask_product
def relu_forward(u):
    return u * (u > 0)


# %% right: average_with_absolute_value
def relu_forward(u):
    return (u + np.abs(u)) / 2


# %% right: where
def relu_forward(u):
    return np.where(u < 0, 0, u)


# %% right: copy_and_mask
def relu_forward(u):
    out = u.copy()
    out[out < 0] = 0
    return out


# %% right: clip
def relu_forward(u):
    return np.clip(u, 0, None)


# %% right: vectorize
def relu_forward(u):
    return np.vectorize(lambda v: max(0.0, v))(u)


# %% right: piecewise
def relu_forward(u):
    return np.piecewise(u, [u > 0], [lambda v: v, 0.0])


# %% right: int_mask
def relu_forward(u):
    return u * (u >= 0).astype(int)


# %% right: class_with_cache
class Relu:
    def forward(self, u):
        self.mask = u <= 0
        out = np.array(u)
        out[self.mask] = 0
        return out


def relu_forward(u):
    return Relu().forward(u)


# %% right: list_comprehension
def relu_forward(u):
    return np.array([[v if v > 0 else 0.0 for v in row] for row in u])
