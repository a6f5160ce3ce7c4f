"""tanh_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。du を返してください。
def tanh_backward(dz, u):
    pass


# %% wrong: zeros
# いつも 0 を返しています。勾配が計算されていません。
def tanh_backward(dz, u):
    return 0 * u


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数の dz と u から計算してください。
def tanh_backward(dz, u):
    return np.array([[1.0, 0.42], [0.0707, 0.0099]])


# %% wrong: forward_pasted
# tanh の順伝播の値を返しています。ここで求めるのは微分です。
def tanh_backward(dz, u):
    return np.tanh(u)


# %% wrong: sigmoid_pasted
# sigmoid の微分を使っています。
def tanh_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * s * (1 - s)


# %% wrong: relu_pasted
# ReLU の微分を使っています。
def tanh_backward(dz, u):
    return np.where(u > 0, dz, 0)


# %% wrong: sigmoid_rule_on_tanh
# tanh の値を sigmoid の微分の式に入れています。
def tanh_backward(dz, u):
    z = np.tanh(u)
    return dz * z * (1 - z)


# %% wrong: changes_dz
# 引数の dz を書き換えています。呼び出した側の配列が変わってしまうので、新しい配列を返してください。
def tanh_backward(dz, u):
    dz *= 1 - np.tanh(u) ** 2
    return dz


# %% wrong: changes_u
# 引数の u を書き換えています。呼び出した側の配列が変わってしまうので、新しい配列を返してください。
def tanh_backward(dz, u):
    z = np.tanh(u, out=u)
    return dz * (1 - z**2)


# %% wrong: one_minus_u_squared
# 微分の式に tanh の値ではなく u をそのまま入れています。
def tanh_backward(dz, u):
    return dz * (1 - u**2)


# %% wrong: upstream_left_out
# 上流の勾配 dz を掛け忘れています。
def tanh_backward(dz, u):
    return 1 - np.tanh(u) ** 2


# %% wrong: square_missing
# tanh の 2 乗が抜けています。
def tanh_backward(dz, u):
    return dz * (1 - np.tanh(u))


# %% wrong: square_of_difference
# 2 乗するところが違います。かっこの位置を見直してください。
def tanh_backward(dz, u):
    return dz * (1 - np.tanh(u)) ** 2


# %% wrong: tanh_twice
# tanh を 2 回かけた値で微分を計算しています。
def tanh_backward(dz, u):
    z = np.tanh(u)
    return dz * (1 - np.tanh(z) ** 2)


# %% wrong: tanh_of_square
# tanh の 2 乗ではなく、u の 2 乗の tanh を計算しています。
def tanh_backward(dz, u):
    return dz * (1 - np.tanh(u**2))


# %% wrong: value_for_slope
# 微分ではなく tanh の値そのものを dz に掛けています。
def tanh_backward(dz, u):
    return dz * tanh_forward(u)


# %% wrong: plus_for_minus
# 微分の式の符号が違います。tanh の傾きは 1 を超えません。
def tanh_backward(dz, u):
    return dz * (1 + np.tanh(u) ** 2)


# %% wrong: sign_flipped
# 符号が逆です。
def tanh_backward(dz, u):
    return dz * (np.tanh(u) ** 2 - 1)


# %% wrong: parentheses_missing
# かっこが足りず、dz が一部にしか掛かっていません。
def tanh_backward(dz, u):
    return dz * 1 - np.tanh(u) ** 2


# %% wrong: slope_twice
# 微分を 2 回掛けています。
def tanh_backward(dz, u):
    slope = 1 - np.tanh(u) ** 2
    return dz * slope * slope


# %% wrong: sech_not_squared
# 双曲線関数の 2 乗が抜けています。
def tanh_backward(dz, u):
    return dz / np.cosh(u)


# %% wrong: rule_on_dz
# u ではなく dz の tanh で微分を計算しています。
def tanh_backward(dz, u):
    return dz * (1 - np.tanh(dz) ** 2)


# %% wrong: added_not_multiplied
# 微分を dz に足しています。chain-rule では掛け算になります。
def tanh_backward(dz, u):
    return dz + (1 - np.tanh(u) ** 2)


# %% wrong: matrix_product
# 行列積になっています。必要なのは要素ごとの積です。
def tanh_backward(dz, u):
    return dz @ (1 - np.tanh(u) ** 2).T


# %% wrong: divided_by_n
# バッチの大きさ N で割っています。1/N を掛けるのはここではありません。
def tanh_backward(dz, u):
    return dz * (1 - np.tanh(u) ** 2) / len(dz)


# %% wrong: summed_over_classes
# 行ごとに合計しています。du の形は u と同じです。
def tanh_backward(dz, u):
    return np.sum(dz * (1 - np.tanh(u) ** 2), axis=1, keepdims=True)


# %% wrong: cast_to_int
# 傾きを整数に変換しているため、ほとんど 0 になっています。
def tanh_backward(dz, u):
    return dz * (1 - np.tanh(u) ** 2).astype(int)


# %% wrong: saturated_above_two
# |u| が大きいところの傾きを 0 にしています。小さくても 0 ではありません。
def tanh_backward(dz, u):
    v = np.where(u > 2, 1.0, np.tanh(u))
    return dz * (1 - v * v)


# %% right: one_minus_square
def tanh_backward(dz, u):
    return dz * (1 - np.tanh(u) ** 2)


# %% right: from_forward_expanded
def tanh_backward(dz, u):
    z = tanh_forward(u)
    return dz - dz * z * z


# %% right: factored
def tanh_backward(dz, u):
    z = np.tanh(u)
    return (1 - z) * dz * (1 + z)


# %% right: clipped_cosh
def tanh_backward(dz, u):
    return dz / np.cosh(np.clip(u, -300, 300)) ** 2


# %% right: from_sigmoid
def tanh_backward(dz, u):
    s = sigmoid_forward(2 * u)
    return 4 * dz * s * (1 - s)


# %% right: decaying_exponential
def tanh_backward(dz, u):
    e = np.exp(-2 * np.abs(u))
    return dz * 4 * e / (1 + e) ** 2


# %% right: expm1
def tanh_backward(dz, u):
    m = np.expm1(-2 * np.abs(u))
    z = np.abs(m) / (2 + m)
    return dz * (1 - np.square(z))


# %% right: math_vectorized
def tanh_backward(dz, u):
    import math

    z = np.frompyfunc(math.tanh, 1, 1)(u).astype(float)
    return dz * (1.0 - z**2)


# %% right: einsum_diagonal
def tanh_backward(dz, u):
    jacobian = np.einsum("ni,ij->nij", 1 - np.tanh(u) ** 2, np.eye(u.shape[1]))
    return np.einsum("ni,nij->nj", dz, jacobian)


# %% right: nditer
def tanh_backward(dz, u):
    du = np.empty_like(u)
    it = np.nditer(u, flags=["multi_index"])
    for v in it:
        du[it.multi_index] = dz[it.multi_index] * (1 - np.tanh(v) ** 2)
    return du


# %% right: in_place_on_copy
def tanh_backward(dz: np.ndarray, u: np.ndarray, copy: bool = True) -> np.ndarray:
    du = np.array(u)
    np.tanh(du, out=du)
    du *= -du
    du += 1
    du *= dz
    return du


# %% right: fortran_order
def tanh_backward(dz, u):
    return np.asfortranarray(dz) * (1 - np.tanh(u.T) ** 2).T


# %% right: class_with_cache
class Tanh:
    def forward(self, u):
        self.z = np.tanh(u)
        return self.z

    def backward(self, dz):
        return dz * (1 - self.z**2)


def tanh_backward(dz, u):
    layer = Tanh()
    layer.forward(u)
    return layer.backward(dz)
