"""softmax_cross_entropy_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。du を返してください。
def softmax_cross_entropy_backward(y, t):
    pass


# %% wrong: zeros
# 勾配が 0 のままです。
def softmax_cross_entropy_backward(y, t):
    return np.zeros_like(y)


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数の y と t から計算してください。
def softmax_cross_entropy_backward(y, t):
    return np.array([[0.045, 0.1225, -0.1675], [-0.15, 0.1, 0.05]])


# %% wrong: loss_pasted
# 損失の値を返しています。ここで求めるのは u についての勾配です。
def softmax_cross_entropy_backward(y, t):
    return cross_entropy(y, t)


# %% wrong: softmax_pasted
# softmax の順伝播の値を返しています。
def softmax_cross_entropy_backward(y, t):
    return softmax(y)


# %% wrong: changes_y_in_place
# 引数の y を書き換えています。g = y は写しではなく同じ配列なので、呼び出した側の配列が変わってしまいます。
def softmax_cross_entropy_backward(y, t):
    y -= t
    return y / len(y)


# %% wrong: changes_y_by_alias
# 引数の y を書き換えています。g = y は写しではなく同じ配列なので、呼び出した側の配列が変わってしまいます。
def softmax_cross_entropy_backward(y, t):
    N = len(y)
    g = y
    g[np.arange(N), t.argmax(axis=1)] -= 1
    return g / N


# %% wrong: not_divided_by_n
# 1/N が抜けています。損失はバッチの平均です。
def softmax_cross_entropy_backward(y, t):
    return y - t


# %% wrong: divided_by_n_twice
# N で 2 回割っています。
def softmax_cross_entropy_backward(y, t):
    N = y.shape[0]
    du = (y - t) / N
    return du / N


# %% wrong: divided_by_size
# N ではなく要素の数 N×K で割っています。
def softmax_cross_entropy_backward(y, t):
    return (y - t) / y.size


# %% wrong: divided_by_classes
# バッチの大きさ N ではなくクラスの数 K で割っています。
def softmax_cross_entropy_backward(y, t):
    return (y - t) / y.shape[1]


# %% wrong: factor_two
# 余分な 2 が掛かっています。2 乗誤差の微分と混ざっています。
def softmax_cross_entropy_backward(y, t):
    return 2 * (y - t) / len(y)


# %% wrong: sign_flipped
# 符号が逆です。y と t のどちらからどちらを引くか見直してください。
def softmax_cross_entropy_backward(y, t):
    return (t - y) / len(y)


# %% wrong: extra_sigmoid_slope
# 余分な微分が掛かっています。softmax と交差エントロピーをまとめた微分にはもう含まれています。
def softmax_cross_entropy_backward(y, t):
    return (y - t) * y * (1 - y) / len(y)


# %% wrong: softmax_twice
# y はもう softmax の出力なのに、もう一度 softmax をかけています。
def softmax_cross_entropy_backward(y, t):
    return (softmax(y) - t) / len(y)


# %% wrong: gradient_of_y
# 交差エントロピーの y についての勾配です。softmax の微分を掛け忘れています。
def softmax_cross_entropy_backward(y, t):
    return -t / y / len(y)


# %% wrong: diagonal_only
# 正解ラベルの要素にしか勾配がありません。y はほかのクラスの u にも依存するので、ほかのクラスの勾配も 0 ではありません。
def softmax_cross_entropy_backward(y, t):
    dy = -t / y / len(y)
    return dy * y * (1 - y)


# %% wrong: binary_cross_entropy
# 2 値の交差エントロピーの微分が混ざっています。正解ラベルでないクラスの項はいりません。
def softmax_cross_entropy_backward(y, t):
    dy = (-t / y + (1 - t) / (1 - y)) / len(y)
    return y * (dy - np.sum(dy * y, axis=1, keepdims=True))


# %% wrong: binary_without_softmax
# 2 値の交差エントロピーを y で微分したものになっています。
def softmax_cross_entropy_backward(y, t):
    return (y - t) / (y * (1 - y)) / len(y)


# %% wrong: label_entries_only
# 正解ラベルの要素にしか勾配がありません。y はほかのクラスの u にも依存するので、ほかのクラスの勾配も 0 ではありません。
def softmax_cross_entropy_backward(y, t):
    return np.where(t == 1, y - 1, 0) / len(y)


# %% wrong: label_not_subtracted
# 正解ラベルの分が引かれていません。
def softmax_cross_entropy_backward(y, t):
    return y / len(y)


# %% wrong: subtracted_in_class_loop
# クラスのループの中で引いているため、正解ラベルの 1 が K 回引かれています。
def softmax_cross_entropy_backward(y, t):
    N, K = y.shape
    labels = t.argmax(axis=1)
    du = y.copy()
    for k in range(K):
        du[np.arange(N), labels] -= 1
    return du / N


# %% wrong: subtracted_in_every_row
# 番号の指定のしかたが違い、正解ラベルの列がすべての行で引かれています。
def softmax_cross_entropy_backward(y, t):
    du = y.copy()
    du[:, t.argmax(axis=1)] -= 1
    return du / len(y)


# %% wrong: label_number_subtracted
# 正解ラベルの番号を引いています。引くのは one-hot のラベルです。
def softmax_cross_entropy_backward(y, t):
    return (y - t.argmax(axis=1)[:, None]) / len(y)


# %% wrong: predicted_class_subtracted
# 正解ラベルではなく、y が最大のクラスから 1 を引いています。
def softmax_cross_entropy_backward(y, t):
    du = y.copy()
    du[np.arange(len(y)), y.argmax(axis=1)] -= 1
    return du / len(y)


# %% wrong: labels_shifted
# 正解ラベルの番号が 1 つずれています。
def softmax_cross_entropy_backward(y, t):
    N, K = y.shape
    labels = (t.argmax(axis=1) + 1) % K
    du = y.copy()
    du[np.arange(N), labels] -= 1
    return du / N


# %% wrong: precedence
# 割り算が t にだけ掛かっています。かっこの位置を見直してください。
def softmax_cross_entropy_backward(y, t):
    return y - t / len(y)


# %% wrong: mean_over_batch
# バッチ方向に平均しています。du の形は y と同じです。
def softmax_cross_entropy_backward(y, t):
    return np.mean(y - t, axis=0)


# %% wrong: squared_error
# 差を 2 乗しています。勾配ではなく 2 乗誤差になっています。
def softmax_cross_entropy_backward(y, t):
    return (y - t) ** 2 / len(y)


# %% wrong: absolute_value
# 絶対値を取っているため、正解ラベルの勾配の符号が違います。
def softmax_cross_entropy_backward(y, t):
    return np.abs(y - t) / len(y)


# %% wrong: rounded
# 値を丸めているため、勾配の精度が落ちています。
def softmax_cross_entropy_backward(y, t):
    return np.round((y - t) / len(y), 2)


# %% wrong: returns_loss_too
# 余分なものを返しています。返すのは du だけです。
def softmax_cross_entropy_backward(y, t):
    return cross_entropy(y, t), (y - t) / len(y)


# %% wrong: numerical_helper
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    u = np.log(y)
    return numerical_gradient(lambda v: softmax_cross_entropy_forward(v, t)[0], u)


# %% wrong: numerical_own_loops
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    eps = 1e-5
    u = np.log(y)
    du = np.zeros_like(u)

    def loss(v):
        p = np.exp(v) / np.sum(np.exp(v), axis=1, keepdims=True)
        return -np.sum(t * np.log(p)) / len(t)

    for n in range(u.shape[0]):
        for k in range(u.shape[1]):
            v = u.copy()
            v[n, k] = u[n, k] + eps
            plus = loss(v)
            v[n, k] = u[n, k] - eps
            minus = loss(v)
            du[n, k] = (plus - minus) / (2 * eps)
    return du


# %% wrong: first_batch_size
# N を最初の呼び出しのときのまま使っています。N は、そのときの y の行の数です。
def softmax_cross_entropy_backward(y, t, size=[]):
    if not size:
        size.append(y.shape[0])
    return (y - t) / size[0]


# %% wrong: eight_classes_only
# 9 番目からのクラスの勾配が 0 のままです。すべてのクラスを計算してください。
def softmax_cross_entropy_backward(y, t):
    du = np.zeros(y.shape)
    for k in range(min(8, y.shape[1])):
        du[:, k] = (y[:, k] - t[:, k]) / len(y)
    return du


# %% wrong: divisor_of_sixteen_rows
# N ではなく、16 までの決まった数で割っています。1/N の N は、そのときのデータの数です。
def softmax_cross_entropy_backward(y, t):
    return (y - t) / min(len(y), 16)


# %% wrong: jacobian_summed_over_batch
# softmax のヤコビ行列をバッチで足しています。データごとに別の行列を使ってください。
def softmax_cross_entropy_backward(y, t):
    J = sum(np.diag(p) - np.outer(p, p) for p in y)
    return (-t / y / len(y)) @ J


# %% wrong: numerical_by_row
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    u, eps = np.log(y), 1e-4
    rows = []
    for v, d in zip(u, t):
        def loss(v, d=d):
            return np.log(np.exp(v).sum()) - v @ d

        rows.append([(loss(v + s) - loss(v - s)) / (2 * eps) for s in eps * np.eye(len(v))])
    return np.array(rows) / len(y)


# %% wrong: numerical_in_one_pass
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    u, eps = np.log(y), 1e-3
    steps = eps * np.eye(u.shape[1])[:, None]

    def losses(v):
        return np.log(np.exp(v).sum(axis=-1)) - (v * t).sum(axis=-1)

    return ((losses(u + steps) - losses(u - steps)) / (2 * eps)).T / len(y)


# %% wrong: numerical_of_fourth_order
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    u, eps, du = np.log(y), 0.1, np.zeros(y.shape)
    for i in np.ndindex(u.shape):
        def loss(steps):
            v = u.copy()
            v[i] += steps * eps
            return softmax_cross_entropy_forward(v, t)[0]

        du[i] = (8 * (loss(1) - loss(-1)) - loss(2) + loss(-2)) / (12 * eps)
    return du


# %% wrong: numerical_by_scipy
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    from scipy.optimize import approx_fprime

    def loss(v):
        return softmax_cross_entropy_forward(v.reshape(y.shape), t)[0]

    return approx_fprime(np.log(y).ravel(), loss, 1e-7).reshape(y.shape)


# %% wrong: numerical_through_lent_functions
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    eps, K = 1e-5, y.shape[1]
    steps = eps * np.concatenate([np.eye(K), -np.eye(K)])
    du = np.zeros(y.shape)
    for n, row in enumerate(np.log(y)):
        loss = -np.log(softmax(row + steps)[:, t[n].argmax()])
        du[n] = (loss[:K] - loss[K:]) / (2 * eps) / len(y)
    return du


# %% wrong: numerical_of_an_exact_loss
# 数値微分で計算しています。chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    u, eps, du = np.log(y), 1e-5, np.zeros(y.shape)

    def loss(v):
        ahead = v - (v * t).sum(axis=1, keepdims=True)
        return np.mean(np.log1p((np.exp(ahead) * (1 - t)).sum(axis=1)))

    for i in np.ndindex(u.shape):
        step = np.zeros(u.shape)
        step[i] = eps
        du[i] = (loss(u + step) - loss(u - step)) / (2 * eps)
    return du


# %% wrong: gives_up_on_many_rows
# データが多いと計算をやめています。どの大きさでも chain-rule の式で求めてください。
def softmax_cross_entropy_backward(y, t):
    if len(y) > 100:
        raise MemoryError("too many rows")
    u, eps, du = np.log(y), 1e-5, np.zeros(y.shape)

    def loss(v):
        ahead = v - (v * t).sum(axis=1, keepdims=True)
        return np.mean(np.log1p((np.exp(ahead) * (1 - t)).sum(axis=1)))

    for i in np.ndindex(u.shape):
        step = np.zeros(u.shape)
        step[i] = eps
        du[i] = (loss(u + step) - loss(u - step)) / (2 * eps)
    return du


# %% right: textbook
def softmax_cross_entropy_backward(y, t):
    return (y - t) / y.shape[0]


# %% right: label_indexing
def softmax_cross_entropy_backward(y, t):
    N = len(y)
    du = y.copy()
    du[np.arange(N), t.argmax(axis=1)] -= 1
    du /= N
    return du


# %% right: divided_first
def softmax_cross_entropy_backward(y, t):
    N = float(len(t))
    return y / N - t / N


# %% right: full_chain_rule
def softmax_cross_entropy_backward(y, t):
    g = -t / np.maximum(y, 1e-12) / len(y)
    return y * (g - np.sum(g * y, axis=1, keepdims=True))


# %% right: jacobian_per_row
def softmax_cross_entropy_backward(y, t):
    rows = []
    for p, d in zip(y, t):
        J = np.diag(p) - np.outer(p, p)
        rows.append(J @ (-d / np.clip(p, 1e-12, None)))
    return np.array(rows) / len(y)


# %% right: boolean_mask
def softmax_cross_entropy_backward(y, t):
    du = np.array(y)
    du[t == 1] -= 1.0
    return np.divide(du, len(du))


# %% right: where
def softmax_cross_entropy_backward(y, t):
    return np.where(t > 0.5, y - 1, y) * (1 / y.shape[0])


# %% right: double_loop
def softmax_cross_entropy_backward(y, t):
    N, K = y.shape
    du = np.empty((N, K))
    for n in range(N):
        for k in range(K):
            du[n, k] = (y[n, k] - t[n, k]) / N
    return du


# %% right: row_list
def softmax_cross_entropy_backward(y, t):
    return np.array([(p - d) / len(y) for p, d in zip(y, t)])


# %% right: put_along_axis
def softmax_cross_entropy_backward(y, t):
    labels = np.argmax(t, axis=1)[:, None]
    du = y.copy()
    np.put_along_axis(du, labels, np.take_along_axis(y, labels, axis=1) - 1, axis=1)
    return du / len(du)


# %% right: sum_of_labels
def softmax_cross_entropy_backward(y, t):
    return np.subtract(y, t) / np.sum(t)


# %% right: identity_rows
def softmax_cross_entropy_backward(y: np.ndarray, t: np.ndarray, dE: float = 1.0) -> np.ndarray:
    one_hot = np.eye(y.shape[1])[t.argmax(axis=-1)]
    return dE * (y - one_hot) / y.shape[0]


# %% right: transposed
def softmax_cross_entropy_backward(y, t):
    N = t.shape[0]
    return ((y.T - t.T) / N).T


# %% right: class_with_cache
class SoftmaxWithLossBackward:
    def __init__(self, y, t):
        self.y = y
        self.t = t

    def backward(self, dout=1):
        return (self.y - self.t) * dout / self.t.shape[0]


def softmax_cross_entropy_backward(y, t):
    return SoftmaxWithLossBackward(y, t).backward()


# %% right: small_number_added
def softmax_cross_entropy_backward(y, t):
    return (y + 1e-7 - t) / len(y)


# %% right: clipped
def softmax_cross_entropy_backward(y, t):
    return (np.clip(y, 1e-7, 1 - 1e-7) - t) / len(y)


# %% right: jacobian_with_a_small_number
def softmax_cross_entropy_backward(y, t):
    dy = -t / (y + 1e-7) / len(y)
    J = y[:, :, None] * (np.eye(y.shape[1]) - y[:, None, :])
    return np.einsum("nij,nj->ni", J, dy)


# %% right: prints_at_every_level
def softmax_cross_entropy_backward(y, t):
    print("y", y)
    print("t", t)
    du = np.zeros_like(y)
    for n in range(len(y)):
        print("row", n, y[n], t[n])
        du[n] = (y[n] - t[n]) / len(y)
    print("du", du)
    return du


# %% right: float32_inside
def softmax_cross_entropy_backward(y, t):
    return ((y.astype(np.float32) - t.astype(np.float32)) / np.float32(len(y))).astype(float)
