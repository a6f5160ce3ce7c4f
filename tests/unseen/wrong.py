# %% affine_forward: no_bias
# バイアス b を足し忘れた (u = zW だけ)。
# told: bias_left_out
def affine_forward(z, W, b):
    N, n_out = z.shape[0], W.shape[1]
    u = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            u[n, j] = np.sum(z[n] * W[:, j])
    return u


# %% affine_forward: elementwise_product
# 行列積 @ のかわりに要素ごとの積 * を使った。
# told: elementwise
def affine_forward(z, W, b):
    u = z * W + b
    return u


# %% affine_forward: transposed_weight
# W を転置して掛けた (z @ W.T)。
# told: transposed
def affine_forward(z, W, b):
    return np.dot(z, np.transpose(W)) + b


# %% affine_forward: bias_every_term
# 内側のループの中で b を足したので、b が n_in 回足される (u = zW + n_in*b)。
# told: -
def affine_forward(z, W, b):
    N, n_in = z.shape
    n_out = W.shape[1]
    u = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            for i in range(n_in):
                u[n, j] += z[n, i] * W[i, j] + b[j]
    return u


# %% affine_forward: last_input_skipped
# 和のループが n_in - 1 で終わり、最後の入力 (z の最後の列、W の最後の行) の項が抜ける。
# told: loop_forgets_last
def affine_forward(z, W, b):
    n_in = W.shape[0]
    u = np.tile(b, (len(z), 1)).astype(float)
    for i in range(n_in - 1):
        u = u + np.outer(z[:, i], W[i])
    return u


# %% affine_forward: minus_bias
# b を足すところを引いた (u = zW - b)。
# told: bias_subtracted
def affine_forward(z, W, b):
    return np.einsum("ni,ij->nj", z, W) - b


# %% affine_forward: relu_included
# アフィン変換のあとに ReLU までかけてしまい、負の u が 0 になる。
# told: activated
def affine_forward(z, W, b):
    def h(a):
        return np.maximum(a, 0)
    u = np.matmul(z, W) + b
    return h(u)


# %% affine_forward: int_buffer
# (変わった間違い) 結果を入れる配列を整数型で作ったので、u の小数部分が切り捨てられる。
# told: -
def affine_forward(z, W, b):
    u = np.zeros((z.shape[0], W.shape[1]), dtype=int)
    for n, row in enumerate(z):
        u[n] = row @ W + b
    return u.astype(float)


# %% affine_forward: transposed_no_bias
# 2 つの間違い: ① b を足していない ② 出力が転置されて (n_out, N) になっている。
# told: -
def affine_forward(z, W, b):
    return np.einsum("ni,ij->jn", z, W)


# %% affine_forward: bias_first_row_only
# b を最初の行 (データ 0) にだけ足した。
# told: -
def affine_forward(z, W, b):
    u = z @ W
    u[0] += b
    return u


# %% sigmoid_forward: naive
# 式のとおり 1/(1+exp(-u)) と書いたので、u = -1000 でオーバーフローの警告が出る (値は正しい)。
# told: overflows
def sigmoid_forward(u):
    return 1.0 / (1.0 + np.exp(-u))


# %% sigmoid_forward: mirrored
# 指数の符号が逆で sigmoid(-u) = 1/(1+e^u) になっている (あふれはしない)。
# told: sign_flipped
def sigmoid_forward(u):
    z = np.exp(-np.logaddexp(0.0, u))
    return z


# %% sigmoid_forward: exp_over_one_plus_exp
# exp(u)/(1+exp(u)) をそのまま計算したので u = 1000 で inf/inf = nan になる。
# told: nan_at_large_values
def sigmoid_forward(u):
    e = np.exp(u)
    z = e / (1 + e)
    return z


# %% sigmoid_forward: where_evaluates_both
# np.where で場合分けしたが、両方の式が全要素で計算されるので ±1000 でオーバーフローの警告が出る (値は正しい)。
# told: both_branches_overflow
def sigmoid_forward(u):
    return np.where(u >= 0, 1 / (1 + np.exp(-u)), np.exp(u) / (1 + np.exp(u)))


# %% sigmoid_forward: always_positive_branch
# 場合分けをせずいつも 1/(1+e^{-|u|}) を使ったので、u < 0 でも sigmoid(|u|) になる。
# told: -
def sigmoid_forward(u):
    rows = []
    for row in u:
        rows.append([1 / (1 + np.exp(-abs(v))) for v in row])
    return np.array(rows)


# %% sigmoid_forward: derivative
# sigmoid の値ではなく微分 s(1-s) を返した。
# told: derivative
def sigmoid_forward(u):
    e = np.exp(-np.abs(u))
    s = np.where(u >= 0, 1 / (1 + e), e / (1 + e))
    return s * (1 - s)


# %% sigmoid_forward: precedence
# かっこを忘れて 1 / 1 + e^{-|u|} になり、割り算が効いていない (u<0 の側も e/1+e)。
# told: -
def sigmoid_forward(u):
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1 / 1 + e, e / 1 + e)


# %% sigmoid_forward: hard_sigmoid
# (変わった間違い) 折れ線で近似した hard sigmoid、clip(0.2u + 0.5, 0, 1) を返した。
# told: -
def sigmoid_forward(u):
    return np.clip(0.2 * u + 0.5, 0.0, 1.0)


# %% sigmoid_forward: negate_in_place_and_mirrored
# 2 つの間違い: ① 引数 u の符号をその場で書き換えた ② 符号が逆のまま計算したので sigmoid(-u) になる。
# told: sign_flipped, changes_u
def sigmoid_forward(u):
    u *= -1
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1 / (1 + e), e / (1 + e))


# %% tanh_forward: exp_ratio
# 定義の式 (e^u - e^-u)/(e^u + e^-u) のままなので、±1000 で inf/inf = nan と警告になる。
# told: exp_ratio
def tanh_forward(u):
    a, b = np.exp(u), np.exp(-u)
    return (a - b) / (a + b)


# %% tanh_forward: half_argument
# 2*sigmoid(2u)-1 の中の 2 を忘れ 2*sigmoid(u)-1 = tanh(u/2) を返した。
# told: half_argument
def tanh_forward(u):
    return 2 * sigmoid_forward(u) - 1


# %% tanh_forward: minus_one_forgotten
# 2*sigmoid(2u) で、最後の -1 を忘れた (値が 0 から 2 になる)。
# told: not_shifted
def tanh_forward(u):
    z = 2 * sigmoid_forward(2 * u)
    return z


# %% tanh_forward: tan
# 双曲線関数ではなく三角関数の np.tan を使った。
# told: tangent
def tanh_forward(u):
    return np.vectorize(lambda v: np.tan(v))(u)


# %% tanh_forward: pasted_sigmoid
# sigmoid の実装をそのまま貼りつけた。
# told: sigmoid_pasted
def tanh_forward(u):
    z = np.empty_like(u, dtype=float)
    pos = u >= 0
    z[pos] = 1 / (1 + np.exp(-u[pos]))
    z[~pos] = np.exp(u[~pos]) / (1 + np.exp(u[~pos]))
    return z


# %% tanh_forward: sign_lost
# あふれないように e^{-2|u|} で書いたが、符号を戻していないので tanh(|u|) になる (負の u で正の値)。
# told: -
def tanh_forward(u):
    e = np.exp(-2 * np.abs(u))
    return (1 - e) / (1 + e)


# %% tanh_forward: out_argument
# np.tanh の out= に u を渡したので、値は正しいが引数 u が書き換わる。
# told: changes_u
def tanh_forward(u):
    return np.tanh(u, out=u)


# %% tanh_forward: two_sigmoid
# 2 つの間違い: ① 中の 2u を u にした ② -1 を引いていない (2*sigmoid(u))。
# told: -
def tanh_forward(u):
    s = sigmoid_forward(u)
    return s + s


# %% tanh_forward: hard_tanh
# (変わった間違い) tanh を [-1, 1] への切り取り (hard tanh) にした。
# told: clipped_line
def tanh_forward(u):
    return np.array([[min(1.0, max(-1.0, v)) for v in row] for row in u])


# %% relu_forward: in_place
# u の負の要素をその場で 0 にした。返す値は正しいが、引数 u が書き換わる。
# told: changes_u
def relu_forward(u):
    z = u
    z[z < 0] = 0
    return z


# %% relu_forward: builtin_max
# 組み込みの max(0, u) を配列に使ったので ValueError になる。
# told: -
def relu_forward(u):
    return max(0, u)


# %% relu_forward: global_max
# 要素ごとではなく、配列全体の最大値 1 つを全要素に入れた。
# told: -
def relu_forward(u):
    z = np.zeros_like(u)
    z[:] = max(0, np.max(u))
    return z


# %% relu_forward: minimum
# maximum ではなく minimum(0, u) で、正の値が 0 になり負の値が残る。
# told: negative_part
def relu_forward(u):
    return np.minimum(0, u)


# %% relu_forward: absolute
# 負の値を 0 にせず符号を反転した (|u|)。
# told: absolute_value
def relu_forward(u):
    return np.where(u > 0, u, -u)


# %% relu_forward: leaky
# Leaky ReLU になっていて、負の側に 0.01u が残る。
# told: leaky
def relu_forward(u):
    return np.where(u > 0, u, 0.01 * u)


# %% relu_forward: step
# u を掛け忘れて、0/1 のステップ関数 (ReLU の微分) を返した。
# told: step
def relu_forward(u):
    mask = (u > 0)
    return mask.astype(float)


# %% relu_forward: softplus
# (変わった間違い) なめらかな softplus log(1+e^u) を返した。
# told: -
def relu_forward(u):
    return np.logaddexp(0.0, u)


# %% relu_forward: positive_erased_in_place
# 2 つの間違い: ① 不等号が逆で正の値を 0 にした ② 引数 u をその場で書き換えた。
# told: changes_u, negative_part
def relu_forward(u):
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            if u[i, j] > 0:
                u[i, j] = 0
    return u


# %% merge_affine: bias_two_forgotten
# b に b2 を足していない (b = b1 W2)。
# told: second_bias_lost
def merge_affine(W1, b1, W2, b2):
    W = np.dot(W1, W2)
    b = np.dot(b1, W2)
    return W, b


# %% merge_affine: bias_one_forgotten
# b1 の寄与 b1 W2 を忘れて b = b2 とした。
# told: first_bias_lost
def merge_affine(W1, b1, W2, b2):
    return W1 @ W2, b2.copy()


# %% merge_affine: biases_added
# b1 に W2 を掛けずに b = b1 + b2 とした (幅が違うとエラーになる)。
# told: biases_added
def merge_affine(W1, b1, W2, b2):
    W = np.matmul(W1, W2)
    b = b1 + b2
    return W, b


# %% merge_affine: reversed_product
# 行列積の順番が逆 (W = W2 W1)。
# told: order_of_product
def merge_affine(W1, b1, W2, b2):
    W = W2 @ W1
    b = b1 @ W2 + b2
    return W, b


# %% merge_affine: overwritten_bias_sum
# b のループで += でなく = を使ったので、b1 W2 の和の最後の項 (最後の中間ニューロン) だけが残る。
# told: -
def merge_affine(W1, b1, W2, b2):
    n_in, n_mid = W1.shape
    n_out = W2.shape[1]
    W = np.zeros((n_in, n_out))
    b = np.zeros(n_out)
    for j in range(n_out):
        for m in range(n_mid):
            b[j] = b1[m] * W2[m, j] + b2[j]
            for i in range(n_in):
                W[i, j] += W1[i, m] * W2[m, j]
    return W, b


# %% merge_affine: order_swapped
# 返す順番が逆で (b, W) になっている。
# told: order_of_results
def merge_affine(W1, b1, W2, b2):
    return b1 @ W2 + b2, W1 @ W2


# %% merge_affine: row_bias
# b の形が (n_out,) ではなく (1, n_out) になっている (値は正しい)。
# told: bias_shape
def merge_affine(W1, b1, W2, b2):
    b = b1.reshape(1, -1) @ W2 + b2
    return W1 @ W2, b


# %% merge_affine: identity_through_both
# (変わった間違い) 単位行列を 2 層に通して W を求めたので、W の各行にバイアス b が足されたままになっている (b は正しい)。
# told: -
def merge_affine(W1, b1, W2, b2):
    n_in = W1.shape[0]
    two_layers = lambda z: affine_forward(affine_forward(z, W1, b1), W2, b2)
    W = two_layers(np.eye(n_in))
    b = two_layers(np.zeros((1, n_in)))[0]
    return W, b


# %% merge_affine: bias_multiplied_and_transposed
# 2 つの間違い: ① W を転置して返した ② b を b1 W2 に b2 を足すのではなく掛けた。
# told: transposed
def merge_affine(W1, b1, W2, b2):
    W = np.einsum("im,mj->ji", W1, W2)
    b = np.einsum("m,mj->j", b1, W2) * b2
    return W, b


# %% softmax: sum_axis0
# 合計を行ごと (axis=1) ではなく列ごと (axis=0) に取った。最大値は行ごと。
# told: axis_0
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / e.sum(axis=0)


# %% softmax: sum_of_everything
# 分母がバッチ全体の合計で、行ごとではない (全要素を足して 1 になる)。
# told: whole_array_sum
def softmax(u):
    m = np.max(u, axis=1, keepdims=True)
    e = np.exp(u - m)
    return e / np.sum(e)


# %% softmax: one_max
# 引く最大値が行ごとでなく配列全体の 1 つなので、小さい行で exp が全部 0 になり 0/0 = nan が出る。
# told: one_global_maximum
def softmax(u):
    u = u - np.max(u)
    e = np.exp(u)
    return e / np.sum(e, axis=1, keepdims=True)


# %% softmax: no_max
# 最大値を引いていないので u = 1000 であふれて nan になる。
# told: no_maximum
def softmax(u):
    return np.array([np.exp(row) / np.exp(row).sum() for row in u])


# %% softmax: subtract_in_place
# u -= m で引数 u を書き換えた (値は正しい)。
# told: changes_u
def softmax(u):
    u -= u.max(axis=1, keepdims=True)
    e = np.exp(u)
    return e / e.sum(axis=1, keepdims=True)


# %% softmax: mean_denominator
# 分母が合計 sum でなく平均 mean なので、行の和が 1 でなく K になる。
# told: -
def softmax(u):
    y = np.zeros_like(u)
    for n in range(len(u)):
        e = np.exp(u[n] - max(u[n]))
        y[n] = e / np.mean(e)
    return y


# %% softmax: log_softmax
# 最後の exp を忘れ、log softmax (log y) を返した。
# told: log_softmax
def softmax(u):
    s = u - u.max(axis=-1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


# %% softmax: two_norm
# exp の合計ではなく L2 ノルムで割った。
# told: l2_norm
def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return e / np.linalg.norm(e, axis=1, keepdims=True)


# %% softmax: base_two
# (変わった間違い) 底が e でなく 2 (np.exp2) の softmax になっている。
# told: base_2
def softmax(u):
    p = np.exp2(u - np.amax(u, axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


# %% softmax: no_max_axis0
# 2 つの間違い: ① 最大値を引いていない ② 合計を列方向 (axis=0) に取った。
# told: -
def softmax(u):
    return np.exp(u) / np.sum(np.exp(u), axis=0, keepdims=True)


# %% cross_entropy: no_mean
# バッチの平均を取らず、N で割っていない (損失の合計)。
# told: summed_over_batch
def cross_entropy(y, t):
    return -np.sum(t * np.log(y))


# %% cross_entropy: mean_of_elements
# np.mean で全要素の平均を取ったので、N でなく N*K で割っている。
# told: mean_over_elements
def cross_entropy(y, t):
    return -np.mean(t * np.log(y))


# %% cross_entropy: no_minus
# マイナスを付け忘れた。
# told: sign_flipped
def cross_entropy(y, t):
    N = y.shape[0]
    E = 0.0
    for n in range(N):
        k = int(np.argmax(t[n]))
        E += np.log(y[n, k])
    return E / N


# %% cross_entropy: log10
# 自然対数ではなく常用対数 log10 を使った。
# told: log10
def cross_entropy(y, t):
    label = np.argmax(t, axis=1)
    return -np.log10(y[np.arange(len(y)), label]).mean()


# %% cross_entropy: binary_terms
# 2 クラス用の (1-t)log(1-y) の項まで足した。
# told: binary
def cross_entropy(y, t):
    loss = t * np.log(y) + (1 - t) * np.log(1 - y)
    return -loss.sum() / len(y)


# %% cross_entropy: log_of_total
# log と和の順番が逆で、正解の確率をバッチで平均してから log を取った (-log(平均 p))。
# told: -
def cross_entropy(y, t):
    p = np.sum(t * y) / y.shape[0]
    return -np.log(p)


# %% cross_entropy: per_sample
# データごとの損失 (N,) を返し、バッチの平均を 1 つの数にしていない。
# told: one_per_sample
def cross_entropy(y, t):
    return -np.sum(t * np.log(y + 1e-12), axis=1)


# %% cross_entropy: squared_error
# 交差エントロピーでなく 2 乗和誤差 (1/2 Σ(y-t)^2 / N) を返した。
# told: -
def cross_entropy(y, t):
    return 0.5 * np.sum((y - t) ** 2) / len(t)


# %% cross_entropy: log2_and_classes
# 2 つの間違い: ① 底が 2 の対数 ② N でなく K (クラスの数) で割った。
# told: -
def cross_entropy(y, t):
    K = y.shape[1]
    return -(t * np.log2(y)).sum() / K


# %% cross_entropy: argmax_of_output
# (変わった間違い) 正解のクラスでなく、出力 y が最大のクラス (予想) の確率の -log を取り、t を使っていない。
# told: -
def cross_entropy(y, t):
    guess = y.argmax(axis=1)
    picked = [y[n, g] for n, g in enumerate(guess)]
    return float(np.mean([-np.log(p) for p in picked]))


# %% softmax_cross_entropy_forward: composed
# softmax の出力にそのまま log を取ったので、±1000 で log 0 = -inf になり E が inf / nan になる。
# told: infinite
def softmax_cross_entropy_forward(u, t):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    y = e / e.sum(axis=1, keepdims=True)
    E = -np.sum(t * np.log(y)) / len(u)
    return E, y


# %% softmax_cross_entropy_forward: total_loss
# E を N で割っていない (合計のまま)。y は正しい。
# told: not_divided_by_n
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    logy = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.sum(t * logy), np.exp(logy)


# %% softmax_cross_entropy_forward: mixed_shift
# log-sum-exp は最大値を引いたあとの値、引く u は最大値を引く前の値を使ったので、E が行の最大値の平均だけ小さい。y は正しい。
# told: maximum_not_in_loss
def softmax_cross_entropy_forward(u, t):
    m = u.max(axis=1, keepdims=True)
    e = np.exp(u - m)
    total = e.sum(axis=1)
    E = np.mean(np.log(total) - (t * u).sum(axis=1))
    return E, e / total[:, None]


# %% softmax_cross_entropy_forward: only_loss
# E だけを返し、y を返していない。
# told: only_loss
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    return -np.mean(np.sum(t * (s - np.log(np.sum(np.exp(s), axis=1, keepdims=True))), axis=1))


# %% softmax_cross_entropy_forward: swapped
# 返す順番が逆で (y, E) になっている。
# told: order_of_results
def softmax_cross_entropy_forward(u, t):
    s = u - np.max(u, axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(1, keepdims=True))
    E = -(t * logp).sum() / u.shape[0]
    y = np.exp(logp)
    return y, E


# %% softmax_cross_entropy_forward: log_probability
# y のかわりに log y を返した (最後の exp を忘れた)。E は正しい。
# told: log_y_for_y
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    E = -np.einsum("nk,nk->", t, y) / len(t)
    return E, y


# %% softmax_cross_entropy_forward: label_ignored
# 正解 t を掛け忘れ、全クラスの -log y を足した。y は正しい。
# told: -
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    logy = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    E = -logy.sum(axis=1).mean()
    return E, np.exp(logy)


# %% softmax_cross_entropy_forward: total_normaliser
# (変わった間違い) 分母の log-sum-exp をバッチ全体の 1 つの和で計算した。y も E もバッチ全体で正規化されている。
# told: -
def softmax_cross_entropy_forward(u, t):
    lse = np.logaddexp.reduce(u.ravel())
    logy = u - lse
    return float(-np.sum(t * logy) / len(u)), np.exp(logy)


# %% softmax_cross_entropy_forward: in_place_and_sum
# 2 つの間違い: ① u -= で引数を書き換えた ② E を N で割っていない。
# told: changes_u, not_divided_by_n
def softmax_cross_entropy_forward(u, t):
    u -= u.max(axis=1, keepdims=True)
    e = np.exp(u)
    Z = e.sum(axis=1, keepdims=True)
    E = -np.sum(t * (u - np.log(Z)))
    return E, e / Z


# %% softmax_cross_entropy_forward: nk_mean_log_y
# 2 つの間違い: ① E を N*K で割った (np.mean) ② y のかわりに最大値を引いた exp (正規化前) を返した。
# told: mean_over_elements
def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    e = np.exp(s)
    E = -np.mean(t * (s - np.log(e.sum(axis=1, keepdims=True))))
    return E, e


# %% numerical_gradient: forward_difference
# 中心差分でなく前進差分 (f(x+ε) - f(x))/ε になっている。
# told: forward_difference
def numerical_gradient(f, x, eps=1e-5):
    base = f(x)
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp = x.copy()
        xp[i] += eps
        grad[i] = (f(xp) - base) / eps
    return grad


# %% numerical_gradient: divided_by_eps
# 中心差分だが 2ε でなく ε で割ったので、勾配が 2 倍になる。
# told: divided_by_eps
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        i = it.multi_index
        hi, lo = x.copy(), x.copy()
        hi[i] += eps
        lo[i] -= eps
        grad[i] = (f(hi) - f(lo)) / eps
    return grad


# %% numerical_gradient: precedence
# / 2 * eps とかっこを付け忘れたので、2ε で割るかわりに 2 で割って ε を掛けている。
# told: precedence
def numerical_gradient(f, x, eps=1e-5):
    def diff(i):
        d = np.zeros_like(x)
        d[i] = eps
        return (f(x + d) - f(x - d)) / 2 * eps
    return np.array([diff(i) for i in np.ndindex(*x.shape)]).reshape(x.shape)


# %% numerical_gradient: alias
# xp = x, xm = x と別名を作っただけなので、+ε と -ε が打ち消し合い勾配がすべて 0 になる。
# told: zeros
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp = x
        xm = x
        xp[i] += eps
        xm[i] -= eps
        grad[i] = (f(xp) - f(xm)) / (2 * eps)
    return grad


# %% numerical_gradient: all_at_once
# 要素を 1 つずつでなく全要素を同時に ε 動かしたので、どの要素にも勾配の合計が入る。
# told: whole_array
def numerical_gradient(f, x, eps=1e-5):
    slope = (f(x + eps) - f(x - eps)) / (2 * eps)
    return np.full(x.shape, slope)


# %% numerical_gradient: row_at_once
# for i in range(len(x)) で行の番号しか回していないので、2 次元では行全体が同時に動き、行の中の勾配がすべて行の合計になる。
# told: row_index_only
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in range(len(x)):
        xp = x.copy(); xp[i] += eps
        xm = x.copy(); xm[i] -= eps
        grad[i] = (f(xp) - f(xm)) / (2 * eps)
    return grad


# %% numerical_gradient: left_moved
# +ε、-2ε のあと +ε で戻すのを忘れたので、x が全要素 ε だけずれたまま残る (x を書き換えたまま)。勾配の値はほぼ正しい。
# told: not_restored
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        f1 = f(x)
        x[i] -= 2 * eps
        f2 = f(x)
        grad[i] = (f1 - f2) / (2 * eps)
    return grad


# %% numerical_gradient: flat_result
# 結果を x の形に戻さず、1 次元のまま返した。
# told: flat_result
def numerical_gradient(f, x, eps=1e-5):
    g = []
    for k in range(x.size):
        d = np.zeros(x.size)
        d[k] = eps
        d = d.reshape(x.shape)
        g.append((f(x + d) - f(x - d)) / (2 * eps))
    return np.array(g)


# %% numerical_gradient: step_times_x
# (変わった間違い) 動かす幅を ε*x[i] (相対的な幅) にしたのに 2ε で割ったので、勾配に x[i] が掛かっている。
# told: scaled
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] *= 1 + eps
        xm[i] *= 1 - eps
        grad[i] = (f(xp) - f(xm)) / (2 * eps)
    return grad


# %% numerical_gradient: reset_in_loop_and_eps
# 2 つの間違い: ① grad をループの中で作り直すので最後の要素以外 0 になる ② 2ε でなく ε で割っている (最後の要素は 2 倍)。
# told: -
def numerical_gradient(f, x, eps=1e-5):
    for i in np.ndindex(x.shape):
        grad = np.zeros_like(x)
        e = np.zeros_like(x)
        e[i] = eps
        grad[i] = (f(x + e) - f(x - e)) / eps
    return grad


# %% add_backward: halves
# 上流の勾配を半分ずつに分けた。
# told: halved
def add_backward(dz):
    return dz / 2, dz / 2


# %% add_backward: ones
# 局所微分の 1 だけを返し、上流の勾配 dz を掛けていない。
# told: ones
def add_backward(dz):
    dx = np.ones_like(dz)
    dy = np.ones_like(dz)
    return dx, dy


# %% add_backward: one_value
# dz を 1 つだけ返し、dx と dy の 2 つを返していない。
# told: only_one
def add_backward(dz):
    return dz * 1


# %% add_backward: subtraction
# 引き算の逆伝播になっていて dy の符号が逆。
# told: difference
def add_backward(dz):
    dx = dz
    dy = -1 * dz
    return dx, dy


# %% add_backward: summed
# 配列の dz を合計して 1 つの数にしてしまう (形が失われる)。
# told: -
def add_backward(dz):
    g = np.sum(dz)
    return g, g


# %% add_backward: one_branch
# dx にだけ流し、dy を 0 にした。
# told: dx_only
def add_backward(dz):
    class Add:
        def backward(self, g):
            return g, g * 0
    return Add().backward(dz)


# %% add_backward: squared
# 積の箱と混同し、dz に dz を掛けた (dz の 2 乗)。
# told: multiply_pasted
def add_backward(dz):
    return multiply_backward(dz, dz, dz)


# %% add_backward: doubled_minus
# 2 つの間違い: ① 両方を 2 倍にした (x と y の 2 つ分) ② dy の符号が逆。
# told: -
def add_backward(dz):
    return 2 * dz, -2 * dz


# %% add_backward: plus_one
# (変わった間違い) 微分の 1 を掛けずに足した (dz + 1)。
# told: -
def add_backward(dz):
    return tuple(dz + 1 for _ in range(2))


# %% multiply_backward: swapped
# x と y が入れ替わり、相手でなく自分の値を掛けた (dx = dz*x, dy = dz*y)。
# told: not_swapped
def multiply_backward(dz, x, y):
    dx = dz * x
    dy = dz * y
    return dx, dy


# %% multiply_backward: no_upstream
# 上流の勾配 dz を掛けず、局所微分 (y, x) だけを返した。
# told: upstream_left_out
def multiply_backward(dz, x, y):
    return y, x


# %% multiply_backward: both_values
# 両方に x*y (積の値) を掛けた。
# told: forward
def multiply_backward(dz, x, y):
    z = x * y
    return dz * z, dz * z


# %% multiply_backward: added
# 上流の勾配を掛けずに足した (dz + y, dz + x)。
# told: added
def multiply_backward(dz, x, y):
    return np.add(dz, y), np.add(dz, x)


# %% multiply_backward: inner_product
# 要素ごとの積のあと合計してしまい、配列でも 1 つの数になる。
# told: -
def multiply_backward(dz, x, y):
    dx = np.sum(dz * y)
    dy = np.sum(dz * x)
    return dx, dy


# %% multiply_backward: like_addition
# 和の箱と混同し、dz をそのまま両方に流した。
# told: add_pasted
def multiply_backward(dz, x, y):
    return add_backward(dz)


# %% multiply_backward: divided
# (変わった間違い) 相手の値を掛けるのでなく割った (dz / y, dz / x)。
# told: divided
def multiply_backward(dz, x, y):
    return dz / y, dz / x


# %% multiply_backward: swapped_no_upstream
# 2 つの間違い: ① 上流の勾配 dz を掛けていない ② x と y が入れ替わっている (x, y を返す)。
# told: -
def multiply_backward(dz, x, y):
    return 1 * x, 1 * y


# %% multiply_backward: in_place_then_reused
# 2 つの間違い: ① dz *= y で引数 dz を書き換えた ② 書き換えた dz を dy に使うので dy = dz*y*x になる。
# told: changes_argument
def multiply_backward(dz, x, y):
    dz *= y
    dx = dz
    dy = dz * x
    return dx, dy


# %% sigmoid_backward: of_u
# s(1-s) でなく入力のまま u(1-u) を使った (sigmoid をかけていない)。
# told: u_times_one_minus_u
def sigmoid_backward(dz, u):
    return dz * u * (1 - u)


# %% sigmoid_backward: no_upstream
# 上流の勾配 dz を掛けていない。
# told: upstream_left_out
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    du = s * (1 - s)
    return du


# %% sigmoid_backward: one_minus_s_only
# s を掛け忘れ dz*(1-s) だけ。
# told: one_minus_value
def sigmoid_backward(dz, u):
    return dz * (1.0 - sigmoid_forward(u))


# %% sigmoid_backward: sigmoid_only
# 微分でなく sigmoid の値そのものを dz に掛けた (dz*s)。
# told: value_for_slope
def sigmoid_backward(dz, u):
    return np.multiply(dz, sigmoid_forward(u))


# %% sigmoid_backward: tanh_formula
# tanh の式と混同し dz*(1-s^2) とした。
# told: tanh_rule_on_sigmoid
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * (1 - s ** 2)


# %% sigmoid_backward: twice
# u をすでに sigmoid の出力のようにもう一度 sigmoid に通した (s(s(u)) で微分)。
# told: sigmoid_twice
def sigmoid_backward(dz, u):
    z = sigmoid_forward(u)
    ds = lambda v: sigmoid_forward(v) * (1 - sigmoid_forward(v))
    return dz * ds(z)


# %% sigmoid_backward: in_place
# dz *= で引数 dz を書き換えた (値は正しい)。
# told: changes_dz
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    dz *= s
    dz *= 1 - s
    return dz


# %% sigmoid_backward: s_of_dz
# sigmoid を u でなく上流の勾配 dz に対して計算し、s(dz)(1-s(dz)) を dz に掛けた。
# told: rule_on_dz
def sigmoid_backward(dz, u):
    out = np.zeros_like(u)
    for i in np.ndindex(u.shape):
        s = 1 / (1 + np.exp(-dz[i]))
        out[i] = dz[i] * s * (1 - s)
    return out


# %% sigmoid_backward: u_no_upstream
# 2 つの間違い: ① u(1-u) と sigmoid をかけていない ② dz を掛けていない。
# told: -
def sigmoid_backward(dz, u):
    return u - u ** 2


# %% sigmoid_backward: batch_mean_added
# 2 つの間違い: ① 1-s を 1+s と書いた ② 余計に N で割った。
# told: -
def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return dz * s * (1 + s) / len(u)


# %% tanh_backward: one_minus_u2
# tanh をかけず 1-u^2 とした。
# told: one_minus_u_squared
def tanh_backward(dz, u):
    return dz * (1 - u ** 2)


# %% tanh_backward: not_squared
# 2 乗を忘れ dz*(1-tanh u) とした。
# told: square_missing
def tanh_backward(dz, u):
    v = tanh_forward(u)
    return dz * (1 - v)


# %% tanh_backward: precedence
# かっこを忘れ dz * 1 - v**2 になったので、dz は 1 にしか掛からない (dz - v^2)。
# told: parentheses_missing
def tanh_backward(dz, u):
    v = np.tanh(u)
    return dz * 1 - v ** 2


# %% tanh_backward: no_upstream
# 上流の勾配 dz を掛けていない。
# told: upstream_left_out
def tanh_backward(dz, u):
    return 1 / np.cosh(np.clip(u, -300, 300)) ** 2


# %% tanh_backward: sech_not_squared
# 1/cosh(u) を 2 乗していない。
# told: sech_not_squared
def tanh_backward(dz, u):
    return dz / np.cosh(np.clip(u, -300, 300))


# %% tanh_backward: sigmoid_formula
# sigmoid の微分の式 v(1-v) を tanh の値で使った。
# told: sigmoid_rule_on_tanh
def tanh_backward(dz, u):
    v = tanh_forward(u)
    return dz * v * (1 - v)


# %% tanh_backward: tanh_twice
# tanh を 2 回かけた値の 2 乗を 1 から引いた (1 - tanh(tanh u)^2)。
# told: tanh_twice
def tanh_backward(dz, u):
    z = tanh_forward(u)
    du = [[g * (1 - np.tanh(v) ** 2) for g, v in zip(gr, vr)] for gr, vr in zip(dz, z)]
    return np.array(du)


# %% tanh_backward: plus
# 符号が逆で 1 + v^2 を掛けた。
# told: plus_for_minus
def tanh_backward(dz, u):
    return dz * (1 + np.tanh(u) ** 2)


# %% tanh_backward: from_sigmoid_relation
# (変わった間違い) tanh(u) = 2s(2u)-1 を微分したが、中の 2u の微分の 2 を忘れたので半分になる (2 s(1-s))。
# told: -
def tanh_backward(dz, u):
    s = sigmoid_forward(2 * u)
    return dz * 2 * s * (1 - s)


# %% tanh_backward: sigmoid_formula_no_upstream
# 2 つの間違い: ① tanh でなく sigmoid の微分 s(1-s) を貼りつけた ② dz を掛けていない。
# told: -
def tanh_backward(dz, u):
    s = sigmoid_forward(u)
    return s * (1 - s)


# %% relu_backward: no_upstream
# 上流の勾配 dz を掛けず、0/1 の傾きだけを返した。
# told: upstream_left_out
def relu_backward(dz, u):
    return np.where(u > 0, 1.0, 0.0)


# %% relu_backward: gate_by_dz
# 門を u の符号でなく dz の符号で開けた。
# told: mask_of_dz
def relu_backward(dz, u):
    return dz * (dz > 0)


# %% relu_backward: times_relu
# 傾き 0/1 でなく ReLU の値 max(0,u) を dz に掛けた。
# told: times_relu
def relu_backward(dz, u):
    return dz * relu_forward(u)


# %% relu_backward: in_place
# dz[u <= 0] = 0 で引数 dz を書き換えた (値は正しい)。
# told: changes_dz
def relu_backward(dz, u):
    mask = (u <= 0)
    dz[mask] = 0
    du = dz
    return du


# %% relu_backward: reversed_gate
# 不等号が逆で、u が負のところを通した。
# told: mask_inverted
def relu_backward(dz, u):
    du = np.zeros_like(dz)
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            if u[i, j] < 0:
                du[i, j] = dz[i, j]
    return du


# %% relu_backward: sign
# 負の側の傾きを 0 でなく -1 にした (np.sign、|u| の微分)。
# told: absolute_value
def relu_backward(dz, u):
    return dz * np.sign(u)


# %% relu_backward: selected_only
# dz[u > 0] で選んだ要素だけの 1 次元配列を返した (形が違う)。
# told: selected_elements_only
def relu_backward(dz, u):
    return dz[u > 0]


# %% relu_backward: mask_written_into_u
# u を 0/1 のマスクに書き換えてから掛けた。値は正しいが引数 u が変わる。
# told: changes_u
def relu_backward(dz, u):
    u[u > 0] = 1
    u[u <= 0] = 0
    return dz * u


# %% relu_backward: guided
# (変わった間違い) u > 0 に加えて dz > 0 も条件にした (guided backprop)。負の上流の勾配が消える。
# told: -
def relu_backward(dz, u):
    return np.where((u > 0) & (dz > 0), dz, 0.0)


# %% relu_backward: leaky_abs
# 2 つの間違い: ① 負の側に傾き 0.1 を残した (Leaky) ② dz の絶対値を流した。
# told: -
def relu_backward(dz, u):
    slope = np.where(u > 0, 1.0, 0.1)
    return np.abs(dz) * slope


# %% affine_backward: mean_of_bias
# db をバッチ方向の合計でなく平均にした (1/N が余計)。
# told: db_mean
def affine_backward(du, z, W):
    dz = np.dot(du, W.T)
    dW = np.dot(z.T, du)
    db = np.mean(du, axis=0)
    return dz, dW, db


# %% affine_backward: bias_unsummed
# db を合計せず du のまま (N, n_out) で返した。
# told: db_unsummed
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, du.copy()


# %% affine_backward: bias_axis1
# db の合計の方向が逆 (axis=1、データごとの合計 (N,))。
# told: db_wrong_axis
def affine_backward(du, z, W):
    db = np.array([sum(row) for row in du])
    return np.einsum("nj,ij->ni", du, W), np.einsum("ni,nj->ij", z, du), db


# %% affine_backward: weight_mean
# dW を N で割った (この関数では割らない)。dz と db は正しい。
# told: dw_divided_by_n
def affine_backward(du, z, W):
    N = len(du)
    dW = sum(np.outer(z[n], du[n]) for n in range(N)) / N
    return du @ W.T, dW, du.sum(axis=0)


# %% affine_backward: weight_transposed
# dW が転置されて (n_out, n_in) になっている (du.T @ z)。
# told: dw_transposed
def affine_backward(du, z, W):
    dz = du @ W.T
    dW = du.T @ z
    db = np.sum(du, axis=0)
    return dz, dW, db


# %% affine_backward: last_sample_only
# ループで dW と db に += でなく = を使ったので、最後のデータの分だけになる。dz は正しい。
# told: dw_last_sample_only
def affine_backward(du, z, W):
    dz = np.zeros_like(z)
    dW, db = np.zeros_like(W), np.zeros(W.shape[1])
    for n in range(len(z)):
        dz[n] = W @ du[n]
        dW = np.outer(z[n], du[n])
        db = du[n]
    return dz, dW, db


# %% affine_backward: order_dW_db_dz
# 返す順番が違う (dW, db, dz)。
# told: order_of_results
def affine_backward(du, z, W):
    dW, db, dz = z.T @ du, du.sum(0), du @ W.T
    return dW, db, dz


# %% affine_backward: untransposed_w
# dz で W を転置していない (du @ W)。正方でなければエラーになる。
# told: dz_without_transpose
def affine_backward(du, z, W):
    return np.matmul(du, W), np.matmul(z.T, du), du.sum(axis=0)


# %% affine_backward: bias_keepdims
# db の形が (1, n_out) になっている (keepdims=True)。
# told: db_keepdims
def affine_backward(du, z, W):
    ones = np.ones((1, len(du)))
    return du @ W.T, z.T @ du, ones @ du


# %% affine_backward: relu_mixed_in
# dz に活性化関数の微分 (z > 0) まで掛けた。dW と db は正しい。
# told: dz_with_relu
def affine_backward(du, z, W):
    dz = (du @ W.T) * (z > 0)
    return dz, z.T @ du, du.sum(axis=0)


# %% affine_backward: ones_column_mixed_up
# (変わった間違い) 1 の列を z の左端に付けたのに、最後の行を db として取り出したので、dW と db の行が 1 つずれている。
# told: -
def affine_backward(du, z, W):
    z1 = np.hstack([np.ones((len(z), 1)), z])
    G = z1.T @ du
    dW, db = G[:-1], G[-1]
    return du @ W.T, dW, db


# %% affine_backward: weight_mean_bias_total
# 2 つの間違い: ① dW を N で割った ② db を全要素の合計 (1 つの数) にした。
# told: db_total, dw_divided_by_n
def affine_backward(du, z, W):
    m = z.shape[0]
    dW = (1 / m) * np.dot(z.T, du)
    db = np.sum(du)
    dz = np.dot(du, W.T)
    return dz, dW, db


# %% affine_backward: weight_updated_first_mean_bias
# 2 つの間違い: ① W を W - 0.1*dW に更新してから dz を計算した ② db が平均。
# told: updated_before_dz, db_mean
def affine_backward(du, z, W):
    dW = z.T @ du
    W = W - 0.1 * dW
    return du @ W.T, dW, du.mean(axis=0)


# %% softmax_cross_entropy_backward: no_batch_mean
# 1/N を掛けていない (y - t)。
# told: not_divided_by_n
def softmax_cross_entropy_backward(y, t):
    return np.subtract(y, t)


# %% softmax_cross_entropy_backward: negated
# 符号が逆 ((t - y)/N)。
# told: sign_flipped
def softmax_cross_entropy_backward(y, t):
    N = t.shape[0]
    return (t - y) / N


# %% softmax_cross_entropy_backward: divided_by_size
# N でなく全要素の数 N*K で割った。
# told: divided_by_size
def softmax_cross_entropy_backward(y, t):
    return (y - t) / y.size


# %% softmax_cross_entropy_backward: precedence
# かっこを忘れ y - t/N になった (y に 1/N が掛からない)。
# told: precedence
def softmax_cross_entropy_backward(y, t):
    return y - t / len(y)


# %% softmax_cross_entropy_backward: spoils_y
# g = y が別名なので、正解のところから 1 を引き N で割る操作が引数 y を書き換える (値は正しい)。
# told: changes_y_in_place
def softmax_cross_entropy_backward(y, t):
    g = y
    g[np.arange(len(y)), t.argmax(axis=1)] -= 1
    g /= len(y)
    return g


# %% softmax_cross_entropy_backward: sigmoid_slope
# 2 乗誤差 + sigmoid の式と混同し、y(1-y) を余計に掛けた。
# told: extra_sigmoid_slope
def softmax_cross_entropy_backward(y, t):
    return (y - t) * y * (1 - y) / y.shape[0]


# %% softmax_cross_entropy_backward: only_entropy
# 交差エントロピーだけの微分 -t/y /N で、softmax の微分を通していない。
# told: gradient_of_y
def softmax_cross_entropy_backward(y, t):
    du = -t / (y + 1e-7)
    return du / len(t)


# %% softmax_cross_entropy_backward: true_class_only
# 正解のクラスのところにしか勾配を入れず、ほかのクラスは 0 のまま。
# told: diagonal_only
def softmax_cross_entropy_backward(y, t):
    du = np.zeros_like(y)
    for n in range(len(y)):
        for k in range(y.shape[1]):
            if t[n, k] == 1:
                du[n, k] = (y[n, k] - 1) / len(y)
    return du


# %% softmax_cross_entropy_backward: softmax_again
# y にもう一度 softmax をかけてから t を引いた。
# told: softmax_twice
def softmax_cross_entropy_backward(y, t):
    return (softmax(y) - t) / y.shape[0]


# %% softmax_cross_entropy_backward: jacobian_diagonal
# (変わった間違い) softmax のヤコビ行列の対角成分 y(1-y) だけを -t/y に掛け、非対角の -y_i y_j を忘れた。
# told: diagonal_only
def softmax_cross_entropy_backward(y, t):
    dy = -t / y / len(y)
    return dy * (y - y ** 2)


# %% softmax_cross_entropy_backward: negated_no_mean
# 2 つの間違い: ① 符号が逆 ② 1/N がない (t - y)。
# told: -
def softmax_cross_entropy_backward(y, t):
    return np.array([tn - yn for yn, tn in zip(y, t)])


# %% softmax_cross_entropy_backward: doubled_by_classes
# 2 つの間違い: ① 2 乗誤差のように 2 倍した ② N でなく K で割った。
# told: -
def softmax_cross_entropy_backward(y, t):
    K = len(t[0])
    return 2 * (y - t) / K


# %% network_forward: activated_output
# 最後の層にも活性化関数をかけ、us の最後に z を入れた。
# told: last_layer_activated
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        u = affine_forward(zs[-1], W, b)
        if l < len(params) - 1:
            us.append(u)
            zs.append(h(u))
        else:
            us.append(h(u))
    return us, zs


# %% network_forward: always_relu
# 引数 activation を無視していつも ReLU を使う (sigmoid、tanh のとき違う)。
# told: activation_ignored
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l in range(len(params)):
        us.append(zs[l] @ params[l][0] + params[l][1])
        if l != len(params) - 1:
            zs.append(np.maximum(0, us[l]))
    return us, zs


# %% network_forward: extra_output_in_zs
# 最後の層の出力にも活性化をかけて zs に入れたので、zs が 1 つ多い (長さが層の数 + 1)。
# told: zs_too_long
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}
    us, zs = [], [x]
    for W, b in params:
        us.append(affine_forward(zs[-1], W, b))
        zs.append(h[activation](us[-1]))
    return us, zs


# %% network_forward: input_missing
# zs に入力 x を入れていない (中間層の z だけ)。
# told: x_not_in_zs
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], []
    a = x
    for W, b in params[:-1]:
        u = affine_forward(a, W, b)
        a = h(u)
        us.append(u)
        zs.append(a)
    us.append(affine_forward(a, *params[-1]))
    return us, zs


# %% network_forward: us_hold_activations
# us に活性化の前の u でなく、活性化したあとの z を入れた (中間層の us が違う)。
# told: us_overwritten
def network_forward(x, params, activation="relu"):
    funcs = dict(sigmoid=sigmoid_forward, tanh=tanh_forward, relu=relu_forward)
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        u = affine_forward(zs[-1], W, b)
        if l < len(params) - 1:
            u = funcs[activation](u)
            zs.append(u)
        us.append(u)
    return us, zs


# %% network_forward: shared_buffer
# ReLU を z = u; z[z < 0] = 0 と書いたので、us に入れた u までいっしょに書き換わり負の値が消える。
# told: relu_in_place
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        u = affine_forward(zs[-1], W, b)
        us.append(u)
        if l == len(params) - 1:
            break
        if activation == "relu":
            z = u
            z[z < 0] = 0
        elif activation == "tanh":
            z = np.tanh(u)
        else:
            z = sigmoid_forward(u)
        zs.append(z)
    return us, zs


# %% network_forward: softmax_output
# 最後の層の u に softmax をかけて us に入れた (us[-1] が y になっている)。
# told: softmax_at_the_end
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for W, b in params[:-1]:
        us.append(zs[-1] @ W + b)
        zs.append(h(us[-1]))
    W, b = params[-1]
    us.append(softmax(zs[-1] @ W + b))
    return us, zs


# %% network_forward: last_layer_missing
# ループの終わりが len(params) - 1 で、最後の層の u を計算していない (us が 1 つ足りない)。
# told: stops_one_layer_early
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for l in range(len(params) - 1):
        W, b = params[l]
        us.append(affine_forward(zs[l], W, b))
        zs.append(h(us[l]))
    return us, zs


# %% network_forward: fed_by_u
# 次の層の入力に z でなく活性化の前の u を渡した (非線形が効いていない)。zs には z を入れている。
# told: u_into_next_layer
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs, a = [], [x], x
    for l, (W, b) in enumerate(params):
        a = affine_forward(a, W, b)
        us.append(a)
        if l + 1 < len(params):
            zs.append(h(a))
    return us, zs


# %% network_forward: input_activated
# (変わった間違い) 入力 x にも活性化関数をかけてから第 1 層に入れた (zs[0] = h(x))。
# told: activation_before_affine
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs, u = [], [], x
    for W, b in params:
        zs.append(h(u))
        u = affine_forward(zs[-1], W, b)
        us.append(u)
    return us, zs


# %% network_forward: no_bias_tanh_is_sigmoid
# 2 つの間違い: ① バイアスを足していない ② activation が "tanh" のときも sigmoid を使う。
# told: -
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for l, (W, b) in enumerate(params):
        us.append(zs[-1] @ W)
        if l < len(params) - 1:
            if activation == "relu":
                zs.append(relu_forward(us[-1]))
            else:
                zs.append(sigmoid_forward(us[-1]))
    return us, zs


# %% network_forward: swapped_and_activated
# 2 つの間違い: ① 返す順番が逆 (zs, us) ② 最後の層にも活性化をかけて us に入れた。
# told: -
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    us, zs = [], [x]
    for W, b in params:
        us.append(affine_forward(zs[-1], W, b))
        zs.append(h(us[-1]))
    us[-1] = zs.pop()
    return zs, us


# %% network_backward: no_hidden_slope
# 中間層の活性化関数の微分 h'(u) を掛けていない。
# told: hidden_slope_left_out
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    delta = (softmax(us[-1]) - t) / len(x)
    grads = [None] * len(params)
    for l in range(len(params) - 1, -1, -1):
        grads[l] = (zs[l].T @ delta, delta.sum(axis=0))
        delta = delta @ params[l][0].T
    return grads


# %% network_backward: slope_at_z
# 活性化関数の微分を u でなく z (活性化したあとの値 zs[l]) で計算した。ReLU では同じになるが sigmoid と tanh で違う。
# told: slope_at_z
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, zs[l])
    return grads


# %% network_backward: always_relu_slope
# 逆伝播の微分がいつも ReLU (順伝播は activation どおり)。
# told: activation_ignored
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.append((dW, db))
        if l:
            du = relu_backward(dz, us[l - 1])
    grads.reverse()
    return grads


# %% network_backward: activation_not_passed
# network_forward に activation を渡し忘れたので、順伝播だけいつも ReLU になる (微分は activation どおり)。
# told: activation_not_passed_on
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% network_backward: back_to_front
# grads が後ろの層から並んでいる (params と順番が逆)。
# told: grads_reversed
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.append((dW, db))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% network_backward: softmax_missing
# 出力に softmax をかけず、u をそのまま y として (u - t)/N から始めた。
# told: softmax_left_out
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(us[-1], t)
    grads = [0] * len(params)
    for l in range(len(params))[::-1]:
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads[l] = (dW, db)
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% network_backward: divided_twice
# 1/N を出口とアフィン変換の dW, db の両方で掛けた (N で 2 回割る)。
# told: divided_by_n_twice
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    N = x.shape[0]
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du / N, du.sum(axis=0) / N))
        if l > 0:
            du = back(du @ W.T, us[l - 1])
    return grads


# %% network_backward: output_slope_too
# 最後の層の u にも活性化関数の微分 h'(us[-1]) を掛けた。
# told: output_layer_slope
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    dz = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        du = back(dz, us[l])
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
    return grads


# %% network_backward: only_last_trained
# 最後の層の勾配だけを求め、ほかの層は 0 にした。
# told: only_last_layer_nonzero
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    grads = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    _, dW, db = affine_backward(du, zs[-1], params[-1][0])
    grads[-1] = (dW, db)
    return grads


# %% network_backward: slope_index
# h' を計算する u の番号が 1 つずれている (us[l-1] でなく us[l])。幅が違うとエラーになる。
# told: slope_at_wrong_layer
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = back(dz, us[l])
    return grads


# %% network_backward: clipped_gradients
# (変わった間違い) 勾配クリッピングを入れ、dW と db を ±0.01 の範囲に切り取った。
# told: -
def network_backward(x, t, params, activation="relu"):
    back = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}[activation]
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (np.clip(dW, -0.01, 0.01), np.clip(db, -0.01, 0.01)))
        if l > 0:
            du = back(dz, us[l - 1])
    return grads


# %% network_backward: mean_bias_no_slope
# 2 つの間違い: ① db がバッチの合計でなく平均 ② 中間層の h'(u) を掛けていない。
# told: -
def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for (W, b), z in zip(params[::-1], zs[::-1]):
        grads.insert(0, (z.T @ du, du.mean(axis=0)))
        du = du @ W.T
    return grads


# %% network_backward: negated_unscaled
# 2 つの間違い: ① 出口の符号が逆 (t - y) ② 1/N がない。すべての勾配が -N 倍になる。
# told: -
def network_backward(x, t, params, activation="relu"):
    slope = {
        "relu": lambda u: (u > 0) * 1.0,
        "tanh": lambda u: 1 - np.tanh(u) ** 2,
        "sigmoid": lambda u: sigmoid_forward(u) * (1 - sigmoid_forward(u)),
    }[activation]
    us, zs = network_forward(x, params, activation)
    delta = t - softmax(us[-1])
    grads = []
    for l in reversed(range(len(params))):
        grads.insert(0, (zs[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            delta = (delta @ params[l][0].T) * slope(us[l - 1])
    return grads


# %% sgd_step: ascent
# 符号が逆で、勾配の方向に進む (W + lr*dW)。
# told: ascent
def sgd_step(params, grads, lr):
    return [(W + lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads)]


# %% sgd_step: lr_ignored
# 学習率 lr を掛けていない。
# told: learning_rate_left_out
def sgd_step(params, grads, lr):
    new = []
    for p, g in zip(params, grads):
        new.append((p[0] - g[0], p[1] - g[1]))
    return new


# %% sgd_step: in_place
# W -= ... でもとの params の配列を書き換えた (値は正しい)。
# told: params_changed_in_place
def sgd_step(params, grads, lr):
    new_params = list(params)
    for (W, b), (dW, db) in zip(new_params, grads):
        W -= lr * dW
        b -= lr * db
    return new_params


# %% sgd_step: bias_frozen
# バイアス b を更新していない。
# told: biases_never_updated
def sgd_step(params, grads, lr):
    new = []
    for i in range(len(params)):
        W, b = params[i]
        new.append((W - lr * grads[i][0], b.copy()))
    return new


# %% sgd_step: change_only
# 新しい値でなく変化量 -lr*dW, -lr*db だけを返した (もとの W, b を足していない)。
# told: steps_returned
def sgd_step(params, grads, lr):
    return [tuple(-lr * g for g in pair) for pair in grads]


# %% sgd_step: last_layer_skipped
# ループの終わりが len(params) - 1 で、最後の層が返されない (層が 1 つ足りない)。
# told: last_layer_lost
def sgd_step(params, grads, lr):
    new = []
    for i in range(len(params) - 1):
        W, b = params[i]
        dW, db = grads[i]
        new.append((W - lr * dW, b - lr * db))
    return new


# %% sgd_step: flat_list
# (W, b) の組でなく [W1, b1, W2, b2, …] と平らなリストで返した。
# told: flattened
def sgd_step(params, grads, lr):
    out = []
    for (W, b), (dW, db) in zip(params, grads):
        out += [W - lr * dW, b - lr * db]
    return out


# %% sgd_step: divided_by_lr
# lr を掛けるところを割った (W - dW/lr)。
# told: learning_rate_divides
def sgd_step(params, grads, lr):
    step = lambda p, g: p - g / lr
    return [(step(W, dW), step(b, db)) for (W, b), (dW, db) in zip(params, grads)]


# %% sgd_step: sign_only
# (変わった間違い) 勾配の大きさを捨て、符号だけで更新した (W - lr*sign(dW))。
# told: sign_of_gradient
def sgd_step(params, grads, lr):
    return [(W - lr * np.sign(dW), b - lr * np.sign(db)) for (W, b), (dW, db) in zip(params, grads)]


# %% sgd_step: ascent_bias_frozen
# 2 つの間違い: ① W の更新の符号が逆 ② b を更新していない。
# told: biases_never_updated
def sgd_step(params, grads, lr):
    return [(W + lr * g[0], b) for (W, b), g in zip(params, grads)]


# %% sgd_step: in_place_no_lr
# 2 つの間違い: ① もとの配列を書き換えた ② lr を掛けていない。
# told: learning_rate_left_out, params_changed_in_place
def sgd_step(params, grads, lr):
    for l, (dW, db) in enumerate(grads):
        np.subtract(params[l][0], dW, out=params[l][0])
        np.subtract(params[l][1], db, out=params[l][1])
    return params


# %% train: no_shuffle
# データを並べ替えず、いつも前から順に使う (rng を使わない)。
# told: not_shuffled
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        batch = []
        for i in range(0, len(x), batch_size):
            xb, tb = x[i:i + batch_size], t[i:i + batch_size]
            us, _zs = network_forward(xb, params)
            batch.append(softmax_cross_entropy_forward(us[-1], tb)[0])
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(float(np.mean(batch)))
    return params, losses


# %% train: only_x_shuffled
# x だけを並べ替え、t を並べ替えていない (x と t の対応が崩れる)。
# told: only_x_shuffled
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    N = len(x)
    for epoch in range(epochs):
        xs = x[rng.permutation(N)]
        total = []
        for i in range(0, N, batch_size):
            xb, tb = xs[i:i + batch_size], t[i:i + batch_size]
            E, y = softmax_cross_entropy_forward(network_forward(xb, params)[0][-1], tb)
            total.append(E)
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(np.mean(total))
    return params, losses


# %% train: separate_permutations
# x と t を別々の permutation で並べ替えたので、対応が崩れる。
# told: shuffled_separately
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        xs, ts = rng.permutation(x), rng.permutation(t)
        for i in range(0, len(x), batch_size):
            params = sgd_step(params, network_backward(xs[i:i + batch_size], ts[i:i + batch_size], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: tail_dropped
# N // batch_size 個のバッチしか使わず、最後の半端なバッチを捨てる。
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    N = x.shape[0]
    batch_size = min(batch_size, N)
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(N)
        for j in range(N // batch_size):
            pick = order[j * batch_size:(j + 1) * batch_size]
            params = sgd_step(params, network_backward(x[pick], t[pick], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: nominal_batch_size
# 最後の半端なバッチの勾配を、実際の大きさでなく batch_size で割った平均にした (len/batch_size 倍になる)。
# told: divided_by_nominal_size
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        p = rng.permutation(len(x))
        for s in range(0, len(x), batch_size):
            idx = p[s:s + batch_size]
            grads = network_backward(x[idx], t[idx], params)
            grads = [(dW * len(idx) / batch_size, db * len(idx) / batch_size) for dW, db in grads]
            params = sgd_step(params, grads, lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: loss_every_batch
# losses にバッチごとの損失を全部入れたので、長さが epochs でなくバッチの総数になる。
# told: loss_of_every_batch
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for i in range(0, len(x), batch_size):
            k = order[i:i + batch_size]
            us, zs = network_forward(x[k], params)
            losses.append(cross_entropy(softmax(us[-1]), t[k]))
            params = sgd_step(params, network_backward(x[k], t[k], params), lr)
    return params, losses


# %% train: loss_summed
# losses がバッチの損失の平均でなく合計になっている。
# told: loss_summed
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        epoch_loss = 0
        for i in range(0, len(x), batch_size):
            k = order[i:i + batch_size]
            epoch_loss += softmax_cross_entropy_forward(network_forward(x[k], params)[0][-1], t[k])[0]
            params = sgd_step(params, network_backward(x[k], t[k], params), lr)
        losses.append(epoch_loss)
    return params, losses


# %% train: result_thrown_away
# sgd_step の結果を params に入れ直していないので、パラメータがまったく変わらない。
# told: update_thrown_away
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for i in range(0, len(x), batch_size):
            k = order[i:i + batch_size]
            grads = network_backward(x[k], t[k], params)
            sgd_step(params, grads, lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: shuffled_once
# 並べ替えを最初の 1 回しかせず、エポックごとに並べ替えていない。
# told: shuffled_once
def train(x, t, params, lr, epochs, batch_size, rng):
    order = rng.permutation(len(x))
    x, t = x[order], t[order]
    losses = []
    for epoch in range(epochs):
        batch_losses = []
        for i in range(0, len(x), batch_size):
            xb, tb = x[i:i + batch_size], t[i:i + batch_size]
            batch_losses.append(softmax_cross_entropy_forward(network_forward(xb, params)[0][-1], tb)[0])
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% train: caller_params_changed
# 更新を W -= lr*dW で行い、渡された params を書き換えた (値は正しい)。
# told: params_changed_in_place
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for i in range(0, len(x), batch_size):
            k = order[i:i + batch_size]
            for (W, b), (dW, db) in zip(params, network_backward(x[k], t[k], params)):
                W -= lr * dW
                b -= lr * db
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: global_random
# 引数の rng でなく np.random の permutation を使うので、同じ種でも結果が変わる。
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = np.random.permutation(len(x))
        for i in range(0, len(x), batch_size):
            k = order[i:i + batch_size]
            params = sgd_step(params, network_backward(x[k], t[k], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: batch_count_for_size
# np.array_split(order, batch_size) と書いたので、batch_size 個ずつでなく batch_size 個のバッチに分かれる。
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for k in np.array_split(order, min(batch_size, len(x))):
            params = sgd_step(params, network_backward(x[k], t[k], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: with_replacement
# (変わった間違い) 並べ替えでなく、バッチごとに rng.integers で重複ありで抜き出すので、1 エポックで使われないデータと 2 回使われるデータがある。
# told: drawn_with_replacement
def train(x, t, params, lr, epochs, batch_size, rng):
    N = len(x)
    losses = []
    for epoch in range(epochs):
        es = []
        left = N
        while left > 0:
            k = rng.integers(0, N, size=min(batch_size, left))
            left -= batch_size
            es.append(softmax_cross_entropy_forward(network_forward(x[k], params)[0][-1], t[k])[0])
            params = sgd_step(params, network_backward(x[k], t[k], params), lr)
        losses.append(np.mean(es))
    return params, losses


# %% train: no_shuffle_tail_dropped
# 2 つの間違い: ① 並べ替えていない ② 最後の半端なバッチを捨てる。
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    size = min(batch_size, len(x))
    for epoch in range(epochs):
        i = 0
        while i + size <= len(x):
            params = sgd_step(params, network_backward(x[i:i + size], t[i:i + size], params), lr)
            i += size
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: whole_batch_and_last_epoch
# 2 つの間違い: ① batch_size を無視し毎エポック全データで 1 回だけ更新する ② エポックが 1 回足りない (range(1, epochs))。
# told: -
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(1, epochs):
        order = rng.permutation(len(x))
        params = sgd_step(params, network_backward(x[order], t[order], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% train: wrong_slice_end
# スライスの終わりが order[i:batch_size] なので、2 つ目からのバッチが空になり、1 エポックに最初のバッチしか学習しない (空のバッチは飛ばしている)。
# told: one_batch_an_epoch
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for i in range(0, len(x), batch_size):
            k = order[i:batch_size]
            if len(k) == 0:
                continue
            batch_losses.append(softmax_cross_entropy_forward(network_forward(x[k], params)[0][-1], t[k])[0])
            params = sgd_step(params, network_backward(x[k], t[k], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% fix_backward: still_broken
# 壊れたもののままで、h'(u) を掛けていない (書き方を変えただけ)。
# told: still_broken
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        du = dz
    return grads


# %% fix_backward: multiplied_by_activation
# ReLU の傾き (0/1) でなく、ReLU の値 zs[l] を掛けた。
# told: value_for_slope
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        if l > 0:
            du = (du @ W.T) * zs[l]
    return grads


# %% fix_backward: gate_at_output
# ReLU の微分を、各層の du (出力層も含む) に us[l] で掛けたので、出力層の勾配まで門を通ってしまう。
# told: slope_on_output_layer
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        du = relu_backward(du, us[l])
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = du @ W.T
    return grads


# %% fix_backward: no_layer_check
# l > 0 の確認がないので、l = 0 のとき us[-1] (出力層の u) を使い、形が合わずエラーになる。
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = relu_backward(du @ W.T, us[l - 1])
    return grads


# %% fix_backward: result_not_assigned
# relu_backward を呼んだが結果を du に入れていないので、h' が効いていない。
# told: still_broken
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = du @ W.T
        if l > 0:
            relu_backward(du, us[l - 1])
    return grads


# %% fix_backward: gate_by_gradient
# 門を u の符号でなく流れてきた勾配の符号で開けた (relu_forward を勾配にかけた)。
# told: mask_of_dz
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = relu_forward(du @ W.T)
    return grads


# %% fix_backward: sigmoid_slope
# ReLU でなく sigmoid の微分 (sigmoid_backward) を入れた。
# told: sigmoid_slope
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = sigmoid_backward(dz, us[l - 1])
    return grads


# %% fix_backward: swapped_arguments
# relu_backward の引数の順番が逆 (u を流し、勾配の符号で門を開ける)。
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.insert(0, (dW, db))
        if l > 0:
            du = relu_backward(us[l - 1], dz)
    return grads


# %% fix_backward: bias_path_still_broken
# (変わった間違い) 門を通した勾配を dW にだけ使い、db と次の層への伝播は門を通さない勾配のまま。
# told: biases_left_broken
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    last = len(params) - 1
    grads = []
    for l in reversed(range(len(params))):
        gated = du if l == last else relu_backward(du, us[l])
        grads.insert(0, (zs[l].T @ gated, du.sum(axis=0)))
        du = du @ params[l][0].T
    return grads


# %% fix_backward: fixed_but_reversed_and_rescaled
# 2 つの間違い: ① h' は直したが grads を append して後ろの層から並べた ② 1/N をもう一度掛けた。
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t) / len(x)
    grads = []
    for l in reversed(range(len(params))):
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads.append((dW, db))
        if l > 0:
            du = relu_backward(dz, us[l - 1])
    return grads


# %% fix_backward: unfixed_with_mean_bias
# 2 つの間違い: ① h' がないまま ② db を sum から mean に変えてしまった。
# told: -
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.mean(axis=0)))
        du = du @ W.T
    return grads


# %% l2_gradient: lambda_forgotten
# weight_decay を掛けず dW + W とした。
# told: decay_forgotten
def l2_gradient(params, grads, weight_decay):
    return [(dW + W, db) for (W, b), (dW, db) in zip(params, grads)]


# %% l2_gradient: bias_decayed
# バイアスにも λb を足した。
# told: bias_decayed
def l2_gradient(params, grads, weight_decay):
    new = []
    for p, g in zip(params, grads):
        new.append(tuple(gi + weight_decay * pi for pi, gi in zip(p, g)))
    return new


# %% l2_gradient: two_lambda
# 1/2 を忘れて微分し 2λW を足した。
# told: factor_two
def l2_gradient(params, grads, weight_decay):
    new = []
    for (W, b), (dW, db) in zip(params, grads):
        new.append((dW + 2 * weight_decay * W, db))
    return new


# %% l2_gradient: half_lambda
# 2 乗の微分の 2 を忘れ λ/2 * W を足した。
# told: halved
def l2_gradient(params, grads, weight_decay):
    lam = weight_decay / 2
    return [(grads[i][0] + lam * params[i][0], grads[i][1]) for i in range(len(params))]


# %% l2_gradient: penalty_value
# 微分でなく罰則の値そのもの λ/2 ΣW^2 (1 つの数) を dW の全要素に足した。
# told: norm_added
def l2_gradient(params, grads, weight_decay):
    return [(dW + 0.5 * weight_decay * np.sum(W ** 2), db) for (W, b), (dW, db) in zip(params, grads)]


# %% l2_gradient: subtracted
# 符号が逆で λW を引いた。
# told: subtracted
def l2_gradient(params, grads, weight_decay):
    out = []
    for i, (dW, db) in enumerate(grads):
        W = params[i][0]
        out.append((dW - weight_decay * W, db.copy()))
    return out


# %% l2_gradient: in_place
# dW += で渡された grads を書き換えた (値は正しい)。
# told: changes_grads
def l2_gradient(params, grads, weight_decay):
    for (W, b), (dW, db) in zip(params, grads):
        dW += weight_decay * W
    return grads


# %% l2_gradient: scaled_gradient
# W でなく dW に λ を掛けて足した ((1+λ) dW)。
# told: -
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * dW, db) for dW, db in grads]


# %% l2_gradient: lasso
# L2 でなく L1 正則化の勾配 λ sign(W) を足した。
# told: l1
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * np.sign(W), db) for (W, _), (dW, db) in zip(params, grads)]


# %% l2_gradient: normalised_norm
# (変わった間違い) ||W||^2 でなく ||W|| を微分し、λ W/||W|| を足した。
# told: -
def l2_gradient(params, grads, weight_decay):
    return [(dW + weight_decay * W / np.sqrt((W * W).sum()), db) for (W, _), (dW, db) in zip(params, grads)]


# %% l2_gradient: bias_decayed_half
# 2 つの間違い: ① バイアスも正則化した ② 係数が λ/2。
# told: halved
def l2_gradient(params, grads, weight_decay):
    add = lambda p, g: g + weight_decay * p / 2
    return [(add(W, dW), add(b, db)) for (W, b), (dW, db) in zip(params, grads)]


# %% l2_gradient: only_penalty_in_place
# 2 つの間違い: ① もとの dW を捨てて正則化項の勾配だけにした ② それを grads の配列に書き込んだ (引数を書き換えた)。
# told: decay_alone, changes_grads
def l2_gradient(params, grads, weight_decay):
    for l in range(len(grads)):
        grads[l][0][...] = weight_decay * params[l][0]
    return grads


# %% k_fold: not_shuffled
# rng で並べ替えず、0 から順に分けた。
# told: not_shuffled
def k_fold(n, k, rng):
    folds = np.array_split(np.arange(n), k)
    return [(np.concatenate(folds[:i] + folds[i + 1:]), folds[i]) for i in range(k)]


# %% k_fold: remainder_lost
# n // k 個ずつ取るだけなので、割り切れないとき余りの番号が一度も検証用にならない。
# told: remainder_lost
def k_fold(n, k, rng):
    idx = rng.permutation(n)
    size = n // k
    out = []
    for i in range(k):
        valid = idx[i * size:(i + 1) * size]
        train = np.concatenate([idx[:i * size], idx[(i + 1) * size:]])
        out.append((train, valid))
    return out


# %% k_fold: remainder_in_last
# 余りを全部最後の組に入れたので、検証用の個数の差が 1 より大きくなる。
# told: remainder_in_last_fold
def k_fold(n, k, rng):
    idx = rng.permutation(n)
    m = n // k
    out = []
    for i in range(k):
        end = n if i == k - 1 else (i + 1) * m
        out.append((np.delete(idx, np.arange(i * m, end)), idx[i * m:end]))
    return out


# %% k_fold: pair_swapped
# 組の順番が逆で (検証用, 学習用) になっている。
# told: train_and_valid_swapped
def k_fold(n, k, rng):
    folds = np.array_split(rng.permutation(n), k)
    result = []
    for i in range(k):
        rest = [f for j, f in enumerate(folds) if j != i]
        result.append((folds[i], np.concatenate(rest)))
    return result


# %% k_fold: train_contains_valid
# 学習用に全部の番号を入れ、検証用を除いていない。
# told: train_contains_valid
def k_fold(n, k, rng):
    idx = rng.permutation(n)
    return [(idx.copy(), v) for v in np.array_split(idx, k)]


# %% k_fold: reshuffled_each_fold
# 組ごとに並べ替え直すので、検証用の番号が組の間で重なり、一度も検証用にならない番号が出る。
# told: shuffled_again_each_fold
def k_fold(n, k, rng):
    out = []
    for i in range(k):
        parts = np.array_split(rng.permutation(n), k)
        valid = parts.pop(i)
        out.append((np.concatenate(parts), valid))
    return out


# %% k_fold: one_split_only
# 最初の 1 組しか返していない (return がループの中)。
# told: one_split
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    out = []
    for i in range(k):
        train = np.concatenate([parts[j] for j in range(k) if j != i])
        out.append((train, parts[i]))
        return out


# %% k_fold: from_one
# 番号が 0 から n-1 でなく 1 から n になっている。
# told: -
def k_fold(n, k, rng):
    idx = rng.permutation(np.arange(1, n + 1))
    valids = np.array_split(idx, k)
    return [(np.setdiff1d(idx, v), v) for v in valids]


# %% k_fold: boolean_masks
# 番号の配列でなく、長さ n の bool のマスクを返した。
# told: boolean_masks
def k_fold(n, k, rng):
    group = rng.permutation(np.arange(n) % k)
    return [(group != i, group == i) for i in range(k)]


# %% k_fold: different_shuffles
# (変わった間違い) 検証用と学習用を別々に並べ替えた番号から位置で取り出したので、同じ組の train と valid が重なり、抜ける番号がある。
# told: -
def k_fold(n, k, rng):
    for_valid, for_train = rng.permutation(n), rng.permutation(n)
    where = np.arange(n) % k
    return [(for_train[where != i], for_valid[where == i]) for i in range(k)]


# %% k_fold: swapped_not_shuffled
# 2 つの間違い: ① 並べ替えていない ② 組の順番が逆 (検証用, 学習用)。
# told: -
def k_fold(n, k, rng):
    idx = np.arange(n)
    return [(idx[i::k], np.setdiff1d(idx, idx[i::k])) for i in range(k)]


# %% k_fold: not_shuffled_remainder_lost
# 2 つの間違い: ① 並べ替えていない ② 割り切れない余りの番号が検証用にも学習用にも入らない。
# told: -
def k_fold(n, k, rng):
    m = n // k
    idx = np.arange(m * k).reshape(k, m)
    return [(np.delete(idx, i, axis=0).ravel(), idx[i]) for i in range(k)]
