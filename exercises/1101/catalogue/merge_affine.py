"""merge_affine の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。W と b を返してください。
def merge_affine(W1, b1, W2, b2):
    pass


# %% wrong: zeros
# 形は合っていますが、値がすべて 0 です。
def merge_affine(W1, b1, W2, b2):
    return np.zeros((W1.shape[0], W2.shape[1])), np.zeros(len(b2))


# %% wrong: hard_coded
# いつも同じ値を返しています。引数から計算してください。
def merge_affine(W1, b1, W2, b2):
    return np.array([[5.0, 2.0], [-2.0, -4.0]]), np.array([1.5, 1.25])


# %% wrong: biases_added
# b1 も第 2 層を通ります。b1 に W2 を掛け忘れています。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b1 + b2


# %% wrong: sum_of_first_bias_added
# b1 も第 2 層を通ります。b1 に W2 を掛け忘れています。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b1.sum() + b2


# %% wrong: first_bias_lost
# b1 がなくなっています。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b2.copy()


# %% wrong: second_bias_lost
# b2 を足すのを忘れています。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2


# %% wrong: only_w
# b も返してください。W と b の 2 つが必要です。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2


# %% wrong: order_of_results
# 返す順が逆です。W、b の順に返してください。
def merge_affine(W1, b1, W2, b2):
    return b1 @ W2 + b2, W1 @ W2


# %% wrong: weights_added
# 重みを足しています。アフィン変換を続けるときは、重みの行列積です。
def merge_affine(W1, b1, W2, b2):
    return W1.sum(axis=1, keepdims=True) + W2.sum(axis=0), b1 @ W2 + b2


# %% wrong: order_of_product
# 行列積の順が逆です。先に掛かるのは W1 です。
def merge_affine(W1, b1, W2, b2):
    return W2 @ W1, b1 @ W2 + b2


# %% wrong: transposed
# W が転置になっています。行が入力、列が出力です。
def merge_affine(W1, b1, W2, b2):
    return (W2.T @ W1.T), b1 @ W2 + b2


# %% wrong: bias_shape
# b の形が (1, n_out) になっています。(n_out,) にしてください。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b1[None, :] @ W2 + b2


# %% wrong: bias_merged_into_all
# b2 にも W2 を掛けています。b2 は第 2 層のあとに足されるだけです。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2 + b2 * W2.sum(axis=0)


# %% wrong: sign_flipped
# b2 を引いています。
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2 - b2


# %% wrong: with_relu
# 間に ReLU を入れています。ここでは非線形関数がない場合を考えます。
def merge_affine(W1, b1, W2, b2):
    return np.maximum(W1, 0) @ W2, np.maximum(b1, 0) @ W2 + b2


# %% wrong: changes_b2
# 引数の b2 を書き換えています。
def merge_affine(W1, b1, W2, b2):
    b2 += b1 @ W2
    return W1 @ W2, b2


# %% wrong: least_squares_with_few_samples
# 決まった数の点から最小 2 乗法で求めているので、入力が多いと W が決まりません。式を展開してください。
def merge_affine(W1, b1, W2, b2):
    z = np.random.default_rng(0).normal(size=(6, len(W1)))
    u = (z @ W1 + b1) @ W2 + b2
    solution = np.linalg.lstsq(np.c_[z, np.ones(6)], u, rcond=None)[0]
    return solution[:-1], solution[-1]


# %% wrong: sixteen_units
# 17 個目からの中間のニューロンが足されていません。中間のすべてのニューロンを足してください。
def merge_affine(W1, b1, W2, b2):
    return W1[:, :16] @ W2[:16], b1[:16] @ W2[:16] + b2


# %% right: dot
def merge_affine(W1, b1, W2, b2):
    return np.dot(W1, W2), np.dot(b1, W2) + b2


# %% right: einsum
def merge_affine(W1, b1, W2, b2):
    return np.einsum("im,mo->io", W1, W2), np.einsum("m,mo->o", b1, W2) + b2


# %% right: affine_forward_of_parts
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, affine_forward(b1[None, :], W2, b2)[0]


# %% right: probing
def merge_affine(W1, b1, W2, b2):
    def both(z):
        return (z @ W1 + b1) @ W2 + b2

    b = both(np.zeros(len(W1)))
    return both(np.eye(len(W1))) - b, b


# %% right: homogeneous
def merge_affine(W1, b1, W2, b2):
    first = np.block([[W1, np.zeros((len(W1), 1))], [b1, np.ones(1)]])
    second = np.vstack([W2, b2])
    merged = first @ second
    return merged[:-1], merged[-1]


# %% right: loops
def merge_affine(W1, b1, W2, b2):
    n_in, n_mid = W1.shape
    n_out = W2.shape[1]
    W, b = np.zeros((n_in, n_out)), np.array(b2, dtype=float)
    for o in range(n_out):
        for m in range(n_mid):
            b[o] += b1[m] * W2[m, o]
            for i in range(n_in):
                W[i, o] += W1[i, m] * W2[m, o]
    return W, b


# %% right: list_of_two
def merge_affine(W1, b1, W2, b2):
    return [W1.dot(W2), (W2.T @ b1) + b2]
