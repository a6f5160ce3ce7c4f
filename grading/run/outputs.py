"""What a student's cells show: messages of a kernel as outputs of a notebook, within limits, and harmless."""

import json
import re

from nbclient import NotebookClient
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode

from ..sandbox.kernel.wire import clean
from ..sandbox.limits import Limits

TAGS = (
    "a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i kbd li ol p pre s small span strong "
    "sub summary sup table tbody td tfoot th thead tr u ul"
).split()
SANITIZE = SanitizeHTML(
    tags=TAGS,
    sanitized_output_types={"text/html"},
    safe_output_keys={"text/plain", "image/png", "image/jpeg"},
)
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class Outputs:
    """Messages of a kernel as the outputs of a notebook's cells, within limits."""

    def __init__(self, notebook: NotebookNode, limits: Limits):
        self.client, self.limits = NotebookClient(notebook), limits
        self.client.reset_execution_trackers()

    def of(self, cell: NotebookNode):
        """A function that takes messages for this cell."""
        index, room = self.client.nb.cells.index(cell), self.limits.display
        self.client.clear_before_next_output = False

        def take(message: dict) -> None:
            nonlocal room
            kind, content = message.get("msg_type"), message.get("content")
            if kind not in ("stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"):
                return
            try:
                room -= len(json.dumps(content))
                if room < 0:
                    return
                content = {"metadata": {}} | tidy(content, self.limits.output)
                count = content.get("execution_count", 0)
                if type(count) is not int or count < 0:  # process_message would write it down before it is checked
                    return
                known = {"header": {"msg_type": kind}, "parent_header": {}, "metadata": {}, "msg_type": kind, "content": content}
                if kind == "stream" and cell.outputs and cell.outputs[-1].get("name") == content["name"]:
                    cell.outputs[-1].text += content["text"]
                    return
                self.client.process_message(known, cell, index)
            except Exception:  # a message that no honest kernel sends
                return

        return take


def tidy(content, longest: int):
    """content with every text clean, and long lines cut; pictures are left as they are."""
    if isinstance(content, str):
        return "\n".join(clean(line, 2000) for line in clean(content, 4 * longest).split("\n"))
    if isinstance(content, list):
        return [tidy(item, longest) for item in content[:200]]
    if isinstance(content, dict):
        return {clean(key, 100): data(key, value, longest) for key, value in content.items() if key != "metadata"}
    return content


def data(kind: str, value, longest: int):
    """A value of a message's content: a picture only where it is one, HTML in one piece, the rest tidy."""
    if kind in ("image/png", "image/jpeg"):
        return value if isinstance(value, str) and BASE64.fullmatch(value) else ""
    return clean(value, 10 * longest) if kind == "text/html" else tidy(value, longest)


def harmless(cell: NotebookNode) -> None:
    """Take from a student's cell what a browser would run, and what would make an open page ask somebody for something."""
    SANITIZE.preprocess_cell(cell, {}, 0)
    if cell.cell_type == "markdown":  # its links and pictures as text
        cell.source = cell.source.replace("](", "]\\(").replace("]:", "]\\:").replace("][", "]\\[")
