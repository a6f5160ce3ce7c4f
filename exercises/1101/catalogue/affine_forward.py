"""affine_forward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。計算した u を返してください。
def affine_forward(z, W, b):
    pass


# %% wrong: zeros
# 形は合っていますが、値がすべて 0 です。
def affine_forward(z, W, b):
    return np.zeros((z.shape[0], W.shape[1]))


# %% wrong: hard_coded
# 確認の表の値をそのまま返しています。引数から計算してください。
def affine_forward(z, W, b):
    return np.array([[2.1, 2.2, 3.3, 2.4], [5.1, 4.2, 5.3, 6.4], [-0.4, -0.8, -1.7, 0.4]])


# %% wrong: merge_pasted
# 2 つのアフィン変換をまとめる式になっています。
def affine_forward(z, W, b):
    return z @ W, z @ W + b


# %% wrong: bias_left_out
# バイアス b が足されていません。
def affine_forward(z, W, b):
    return z @ W


# %% wrong: bias_subtracted
# バイアスを引いています。
def affine_forward(z, W, b):
    return z @ W - b


# %% wrong: elementwise
# `*` は要素ごとの積です。ここで使うのは行列積です。
def affine_forward(z, W, b):
    return z * W + b


# %% wrong: transposed
# W を転置しています。W の形は (n_in, n_out) です。
def affine_forward(z, W, b):
    return z @ W.T + b


# %% wrong: columns
# 列ベクトルの式です。データは行に並んでいます。
def affine_forward(z, W, b):
    return W.T @ z.T + b[:, None]


# %% wrong: doubled
# 値がちょうど 2 倍になっています。
def affine_forward(z, W, b):
    return 2 * (z @ W + b)


# %% wrong: bias_inside
# b を足すのが早すぎます。b は行列積のあとに足します。
def affine_forward(z, W, b):
    return (z + b.sum()) @ W


# %% wrong: bias_mean
# バイアスの平均を全部のニューロンに足しています。ニューロンごとに別のバイアスがあります。
def affine_forward(z, W, b):
    return z @ W + b.mean()


# %% wrong: divided_by_n
# バッチの大きさ N で割っています。平均を取るのは損失だけです。
def affine_forward(z, W, b):
    return (z @ W + b) / len(z)


# %% wrong: activated
# 活性化関数までかけています。ここで求めるのは u です。
def affine_forward(z, W, b):
    return np.maximum(z @ W + b, 0)


# %% wrong: first_sample_only
# 最初のデータしか計算していません。バッチのすべての行が必要です。
def affine_forward(z, W, b):
    return z[:1] @ W + b


# %% wrong: summed_over_batch
# バッチ方向に足してしまっています。データごとに 1 行ずつ返してください。
def affine_forward(z, W, b):
    return (z @ W + b).sum(axis=0)


# %% wrong: loop_forgets_last
# ループの範囲が 1 つ足りません。最後の入力が足されていません。
def affine_forward(z, W, b):
    u = np.zeros((z.shape[0], W.shape[1])) + b
    for i in range(z.shape[1] - 1):
        u += np.outer(z[:, i], W[i])
    return u


# %% wrong: changes_b
# 引数の b を書き換えています。新しい配列に足してください。
def affine_forward(z, W, b):
    u = z @ W + b
    b += 0.1
    return u


# %% wrong: changes_z
# 引数の z を書き換えています。
def affine_forward(z, W, b):
    u = z @ W + b
    z[:] = 0
    return u


# %% wrong: shared_output_buffer
# 返す配列を使い回しているので、前に返した値が次の呼び出しで変わります。毎回新しい配列を作ってください。
_out_buffer = {}


def affine_forward(z, W, b):
    shape = (z.shape[0], W.shape[1])
    if shape not in _out_buffer:
        _out_buffer[shape] = np.zeros(shape)
    u = np.dot(z, W, out=_out_buffer[shape])
    u += b
    return u


# %% wrong: weights_remembered_by_shape
# W を形ごとに覚えているので、次の呼び出しの W が使われません。引数の W を使ってください。
_weights_seen = {}


def affine_forward(z, W, b):
    W = _weights_seen.setdefault(W.shape, W.copy())
    return z.dot(W) + b


# %% wrong: sixteen_inputs
# 17 個目からの入力が足されていません。すべての入力を足してください。
def affine_forward(z, W, b):
    return z[:, :16] @ W[:16] + b


# %% right: textbook
def affine_forward(z, W, b):
    return np.dot(z, W) + b


# %% right: einsum
def affine_forward(z, W, b):
    return np.einsum("ni,io->no", z, W) + b


# %% right: triple_loop
def affine_forward(z, W, b):
    N, n_in = z.shape
    n_out = W.shape[1]
    u = np.zeros((N, n_out))
    for n in range(N):
        for o in range(n_out):
            u[n, o] = b[o]
            for i in range(n_in):
                u[n, o] += z[n, i] * W[i, o]
    return u


# %% right: per_row_stack
def affine_forward(z, W, b):
    return np.stack([row @ W + b for row in z])


# %% right: ones_column
def affine_forward(z, W, b):
    extended = np.hstack([z, np.ones((len(z), 1))])
    return extended @ np.vstack([W, b])


# %% right: transposed_twice
def affine_forward(z, W, b):
    return (W.T @ z.T).T + b


# %% right: tensordot
def affine_forward(z, W, b):
    return np.tensordot(z, W, axes=1) + b


# %% right: inner
def affine_forward(z, W, b):
    return np.inner(z, W.T) + b


# %% right: tiled_bias
def affine_forward(z, W, b):
    return np.add(z.dot(W), np.tile(b, (z.shape[0], 1)))


# %% right: matrix_class
def affine_forward(z, W, b):
    return np.asarray(np.matrix(z) * np.matrix(W)) + b


# %% right: summed_outer_products
def affine_forward(z, W, b):
    return sum(np.outer(z[:, i], W[i]) for i in range(len(W))) + b


# %% right: class_with_cache
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, z):
        self.z = z
        return self.z @ self.W + self.b


def affine_forward(z, W, b):
    return Affine(W, b).forward(z)


# %% right: annotated_with_defaults
def affine_forward(z: np.ndarray, W: np.ndarray, b: np.ndarray, verbose: bool = False) -> np.ndarray:
    if verbose:
        print(z.shape, W.shape, b.shape)
    return z @ W + b


# %% right: fortran_order
def affine_forward(z, W, b):
    return np.asfortranarray(z @ W) + b
