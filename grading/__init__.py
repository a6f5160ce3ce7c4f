"""The course's grader, and what builds its exercises."""

import sys

# Where jsonschema finds this package, every process of ours would make a parser of international addresses, which takes a second;
# no format of a notebook asks for it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
