"""The notebooks in an ordinary Jupyter kernel, without nbgrader: Run All of the instructor and of a student."""

import time

import nbformat
import pytest
from exercise import MARKS, MLP, RELEASE, SOURCE
from nbclient import NotebookClient

PICTURES = [cell.id for cell in SOURCE.cells if cell.id.startswith("picture_")]


def run_all(notebook: nbformat.NotebookNode, tmp_path) -> dict[str, list]:
    """Run every cell whatever fails; returns cell id → outputs."""
    notebook = nbformat.from_dict(notebook)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3", resources=where).execute()
    return {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    return run_all(SOURCE, tmp_path_factory.mktemp("solved"))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return run_all(RELEASE, tmp_path_factory.mktemp("untouched"))


def busy(seconds: float) -> None:
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass


def text_of(outputs) -> str:
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs)


def test_the_source_runs_without_error_and_with_nothing_on_stderr(solved):
    for name, outputs in solved.items():
        assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"], (name, outputs)


@pytest.mark.parametrize("question", MARKS)
def test_each_check_of_the_source_shows_its_table(question, solved):
    pages = [o.data["text/html"] for o in solved[f"test_{question}"] if "text/html" in o.get("data", {})]
    assert pages and all("判定" in page and ">○<" in page and ">×<" not in page for page in pages)


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_is_drawn_from_a_right_solution(name, solved):
    assert any("image/png" in o.get("data", {}) for o in solved[name])
    assert "まだ描けません" not in text_of(solved[name])


def test_the_network_learns_the_digits(solved):
    accuracy = float(text_of(solved["picture_training"]).rpartition("正解率: ")[2].rstrip().rstrip("%"))
    assert accuracy >= 95
    assert any("<progress" in o.get("data", {}).get("text/html", "") for o in solved["picture_training"])


@pytest.mark.parametrize("name", PICTURES[1:])
def test_each_picture_says_politely_what_is_missing(name, untouched):
    assert [o.output_type for o in untouched[name] if o.output_type == "error" or o.get("name") == "stderr"] == []
    assert {o.output_type for o in untouched[name]} == {"stream"}  # nothing half drawn above it
    said = text_of(untouched[name])
    assert "まだ描けません" in said and ("まだ書かれていません" in said or "先に" in said)


@pytest.mark.parametrize(("spend", "stops"), [(time.sleep, False), (busy, True)])
def test_training_is_stopped_for_its_own_time_only(spend, stops, capsys):
    """CPU time counts, not that of the machine: a third of the limit, waited for or worked for, in each epoch."""
    def train(x, t, params, *rest):
        spend(0.1)
        return params, [1.0]

    source = {cell.id: cell.source for cell in SOURCE.cells}
    training = source["picture_training"].replace("BATCH_SIZE = 0.1, 30", "BATCH_SIZE = 0.1, 8")
    training = training.replace("SECONDS = 15", "SECONDS = 0.3")
    drawn = MLP.given | {"train": train}
    exec(source["picture_network"].partition("\n@picture")[0], drawn)
    exec(training, drawn)
    assert ("止めました" in capsys.readouterr().out) == stops and (drawn["trained"][1] < 8) == stops


@pytest.mark.parametrize("question", MARKS)
def test_each_check_of_the_untouched_notebook_says_what_to_do_and_the_next_cell_runs(question, untouched):
    outputs = untouched[f"test_{question}"]
    assert [o.output_type for o in outputs] == ["display_data", "execute_result"]
    assert outputs[-1].data["text/plain"] == "0" and "まだ書かれていません" in outputs[-1].data["text/html"]
