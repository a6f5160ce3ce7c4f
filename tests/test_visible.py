"""What the hidden tests refuse, the student's own check shows: beside ○ alone, nobody looks for a mistake."""

from collections import Counter

import published
import pytest
from exercise import MLP, run
from unseen import SMALL, SUBTLE, WRONG

from grading.exercise import cells

HIDDEN = {
    "takes differences, or gives up, only where the input is larger than a table shows": [
        "softmax_cross_entropy_backward-numerical_by_row", "softmax_cross_entropy_backward-numerical_in_one_pass",
        "softmax_cross_entropy_backward-numerical_of_fourth_order", "softmax_cross_entropy_backward-numerical_of_an_exact_loss",
        "fix_backward-numerical_of_an_exact_loss", "fix_backward-zeros_for_large_networks", "tanh_backward-four_point_stencil",
    ],
    "needs more rows than 32 or 256 that are all different": [
        "softmax-rows_numbered_in_a_byte", "tanh_backward-first_row_block", "affine_backward-db_counted_in_a_byte",
        "network_forward-rows_in_a_byte", "train-order_in_a_byte", "train-loss_of_the_first_hundred",
    ],
    "needs more layers than a table can list": [
        "network_forward-names_in_alphabetical_order", "network_backward-names_in_alphabetical_order",
        "network_forward-six_slots", "fix_backward-four_gates",
    ],
    "needs a number that tells this mistake alone": [
        "sigmoid_forward-lookup_table", "numerical_gradient-remembered_by_function_name", "network_forward-cache_ignores_weights",
        "softmax_cross_entropy_backward-clipped_gradient", "network_backward-sigmoid_flat_above_five", "k_fold-fraction_first",
    ],
}
"""Why the visible check does not show it → the answers."""
TRUE_TOO = {
    "train-tail_dropped": "tail_dropped",
    "k_fold-from_one": "numbered_from_one",
    "k_fold-swapped_not_shuffled": "train_and_valid_swapped",
    "k_fold-not_shuffled_remainder_lost": "not_shuffled",
    "sigmoid_forward-clip_at_15": "clip_at_15",
    "tanh_forward-clip_at_five": "clip_at_five",
    "numerical_gradient-last_entry_not_restored": "not_restored",
    "affine_backward-gradient_accumulates": "gradient_accumulates",
    "softmax_cross_entropy_backward-difference_in_log_y": "numerical_helper",
    "fix_backward-only_one_gate": "only_last_hidden_layer_fixed",
    "k_fold-new_shuffle_for_every_fold": "shuffled_again_each_fold",
}
"""Unseen answer → what the check says of it by the visible inputs, where the diagnosis does not: read, and true."""
UNSEEN = [entry for entry in WRONG + SUBTLE + SMALL if not entry.passes]


class Notebook:
    """The student's notebook with every question answered by the reference."""

    def __init__(self):
        self.names, self.checks = {"__name__": "__main__"}, {}
        for cell in MLP.release.cells:
            if cells.tested(cell):
                self.checks[cells.tested(cell)] = cell.source
            elif (name := cells.grade_id(cell)) and cell.cell_type == "code" and not name.startswith("picture_"):
                assert not run(MLP.reference[name] if cells.is_solution(cell) else cell.source, name, self.names)

    def said(self, question: str, *codes: str) -> str:
        """What the check of a question says of an answer, '' for nothing but ○."""
        before = dict(self.names)
        for code in codes:
            run(code, question, self.names)
        found = run(self.checks[question], f"test_{question}", self.names)
        for name in self.names.keys() - before.keys():
            del self.names[name]
        self.names.update(before)
        return found.partition(" marks: ")[2].removeprefix(f"{question}: ")


@pytest.fixture(scope="module")
def said() -> dict[object, str]:
    """Wrong answer of the catalogue, unseen one → what its check says."""
    notebook = Notebook()
    assert [question for question in notebook.checks if notebook.said(question)] == []
    wrong = [answer for answer in MLP.answers if not answer.right]
    return {answer: notebook.said(answer.question, answer.code) for answer in [*wrong, *UNSEEN]}


def is_said(answer, sentence: str, said: dict) -> bool:
    return said[answer] == sentence.removeprefix(f"{answer.question}: ")


def test_what_hidden_tests_refuse_the_visible_check_shows(said):
    argued = {name for names in HIDDEN.values() for name in names}
    assert {str(answer) for answer, sentence in said.items() if not sentence} == argued
    assert len(argued) <= 0.02 * len(said)


def test_what_breaks_a_rule_is_shown():
    notebook = Notebook()
    assert [(e.slug, q) for e in published.load("rule_broken") for q in e.broken if not notebook.said(q, e.code)] == []


def test_wrong_answers_are_named_by_their_own_sentence(said):
    wrong = [answer for answer in MLP.answers if not answer.right]
    sentences = {(answer.question, answer.sentence.removeprefix(f"{answer.question}: ")) for answer in wrong}
    kinds = Counter("own" if is_said(a, a.sentence, said) else (a.question, said[a]) in sentences for a in wrong)
    assert kinds["own"] >= 0.85 * len(wrong) and not kinds[True], kinds


def test_no_unseen_answer_is_called_what_it_is_not(said):
    false = []
    for entry in UNSEEN:
        slugs = {slug for (question, slug), answer in MLP.slugs.items()
                 if question == entry.question and not answer.right and is_said(entry, answer.sentence, said)}
        if slugs and not slugs & {*entry.told, TRUE_TOO.get(str(entry))}:
            false.append((str(entry), said[entry]))
    assert false == []
