"""What stands in the repository is whole, fresh and agrees with itself."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
from exercise import ALL, MLP, ROOT, Tried
from packaging.requirements import Requirement
from packaging.version import Version
from small import SMALL
from traitlets.config import Config

from grading.course import load_config
from grading.exercise import build as builder
from grading.exercise.build import build
from grading.exercise.folder import Exercise, NoExercise, names
from grading.exercise.sample import sample_class

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDED = {needed.name: needed.specifier for needed in map(Requirement, [
    *PYPROJECT["dependencies"], *PYPROJECT["optional-dependencies"]["test"], *PYPROJECT["optional-dependencies"]["cluster"],
    f"python{PYPROJECT['requires-python']}",
])}  # fmt: skip
"""Name → the versions that the project admits."""
REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n.*?### END", re.DOTALL)


def built(tried: Tried) -> list[str]:
    """What `make build` writes of an exercise."""
    files = [f"source/{tried}/main.ipynb", f"release/{tried}/main.ipynb", f"{tried}/main.ipynb"]
    return [*files, f"{tried}/demo.ipynb"] if tried.exercise.demo.exists() else files


def locked(name: str) -> dict[str, Version]:
    """The packages of a lock file and their versions."""
    lines = re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {name: Version(version) for name, version in lines}


def copy_of_the_course(folder: Path) -> Path:
    """The course in another folder: texts and the configuration, no built file."""
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    course = copy_of_the_course(tmp_path_factory.mktemp("course"))
    for tried in ALL:
        build(Exercise(course, str(tried)))
    return course


@pytest.mark.long
@pytest.mark.parametrize("path", [path for tried in ALL for path in built(tried)])
def test_a_built_file_is_fresh(path, rebuilt):
    assert (ROOT / path).read_bytes() == (rebuilt / path).read_bytes(), f"{path} is stale: run `make build`"


@pytest.mark.long
@pytest.mark.parametrize("tried", ALL, ids=str)
def test_the_tests_that_students_get_are_remembered(tried, rebuilt):
    path = tried.exercise.released.relative_to(ROOT)
    assert (ROOT / path).read_bytes() == (rebuilt / path).read_bytes(), f"{path} is stale: run `make build`"


@pytest.mark.long
@pytest.mark.parametrize("tried", ALL, ids=str)
def test_a_second_build_changes_no_byte(tried, rebuilt):
    before = [(rebuilt / path).read_bytes() for path in built(tried)]
    build(Exercise(rebuilt, str(tried)))
    assert [(rebuilt / path).read_bytes() for path in built(tried)] == before


@pytest.mark.parametrize("text, stale", [("1101/notebook.py", "source/1101/main.ipynb"), ("shared/check.py", "1101/main.ipynb"),
                                         ("shared/stage.py", "1101/demo.ipynb")])
def test_a_changed_text_makes_the_built_files_stale(text, stale, tmp_path, monkeypatch):
    """Built both times without the catalogue's mistakes, which take a minute to find and are none of these texts."""
    monkeypatch.setattr(builder.mistakes, "pack", lambda source, answers: None)
    course = copy_of_the_course(tmp_path)
    build(Exercise(course, "1101"))
    path, before = course / "exercises" / text, (course / stale).read_bytes()
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    build(Exercise(course, "1101"))
    assert (course / stale).read_bytes() != before


@pytest.mark.long
def test_building_leaves_the_gradebook_alone(rebuilt):
    assert not (rebuilt / "gradebook.db").exists()


BAD = {  # the text of a notebook → what the author reads
    '# %% given="twice"\n1\n# %% given="twice"\n2\n': "more than one cell has the id twice",
    '# %% given="a" question="b"\n1\n': "one cell is question and given; it can be one of them",
    '# %% question="a"\n1\n# %% test="a"\n2\n': "test_a needs either points=… or bonus=…",
    '# %% question="a"\n1\n# %% test="a" points=1 bonus=1\n2\n': "test_a needs either points=… or bonus=…",
    '# %% include="chek"\n': 'exercises/shared/chek.py is not there (there is check, pictures, stage)',
    '# %% question="a"\n1\n': "a has no test right behind it",
    '# %% question="a"\n1\n# %% given="b"\n2\n# %% test="a" points=1\n3\n': "a has no test right behind it",
    '# %% question="b"\n1\n# %% test="b" points=1\n2\n# %% test="a" points=1\n3\n': "test_a stands behind no question a",
    '# %% question="a-b"\n1\n# %% test="a-b" points=1\n2\n': "a-b is no name of a function or a class",
    '# %% question="a"\n1\n# %% test="a" points=1\n2\n# %% tools="t"\n3\n': "t stands behind the first question",
    '# %% given="b"\n1\n': "there is no question",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_a_text_that_is_no_notebook_is_named_with_its_mistake(text, tmp_path):
    path = tmp_path / "exercises/1108/notebook.py"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(BAD[text])):
        builder.instructors(path, ROOT / "exercises/shared")


SETTINGS = {  # exercise.toml → what the author reads
    "": "has no title",
    "title = 3": "title = 3 has the wrong kind",
    "title = 'x'\nseeds = 3": "has a setting seeds, which is none of title, seed,",
    "title = 'x'\ndue = 2026-11-08": "has the wrong kind: a time too, such as 2026-11-08T23:59:00",
    "title = 'x'\nseed = true": "seed = True has the wrong kind",
    "title = 'x'\n[limits]\nsecond = 3": "limits that do not exist: second",
    "title = 'x'\n[limits]\nseconds = 'ten'": "seconds = 'ten' is no number",
    "title = 'x'\nabsent = [3]": "absent holds 3, which is no text",
    "title = 'x": "is no TOML",
}


@pytest.mark.parametrize("text", SETTINGS)
def test_settings_that_cannot_be_used_are_named(text, tmp_path):
    path = tmp_path / "exercises/1108/exercise.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NoExercise, match=re.escape(SETTINGS[text])):
        assert Exercise(tmp_path, "1108").settings


def test_an_exercise_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(NoExercise, match=r"There is no exercise 1109: .* \(there is 1101"):
        Exercise(ROOT, "1109")
    assert "shared" not in names(ROOT)


@pytest.mark.parametrize("tried", ALL, ids=str)
def test_the_student_notebook_is_the_release(tried):
    assert (ROOT / f"{tried}/main.ipynb").read_bytes() == (ROOT / f"release/{tried}/main.ipynb").read_bytes()


def lines(text):
    return {line.strip() for line in text.splitlines()}


@pytest.mark.parametrize("tried", [*ALL, SMALL], ids=str)
def test_the_release_holds_no_solution_no_hidden_test_and_no_marker(tried):
    release = "\n".join(cell.source for cell in tried.release.cells)
    assert "SOLUTION" not in release and "HIDDEN" not in release
    text = "\n".join(cell.source for cell in tried.source.cells)
    secret = [match.group() for match in REGION.finditer(text)]
    assert len(secret) >= 2 * len(tried.marks) + 1
    # A line like `check(z, W, b, …` may stand in a visible cell of the source too.
    assert not (lines("\n".join(secret)) - lines(REGION.sub("", text))) & lines(release)


def test_the_source_folder_holds_nothing_that_nbgrader_would_hand_out():
    tracked = subprocess.run(["git", "ls-files", "source", "release"], cwd=ROOT, capture_output=True, text=True).stdout
    assert set(tracked.split()) <= {f"{step}/{tried}/main.ipynb" for step in ("source", "release") for tried in ALL}


@pytest.mark.parametrize("tried", [*ALL, SMALL], ids=str)
def test_every_question_has_a_heading_a_stub_with_a_docstring_and_its_test_behind_it(tried):
    prose = "\n".join(cell.source for cell in tried.release.cells if cell.cell_type == "markdown")
    assert tried.exercise.settings.title in prose.partition("\n")[0]
    ids = [cell.id for cell in tried.source.cells if cell.cell_type == "code"]
    for question, marks in tried.marks.items():
        [stub] = [cell.source for cell in tried.release.cells if cell.id == question]
        assert "raise NotImplementedError" in stub and '"""' in stub, question
        assert re.search(rf"^#+ .*`{question}` \(\+?{marks:g} 点", prose, re.MULTILINE), question
        assert ids[ids.index(question) + 1] == f"test_{question}"


def test_every_question_of_1101_has_two_hints_and_minutes():
    prose = "\n".join(cell.source for cell in MLP.release.cells if cell.cell_type == "markdown")
    for question, marks in MLP.marks.items():
        [stub] = [cell.source for cell in MLP.release.cells if cell.id == question]
        assert "返すもの" in stub, question
        assert re.search(rf"`{question}` \(\+?{marks:g} 点・\d+ 分・[★☆]{{3}}\)", prose), question
    assert prose.count("<summary>ヒント 1") == prose.count("<summary>ヒント 2") == prose.count("</details>") // 2


def test_the_minutes_and_points_of_1101_add_up():
    prose = [cell.source for cell in MLP.release.cells if cell.cell_type == "markdown"]
    rows = re.findall(r"^\| (.+?) \| .* \| \+?(\d+) 点 \| (\d+) \+ (\d+) = (\d+) 分 \|$", prose[0], re.MULTILINE)
    parts: list[list[tuple[int, int]]] = []
    for text in prose:
        if re.search(r"^# (第 \d 部|おまけ)", text, re.MULTILINE):
            parts.append([])
        for points, minutes in re.findall(r"^### .*`\w+` \(\+?(\d+) 点・(\d+) 分", text, re.MULTILINE):
            parts[-1].append((int(points), int(minutes)))
    assert [row[0] for row in rows] == ["1", "2", "3", "おまけ"]
    for (_, *told), questions in zip(rows, parts, strict=True):
        points, solving, reading, minutes = map(int, told)
        assert (points, solving) == tuple(map(sum, zip(*questions))) and solving + reading == minutes


def test_no_cell_that_is_given_holds_a_piece_of_an_answer():
    given = "\n".join(cell.source for cell in MLP.release.cells if cell.cell_type == "code" and cell.id not in MLP.marks)
    for question, code in MLP.reference.items():
        answer = code.split('"""')[-1]
        returned = re.search(r"return (.*)", answer)[1] if len(answer.split("\n")) < 4 else ""  # an answer that is one formula
        pieces = {piece for piece in returned.split(", ") if len(piece) >= 8}
        pieces |= {line.strip() for line in answer.splitlines() if len(line.strip()) > 15 and question != "fix_backward"}
        assert not [piece for piece in pieces if piece in given], question


@pytest.mark.parametrize("tried", [*ALL, SMALL], ids=str)
def test_the_sample_class_has_a_right_one_an_untouched_one_and_a_wrong_one(tried):
    files = sample_class(tried.exercise)
    assert len(files) >= 3 and len(set(files.values())) == len(files)


@pytest.mark.parametrize("path", [path for tried in ALL for path in built(tried)])
def test_the_notebooks_carry_no_outputs(path):
    for cell in nbformat.read(ROOT / path, as_version=4).cells:
        assert not cell.get("outputs") and not cell.get("execution_count")


def test_the_grader_knows_no_exercise_by_name():
    known = "|".join(map(str, ALL))
    search = ["git", "grep", "-nwE", known, "--", "grading/*.py", "demo/*.py"]
    found = subprocess.run(search, cwd=ROOT, capture_output=True, text=True)
    code = [line for line in found.stdout.splitlines() if "#" not in line and '"""' not in line]
    assert code == []


STUDENTS = {"python", "numpy", "matplotlib", "scikit-learn", "jupyter", "nbgrader"}


def test_conda_installs_what_a_student_needs_in_the_ranges_of_pip():
    lines = re.findall(r"^  - (\S+[<>=].*)", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    conda = {needed.name: needed.specifier for needed in (Requirement(line.partition("#")[0]) for line in lines)}
    assert conda == {name: NEEDED[name] for name in STUDENTS}
    assert all("  # " in line for line in lines if not line.startswith("python"))


def test_each_package_has_a_lowest_version_that_is_tested_and_ends_before_the_next_that_may_break():
    lowest = locked("requirements-lowest.lock")
    for name, specifier in NEEDED.items():
        bounds = {each.operator: Version(each.version) for each in specifier}
        if name not in ("python", "setuptools", "distributed"):  # what builds it; versions by the calendar
            assert set(bounds) == {">=", "<"}, name
            assert bounds[">="] == lowest[name], f"{name} {bounds['>=']} is named, {lowest[name]} is tested: run `make lock`"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-lowest.lock"])
def test_a_lock_holds_what_the_project_names(lock):
    versions = locked(lock)
    for name, specifier in NEEDED.items():
        assert name == "python" or versions[name] in specifier, name


def test_the_version_is_that_of_the_changelog():
    assert (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").startswith(f"# Changelog\n\n## {PYPROJECT['version']} ")


def test_the_configuration_is_short_and_reads_without_nbgrader():
    assert len((ROOT / "nbgrader_config.py").read_text().splitlines()) < 40
    assert isinstance(load_config(ROOT), Config)


def test_no_path_of_a_machine_is_tracked():
    found = subprocess.run(["git", "grep", "-nIE", r"/(home/[a-z]+|root|work)/", "--", ".", ":!tests/test_project.py",
                            ":!tests/attacks*.py"],
                           cwd=ROOT, capture_output=True, text=True).stdout
    assert not found


PERSONAL = (
    "students.csv extensions.csv downloaded submitted autograded feedback report returned gradebook.db grades.csv sample".split()
)


def test_no_personal_data_is_tracked():
    tracked = subprocess.run(["git", "ls-files", *PERSONAL], cwd=ROOT, capture_output=True, text=True).stdout
    assert tracked.split() in ([], ["autograded/.gitkeep"])


def test_the_readmes_and_makefile_name_the_same_commands():
    targets = set(re.findall(r"^([a-z]+):[^#\n]*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in "README.md", "README.ja.md":
        assert set(re.findall(r"`?make ([a-z]+)", (ROOT / name).read_text(encoding="utf-8"))) >= targets - {"help", "check"}, name
    assert "make check" in CONTRIBUTING


def test_every_test_file_has_a_row_that_says_what_it_proves_and_how_long_it_takes():
    rows = re.findall(r"^\| `(test_\w+)` \| [^|]+ \| (?:\d+|—) \|$", CONTRIBUTING, re.MULTILINE)
    assert sorted(rows) == sorted(path.stem for path in (ROOT / "tests").glob("test_*.py"))
