"""train の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。params と losses を返してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    pass


# %% wrong: zeros
# パラメータも損失も 0 になっています。
def train(x, t, params, lr, epochs, batch_size, rng):
    return [(np.zeros_like(W), np.zeros_like(b)) for W, b in params], [0.0] * epochs


# %% wrong: hard_coded
# 例の答えをそのまま書いています。引数から計算してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = [1.0986, 0.8712, 0.6543]
    return params, losses


# %% wrong: sgd_step_pasted
# 1 回の更新だけになっています。エポックとミニバッチのループがありません。
def train(x, t, params, lr, epochs, batch_size, rng):
    grads = network_backward(x, t, params)
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]


# %% wrong: params_changed_in_place
# 引数の params を書き換えています。呼び出した側のパラメータが変わってしまうので、新しいリストを作ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            for (W, b), (dW, db) in zip(params, grads):
                W -= lr * dW
                b -= lr * db
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: list_overwritten
# 引数の params を書き換えています。呼び出した側のパラメータが変わってしまうので、新しいリストを作ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params[:] = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: data_shuffled_in_place
# 引数の x と t を並べ替えています。呼び出した側のデータの順が変わってしまいます。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        x[:] = x[order]
        t[:] = t[order]
        batch_losses = []
        for s in range(0, len(x), batch_size):
            xb, tb = x[s : s + batch_size], t[s : s + batch_size]
            us, _ = network_forward(xb, params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], tb)[0])
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: tail_dropped
# 最後の半端なミニバッチが使われていません。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for k in range(len(x) // batch_size):
            i = order[k * batch_size : (k + 1) * batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: empty_last_batch
# データの数がミニバッチの大きさで割り切れるとき、最後に空のミニバッチができて損失が nan になります。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for k in range(len(x) // batch_size + 1):
            i = order[k * batch_size : (k + 1) * batch_size]
            us, _ = network_forward(x[i], params)
            y = softmax(us[-1])
            batch_losses.append(np.mean(-np.sum(t[i] * np.log(y), axis=1)))
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: divided_by_nominal_size
# 半端なミニバッチの勾配も batch_size で割っています。実際のデータの数で割ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, zs = network_forward(x[i], params)
            E, y = softmax_cross_entropy_forward(us[-1], t[i])
            batch_losses.append(E)
            du = (y - t[i]) / batch_size
            grads = []
            for l in reversed(range(len(params))):
                dz, dW, db = affine_backward(du, zs[l], params[l][0])
                grads.insert(0, (dW, db))
                if l > 0:
                    du = relu_backward(dz, us[l - 1])
            params = sgd_step(params, grads, lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: tail_filled_up
# 半端なミニバッチに先頭のデータを足しています。1 エポックで同じデータを 2 回使っています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    N = len(x)
    for _ in range(epochs):
        order = rng.permutation(N)
        batch_losses = []
        for s in range(0, N, batch_size):
            i = order[np.arange(s, s + batch_size) % N]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: slice_too_short
# ミニバッチの終わりの位置が 1 つ足りず、使われないデータがあります。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : min(s + batch_size, len(x) - 1)]
            if len(i) == 0:
                continue
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: batch_size_ignored
# batch_size が使われていません。エポックごとに全データで 1 回だけ更新しています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        us, _ = network_forward(x[order], params)
        losses.append(softmax_cross_entropy_forward(us[-1], t[order])[0])
        params = sgd_step(params, network_backward(x[order], t[order], params), lr)
    return params, losses


# %% wrong: one_step_an_epoch
# 更新がエポックの最後に 1 回だけです。ミニバッチごとに更新してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        total = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            total = [(A + dW, c + db) for (A, c), (dW, db) in zip(total, grads)]
        params = sgd_step(params, total, lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: last_batch_step_only
# 更新の行がミニバッチのループの外にあり、最後のミニバッチの勾配しか使われていません。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
        params = sgd_step(params, grads, lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: not_shuffled
# データが並べ替えられていません。エポックごとに rng を使って並べ替えてください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        batch_losses = []
        for s in range(0, len(x), batch_size):
            xb, tb = x[s : s + batch_size], t[s : s + batch_size]
            us, _ = network_forward(xb, params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], tb)[0])
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: shuffled_once
# 並べ替えが最初の 1 回だけです。エポックごとに並べ替えてください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    order = rng.permutation(len(x))
    for _ in range(epochs):
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: only_x_shuffled
# x だけを並べ替えていて、t との対応が崩れています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        shuffled = x[rng.permutation(len(x))]
        batch_losses = []
        for s in range(0, len(x), batch_size):
            xb, tb = shuffled[s : s + batch_size], t[s : s + batch_size]
            us, _ = network_forward(xb, params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], tb)[0])
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: shuffled_separately
# x と t を別々の順に並べ替えていて、対応が崩れています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        xs = rng.permutation(x)
        ts = rng.permutation(t)
        batch_losses = []
        for s in range(0, len(x), batch_size):
            xb, tb = xs[s : s + batch_size], ts[s : s + batch_size]
            us, _ = network_forward(xb, params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], tb)[0])
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: drawn_with_replacement
# 重複を許してデータを選んでいます。1 エポックでどのデータも 1 回ずつ使ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = rng.choice(len(x), size=min(batch_size, len(x) - s))
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: random_batches
# 重複を許してデータを選んでいます。1 エポックでどのデータも 1 回ずつ使ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        for _ in range(max(len(x) // batch_size, 1)):
            i = rng.choice(len(x), batch_size)
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% wrong: rng_not_used
# 引数の rng が使われていません。同じシードでも結果が変わってしまいます。
def train(x, t, params, lr, epochs, batch_size, rng):
    rng = np.random.default_rng()
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: own_seed
# 引数の rng を使わず、自分で決めたシードの乱数で並べ替えています。引数の rng を使ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    generator, losses = np.random.default_rng(0), []
    for _ in range(epochs):
        order, found = generator.permutation(len(x)), []
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            E, _ = softmax_cross_entropy_forward(network_forward(x[rows], params)[0][-1], t[rows])
            params = sgd_step(params, network_backward(x[rows], t[rows], params), lr)
            found.append(E)
        losses.append(sum(found) / len(found))
    return params, losses


# %% wrong: fixed_seed_every_epoch
# エポックごとに同じシードの乱数を作り直しているため、いつも同じ順になっています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = np.random.default_rng(0).permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: loss_of_last_batch
# losses に最後のミニバッチの損失しか入っていません。エポック全体の平均にしてください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            E, _ = softmax_cross_entropy_forward(us[-1], t[i])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(E)
    return params, losses


# %% wrong: loss_of_every_batch
# losses にミニバッチごとの損失が並んでいます。エポックごとに 1 つにしてください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
    return params, losses


# %% wrong: loss_summed
# losses がミニバッチの損失の合計になっています。平均にしてください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        total = 0.0
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            total += softmax_cross_entropy_forward(us[-1], t[i])[0]
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(total)
    return params, losses


# %% wrong: loss_divided_by_n
# ミニバッチの損失の合計を、ミニバッチの数ではなくデータの数で割っています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        total = 0.0
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            total += softmax_cross_entropy_forward(us[-1], t[i])[0]
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(total / len(x))
    return params, losses


# %% wrong: loss_running_total
# 損失の合計がエポックの初めに 0 に戻されていません。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses, total = [], 0.0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            total += softmax_cross_entropy_forward(us[-1], t[i])[0] * len(i)
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(total / len(x))
    return params, losses


# %% wrong: accuracy_for_loss
# losses に損失ではなく正解率が入っています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        y = network_forward(x, params)[0][-1]
        losses.append(np.mean(y.argmax(axis=1) == t.argmax(axis=1)))
    return params, losses


# %% wrong: losses_not_returned
# losses が返されていません。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params


# %% wrong: results_swapped
# 返す順が逆です。params, losses の順です。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return losses, params


# %% wrong: learning_rate_left_out
# 学習率 lr を掛け忘れています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            params = [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads)]
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: learning_rate_decays
# エポックごとに学習率を小さくしています。与えられた lr のまま更新してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            params = sgd_step(params, grads, lr / (1 + epoch))
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: ascent
# 損失が大きくなる向きに更新しています。符号を見直してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            params = [(W + lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads)]
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: biases_never_updated
# バイアスが更新されていません。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            params = [(W - lr * dW, b) for (W, b), (dW, db) in zip(params, grads)]
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: only_last_layer_trained
# 最後の層しか更新されていません。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            params = list(params[:-1]) + sgd_step(params[-1:], grads[-1:], lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: first_layer_sign_flipped
# 最初の層だけ更新の符号が逆です。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            params = sgd_step(params[:1], grads[:1], -lr) + sgd_step(params[1:], grads[1:], lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: hidden_slope_left_out
# 中間層の活性化関数の微分を掛け忘れています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, zs = network_forward(x[i], params)
            E, y = softmax_cross_entropy_forward(us[-1], t[i])
            batch_losses.append(E)
            du = softmax_cross_entropy_backward(y, t[i])
            grads = []
            for l in reversed(range(len(params))):
                du, dW, db = affine_backward(du, zs[l], params[l][0])
                grads.insert(0, (dW, db))
            params = sgd_step(params, grads, lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: divided_by_batch_twice
# 勾配をもう一度ミニバッチの大きさで割っています。1/N はもう入っています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            grads = network_backward(x[i], t[i], params)
            params = sgd_step(params, grads, lr / len(i))
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: sigmoid_network
# 中間層の活性化関数が sigmoid になっています。ReLU で学習してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params, "sigmoid")
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params, "sigmoid"), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: update_thrown_away
# sgd_step の結果を受け取っていないため、パラメータが変わっていません。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: initial_params_returned
# 学習したあとではなく、初めの params を返しています。
def train(x, t, params, lr, epochs, batch_size, rng):
    new = params
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], new)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            new = sgd_step(new, network_backward(x[i], t[i], new), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: gradient_at_initial_params
# 勾配をいつも初めの params で計算しています。更新したパラメータで計算してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    new = params
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], new)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            new = sgd_step(new, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return new, losses


# %% wrong: restarts_every_epoch
# エポックごとに初めの params からやり直しています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        new = list(params)
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], new)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            new = sgd_step(new, network_backward(x[i], t[i], new), lr)
        losses.append(np.mean(batch_losses))
    return new, losses


# %% wrong: one_epoch_short
# エポックの数が 1 つ足りません。ループの範囲を見直してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(1, epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: return_inside_loop
# エポックのループの中で return しているため、1 エポックで終わっています。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
        return params, losses


# %% wrong: one_batch_an_epoch
# 1 エポックでミニバッチを 1 つしか使っていません。すべてのデータを使ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        i = rng.permutation(len(x))[:batch_size]
        us, _ = network_forward(x[i], params)
        losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
        params = sgd_step(params, network_backward(x[i], t[i], params), lr)
    return params, losses


# %% wrong: batches_of_equal_size
# ミニバッチの大きさがそろえられています。前から batch_size 個ずつ取り、残りを最後のバッチにします。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    pieces = -(-len(x) // batch_size)
    for _ in range(epochs):
        for j in np.array_split(rng.permutation(len(x)), pieces):
            params = sgd_step(params, network_backward(x[j], t[j], params), lr)
        losses.append(softmax_cross_entropy_forward(network_forward(x, params)[0][-1], t)[0])
    return params, losses


# %% wrong: five_epochs_only
# 6 エポック目以降は更新していません。epochs の回数だけ繰り返してください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            if epoch < 5:
                params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% wrong: batches_of_sixteen_at_most
# batch_size が大きくても 16 個ずつに分けています。引数の batch_size を使ってください。
def train(x, t, params, lr, epochs, batch_size, rng):
    losses, size = [], min(batch_size, 16)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), size):
            i = order[s : s + size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% right: textbook
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            E, _ = softmax_cross_entropy_forward(us[-1], t[i])
            batch_losses.append(E)
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
        losses.append(np.mean(batch_losses))
    return params, losses


# %% right: weighted_mean
def train(x, t, params, lr, epochs, batch_size, rng):
    N = x.shape[0]
    losses = []
    for _ in range(epochs):
        order = np.arange(N)
        rng.shuffle(order)
        total = 0.0
        for s in range(0, N, batch_size):
            xb, tb = x[order[s : s + batch_size]], t[order[s : s + batch_size]]
            y = softmax(network_forward(xb, params)[0][-1])
            total += len(xb) * cross_entropy(y, tb)
            params = sgd_step(params, network_backward(xb, tb, params, "relu"), lr)
        losses.append(total / N)
    return params, losses


# %% right: loss_at_end_of_epoch
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        x_shuffled, t_shuffled = x[order], t[order]
        for s in range(0, len(x), batch_size):
            grads = network_backward(x_shuffled[s : s + batch_size], t_shuffled[s : s + batch_size], params)
            params = sgd_step(params, grads, lr)
        us, _ = network_forward(x, params)
        losses.append(float(softmax_cross_entropy_forward(us[-1], t)[0]))
    return params, losses


# %% right: self_contained
def train(x, t, params, lr, epochs, batch_size, rng):
    Ws = [W.copy() for W, b in params]
    bs = [b.copy() for W, b in params]
    L, N = len(Ws), len(x)
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(N)
        total = 0.0
        for start in range(0, N, batch_size):
            batch = order[start : start + batch_size]
            zs = [x[batch]]
            for l in range(L - 1):
                zs.append(np.maximum(zs[l] @ Ws[l] + bs[l], 0))
            u = zs[-1] @ Ws[-1] + bs[-1]
            u -= u.max(axis=1, keepdims=True)
            log_y = u - np.log(np.exp(u).sum(axis=1, keepdims=True))
            total -= np.sum(log_y * t[batch])
            delta = (np.exp(log_y) - t[batch]) / len(batch)
            for l in range(L - 1, -1, -1):
                below = (delta @ Ws[l].T) * (zs[l] > 0)
                Ws[l] -= lr * (zs[l].T @ delta)
                bs[l] -= lr * delta.sum(axis=0)
                delta = below
        losses.append(total / N)
    return list(zip(Ws, bs)), losses


# %% right: batches_by_split
def train(x, t, params, lr, epochs, batch_size, rng):
    losses = np.zeros(epochs)
    for e in range(epochs):
        batches = np.split(rng.permutation(len(x)), range(batch_size, len(x), batch_size))
        for i in batches:
            us, _ = network_forward(x[i], params)
            losses[e] += softmax_cross_entropy_forward(us[-1], t[i])[0] / len(batches)
            params = sgd_step(params, network_backward(x[i], t[i], params), lr)
    return params, losses


# %% right: joined_rows
def train(x, t, params, lr, epochs, batch_size, rng):
    n_in = x.shape[1]
    losses = []
    for _ in range(epochs):
        rows = rng.permutation(np.hstack([x, t]))
        batch_losses = []
        while len(rows) > 0:
            batch, rows = rows[:batch_size], rows[batch_size:]
            xb, tb = batch[:, :n_in], batch[:, n_in:]
            y = softmax(network_forward(xb, params)[0][-1])
            batch_losses.append(cross_entropy(y, tb))
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(sum(batch_losses) / len(batch_losses))
    return params, losses


# %% right: argsort_of_random
def train(x, t, params, lr, epochs, batch_size, rng):
    number_of_batches = int(np.ceil(len(x) / batch_size))
    history = []
    for _ in range(epochs):
        order = np.argsort(rng.random(len(x)))
        batch_losses, sizes = [], []
        for k in range(number_of_batches):
            i = order[k * batch_size : (k + 1) * batch_size]
            us, zs = network_forward(x[i], params)
            E, y = softmax_cross_entropy_forward(us[-1], t[i])
            du = softmax_cross_entropy_backward(y, t[i])
            grads = []
            for l in reversed(range(len(params))):
                dz, dW, db = affine_backward(du, zs[l], params[l][0])
                grads.insert(0, (dW, db))
                if l > 0:
                    du = relu_backward(dz, us[l - 1])
            params = sgd_step(params, grads, lr)
            batch_losses.append(E)
            sizes.append(len(i))
        history.append(np.average(batch_losses, weights=sizes))
    return params, history


# %% right: deep_copy_changed
def train(x, t, params, lr, epochs, batch_size, rng):
    import copy

    params = copy.deepcopy(params)
    losses = []
    for _ in range(epochs):
        order = rng.choice(len(x), size=len(x), replace=False)
        batch_losses = []
        for s in range(0, len(x), batch_size):
            i = order[s : s + batch_size]
            us, _ = network_forward(x[i], params)
            batch_losses.append(softmax_cross_entropy_forward(us[-1], t[i])[0])
            for (W, b), (dW, db) in zip(params, network_backward(x[i], t[i], params)):
                W -= lr * dW
                b -= lr * db
        losses.append(np.mean(batch_losses))
    return params, losses


# %% right: batch_generator
def batches_of(x, t, size, rng):
    order = rng.permutation(len(x))
    for s in range(0, len(x), size):
        i = order[s : s + size]
        yield x[i], t[i]


def mean_loss(x, t, params):
    us, _ = network_forward(x, params)
    return softmax_cross_entropy_forward(us[-1], t)[0]


def train(
    x: np.ndarray,
    t: np.ndarray,
    params: list,
    lr: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    verbose: bool = False,
) -> tuple[list, list]:
    losses = []
    for epoch in range(epochs):
        for xb, tb in batches_of(x, t, batch_size, rng):
            params = sgd_step(params, network_backward(xb, tb, params), lr)
        losses.append(mean_loss(x, t, params))
        if verbose:
            print(epoch, losses[-1])
    return params, losses


# %% right: trainer_class
class Trainer:
    def __init__(self, params, lr, rng):
        self.params, self.lr, self.rng = list(params), lr, rng

    def step(self, x, t):
        us, _ = network_forward(x, self.params)
        loss, _ = softmax_cross_entropy_forward(us[-1], t)
        self.params = sgd_step(self.params, network_backward(x, t, self.params), self.lr)
        return loss

    def epoch(self, x, t, size):
        order = self.rng.permutation(len(x)).tolist()
        parts = [order[s : s + size] for s in range(0, len(order), size)]
        return np.mean([self.step(x[part], t[part]) for part in parts])


def train(x, t, params, lr, epochs, batch_size, rng):
    trainer = Trainer(params, lr, rng)
    losses = [trainer.epoch(x, t, batch_size) for _ in range(epochs)]
    return trainer.params, losses
