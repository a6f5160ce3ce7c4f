"""l2_gradient の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。新しい grads を返してください。
def l2_gradient(params, grads, weight_decay):
    pass


# %% wrong: zeros
# 勾配がすべて 0 です。
def l2_gradient(params, grads, weight_decay):
    return [(np.zeros_like(dW), np.zeros_like(db)) for dW, db in grads]


# %% wrong: hard_coded
# いつも同じ値を返しています。引数から計算してください。
def l2_gradient(params, grads, weight_decay):
    return [(np.array([[10.1, -9.8]]), np.array([5.0, 0.0])), (np.array([[1.3], [2.4]]), np.array([-2.0]))]


# %% wrong: unchanged
# 正則化の項が足されていません。
def l2_gradient(params, grads, weight_decay):
    return list(grads)


# %% wrong: decay_forgotten
# λ を掛け忘れています。
def l2_gradient(params, grads, weight_decay):
    return [(dW + W, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: decay_alone
# もとの勾配 dW がなくなっています。正則化の項は足します。
def l2_gradient(params, grads, weight_decay):
    return [(weight_decay * W, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: bias_decayed
# バイアスにも正則化の項を足しています。足すのは重みだけです。
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * W, db + weight_decay * b) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: only_bias_decayed
# 重みではなく、バイアスに足しています。
def l2_gradient(params, grads, weight_decay):
    return [(dW, db + weight_decay * b) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: factor_two
# 2 倍になっています。½ と、2 乗の微分の 2 が打ち消し合います。
def l2_gradient(params, grads, weight_decay):
    return [(dW + 2 * weight_decay * W, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: halved
# 半分になっています。½ と、2 乗の微分の 2 が打ち消し合います。
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * W / 2, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: divided_by_rows
# 正則化の項を大きさで割っています。λW をそのまま足します。
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * W / W.size, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: precedence
# かっこの場所が違います。dW にまで λ が掛かっています。
def l2_gradient(params, grads, weight_decay):
    return [(weight_decay * (dW + W), db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: subtracted
# 正則化の項を引いています。
def l2_gradient(params, grads, weight_decay):
    return [(dW - weight_decay * W, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: l1
# W の符号を足しています。これは L1 正則化です。
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * np.sign(W), db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: squared
# W の 2 乗を足しています。足すのは微分したあとの式です。
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay / 2 * W**2, db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: norm_added
# 2 乗の和 (1 つの数) をすべての要素に足しています。
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay / 2 * np.sum(W**2), db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: last_layer_only
# 最後の層にしか足していません。
def l2_gradient(params, grads, weight_decay):
    result = [(dW, db) for dW, db in grads]
    result[-1] = (grads[-1][0] + weight_decay * params[-1][0], grads[-1][1])
    return result if len(result) > 1 else grads


# %% wrong: updates_params
# パラメータを更新しています。ここで返すのは勾配です。
def l2_gradient(params, grads, weight_decay):
    return [(W - weight_decay * dW, b - weight_decay * db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: changes_grads
# 引数の grads を書き換えています。
def l2_gradient(params, grads, weight_decay):
    for (W, b), (dW, db) in zip(params, grads):
        dW += weight_decay * W
    return grads


# %% wrong: weights_found_by_shape
# 重みを形で探しているので、同じ形の層の重みが入れ替わります。順に組にしてください。
def l2_gradient(params, grads, weight_decay):
    shapes = dict((W.shape, W) for W, b in params)
    return [(dW + weight_decay * shapes[dW.shape], db + 0) for dW, db in grads]


# %% wrong: middle_layers_left_out
# 4 層以上のとき、途中の層に正則化の項が足されていません。すべての層に足してください。
def l2_gradient(params, grads, weight_decay):
    new = [(dW.copy(), db.copy()) for dW, db in grads]
    for l in {0, 1 % len(params), len(params) - 1}:
        new[l] = grads[l][0] + weight_decay * params[l][0], grads[l][1]
    return new


# %% wrong: hidden_layers_reversed
# 中間層の W を、逆の順に組にしています。同じ番号の層の dW と W を組にしてください。
def l2_gradient(params, grads, weight_decay):
    weights = [W for W, _ in params]
    swapped = weights[:1] + weights[1:-1][::-1] + weights[-1:] if len(weights) > 1 else weights
    if any(W.shape != dW.shape for W, (dW, _) in zip(swapped, grads)):
        swapped = weights
    return [(dW + weight_decay * W, db) for W, (dW, db) in zip(swapped, grads)]


# %% right: textbook
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * W, db) for (W, b), (dW, db) in zip(params, grads)]


# %% right: index_loop
def l2_gradient(params, grads, weight_decay):
    result = []
    for i in range(len(params)):
        result.append((grads[i][0] + params[i][0] * weight_decay, grads[i][1].copy()))
    return result


# %% right: lists_for_tuples
def l2_gradient(params, grads, weight_decay):
    return [[np.add(dW, weight_decay * W), db] for (W, _), (dW, db) in zip(params, grads)]


# %% right: deepcopy
def l2_gradient(params, grads, weight_decay):
    import copy

    result = copy.deepcopy(grads)
    for (W, _), (dW, _) in zip(params, result):
        dW += weight_decay * W
    return result


# %% right: tuple_of_layers
def l2_gradient(params, grads, weight_decay):
    return tuple((dW + weight_decay * W, db + 0 * b) for (W, b), (dW, db) in zip(params, grads))


# %% right: difference_of_squares
def l2_gradient(params, grads, weight_decay):
    def penalty_slope(W):
        return weight_decay / 2 * (2 * W)

    return [(dW + penalty_slope(W), db) for (W, b), (dW, db) in zip(params, grads)]


# %% right: einsum
def l2_gradient(params, grads, weight_decay):
    return [(np.einsum("ij->ij", dW) + np.einsum(",ij->ij", weight_decay, W), db) for (W, _), (dW, db) in zip(params, grads)]
