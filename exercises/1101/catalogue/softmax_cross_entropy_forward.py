"""softmax_cross_entropy_forward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。E と y を返してください。
def softmax_cross_entropy_forward(u, t):
    pass


# %% wrong: zeros
# E も y もすべて 0 です。
def softmax_cross_entropy_forward(u, t):
    return 0.0, np.zeros_like(u)


# %% wrong: hard_coded
# 例の値をそのまま返しています。引数から計算してください。
def softmax_cross_entropy_forward(u, t):
    return 0.753109, np.array([[0.0900306, 0.244728, 0.665241], [1 / 3, 1 / 3, 1 / 3]])


# %% wrong: infinite
# y が 0 になると log 0 で E が無限大になります。
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    with np.errstate(all="ignore"):
        return -np.sum(t * np.log(y)) / len(u), y


# %% wrong: no_maximum
# 最大値を引いていないので、u = ±1000 で exp があふれます。
def softmax_cross_entropy_forward(u, t):
    e = np.exp(u)
    y = e / e.sum(axis=1, keepdims=True)
    return -np.sum(t * np.log(y + 1e-7)) / len(u), y


# %% wrong: not_divided_by_n
# 損失がバッチの和になっています。N で割って平均にしてください。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.sum(t * log_y), np.exp(log_y)


# %% wrong: mean_over_elements
# 損失を N·K で割っています。割るのはデータの数 N だけです。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.mean(t * log_y), np.exp(log_y)


# %% wrong: only_loss
# y も返してください。E と y の 2 つが必要です。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    return -np.sum(t * (s - np.log(np.exp(s).sum(axis=1, keepdims=True)))) / len(u)


# %% wrong: order_of_results
# 返す順が逆です。E、y の順に返してください。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return np.exp(log_y), -np.sum(t * log_y) / len(u)


# %% wrong: u_for_y
# 2 つ目に u を返しています。返すのは softmax の出力 y です。
def softmax_cross_entropy_forward(u, t):
    return cross_entropy(softmax(u) + 1e-12, t), u.copy()


# %% wrong: log_y_for_y
# 2 つ目が log を取ったままです。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.sum(t * log_y) / len(u), log_y


# %% wrong: sign_flipped
# 損失の符号が逆です。
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    return np.sum(t * np.log(y + 1e-12)) / len(u), y


# %% wrong: softmax_twice
# softmax を 2 回かけています。
def softmax_cross_entropy_forward(u, t):
    y = softmax(softmax(u))
    return -np.sum(t * np.log(y)) / len(u), y


# %% wrong: softmax_missing
# u に softmax をかけていません。
def softmax_cross_entropy_forward(u, t):
    y = np.clip(u, 1e-7, 1)
    return -np.sum(t * np.log(y)) / len(u), y


# %% wrong: rounded
# 損失を丸めています。
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    return float(np.round(-np.sum(t * np.log(y + 1e-12)) / len(u), 1)), y


# %% wrong: maximum_not_in_loss
# E の式で、最大値を引いた分を戻していません。
def softmax_cross_entropy_forward(u, t):
    m = u.max(axis=1, keepdims=True)
    total = np.exp(u - m).sum(axis=1)
    return np.mean(np.log(total) - np.sum(t * u, axis=1)), np.exp(u - m) / total[:, None]


# %% wrong: one_global_maximum
# 配列全体の最大値を引いています。値がずっと小さい行では、0/0 や log 0 になります。
def softmax_cross_entropy_forward(u, t):
    e = np.exp(u - u.max())
    y = e / e.sum(axis=1, keepdims=True)
    return -np.sum(t * np.log(y + 1e-7)) / len(u), y


# %% wrong: changes_u
# 引数の u を書き換えています。
def softmax_cross_entropy_forward(u, t):
    u -= u.max(axis=1, keepdims=True)
    e = np.exp(u)
    y = e / e.sum(axis=1, keepdims=True)
    return -np.sum(t * np.log(y + 1e-12)) / len(u), y


# %% wrong: gradient
# E の代わりに勾配を返しています。ここは順伝播です。
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    return (y - t) / len(u), y


# %% wrong: log_zero_becomes_zero
# y が 0 のところの log を 0 にしているので、大きく間違えたときに損失が 0 になります。
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    log_y = np.log(y, out=np.zeros_like(y), where=y > 0)
    return -(t * log_y).sum() / y.shape[0], y


# %% wrong: nan_to_num_on_log
# -∞ になった log を、いちばん大きな数に置き換えています。log と exp が打ち消し合う式にしてください。
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    with np.errstate(divide="ignore"):
        log_y = np.nan_to_num(np.log(y))
    return -np.sum(t * log_y) / len(y), y


# %% wrong: first_batch_size_forever
# N を最初の呼び出しのときのまま使っています。N は、そのときの u の行の数です。
def softmax_cross_entropy_forward(u, t, memory={}):
    n = memory.setdefault("N", len(u))
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -(t * log_y).sum() / n, np.exp(log_y)


# %% wrong: eight_classes_only
# 9 番目からのクラスが和に入っていません。クラスがいくつでも、すべてを足してください。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s[:, :8]).sum(axis=1, keepdims=True) + 1e-300)
    return -np.sum(t * log_y) / len(u), np.exp(log_y)


# %% wrong: log_sum_exp_without_a_shift
# log の中の exp があふれて、E が有限になりません。行の最大値を、exp の前に引いておいてください。
def softmax_cross_entropy_forward(u, t):
    with np.errstate(all="ignore"):
        E = np.mean(np.log(np.sum(np.exp(u), axis=1)) - np.sum(u * t, axis=1))
    return E, softmax(u)


# %% wrong: maximum_of_the_columns
# 行の最大値ではなく、列の最大値を引いています。行の値がほかの行よりずっと小さいと、0/0 や log 0 になります。
def softmax_cross_entropy_forward(u, t):
    with np.errstate(all="ignore"):
        s = u - u.max(axis=0)
        log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        return -np.sum(t * log_y) / len(u), np.exp(log_y)


# %% wrong: right_class_left_out_of_the_sum
# log の中の和に、正解のクラスが入っていません。すべてのクラスを足してください。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        losses = np.log(((1 - t) * np.exp(s)).sum(axis=1)) - np.sum(s * t, axis=1)
    return np.mean(losses), softmax(u)


# %% wrong: binary
# 2 値の交差エントロピーの項 (1 - t) log(1 - y) が余分です。正解のクラスの log y だけを使います。
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    return -np.sum(t * np.log(y + 1e-7) + (1 - t) * np.log(1 - y + 1e-7)) / len(u), y


# %% wrong: one_global_maximum_in_log_y
# 配列全体の最大値を引いています。値がずっと小さい行では、0/0 や log 0 になります。
def softmax_cross_entropy_forward(u, t):
    s = u - u.max()
    with np.errstate(all="ignore"):
        log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        return -np.sum(t * log_y) / len(u), np.exp(log_y)


# %% wrong: log_y_without_a_shift
# log の中の exp があふれて、E が有限になりません。行の最大値を、exp の前に引いておいてください。
def softmax_cross_entropy_forward(u, t):
    with np.errstate(all="ignore"):
        log_y = u - np.log(np.exp(u).sum(axis=1, keepdims=True))
        return -np.sum(t * log_y) / len(u), softmax(u)


# %% wrong: log_y_and_y_without_a_shift
# log の中の exp があふれて、E が有限になりません。行の最大値を、exp の前に引いておいてください。
def softmax_cross_entropy_forward(u, t):
    with np.errstate(all="ignore"):
        log_y = u - np.log(np.exp(u).sum(axis=1, keepdims=True))
        return -np.sum(t * log_y) / len(u), np.exp(log_y)


# %% right: from_parts
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    return cross_entropy(np.clip(y, 1e-300, None), t), y


# %% right: small_epsilon
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    return -np.sum(t * np.log(y + 1e-7)) / len(u), y


# %% right: logsumexp
def softmax_cross_entropy_forward(u, t):
    from scipy.special import logsumexp

    log_y = u - logsumexp(u, axis=1, keepdims=True)
    return -(t * log_y).sum() / len(u), np.exp(log_y)


# %% right: scipy_log_softmax
def softmax_cross_entropy_forward(u, t):
    from scipy.special import log_softmax

    log_y = log_softmax(u, axis=1)
    return -np.mean(log_y[np.arange(len(u)), t.argmax(axis=1)]), np.exp(log_y)


# %% right: logaddexp_reduce
def softmax_cross_entropy_forward(u, t):
    total = np.logaddexp.reduce(u, axis=1)
    return np.mean(total - (u * t).sum(axis=1)), np.exp(u - total[:, None])


# %% right: row_loop
def softmax_cross_entropy_forward(u, t):
    losses, rows = [], []
    for scores, label in zip(u, t):
        shifted = scores - scores.max()
        total = np.log(np.sum(np.exp(shifted)))
        losses.append(total - shifted[label.argmax()])
        rows.append(np.exp(shifted - total))
    return sum(losses) / len(losses), np.array(rows)


# %% right: list_of_two
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    picked = np.maximum((y * t).sum(axis=1), 1e-30)
    return [float(-np.log(picked).mean()), y]


# %% right: class_with_cache
class SoftmaxWithLoss:
    def forward(self, u, t):
        self.t, self.y = t, softmax(u)
        self.loss = cross_entropy(self.y + 1e-12, t)
        return self.loss


def softmax_cross_entropy_forward(u, t):
    layer = SoftmaxWithLoss()
    loss = layer.forward(u, t)
    return loss, layer.y
