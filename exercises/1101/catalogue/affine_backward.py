"""affine_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。dz, dW, db の 3 つを返してください。
def affine_backward(du, z, W):
    pass


# %% wrong: zeros
# どの勾配も 0 のままです。
def affine_backward(du, z, W):
    return np.zeros_like(z), np.zeros_like(W), np.zeros(W.shape[1])


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数から計算してください。
def affine_backward(du, z, W):
    dz = np.array([[1.0, 0.5], [-2.0, 3.0]])
    dW = np.array([[0.1, 0.2], [0.3, 0.4]])
    db = np.array([1.5, -0.5])
    return dz, dW, db


# %% wrong: forward_pasted
# アフィン変換の順伝播になっています。ここで求めるのは 3 つの勾配です。
def affine_backward(du, z, W):
    return z @ W


# %% wrong: multiply_pasted
# 積の逆伝播と同じ式になっています。行列積では転置が必要です。
def affine_backward(du, z, W):
    return du * W, du * z, du


# %% wrong: changes_w
# 逆伝播の中で引数の W を更新しています。更新は sgd_step の仕事です。
def affine_backward(du, z, W):
    dz = du @ W.T
    dW = z.T @ du
    db = du.sum(axis=0)
    W -= 0.01 * dW
    return dz, dW, db


# %% wrong: changes_du
# 引数の du を書き換えています。合計には新しい配列を使ってください。
def affine_backward(du, z, W):
    dz = np.dot(du, W.T)
    dW = np.dot(z.T, du)
    for i in range(1, len(du)):
        du[0] += du[i]
    return dz, dW, du[0].copy()


# %% wrong: updated_before_dz
# 更新したあとの W で dz を計算しています。順伝播で使った W を使ってください。
def affine_backward(du, z, W):
    dW = z.T @ du
    db = du.sum(axis=0)
    W = W - 0.1 * dW
    dz = du @ W.T
    return dz, dW, db


# %% wrong: db_unsummed
# db がバッチ方向に合計されていません。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, du


# %% wrong: db_mean
# db がバッチ方向の平均になっています。1/N は softmax と交差エントロピーの微分に入っています。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, du.mean(axis=0)


# %% wrong: db_wrong_axis
# db を合計する軸が違います。バッチ方向に合計してください。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, du.sum(axis=1)


# %% wrong: db_total
# db が 1 つの数になっています。合計するのはバッチ方向だけです。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, np.sum(du)


# %% wrong: db_keepdims
# db の形が (1, n_out) になっています。b と同じ (n_out,) にしてください。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, du.sum(axis=0, keepdims=True)


# %% wrong: db_first_row
# db に最初のデータの勾配しか入っていません。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, du[0].copy()


# %% wrong: db_zero
# バイアスの勾配 db がいつも 0 です。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, np.zeros(W.shape[1])


# %% wrong: db_ones
# db に上流の勾配 du が使われていません。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, len(z) * np.ones(W.shape[1])


# %% wrong: db_missing
# バイアスの勾配 db が返されていません。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du


# %% wrong: dw_divided_by_n
# dW を N で割っています。1/N は softmax と交差エントロピーの微分に入っています。
def affine_backward(du, z, W):
    N = len(z)
    return du @ W.T, z.T @ du / N, du.sum(axis=0)


# %% wrong: everything_divided_by_n
# dW と db を N で割っています。1/N は softmax と交差エントロピーの微分に入っています。
def affine_backward(du, z, W):
    N = z.shape[0]
    return du @ W.T, z.T @ du / N, du.sum(axis=0) / N


# %% wrong: dw_transposed
# dW の形が W の転置になっています。掛ける順を見直してください。
def affine_backward(du, z, W):
    return du @ W.T, du.T @ z, du.sum(axis=0)


# %% wrong: dw_without_transpose
# dW の計算で z の転置が抜けています。
def affine_backward(du, z, W):
    return du @ W.T, z @ du, du.sum(axis=0)


# %% wrong: dw_without_upstream
# dW に上流の勾配 du が使われていません。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ np.ones_like(du), du.sum(axis=0)


# %% wrong: dw_of_summed_upstream
# バッチ方向に合計してから掛けています。データごとに掛けてから合計してください。
def affine_backward(du, z, W):
    dW = np.outer(z.sum(axis=0), du.sum(axis=0))
    return du @ W.T, dW, du.sum(axis=0)


# %% wrong: dw_last_sample_only
# dW が最後のデータの分だけになっています。足し合わせてください。
def affine_backward(du, z, W):
    for z_n, du_n in zip(z, du):
        dW = np.outer(z_n, du_n)
    return du @ W.T, dW, du.sum(axis=0)


# %% wrong: dw_from_w
# dW の計算に z ではなく W を使っています。
def affine_backward(du, z, W):
    dz = du @ W.T
    return dz, dz.T @ du, du.sum(axis=0)


# %% wrong: dz_without_transpose
# dz の計算で W の転置が抜けています。
def affine_backward(du, z, W):
    return du @ W, z.T @ du, du.sum(axis=0)


# %% wrong: dz_without_upstream
# dz に上流の勾配 du が使われていません。
def affine_backward(du, z, W):
    return np.ones_like(du) @ W.T, z.T @ du, du.sum(axis=0)


# %% wrong: dz_summed_over_batch
# dz をバッチ方向に合計しています。dz の形は z と同じです。
def affine_backward(du, z, W):
    return (du @ W.T).sum(axis=0), z.T @ du, du.sum(axis=0)


# %% wrong: dz_with_relu
# dz に活性化関数の微分まで掛けています。ここではアフィン変換だけを扱います。
def affine_backward(du, z, W):
    return (du @ W.T) * (z > 0), z.T @ du, du.sum(axis=0)


# %% wrong: elementwise_product
# 行列積ではなく要素ごとの積 * を使っています。
def affine_backward(du, z, W):
    return du * W.T, z.T * du, du.sum(axis=0)


# %% wrong: doubled
# dz と dW と db が 2 倍になっています。
def affine_backward(du, z, W):
    return 2 * du @ W.T, 2 * z.T @ du, 2 * du.sum(axis=0)


# %% wrong: dw_doubled
# dW に余分な 2 が掛かっています。
def affine_backward(du, z, W):
    return du @ W.T, 2 * (z.T @ du), du.sum(axis=0)


# %% wrong: sign_flipped
# dW と db の符号が逆です。マイナスを付けるのは更新のときです。
def affine_backward(du, z, W):
    return du @ W.T, -(z.T @ du), -du.sum(axis=0)


# %% wrong: order_of_results
# 返す順が違います。dz, dW, db の順です。
def affine_backward(du, z, W):
    return z.T @ du, du.sum(axis=0), du @ W.T


# %% wrong: reshaped_not_transposed
# 転置の代わりに reshape を使っています。形は合いますが、要素の並びが違います。
def affine_backward(du, z, W):
    N, n_in = z.shape
    n_out = W.shape[1]
    return du @ W.reshape(n_out, n_in), z.reshape(n_in, N) @ du, du.sum(axis=0)


# %% wrong: numerical_helper
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    b = np.zeros(W.shape[1])
    dz = numerical_gradient(lambda v: np.sum(du * affine_forward(v, W, b)), z.copy())
    dW = numerical_gradient(lambda v: np.sum(du * affine_forward(z, v, b)), W.copy())
    db = numerical_gradient(lambda v: np.sum(du * affine_forward(z, W, v)), b)
    return dz, dW, db


# %% wrong: numerical_own_loops
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    eps = 1e-4
    values = [z.copy(), W.copy(), np.zeros(W.shape[1])]

    def loss():
        return np.sum(du * (values[0] @ values[1] + values[2]))

    grads = []
    for a in values:
        g = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            old = a[i]
            a[i] = old + eps
            plus = loss()
            a[i] = old - eps
            minus = loss()
            a[i] = old
            g[i] = (plus - minus) / (2 * eps)
        grads.append(g)
    return tuple(grads)


# %% wrong: numerical_dw_only
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    dW = numerical_gradient(lambda V: np.sum(du * (z @ V)), W.copy())
    return du @ W.T, dW, du.sum(axis=0)


# %% wrong: gradient_accumulates
# dW に前の呼び出しの分が残っています。呼び出すたびに 0 から計算してください。
_total = {}


def affine_backward(du, z, W):
    _total[W.shape] = _total.get(W.shape, 0) + z.T @ du
    return du @ W.T, _total[W.shape].copy(), np.sum(du, axis=0)


# %% wrong: db_of_sixteen_rows
# db に 17 行目からのデータが足されていません。バッチのすべての行を合計してください。
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, du[:16].sum(axis=0)


# %% wrong: dz_of_sixteen_units
# dz に 17 個目からの出力の分が足されていません。出力のすべてのニューロンを合計してください。
def affine_backward(du, z, W):
    return du[:, :16] @ W[:, :16].T, z.T @ du, du.sum(axis=0)


# %% wrong: numerical_by_element
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    eps = 1e-3
    dz, dW, db = np.zeros(z.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for n, i in np.ndindex(z.shape):
        for j in range(W.shape[1]):
            row, column = z[n], W[:, j]
            step = eps * (np.arange(len(row)) == i)
            dz[n, i] += du[n, j] * ((row + step) @ column - (row - step) @ column) / (2 * eps)
            dW[i, j] += du[n, j] * (row @ (column + step) - row @ (column - step)) / (2 * eps)
    for n, j in np.ndindex(du.shape):
        u = z[n] @ W[:, j]
        db[j] += du[n, j] * ((u + eps) - (u - eps)) / (2 * eps)
    return dz, dW, db


# %% wrong: numerical_by_row
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    eps = 1e-5

    def losses(z, W, b):
        return (du * (z @ W + b)).sum(axis=1)

    b, dz = np.zeros(W.shape[1]), np.zeros(z.shape)
    for i in range(z.shape[1]):
        step = eps * np.eye(z.shape[1])[i]
        dz[:, i] = (losses(z + step, W, b) - losses(z - step, W, b)) / (2 * eps)
    dW = numerical_gradient(lambda v: losses(z, v, b).sum(), W.copy())
    db = numerical_gradient(lambda v: losses(z, W, v).sum(), b)
    return dz, dW, db


# %% wrong: numerical_by_column
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    eps = 1e-2
    b, dW = np.zeros(W.shape[1]), np.zeros(W.shape)
    for i in range(W.shape[0]):
        step = np.zeros(W.shape)
        step[i] = eps
        moved = affine_forward(z, W + step, b) - affine_forward(z, W - step, b)
        dW[i] = (du * moved).sum(axis=0) / (2 * eps)
    return du @ W.T, dW, du.sum(axis=0)


# %% wrong: numerical_in_one_pass
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    eps = 1e-4
    steps = eps * np.eye(z.size).reshape(-1, *z.shape)
    dz = ((du * ((z + steps) @ W)).sum(axis=(1, 2)) - (du * ((z - steps) @ W)).sum(axis=(1, 2))) / (2 * eps)
    return dz.reshape(z.shape), z.T @ du, du.sum(axis=0)


# %% wrong: numerical_through_lent_functions
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    eps, (n_in, n_out) = 1e-5, W.shape
    b, dz = np.zeros(n_out), np.zeros(z.shape)
    steps = eps * np.concatenate([np.eye(n_in), -np.eye(n_in)])
    for n in range(len(z)):
        u = affine_forward(z[n] + steps, W, b) @ du[n]
        dz[n] = (u[:n_in] - u[n_in:]) / (2 * eps)
    return dz, z.T @ du, du.sum(axis=0)


# %% wrong: numerical_by_scipy
# 数値微分で計算しています。chain-rule の式で求めてください。
def affine_backward(du, z, W):
    from scipy.optimize import approx_fprime

    b = np.zeros(W.shape[1])
    dz = approx_fprime(z.ravel(), lambda v: np.sum(du * affine_forward(v.reshape(z.shape), W, b)), 1e-6)
    dW = approx_fprime(W.ravel(), lambda v: np.sum(du * affine_forward(z, v.reshape(W.shape), b)), 1e-6)
    db = approx_fprime(b, lambda v: np.sum(du * affine_forward(z, W, v)), 1e-6)
    return dz.reshape(z.shape), dW.reshape(W.shape), db


# %% right: textbook
def affine_backward(du, z, W):
    dz = du @ W.T
    dW = z.T @ du
    db = np.sum(du, axis=0)
    return dz, dW, db


# %% right: einsum
def affine_backward(du, z, W):
    return np.einsum("no,io->ni", du, W), np.einsum("no,ni->io", du, z), np.einsum("no->o", du)


# %% right: triple_loop
def affine_backward(du, z, W):
    N, n_in = z.shape
    n_out = W.shape[1]
    dz, dW, db = np.zeros((N, n_in)), np.zeros((n_in, n_out)), np.zeros(n_out)
    for n in range(N):
        for j in range(n_out):
            db[j] += du[n, j]
            for i in range(n_in):
                dz[n, i] += du[n, j] * W[i, j]
                dW[i, j] += z[n, i] * du[n, j]
    return dz, dW, db


# %% right: per_row_stack
def affine_backward(du, z, W):
    dz = np.stack([W @ g for g in du])
    dW = np.stack([du.T @ column for column in z.T])
    db = np.array([column.sum() for column in du.T])
    return dz, dW, db


# %% right: ones_column
def affine_backward(du, z, W):
    with_one = np.hstack([z, np.ones((len(z), 1))])
    both = with_one.T @ du
    return du.dot(W.T), both[:-1], both[-1]


# %% right: transposed_products
def affine_backward(du, z, W):
    return (W @ du.T).T, (du.T @ z).T, np.ones(len(du)) @ du


# %% right: tensordot
def affine_backward(du, z, W):
    dz = np.tensordot(du, W, axes=([1], [1]))
    dW = np.tensordot(z, du, axes=([0], [0]))
    return dz, dW, np.add.reduce(du, axis=0)


# %% right: inner
def affine_backward(du, z, W):
    return np.inner(du, W), np.inner(z.T, du.T), np.inner(du.T, np.ones(du.shape[0]))


# %% right: summed_outer_products
def affine_backward(du, z, W):
    dW = np.zeros(W.shape)
    db = np.zeros(W.shape[1])
    for z_n, du_n in zip(z, du):
        dW += np.outer(z_n, du_n)
        db += du_n
    return np.matmul(du, np.transpose(W)), dW, db


# %% right: builtin_sum
def affine_backward(du, z, W):
    return [du @ W.T, sum(np.outer(a, g) for a, g in zip(z, du)), sum(du)]


# %% right: mean_times_n
def affine_backward(du, z, W):
    N = du.shape[0]
    return du @ W.T, N * (z.T @ (du / N)), np.mean(du, axis=0) * N


# %% right: broadcasting
def affine_backward(du, z, W):
    dz = (du[:, None, :] * W[None, :, :]).sum(axis=2)
    dW = (z[:, :, None] * du[:, None, :]).sum(axis=0)
    return dz, dW, du.sum(0)


# %% right: matrix_class
def affine_backward(du, z, W):
    g = np.matrix(du)
    dz = np.asarray(g * np.matrix(W).T)
    dW = np.asarray(np.matrix(z).T * g)
    db = np.asarray(g.sum(axis=0)).ravel()
    return dz, dW, db


# %% right: fortran_and_views
def affine_backward(du, z, W):
    g = np.asfortranarray(du)
    db = g.sum(axis=0, keepdims=True)
    return g @ np.ascontiguousarray(W.T), np.asfortranarray(z.T @ g), db[0]


# %% right: last_row_of_cumsum
def affine_backward(du, z, W):
    return np.dot(du, W.T), np.dot(z.T, du), np.cumsum(du, axis=0)[-1]


# %% right: class_with_cache
class AffineLayer:
    def __init__(self, W, b=None):
        self.W = W
        self.b = np.zeros(W.shape[1]) if b is None else b

    def forward(self, z):
        self.z = z
        return affine_forward(z, self.W, self.b)

    def backward(self, du):
        self.dW = self.z.T @ du
        self.db = du.sum(axis=0)
        return du @ self.W.T


def affine_backward(du: np.ndarray, z: np.ndarray, W: np.ndarray, check: bool = False):
    layer = AffineLayer(W)
    layer.forward(z)
    dz = layer.backward(du)
    return dz, layer.dW, layer.db


# %% right: prints_at_every_level
def affine_backward(du, z, W):
    print("du", du, "z", z, "W", W)
    dz = du @ W.T
    print("dz", dz)
    dW = z.T @ du
    print("dW", dW.tolist())
    db = du.sum(axis=0)
    print("db", db)
    return dz, dW, db


# %% right: float32_inside
def affine_backward(du, z, W):
    du, z, W = (a.astype(np.float32) for a in (du, z, W))
    return (du @ W.T).astype(float), (z.T @ du).astype(float), du.sum(axis=0).astype(float)
