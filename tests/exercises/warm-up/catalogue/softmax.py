# %% wrong: temperature_left_out
# temperature で割っていません。
def softmax(scores, temperature=1.0, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)

# %% wrong: temperature_multiplied
# temperature を掛けています。割ります。
def softmax(scores, temperature=1.0, axis=-1):
    e = np.exp((scores - scores.max(axis=axis, keepdims=True)) * temperature)
    return e / e.sum(axis=axis, keepdims=True)

# %% wrong: last_axis
# axis が使われていません。いつも最後の方向の和で割っています。
def softmax(scores, temperature=1.0, axis=-1):
    e = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    return e / e.sum(axis=-1, keepdims=True)

# %% wrong: no_maximum
# ±1000 で exp があふれます。先に最大値を引いてください。
def softmax(scores, temperature=1.0, axis=-1):
    e = np.exp(scores / temperature)
    return e / e.sum(axis=axis, keepdims=True)

# %% wrong: no_options
# 名前で渡す引数 temperature と axis がありません。
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

# %% right: scipy
def softmax(scores, temperature=1.0, axis=-1):
    from scipy.special import softmax as ready
    return ready(scores / temperature, axis=axis)

# %% right: logsumexp
def softmax(scores, temperature=1.0, axis=-1):
    u = np.asarray(scores) / temperature
    return np.exp(u - np.logaddexp.reduce(u, axis=axis, keepdims=True))

# %% right: keywords_only_by_rest
def softmax(scores, *rest, **options):
    temperature = rest[0] if rest else options.get("temperature", 1)
    moved = np.moveaxis(scores, options.get("axis", -1), 0) / temperature
    e = np.exp(moved - moved.max(axis=0))
    return np.moveaxis(e / e.sum(axis=0), 0, options.get("axis", -1))
