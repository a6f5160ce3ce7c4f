"""What the grader has to say of a submission or of a file, as values: a kind and what it is about.

Words are put to them where somebody reads them, and nowhere else: English in the terminal and in CSV files, Japanese on the
pages. A program asks for the kind; no sentence is ever read back.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from unicodedata import normalize

STOPS = {
    "ended": "実行中のプロセスが止まりました (os._exit や、メモリの使いすぎなど)。",
    "time": "時間がかかりすぎるので止めました。終わらないループはありませんか。",
    "memory": "メモリを使いすぎたので止めました。",
    "processes": "プロセスを作りすぎたので止めました。",
    "protocol": "採点プログラムに不正な形式の応答が来たので止めました。",
    "total": "提出物全体の時間を使い切りました。",
}
"""Why a student's process was stopped → what its author reads."""
LENT = "あなたの {} が正しくなかったので、正しい関数に置き換えて採点しました。同じ間違いで 2 度は引きません。"
GIVEN_BACK = "ここまでのセルで {} が別の値に変わっていました。もとの値に戻して採点しました。どの行で変わったかを見てください。"
NEWER = "採点の Python {} にない書き方があります ({})。古い書き方に直してください。"
"""What its author reads in the cell itself: of functions, names, and (a version, a syntax)."""

CELLS = {  # of a graded notebook, {0} being a cell → in English, and in Japanese for all the cells that it is said of
    "ended": ("{0} ended its process", "実行中にプロセスが落ちました"),
    "time": ("{0} ran out of time", "時間切れで止めました"),
    "memory": ("{0} used too much memory", "メモリの使いすぎで止めました"),
    "processes": ("{0} started too many processes", "プロセスを作りすぎたので止めました"),
    "protocol": ("{0} sent what is no answer", "採点プログラムに不正な形式の応答をしました"),
    "total": ("{0} was left no time", "提出物全体の持ち時間を使い切っていました"),
    "error": ("{1} in {0}", "解答のセルがエラーで止まりました"),
    "error of its own": ("{1} in {0}", "問い以外のセルでエラーが出ました"),
    "missing package": ("{0} imports {1}, which is not here", "採点の環境にないパッケージを読み込んでいました"),
    "given back": ("{0}: {1} had lost what the notebook gave it, and was given it back",
                   "関数やモジュールの名前が別の値で上書きされていました (戻して採点)"),
    "changed": ("{0} had been changed: the instructor's is used", "確認のセルが書き換えられていました (もとのもので採点)"),
    "deleted": ("{0} had been deleted and was put back", "確認のセルが消されていました (戻して採点)"),
    "retyped": ("{0} had been made a {1} cell", "セルの種類が変わっていました"),
    "retyped answer": ("{0} had been made a {1} cell: it is run as code", "セルの種類が変わっていました"),
    "known by function": ("the id of {0} was gone: the answer was known by its function",
                          "ID の消えたセルから答えを見つけました"),
    "known in another": ("the answer of {0} was found in the cell {1}", "別のセルに答えがありました"),
    "answered elsewhere": ("{0} is answered in another cell", "別のセルに答えがありました"),
    "newer syntax": ("{0} has the syntax of a newer Python: {1}", "採点より新しい Python の書き方がありました"),
    "no answer": ("{0} has no answer", "解答のセルが空か、消されています"),
    "unknown": ("{0}", "{0}"),
}
OWN = "a cell of the student's own"
"""The cell of a note that is about none of the instructor's."""

REASONS = {  # why a file or a line is not used → in English and in Japanese
    "nested": ("not a notebook: nested too deeply", "ノートブックではありません (入れ子が深すぎます)"),
    "no text": ("not a notebook: neither UTF-8 nor UTF-16 text", "ノートブックではありません (テキストファイルではありません)"),
    "no JSON": ("not a notebook: no JSON (line {0}: {1})", "ノートブックではありません ({0} 行目が JSON として読めません)"),
    "no cells": ("not a notebook: JSON without cells ({0})", "ノートブックではありません (セルのない JSON です)"),
    "empty notebook": ("a notebook without cells", "セルが 1 つもないノートブックです"),
    "many cells": ("a notebook of {0} cells, more than {1}", "セルが {0} 個もあるノートブックです ({1} 個まで)"),
    "many parts": ("a notebook of too many parts: clear its outputs",
                   "ノートブックの部品が多すぎます。出力を消してから保存してください"),
    "much text": ("a notebook with more than {0} MB of text in its cells",
                  "セルの文章が大きすぎるノートブックです ({0} MB まで)"),
    "another notebook": ("another notebook: it holds no question of this exercise",
                         "別のノートブックです (この演習の問いがありません)"),
    "another exercise": ("the notebook of the exercise {0}, not of {1}",
                         "演習 {0} のノートブックです (演習 {1} のものではありません)"),
    "other files": ("no file {0} (there is {1}; rename it)", "{0} がありません。あるのは {1} です。名前を直してください"),
    "no file": ("no file {0}", "{0} がありません"),
    "submitted": ("{0} {1}", "{0}: {1}"),
    "submitted link": ("{0} is a link", "{0} がリンクです。ファイルそのものを置いてください"),
    "endless": ("held up the grader for {0} seconds: it is not tried again until the file changes, or with --force",
                "採点が {0} 秒たっても終わりませんでした"),
    "heavy": ("takes the grader more than {0} MB: it is not tried again until the file changes, or with --force",
              "採点に {0} MB より多くのメモリが必要です"),
    "failed": ("grading went wrong: {0}", "採点の途中で問題が起きました ({0})。もう一度採点してください"),
    # what arrives (intake/)
    "kept": ("kept in downloaded/, but {0}", "{0}"),
    "link there": ("{0} in submitted/ is a link: put the file itself there",
                   "{0} がリンクです。ファイルそのものを置いてください"),
    "link": ("is a link: give the file itself", "リンクです。ファイルそのものをもらってください"),
    "special": ("is no file but a pipe, a socket or a device", "ふつうのファイルではありません"),
    "large": ("has more than {0} MB", "大きすぎます ({0} MB まで)"),
    "gone": ("is not there any more", "ありません"),
    "absent": ("is not there", "ありません"),
    "unusable name": ("has a name that cannot be shown: rename it",
                      "フォルダーの名前に、使えない文字があります。名前を直してください"),
    "unreadable": ("cannot be read: {0}", "読めません ({0})"),
    "course": ("belongs to the course itself: give the folder of the downloads",
               "コースのフォルダーそのものです。受け取ったファイルのフォルダーを指定してください"),
    "deep": ("lies in more than {0} folders, one in another", "{0} 段より深いフォルダーの中にあります"),
    "deep archive": ("lies in {0} archives, one in another: more are not opened", "{0} 重の圧縮ファイルの中にあります"),
    "many": ("holds more than {0} files: give the folder of the downloads alone", "中のファイルが多すぎます ({0} 個まで)"),
    "many in archive": ("holds more than {0} files", "中のファイルが多すぎます ({0} 個まで)"),
    "long name": ("has a name of more than {0} letters", "名前が長すぎます ({0} 文字まで)"),
    "name leads out": ("has a name that leads out of its archive", "圧縮ファイルの外を指す名前です"),
    "bomb": ("unpacks to far more than its size: what was not read yet is left out",
             "圧縮ファイルが、大きさに比べて大きくなりすぎます。残りは読んでいません"),
    "no zip": ("is no zip archive, or a part of one: download it again",
               "zip ではないか、途中で切れています。もう一度ダウンロードしてください"),
    "empty file": ("is an empty file", "空のファイルです"),
    "empty archive": ("is an empty archive", "空の圧縮ファイルです"),
    "damaged": ("is damaged and cannot be unpacked ({0})", "壊れていて開けません"),
    "encrypted": ("is encrypted: ask for it without a password", "パスワードがかかっています"),
    "unusual": ("is packed in an unusual way: ask for an ordinary zip, or for the notebook itself",
                "特別な方法で圧縮されています。ふつうの zip か、ノートブックそのものをもらってください"),
    "other archive": ("an archive that is no zip: ask for the notebook itself",
                      "zip でない圧縮ファイルです。ノートブックそのものをもらってください"),
    "typed": ("text typed into Moodle, no file", "Moodle に書き込まれた文です。ファイルではありません"),
    "other kind": ("a {0} file, no notebook", "{0} ファイルです。ノートブックではありません"),
    "draft": ("in Teams's Working files, not handed in; a line in mapping.csv takes it all the same",
              "Teams の Working files にあり、提出されていません。mapping.csv に書けば受け取れます"),
    "nobody": ("nobody of the roster is {0}", "名簿に {0} という人はいません"),
    "nameless": ("its name, its folders and its archive name nobody of the roster", "名前にもフォルダーにも、名簿の人がいません"),
    "several": ("more than one student is possible: {0}", "該当しそうな学生が複数います: {0}"),
    "other number": ("the LMS says that it is of the user {0}, but {1} is the user {2} in the roster",
                     "LMS ではユーザー {0} のものですが、名簿では {1} はユーザー {2} です"),
    "below a file": ("has the name of another file in the archive for its folder",
                     "圧縮ファイルの中の別のファイルが、フォルダーの名前になっています"),
    "as mapped": ("as mapping.csv says", "mapping.csv のとおり"),
    "undecided": ("neither its time nor its name tells whether it counts, or {0}",
                  "これと {0} のどちらを採点するのか、時刻からも名前からもわかりません"),
    "replaces": ("replaces {0}: that is {1}", "{0} と入れ替えました。理由: {1}"),
    "no notebook": ("no notebook of the exercise", "この演習のノートブックではありません"),
    "the same": ("the same as {0}", "{0} と同じです"),
    "older": ("older than {0}", "{0} より古いものです"),
    "version": ("older than {0}, a later version in the LMS", "{0} より前のバージョンです"),
    "download": ("older than {0}, which the LMS gave out later", "{0} より前に LMS からダウンロードしたものです"),
    "numbered": ("older than {0}, by the number in the name", "名前の番号が {0} より前です"),
    "backup": ("a backup of {0}, by its name", "名前から、{0} のバックアップです"),
    "mapped": ("not {0}, which counts by mapping.csv", "mapping.csv によれば、採点するのは {0} です"),
    "list": ("the list of {0}: {1} of its {2} rows are students of the roster",
             "{0} の一覧です ({2} 行のうち {1} 行が名簿の学生)"),
    "columns": ("{0}: columns that are not used: {1}", "{0}: 使わない列があります: {1}"),
    "nothing": ("handed in nothing", "提出がありません"),
    "nothing usable": ("handed in nothing that can be graded: {0}: {1}", "採点できる提出がありません: {0}: {1}"),
    # a student's marks
    "earlier file": ("could not be graded: {0}; the marks are those of the file before",
                     "いまの提出物は採点できません ({0})。点は前の提出物のものです"),
    "taken back": ("nothing is in submitted/ any more; the marks stay until `grading forget {0} {1}`",
                   "submitted/ に提出物がもうありません。点は残っています (消すには grading forget {0} {1})"),
    "not enrolled": ("is not in students.csv any more", "名簿 (students.csv) にもういません"),
    "marked before": ("{0}: the mark by hand, {1}, is older than what was graded last; it counts: confirm it in the formgrader",
                      "{0} に手で付けた {1} 点は、いまの提出物を採点する前のものです。そのまま数えています。"
                      "Formgrader で確かめてください"),
    "late": ("{0} marks less for handing in late", "提出の遅れで {0} 点引いています"),
    # rosters and mappings
    "line": ("line {0}", "{0} 行目"),
    "lines": ("{0} and {1}", "{0}と{1}"),
    "a student": ("a student", "ある学生"),
    "no id": ("{0} has no id: the row is not used", "{0}に ID がありません"),
    "unusable id": ("{0}: {1} is not used: an id is the name of a folder (letters, digits and _, inside also - . @)",
                    "{0}: ID の {1} は使えません (ID はフォルダーの名前になります)"),
    "same id": ("{0} have the same id {1}: none of them is used", "{0}の ID が同じ {1} です。どれも使いません"),
    "not in roster": ("{0}: {1} is nobody of the roster", "{0}: 名簿に {1} という人はいません"),
    "given before": ("{0}: {1} is given to {2} further up", "{0}: {1} は、上の行で {2} のものになっています"),
}

WORDS = CELLS | REASONS
FEW = 3
"""Cells that a note on many names."""
DEEPEST = 40
"""Notes inside one another."""


@dataclass(frozen=True, init=False)
class Note:
    """Something that is said: a key of CELLS or REASONS, and the values that its words take, other notes among them."""

    kind: str
    values: tuple["str | int | Note", ...]

    def __init__(self, kind: str, *values: "str | int | Note"):
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        """In English, in one line: a value may come from the student."""
        return WORDS[self.kind][0].format(*(shown(str(value)) for value in self.values))

    @property
    def japanese(self) -> str:
        values = [value.japanese if isinstance(value, Note) else shown(str(value)) for value in self.values]
        return WORDS[self.kind][1].format(*values)

    def as_json(self) -> list:
        return [self.kind, *(value.as_json() if isinstance(value, Note) else value for value in self.values)]

    @classmethod
    def from_json(cls, told, depth: int = 0) -> "Note":
        """The note of `as_json`; what is none becomes a note of an unknown kind, for it may come from another version."""
        if isinstance(told, list) and told and isinstance(told[0], str) and told[0] in WORDS and depth < DEEPEST:
            note = cls(told[0], *(cls.from_json(value, depth + 1) if isinstance(value, list) else value for value in told[1:]))
            if all(isinstance(value, (str, int, Note)) for value in note.values):
                with suppress(IndexError):
                    str(note), note.japanese
                    return note
        try:
            return cls("unknown", str(told))
        except RecursionError:
            return cls("unknown", "…")


def shown(text: str) -> str:
    """A text from outside as it may be printed: no line breaks, no commands to the terminal."""
    return "".join(c if c.isprintable() or c == "\u3000" else "�" for c in normalize("NFC", text))


def in_short(notes: Iterable[Note]) -> list[str]:
    """The notes on a graded notebook in English, what is said of many cells in one sentence."""
    cells: dict[tuple, list[str]] = {}
    for note in notes:
        cells.setdefault((note.kind, note.values[1:]), []).append(str(note.values[0]))
    said = []
    for (kind, others), named in cells.items():
        rest = f" and {len(named) - FEW + 1} more" if len(named) > FEW else ""
        said.append(str(Note(kind, ", ".join(named[: FEW - 1 if rest else FEW]) + rest, *others)))
    return said


class Refused(Exception):
    """What was handed in, or a line of a table, cannot be used; `note` says why."""

    def __init__(self, kind: str, *values: "str | int | Note"):
        self.note = Note(kind, *values)
        super().__init__(str(self.note))
