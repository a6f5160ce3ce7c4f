"""multiply_backward の解答例。"""

import numpy as np


# %% wrong: returns_none
# return がありません。dx と dy を返してください。
def multiply_backward(dz, x, y):
    pass


# %% wrong: zeros
# 勾配が 0 になっています。
def multiply_backward(dz, x, y):
    return 0 * x, 0 * y


# %% wrong: hard_coded
# いつも同じ値を返しています。引数から計算してください。
def multiply_backward(dz, x, y):
    return 2.2, 110.0


# %% wrong: not_swapped
# x と y が逆です。掛けるのは相手の値です。
def multiply_backward(dz, x, y):
    return dz * x, dz * y


# %% wrong: upstream_left_out
# 上流の勾配 dz を掛け忘れています。
def multiply_backward(dz, x, y):
    return y * 1.0, x * 1.0


# %% wrong: add_pasted
# 和の逆伝播になっています。
def multiply_backward(dz, x, y):
    return dz, dz


# %% wrong: added
# 掛けるところを足しています。
def multiply_backward(dz, x, y):
    return dz + y, dz + x


# %% wrong: divided
# 掛けるところを割っています。
def multiply_backward(dz, x, y):
    return dz / y, dz / x


# %% wrong: forward
# 順伝播の値を掛けています。微分すると、自分の値は消えます。
def multiply_backward(dz, x, y):
    return dz * x * y, dz * x * y


# %% wrong: only_dx
# dx と dy の 2 つを返してください。
def multiply_backward(dz, x, y):
    return dz * y


# %% wrong: sign_flipped
# 符号が逆です。
def multiply_backward(dz, x, y):
    return -dz * y, -dz * x


# %% wrong: dx_for_both
# dy も dx と同じ式になっています。
def multiply_backward(dz, x, y):
    return dz * y, dz * y


# %% wrong: matrix_product
# 行列積になっています。要素ごとの積を使ってください。
def multiply_backward(dz, x, y):
    return np.dot(dz, np.transpose(y)), np.dot(dz, np.transpose(x))


# %% wrong: changes_argument
# 引数の dz を書き換えています。
def multiply_backward(dz, x, y):
    dx = dz * y
    dz *= x
    return dx, dz


# %% wrong: output_divided_by_input
# 積 z を x や y で割って、相手の値を求めています。0 のときに nan になります。相手の値をそのまま使います。
def multiply_backward(dz, x, y):
    z = np.multiply(x, y)
    return dz * (z / np.asarray(x)), dz * (z / np.asarray(y))


# %% wrong: equal_inputs_squared
# x と y の値が等しいときに 2 倍しています。値が等しくても、x と y は別の変数です。
def multiply_backward(dz, x, y):
    factor = 2 if np.array_equal(x, y) else 1
    return factor * dz * y, factor * dz * x


# %% right: textbook
def multiply_backward(dz, x, y):
    return dz * y, dz * x


# %% right: np_multiply
def multiply_backward(dz, x, y):
    return np.multiply(dz, y), np.multiply(x, dz)


# %% right: list_of_two
def multiply_backward(dz, x, y):
    return [y * dz, x * dz]


# %% right: generator
def multiply_backward(dz, x, y):
    return tuple(dz * other for other in (y, x))


# %% right: class_with_cache
class Multiply:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def backward(self, dout):
        return dout * self.y, dout * self.x


def multiply_backward(dz, x, y):
    return Multiply(x, y).backward(dz)


# %% right: einsum
def multiply_backward(dz, x, y):
    return np.einsum("...,...->...", dz, y), np.einsum("...,...->...", dz, x)


# %% right: via_forward
def multiply_backward(dz, x, y):
    # xy は x についても y についても 1 次式なので、1 増やしたときの差が微分になる
    dx = dz * ((x + 1) * y - x * y)
    dy = dz * (x * (y + 1) - x * y)
    return dx, dy
