"""A sample class: submissions made from the student's notebook by exchanging what stands in its solution cells."""

import copy
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from . import catalogue
from .course import ASSIGNMENT
from .rebuild import grade_id, is_solution

MARKER = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """What a student of the sample class handed in."""

    answered: list[str] | None = None
    """The questions answered as in the reference; None: all of them."""
    slugs: dict[str, str] = field(default_factory=dict)
    """Question → an entry of the catalogue in its place."""
    texts: dict[str, str] = field(default_factory=dict)
    """Grade id → what stands in that cell; '' deletes it."""
    file: bytes | None = None
    """The file itself, where it is no notebook."""


CLASS = {
    "s01-reference": Sample(),
    "s02-untouched": Sample(answered=[]),
    "s03-half-way": Sample(answered=[
        "affine_forward", "sigmoid_forward", "tanh_forward", "relu_forward", "merge_affine", "softmax", "cross_entropy",
        "softmax_cross_entropy_forward", "numerical_gradient", "add_backward", "multiply_backward"]),
    "s04-bias-not-summed": Sample(slugs={"affine_backward": "db_unsummed"}),
    "s05-no-mean": Sample(slugs={"softmax_cross_entropy_backward": "not_divided_by_n"}),
    "s06-softmax-overflows": Sample(slugs={"softmax": "no_maximum"}),
    "s07-numerical": Sample(slugs={"affine_backward": "numerical_helper"}),
    "s08-slope-left-out": Sample(slugs={"network_backward": "hidden_slope_left_out", "fix_backward": "still_broken"}),
    "s09-several": Sample(
        slugs={"sigmoid_backward": "upstream_left_out", "train": "tail_dropped", "l2_gradient": "bias_decayed"}),
    "s10-changes-argument": Sample(slugs={"relu_forward": "changes_u"}),
    "s11-unusual-but-right": Sample(slugs={
        "affine_forward": "einsum", "affine_backward": "triple_loop", "softmax": "row_loop",
        "network_backward": "recursion", "train": "trainer_class", "k_fold": "strided"}),
    "s12-syntax-error": Sample(texts={"cross_entropy": "def cross_entropy(y, t):\n    return -np.sum(t * np.log(y) / len(y)"}),
    "s13-endless-loop": Sample(
        texts={"numerical_gradient": "def numerical_gradient(f, x, eps=1e-5):\n    while True:\n        pass"}),
    "s14-test-deleted": Sample(slugs={"affine_backward": "db_mean"}, texts={"test_affine_backward": ""}),
    "s15-not-json": Sample(file=b"PK\x03\x04 this is an archive, not a notebook"),
    "s16-no-bonus": Sample(texts={"l2_gradient": "pass", "k_fold": "pass"}),
}


def solutions(source: NotebookNode) -> dict[str, str]:
    """Question → the reference answer: the solution cells of the instructor's notebook, without markers."""
    return {
        grade_id(cell): MARKER.sub("", cell.source)
        for cell in source.cells
        if is_solution(cell)
    }


def submission(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The student's notebook with answers (grade id → text) in its cells; an empty text deletes the cell."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    notebook.cells = [cell for cell in notebook.cells if answers.get(grade_id(cell)) != ""]
    return notebook


def write_class(root: Path, course: Path) -> None:
    """A course in the folder course, made anew: the source of the course in root, and CLASS in submitted/."""
    shutil.rmtree(course, ignore_errors=True)
    source_path = course / "source" / ASSIGNMENT / "main.ipynb"
    source_path.parent.mkdir(parents=True)
    shutil.copyfile(root / "source" / ASSIGNMENT / "main.ipynb", source_path)
    shutil.copyfile(root / "nbgrader_config.py", course / "nbgrader_config.py")

    reference = solutions(nbformat.read(source_path, as_version=4))
    release = nbformat.read(root / "release" / ASSIGNMENT / "main.ipynb", as_version=4)
    slugs = {(answer.question, answer.slug): answer.code for answer in catalogue.load()}
    for student, sample in CLASS.items():
        path = course / "submitted" / student / ASSIGNMENT / "main.ipynb"
        path.parent.mkdir(parents=True)
        if sample.file is not None:
            path.write_bytes(sample.file)
            continue
        answers = {q: code for q, code in reference.items() if sample.answered is None or q in sample.answered}
        answers |= {q: slugs[q, slug] for q, slug in sample.slugs.items()}
        nbformat.write(submission(release, answers | sample.texts), path)
