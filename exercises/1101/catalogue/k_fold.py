"""k_fold の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。(train, valid) の組のリストを返してください。
def k_fold(n, k, rng):
    pass


# %% wrong: zeros
# どの番号も 0 になっています。
def k_fold(n, k, rng):
    size = n // k
    return [(np.zeros(n - size, dtype=int), np.zeros(size, dtype=int)) for _ in range(k)]


# %% wrong: hard_coded
# 例の答えをそのまま書いています。n と k から計算してください。
def k_fold(n, k, rng):
    return [
        (np.array([2, 4, 1, 5]), np.array([0, 3])),
        (np.array([0, 3, 1, 5]), np.array([2, 4])),
        (np.array([0, 3, 2, 4]), np.array([1, 5])),
    ]


# %% wrong: batches_pasted
# ミニバッチの分割になっています。train と valid の組を返してください。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    return [order[s : s + k] for s in range(0, n, k)]


# %% wrong: only_valid
# valid だけを返しています。(train, valid) の組にしてください。
def k_fold(n, k, rng):
    return np.array_split(rng.permutation(n), k)


# %% wrong: one_split
# 1 組しか返されていません。k 組を返してください (return がループの中にありませんか)。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    size = n // k
    return [(order[size:], order[:size])]


# %% wrong: return_inside_loop
# 1 組しか返されていません。k 組を返してください (return がループの中にありませんか)。
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    folds = []
    for i in range(k):
        train = np.concatenate(parts[:i] + parts[i + 1 :])
        folds.append((train, parts[i]))
        return folds


# %% wrong: same_fold_every_time
# どの組でも valid が同じです。
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    return [(np.concatenate(parts[1:]), parts[0]) for _ in range(k)]


# %% wrong: train_contains_valid
# train に valid のデータが入っています。valid は学習に使いません。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    return [(order, valid) for valid in np.array_split(order, k)]


# %% wrong: folds_overlap
# valid どうしが重なっています。区間の始まりと終わりを見直してください。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    size = n // k
    folds = []
    for i in range(k):
        valid = order[i * size : (i + 1) * size + 1]
        train = np.setdiff1d(order, valid)
        folds.append((train, valid))
    return folds


# %% wrong: remainder_lost
# n が k で割り切れないとき、どの valid にも入らない番号があります。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    size = n // k
    folds = []
    for i in range(k):
        valid = order[i * size : (i + 1) * size]
        train = np.concatenate([order[: i * size], order[(i + 1) * size :]])
        folds.append((train, valid))
    return folds


# %% wrong: remainder_dropped_from_both
# n が k で割り切れないとき、余りの番号が train にも valid にもありません。
def k_fold(n, k, rng):
    size = n // k
    parts = rng.permutation(n)[: size * k].reshape(k, size)
    return [(np.delete(parts, i, axis=0).ravel(), parts[i]) for i in range(k)]


# %% wrong: remainder_in_last_fold
# 余りがすべて最後の valid に入り、大きさの差が 1 を超えます。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    size = n // k
    folds = []
    for i in range(k):
        start = i * size
        end = n if i == k - 1 else start + size
        folds.append((np.r_[order[:start], order[end:]], order[start:end]))
    return folds


# %% wrong: ceiling_size
# 大きさを切り上げているため、最後の valid だけがとても小さくなることがあります。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    size = -(-n // k)
    folds = []
    for i in range(k):
        valid = order[i * size : (i + 1) * size]
        train = np.concatenate([order[: i * size], order[(i + 1) * size :]])
        folds.append((train, valid))
    return folds


# %% wrong: fold_of_size_k
# 組の数ではなく、valid の大きさが k になっています。
def k_fold(n, k, rng):
    order = rng.permutation(n)
    folds = []
    for s in range(0, n, k):
        folds.append((np.concatenate([order[:s], order[s + k :]]), order[s : s + k]))
    return folds


# %% wrong: not_shuffled
# 番号が並べ替えられていません。rng で並べ替えた結果を受け取って、それを分けてください。
def k_fold(n, k, rng):
    parts = np.array_split(np.arange(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% wrong: shuffle_result_thrown_away
# 番号が並べ替えられていません。rng で並べ替えた結果を受け取って、それを分けてください。
def k_fold(n, k, rng):
    order = np.arange(n)
    rng.permutation(order)
    parts = np.array_split(order, k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% wrong: only_train_shuffled
# train の中だけを並べ替えていて、分け方がいつも同じです。
def k_fold(n, k, rng):
    folds = []
    for valid in np.array_split(np.arange(n), k):
        train = np.setdiff1d(np.arange(n), valid)
        folds.append((rng.permutation(train), valid))
    return folds


# %% wrong: shuffled_again_each_fold
# 組ごとに並べ替えをやり直しているため、valid が重なったり抜けたりします。
def k_fold(n, k, rng):
    folds = []
    for i in range(k):
        parts = np.array_split(rng.permutation(n), k)
        folds.append((np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]))
    return folds


# %% wrong: drawn_with_replacement
# 重複を許して番号を選んでいます。どの番号も 1 回ずつ使ってください。
def k_fold(n, k, rng):
    parts = np.array_split(rng.integers(0, n, size=n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% wrong: rng_not_used
# 引数の rng が使われていません。同じシードでも結果が変わってしまいます。
def k_fold(n, k, rng):
    parts = np.array_split(np.random.default_rng().permutation(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% wrong: fixed_seed
# 引数の rng が使われていません。いつも同じ分け方になります。
def k_fold(n, k, rng):
    rng = np.random.default_rng(0)
    parts = np.array_split(rng.permutation(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% wrong: train_and_valid_swapped
# 返す順が逆です。(train, valid) の順です。
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    return [(parts[i], np.concatenate(parts[:i] + parts[i + 1 :])) for i in range(k)]


# %% wrong: train_is_one_fold
# train が 1 つの部分だけになっています。valid のほかはすべて train です。
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    return [(parts[(i + 1) % k], parts[i]) for i in range(k)]


# %% wrong: train_is_earlier_folds
# train に valid より後ろの部分が入っていません。
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    return [(np.concatenate([np.empty(0, dtype=int)] + parts[:i]), parts[i]) for i in range(k)]


# %% wrong: numbered_from_one
# 番号が 1 から始まっています。NumPy の番号は 0 からです。
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(np.arange(1, n + 1)), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% wrong: random_numbers
# 番号ではなく乱数そのものを返しています。
def k_fold(n, k, rng):
    parts = np.array_split(rng.random(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% wrong: boolean_masks
# 番号の配列ではなく真偽値の配列を返しています。
def k_fold(n, k, rng):
    fold_of = rng.permutation(n) % k
    return [(fold_of != i, fold_of == i) for i in range(k)]


# %% wrong: random_fold_sizes
# 組を 1 つずつ乱数で決めているため、valid の大きさがそろいません。
def k_fold(n, k, rng):
    fold_of = rng.integers(0, k, size=n)
    return [(np.flatnonzero(fold_of != i), np.flatnonzero(fold_of == i)) for i in range(k)]


# %% wrong: two_lists
# train と valid が別々のリストになっています。組のリストにしてください。
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    trains = [np.concatenate(parts[:i] + parts[i + 1 :]) for i in range(k)]
    return trains, list(parts)


# %% wrong: only_blocks_are_shuffled
# 番号を並べ替えずに、続き番号のかたまりの順だけを並べ替えています。
def k_fold(n, k, rng):
    blocks = np.array_split(np.arange(n), k)
    order = rng.permutation(k)
    return [(np.concatenate([blocks[j] for j in order if j != i] or [blocks[i][:0]]), blocks[i]) for i in order]


# %% wrong: rotated_not_shuffled
# 番号を並べ替えずに、始まりの位置をずらしているだけです。
def k_fold(n, k, rng):
    order = np.roll(np.arange(n), rng.integers(n))
    parts = np.array_split(order, k)
    return [(np.hstack(parts[:i] + parts[i + 1:]) if k > 1 else order[:0], v) for i, v in enumerate(parts)]


# %% wrong: bounds_from_floats
# 分け目を小数の計算で決めているので、丸めの誤差で番号が 1 つ抜けることがあります。整数の割り算と余りで決めてください。
def k_fold(n, k, rng):
    order, size = rng.permutation(n), n / k
    bounds = [int(i * size) for i in range(k + 1)]
    valids = [order[a:b] for a, b in zip(bounds, bounds[1:])]
    return [(np.setdiff1d(order[: bounds[-1]], valid), valid) for valid in valids]


# %% right: array_split
def k_fold(n, k, rng):
    parts = np.array_split(rng.permutation(n), k)
    return [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


# %% right: computed_bounds
def k_fold(n, k, rng):
    order = rng.permutation(n)
    folds = []
    for i in range(k):
        start, end = i * n // k, (i + 1) * n // k
        valid = order[start:end]
        train = np.concatenate([order[:start], order[end:]])
        folds.append((train, valid))
    return folds


# %% right: strided
def k_fold(n, k, rng):
    order = np.arange(n)
    rng.shuffle(order)
    folds = []
    for i in range(k):
        mask = np.ones(n, dtype=bool)
        mask[i::k] = False
        folds.append((order[mask], order[~mask]))
    return folds


# %% right: setdiff
def k_fold(n, k, rng):
    order = rng.choice(n, size=n, replace=False)
    return [[np.setdiff1d(order, valid), valid] for valid in np.array_split(order, k)]


# %% right: fold_numbers
def k_fold(n, k, rng):
    fold_of = rng.permutation(np.arange(n) % k)
    return [(np.flatnonzero(fold_of != i), np.flatnonzero(fold_of == i)) for i in range(k)]


# %% right: argsort_of_random
def k_fold(n, k, rng):
    order = np.argsort(rng.random(n))
    sizes = np.full(k, n // k)
    sizes[: n % k] += 1
    ends = np.cumsum(sizes)
    folds = []
    for size, end in zip(sizes, ends):
        valid = order[end - size : end]
        folds.append((np.delete(order, np.arange(end - size, end)), valid))
    return folds


# %% right: roll
def k_fold(n, k, rng):
    order = rng.permuted(np.arange(n))
    folds = []
    for i in range(k):
        size = n // k + (i < n % k)
        folds.append((order[size:], order[:size]))
        order = np.roll(order, -size)
    return folds


# %% right: python_lists_inside
def k_fold(n, k, rng):
    order = [int(i) for i in rng.permutation(n)]
    valids = [[] for _ in range(k)]
    for position, index in enumerate(order):
        valids[position % k].append(index)
    folds = []
    for valid in valids:
        train = [index for index in order if index not in valid]
        folds.append((np.array(train, dtype=int), np.array(valid, dtype=int)))
    return folds


# %% right: generator_helper
def split_points(n, k):
    start = 0
    for i in range(k):
        end = start + (n + i) // k
        yield start, end
        start = end


def k_fold(n: int, k: int, rng: np.random.Generator, sort: bool = True) -> list:
    order = rng.permutation(n)
    folds = []
    for start, end in split_points(n, k):
        valid = np.sort(order[start:end]) if sort else order[start:end]
        train = np.setxor1d(order, valid)
        folds.append((train, valid))
    return folds
