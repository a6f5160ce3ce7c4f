# %% wrong: not_divided
# 標準偏差で割っていません。
class Scaler:
    def __init__(self, table):
        self.about = describe(table)

    def transform(self, x):
        return x - self.about["mean"]

    def inverse(self, z):
        return z + self.about["mean"]

# %% wrong: own_mean
# transform が x 自身の平均と標準偏差を使っています。table のものを使ってください。
class Scaler:
    def __init__(self, table):
        self.about = describe(table)

    def transform(self, x):
        return (x - x.mean(axis=0)) / x.std(axis=0)

    def inverse(self, z):
        return z * self.about["std"] + self.about["mean"]

# %% wrong: inverse_in_wrong_order
# inverse の順が逆です。先に標準偏差を掛け、次に平均を足します。
class Scaler:
    def __init__(self, table):
        self.about = describe(table)

    def transform(self, x):
        return (x - self.about["mean"]) / self.about["std"]

    def inverse(self, z):
        return (z + self.about["mean"]) * self.about["std"]

# %% wrong: variance
# 標準偏差ではなく分散で割っています。
class Scaler:
    def __init__(self, table):
        self.about = describe(table)

    def transform(self, x):
        return (x - self.about["mean"]) / self.about["std"] ** 2

    def inverse(self, z):
        return z * self.about["std"] ** 2 + self.about["mean"]

# %% wrong: no_inverse
# inverse が書かれていません。
class Scaler:
    def __init__(self, table):
        self.about = describe(table)

    def transform(self, x):
        return (x - self.about["mean"]) / self.about["std"]

# %% right: function_of_functions
def Scaler(table):
    from types import SimpleNamespace

    mean, std = table.mean(axis=0), table.std(axis=0)
    return Pair(lambda x: (x - mean) / std, lambda z: z * std + mean)

class Pair:
    def __init__(self, there, back):
        self.transform, self.inverse = there, back

# %% right: dataclass
from dataclasses import dataclass

@dataclass
class Scaler:
    table: np.ndarray

    def transform(self, x):
        return (x - self.table.mean(0)) / self.table.std(0)

    def inverse(self, z):
        return z * self.table.std(0) + self.table.mean(0)

# %% right: slots_and_properties
class Base:
    __slots__ = ("mean", "std")

    def inverse(self, z):
        return z * self.std + self.mean

class Scaler(Base):
    def __init__(self, table):
        self.mean, self.std = np.mean(table, axis=0), np.sqrt(np.var(table, axis=0))

    @property
    def transform(self):
        return lambda x: (x - self.mean) / self.std
