# %% dlfs_layers: Japanese "Deep Learning from Scratch" book: layer classes with forward/backward that keep mask/out/x, SoftmaxWithLoss, OrderedDict of layers, nditer gradient with x restored
from collections import OrderedDict


class ReluLayer:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dx = dout.copy()
        dx[self.mask] = 0
        return dx


class SigmoidLayer:
    def __init__(self):
        self.out = None

    def forward(self, x):
        small = np.exp(-np.abs(x))
        self.out = np.where(x >= 0, 1 / (1 + small), small / (1 + small))
        return self.out

    def backward(self, dout):
        return dout * (1.0 - self.out) * self.out


class TanhLayer:
    def __init__(self):
        self.out = None

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1.0 - self.out**2)


class AffineLayer:
    def __init__(self, W, b):
        self.W, self.b = W, b
        self.x = None
        self.dW, self.db = None, None

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class AddLayer:
    def forward(self, x, y):
        return x + y

    def backward(self, dout):
        return dout * 1, dout * 1


class MulLayer:
    def __init__(self):
        self.x, self.y = None, None

    def forward(self, x, y):
        self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        return dout * self.y, dout * self.x


def softmax_rows_(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    e = np.exp(x)
    return e / np.sum(e, axis=-1, keepdims=True)


def cross_entropy_error_(y, t):
    if y.ndim == 1:
        y, t = y.reshape(1, -1), t.reshape(1, -1)
    if t.size == y.size:
        t = t.argmax(axis=1)
    batch_size = y.shape[0]
    return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size


class SoftmaxWithLossLayer:
    def __init__(self):
        self.loss, self.y, self.t = None, None, None

    def forward(self, x, t):
        self.t = t
        self.y = softmax_rows_(x)
        self.loss = cross_entropy_error_(self.y, t)
        return self.loss

    def backward(self, dout=1):
        return dout * (self.y - self.t) / self.t.shape[0]


class MultiLayerNet_:
    activation_layer = {"sigmoid": SigmoidLayer, "relu": ReluLayer, "tanh": TanhLayer}

    def __init__(self, pairs, activation="relu"):
        self.depth = len(pairs)
        self.params = {}
        for i, (W, b) in enumerate(pairs, 1):
            self.params["W" + str(i)] = W
            self.params["b" + str(i)] = b
        self.layers = OrderedDict()
        for i in range(1, self.depth + 1):
            self.layers["Affine" + str(i)] = AffineLayer(self.params["W" + str(i)], self.params["b" + str(i)])
            if i < self.depth:
                self.layers["Activation" + str(i)] = self.activation_layer[activation]()
        self.last_layer = SoftmaxWithLossLayer()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.last_layer.forward(self.predict(x), t)

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.last_layer.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        grads = {}
        for i in range(1, self.depth + 1):
            grads["W" + str(i)] = self.layers["Affine" + str(i)].dW
            grads["b" + str(i)] = self.layers["Affine" + str(i)].db
        return grads

    def pairs(self, table):
        return [(table["W" + str(i)], table["b" + str(i)]) for i in range(1, self.depth + 1)]


class SGD_:
    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        return {key: params[key] - self.lr * grads[key] for key in params}


def affine_forward(z, W, b):
    return AffineLayer(W, b).forward(z)


def sigmoid_forward(u):
    return SigmoidLayer().forward(u)


def tanh_forward(u):
    return TanhLayer().forward(u)


def relu_forward(u):
    return ReluLayer().forward(u)


def merge_affine(W1, b1, W2, b2):
    return np.dot(W1, W2), np.dot(b1, W2) + b2


def softmax(u):
    return softmax_rows_(u)


def cross_entropy(y, t):
    return cross_entropy_error_(y, t)


def softmax_cross_entropy_forward(u, t):
    layer = SoftmaxWithLossLayer()
    E = layer.forward(u, t)
    return E, layer.y


def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=[["readwrite"]])
    while not it.finished:
        idx = it.multi_index
        keep = float(x[idx])
        x[idx] = keep + eps
        above = f(x)
        x[idx] = keep - eps
        below = f(x)
        grad[idx] = (above - below) / (2 * eps)
        x[idx] = keep
        it.iternext()
    return grad


def add_backward(dz):
    return AddLayer().backward(dz)


def multiply_backward(dz, x, y):
    layer = MulLayer()
    layer.forward(x, y)
    return layer.backward(dz)


def sigmoid_backward(dz, u):
    layer = SigmoidLayer()
    layer.forward(u)
    return layer.backward(dz)


def tanh_backward(dz, u):
    layer = TanhLayer()
    layer.forward(u)
    return layer.backward(dz)


def relu_backward(dz, u):
    layer = ReluLayer()
    layer.forward(u)
    return layer.backward(dz)


def affine_backward(du, z, W):
    layer = AffineLayer(W, np.zeros(W.shape[1]))
    layer.forward(z)
    dz = layer.backward(du)
    return dz, layer.dW, layer.db


def softmax_cross_entropy_backward(y, t):
    layer = SoftmaxWithLossLayer()
    layer.y, layer.t = y, t
    return layer.backward()


def network_forward(x, params, activation="relu"):
    net = MultiLayerNet_(params, activation)
    us, zs, out = [], [x], x
    for name, layer in net.layers.items():
        out = layer.forward(out)
        (us if name.startswith("Affine") else zs).append(out)
    return us, zs


def network_backward(x, t, params, activation="relu"):
    net = MultiLayerNet_(params, activation)
    return net.pairs(net.gradient(x, t))


def fix_backward(x, t, params):
    net = MultiLayerNet_(params, "relu")
    return net.pairs(net.gradient(x, t))


def sgd_step(params, grads, lr):
    net = MultiLayerNet_(params)
    table = {}
    for i, (dW, db) in enumerate(grads, 1):
        table["W" + str(i)], table["b" + str(i)] = dW, db
    return net.pairs(SGD_(lr).update(net.params, table))


def train(x, t, params, lr, epochs, batch_size, rng):
    optimizer = SGD_(lr)
    train_size = x.shape[0]
    losses = []
    for _ in range(epochs):
        order = rng.permutation(train_size)
        total, count = 0.0, 0
        for i in range(0, train_size, batch_size):
            mask = order[i:i + batch_size]
            x_batch, t_batch = x[mask], t[mask]
            net = MultiLayerNet_(params)
            grads = net.gradient(x_batch, t_batch)
            params = net.pairs(optimizer.update(net.params, grads))
            total += net.last_layer.loss
            count += 1
        losses.append(total / count)
    return params, losses


# %% cs231n_functions: Stanford CS231n assignments: forward functions return (out, cache), backward take (dout, cache), label indexing in the softmax loss, FullyConnectedNet.loss and a Solver
def _aff_fwd(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    return out, (x, w, b)


def _aff_bwd(dout, cache):
    x, w, b = cache
    flat = x.reshape(x.shape[0], -1)
    dx = dout.dot(w.T).reshape(x.shape)
    return dx, flat.T.dot(dout), dout.sum(axis=0)


def _rel_fwd(x):
    return np.maximum(0, x), x


def _rel_bwd(dout, cache):
    return dout * (cache > 0)


def _sig_fwd(x):
    positive = x >= 0
    e = np.empty_like(x)
    e[positive] = np.exp(-x[positive])
    e[~positive] = np.exp(x[~positive])
    top = np.ones_like(x)
    top[~positive] = e[~positive]
    out = top / (1 + e)
    return out, out


def _sig_bwd(dout, cache):
    return dout * cache * (1 - cache)


def _tan_fwd(x):
    out = np.tanh(x)
    return out, out


def _tan_bwd(dout, cache):
    return dout * (1 - cache * cache)


_NONLIN = {"relu": (_rel_fwd, _rel_bwd), "sigmoid": (_sig_fwd, _sig_bwd), "tanh": (_tan_fwd, _tan_bwd)}


def _aff_act_fwd(x, w, b, kind):
    a, fc_cache = _aff_fwd(x, w, b)
    out, act_cache = _NONLIN[kind][0](a)
    return out, (a, fc_cache, act_cache)


def _aff_act_bwd(dout, cache, kind):
    _, fc_cache, act_cache = cache
    da = _NONLIN[kind][1](dout, act_cache)
    return _aff_bwd(da, fc_cache)


def _soft_loss(scores, labels):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    probs = np.exp(log_probs)
    N = scores.shape[0]
    loss = -np.sum(log_probs[np.arange(N), labels]) / N
    dscores = probs.copy()
    dscores[np.arange(N), labels] -= 1
    dscores /= N
    return loss, dscores, probs


class FullyConnected_:
    def __init__(self, pairs, kind="relu"):
        self.kind, self.num_layers, self.params = kind, len(pairs), {}
        for i, (W, b) in enumerate(pairs):
            self.params[f"W{i + 1}"], self.params[f"b{i + 1}"] = W, b

    def scores(self, X):
        caches, out = [], X
        for i in range(1, self.num_layers):
            out, cache = _aff_act_fwd(out, self.params[f"W{i}"], self.params[f"b{i}"], self.kind)
            caches.append(cache)
        L = self.num_layers
        out, cache = _aff_fwd(out, self.params[f"W{L}"], self.params[f"b{L}"])
        caches.append(cache)
        return out, caches

    def loss(self, X, labels=None):
        scores, caches = self.scores(X)
        if labels is None:
            return scores
        loss, dout, _ = _soft_loss(scores, labels)
        grads, L = {}, self.num_layers
        dout, grads[f"W{L}"], grads[f"b{L}"] = _aff_bwd(dout, caches.pop())
        for i in range(L - 1, 0, -1):
            dout, grads[f"W{i}"], grads[f"b{i}"] = _aff_act_bwd(dout, caches.pop(), self.kind)
        return loss, grads

    def as_pairs(self, table):
        return [(table[f"W{i}"], table[f"b{i}"]) for i in range(1, self.num_layers + 1)]


def _sgd_rule(w, dw, config):
    return w - config["learning_rate"] * dw, config


class Solver_:
    def __init__(self, model, X, labels, num_epochs, batch_size, rng, optim_config):
        self.model, self.X, self.labels, self.rng = model, X, labels, rng
        self.num_epochs, self.batch_size, self.optim_config = num_epochs, batch_size, optim_config
        self.loss_history, self.epoch_losses = [], []

    def _step(self, batch_mask):
        loss, grads = self.model.loss(self.X[batch_mask], self.labels[batch_mask])
        self.loss_history.append(loss)
        for p in list(self.model.params):
            self.model.params[p], self.optim_config = _sgd_rule(self.model.params[p], grads[p], self.optim_config)

    def train(self):
        N = self.X.shape[0]
        iterations_per_epoch = -(-N // self.batch_size)
        for _ in range(self.num_epochs):
            order = self.rng.permutation(N)
            for k in range(iterations_per_epoch):
                self._step(order[k * self.batch_size:(k + 1) * self.batch_size])
            self.epoch_losses.append(float(np.mean(self.loss_history[-iterations_per_epoch:])))


def affine_forward(z, W, b):
    return _aff_fwd(z, W, b)[0]


def sigmoid_forward(u):
    return _sig_fwd(u)[0]


def tanh_forward(u):
    return _tan_fwd(u)[0]


def relu_forward(u):
    return _rel_fwd(u)[0]


def merge_affine(W1, b1, W2, b2):
    return W1.dot(W2), b1.dot(W2) + b2


def softmax(u):
    e = np.exp(u - u.max(axis=1)[:, np.newaxis])
    return e / e.sum(axis=1)[:, np.newaxis]


def cross_entropy(y, t):
    N = y.shape[0]
    correct = y[np.arange(N), np.argmax(t, axis=1)]
    return np.sum(-np.log(correct)) / N


def softmax_cross_entropy_forward(u, t):
    loss, _, probs = _soft_loss(u, np.argmax(t, axis=1))
    return loss, probs


def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        ix = it.multi_index
        old = x[ix].copy()
        x[ix] = old + eps
        pos = f(x)
        x[ix] = old - eps
        neg = f(x)
        x[ix] = old
        grad[ix] = (pos - neg) / (2 * eps)
    return grad


def add_backward(dz):
    dx = 1.0 * dz
    dy = 1.0 * dz
    return dx, dy


def multiply_backward(dz, x, y):
    cache = (x, y)
    return cache[1] * dz, cache[0] * dz


def sigmoid_backward(dz, u):
    return _sig_bwd(dz, _sig_fwd(u)[1])


def tanh_backward(dz, u):
    return _tan_bwd(dz, _tan_fwd(u)[1])


def relu_backward(dz, u):
    return _rel_bwd(dz, _rel_fwd(u)[1])


def affine_backward(du, z, W):
    return _aff_bwd(du, (z, W, None))


def softmax_cross_entropy_backward(y, t):
    N = y.shape[0]
    dscores = y.copy()
    dscores[np.arange(N), np.argmax(t, axis=1)] -= 1
    return dscores / N


def network_forward(x, params, activation="relu"):
    model = FullyConnected_(params, activation)
    scores, caches = model.scores(x)
    us = [cache[0] for cache in caches[:-1]] + [scores]
    zs = [cache[1][0] for cache in caches[:-1]] + [caches[-1][0]]
    return us, zs


def network_backward(x, t, params, activation="relu"):
    model = FullyConnected_(params, activation)
    _, grads = model.loss(x, np.argmax(t, axis=1))
    return model.as_pairs(grads)


def fix_backward(x, t, params):
    model = FullyConnected_(params)
    return model.as_pairs(model.loss(x, t.argmax(axis=1))[1])


def sgd_step(params, grads, lr):
    config = {"learning_rate": lr}
    return [(_sgd_rule(W, dW, config)[0], _sgd_rule(b, db, config)[0]) for (W, b), (dW, db) in zip(params, grads)]


def train(x, t, params, lr, epochs, batch_size, rng):
    model = FullyConnected_(params)
    solver = Solver_(model, x, np.argmax(t, axis=1), epochs, batch_size, rng, {"learning_rate": lr})
    solver.train()
    return model.as_pairs(model.params), solver.epoch_losses


def l2_gradient(params, grads, weight_decay):
    reg = weight_decay
    return [(dW + 0.5 * reg * 2 * W, 1.0 * db) for (W, _), (dW, db) in zip(params, grads)]


def k_fold(n, k, rng):
    folds = np.array_split(rng.permutation(n), k)
    return [(np.hstack(folds[:i] + folds[i + 1:]), folds[i]) for i in range(k)]


# %% deeplearning_ai_columns: deeplearning.ai specialization: samples are columns, parameters["W1"], linear_activation_forward/backward with (linear_cache, activation_cache), 1/m in linear_backward of the model, random_mini_batches
def _dl_sigmoid(Z):
    A = np.exp(-np.logaddexp(0.0, -Z))
    return A, Z


def _dl_relu(Z):
    A = np.maximum(0, Z)
    assert A.shape == Z.shape
    return A, Z


def _dl_tanh(Z):
    return np.tanh(Z), Z


def _dl_softmax(Z):
    e = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True), Z


_dl_act = {"sigmoid": _dl_sigmoid, "relu": _dl_relu, "tanh": _dl_tanh, "softmax": _dl_softmax}


def _dl_sigmoid_backward(dA, cache):
    s, _ = _dl_sigmoid(cache)
    return dA * s * (1 - s)


def _dl_relu_backward(dA, cache):
    dZ = np.array(dA, copy=True)
    dZ[cache <= 0] = 0
    return dZ


def _dl_tanh_backward(dA, cache):
    return dA * (1 - np.power(np.tanh(cache), 2))


_dl_act_backward = {"sigmoid": _dl_sigmoid_backward, "relu": _dl_relu_backward, "tanh": _dl_tanh_backward}


def linear_forward(A_prev, W, b):
    return np.dot(W, A_prev) + b, (A_prev, W, b)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = (1.0 / m) * np.dot(dZ, A_prev.T)
    db = (1.0 / m) * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    assert dA_prev.shape == A_prev.shape and dW.shape == W.shape and db.shape == b.shape
    return dA_prev, dW, db


def linear_activation_forward(A_prev, W, b, kind):
    Z, linear_cache = linear_forward(A_prev, W, b)
    A, activation_cache = _dl_act[kind](Z)
    return A, (linear_cache, activation_cache)


def linear_activation_backward(dA, cache, kind):
    linear_cache, activation_cache = cache
    dZ = _dl_act_backward[kind](dA, activation_cache)
    return linear_backward(dZ, linear_cache)


def _to_parameters(pairs):
    parameters = {}
    for l, (W, b) in enumerate(pairs, start=1):
        parameters["W" + str(l)] = W.T
        parameters["b" + str(l)] = b.reshape(-1, 1)
    return parameters


def _to_pairs(table, prefix=""):
    L = len(table) // 2
    return [(table[f"{prefix}W{l}"].T.copy(), table[f"{prefix}b{l}"].ravel()) for l in range(1, L + 1)]


def L_model_forward(X, parameters, kind):
    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L):
        A, cache = linear_activation_forward(A, parameters["W" + str(l)], parameters["b" + str(l)], kind)
        caches.append(cache)
    AL, cache = linear_activation_forward(A, parameters["W" + str(L)], parameters["b" + str(L)], "softmax")
    caches.append(cache)
    return AL, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    return float(np.squeeze(-(1.0 / m) * np.sum(np.log(np.sum(Y * AL, axis=0)))))


def L_model_backward(AL, Y, caches, kind):
    grads, L = {}, len(caches)
    dZ = AL - Y
    dA, grads["dW" + str(L)], grads["db" + str(L)] = linear_backward(dZ, caches[L - 1][0])
    for l in reversed(range(L - 1)):
        dA, grads["dW" + str(l + 1)], grads["db" + str(l + 1)] = linear_activation_backward(dA, caches[l], kind)
    return grads


def update_parameters(parameters, grads, learning_rate):
    return {key: value - learning_rate * grads["d" + key] for key, value in parameters.items()}


def random_mini_batches(X, Y, size, rng):
    m = X.shape[1]
    permutation = list(rng.permutation(m))
    shuffled_X, shuffled_Y = X[:, permutation], Y[:, permutation]
    complete = m // size
    batches = [
        (shuffled_X[:, k * size:(k + 1) * size], shuffled_Y[:, k * size:(k + 1) * size]) for k in range(complete)
    ]
    if m % size != 0:
        batches.append((shuffled_X[:, complete * size:], shuffled_Y[:, complete * size:]))
    return batches


def affine_forward(z, W, b):
    Z, _ = linear_forward(z.T, W.T, b.reshape(-1, 1))
    return Z.T


def sigmoid_forward(u):
    return _dl_sigmoid(u.T)[0].T


def tanh_forward(u):
    return _dl_tanh(u.T)[0].T


def relu_forward(u):
    return _dl_relu(u.T)[0].T


def merge_affine(W1, b1, W2, b2):
    W, c = W2.T @ W1.T, W2.T @ b1.reshape(-1, 1) + b2.reshape(-1, 1)
    return W.T, c.ravel()


def softmax(u):
    return _dl_softmax(u.T)[0].T


def cross_entropy(y, t):
    return compute_cost(y.T, t.T)


def softmax_cross_entropy_forward(u, t):
    Z, Y = u.T, t.T
    shifted = Z - Z.max(axis=0, keepdims=True)
    logA = shifted - np.log(np.sum(np.exp(shifted), axis=0, keepdims=True))
    m = Y.shape[1]
    return float(-np.sum(Y * logA) / m), np.exp(logA).T


def numerical_gradient(f, x, eps=1e-5):
    theta = np.reshape(x, (-1, 1))
    J_plus, J_minus = np.zeros((theta.shape[0], 1)), np.zeros((theta.shape[0], 1))
    for i in range(theta.shape[0]):
        theta_plus = np.copy(theta)
        theta_plus[i, 0] += eps
        J_plus[i] = f(theta_plus.reshape(x.shape))
        theta_minus = np.copy(theta)
        theta_minus[i, 0] -= eps
        J_minus[i] = f(theta_minus.reshape(x.shape))
    gradapprox = (J_plus - J_minus) / (2.0 * eps)
    return gradapprox.reshape(x.shape)


def sigmoid_backward(dz, u):
    return _dl_sigmoid_backward(dz.T, u.T).T


def tanh_backward(dz, u):
    return _dl_tanh_backward(dz.T, u.T).T


def relu_backward(dz, u):
    return _dl_relu_backward(dz.T, u.T).T


def affine_backward(du, z, W):
    dZ, A_prev, Wc = du.T, z.T, W.T
    dWc = np.dot(dZ, A_prev.T)
    dbc = np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(Wc.T, dZ)
    return dA_prev.T, dWc.T, dbc.ravel()


def softmax_cross_entropy_backward(y, t):
    AL, Y = y.T, t.T
    m = Y.shape[1]
    return ((1.0 / m) * (AL - Y)).T


def network_forward(x, params, activation="relu"):
    _, caches = L_model_forward(x.T, _to_parameters(params), activation)
    us = [activation_cache.T for _, activation_cache in caches]
    zs = [linear_cache[0].T for linear_cache, _ in caches]
    return us, zs


def network_backward(x, t, params, activation="relu"):
    AL, caches = L_model_forward(x.T, _to_parameters(params), activation)
    return _to_pairs(L_model_backward(AL, t.T, caches, activation), prefix="d")


def fix_backward(x, t, params):
    AL, caches = L_model_forward(x.T, _to_parameters(params), "relu")
    return _to_pairs(L_model_backward(AL, t.T, caches, "relu"), prefix="d")


def sgd_step(params, grads, lr):
    table = {"d" + key: value for key, value in _to_parameters(grads).items()}
    return _to_pairs(update_parameters(_to_parameters(params), table, lr))


def train(x, t, params, lr, epochs, batch_size, rng):
    X, Y = x.T, t.T
    m = X.shape[1]
    parameters, costs = _to_parameters(params), []
    for _ in range(epochs):
        cost_total = 0.0
        for minibatch_X, minibatch_Y in random_mini_batches(X, Y, batch_size, rng):
            AL, caches = L_model_forward(minibatch_X, parameters, "relu")
            cost_total += compute_cost(AL, minibatch_Y) * minibatch_X.shape[1]
            grads = L_model_backward(AL, minibatch_Y, caches, "relu")
            parameters = update_parameters(parameters, grads, lr)
        costs.append(cost_total / m)
    return _to_pairs(parameters), costs


def l2_gradient(params, grads, weight_decay):
    lambd = weight_decay
    return [(dW + lambd * W, np.array(db, copy=True)) for (W, b), (dW, db) in zip(params, grads)]


# %% nielsen_per_sample: Nielsen's "Neural Networks and Deep Learning": Network with lists of column biases and weights, backprop of one sample, nabla_b/nabla_w added up over a mini batch, list of (x, y) shuffled each epoch
def sigma_(z):
    return np.where(z >= 0, 1.0, np.exp(np.minimum(z, 0))) / (1.0 + np.exp(-np.abs(z)))


def sigma_prime_(z):
    return sigma_(z) * (1 - sigma_(z))


_kinds = {
    "sigmoid": (sigma_, sigma_prime_),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0).astype(float)),
}


def _soft_column(z):
    e = np.exp(z - z.max())
    return e / e.sum()


class NielsenNetwork:
    def __init__(self, pairs, kind="relu"):
        self.num_layers = len(pairs) + 1
        self.biases = [b.reshape(-1, 1) for _, b in pairs]
        self.weights = [W.T for W, _ in pairs]
        self.h, self.h_prime = _kinds[kind]

    def feedforward(self, a):
        """All weighted inputs and all activations of one column a."""
        activations, zs = [a], []
        for b, w in zip(self.biases, self.weights):
            zs.append(np.dot(w, activations[-1]) + b)
            activations.append(self.h(zs[-1]))
        activations[-1] = _soft_column(zs[-1])
        return zs, activations

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        zs, activations = self.feedforward(x)
        delta = activations[-1] - y
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * self.h_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return nabla_b, nabla_w

    def nablas(self, mini_batch):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        return nabla_b, nabla_w

    def update_mini_batch(self, mini_batch, eta):
        nabla_b, nabla_w = self.nablas(mini_batch)
        self.weights = [w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b)]

    def total_cost(self, data):
        cost = 0.0
        for x, y in data:
            a = self.feedforward(x)[1][-1]
            cost += -np.log(a[np.argmax(y), 0]) / len(data)
        return float(cost)

    def SGD(self, training_data, epochs, mini_batch_size, eta, rng):
        training_data = list(training_data)
        n, costs = len(training_data), []
        for _ in range(epochs):
            rng.shuffle(training_data)
            for k in range(0, n, mini_batch_size):
                self.update_mini_batch(training_data[k:k + mini_batch_size], eta)
            costs.append(self.total_cost(training_data))
        return costs

    def pairs(self):
        return [(w.T.copy(), b.ravel().copy()) for w, b in zip(self.weights, self.biases)]


def _columns(rows):
    return [row.reshape(-1, 1) for row in rows]


def _rows(columns):
    return np.hstack(columns).T


def affine_forward(z, W, b):
    return _rows([np.dot(W.T, a) + b.reshape(-1, 1) for a in _columns(z)])


def sigmoid_forward(u):
    return sigma_(u)


def tanh_forward(u):
    return np.tanh(u)


def relu_forward(u):
    return _kinds["relu"][0](u)


def softmax(u):
    return _rows([_soft_column(c) for c in _columns(u)])


def cross_entropy(y, t):
    return sum(-np.log(a[np.argmax(b)]) for a, b in zip(y, t)) / len(y)


def sigmoid_backward(dz, u):
    return dz * sigma_prime_(u)


def tanh_backward(dz, u):
    return dz * _kinds["tanh"][1](u)


def relu_backward(dz, u):
    return dz * _kinds["relu"][1](u)


def affine_backward(du, z, W):
    nabla_w, nabla_b, dz = np.zeros(W.T.shape), np.zeros((W.shape[1], 1)), []
    for delta, a in zip(_columns(du), _columns(z)):
        nabla_b = nabla_b + delta
        nabla_w = nabla_w + np.dot(delta, a.transpose())
        dz.append(np.dot(W, delta))
    return _rows(dz), nabla_w.T, nabla_b.ravel()


def softmax_cross_entropy_backward(y, t):
    return _rows([(a - b) / len(y) for a, b in zip(_columns(y), _columns(t))])


def network_forward(x, params, activation="relu"):
    net = NielsenNetwork(params, activation)
    runs = [net.feedforward(a) for a in _columns(x)]
    us = [_rows([run[0][l] for run in runs]) for l in range(len(params))]
    zs = [_rows([run[1][l] for run in runs]) for l in range(len(params))]
    return us, zs


def network_backward(x, t, params, activation="relu"):
    net = NielsenNetwork(params, activation)
    nabla_b, nabla_w = net.nablas(list(zip(_columns(x), _columns(t))))
    return [(nw.T / len(x), nb.ravel() / len(x)) for nb, nw in zip(nabla_b, nabla_w)]


def fix_backward(x, t, params):
    net = NielsenNetwork(params)
    nabla_b, nabla_w = net.nablas(list(zip(_columns(x), _columns(t))))
    return [(nw.T / len(x), nb.ravel() / len(x)) for nb, nw in zip(nabla_b, nabla_w)]


def train(x, t, params, lr, epochs, batch_size, rng):
    net = NielsenNetwork(params)
    costs = net.SGD(zip(_columns(x), _columns(t)), epochs, batch_size, lr, rng)
    return net.pairs(), costs


def l2_gradient(params, grads, weight_decay):
    lmbda = weight_decay
    return [(nw + lmbda * w, nb + 0.0) for (w, b), (nw, nb) in zip(params, grads)]


# %% tinygrad_tensor: micrograd/tinygrad lecture lifted to arrays: a Tensor with data, grad, _prev and _backward closures, topological sort, un-broadcasting; every backward of the contract is one tiny graph
def _fold_back(g, shape):
    """Sum g over the axes that broadcasting stretched."""
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


class Tensor_:
    def __init__(self, data, _children=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev = _children
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Tensor_) else Tensor_(other)
        out = Tensor_(self.data + other.data, (self, other))

        def _backward():
            self.grad = self.grad + _fold_back(out.grad, self.data.shape)
            other.grad = other.grad + _fold_back(out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor_) else Tensor_(other)
        out = Tensor_(self.data * other.data, (self, other))

        def _backward():
            self.grad = self.grad + _fold_back(other.data * out.grad, self.data.shape)
            other.grad = other.grad + _fold_back(self.data * out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor_(self.data @ other.data, (self, other))

        def _backward():
            self.grad = self.grad + out.grad @ other.data.T
            other.grad = other.grad + self.data.T @ out.grad

        out._backward = _backward
        return out

    def _unary(self, value, slope):
        out = Tensor_(value, (self,))

        def _backward():
            self.grad = self.grad + slope * out.grad

        out._backward = _backward
        return out

    def exp(self):
        e = np.exp(self.data)
        return self._unary(e, e)

    def log(self):
        return self._unary(np.log(self.data), 1 / self.data)

    def tanh(self):
        v = np.tanh(self.data)
        return self._unary(v, 1 - v * v)

    def relu(self):
        return self._unary(np.where(self.data > 0, self.data, 0.0), (self.data > 0) * 1.0)

    def sigmoid(self):
        return ((self * 0.5).tanh() + 1.0) * 0.5

    def sum(self, axis=None, keepdims=False):
        out = Tensor_(self.data.sum(axis=axis, keepdims=keepdims), (self,))

        def _backward():
            g = out.grad
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            self.grad = self.grad + np.broadcast_to(g, self.data.shape)

        out._backward = _backward
        return out

    def log_softmax(self):
        shifted = self + (-self.data.max(axis=1, keepdims=True))
        return shifted + shifted.exp().sum(axis=1, keepdims=True).log() * -1.0

    def backward(self, seed=1.0):
        topo, visited = [], set()

        def build(v):
            if id(v) not in visited:
                visited.add(id(v))
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = np.array(np.broadcast_to(seed, self.data.shape), dtype=float)
        for v in reversed(topo):
            v._backward()


class MLP_:
    def __init__(self, pairs, kind="relu"):
        self.layers = [(Tensor_(W), Tensor_(b)) for W, b in pairs]
        self.kind = kind

    def __call__(self, x):
        us, zs, h = [], [], Tensor_(x)
        for i, (W, b) in enumerate(self.layers):
            zs.append(h)
            us.append(h @ W + b)
            if i < len(self.layers) - 1:
                h = getattr(us[-1], self.kind)()
        return us, zs

    def loss(self, x, t):
        logits = self(x)[0][-1]
        return (logits.log_softmax() * t).sum() * (-1.0 / len(x))

    def parameters(self):
        return [p for pair in self.layers for p in pair]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = np.zeros_like(p.data)

    def grads(self):
        return [(W.grad, b.grad) for W, b in self.layers]


def affine_forward(z, W, b):
    return (Tensor_(z) @ Tensor_(W) + Tensor_(b)).data


def sigmoid_forward(u):
    return Tensor_(u).sigmoid().data


def tanh_forward(u):
    return Tensor_(u).tanh().data


def relu_forward(u):
    return Tensor_(u).relu().data


def merge_affine(W1, b1, W2, b2):
    W1, W2 = Tensor_(W1), Tensor_(W2)
    return (W1 @ W2).data, (Tensor_(b1[None, :]) @ W2 + b2).data[0]


def softmax(u):
    return Tensor_(u).log_softmax().exp().data


def cross_entropy(y, t):
    return float(((Tensor_(y).log() * t).sum() * (-1.0 / y.shape[0])).data)


def softmax_cross_entropy_forward(u, t):
    logp = Tensor_(u).log_softmax()
    return float(((logp * t).sum() * (-1.0 / u.shape[0])).data), logp.exp().data


def add_backward(dz):
    x, y = Tensor_(np.zeros_like(dz)), Tensor_(np.zeros_like(dz))
    (x + y).backward(dz)
    return x.grad, y.grad


def multiply_backward(dz, x, y):
    x, y = Tensor_(x), Tensor_(y)
    (x * y).backward(dz)
    return x.grad, y.grad


def _pull(method, dz, u):
    leaf = Tensor_(u)
    getattr(leaf, method)().backward(dz)
    return leaf.grad


def sigmoid_backward(dz, u):
    return _pull("sigmoid", dz, u)


def tanh_backward(dz, u):
    return _pull("tanh", dz, u)


def relu_backward(dz, u):
    return _pull("relu", dz, u)


def affine_backward(du, z, W):
    z, W, b = Tensor_(z), Tensor_(W), Tensor_(np.zeros(W.shape[1]))
    (z @ W + b).backward(du)
    return z.grad, W.grad, b.grad


def softmax_cross_entropy_backward(y, t):
    u = Tensor_(np.log(np.maximum(y, 1e-300)))  # logits, up to a constant of the row
    ((u.log_softmax() * t).sum() * (-1.0 / y.shape[0])).backward()
    return u.grad


def network_forward(x, params, activation="relu"):
    us, zs = MLP_(params, activation)(x)
    return [u.data for u in us], [z.data for z in zs]


def network_backward(x, t, params, activation="relu"):
    model = MLP_(params, activation)
    model.loss(x, t).backward()
    return model.grads()


def fix_backward(x, t, params):
    model = MLP_(params)
    model.loss(x, t).backward()
    return model.grads()


def sgd_step(params, grads, lr):
    model = MLP_(params)
    for (W, b), (W.grad, b.grad) in zip(model.layers, grads):
        W.data = W.data - lr * W.grad
        b.data = b.data - lr * b.grad
    return [(W.data, b.data) for W, b in model.layers]


def train(x, t, params, lr, epochs, batch_size, rng):
    model, losses = MLP_(params), []
    for _ in range(epochs):
        perm, seen = rng.permutation(len(x)), []
        for i in range(0, len(x), batch_size):
            ix = perm[i:i + batch_size]
            loss = model.loss(x[ix], t[ix])
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data = p.data - lr * p.grad
            seen.append(float(loss.data))
        losses.append(sum(seen) / len(seen))
    return [(W.data, b.data) for W, b in model.layers], losses


def l2_gradient(params, grads, weight_decay):
    out = []
    for (W, b), (dW, db) in zip(params, grads):
        leaf = Tensor_(W)
        ((leaf * leaf).sum() * (0.5 * weight_decay)).backward()
        out.append((dW + leaf.grad, db.copy()))
    return out


# %% micrograd_scalar: micrograd proper: a scalar Value with operators and _backward closures, one graph per element or per row (the element-wise and loss questions only; slow in Python)
class Value_:
    def __init__(self, data, _children=()):
        self.data = float(data)
        self.grad = 0.0
        self._prev = _children
        self._backward = None

    def __add__(self, other):
        other = other if isinstance(other, Value_) else Value_(other)
        out = Value_(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value_) else Value_(other)
        out = Value_(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, k):
        out = Value_(self.data**k, (self,))

        def _backward():
            self.grad += k * self.data ** (k - 1) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    def exp(self):
        out = Value_(np.exp(self.data), (self,))

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def log(self):
        out = Value_(np.log(self.data), (self,))

        def _backward():
            self.grad += out.grad / self.data

        out._backward = _backward
        return out

    def relu(self):
        out = Value_(self.data if self.data > 0 else 0.0, (self,))

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        e = np.exp(-2.0 * abs(self.data))
        v = (1 - e) / (1 + e)
        out = Value_(v if self.data >= 0 else -v, (self,))

        def _backward():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def sigmoid(self):
        if self.data >= 0:
            return ((-self).exp() + 1.0) ** -1
        e = self.exp()
        return e / (e + 1.0)

    def backward(self, seed=1.0):
        topo, done, stack = [], set(), [(self, False)]
        while stack:
            node, expanded = stack.pop()
            if expanded:
                topo.append(node)
            elif node not in done:
                done.add(node)
                stack.append((node, True))
                stack.extend((child, False) for child in node._prev)
        self.grad = float(seed)
        for node in reversed(topo):
            if node._backward is not None:
                node._backward()


def _map_value(method, u):
    out = np.zeros(u.shape)
    for i in np.ndindex(u.shape):
        out[i] = getattr(Value_(u[i]), method)().data
    return out


def _map_grad(method, dz, u):
    du = np.zeros(u.shape)
    for i in np.ndindex(u.shape):
        leaf = Value_(u[i])
        getattr(leaf, method)().backward(dz[i])
        du[i] = leaf.grad
    return du


def _row_loss(logits, target):
    """-log p of the target for one row of Values."""
    top = max(v.data for v in logits)
    total = Value_(0.0)
    for v in logits:
        total = total + (v + (-top)).exp()
    return total.log() - (logits[target] + (-top))


def sigmoid_forward(u):
    return _map_value("sigmoid", u)


def tanh_forward(u):
    return _map_value("tanh", u)


def relu_forward(u):
    return _map_value("relu", u)


def softmax(u):
    out = np.zeros(u.shape)
    for n, row in enumerate(u):
        exps = [Value_(v - row.max()).exp() for v in row]
        total = sum(exps[1:], exps[0])
        out[n] = [(e / total).data for e in exps]
    return out


def cross_entropy(y, t):
    E = Value_(0.0)
    for row, target in zip(y, t.argmax(axis=1)):
        E = E - Value_(row[target]).log()
    return (E * (1.0 / len(y))).data


def softmax_cross_entropy_forward(u, t):
    E = Value_(0.0)
    for row, target in zip(u, t.argmax(axis=1)):
        E = E + _row_loss([Value_(v) for v in row], target)
    return (E * (1.0 / len(u))).data, softmax(u)


def add_backward(dz):
    g = np.asarray(dz, dtype=float)
    dx, dy = np.zeros(g.shape), np.zeros(g.shape)
    for i in np.ndindex(g.shape):
        a, b = Value_(0.0), Value_(0.0)
        (a + b).backward(g[i])
        dx[i], dy[i] = a.grad, b.grad
    return dx, dy


def multiply_backward(dz, x, y):
    g, p, q = (np.asarray(v, dtype=float) for v in (dz, x, y))
    dx, dy = np.zeros(p.shape), np.zeros(q.shape)
    for i in np.ndindex(g.shape):
        a, b = Value_(p[i]), Value_(q[i])
        (a * b).backward(g[i])
        dx[i], dy[i] = a.grad, b.grad
    return dx, dy


def sigmoid_backward(dz, u):
    return _map_grad("sigmoid", dz, u)


def tanh_backward(dz, u):
    return _map_grad("tanh", dz, u)


def relu_backward(dz, u):
    return _map_grad("relu", dz, u)


def softmax_cross_entropy_backward(y, t):
    N = len(y)
    du = np.zeros(y.shape)
    for n, target in enumerate(t.argmax(axis=1)):
        logits = [Value_(np.log(max(p, 1e-300))) for p in y[n]]
        _row_loss(logits, target).backward(1.0 / N)
        du[n] = [v.grad for v in logits]
    return du


# %% makemore_manual: makemore part 4 ("backprop ninja"): every intermediate of the forward pass has a name and its own d-line backwards, then the analytically simplified cross entropy
def affine_forward(z, W, b):
    zW = z @ W
    u = zW + b
    return u


def sigmoid_forward(u):
    size = np.abs(u)
    neg = -size
    e = np.exp(neg)
    denom = 1 + e
    denom_inv = denom**-1
    num = np.where(u >= 0, np.ones_like(u), e)
    out = num * denom_inv
    return out


def tanh_forward(u):
    h = np.tanh(u)
    return h


def relu_forward(u):
    gate = (u > 0).astype(float)
    h = gate * u
    return h


def merge_affine(W1, b1, W2, b2):
    W = W1 @ W2
    b1W2 = b1 @ W2
    b = b1W2 + b2
    return W, b


def softmax(u):
    logit_maxes = u.max(1, keepdims=True)
    norm_logits = u - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    counts_sum_inv = counts_sum**-1
    probs = counts * counts_sum_inv
    return probs


def cross_entropy(y, t):
    n = y.shape[0]
    Yb = t.argmax(1)
    logprobs = np.log(y)
    loss = -logprobs[range(n), Yb].mean()
    return loss


def softmax_cross_entropy_forward(u, t):
    n = u.shape[0]
    Yb = t.argmax(1)
    logit_maxes = u.max(1, keepdims=True)
    norm_logits = u - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    logprobs = norm_logits - np.log(counts_sum)
    loss = -logprobs[range(n), Yb].mean()
    probs = np.exp(logprobs)
    return loss, probs


def multiply_backward(dz, x, y):
    dx = y * dz
    dy = x * dz
    return dx, dy


def sigmoid_backward(dz, u):
    # forward
    size = np.abs(u)
    neg = -size
    e = np.exp(neg)
    denom = 1 + e
    denom_inv = denom**-1
    right = u >= 0
    num = np.where(right, np.ones_like(u), e)
    # backward
    dnum = denom_inv * dz
    ddenom_inv = num * dz
    ddenom = -(denom**-2) * ddenom_inv
    de = 1.0 * ddenom
    de = de + np.where(right, 0.0, dnum)
    dneg = e * de
    dsize = -dneg
    du = np.where(right, 1.0, -1.0) * dsize
    return du


def tanh_backward(dz, u):
    h = np.tanh(u)
    du = (1.0 - h**2) * dz
    return du


def relu_backward(dz, u):
    gate = (u > 0).astype(float)
    du = gate * dz
    return du


def affine_backward(du, z, W):
    dzW = du.copy()
    db = du.sum(0)
    dz = dzW @ W.T
    dW = z.T @ dzW
    return dz, dW, db


def softmax_cross_entropy_backward(y, t):
    n = y.shape[0]
    Yb = t.argmax(1)
    dlogits = y.copy()
    dlogits[range(n), Yb] -= 1
    dlogits /= n
    return dlogits


def network_forward(x, params, activation="relu"):
    hpreacts, acts = [], [x]
    for k, (W, b) in enumerate(params):
        hW = acts[-1] @ W
        hpreact = hW + b
        hpreacts.append(hpreact)
        if k == len(params) - 1:
            break
        if activation == "relu":
            h = np.maximum(hpreact, 0)
        elif activation == "tanh":
            h = np.tanh(hpreact)
        else:
            h = 0.5 + 0.5 * np.tanh(0.5 * hpreact)
        acts.append(h)
    return hpreacts, acts


def network_backward(x, t, params, activation="relu"):
    n = x.shape[0]
    Yb = t.argmax(1)
    # forward, in chunks that are easy to go back through one at a time
    hpreacts, acts = network_forward(x, params, activation)
    logits = hpreacts[-1]
    logit_maxes = logits.max(1, keepdims=True)
    norm_logits = logits - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    log_counts_sum = np.log(counts_sum)
    # loss = -(norm_logits - log_counts_sum)[range(n), Yb].mean()
    dlogprobs = np.zeros_like(logits)
    dlogprobs[range(n), Yb] = -1.0 / n
    dnorm_logits = dlogprobs.copy()
    dlog_counts_sum = -dlogprobs.sum(1, keepdims=True)
    dcounts_sum = (1.0 / counts_sum) * dlog_counts_sum
    dcounts = np.ones_like(counts) * dcounts_sum
    dnorm_logits += counts * dcounts
    dlogits = dnorm_logits.copy()
    dlogit_maxes = -dnorm_logits.sum(1, keepdims=True)
    dlogits += np.eye(logits.shape[1])[logits.argmax(1)] * dlogit_maxes
    grads = []
    dhpreact = dlogits
    for k in range(len(params) - 1, -1, -1):
        W, b = params[k]
        dhW = dhpreact.copy()
        db = dhpreact.sum(0)
        dW = acts[k].T @ dhW
        grads.append((dW, db))
        if k > 0:
            dh = dhW @ W.T
            h = acts[k]
            if activation == "relu":
                dhpreact = (h > 0) * dh
            elif activation == "tanh":
                dhpreact = (1.0 - h**2) * dh
            else:
                dhpreact = h * (1.0 - h) * dh
    return grads[::-1]


def fix_backward(x, t, params):
    return network_backward(x, t, params, "relu")


def sgd_step(params, grads, lr):
    out = []
    for (W, b), (dW, db) in zip(params, grads):
        new_W = W + -lr * dW
        new_b = b + -lr * db
        out.append((new_W, new_b))
    return out


def train(x, t, params, lr, epochs, batch_size, rng):
    lossi = []
    n = x.shape[0]
    for _ in range(epochs):
        ix = rng.permutation(n)
        for i in range(0, n, batch_size):
            Xb, Tb = x[ix[i:i + batch_size]], t[ix[i:i + batch_size]]
            params = sgd_step(params, network_backward(Xb, Tb, params), lr)
        logits = network_forward(x, params)[0][-1]
        lossi.append(float(softmax_cross_entropy_forward(logits, t)[0]))
    return params, lossi


# %% fastai_dot_g: fast.ai "foundations" lesson: Module objects called on arrays that carry their gradient as .g, backward writes inp.g from out.g, Model of layers with a loss
class GArray(np.ndarray):
    """An array with a slot for its gradient."""

    g = None


def gtensor(a):
    return np.asarray(a, dtype=float).view(GArray)


def plain(a):
    return np.array(a, subok=False)


class FModule:
    def __call__(self, *args):
        self.args = args
        self.out = gtensor(self.forward(*args))
        return self.out

    def backward(self):
        self.bwd(self.out, *self.args)


class FLin(FModule):
    def __init__(self, w, b):
        self.w, self.b = gtensor(w), gtensor(b)

    def forward(self, inp):
        return inp @ self.w + self.b

    def bwd(self, out, inp):
        inp.g = out.g @ self.w.T
        self.w.g = inp.T @ out.g
        self.b.g = out.g.sum(0)


class FRelu(FModule):
    def forward(self, inp):
        return inp.clip(0.0, None)

    def bwd(self, out, inp):
        inp.g = (inp > 0).astype(float) * out.g


class FSigmoid(FModule):
    def forward(self, inp):
        return 1.0 / (1.0 + np.exp(-inp.clip(-500.0, 500.0)))

    def bwd(self, out, inp):
        inp.g = out * (1 - out) * out.g


class FTanh(FModule):
    def forward(self, inp):
        return np.tanh(inp)

    def bwd(self, out, inp):
        inp.g = (1 - out**2) * out.g


def _logsumexp(a):
    m = a.max(-1)
    return m + np.log(np.exp(a - m[:, None]).sum(-1))


def _log_softmax(a):
    return a - _logsumexp(a)[:, None]


class FCrossEntropy(FModule):
    def forward(self, inp, targ):
        self.logp = _log_softmax(inp)
        return -(self.logp[np.arange(len(targ)), targ]).mean()

    def bwd(self, out, inp, targ):
        one_hot = np.eye(inp.shape[1])[targ]
        inp.g = (np.exp(self.logp) - one_hot) / inp.shape[0]


_f_acts = {"relu": FRelu, "sigmoid": FSigmoid, "tanh": FTanh}


class FModel:
    def __init__(self, pairs, kind="relu"):
        self.layers = []
        for w, b in pairs:
            self.layers += [FLin(w, b), _f_acts[kind]()]
        self.layers.pop()
        self.loss = FCrossEntropy()

    def predict(self, x):
        x = gtensor(x)
        for l in self.layers:
            x = l(x)
        return x

    def __call__(self, x, targ):
        return self.loss(self.predict(x), targ)

    def backward(self):
        self.loss.backward()
        for l in reversed(self.layers):
            l.backward()

    def lins(self):
        return [l for l in self.layers if isinstance(l, FLin)]

    def grads(self):
        return [(plain(l.w.g), plain(l.b.g)) for l in self.lins()]


def _f_back(module, dz, u):
    inp = gtensor(u)
    module(inp)
    module.out.g = gtensor(dz)
    module.backward()
    return plain(inp.g)


def affine_forward(z, W, b):
    return plain(FLin(W, b)(gtensor(z)))


def sigmoid_forward(u):
    return plain(FSigmoid()(gtensor(u)))


def tanh_forward(u):
    return plain(FTanh()(gtensor(u)))


def relu_forward(u):
    return plain(FRelu()(gtensor(u)))


def softmax(u):
    return np.exp(_log_softmax(u))


def cross_entropy(y, t):
    return float(-np.log(y[np.arange(len(t)), t.argmax(-1)]).mean())


def softmax_cross_entropy_forward(u, t):
    crit = FCrossEntropy()
    loss = crit(gtensor(u), t.argmax(-1))
    return float(loss), plain(np.exp(crit.logp))


def sigmoid_backward(dz, u):
    return _f_back(FSigmoid(), dz, u)


def tanh_backward(dz, u):
    return _f_back(FTanh(), dz, u)


def relu_backward(dz, u):
    return _f_back(FRelu(), dz, u)


def affine_backward(du, z, W):
    lin = FLin(W, np.zeros(W.shape[-1]))
    dz = _f_back(lin, du, z)
    return dz, plain(lin.w.g), plain(lin.b.g)


def network_forward(x, params, activation="relu"):
    model = FModel(params, activation)
    model.predict(x)
    us = [plain(l.out) for l in model.lins()]
    zs = [plain(l.args[0]) for l in model.lins()]
    return us, zs


def network_backward(x, t, params, activation="relu"):
    model = FModel(params, activation)
    model(x, t.argmax(-1))
    model.backward()
    return model.grads()


def fix_backward(x, t, params):
    model = FModel(params)
    model(x, t.argmax(-1))
    model.backward()
    return model.grads()


class FLearner:
    def __init__(self, pairs, lr):
        self.pairs, self.lr = pairs, lr

    def one_batch(self, xb, yb):
        model = FModel(self.pairs)
        loss = model(xb, yb)
        model.backward()
        self.pairs = [(plain(l.w - l.w.g * self.lr), plain(l.b - l.b.g * self.lr)) for l in model.lins()]
        return float(loss), len(xb)

    def fit(self, x, y, epochs, bs, rng):
        history = []
        for _ in range(epochs):
            order, stats = rng.permutation(len(x)), []
            for i in range(0, len(x), bs):
                idx = order[i:min(i + bs, len(x))]
                stats.append(self.one_batch(x[idx], y[idx]))
            losses_, sizes_ = np.array(stats).T
            history.append(float((losses_ * sizes_).sum() / sizes_.sum()))
        return history


def sgd_step(params, grads, lr):
    out = []
    for (w, b), (w_g, b_g) in zip(params, grads):
        lin = FLin(w, b)
        lin.w.g, lin.b.g = w_g, b_g
        out.append(tuple(plain(p - lr * p.g) for p in (lin.w, lin.b)))
    return out


def train(x, t, params, lr, epochs, batch_size, rng):
    learn = FLearner(list(params), lr)
    history = learn.fit(x, t.argmax(-1), epochs, batch_size, rng)
    return learn.pairs, history


# %% d2l_plain: "Dive into Deep Learning" from-scratch chapters: plain functions, data_iter generator, Accumulator, y_hat[range(len(y_hat)), y], sgd returning new parameters, get_k_fold_data by slices
def data_iter(batch_size, features, labels, rng):
    num_examples = len(features)
    indices = list(range(num_examples))
    rng.shuffle(indices)
    for i in range(0, num_examples, batch_size):
        batch_indices = np.array(indices[i:min(i + batch_size, num_examples)])
        yield features[batch_indices], labels[batch_indices]


class Accumulator_:
    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def __getitem__(self, idx):
        return self.data[idx]


def linear(X, w, b):
    return np.matmul(X, w) + b


def sgd(tensors, gradients, lr):
    """Minibatch stochastic gradient descent; new arrays."""
    return [p - lr * g for p, g in zip(tensors, gradients)]


def affine_forward(z, W, b):
    return linear(z, W, b)


def sigmoid_forward(u):
    return np.where(u < 0, np.exp(-np.logaddexp(0, -u)), 1 / (1 + np.exp(-np.maximum(u, 0))))


def tanh_forward(u):
    return 2 * sigmoid_forward(2 * u) - 1


def relu_forward(u):
    a = np.zeros_like(u)
    return np.maximum(u, a)


def merge_affine(W1, b1, W2, b2):
    # H is never needed: (X W1 + b1) W2 + b2 = X W1 W2 + b1 W2 + b2
    return np.matmul(W1, W2), np.matmul(b1, W2) + b2


def softmax(u):
    X_exp = np.exp(u - u.max(1, keepdims=True))
    partition = X_exp.sum(1, keepdims=True)
    return X_exp / partition


def cross_entropy(y, t):
    y_hat, y = y, t.argmax(axis=1)
    return -np.log(y_hat[list(range(len(y_hat))), y]).mean()


def softmax_cross_entropy_forward(u, t):
    o = u - u.max(1, keepdims=True)
    lse = np.log(np.exp(o).sum(1, keepdims=True))
    log_y_hat = o - lse
    return -log_y_hat[list(range(len(u))), t.argmax(axis=1)].mean(), np.exp(log_y_hat)


def numerical_gradient(f, x, eps=1e-5):
    flat = x.reshape(-1)
    grad = []
    for i in range(flat.size):
        right, left = flat.copy(), flat.copy()
        right[i] += eps
        left[i] -= eps
        grad.append((f(right.reshape(x.shape)) - f(left.reshape(x.shape))) / (2 * eps))
    return np.array(grad).reshape(x.shape)


def add_backward(dz):
    return np.multiply(dz, 1.0), np.multiply(dz, 1.0)


def multiply_backward(dz, x, y):
    return np.multiply(dz, y), np.multiply(dz, x)


def sigmoid_backward(dz, u):
    y = sigmoid_forward(u)
    return dz * (y * (1 - y))


def tanh_backward(dz, u):
    return dz * (1 - tanh_forward(u) ** 2)


def relu_backward(dz, u):
    return dz * np.where(u > 0, 1.0, 0.0)


def affine_backward(du, z, W):
    return np.matmul(du, W.T), np.matmul(z.T, du), du.sum(axis=0)


def softmax_cross_entropy_backward(y, t):
    return (y - t) / len(y)


def network_forward(x, params, activation="relu"):
    h = {"relu": relu_forward, "sigmoid": sigmoid_forward, "tanh": tanh_forward}[activation]
    us, zs, H = [], [], x
    for i, (W, b) in enumerate(params):
        zs.append(H)
        O = linear(H, W, b)
        us.append(O)
        H = h(O)
    return us, zs


def network_backward(x, t, params, activation="relu"):
    back = {"relu": relu_backward, "sigmoid": sigmoid_backward, "tanh": tanh_backward}[activation]
    us, zs = network_forward(x, params, activation)
    dO = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for (W, b), H, i in list(zip(params, zs, range(len(params))))[::-1]:
        dH, dW, db = affine_backward(dO, H, W)
        grads = [(dW, db)] + grads
        if i:
            dO = back(dH, us[i - 1])
    return grads


def fix_backward(x, t, params):
    return network_backward(x, t, params)


def sgd_step(params, grads, lr):
    return [tuple(sgd(p, g, lr)) for p, g in zip(params, grads)]


def train_epoch_ch3(params, x, t, lr, batch_size, rng):
    metric = Accumulator_(2)
    for X, T in data_iter(batch_size, x, t, rng):
        us, _ = network_forward(X, params)
        l, _ = softmax_cross_entropy_forward(us[-1], T)
        params = sgd_step(params, network_backward(X, T, params), lr)
        metric.add(l * len(X), len(X))
    return params, metric[0] / metric[1]


def train(x, t, params, lr, epochs, batch_size, rng):
    train_loss = []
    for epoch in range(epochs):
        params, l = train_epoch_ch3(params, x, t, lr, batch_size, rng)
        train_loss.append(l)
    return params, train_loss


def l2_penalty(w):
    return (w**2).sum() / 2


def l2_gradient(params, grads, weight_decay):
    # the gradient of lambd * l2_penalty(w) is lambd * w
    return [(dW + weight_decay * W, db * 1.0) for (W, b), (dW, db) in zip(params, grads)]


def get_k_fold_data(k, i, order):
    bounds = [j * len(order) // k for j in range(k + 1)]
    valid = order[bounds[i]:bounds[i + 1]]
    rest = None
    for j in range(k):
        if j == i:
            continue
        part = order[bounds[j]:bounds[j + 1]]
        rest = part if rest is None else np.concatenate([rest, part], 0)
    return (np.array([], dtype=int) if rest is None else rest), valid


def k_fold(n, k, rng):
    order = rng.permutation(n)
    return [get_k_fold_data(k, i, order) for i in range(k)]


# %% sklearn_mlp: scikit-learn's MLPClassifier: preallocated activations and deltas lists, ACTIVATIONS/DERIVATIVES tables of in-place functions (here on copies), _backprop filling coef_grads/intercept_grads, gen_batches, KFold
from scipy.special import expit, log_softmax, xlogy
from sklearn.model_selection import KFold
from sklearn.utils import gen_batches


def inplace_identity_(X):
    """Nothing to do."""


def inplace_logistic_(X):
    expit(X, out=X)


def inplace_tanh_(X):
    np.tanh(X, out=X)


def inplace_relu_(X):
    np.maximum(X, 0, out=X)


def inplace_softmax_(X):
    tmp = X - X.max(axis=1)[:, np.newaxis]
    np.exp(tmp, out=X)
    X /= X.sum(axis=1)[:, np.newaxis]


_ACTIVATIONS = {"sigmoid": inplace_logistic_, "tanh": inplace_tanh_, "relu": inplace_relu_}


def inplace_logistic_derivative_(Z, delta):
    delta *= Z
    delta *= 1 - Z


def inplace_tanh_derivative_(Z, delta):
    delta *= 1 - Z**2


def inplace_relu_derivative_(Z, delta):
    delta[Z == 0] = 0


_DERIVATIVES = {
    "sigmoid": inplace_logistic_derivative_,
    "tanh": inplace_tanh_derivative_,
    "relu": inplace_relu_derivative_,
}


def log_loss_(y_true, y_prob):
    eps = np.finfo(y_prob.dtype).eps
    y_prob = np.clip(y_prob, eps, 1 - eps)
    return -xlogy(y_true, y_prob).sum() / y_prob.shape[0]


class TinyMLP:
    def __init__(self, pairs, kind="relu"):
        self.coefs_ = [W for W, _ in pairs]
        self.intercepts_ = [b for _, b in pairs]
        self.n_layers_ = len(pairs) + 1
        self.kind = kind

    def _forward_pass(self, activations):
        self.preactivations_ = []
        hidden = _ACTIVATIONS[self.kind]
        for i in range(self.n_layers_ - 1):
            activations[i + 1] = activations[i] @ self.coefs_[i]
            activations[i + 1] += self.intercepts_[i]
            self.preactivations_.append(activations[i + 1].copy())
            if i + 1 != self.n_layers_ - 1:
                hidden(activations[i + 1])
        inplace_softmax_(activations[-1])
        return activations

    def _compute_loss_grad(self, layer, n_samples, activations, deltas, coef_grads, intercept_grads):
        coef_grads[layer] = activations[layer].T @ deltas[layer]
        coef_grads[layer] /= n_samples
        intercept_grads[layer] = np.mean(deltas[layer], axis=0)

    def _backprop(self, X, y):
        n_samples = X.shape[0]
        activations = [X] + [None] * (self.n_layers_ - 1)
        deltas = [None] * (self.n_layers_ - 1)
        coef_grads = [np.empty_like(W) for W in self.coefs_]
        intercept_grads = [np.empty_like(b) for b in self.intercepts_]
        activations = self._forward_pass(activations)
        loss = log_loss_(y, activations[-1])
        last = self.n_layers_ - 2
        deltas[last] = activations[-1] - y
        self._compute_loss_grad(last, n_samples, activations, deltas, coef_grads, intercept_grads)
        derivative = _DERIVATIVES[self.kind]
        for i in range(last, 0, -1):
            deltas[i - 1] = deltas[i] @ self.coefs_[i].T
            derivative(activations[i], deltas[i - 1])
            self._compute_loss_grad(i - 1, n_samples, activations, deltas, coef_grads, intercept_grads)
        return loss, coef_grads, intercept_grads

    def _fit_stochastic(self, X, y, lr, epochs, batch_size, rng):
        n_samples, self.loss_curve_ = X.shape[0], []
        for _ in range(epochs):
            sample_idx = rng.permutation(n_samples)
            accumulated_loss = 0.0
            for batch_slice in gen_batches(n_samples, batch_size):
                idx = sample_idx[batch_slice]
                loss, coef_grads, intercept_grads = self._backprop(X[idx], y[idx])
                accumulated_loss += loss * len(idx)
                self.coefs_ = [W + -lr * g for W, g in zip(self.coefs_, coef_grads)]
                self.intercepts_ = [b + -lr * g for b, g in zip(self.intercepts_, intercept_grads)]
            self.loss_curve_.append(float(accumulated_loss / n_samples))
        return self


def _on_copy(function, u):
    out = u.copy()
    function(out)
    return out


def _derivative_on_copy(kind, dz, u):
    Z, delta = _on_copy(_ACTIVATIONS[kind], u), dz.copy()
    _DERIVATIVES[kind](Z, delta)
    return delta


def affine_forward(z, W, b):
    out = z @ W
    out += b
    return out


def sigmoid_forward(u):
    return _on_copy(inplace_logistic_, u)


def tanh_forward(u):
    return _on_copy(inplace_tanh_, u)


def relu_forward(u):
    return _on_copy(inplace_relu_, u)


def softmax(u):
    return _on_copy(inplace_softmax_, u)


def cross_entropy(y, t):
    return log_loss_(t, y)


def softmax_cross_entropy_forward(u, t):
    logp = log_softmax(u, axis=1)
    return -(t * logp).sum() / u.shape[0], softmax(u)


def sigmoid_backward(dz, u):
    return _derivative_on_copy("sigmoid", dz, u)


def tanh_backward(dz, u):
    return _derivative_on_copy("tanh", dz, u)


def relu_backward(dz, u):
    return _derivative_on_copy("relu", dz, u)


def affine_backward(du, z, W):
    return du @ W.T, z.T @ du, np.sum(du, 0)


def softmax_cross_entropy_backward(y, t):
    delta = y - t
    delta /= y.shape[0]
    return delta


def network_forward(x, params, activation="relu"):
    mlp = TinyMLP(params, activation)
    activations = mlp._forward_pass([x] + [None] * len(params))
    return mlp.preactivations_, activations[:-1]


def network_backward(x, t, params, activation="relu"):
    _, coef_grads, intercept_grads = TinyMLP(params, activation)._backprop(x, t)
    return list(zip(coef_grads, intercept_grads))


def fix_backward(x, t, params):
    return list(zip(*TinyMLP(params)._backprop(x, t)[1:]))


def sgd_step(params, grads, lr):
    flat = [p for pair in params for p in pair]
    updates = [-lr * g for pair in grads for g in pair]
    new = [p + update for p, update in zip(flat, updates)]
    return list(zip(new[::2], new[1::2]))


def train(x, t, params, lr, epochs, batch_size, rng):
    mlp = TinyMLP(params)._fit_stochastic(x, t, lr, epochs, batch_size, rng)
    return list(zip(mlp.coefs_, mlp.intercepts_)), mlp.loss_curve_


def l2_gradient(params, grads, weight_decay):
    coef_grads = [dW.copy() for dW, _ in grads]
    for coef_grad, (W, _) in zip(coef_grads, params):
        coef_grad += weight_decay * W
    return list(zip(coef_grads, [db.copy() for _, db in grads]))


def k_fold(n, k, rng):
    splitter = KFold(n_splits=k, shuffle=True, random_state=int(rng.integers(2**31 - 1)))
    return list(splitter.split(np.zeros((n, 1))))


# %% sequential_registry: modular framework style (Lua-Torch nn / Keras-from-scratch posts): layers registered by name, Sequential with updateOutput/updateGradInput, Parameter objects and a parameters() iterator for the optimizer
LAYER_REGISTRY = {}


def register_layer(name):
    def keep(cls):
        LAYER_REGISTRY[name] = cls
        return cls

    return keep


class Parameter_:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)


class Module_:
    def parameters(self):
        return iter(())

    def zero_grad(self):
        for p in self.parameters():
            p.grad = np.zeros_like(p.value)


@register_layer("linear")
class Linear_(Module_):
    def __init__(self, weight, bias):
        self.weight, self.bias = Parameter_(weight), Parameter_(bias)

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weight.value + self.bias.value

    def backward(self, grad_output):
        self.weight.grad = self.weight.grad + self.inputs.T @ grad_output
        self.bias.grad = self.bias.grad + grad_output.sum(axis=0)
        return grad_output @ self.weight.value.T

    def parameters(self):
        yield self.weight
        yield self.bias


@register_layer("relu")
class ReLU_(Module_):
    def forward(self, inputs):
        self.active = inputs > 0
        return np.where(self.active, inputs, 0.0)

    def backward(self, grad_output):
        return np.where(self.active, grad_output, 0.0)


@register_layer("sigmoid")
class Sigmoid_(Module_):
    def forward(self, inputs):
        self.output = 0.5 * (1.0 + np.tanh(0.5 * inputs))
        return self.output

    def backward(self, grad_output):
        return self.output * (1.0 - self.output) * grad_output


@register_layer("tanh")
class Tanh_(Module_):
    def forward(self, inputs):
        self.output = np.tanh(inputs)
        return self.output

    def backward(self, grad_output):
        return (1.0 - np.square(self.output)) * grad_output


@register_layer("softmax")
class SoftMax_(Module_):
    def forward(self, inputs):
        e = np.exp(inputs - inputs.max(axis=1, keepdims=True))
        self.output = e / e.sum(axis=1, keepdims=True)
        return self.output

    def backward(self, grad_output):
        inner = (grad_output * self.output).sum(axis=1, keepdims=True)
        return self.output * (grad_output - inner)


class Sequential_(Module_):
    def __init__(self, *modules):
        self.modules = list(modules)

    def add(self, name, *args):
        self.modules.append(LAYER_REGISTRY[name](*args))
        return self

    def forward(self, inputs):
        self.outputs = []
        for module in self.modules:
            inputs = module.forward(inputs)
            self.outputs.append(inputs)
        return inputs

    def backward(self, grad_output):
        for module in self.modules[::-1]:
            grad_output = module.backward(grad_output)
        return grad_output

    def parameters(self):
        for module in self.modules:
            yield from module.parameters()


class CrossEntropyCriterion_:
    def forward(self, logits, target):
        self.target = target
        shifted = logits - logits.max(axis=1, keepdims=True)
        self.logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -np.mean(np.sum(target * self.logp, axis=1))

    def backward(self):
        return (np.exp(self.logp) - self.target) / len(self.target)


class SGDOptimizer_:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = list(parameters), lr

    def step(self):
        for p in self.parameters:
            p.value = p.value - self.lr * p.grad


def _assemble(pairs, activation="relu"):
    net = Sequential_()
    for i, (W, b) in enumerate(pairs):
        if i:
            net.add(activation)
        net.add("linear", W, b)
    return net


def _two_by_two(flat):
    flat = list(flat)
    return [(flat[i], flat[i + 1]) for i in range(0, len(flat), 2)]


def _push(name, args, inputs, grad_output):
    layer = LAYER_REGISTRY[name](*args)
    layer.forward(inputs)
    return layer, layer.backward(grad_output)


def affine_forward(z, W, b):
    return Sequential_().add("linear", W, b).forward(z)


def sigmoid_forward(u):
    return Sequential_().add("sigmoid").forward(u)


def tanh_forward(u):
    return Sequential_().add("tanh").forward(u)


def relu_forward(u):
    return Sequential_().add("relu").forward(u)


def merge_affine(W1, b1, W2, b2):
    # what the two linear modules do to the origin and to the unit vectors
    net = Sequential_(Linear_(W1, b1), Linear_(W2, b2))
    n = W1.shape[0]
    b = net.forward(np.zeros((1, n)))[0]
    return net.forward(np.eye(n)) - b, b


def softmax(u):
    return Sequential_().add("softmax").forward(u)


def cross_entropy(y, t):
    return -np.mean(np.log(np.sum(y * t, axis=1)))


def softmax_cross_entropy_forward(u, t):
    criterion = CrossEntropyCriterion_()
    E = criterion.forward(u, t)
    return E, np.exp(criterion.logp)


def sigmoid_backward(dz, u):
    return _push("sigmoid", (), u, dz)[1]


def tanh_backward(dz, u):
    return _push("tanh", (), u, dz)[1]


def relu_backward(dz, u):
    return _push("relu", (), u, dz)[1]


def affine_backward(du, z, W):
    layer, dz = _push("linear", (W, np.zeros(W.shape[1])), z, du)
    dW, db = (p.grad for p in layer.parameters())
    return dz, dW, db


def softmax_cross_entropy_backward(y, t):
    criterion = CrossEntropyCriterion_()
    criterion.target = t
    criterion.logp = np.log(np.maximum(y, 1e-300))
    return criterion.backward()


def network_forward(x, params, activation="relu"):
    net = _assemble(params, activation)
    net.forward(x)
    return net.outputs[0::2], [x] + net.outputs[1::2]


def _model_grads(x, t, pairs, activation):
    net, criterion = _assemble(pairs, activation), CrossEntropyCriterion_()
    net.zero_grad()
    E = criterion.forward(net.forward(x), t)
    net.backward(criterion.backward())
    return net, E


def network_backward(x, t, params, activation="relu"):
    return _two_by_two(p.grad for p in _model_grads(x, t, params, activation)[0].parameters())


def fix_backward(x, t, params):
    return _two_by_two(p.grad for p in _model_grads(x, t, params, "relu")[0].parameters())


def sgd_step(params, grads, lr):
    net = _assemble(params)
    for p, g in zip(net.parameters(), (g for pair in grads for g in pair)):
        p.grad = g
    SGDOptimizer_(net.parameters(), lr).step()
    return _two_by_two(p.value for p in net.parameters())


def train(x, t, params, lr, epochs, batch_size, rng):
    net, criterion, losses = _assemble(params), CrossEntropyCriterion_(), []
    optimizer = SGDOptimizer_(net.parameters(), lr)
    for _ in range(epochs):
        order, running = rng.permutation(len(x)), []
        for start in range(0, len(x), batch_size):
            rows = order[start:start + batch_size]
            net.zero_grad()
            running.append(float(criterion.forward(net.forward(x[rows]), t[rows])))
            net.backward(criterion.backward())
            optimizer.step()
        losses.append(sum(running) / len(running))
    return _two_by_two(p.value for p in net.parameters()), losses


# %% jax_vjp: functional, JAX-like: every primitive returns (output, vjp closure), compose chains them, tree_map for updates, nothing is stored on objects
def vjp_affine(z, W, b):
    def pullback(ct):
        return ct @ W.T, z.T @ ct, ct.sum(0)

    return z @ W + b, pullback


def vjp_relu(u):
    on = u > 0
    return np.where(on, u, 0.0), lambda ct: (np.where(on, ct, 0.0),)


def vjp_sigmoid(u):
    s = np.exp(-np.logaddexp(0.0, -u))
    return s, lambda ct: (ct * s * (1 - s),)


def vjp_tanh(u):
    v = np.tanh(u)
    return v, lambda ct: (ct - ct * v * v,)


def vjp_log_softmax(u):
    shifted = u - u.max(1, keepdims=True)
    out = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return out, lambda ct: (ct - np.exp(out) * ct.sum(1, keepdims=True),)


def vjp_mean_nll(logp, t):
    n = logp.shape[0]
    return -np.vdot(t, logp) / n, lambda ct: (-ct * t / n, None)


def vjp_add(x, y):
    return x + y, lambda ct: (ct * 1.0, ct * 1.0)


def vjp_mul(x, y):
    return x * y, lambda ct: (ct * y, ct * x)


_vjps = {"relu": vjp_relu, "sigmoid": vjp_sigmoid, "tanh": vjp_tanh}


def vjp_mlp(pairs, x, activation):
    """Logits, and the pullback from their cotangent to those of the pairs and of x."""
    (W, b), rest = pairs[0], pairs[1:]
    u, affine_pull = vjp_affine(x, W, b)
    if not rest:
        def last(ct):
            ct_x, dW, db = affine_pull(ct)
            return [(dW, db)], ct_x

        return u, last
    h, act_pull = _vjps[activation](u)
    logits, rest_pull = vjp_mlp(rest, h, activation)

    def pullback(ct):
        later, ct_h = rest_pull(ct)
        ct_x, dW, db = affine_pull(act_pull(ct_h)[0])
        return [(dW, db)] + later, ct_x

    return logits, pullback


def mlp_value_and_grad(pairs, x, t, activation):
    logits, pull_mlp = vjp_mlp(list(pairs), x, activation)
    logp, pull_log_softmax = vjp_log_softmax(logits)
    E, pull_nll = vjp_mean_nll(logp, t)
    (ct_logp, _) = pull_nll(1.0)
    (ct_logits,) = pull_log_softmax(ct_logp)
    ct_pairs, _ = pull_mlp(ct_logits)
    return E, ct_pairs


def tree_map_(f, *trees):
    if isinstance(trees[0], (list, tuple)):
        return type(trees[0])(tree_map_(f, *branches) for branches in zip(*trees))
    return f(*trees)


def affine_forward(z, W, b):
    return vjp_affine(z, W, b)[0]


def sigmoid_forward(u):
    return vjp_sigmoid(u)[0]


def tanh_forward(u):
    return vjp_tanh(u)[0]


def relu_forward(u):
    return vjp_relu(u)[0]


def merge_affine(W1, b1, W2, b2):
    def both(z):
        return vjp_affine(vjp_affine(z, W1, b1)[0], W2, b2)

    # the pullback of the composition is linear: its matrix is W^T
    zero = np.zeros((1, W1.shape[0]))
    b, pull2 = both(zero)
    pull1 = vjp_affine(zero, W1, b1)[1]
    rows = [pull1(pull2(e[None])[0])[0][0] for e in np.eye(W2.shape[1])]
    return np.stack(rows, axis=1), b[0]


def softmax(u):
    return np.exp(vjp_log_softmax(u)[0])


def cross_entropy(y, t):
    return vjp_mean_nll(np.log(y), t)[0]


def softmax_cross_entropy_forward(u, t):
    logp, _ = vjp_log_softmax(u)
    return vjp_mean_nll(logp, t)[0], np.exp(logp)


def numerical_gradient(f, x, eps=1e-5):
    basis = np.eye(x.size).reshape((x.size,) + x.shape)
    slopes = [(f(x + eps * e) - f(x - eps * e)) / (2 * eps) for e in basis]
    return np.array(slopes, dtype=float).reshape(x.shape)


def add_backward(dz):
    return vjp_add(0.0, 0.0)[1](dz)


def multiply_backward(dz, x, y):
    return vjp_mul(x, y)[1](dz)


def sigmoid_backward(dz, u):
    return vjp_sigmoid(u)[1](dz)[0]


def tanh_backward(dz, u):
    return vjp_tanh(u)[1](dz)[0]


def relu_backward(dz, u):
    return vjp_relu(u)[1](dz)[0]


def affine_backward(du, z, W):
    return vjp_affine(z, W, np.zeros(W.shape[1]))[1](du)


def softmax_cross_entropy_backward(y, t):
    (ct,) = (-t / y.shape[0],)
    return ct - y * ct.sum(1, keepdims=True)


def network_forward(x, params, activation="relu"):
    def scan(carry, rest):
        us, zs = carry
        if not rest:
            return us, zs
        u = affine_forward(zs[-1], *rest[0])
        more = [_vjps[activation](u)[0]] if len(rest) > 1 else []
        return scan((us + [u], zs + more), rest[1:])

    return scan(([], [x]), list(params))


def network_backward(x, t, params, activation="relu"):
    return mlp_value_and_grad(params, x, t, activation)[1]


def fix_backward(x, t, params):
    return mlp_value_and_grad(params, x, t, "relu")[1]


def sgd_step(params, grads, lr):
    return tree_map_(lambda p, g: p - lr * g, list(map(tuple, params)), list(map(tuple, grads)))


def train(x, t, params, lr, epochs, batch_size, rng):
    n, history = x.shape[0], []
    cuts = range(batch_size, n, batch_size)
    for _ in range(epochs):
        values = []
        for batch in np.split(rng.permutation(n), cuts):
            E, grads = mlp_value_and_grad(params, x[batch], t[batch], "relu")
            params = sgd_step(params, grads, lr)
            values.append(E)
        history.append(float(np.mean(values)))
    return params, history


def l2_gradient(params, grads, weight_decay):
    penalties = [(weight_decay * W, np.zeros_like(b)) for W, b in params]
    return tree_map_(lambda g, p: g + p, list(map(tuple, grads)), penalties)


def k_fold(n, k, rng):
    owner = rng.permutation(np.arange(n) % k)
    return [(np.flatnonzero(owner != i), np.flatnonzero(owner == i)) for i in range(k)]


# %% naive_loops: first-lecture style before vectorisation: index loops for every sum, Python lists and floats, no broadcasting and no matrix product anywhere
def affine_forward(z, W, b):
    N, n_in, n_out = len(z), len(W), len(b)
    u = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            total = b[j]
            for i in range(n_in):
                total += z[n][i] * W[i][j]
            u[n][j] = total
    return u


def sigmoid_one(v):
    if v >= 0:
        return 1.0 / (1.0 + np.exp(-v))
    e = np.exp(v)
    return e / (1.0 + e)


def tanh_one(v):
    e = np.exp(-2.0 * abs(v))
    size = (1.0 - e) / (1.0 + e)
    return size if v >= 0 else -size


def relu_one(v):
    return v if v > 0 else 0.0


def each(function, a):
    out = np.zeros((a.shape[0], a.shape[1]))
    for n in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[n, j] = function(a[n, j])
    return out


def sigmoid_forward(u):
    return each(sigmoid_one, u)


def tanh_forward(u):
    return each(tanh_one, u)


def relu_forward(u):
    return each(relu_one, u)


def merge_affine(W1, b1, W2, b2):
    W = np.zeros((len(W1), len(b2)))
    b = np.zeros(len(b2))
    for j in range(len(b2)):
        for i in range(len(W1)):
            for k in range(len(b1)):
                W[i, j] += W1[i, k] * W2[k, j]
        b[j] = b2[j]
        for k in range(len(b1)):
            b[j] += b1[k] * W2[k, j]
    return W, b


def softmax(u):
    N, K = u.shape
    y = np.zeros((N, K))
    for n in range(N):
        largest = u[n, 0]
        for k in range(1, K):
            if u[n, k] > largest:
                largest = u[n, k]
        total = 0.0
        for k in range(K):
            y[n, k] = np.exp(u[n, k] - largest)
            total += y[n, k]
        for k in range(K):
            y[n, k] = y[n, k] / total
    return y


def cross_entropy(y, t):
    E = 0.0
    for n in range(len(y)):
        for k in range(len(y[n])):
            if t[n, k] == 1:
                E -= np.log(y[n, k])
    return E / len(y)


def softmax_cross_entropy_forward(u, t):
    N, K = u.shape
    E = 0.0
    for n in range(N):
        largest = max(u[n])
        total = 0.0
        for k in range(K):
            total += np.exp(u[n, k] - largest)
        for k in range(K):
            if t[n, k] == 1:
                E += largest + np.log(total) - u[n, k]
    return E / N, softmax(u)


def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        p = np.array(x)
        m = np.array(x)
        p[i] = p[i] + eps
        m[i] = m[i] - eps
        g[i] = (f(p) - f(m)) / (2 * eps)
    return g


def multiply_backward(dz, x, y):
    dz, x, y = np.asarray(dz, float), np.asarray(x, float), np.asarray(y, float)
    dx, dy = np.zeros(x.shape), np.zeros(y.shape)
    for i in np.ndindex(*x.shape):
        dx[i] = dz[i] * y[i]
        dy[i] = dz[i] * x[i]
    return dx, dy


def sigmoid_backward(dz, u):
    du = np.zeros(u.shape)
    for n in range(u.shape[0]):
        for j in range(u.shape[1]):
            s = sigmoid_one(u[n, j])
            du[n, j] = dz[n, j] * s * (1 - s)
    return du


def tanh_backward(dz, u):
    du = np.zeros(u.shape)
    for n in range(u.shape[0]):
        for j in range(u.shape[1]):
            v = tanh_one(u[n, j])
            du[n, j] = dz[n, j] * (1 - v * v)
    return du


def relu_backward(dz, u):
    du = np.zeros(u.shape)
    for n in range(u.shape[0]):
        for j in range(u.shape[1]):
            if u[n, j] > 0:
                du[n, j] = dz[n, j]
    return du


def affine_backward(du, z, W):
    N, n_in, n_out = len(z), len(W), len(W[0])
    dz, dW, db = np.zeros((N, n_in)), np.zeros((n_in, n_out)), np.zeros(n_out)
    for n in range(N):
        for j in range(n_out):
            db[j] += du[n][j]
            for i in range(n_in):
                dz[n][i] += du[n][j] * W[i][j]
                dW[i][j] += z[n][i] * du[n][j]
    return dz, dW, db


def softmax_cross_entropy_backward(y, t):
    N, K = y.shape
    du = np.zeros((N, K))
    for n in range(N):
        for k in range(K):
            du[n, k] = (y[n, k] - t[n, k]) / N
    return du


def network_forward(x, params, activation="relu"):
    us = []
    zs = [x]
    for l in range(len(params)):
        u = affine_forward(zs[l], params[l][0], params[l][1])
        us.append(u)
        if l < len(params) - 1:
            if activation == "relu":
                zs.append(relu_forward(u))
            elif activation == "tanh":
                zs.append(tanh_forward(u))
            elif activation == "sigmoid":
                zs.append(sigmoid_forward(u))
    return us, zs


def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = [None] * len(params)
    l = len(params) - 1
    while l >= 0:
        dz, dW, db = affine_backward(du, zs[l], params[l][0])
        grads[l] = (dW, db)
        if l > 0:
            if activation == "relu":
                du = relu_backward(dz, us[l - 1])
            elif activation == "tanh":
                du = tanh_backward(dz, us[l - 1])
            elif activation == "sigmoid":
                du = sigmoid_backward(dz, us[l - 1])
        l -= 1
    return grads


def fix_backward(x, t, params):
    return network_backward(x, t, params, "relu")


def sgd_step(params, grads, lr):
    new = []
    for l in range(len(params)):
        W, b = params[l][0].copy(), params[l][1].copy()
        for i in range(W.shape[0]):
            for j in range(W.shape[1]):
                W[i, j] = W[i, j] - lr * grads[l][0][i, j]
        for j in range(len(b)):
            b[j] = b[j] - lr * grads[l][1][j]
        new.append((W, b))
    return new


def l2_gradient(params, grads, weight_decay):
    new = []
    for l in range(len(params)):
        W, dW = params[l][0], grads[l][0].copy()
        for i in range(W.shape[0]):
            for j in range(W.shape[1]):
                dW[i, j] = dW[i, j] + weight_decay * W[i, j]
        new.append((dW, grads[l][1].copy()))
    return new


def k_fold(n, k, rng):
    numbers = [int(i) for i in rng.permutation(n)]
    groups = [[] for _ in range(k)]
    for place in range(n):
        groups[place % k].append(numbers[place])
    folds = []
    for i in range(k):
        rest = []
        for j in range(k):
            if j != i:
                for number in groups[j]:
                    rest.append(number)
        folds.append((np.array(rest, dtype=int), np.array(groups[i], dtype=int)))
    return folds


# %% prml_ones_column: PRML / npfl114 style: the bias is the last row of an augmented weight matrix and the data get a column of ones; errors delta_k = y_k - t_k; tanh through the logistic sigmoid
def with_ones(z):
    return np.hstack([z, np.ones((z.shape[0], 1))])


def augmented(W, b):
    return np.vstack([W, b])


def split_off_bias(W_tilde):
    return W_tilde[:-1], W_tilde[-1]


def logistic(a):
    e = np.exp(-np.abs(a))
    return np.where(a < 0, e, 1.0) / (1.0 + e)


_h = {
    "sigmoid": logistic,
    "tanh": lambda a: 2.0 * logistic(2.0 * a) - 1.0,
    "relu": lambda a: 0.5 * (a + np.abs(a)),
}
_h_prime_of_output = {
    "sigmoid": lambda z: z * (1 - z),
    "tanh": lambda z: 1 - z**2,
    "relu": lambda z: np.heaviside(z, 0.0),
}


def affine_forward(z, W, b):
    return with_ones(z) @ augmented(W, b)


def sigmoid_forward(u):
    return _h["sigmoid"](u)


def tanh_forward(u):
    return _h["tanh"](u)


def relu_forward(u):
    return _h["relu"](u)


def merge_affine(W1, b1, W2, b2):
    corner = np.zeros((W1.shape[0] + 1, 1))
    corner[-1, 0] = 1.0
    product = np.hstack([augmented(W1, b1), corner]) @ augmented(W2, b2)
    return split_off_bias(product)


def softmax(u):
    a = u - np.amax(u, axis=1, keepdims=True)
    return np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)


def cross_entropy(y, t):
    return np.average(-np.sum(t * np.log(y), axis=1))


def softmax_cross_entropy_forward(u, t):
    a = u - np.amax(u, axis=1, keepdims=True)
    ln_y = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return -np.sum(t * ln_y) / t.shape[0], np.exp(ln_y)


def numerical_gradient(f, x, eps=1e-5):
    dE = np.empty(x.shape)
    for ji, w_ji in np.ndenumerate(x):
        w = x.copy()
        w[ji] = w_ji + eps
        E_up = f(w)
        w[ji] = w_ji - eps
        dE[ji] = (E_up - f(w)) / (2 * eps)
    return dE


def sigmoid_backward(dz, u):
    return _h_prime_of_output["sigmoid"](logistic(u)) * dz


def tanh_backward(dz, u):
    return _h_prime_of_output["tanh"](_h["tanh"](u)) * dz


def relu_backward(dz, u):
    return _h_prime_of_output["relu"](_h["relu"](u)) * dz


def affine_backward(du, z, W):
    dW_tilde = with_ones(z).T @ du
    dW, db = split_off_bias(dW_tilde)
    dz_tilde = du @ augmented(W, np.zeros(W.shape[1])).T
    return dz_tilde[:, :-1], dW, db


def softmax_cross_entropy_backward(y, t):
    delta = y - t
    return delta / y.shape[0]


def _propagate(x, W_tildes, activation):
    a_list, z_list = [], [x]
    for W_tilde in W_tildes:
        a_list.append(with_ones(z_list[-1]) @ W_tilde)
        z_list.append(_h[activation](a_list[-1]))
    return a_list, z_list[:-1]


def _error_gradient(x, t, W_tildes, activation):
    a_list, z_list = _propagate(x, W_tildes, activation)
    delta = (softmax(a_list[-1]) - t) / x.shape[0]
    nabla = []
    for W_tilde, z in zip(reversed(W_tildes), reversed(z_list)):
        nabla.insert(0, with_ones(z).T @ delta)
        delta = _h_prime_of_output[activation](z) * (delta @ W_tilde[:-1].T)
    return nabla, a_list[-1]


def network_forward(x, params, activation="relu"):
    return _propagate(x, [augmented(W, b) for W, b in params], activation)


def network_backward(x, t, params, activation="relu"):
    nabla, _ = _error_gradient(x, t, [augmented(W, b) for W, b in params], activation)
    return [split_off_bias(g) for g in nabla]


def fix_backward(x, t, params):
    return network_backward(x, t, params, "relu")


def sgd_step(params, grads, lr):
    w = [augmented(W, b) for W, b in params]
    nabla = [augmented(dW, db) for dW, db in grads]
    return [split_off_bias(w_l - lr * g_l) for w_l, g_l in zip(w, nabla)]


def train(x, t, params, lr, epochs, batch_size, rng):
    w = [augmented(W, b) for W, b in params]
    N, errors = x.shape[0], []
    for _ in range(epochs):
        permutation = rng.permutation(N)
        while len(permutation) > 0:
            batch, permutation = permutation[:batch_size], permutation[batch_size:]
            nabla, _ = _error_gradient(x[batch], t[batch], w, "relu")
            w = [w_l - lr * g_l for w_l, g_l in zip(w, nabla)]
        errors.append(float(softmax_cross_entropy_forward(_propagate(x, w, "relu")[0][-1], t)[0]))
    return [split_off_bias(w_l) for w_l in w], errors


def l2_gradient(params, grads, weight_decay):
    out = []
    for (W, b), (dW, db) in zip(params, grads):
        shrink = augmented(weight_decay * W, np.zeros_like(b))
        out.append(split_off_bias(augmented(dW, db) + shrink))
    return out


# %% einsum_everywhere: index notation: every product and every sum, also the reductions of the loss and of db, is one np.einsum string
def affine_forward(z, W, b):
    return np.einsum("ni,ij->nj", z, W) + b


def sigmoid_forward(u):
    e = np.exp(-np.abs(u))
    s = 1 / (1 + e)
    return np.where(u < 0, np.einsum("nj,nj->nj", e, s), s)


def tanh_forward(u):
    return np.tanh(u)


def relu_forward(u):
    return np.einsum("nj,nj->nj", u, (u > 0).astype(u.dtype))


def merge_affine(W1, b1, W2, b2):
    return np.einsum("ik,kj->ij", W1, W2), np.einsum("k,kj->j", b1, W2) + b2


def softmax(u):
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return np.einsum("nk,n->nk", e, 1 / np.einsum("nk->n", e))


def cross_entropy(y, t):
    return -np.einsum("nk,nk->", t, np.log(y)) / y.shape[0]


def softmax_cross_entropy_forward(u, t):
    s = u - u.max(axis=1, keepdims=True)
    logy = s - np.log(np.einsum("nk->n", np.exp(s)))[:, None]
    return -np.einsum("nk,nk->", t, logy) / u.shape[0], np.exp(logy)


def add_backward(dz):
    return np.einsum("...->...", dz).copy(), np.einsum("...->...", dz).copy()


def multiply_backward(dz, x, y):
    return np.einsum("...,...->...", dz, y), np.einsum("...,...->...", dz, x)


def sigmoid_backward(dz, u):
    s = sigmoid_forward(u)
    return np.einsum("nj,nj,nj->nj", dz, s, 1 - s)


def tanh_backward(dz, u):
    v = np.tanh(u)
    return dz - np.einsum("nj,nj,nj->nj", dz, v, v)


def relu_backward(dz, u):
    return np.einsum("nj,nj->nj", dz, np.heaviside(u, 0.5))


def affine_backward(du, z, W):
    dz = np.einsum("nj,ij->ni", du, W)
    dW = np.einsum("ni,nj->ij", z, du)
    db = np.einsum("nj->j", du)
    return dz, dW, db


def softmax_cross_entropy_backward(y, t):
    N, K = y.shape
    jacobian = np.einsum("nk,kl->nkl", y, np.eye(K)) - np.einsum("nk,nl->nkl", y, y)
    # dE/dy = -t / (N y); the label has t = 1, elsewhere the term is 0
    g = -np.divide(t, y, out=np.zeros_like(y), where=(t > 0) & (y > 0)) / N
    return np.einsum("nk,nkl->nl", g, jacobian)


def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    zs = [x]
    us = []
    for W, b in params[:-1]:
        us.append(np.einsum("ni,ij->nj", zs[-1], W) + b)
        zs.append(h(us[-1]))
    W, b = params[-1]
    us.append(np.einsum("ni,ij->nj", zs[-1], W) + b)
    return us, zs


def network_backward(x, t, params, activation="relu"):
    slope = {
        "sigmoid": lambda u: sigmoid_forward(u) * sigmoid_forward(-u),
        "tanh": lambda u: 1 - np.tanh(u) ** 2,
        "relu": lambda u: np.heaviside(u, 0.0),
    }[activation]
    us, zs = network_forward(x, params, activation)
    du = (softmax(us[-1]) - t) / len(x)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        grads.append((np.einsum("ni,nj->ij", zs[l], du), np.einsum("nj->j", du)))
        if l:
            du = np.einsum("nj,ij,ni->ni", du, params[l][0], slope(us[l - 1]), optimize=True)
    return grads[::-1]


def fix_backward(x, t, params):
    return network_backward(x, t, params)


def sgd_step(params, grads, lr):
    return [
        (W - np.einsum(",ij->ij", lr, dW), b - np.einsum(",j->j", lr, db)) for (W, b), (dW, db) in zip(params, grads)
    ]


def l2_gradient(params, grads, weight_decay):
    return [(dW + np.einsum(",ij->ij", weight_decay, W), db.copy()) for (W, _), (dW, db) in zip(params, grads)]


# %% scipy_special: library-first style: expit, softmax, log_softmax, logsumexp and xlogy of scipy.special, one-line derivatives, np.split for batches and folds
from scipy import special


def affine_forward(z, W, b):
    return np.add(np.matmul(z, W), b)


def sigmoid_forward(u):
    return special.expit(u)


def tanh_forward(u):
    return np.tanh(u)


def relu_forward(u):
    return np.clip(u, 0, np.inf)


def merge_affine(W1, b1, W2, b2):
    return np.linalg.multi_dot([W1, W2]), np.add(np.dot(b1, W2), b2)


def softmax(u):
    return special.softmax(u, axis=1)


def cross_entropy(y, t):
    return -special.xlogy(t, y).sum(axis=1).mean()


def softmax_cross_entropy_forward(u, t):
    E = np.mean(special.logsumexp(u, axis=1) - np.sum(t * u, axis=1))
    return E, special.softmax(u, axis=1)


def numerical_gradient(f, x, eps=1e-5):
    steps = eps * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + h) - f(x - h)) / (2 * eps) for h in steps]).reshape(x.shape)


def add_backward(dz):
    return np.copy(dz), np.copy(dz)


def multiply_backward(dz, x, y):
    return dz * y, dz * x


def sigmoid_backward(dz, u):
    return dz * special.expit(u) * special.expit(-u)


def tanh_backward(dz, u):
    return dz * (1 - np.tanh(u)) * (1 + np.tanh(u))


def relu_backward(dz, u):
    return np.where(np.sign(u) == 1, dz, 0)


def affine_backward(du, z, W):
    return np.matmul(du, W.T), np.tensordot(z, du, axes=(0, 0)), np.add.reduce(du)


def softmax_cross_entropy_backward(y, t):
    return np.subtract(y, t) / np.size(y, 0)


_functions = {"sigmoid": special.expit, "tanh": np.tanh, "relu": relu_forward}
_pulls = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}


def network_forward(x, params, activation="relu"):
    zs = [x]
    us = [affine_forward(x, *params[0])]
    for W, b in params[1:]:
        zs.append(_functions[activation](us[-1]))
        us.append(affine_forward(zs[-1], W, b))
    return us, zs


def network_backward(x, t, params, activation="relu"):
    us, zs = network_forward(x, params, activation)
    du = (special.softmax(us.pop(), axis=1) - t) / len(t)
    dz, *last = affine_backward(du, zs.pop(), params[-1][0])
    grads = [tuple(last)]
    for W, _ in params[-2::-1]:
        dz, *pair = affine_backward(_pulls[activation](dz, us.pop()), zs.pop(), W)
        grads.append(tuple(pair))
    grads.reverse()
    return grads


def fix_backward(x, t, params):
    return network_backward(x, t, params, activation="relu")


def sgd_step(params, grads, lr):
    return [tuple(np.subtract(p, np.multiply(lr, g)) for p, g in zip(*pairs)) for pairs in zip(params, grads)]


def train(x, t, params, lr, epochs, batch_size, rng):
    both = np.hstack([x, t])
    losses = []
    for _ in range(epochs):
        rng.shuffle(both)
        for batch in np.split(both, np.arange(batch_size, len(both), batch_size)):
            xb, tb = np.split(batch, [x.shape[1]], axis=1)
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(float(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0]))
    return params, losses


def l2_gradient(params, grads, weight_decay):
    return [(np.add(dW, np.multiply(weight_decay, W)), np.copy(db)) for (W, _), (dW, db) in zip(params, grads)]


def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    return [(np.setdiff1d(np.arange(n), part), part) for part in parts]


# %% torch_function_ctx: torch.autograd.Function style: static forward(ctx, ...) / backward(ctx, grad) with save_for_backward, apply() records on a tape that is run backwards
class Ctx_:
    def save_for_backward(self, *arrays):
        self.saved = arrays


class Function_:
    @classmethod
    def apply(cls, *args, tape=None):
        ctx = Ctx_()
        out = cls.forward(ctx, *args)
        if tape is not None:
            tape.append((cls, ctx))
        return out

    @classmethod
    def grad(cls, grad_output, *args):
        ctx = Ctx_()
        cls.forward(ctx, *args)
        return cls.backward(ctx, grad_output)


class AddFunction(Function_):
    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output + 0.0, grad_output + 0.0


class MulFunction(Function_):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved
        return grad_output * b, grad_output * a


class LinearFunction(Function_):
    @staticmethod
    def forward(ctx, inp, weight, bias):
        ctx.save_for_backward(inp, weight)
        return inp @ weight + bias[np.newaxis, :]

    @staticmethod
    def backward(ctx, grad_output):
        inp, weight = ctx.saved
        return grad_output @ weight.T, inp.T @ grad_output, grad_output.sum(0)


class ReLUFunction(Function_):
    @staticmethod
    def forward(ctx, inp):
        ctx.save_for_backward(inp)
        return np.fmax(inp, 0.0)

    @staticmethod
    def backward(ctx, grad_output):
        (inp,) = ctx.saved
        grad_input = grad_output.copy()
        grad_input[inp < 0] = 0
        return (grad_input,)


class SigmoidFunction(Function_):
    @staticmethod
    def forward(ctx, inp):
        result = np.reciprocal(1.0 + np.exp(-np.clip(inp, -700.0, 700.0)))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved
        return (grad_output * result * (1.0 - result),)


class TanhFunction(Function_):
    @staticmethod
    def forward(ctx, inp):
        result = np.tanh(inp)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved
        return (grad_output * (1.0 - result * result),)


class CrossEntropyFunction(Function_):
    @staticmethod
    def forward(ctx, inp, target):
        shifted = inp - inp.max(axis=1, keepdims=True)
        logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        ctx.save_for_backward(np.exp(logp), target)
        return -(logp * target).sum(axis=1).mean()

    @staticmethod
    def backward(ctx, grad_output):
        prob, target = ctx.saved
        return grad_output * (prob - target) / prob.shape[0], None


_by_name = {"relu": ReLUFunction, "sigmoid": SigmoidFunction, "tanh": TanhFunction}


def _run(x, pairs, activation, tape):
    us, zs = [], [x]
    for i, (W, b) in enumerate(pairs):
        if i:
            zs.append(_by_name[activation].apply(us[-1], tape=tape))
        us.append(LinearFunction.apply(zs[-1], W, b, tape=tape))
    return us, zs


def _loss_and_grads(x, t, pairs, activation):
    tape = []
    us, _ = _run(x, pairs, activation, tape)
    E = CrossEntropyFunction.apply(us[-1], t, tape=tape)
    grad, grads = 1.0, []
    while tape:
        function, ctx = tape.pop()
        grad, *rest = function.backward(ctx, grad)
        if function is LinearFunction:
            grads.append(tuple(rest))
    return E, grads[::-1]


def affine_forward(z, W, b):
    return LinearFunction.apply(z, W, b)


def sigmoid_forward(u):
    return SigmoidFunction.apply(u)


def tanh_forward(u):
    return TanhFunction.apply(u)


def relu_forward(u):
    return ReLUFunction.apply(u)


def softmax_cross_entropy_forward(u, t):
    tape = []
    E = CrossEntropyFunction.apply(u, t, tape=tape)
    return E, tape[0][1].saved[0]


def add_backward(dz):
    return AddFunction.grad(dz, 0.0, 0.0)


def multiply_backward(dz, x, y):
    return MulFunction.grad(dz, x, y)


def sigmoid_backward(dz, u):
    return SigmoidFunction.grad(dz, u)[0]


def tanh_backward(dz, u):
    return TanhFunction.grad(dz, u)[0]


def relu_backward(dz, u):
    return ReLUFunction.grad(dz, u)[0]


def affine_backward(du, z, W):
    return LinearFunction.grad(du, z, W, np.zeros(W.shape[1]))


def softmax_cross_entropy_backward(y, t):
    ctx = Ctx_()
    ctx.save_for_backward(y, t)
    return CrossEntropyFunction.backward(ctx, 1.0)[0]


def network_forward(x, params, activation="relu"):
    return _run(x, params, activation, None)


def network_backward(x, t, params, activation="relu"):
    return _loss_and_grads(x, t, params, activation)[1]


def fix_backward(x, t, params):
    return _loss_and_grads(x, t, params, "relu")[1]


def train(x, t, params, lr, epochs, batch_size, rng):
    params = [tuple(pair) for pair in params]
    losses = []
    for _ in range(epochs):
        running_loss = 0.0
        sampler = rng.permutation(x.shape[0])
        for i in range(0, x.shape[0], batch_size):
            index = sampler[i:i + batch_size]
            E, grads = _loss_and_grads(x[index], t[index], params, "relu")
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
            running_loss += E * len(index)
        losses.append(float(running_loss / x.shape[0]))
    return params, losses
