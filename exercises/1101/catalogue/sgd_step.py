"""sgd_step の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。更新した (W, b) のリストを返してください。
def sgd_step(params, grads, lr):
    pass


# %% wrong: zeros
# パラメータが 0 になっています。
def sgd_step(params, grads, lr):
    return [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数から計算してください。
def sgd_step(params, grads, lr):
    return [(np.array([[0.9, 1.8], [2.7, 3.6]]), np.array([0.45, -0.05]))]


# %% wrong: forward_pasted
# アフィン変換の計算になっています。ここではパラメータを更新します。
def sgd_step(params, grads, lr):
    return [(W @ dW.T + lr, b @ db + lr) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: l2_pasted
# 正則化の勾配を返しています。ここではパラメータを更新します。
def sgd_step(params, grads, lr):
    return [(dW + lr * W, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: params_changed_in_place
# 引数の params を書き換えています。リストを写しても、中の配列は同じものです。新しい配列を作って、新しいリストで返してください。
def sgd_step(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads):
        W -= lr * dW
        b -= lr * db
    return params


# %% wrong: shallow_copy
# 引数の params を書き換えています。リストを写しても、中の配列は同じものです。新しい配列を作って、新しいリストで返してください。
def sgd_step(params, grads, lr):
    new = list(params)
    for (W, b), (dW, db) in zip(new, grads):
        W -= lr * dW
        b -= lr * db
    return new


# %% wrong: list_overwritten
# 引数の params を書き換えています。リストを写しても、中の配列は同じものです。新しい配列を作って、新しいリストで返してください。
def sgd_step(params, grads, lr):
    for l in range(len(params)):
        W, b = params[l]
        dW, db = grads[l]
        params[l] = (W - lr * dW, b - lr * db)
    return params


# %% wrong: grads_changed
# 引数の grads を書き換えています。
def sgd_step(params, grads, lr):
    new = []
    for (W, b), (dW, db) in zip(params, grads):
        dW *= lr
        db *= lr
        new.append((W - dW, b - db))
    return new


# %% wrong: learning_rate_left_out
# 学習率 lr を掛け忘れています。
def sgd_step(params, grads, lr):
    return [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: learning_rate_fixed
# 引数の lr を使わず、決まった学習率で更新しています。
def sgd_step(params, grads, lr):
    lr = 0.01
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: learning_rate_only_for_w
# バイアスの更新に学習率を掛け忘れています。
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b - db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: learning_rate_divides
# 学習率で割っています。
def sgd_step(params, grads, lr):
    return [(W - dW / lr, b - db / lr) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: ascent
# 損失が大きくなる向きに更新しています。符号を見直してください。
def sgd_step(params, grads, lr):
    return [(W + lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: bias_ascent
# バイアスの更新の符号が逆です。
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: difference_reversed
# 引き算の順が逆です。
def sgd_step(params, grads, lr):
    return [(lr * dW - W, lr * db - b) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: parentheses_misplaced
# かっこの位置が違い、パラメータにも学習率が掛かっています。
def sgd_step(params, grads, lr):
    return [(lr * (W - dW), lr * (b - db)) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: biases_never_updated
# バイアスが更新されていません。
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: weights_never_updated
# バイアスだけが更新され、W が更新されていません。
def sgd_step(params, grads, lr):
    return [(W, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: only_last_layer
# 最後の層しか更新されていません。
def sgd_step(params, grads, lr):
    (W, b), (dW, db) = params[-1], grads[-1]
    return list(params[:-1]) + [(W - lr * dW, b - lr * db)]


# %% wrong: last_layer_not_updated
# ループが 1 回足りず、最後の層が更新されていません。
def sgd_step(params, grads, lr):
    new = list(params)
    for l in range(len(params) - 1):
        new[l] = (params[l][0] - lr * grads[l][0], params[l][1] - lr * grads[l][1])
    return new


# %% wrong: last_layer_lost
# 返したリストに最後の層がありません。
def sgd_step(params, grads, lr):
    new = []
    for l in range(len(params) - 1):
        new.append((params[l][0] - lr * grads[l][0], params[l][1] - lr * grads[l][1]))
    return new


# %% wrong: return_inside_loop
# ループの中で return しているため、最初の層しか返されていません。
def sgd_step(params, grads, lr):
    new = []
    for (W, b), (dW, db) in zip(params, grads):
        new.append((W - lr * dW, b - lr * db))
        return new


# %% wrong: first_layer_sign_flipped
# 最初の層だけ更新の符号が逆です。
def sgd_step(params, grads, lr):
    new = []
    for l, ((W, b), (dW, db)) in enumerate(zip(params, grads)):
        step = -lr if l > 0 else lr
        new.append((W + step * dW, b + step * db))
    return new


# %% wrong: local_names_only
# 計算した値をリストに入れていないため、もとの params がそのまま返されています。
def sgd_step(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads):
        W = W - lr * dW
        b = b - lr * db
    return params


# %% wrong: steps_returned
# 更新の大きさだけを返しています。もとのパラメータから引いてください。
def sgd_step(params, grads, lr):
    return [(lr * dW, lr * db) for dW, db in grads]


# %% wrong: negative_steps_returned
# 更新の大きさだけを返しています。もとのパラメータから引いてください。
def sgd_step(params, grads, lr):
    return [(-lr * dW, -lr * db) for dW, db in grads]


# %% wrong: step_twice
# 更新が 2 回行われています。
def sgd_step(params, grads, lr):
    new = params
    for _ in range(2):
        new = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(new, grads)]
    return new


# %% wrong: layers_reversed
# 返したリストの層の順が逆です。
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)][::-1]


# %% wrong: grads_of_wrong_layer
# 勾配の層の順が逆になっています。
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, reversed(grads))]


# %% wrong: flattened
# 返したリストが (W, b) の組になっていません。
def sgd_step(params, grads, lr):
    new = []
    for (W, b), (dW, db) in zip(params, grads):
        new.append(W - lr * dW)
        new.append(b - lr * db)
    return new


# %% wrong: mean_gradient
# 勾配を平均して 1 つの数にしています。要素ごとに引いてください。
def sgd_step(params, grads, lr):
    return [(W - lr * dW.mean(), b - lr * db.mean()) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: sign_of_gradient
# 勾配の符号しか使っていません。
def sgd_step(params, grads, lr):
    return [(W - lr * np.sign(dW), b - lr * np.sign(db)) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: gradient_clipping
# 大きな勾配を上限・下限で止めています。式のとおりに、そのままの勾配で更新します。
def sgd_step(params, grads, lr):
    cut = np.vectorize(lambda g: max(-10.0, min(10.0, g)), otypes=[float])
    return [(W - lr * cut(dW), b - lr * cut(db)) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: zero_rate_means_default
# lr = 0 を「指定なし」とみなして、別の学習率を使っています。
def sgd_step(params, grads, lr):
    lr = lr or 0.01
    new = []
    for layer, grad in zip(params, grads):
        new.append(tuple(np.subtract(p, np.multiply(lr, g)) for p, g in zip(layer, grad)))
    return new


# %% wrong: gradients_found_by_shape
# 勾配を形で探しているので、同じ形の層の勾配が入れ替わります。順に組にしてください。
def sgd_step(params, grads, lr):
    by_shape = {g.shape: g for pair in grads for g in pair}
    return [tuple(p - lr * by_shape[p.shape] for p in pair) for pair in params]


# %% wrong: middle_layers_not_updated
# 4 層以上のとき、途中の層が更新されていません。すべての層を更新してください。
def sgd_step(params, grads, lr):
    new = [(W.copy(), b.copy()) for W, b in params]
    for l in {0, 1 % len(params), len(params) - 1}:
        (W, b), (dW, db) = params[l], grads[l]
        new[l] = W - lr * dW, b - lr * db
    return new


# %% wrong: hidden_layers_reversed
# 中間層の勾配を、逆の順に組にしています。同じ番号の層の W と dW を組にしてください。
def sgd_step(params, grads, lr):
    paired = [*grads[:1], *grads[1:-1][::-1], *grads[-1:]] if len(grads) > 1 else grads
    if any(W.shape != dW.shape for (W, _), (dW, _) in zip(params, paired)):
        paired = grads
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, paired)]


# %% wrong: three_layers_only
# 4 層目以降が更新されていません。すべての層を更新してください。
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params[:3], grads)] + [(W, b) for W, b in params[3:]]


# %% right: comprehension
def sgd_step(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]


# %% right: index_loop
def sgd_step(params, grads, lr):
    new_params = []
    for l in range(len(params)):
        W, b = params[l]
        dW, db = grads[l]
        new_W = W - lr * dW
        new_b = b - lr * db
        new_params.append([new_W, new_b])
    return new_params


# %% right: copies_changed
def sgd_step(params, grads, lr):
    new = [(W.copy(), b.copy()) for W, b in params]
    for (W, b), (dW, db) in zip(new, grads):
        W -= lr * dW
        b -= lr * db
    return new


# %% right: deepcopy
def sgd_step(params, grads, lr):
    from copy import deepcopy

    result = deepcopy(params)
    for pair, grad in zip(result, grads):
        for p, g in zip(pair, grad):
            p -= g * lr
    return result


# %% right: nested_comprehension
def sgd_step(params, grads, lr):
    return [tuple(p - lr * g for p, g in zip(ps, gs)) for ps, gs in zip(params, grads)]


# %% right: map_with_helper
def updated(pair, grad, lr):
    return (np.subtract(pair[0], lr * grad[0]), np.subtract(pair[1], lr * grad[1]))


def sgd_step(params, grads, lr):
    return list(map(updated, params, grads, [lr] * len(params)))


# %% right: backwards
def sgd_step(params, grads, lr):
    new = [None] * len(params)
    for l in reversed(range(len(params))):
        new[l] = (params[l][0] + (-lr) * grads[l][0], params[l][1] + (-lr) * grads[l][1])
    return new


# %% right: recursion
def sgd_step(params, grads, lr):
    if len(params) == 0:
        return []
    (W, b), (dW, db) = params[0], grads[0]
    return [(W - lr * dW, b - lr * db)] + sgd_step(params[1:], grads[1:], lr)


# %% right: optimizer_class
class SGD:
    def __init__(self, lr=0.01, momentum=0.0):
        self.lr = lr
        self.momentum = momentum

    def update(self, param, grad):
        velocity = self.momentum * np.zeros_like(param) - self.lr * grad
        return param + velocity


def sgd_step(params, grads, lr: float = 0.1, momentum: float = 0.0):
    opt = SGD(lr, momentum)
    return [(opt.update(W, dW), opt.update(b, db)) for (W, b), (dW, db) in zip(params, grads)]


# %% right: one_long_vector
def sgd_step(params, grads, lr):
    flat_p = np.concatenate([a.ravel() for pair in params for a in pair])
    flat_g = np.concatenate([a.ravel() for pair in grads for a in pair])
    flat = flat_p - lr * flat_g
    new, start = [], 0
    for pair in params:
        arrays = []
        for a in pair:
            arrays.append(flat[start : start + a.size].reshape(a.shape))
            start += a.size
        new.append(tuple(arrays))
    return new
