# %% affine_forward: fortran_loops
# Fortran programmer: triple DO loop, column-major result, accumulates into a scalar
def affine_forward(z, W, b):
    NROW, NIN = z.shape
    NOUT = W.shape[1]
    U = np.empty((NROW, NOUT), dtype=np.float64, order="F")
    for J in range(NOUT):
        for I in range(NROW):
            S = b[J]
            for K in range(NIN):
                S = S + z[I, K] * W[K, J]
            U[I, J] = S
    return U


# %% affine_forward: reduce_lambda
# Functional programmer: a lambda bound to the name, dot products folded with reduce over zipped rows and columns
from functools import reduce
from operator import mul

内積 = lambda a, c, 初期値: reduce(lambda s, p: s + mul(*p), zip(a, c), 初期値)
affine_forward = lambda z, W, b: np.array([[内積(row, col, bias) for col, bias in zip(W.T, b)] for row in z])


# %% affine_forward: homogeneous_coordinates
# Graphics background: append a column of ones to z and the bias as the last row of W, then one product
def affine_forward(z, W, b):
    n = z.shape[0]
    z1 = np.c_[z, np.ones(n)]
    W1 = np.r_[W, b[None, :]]
    return np.linalg.multi_dot([z1, W1])


# %% affine_forward: sparse_and_strides
# SciPy sparse product plus a bias matrix made with stride tricks (zero stride over the batch)
def affine_forward(z, W, b, *, verbose=False):
    from numpy.lib.stride_tricks import as_strided
    from scipy import sparse
    B = as_strided(b, shape=(len(z), len(b)), strides=(0, b.strides[0]), writeable=False)
    u = sparse.csr_array(z) @ W + B
    if verbose:
        print(u.shape)
    return np.asarray(u)


# %% affine_forward: beginner_japanese
# Beginner: Japanese names, temporary lists, appends, prints a trial run at the end of the cell
def affine_forward(z, W, b):
    データの数 = len(z)
    入力の数 = len(W)
    出力の数 = len(b)
    全部の結果 = []
    for 番号 in range(データの数):
        一行 = []
        for 出力 in range(出力の数):
            合計 = 0.0
            for 入力 in range(入力の数):
                掛け算 = z[番号][入力] * W[入力][出力]
                合計 = 合計 + 掛け算
            合計 = 合計 + b[出力]
            一行.append(合計)
        全部の結果.append(一行)
    u = np.array(全部の結果)
    print("できました", u.shape)
    return u


if __name__ == "__main__":
    print(affine_forward(np.array([[1.0, 2.0]]), np.array([[1.0], [3.0]]), np.array([0.5])))


# %% affine_forward: callable_subclass
# Object-oriented: an instance with __call__ is bound to the name; the result is an ndarray subclass carrying a label
class Batch(np.ndarray):
    """A batch that knows what it is called."""

    def __new__(cls, values, label=""):
        obj = np.asarray(values).view(cls)
        obj.label = label
        return obj

    def __array_finalize__(self, obj):
        self.label = getattr(obj, "label", "")


class _Affine:
    def __init__(self):
        self.calls = 0

    def __call__(self, z, W, b):
        self.calls += 1
        return Batch(np.einsum("ni,ij->nj", z, W) + b, label=f"u{self.calls}")


affine_forward = _Affine()


# %% sigmoid_forward: errstate_plain_formula
# Writes the formula as it stands and lets exp overflow to inf silently (1 / inf = 0), inside np.errstate
def sigmoid_forward(u):
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-u))


# %% sigmoid_forward: longdouble_tanh_half
# Half-angle formula (1 + tanh(u/2)) / 2 evaluated in long double, then cast back to float64
def sigmoid_forward(u):
    w = np.asarray(u, dtype=np.longdouble) / 2
    z = (1 + np.tanh(w)) / 2
    return z.astype(np.float64)


# %% sigmoid_forward: try_overflow
# Pure-Python beginner: math.exp in nested loops, OverflowError caught
import math


def sigmoid_forward(u):
    行の数, 列の数 = u.shape
    z = np.zeros((行の数, 列の数))
    for i in range(行の数):
        for j in range(列の数):
            try:
                z[i, j] = 1 / (1 + math.exp(-u[i, j]))
            except OverflowError:
                z[i, j] = 0.0
    return z


# %% sigmoid_forward: expit_alias
# Does not define a function at all: imports the SciPy ufunc under the required name
from scipy.special import expit as sigmoid_forward


# %% sigmoid_forward: piecewise_decorated
# np.piecewise with two closures, wrapped in a decorator that checks the shapes with asserts
import functools


def keeps_shape(function):
    @functools.wraps(function)
    def wrapper(u, *args, **kwargs):
        u = np.asarray(u, dtype=float)
        assert u.ndim == 2, f"2-D array expected, got {u.ndim}-D"
        z = function(u, *args, **kwargs)
        assert z.shape == u.shape
        return z
    return wrapper


@keeps_shape
def sigmoid_forward(u):
    return np.piecewise(u, [u >= 0, u < 0], [lambda v: 1 / (1 + np.exp(-v)), lambda v: (e := np.exp(v)) / (1 + e)])


# %% sigmoid_forward: logaddexp
# log-domain: log sigmoid(u) = -logaddexp(0, -u); written with out= on its own buffer
def sigmoid_forward(u):
    buffer = np.negative(u)
    np.logaddexp(0.0, buffer, out=buffer)
    np.negative(buffer, out=buffer)
    np.exp(buffer, out=buffer)
    return buffer


# %% tanh_forward: from_sigmoid_method
# Uses the previous question: bound method of an object, 2 sigmoid(2u) - 1
class Activations:
    scale = 2.0

    def tanh(self, u):
        return self.scale * sigmoid_forward(self.scale * u) - 1.0


tanh_forward = Activations().tanh


# %% tanh_forward: expm1_sign
# Different formula: sign(u) * -expm1(-2|u|) / (1 + exp(-2|u|))
def tanh_forward(u):
    a = -2.0 * np.absolute(u)
    return np.copysign(-np.expm1(a) / (1.0 + np.exp(a)), u)


# %% tanh_forward: nan_repair
# Beginner: evaluates the textbook formula with warnings off, then repairs the nan entries with the sign of u
def tanh_forward(u):
    with np.errstate(all="ignore"):
        プラス = np.exp(u)
        マイナス = np.exp(-u)
        z = (プラス - マイナス) / (プラス + マイナス)
    だめなところ = np.isnan(z)
    z[だめなところ] = np.sign(u[だめなところ])
    return z


# %% tanh_forward: complex_tan
# Complex analysis: tanh(u) = Im tan(iu)
def tanh_forward(u):
    return np.ascontiguousarray(np.tan(1j * u).imag)


# %% tanh_forward: clip_textbook
# Clips to +-20 (tanh is exactly 1.0 in float64 beyond that) and uses the formula in the text
飽和 = 20.0


def tanh_forward(u):
    global 飽和
    c = np.clip(u, -飽和, +飽和)
    p, m = np.exp(c), np.exp(-c)
    return np.divide(np.subtract(p, m), np.add(p, m))


# %% tanh_forward: vectorize_math
# np.vectorize object wrapping a builtin, bound to the name
from math import tanh
from numpy import vectorize

tanh_forward = vectorize(tanh, otypes=[float])


# %% relu_forward: max_comprehension
# Pure-Python max(0, v) in a nested comprehension (gives an integer array when nothing is positive)
def relu_forward(u):
    return np.array([[max(0, v) for v in row] for row in u.tolist()])


# %% relu_forward: masked_array
# Masked arrays: mask what is negative, fill the holes with 0
import numpy.ma as ma


def relu_forward(u):
    return ma.masked_less(u, 0.0, copy=True).filled(0.0)


# %% relu_forward: half_sum_abs
# Mathematician: (u + |u|) / 2
def relu_forward(u):
    return (u + np.abs(u)) / 2


# %% relu_forward: sparse_maximum
# Sparse matrix maximum with 0, back to dense
def relu_forward(u):
    import scipy.sparse as sp
    return sp.csr_array(u).maximum(0).toarray()


# %% relu_forward: copy_and_log
# Boolean assignment on its own copy, with progress on stdout and stderr
import sys as _sys


def relu_forward(u):
    写し = np.array(u, dtype=float, copy=True)
    負 = 写し < 0
    print(f"[relu] {負.sum()} 個を 0 にします", flush=True)
    print("[relu] debug", u.shape, file=_sys.stderr)
    写し[負] = 0
    return 写し


# %% relu_forward: recursion_over_axes
# Recursion on the number of axes, down to single numbers
def relu_forward(u):
    if np.ndim(u) == 0:
        return np.float64(u) if u > 0 else np.float64(0)
    return np.stack([relu_forward(part) for part in u])


# %% merge_affine: homogeneous_reduce
# Robotics background: both maps as (n+1) x (m+1) homogeneous matrices, composed with reduce
import functools


def merge_affine(W1, b1, W2, b2):
    def homogeneous(W, b):
        return np.block([[W, np.zeros((W.shape[0], 1))], [b[np.newaxis], np.ones((1, 1))]])

    T = functools.reduce(np.matmul, [homogeneous(W1, b1), homogeneous(W2, b2)])
    W, b = T[:-1, :-1], T[-1, :-1]
    return W, b


# %% merge_affine: probing
# Black-box identification: push the zero vector and the unit vectors through both layers with affine_forward
def merge_affine(W1, b1, W2, b2):
    def through(z):
        return affine_forward(affine_forward(z, W1, b1), W2, b2)

    n_in = W1.shape[0]
    b = through(np.zeros((1, n_in)))[0]
    W = through(np.eye(n_in)) - b
    return W, b


# %% merge_affine: loops
# Explicit loops; the two results are returned in a list
def merge_affine(W1, b1, W2, b2):
    n, m = W1.shape
    k = W2.shape[1]
    W = [[0.0] * k for _ in range(n)]
    b = list(b2)
    for j in range(k):
        for h in range(m):
            b[j] = b[j] + b1[h] * W2[h, j]
            for i in range(n):
                W[i][j] += W1[i, h] * W2[h, j]
    return [np.array(W), np.array(b)]


# %% merge_affine: named_tuple
# Returns a typing.NamedTuple (it is a tuple of two) whose class defines composition by @
from typing import NamedTuple


class AffineMap(NamedTuple):
    W: np.ndarray
    b: np.ndarray

    def __matmul__(self, other):
        return AffineMap(self.W @ other.W, self.b @ other.W + other.b)


def merge_affine(W1, b1, W2, b2):
    return AffineMap(W1, b1) @ AffineMap(W2, b2)


# %% merge_affine: np_matrix
# MATLAB user: np.matrix arithmetic, converted back at the end
def merge_affine(W1, b1, W2, b2):
    A, B = np.matrix(W1), np.matrix(W2)
    p, q = np.matrix(b1), np.matrix(b2)
    W = A * B
    b = p * B + q
    return np.asarray(W), np.asarray(b).ravel()


# %% merge_affine: stacked_rows
# One product for both results: b1 is glued under W1 as an extra row; *args signature
def merge_affine(*層):
    W1, b1, W2, b2 = 層
    一緒 = np.concatenate((W1, b1.reshape(1, -1)), axis=0).dot(W2)
    *上, 下 = 一緒
    return np.array(上), 下 + b2


# %% softmax: pairwise_reciprocal
# Formula without shifting: y_k = 1 / sum_j exp(u_j - u_k); overflow to inf is meant (1 / inf = 0)
def softmax(u):
    with np.errstate(over="ignore"):
        return 1.0 / np.exp(u[:, None, :] - u[:, :, None]).sum(axis=2)


# %% softmax: decimal
# Finance background: decimal arithmetic has an exponent range wide enough, no shift at all
from decimal import Decimal


def softmax(u):
    y = []
    for row in u:
        e = [Decimal(float(v)).exp() for v in row]
        s = sum(e)
        y.append([float(v / s) for v in e])
    return np.array(y)


# %% softmax: logaddexp_reduce
# Log domain with a ufunc reduction: exp(u - logaddexp.reduce(u)), with a check of the row sums
def softmax(u):
    u = np.asarray(u, dtype=np.float64)
    y = np.exp(u - np.logaddexp.reduce(u, axis=-1, keepdims=True))
    assert np.allclose(y.sum(axis=1), 1.0)
    return y


# %% softmax: partial_scipy
# functools.partial of the SciPy function (no __name__, no def)
from functools import partial

import scipy.special

softmax = partial(scipy.special.softmax, axis=1)


# %% softmax: beginner_rows
# Beginner: finds the maximum by hand, temporary lists for each row, tries the slide's example at the end
import math


def softmax(u):
    答え = []
    for 行 in u:
        最大 = 行[0]
        for 値 in 行:
            if 値 > 最大:
                最大 = 値
        指数 = []
        for 値 in 行:
            指数.append(math.exp(値 - 最大))
        合計 = 0
        for 値 in 指数:
            合計 += 値
        確率 = []
        for 値 in 指数:
            確率.append(値 / 合計)
        答え.append(確率)
    return np.array(答え)


print(softmax(np.array([[1.0, 2.0, 3.0]])))


# %% softmax: shadowed_builtins
# Imports max and sum from NumPy over the builtins; works on the transpose and returns a transposed (Fortran-ordered) view
from numpy import exp, max, sum


def softmax(u):
    v = u.T - max(u, axis=1)
    e = exp(v)
    return (e / sum(e, axis=0)).T


# %% cross_entropy: take_along_axis
# Picks the probability of the right class with argmax and take_along_axis
def cross_entropy(y, t):
    正解 = np.argmax(t, axis=1)
    p = np.take_along_axis(y, 正解[:, np.newaxis], axis=1)
    return -np.log(p).mean()


# %% cross_entropy: kl_divergence
# Information theory: for one-hot t the cross entropy is KL(t || y), by scipy.stats.entropy
from scipy import stats


def cross_entropy(y, t):
    return np.mean(stats.entropy(pk=t, qk=y, axis=1))


# %% cross_entropy: from_math_import_star
# Beginner: from math import *, double loop with if, plain Python float
from math import *


def cross_entropy(y, t):
    枚数 = y.shape[0]
    クラス数 = y.shape[1]
    損失 = 0.0
    for n in range(枚数):
        for k in range(クラス数):
            if t[n, k] == 1:
                損失 = 損失 + -log(y[n, k])
    return 損失 / 枚数


# %% cross_entropy: geometric_mean
# Statistician: minus the log of the geometric mean of the likelihoods
def cross_entropy(y, t):
    from scipy.stats import gmean
    尤度 = np.max(np.where(t > 0.5, y, 0.0), axis=1)
    return float(-np.log(gmean(尤度)))


# %% cross_entropy: zero_dim_xlogy
# scipy.special.xlogy (0 log 0 = 0), the answer is a 0-dimensional array
import scipy.special as sc


def cross_entropy(y, t):
    N = y.shape[0]
    E = np.array(0.0)
    np.sum(-sc.xlogy(t, y), out=E)
    return np.asarray(E / N)


# %% cross_entropy: running_mean
# Welford-style running mean over the rows, in long double, masked selection of each row
def cross_entropy(y, t):
    平均 = np.longdouble(0)
    for 回, (行, 印) in enumerate(zip(y, t), start=1):
        [p] = 行[印.astype(bool)]
        平均 += (-np.log(np.longdouble(p)) - 平均) / 回
    return float(平均)


# %% softmax_cross_entropy_forward: logsumexp_list
# scipy logsumexp; returns a list [E, y]
from scipy.special import logsumexp


def softmax_cross_entropy_forward(u, t):
    logy = u - logsumexp(u, axis=1, keepdims=True)
    return [-(t * logy).sum() / t.shape[0], np.exp(logy)]


# %% softmax_cross_entropy_forward: online
# Streaming (one pass) maximum and sum, FlashAttention style, scalar loops
from math import exp, log, inf


def softmax_cross_entropy_forward(u, t):
    n, k = u.shape
    y = np.zeros((n, k))
    total = 0.0
    for i in range(n):
        m, s = -inf, 0.0
        for v in u[i]:
            if v > m:
                s, m = s * exp(m - v) + 1.0, v
            else:
                s += exp(v - m)
        lse = m + log(s)
        for j in range(k):
            y[i, j] = exp(u[i, j] - lse)
            total += t[i, j] * (lse - u[i, j])
    return total / n, y


# %% softmax_cross_entropy_forward: margins
# Uses margins against the right class: E_n = log sum_j exp(u_j - u_right), by logaddexp.reduce
def softmax_cross_entropy_forward(u, t):
    right = np.vecdot(u, t)[:, None] if hasattr(np, "vecdot") else (u * t).sum(1)[:, None]
    margin = u - right
    E_n = np.logaddexp.reduce(margin, axis=1)
    y = np.exp(margin - E_n[:, None])
    return E_n.mean(), y


# %% softmax_cross_entropy_forward: floor_literal
# BORDERLINE, literal reading "finite E": floors y at the smallest normal float before the log (E is capped near 708)
def softmax_cross_entropy_forward(u, t):
    y = softmax(u)
    安全なy = np.maximum(y, np.finfo(float).tiny)
    return cross_entropy(安全なy, t), y


# %% softmax_cross_entropy_forward: longdouble
# Lets the exponent range of long double do the work (e^-2000 does not underflow), then casts down
def softmax_cross_entropy_forward(u, t):
    s = np.asarray(u, np.longdouble)
    s = s - s.max(1, keepdims=True)
    e = np.exp(s)
    p = e / e.sum(1, keepdims=True)
    E = -np.log(np.where(t == 1, p, 1)).sum() / len(p)
    return float(E), p.astype(float)


# %% softmax_cross_entropy_forward: namedtuple_class
# Layer class with memory; its bound method is bound to the name and returns a namedtuple (E, y); y by softmax()
from collections import namedtuple

Result = namedtuple("Result", "E y")


class SoftmaxWithLoss:
    def __init__(self):
        self.y = self.t = self.loss = None

    @staticmethod
    def _log_sum_exp(row):
        m = row.max()
        return m + np.log1p(np.exp(np.delete(row, row.argmax()) - m).sum())

    def forward(self, u, t):
        self.t, self.y = t.copy(), softmax(u)
        each = [self._log_sum_exp(r) - r[c] for r, c in zip(u, t.argmax(axis=1))]
        self.loss = np.mean(each)
        return Result(self.loss, self.y)


softmax_cross_entropy_forward = SoftmaxWithLoss().forward


# %% numerical_gradient: in_place_restore
# Moves the element of x itself and puts the saved value back (allowed: x is as before at the end)
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        もと = x[i]
        try:
            x[i] = もと + eps
            上 = f(x)
            x[i] = もと - eps
            下 = f(x)
        finally:
            x[i] = もと
        grad[i] = (上 - 下) / (2 * eps)
    return grad


# %% numerical_gradient: unit_vectors
# Directional derivatives along the rows of an identity matrix
def numerical_gradient(f, x, eps=1e-5):
    g = []
    for e in np.eye(x.size):
        d = eps * e.reshape(x.shape)
        g.append((f(x + d) - f(x - d)) / (2 * eps))
    return np.array(g, dtype=float).reshape(x.shape)


# %% numerical_gradient: generator_fromiter
# A generator feeding np.fromiter; the moved array is rebuilt with np.where and an arange of numbers
def numerical_gradient(f, x, eps=1e-5):
    numbers = np.arange(x.size).reshape(x.shape)

    def slopes():
        for k in range(x.size):
            here = numbers == k
            plus, minus = (np.where(here, x + s * eps, x) for s in (+1, -1))
            yield (f(plus) - f(minus)) / eps / 2

    return np.fromiter(slopes(), dtype=float, count=x.size).reshape(x.shape)


# %% numerical_gradient: vectorize_with_check
# np.vectorize over flat numbers; calls f(x) once more at first to see that it gives one number
def numerical_gradient(f, x, eps=1e-5, *, check=True):
    if check and np.ndim(f(x.copy())) != 0:
        raise ValueError("f は 1 つの数を返す関数にしてください")

    def partial_derivative(k):
        values = []
        for step in (eps, -eps):
            moved = x.copy()
            moved.flat[k] += step
            values.append(f(moved))
        return (values[0] - values[1]) / (2 * eps)

    return np.vectorize(partial_derivative, otypes=[float])(np.arange(x.size).reshape(x.shape))


# %% numerical_gradient: recursion
# Recursion over the axes builds the gradient as nested lists
def numerical_gradient(f, x, eps=1e-5):
    def at(index):
        if len(index) < x.ndim:
            return [at(index + (i,)) for i in range(x.shape[len(index)])]
        d = np.zeros(x.shape)
        d[index] = eps
        return (f(np.add(x, d)) - f(np.subtract(x, d))) / (eps + eps)

    return np.asarray(at(()), dtype=float).reshape(x.shape)


# %% numerical_gradient: true_step
# Numerical analyst: divides by the step that was really made in floating point; itertools.product over the indices
import itertools


class CentralDifference:
    def __init__(self, default=1e-5):
        self.default = default

    def __call__(self, f, x, eps=None):
        eps = self.default if eps is None else eps
        g = np.empty(x.shape)
        for index in itertools.product(*map(range, x.shape)):
            hi, lo = x.copy(), x.copy()
            hi[index] += eps
            lo[index] -= eps
            g[index] = (f(hi) - f(lo)) / (hi[index] - lo[index])
        return g


numerical_gradient = CentralDifference()


# %% add_backward: same_object_list
# The box lets dz through as it is: the same object twice, in a list
def add_backward(dz):
    return [dz] * 2


# %% add_backward: outer_jacobian
# Outer product of the local derivatives (1, 1) with dz, unpacked into a tuple
add_backward = lambda dz: tuple(np.multiply.outer(np.array([1.0, 1.0]), dz))


# %% add_backward: node_class
# A node of a computation graph as in the books; backward method with deep copies
import copy as copy_module


class AddNode:
    def forward(self, x, y):
        return x + y

    def backward(self, dz):
        dx = copy_module.deepcopy(dz)
        dy = copy_module.deepcopy(dz)
        return dx, dy


_add = AddNode()


def add_backward(dz):
    return _add.backward(dz)


# %% add_backward: match_types
# Structural pattern matching on the kind of dz, with type hints
from typing import Tuple, Union

Number = Union[int, float, np.ndarray]


def add_backward(dz: Number) -> Tuple[Number, Number]:
    match dz:
        case np.ndarray():
            return dz.copy(), dz.copy()
        case int() | float() | np.number():
            return 1 * dz, 1 * dz
        case _:
            raise TypeError(type(dz))


# %% add_backward: stacked_list
# Stacks dz twice and lists the rows of the stack (np.float64 numbers for a scalar)
def add_backward(dz):
    return list(np.stack([dz, dz]))


# %% add_backward: sum_rule_from_multiply
# Local derivatives written as ones_like, with a namedtuple answer and a print
from collections import namedtuple

Gradients = namedtuple("Gradients", ["dx", "dy"])


def add_backward(dz):
    dzdx = np.ones_like(dz)
    dzdy = np.ones_like(dz)
    g = Gradients(dx=np.multiply(dz, dzdx), dy=np.multiply(dz, dzdy))
    print(g)
    return g


# %% multiply_backward: operator_map
# map(operator.mul) over crossed pairs
import operator


def multiply_backward(dz, x, y):
    return tuple(map(operator.mul, (dz, dz), (y, x)))


# %% multiply_backward: frompyfunc_two_outputs
# A ufunc with two outputs by np.frompyfunc, results cast from object to float (0-d arrays for numbers)
_積 = np.frompyfunc(lambda c, a, b: (c * b, c * a), 3, 2)


def multiply_backward(dz, x, y):
    dx, dy = _積(dz, x, y)
    return np.asarray(dx, dtype=float), np.asarray(dy, dtype=float)


# %% multiply_backward: tiny_autodiff
# A small reverse-mode autodiff variable, seeded with dz
class Var:
    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = value, parents, 0.0

    def __mul__(self, other):
        return Var(self.value * other.value, [(self, other.value), (other, self.value)])

    def backward(self, seed):
        self.grad = self.grad + seed
        for parent, local in self.parents:
            parent.backward(seed * local)


def multiply_backward(dz, x, y):
    a, b = Var(x), Var(y)
    (a * b).backward(dz)
    return a.grad, b.grad


# %% multiply_backward: beginner_cases
# Beginner: separate code for numbers and for arrays of any dimension, element by element
def multiply_backward(dz, x, y):
    if isinstance(x, np.ndarray) and x.ndim > 0:
        dx = np.zeros(x.shape)
        dy = np.zeros(y.shape)
        for 場所 in np.ndindex(x.shape):
            dx[場所] = dz[場所] * y[場所]
            dy[場所] = dz[場所] * x[場所]
        return dx, dy
    else:
        dx = dz * y
        dy = dz * x
        return dx, dy


# %% multiply_backward: broadcast_pair
# One broadcast product with the stacked pair (y, x), returned as a list of two
def multiply_backward(dz, x, y):
    return list(dz * np.array([y, x]))


# %% multiply_backward: einsum_swap
# einsum with ellipsis (works for numbers and arrays), defensive shape assert, keyword-only call of a helper
def multiply_backward(dz, x, y):
    assert np.shape(dz) == np.shape(x) == np.shape(y), (np.shape(dz), np.shape(x), np.shape(y))

    def local(*, upstream, partner):
        return np.einsum("...,...->...", upstream, partner)

    dx = local(upstream=dz, partner=y)
    dy = local(upstream=dz, partner=x)
    return dx, dy


# %% sigmoid_backward: logistic_pdf
# Statistician: the derivative of the sigmoid is the density of the logistic distribution
from scipy.stats import logistic


def sigmoid_backward(dz, u):
    return dz * logistic.pdf(u)


# %% sigmoid_backward: sech_squared
# Hyperbolic form: sigmoid' = (sech(u/2) / 2)^2
def sigmoid_backward(dz, u):
    with np.errstate(over="ignore", under="ignore"):
        半分 = 0.5 / np.cosh(0.5 * u)
    return dz * 半分**2


# %% sigmoid_backward: dual_numbers
# Forward-mode automatic differentiation with dual numbers (not numerical differentiation), via (1 + tanh(u/2)) / 2
class Dual:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, c):
        return Dual(self.a + c, self.b)

    def __mul__(self, c):
        return Dual(self.a * c, self.b * c)

    def tanh(self):
        v = np.tanh(self.a)
        return Dual(v, (1 - v * v) * self.b)


def sigmoid_backward(dz, u):
    s = ((Dual(u, np.ones_like(u)) * 0.5).tanh() + 1.0) * 0.5
    return dz * s.b


# %% sigmoid_backward: scalar_cosh_loops
# Beginner with math: 1 / (2 + 2 cosh u) in loops, OverflowError means slope 0
import math


def sigmoid_backward(dz, u):
    du = []
    for 上流の行, 入力の行 in zip(dz, u):
        行 = []
        for 上流, 入力 in zip(上流の行, 入力の行):
            try:
                傾き = 1 / (2 + 2 * math.cosh(入力))
            except OverflowError:
                傾き = 0.0
            行.append(上流 * 傾き)
        du.append(行)
    return np.array(du)


# %% sigmoid_backward: polynomial_of_output
# The slope as a polynomial of the output, evaluated by numpy.polynomial
from numpy.polynomial import Polynomial

傾きの多項式 = Polynomial([0, 1, -1])


def sigmoid_backward(dz, u):
    return 傾きの多項式(sigmoid_forward(u)) * dz


# %% sigmoid_backward: symmetric_product
# sigmoid' = sigmoid(u) sigmoid(-u), product of three arrays by reduce
from functools import reduce


def sigmoid_backward(dz, u):
    return reduce(np.multiply, map(sigmoid_forward, (u, -u)), dz)


# %% tanh_backward: from_sigmoid_backward
# Uses the previous question: tanh'(u) = 4 sigmoid'(2u)
def tanh_backward(dz, u):
    return 4 * sigmoid_backward(dz, 2 * u)


# %% tanh_backward: longdouble_factored
# (1 - v)(1 + v) in long double, cast to float64
def tanh_backward(dz, u):
    v = np.tanh(u.astype(np.longdouble))
    return (dz * (1 - v) * (1 + v)).astype(np.float64)


# %% tanh_backward: vectorized_scalar
# np.vectorize as a decorator over a scalar function with exp(-2|u|) only
import math


@np.vectorize
def tanh_backward(dz, u):
    e = math.exp(-2.0 * abs(u))
    return float(dz * 4.0 * e / (1.0 + e) ** 2)


# %% tanh_backward: tape
# A tape of closures (reverse mode): tanh built from the elementary operations of a stable formula
def tanh_backward(dz, u):
    tape = []

    def record(value, pullback):
        tape.append(pullback)
        return value

    s = np.where(u < 0, -1.0, 1.0)
    a = record(-2 * s * u, lambda g: -2 * s * g)          # a = -2|u|
    e = record(np.exp(a), lambda g, a=a: g * np.exp(a))    # 0 < e <= 1
    r = record((1 - e) / (1 + e), lambda g, e=e: g * -2 / (1 + e) ** 2)
    v = record(s * r, lambda g: s * g)
    assert v.shape == u.shape
    g = dz
    while tape:
        g = tape.pop()(g)
    return g


# %% tanh_backward: out_buffers
# C programmer: one own buffer and out= everywhere
def tanh_backward(dz, u):
    buf = np.empty_like(u)
    np.tanh(u, out=buf)
    np.multiply(buf, buf, out=buf)
    np.subtract(1.0, buf, out=buf)
    np.multiply(buf, dz, out=buf)
    return buf


# %% tanh_backward: gudermannian
# Gudermannian: sech(u) = cos(arctan(sinh u))
def tanh_backward(dz, u):
    with np.errstate(over="ignore"):
        角度 = np.arctan(np.sinh(u))
    return dz * np.cos(角度) ** 2


# %% relu_backward: slope_one_at_zero
# Slope 1 at u = 0 (allowed), np.where
def relu_backward(dz, u):
    return np.where(u >= 0, dz, 0.0)


# %% relu_backward: slope_in_between
# np.select with slope 0.3 at u = 0 (anything from 0 to 1 is allowed)
def relu_backward(dz, u):
    return np.select([u > 0, u < 0], [dz, np.zeros_like(dz)], default=0.3 * dz)


# %% relu_backward: sparse_gate
# The gate as a sparse boolean pattern
from scipy import sparse


def relu_backward(dz, u):
    門 = sparse.csr_array((u > 0).astype(float))
    return 門.multiply(dz).toarray()


# %% relu_backward: ufunc_where
# ufunc where= / out= with a decorator that turns the arguments read-only copies first
def protected(function):
    def wrapper(*args):
        copies = [np.array(a) for a in args]
        for c in copies:
            c.setflags(write=False)
        return function(*copies)
    return wrapper


@protected
def relu_backward(dz, u):
    return np.positive(dz, out=np.zeros(dz.shape), where=u > 0)


# %% relu_backward: beginner_gate
# Beginner: loops with continue over a list of lists made from dz, prints how many gates are closed
def relu_backward(dz, u):
    結果 = dz.tolist()
    閉じた門 = 0
    for i in range(len(結果)):
        for j in range(len(結果[i])):
            if u[i][j] > 0:
                continue
            結果[i][j] = 0
            閉じた門 += 1
    print("閉じた門の数:", 閉じた門)
    return np.array(結果, dtype=float)


# %% relu_backward: bit_pattern
# Low-level: a float64 is positive exactly when its bits read as int64 are positive
def relu_backward(dz, u):
    bits = np.ascontiguousarray(u, dtype=np.float64).view(np.int64)
    return dz * (bits > 0)


# %% affine_backward: augmented
# Ones column appended to z: one product gives dW and db together (views of one array)
def affine_backward(du, z, W):
    z1 = np.column_stack((z, np.ones(len(z))))
    G = z1.T @ du
    return du @ W.T, G[:-1], G[-1]


# %% affine_backward: fortran_loops
# Fortran programmer: all three results in one loop nest; returned as a list
def affine_backward(du, z, W):
    N, NOUT = du.shape
    NIN = z.shape[1]
    DZ = np.zeros((N, NIN))
    DW = np.zeros((NIN, NOUT))
    DB = np.zeros(NOUT)
    for I in range(N):
        for J in range(NOUT):
            C = du[I, J]
            DB[J] += C
            for K in range(NIN):
                DZ[I, K] += C * W[K, J]
                DW[K, J] += C * z[I, K]
    return [DZ, DW, DB]


# %% affine_backward: np_matrix
# MATLAB user: np.matrix products, asarray at the end
def affine_backward(du, z, W):
    D, Z, V = map(np.asmatrix, (du, z, W))
    return np.asarray(D * V.T), np.asarray(Z.T * D), np.asarray(D.sum(axis=0)).reshape(-1)


# %% affine_backward: outer_products
# Sum of outer products over the data with reduce; broadcasting with None for dz
from functools import reduce


def affine_backward(du, z, W):
    dz = (du[:, None, :] * W[None, :, :]).sum(axis=-1)
    dW = reduce(np.add, (np.outer(a, c) for a, c in zip(z, du)))
    db = reduce(np.add, du, np.zeros(du.shape[1]))
    return dz, dW, db


# %% affine_backward: tensor_autodiff
# A small reverse-mode Tensor class; du enters as the seed of u = z @ W + b
class Tensor:
    def __init__(self, data, back=()):
        self.data, self.back, self.grad = data, back, np.zeros(np.shape(data))

    def __matmul__(self, other):
        return Tensor(self.data @ other.data, [(self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g)])

    def __add__(self, other):
        def unbroadcast(g):
            while g.ndim > other.data.ndim:
                g = g.sum(axis=0)
            return g
        return Tensor(self.data + other.data, [(self, lambda g: g), (other, unbroadcast)])

    def run(self, g):
        self.grad = self.grad + g
        for parent, pull in self.back:
            parent.run(pull(g))


def affine_backward(du, z, W):
    tz, tW, tb = Tensor(z), Tensor(W), Tensor(np.zeros(W.shape[1]))
    (tz @ tW + tb).run(du)
    return tz.grad, tW.grad, tb.grad


# %% affine_backward: reduceat_tensordot
# np.inner, tensordot and ufunc.reduceat instead of @ and sum; namedtuple answer
import collections

AffineGrad = collections.namedtuple("AffineGrad", "dz dW db")


def affine_backward(du, z, W):
    return AffineGrad(
        dz=np.inner(du, W),
        dW=np.tensordot(z, du, axes=(0, 0)),
        db=np.add.reduceat(du, [0], axis=0)[0],
    )


# %% softmax_cross_entropy_backward: subtract_at_label
# Copies y and takes 1 away at the right class with ufunc.at
def softmax_cross_entropy_backward(y, t):
    du = np.array(y)
    行 = np.arange(len(du))
    np.subtract.at(du, (行, t.argmax(axis=-1)), 1.0)
    du /= len(du)
    return du


# %% softmax_cross_entropy_backward: weighted_by_t
# The derivation kept as a contraction: du_i = sum_k t_k (y_i - delta_ik) / N (t sums to 1)
def softmax_cross_entropy_backward(y, t):
    N, K = y.shape
    差 = y[:, None, :] - np.eye(K)
    return np.einsum("nk,nki->ni", t, 差) / N


# %% softmax_cross_entropy_backward: beginner_lists
# Beginner: if t is 1 then y - 1 else y, temporary lists
def softmax_cross_entropy_backward(y, t):
    N = 0
    for _ in y:
        N += 1
    du = []
    for n in range(N):
        一行 = []
        for k in range(len(y[n])):
            if t[n][k] == 1:
                値 = y[n][k] - 1
            else:
                値 = y[n][k]
            一行.append(値 / N)
        du.append(一行)
    return np.array(du)


# %% softmax_cross_entropy_backward: sparse_labels
# Labels as a sparse matrix, dense minus sparse, and the mean as a multiplication by 1/N
import scipy.sparse as sps


def softmax_cross_entropy_backward(y, t):
    正解 = sps.coo_array(t)
    差 = -np.asarray((正解 - sps.coo_array(y)).todense())
    return 差 * (1.0 / y.shape[0])


# %% softmax_cross_entropy_backward: enum_reduction
# Software engineer: frozen dataclass, Enum and match for the kind of reduction; bound method
import enum
from dataclasses import dataclass


class Reduction(enum.Enum):
    MEAN = enum.auto()
    SUM = enum.auto()


@dataclass(frozen=True)
class SoftmaxCrossEntropy:
    reduction: Reduction = Reduction.MEAN

    def backward(self, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        match self.reduction:
            case Reduction.MEAN:
                return np.true_divide(y - t, len(t))
            case Reduction.SUM:
                return y - t


softmax_cross_entropy_backward = SoftmaxCrossEntropy().backward


# %% softmax_cross_entropy_backward: apply_along_axis
# apply_along_axis over rows of [y | t]
def softmax_cross_entropy_backward(y, t):
    N, K = np.shape(y)
    return np.apply_along_axis(lambda r: (r[:K] - r[K:]) / N, 1, np.hstack((y, t)))


# %% network_forward: recursion
# Recursion over the layers: the rest of the network is a network
def network_forward(x, params, activation="relu"):
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    (W, b), *rest = params
    u = affine_forward(x, W, b)
    if not rest:
        return [u], [x]
    us, zs = network_forward(h(u), rest, activation)
    return [u, *us], [x, *zs]


# %% network_forward: accumulate
# itertools.accumulate over the layers; the state is the pair (u, z)
from itertools import accumulate


def network_forward(x, params, activation="relu"):
    h = dict(sigmoid=sigmoid_forward, tanh=tanh_forward, relu=relu_forward)[activation]
    states = list(accumulate(params, lambda s, p: (affine_forward(h(s[0]) if s[0] is not None else s[1], *p), None), initial=(None, x)))
    us = [u for u, _ in states[1:]]
    return us, [x] + [h(u) for u in us[:-1]]


# %% network_forward: mlp_class
# Object-oriented: Layer and MLP classes, the instance itself is bound to the name; the answer is a list of two lists
class Layer:
    def __init__(self, W, b, h):
        self.W, self.b, self.h = W, b, h

    def forward(self, z):
        self.z = z
        self.u = np.dot(z, self.W) + self.b
        return self.h(self.u)


class MLP:
    FUNCTIONS = {
        "sigmoid": lambda u: sigmoid_forward(u),
        "tanh": lambda u: tanh_forward(u),
        "relu": lambda u: relu_forward(u),
        "identity": lambda u: u,
    }

    def __call__(self, x, params, activation="relu"):
        names = [activation] * (len(params) - 1) + ["identity"]
        layers = [Layer(W, b, self.FUNCTIONS[name]) for (W, b), name in zip(params, names)]
        z = x
        for layer in layers:
            z = layer.forward(z)
        return [[layer.u for layer in layers], [layer.z for layer in layers]]


network_forward = MLP()


# %% network_forward: match_generator
# future annotations, type hints, match statement, a generator that yields (u, z) layer by layer
from __future__ import annotations

from collections.abc import Iterator, Sequence


def network_forward(x: np.ndarray, params: Sequence[tuple[np.ndarray, np.ndarray]],
                    activation: str = "relu") -> tuple[list[np.ndarray], list[np.ndarray]]:
    match activation.lower():
        case "sigmoid":
            h = sigmoid_forward
        case "tanh":
            h = tanh_forward
        case "relu":
            h = relu_forward
        case other:
            raise ValueError(f"unknown activation: {other}")

    def layers(z: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for W, b in params:
            yield (u := affine_forward(z, W, b)), z
            z = h(u)

    us, zs = zip(*layers(x))
    return list(us), list(zs)


# %% network_forward: globals_lookup
# Finds the function by its name in globals(); keeps a list one too long and cuts the last element
def network_forward(x, params, activation="relu"):
    h = globals()[activation + "_forward"]
    us = []
    zs = [np.copy(x)]
    for W, b in params:
        us.append(affine_forward(zs[-1], W, b))
        zs.append(h(us[-1]))
    zs.pop()
    return us, zs


# %% network_forward: beginner_self_contained
# Beginner: everything inline without the earlier functions, index arithmetic, pre-filled lists
def network_forward(x, params, activation="relu"):
    層の数 = len(params)
    us = [None] * 層の数
    zs = [None] * 層の数
    今の入力 = x + 0
    for 層 in range(層の数):
        重み = params[層][0]
        バイアス = params[層][1]
        zs[層] = 今の入力
        us[層] = np.zeros((今の入力.shape[0], 重み.shape[1]))
        for n in range(今の入力.shape[0]):
            us[層][n] = np.dot(今の入力[n], 重み) + バイアス
        if 層 < 層の数 - 1:
            if activation == "relu":
                今の入力 = us[層] * (us[層] > 0)
            elif activation == "tanh":
                今の入力 = np.tanh(us[層])
            elif activation == "sigmoid":
                今の入力 = 0.5 * (np.tanh(us[層] / 2) + 1)
    return us, zs


# %% network_backward: tensor_autodiff
# A complete little reverse-mode autodiff (topological order), loss built from logsumexp; allowed by the rules
class T:
    def __init__(self, v, parents=()):
        self.v, self.parents, self.g = np.asarray(v, float), parents, 0.0

    def affine(self, W, b):
        out = T(self.v @ W.v + b.v)
        out.parents = ((self, lambda g: g @ W.v.T), (W, lambda g: self.v.T @ g), (b, lambda g: g.sum(0)))
        return out

    def act(self, name):
        if name == "relu":
            v, d = np.where(self.v > 0, self.v, 0.0), (self.v > 0).astype(float)
        elif name == "tanh":
            v = np.tanh(self.v)
            d = 1 - v**2
        elif name == "sigmoid":
            v = (1 + np.tanh(self.v / 2)) / 2
            d = v * (1 - v)
        else:
            raise ValueError(name)
        return T(v, ((self, lambda g: g * d),))

    def loss(self, t):
        m = self.v.max(axis=1, keepdims=True)
        e = np.exp(self.v - m)
        s = e.sum(axis=1, keepdims=True)
        E = np.mean(np.log(s[:, 0]) + m[:, 0] - (self.v * t).sum(axis=1))
        return T(E, ((self, lambda g: g * (e / s - t) / len(t)),))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for p, _ in node.parents:
                    visit(p)
                order.append(node)

        visit(self)
        self.g = 1.0
        for node in reversed(order):
            for p, pull in node.parents:
                p.g = p.g + pull(node.g)


def network_backward(x, t, params, activation="relu"):
    leaves = [(T(W), T(b)) for W, b in params]
    z = T(x)
    for W, b in leaves[:-1]:
        z = z.affine(W, b).act(activation)
    z.affine(*leaves[-1]).loss(t).backward()
    return [(W.g, b.g) for W, b in leaves]


# %% network_backward: micrograd
# Scalar autodiff in the style of micrograd: every number is a node (slow, but exact and one backward pass)
import math


class Value:
    __slots__ = ("data", "grad", "prev")

    def __init__(self, data, prev=()):
        self.data, self.grad, self.prev = data, 0.0, prev

    @staticmethod
    def neuron(inputs, weights, bias):
        s = bias.data
        prev = [(bias, 1.0)]
        for a, w in zip(inputs, weights):
            s += a.data * w.data
            prev.append((a, w.data))
            prev.append((w, a.data))
        return Value(s, prev)

    def act(self, name):
        v = self.data
        if name == "relu":
            return Value(v, ((self, 1.0),)) if v > 0 else Value(0.0, ((self, 0.0),))
        if name == "tanh":
            z = math.tanh(v)
            return Value(z, ((self, 1.0 - z * z),))
        z = 0.5 * (1.0 + math.tanh(0.5 * v))
        return Value(z, ((self, z * (1.0 - z)),))


def network_backward(x, t, params, activation="relu"):
    layers = [([[Value(float(w)) for w in col] for col in W.T], [Value(float(c)) for c in b]) for W, b in params]
    N = len(x)
    for xs, ts in zip(x.tolist(), t.tolist()):
        made = []
        z = [Value(v) for v in xs]
        for number, (columns, biases) in enumerate(layers, 1):
            u = [Value.neuron(z, col, c) for col, c in zip(columns, biases)]
            made += u
            if number < len(layers):
                z = [v.act(activation) for v in u]
                made += z
        m = max(v.data for v in u)
        e = [math.exp(v.data - m) for v in u]
        for v, p, k in zip(u, e, ts):
            v.grad = (p / sum(e) - k) / N
        for node in reversed(made):
            for parent, local in node.prev:
                parent.grad += local * node.grad
    return [(np.array([[w.grad for w in col] for col in columns]).T, np.array([c.grad for c in biases]))
            for columns, biases in layers]


# %% network_backward: one_recursion
# One recursive function goes forward on the way down and backward on the way up; no lists of us and zs
def network_backward(x, t, params, activation="relu"):
    h, h_back = {
        "sigmoid": (sigmoid_forward, sigmoid_backward),
        "tanh": (tanh_forward, tanh_backward),
        "relu": (relu_forward, relu_backward),
    }[activation]

    def go(z, layers):
        (W, b), rest = layers[0], layers[1:]
        u = affine_forward(z, W, b)
        if rest:
            d_out, later = go(h(u), rest)
            du = h_back(d_out, u)
        else:
            du, later = softmax_cross_entropy_backward(softmax(u), t), []
        dz, dW, db = affine_backward(du, z, W)
        return dz, [(dW, db)] + later

    return go(x, list(params))[1]


# %% network_backward: pullbacks
# Functional: the forward pass collects pullback closures on a stack; activations from their outputs; lists in a list
def network_backward(x, t, params, activation="relu"):
    slope = {"sigmoid": lambda z: z * (1 - z), "tanh": lambda z: 1 - z * z, "relu": np.sign}[activation]
    h = {"sigmoid": sigmoid_forward, "tanh": tanh_forward, "relu": relu_forward}[activation]
    stack, z = [], x
    for number, (W, b) in enumerate(params):
        if number:
            z = h(u)
            stack.append(lambda g, z=z: (g * slope(z), None))
        u = z @ W + b
        stack.append(lambda g, z=z, W=W: (g @ W.T, [z.T @ g, g.sum(axis=0)]))
    g, grads = softmax_cross_entropy_backward(softmax(u), t), []
    for pull in stack[::-1]:
        g, pair = pull(g)
        if pair is not None:
            grads.append(pair)
    grads.reverse()
    return grads


# %% network_backward: fortran_loops
# Fortran programmer: scalar loops everywhere, ReLU slope 1 at u = 0
from math import exp, tanh


def network_backward(x, t, params, activation="relu"):
    N, L = x.shape[0], len(params)
    GW = [np.zeros(np.shape(W)) for W, _ in params]
    GB = [np.zeros(np.shape(b)) for _, b in params]
    for n in range(N):
        Z, D = [x[n].tolist()], []
        for l in range(L):
            W, b = params[l]
            U = [b[j] + sum(Z[l][i] * W[i, j] for i in range(W.shape[0])) for j in range(W.shape[1])]
            if l == L - 1:
                break
            if activation == "relu":
                Z.append([v if v > 0 else 0.0 for v in U])
                D.append([1.0 if v >= 0 else 0.0 for v in U])
            elif activation == "tanh":
                Z.append([tanh(v) for v in U])
                D.append([1.0 - v * v for v in Z[-1]])
            else:
                Z.append([0.5 + 0.5 * tanh(0.5 * v) for v in U])
                D.append([v * (1.0 - v) for v in Z[-1]])
        M = max(U)
        S = sum(exp(v - M) for v in U)
        DU = [(exp(U[k] - M) / S - t[n, k]) / N for k in range(len(U))]
        for l in range(L - 1, -1, -1):
            W = params[l][0]
            for j in range(W.shape[1]):
                GB[l][j] += DU[j]
                for i in range(W.shape[0]):
                    GW[l][i, j] += Z[l][i] * DU[j]
            if l > 0:
                DU = [D[l - 1][i] * sum(W[i, j] * DU[j] for j in range(W.shape[1])) for i in range(W.shape[0])]
    return list(zip(GW, GB))


# %% network_backward: per_sample_threads
# One gradient for every datum in a thread pool, then the mean (the loss is a mean); Japanese names
from concurrent.futures import ThreadPoolExecutor


def network_backward(x, t, params, activation="relu"):
    逆 = {"sigmoid": sigmoid_backward, "tanh": tanh_backward, "relu": relu_backward}

    def 一つ分(番号):
        一つのx, 一つのt = x[番号:番号 + 1], t[番号:番号 + 1]
        us, zs = network_forward(一つのx, params, activation)
        du = softmax_cross_entropy_backward(softmax(us[-1]), 一つのt)
        勾配 = []
        for 層 in range(len(params) - 1, -1, -1):
            dz, dW, db = affine_backward(du, zs[層], params[層][0])
            勾配.insert(0, (dW, db))
            if 層 != 0:
                du = 逆[activation](dz, us[層 - 1])
        return 勾配

    with ThreadPoolExecutor(max_workers=2) as 仲間:
        全員分 = list(仲間.map(一つ分, range(len(x))))
    答え = []
    for 層 in range(len(params)):
        答え.append(tuple(sum(一人[層][種類] for 一人 in 全員分) / len(x) for 種類 in (0, 1)))
    return 答え


# %% sgd_step: flat_vector
# Optimisation background: everything in one long vector, one update, cut into pieces again
def sgd_step(params, grads, lr):
    def flatten(pairs):
        return np.concatenate([np.ravel(a) for pair in pairs for a in pair])

    theta = flatten(params) - lr * flatten(grads)
    new, start = [], 0
    for W, b in params:
        pieces = []
        for a in (W, b):
            pieces.append(theta[start:start + a.size].reshape(a.shape))
            start += a.size
        new.append(tuple(pieces))
    return new


# %% sgd_step: nested_maps
# Functional one-liner with nested maps
sgd_step = lambda params, grads, lr: list(map(lambda P, G: tuple(map(lambda p, g: p - lr * g, P, G)), params, grads))


# %% sgd_step: optimizer_dataclass
# Optimiser class with momentum 0 and decay 0 as defaults; instance bound to the name; pairs are lists
from dataclasses import dataclass, field


@dataclass
class SGD:
    momentum: float = 0.0
    decay: float = 0.0
    steps: int = field(default=0, repr=False)

    def __call__(self, params, grads, lr):
        self.steps += 1
        step = (1.0 - self.momentum) * lr / (1.0 + self.decay * self.steps)
        return [[W - step * dW, b - step * db] for (W, b), (dW, db) in zip(params, grads, strict=True)]


sgd_step = SGD()


# %% sgd_step: deepcopy_inplace
# Deep copy first, then updates the copy in place
from copy import deepcopy


def sgd_step(params, grads, lr):
    新しい = deepcopy(list(params))
    for (W, b), (dW, db) in zip(新しい, grads):
        W -= lr * dW
        b -= lr * db
    return 新しい


# %% sgd_step: element_loops
# Beginner: element by element, new arrays filled with loops
def sgd_step(params, grads, lr):
    新しいparams = []
    for 層 in range(len(params)):
        W = params[層][0]
        b = params[層][1]
        dW = grads[層][0]
        db = grads[層][1]
        新しいW = np.zeros(W.shape)
        新しいb = np.zeros(b.shape)
        for i in range(W.shape[0]):
            for j in range(W.shape[1]):
                新しいW[i, j] = W[i, j] - lr * dW[i, j]
        for j in range(b.shape[0]):
            新しいb[j] = b[j] - lr * db[j]
        新しいparams.append((新しいW, 新しいb))
    return 新しいparams


# %% sgd_step: tree_map
# JAX user: a recursive tree_map over nested lists and tuples, broadcast axpy at the leaves
def tree_map(function, *trees):
    first = trees[0]
    if isinstance(first, (list, tuple)):
        children = [tree_map(function, *branch) for branch in zip(*trees)]
        return children if isinstance(first, list) else tuple(children)
    return function(*trees)


def sgd_step(params, grads, lr):
    return tree_map(lambda p, g: np.add(p, np.multiply(-lr, g)), params, grads)


# %% train: shuffle_full_loss
# rng.shuffle on one list of numbers that stays shuffled; loss of all the data at the end of the epoch
def train(x, t, params, lr, epochs, batch_size, rng):
    番号 = list(range(len(x)))
    losses = []
    for _ in range(epochs):
        rng.shuffle(番号)
        for 始め in range(0, len(番号), batch_size):
            使う = 番号[始め:始め + batch_size]
            grads = network_backward(x[使う], t[使う], params)
            params = sgd_step(params, grads, lr)
        us, _ = network_forward(x, params)
        E, _ = softmax_cross_entropy_forward(us[-1], t)
        losses.append(float(E))
    return params, losses


# %% train: argsort_generator
# Order by argsort of uniform random numbers; generator of mini-batches; loss weighted by the batch size, before the update
def minibatches(x, t, size, rng):
    order = np.argsort(rng.random(x.shape[0]), kind="stable")
    while order.size:
        now, order = order[:size], order[size:]
        yield x.take(now, axis=0), t.take(now, axis=0)


def train(x, t, params, lr, epochs, batch_size, rng):
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for xb, tb in minibatches(x, t, batch_size, rng):
            us = network_forward(xb, params)[0]
            total += softmax_cross_entropy_forward(us[-1], tb)[0] * len(xb)
            params = sgd_step(params, network_backward(xb, tb, params, "relu"), lr)
        losses.append(total / len(x))
    return params, losses


# %% train: orders_in_advance
# All the orders drawn in advance with choice without replacement, np.split, unweighted mean of batch losses after each update
def train(x, t, params, lr, epochs, batch_size, rng):
    n = len(x)
    orders = [rng.choice(n, size=n, replace=False) for _ in range(epochs)]
    cuts = np.arange(batch_size, n, batch_size)
    params, losses = list(params), [0.0] * epochs
    for epoch, order in enumerate(orders):
        batch_losses = []
        for part in np.split(order, cuts):
            params = sgd_step(params, network_backward(x[part], t[part], params), lr)
            batch_losses.append(cross_entropy(softmax(network_forward(x[part], params)[0][-1]), t[part]))
        losses[epoch] = np.mean(batch_losses)
    return [params, losses]


# %% train: sklearn_shuffle
# sklearn.utils.shuffle and gen_batches; its random_state is drawn from rng at every epoch; recursion over epochs
from sklearn.utils import gen_batches, shuffle


def train(x, t, params, lr, epochs, batch_size, rng):
    if epochs == 0:
        return params, []
    xs, ts = shuffle(x, t, random_state=int(rng.integers(2**31)))
    each = []
    for part in gen_batches(len(xs), batch_size):
        each.append(softmax_cross_entropy_forward(network_forward(xs[part], params)[0][-1], ts[part])[0])
        params = sgd_step(params, network_backward(xs[part], ts[part], params), lr)
    params, later = train(x, t, params, lr, epochs - 1, batch_size, rng)
    return params, [sum(each) / len(each)] + later


# %% train: beginner_fisher_yates
# Beginner: hand-made Fisher-Yates with rng.integers, while loops, batches collected datum by datum, prints every epoch
def train(x, t, params, lr, epochs, batch_size, rng):
    データの数 = x.shape[0]
    losses = []
    エポック = 0
    while エポック < epochs:
        カード = [i for i in range(データの数)]
        i = データの数 - 1
        while i > 0:
            j = rng.integers(0, i + 1)
            カード[i], カード[j] = カード[j], カード[i]
            i = i - 1
        損失たち = []
        xのバッチ = []
        tのバッチ = []
        for 何枚目, c in enumerate(カード):
            xのバッチ.append(x[c])
            tのバッチ.append(t[c])
            いっぱい = len(xのバッチ) == batch_size
            最後 = 何枚目 == データの数 - 1
            if いっぱい or 最後:
                xb = np.array(xのバッチ)
                tb = np.array(tのバッチ)
                us, zs = network_forward(xb, params, "relu")
                E, y = softmax_cross_entropy_forward(us[len(us) - 1], tb)
                損失たち.append(E)
                grads = network_backward(xb, tb, params, "relu")
                params = sgd_step(params, grads, lr)
                xのバッチ = []
                tのバッチ = []
        平均 = sum(損失たち) / len(損失たち)
        print("エポック", エポック + 1, "損失", 平均)
        losses.append(平均)
        エポック = エポック + 1
    return params, losses


# %% train: self_contained_inplace
# Shuffles rows of [x | t] together with rng.permutation on the array; own forward and backward; own copies updated in place
def train(x, t, params, lr, epochs, batch_size, rng):
    W = [np.array(w, copy=True) for w, _ in params]
    b = [np.array(c, copy=True) for _, c in params]
    data, n_in, losses = np.concatenate([x, t], axis=1), x.shape[1], []
    for epoch in range(epochs):
        data = rng.permutation(data, axis=0)
        E, count = 0.0, 0
        for start in range(0, len(data), batch_size):
            xb, tb = np.split(data[start:start + batch_size], [n_in], axis=1)
            zs = [xb]
            for w, c in zip(W[:-1], b[:-1]):
                zs.append(np.maximum(zs[-1] @ w + c, 0))
            u = zs[-1] @ W[-1] + b[-1]
            logy = u - np.logaddexp.reduce(u, axis=1, keepdims=True)
            E, count = E - np.sum(tb * logy), count + len(xb)
            d = (np.exp(logy) - tb) / len(xb)
            for l in range(len(W) - 1, -1, -1):
                gW, gb = zs[l].T @ d, d.sum(axis=0)
                if l:
                    d = (d @ W[l].T) * (zs[l] > 0)
                W[l] -= lr * gW
                b[l] -= lr * gb
        losses.append(E / count)
    return list(zip(W, b)), losses


# %% fix_backward: delegate
# Nothing to fix: hands over to network_backward with ReLU
from functools import partial

fix_backward = partial(network_backward, activation="relu")


# %% fix_backward: sign_of_zs
# One-word fix with the outputs: the gate is sign(z) (0 or 1 for ReLU outputs); for layer 0 the product is made and not used
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    du = softmax_cross_entropy_backward(softmax(us[-1]), t)
    grads = []
    for l in reversed(range(len(params))):
        W, b = params[l]
        grads.insert(0, (zs[l].T @ du, du.sum(axis=0)))
        du = du @ W.T * np.sign(zs[l])
    return grads


# %% fix_backward: peel_with_broken
# Uses broken_backward itself, which is right for one layer, on the last layer; the rest by backing up with the gates
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    grads = [tuple(broken_backward(zs[-1], t, params[-1:])[0])]
    du = (softmax(us[-1]) - t) / len(t)
    for (W, _), u, z in zip(params[:0:-1], us[-2::-1], zs[-2::-1]):
        du = relu_backward(du @ W.T, u)
        grads = [(z.T @ du, du.sum(0))] + grads
    return grads


# %% fix_backward: diagonal_gates
# Linear algebra: for every datum the gates are diagonal matrices and the deltas are products of Jacobians (slope 1 at 0)
def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    N, L = len(x), len(params)
    grads = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    for n in range(N):
        delta = (softmax(us[-1][n:n + 1])[0] - t[n]) / N
        for l in range(L - 1, -1, -1):
            dW, db = grads[l]
            dW += np.outer(zs[l][n], delta)
            db += delta
            if l > 0:
                delta = np.diag((us[l - 1][n] >= 0).astype(float)) @ params[l][0] @ delta
    return grads


# %% fix_backward: accumulate_deltas
# Functional: the list of all deltas by itertools.accumulate, then the grads in one comprehension
from itertools import accumulate


def fix_backward(x, t, params):
    us, zs = network_forward(x, params)
    first = softmax_cross_entropy_forward(us[-1], t)[1] / len(t) - t / len(t)
    layers = list(zip([W for W, _ in params], [None] + us[:-1]))[:0:-1]
    deltas = list(accumulate(layers, lambda d, Wu: np.where(Wu[1] > 0, np.einsum("nj,ij->ni", d, Wu[0]), 0.0), initial=first))[::-1]
    return [(np.einsum("ni,nj->ij", z, d), np.einsum("nj->j", d)) for z, d in zip(zs, deltas)]


# %% fix_backward: beginner_long
# Beginner: step by step, closes the gates with element loops on an own copy, appends and reverses at the end
def fix_backward(x, t, params):
    us, zs = network_forward(x, params, "relu")
    y = softmax(us[-1])
    du = softmax_cross_entropy_backward(y, t)
    逆順のgrads = []
    l = len(params) - 1
    while True:
        W = params[l][0]
        dz, dW, db = affine_backward(du, zs[l], W)
        逆順のgrads.append((dW, db))
        if l == 0:
            break
        前のu = us[l - 1]
        新しいdu = np.array(dz)
        for i in range(前のu.shape[0]):
            for j in range(前のu.shape[1]):
                if 前のu[i, j] <= 0:
                    新しいdu[i, j] = 0
        du = 新しいdu
        l = l - 1
    逆順のgrads.reverse()
    return 逆順のgrads


# %% l2_gradient: by_sgd_step
# Reuses sgd_step: grads + lambda * (W, 0) is a step from grads with learning rate -lambda
def l2_gradient(params, grads, weight_decay):
    return sgd_step(grads, [(W, np.zeros_like(b)) for W, b in params], -weight_decay)


# %% l2_gradient: flat_with_mask
# One long vector and a 0/1 mask that spares the biases
def l2_gradient(params, grads, weight_decay):
    arrays = [a for pair in params for a in pair]
    theta = np.hstack([a.ravel() for a in arrays])
    g = np.hstack([a.ravel() for pair in grads for a in pair])
    mask = np.hstack([np.full(a.size, a.ndim == 2) for a in arrays])
    g = g + weight_decay * theta * mask
    pieces = [p.reshape(a.shape) for p, a in zip(np.split(g, np.cumsum([a.size for a in arrays])[:-1]), arrays)]
    return list(zip(pieces[0::2], pieces[1::2]))


# %% l2_gradient: starmap
# itertools.starmap over zipped pairs, a lambda, list answer of tuples
from itertools import starmap

l2_gradient = lambda params, grads, weight_decay: list(
    starmap(lambda p, g: (g[0] + weight_decay * p[0], 1.0 * g[1]), zip(params, grads)))


# %% l2_gradient: deepcopy_inplace
# Deep copy of grads, then adds in place on the copy
import copy as _copy


def l2_gradient(params, grads, weight_decay):
    out = _copy.deepcopy(grads)
    for layer, (W, _) in enumerate(params):
        dW = out[layer][0]
        dW += weight_decay * W
    return out


# %% l2_gradient: beginner_loops
# Beginner: element loops, the pairs are built as lists
def l2_gradient(params, grads, weight_decay):
    新しいgrads = []
    for 層 in range(len(params)):
        重み = params[層][0]
        新しいdW = grads[層][0].copy()
        for i in range(len(重み)):
            for j in range(len(重み[i])):
                新しいdW[i][j] = 新しいdW[i][j] + weight_decay * 重み[i][j]
        新しいdb = grads[層][1].copy()
        新しいgrads.append([新しいdW, 新しいdb])
    return 新しいgrads


# %% l2_gradient: recursion_penalty_class
# A penalty object that knows its own derivative, and recursion over the list of layers
class Ridge:
    def __init__(self, lam):
        self.lam = lam

    def value(self, W):
        return self.lam / 2 * np.linalg.norm(W) ** 2

    def gradient(self, W):
        return np.multiply(self.lam, W)


def l2_gradient(params, grads, weight_decay):
    if len(params) == 0:
        return []
    (W, _), (dW, db) = params[0], grads[0]
    return [(dW + Ridge(weight_decay).gradient(W), np.array(db))] + l2_gradient(params[1:], grads[1:], weight_decay)


# %% k_fold: deal_cards
# Deals the shuffled numbers like cards: fold i takes every k-th one
def k_fold(n, k, rng):
    cards = rng.permutation(n)
    hands = [cards[i::k] for i in range(k)]
    return [(np.hstack([cards[:0], *hands[:i], *hands[i + 1:]]), hand) for i, hand in enumerate(hands)]


# %% k_fold: random_labels
# Shuffles fold labels instead of numbers; the numbers inside a fold are in ascending order
def k_fold(n, k, rng):
    組 = np.arange(n) % k
    rng.shuffle(組)
    return [(np.flatnonzero(組 != i), np.flatnonzero(組 == i)) for i in range(k)]


# %% k_fold: sklearn_kfold
# sklearn's KFold with shuffle, seeded from rng (the rules allow KFold); needs 2 <= k <= n
from sklearn.model_selection import KFold


def k_fold(n, k, rng):
    kf = KFold(n_splits=k, shuffle=True, random_state=int(rng.integers(0, 2**32 - 1)))
    return list(kf.split(np.zeros(n)))


# %% k_fold: beginner_drawing_lots
# Beginner: draws numbers one by one out of a bag, lists and "not in", pairs as lists
def k_fold(n, k, rng):
    袋 = list(range(n))
    検証のリスト = []
    for i in range(k):
        検証のリスト.append([])
    どこに入れるか = 0
    while len(袋) > 0:
        くじ = int(rng.integers(len(袋)))
        番号 = 袋.pop(くじ)
        検証のリスト[どこに入れるか].append(番号)
        どこに入れるか = どこに入れるか + 1
        if どこに入れるか == k:
            どこに入れるか = 0
    答え = []
    for 検証 in 検証のリスト:
        学習 = []
        for 番号 in range(n):
            if 番号 not in 検証:
                学習.append(番号)
        答え.append([np.array(学習, dtype=int), np.array(検証, dtype=int)])
    return 答え


# %% k_fold: rotation
# argsort of random numbers, boundaries n*i//k, and np.roll so that the validation part comes first; unsigned integers
def k_fold(n, k, rng):
    order = np.argsort(rng.standard_normal(n)).astype(np.uint32)
    edges = [n * i // k for i in range(k + 1)]
    folds = []
    for a, b in zip(edges, edges[1:]):
        turned = np.roll(order, -a)
        folds.append((turned[b - a:], turned[:b - a]))
    return folds


# %% k_fold: divmod_delete
# divmod sizes, slices of a shuffled array, np.delete for the rest; class with a generator method
class Folds:
    def __init__(self, n, k):
        self.n, self.k = n, k

    def __iter__(self):
        q, r = divmod(self.n, self.k)
        start = 0
        for i in range(self.k):
            stop = start + q + (i < r)
            yield slice(start, stop)
            start = stop


def k_fold(n, k, rng):
    numbers = np.arange(n, dtype=np.int32)
    rng.shuffle(numbers)
    return [(np.delete(numbers, s), numbers[s].copy()) for s in Folds(n, k)]
