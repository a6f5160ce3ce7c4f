"""What is wrong with a cell that is no Python: where Python stops reading, and what its message means, in Japanese."""

import ast
import platform
import re
import warnings
from dataclasses import dataclass

from ..exercise.code import LONGEST, newer_syntax, syntax
from ..notes import NEWER

KINDS = "SyntaxError", "IndentationError", "TabError", "_IncompleteInputError"
"""What a kernel calls the error of a cell that it cannot read."""
WIDEST = 200
"""Characters of a line that are shown."""

BLOCKS = "def、if、for、while、class などの行の終わりには「:」を書きます。"
SENTENCES = [  # Python's kind and message → what its author reads: it takes over brackets, keywords and numbers, no other words
    (r"TabError", "字下げに、タブと空白が混ざっています。空白だけにそろえてください。"),
    (r"unindent does not match", "この行の字下げが、前のどの行ともそろっていません。"),
    (r"unexpected indent", "この行の字下げが深すぎます。前の行とそろえてください。"),
    (r"expected an indented block after .* on line (\d+)", r"\1 行目の次には、字下げした行が要ります。"),
    (r"IndentationError", "字下げが正しくありません。前の行と比べてください。"),
    (r"invalid non-printable character U\+3000", "全角の空白があります。半角の空白に直してください。"),
    (r"invalid non-printable character U\+([0-9A-F]+)", r"目に見えない文字 (U+\1) があります。消して、打ち直してください。"),
    (r"invalid character '.' \(U\+(?:FF[0-5]|300)", "全角の文字があります。半角に直してください。"),
    (r"invalid character '.' \(U\+201", "曲がった引用符があります。半角の ' か \" に直してください。"),
    (r"invalid character", "Python では使えない文字があります。"),
    (r"'([(\[{])' was never closed", r"「\1」が閉じられていません。対になる閉じかっこを書いてください。"),
    (r"unmatched '([)\]}])'", r"「\1」の前に、対になる開きかっこがありません。"),
    (r"closing parenthesis '(.)' does not match opening parenthesis '(.)'",
     r"「\2」を「\1」で閉じています。かっこの種類をそろえてください。"),
    (r"expected ':'", f"「:」がありません。{BLOCKS}"),
    (r"unterminated|EOL while scanning|EOF while scanning", "文字列が閉じられていません。引用符 (' や \") を見てください。"),
    (r"f-string", "f-string の { } の中が、Python の式になっていません。"),
    (r"cannot assign to", "「=」の左に、代入できないものがあります。等しいかどうかは「==」で調べます。"),
    (r"instead of '='|perhaps you meant \"==\"", "「=」は代入です。等しいかどうかは「==」で調べます。"),
    (r"forgot a comma", "「,」を書き忘れていませんか。"),
    (r"Missing parentheses in call to 'print'", "print は、print(…) のように、かっこを付けて書きます。"),
    (r"'(return|yield|await)' outside", r"\1 が関数の外にあります。字下げを見てください。"),
    (r"'?(break|continue)'? (?:outside|not properly in)", r"\1 が、くり返し (for、while) の外にあります。字下げを見てください。"),
    (r"expected 'except' or 'finally' block", "try のあとに、except がありません。"),
    (r"expected 'else' after 'if' expression", "式の中の if には、else も要ります。"),
    (r"invalid (?:decimal|hexadecimal|octal|binary) literal|leading zeros",
     "数の書き方が正しくありません。名前は数字で始められません。"),
    (r"positional argument follows", "名前で渡す引数のあとに、名前のない引数があります。"),
    (r"(?:non-default argument|parameter without a default) follows", "既定値のある引数のあとに、既定値のない引数があります。"),
    (r"duplicate argument", "同じ名前の引数が 2 つあります。"),
    (r"after line continuation character", r"行の途中に「\\」があります。「\\」は行の最後にだけ書けます。"),
    (r"unexpected EOF|incomplete input", "コードが途中で終わっています。かっこや引用符が閉じられているかを見てください。"),
    (r"", "この行か、すぐ前の行が、Python の文になっていません。かっこ、「:」、「,」を見てください。"),
]  # fmt: skip


@dataclass(frozen=True)
class Slip:
    """Where a cell is no Python."""

    line: int
    """Of the cell, from 1."""
    sentence: str
    """In Japanese, of the grader's own words only."""
    text: str
    """The line as it stands there."""
    message: str
    """Python's own, which may quote the cell."""


def explain(code: str) -> Slip | None:
    """The first thing that Python cannot read in a cell; None where it can read all of it."""
    if len(code) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python reads with a warning it reads
            compile(syntax(code), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        message = f"{type(error).__name__}: {error.msg}"
        matches = ((re.search(pattern, message), sentence) for pattern, sentence in SENTENCES)
        sentence = next(match.expand(sentence) for match, sentence in matches if match)
        if newer := newer_syntax(code):
            sentence = NEWER.format(platform.python_version(), newer)
        line = error.lineno or 1
        return Slip(line, sentence, "".join(code.split("\n")[line - 1 :][:1])[:WIDEST].rstrip(), message)
    except (ValueError, RecursionError, MemoryError):
        pass
    return None
