"""relu_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。du を返してください。
def relu_backward(dz, u):
    pass


# %% wrong: zeros
# いつも 0 を返しています。勾配が計算されていません。
def relu_backward(dz, u):
    return np.zeros_like(u)


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数の dz と u から計算してください。
def relu_backward(dz, u):
    return np.array([[0.0, 2.0], [3.0, 0.0]])


# %% wrong: forward_pasted
# ReLU の順伝播の値を返しています。ここで求めるのは微分です。
def relu_backward(dz, u):
    return np.maximum(u, 0)


# %% wrong: affine_pasted
# アフィン変換の計算になっています。ReLU の逆伝播は要素ごとの計算です。
def relu_backward(dz, u):
    return u.T @ dz


# %% wrong: changes_dz
# 引数の dz を書き換えています。呼び出した側の配列が変わってしまうので、新しい配列を返してください。
def relu_backward(dz, u):
    dz[u <= 0] = 0
    return dz


# %% wrong: changes_u
# 引数の u を書き換えています。呼び出した側の配列が変わってしまうので、新しい配列を返してください。
def relu_backward(dz, u):
    u[u <= 0] = 0
    u[u > 0] = 1
    return dz * u


# %% wrong: upstream_left_out
# 上流の勾配 dz を掛け忘れています。
def relu_backward(dz, u):
    return (u > 0).astype(float)


# %% wrong: mask_of_dz
# u ではなく dz の符号で場合分けしています (dz に ReLU をかけるのも同じです)。
def relu_backward(dz, u):
    return dz * (dz > 0)


# %% wrong: relu_of_dz
# u ではなく dz の符号で場合分けしています (dz に ReLU をかけるのも同じです)。
def relu_backward(dz, u):
    return relu_forward(dz)


# %% wrong: times_relu
# 微分ではなく ReLU の値そのものを dz に掛けています。
def relu_backward(dz, u):
    return dz * np.maximum(u, 0)


# %% wrong: absolute_value
# u が負のときの傾きが -1 になっています。絶対値の微分です。
def relu_backward(dz, u):
    return dz * np.sign(u)


# %% wrong: leaky
# u が負のときの傾きが 0 ではありません。Leaky ReLU の微分です。
def relu_backward(dz, u):
    return dz * np.where(u > 0, 1.0, 0.01)


# %% wrong: mask_inverted
# 不等号の向きが逆で、u が負の要素に勾配を流しています。
def relu_backward(dz, u):
    return dz * (u < 0)


# %% wrong: mask_left_out
# dz をそのまま返しています。活性化関数の微分を掛け忘れています。
def relu_backward(dz, u):
    return dz.copy()


# %% wrong: one_mask_for_all
# 配列全体の最大値だけで場合分けしています。要素ごとに判定してください。
def relu_backward(dz, u):
    return dz * float(u.max() > 0)


# %% wrong: one_mask_per_row
# 行ごとに一度だけ判定しています。要素ごとに判定してください。
def relu_backward(dz, u):
    return dz * (u.max(axis=1, keepdims=True) > 0)


# %% wrong: cast_to_int
# 整数の配列に代入しているため、小数点以下が切り捨てられています。
def relu_backward(dz, u):
    du = np.zeros(u.shape, dtype=int)
    du[u > 0] = dz[u > 0]
    return du


# %% wrong: matrix_product
# 行列積になっています。必要なのは要素ごとの積です。
def relu_backward(dz, u):
    return dz @ (u > 0).astype(float).T


# %% wrong: added_not_multiplied
# 微分を dz に足しています。chain-rule では掛け算になります。
def relu_backward(dz, u):
    return dz + (u > 0)


# %% wrong: sigmoid_slope
# sigmoid の微分を使っています。
def relu_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * s * (1 - s)


# %% wrong: divided_by_n
# バッチの大きさ N で割っています。1/N を掛けるのはここではありません。
def relu_backward(dz, u):
    return dz * (u > 0) / len(u)


# %% wrong: summed_over_batch
# バッチ方向に合計しています。du の形は u と同じです。
def relu_backward(dz, u):
    return np.sum(dz * (u > 0), axis=0)


# %% wrong: selected_elements_only
# u が正の要素だけを取り出していて、形が u と違います。
def relu_backward(dz, u):
    return dz[u > 0]


# %% wrong: saturates_at_one
# u が 1 を超えると勾配が 0 になっています。ReLU に上限はありません。
def relu_backward(dz, u):
    return dz * ((u > 0) & (u < 1))


# %% wrong: arguments_swapped
# dz と u の役割が入れ替わっています。
def relu_backward(dz, u):
    return u * (dz > 0)


# %% wrong: only_first_row
# ループの中で return しているため、最初の行しか計算されていません。
def relu_backward(dz, u):
    du = np.zeros_like(u)
    for i in range(len(u)):
        du[i] = dz[i] * (u[i] > 0)
        return du


# %% wrong: one_at_zero_without_dz
# u = 0 のところに、上流の勾配を掛けていない値が入っています。
def relu_backward(dz, u):
    return np.select([u > 0, u < 0], [dz, 0.0], default=1.0)


# %% wrong: closed_above_six
# u が 6 を超えると勾配が 0 になっています (ReLU6)。u が正なら、どんなに大きくても勾配を通してください。
def relu_backward(dz, u):
    return dz * ((u > 0) & (u < 6))


# %% wrong: leaky_slope_of_5_percent
# u が負のときの傾きが 0 ではありません。Leaky ReLU の微分です。
def relu_backward(dz, u):
    return np.where(u > 0, dz, 0.05 * dz)


# %% wrong: vectorize_cuts_to_integers
# np.vectorize は、最初の要素の結果で配列の型を決めます。整数の 0 から始まると、小数が切り捨てられます。小数の 0.0 を返してください。
def relu_backward(dz, u):
    return np.vectorize(lambda d, v: d if v > 0 else 0)(dz, u)


# %% wrong: leaky_slope_of_10_percent
# u が負のときの傾きが 0 ではありません。Leaky ReLU の微分です。
def relu_backward(dz, u):
    return np.where(u > 0, 1, 0.1) * dz


# %% right: mask_product
def relu_backward(dz, u):
    return dz * (u > 0)


# %% right: where
def relu_backward(dz, u):
    return np.where(u > 0, dz, 0.0)


# %% right: copy_and_mask
def relu_backward(dz, u):
    du = dz.copy()
    du[u <= 0] = 0
    return du


# %% right: slope_one_at_zero
def relu_backward(dz, u):
    return (u >= 0).astype(int) * dz


# %% right: slope_half_at_zero
def relu_backward(dz, u):
    return dz * (np.sign(u) + 1) / 2


# %% right: heaviside
def relu_backward(dz, u):
    return np.heaviside(u, 0.0) * dz


# %% right: mask_of_forward
def relu_backward(dz, u):
    z = relu_forward(u)
    return dz * (z != 0)


# %% right: vectorize
def relu_backward(dz, u):
    def one(g, v):
        return float(g) if v > 0 else 0.0

    return np.vectorize(one, otypes=[float])(dz, u)


# %% right: double_loop
def relu_backward(dz, u):
    du = []
    for row_dz, row_u in zip(dz, u):
        du.append([g if v > 0 else 0.0 for g, v in zip(row_dz, row_u)])
    return np.array(du)


# %% right: piecewise
def relu_backward(dz, u):
    slope = np.piecewise(u, [u < 0, u >= 0], [0.0, 1.0])
    return np.multiply(slope, dz)


# %% right: masked_multiply
def relu_backward(dz: np.ndarray, u: np.ndarray, threshold: float = 0.0) -> np.ndarray:
    return np.multiply(dz, 1.0, out=np.zeros(u.shape), where=u > threshold)


# %% right: class_with_cache
class ReluBackward:
    def forward(self, u):
        self.mask = u > 0
        return u * self.mask

    def backward(self, dz):
        return dz * self.mask


def relu_backward(dz, u):
    layer = ReluBackward()
    layer.forward(u)
    return layer.backward(dz)


# %% right: flat_indices
def relu_backward(dz, u):
    du = np.zeros(u.size)
    where = np.flatnonzero(u.ravel() > 0)
    du[where] = dz.ravel()[where]
    return du.reshape(u.shape)
