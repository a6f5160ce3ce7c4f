"""network_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。層ごとの (dW, db) のリストを返してください。
def network_backward(x, t, params, activation="relu"):
    pass


# %% wrong: zeros
# どの層の勾配も 0 のままです。
def network_backward(x, t, params, activation="relu"):
    return [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数から計算してください。
def network_backward(x, t, params, activation="relu"):
    return [
        (np.array([[0.1, -0.2], [0.0, 0.3]]), np.array([0.05, -0.01])),
        (np.array([[0.4, 0.1], [-0.3, 0.2]]), np.array([0.02, 0.03])),
        (np.array([[0.2, -0.2], [0.1, -0.1]]), np.array([0.15, -0.15])),
    ]


# %% wrong: forward_pasted
# 順伝播の結果を返しています。ここで求めるのは勾配です。
def network_backward(x, t, params, activation="relu"):
    return network_forward(x, params, activation)


# %% wrong: returns_loss
# 損失の値を返しています。ここで求めるのは勾配です。
def network_backward(x, t, params, activation="relu"):
    us, _ = network_forward(x, params, activation)
    E, _ = softmax_cross_entropy_forward(us[-1], t)
    return E


# %% wrong: params_updated
# 引数の params を書き換えています。ここでは勾配だけを求めて、配列の値もリストの並びも変えないでください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        dz, dW, db = affine_backward(du, zs[l], W)
        grads.insert(0, (dW, db))
        W -= 0.1 * dW
        b -= 0.1 * db
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: params_reversed_in_place
# 引数の params を書き換えています。ここでは勾配だけを求めて、配列の値もリストの並びも変えないでください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    params.reverse()
    for i, (W, b) in enumerate(params):
        l = len(params) - 1 - i
        dz, dW, db = affine_backward(du, zs[l], W)
        grads.append((dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads[::-1]


# %% wrong: updated_before_dz
# W を更新してから dz を計算しています。順伝播で使った W を使ってください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, _b = params[l]
        dW = zs[l].T @ du
        grads.insert(0, (dW, du.sum(axis=0)))
        W = W - 0.1 * dW
        dz = du @ W.T
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: hidden_slope_left_out
# 中間層の活性化関数の微分 h'(u) を掛け忘れています。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz
    return grads


# %% wrong: first_slope_left_out
# 最初の中間層の活性化関数の微分を掛け忘れています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = back(dz, us[l - 1]) if l > 1 else dz
    return grads


# %% wrong: slope_replaced_by_value
# 中間層で微分 h'(u) ではなく出力 z を掛けています。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz * zs[l]
    return grads


# %% wrong: slope_at_z
# 活性化関数の微分を u ではなく z で計算しています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = back(dz, zs[l])
    return grads


# %% wrong: slope_at_wrong_layer
# 活性化関数の微分に使う u の層が 1 つずれています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l])
    return grads


# %% wrong: mask_of_dz
# u ではなく dz の符号で勾配を止めています。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz * (dz > 0)
    return grads


# %% wrong: forward_for_backward
# 逆伝播で活性化関数の微分ではなく活性化関数そのものを dz に掛けています。
def network_backward(x, t, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = h(dz)
    return grads


# %% wrong: output_layer_slope
# 出力層にも活性化関数の微分を掛けています。最後の層のあとに活性化関数はありません。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    dz = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        du = back(dz, us[l])
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
    return grads


# %% wrong: activation_ignored
# 引数の activation が逆伝播で使われていません。いつも ReLU の微分になっています。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads


# %% wrong: activation_not_passed_on
# network_forward に activation を渡していません。順伝播がいつも ReLU になっています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: softmax_left_out
# softmax をかける前の u から t を引いています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(us[-1], t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: softmax_twice
# softmax を 2 回かけています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    _, y = softmax_cross_entropy_forward(softmax(us[-1]), t)
    du = softmax_cross_entropy_backward(y, t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: not_divided_by_n
# 1/N が抜けています。損失はバッチの平均です。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax(us[-1]) - t
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: divided_by_n_twice
# N で 2 回割っています。1/N は softmax と交差エントロピーの微分にもう入っています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    N = len(x)
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW / N, db / N))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: divided_by_n_at_every_layer
# 1 つ前の層に移るたびに N で割っています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1]) / len(x)
    return grads


# %% wrong: extra_output_slope
# 出力層で余分な微分 y(1-y) を掛けています。softmax の微分はもう含まれています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    y = softmax(us[-1])
    du = softmax_cross_entropy_backward(y, t) * y * (1 - y)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: first_layer_sign_flipped
# 最初の層の勾配の符号が逆です。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    grads[0] = (-grads[0][0], -grads[0][1])
    return grads


# %% wrong: all_signs_flipped
# すべての勾配の符号が逆です。y と t のどちらからどちらを引くか見直してください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = (t - softmax(us[-1])) / len(x)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: grads_reversed
# 勾配の並びが逆です。params と同じ入力側からの順にしてください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.append((dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: pairs_swapped
# 組の順が逆です。(dW, db) の順です。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (db, dW))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: bias_gradients_zero
# バイアスの勾配がいつも 0 です。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, _ = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, np.zeros(dW.shape[1])))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: bias_gradients_unsummed
# バイアスの勾配がバッチ方向に合計されていません。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        grads.insert(0, (zs[l].T @ du, du))
        if l > 0:
            du = back(du @ params[l][0].T, us[l - 1])
    return grads


# %% wrong: bias_gradients_missing
# バイアスの勾配が返されていません。層ごとに (dW, db) の組にしてください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, _db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, dW)
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: last_gradient_for_every_layer
# どの層にも最後の層の勾配が入っています。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    _dz, dW, db = affine_backward(du, zs[-1], params[-1][0])
    return [(dW, db) for _ in params]


# %% wrong: only_last_layer
# 最後の層の勾配しか求めていません。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    _dz, dW, db = affine_backward(du, zs[-1], params[-1][0])
    return [(dW, db)]


# %% wrong: only_last_layer_nonzero
# 最後の層のほかは勾配が 0 のままです。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    _dz, dW, db = affine_backward(du, zs[-1], params[-1][0])
    rest = [(0 * W, 0 * b) for W, b in params[:-1]]
    return rest + [(dW, db)]


# %% wrong: first_layer_skipped
# ループが 1 回足りず、最初の層の勾配がありません。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in range(len(params) - 1, 0, -1):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = back(dz, us[l - 1])
    return grads


# %% wrong: output_error_for_hidden_layers
# 中間層でも出力層の du を使っています。1 つ後ろの層から伝わった勾配を、前の層の du に渡してください。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in range(len(params)):
        _dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.append((dW, db))
    return grads


# %% wrong: dz_not_passed_down
# 中間層でも出力層の du を使っています。1 つ後ろの層から伝わった勾配を、前の層の du に渡してください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du_hidden = back(dz, us[l - 1])
    return grads


# %% wrong: dw_from_next_z
# dW を計算する z の層が 1 つずれています。その層に入力された z を使ってください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    zs = zs + [softmax(us[-1])]
    du = softmax_cross_entropy_backward(zs[-1], t)
    grads = []
    for l in reversed(range(len(params))):
        dW = zs[l + 1].T @ du
        db = du.sum(axis=0)
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(du @ params[l][0].T, us[l - 1])
    return grads


# %% wrong: dw_from_x
# どの層の dW も x から計算しています。その層に入力された z を使ってください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, _ = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        grads.insert(0, (x.T @ du, du.sum(axis=0)))
        if l > 0:
            du = back(du @ params[l][0].T, us[l - 1])
    return grads


# %% wrong: dw_from_u
# dW を z ではなく活性化関数の前の u から計算しています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, _ = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    inputs = [x] + us[:-1]
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, inputs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: w3_for_w2
# 2 層目の逆伝播に 3 層目の W を使っています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    (W1, _b1), (_W2, _b2), (W3, _b3) = params
    (u1, u2, u3), (x, z1, z2) = network_forward(x, params, activation)
    du3 = softmax_cross_entropy_backward(softmax(u3), t)
    dz2, dW3, db3 = affine_backward(du3, z2, W3)
    du2 = back(dz2, u2)
    dz1, dW2, db2 = affine_backward(du2, z1, W3)
    du1 = back(dz1, u1)
    _, dW1, db1 = affine_backward(du1, x, W1)
    return [(dW1, db1), (dW2, db2), (dW3, db3)]


# %% wrong: weight_of_previous_layer
# dz を計算する W の層が 1 つずれています。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        if l > 0:
            du = back(du @ params[l - 1][0].T, us[l - 1])
    return grads


# %% wrong: starts_from_ones
# 出力層の勾配を 1 から始めています。損失の u についての勾配から始めてください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = np.ones_like(us[-1]) / len(x)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: first_sample_only
# 最初のデータだけの勾配になっています。バッチ全体で計算してください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    x, t = x[:1], t[:1]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: numerical_helper
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    def loss_with(l, layer):
        changed = [layer if m == l else pair for m, pair in enumerate(params)]
        us, _ = network_forward(x, changed, activation)
        return softmax_cross_entropy_forward(us[-1], t)[0]

    def layer_gradient(l):
        W, b = params[l]
        dW = numerical_gradient(lambda v: loss_with(l, (v, b)), W.copy())
        db = numerical_gradient(lambda v: loss_with(l, (W, v)), b.copy())
        return dW, db

    return [layer_gradient(l) for l in range(len(params))]


# %% wrong: numerical_own_loops
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    eps = 1e-5
    copied = [(W.copy(), b.copy()) for W, b in params]

    def loss():
        us, _ = network_forward(x, copied, activation)
        return cross_entropy(softmax(us[-1]), t)

    grads = []
    for pair in copied:
        result = []
        for p in pair:
            g = np.zeros_like(p)
            for i in np.ndindex(p.shape):
                old = p[i]
                p[i] = old + eps
                plus = loss()
                p[i] = old - eps
                minus = loss()
                p[i] = old
                g[i] = (plus - minus) / (2 * eps)
            result.append(g)
        grads.append(tuple(result))
    return grads


# %% wrong: numerical_first_layer
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in range(len(params) - 1, 0, -1):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = back(dz, us[l - 1])

    def loss(W, b):
        us, _ = network_forward(x, [(W, b)] + params[1:], activation)
        return softmax_cross_entropy_forward(us[-1], t)[0]

    W, b = params[0]
    dW = numerical_gradient(lambda v: loss(v, b), W.copy())
    db = numerical_gradient(lambda v: loss(W, v), b.copy())
    return [(dW, db)] + grads


# %% wrong: hidden_layers_reversed
# 中間層の勾配の並びが逆です。params と同じ入力側からの順にしてください。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads[:1] + grads[1:-1][::-1] + grads[-1:]


# %% wrong: gate_closed_at_small_values
# ReLU の門が、z が 0 に近いところで閉じています。u が正なら、どんなに小さくても勾配を通してください。
def network_backward(x, t, params, activation="relu"):
    slope = {"relu": lambda z: z > 1e-5, "sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z**2}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz * slope(zs[l])
    return grads


# %% wrong: divisor_of_sixteen_rows
# N ではなく、16 までの決まった数で割っています。1/N の N は、そのときのデータの数です。
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = (softmax(us[-1]) - t) / min(len(x), 16)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% wrong: numerical_in_threads
# 数値微分で計算しています。chain-rule の式で求めてください。
from concurrent.futures import ThreadPoolExecutor


def network_backward(x, t, params, activation="relu"):
    def loss(l, j, value):
        changed = [list(pair) for pair in params]
        changed[l][j] = value
        return softmax_cross_entropy_forward(network_forward(x, changed, activation)[0][-1], t)[0]

    def gradient(place):
        l, j = place
        return numerical_gradient(lambda v: loss(l, j, v), params[l][j].copy())

    places = [(l, j) for l in range(len(params)) for j in (0, 1)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(gradient, places))
    return list(zip(found[::2], found[1::2]))


# %% wrong: numerical_memoised
# 数値微分で計算しています。chain-rule の式で求めてください。
_known = {}


def network_backward(x, t, params, activation="relu"):
    key = activation, t.tobytes(), *(a.tobytes() for pair in params for a in pair)
    if key not in _known:
        def loss(l, j, value):
            changed = [list(pair) for pair in params]
            changed[l][j] = value
            return softmax_cross_entropy_forward(network_forward(x, changed, activation)[0][-1], t)[0]

        _known[key] = [
            tuple(numerical_gradient(lambda v: loss(l, j, v), params[l][j].copy()) for j in (0, 1)) for l in range(len(params))
        ]
    return [(dW.copy(), db.copy()) for dW, db in _known[key]]


# %% wrong: numerical_by_unit
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = network_forward(x, params, activation)

    def losses(u, rest):
        for W, b in rest:
            u = affine_forward(h(u), W, b)
        m = u.max(axis=1)
        return m + np.log(np.exp(u - m[:, None]).sum(axis=1)) - (u * t).sum(axis=1)

    grads = []
    for l, (z, u) in enumerate(zip(zs, us)):
        rest, steps = params[l + 1 :], 1e-5 * np.eye(u.shape[1])
        du = np.stack([(losses(u + s, rest) - losses(u - s, rest)) / 2e-5 for s in steps], axis=1) / len(x)
        grads.append((z.T @ du, du.sum(axis=0)))
    return grads


# %% wrong: numerical_through_lent_functions
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    grads = []
    for l, (z, u) in enumerate(zip(zs, us)):
        n = u.shape[1]
        steps = 1e-4 * np.concatenate([np.eye(n), -np.eye(n)])
        du = np.zeros(u.shape)
        for i in range(len(x)):
            moved, rest = u[i] + steps, params[l + 1 :]
            if rest:
                through = [(np.eye(n), np.zeros(n)), *rest]
                moved = network_forward(moved, through, activation)[0][-1]
            y = softmax(moved)
            loss = -np.log(y[:, t[i].argmax()])
            du[i] = (loss[:n] - loss[n:]) / 2e-4 / len(x)
        grads.append((z.T @ du, du.sum(axis=0)))
    return grads


# %% wrong: numerical_in_one_pass
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    h = {"relu": lambda u: np.maximum(u, 0), "sigmoid": lambda u: 0.5 + 0.5 * np.tanh(u / 2), "tanh": np.tanh}[activation]
    flat = np.concatenate([a.ravel() for pair in params for a in pair])
    eps = 1e-5

    def losses(stack):
        z, at = np.broadcast_to(x, (len(stack), *x.shape)), 0
        for l, (W, b) in enumerate(params):
            V = stack[:, at : at + W.size].reshape(-1, *W.shape)
            c = stack[:, at + W.size : at + W.size + b.size]
            at += W.size + b.size
            u = z @ V + c[:, None]
            z = h(u)
        m = u.max(axis=-1, keepdims=True)
        return np.mean(np.log(np.exp(u - m).sum(axis=-1)) + m[..., 0] - (u * t).sum(axis=-1), axis=-1)

    parts = []
    for start in range(0, flat.size, 200):
        steps = eps * np.eye(min(200, flat.size - start), flat.size, start)
        parts.append((losses(flat + steps) - losses(flat - steps)) / (2 * eps))
    gradient, grads = np.concatenate(parts), []
    for W, b in params:
        dW, db, gradient = np.split(gradient, [W.size, W.size + b.size])
        grads.append((dW.reshape(W.shape), db))
    return grads


# %% wrong: numerical_by_scipy
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    from scipy.optimize import approx_fprime

    sizes = np.cumsum([a.size for pair in params for a in pair])[:-1]

    def layers(flat):
        parts = iter(np.split(flat, sizes))
        return [(next(parts).reshape(W.shape), next(parts)) for W, _ in params]

    def loss(flat):
        return softmax_cross_entropy_forward(network_forward(x, layers(flat), activation)[0][-1], t)[0]

    return layers(approx_fprime(np.concatenate([a.ravel() for pair in params for a in pair]), loss, 1e-7))


# %% wrong: numerical_of_fourth_order
# 数値微分で計算しています。chain-rule の式で求めてください。
def network_backward(x, t, params, activation="relu"):
    eps = 0.1

    def gradient(l, j):
        result = np.zeros(params[l][j].shape)
        for i in np.ndindex(result.shape):
            def loss(steps):
                changed = [[W.copy(), b.copy()] for W, b in params]
                changed[l][j][i] += steps * eps
                return softmax_cross_entropy_forward(network_forward(x, changed, activation)[0][-1], t)[0]

            result[i] = (8 * (loss(1) - loss(-1)) - loss(2) + loss(-2)) / (12 * eps)
        return result

    return [(gradient(l, 0), gradient(l, 1)) for l in range(len(params))]


# %% right: textbook
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    _, y = softmax_cross_entropy_forward(us[-1], t)
    du = softmax_cross_entropy_backward(y, t)
    grads = []
    for l in reversed(range(len(params))):
        W, _b = params[l]
        dz, dW, db = affine_backward(du, zs[l], W)
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% right: self_contained
def network_backward(x, t, params, activation="relu"):
    N, L = len(x), len(params)
    z = x
    zs, slopes = [], []
    for W, b in params:
        zs.append(z)
        u = z @ W + b
        if activation == "relu":
            z = np.maximum(u, 0)
            slopes.append(1.0 * (u > 0))
        elif activation == "sigmoid":
            z = 0.5 + 0.5 * np.tanh(0.5 * u)
            slopes.append(z * (1 - z))
        else:
            z = np.tanh(u)
            slopes.append(1 - z**2)
    e = np.exp(u - u.max(axis=1, keepdims=True))
    delta = (e / e.sum(axis=1, keepdims=True) - t) / N
    grads = [None] * L
    for l in range(L - 1, -1, -1):
        grads[l] = (zs[l].T @ delta, delta.sum(axis=0))
        if l > 0:
            delta = delta @ params[l][0].T * slopes[l - 1]
    return grads


# %% right: slope_from_z
def network_backward(x, t, params, activation="relu"):
    slope = {
        "relu": lambda z: z > 0,
        "sigmoid": lambda z: z * (1 - z),
        "tanh": lambda z: 1 - z * z,
    }[activation]
    us, zs = network_forward(x, params, activation)
    du = (softmax(us[-1]) - t) / x.shape[0]
    grads = []
    for (W, b), z in zip(reversed(params), reversed(zs)):
        grads.append([z.T @ du, du.sum(axis=0)])
        du = (du @ W.T) * slope(z)
    return grads[::-1]


# %% right: recursion
def network_backward(x, t, params, activation="relu"):
    forward = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    backward = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]

    def visit(z, l):
        W, b = params[l]
        u = affine_forward(z, W, b)
        if l == len(params) - 1:
            du, above = softmax_cross_entropy_backward(softmax(u), t), []
        else:
            dz_next, above = visit(forward(u), l + 1)
            du = backward(dz_next, u)
        dz, dW, db = affine_backward(du, z, W)
        return dz, [(dW, db)] + above

    return visit(x, 0)[1]


# %% right: layer_classes
class AffineLayer:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, z):
        self.z = z
        return affine_forward(z, self.W, self.b)

    def backward(self, du):
        dz, self.dW, self.db = affine_backward(du, self.z, self.W)
        return dz


class ActivationLayer:
    def __init__(self, name):
        self.name = name

    def forward(self, u):
        self.u = u
        return {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[self.name](u)

    def backward(self, dz):
        rule = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[self.name]
        return rule(dz, self.u)


def network_backward(x, t, params, activation="relu"):
    layers = []
    for W, b in params:
        layers += [AffineLayer(W, b), ActivationLayer(activation)]
    layers.pop()
    out = x
    for layer in layers:
        out = layer.forward(out)
    d = softmax_cross_entropy_backward(softmax(out), t)
    for layer in reversed(layers):
        d = layer.backward(d)
    return [(layer.dW, layer.db) for layer in layers if isinstance(layer, AffineLayer)]


# %% right: per_sample_mean
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    N = len(x)
    total = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    for n in range(N):
        us, zs = network_forward(x[n : n + 1], params, activation)
        du = softmax(us[-1]) - t[n : n + 1]
        for l in range(len(params) - 1, -1, -1):
            dz, dW, db = affine_backward(du, zs[l], params[l][0])
            total[l] = (total[l][0] + dW / N, total[l][1] + db / N)
            if l:
                du = back(dz, us[l - 1])
    return total


# %% right: sensitivities_first
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    L = len(params)
    deltas = {L: (softmax(us[L - 1]) - t) / len(t)}
    for l in range(L - 1, 0, -1):
        u = us[l - 1]
        if activation == "relu":
            slope = np.where(u > 0, 1.0, 0.0)
        elif activation == "sigmoid":
            slope = sigmoid_forward(u) * sigmoid_forward(-u)
        elif activation == "tanh":
            slope = 1 / np.cosh(np.clip(u, -300, 300)) ** 2
        deltas[l] = slope * np.einsum("no,io->ni", deltas[l + 1], params[l][0])
    return [(np.einsum("ni,no->io", zs[l], deltas[l + 1]), deltas[l + 1].sum(0)) for l in range(L)]


# %% right: ones_column
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    one = np.ones((len(x), 1))
    stacked = [np.vstack([W, b]) for W, b in params]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l, V in reversed(list(enumerate(stacked))):
        d = np.hstack([zs[l], one]).T @ du
        grads.insert(0, (d[:-1], d[-1]))
        if l > 0:
            du = back(du @ V[:-1].T, us[l - 1])
    return grads


# %% right: activation_by_name
def network_backward(x: np.ndarray, t: np.ndarray, params: list, activation: str = "relu", **options):
    back = globals()[f"{activation}_backward"]
    us, zs = network_forward(x, params, activation=activation)
    grads, du = [], softmax_cross_entropy_backward(softmax(us[-1]), t)
    for l in range(1, len(params) + 1):
        dz, dW, db = affine_backward(du, zs[-l], params[-l][0])
        grads.append((dW, db))
        if l < len(params):
            du = back(dz, us[-l - 1])
    grads.reverse()
    return grads


# %% right: scaled_at_the_end
def network_backward(x, t, params, activation="relu"):
    from collections import deque

    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax(us[-1]) - t
    grads = deque()
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.appendleft((dW / len(x), db / len(x)))
        if l > 0:
            du = back(dz, us[l - 1])
    return list(grads)


# %% right: prints_at_every_level
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    print("us", us, "zs", zs)
    y = softmax(us[-1])
    print("y", y)
    du = softmax_cross_entropy_backward(y, t)
    grads = []
    for l in reversed(range(len(params))):
        print("layer", l, "du", du, "W", params[l][0], "b", params[l][1])
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        print("dz", dz, "dW", dW, "db", db)
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% right: plots_on_the_way
import matplotlib.pyplot as plt


def watch(name, du):
    plt.figure(name)
    plt.plot(np.abs(du).mean(axis=0))
    plt.title(name)
    plt.close(name)


def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        watch(f"layer {l}", du)
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% right: scalar_loops
import math


def network_backward(x, t, params, activation="relu"):
    def value(u):
        if activation == "relu":
            return u if u > 0 else 0.0
        return math.tanh(u) if activation == "tanh" else 1 / (1 + math.exp(-u))

    def slope(z):
        if activation == "relu":
            return 1.0 if z > 0 else 0.0
        return 1 - z * z if activation == "tanh" else z * (1 - z)

    grads = [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]
    for n in range(len(x)):
        zs = [list(x[n])]
        for l, (W, b) in enumerate(params):
            u = []
            for j in range(W.shape[1]):
                total = b[j]
                for i in range(W.shape[0]):
                    total += zs[l][i] * W[i, j]
                u.append(total)
            if l < len(params) - 1:
                zs.append([value(v) for v in u])
        top = max(u)
        e = [math.exp(v - top) for v in u]
        du = [(e[k] / sum(e) - t[n, k]) / len(x) for k in range(len(u))]
        for l in reversed(range(len(params))):
            W, b = params[l]
            for j in range(W.shape[1]):
                grads[l][1][j] += du[j]
                for i in range(W.shape[0]):
                    grads[l][0][i, j] += zs[l][i] * du[j]
            if l > 0:
                below = []
                for i in range(W.shape[0]):
                    total = 0.0
                    for j in range(W.shape[1]):
                        total += du[j] * W[i, j]
                    below.append(total * slope(zs[l][i]))
                du = below
    return grads


# %% right: float32_inside
def network_backward(x, t, params, activation="relu"):
    def small(a):
        return np.asarray(a, dtype=np.float32)

    z, zs, slopes = small(x), [], []
    for W, b in params:
        zs.append(z)
        u = z @ small(W) + small(b)
        if activation == "relu":
            z = np.maximum(u, 0)
            slopes.append(small(u > 0))
        elif activation == "tanh":
            z = np.tanh(u)
            slopes.append(1 - z * z)
        else:
            z = 1 / (1 + np.exp(-u))
            slopes.append(z * (1 - z))
    e = np.exp(u - u.max(axis=1, keepdims=True))
    du = (e / e.sum(axis=1, keepdims=True) - small(t)) / np.float32(len(x))
    grads = []
    for l in reversed(range(len(params))):
        grads.insert(0, ((zs[l].T @ du).astype(float), du.sum(axis=0).astype(float)))
        if l > 0:
            du = du @ small(params[l][0]).T * slopes[l - 1]
    return grads


# %% right: clipped_softmax
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    e = np.exp(us[-1])
    y = np.clip(e / e.sum(axis=1, keepdims=True), 1e-7, 1 - 1e-7)
    du = (y - t) / len(x)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% right: jacobian_with_a_small_number
def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    rows = []
    for y, d in zip(softmax(us[-1]), t):
        rows.append((np.diag(y) - np.outer(y, y)) @ (-d / (y + 1e-7)))
    du = np.array(rows) / len(x)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% right: vectorized_slope
def network_backward(x, t, params, activation="relu"):
    slope = np.vectorize(
        {"relu": lambda z: float(z > 0), "sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z * z}[activation], otypes=[float]
    )
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = dz * slope(zs[l])
    return grads


# %% right: paths_apart
class Node:
    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = value, parents, 0.0

    def send(self, g):
        self.grad = self.grad + g
        for parent, pull in self.parents:
            parent.send(pull(g))


def network_backward(x, t, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    leaves = [(Node(W), Node(b)) for W, b in params]
    z = Node(x)
    for W, b in leaves:
        u = Node(z.value @ W.value + b.value, (
            (z, lambda g, W=W: g @ W.value.T), (W, lambda g, z=z: z.value.T @ g), (b, lambda g: g.sum(axis=0)),
        ))
        z = Node(h(u.value), ((u, lambda g, u=u: back(g, u.value)),))
    y, N = softmax(u.value), len(x)
    log_sum = Node(None, ((u, lambda g: g * y / N),))
    labels = Node(None, ((u, lambda g: -g * t / N),))
    Node(None, ((log_sum, lambda g: g), (labels, lambda g: g))).send(1.0)
    return [(W.grad, b.grad) for W, b in leaves]
