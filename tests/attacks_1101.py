"""Submissions that only the questions of 1101 allow: lent functions that run long or lead to a later answer, costs to hide.

The others are in attacks.py, made from a notebook that is graded faster.
"""

from attacks import Attack

# Questions answered with each other: what the judge lends for the one must not answer the other.
CIRCULAR = {
    "affine_forward": "def affine_forward(z, W, b):\n    return merge_affine(z, np.zeros(len(W)), W, b)[0] + b",
    "merge_affine": "def merge_affine(W1, b1, W2, b2):\n"
                    "    return affine_forward(W1, W2, 0 * b2), affine_forward(b1[None], W2, b2)[0]",
    "sigmoid_forward": "def sigmoid_forward(u):\n    return (tanh_forward(u / 2) + 1) / 2",
    "tanh_forward": "def tanh_forward(u):\n    return 2 * sigmoid_forward(2 * u) - 1",
}
NO_TRAIN = "def train(x, t, params, lr, epochs, batch_size, rng):\n    return params, []"
WORKED = {  # what a function that was lent right, because the student's own is wrong, may be used for
    "the-later-answer-itself": {
        "network_backward": 'def network_backward(x, t, params, activation="relu"):\n    return params',
        "fix_backward": "def fix_backward(x, t, params):\n    return network_backward(x, t, params)",
    },
    "by-another-name": {
        "network_backward": 'def network_backward(x, t, params, activation="relu"):\n    return params\n\nb = network_backward',
        "fix_backward": "def fix_backward(x, t, params):\n    return b(x, t, params)",
    },
    "a-step-of-training": {
        "train": NO_TRAIN,
        "fix_backward": "def fix_backward(x, t, params):\n"
                        "    new, _ = train(x, t, params, 1.0, 1, len(x), np.random.default_rng(0))\n"
                        "    return [(W - V, b - c) for (W, b), (V, c) in zip(params, new)]",
    },
    "endless": {
        "train": NO_TRAIN,
        "k_fold": "def k_fold(n, k, rng):\n    x, params = np.ones((9, 2)), [(np.ones((2, 2)), np.ones(2))]\n"
                  "    return train(x, x, params, 0.1, 10**12, 1, rng)",
    },
}
KEEP = """
kept = globals().get("kept", [])

def NAME(*args, **options):
    lent = [globals().get(name) for name in ("network_forward", "network_backward", "train", "fix_backward", "softmax")]
    kept.extend(f for f in lent if getattr(f, "__globals__", None) is not globals())
    for function in kept[::-1]:
        try:
            return function(*args, **options)
        except Exception:
            continue
"""

# Numerical differentiation, which costs marks by its time, and ways to hide that time.
NUMERICAL = """
import os, pickle, threading, time

def differences(du, z, W):
    eps, values, grads = 1e-6, [z.copy(), W.copy(), np.zeros(W.shape[1])], []
    for a in values:
        g = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            kept = a[i]
            a[i] = kept + eps
            above = np.sum(du * (values[0] @ values[1] + values[2]))
            a[i] = kept - eps
            g[i] = (above - np.sum(du * (values[0] @ values[1] + values[2]))) / (2 * eps)
            a[i] = kept
        grads.append(g)
    return tuple(grads)
"""
HIDDEN_COST = {
    "clock-frozen": """
for name in "process_time perf_counter monotonic time thread_time".split():
    setattr(time, name, lambda value=getattr(time, name)(): value)
    setattr(time, name + "_ns", lambda: 0)

def affine_backward(du, z, W):
    return differences(du, z, W)
""",
    "clock-runs-backwards": """
ticks = iter(range(10**9, 0, -1))
for name in "process_time perf_counter monotonic time thread_time".split():
    setattr(time, name, lambda: float(next(ticks)))

def affine_backward(du, z, W):
    return differences(du, z, W)
""",
    "cost-in-a-child": """
children = []

def affine_backward(du, z, W):
    while children:
        os.waitpid(children.pop(), 0)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with open(writing, "wb") as file:
            pickle.dump(differences(du, z, W), file)
        os._exit(0)
    children.append(child)
    os.close(writing)
    with open(reading, "rb") as file:
        return pickle.load(file)
""",
    "cost-in-a-thread": """
def affine_backward(du, z, W):
    result = []
    thread = threading.Thread(target=lambda: result.append(differences(du, z, W)))
    thread.start()
    thread.join()
    return result[0]
""",
    "cost-paid-once": """
known = {}

def affine_backward(du, z, W):
    key = du.tobytes(), z.tobytes(), W.tobytes()
    if key not in known:
        known[key] = differences(du, z, W)
    return known[key]
""",
}


ATTACKS_1101: list[Attack] = [
    Attack("forge the result", "circular-answers-1101", CIRCULAR, exercise="1101"),
    *(Attack("forge the result", f"{name}-1101", answers, base="reference", lost=frozenset(answers), exercise="1101")
      for name, answers in WORKED.items()),
    Attack("forge the result", "lent-functions-kept-1101", {
        name: KEEP.replace("NAME", name) for name in ("network_backward", "fix_backward")}, exercise="1101"),
    *(Attack("poison what follows", f"{name}-1101", {"affine_backward": NUMERICAL + code},
             base="reference", lost=frozenset({"affine_backward"}), exercise="1101") for name, code in HIDDEN_COST.items()),
]
