"""Train the same network on the same digits: the reference of the exercise, scikit-learn and PyTorch, side by side.

Architecture, batch size, epochs, learning rate and plain SGD are the same for all; every seed is run by each in
turn, so that a slow moment of the machine falls on all alike. Prints seconds, the ratio of seconds to the
reference's (median over the seeds) and the accuracy on held-out digits.
"""

import os
import sys
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]  # instead of this folder, whose names are those of others
from exercise import MLP  # noqa: E402

SIZES, LR, EPOCHS, BATCH_SIZE, SEEDS = (64, 40, 20, 10), 0.1, 30, 10, range(10)

reference = MLP.given
x, t, label = reference["x_train"], reference["t_train"], reference["label_train"]
x_test, label_test = reference["x_test"], reference["label_test"]


def train_reference(seed: int):
    rng = np.random.default_rng(seed)
    params = [(rng.normal(size=(a, b)) * np.sqrt(2 / a), np.zeros(b)) for a, b in zip(SIZES, SIZES[1:])]
    params, _ = reference["train"](x, t, params, LR, EPOCHS, BATCH_SIZE, rng)
    return lambda images: reference["network_forward"](images, params)[0][-1].argmax(axis=1)


def train_sklearn(seed: int):
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(SIZES[1:-1], solver="sgd", alpha=0, batch_size=BATCH_SIZE, learning_rate_init=LR, momentum=0,
                          max_iter=EPOCHS, tol=0, n_iter_no_change=EPOCHS + 1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that it stopped after max_iter, as it should
        model.fit(x, label)
    return model.predict


def train_torch(seed: int):
    import torch
    from torch import nn

    torch.manual_seed(seed)
    layers = [layer for a, b in zip(SIZES, SIZES[1:]) for layer in (nn.Linear(a, b), nn.ReLU())][:-1]
    model = nn.Sequential(*layers).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    images, labels, loss = torch.from_numpy(x), torch.from_numpy(label), nn.CrossEntropyLoss()
    for _ in range(EPOCHS):
        order = torch.randperm(len(images))
        for start in range(0, len(images), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            optimizer.zero_grad()
            loss(model(images[batch]), labels[batch]).backward()
            optimizer.step()
    return lambda pictures: model(torch.from_numpy(pictures)).argmax(dim=1).numpy()


TRAINERS = {"reference": train_reference, "scikit-learn": train_sklearn, "PyTorch": train_torch}


def main() -> None:
    for trainer in TRAINERS.values():
        trainer(0)  # imports and first calls are not training
    seconds: dict[str, list[float]] = {name: [] for name in TRAINERS}
    accuracy: dict[str, list[float]] = {name: [] for name in TRAINERS}
    for seed in SEEDS:
        for name, trainer in TRAINERS.items():
            start = time.perf_counter()
            predict = trainer(seed)
            seconds[name].append(time.perf_counter() - start)
            accuracy[name].append(float(np.mean(predict(x_test) == label_test)))
    print(f"{SIZES}, SGD, learning rate {LR}, batches of {BATCH_SIZE}, {EPOCHS} epochs, "
          f"{len(SEEDS)} seeds, {os.cpu_count()} cores")
    print(f"{'':14}{'seconds':>9}{'ratio':>8}{'accuracy: median':>19}{'min':>8}{'max':>8}")
    for name in TRAINERS:
        ratio = median(b / a for a, b in zip(seconds["reference"], seconds[name]))
        scores = accuracy[name]
        print(f"{name:14}{median(seconds[name]):>9.3f}{ratio:>8.2f}{median(scores):>19.2%}{min(scores):>8.2%}{max(scores):>8.2%}")


if __name__ == "__main__":
    main()
