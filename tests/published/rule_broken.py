# %% nielsen_column_affine: the book's w a + b with the weights on the left and the sample as a column: rows and columns are exchanged
# QUESTIONS: affine_forward
# SAID: データは行に並んで
def affine_forward(z, W, b):
    return np.dot(W.T, z.T) + b.reshape(-1, 1)


# %% deeplearning_ai_merge_order: W = W2 W1 and b = W2 b1 + b2, as it is derived for columns, with the weights of this exercise
# QUESTIONS: merge_affine
# SAID: 転置
def merge_affine(W1, b1, W2, b2):
    return np.dot(W2.T, W1.T), np.dot(W2.T, b1) + b2


# %% dlfs_relu_backward_inplace: the book's Relu.backward zeroes dout through the mask and returns the same array: the argument dz is changed
# QUESTIONS: relu_backward
# SAID: 引数の dz を書き換え
class Relu1101:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        dx = dout
        return dx


def relu_forward(u):
    return Relu1101().forward(u)


def relu_backward(dz, u):
    layer = Relu1101()
    layer.forward(u)
    return layer.backward(dz)


# %% torch_relu_inplace: nn.ReLU(inplace=True): the activation overwrites its input
# QUESTIONS: relu_forward
# SAID: 引数の u を書き換え
def relu_forward(u):
    return np.maximum(u, 0, out=u)


# %% cs231n_dhidden_inplace: the two-layer case study of CS231n writes dhidden[hidden_layer <= 0] = 0 on the array itself: the upstream gradient is changed
# QUESTIONS: relu_backward
# SAID: 引数の dz を書き換え
def relu_backward(dz, u):
    hidden_layer = np.maximum(0, u)
    dhidden = dz
    dhidden[hidden_layer <= 0] = 0
    return dhidden


# %% sklearn_inplace_derivatives: scikit-learn's DERIVATIVES multiply delta in place: the upstream gradient is changed
# QUESTIONS: sigmoid_backward, tanh_backward, relu_backward
# SAID: 引数の dz を書き換え
def sigmoid_backward(dz, u):
    Z = 1 / (1 + np.exp(-u))
    dz *= Z
    dz *= 1 - Z
    return dz


def tanh_backward(dz, u):
    dz *= 1 - np.tanh(u) ** 2
    return dz


def relu_backward(dz, u):
    Z = np.maximum(u, 0)
    dz[Z == 0] = 0
    return dz


# %% sklearn_inplace_activations: scikit-learn's ACTIVATIONS overwrite their argument (tanh out=X, clip out=X)
# QUESTIONS: tanh_forward, relu_forward
# SAID: 引数の u を書き換え
def tanh_forward(u):
    np.tanh(u, out=u)
    return u


def relu_forward(u):
    np.maximum(u, 0, out=u)
    return u


# %% nielsen_sigmoid_overflow: nearly every book's 1 / (1 + exp(-z)): right value, overflow warning at -1000
# QUESTIONS: sigmoid_forward
# SAID: exp があふれて
def sigmoid_forward(u):
    return 1.0 / (1.0 + np.exp(-u))


# %% prml_tanh_from_exponentials: tanh by its definition with exp(a) and exp(-a): nan and warnings at +-1000
# QUESTIONS: tanh_forward
# SAID: ∞/∞
def tanh_forward(u):
    return (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u))


# %% dlfs_softmax_of_one_vector: chapter 3 softmax of the book, meant for one vector: maximum and sum over the whole batch
# QUESTIONS: softmax
# SAID: 全部の値を足すと 1
def softmax(u):
    c = np.max(u)
    exp_u = np.exp(u - c)
    return exp_u / np.sum(exp_u)


# %% softmax_global_max: numerically "stable" version of many posts: rows are normalised one by one but the maximum is of the whole batch: 0 / 0 when rows are far apart
# QUESTIONS: softmax
# SAID: 配列全体の最大値
def softmax(u):
    e = np.exp(u - np.max(u))
    return e / e.sum(axis=1, keepdims=True)


# %% d2l_softmax_without_max: first softmax of "Dive into Deep Learning", exp without the shift (the book warns that it overflows)
# QUESTIONS: softmax, softmax_cross_entropy_forward
# SAID: log
def softmax(u):
    X_exp = np.exp(u)
    partition = X_exp.sum(1, keepdims=True)
    return X_exp / partition


def softmax_cross_entropy_forward(u, t):
    X_exp = np.exp(u)
    y_hat = X_exp / X_exp.sum(1, keepdims=True)
    return -np.log(y_hat[range(len(y_hat)), t.argmax(axis=1)]).mean(), y_hat


# %% deeplearning_ai_softmax_columns: softmax over axis 0, right when samples are columns, wrong for rows
# QUESTIONS: softmax
# SAID: バッチ方向 (縦)
def softmax(u):
    t = np.exp(u - np.max(u, axis=0, keepdims=True))
    return t / np.sum(t, axis=0, keepdims=True)


# %% dlfs_cross_entropy_one_sample: chapter 4's first cross_entropy_error: a sum without the mean over the batch
# QUESTIONS: cross_entropy
# SAID: 和になっています
def cross_entropy(y, t):
    delta = 1e-7
    return -np.sum(t * np.log(y + delta))


# %% tutorial_mean_over_everything: blog-post np.mean(-t * np.log(y)) over the whole matrix: divides by N K instead of N
# QUESTIONS: cross_entropy, softmax_cross_entropy_forward
# SAID: N·K で割って
def cross_entropy(y, t):
    return -(t * np.log(y)).mean()


def softmax_cross_entropy_forward(u, t):
    m = u.max(-1, keepdims=True)
    logp = u - m - np.log(np.exp(u - m).sum(-1, keepdims=True))
    return -(t * logp).mean(), np.exp(logp)


# %% deeplearning_ai_log_of_softmax: compute_cost takes the log of the finished softmax: infinite at +-1000
# QUESTIONS: softmax_cross_entropy_forward
# SAID: log の中身が 0
def softmax_cross_entropy_forward(u, t):
    Z, Y = u.T, t.T
    e = np.exp(Z - Z.max(axis=0, keepdims=True))
    AL = e / e.sum(axis=0, keepdims=True)
    m = Y.shape[1]
    cost = -np.sum(np.log(np.sum(Y * AL, axis=0))) / m
    return float(np.squeeze(cost)), AL.T


# %% karpathy_forward_difference: micrograd lecture (and the slides) use (f(x + h) - f(x)) / h: not the central difference
# QUESTIONS: numerical_gradient
# SAID: 前進差分
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    base = f(x)
    for ix in np.ndindex(x.shape):
        bumped = x.copy()
        bumped[ix] += eps
        grad[ix] = (f(bumped) - base) / eps
    return grad


# %% dlfs_numerical_gradient_1d: chapter 4's first version loops over range(x.size) with x[idx]: rows, not elements, of a matrix
# QUESTIONS: numerical_gradient
# SAID: 番号 2 は範囲の外
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for idx in range(x.size):
        keep = x[idx]
        x[idx] = keep + eps
        up = f(x)
        x[idx] = keep - eps
        down = f(x)
        grad[idx] = (up - down) / (2 * eps)
        x[idx] = keep
    return grad


# %% unrestored_plus_minus: the in-place variant x += h, x -= 2h, x += h as it is often copied, without its third line: x ends moved by -h
# QUESTIONS: numerical_gradient
# SAID: もとの値に戻して
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for ix in np.ndindex(x.shape):
        x[ix] += eps
        up = f(x)
        x[ix] -= 2 * eps
        grad[ix] = (up - f(x)) / (2 * eps)
    return grad


# %% dlfs_fixed_h: the book fixes h = 1e-4 inside the function and ignores the argument eps
# QUESTIONS: numerical_gradient
# SAID: 引数の eps を使って
def numerical_gradient(f, x, eps=1e-5):
    h = 1e-4
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        idx = it.multi_index
        keep = float(x[idx])
        x[idx] = keep + h
        up = f(x)
        x[idx] = keep - h
        grad[idx] = (up - f(x)) / (2 * h)
        x[idx] = keep
        it.iternext()
    return grad


# %% trask_nonlin_deriv: "A neural network in 11 lines": nonlin(x, deriv=True) returns x * (1 - x), x being the output; here it is given the input u
# QUESTIONS: sigmoid_backward
# SAID: u をそのまま
def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def sigmoid_backward(dz, u):
    return dz * nonlin(u, deriv=True)


# %% nnfs_tanh_from_output: from-scratch classes write the tanh gradient as 1 - output**2 with the stored output; here it is given the input u
# QUESTIONS: tanh_backward
# SAID: u をそのまま
def tanh_backward(dz, u):
    return dz * (1 - u**2)


# %% nielsen_prime_without_upstream: sigmoid_prime(z) and its like return h'(z) only; the product with the upstream gradient is the caller's
# QUESTIONS: sigmoid_backward, tanh_backward, relu_backward
# SAID: 上流の勾配 dz を掛け忘れて
def sigmoid_backward(dz, u):
    s = 1 / (1 + np.exp(-u))
    return s * (1 - s)


def tanh_backward(dz, u):
    return 1 - np.tanh(u) ** 2


def relu_backward(dz, u):
    return (u > 0) * 1.0


# %% deeplearning_ai_one_over_m: linear_backward of the course divides dW and db by m
# QUESTIONS: affine_backward
# SAID: N で割っています
def affine_backward(du, z, W):
    dZ, A_prev, Wc = du.T, z.T, W.T
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    return np.dot(Wc.T, dZ).T, dW.T, db.ravel()


# %% deeplearning_ai_keepdims: db keeps the summed axis, so that it has the shape (1, n_out)
# QUESTIONS: affine_backward
# SAID: (1, n_out)
def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, np.sum(du, axis=0, keepdims=True)


# %% nielsen_outer_products: nabla_w is delta a^T, with the shape (n_out, n_in) of the book's weights, and nabla_b a column
# QUESTIONS: affine_backward
# SAID: 転置
def affine_backward(du, z, W):
    nabla_b = np.zeros((W.shape[1], 1))
    nabla_w = np.zeros((W.shape[1], W.shape[0]))
    for delta, a in zip(du, z):
        nabla_b = nabla_b + delta.reshape(-1, 1)
        nabla_w = nabla_w + np.outer(delta, a)
    return du @ W.T, nabla_w, nabla_b


# %% cs231n_dscores_alias: dscores = probs; dscores[range(N), y] -= 1; dscores /= N changes the probabilities that were passed in
# QUESTIONS: softmax_cross_entropy_backward
# SAID: 引数の y を書き換え
def softmax_cross_entropy_backward(y, t):
    num_examples = y.shape[0]
    dscores = y
    dscores[range(num_examples), t.argmax(axis=1)] -= 1
    dscores /= num_examples
    return dscores


# %% nielsen_output_error: output error is a - y of a single sample, the 1/m comes in update_mini_batch: the mean is missing
# QUESTIONS: softmax_cross_entropy_backward
# SAID: 1/N が抜けて
def softmax_cross_entropy_backward(y, t):
    return y - t


# %% haykin_error_signal: older textbooks (Rumelhart, Haykin, Duda) define the error signal as d - y and add it to the weights: the sign is that of descent, not of the gradient
# QUESTIONS: softmax_cross_entropy_backward
# SAID: 符号が逆
def softmax_cross_entropy_backward(y, t):
    return (t - y) / y.shape[0]


# %% nielsen_sigmoid_on_the_output: every layer of the book's feedforward has the activation, also the last; zs has one array too many
# QUESTIONS: network_forward
# SAID: 最後の層のあとに活性化関数
def network_forward(x, params, activation="relu"):
    h = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
        "relu": lambda z: np.maximum(z, 0),
    }[activation]
    zs, activations = [], [x]
    for W, b in params:
        zs.append(activations[-1] @ W + b)
        activations.append(h(zs[-1]))
    return zs, activations


# %% torch_relu_inplace_network: inplace activations inside the network: the u of the hidden layers are overwritten by z
# QUESTIONS: network_forward
# SAID: 上書き
def network_forward(x, params, activation="relu"):
    us, zs = [], [x]
    for i, (W, b) in enumerate(params):
        out = zs[-1] @ W + b
        us.append(out)
        if i < len(params) - 1:
            if activation == "relu":
                out[out < 0] = 0
            elif activation == "tanh":
                np.tanh(out, out=out)
            else:
                np.divide(1, 1 + np.exp(-out), out=out)
            zs.append(out)
    return us, zs


# %% dlfs_two_layer_net_numerical: TwoLayerNet of chapter 4, whose gradient is numerical_gradient of the loss
# QUESTIONS: network_backward, fix_backward
# SAID: 数値微分
def _loss_of(x, t, pairs, kind):
    h = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, "relu": lambda a: np.maximum(0, a)}[kind]
    for W, b in pairs[:-1]:
        x = h(x @ W + b)
    u = x @ pairs[-1][0] + pairs[-1][1]
    u = u - u.max(axis=1, keepdims=True)
    return -np.sum(t * (u - np.log(np.exp(u).sum(axis=1, keepdims=True)))) / len(x)


def network_backward(x, t, params, activation="relu"):
    pairs = [(W.copy(), b.copy()) for W, b in params]
    grads = []
    for pair in pairs:
        found = []
        for p in pair:
            g = np.zeros_like(p)
            for i in np.ndindex(p.shape):
                keep = p[i]
                p[i] = keep + 1e-4
                up = _loss_of(x, t, pairs, activation)
                p[i] = keep - 1e-4
                g[i] = (up - _loss_of(x, t, pairs, activation)) / 2e-4
                p[i] = keep
            found.append(g)
        grads.append(tuple(found))
    return grads


def fix_backward(x, t, params):
    return network_backward(x, t, params)


# %% trask_compact_sums: "11 lines" network: sums over the batch with the learning rate doing the scaling: no 1/N in the gradients
# QUESTIONS: network_backward, fix_backward
# SAID: 1/N が抜け
def network_backward(x, t, params, activation="relu"):
    h = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, "relu": lambda a: np.maximum(0, a)}[activation]
    d = {"sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z**2, "relu": lambda z: z > 0}[activation]
    layers = [x]
    for W, b in params[:-1]:
        layers.append(h(layers[-1] @ W + b))
    out = np.exp(layers[-1] @ params[-1][0] + params[-1][1])
    delta = out / out.sum(axis=1, keepdims=True) - t
    grads = []
    for layer, (W, b) in zip(layers[::-1], params[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * d(layer)
    return grads


def fix_backward(x, t, params):
    return network_backward(x, t, params)


# %% tutorial_update_while_going_back: blog-post loop that updates each W while going back, so that earlier layers see the new W (here: on copies, with step 0.1), and returns those gradients
# QUESTIONS: network_backward
# SAID: 更新してから
def network_backward(x, t, params, activation="relu"):
    h = {"sigmoid": lambda a: 1 / (1 + np.exp(-a)), "tanh": np.tanh, "relu": lambda a: np.maximum(0, a)}[activation]
    d = {"sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z**2, "relu": lambda z: z > 0}[activation]
    layers = [x]
    for W, b in params[:-1]:
        layers.append(h(layers[-1] @ W + b))
    u = layers[-1] @ params[-1][0] + params[-1][1]
    e = np.exp(u - u.max(axis=1, keepdims=True))
    delta = (e / e.sum(axis=1, keepdims=True) - t) / len(x)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        dW, db = layers[l].T @ delta, delta.sum(axis=0)
        W = params[l][0] - 0.1 * dW
        delta = (delta @ W.T) * d(layers[l])
        grads.insert(0, (dW, db))
    return grads


# %% dlfs_sgd_inplace: SGD.update of the book: params[key] -= lr * grads[key]
# QUESTIONS: sgd_step
# SAID: 引数の params を書き換え
class SGD1101:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for key in params.keys():
            params[key] -= self.lr * grads[key]


def sgd_step(params, grads, lr):
    table = {(i, j): p for i, pair in enumerate(params) for j, p in enumerate(pair)}
    slopes = {(i, j): g for i, pair in enumerate(grads) for j, g in enumerate(pair)}
    SGD1101(lr).update(table, slopes)
    return [(table[i, 0], table[i, 1]) for i in range(len(params))]


# %% d2l_sgd_inplace_and_batch: d2l's first sgd: param -= lr * grad / batch_size in place, for losses that are sums; both the change of the arguments and a second mean
# QUESTIONS: sgd_step
# SAID: 引数の params を書き換え
def sgd_step(params, grads, lr, batch_size=10):
    for pair, slopes in zip(params, grads):
        for param, grad in zip(pair, slopes):
            param -= lr * grad / batch_size
    return params


# %% torch_no_grad_update_in_train: fit loop with p -= lr * grad on the parameters that were passed in: the caller's params are changed
# QUESTIONS: train
# SAID: 引数の params を書き換え
def _grads_1101(x, t, pairs):
    layers = [x]
    for W, b in pairs[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    u = layers[-1] @ pairs[-1][0] + pairs[-1][1]
    s = u - u.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(logp) - t) / len(x), []
    for layer, (W, b) in zip(layers[::-1], pairs[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (layer > 0)
    return -(t * logp).sum() / len(x), grads


def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order, seen = rng.permutation(len(x)), []
        for i in range(0, len(x), batch_size):
            loss, grads = _grads_1101(x[order[i:i + batch_size]], t[order[i:i + batch_size]], params)
            for pair, slopes in zip(params, grads):
                for p, g in zip(pair, slopes):
                    p -= lr * g
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses


# %% nielsen_random_shuffle: random.shuffle(training_data) of the global generator: the rng that was passed is not used, so that a seed does not fix the result
# QUESTIONS: train
# SAID: 引数の rng だけ
def _grads_1101(x, t, pairs):
    layers = [x]
    for W, b in pairs[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    u = layers[-1] @ pairs[-1][0] + pairs[-1][1]
    s = u - u.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(logp) - t) / len(x), []
    for layer, (W, b) in zip(layers[::-1], pairs[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (layer > 0)
    return -(t * logp).sum() / len(x), grads


def train(x, t, params, lr, epochs, batch_size, rng):
    training_data, losses = list(range(len(x))), []
    for _ in range(epochs):
        np.random.shuffle(training_data)
        seen = []
        for k in range(0, len(x), batch_size):
            rows = training_data[k:k + batch_size]
            loss, grads = _grads_1101(x[rows], t[rows], params)
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses


# %% nielsen_shuffles_the_data_itself: the training data are shuffled where they are (same generator state for x and t): the caller's x and t are reordered
# QUESTIONS: train
# SAID: 引数の x と t
def _grads_1101(x, t, pairs):
    layers = [x]
    for W, b in pairs[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    u = layers[-1] @ pairs[-1][0] + pairs[-1][1]
    s = u - u.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(logp) - t) / len(x), []
    for layer, (W, b) in zip(layers[::-1], pairs[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (layer > 0)
    return -(t * logp).sum() / len(x), grads


def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        state = rng.bit_generator.state
        rng.shuffle(x)
        rng.bit_generator.state = state
        rng.shuffle(t)
        seen = []
        for k in range(0, len(x), batch_size):
            loss, grads = _grads_1101(x[k:k + batch_size], t[k:k + batch_size], params)
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses


# %% dlfs_random_choice_batches: training loop with np.random.choice(train_size, batch_size) per iteration (here from rng): a sample may be drawn twice or never in an epoch
# QUESTIONS: train
# SAID: 重複を許して
def _grads_1101(x, t, pairs):
    layers = [x]
    for W, b in pairs[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    u = layers[-1] @ pairs[-1][0] + pairs[-1][1]
    s = u - u.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(logp) - t) / len(x), []
    for layer, (W, b) in zip(layers[::-1], pairs[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (layer > 0)
    return -(t * logp).sum() / len(x), grads


def train(x, t, params, lr, epochs, batch_size, rng):
    train_size, losses = x.shape[0], []
    iter_per_epoch = max(train_size // batch_size, 1)
    for _ in range(epochs):
        seen = []
        for _ in range(iter_per_epoch):
            batch_mask = rng.choice(train_size, batch_size)
            loss, grads = _grads_1101(x[batch_mask], t[batch_mask], params)
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses


# %% dlfs2_trainer_drops_the_rest: Trainer of the second book (and drop_last=True): max_iters = data_size // batch_size, the partial batch is never used
# QUESTIONS: train
# SAID: 最後の半端な
def _grads_1101(x, t, pairs):
    layers = [x]
    for W, b in pairs[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    u = layers[-1] @ pairs[-1][0] + pairs[-1][1]
    s = u - u.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(logp) - t) / len(x), []
    for layer, (W, b) in zip(layers[::-1], pairs[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (layer > 0)
    return -(t * logp).sum() / len(x), grads


def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    max_iters = len(x) // batch_size
    for _ in range(epochs):
        idx = rng.permutation(len(x))
        total_loss, loss_count = 0.0, 0
        for iters in range(max_iters):
            rows = idx[iters * batch_size:(iters + 1) * batch_size]
            loss, grads = _grads_1101(x[rows], t[rows], params)
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
            total_loss += loss
            loss_count += 1
        losses.append(total_loss / max(loss_count, 1))
    return params, losses


# %% cs231n_loss_history_per_iteration: the Solver's loss_history has one loss per iteration, not per epoch
# QUESTIONS: train
# SAID: ミニバッチごとの損失
def _grads_1101(x, t, pairs):
    layers = [x]
    for W, b in pairs[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    u = layers[-1] @ pairs[-1][0] + pairs[-1][1]
    s = u - u.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(logp) - t) / len(x), []
    for layer, (W, b) in zip(layers[::-1], pairs[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (layer > 0)
    return -(t * logp).sum() / len(x), grads


def train(x, t, params, lr, epochs, batch_size, rng):
    loss_history = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for i in range(0, len(x), batch_size):
            loss, grads = _grads_1101(x[order[i:i + batch_size]], t[order[i:i + batch_size]], params)
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
            loss_history.append(float(loss))
    return params, loss_history


# %% deeplearning_ai_fixed_seed_minibatches: random_mini_batches seeds the global generator with a seed + epoch counter of its own and never looks at rng: every rng gives the same order
# QUESTIONS: train
# SAID: rng のシードを変えても
def _grads_1101(x, t, pairs):
    layers = [x]
    for W, b in pairs[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    u = layers[-1] @ pairs[-1][0] + pairs[-1][1]
    s = u - u.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta, grads = (np.exp(logp) - t) / len(x), []
    for layer, (W, b) in zip(layers[::-1], pairs[::-1]):
        grads.insert(0, (layer.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (layer > 0)
    return -(t * logp).sum() / len(x), grads


def train(x, t, params, lr, epochs, batch_size, rng):
    seed, losses = 10, []
    for _ in range(epochs):
        seed = seed + 1
        order = np.random.RandomState(seed).permutation(len(x))
        seen = []
        for i in range(0, len(x), batch_size):
            loss, grads = _grads_1101(x[order[i:i + batch_size]], t[order[i:i + batch_size]], params)
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
            seen.append(loss)
        losses.append(float(np.mean(seen)))
    return params, losses


# %% torch_weight_decay_on_everything: optimizer weight_decay is added to every parameter, biases too
# QUESTIONS: l2_gradient
# SAID: バイアスにも
def l2_gradient(params, grads, weight_decay):
    return [tuple(g + weight_decay * p for p, g in zip(pair, slopes)) for pair, slopes in zip(params, grads)]


# %% cs231n_reg_without_half: reg * sum(W * W) without the 1/2: the gradient is 2 reg W
# QUESTIONS: l2_gradient
# SAID: 2 倍
def l2_gradient(params, grads, weight_decay):
    return [(dW + 2 * weight_decay * W, db.copy()) for (W, b), (dW, db) in zip(params, grads)]


# %% cs231n_reg_inplace: dW1 += reg * W1 on the gradients that were passed in
# QUESTIONS: l2_gradient
# SAID: 引数の grads を書き換え
def l2_gradient(params, grads, weight_decay):
    for (W, b), (dW, db) in zip(params, grads):
        dW += weight_decay * W
    return grads


# %% d2l_get_k_fold_data: fold_size = n // k: the last n mod k samples are never in a fold
# QUESTIONS: k_fold
# SAID: 割り切れないとき
def k_fold(n, k, rng):
    order = rng.permutation(n)
    fold_size = n // k
    folds = [order[j * fold_size:(j + 1) * fold_size] for j in range(k)]
    return [(np.concatenate(folds[:i] + folds[i + 1:]), folds[i]) for i in range(k)]


# %% cs231n_array_split_unshuffled: np.array_split of the training set as it lies, without any shuffling: rng is not used
# QUESTIONS: k_fold
# SAID: 番号が並べ替えられて
def k_fold(n, k, rng):
    folds = np.array_split(np.arange(n), k)
    return [(np.concatenate(folds[:i] + folds[i + 1:]), folds[i]) for i in range(k)]


# %% chollet_k_fold_slices: "Deep Learning with Python": num_val_samples = n // k and slices i * size : (i + 1) * size; the remainder is always in train and never in valid
# QUESTIONS: k_fold
# SAID: 割り切れないとき
def k_fold(n, k, rng):
    order = rng.permutation(n)
    num_val_samples = n // k
    out = []
    for i in range(k):
        start, stop = i * num_val_samples, (i + 1) * num_val_samples
        out.append((np.concatenate([order[:start], order[stop:]]), order[start:stop]))
    return out
