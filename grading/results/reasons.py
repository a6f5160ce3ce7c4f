"""Whom the instructor should look at first, and why: what the grader and the intake say in English, in the report's Japanese."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from ..student import NOTES
from .likeness import Match, Pair
from .sheet import NOT_GRADED, NOTHING, Sheet, Student

NEAR = 3
"""Marks from the pass mark within which a student is looked at."""

POINTS = {  # what makes the instructor look at a student: how much, and in the page's words
    "ungraded": (100, "採点されていない"),
    "lost": (60, "採点済みのノートブックがない"),
    "alike": (40, "よく似た解答"),
    "tampered": (40, "正しくない形の返事"),
    "stopped": (30, "途中で止めた・落ちた"),
    "below": (25, f"合格点まで {NEAR} 点以内"),
    "changed": (20, "確認のセルの変更・削除"),
    "by hand": (20, "手で付ける点が残っている"),
    "failed": (15, "解答のセルのエラー"),
    "above": (10, f"合格点から上に {NEAR} 点以内"),
    "mended": (5, "直して採点したもの"),
    "own": (2, "問い以外のセルのエラー"),
}
OWN_CELL = "a cell of the student's own"
SIGNS = [  # a note of the grader (rebuild.py, judge.py), the key of its points, what it is in Japanese
    (rf"(?P<cell>.+) {NOTES['protocol']}", "tampered", "採点プログラムに、正しくない形の返事をしました"),
    (rf"(?P<cell>.+) {NOTES['ended']}", "stopped", "実行中にプロセスが落ちました"),
    (rf"(?P<cell>.+) {NOTES['time']}", "stopped", "時間切れで止めました"),
    (rf"(?P<cell>.+) {NOTES['memory']}", "stopped", "メモリの使いすぎで止めました"),
    (rf"(?P<cell>.+) {NOTES['processes']}", "stopped", "プロセスを作りすぎたので止めました"),
    (rf"(?P<cell>.+) {NOTES['total']}", "stopped", "提出物全体の持ち時間を使い切っていました"),
    (r"(?P<cell>\S+) had been changed: .*", "changed", "確認のセルが書きかえられていました (もとのもので採点)"),
    (r"(?P<cell>\S+) had been deleted and was put back", "changed", "確認のセルが消されていました (もどして採点)"),
    (rf"\w+ in (?P<cell>{OWN_CELL})", "own", "問い以外のセルでエラーが出ました"),
    (r"\w+ in (?P<cell>.+)", "failed", "解答のセルがエラーで止まりました"),
    (r"(?P<cell>\S+) had been made an? \w+ cell(: it is run as code)?", "mended", "セルの種類が変わっていました"),
    (r"the answer of (?P<cell>\S+) was known by its function: .*", "mended", "ID の消えたセルから答えを見つけました"),
    (r"the answer of (?P<cell>\S+) was found in the cell \S*", "mended", "別のセルに答えがありました"),
    (r"(?P<cell>\S+) is answered in another cell", "mended", "別のセルに答えがありました"),
    (r"(?P<cell>\S+) has no answer", "mended", "解答のセルが空か、消されています"),
    (r"(?P<cell>.*)", "mended", "そのほかの記録"),
]
UNUSABLE = {  # a result in arrivals.csv: what it is in Japanese
    "refused": "使えないファイル",
    "other": "この演習のノートブックではない",
    "not matched": "だれのものか分からない",
    "draft": "下書き (未提出)",
}
REFUSALS = [  # why a file is not graded (rebuild.py, autograde.py) or not taken (intake/), and in Japanese
    (r"not a notebook: nested too deeply", "ノートブックではありません (入れ子が深すぎます)"),
    (r"not a notebook: neither .*", "ノートブックではありません (文字のファイルではありません)"),
    (r"not a notebook: no JSON \(line (\d+): .*\)", r"ノートブックではありません (\1 行めが JSON として読めません)"),
    (r"not a notebook: JSON without cells .*", "ノートブックではありません (セルのない JSON です)"),
    (r"a notebook without cells", "セルが 1 つもないノートブックです"),
    (r"a notebook of (\d+) cells, more than (\d+)", r"セルが \1 個もあるノートブックです (\2 個まで)"),
    (r"another notebook: .*", "別のノートブックです (この演習のセルがありません)"),
    (r"no file (\S+) \(there is (.*); rename it\)", r"\1 がありません。あるのは \2 です。名前を直してください"),
    (r"no file (\S+)", r"\1 がありません"),
    (r"(.*) in submitted/ is a link: .*", r"\1 がリンクです。ファイルそのものを置いてください"),
    (r"is a link: .*", "リンクです。ファイルそのものをもらってください"),
    (r"(.*) is a link", r"\1 がリンクです。ファイルそのものを置いてください"),
    (r"is no file but .*", "ふつうのファイルではありません"),
    (r"(.*) is no file", r"\1 がファイルではありません"),
    (r"has more than (\d+) MB", r"大きすぎます (\1 MB まで)"),
    (r"(.*) has (\d+) MB, more than (\d+)", r"\1 が大きすぎます (\2 MB。\3 MB まで)"),
    (r"is not there( any more)?", "ありません"),
    (r"cannot be read: (.*)", r"読めません (\1)"),
    (r"(.*) cannot be read: (.*)", r"\1 が読めません (\2)"),
    (r"belongs to the course itself: .*", "コースのフォルダーそのものです。受け取ったファイルのフォルダーを指定してください"),
    (r"lies in more than (\d+) folders, .*", r"\1 段より深いフォルダーの中にあります"),
    (r"lies in (\d+) archives, .*", r"\1 重の圧縮ファイルの中にあります"),
    (r"holds more than (\d+) files.*", r"中のファイルが多すぎます (\1 個まで)"),
    (r"has a name of more than (\d+) letters", r"名前が長すぎます (\1 文字まで)"),
    (r"has a name that leads out of its archive", "圧縮ファイルの外を指す名前です"),
    (r"unpacks to far more than its size: .*", "圧縮ファイルが、大きさにくらべて大きくなりすぎます。残りは読んでいません"),
    (r"is no zip archive, or a part of one: .*", "zip ではないか、途中で切れています。もう一度ダウンロードしてください"),
    (r"is an empty file", "空のファイルです"),
    (r"is an empty archive", "空の圧縮ファイルです"),
    (r"is damaged and cannot be unpacked .*", "壊れていて開けません"),
    (r"is encrypted: .*", "パスワードがかかっています"),
    (r"is packed in an unusual way: .*", "特別な方法で圧縮されています。ふつうの zip か、ノートブックそのものをもらってください"),
    (r"an archive that is no zip: .*", "zip でない圧縮ファイルです。ノートブックそのものをもらってください"),
    (r"text typed into Moodle, no file", "Moodle に書きこまれた文です。ファイルではありません"),
    (r"an? (.*) file, no notebook", r"\1 ファイルです。ノートブックではありません"),
    (r"in Teams's Working files, .*", "Teams の Working files にあり、提出されていません。mapping.csv に書けば受け取れます"),
    (r"nobody of the roster is (.*)", r"名簿に \1 という人はいません"),
    (r"its name, its folders and its archive .*", "名前にもフォルダーにも、名簿の人がいません"),
    (r"more than one student is possible: (.*)", r"何人かが考えられます: \1"),
    (r"(line \d+) has no id: .*", r"\1: ID がありません"),
    (r"(.*) is not used: an id is the name of a folder .*", r"ID の \1 は使えません (ID はフォルダーの名前になります)"),
    (r"(.*) have the same id (.*): none of them is used", r"\1 の ID が同じ \2 です。どれも使いません"),
    (r"(line \d+): (.*) is nobody of the roster", r"\1: 名簿に \2 という人はいません"),
    (r"(line \d+): (.*) is given to (.*) further up", r"\1: \2 は、上の行で \3 のものになっています"),
]


def in_japanese(refusal: str) -> str:
    """A refusal of the grader or the intake; unchanged where REFUSALS does not know it."""
    why = refusal.removeprefix("kept in downloaded/, but ")
    found = ((re.fullmatch(pattern, why, re.DOTALL), text) for pattern, text in REFUSALS)
    return next((match.expand(text) for match, text in found if match), refusal)


def read_signs(notes: Iterable[str], titles: dict[str, str]) -> list[tuple[int, str]]:
    """The grader's notes as (points, Japanese sentence), one for each kind, which names the cells by titles."""
    found: dict[tuple[int, str], list[str]] = {}
    for note in notes:
        match, kind, sentence = next(
            (match, *rest) for pattern, *rest in SIGNS if (match := re.fullmatch(pattern, note, re.DOTALL)))
        cell = "自分で足したセルなど" if match["cell"] == OWN_CELL else match["cell"]
        cell = titles.get(cell.removeprefix("test_"), cell)
        found.setdefault((POINTS[kind][0], sentence), []).append(cell)
    return [(points, f"{sentence}: {'、'.join(dict.fromkeys(cells))}") for (points, sentence), cells in found.items()]


def reasons(student: Student, titles: dict[str, str], pass_mark: float, alike: list[tuple[str, Match]]) -> list[tuple[int, str]]:
    """(points, sentence) for everything that makes the student worth a look, most points first.

    alike: other students, each with the question in which the two have most in common.
    """
    if student.status == NOTHING:
        return []
    if student.status == NOT_GRADED:
        return [(POINTS["ungraded"][0], f"採点されていません。{why_not(student)}")]
    found = {}
    if student.about is None:
        found["lost"] = "採点済みのノートブックがないか、読めません。もう一度採点してください"
    if alike:
        some = "、".join(f"{other} さん ({titles[match.question]} が {100 * match.likeness:.0f} %)" for other, match in alike[:3])
        rest = f"、ほか {len(alike) - 3} 人" if len(alike) > 3 else ""
        found["alike"] = f"よく似た解答があります: {some}{rest}"
    distance = student.total - pass_mark
    if -NEAR <= distance < 0:
        found["below"] = f"合格点まであと {-distance:g} 点です"
    if 0 <= distance <= NEAR:
        found["above"] = f"合格点を {distance:g} 点だけ上回っています" if distance else "ちょうど合格点です"
    if student.by_hand:
        found["by hand"] = "手で付ける点が残っています"
    noted = read_signs((student.about or {}).get("notes", ()), titles)
    return sorted([*noted, *((POINTS[kind][0], sentence) for kind, sentence in found.items())], reverse=True)


def why_not(student: Student) -> str:
    """What can be said of a submission that is not graded."""
    return f"採点できないファイルです。{in_japanese(student.problem)}" if student.problem else "まだ採点していません"


def first_to_look_at(sheet: Sheet, pass_mark: float, alike: list[Pair]) -> list[tuple[int, Student, list[tuple[int, str]]]]:
    """(points, student, reasons) of everybody with a reason, most points first."""
    partners: dict[str, list[tuple[str, Match]]] = {}
    for pair in alike:
        for one, other in (pair.one, pair.other), (pair.other, pair.one):
            partners.setdefault(one, []).append((other, pair.matches[0]))
    titles = {question.name: question.title for question in sheet.questions}
    found = [(student, reasons(student, titles, pass_mark, partners.get(student.id, []))) for student in sheet.students]
    return sorted(((sum(points for points, _ in some), student, some) for student, some in found if some),
                  key=lambda each: (-each[0], each[1].id))


def read_arrivals(path: Path) -> list[dict[str, str]]:
    """What came in and could not be used: rows of arrivals.csv, in Japanese; none where there is no such file."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("result") in UNUSABLE]
    return [row | {"result": UNUSABLE[row["result"]], "reason": in_japanese(row.get("reason") or "")} for row in rows]
