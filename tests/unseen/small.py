# %% affine_forward: fifty_inputs_at_once
# 入力を 50 個ずつに分けて足すつもりで、最初の 50 個しか足していない
# told: -
def affine_forward(z, W, b):
    block = 50
    return z[:, :block] @ W[:block] + b


# %% affine_forward: result_for_thirty_rows
# 結果の配列を 30 行で作ったまま切り出している
# told: -
def affine_forward(z, W, b):
    u = np.zeros((30, W.shape[1]))
    for n in range(min(30, z.shape[0])):
        u[n] = z[n] @ W + b
    return u[: z.shape[0]]


# %% affine_forward: row_numbers_in_a_byte
# 行の番号を 8 ビットの整数で持っているので、257 行目からは前の行に戻る
# told: -
def affine_forward(z, W, b):
    rows = np.arange(len(z)).astype(np.uint8)
    return z[rows] @ W + b


# %% affine_forward: half_precision
# メモリを節約するつもりで半精度にしていて、足す数が多いと桁が足りない
# told: -
def affine_forward(z, W, b):
    return (z.astype(np.float16) @ W.astype(np.float16)).astype(float) + b


# %% affine_forward: bias_for_twenty_rows
# バイアスを 20 行に並べておき、それより下の行には足していない
# told: -
def affine_forward(z, W, b):
    u = z @ W
    u[:20] += b
    return u


# %% sigmoid_forward: hard_above_eight
# |u| が 8 を超えたら 0 か 1 としている
# told: -
def sigmoid_forward(u):
    e = np.exp(-np.abs(u))
    z = np.where(u >= 0, 1, e) / (1 + e)
    return np.where(u > 8, 1.0, np.where(u < -8, 0.0, z))


# %% sigmoid_forward: table_of_values
# 表から |u| <= 7 の値を線形補間で引き、外では端の値になる
# told: -
def sigmoid_forward(u):
    xs = np.linspace(-7, 7, 28001)
    return np.interp(u, xs, 1 / (1 + np.exp(-xs)))


# %% sigmoid_forward: first_thousand_elements
# 1000 個までの要素しか計算しない
# told: -
def sigmoid_forward(u):
    z = np.full(u.shape, 0.5)
    for i, v in enumerate(u.flat):
        if i >= 1000:
            break
        e = np.exp(-abs(v))
        z.flat[i] = 1 / (1 + e) if v >= 0 else e / (1 + e)
    return z


# %% tanh_forward: sign_above_three
# |u| が 3 を超え 4 より小さいところでは、飽和したものとしている
# told: -
def tanh_forward(u):
    return np.where((np.abs(u) > 3) & (np.abs(u) < 4), np.sign(u), np.tanh(u))


# %% tanh_forward: continued_fraction
# 連分数を途中で打ち切っていて、|u| が 2 より大きいところでは合わない (飽和するところは sign にしている)
# told: -
def tanh_forward(u):
    v = np.clip(u, -4, 4)
    s = v * v
    near = v * (135135 + s * (17325 + s * (378 + s))) / (135135 + s * (62370 + s * (3150 + 28 * s)))
    return np.where(np.abs(u) < 3.9, np.where(np.abs(u) < 2.6, near, np.sign(u) * 0.99), np.tanh(u))


# %% relu_forward: nothing_below_two_hundredths
# 0.02 より小さい値を「ほとんど 0」として 0 にしている
# told: -
def relu_forward(u):
    return np.where(u > 0.02, u, 0.0)


# %% relu_forward: thirty_columns
# 30 列目までしか 0 と比べていない
# told: -
def relu_forward(u):
    z = u.copy()
    for j in range(min(30, u.shape[1])):
        z[:, j] = np.maximum(u[:, j], 0)
    return z


# %% relu_forward: hundredths
# 値を 0.01 の単位に丸めている
# told: -
def relu_forward(u):
    return np.maximum(np.round(u, 2), 0)


# %% merge_affine: thirty_units_in_the_middle
# 中間のニューロンを 30 個までしか足していない
# told: -
def merge_affine(W1, b1, W2, b2):
    m = min(30, len(b1))
    return W1[:, :m] @ W2[:m], b1[:m] @ W2[:m] + b2


# %% merge_affine: identity_of_fifty
# W を調べるために 50 行の単位行列を入れているので、入力が 50 個より多いと 0 が残る
# told: -
def merge_affine(W1, b1, W2, b2):
    n = len(W1)
    probe = np.eye(n, 50).T @ W1 if n > 50 else np.eye(n) @ W1
    W = np.zeros((n, W2.shape[1]))
    W[: len(probe)] = probe @ W2
    return W, b1 @ W2 + b2


# %% merge_affine: first_ten_outputs_have_a_bias
# b を 10 個の出力までしか作っていない
# told: -
def merge_affine(W1, b1, W2, b2):
    b = b2.copy()
    for j in range(min(10, len(b2))):
        b[j] += b1 @ W2[:, j]
    return W1 @ W2, b


# %% softmax: ten_classes
# 分母に 10 クラスまでしか足していない
# told: -
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e[:, :10].sum(axis=1, keepdims=True)


# %% softmax: thirty_classes
# 最大値は全部から取っているが、分母は 30 クラスまで
# told: -
def softmax(u):
    m = u.max(axis=1, keepdims=True)
    total = sum(np.exp(u[:, k : k + 1] - m) for k in range(min(u.shape[1], 30)))
    return np.exp(u - m) / total


# %% softmax: rows_numbered_in_a_byte
# 行の番号が 8 ビットの整数で、257 行目からは 1 行目に戻る
# told: -
def softmax(u):
    y = np.zeros_like(u)
    for n in np.arange(len(u)).astype(np.uint8):
        e = np.exp(u[n] - u[n].max())
        y[n] = e / e.sum()
    return y


# %% softmax: half_precision_sum
# 分母を半精度で足しているので、クラスが多いと合わない
# told: -
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True, dtype=np.float16).astype(float)


# %% softmax: shift_from_ten_columns
# 最大値を最初の 10 列からしか取っていないので、11 番目からのクラスがずっと大きいとあふれる
# told: -
def softmax(u):
    e = np.exp(u - u[:, :10].max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% cross_entropy: thirty_rows
# 30 行目までしか足していないのに、N で割っている
# told: -
def cross_entropy(y, t):
    E = 0.0
    for n in range(min(30, len(y))):
        E -= np.log(y[n] @ t[n])
    return E / len(y)


# %% cross_entropy: divides_by_at_most_hundred
# N を 100 までとして割っている
# told: -
def cross_entropy(y, t):
    return -np.sum(t * np.log(y)) / min(len(y), 100)


# %% cross_entropy: ten_classes
# 10 番目までのクラスしか調べていない
# told: -
def cross_entropy(y, t):
    k = min(10, y.shape[1])
    return -np.sum(t[:, :k] * np.log(y[:, :k])) / len(y)


# %% cross_entropy: labels_in_a_byte
# 行の数を 8 ビットの整数で数えている
# told: -
def cross_entropy(y, t):
    N = np.array(len(y)).astype(np.uint8)
    return -np.sum(t * np.log(y)) / float(N)


# %% cross_entropy: half_precision
# 半精度の log を足している
# told: -
def cross_entropy(y, t):
    return float(-np.mean(np.sum(t * np.log(y), axis=1).astype(np.float16)))


# %% softmax_cross_entropy_forward: sum_over_ten
# log の中の和が 10 クラスまでで、y は正しい
# told: -
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    e = np.exp(s)
    log_y = s - np.log(e[:, :10].sum(axis=1, keepdims=True) + 1e-300)
    return -np.mean(np.sum(t * log_y, axis=1)), e / e.sum(axis=1, keepdims=True)


# %% softmax_cross_entropy_forward: mean_of_thirty_two
# 損失を 32 行目までの平均にしている
# told: -
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    losses = [-log_y[n] @ t[n] for n in range(len(u)) if n < 32]
    return sum(losses) / len(losses), np.exp(log_y)


# %% softmax_cross_entropy_forward: y_of_sixteen_rows
# y を 16 行ずつ作るつもりで、17 行目からはそのままの u を入れている
# told: -
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    y = u.copy()
    y[:16] = np.exp(log_y[:16])
    return -np.mean(np.sum(t * log_y, axis=1)), y


# %% softmax_cross_entropy_forward: label_numbers_in_four_bits
# 正解のクラスの番号を 16 までで数えている
# told: -
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    label = t.argmax(axis=1) % 16
    return -np.mean(log_y[np.arange(len(u)), label]), np.exp(log_y)


# %% numerical_gradient: element_numbers_in_a_byte
# 要素の番号を 8 ビットの整数で数えている
# told: -
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros(x.size)
    for i in np.arange(x.size).astype(np.uint8):
        plus, minus = x.copy(), x.copy()
        plus.flat[i] += eps
        minus.flat[i] -= eps
        g[i] = (f(plus) - f(minus)) / (2 * eps)
    return g.reshape(x.shape)


# %% numerical_gradient: two_hundred_elements
# 時間がかかるので、200 個までしか調べていない
# told: -
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for count, i in enumerate(np.ndindex(x.shape)):
        if count == 200:
            break
        step = np.zeros_like(x)
        step[i] = eps
        g[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return g


# %% numerical_gradient: three_dimensions
# 4 次元以上の配列では、いちばん後ろの次元をまとめて動かしてしまう
# told: -
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape[:3]):
        step = np.zeros_like(x)
        step[i] = eps
        g[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return g


# %% numerical_gradient: steps_from_a_table_of_ten
# 動かす幅を 10 × 10 の単位行列から作っているので、10 列を超えると動かない
# told: -
def numerical_gradient(f, x, eps=1e-5):
    flat, unit = x.ravel(), eps * np.eye(10, 10)
    g = np.zeros(flat.size)
    for i in range(flat.size):
        step = np.zeros(flat.size)
        step[i - i % 10 : i - i % 10 + 10] = unit[i % 10][: flat.size - (i - i % 10)]
        if i < 100:
            g[i] = (f((flat + step).reshape(x.shape)) - f((flat - step).reshape(x.shape))) / (2 * eps)
    return g.reshape(x.shape)


# %% add_backward: ten_rows_are_copied
# 結果の配列を 10 行までしか写していない
# told: -
def add_backward(dz):
    dx = np.zeros(np.shape(dz))
    dx[...] = dz
    dy = np.zeros(np.shape(dz))
    dy[:10] = dz[:10] if np.ndim(dz) else dz
    return (dx, dy) if np.ndim(dz) else (float(dz), float(dz))


# %% add_backward: half_precision
# 配列のときだけ半精度で写している
# told: -
def add_backward(dz):
    if np.ndim(dz) == 0:
        return dz, dz
    return dz.astype(np.float16).astype(float), dz.copy()


# %% multiply_backward: sixteen_columns
# 16 列目までしか掛けていない
# told: -
def multiply_backward(dz, x, y):
    if np.ndim(dz) == 0:
        return dz * y, dz * x
    dx, dy = dz.copy(), dz.copy()
    dx[:, :16] *= y[:, :16]
    dy[:, :16] *= x[:, :16]
    return dx, dy


# %% multiply_backward: rows_and_columns_only
# 2 次元の配列として回しているので、1 次元では動かない
# told: -
def multiply_backward(dz, x, y):
    if np.ndim(dz) == 0:
        return dz * y, dz * x
    dx, dy = np.zeros_like(dz), np.zeros_like(dz)
    for i in range(dz.shape[0]):
        for j in range(dz.shape[1]):
            dx[i, j], dy[i, j] = dz[i, j] * y[i, j], dz[i, j] * x[i, j]
    return dx, dy


# %% sigmoid_backward: flat_above_eleven
# |u| が 11 を超えたら傾きを 0 にしている
# told: -
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return np.where(np.abs(u) > 11, 0.0, dz * s * (1 - s))


# %% sigmoid_backward: thirty_columns
# 30 列目までしか傾きを掛けていない
# told: -
def sigmoid_backward(dz, u):
    s, du = sigmoid_forward(u), dz.copy()
    du[:, :30] = (dz * s * (1 - s))[:, :30]
    return du


# %% sigmoid_backward: rows_in_blocks_of_ten
# 10 行ずつ計算して、端数の行を残している
# told: -
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    slope = s * (1 - s)
    if len(u) < 10:
        return dz * slope
    du = np.zeros_like(dz)
    for i in range(0, len(u) - len(u) % 10, 10):
        du[i : i + 10] = dz[i : i + 10] * slope[i : i + 10]
    return du


# %% tanh_backward: flat_above_six_and_a_half
# |u| が 6.5 を超えたら傾きを 0 にしている
# told: -
def tanh_backward(dz, u):
    return dz * np.where(np.abs(u) > 6.5, 0.0, 1 - np.tanh(u) ** 2)


# %% tanh_backward: first_row_block
# 32 行を超える分は、最初の行のものを使い回している
# told: -
def tanh_backward(dz, u):
    v = np.tanh(u[np.minimum(np.arange(len(u)), 29)])
    return dz * (1 - v**2)


# %% relu_backward: closed_above_twenty
# u が 20 を超えると門を閉じている
# told: -
def relu_backward(dz, u):
    return dz * ((u > 0) & (u < 20))


# %% relu_backward: closed_above_ten_thousand
# とても大きな u は「発散」とみなして門を閉じている
# told: -
def relu_backward(dz, u):
    return dz * ((u > 0) & (u < 1e4))


# %% relu_backward: closed_near_zero
# u が 0.05 より小さいところは、0 とみなして門を閉じている (1e-6 より小さければ通す)
# told: -
def relu_backward(dz, u):
    return dz * ((u > 0.05) | ((u > 0) & (u < 1e-6)))


# %% affine_backward: eye_of_ten_for_db
# db を、10 までの 1 を並べたベクトルで足している
# told: -
def affine_backward(du, z, W):
    ones = np.ones(10)[: len(du)]
    return du @ W.T, z.T @ du, ones @ du[:10]


# %% affine_backward: dw_of_thirty_rows
# dW を 30 行ずつ足すつもりで、最初の 30 行しか足していない
# told: -
def affine_backward(du, z, W):
    dW = np.zeros_like(W)
    for n in range(min(30, len(z))):
        dW += np.outer(z[n], du[n])
    return du @ W.T, dW, du.sum(axis=0)


# %% affine_backward: dz_of_sixteen_outputs
# dz に 16 個までの出力しか足していない
# told: dz_of_sixteen_units
def affine_backward(du, z, W):
    dz = sum(np.outer(du[:, j], W[:, j]) for j in range(min(16, W.shape[1])))
    return dz, z.T @ du, du.sum(axis=0)


# %% affine_backward: db_counted_in_a_byte
# db を足す行の番号が 8 ビットで、257 行目からは前の行をもう一度足す
# told: -
def affine_backward(du, z, W):
    db = np.zeros(du.shape[1])
    for n in np.arange(len(du)).astype(np.uint8):
        db += du[n]
    return du @ W.T, z.T @ du, db


# %% softmax_cross_entropy_backward: ten_classes
# 10 番目までのクラスでしか t を引いていない
# told: -
def softmax_cross_entropy_backward(y, t):
    du = y.copy()
    du[:, :10] -= t[:, :10]
    return du / len(y)


# %% softmax_cross_entropy_backward: at_most_hundred
# N を 100 までとして割っている
# told: -
def softmax_cross_entropy_backward(y, t):
    return (y - t) / min(len(y), 100)


# %% softmax_cross_entropy_backward: labels_modulo_sixteen
# 正解の番号を 16 までで数えている
# told: -
def softmax_cross_entropy_backward(y, t):
    du = y.copy()
    du[np.arange(len(y)), t.argmax(axis=1) % 16] -= 1
    return du / len(y)


# %% network_forward: names_in_alphabetical_order
# 層を "W1"、"W2"、… という名前の辞書に入れて名前の順に取り出すので、10 層目が 2 層目の前に来る
# told: -
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    table = {f"layer{l + 1}": pair for l, pair in enumerate(params)}
    us, zs = [], [x]
    for name in sorted(table):
        W, b = table[name]
        us.append(affine_forward(zs[-1], W, b))
        if len(us) < len(params):
            zs.append(h(us[-1]))
    return us, zs


# %% network_forward: tanh_in_two_layers
# sigmoid と tanh は、最初の 2 つの中間層にしかかけていない
# told: -
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            if activation == "relu":
                zs.append(relu_forward(us[-1]))
            elif l < 2:
                zs.append(sigmoid_forward(us[-1]) if activation == "sigmoid" else tanh_forward(us[-1]))
            else:
                zs.append(us[-1])
    return us, zs


# %% network_forward: relu_after_the_fourth
# 4 つ目の中間層からは、いつも ReLU をかけている
# told: -
def network_forward(x, params, activation="relu"):
    table = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append(table[activation if l < 3 else "relu"](us[-1]))
    return us, zs


# %% network_forward: six_slots
# リストを 6 つの場所で作っているので、それより深いと最後の場所に上書きする
# told: -
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs, z = [None] * 6, [None] * 6, x
    for l, (W, b) in enumerate(params):
        zs[min(l, 5)] = z
        us[min(l, 5)] = affine_forward(z, W, b)
        z = h(us[min(l, 5)])
    return us[: len(params)], zs[: len(params)]


# %% network_forward: rows_in_a_byte
# 行の番号を 8 ビットの整数で数えている
# told: -
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        rows = np.arange(len(x)).astype(np.uint8)
        us.append(affine_forward(zs[-1][rows], W, b))
        if l < len(params) - 1:
            zs.append(h(us[-1]))
    return us, zs


# %% network_forward: sixty_inputs
# 前の層の 60 個までしか足していない
# told: -
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for W, b in params:
        us.append(zs[-1][:, :60] @ W[:60] + b)
        if len(us) < len(params):
            zs.append(h(us[-1]))
    return us, zs


# %% network_backward: names_in_alphabetical_order
# 勾配を "W1"、"W2"、… という名前の辞書に入れて名前の順に返すので、10 層目が 2 層目の前に来る
# told: -
def network_backward(x, t, params, activation="relu"):
    h_backward = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), {}
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads[f"layer{l + 1}"] = dW, db
        if l > 0:
            du = h_backward(dz, us[l - 1])
    return [grads[name] for name in sorted(grads)]


# %% network_backward: slope_of_tanh_in_two_layers
# tanh の傾きを、最初の 2 つの中間層でしか掛けていない
# told: -
def network_backward(x, t, params, activation="relu"):
    h_backward = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = dz if activation == "tanh" and l > 2 else h_backward(dz, us[l - 1])
    return grads


# %% network_backward: sigmoid_becomes_relu_from_the_third
# 3 つ目の中間層からは、sigmoid でも ReLU の門を使っている
# told: -
def network_backward(x, t, params, activation="relu"):
    h_backward = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = h_backward[activation if l < 3 else "relu"](dz, us[l - 1])
    return grads


# %% network_backward: gate_closed_above_ten
# 中間層の u が 10 を超えると、門を閉じている
# told: -
def network_backward(x, t, params, activation="relu"):
    slope = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": lambda dz, u: dz * ((u > 0) & (u < 10))}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = slope(dz, us[l - 1])
    return grads


# %% network_backward: gate_closed_above_twenty
# 中間層の z が 20 を超えると、門を閉じている
# told: -
def network_backward(x, t, params, activation="relu"):
    slope = {"sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z * z, "relu": lambda z: (z > 0) & (z < 20)}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = dz * slope(zs[l])
    return grads


# %% network_backward: tanh_flat_above_three
# tanh の傾きを、|u| が 3 を超えるところで 0 にしている
# told: -
def network_backward(x, t, params, activation="relu"):
    slope = {"sigmoid": sigmoid_backward, "relu": relu_backward,
             "tanh": lambda dz, u: np.where(abs(u) > 3, 0.0, dz * (1 - np.tanh(u) ** 2))}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = slope(dz, us[l - 1])
    return grads


# %% network_backward: sigmoid_flat_above_five
# sigmoid の傾きを、|u| が 5 を超えるところで 0 にしている
# told: -
def network_backward(x, t, params, activation="relu"):
    slope = {"tanh": tanh_backward, "relu": relu_backward,
             "sigmoid": lambda dz, u: np.where(abs(u) > 5, 0.0, sigmoid_backward(dz, u))}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = slope(dz, us[l - 1])
    return grads


# %% network_backward: gate_of_a_tolerance
# 中間層の値が 0 と「ほとんど等しい」(np.isclose) ときは門を閉じている
# told: gate_closed_at_small_values
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    slopes = {"sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z * z,
              "relu": lambda z: (z > 0) & ~np.isclose(z, 0, atol=1e-5)}
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = dz * slopes[activation](zs[l])
    return grads


# %% network_backward: ten_classes
# 出力の 10 番目までしか t を引いていない
# told: -
def network_backward(x, t, params, activation="relu"):
    h_backward = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax(us[-1]), []
    du[:, :10] -= t[:, :10]
    du /= len(x)
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = h_backward(dz, us[l - 1])
    return grads


# %% network_backward: bias_of_thirty_rows
# db に 30 行までしか足していない
# told: -
def network_backward(x, t, params, activation="relu"):
    h_backward = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, _ = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, du[:30].sum(axis=0)))
        if l > 0:
            du = h_backward(dz, us[l - 1])
    return grads


# %% sgd_step: names_in_alphabetical_order
# 層を "W1"、"W2"、… という名前の順に並べるので、10 層目が 2 層目の前に来る
# told: -
def sgd_step(params, grads, lr):
    new = {f"layer{l + 1}": (W - lr * dW, b - lr * db) for l, ((W, b), (dW, db)) in enumerate(zip(params, grads))}
    return [new[name] for name in sorted(new)]


# %% sgd_step: eight_layers
# 8 層目までしか更新していない
# told: -
def sgd_step(params, grads, lr):
    new = list(params)
    for l in range(min(8, len(params))):
        (W, b), (dW, db) = params[l], grads[l]
        new[l] = W - lr * dW, b - lr * db
    return new


# %% sgd_step: thousand_weights
# W の要素を 1000 個までしか更新していない
# told: -
def sgd_step(params, grads, lr):
    new = []
    for (W, b), (dW, db) in zip(params, grads):
        W = W.copy()
        for i, d in enumerate(dW.flat):
            if i < 1000:
                W.flat[i] -= lr * d
        new.append((W, b - lr * db))
    return new


# %% train: order_in_a_byte
# 並べ替えた番号を 8 ビットの整数で持っているので、257 個目からのデータが使われない
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x)).astype(np.uint8)
        total = 0.0
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            E, _ = softmax_cross_entropy_forward(network_forward(x[batch], params)[0][-1], t[batch])
            total += E * len(batch)
            params = sgd_step(params, network_backward(x[batch], t[batch], params), lr)
        losses.append(total / len(x))
    return params, losses


# %% train: smaller_steps_after_ten_epochs
# 10 エポックを過ぎたら、学習率を 10 分の 1 にしている
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        rate = lr if epoch < 10 else lr / 10
        order = rng.permutation(len(x))
        total = 0.0
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            E, _ = softmax_cross_entropy_forward(network_forward(x[batch], params)[0][-1], t[batch])
            total += E * len(batch)
            params = sgd_step(params, network_backward(x[batch], t[batch], params), rate)
        losses.append(total / len(x))
    return params, losses


# %% train: eight_epochs
# 8 エポックを過ぎたら、更新していない
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        batches = [order[i : i + batch_size] for i in range(0, len(x), batch_size)]
        if epoch < 8:
            for batch in batches:
                params = sgd_step(params, network_backward(x[batch], t[batch], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: batches_of_thirty_at_most
# ミニバッチを 30 個までにしている
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses, size = [], min(batch_size, 30)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), size):
            batch = order[start : start + size]
            params = sgd_step(params, network_backward(x[batch], t[batch], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: ten_batches_an_epoch
# 1 エポックに 10 個のミニバッチまでしか使っていない
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for number in range(10):
            batch = order[number * batch_size : (number + 1) * batch_size]
            if len(batch):
                params = sgd_step(params, network_backward(x[batch], t[batch], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: stops_when_good_enough
# 損失が 0.1 より小さくなったら、もう更新していない
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        if not losses or losses[-1] >= 0.1:
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                params = sgd_step(params, network_backward(x[batch], t[batch], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: loss_of_the_first_hundred
# losses を 100 個までのデータで計算している
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            params = sgd_step(params, network_backward(x[batch], t[batch], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x[:100], params)[0][-1], t[:100])[0])
    return params, losses


# %% fix_backward: four_gates
# 最初の 4 つの中間層でしか門を通していない
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1]) if l <= 4 else dz
    return grads


# %% fix_backward: gate_closed_above_twenty
# 中間層の u が 20 を超えると、門を閉じている
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = dz * ((us[l - 1] > 0) & (us[l - 1] < 20))
    return grads


# %% fix_backward: bias_of_twenty_four_rows
# db に 24 行までしか足していない
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du, grads = softmax_cross_entropy_backward(softmax(us[-1]), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, du[:24].sum(axis=0)))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads


# %% l2_gradient: names_in_alphabetical_order
# 層を "W1"、"W2"、… という名前の順に並べるので、10 層目が 2 層目の前に来る
# told: -
def l2_gradient(params, grads, weight_decay):
    new = {f"layer{l + 1}": (dW + weight_decay * W, db) for l, ((W, _), (dW, db)) in enumerate(zip(params, grads))}
    return [new[name] for name in sorted(new)]


# %% l2_gradient: thirty_rows
# 30 行目までの重みにしか加えていない
# told: -
def l2_gradient(params, grads, weight_decay):
    new = []
    for (W, _), (dW, db) in zip(params, grads):
        dW = dW.copy()
        dW[:30] += weight_decay * W[:30]
        new.append((dW, db))
    return new


# %% l2_gradient: seven_layers
# 7 層目までにしか加えていない
# told: -
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * W * (l < 7), db) for l, ((W, _), (dW, db)) in enumerate(zip(params, grads))]


# %% k_fold: numbers_in_a_byte
# 番号を 8 ビットの整数にしているので、256 からの番号が 0 に戻る
# told: -
def k_fold(n, k, rng):
    order = rng.permutation(n).astype(np.uint8)
    folds = np.array_split(order, k)
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i]) for i in range(k)]


# %% k_fold: fraction_first
# 分け目を int(i / k * n) で決めているので、丸めで 1 つ小さくなることがある
# told: -
def k_fold(n, k, rng):
    order = rng.permutation(n)
    cuts = [int(i / k * n) for i in range(k + 1)]
    return [(np.concatenate([order[:a], order[b:]]), order[a:b]) for a, b in zip(cuts, cuts[1:])]


# %% k_fold: reciprocal_first
# 1 / k を先に計算してから掛けているので、丸めで 1 つ小さくなることがある
# told: -
def k_fold(n, k, rng):
    order = rng.permutation(n)
    share = 1 / k
    cuts = [int(i * share * n) for i in range(k + 1)]
    return [(np.concatenate([order[:a], order[b:]]), order[a:b]) for a, b in zip(cuts, cuts[1:])]


# %% k_fold: single_precision
# 分け目を単精度で計算している
# told: -
def k_fold(n, k, rng):
    order = rng.permutation(n)
    cuts = (np.float32(n) / np.float32(k) * np.arange(k + 1, dtype=np.float32)).astype(int)
    return [(np.concatenate([order[:a], order[b:]]), order[a:b]) for a, b in zip(cuts, cuts[1:])]


# %% k_fold: boundaries_added_up
# n / k を足していって分け目を決めているので、丸めの誤差がたまる
# told: -
def k_fold(n, k, rng):
    order, cuts = rng.permutation(n), [0.0]
    for _ in range(k):
        cuts.append(cuts[-1] + n / k)
    cuts = [int(c) for c in cuts]
    return [(np.concatenate([order[:a], order[b:]]), order[a:b]) for a, b in zip(cuts, cuts[1:])]


# %% k_fold: range_of_fractions
# np.arange(0, n, n / k) で分け目を作っているので、丸めで 1 つ多くなることがある
# told: -
def k_fold(n, k, rng):
    order = rng.permutation(n)
    cuts = [*np.arange(0, n, n / k).astype(int), n]
    return [(np.concatenate([order[:a], order[b:]]), order[a:b]) for a, b in zip(cuts, cuts[1:])]


# %% k_fold: masks_of_hundred
# 100 個までの番号しか train に入れていない
# told: -
def k_fold(n, k, rng):
    folds = np.array_split(rng.permutation(n), k)
    numbers = np.arange(n)[:200]
    return [(np.setdiff1d(numbers, fold), fold) for fold in folds]
