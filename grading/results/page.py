"""How a page is made from a template of this folder: whatever is put into it is escaped."""

import base64
import hashlib
import unicodedata
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup


@cache
def template(name: str) -> Template:
    """The template of that name; it knows the filters `marks` (of a number) and `digest` (of a script)."""
    loader = PackageLoader(__package__, ".")
    environment = Environment(loader=loader, autoescape=True, finalize=plain, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)
    environment.filters |= {"marks": "{:g}".format, "digest": digest}
    return environment.get_template(name)


def plain(value):
    """What goes into the page: text without control characters, and without those that turn or hide what stands beside them."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\n\t" else c
                   for c in value)


def digest(script: str) -> str:
    """What a content security policy calls a script by."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
