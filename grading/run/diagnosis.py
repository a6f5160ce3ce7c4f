"""Which mistake it was: what a student's function returns, beside what the wrong answers of the catalogue return.

Both get the arguments that the test gives. No text of the student's is read: the same mistake in other words
is the same mistake.
"""

import copy
import io
import json
import math
import os
import shutil
import warnings
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ..exercise.catalogue import Answer

MOST = 2
"""Sentences for one question."""
LARGEST = 5000
"""Elements of an argument up to which every answer of the catalogue gets it: some differentiate numerically by each."""

CONSTANT = "どの入力にも同じ値を返しています。引数から計算してください。"

Outcome = dict[str, object]
"""What an interaction came to, in parts: "value", or "value.0", "value.1.0", "value.mean" for what a list, tuple or dict holds;
"argument 0" for an argument that it changed; "raised" and "said"; "warned"."""


@dataclass
class Interaction:
    """A call that a test makes, and what the test then does with the instance that comes of it."""

    args: tuple
    options: dict
    uses: list[tuple[str, tuple | None, dict]] = field(default_factory=list)
    """(name of an attribute, arguments and options of its call), None for one that is only read."""


def recorder(function: Callable, interactions: list[Interaction], wanted: Callable[[], bool]) -> Callable:
    """function, whose calls are added to interactions with copies of their arguments while they are wanted, and not too large."""

    def recorded(*args, **options):
        interaction = Interaction(*copy.deepcopy((args, options)))
        if wanted() and all(np.size(value) <= LARGEST for value in args if isinstance(value, np.ndarray)):
            interactions.append(interaction)
        value = function(*args, **options)
        return Recorded(value, interaction) if isinstance(function, type) else value

    return recorded


class Recorded:
    """An instance of the reference's class, for a test; what the test does with it becomes part of the interaction."""

    def __init__(self, instance, interaction: Interaction):
        self.__dict__.update(_instance=instance, _interaction=interaction)

    def __deepcopy__(self, memo: dict) -> "Recorded":
        return self

    def __getattr__(self, name: str):
        value, uses = getattr(self._instance, name), self._interaction.uses
        if not callable(value):
            uses.append((name, None, {}))
            return value

        def method(*args, **options):
            uses.append((name, *copy.deepcopy((args, options))))
            return value(*args, **options)

        return method


def parts(name: str, value) -> Outcome:
    """The parts of a value: arrays and numbers as float arrays, a text itself, anything else by its type."""
    if isinstance(value, (list, tuple)):
        return {f"{name}.length": np.array(len(value))} | {
            key: part for i, item in enumerate(value) for key, part in parts(f"{name}.{i}", item).items()
        }
    if isinstance(value, dict):
        keys: Outcome = {f"{name}.keys": " ".join(sorted(map(repr, value)))}
        return keys | {key: part for i, item in value.items() for key, part in parts(f"{name}.{i}", item).items()}
    if isinstance(value, (np.ndarray, np.generic, int, float)) and np.asarray(value).dtype.kind in "biuf":
        return {name: np.asarray(value, dtype=float)}
    return {name: repr(value) if isinstance(value, str) else type(value).__name__}


def alike(one, other) -> bool:
    """Whether two parts are the same as the checks would have it; None stands for no part of that name."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        same = one.shape == other.shape
        return one is other or (same and np.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True))
    return type(one) is type(other) and not isinstance(one, np.ndarray) and one == other


def outcome(function: Callable, interaction: Interaction) -> Outcome:
    """What function makes of copies of the arguments. What it prints goes nowhere: answers of the catalogue run here."""
    given = copy.deepcopy((interaction.args, interaction.options))
    silence = io.StringIO()
    with redirect_stdout(silence), redirect_stderr(silence), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = function(*given[0], **given[1])
            found = parts("value", value)
            for number, (name, args, options) in enumerate(copy.deepcopy(interaction.uses)):
                result = getattr(value, name)
                found |= parts(f"use {number}", result if args is None else result(*args, **options))
        except Exception as error:
            return {"raised": type(error).__name__, "said": str(error)}
    arguments = zip([*interaction.args, *interaction.options.values()], [*given[0], *given[1].values()])
    for i, (before, after) in enumerate(arguments):
        old, new = parts("", before), parts("", after)
        if old.keys() != new.keys() or not all(alike(old[key], new[key]) for key in old):
            found[f"argument {i}"] = "changed"
    if any(issubclass(w.category, RuntimeWarning) for w in caught):
        found["warned"] = True
    return found


def wrong_parts(found: Outcome, rights: list[Outcome]) -> set[str]:
    """The names of the parts that are as in no right outcome. A warning counts where nothing else is wrong."""
    names = {
        name
        for name in rights[0] | found
        if name != "said" and not any(alike(found.get(name), right.get(name)) for right in rights)
    }
    return names - {"warned"} or names


def constant(found: list[Outcome]) -> bool:
    """Whether the same numbers come of every call."""
    numbers = all(isinstance(part, np.ndarray) for part in found[0].values())
    return numbers and len(found) > 1 and not any("raised" in each or wrong_parts(each, found[:1]) for each in found)


@dataclass(frozen=True)
class Known:
    """What the answers of a question make of the inputs of its test. A part is (number of the call, name)."""

    rights: list[list[Outcome]]
    """For each input, the outcomes of the reference and of the right answers: there may be more than one right value."""
    free: set[tuple[int, str]]
    """The parts in which right answers differ (in their order of the data, say): there, wrong ones do too."""
    wrongs: list[tuple[str, list[Outcome], set[tuple[int, str]]]]
    """Of each wrong answer the sentence, the outcomes, and the parts in which it is wrong."""


    def write(self, path: Path) -> None:
        """Write it to a file of the same folder or none. Raises OSError."""
        numbers: dict[int, int] = {}
        arrays: list[np.ndarray] = []

        def told(outcomes: list[Outcome]) -> list[Outcome]:
            """The outcomes with the numbers of their arrays."""
            for part in (part for each in outcomes for part in each.values() if isinstance(part, np.ndarray)):
                if id(part) not in numbers:
                    numbers[id(part)] = len(arrays)
                    arrays.append(part)
            return [{name: numbers.get(id(part), part) for name, part in each.items()} for each in outcomes]

        about = {
            "rights": [told(each) for each in self.rights],
            "free": sorted(self.free),
            "wrongs": [(sentence, told(outcomes), sorted(parts)) for sentence, outcomes, parts in self.wrongs],
            "shapes": [each.shape for each in arrays],
        }
        data = io.BytesIO()
        text = np.frombuffer(json.dumps(about).encode(), np.uint8)
        np.savez_compressed(data, text=text, numbers=np.concatenate([np.empty(0), *(each.ravel() for each in arrays)]))
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.write_bytes(data.getvalue())
        unfinished.replace(path)

    @classmethod
    def read(cls, path: Path) -> "Known":
        """What `write` has written. Raises OSError, ValueError, KeyError or BadZipFile."""
        with np.load(path, allow_pickle=False) as file:
            about, numbers = json.loads(file["text"].tobytes()), file["numbers"]
        ends = np.cumsum([math.prod(shape) for shape in about["shapes"]], dtype=int)
        arrays = [part.reshape(shape) for part, shape in zip(np.split(numbers, ends), about["shapes"])]

        def found(outcomes: list[dict]) -> list[Outcome]:
            return [{name: arrays[part] if type(part) is int else part for name, part in each.items()} for each in outcomes]

        return cls(
            [found(each) for each in about["rights"]],
            {(i, name) for i, name in about["free"]},
            [(sentence, found(outcomes), {(i, name) for i, name in parts}) for sentence, outcomes, parts in about["wrongs"]],
        )


KEPT = 20
"""Assignments of which the machine keeps what is known of their answers, the latest."""


def kept(key: str) -> Path:
    """The folder in which the machine keeps what is known of an assignment's answers, from run to run; older ones go."""
    folder = Path.home() / ".cache" / "seminar-exercises" / key
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for each in sorted(folder.parent.iterdir(), key=lambda each: each.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(each, ignore_errors=True)
    return folder


class Diagnosis:
    """Knows the reference, the catalogue's answers, and the inputs of every test.

    namespace: the instructor's names, the reference functions among them; inputs: question → what its test does with the
    function or the class; key: the assignment's, which decides all these ('': the machine keeps nothing). What the catalogue says
    of questions that there are none of is left out.
    """

    def __init__(self, namespace: dict, inputs: dict[str, list[Interaction]], catalogue: Iterable[Answer], key: str = ""):
        self.namespace, self.inputs, self.key = namespace, inputs, key
        self.answers: dict[str, list[Answer]] = {question: [] for question in inputs}
        for answer in catalogue:
            if answer.question in self.answers:
                self.answers[answer.question].append(answer)
        self.known = cache(self._known)

    def outcomes(self, question: str, function: Callable) -> list[Outcome]:
        """What function makes of each input of the question's test."""
        return [outcome(function, interaction) for interaction in self.inputs[question]]

    def _known(self, question: str) -> Known:
        """What the machine has kept, or else what the answers of the catalogue make of the inputs, which takes seconds.

        What is known already when a process forks is known in the fork.
        """
        if not self.key:
            return self._learn(question)
        with suppress(OSError, ValueError, KeyError, BadZipFile):
            return Known.read(kept(self.key) / f"{question}.npz")
        known = self._learn(question)
        with suppress(OSError):  # a full disk, or no home: the next run learns it again
            known.write(kept(self.key) / f"{question}.npz")
        return known

    def _learn(self, question: str) -> Known:
        """Run every answer of the catalogue."""
        same: dict[tuple, np.ndarray] = {}
        """One array for all that are alike: most wrong answers are wrong in few parts."""

        def outcomes_of(function: Callable) -> list[Outcome]:
            return [
                {name: same.setdefault((part.shape, part.tobytes()), part) if isinstance(part, np.ndarray) else part
                 for name, part in each.items()}
                for each in self.outcomes(question, function)
            ]  # fmt: skip

        right, wrong = [outcomes_of(self.namespace[question])], []
        for answer in self.answers[question]:
            names = dict(self.namespace)
            exec(compile(answer.code, f"<{answer}>", "exec"), names)
            outcomes = outcomes_of(names[question])
            if answer.right:
                right.append(outcomes)
            else:
                wrong.append((answer.sentence, outcomes))
        rights = [list(each) for each in zip(*right)]
        return Known(
            rights,
            {(i, name) for i, each in enumerate(rights) for other in each for name in wrong_parts(other, each[:1])},
            [(sentence, outcomes, self.wrong(outcomes, rights)) for sentence, outcomes in wrong],
        )

    @staticmethod
    def wrong(outcomes: list[Outcome], rights: list[list[Outcome]]) -> set[tuple[int, str]]:
        return {(i, name) for i, parts in enumerate(outcomes) for name in wrong_parts(parts, rights[i])}

    def of(self, question: str, function: Callable) -> list[str]:
        """Sentences that say what is wrong with the function, at most MOST; none where that is not known.

        A wrong answer of the catalogue explains the parts in which it is wrong, if the student's function is like it
        in all of these. What explains most comes first; a second one explains other parts.
        """
        inputs = self.inputs[question]
        if not inputs or outcome(function, inputs[0]).get("raised") == "NotImplementedError":  # nothing to diagnose
            return []
        found, known = self.outcomes(question, function), self.known(question)
        open_ = self.wrong(found, known.rights)
        explained = [(*like(results, parts, found, known.free), sentence) for sentence, results, parts in known.wrongs]
        sentences: list[str] = []
        while len(sentences) < MOST:
            most, unlike = max(((these & open_, -unlike) for these, unlike, _ in explained),
                               key=lambda each: (len(each[0]), each[1]), default=(set(), 0))
            if not most:
                break
            best = {sentence for these, other, sentence in explained if (these & open_, -other) == (most, unlike)}
            if len(best) == 1:  # otherwise the inputs do not tell them apart
                sentences += best - {*sentences}
            open_ -= most
        return sentences or ([CONSTANT] if constant(found) else [])


def like(
    results: list[Outcome], parts: set[tuple[int, str]], found: list[Outcome], free: set[tuple[int, str]]
) -> tuple[set[tuple[int, str]], int]:
    """Those of the parts in which found is like results, and in how many it is not; no parts if it is another mistake.

    It is one if a part is unlike that is not free, or more than half of them are, or if there is no value to go by
    and the messages of the errors are not the same.
    """
    these = set()
    for i, name in sorted(parts):
        if alike(results[i].get(name), found[i].get(name)):
            these.add((i, name))
        elif (i, name) not in free:
            return set(), 0
    unlike = len(parts) - len(these)
    if unlike > len(these) or (
        all("raised" in results[i] for i, _ in these) and any(results[i]["said"] != found[i]["said"] for i, _ in these)
    ):
        return set(), 0
    return these, unlike
