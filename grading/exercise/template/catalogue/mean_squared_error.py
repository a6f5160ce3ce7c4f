# %% wrong: not_divided
# データの数で割っていません。平均にしてください。
def mean_squared_error(y, t):
    return np.sum((y - t) ** 2)

# %% wrong: halved
# 2 分の 1 になっています。平均だけを返してください。
def mean_squared_error(y, t):
    return np.mean((y - t) ** 2) / 2

# %% wrong: absolute
# 2 乗ではなく、絶対値の平均になっています。
def mean_squared_error(y, t):
    return np.mean(np.abs(y - t))

# %% wrong: root
# 最後に平方根を取っています。2 乗の平均のまま返してください。
def mean_squared_error(y, t):
    return np.sqrt(np.mean((y - t) ** 2))

# %% right: dot
def mean_squared_error(y, t):
    d = y - t
    return d @ d / len(d)

# %% right: loop
def mean_squared_error(y, t):
    total = 0.0
    for a, b in zip(y, t):
        total += (a - b) ** 2
    return total / len(y)

# %% right: sklearn
def mean_squared_error(y, t):
    from sklearn.metrics import mean_squared_error as ready
    return ready(t, y)
