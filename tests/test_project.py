"""What stands in the repository is whole, fresh and agrees with itself. Fast."""

import re
import shutil
import subprocess
import tomllib

import nbformat
import pytest
from exercise import MARKS, ROOT, SOURCE
from grading.build import build, source_notebook
from traitlets.config import Config

from grading.course import load_config

BUILT = ["source/1101/main.ipynb", "release/1101/main.ipynb", "1101/main.ipynb", "1101/demo.ipynb"]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TEXT = (ROOT / "source/1101.py").read_text(encoding="utf-8")


def copy_of_the_course(folder):
    """The course in another folder: the text source and the configuration, no built file."""
    (folder / "source").mkdir(parents=True)
    for name in "1101.py", "demo.py":
        shutil.copy(ROOT / "source" / name, folder / "source" / name)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    course = copy_of_the_course(tmp_path_factory.mktemp("course"))
    build(course)
    return course


@pytest.mark.parametrize("path", BUILT)
def test_a_built_file_is_fresh(path, rebuilt):
    assert (ROOT / path).read_bytes() == (rebuilt / path).read_bytes(), f"{path} is stale: run `make build`"


def test_a_second_build_changes_no_byte(rebuilt):
    before = [(rebuilt / path).read_bytes() for path in BUILT]
    build(rebuilt)
    assert [(rebuilt / path).read_bytes() for path in BUILT] == before


def test_a_changed_source_makes_the_built_files_stale(tmp_path):
    course = copy_of_the_course(tmp_path)
    path = course / "source/1101.py"
    path.write_text(TEXT.replace("return z @ W + b", "return b + z @ W", 1), encoding="utf-8")
    build(course)
    assert (course / BUILT[0]).read_bytes() != (ROOT / BUILT[0]).read_bytes()


def test_two_cells_with_one_id_are_named():
    cell = '# %% nbgrader={"grade": false, "grade_id": "twice", "locked": true, "schema_version": 3, "solution": false}\n'
    with pytest.raises(ValueError, match="twice"):
        source_notebook(cell + "1\n" + cell + "2\n")


def test_building_leaves_the_gradebook_alone(rebuilt):
    assert not (rebuilt / "gradebook.db").exists()


def test_the_student_notebook_is_the_release():
    assert (ROOT / BUILT[1]).read_bytes() == (ROOT / BUILT[2]).read_bytes()


def lines(text):
    return {line.strip() for line in text.splitlines()}


def test_the_release_holds_no_solution_no_hidden_test_and_no_marker():
    release = "\n".join(cell.source for cell in nbformat.read(ROOT / BUILT[1], as_version=4).cells)
    assert "SOLUTION" not in release and "HIDDEN" not in release
    region = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n.*?### END", re.DOTALL)
    secret = [match.group() for match in region.finditer(TEXT)]
    assert len(secret) == 2 * len(MARKS) + 1
    # A line like `check = Check(…)` may stand in a visible cell of the source too.
    assert not (lines("\n".join(secret)) - lines(region.sub("", TEXT))) & lines(release)


def test_the_source_folder_holds_nothing_that_nbgrader_would_hand_out():
    tracked = subprocess.run(["git", "ls-files", "source/1101", "release"], cwd=ROOT, capture_output=True, text=True).stdout
    assert tracked.split() == ["release/1101/main.ipynb", "source/1101/main.ipynb"] or not tracked


def test_every_question_has_a_stub_with_a_docstring_two_hints_minutes_and_marks():
    release = nbformat.read(ROOT / BUILT[1], as_version=4)
    prose = "\n".join(cell.source for cell in release.cells if cell.cell_type == "markdown")
    for question, marks in MARKS.items():
        [stub] = [cell.source for cell in release.cells if cell.id == question]
        assert "raise NotImplementedError" in stub and '"""' in stub and "返すもの" in stub, question
        assert re.search(rf"`{question}` \(\+?{marks} 点・\d+ 分・[★☆]{{3}}\)", prose), question
    assert prose.count("<summary>ヒント 1") == prose.count("<summary>ヒント 2") == prose.count("</details>") // 2


def test_test_cells_stand_right_behind_their_solution_cells():
    ids = [cell.id for cell in SOURCE.cells if cell.cell_type == "code"]
    for question in MARKS:
        assert ids[ids.index(question) + 1] == f"test_{question}"


def test_the_notebooks_carry_no_outputs():
    for path in BUILT:
        for cell in nbformat.read(ROOT / path, as_version=4).cells:
            assert not cell.get("outputs") and not cell.get("execution_count")


def test_conda_and_pip_install_the_same():
    conda = dict(re.findall(r"^  - ([\w-]+)=([\w.]+)", (ROOT / "environment.yml").read_text(), re.MULTILINE))
    assert PYPROJECT["requires-python"] == ">=" + conda.pop("python")
    assert conda == dict(line.split("==") for line in PYPROJECT["dependencies"])


def test_every_line_of_the_conda_environment_says_what_for():
    lines = (ROOT / "environment.yml").read_text().partition("python=3.11\n")[2].splitlines()
    assert all("  # " in line for line in lines)


def test_the_lock_holds_what_the_project_names():
    lock = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    for line in PYPROJECT["dependencies"] + PYPROJECT["optional-dependencies"]["test"]:
        name, _, version = line.partition("==")
        assert name in lock or ">=" in name, line
        assert not version or lock[name] == version, line


def test_the_configuration_is_short_and_reads_without_nbgrader():
    assert len((ROOT / "nbgrader_config.py").read_text().splitlines()) < 40
    assert isinstance(load_config(ROOT), Config)


def test_no_path_of_a_machine_is_tracked():
    found = subprocess.run(["git", "grep", "-nIE", r"/(home/[a-z]+|root|work)/", "--", ".", ":!tests/test_project.py",
                            ":!tests/attacks.py"],
                           cwd=ROOT, capture_output=True, text=True).stdout
    assert not found


PERSONAL = "students.csv downloaded submitted autograded feedback report gradebook.db grades.csv sample".split()


def test_no_personal_data_is_tracked():
    tracked = subprocess.run(["git", "ls-files", *PERSONAL], cwd=ROOT, capture_output=True, text=True).stdout
    assert tracked.split() in ([], ["autograded/.gitkeep"])


def test_the_readmes_and_makefile_name_the_same_commands():
    targets = set(re.findall(r"^([a-z]+):[^#\n]*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in "README.md", "README.ja.md":
        assert set(re.findall(r"`?make ([a-z]+)", (ROOT / name).read_text(encoding="utf-8"))) >= targets - {"help"}, name
