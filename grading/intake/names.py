"""Whose a file is, by the names on the way to it.

A name is compared in one form: NFKC, case folded. Whatever on the way to a file names a student is a claim (an id, an
e-mail address, a name; in the file's name, its folders', its archive's), and all claims must agree on exactly one student, or on
the members of one group. A number counts for what the system that wrote it means by it, and for nothing else.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from ..course import shown
from ..notes import Note
from ..tables import fold, squash
from .roster import Student, words_of

FILE_END = re.compile(r"\.(ipynb|json|txt|zip)(?![a-z0-9])")
TIME = re.compile(r"(?<!\d)(20\d\d)(?:(\d\d)(\d\d)t|-(\d\d)-(\d\d)[t_ -])(\d\d)[-.:_]?(\d\d)[-.:_]?(\d\d)(z?)(?!\d)(?:-\d+$)?")
"""A time to the second, and the number that Google Drive puts behind it."""
COPY = re.compile(r"[\s_-]*(?:\((\d+)\)|\bcopy(?: of\b|(\d+)|\b)|の?コピー(?:\s*\(?(\d+)\)?)?)\s*")
"""What browsers, Jupyter, Windows and Google Drive add to the name of a copy, with its number."""
VERSION = re.compile(r"\b(?:version|versión|versione|versão|バージョン|版本|버전) ?(\d+)(?!\d)")
"""The folder in which Teams has what was handed in once."""
WORDS = "main, kadai, report, homework, assignment, exercise, submission, final, レポート, 課題, 演習, 提出, 提出用, 最終版"
"""What stands beside a name without being one; so does the assignment's."""
ADDRESS = r"[a-z0-9.+-]+@[a-z0-9.-]+"
"""One that is not in the roster is somebody else's, whatever is in it, unless its first part is an id with digits."""
SUBMITTED = "submittedfiles, 提出済みのファイル, 提出済みファイル, 提出されたファイル"
WORKING = "workingfiles, 作業ファイル, 作業中のファイル, 作業中ファイル"
"""The folders in which Microsoft Teams has one for each student."""
ATTACHMENTS = "submissionattachments, 提出物の添付ファイル, 提出物添付ファイル"
"""The folder that Sakai has in that of each student."""
NOBODY = "participant, 参加者, teilnehmerin, participante, partecipante, deelnemer, anonymous, 匿名"
"""What stands in the place of a name where the marking is blind, in the language of the site; Sakai has a long number there."""
GROUP = re.compile(r"\d|班|組|グループ|チーム|クラス|\b(?:group|team|class|section|lab|gruppe|grupo|groupe)\b")
"""What a group's name is known by where the roster has no groups."""


@dataclass(frozen=True)
class Naming:
    """How a system calls what it hands out. In the pattern: name (what it says of whom), number (the user's, in this system),
    order (a number that grows from one hand-in to the next), time (when it was handed in), own (what the student called it)."""

    system: str
    pattern: re.Pattern[str]
    numbers: str = ""
    """What the number is: 'user' (an account's, as lms_user_id in the roster) or 'list' (only the system's own list knows it)."""
    download: bool = False
    """Whether the times in its archives are those of the download."""


NAMINGS = (
    # The number counts the rows of a table of anonymous numbers, or the groups; it is nobody's in any other table.
    Naming("moodle", re.compile(r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_[a-z]+_?(?P<own>.*)"), "list", True),
    Naming("canvas", re.compile(r"(?:late_)?anon_[a-z0-9]+_(?P<order>\d\d+)_(?P<own>.+)"), download=True),
    Naming("canvas", re.compile(r"(?P<name>[^\W\d_].*?)(?:_late)?_(?P<number>\d\d+)_(?P<order>\d\d+)_(?P<own>.+)"), "user", True),
    Naming("other", re.compile(r"(?P<name>.+)_attempt_20\d\d(?:-\d\d){5}(?:_(?P<own>.+))?")),  # Blackboard
    Naming("other", re.compile(r"\d+-\d+ - (?P<name>.+?) - (?P<time>.+)")),  # Brightspace
    Naming("manaba", re.compile(r"(?P<name>[^@]+@[^@]+)@(?P<own>.+)|(?P<folder>[^@.]*\d[^@.]*@[^@.]+|[^@.]+@[^@.]*\d[^@.]*)")),
)
"""What is tried in turn. Teams and Sakai are known by the folders around."""
ILIAS = re.compile(r"([a-z][a-z' .-]*_[a-z][a-z' .-]*)_([^_]+)_(\d+)")
"""Its folders look like others: the number is a user's and no id, but a folder that names nobody may be anything."""
LAST_NUMBER = re.compile(r"-(\d{1,3})$")
"""What Canvas adds to the second file of one name, and the third."""


@dataclass(frozen=True)
class Said:
    """What a system has written on the way to a file: the outermost of its names, for what is inside may be the student's."""

    at: int
    system: str
    whole: str
    """The name exactly as it came."""
    name: str
    """What it says of whose it is, folded; '' for nothing, where the marking is blind."""
    own: str = ""
    number: str = ""
    numbers: str = ""
    download: bool = False
    version: tuple[int, ...] = ()
    """Which comes later, where the system tells."""
    series: str = ""
    """Among which the version counts."""
    draft: bool = False
    time: str = ""
    """When it was handed in, as the system writes it."""


def listed(words: str, text: str) -> bool:
    """Whether a folder is called by one of these words, in any way to write them."""
    return squash(FILE_END.sub("", fold(text))) in words.split(", ")


def said(names: Sequence[str]) -> Said | None:
    """What a learning management system says of a file; None where none has named it."""
    for at, name in enumerate(names):
        text = FILE_END.sub("", fold(name))
        for naming in NAMINGS:
            if match := naming.pattern.fullmatch(text):
                return matched(naming, match, at, names)
        after = names[at - 1] if at else ""
        if listed(WORKING, after) or listed(SUBMITTED, after):
            return versioned(Said(at, "teams", name, text, draft=listed(WORKING, after)), names)
        if at and at + 1 < len(names) and listed(ATTACHMENTS, names[at + 1]):
            return Said(at, "other", name, nobody(text))
    # Teams in another language: what stands above the folder of a version is not the student's
    at = next((at for at in range(2, len(names) - 1) if VERSION.fullmatch(fold(names[at]))), 0)
    above = " - ".join(FILE_END.sub("", fold(name)) for name in names[at - 2 : at])
    return versioned(Said(at - 1, "teams", names[at - 2], above), names) if at else None


def versioned(about: Said, names: Sequence[str]) -> Said:
    """With the version of Teams, where there is one."""
    for at in range(about.at + 1, len(names) - 1):
        if match := VERSION.fullmatch(fold(names[at])):
            return replace(about, version=(int(match[1][:30]),), series="/".join(names[:at]))
    return about


def matched(naming: Naming, match: re.Match[str], at: int, names: Sequence[str]) -> Said:
    parts = match.groupdict()
    own, number = parts.get("own") or "", parts.get("number") or ""
    version: tuple[int, ...] = ()
    if parts.get("order"):
        again = LAST_NUMBER.search(own)
        version = int(parts["order"][:30]), int(again[1]) if again else 0
    series = "/".join([naming.system, *names[:at], number]) if version else ""
    name = parts.get("name") or parts.get("folder") or ""
    return Said(at, naming.system, names[at], nobody(name), own, number, naming.numbers, naming.download, version, series,
                time=parts.get("time") or "")  # fmt: skip


def nobody(name: str) -> str:
    """The name; '' for what stands in its place where the marking is blind."""
    blind = listed(NOBODY, name) or re.match(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name)
    return "" if blind else name


def spaced(text: str) -> str:
    """Folded, and with a sign where kanji or kana meet Latin letters or digits: s2612001山田太郎 is two words."""
    return re.sub(r"(?<=[a-z0-9])(?=[々ぁ-ヿ㐀-鿿])|(?<=[々ぁ-ヿ㐀-鿿])(?=[a-z0-9])", "_", fold(text))


class Roster:
    """The students, to be found by the names on the way to a file."""

    def __init__(self, students: Iterable[Student], assignment: str):
        self.students = {student.id: student for student in students}
        self.ids = {fold(student): student for student in self.students}
        words = [spaced(assignment), *WORDS.split(", ")]
        self.words = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words))})(?![^\W_])")
        self.tokens: defaultdict[str, set[str]] = defaultdict(set)
        """Ids and addresses."""
        self.names: defaultdict[str, set[str]] = defaultdict(set)
        self.numbers: defaultdict[str, set[str]] = defaultdict(set)
        """Of accounts, where a system writes them."""
        self.alone: defaultdict[str, set[str]] = defaultdict(set)
        """What counts where nothing else stands."""
        self.groups: defaultdict[str, set[str]] = defaultdict(set)
        self.full: set[str] = set()
        """Names that are known beside other words: taro alone may be anybody's first name."""
        self.lists: dict[tuple[str, str], tuple[str, str]] = {}
        """System and number → the student of that number, and the name there, as the system's own list says (`know`)."""
        for student in self.students.values():
            short = student.id.isdecimal() and len(student.id) < 4  # main_2 and 課題3 are no students
            (self.alone if short else self.tokens)[spaced(student.id)].add(student.id)
            if "@" in student.email:
                self.tokens[spaced(student.email)].add(student.id)
            for keys in self.numbers, self.alone:
                keys[fold(student.lms_user_id)].add(student.id)
            for group in student.groups:
                self.groups[squash(group)].add(student.id)
            for name in spellings(student):
                self.names[squash(name)].add(student.id)
                if " " in name or (len(name) > 2 and not name.isascii()):
                    self.full.add(squash(name))
        for keys in self.tokens, self.names, self.numbers, self.alone, self.groups:
            for word in "", *words:
                keys.pop(word, None)
        known = [re.escape(token) for token in sorted(self.tokens, key=len, reverse=True)]
        addresses = [rf"{token}(?![.-]\w)" for token in known if "@" in token]
        known = [*addresses, ADDRESS, *(token for token in known if "@" not in token)]
        self.token = re.compile(rf"(?<![^\W_])(?:{'|'.join(known)})(?![^\W_])")

    def owners(self, names: Sequence[str]) -> tuple[list[str], Note | None]:
        """The ids of those whom names mean, from the outermost folder to the file: a student, or the members of a group; or
        nobody, and why.

        What a system says of whose a file is stands above what the student called it: where that is nobody of the roster, the
        file is nobody's.
        """
        about, group = said(names), set[str]()
        claims: list[set[str]] = []
        if about and about.name:
            claims, group = self._said(about)
            if not claims and not group:
                return [], Note("nobody", shown(about.name))
        elif about:
            claims = [{student} for student, _ in self._numbered(about)]
        for at, name in enumerate(names):
            if about is None or at != about.at:
                claims += self._claims(name, folder=at < len(names) - 1)
        if about:
            claims += self._claims(about.own, folder=False)
        if not claims and not group:
            return [], Note("nameless")
        agreed = reduce(set.intersection, claims) if claims else group
        one = next(iter(agreed)) if len(agreed) == 1 else ""
        if group and (agreed & group or not claims):
            return sorted(group), None
        if not one or group:
            return [], Note("several", ", ".join(sorted(agreed or set().union(group, *claims))))
        number = fold(self.students[one].lms_user_id)
        if about and about.numbers == "user" and number and number != about.number:
            return [], Note("other number", about.number, one, number)
        return [one], None

    def _said(self, about: Said) -> tuple[list[set[str]], set[str]]:
        """The claims in what a system says, and the members of the group that it names."""
        if about.system == "manaba":  # an id and the name of an account, in either order
            parts = [part.strip() for part in about.name.split("@")]
            ids = [{self.ids[part]} for part in parts if part in self.ids]
            known = [self.numbers[part] for part in parts if part in self.numbers]
            known += [{self.lists["manaba", part][0]} for part in parts if ("manaba", part) in self.lists]
            return ids + known, set()
        claims = self._claims(about.name)
        if not claims and about.system == "moodle":
            claims = self._inside(about.name)
        group = self.groups.get(squash(about.name), set())
        if group and about.numbers == "list":  # the number is the group's; where it is called like a student, nothing is certain
            return ([*claims, set()], set()) if claims else ([], group)
        if about.numbers == "user" and about.number in self.numbers:
            claims.append(self.numbers[about.number])
        for student, name in self._numbered(about):
            if claims or group or squash(name) == squash(about.name):  # or else it may be the number of a group
                claims.append({student})
        return claims, group

    def _numbered(self, about: Said) -> list[tuple[str, str]]:
        """Whose the number is by the system's own list."""
        found = self.lists.get((about.system, about.number))
        return [found] if found else []

    def _inside(self, name: str) -> list[set[str]]:
        """Claims where Moodle has put the name of a group or of an account before the full name."""
        account, _, full = name.partition(" ")
        if re.search(r"\d", account) and (claims := self._claims(full)):
            return claims
        for match in re.finditer("-", name):
            group, full = name[: match.start()], name[match.end() :]
            members = self.groups.get(squash(group))
            if (members or GROUP.search(group)) and (claims := self._claims(full)):
                return claims + ([members] if members else [])
        return []

    def claims(self, texts: Iterable[str]) -> list[set[str]]:
        """For each thing in the fields of a row (an id, an address, a name) that names students: whom."""
        return [claim for text in texts for claim in self._claims(text)]

    def know(self, system: str, number: str, name: str, student: str) -> None:
        """What the system's own list says of a number."""
        self.lists[system, fold(number)] = student, name

    def _claims(self, name: str, folder: bool = False) -> list[set[str]]:
        """For each thing in a name that names students: whom."""
        text = FILE_END.sub("", fold(name))
        if folder and (match := ILIAS.fullmatch(text)):
            account = [self.numbers[match[3]]] if match[3] in self.numbers else []
            return account + self._claims(match[1]) + self._claims(match[2])
        text = spaced(VERSION.sub("_", COPY.sub("_", TIME.sub("_", text))))
        found = [match.group() for match in self.token.finditer(text)]
        first = [word.partition("@")[0] if re.search(r"\d.*@", word) else word for word in found]
        claims = [self.tokens[key] for keys in zip(found, first) if (key := next(filter(self.tokens.__contains__, keys), None))]
        whole, text = squash(text), self.words.sub("_", self.token.sub("_", text))
        alone = squash(text)
        if (number := alone if len(alone) > 3 else whole) in self.alone:
            claims.append(self.alone[number])
        parts = [part for part in map(squash, re.split(r"[_()\[\]{}&+=;]|\s-\s", text)) if part]
        words = [part for part in parts if not any(map(str.isdigit, part))]
        together = next((name for name in ("".join(words), alone) if name in self.names), None)  # yamada_taro
        names = [together] if together else [part for part in parts if part in self.full]
        return claims + [self.names[name] for name in names]


def spellings(student: Student) -> Iterator[str]:
    """How the name may be written: with the words in any turn of their order, and as the first part of the e-mail address."""
    yield student.email.partition("@")[0]
    for name in (f"{student.last_name} {student.first_name}", *student.others):
        words = words_of(name)
        yield from (" ".join(words[at:] + words[:at]) for at in range(max(1, len(words))))
