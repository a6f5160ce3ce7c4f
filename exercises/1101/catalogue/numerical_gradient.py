"""numerical_gradient の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。計算した勾配を返してください。
def numerical_gradient(f, x, eps=1e-5):
    pass


# %% wrong: zeros
# 勾配がすべて 0 です。動かす前とあとの配列が同じもの (xp = x は写しではなく別名) になっていないか、ε が小さすぎないか、見てください。
def numerical_gradient(f, x, eps=1e-5):
    return np.zeros_like(x)


# %% wrong: hard_coded
# x² の微分を書いています。どんな f でも動くように、f を呼んで計算してください。
def numerical_gradient(f, x, eps=1e-5):
    return 2 * x


# %% wrong: forward_difference
# 前進差分になっています。中心差分では f(x - ε) も使います。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp = x.copy()
        xp[i] += eps
        g[i] = (f(xp) - f(x)) / eps
    return g


# %% wrong: backward_difference
# 後退差分になっています。中心差分では f(x + ε) も使います。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xm = x.copy()
        xm[i] -= eps
        g[i] = (f(x) - f(xm)) / eps
    return g


# %% wrong: divided_by_eps
# ε で割っています。両側に動かしたので、幅は 2ε です。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / eps
    return g


# %% wrong: precedence
# かっこが足りません。`/ 2 * eps` は「2 で割って ε を掛ける」という意味になります。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / 2 * eps
    return g


# %% wrong: not_restored
# 動かした x を、もとの値に戻していません。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        below = f(x)
        g[i] = (above - below) / (2 * eps)
    return g


# %% wrong: alias
# 勾配がすべて 0 です。動かす前とあとの配列が同じもの (xp = x は写しではなく別名) になっていないか、ε が小さすぎないか、見てください。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp = x
        xp[i] += eps
        xm = x
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: tiny_eps
# ε が小さすぎて、桁落ちで値が意味をなくしています。引数の eps を使ってください。
def numerical_gradient(f, x, eps=1e-5):
    eps = 1e-15
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: eps_ignored
# 引数の eps を使っていません。
def numerical_gradient(f, x, eps=1e-5):
    h = 1e-4
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += h
        xm[i] -= h
        g[i] = (f(xp) - f(xm)) / (2 * h)
    return g


# %% wrong: whole_array
# すべての要素を一度に動かしています。1 つずつ動かしてください。
def numerical_gradient(f, x, eps=1e-5):
    return np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))


# %% wrong: cumulative
# 前の要素を動かしたまま、次の要素を動かしています。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    xp, xm = x.copy(), x.copy()
    for i in np.ndindex(x.shape):
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: row_index_only
# 行の番号だけで動かしているので、1 行がまとめて動いています。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in range(len(x)):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: gradient_inside_loop
# 勾配の配列をループの中で作り直しているので、最後の要素しか残りません。
def numerical_gradient(f, x, eps=1e-5):
    for i in np.ndindex(x.shape):
        g = np.zeros_like(x)
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: return_inside_loop
# return がループの中にあるので、最初の要素で終わっています。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
        return g


# %% wrong: integers
# 配列を整数にしているので、ε を足しても値が変わりません。
def numerical_gradient(f, x, eps=1e-5):
    x = x.astype(int)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] = xp[i] + eps
        xm[i] = xm[i] - eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: sign_flipped
# 引く順が逆なので、符号が逆になっています。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xm) - f(xp)) / (2 * eps)
    return g


# %% wrong: flat_result
# 勾配が 1 次元になっています。x と同じ形で返してください。
def numerical_gradient(f, x, eps=1e-5):
    g = []
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g.append((f(xp) - f(xm)) / (2 * eps))
    return np.array(g)


# %% wrong: scaled
# ε ではなく、x の値に比例した幅で動かしています。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] *= 1 + eps
        xm[i] *= 1 - eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: zeros_are_skipped
# 値が 0 の要素を飛ばしています。0 でも動かせば f は変わります。
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in map(tuple, np.argwhere(x)):
        plus, minus = np.array(x), np.array(x)
        plus[i] += eps
        minus[i] -= eps
        g[i] = (f(plus) - f(minus)) / (2 * eps)
    return g


# %% wrong: number_for_array
# ループの中で、配列の要素ではなく変数そのものに代入しています。最後の数しか残らないので、勾配の配列の i 番目に入れてください。
def numerical_gradient(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[i] += eps
        minus[i] -= eps
        gradient = (f(plus) - f(minus)) / (2 * eps)
    return gradient


# %% wrong: eps_below_all_digits
# 勾配がすべて 0 です。動かす前とあとの配列が同じもの (xp = x は写しではなく別名) になっていないか、ε が小さすぎないか、見てください。
def numerical_gradient(f, x, eps=1e-5):
    eps = 1e-20
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        xp, xm = x.copy(), x.copy()
        xp[i] += eps
        xm[i] -= eps
        g[i] = (f(xp) - f(xm)) / (2 * eps)
    return g


# %% wrong: whole_array_one_number
# すべての要素を一度に動かしています。1 つずつ動かしてください。
def numerical_gradient(f, x, eps=1e-5):
    return (f(x + eps) - f(x - eps)) / (2 * eps)


# %% right: copies
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        xp, xm = np.array(x), np.array(x)
        xp[i], xm[i] = x[i] + eps, x[i] - eps
        g[i] = (f(xp) - f(xm)) / 2 / eps
    return g


# %% right: in_place_and_restored
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + eps
        above = f(x)
        x[i] = old - eps
        below = f(x)
        x[i] = old
        g[i] = (above - below) / (2 * eps)
    return g


# %% right: plus_minus_plus
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        g[i] = f(x)
        x[i] -= 2 * eps
        g[i] -= f(x)
        x[i] += eps
    return g / (2 * eps)


# %% right: nditer
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        i = it.multi_index
        old = x[i]
        x[i] = old + eps
        above = f(x)
        x[i] = old - eps
        below = f(x)
        g[i] = (above - below) / (2 * eps)
        x[i] = old
        it.iternext()
    return g


# %% right: flat_view
def numerical_gradient(f, x, eps=1e-5):
    work = np.array(x, dtype=float)
    flat, g = work.reshape(-1), np.zeros(work.size)
    for i in range(flat.size):
        old = flat[i]
        flat[i] = old + eps
        above = f(work)
        flat[i] = old - eps
        g[i] = (above - f(work)) / (2 * eps)
        flat[i] = old
    return g.reshape(x.shape)


# %% right: identity_steps
def numerical_gradient(f, x, eps=1e-5):
    steps = eps * np.eye(x.size).reshape((x.size,) + x.shape)
    values = [(f(x + step) - f(x - step)) / (2 * eps) for step in steps]
    return np.array(values).reshape(x.shape)


# %% right: enumerate
def numerical_gradient(f, x, eps=1e-5):
    g = np.full_like(x, np.nan)
    for i, value in np.ndenumerate(x):
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved[i] = value + sign * eps
            ends.append(f(moved))
        g[i] = (ends[0] - ends[1]) / (2 * eps)
    return g
