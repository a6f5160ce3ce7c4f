"""cross_entropy の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。計算した E を返してください。
def cross_entropy(y, t):
    pass


# %% wrong: zeros
# いつも 0 を返しています。
def cross_entropy(y, t):
    return 0.0


# %% wrong: hard_coded
# 例の値をそのまま返しています。引数から計算してください。
def cross_entropy(y, t):
    return 0.223144 if y[0, 0] == 0.8 else 2.302585


# %% wrong: summed_over_batch
# バッチの平均ではなく和になっています。N で割るのを忘れているか、同じ項を N 回足しています。
def cross_entropy(y, t):
    return -np.sum(t * np.log(y))


# %% wrong: mean_over_elements
# N·K で割っています。割るのはデータの数 N だけです。
def cross_entropy(y, t):
    return -np.mean(t * np.log(y))


# %% wrong: divided_by_classes
# クラスの数 K で割っています。割るのはデータの数 N です。
def cross_entropy(y, t):
    return -np.sum(t * np.log(y)) / y.shape[1]


# %% wrong: sign_flipped
# 符号が逆です。log y は負なので、マイナスを付けると正になります。
def cross_entropy(y, t):
    return np.sum(t * np.log(y)) / len(y)


# %% wrong: log10
# 常用対数 (log10) を使っています。ここで使うのは自然対数です。
def cross_entropy(y, t):
    return -np.sum(t * np.log10(y)) / len(y)


# %% wrong: log2
# 底が 2 の対数を使っています。ここで使うのは自然対数です。
def cross_entropy(y, t):
    return -np.sum(t * np.log2(y)) / len(y)


# %% wrong: binary
# (1 - t) log(1 - y) の項が余分です。これは 2 クラス分類の式です。
def cross_entropy(y, t):
    return -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y)) / len(y)


# %% wrong: y_and_t_swapped
# y と t が逆です。log を取るのは y です。
def cross_entropy(y, t):
    return -np.sum(y * np.log(t + 1e-7)) / len(y)


# %% wrong: factor_two
# 値が 2 倍になっています。
def cross_entropy(y, t):
    return -2 * np.sum(t * np.log(y)) / len(y)


# %% wrong: one_per_sample
# データごとの損失を返しています。平均した 1 つの数にしてください。
def cross_entropy(y, t):
    return -np.sum(t * np.log(y), axis=1)


# %% wrong: first_sample_only
# 最初のデータの損失しか計算していません。
def cross_entropy(y, t):
    return -np.log(y[0, t[0].argmax()])


# %% wrong: no_log
# log を取っていません。
def cross_entropy(y, t):
    return -np.sum(t * y) / len(y)


# %% wrong: squared_error
# 2 乗誤差になっています。
def cross_entropy(y, t):
    return np.sum((y - t) ** 2) / len(y)


# %% wrong: error_rate
# 間違いの割合になっています。
def cross_entropy(y, t):
    return np.mean(y.argmax(axis=1) != t.argmax(axis=1))


# %% wrong: label_times_labels
# バッチの平均ではなく和になっています。N で割るのを忘れているか、同じ項を N 回足しています。
def cross_entropy(y, t):
    picked = np.log(y[np.arange(len(y)), t.argmax(axis=1)])
    return -np.sum(t[:, :, None] * picked) / len(y)


# %% wrong: softmax_inside
# y はもう softmax の出力です。もう一度 softmax をかけています。
def cross_entropy(y, t):
    e = np.exp(y)
    return -np.sum(t * np.log(e / e.sum(axis=1, keepdims=True))) / len(y)


# %% wrong: rounded
# 損失を丸めています。そのままの値を返してください。
def cross_entropy(y, t):
    return round(float(-np.sum(t * np.log(y)) / len(y)), 2)


# %% wrong: large_epsilon
# log の中に足している数が大きすぎて、値が変わっています。
def cross_entropy(y, t):
    return -np.sum(t * np.log(y + 0.01)) / len(y)


# %% wrong: changes_y
# 引数の y を書き換えています。
def cross_entropy(y, t):
    y += 1e-7
    np.log(y, out=y)
    return -np.sum(t * y) / len(y)


# %% wrong: sixteen_rows
# 17 行目からのデータの損失が足されていません。バッチのすべての行を使ってください。
def cross_entropy(y, t):
    return -np.sum(t[:16] * np.log(y[:16])) / len(y)


# %% wrong: divisor_of_sixteen_rows
# N ではなく、16 までの決まった数で割っています。割るのは、そのときのデータの数 N です。
def cross_entropy(y, t):
    return -np.sum(t * np.log(y)) / min(len(y), 16)


# %% wrong: log_of_product
# 確率をすべて掛けてから log を取っています。データが多いと積が 0 になり、E が ∞ になります。データごとに log を取ってから平均してください。
def cross_entropy(y, t):
    return -np.log(np.prod((y * t).sum(axis=1))) / len(y)


# %% right: small_epsilon
def cross_entropy(y, t):
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


# %% right: clipped
def cross_entropy(y, t):
    return -(t * np.log(np.clip(y, 1e-12, 1.0))).sum(axis=1).mean()


# %% right: label_indexing
def cross_entropy(y, t):
    return np.mean(-np.log(y[range(len(y)), np.argmax(t, axis=1)]))


# %% right: vdot
def cross_entropy(y, t):
    return -np.vdot(t, np.log(y)) / len(t)


# %% right: trace
def cross_entropy(y, t):
    return -np.trace(t @ np.log(y).T) / len(y)


# %% right: boolean_mask
def cross_entropy(y, t):
    return -np.log(y[t == 1]).mean()


# %% right: take_along_axis
def cross_entropy(y, t):
    return -np.log(np.take_along_axis(y, t.argmax(axis=1)[:, None], axis=1)).mean()


# %% right: zero_dimensional_array
def cross_entropy(y, t):
    return np.array(-np.sum(t * np.log(y)) / len(y))


# %% right: loops
def cross_entropy(y, t):
    import math

    total = 0.0
    for row, label in zip(y, t):
        for p, is_label in zip(row, label):
            if is_label:
                total -= math.log(p)
    return total / len(y)


# %% right: xlogy
def cross_entropy(y, t):
    from scipy.special import xlogy

    return float(-xlogy(t, y).sum() / len(y))
