"""fix_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。直した勾配のリストを返してください。
def fix_backward(x, t, params):
    pass


# %% wrong: zeros
# どの層の勾配も 0 のままです。
def fix_backward(x, t, params):
    return [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数から計算してください。
def fix_backward(x, t, params):
    return [
        (np.array([[0.2, 0.0], [0.1, -0.1]]), np.array([0.1, 0.2])),
        (np.array([[0.0, 0.3], [0.5, 0.1]]), np.array([-0.1, 0.0])),
        (np.array([[0.4, -0.4], [0.2, -0.2]]), np.array([0.25, -0.25])),
    ]


# %% wrong: forward_pasted
# 順伝播の結果を返しています。ここで求めるのは勾配です。
def fix_backward(x, t, params):
    return network_forward(x, params, "relu")


# %% wrong: still_broken
# 間違いが残っています。中間層の活性化関数の微分を掛け忘れているか、掛けた結果を前の層に渡していません。
def fix_backward(x, t, params):
    return broken_backward(x, t, params)


# %% wrong: still_broken_rewritten
# 間違いが残っています。中間層の活性化関数の微分を掛け忘れているか、掛けた結果を前の層に渡していません。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz
    return grads


# %% wrong: params_updated
# 引数の params を書き換えています。ここでは勾配だけを求めて、配列の値もリストの並びも変えないでください。
def fix_backward(x, t, params):
    grads = network_backward(x, t, params, "relu")
    for (W, b), (dW, db) in zip(params, grads):
        W -= 0.1 * dW
        b -= 0.1 * db
    return grads


# %% wrong: params_reversed_in_place
# 引数の params を書き換えています。ここでは勾配だけを求めて、配列の値もリストの並びも変えないでください。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    params.reverse()
    for W, b in params:
        z = zs.pop()
        dz, dW, db = affine_backward(du, z, W)
        grads.insert(0, (dW, db))
        du = dz * (z > 0)
    return grads


# %% wrong: only_last_hidden_layer_fixed
# 最後の中間層しか直っていません。ほかの中間層にも同じ間違いがあります。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    L = len(params)
    grads = []
    for l in reversed(range(L)):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = relu_backward(dz, us[l - 1]) if l == L - 1 else dz
    return grads


# %% wrong: only_first_hidden_layer_fixed
# 最初の中間層しか直っていません。ほかの中間層にも同じ間違いがあります。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = relu_backward(dz, us[0]) if l == 1 else dz
    return grads


# %% wrong: mask_of_dz
# u ではなく dz の符号で勾配を止めています。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = relu_backward(dz, dz)
    return grads


# %% wrong: value_for_slope
# 微分ではなく ReLU の値 z を掛けています。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz * zs[l]
    return grads


# %% wrong: sigmoid_slope
# このネットワークは ReLU なのに、sigmoid の微分を掛けています。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = sigmoid_backward(dz, us[l - 1])
    return grads


# %% wrong: sigmoid_network
# activation が "sigmoid" になっています。このネットワークは ReLU です。
def fix_backward(x, t, params):
    return network_backward(x, t, params, "sigmoid")


# %% wrong: slope_at_wrong_layer
# ReLU の微分に使う u の層が 1 つずれています。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = relu_backward(dz, us[l])
    return grads


# %% wrong: slope_on_output_layer
# 出力層にも ReLU の微分を掛けています。最後の層のあとに活性化関数はありません。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    dz = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        du = relu_backward(dz, us[l])
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
    return grads


# %% wrong: slope_on_dz_not_passed_down
# 間違いが残っています。中間層の活性化関数の微分を掛け忘れているか、掛けた結果を前の層に渡していません。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            relu_backward(dz, us[l - 1])
        du = dz
    return grads


# %% wrong: gradients_masked_afterwards
# 求めたあとの dW に 0 を掛けています。微分は逆伝播の途中の dz に掛けます。
def fix_backward(x, t, params):
    return [(dW * (dW > 0), db * (db > 0)) for dW, db in broken_backward(x, t, params)]


# %% wrong: mask_inverted
# 不等号の向きが逆で、u が負の要素に勾配を流しています。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz * (us[l - 1] <= 0) if l > 0 else None
    return grads


# %% wrong: not_divided_by_n
# 直すうちに 1/N が抜けました。損失はバッチの平均です。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax(us[-1]) - t
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads


# %% wrong: scaled_instead
# 勾配を定数倍しても間違いは直りません。どの層からずれているかを見てください。
def fix_backward(x, t, params):
    return [(dW / 2, db / 2) for dW, db in broken_backward(x, t, params)]


# %% wrong: grads_reversed
# 勾配の並びが逆です。params と同じ入力側からの順にしてください。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.append((dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads


# %% wrong: biases_left_broken
# db は broken_backward のままで、dW しか直っていません。
def fix_backward(x, t, params):
    broken = broken_backward(x, t, params)
    fixed = network_backward(x, t, params, "relu")
    return [(good[0], bad[1]) for good, bad in zip(fixed, broken)]


# %% wrong: explanation_only
# 説明の文だけを返しています。直した勾配を返してください。
def fix_backward(x, t, params):
    return "中間層の微分がない"


# %% wrong: hidden_layers_reversed
# 中間層の勾配の並びが逆です。params と同じ入力側からの順にしてください。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads[:1] + grads[1:-1][::-1] + grads[-1:]


# %% wrong: gate_closed_at_small_values
# ReLU の門が、z が 0 に近いところで閉じています。u が正なら、どんなに小さくても勾配を通してください。
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz * (zs[l] > 1e-5)
    return grads


# %% wrong: numerical_helper
# 数値微分で計算しています。chain-rule の式で求めてください。
def fix_backward(x, t, params):
    def loss(l, j, value):
        changed = [list(pair) for pair in params]
        changed[l][j] = value
        return softmax_cross_entropy_forward(network_forward(x, changed)[0][-1], t)[0]

    return [
        tuple(numerical_gradient(lambda v: loss(l, j, v), params[l][j].copy()) for j in (0, 1)) for l in range(len(params))
    ]


# %% wrong: numerical_of_an_exact_loss
# 数値微分で計算しています。chain-rule の式で求めてください。
def fix_backward(x, t, params):
    copied = [(W.copy(), b.copy()) for W, b in params]

    def loss():
        z = x
        for l, (W, b) in enumerate(copied):
            u = z @ W + b
            z = np.maximum(u, 0)
        ahead = u - (u * t).sum(axis=1, keepdims=True)
        return np.mean(np.log1p((np.exp(ahead) * (1 - t)).sum(axis=1)))

    grads = []
    for pair in copied:
        for p in pair:
            g = np.zeros(p.shape)
            for i in np.ndindex(p.shape):
                old = p[i]
                p[i] = old + 1e-6
                plus = loss()
                p[i] = old - 1e-6
                minus = loss()
                p[i] = old
                g[i] = (plus - minus) / 2e-6
            grads.append(g)
    return list(zip(grads[::2], grads[1::2]))


# %% wrong: zeros_for_large_networks
# 大きなネットワークでは 0 を返しています。どの大きさでも chain-rule の式で求めてください。
def fix_backward(x, t, params):
    if sum(W.size for W, _ in params) > 5000:
        return [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]
    copied = [(W.copy(), b.copy()) for W, b in params]

    def loss():
        u = network_forward(x, copied)[0][-1]
        ahead = u - (u * t).sum(axis=1, keepdims=True)
        return np.mean(np.log1p((np.exp(ahead) * (1 - t)).sum(axis=1)))

    grads = []
    for pair in copied:
        for p in pair:
            g = np.zeros(p.shape)
            for i in np.ndindex(p.shape):
                old = p[i]
                p[i] = old + 1e-6
                plus = loss()
                p[i] = old - 1e-6
                minus = loss()
                p[i] = old
                g[i] = (plus - minus) / 2e-6
            grads.append(g)
    return list(zip(grads[::2], grads[1::2]))


# %% wrong: numerical_by_scipy
# 数値微分で計算しています。chain-rule の式で求めてください。
def fix_backward(x, t, params):
    from scipy.differentiate import derivative

    def losses(stack, l, j, i):
        found = []
        for value in np.ravel(stack):
            changed = [[W.copy(), b.copy()] for W, b in params]
            changed[l][j][i] = value
            found.append(softmax_cross_entropy_forward(network_forward(x, changed)[0][-1], t)[0])
        return np.reshape(found, np.shape(stack))

    grads = []
    for l, pair in enumerate(params):
        found = [np.zeros(p.shape) for p in pair]
        for j, p in enumerate(pair):
            for i in np.ndindex(p.shape):
                found[j][i] = derivative(lambda v: losses(v, l, j, i), p[i], initial_step=0.005, maxiter=2).df
        grads.append(tuple(found))
    return grads


# %% right: network_backward_called
def fix_backward(x, t, params):
    return network_backward(x, t, params)


# %% right: textbook
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads


# %% right: mask_from_z
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    _, y = softmax_cross_entropy_forward(us[-1], t)
    du = (y - t) / len(x)
    grads = []
    for (W, b), z in zip(params[::-1], zs[::-1]):
        grads.append((z.T @ du, du.sum(axis=0)))
        du = du @ W.T * (z > 0)
    return list(reversed(grads))


# %% right: self_contained
def fix_backward(x, t, params):
    zs = [x]
    for W, b in params[:-1]:
        zs.append(np.maximum(zs[-1] @ W + b, 0))
    u = zs[-1] @ params[-1][0] + params[-1][1]
    u = u - np.max(u, axis=1, keepdims=True)
    y = np.exp(u)
    y /= y.sum(axis=1, keepdims=True)
    delta = (y - t) / x.shape[0]
    grads = [None for _ in params]
    for l in range(len(params) - 1, -1, -1):
        grads[l] = [zs[l].T @ delta, np.sum(delta, axis=0)]
        delta = np.where(zs[l] > 0, delta @ params[l][0].T, 0.0)
    return grads


# %% right: last_layer_kept
def fix_backward(x, t, params):
    # 最後の層は broken_backward でも正しい
    last = broken_backward(x, t, params)[-1]
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = [last]
    for l in range(len(params) - 1, 0, -1):
        du = relu_backward(du @ params[l][0].T, us[l - 1])
        _, dW, db = affine_backward(du, zs[l - 1], params[l - 1][0])
        grads = [(dW, db)] + grads
    return grads


# %% right: recursion
def fix_backward(x, t, params):
    def visit(z, rest):
        W, b = rest[0]
        u = z @ W + b
        if len(rest) == 1:
            du, grads = softmax_cross_entropy_backward(softmax(u), t), []
        else:
            dz, grads = visit(relu_forward(u), rest[1:])
            du = dz * (u > 0)
        return du @ W.T, [(z.T @ du, du.sum(axis=0))] + grads

    return visit(x, params)[1]


# %% right: checked_against_numerical_gradient
def fix_backward(x, t, params):
    direction = np.ones_like(params[-1][1])
    direction[0] = 3.0

    def loss(s):
        W, b = params[-1]
        us, _ = network_forward(x, list(params[:-1]) + [(W, b + s[0] * direction)])
        return softmax_cross_entropy_forward(us[-1], t)[0]

    grads = network_backward(x, t, params, activation="relu")
    slope = numerical_gradient(loss, np.zeros(1))[0]
    assert abs(grads[-1][1] @ direction - slope) < 1e-4
    return grads


# %% right: masks_kept_in_list
def fix_backward(x: np.ndarray, t: np.ndarray, params: list, debug: bool = False) -> list:
    masks, zs = [], [x]
    for W, b in params:
        u = affine_forward(zs[-1], W, b)
        masks.append(u > 0)
        zs.append(u * masks[-1])
    du = softmax_cross_entropy_backward(softmax(u), t)
    grads = []
    for l in range(len(params))[::-1]:
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = np.multiply(dz, masks[l - 1])
        if debug:
            print(l, dW.shape, db.shape)
    return grads


# %% right: prints_at_every_level
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    print("us", us, "zs", zs)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        print("layer", l, "du", du, "W", params[l][0], "u", us[l])
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        print("dz", dz, "dW", dW, "db", db)
        grads.insert(0, (dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads


# %% right: scalar_loops
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        dW, db, below = np.zeros(W.shape), np.zeros(b.shape), np.zeros(zs[l].shape)
        for n in range(len(x)):
            for j in range(W.shape[1]):
                db[j] += du[n, j]
                for i in range(W.shape[0]):
                    dW[i, j] += zs[l][n, i] * du[n, j]
                    if l > 0 and us[l - 1][n, i] > 0:
                        below[n, i] += du[n, j] * W[i, j]
        grads.insert(0, (dW, db))
        du = below
    return grads


# %% right: plots_and_imports_inside
def fix_backward(x, t, params):
    import matplotlib.pyplot as plt
    from scipy.special import softmax as scipy_softmax

    us, zs = network_forward(x, params, "relu")
    du = (scipy_softmax(us[-1], axis=1) - t) / len(x)
    grads = []
    for l in reversed(range(len(params))):
        figure, ax = plt.subplots()
        ax.imshow(du)
        plt.close(figure)
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = np.where(zs[l] > 0, du @ params[l][0].T, 0)
    return grads
