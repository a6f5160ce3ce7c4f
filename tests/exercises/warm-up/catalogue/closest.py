# %% wrong: largest
# いちばん大きい行になっています。
def closest(f, table):
    return int(np.argmax([f(row) for row in Scaler(table).transform(table)]))

# %% wrong: unscaled
# 列をそろえていません。Scaler を使ってください。
def closest(f, table):
    return int(np.argmin([f(row) for row in table]))

# %% wrong: value
# 行の番号ではなく、f の値を返しています。
def closest(f, table):
    return min(f(row) for row in Scaler(table).transform(table))

# %% wrong: from_one
# 番号が 1 から始まっています。0 から数えます。
def closest(f, table):
    return 1 + int(np.argmin([f(row) for row in Scaler(table).transform(table)]))

# %% right: loop
def closest(f, table):
    scaler, best = Scaler(table), 0
    values = [f(scaler.transform(table[i : i + 1])[0]) for i in range(len(table))]
    for i, value in enumerate(values):
        if value < values[best]:
            best = i
    return best

# %% right: without_scaler
def closest(f, table):
    z = (table - table.mean(axis=0)) / table.std(axis=0)
    return min(range(len(z)), key=lambda i: f(z[i]))
