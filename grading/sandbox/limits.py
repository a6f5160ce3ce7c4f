"""What a submission may use. nbgrader_config.py sets these in one table, an exercise's settings what differs there."""

from dataclasses import dataclass

from ..notes import STOPS

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Every number is for one submission, unless it says otherwise."""

    size: int = 100 * MB
    """Bytes of the file that is handed in: its outputs are read, though not used."""
    memory: int = 2048 * MB
    """Bytes that one process may add to what the template has."""
    total_memory: int = 4096 * MB
    """Bytes of all its processes."""
    processes: int = 64
    """That run at a time, and threads of one of them."""
    disk: int = 256 * MB
    """Bytes of one file, and of each of its folders (home, /tmp, /dev/shm)."""
    files: int = 2000
    """Files in each of its folders."""
    output: int = 20_000
    """Characters of stdout, and of stderr, of one cell."""
    display: int = 8 * MB
    """Bytes of all outputs of the student's cells, figures included; and of those of one test."""
    message: int = 32 * MB
    """Bytes of one message between judge and student: arguments or results of one call."""
    seconds: float = 10
    """CPU seconds of one cell, or of all calls of one test."""
    wait: float = 30
    """Seconds of the same on the clock: for a cell that sleeps."""
    total: float = 300
    """Seconds on the clock, for everything: a third of them is kept for the tests."""


class Stopped(Exception):
    """The student's process was stopped; kind is a key of STOPS (grading/notes.py)."""

    frames: tuple = ()
    """Of no cell: what the tests ask of an exception."""

    def __init__(self, kind: str):
        super().__init__(STOPS[kind])
        self.kind = kind


class Unready(RuntimeError):
    """The machine did not let a submission's processes be set up: no mark may come of it. The text says what failed."""
