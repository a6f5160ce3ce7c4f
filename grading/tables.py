"""Tables as people, spreadsheets and universities write them: CSV in any of its forms, and workbooks."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

from .course import write

FORMULA = re.compile(r"""^(?:="([^"]*)"|'(.+))$""")


def fold(text: str) -> str:
    """The one form in which names are compared: full-width letters as others, capitals as small ones."""
    return normalize("NFKC", normalize("NFKC", text).casefold())


def squash(text: str) -> str:
    """Letters and digits alone: the same for 山田 太郎 and 山田太郎, Yamada, Taro and yamada.taro."""
    return "".join(filter(str.isalnum, fold(text)))


def decode(data: bytes) -> str:
    """A table's text as Excel, Google and editors write it. Raises UnicodeError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data:
        raise UnicodeError("no text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def rows_of(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    for row in reader:
        if any(map(str.strip, row)):
            yield line, [plain(field) for field in row]
        line = reader.line_num + 1


def plain(field: str) -> str:
    """A field without what keeps a spreadsheet from reading 0012345 as a number."""
    field = field.strip()
    return FORMULA.sub(lambda match: match[1] or match[2] or "", field).strip()


def table(path: Path, known: Collection[str] = (), titles: int = 1) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table that are not empty, each with the number of its line, or of its row in a workbook. Raises RuntimeError.

    The separator (comma, semicolon or tab) is the one that parts a header among the first lines, of which at least two fields
    are known (squashed), or else the one that stands most often in the first line.
    """
    try:
        data = path.read_bytes()
        if data.startswith(b"PK\x03\x04") and path.suffix.lower() in (".xlsx", ".xlsm"):
            yield from workbook(data, path.name)
            return
        text = decode(data)
        lines = text.splitlines()[:titles]
        parted = [(sum(squash(field) in known for field in line.split(each)), each) for line in lines for each in ",;\t"]
        most, separator = max(parted, key=lambda pair: pair[0], default=(0, ","))
        if most < 2:
            separator = max(",;\t", key=text.partition("\n")[0].count)
        yield from rows_of(text, separator)
    except OSError as error:
        raise RuntimeError(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeError:
        raise RuntimeError(f"{path.name} is neither UTF-8 nor cp932 (Shift-JIS) text: save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise RuntimeError(f"{path.name} is no table of comma-separated values: {error}.") from None


def workbook(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet of a workbook that has any."""
    from openpyxl import load_workbook  # it takes a while to import

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [[[value_of(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book]
    except Exception as error:  # of a damaged workbook that may be anything
        raise RuntimeError(f"{name} cannot be read as a workbook ({type(error).__name__}): save it as CSV UTF-8.") from None
    found = ([(number, row) for number, row in enumerate(sheet, 1) if any(row)] for sheet in sheets)
    yield from next(filter(None, found), [])


def value_of(cell: Any) -> str:
    """What a cell of a workbook shows, as text: a number without a fraction, with the zeros that its format puts before it."""
    value = cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and re.fullmatch("0+", cell.number_format or ""):
        return str(value).zfill(len(cell.number_format))
    return "" if value is None else plain(str(value))


def write_table(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """For spreadsheets: quoted, UTF-8 with a BOM."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    write(path, text.getvalue().encode("utf-8-sig"))
