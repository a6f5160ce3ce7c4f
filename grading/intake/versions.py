"""Which of a student's files counts: by the number that a system gave it, by when it was handed in, by what its name says.

Where none of these tells, nobody is guessed to be the newer one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..notes import Note
from ..tables import fold, squash
from .names import COPY, FILE_END, TIME, Said

if TYPE_CHECKING:
    from .collect import Arrival
    from .inbox import Found

STAMP = "%Y%m%dT%H%M%SZ"
KEPT = re.compile(r"(?:until-(\d{8}T\d{6}Z)-)?(?:(\d{8}T\d{6}Z)-)?([0-9a-f]{16})\.ipynb")
BACKUP = re.compile(r"(?:^|[\W_])(?:backup|bak|old|orig|original|checkpoint)(?:[\W_\d]|$)|バックアップ|予備|旧版|(?:^|[\W_])旧")
"""What says of a file that another one counts. A copy may be either: somebody goes on with the copy, or with the first."""
NUMBERED = re.compile(r"\s*\((\d+)\)\s*$")
"""What a browser adds to what is downloaded again."""
MOMENT = timedelta(seconds=2)
"""Times that are not further apart are equal: archives keep every other second, and a copy of a folder takes a while."""
MOST = 300
"""Different notebooks of one student that are compared."""
DOWNLOAD = timedelta(minutes=1)
"""Times of downloads that are not further apart may be of one."""


@dataclass(frozen=True)
class When:
    """What is known of when a file was handed in."""

    time: datetime | None = None
    """UTC."""
    until: datetime | None = None
    """When a system had it among what it gave out: not later than then. There it was the newest."""
    sure: bool = False
    """Whether the time is the system's own word."""

    def name(self, digest: str) -> str:
        """Of the file in downloaded/."""
        until, time = self.until and f"until-{self.until:{STAMP}}-", self.time and f"{self.time:{STAMP}}-"
        return f"{until or ''}{time or ''}{digest}.ipynb"

    def with_(self, other: "When") -> "When":
        """What is known when the same file comes again: its first times stay; only a system's word fills in one that lacks."""
        time = self.time or (other.time if other.sure else None)
        return When(time, min(filter(None, (self.until, other.until)), default=None))

    def known(self) -> datetime | None:
        """Since when the file is known."""
        return min(filter(None, (self.time, self.until)), default=None)


def parted(name: str) -> tuple[str, When] | None:
    """Digest and times of a name in downloaded/."""
    if not (match := KEPT.fullmatch(name)):
        return None
    until, time = (each and datetime.strptime(each, STAMP).replace(tzinfo=UTC) for each in match.groups()[:2])
    return match[3], When(time or None, until or None)


@dataclass(frozen=True)
class Kept:
    """A notebook of the exercise in downloaded/, as it arrived this time."""

    arrival: "Arrival"
    digest: str
    series: str
    """Among which the version counts; '' where no system gave one."""
    version: tuple[int, ...]
    packed: datetime | None
    """The time in the student's own archive."""
    mapped: bool
    stem: str
    number: int
    """What a browser gave to what was downloaded again."""
    backup: bool


def kept_of(found: "Found", about: Said | None, arrival: "Arrival", digest: str, mapped: bool) -> Kept:
    """What the names say of the order among a student's files."""
    name = FILE_END.sub("", fold(about.own if about and about.own and about.at == len(found.names) - 1 else found.names[-1]))
    numbered = NUMBERED.search(name)
    packed = found.time if found.time != found.came and not found.named else None
    series, version = (about.series, about.version) if about else ("", ())
    stem = squash(NUMBERED.sub("", name))
    return Kept(arrival, digest, series, version, packed, mapped, stem, int(numbered[1]) if numbered else 0,
                bool(BACKUP.search(COPY.sub("", TIME.sub("", name)))))  # fmt: skip


@dataclass(eq=False)
class Text:
    """All of a student's files that are the same byte by byte."""

    digest: str
    when: When
    mine: list[Kept] = field(default_factory=list)
    """As they arrived this time; none of what lies in submitted/ only."""
    others: Sequence["Text"] = ()

    @property
    def called(self) -> str:
        """What the instructor knows it by."""
        return self.mine[0].arrival.file if self.mine else "what is in submitted/"

    def versions(self) -> dict[str, tuple[int, ...]]:
        """Series → the last version of it that this is."""
        found: dict[str, tuple[int, ...]] = {}
        for each in self.mine:
            if each.series:
                found[each.series] = max(found.get(each.series, ()), each.version)
        return found

    def since(self) -> datetime | None:
        """When it was handed in. A version is not older than those before it, whatever its file says."""
        last = self.versions()
        before = [other.when.time for other in self.others
                  for series, version in other.versions().items() if version < last.get(series, ())]  # fmt: skip
        return max(filter(None, [self.when.time, *before]), default=None) if self.when.time else None

    def why_less(self, other: "Text") -> str:
        """Why the other counts and this does not; '' where nothing says so."""
        mine, its = self.versions(), other.versions()
        if series := [each for each in mine if each in its and mine[each] != its[each]]:
            return "version" if all(mine[each] < its[each] for each in series) else ""
        if (later := self._earlier(other)) or other._earlier(self):
            return later
        return next((why for why, less, more in (
            ("mapped", any(each.mapped for each in other.mine), any(each.mapped for each in self.mine)),
            ("older", self._packed_before(other), other._packed_before(self)),
            ("backup", self._named("backup"), other._named("backup")),
            ("numbered", self._numbered_before(other), other._numbered_before(self)),
        ) if less and not more), "")  # fmt: skip

    def _earlier(self, other: "Text") -> str:
        """By when it was handed in; of two that a system has given out, by when: it gives out the newest."""
        one, two = self.when.known(), other.when.known()
        if one is None or two is None:
            return ""
        if self.when.until and other.when.until:
            return "download" if one + DOWNLOAD < two else ""
        if other.when.time is None:
            return ""
        return "older" if one + (MOMENT if self.when.time else timedelta(0)) < two else ""

    def _packed_before(self, other: "Text") -> bool:
        """By the times in the student's own archive."""
        mine, its = [each.packed for each in self.mine if each.packed], [each.packed for each in other.mine if each.packed]
        return bool(mine and its) and max(mine) + MOMENT < min(its)

    def _named(self, what: str) -> bool:
        return bool(self.mine) and all(getattr(each, what) for each in self.mine)

    def _numbered_before(self, other: "Text") -> bool:
        """Downloaded by a browser before it."""
        return any(one.stem == two.stem and one.number < two.number for one in self.mine for two in other.mine)


def together(mine: Sequence[Kept], known: Mapping[str, When]) -> dict[str, Text]:
    """Digest → the files that have it."""
    texts: dict[str, Text] = {}
    for each in mine:
        texts.setdefault(each.digest, Text(each.digest, known[each.digest])).mine.append(each)
    for text in texts.values():
        text.others = list(texts.values())
    return texts


def decide(texts: Sequence[Text]) -> tuple[list[Text], dict[str, Note]]:
    """The one that counts, or those of which that is not certain; and of each other why it does not count."""
    if len(texts) > MOST:
        return list(texts), {}
    why = {(text.digest, other.digest): text.why_less(other) for text in texts for other in texts if other is not text}
    sure = [text for text in texts if all(why[other.digest, text.digest] for other in texts if other is not text)]
    beaten = {less for (less, _), reason in why.items() if reason}
    counts = sure or [text for text in texts if text.digest not in beaten] or list(texts)
    notes = {}
    for text in (text for text in texts if text not in counts):
        more = next(other for other in [*counts, *texts] if why.get((text.digest, other.digest)))
        reason = why[text.digest, more.digest]
        notes[text.digest] = Note(reason, more.called)
    return counts, notes
