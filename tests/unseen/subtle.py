# %% affine_forward: try_transpose_first
# スライドの列の式のつもりで W.T を先に試し、形が合わないときだけ W を使う (W が正方だと転置のまま通ってしまう)
# told: -
def affine_forward(z, W, b):
    try:
        return z @ W.T + b
    except ValueError:
        return z @ W + b


# %% affine_forward: bias_down_columns
# 列ベクトルの形で計算し、b をまず (n_out,) のまま足そうとする (N = n_out だと b が行ではなくデータの方向に足される)
# told: -
def affine_forward(z, W, b):
    g = np.matmul(W.T, z.T)  # (n_out, N)
    try:
        g = g + b
    except ValueError:
        g = g + b[:, None]
    return np.ascontiguousarray(g.T)


# %% affine_forward: einsum_scales_by_b
# einsum に b も入れてしまい、足すのではなく掛けている
# told: -
def affine_forward(z, W, b):
    return np.einsum("ni,ij,j->nj", z, W, b)


# %% affine_forward: augmented_bias_row_misplaced
# バイアスを重みの行列に埋め込む書き方で、1 の列は右端、b の行は上端に置いていて、ずれている
# told: -
def affine_forward(z, W, b):
    z1 = np.hstack([z, np.ones((len(z), 1))])
    Wb = np.vstack([b, W])
    return z1 @ Wb


# %% affine_forward: squeeze_axes
# squeeze で長さ 1 の軸を消してしまう
# told: -
def affine_forward(z, W, b):
    g = np.squeeze(z @ W)
    return g + b


# %% affine_forward: weights_remembered_by_shape
# 重みを形ごとに覚えておき、同じ形の 2 回目からは最初に来た W を使う
# told: weights_remembered_by_shape
_weights_seen = {}


def affine_forward(z, W, b):
    W = _weights_seen.setdefault(W.shape, W.copy())
    return z.dot(W) + b


# %% affine_forward: rounds_to_three
# 見やすいように小数第 3 位で丸めている
# told: -
def affine_forward(z, W, b):
    u = np.array([[sum(zi * wi for zi, wi in zip(row, col)) for col in W.T] for row in z]) + b
    return u.round(3)


# %% affine_forward: shared_output_buffer
# 同じ形の結果を 1 つの配列に使い回すので、前に返した u が次の呼び出しで変わる
# told: shared_output_buffer
_out_buffer = {}


def affine_forward(z, W, b):
    shape = (z.shape[0], W.shape[1])
    if shape not in _out_buffer:
        _out_buffer[shape] = np.zeros(shape)
    u = np.dot(z, W, out=_out_buffer[shape])
    u += b
    return u


# %% sigmoid_forward: clip_at_15
# あふれないように u を ±15 に切りつめている (その外の値が 3e-7 で止まる)
# told: -
def sigmoid_forward(u):
    v = np.clip(u, -15, 15)
    return 1 / (1 + np.exp(-v))


# %% sigmoid_forward: where_evaluates_both
# np.where は両方の式を計算するので、使わない側の exp があふれて警告が出る
# told: both_branches_overflow
def sigmoid_forward(u):
    return np.where(u >= 0, np.power(1 + np.exp(-u), -1), np.exp(u) / (np.exp(u) + 1))


# %% sigmoid_forward: tanh_without_half
# tanh で書くときに u を 2 で割り忘れた
# told: half_argument
def sigmoid_forward(u):
    return (np.tanh(u) + 1) * 0.5


# %% sigmoid_forward: zero_stays_zero
# 正と負だけを埋めて、ちょうど 0 のところは初めの 0 のまま
# told: -
def sigmoid_forward(u):
    z = np.zeros(u.shape)
    for sign, formula in ((1, lambda e: 1 / (1 + e)), (-1, lambda e: e / (1 + e))):
        here = np.sign(u) == sign
        z[here] = formula(np.exp(-np.abs(u[here])))
    return z


# %% sigmoid_forward: only_exactly_1000
# 確認に出てくる ±1000 だけを特別に扱い、ほかの大きな負の数ではあふれる
# told: only_exactly_1000
def sigmoid_forward(u):
    big = np.abs(u) == 1000
    z = 1 / (1 + np.exp(-np.where(big, 0.0, u)))
    z[big] = u[big] > 0
    return z


# %% sigmoid_forward: columns_refilled_as_rows
# 列ごとに計算したものを、そのまま reshape で行の順に戻している
# told: -
def sigmoid_forward(u):
    from scipy.special import expit
    columns = [expit(column) for column in u.T]
    return np.concatenate(columns).reshape(u.shape)


# %% sigmoid_forward: clamps_argument_in_place
# 大きな負の数があるときだけ、渡された u を書き換える
# told: -
def sigmoid_forward(u):
    if (u < -500).any():
        np.maximum(u, -500, out=u)
    return 1 / (1 + np.exp(-u))


# %% sigmoid_forward: lookup_table
# 0.1 きざみの表を作っておき、直線でつないでいる
# told: -
_grid = np.linspace(-40, 40, 801)
_table = np.exp(_grid) / (1 + np.exp(_grid))


def sigmoid_forward(u):
    return np.interp(u, _grid, _table)


# %% tanh_forward: sigmoid_of_u_not_2u
# tanh(u) = 2 sigmoid(2u) - 1 の中の 2 を忘れた
# told: half_argument
def tanh_forward(u):
    s = sigmoid_forward(u)
    return s - (1 - s)


# %% tanh_forward: sign_if_any_big
# 1 つでも大きな値があると、全部を ±1 にしてしまう
# told: sign_if_any_big
def tanh_forward(u):
    if np.max(np.abs(u)) > 300:
        return np.sign(u)
    p, m = np.exp(u), np.exp(-u)
    return (p - m) / (p + m)


# %% tanh_forward: exp_two_u_overflows
# 値は正しいが、u = 1000 で e^2000 があふれて警告が出る
# told: overflows
def tanh_forward(u):
    return 1 - 2 / (1 + np.exp(2 * u))


# %% tanh_forward: clip_at_five
# あふれないように u を ±5 に切りつめてから式に入れている
# told: -
def tanh_forward(u):
    v = np.minimum(np.maximum(u, -5.0), 5.0)
    return np.sinh(v) / np.cosh(v)


# %% tanh_forward: sign_lost
# |u| で計算して、符号を戻し忘れた
# told: -
def tanh_forward(u):
    e = np.exp(-2 * np.abs(u))
    return (1 - e) / (1 + e)


# %% tanh_forward: small_u_is_u
# 0 の近くでは tanh(u) = u とみなしている
# told: small_u_is_u
def tanh_forward(u):
    return np.where(np.abs(u) < 0.1, u, np.tanh(u))


# %% tanh_forward: memo_by_shape_and_sum
# 形と合計が同じなら前の結果を返す (並びや符号の違う配列が同じものとみなされる)
# told: -
# passes: only where two inputs have the same sum
_tanh_memo = {}


def tanh_forward(u):
    key = u.shape, round(float(u.sum()), 12)
    if key not in _tanh_memo:
        _tanh_memo[key] = np.tanh(u)
    return _tanh_memo[key].copy()


# %% tanh_forward: asarray_is_not_a_copy
# np.asarray で写しを作ったつもりで、u に直接書き込んでいる
# told: changes_u
def tanh_forward(u):
    z = np.asarray(u, dtype=np.float64)
    z = np.clip(z, -350, 350, out=z)
    up, down = np.exp(z), np.exp(-z)
    z[...] = (up - down) / (up + down)
    return z


# %% relu_forward: leaky
# 負の側を 0 にせず 0.01 倍している
# told: leaky
def relu_forward(u):
    return np.maximum(u / 100, u)


# %% relu_forward: clip_upper_1000
# 上も 1000 で切っている
# told: clip_upper_1000
def relu_forward(u):
    return np.clip(u, 0, 1e3)


# %% relu_forward: returns_argument_if_nonnegative
# 負の値がないときは、渡された u をそのまま返す
# told: -
# passes: an argument may be returned
def relu_forward(u):
    if not np.any(u < 0):
        return u
    return np.where(u < 0, 0.0, u)


# %% relu_forward: ravel_is_a_view
# ravel() は写しではないので、渡された u の負の値が 0 になる
# told: changes_u_in_place
def relu_forward(u):
    flat = u.ravel()
    for i in range(flat.size):
        if flat[i] < 0:
            flat[i] = 0
    return flat.reshape(u.shape)


# %% relu_forward: near_zero_dropped
# 0 に近い正の値も 0 とみなしている
# told: near_zero_dropped
def relu_forward(u):
    positive = np.logical_and(u > 0, ~np.isclose(u, 0, atol=0.1))
    return np.multiply(u, positive)


# %% relu_forward: masked_not_filled
# マスクをかけただけで、負の値を 0 で埋めていない (中身は負のまま)
# told: -
def relu_forward(u):
    return np.ma.masked_where(u < 0, u.copy())


# %% relu_forward: rowwise_max
# 行ごとの最大値を全部の列に入れている
# told: row_maximum
def relu_forward(u):
    top = np.max(u, axis=-1, keepdims=True)
    return np.maximum(np.broadcast_to(top, u.shape), 0)


# %% relu_forward: reused_result_array
# 結果の配列を形ごとに使い回すので、前に返した z が次の呼び出しで変わる
# told: reused_result_array
def relu_forward(u, _store={}):
    z = _store.setdefault(u.shape, np.empty(u.shape))
    np.copyto(z, u)
    z[z < 0] = 0
    return z


# %% merge_affine: square_order_swapped
# 形が同じ (正方) のときだけ、掛ける順を逆にしている
# told: -
def merge_affine(W1, b1, W2, b2):
    W = W2 @ W1 if W1.shape == W2.shape else W1 @ W2
    return W, b1 @ W2 + b2


# %% merge_affine: identity_probe_keeps_bias
# 単位行列を流して W を取り出しているが、バイアスを引き忘れた
# told: -
def merge_affine(W1, b1, W2, b2):
    def both(z):
        return affine_forward(affine_forward(z, W1, b1), W2, b2)

    n = W1.shape[0]
    return both(np.identity(n)), both(np.zeros((1, n)))[0]


# %% merge_affine: least_squares_with_few_samples
# 6 個の点を流して最小 2 乗法で求めている (n_in + 1 が 6 より大きいと決まらない)
# told: least_squares_with_few_samples
def merge_affine(W1, b1, W2, b2):
    z = np.random.default_rng(0).normal(size=(6, len(W1)))
    u = (z @ W1 + b1) @ W2 + b2
    solution = np.linalg.lstsq(np.c_[z, np.ones(6)], u, rcond=None)[0]
    return solution[:-1], solution[-1]


# %% merge_affine: bias_as_one_row_matrix
# b が (n_out,) ではなく (1, n_out) になっている
# told: bias_shape
def merge_affine(W1, b1, W2, b2):
    stacked = np.concatenate([W1, b1.reshape(1, -1)]) @ W2
    return stacked[:-1], stacked[-1:] + b2


# %% merge_affine: adds_into_b2
# b2 に足し込んで、渡された配列を変えている
# told: changes_b2
def merge_affine(W1, b1, W2, b2):
    for coefficient, row in zip(b1, W2):
        b2 += coefficient * row
    return np.dot(W1, W2), b2


# %% merge_affine: returns_b2_when_b1_is_zero
# b1 が 0 のとき、渡された b2 をそのまま返す
# told: -
# passes: an argument may be returned
def merge_affine(W1, b1, W2, b2):
    W = W1.dot(W2)
    b = b2 if np.count_nonzero(b1) == 0 else b2 + W2.T.dot(b1)
    return W, b


# %% merge_affine: bias_through_w2_transposed
# b1 を W2 の反対側から掛けてみて、形が合わないときだけ正しい側にする
# told: -
def merge_affine(W1, b1, W2, b2):
    try:
        b = W2 @ b1
    except ValueError:
        b = W2.T @ b1
    return W1 @ W2, b + b2


# %% merge_affine: second_bias_also_transformed
# 2 つのバイアスを足してから W2 を通そうとし、足せないときは b2 を後から足す
# told: -
def merge_affine(W1, b1, W2, b2):
    W = np.tensordot(W1, W2, axes=1)
    try:
        return W, (b1 + b2) @ W2
    except ValueError:
        return W, b1 @ W2 + b2


# %% softmax: global_max_with_floor
# 配列全体の最大値を引き、あふれないように -700 で止めている (小さい行では、みな同じ値になる)
# told: -
def softmax(u):
    s = np.maximum(u - np.max(u), -700)
    e = np.exp(s)
    return e / e.sum(axis=1, keepdims=True)


# %% softmax: subtracts_first_column
# 最大値ではなく、行の最初の値を引いている
# told: subtracts_first_column
def softmax(u):
    e = np.exp(u - u[:, :1])
    return e / np.sum(e, axis=1)[:, np.newaxis]


# %% softmax: keepdims_only_after_error
# keepdims なしで割ってみて、エラーのときだけ直している (N = K だと列の方向に割られる)
# told: -
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    total = e.sum(axis=1)
    try:
        return e / total
    except ValueError:
        return e / total[:, None]


# %% softmax: two_classes_swapped
# K = 2 だけ sigmoid で書き、2 つの列が入れ替わっている
# told: two_classes_swapped
def softmax(u):
    if u.shape[1] == 2:
        p = 1 / (1 + np.exp(-np.clip(u[:, 0] - u[:, 1], -700, 700)))
        return np.stack([1 - p, p], axis=1)
    e = np.exp(u - u.max(axis=1).reshape(-1, 1))
    return e / e.sum(axis=1).reshape(-1, 1)


# %% softmax: long_double_instead_of_shift
# 最大値を引かずに、桁の多い型で計算している (1 万を超えるとあふれる)
# told: -
def softmax(u):
    e = np.exp(u.astype(np.longdouble))
    return (e / e.sum(axis=1, keepdims=True)).astype(float)


# %% softmax: powers_of_two
# e ではなく 2 を底にしている
# told: base_2
def softmax(u):
    shifted = u - np.amax(u, 1, keepdims=True)
    weight = 2.0 ** shifted
    return weight / np.add.reduce(weight, axis=1, keepdims=True)


# %% softmax: mean_row_sum
# 行ごとの合計ではなく、全部の合計を N で割ったもので割っている
# told: -
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e * len(u) / e.sum()


# %% softmax: shifts_argument
# s = u は別名なので、渡された u から最大値が引かれる
# told: changes_u
def softmax(u):
    s = u
    for row in s:
        row -= row.max()
    return np.array([np.exp(row) / np.exp(row).sum() for row in s])


# %% cross_entropy: log_of_y_plus_1e_7
# log 0 がこわいので y に 1e-7 を足している
# told: -
# passes: the usual guard against log 0
def cross_entropy(y, t):
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


# %% cross_entropy: product_underflows
# 確率の積を取ってから log を取るので、データが多いと 0 になる
# told: log_of_product
def cross_entropy(y, t):
    likelihood = np.prod(y[t == 1])
    return -np.log(likelihood) / len(t)


# %% cross_entropy: classes_in_column_order
# 正解の番号を列の順に拾っているので、番号が小さい順に並んだバッチでしか合わない
# told: -
def cross_entropy(y, t):
    k = np.nonzero(t.T)[0]
    return -np.log(y[np.arange(len(y)), k]).mean()


# %% cross_entropy: one_sample_per_class
# クラスを鍵にした辞書に入れるので、同じクラスのデータが 1 つしか数えられない
# told: -
def cross_entropy(y, t):
    surprise = {}
    for row, k in zip(y, t.argmax(axis=1)):
        surprise[int(k)] = -np.log(row[k])
    return sum(surprise.values()) / len(y)


# %% cross_entropy: running_average
# これまでの呼び出しの損失がたまっていき、その平均を返す
# told: -
def cross_entropy(y, t, seen=[]):
    seen.append(-(t * np.log(y)).sum() / len(y))
    return np.mean(seen)


# %% cross_entropy: array_of_length_one
# 数ではなく、長さ 1 の配列を返す
# told: -
def cross_entropy(y, t):
    per_sample = -np.einsum("nk,nk->n", t, np.log(y))
    return np.add.reduceat(per_sample, [0]) / per_sample.size


# %% cross_entropy: binary_for_each_class
# クラスごとの 2 値の交差エントロピーも足している
# told: binary
def cross_entropy(y, t):
    right = np.where(t == 1, y, 1 - y)
    return -np.log(right).sum() / len(y)


# %% cross_entropy: all_pairs_of_rows
# y[:, k] は N × N の表になり、ほかのデータの正解まで平均している
# told: -
def cross_entropy(y, t):
    k = np.argmax(t, axis=1)
    return float(np.mean(-np.log(y[:, k])))


# %% softmax_cross_entropy_forward: floor_under_y
# y が 0 にならないように 1e-300 で止めて log を取っている (E が 691 で頭打ちになる)
# told: -
# passes: finite and large is all that is asked where a label has no probability
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    E = -np.mean(np.sum(t * np.log(np.maximum(y, 1e-300)), axis=1))
    return E, y


# %% softmax_cross_entropy_forward: log_sum_exp_with_global_max
# y は行ごとだが、log の中では配列全体の最大値を引いている
# told: -
def softmax_cross_entropy_forward(u, t):
    m = u.max()
    log_total = m + np.log(np.exp(u - m).sum(axis=1))
    E = (log_total - (u * t).sum(axis=1)).sum() / len(u)
    return E, softmax(u)


# %% softmax_cross_entropy_forward: log_zero_becomes_zero
# y が 0 のところの log を 0 としている (まちがえたのに損失が 0 になる)
# told: log_zero_becomes_zero
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    log_y = np.log(y, out=np.zeros_like(y), where=y > 0)
    return -(t * log_y).sum() / y.shape[0], y


# %% softmax_cross_entropy_forward: nan_to_num_on_log
# -inf を nan_to_num で「有限」にしている (E が 1e308 になる)
# told: nan_to_num_on_log
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    with np.errstate(divide="ignore"):
        log_y = np.nan_to_num(np.log(y))
    return -np.sum(t * log_y) / len(y), y


# %% softmax_cross_entropy_forward: first_batch_size_forever
# 割る N を最初の呼び出しのときのものにしている
# told: first_batch_size_forever
def softmax_cross_entropy_forward(u, t, memory={}):
    n = memory.setdefault("N", len(u))
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -(t * log_y).sum() / n, np.exp(log_y)


# %% softmax_cross_entropy_forward: y_nan_to_one
# E は正しいが、y は exp をそのまま割り、nan を 1 にしている
# told: -
def softmax_cross_entropy_forward(u, t):
    from scipy.special import logsumexp
    E = np.mean(logsumexp(u, axis=1) - np.sum(u * t, axis=1))
    with np.errstate(all="ignore"):
        e = np.exp(u)
        y = np.nan_to_num(e / e.sum(axis=1, keepdims=True), nan=1.0)
    return E, y


# %% softmax_cross_entropy_forward: y_not_normalized
# y が exp(u - m) のままで、合計で割っていない
# told: -
def softmax_cross_entropy_forward(u, t):
    s = u - np.max(u, axis=1, keepdims=True)
    y = np.exp(s)
    total = y @ np.ones(u.shape[1])
    E = (np.log(total) - (s * t).sum(axis=1)).mean()
    return E, y


# %% softmax_cross_entropy_forward: mean_over_classes_too
# np.mean で K でも割っている
# told: mean_over_elements
def softmax_cross_entropy_forward(u, t):
    from scipy.special import log_softmax
    table = log_softmax(u, axis=1)
    return np.average(-t * table), np.exp(table)


# %% numerical_gradient: only_up_to_two_dimensions
# 1 次元と 2 次元だけを考えていて、3 次元では 1 列まるごと動かしている
# told: -
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    places = [(i,) for i in range(x.shape[0])] if x.ndim == 1 else [
        (i, j) for i in range(x.shape[0]) for j in range(x.shape[1])]
    for p in places:
        step = np.zeros_like(x)
        step[p] = eps
        g[p] = (f(x + step) - f(x - step)) / (2 * eps)
    return g


# %% numerical_gradient: reshape_may_copy
# x.reshape(-1) が別名になるとは限らない (転置した配列では写しになり、f の値が変わらない)
# told: -
# passes: only in memory order other than rows
def numerical_gradient(f, x, eps=1e-5):
    flat = x.reshape(-1)
    g = []
    for i in range(flat.size):
        keep = flat[i]
        flat[i] = keep + eps
        high = f(x)
        flat[i] = keep - eps
        low = f(x)
        flat[i] = keep
        g.append((high - low) / (2 * eps))
    return np.array(g).reshape(x.shape)


# %% numerical_gradient: nditer_memory_order
# nditer はメモリの順に進むが、結果は行の順に並べ直している
# told: -
# passes: only in memory order other than rows
def numerical_gradient(f, x, eps=1e-5):
    g = []
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        i = it.multi_index
        plus, minus = x.copy(), x.copy()
        plus[i] += eps
        minus[i] -= eps
        g.append((f(plus) - f(minus)) / (2 * eps))
    return np.reshape(g, x.shape)


# %% numerical_gradient: remembered_by_function_name
# 関数の名前と x の形で結果を覚えている (lambda はみな同じ名前)
# told: -
_known = {}


def numerical_gradient(f, x, eps=1e-5):
    key = getattr(f, "__name__", "f"), x.shape, eps
    if key not in _known:
        g = np.empty(x.shape)
        for i in np.ndindex(*x.shape):
            d = np.zeros(x.shape)
            d[i] = eps
            g[i] = (f(x + d) - f(x - d)) / (2 * eps)
        _known[key] = g
    return _known[key].copy()


# %% numerical_gradient: zeros_are_skipped
# 0 の要素は動かさず、勾配も 0 のまま
# told: zeros_are_skipped
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in map(tuple, np.argwhere(x)):
        plus, minus = np.array(x), np.array(x)
        plus[i] += eps
        minus[i] -= eps
        g[i] = (f(plus) - f(minus)) / (2 * eps)
    return g


# %% numerical_gradient: rounded_noise
# 桁落ちの誤差を消すつもりで、小数第 4 位で丸めている
# told: -
def numerical_gradient(f, x, eps=1e-5):
    out = np.zeros(x.shape)
    for n, d in enumerate(np.eye(x.size) * eps):
        d = d.reshape(x.shape)
        out.flat[n] = round(float(f(x + d) - f(x - d)) / (2 * eps), 4)
    return out


# %% numerical_gradient: half_step_each_side
# 両側に ε/2 ずつ動かして ε で割っている (約束の式と ε が違う)
# told: -
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros(x.shape)
    h = eps / 2
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        g[i] = (f(x + e) - f(x - e)) / eps
    return g


# %% numerical_gradient: last_entry_not_restored
# 次の要素に進むときに元へ戻す書き方なので、最後の要素だけ ε ずれたまま終わる
# told: -
def numerical_gradient(f, x, eps=1e-5):
    original, g = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[...] = original
        x[i] = original[i] + eps
        g[i] = f(x)
        x[i] = original[i] - eps
        g[i] -= f(x)
    return g / (2 * eps)


# %% add_backward: split_in_half
# 上流の勾配を半分ずつに分けている
# told: halved
def add_backward(dz):
    return tuple(dz * share for share in (0.5, 0.5))


# %% add_backward: numbers_only
# float() に入れるので、配列だとエラーになる
# told: -
def add_backward(dz):
    flow = float(dz)
    return flow, flow


# %% add_backward: batch_is_summed
# バイアスの勾配と混同して、2 次元の配列をバッチの方向に足している
# told: -
def add_backward(dz):
    dx = np.array(dz)
    dy = np.sum(dz, axis=0) if np.ndim(dz) > 1 else dx.copy()
    return dx, dy


# %% add_backward: mean_everywhere
# どの要素にも上流の勾配の平均を流している
# told: -
def add_backward(dz):
    same = np.full(np.shape(dz), np.mean(dz))
    return same, same.copy()


# %% add_backward: dy_transposed
# dy だけ転置している
# told: -
def add_backward(dz):
    dz = np.array(dz, dtype=float)
    return dz + 0, dz.T + 0


# %% add_backward: cache_by_printed_text
# 表示した文字列を鍵にして結果を覚えている (表示は 8 けたで、長い配列は途中が省かれる)
# told: -
# passes: only where two inputs print alike
_printed = {}


def add_backward(dz):
    text = str(dz)
    if text not in _printed:
        _printed[text] = np.copy(dz)
    return _printed[text].copy(), _printed[text].copy()


# %% add_backward: negative_is_stopped
# ReLU の門と混同して、負の勾配を止めている
# told: -
def add_backward(dz):
    gate = np.greater(dz, 0)
    return dz * gate, dz * gate


# %% add_backward: visible_value_recognised
# 確認に出る 1.1 だけを返せるようにして、ほかでは局所的な微分の 1 を返す
# told: -
def add_backward(dz):
    ones = np.ones_like(dz, dtype=float)
    return (1.1 * ones, 1.1 * ones) if np.all(dz == 1.1) else (ones, ones)


# %% multiply_backward: own_value
# 相手の値ではなく、自分の値を掛けている
# told: not_swapped
def multiply_backward(dz, x, y):
    dx, dy = map(lambda v: v * dz, (x, y))
    return dx, dy


# %% multiply_backward: dot_instead_of_times
# np.dot を使っている (数では合うが、配列では要素ごとの積にならない)
# told: -
def multiply_backward(dz, x, y):
    return np.dot(dz, y), np.dot(dz, x)


# %% multiply_backward: output_divided_by_input
# z / x で相手の値を求めるので、0 のところで nan になる
# told: output_divided_by_input
def multiply_backward(dz, x, y):
    z = np.multiply(x, y)
    return dz * (z / np.asarray(x)), dz * (z / np.asarray(y))


# %% multiply_backward: logarithms
# 積を log の和で計算しているので、負の数で nan になる
# told: -
def multiply_backward(dz, x, y):
    log_dz = np.log(dz)
    return np.exp(log_dz + np.log(y)), np.exp(log_dz + np.log(x))


# %% multiply_backward: dx_is_dz
# dx は dz の別名なので、配列だと dz が書き換わり、dy にも y が掛かる
# told: changes_argument
def multiply_backward(dz, x, y):
    dx = dz
    dx *= y
    dy = dz * x
    return dx, dy


# %% multiply_backward: unit_step_difference
# x と y を 1 だけ動かして差を取る数値微分 (1 次式なので値はほぼ合う)
# told: -
# passes: exact: the product is linear in each
def multiply_backward(dz, x, y):
    def forward(a, b):
        return a * b

    z = forward(x, y)
    return dz * (forward(x + 1.0, y) - z), dz * (forward(x, y + 1.0) - z)


# %% multiply_backward: mean_upstream
# 上流の勾配を平均してから掛けている
# told: -
def multiply_backward(dz, x, y):
    c = np.mean(dz)
    return c * y, c * x


# %% multiply_backward: equal_inputs_squared
# x と y の値が同じときは 2 乗とみなして、2 倍している
# told: equal_inputs_squared
def multiply_backward(dz, x, y):
    factor = 2 if np.array_equal(x, y) else 1
    return factor * dz * y, factor * dz * x


# %% sigmoid_backward: extrapolated_difference
# 桁の多い型の中心差分を 2 つの幅で外挿している (値はほぼ 14 けた合う)
# told: -
# passes: as exact as the formula
def sigmoid_backward(dz, u):
    v = u.astype(np.longdouble)

    def s(a):
        return np.where(a >= 0, 1 / (1 + np.exp(-np.abs(a))), np.exp(-np.abs(a)) / (1 + np.exp(-np.abs(a))))

    def central(h):
        return (s(v + h) - s(v - h)) / (2 * h)

    h = np.longdouble(2.0) ** -10
    return (dz * (4 * central(h / 2) - central(h)) / 3).astype(float)


# %% sigmoid_backward: complex_step
# 虚数の方向に 1e-30 だけ動かす数値微分
# told: -
# passes: exact, a dual number
def sigmoid_backward(dz, u):
    h = 1e-30
    w = np.clip(u, -300, 300) + 1j * h
    return dz * (1 / (1 + np.exp(-w))).imag / h


# %% sigmoid_backward: stale_output
# 順伝播の出力を形ごとに覚えておき、u が変わっても使い続ける
# told: stale_output
def sigmoid_backward(dz, u, outputs={}):
    if u.shape not in outputs:
        outputs[u.shape] = sigmoid_forward(u)
    s = outputs[u.shape]
    return dz * s * (1 - s)


# %% sigmoid_backward: slope_never_vanishes
# 勾配が消えないように、傾きを 0.01 より小さくしない
# told: -
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * np.maximum(s - s * s, 1e-2)


# %% sigmoid_backward: dz_folded_in_twice
# 先に s に dz を掛けてしまい、1 - s のほうにも dz が入る
# told: -
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    s = dz * s
    return s * (1 - s)


# %% sigmoid_backward: quotient_rule_overflows
# 商の微分の式をそのまま書いていて、u がとても小さいと ∞/∞ になる
# told: -
# passes: nothing is promised of a backward at 1000
def sigmoid_backward(dz, u):
    e = np.exp(-u)
    return dz * e / (1 + e) ** 2


# %% sigmoid_backward: multiplies_dz_in_place
# dz に直接掛けて返している
# told: changes_dz
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    for factor in (s, 1 - s):
        np.multiply(dz, factor, out=dz)
    return dz


# %% sigmoid_backward: u_taken_as_output
# u がもう sigmoid を通した値だと思っている
# told: u_times_one_minus_u
def sigmoid_backward(dz, u):
    return np.prod([dz, u, 1 - u], axis=0)


# %% tanh_backward: minus_only_on_v
# かっこが抜けていて dz - v² になっている (dz が 1 のときだけ合う)
# told: parentheses_missing
def tanh_backward(dz, u):
    v = tanh_forward(u)
    return dz * 1 - v ** 2


# %% tanh_backward: four_point_stencil
# 4 点の差分による数値微分
# told: -
def tanh_backward(dz, u):
    h = 1e-3
    weights = {-2: 1 / 12, -1: -2 / 3, 1: 2 / 3, 2: -1 / 12}
    return dz * sum(w * np.tanh(u + k * h) for k, w in weights.items()) / h


# %% tanh_backward: average_on_a_circle
# 複素数の円の上の値の平均 (コーシーの積分公式) で微分を数値的に求めている
# told: -
# passes: as exact as the formula
def tanh_backward(dz, u):
    turn = np.exp(2j * np.pi * np.arange(64) / 64)
    around = np.tanh(np.clip(u, -50, 50)[..., None] + 0.5 * turn)
    return dz * (around * turn.conj()).mean(axis=-1).real / 0.5


# %% tanh_backward: half_of_the_slope
# tanh(u) = 2 sigmoid(2u) - 1 を微分するときに、中の 2u の 2 を忘れた
# told: -
def tanh_backward(dz, u):
    return sigmoid_backward(2 * dz, 2 * u)


# %% tanh_backward: saturated_above_two
# u が 2 より大きいと飽和したとみなして 0 にしている (負の側はしていない)
# told: saturated_above_two
def tanh_backward(dz, u):
    v = np.where(u > 2, 1.0, np.tanh(u))
    return dz * (1 - v * v)


# %% tanh_backward: jacobian_of_first_row
# ヤコビ行列を 1 行目のデータだけで作っている
# told: -
def tanh_backward(dz, u):
    slope = np.diag(1 - tanh_forward(u)[0] ** 2)
    return dz @ slope


# %% tanh_backward: tanh_written_into_u
# tanh の結果を u に書き込んでいる
# told: changes_u
def tanh_backward(dz, u):
    np.tanh(u, u)
    return dz - dz * u * u


# %% tanh_backward: cache_by_shape_and_sum
# 形と合計が同じ u は同じものとみなして、前の傾きを使う
# told: -
# passes: only where two inputs have the same sum
_slopes = {}


def tanh_backward(dz, u):
    key = (u.shape, round(float(np.sum(u)), 9))
    if key not in _slopes:
        _slopes[key] = 1 - np.tanh(u) ** 2
    return dz * _slopes[key]


# %% relu_backward: divides_by_u
# z / u で門を作っているので、u = 0 で nan になる
# told: -
def relu_backward(dz, u):
    return dz * (relu_forward(u) / u)


# %% relu_backward: one_at_zero_without_dz
# u = 0 のところに、上流の勾配を掛けない 1 を入れている
# told: one_at_zero_without_dz
def relu_backward(dz, u):
    return np.select([u > 0, u < 0], [dz, 0.0], default=1.0)


# %% relu_backward: secant_with_relative_step
# u を前後に半分だけ動かして差を取る数値微分 (折れ線なので値は合う)
# told: -
# passes: exact: ReLU is linear on each side
def relu_backward(dz, u):
    h = np.where(u == 0, 1.0, np.abs(u) / 2)
    return dz * (relu_forward(u + h) - relu_forward(u - h)) / (2 * h)


# %% relu_backward: remembered_gate
# 門を形ごとに覚えていて、u が変わっても同じ門を使う
# told: -
def relu_backward(dz, u, gates=dict()):
    gate = gates.setdefault(u.shape, (u > 0).astype(float))
    return gate * dz


# %% relu_backward: returns_dz_if_all_open
# どの門も開いているときは、渡された dz をそのまま返す
# told: -
# passes: an argument may be returned
def relu_backward(dz, u):
    if np.all(u > 0):
        return dz
    return np.where(u > 0, dz, 0)


# %% relu_backward: heaviside_without_dz
# 上流の勾配を掛けず、階段関数をそのまま返している (2 つ目の引数は u = 0 の値)
# told: upstream_left_out
def relu_backward(dz, u):
    return np.heaviside(u, dz)


# %% relu_backward: both_signs_must_be_positive
# u だけでなく dz も正のときにしか通していない
# told: -
def relu_backward(dz, u):
    du = np.zeros(u.shape)
    for place in zip(*np.nonzero(np.minimum(u, dz) > 0)):
        du[place] = dz[place]
    return du


# %% relu_backward: putmask_on_dz
# du は dz の別名なので、渡された dz の中が 0 になる
# told: -
def relu_backward(dz, u):
    du = dz.view()
    np.putmask(du, u < 0, 0)
    return du


# %% affine_backward: db_axis_guessed_by_length
# 合計する軸を、長さが n_out になるかどうかで選んでいる
# told: -
def affine_backward(du, z, W):
    for axis in (1, 0):
        db = du.sum(axis=axis)
        if db.shape == (W.shape[1],):
            break
    return du @ W.T, z.T @ du, db


# %% affine_backward: transpose_only_if_needed
# W を転置せずに掛けられるときは、そのまま掛けている
# told: -
def affine_backward(du, z, W):
    try:
        dz = np.matmul(du, W)
    except ValueError:
        dz = np.matmul(du, W.T)
    return dz, np.matmul(z.T, du), np.ones(len(du)) @ du


# %% affine_backward: z_not_transposed_if_square
# z を転置せずに掛けられるときは、そのまま掛けている
# told: -
def affine_backward(du, z, W):
    left = z if z.shape == (W.shape[0], du.shape[0]) else z.T
    return du.dot(W.T), left.dot(du), du.sum(0)


# %% affine_backward: unit_steps_in_w
# W の要素を 1 つずつ 1 だけ動かして差を取る数値微分 (1 次式なので値は合う)
# told: -
# passes: exact: the function is linear
def affine_backward(du, z, W):
    n_out = W.shape[1]
    origin = affine_forward(z, np.zeros(W.shape), np.zeros(n_out))
    dW = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        moved = np.zeros(W.shape)
        moved[place] = 1.0
        dW[place] = np.sum(du * (affine_forward(z, moved, np.zeros(n_out)) - origin))
    return du @ W.T, dW, du.sum(axis=0)


# %% affine_backward: running_sum_into_du
# 累積和を du に書き込んで、その最後の行を db にしている
# told: changes_du
def affine_backward(du, z, W):
    dz, dW = np.einsum("nj,ij->ni", du, W), np.einsum("ni,nj->ij", z, du)
    db = np.cumsum(du, axis=0, out=du)[-1]
    return dz, dW, db


# %% affine_backward: last_sample_only
# データごとの外積を足さずに、上書きしている
# told: dw_last_sample_only
def affine_backward(du, z, W):
    db = np.zeros(W.shape[1])
    for zn, dun in zip(z, du):
        dW = np.outer(zn, dun)
        db = db + dun
    return du @ W.T, dW, db


# %% affine_backward: gradient_accumulates
# dW が呼び出しのたびにたまっていく (前の呼び出しの分を消していない)
# told: -
_total = {}


def affine_backward(du, z, W):
    _total[W.shape] = _total.get(W.shape, 0) + z.T @ du
    return du @ W.T, _total[W.shape].copy(), np.sum(du, axis=0)


# %% affine_backward: db_is_the_mean
# db だけ合計ではなく平均にしている
# told: db_mean
def affine_backward(du, z, W):
    db = np.average(du, axis=0)
    return (W @ du.T).T, (du.T @ z).T, db


# %% softmax_cross_entropy_backward: classes_sorted
# 正解の番号を列の順に拾うので、番号が小さい順のバッチでしか合わない
# told: -
def softmax_cross_entropy_backward(y, t):
    du = y.copy()
    classes, _ = np.nonzero(t.T)
    du[np.arange(len(y)), classes] -= 1
    return du / len(y)


# %% softmax_cross_entropy_backward: balanced_classes
# データの平均ではなく、クラスごとの平均の平均にしている
# told: -
def softmax_cross_entropy_backward(y, t):
    count = t.sum(axis=0)
    weight = 1 / (t @ count) / np.count_nonzero(count)
    return weight[:, None] * (y - t)


# %% softmax_cross_entropy_backward: clipped_gradient
# 大きな勾配を ±0.3 で切っている
# told: -
def softmax_cross_entropy_backward(y, t):
    return np.clip((y - t) / len(y), -0.3, 0.3)


# %% softmax_cross_entropy_backward: first_batch_size
# 初めのバッチの大きさを覚えて、最後の半端なバッチもそれで割る
# told: first_batch_size
def softmax_cross_entropy_backward(y, t, size=[]):
    if not size:
        size.append(y.shape[0])
    return (y - t) / size[0]


# %% softmax_cross_entropy_backward: difference_in_log_y
# log y を u とみなして、損失を 1 つずつ動かす数値微分
# told: -
def softmax_cross_entropy_backward(y, t):
    u, du, h = np.log(y), np.zeros(y.shape), 1e-5
    for i in np.ndindex(u.shape):
        d = np.zeros(u.shape)
        d[i] = h
        du[i] = softmax_cross_entropy_forward(u + d, t)[0] - softmax_cross_entropy_forward(u - d, t)[0]
    return du / (2 * h)


# %% softmax_cross_entropy_backward: softmax_again
# y がまだ softmax を通していない値だと思って、もう一度通している
# told: softmax_twice
def softmax_cross_entropy_backward(y, t):
    probability = np.apply_along_axis(lambda row: softmax(row[None])[0], 1, y)
    return np.divide(probability - t, t.sum())


# %% softmax_cross_entropy_backward: only_the_correct_class
# 正解のクラスにだけ勾配を流し、ほかのクラスは 0 のまま
# told: label_entries_only
def softmax_cross_entropy_backward(y, t):
    du = np.zeros(y.shape)
    correct = t.astype(bool)
    du[correct] = (y[correct] - 1) / len(t)
    return du


# %% softmax_cross_entropy_backward: result_written_into_t
# 結果を t に書き込んで返している
# told: -
def softmax_cross_entropy_backward(y, t):
    du = np.subtract(y, t, out=t)
    du /= du.shape[0]
    return du


# %% network_forward: only_first_layer_activated
# 活性化関数を付けるのが最初の層だけ
# told: -
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "tanh": tanh_forward, "sigmoid": sigmoid_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[l], W, b))
        zs.append(h(us[l]) if l == 0 else us[l])
    return us, zs[:-1]


# %% network_forward: unknown_name_means_relu
# 辞書に sigmoid を入れ忘れていて、get が黙って relu を返す
# told: -
def network_forward(x, params, activation="relu"):
    h = {"tanh": tanh_forward}.get(activation, relu_forward)
    us, zs = [], [x]
    for W, b in params[:-1]:
        us += [affine_forward(zs[-1], W, b)]
        zs += [h(us[-1])]
    return us + [affine_forward(zs[-1], *params[-1])], zs


# %% network_forward: cache_ignores_weights
# 入力と活性化関数と形が同じなら、前の結果を返す (重みが更新されても変わらない)
# told: -
_passes = {}


def network_forward(x, params, activation="relu"):
    key = (x.tobytes(), activation, tuple(W.shape for W, _ in params))
    if key not in _passes:
        h = {"relu": relu_forward, "tanh": tanh_forward, "sigmoid": sigmoid_forward}[activation]
        us, zs = [], [x]
        for l, (W, b) in enumerate(params, 1):
            us.append(affine_forward(zs[-1], W, b))
            if l < len(params):
                zs.append(h(us[-1]))
        _passes[key] = us, zs
    us, zs = _passes[key]
    return [u.copy() for u in us], [z.copy() for z in zs]


# %% network_forward: layers_looked_up_by_shape
# 層を W の形で辞書に入れるので、同じ形の層が 1 つにまとめられる
# told: layers_looked_up_by_shape
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


# %% network_forward: sigmoid_overwrites_u
# sigmoid のときだけ、us に入れた配列そのものに書き込んでいる
# told: -
def network_forward(x, params, activation="relu"):
    def h(u):
        if activation == "sigmoid":
            u[...] = sigmoid_forward(u)
            return u
        return np.tanh(u) if activation == "tanh" else np.maximum(u, 0)

    us, zs = [], [x]
    for W, b in params:
        us.append(affine_forward(zs[-1], W, b))
        if len(us) < len(params):
            zs.append(h(us[-1]))
    return us, zs


# %% network_forward: first_row_only
# 1 行目のデータだけを流している
# told: -
def network_forward(x, params, activation="relu"):
    h = dict(relu=relu_forward, tanh=tanh_forward, sigmoid=sigmoid_forward)[activation]
    us, zs = [], [x]
    while len(us) < len(params):
        W, b = params[len(us)]
        us.append(np.atleast_2d(zs[-1][0] @ W + b))
        zs.append(h(us[-1]))
    zs.pop()
    return us, zs


# %% network_forward: needs_two_layers
# 最初の層と最後の層が別々にあると決めている
# told: needs_two_layers
def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "tanh": tanh_forward, "sigmoid": sigmoid_forward}[activation]
    first, *middle, last = params
    us = [affine_forward(x, *first)]
    for layer in middle:
        us.append(affine_forward(h(us[-1]), *layer))
    zs = [x, *map(h, us)]
    return us + [affine_forward(zs[-1], *last)], zs


# %% network_forward: lists_in_default_arguments
# 空のリストを引数の初めの値にしているので、前の呼び出しの層が残る
# told: -
def network_forward(x, params, activation="relu", us=[], zs=[]):
    zs.append(x)
    for l, (W, b) in enumerate(params):
        us.append(affine_forward(zs[-1], W, b))
        if l < len(params) - 1:
            zs.append({"relu": relu_forward, "tanh": tanh_forward, "sigmoid": sigmoid_forward}[activation](us[-1]))
    return us, zs


# %% network_backward: relu_gate_for_every_activation
# 順伝播は activation を使うのに、逆伝播はいつも ReLU の微分
# told: activation_ignored
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.append((dW, db))
        if l:
            du = relu_backward(dz, us[l - 1])
    return grads[::-1]


# %% network_backward: activation_not_passed_on
# network_forward に activation を渡し忘れ、いつも ReLU の u と z で計算している
# told: activation_not_passed_on
def network_backward(x, t, params, activation="relu"):
    h_back = {"relu": relu_backward, "tanh": tanh_backward, "sigmoid": sigmoid_backward}[activation]
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = [None] * len(params)
    for l in reversed(range(len(params))):
        dz, *grads[l] = affine_backward(du, zs[l], params[l][0])
        grads[l] = tuple(grads[l])
        du = h_back(dz, us[l - 1]) if l > 0 else None
    return grads


# %% network_backward: z_given_as_u
# 活性化関数の逆伝播に、u ではなく z を渡している (ReLU では正のところが同じなので合う)
# told: slope_at_z
def network_backward(x, t, params, activation="relu"):
    h_back = {"relu": relu_backward, "tanh": tanh_backward, "sigmoid": sigmoid_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = softmax_cross_entropy_backward(softmax(us.pop()), t), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = h_back(dz, zs[l])
    return grads


# %% network_backward: gate_found_by_shape
# どの層の u を使うかを、形が合うかどうかで後ろから探している
# told: -
def network_backward(x, t, params, activation="relu"):
    h_back = {"relu": relu_backward, "tanh": tanh_backward, "sigmoid": sigmoid_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du, grads = (softmax(us[-1]) - t) / len(x), []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        for u in reversed(us):
            if l > 0 and u.shape == dz.shape:
                du = h_back(dz, u)
                break
    return grads


# %% network_backward: no_stop_at_the_first_layer
# 最初の層でも us[-1] (出力層の u) で先へ渡そうとして、形が合わずに止まる
# told: -
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in range(len(params))[::-1]:
        du, dW, db = affine_backward(du, zs[l], params[l][0])
        grads = [(dW, db)] + grads
        du = {"relu": relu_backward, "tanh": tanh_backward, "sigmoid": sigmoid_backward}[activation](du, us[l - 1])
    return grads


# %% network_backward: complex_step_per_neuron
# ニューロンの u を 1 つずつ (全データを同時に) 虚数の方向に動かす数値微分。回数はニューロンの数だけ
# told: -
# passes: exact, and costs no more than honest loops
def network_backward(x, t, params, activation="relu"):
    def h(u):
        if activation == "relu":
            return u * (u.real > 0)
        return np.tanh(u) if activation == "tanh" else 1 / (1 + np.exp(-u))

    us, zs = network_forward(x, params, activation)
    grads = []
    for l, u in enumerate(us):
        du = np.zeros(u.shape)
        for j in range(u.shape[1]):
            v = u.astype(complex)
            v[:, j] += 1e-30j
            for W, b in params[l + 1:]:
                v = h(v) @ W + b
            v = v - v.real.max(axis=1, keepdims=True)
            loss = np.log(np.exp(v).sum(axis=1)) - (v * t).sum(axis=1)
            du[:, j] = loss.imag / 1e-30 / len(x)
        grads.append((zs[l].T @ du, du.sum(axis=0)))
    return grads


# %% network_backward: last_weights_for_every_layer
# 1 つ前へ渡すときの W が、いつも最後の層の W (2 層なら合う)
# told: -
def network_backward(x, t, params, activation="relu"):
    h_back = {"relu": relu_backward, "tanh": tanh_backward, "sigmoid": sigmoid_backward}[activation]
    us, zs = network_forward(x, params, activation)
    W_out = params[-1][0]
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for u, z in zip([None] + us[:-1], zs):
        grads.append(u)
    for l in reversed(range(len(zs))):
        u_before = grads[l]
        grads[l] = (zs[l].T @ du, du.sum(axis=0))
        if l:
            du = h_back(du @ W_out.T, u_before)
    return grads


# %% network_backward: pops_layers
# params のリストから層を取り出していくので、終わると空になる
# told: params_reversed_in_place
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us.pop()), t)
    grads = []
    while params:
        W, _ = params.pop()
        dz, dW, db = affine_backward(du, zs.pop(), W)
        grads.insert(0, (dW, db))
        if us:
            du = {"relu": relu_backward, "tanh": tanh_backward, "sigmoid": sigmoid_backward}[activation](dz, us.pop())
    return grads


# %% sgd_step: shallow_copy_of_the_list
# リストの写しは作ったが、中の配列は同じものなので、もとの params が変わる
# told: list_overwritten
def sgd_step(params, grads, lr):
    new = [list(layer) for layer in params]
    for layer, grad in zip(new, grads):
        for i in (0, 1):
            layer[i] -= lr * grad[i]
    return [tuple(layer) for layer in new]


# %% sgd_step: gradients_found_by_shape
# 勾配を形で探すので、同じ形の層が 2 つあると片方の勾配を両方に使う
# told: gradients_found_by_shape
def sgd_step(params, grads, lr):
    by_shape = {g.shape: g for pair in grads for g in pair}
    return [tuple(p - lr * by_shape[p.shape] for p in pair) for pair in params]


# %% sgd_step: generator_instead_of_list
# リストではなくジェネレーターを返すので、len も 2 回目の for も使えない
# told: -
def sgd_step(params, grads, lr):
    return ((W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads))


# %% sgd_step: zero_rate_means_default
# lr が 0 だと、指定がないとみなして 0.01 を使う
# told: zero_rate_means_default
def sgd_step(params, grads, lr):
    lr = lr or 0.01
    new = []
    for layer, grad in zip(params, grads):
        new.append(tuple(np.subtract(p, np.multiply(lr, g)) for p, g in zip(layer, grad)))
    return new


# %% sgd_step: momentum
# 前の呼び出しの勾配を覚えていて、0.9 倍して足している (モーメンタム)
# told: -
_velocity = {}


def sgd_step(params, grads, lr):
    new = []
    for l, (layer, grad) in enumerate(zip(params, grads)):
        out = []
        for i in range(2):
            key = l, i, grad[i].shape
            _velocity[key] = 0.9 * _velocity.get(key, 0.0) + grad[i]
            out.append(layer[i] - lr * _velocity[key])
        new.append(tuple(out))
    return new


# %% sgd_step: gradient_clipping
# 大きな勾配を ±10 で切っている
# told: gradient_clipping
def sgd_step(params, grads, lr):
    cut = np.vectorize(lambda g: max(-10.0, min(10.0, g)), otypes=[float])
    return [(W - lr * cut(dW), b - lr * cut(db)) for (W, b), (dW, db) in zip(params, grads)]


# %% sgd_step: same_params_if_rate_is_zero
# lr が 0 のときは、渡された params をそのまま返す
# told: -
# passes: an argument may be returned
def sgd_step(params, grads, lr):
    if lr == 0:
        return params
    return [(p[0] - lr * g[0], p[1] - lr * g[1]) for p, g in zip(params, grads)]


# %% sgd_step: exactly_two_layers
# 層が 2 つだと決めて書いている
# told: -
def sgd_step(params, grads, lr):
    (W1, b1), (W2, b2) = params
    (dW1, db1), (dW2, db2) = grads
    return [(W1 - lr * dW1, b1 - lr * db1), (W2 - lr * dW2, b2 - lr * db2)]


# %% train: own_seed
# 引数の rng を使わず、いつも種 0 の乱数で並べ替えている
# told: own_seed
def train(x, t, params, lr, epochs, batch_size, rng):
    own = np.random.default_rng(0)
    losses = []
    for _ in range(epochs):
        order = own.permutation(len(x))
        total = []
        for i in range(0, len(x), batch_size):
            j = order[i:i + batch_size]
            total.append(softmax_cross_entropy_forward(network_forward(x[j], params)[0][-1], t[j])[0])
            params = sgd_step(params, network_backward(x[j], t[j], params), lr)
        losses.append(np.mean(total))
    return params, losses


# %% train: shuffled_once
# 並べ替えるのが最初の 1 回だけ (どのエポックも同じ順)
# told: shuffled_once
def train(x, t, params, lr, epochs, batch_size, rng):
    order = rng.permutation(x.shape[0])
    xs, ts = x[order], t[order]
    losses = []
    while len(losses) < epochs:
        batch_losses = []
        for i in range(0, len(xs), batch_size):
            xb, tb = xs[i:i + batch_size], ts[i:i + batch_size]
            u = network_forward(xb, params)[0][-1]
            batch_losses.append(softmax_cross_entropy_forward(u, tb)[0])
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(sum(batch_losses) / len(batch_losses))
    return params, losses


# %% train: batches_of_equal_size
# array_split でバッチの大きさをそろえている (10 個を 4 個ずつのはずが 4, 3, 3 になる)
# told: batches_of_equal_size
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    pieces = -(-len(x) // batch_size)
    for _ in range(epochs):
        for j in np.array_split(rng.permutation(len(x)), pieces):
            params = sgd_step(params, network_backward(x[j], t[j], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: last_batch_filled_up
# 最後の半端なバッチを、先頭のデータをもう一度使って満たしている
# told: tail_filled_up
def train(x, t, params, lr, epochs, batch_size, rng):
    n, losses = len(x), []
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            j = np.take(order, np.arange(start, start + batch_size), mode="wrap")
            params = sgd_step(params, network_backward(x[j], t[j], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: nominal_batch_size
# 最後の半端なバッチの勾配を、実際の大きさではなく batch_size で割った平均にしている
# told: divided_by_nominal_size
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order, total = rng.permutation(len(x)), []
        for i in range(0, len(x), batch_size):
            j = order[i:i + batch_size]
            total.append(softmax_cross_entropy_forward(network_forward(x[j], params)[0][-1], t[j])[0])
            params = sgd_step(params, network_backward(x[j], t[j], params), lr * len(j) / batch_size)
        losses.append(float(np.mean(total)))
    return params, losses


# %% train: continues_from_last_call
# 前の呼び出しで学習した params を覚えていて、同じ形なら続きから始める
# told: -
_trained_so_far = {}


def train(x, t, params, lr, epochs, batch_size, rng):
    key = tuple(W.shape for W, _ in params)
    params = _trained_so_far.get(key, params)
    losses = []
    for _ in range(epochs):
        order, seen = rng.permutation(len(x)), []
        for i in range(0, len(x), batch_size):
            j = order[i:i + batch_size]
            seen.append(softmax_cross_entropy_forward(network_forward(x[j], params)[0][-1], t[j])[0])
            params = sgd_step(params, network_backward(x[j], t[j], params), lr)
        losses.append(np.mean(seen))
    _trained_so_far[key] = params
    return params, losses


# %% train: incomplete_batch_dropped_and_losses_summed
# 最後の半端なバッチを使わず、損失も平均ではなく合計している (間違い 2 つ)
# told: tail_dropped
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order, loss = rng.permutation(len(x)), 0
        for b in range(len(x) // batch_size):
            j = order[b * batch_size:(b + 1) * batch_size]
            loss += cross_entropy(softmax(network_forward(x[j], params)[0][-1]), t[j])
            params = sgd_step(params, network_backward(x[j], t[j], params), lr)
        losses.append(loss)
    return params, losses


# %% train: each_batch_drawn_afresh
# バッチごとに全部のデータから選び直すので、1 エポックで使われないデータと 2 回使われるデータがある
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    n, losses = len(x), []
    for _ in range(epochs):
        seen = []
        for left in range(n, 0, -batch_size):
            j = rng.choice(n, size=min(batch_size, left), replace=False)
            seen.append(softmax_cross_entropy_forward(network_forward(x[j], params)[0][-1], t[j])[0])
            params = sgd_step(params, network_backward(x[j], t[j], params), lr)
        losses.append(np.mean(seen))
    return params, losses


# %% fix_backward: gate_before_the_weights
# 重みを掛ける前に、その層自身の u で門をかけている (出力層にも門がかかる)
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = relu_backward(du, us[l]) @ W.T
    return grads


# %% fix_backward: only_one_gate
# 門をかけるのが最後の中間層だけ
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = du @ W.T
        if l > 0 and l == len(params) - 1:
            du = np.where(us[l - 1] > 0, du, 0)
    return grads


# %% fix_backward: gate_wraps_around
# l = 0 でも us[l - 1] = us[-1] を使うので、入力と出力の幅が違うとエラーになる
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = (du @ W.T) * np.heaviside(us[l - 1], 0)
    return grads


# %% fix_backward: gates_kept_by_shape
# 門を形ごとに辞書に入れるので、幅の同じ層の門が入れ替わる
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    gates = {u.shape: u > 0 for u in us}
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = du @ params[l][0].T
        du = du * gates.get(du.shape, 1) if l else du
    return grads


# %% fix_backward: gate_opens_for_the_whole_batch
# バッチのどれか 1 つでも正なら、その門を全部のデータで開けている
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        if l >= 1:
            du = du @ (W * (us[l - 1] > 0).any(axis=0)[:, None]).T
    return grads


# %% fix_backward: difference_per_neuron
# ニューロンを 1 つずつ (全データを同時に) 動かす中心差分。回数はニューロンの数の 2 倍だけ
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)

    def sample_losses(u, rest):
        for W, b in rest:
            u = affine_forward(relu_forward(u), W, b)
        m = u.max(axis=1)
        return m + np.log(np.exp(u - m[:, None]).sum(axis=1)) - (u * t).sum(axis=1)

    grads = []
    for l, (z, u) in enumerate(zip(zs, us)):
        steps = 1e-5 * np.eye(u.shape[1])
        du = np.stack([sample_losses(u + s, params[l + 1:]) - sample_losses(u - s, params[l + 1:]) for s in steps], axis=1)
        du = du / 2e-5 / len(x)
        grads.append((z.T @ du, du.sum(axis=0)))
    return grads


# %% fix_backward: mean_taken_at_every_layer
# 門は正しいが、層ごとにもう一度 1/N を掛けている
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        if l > 0:
            du = relu_backward(du @ W.T, us[l - 1]) / len(x)
    return grads


# %% fix_backward: sign_of_u
# u が負のところで勾配を止めずに、符号を逆にしている
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = [(zs[-1].T @ du, du.sum(axis=0))]
    for (W, b), u, z in zip(params[:0:-1], us[-2::-1], zs[-2::-1]):
        du = np.copysign(1.0, u) * (du @ W.T)
        grads.insert(0, (z.T @ du, du.sum(axis=0)))
    return grads


# %% l2_gradient: absolute_weights
# W ではなく |W| を足している
# told: -
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * np.sqrt(W * W), db.copy()) for (W, _), (dW, db) in zip(params, grads)]


# %% l2_gradient: same_grads_if_zero
# λ が 0 のときは、渡された grads をそのまま返す
# told: -
# passes: an argument may be returned
def l2_gradient(params, grads, weight_decay):
    if not weight_decay:
        return grads
    return [(g[0] + weight_decay * p[0], np.array(g[1])) for p, g in zip(params, grads)]


# %% l2_gradient: weights_found_by_shape
# W を形で探すので、同じ形の層が 2 つあると片方の W を両方に使う
# told: weights_found_by_shape
def l2_gradient(params, grads, weight_decay):
    shapes = dict((W.shape, W) for W, b in params)
    return [(dW + weight_decay * shapes[dW.shape], db + 0) for dW, db in grads]


# %% l2_gradient: first_lambda_kept
# 最初の呼び出しの λ を覚えて、ずっと使う
# told: -
def l2_gradient(params, grads, weight_decay, kept=[]):
    kept.append(weight_decay)
    return [(dW + kept[0] * W, np.copy(db)) for (W, b), (dW, db) in zip(params, grads)]


# %% l2_gradient: adds_into_grads
# リストの写しを作っただけで、中の dW に足し込んでいる
# told: changes_grads
def l2_gradient(params, grads, weight_decay):
    new = list(grads)
    for l in range(len(new)):
        dW, db = new[l]
        dW += weight_decay * params[l][0]
    return new


# %% l2_gradient: two_layers_only
# 層が 2 つだと決めて書いている
# told: -
def l2_gradient(params, grads, weight_decay):
    def add(l):
        return grads[l][0] + weight_decay * params[l][0], grads[l][1].copy()

    return [add(0), add(1)]


# %% l2_gradient: bias_too
# バイアスにも正則化をかけている
# told: bias_decayed
def l2_gradient(params, grads, weight_decay):
    return [tuple(g + weight_decay * p for p, g in zip(*pair)) for pair in zip(params, grads)]


# %% l2_gradient: adds_the_penalty_itself
# 微分ではなく、足した項そのもの (λ/2 × W²) を足している
# told: squared
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay / 2 * np.square(W), db * 1.0) for (W, b), (dW, db) in zip(params, grads)]


# %% k_fold: positions_from_kfold
# KFold が返すのは並べ替えた配列の中の位置なのに、それを番号として返している (並べ替えが効かない)
# told: shuffle_result_thrown_away
def k_fold(n, k, rng):
    from sklearn.model_selection import KFold
    shuffled = rng.permutation(n)
    return [(train, valid) for train, valid in KFold(k).split(shuffled)]


# %% k_fold: remembers_the_folds
# n と k が同じなら、前に作った組をそのまま返す (rng が変わっても同じ)
# told: -
_folds = {}


def k_fold(n, k, rng):
    if (n, k) not in _folds:
        parts = np.array_split(rng.permutation(n), k)
        _folds[n, k] = [(np.concatenate(parts[:i] + parts[i + 1:]), parts[i]) for i in range(k)]
    return _folds[n, k]


# %% k_fold: only_blocks_are_shuffled
# 番号は並べ替えず、続き番号のかたまりの順だけを並べ替えている
# told: only_blocks_are_shuffled
def k_fold(n, k, rng):
    blocks = np.array_split(np.arange(n), k)
    order = rng.permutation(k)
    return [(np.concatenate([blocks[j] for j in order if j != i] or [blocks[i][:0]]), blocks[i]) for i in order]


# %% k_fold: seed_fixed_inside
# rng を使わず、自分で種を決めた乱数で並べ替えている
# told: -
def k_fold(n, k, rng):
    number = np.random.RandomState(42).permutation(n)
    return [(number[np.arange(n) % k != i], number[i::k]) for i in range(k)]


# %% k_fold: deletes_positions
# np.delete は番号ではなく位置を消すので、train が valid と重なる
# told: -
def k_fold(n, k, rng):
    order = rng.permutation(n)
    return [(np.delete(order, valid), valid) for valid in np.array_split(order, k)]


# %% k_fold: remainder_in_the_last_fold
# 余りを全部最後の組に入れている
# told: remainder_in_last_fold
def k_fold(n, k, rng):
    order, size = rng.permutation(n), n // k
    cut = [i * size for i in range(k)] + [n]
    return [(np.r_[order[:a], order[b:]], order[a:b]) for a, b in zip(cut, cut[1:])]


# %% k_fold: new_shuffle_for_every_fold
# 組を 1 つ作るたびに並べ替え直すので、検証用の番号が重なったり抜けたりする
# told: -
def k_fold(n, k, rng):
    folds = []
    for i in range(k):
        order = rng.permutation(n)
        valid = np.array_split(order, k)[i]
        folds.append((np.setdiff1d(order, valid), valid))
    return folds


# %% k_fold: rotated_not_shuffled
# 並べ替えではなく、始まりの位置をずらしているだけ
# told: rotated_not_shuffled
def k_fold(n, k, rng):
    order = np.roll(np.arange(n), rng.integers(n))
    parts = np.array_split(order, k)
    return [(np.hstack(parts[:i] + parts[i + 1:]) if k > 1 else order[:0], v) for i, v in enumerate(parts)]
