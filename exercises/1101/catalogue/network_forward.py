"""network_forward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。us と zs を返してください。
def network_forward(x, params, activation="relu"):
    pass


# %% wrong: zeros
# us も zs も 0 のままです。層ごとに計算してください。
def network_forward(x, params, activation="relu"):
    us = [np.zeros((len(x), W.shape[1])) for W, b in params]
    zs = [np.zeros((len(x), W.shape[0])) for W, b in params]
    return us, zs


# %% wrong: hard_coded
# 例の答えをそのまま書いています。x と params から計算してください。
def network_forward(x, params, activation="relu"):
    us = [np.array([[1.0, -2.0]]), np.array([[0.5, 0.5]]), np.array([[0.3, 0.1, -0.2]])]
    zs = [np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])]
    return us, zs


# %% wrong: affine_pasted
# 1 層だけのアフィン変換になっています。
def network_forward(x, params, activation="relu"):
    W, b = params[0]
    return x @ W + b


# %% wrong: params_emptied
# 引数の params から要素を取り除いています。呼び出した側のリストが空になってしまいます。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    while params:
        W, b = params.pop(0)
        us.append(affine_forward(zs[-1], W, b))
        if params:
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: x_changed
# 引数の x を書き換えています。値は x の写しから計算してください。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    x -= x.mean(axis=0)
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(zs[-1] @ W + b)
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: us_overwritten
# us に、活性化関数をかけたあとの z が入っています。u の配列に上書きしていないかも見てください。
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        u = zs[-1] @ W + b
        us.append(u)
        if l == len(params) - 1:
            break
        if activation == "relu":
            u[u < 0] = 0
        elif activation == "sigmoid":
            u[...] = sigmoid_forward(u)
        else:
            u[...] = tanh_forward(u)
        zs.append(u)
    return us, zs


# %% wrong: last_layer_activated
# 最後の層の u にも活性化関数がかかっています。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for W, b in params:
        us.append(affine_forward(zs[-1], W, b))
        zs.append(h(us[-1]))
    us[-1] = zs.pop()
    return us, zs


# %% wrong: zs_too_long
# zs が 1 つ多くなっています。最後の層のあとに活性化関数はありません。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for W, b in params:
        us.append(affine_forward(zs[-1], W, b))
        zs.append(h(us[-1]))
    return us, zs


# %% wrong: last_u_in_zs
# zs に最後の層の u が入っています。zs は x と中間層の z だけです。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        zs.append(h(us[-1]) if l < len(params) - 1 else us[-1])
    return us, zs


# %% wrong: softmax_at_the_end
# 最後の u に softmax をかけています。us に入れるのは softmax の前の値です。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    us[-1] = softmax(us[-1])
    return us, zs


# %% wrong: no_activation
# 中間層に活性化関数がありません。
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        u = affine_forward(zs[-1], W, b)
        us.append(u)
        if l < len(params) - 1:
            zs.append(u.copy())
    return us, zs


# %% wrong: activation_ignored
# 引数の activation が使われていません。いつも ReLU になっています。
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(relu_forward(us[-1]))
    return us, zs


# %% wrong: always_sigmoid
# 引数の activation が使われていません。いつも sigmoid になっています。
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(sigmoid_forward(us[-1]))
    return us, zs


# %% wrong: tanh_is_sigmoid
# activation が "tanh" のときに sigmoid を使っています。
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(relu_forward(us[-1]) if activation == "relu" else sigmoid_forward(us[-1]))
    return us, zs


# %% wrong: sigmoid_is_tanh
# activation が "sigmoid" のときに tanh を使っています。
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(relu_forward(us[-1]) if activation == "relu" else tanh_forward(us[-1]))
    return us, zs


# %% wrong: only_first_layer_activated
# 活性化関数が最初の中間層にしかかかっていません。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l == 0:
            zs.append(h(us[-1]))
        elif l < len(params) - 1:
            zs.append(us[-1])
    return us, zs


# %% wrong: activation_before_affine
# 活性化関数をかける順が違います。入力の x にかけてからアフィン変換をしています。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], []
    u = x
    for W, b in params:
        zs.append(h(u))
        u = affine_forward(zs[-1], W, b)
        us.append(u)
    return us, zs


# %% wrong: bias_left_out
# バイアスが足されていません。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(zs[-1] @ W)
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: last_bias_left_out
# 最後の層のバイアスが足されていません。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for W, b in params[:-1]:
        us.append(zs[-1] @ W + b)
        zs.append(h(us[-1]))
    us.append(zs[-1] @ params[-1][0])
    return us, zs


# %% wrong: x_not_in_zs
# zs の先頭に x がありません。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], []
    z = x
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(z, W, b))
        if l < len(params) - 1:
            z = h(us[-1])
            zs.append(z)
    return us, zs


# %% wrong: only_last_u
# us に最後の層の u しか入っていません。すべての層の u を残してください。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    zs = [x]
    for l, (W, b) in enumerate(params):
        u = affine_forward(zs[-1], W, b)
        if l < len(params) - 1:
            zs.append(h(u))
    return [u], zs


# %% wrong: only_output_returned
# 最後の出力だけを返しています。us と zs の 2 つのリストを返してください。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    z = x
    for l, (W, b) in enumerate(params):
        u = affine_forward(z, W, b)
        z = h(u)
    return u


# %% wrong: results_swapped
# 返す順が逆です。us, zs の順です。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return zs, us


# %% wrong: stops_one_layer_early
# ループが 1 回足りず、最後の層が計算されていません。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l in range(len(params) - 1):
        W, b = params[l]
        us.append(affine_forward(zs[-1], W, b))
        zs.append(h(us[-1]))
    return us, zs


# %% wrong: return_inside_loop
# ループの中で return しているため、最初の層しか計算されていません。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
        return us, zs


# %% wrong: same_weights_for_every_layer
# どの層でも最初の層の W と b を使っています。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l in range(len(params)):
        W, b = params[0]
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: x_into_every_layer
# どの層にも x を入力しています。前の層の z を入力してください。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(x, W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: u_into_next_layer
# 後ろの層に z ではなく活性化関数の前の u を入力しています。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    u = x
    for l, (W, b) in enumerate(params):
        u = affine_forward(u, W, b)
        us.append(u)
        if l < len(params) - 1:
            zs.append(h(u))
    return us, zs


# %% wrong: layers_reversed
# 層の順が逆です。順伝播は入力側から計算します。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(reversed(params)):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: layers_looked_up_by_shape
# 層を形で探しているので、同じ形の層が 1 つにまとめられています。順に取り出してください。
def network_forward(x, params, activation="relu"):
    layers = {W.shape: (W, b) for W, b in params}
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for l in range(len(params)):
        W, b = layers[params[l][0].shape]
        us.append(zs[-1] @ W + b)
        if l + 1 < len(params):
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: needs_two_layers
# 層が 1 つのときに動きません。層がいくつでも動くように書いてください。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "tanh": tanh_forward, "sigmoid": sigmoid_forward}[activation]
    first, *middle, last = params
    us = [affine_forward(x, *first)]
    for layer in middle:
        us.append(affine_forward(h(us[-1]), *layer))
    zs = [x, *map(h, us)]
    return us + [affine_forward(zs[-1], *last)], zs


# %% wrong: third_hidden_layer_not_activated
# 3 つ目以降の中間層に、活性化関数がかかっていません。層がいくつでも、最後の層のほかはすべてかけてください。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]) if l < 2 else us[-1].copy())
    return us, zs


# %% wrong: sixteen_inputs
# 17 個目からの入力が足されていません。前の層のすべてのニューロンを足してください。
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1][:, :16], W[:16], b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% wrong: relu_in_place
# us に、活性化関数をかけたあとの z が入っています。u の配列に上書きしていないかも見てください。
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        u = affine_forward(zs[-1], W, b)
        us.append(u)
        if l < len(params) - 1:
            if activation == "relu":
                u[u < 0] = 0
                zs.append(u)
            else:
                zs.append(tanh_forward(u) if activation == "tanh" else sigmoid_forward(u))
    return us, zs


# %% right: textbook
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[l], W, b))
        if l < len(params) - 1:
            zs.append(h(us[l]))
    return us, zs


# %% right: if_chain
def network_forward(x, params, activation="relu"):
    us = []
    zs = [x]
    L = len(params)
    for l in range(L):
        u = affine_forward(zs[-1], params[l][0], params[l][1])
        us.append(u)
        if l == L - 1:
            break
        if activation == "relu":
            z = relu_forward(u)
        elif activation == "sigmoid":
            z = sigmoid_forward(u)
        elif activation == "tanh":
            z = tanh_forward(u)
        zs.append(z)
    return us, zs


# %% right: self_contained
def network_forward(x, params, activation="relu"):
    z = x
    us, zs = [], []
    for W, b in params:
        zs.append(z)
        u = np.dot(z, W) + b
        us.append(u)
        if activation == "relu":
            z = np.maximum(0, u)
        elif activation == "tanh":
            z = np.tanh(u)
        else:
            z = (1 + np.tanh(u / 2)) / 2
    return us, zs


# %% right: extra_z_popped
def network_forward(x, params, activation="relu"):
    h = globals()[activation + "_forward"]
    us, zs = [], [x]
    for W, b in params:
        us.append(zs[-1] @ W + b)
        zs.append(h(us[-1]))
    zs.pop()
    return us, zs


# %% right: recursion
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    (W, b), rest = params[0], params[1:]
    u = affine_forward(x, W, b)
    if len(rest) == 0:
        return [u], [x]
    us, zs = network_forward(h(u), rest, activation)
    return [u] + us, [x] + zs


# %% right: last_layer_apart
def network_forward(x, params, activation="relu"):
    from scipy.special import expit

    def relu(u):
        return u * (u > 0)

    h = {"relu": relu, "sigmoid": expit, "tanh": np.tanh}[activation]
    us, zs = [], [x]
    *hidden, (W_out, b_out) = params
    for W, b in hidden:
        us += [zs[-1] @ W + b]
        zs += [h(us[-1])]
    us += [zs[-1] @ W_out + b_out]
    return us, zs


# %% right: preallocated_lists
def network_forward(x, params, activation="relu"):
    L = len(params)
    us, zs = [None] * L, [None] * L
    zs[0] = x.copy()
    for l in range(L):
        W, b = params[l]
        us[l] = affine_forward(zs[l], W, b)
        if l + 1 < L:
            match activation:
                case "relu":
                    zs[l + 1] = relu_forward(us[l])
                case "sigmoid":
                    zs[l + 1] = sigmoid_forward(us[l])
                case "tanh":
                    zs[l + 1] = tanh_forward(us[l])
    return [us, zs]


# %% right: ones_column
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        augmented = np.column_stack([zs[-1], np.ones(len(x))])
        us.append(augmented @ np.vstack([W, b]))
        if l != len(params) - 1:
            u = us[-1]
            if activation == "sigmoid":
                z = np.exp(-np.logaddexp(0, -u))
            elif activation == "tanh":
                z = np.tanh(u)
            else:
                z = np.where(u > 0, u, 0)
            zs.append(z)
    return us, zs


# %% right: layer_classes
class Layer:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def __call__(self, z):
        self.z = z
        self.u = affine_forward(z, self.W, self.b)
        return self.u


def network_forward(
    x: np.ndarray, params: list, activation: str = "relu", verbose: bool = False
) -> tuple[list, list]:
    functions = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}
    layers = [Layer(W, b) for W, b in params]
    z = x
    for layer in layers:
        z = functions[activation](layer(z))
        if verbose:
            print(z.shape)
    return [layer.u for layer in layers], [layer.z for layer in layers]


# %% right: row_by_row
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(np.array([W.T @ row + b for row in zs[-1]]))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% right: prints_at_every_level
def network_forward(x, params, activation="relu"):
    print("x", x, "activation", activation)
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        u = np.zeros((len(zs[-1]), W.shape[1]))
        for n in range(u.shape[0]):
            for j in range(u.shape[1]):
                u[n, j] = b[j]
                for i in range(W.shape[0]):
                    u[n, j] += zs[-1][n, i] * W[i, j]
        print("layer", l, "u", u)
        us.append(u)
        if l < len(params) - 1:
            if activation == "relu":
                zs.append(np.maximum(u, 0))
            elif activation == "tanh":
                zs.append(np.tanh(u))
            else:
                zs.append(1 / (1 + np.exp(-u)))
    return us, zs
