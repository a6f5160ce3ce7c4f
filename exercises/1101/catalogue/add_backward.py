"""add_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。dx と dy を返してください。
def add_backward(dz):
    pass


# %% wrong: zeros
# 勾配が 0 になっています。和では、上流の勾配がそのまま流れます。
def add_backward(dz):
    return 0 * dz, 0 * dz


# %% wrong: hard_coded
# いつも同じ値を返しています。
def add_backward(dz):
    return 1.1, 1.1


# %% wrong: ones
# 上流の勾配 dz を掛け忘れています。
def add_backward(dz):
    return np.ones_like(dz), np.ones_like(dz)


# %% wrong: halved
# 2 つに分けています。和では、どちらにも同じ勾配が流れます。
def add_backward(dz):
    return dz / 2, dz / 2


# %% wrong: doubled
# 2 倍になっています。
def add_backward(dz):
    return 2 * dz, 2 * dz


# %% wrong: difference
# 2 つ目の符号が逆です。これは引き算の逆伝播です。
def add_backward(dz):
    return dz, -dz


# %% wrong: only_one
# dx と dy の 2 つを返してください。
def add_backward(dz):
    return dz


# %% wrong: multiply_pasted
# 積の逆伝播になっています。
def add_backward(dz):
    return dz * dz, dz * dz


# %% wrong: dx_only
# dy が 0 になっています。y にも勾配が流れます。
def add_backward(dz):
    return dz, 0 * dz


# %% wrong: rounded
# 整数に丸めています。
def add_backward(dz):
    return np.round(dz), np.round(dz)


# %% right: textbook
def add_backward(dz):
    return dz, dz


# %% right: times_one
def add_backward(dz):
    return dz * 1, dz * 1


# %% right: list_of_two
def add_backward(dz):
    return [dz, dz]


# %% right: copies
def add_backward(dz):
    return np.array(dz), np.array(dz)


# %% right: positive_sign
def add_backward(dz):
    dx = +dz
    dy = +dz
    return dx, dy


# %% right: repeated_tuple
def add_backward(dz):
    return (dz,) * 2


# %% right: class_with_backward
class Add:
    def backward(self, dout):
        return dout * 1.0, dout * 1.0


def add_backward(dz):
    return Add().backward(dz)
