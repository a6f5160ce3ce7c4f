"""What a student's cells show: messages of a kernel as outputs of a notebook, within limits, and harmless."""

import base64
import io
import json
import warnings

from nbclient import NotebookClient
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from PIL import Image  # matplotlib brings it

from ..exercise.cells import is_test
from ..sandbox.kernel.wire import clean
from ..sandbox.limits import Limits

PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}
POINTS = 20_000_000
"""Of a picture: a browser takes four bytes for each."""
MESSAGE = 200
"""Bytes that each message counts at the least."""
MARKUP, MARKS = 50_000, 2000
"""Characters of HTML, and `<` in it, that are read: what makes it harmless takes up to a second for so much."""
ALL_MARKUP = 4
"""So many times as much for all cells of a submission."""
TAGS = (
    "a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i kbd li ol p pre s small span strong "
    "sub summary sup table tbody td tfoot th thead tr u ul"
).split()
SANITIZE = SanitizeHTML(
    tags=TAGS,
    sanitized_output_types={"text/html"},
    safe_output_keys={"text/plain", "image/png", "image/jpeg"},
)


class Outputs:
    """Messages of a kernel as the outputs of a notebook's cells, within limits: of all the student's cells, and of each test."""

    def __init__(self, notebook: NotebookNode, limits: Limits):
        self.client, self.limits = NotebookClient(notebook), limits
        self.client.reset_execution_trackers()
        self.students = Room(limits.display)

    def of(self, cell: NotebookNode):
        """A function that takes messages for this cell."""
        index, room = self.client.nb.cells.index(cell), Room(self.limits.display) if is_test(cell) else self.students
        self.client.clear_before_next_output = False

        def take(message: dict) -> None:
            kind, content = message.get("msg_type"), message.get("content")
            if kind not in ("stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"):
                return
            try:
                room.display -= max(MESSAGE, len(json.dumps(content)))
                if room.display < 0:
                    return
                content = {"metadata": {}} | tidy(content, self.limits.output)
                forms = content.get("data", {})
                if "text/html" in forms:
                    html = clean(forms.pop("text/html"), MARKUP + 10)
                    forms |= {"text/html": html} if room.takes(html) else {}
                count = content.get("execution_count", 0)
                if type(count) is not int or count < 0:  # process_message would write it down before it is checked
                    return
                known = {"header": {"msg_type": kind}, "parent_header": {}, "metadata": {}, "msg_type": kind, "content": content}
                if kind == "stream" and cell.outputs and cell.outputs[-1].get("name") == content["name"]:
                    if len(cell.outputs[-1].text) <= 4 * self.limits.output:
                        cell.outputs[-1].text += content["text"]
                    return
                self.client.process_message(known, cell, index)
            except Exception:  # a message that no honest kernel sends
                return

        return take


class Room:
    """What may still be shown."""

    def __init__(self, display: int):
        """display: bytes."""
        self.display, self.markup, self.marks = display, ALL_MARKUP * MARKUP, ALL_MARKUP * MARKS

    def takes(self, html: str) -> bool:
        """Whether there is room for it; then there is less."""
        if not readable(html) or len(html) > self.markup or html.count("<") > self.marks:
            return False
        self.markup, self.marks = self.markup - len(html), self.marks - html.count("<")
        return True


def readable(html: str) -> bool:
    """Whether HTML is so short that it can be made harmless in a moment: the time grows with the square of its tags."""
    return len(html) <= MARKUP and html.count("<") <= MARKS


def tidy(content, longest: int):
    """content with every text clean, and long lines cut; what is no picture goes, and HTML stays in one piece."""
    if isinstance(content, str):
        return "\n".join(clean(line, 2000) for line in clean(content, 4 * longest).split("\n"))
    if isinstance(content, list):
        return [tidy(item, longest) for item in content[:200]]
    if isinstance(content, dict):
        return {
            clean(key, 100): value if key in PICTURES or key == "text/html" else tidy(value, longest)
            for key, value in content.items() if key != "metadata" and (key not in PICTURES or is_picture(key, value))
        }  # fmt: skip
    return content


def is_picture(kind: str, text) -> bool:
    """Whether text is a picture of that kind, in base64, whole and of a size that a browser can show. It is not decoded."""
    try:
        file = io.BytesIO(base64.b64decode("".join(text.split()), validate=True))
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=[PICTURES[kind]]) as picture:
            picture.verify()
            return picture.width * picture.height <= POINTS
    except Exception:  # Pillow raises what it likes
        return False


def harmless(cell: NotebookNode) -> None:
    """Take from a student's cell what a browser would run, and what would make an open page ask somebody for something."""
    if cell.cell_type == "code":
        SANITIZE.preprocess_cell(cell, {}, 0)
        return
    cell.source = cell.source.replace("&", "&amp;").replace("<", "&lt;")
    if cell.cell_type == "markdown":  # its links and pictures as text
        cell.source = cell.source.replace("](", "]\\(").replace("]:", "]\\:").replace("][", "]\\[")
