"""Whom the instructor should look at first, and why: what the grader and the intake have noted, on the report."""

import json
from collections.abc import Iterable
from pathlib import Path

from ..notes import CELLS, OWN, Note
from .likeness import Match, Pair
from .sheet import NOT_GRADED, NOTHING, Row, Sheet

NEAR = 0.03
"""Part of all marks from the pass mark within which a student is looked at: 3 marks of 110, and 1 at least."""

POINTS = {  # what makes the instructor look at a student: how much, and in the page's words
    "ungraded": (100, "採点されていない"),
    "lost": (60, "採点済みのノートブックがない"),
    "alike": (40, "よく似た解答"),
    "tampered": (40, "不正な形式の応答"),
    "stopped": (30, "途中で止めた・落ちた"),
    "taken back": (30, "提出物がもうない"),
    "below": (25, "合格点のすぐ下"),
    "changed": (20, "確認のセルの変更・削除"),
    "by hand": (20, "手で付ける点・確かめる点が残っている"),
    "failed": (15, "解答のセルのエラー"),
    "above": (10, "合格点のすぐ上"),
    "not enrolled": (10, "名簿にいない"),
    "mended": (5, "補正して採点"),
    "own": (2, "問い以外のセルのエラー"),
}
WEIGHT = {  # a kind of note on a graded notebook (grading/notes.py) → the key of its points
    "protocol": "tampered",
    **dict.fromkeys(("ended", "time", "memory", "processes", "total"), "stopped"),
    **dict.fromkeys(("changed", "deleted"), "changed"),
    "error": "failed",
    "error of its own": "own",
    **dict.fromkeys(("retyped", "retyped answer", "known by function", "known in another", "answered elsewhere", "no answer",
                     "newer syntax", "missing package", "given back", "unknown"), "mended"),
}  # fmt: skip
REMARKS = {"earlier file": "ungraded", "taken back": "taken back", "marked before": "by hand", "not enrolled": "not enrolled"}
"""A kind of remark on a student's marks → the key of its points; others are no reason to look."""
UNUSABLE = {  # a result in arrivals.csv: what it is in Japanese
    "refused": "使えないファイル",
    "other": "この演習のノートブックではない",
    "not matched": "だれのものかわからない",
    "undecided": "どれを採点するかわからない",
    "draft": "下書き (未提出)",
}


def read_signs(notes: Iterable[Note], titles: dict[str, str]) -> list[tuple[int, str]]:
    """The grader's notes as (points, Japanese sentence), one for each kind, which names the cells by titles."""
    found: dict[tuple[int, str], list[str]] = {}
    for note in notes:
        kind, about = (note.kind, note.values[0]) if note.kind in CELLS else ("unknown", note)
        cell = "自分で足したセルなど" if about == OWN else str(about)
        cell = titles.get(cell.removeprefix("test_"), cell)
        sentence = "そのほかの記録" if kind == "unknown" else CELLS[kind][1]
        found.setdefault((POINTS[WEIGHT[kind]][0], sentence), []).append(cell)
    return [(points, f"{sentence}: {'、'.join(dict.fromkeys(cells))}") for (points, sentence), cells in found.items()]


def reasons(
    student: Row, titles: dict[str, str], pass_mark: float, near: float, alike: list[tuple[str, Match]]
) -> list[tuple[int, str]]:
    """(points, sentence) for everything that makes the student worth a look, most points first.

    near: how many marks from the pass mark are few; alike: other students, each with the question in which the two have most in
    common.
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
    if -near <= distance < 0:
        found["below"] = f"合格点まであと {-distance:g} 点です"
    if 0 <= distance <= near:
        found["above"] = f"合格点を {distance:g} 点だけ上回っています" if distance else "ちょうど合格点です"
    if student.by_hand:
        found["by hand"] = "手で付ける点が残っています"
    for note in student.remarks:
        if key := REMARKS.get(note.kind):
            found[key] = f"{found[key]}。{note.japanese}" if key in found else note.japanese
    noted = read_signs(student.notes, titles)
    return sorted([*noted, *((POINTS[kind][0], sentence) for kind, sentence in found.items())], reverse=True)


def why_not(student: Row) -> str:
    """What can be said of a submission that is not graded."""
    if student.refused is None:
        return "まだ採点していません"
    start = "" if student.refused.kind == "failed" else "採点できないファイルです。"
    return start + student.refused.japanese


def first_to_look_at(sheet: Sheet, pass_mark: float, alike: list[Pair]) -> list[tuple[int, Row, list[tuple[int, str]]]]:
    """(points, student, reasons) of everybody with a reason, most points first."""
    partners: dict[str, list[tuple[str, Match]]] = {}
    for pair in alike:
        for one, other in (pair.one, pair.other), (pair.other, pair.one):
            partners.setdefault(one, []).append((other, pair.matches[0]))
    titles = {question.name: question.title for question in sheet.questions}
    near = max(1, round(NEAR * sheet.most))
    found = [(student, reasons(student, titles, pass_mark, near, partners.get(student.id, []))) for student in sheet.students]
    return sorted(((sum(points for points, _ in some), student, some) for student, some in found if some),
                  key=lambda each: (-each[0], each[1].id))


def read_arrivals(path: Path) -> list[dict[str, str]]:
    """What came in and could not be used, in Japanese, from arrivals.json of `collect`; none where there is no such file.

    Each has file, student, time, result and reason, as texts.
    """
    if not path.exists():
        return []
    rows = [row for row in json.loads(path.read_text(encoding="utf-8")) if row["result"] in UNUSABLE]
    said = [Note.from_json(row["reason"]).japanese if row["reason"] else "" for row in rows]
    return [row | {"result": UNUSABLE[row["result"]], "reason": reason} for row, reason in zip(rows, said)]
