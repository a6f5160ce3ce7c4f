"""softmax の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。計算した y を返してください。
def softmax(u):
    pass


# %% wrong: zeros
# 形は合っていますが、値がすべて 0 です。
def softmax(u):
    return np.zeros_like(u)


# %% wrong: hard_coded
# スライドの例の値をそのまま返しています。引数の u から計算してください。
def softmax(u):
    return np.array([[0.0900306, 0.244728, 0.665241]] * len(u))


# %% wrong: whole_array_sum
# 配列全体の和で割っています。行ごとの和で割ってください。
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e.sum()


# %% wrong: axis_0
# バッチ方向 (縦) に足しています。クラスの方向 (横) に足してください。
def softmax(u):
    e = np.exp(u - u.max(axis=0))
    return e / e.sum(axis=0)


# %% wrong: sum_along_axis_0
# バッチ方向 (縦) に足しています。クラスの方向 (横) に足してください。
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e.sum(axis=0)


# %% wrong: without_keepdims
# 行の最大値の形が (N,) なので、行ごとに引けていません。
def softmax(u):
    e = np.exp(u - u.max(axis=1))
    return e / e.sum(axis=1)


# %% wrong: maximum_without_keepdims
# 最大値が行ごとに引かれていません。N = K のとき、エラーも出ずに違う行の値が使われます。
def softmax(u):
    if u.shape[0] == u.shape[1]:
        e = np.exp(u - u.max(axis=1))
    else:
        e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: no_maximum
# 最大値を引いていないので、u が 1000 くらいになると exp があふれて nan になります。
def softmax(u):
    e = np.exp(u)
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: one_global_maximum
# 配列全体の最大値を引いています。小さい行では 0/0 になり、nan が出ます。
def softmax(u):
    e = np.exp(u - u.max())
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: l2_norm
# 和ではなく、2 乗の和の平方根で割っています。
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / np.linalg.norm(e, axis=1, keepdims=True)


# %% wrong: divided_by_maximum
# 和ではなく、最大値で割っています。
def softmax(u):
    return np.exp(u - u.max(axis=1, keepdims=True))


# %% wrong: no_exponential
# exp を取らずに割合を求めています。
def softmax(u):
    return u / u.sum(axis=1, keepdims=True)


# %% wrong: log_softmax
# log を取ったままです。確率を返してください。
def softmax(u):
    s = u - u.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


# %% wrong: twice
# softmax を 2 回かけています。
def softmax(u):
    for _ in range(2):
        e = np.exp(u - u.max(axis=1, keepdims=True))
        u = e / e.sum(axis=1, keepdims=True)
    return u


# %% wrong: one_hot_of_maximum
# 最大のところだけを 1 にしています。softmax は確率の分布を返します。
def softmax(u):
    return np.eye(u.shape[1])[u.argmax(axis=1)]


# %% wrong: sigmoid_pasted
# 要素ごとの sigmoid になっています。行の和が 1 になりません。
def softmax(u):
    return 0.5 * (1 + np.tanh(u / 2))


# %% wrong: softmin
# 指数の符号が逆です。大きな値ほど確率が大きくなるはずです。
def softmax(u):
    e = np.exp(u.min(axis=1, keepdims=True) - u)
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: base_2
# 底が 2 になっています。
def softmax(u):
    e = np.exp2(u - u.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: changes_u
# 引数の u を書き換えています。`-=` は渡された配列そのものを変えます。
def softmax(u):
    u -= u.max(axis=1, keepdims=True)
    e = np.exp(u)
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: clipped
# u を狭い範囲の上限・下限で止めているので、大きな値どうしの差がなくなっています。
def softmax(u):
    e = np.exp(np.clip(u, -100, 100))
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: subtracts_first_column
# 最大値ではなく、最初の列の値を引いています。ほかの列がずっと大きいと、exp があふれます。
def softmax(u):
    e = np.exp(u - u[:, :1])
    return e / np.sum(e, axis=1)[:, np.newaxis]


# %% wrong: two_classes_swapped
# K = 2 のときだけ、2 つのクラスが入れ替わっています。
def softmax(u):
    if u.shape[1] == 2:
        p = 1 / (1 + np.exp(-np.clip(u[:, 0] - u[:, 1], -700, 700)))
        return np.stack([1 - p, p], axis=1)
    e = np.exp(u - u.max(axis=1).reshape(-1, 1))
    return e / e.sum(axis=1).reshape(-1, 1)


# %% wrong: eight_classes_only
# 9 番目からのクラスが和に入っていません。クラスがいくつでも、すべてを足してください。
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e[:, :8].sum(axis=1, keepdims=True)


# %% wrong: maximum_of_the_columns
# 行の最大値ではなく、列の最大値を引いています。行の値がほかの行よりずっと小さいと、0/0 になります。
def softmax(u):
    e = np.exp(u - u.max(axis=0))
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: own_class_left_out_of_the_sum
# 分母の和に、自分のクラスが入っていません。すべてのクラスを足してください。
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) - e)


# %% wrong: rounded
# 値を丸めています。そのままの値を返してください。
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return np.round(e / e.sum(axis=1, keepdims=True), 3)


# %% right: scipy
def softmax(u):
    from scipy.special import softmax as scipy_softmax

    return scipy_softmax(u, axis=1)


# %% right: transpose_trick
def softmax(u):
    s = u.T - np.max(u.T, axis=0)
    return (np.exp(s) / np.sum(np.exp(s), axis=0)).T


# %% right: logsumexp
def softmax(u):
    from scipy.special import logsumexp

    return np.exp(u - logsumexp(u, axis=1, keepdims=True))


# %% right: logaddexp_reduce
def softmax(u):
    return np.exp(u - np.logaddexp.reduce(u, axis=1)[:, np.newaxis])


# %% right: apply_along_axis
def softmax(u):
    def one(row):
        e = np.exp(row - row.max())
        return e / e.sum()

    return np.apply_along_axis(one, 1, u)


# %% right: row_loop
def softmax(u):
    y = np.zeros(u.shape)
    for i, row in enumerate(u):
        e = np.exp(row - np.max(row))
        y[i] = e / np.sum(e)
    return y


# %% right: double_loop
def softmax(u):
    y = np.empty_like(u)
    for n in range(u.shape[0]):
        for k in range(u.shape[1]):
            y[n, k] = 1 / sum(np.exp(min(u[n, j] - u[n, k], 700.0)) for j in range(u.shape[1]))
    return y


# %% right: pairwise_differences
def softmax(u):
    with np.errstate(over="ignore"):
        return 1 / np.exp(u[:, None, :] - u[:, :, None]).sum(axis=2)


# %% right: extra_arguments
def softmax(u, axis=1, temperature=1.0):
    s = (u - u.max(axis=axis, keepdims=True)) / temperature
    return np.exp(s) / np.exp(s).sum(axis=axis, keepdims=True)


# %% right: minimum_exponent
def softmax(u):
    s = np.maximum(u - u.max(axis=1).reshape(-1, 1), -700)
    return np.exp(s) / np.exp(s).sum(axis=1).reshape(-1, 1)
