"""A class of 120 whose files arrive in every way there is: a table of kinds, written to a folder as an LMS or a person does."""

import io
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import cycle
from pathlib import Path
from unicodedata import normalize

import nbformat
from courses import CONFIG, put_exercise
from nbformat.v4 import new_code_cell, new_notebook
from small import NAME, REFERENCE, RELEASE

from grading.exercise.sample import submission
from grading.sandbox.limits import Limits

LAST = [
    ("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"), ("伊藤", "ito"), ("渡辺", "watanabe"),
    ("山本", "yamamoto"), ("中村", "nakamura"), ("加藤", "kato"), ("吉田", "yoshida"), ("佐々木", "sasaki"), ("井上", "inoue"),
]  # fmt: skip
FIRST = [
    ("翔太", "shota"), ("さくら", "sakura"), ("健", "ken"), ("美咲", "misaki"), ("大輝", "daiki"), ("陽菜", "hina"),
    ("一郎", "ichiro"), ("ひかり", "hikari"), ("蓮", "ren"), ("カンナ", "kanna"),
]  # fmt: skip
SPECIAL = [("山田", "太郎", "yamada", "taro"), ("山田", "太郎", "yamada", "taro"),
           ("林", "太郎", "hayashi", "taro"), ("小林", "太郎", "kobayashi", "taro")]  # fmt: skip
"""Two with one name, and a name inside another."""
IDS = ["s1", "s10", "S2612100-A", "２６１２１０３"]
"""Theirs: one inside another, with a sign, full-width in the roster."""


@dataclass(frozen=True)
class Person:
    id: str
    last: str
    first: str
    romaji_last: str
    romaji_first: str
    number: int

    @property
    def fields(self) -> dict:
        """What a path of KINDS may hold."""
        wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in self.id)
        return {**self.__dict__, "email": self.email, "lms": self.lms, "wide": wide}

    @property
    def email(self) -> str:
        return f"{self.romaji_first}.{self.romaji_last}.{self.number}@example.ac.jp"

    @property
    def lms(self) -> int:
        return 40000 + self.number


NAMES = SPECIAL + [(last, first, *latin) for first, b in FIRST for last, a in LAST for latin in [(a, b)]]
PEOPLE = [
    Person(normalize("NFKC", IDS[n]) if n < len(IDS) else f"s26{n:05}", *name, n) for n, name in enumerate(NAMES[:120])
]
ROSTER = "学籍番号,氏名,ローマ字,メールアドレス,lms_user_id\r\n" + "".join(
    f"{id},{p.last}　{p.first},{p.romaji_first.title()} {p.romaji_last.title()},{p.email},{p.lms}\r\n"
    for id, p in zip([*IDS, *(p.id for p in PEOPLE[len(IDS) :])], PEOPLE)
)

QUESTIONS = list(REFERENCE)


@cache
def notebook(person: Person, version: str = "new") -> bytes:
    """A notebook of this person alone, with one or two answers; the one that counts answers one question more."""
    answered = QUESTIONS[:1] if version != "new" else [QUESTIONS[0], QUESTIONS[1 + person.number % 3]]
    note = f"# {person.id} {version}\n"
    return nbformat.writes(submission(RELEASE, {q: note + REFERENCE[q] for q in answered})).encode()


DEMO = nbformat.writes(new_notebook(cells=list(map(new_code_cell, ("import numpy as np", "np.eye(3)", "a = 7"))))).encode()
"""A notebook that is not the exercise's."""
HOURS = {"old": 0, "new": 2, "draft": 4}
START = 1730430000
"""Seconds since 1970: the first file of the class, 1 November 2024, 03:00 UTC."""


def packed(files: dict[str, bytes], name: str = "x.zip", when: float = START) -> bytes:
    """A zip archive; what its name holds decides how the names in it are written.

    windows: cp932 without a flag; macos: NFD and UTF-8 without a flag; backslash: with Windows's separators.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, data in files.items():
            entry = Entry(normalize("NFD", path) if "macos" in name else path, time.localtime(when + 3600 * stamp(data))[:6])
            entry.encoding = "cp932" if "windows" in name else "utf-8" if "macos" in name else ""
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            if "backslash" in name:
                entry.filename = entry.orig_filename = path.replace("/", "\\")
            if data == b"LINK":
                entry.external_attr = 0o120777 << 16
            archive.writestr(entry, data)
    return stream.getvalue()


class Entry(zipfile.ZipInfo):
    """A name in an archive in an encoding that nothing tells of."""

    __slots__ = ("encoding",)

    def _encodeFilenameFlags(self):
        if self.encoding:
            return self.filename.encode(self.encoding), self.flag_bits & ~0x800
        return super()._encodeFilenameFlags()


def stamp(data: bytes) -> int:
    """The hour of a file, by what it is."""
    return next((hour for version, hour in HOURS.items() if f" {version}\\n".encode() in data), 1)


def flagged(archive: bytes, local: int, central: int, value: bytes) -> bytes:
    """An archive of one entry with bytes of its two headers changed."""
    at = archive.index(b"PK\x01\x02") + central
    archive = archive[:at] + value + archive[at + len(value) :]
    return archive[:local] + value + archive[local + len(value) :] if local else archive


def encrypted(person: Person) -> bytes:
    return flagged(packed({"main.ipynb": notebook(person)}), 6, 8, b"\x01\x00")


def lying(person: Person) -> bytes:
    """30 MB that call themselves 1000 bytes."""
    return flagged(packed({"main.ipynb": bytes(101 << 20)}), 22, 24, (1000).to_bytes(4, "little"))


def matryoshka(person: Person, depth: int) -> bytes:
    data = packed({"main.ipynb": notebook(person)})
    for _ in range(depth):
        data = packed({"inner.zip": data})
    return data


def new(person: Person) -> bytes:
    return notebook(person)


def old(person: Person) -> bytes:
    return notebook(person, "old")


def draft(person: Person) -> bytes:
    return notebook(person, "draft")


def cut(person: Person) -> bytes:
    """Between two letters."""
    return notebook(person)[:5000].decode(errors="ignore").encode()


def cut_in_a_letter(person: Person) -> bytes:
    return notebook(person)[: notebook(person).index("配列".encode()) + 1]


def const(data: bytes) -> Callable[[Person], bytes]:
    return lambda person: data


@dataclass(frozen=True)
class Kind:
    """How a student's files arrive, and what must come of it."""

    files: dict[str, Callable[[Person], bytes]]
    """Path in the inbox, with the person's fields → content. A folder called *.zip is packed as an archive."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Part of a path, with the fields → 'result: part of the reason' of each file that is so called."""
    taken: bool = True
    """Whether the notebook `new` must be in submitted/ then; nothing otherwise."""
    who: int | None = None
    """The one of SPECIAL whom it is about, by number."""
    missing: str = ""
    """Why it is said that nothing of the student can be graded."""


def refused(path: str, reason: str, content: Callable | bytes) -> Kind:
    """One file that is refused, for a reason, of a student who is known and has nothing else."""
    content = content if callable(content) else const(content)
    return Kind({path: content}, {path: f"refused: {reason}"}, taken=False, missing=reason)


MOODLE = "{last} {first}_{number}_assignsubmission_file_"
CANVAS = "{romaji_last}{romaji_first}"
JUNK = const(b"\x00\x05junk")

KINDS = {
    "Moodle, a folder for each": Kind({f"moodle.zip/{MOODLE}/main.ipynb": new}),
    "Moodle, flat": Kind({f"flat.zip/{MOODLE}main.ipynb": new}),
    "Moodle, unpacked": Kind({f"moodle/{MOODLE}/main.ipynb": new}),
    "Moodle, a zip in the folder": Kind({f"moodle.zip/{MOODLE}/kadai.zip/warm-up/main.ipynb": new}),
    "Moodle, online text beside the file": Kind({
        f"moodle.zip/{MOODLE}/main.ipynb": new,
        "moodle.zip/{last} {first}_{number}_assignsubmission_onlinetext_/onlinetext.html": const(b"<p>hand-in</p>"),
    }, {"onlinetext.html": "other: text typed into Moodle"}),
    "Canvas": Kind({f"canvas.zip/{CANVAS}_{{lms}}_67890_main.ipynb": new}),
    "Canvas, late and again": Kind({f"canvas.zip/{CANVAS}_LATE_{{lms}}_67891_main-1.ipynb": new}),
    "Canvas, one of two of one name": Kind({f"canvas.zip/{CANVAS}_{{lms}}_67892_main.ipynb": new}, who=0),
    "Canvas, another's number counts the submissions": Kind({f"canvas.zip/{CANVAS}_{{lms}}_40001_main.ipynb": new}),
    "Classroom": Kind({"warm-up-20241105T031500Z-001.zip/warm-up/{last}{first} - main.ipynb": new}),
    "Drive, a folder by name": Kind({"warm-up-20241105T031500Z-002.zip/{last} {first}/main のコピー.ipynb": new}),
    "Drive, in English": Kind({"drive/{romaji_first} {romaji_last}/Copy of main.ipynb": new}),
    "Teams, versions": Kind({
        "Submitted files/{last} {first}/warm-up/Version 1/main.ipynb": draft,  # whatever its time
        "Submitted files/{last} {first}/warm-up/Version 10/main.ipynb": new,
        "Submitted files/{last} {first}/warm-up/Version 2/main.ipynb": old,
        "Working files/{last} {first}/warm-up/main.ipynb": lambda person: notebook(person, "draft of Teams"),
    }, {"Version 1/": "older: older than", "Version 2/": "older: older than", "Working files": "draft: not handed in"}),
    "Teams, only a draft": Kind({"Working files/{last} {first}/warm-up/main.ipynb": new},
                                {"Working files": "draft: mapping.csv"}, taken=False, missing="Working files"),
    "Teams, only drafts in a zip": Kind({"Working files.zip/{last} {first}/warm-up/main.ipynb": new},
                                        {"Working files.zip": "draft: mapping.csv"}, taken=False, missing="Working files"),
    "Moodle, the account before the name": Kind({f"moodle.zip/{{id}} {MOODLE}/main.ipynb": new}),
    "Moodle, an account that is no id": Kind({f"moodle.zip/u{{number}} {MOODLE}/main.ipynb": new}),
    "Moodle, the group before the name": Kind({f"moodle.zip/A班-{MOODLE}/main.ipynb": new}),
    "Moodle, blind": Kind({"moodle.zip/Participant_{number}_assignsubmission_file_/A1_{id}.ipynb": new}),
    "Moodle, blind, in Japanese, flat": Kind({"flat.zip/参加者_{number}_assignsubmission_file_{id}.ipynb": new}),
    "Canvas, anonymous": Kind({"canvas.zip/anon_x{number}_67893_{id}.ipynb": new}),
    "Teams in Japanese": Kind({
        "提出済みのファイル/{last} {first}/warm-up/バージョン 1/main.ipynb": draft,  # whatever its time
        "提出済みのファイル/{last} {first}/warm-up/バージョン 10/main.ipynb": new,
        "提出済みのファイル/{last} {first}/warm-up/バージョン 9/main.ipynb": old,
        "作業ファイル/{last} {first}/warm-up/main.ipynb": lambda person: notebook(person, "draft of Teams"),
    }, {"バージョン 1/": "older: older than", "バージョン 9/": "older: older than", "作業ファイル": "draft: not handed in"}),
    "Teams in another language": Kind({"Eingereichte Dateien/{last} {first}/warm-up/Version 1/main.ipynb": new}),
    "manaba": Kind({"manaba.zip/{id}@u{number}@main.ipynb": new}),
    "manaba, the account first": Kind({"manaba.zip/u{number}@{id}@main.ipynb": new}),
    "manaba, a folder for each": Kind({"manaba/u{number}@{id}/main.ipynb": new}),
    "ILIAS": Kind({"ilias/{romaji_last}_{romaji_first}_x{number}_{lms}/main.ipynb": new}),
    "Brightspace": Kind({"397063-{number} - {romaji_first} {romaji_last} - Nov 5, 2024 315 PM/main.ipynb": new}),
    "Blackboard": Kind({"blackboard/warm-up_{id}_attempt_2024-11-05-03-15-00_main.ipynb": new}),
    "nbgrader's own": Kind({"plain/{id}/warm-up/main.ipynb": new}),
    "a folder by id": Kind({"plain/{id}/main.ipynb": new}),
    "id.ipynb": Kind({"plain/{id}.ipynb": new}),
    "id inside another": Kind({"plain/main_{id}.ipynb": new}, who=0),
    "id that holds another": Kind({"plain/main_{id}.ipynb": new}, who=1),
    "id with a sign": Kind({"plain/main-{id}.ipynb": new}, who=2),
    "id_main.ipynb": Kind({"plain/{id}_main.ipynb": new}),
    "id and name without a sign between": Kind({"plain/warm-up_{id}{last}{first}_最終版.ipynb": new}),
    "e-mail address": Kind({"mail/{email}.ipynb": new}),
    "a folder by e-mail address": Kind({"mail/{email}/main.ipynb": new}),
    "first part of the e-mail address": Kind({"mail/{romaji_first}.{romaji_last}.{number}_main.ipynb": new}),
    "a folder by LMS id": Kind({"plain/{lms}/main.ipynb": new}),
    "Yamada, Taro": Kind({"plain/{romaji_last}, {romaji_first} - Homework.ipynb": new}),
    "name inside another": Kind({"plain/{last}　{first}/main.ipynb": new}, who=2),
    "name that holds another": Kind({"plain/{last}{first}.ipynb": new}, who=3),
    "browser's copy": Kind({"copies/{id}/main.ipynb": old, "copies/{id}/main (1).ipynb": new},
                           {"/main.ipynb": "older: main (1).ipynb"}),
    "Windows's copy": Kind({"copies/{id}/main.ipynb": old, "copies/{id}/main - コピー.ipynb": new}),
    "Jupyter's copy": Kind({"copies/{id}/main.ipynb": old, "copies/{id}/main-Copy1.ipynb": new}),
    "time in the name": Kind({
        "copies/{id}/main-20241102T090000Z.ipynb": new, "copies/{id}/main-20241101T090000Z.ipynb": draft,
        "copies/{id}/main 2024-10-31 09-00-00.ipynb": old,
    }, {"1101T09": "older: main-20241102T090000Z", "10-31": "older: main-20241102T090000Z"}),
    "the same file twice": Kind({"a/{id}.ipynb": new, "b/{id}.ipynb": new}, {"a/": "older: the same as"}),
    "full-width": Kind({"plain/{wide}/ｍａｉｎ．ｉｐｙｎｂ": new}),
    "a backup of one time": Kind({
        "copies/{id}/main.ipynb": new, "copies/{id}/main-backup.ipynb": lambda person: notebook(person, "backup new"),
    }, {"main-backup": "older: a backup of"}),
    "saved as text": Kind({"plain/{id}/main.ipynb.txt": new}),
    "saved as JSON": Kind({"plain/{id}/main.ipynb.json": new}),
    "capitals": Kind({"plain/{id}/MAIN.IPYNB": new}),
    "a BOM": Kind({"plain/{id}/main.ipynb": lambda person: b"\xef\xbb\xbf" + notebook(person)}),
    "Windows's zip": Kind({"windows.zip/{last} {first}/main.ipynb": new}),
    "macOS's zip": Kind({"macos.zip/{last} {first}/main.ipynb": new, "macos.zip/__MACOSX/{last} {first}/._main.ipynb": JUNK}),
    "Windows's separators": Kind({"backslash.zip/{last} {first}/main.ipynb": new}),
    "an archive in an archive": Kind({"all.zip/{id}.zip/main.ipynb": new}),
    "a single zip": Kind({"{id}.zip/warm-up/main.ipynb": new}),
    "the whole folder": Kind({
        "whole/{id}.zip/warm-up/main.ipynb": new, "whole/{id}.zip/warm-up/demo.ipynb": const(DEMO),
        "whole/{id}.zip/warm-up/.ipynb_checkpoints/main-checkpoint.ipynb": draft, "whole/{id}.zip/warm-up/.DS_Store": JUNK,
        "whole/{id}.zip/warm-up/Thumbs.db": JUNK,
    }, {"demo.ipynb": "other: another notebook"}),
    "other files beside it": Kind({
        "plain/{id}/main.ipynb": new, "plain/{id}/report.pdf": const(b"%PDF-1.7"), "plain/{id}/mlp.py": const(b"import numpy"),
        "plain/{id}/screen.png": const(b"\x89PNG"), "plain/{id}/memo.txt": const("メモ".encode("cp932")),
    }, {"report.pdf": "other: a .pdf file", "mlp.py": "other: a .py file", "screen.png": "other: a .png file",
        "memo.txt": "other: not a notebook"}),
    "a cut off newer file": Kind({"plain/{id}/main.ipynb": new, "plain/{id}/main (2).ipynb": cut},
                                 {"main (2).ipynb": "refused: not a notebook"}),
    # What must not be taken.
    "a stranger": Kind({"moodle.zip/外部 花子_9_assignsubmission_file_/main_{id}.ipynb": new},
                       {"外部 花子": "not matched: nobody of the roster is 外部 花子"}, taken=False),
    "a stranger in Teams in Japanese": Kind({"提出済みのファイル/外部 花子/warm-up/バージョン 1/main_{id}.ipynb": new},
                                            {"外部 花子": "not matched: nobody of the roster is 外部 花子"}, taken=False),
    "a stranger in Teams in German": Kind({"Eingereichte Dateien/外部 花子/warm-up/Version 1/main_{id}.ipynb": new},
                                          {"Eingereichte Dateien/外部": "not matched: nobody of the roster"}, taken=False),
    "a stranger in manaba": Kind({"manaba/s9999@u9999/main_{id}.ipynb": new}, {"s9999@": "not matched: nobody of the roster"},
                                 taken=False),
    "a stranger in Blackboard": Kind({"blackboard/warm-up_guest_attempt_2024-11-05-03-15-00_{id}.ipynb": new},
                                     {"_guest_": "not matched: nobody of the roster"}, taken=False),
    "Moodle's number is another's account": Kind({"moodle.zip/Participant_{lms}_assignsubmission_file_/main.ipynb": new},
                                                 {"Participant_{lms}": "not matched: its name"}, taken=False),
    "nobody's name": Kind({"lost.zip/{number}/main.ipynb": new}, {"lost.zip/{number}/": "not matched: nobody"}, taken=False),
    "one of two of one name, but which": Kind({"{last}{first}.ipynb": new}, {"山田太郎.ipynb": "not matched: more than one"},
                                              taken=False, who=1),
    "two ids in a name": Kind({"plain/{id}_s1.ipynb": new}, {"{id}_s1.ipynb": "not matched: more than one"}, taken=False),
    "in the name of another": Kind({"moodle.zip/" + MOODLE + "/main_s10.ipynb": new},
                                   {"/main_s10.ipynb": "not matched: more than one"}, taken=False),
    "a longer id": Kind({"plain/{id}0.ipynb": new}, {"{id}0.ipynb": "not matched: nobody"}, taken=False),
    "a longer name": Kind({"plain/大{last}{first}.ipynb": new}, {"/大{last}": "not matched: nobody"}, taken=False),
    "a name of three": Kind({"plain/Ana {romaji_first} {romaji_last}.ipynb": new}, {"/Ana {romaji_first}": "not matched: nobody"},
                            taken=False),
    "cut off": refused("plain/{id}/main.ipynb", "not a notebook: no JSON", cut),
    "cut off in a letter": refused("plain/{id}/main.ipynb", "not a notebook: neither UTF-8", cut_in_a_letter),
    "an empty file": refused("plain/{id}/main.ipynb", "not a notebook", b""),
    "an image called notebook": refused("plain/{id}/main.ipynb", "not a notebook", b"\x89PNG\r\n\x1a\n"),
    "another notebook": Kind({"plain/{id}/main.ipynb": const(DEMO)}, {"main.ipynb": "other: another notebook"}, taken=False,
                             missing="another notebook"),
    "a PDF alone": Kind({"plain/{id}/report.pdf": const(b"%PDF-1.7")}, {"report.pdf": "other: a .pdf file"}, taken=False,
                        missing="a .pdf file, no notebook"),
    "Word": Kind({"plain/{id}.docx": const(b"PK")}, {".docx": "other: a .docx file"}, taken=False, missing="a .docx file"),
    "RAR": refused("plain/{id}.rar", "an archive that is no zip", b"Rar!"),
    "7z": refused("plain/{id}.7z", "an archive that is no zip", b"7z\xbc\xaf"),
    "tar.gz": refused("plain/{id}.tar.gz", "an archive that is no zip", b"\x1f\x8b"),
    "encrypted": refused("plain/{id}.zip", "is encrypted", encrypted),
    "bzip2 in a zip": refused("plain/{id}.zip", "is packed in an unusual way",
                              lambda person: flagged(packed({"main.ipynb": notebook(person)}), 8, 10, b"\x0c\x00")),
    "no zip": refused("plain/{id}.zip", "is no zip archive", b"<html>Please log in</html>"),
    "an empty zip": refused("plain/{id}.zip", "is an empty archive", packed({})),
    "no bytes": refused("plain/{id}.zip", "is an empty file", b""),
    "half a zip": refused("plain/{id}.zip", "is no zip archive", lambda person: packed({"main.ipynb": notebook(person)})[:3000]),
    "a damaged zip": refused("plain/{id}.zip", "is damaged",
                             lambda person: packed({"main.ipynb": notebook(person)}).replace(b"PK\x03\x04", b"PK\x03\x05")),
    "a bomb": refused("plain/{id}.zip", "has more than 100 MB", packed({"main.ipynb": bytes(101 << 20)})),
    "a bomb that lies": refused("plain/{id}.zip", "is damaged", lying),
    "archives without end": refused("plain/{id}.zip", "more are not opened", partial(matryoshka, depth=5)),
    "a name that leads out": refused("plain/{id}.zip", "leads out", lambda p: packed({"../../main.ipynb": notebook(p)})),
    "a name that leads out in Windows": refused("plain/{id}.zip", "leads out", lambda p: packed({"..\\main.ipynb": notebook(p)})),
    "an absolute name": refused("plain/{id}.zip", "leads out", lambda p: packed({"/tmp/main.ipynb": notebook(p)})),
    "a name with a drive": refused("plain/{id}.zip", "leads out", lambda p: packed({"C:\\x\\main.ipynb": notebook(p)})),
    "a link in a zip": refused("plain/{id}.zip", "is a link", packed({"main.ipynb": b"LINK"})),
    "a link in a folder": refused("plain/{id}/main.ipynb", "is a link", b"LINK"),
    "a pipe": refused("plain/{id}/main.ipynb", "is no file but a pipe", b"PIPE"),
    "a huge file": refused("plain/{id}/main.ipynb", "has more than 100 MB", b"HUGE"),
}  # fmt: skip


def cast() -> tuple[dict[str, list[Person]], list[Person]]:
    """Kind → whose files arrive so, and the three who hand in nothing."""
    people, absent = PEOPLE[len(SPECIAL) : -3], PEOPLE[-3:]
    roles = {kind: [] if about.who is None else [PEOPLE[about.who]] for kind, about in KINDS.items()}
    for person, kind in zip(people, cycle(kind for kind, about in KINDS.items() if about.who is None)):
        roles[kind].append(person)
    return roles, absent


ROLES, ABSENT = cast()


def path_of(template: str, person: Person) -> str:
    return template.format(**person.fields)


def write_inbox(inbox: Path) -> None:
    """Everything that the class hands in, below the folder inbox; what its links lead to, beside it."""
    tree: dict = {}
    for kind, people in ROLES.items():
        for person in people:
            for template, content in KINDS[kind].files.items():
                *folders, name = path_of(template, person).split("/")
                at = tree
                for folder in folders:
                    at = at.setdefault(folder, {})
                assert name not in at, f"{kind}: there are two files {name}"
                at[name] = content(person)
    inbox.with_name("secret.ipynb").write_bytes(nbformat.writes(RELEASE).encode())
    write_tree(inbox, tree)


def write_tree(folder: Path, tree: dict) -> None:
    folder.mkdir()
    for name, content in tree.items():
        path = folder / name
        if isinstance(content, dict) and not name.endswith(".zip"):
            write_tree(path, content)
            continue
        if content == b"LINK":
            path.symlink_to(os.path.relpath(folder.parent / "secret.ipynb", folder))
            continue
        if content == b"PIPE":
            os.mkfifo(path)
            continue
        path.write_bytes(archive_of(content, name) if isinstance(content, dict) else content)
        if content == b"HUGE":
            os.truncate(path, Limits.size + 1)
        when = START + 3600 * (1 if isinstance(content, dict) else stamp(content))
        os.utime(path, (when, when))


def archive_of(tree: dict, name: str) -> bytes:
    """A folder as a zip archive; folders in it that are called *.zip are archives too."""

    def flat(tree: dict, above: str) -> dict[str, bytes]:
        files = {}
        for name, content in tree.items():
            if isinstance(content, bytes):
                files[above + name] = content
            elif name.endswith(".zip"):
                files[above + name] = archive_of(content, name)
            else:
                files |= flat(content, f"{above}{name}/")
        return files

    return packed(flat(tree, ""), name)


def make_course(course: Path, *names: str) -> Path:
    """A course folder without a gradebook: configuration, roster and these exercises (the small one where none is named)."""
    course.mkdir()
    for name in names or (NAME,):
        shutil.rmtree(put_exercise(course, name).release.parent)
    (course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    (course / "students.csv").write_text(ROSTER, encoding="utf-8-sig", newline="")
    return course
