# %% wrong: sample_std
# 標準偏差を n - 1 で割っています。n で割ります。
def describe(table):
    return {"mean": table.mean(axis=0), "std": table.std(axis=0, ddof=1), "rows": len(table)}

# %% wrong: whole_table
# 列ごとではなく、表の全部をまとめて計算しています。
def describe(table):
    return {"mean": table.mean(), "std": table.std(), "rows": len(table)}

# %% wrong: columns_for_rows
# 行の数ではなく、列の数になっています。
def describe(table):
    return {"mean": table.mean(axis=0), "std": table.std(axis=0), "rows": table.shape[1]}

# %% wrong: variance
# std が分散になっています。平方根を取ってください。
def describe(table):
    return {"mean": table.mean(axis=0), "std": table.var(axis=0), "rows": len(table)}

# %% wrong: tuple
# 辞書ではなくタプルを返しています。
def describe(table):
    return table.mean(axis=0), table.std(axis=0), len(table)

# %% wrong: no_rows
# 辞書に rows がありません。
def describe(table):
    return {"mean": table.mean(axis=0), "std": table.std(axis=0)}

# %% wrong: subtracts_in_place
# 渡された表を書き換えています。
def describe(table):
    mean = table.mean(axis=0)
    table -= mean
    return {"mean": mean, "std": np.sqrt((table**2).mean(axis=0)), "rows": len(table)}

# %% right: loops
def describe(table):
    columns = [[float(v) for v in column] for column in table.T]
    means = [sum(column) / len(column) for column in columns]
    stds = [(sum((v - m) ** 2 for v in column) / len(column)) ** 0.5 for column, m in zip(columns, means)]
    return {"rows": len(columns[0]), "mean": np.array(means), "std": np.array(stds)}

# %% right: ordered
from collections import OrderedDict

def describe(table):
    about = OrderedDict(mean=np.average(table, axis=0))
    about["std"] = np.linalg.norm(table - about["mean"], axis=0) / np.sqrt(len(table))
    about["rows"] = np.int64(table.shape[0])
    return about
