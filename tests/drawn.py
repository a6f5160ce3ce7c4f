"""A hundred digits as people draw them on the pad of the demo, with a mouse or a finger: ten shapes of each.

DRAWN: name -> strokes. The name begins with the digit. A stroke is a list of (x, y) in parts of the pad, 0 to 1, y downwards,
with a point about every 0.03, as a pointer reports them. A person reads each at a glance. The reader learns from none of them:
they are there to measure it.
"""

import numpy as np
from scipy.interpolate import CubicSpline

Stroke = list[tuple[float, float]]  # in the table below in tenths of the pad


def line(*corners) -> Stroke:
    """Straight from corner to corner."""
    points = [corners[0]]
    for a, b in zip(corners, corners[1:]):
        steps = max(1, round(np.hypot(b[0] - a[0], b[1] - a[1]) / 0.3))
        points += [(a[0] + (b[0] - a[0]) * i / steps, a[1] + (b[1] - a[1]) * i / steps) for i in range(1, steps + 1)]
    return points


def curve(*knots) -> Stroke:
    """Smoothly through the knots."""
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    return list(map(tuple, CubicSpline(lengths, knots)(np.linspace(0, lengths[-1], round(lengths[-1] / 0.3) + 2))))


def arc(x, y, rx, ry, start, end) -> Stroke:
    """A part of an ellipse; angles in degrees, 0 to the right, 90 down."""
    angles = np.radians(np.linspace(start, end, round(abs(end - start) / 360 * 2 * np.pi * max(rx, ry) / 0.3) + 2))
    return list(zip(x + rx * np.cos(angles), y + ry * np.sin(angles)))


def hand(*strokes: Stroke, size=1.0, at=(5, 5), slant=0.0, turn=0.0, shake=0.0) -> list[Stroke]:
    """The strokes in parts of the pad: smaller, elsewhere, slanted to the right, turned (degrees, clockwise), shaky."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    matrix = size * np.array([[c, -s], [s, c]]) @ np.array([[1, -slant], [0, 1]])
    rng = np.random.default_rng(0)
    placed = [(np.array(stroke) - 5) @ matrix.T + at + shake * rng.normal(size=(len(stroke), 2)) for stroke in strokes]
    return [[(float(x), float(y)) for x, y in stroke / 10] for stroke in placed]


DRAWN = {
    "0, round": hand(arc(5, 5, 3.2, 3.6, -90, -450)),
    "0, narrow": hand(arc(5, 5, 1.6, 3.8, -90, -450)),
    "0, slanted": hand(arc(5, 5, 1.9, 3.6, -90, -450), slant=0.35),
    "0, open at the top": hand(arc(5, 5, 2.6, 3.6, -115, -420)),
    "0, ends that cross": hand(curve((6.2, 1.5), (4.2, 1.6), (2.4, 4.6), (3, 7.6), (5, 8.8), (7.2, 7), (7.4, 4), (6, 2), (4, 1))),
    "0, clockwise circle": hand(arc(5, 5, 3.5, 3.4, -110, 255)),
    "0, small in a corner": hand(arc(5, 5, 2.5, 3.6, -90, -450), size=0.45, at=(2.3, 2.4)),
    "0, shaky": hand(arc(5, 5, 2.4, 3.7, -80, -445), shake=0.09),
    "0, egg": hand(
        curve((5.2, 1.3), (3.4, 2.4), (2.3, 5.8), (3.2, 8.2), (5.2, 8.9), (7.4, 8), (7.9, 5.6), (6.8, 2.6), (5.1, 1.3))
    ),
    "0, two halves": hand(arc(4.9, 5, 2.3, 3.7, -85, -275), arc(5.1, 5, 2.5, 3.6, -100, 95)),
    "1, bar": hand(line((5, 1.2), (5, 8.8))),
    "1, flag": hand(line((3.3, 3), (5.3, 1.3), (5.3, 8.8))),
    "1, flag and foot": hand(line((3.4, 2.9), (5, 1.4), (5, 8.6)), line((3.2, 8.6), (6.9, 8.6))),
    "1, slanted bar": hand(line((6.3, 1.2), (4.1, 8.7))),
    "1, small in a corner": hand(line((5.1, 1.2), (4.9, 8.6)), size=0.4, at=(7.6, 7.5)),
    "1, slanted with a flag": hand(line((4.1, 3.2), (6.3, 1.3), (4.7, 8.8))),
    "1, long flag": hand(line((2.9, 4), (5.4, 1.2), (5.3, 8.9))),
    "1, bent bar": hand(curve((5.4, 1.1), (5, 4), (4.9, 6.5), (5.2, 8.9))),
    "1, shaky bar": hand(line((5.2, 1.5), (4.8, 8.5)), shake=0.08),
    "1, broad foot, round flag": hand(
        curve((3.4, 3), (4.4, 2.5), (5.2, 1.3)) + line((5.2, 1.3), (5.2, 8.5)), line((2.6, 8.5), (7.6, 8.4))
    ),
    "2, flat base": hand(
        curve((2.6, 3), (3.4, 1.6), (5.2, 1.2), (7, 2.2), (6.8, 4.2), (4.8, 6.6), (2.5, 8.6)) + line((2.5, 8.6), (7.8, 8.6))
    ),
    "2, loop": hand(
        curve((2.8, 2.6), (4.6, 1.2), (6.8, 2.2), (6.4, 4.6), (4.4, 7.4), (3, 8.5), (2.3, 7.8), (3.2, 7.1), (5, 8), (6.4, 8.7),
        (7.9, 8))
    ),
    "2, like a Z": hand(line((2.6, 1.8), (7.2, 1.7), (2.6, 8.4), (7.6, 8.4))),
    "2, narrow": hand(
        curve((3.8, 2.8), (4.4, 1.4), (5.8, 1.4), (6.3, 2.9), (5.3, 5.4), (3.7, 8.7)) + line((3.7, 8.7), (6.6, 8.6))
    ),
    "2, slanted": hand(
        curve((2.9, 3), (3.8, 1.5), (5.6, 1.2), (7, 2.6), (6, 5), (2.7, 8.6)) + line((2.7, 8.6), (7.2, 8.6)), slant=0.25
    ),
    "2, small in a corner": hand(
        curve((3, 3), (4, 1.5), (6, 1.5), (6.8, 3.2), (5.4, 5.6), (2.8, 8.5)) + line((2.8, 8.5), (7.4, 8.5)), size=0.4,
        at=(7.4, 2.6)
    ),
    "2, round back": hand(
        curve((2.5, 3.4), (3.6, 1.4), (6.2, 1.3), (7.5, 3.4), (6.4, 5.6), (4, 6.8), (2.5, 8.6)) + line((2.5, 8.6), (7.6, 8.7))
    ),
    "2, swan": hand(
        curve((3.2, 2.9), (4.3, 1.4), (6.1, 1.7), (6.4, 3.8), (4.8, 6.6), (2.6, 8.5)) + curve((2.6, 8.5), (4.4, 7.9), (6, 8.7),
        (7.7, 8))
    ),
    "2, shaky": hand(
        curve((2.8, 2.8), (4.2, 1.3), (6.4, 1.6), (6.8, 3.6), (5, 6.2), (2.8, 8.4)) + line((2.8, 8.4), (7.2, 8.5)), shake=0.08
    ),
    "2, wide": hand(
        curve((1.8, 3.4), (3, 1.8), (5.4, 1.6), (7.4, 2.6), (7, 4.4), (4.4, 6.4), (1.7, 8.2)) + line((1.7, 8.2), (8.5, 8.1))
    ),
    "3, round": hand(arc(4.8, 3.1, 2.1, 1.8, -160, 95) + arc(4.7, 6.8, 2.6, 2, -90, 150)),
    "3, flat top": hand(line((2.8, 1.5), (7, 1.5), (4.6, 4.4)) + arc(4.7, 6.5, 2.4, 2.1, -90, 150)),
    "3, narrow": hand(arc(4.6, 3, 1.4, 1.7, -150, 90) + arc(4.6, 6.7, 1.7, 2, -90, 140)),
    "3, slanted": hand(arc(4.8, 3.1, 1.9, 1.8, -160, 95) + arc(4.7, 6.8, 2.2, 2, -90, 150), slant=0.25),
    "3, small upper bow": hand(arc(4.7, 2.7, 1.4, 1.3, -160, 100) + arc(4.6, 6.4, 2.6, 2.4, -90, 155)),
    "3, small lower bow": hand(arc(4.7, 3.5, 2.4, 2.2, -150, 95) + arc(4.6, 7.2, 2, 1.6, -95, 140)),
    "3, loop in the middle": hand(
        curve((2.9, 2.4), (4.6, 1.2), (6.6, 2.2), (6, 4), (4.4, 4.9), (3.9, 4.5), (4.6, 4.3), (6.6, 5.2), (7, 7.2), (5, 8.8),
        (2.6, 7.8))
    ),
    "3, small in a corner": hand(arc(4.8, 3.1, 2, 1.8, -160, 95) + arc(4.7, 6.8, 2.4, 2, -90, 150), size=0.42, at=(2.5, 7.4)),
    "3, shaky": hand(arc(4.8, 3.1, 1.9, 1.8, -150, 90) + arc(4.8, 6.7, 2.2, 1.9, -90, 145), shake=0.08),
    "3, wide and open": hand(
        curve((2, 2.3), (4.6, 1.3), (7.2, 2.2), (6.8, 4), (4.6, 4.7)) + curve((4.6, 4.7), (7.4, 5.4), (7.8, 7.4), (5.2, 8.7),
        (1.9, 8))
    ),
    "4, open": hand(line((3.4, 1.5), (2.6, 5.8), (7.6, 5.8)), line((6, 1.8), (6, 8.8))),
    "4, closed": hand(line((5.8, 1.3), (2.2, 6.3), (7.9, 6.3)), line((5.8, 1.3), (5.8, 8.8))),
    "4, open, upright": hand(line((3, 1.4), (3, 5.2), (7.2, 5.2)), line((6.6, 1.4), (6.6, 8.7))),
    "4, crossing far": hand(line((4.9, 1.2), (1.9, 6), (8.1, 6)), line((5.7, 3.4), (5.5, 8.8))),
    "4, one stroke": hand(line((6.2, 8.8), (6.2, 1.3), (2.4, 6.2), (7.8, 6.2))),
    "4, open and round": hand(curve((3, 1.6), (2.7, 4), (3.2, 5.4), (5, 5.5), (6.6, 4.9)), line((6.8, 1.6), (6.4, 8.8))),
    "4, slanted": hand(line((3.8, 1.5), (2.8, 5.8), (7.4, 5.8)), line((6, 2.6), (6, 8.8)), slant=0.25),
    "4, small in a corner": hand(line((5.6, 1.3), (2.4, 6), (7.8, 6)), line((5.7, 1.4), (5.7, 8.8)), size=0.42, at=(7.3, 7.3)),
    "4, narrow": hand(line((4.8, 1.2), (3.4, 5.9), (6.6, 5.9)), line((5.5, 3.3), (5.5, 8.9))),
    "4, shaky": hand(line((3.8, 1.6), (2.5, 5.9), (7.6, 5.7)), line((5.9, 2.4), (5.7, 8.7)), shake=0.08),
    "5, two strokes": hand(line((3.4, 1.5), (3.1, 4.4)) + arc(4.6, 6.4, 2.6, 2.4, -125, 145), line((3.4, 1.5), (7.2, 1.5))),
    "5, one stroke": hand(
        line((7.1, 1.5), (3.3, 1.5), (3, 4.6)) + curve((3, 4.6), (5, 3.9), (7.1, 5.4), (6.8, 7.8), (4.7, 8.8), (2.6, 8))
    ),
    "5, like an S": hand(
        curve((6.9, 1.6), (5, 1.3), (3.4, 2.2), (3.5, 4), (5.4, 4.8), (6.9, 6), (6.5, 8), (4.6, 8.8), (2.8, 8.1))
    ),
    "5, edged": hand(line((6.8, 1.4), (3, 1.4), (3, 4.6), (6.9, 4.6), (6.9, 8.4), (2.8, 8.4))),
    "5, hat apart": hand(
        line((3.5, 2.1), (3.2, 4.8)) + curve((3.2, 4.8), (5.2, 4.3), (6.8, 5.8), (6.2, 8), (4.2, 8.8), (2.7, 8)), line((3.9, 1.4),
        (7.3, 1.2))
    ),
    "5, narrow": hand(line((4, 1.4), (3.9, 4.4)) + arc(4.4, 6.4, 1.7, 2.3, -110, 130), line((4, 1.4), (6.3, 1.4))),
    "5, slanted": hand(
        line((3.4, 1.5), (3.2, 4.6)) + arc(4.5, 6.5, 2.3, 2.3, -125, 145), line((3.4, 1.5), (6.8, 1.5)), slant=0.25
    ),
    "5, small in a corner": hand(
        line((6.8, 1.5), (3.4, 1.5), (3.1, 4.6)) + arc(4.6, 6.4, 2.4, 2.3, -125, 140), size=0.42, at=(2.5, 2.5)
    ),
    "5, shaky": hand(line((3.4, 1.6), (3.1, 4.6)) + arc(4.6, 6.5, 2.3, 2.2, -125, 145), line((3.5, 1.5), (7, 1.6)), shake=0.08),
    "5, big belly": hand(line((3.3, 1.3), (2.9, 3.6)) + arc(4.7, 6, 3.1, 2.8, -125, 150), line((3.3, 1.3), (6.8, 1.2))),
    "6, round": hand(
        curve((6.6, 1.4), (4.4, 2.6), (2.8, 5.6), (3.2, 8), (5, 8.9), (6.9, 8), (7, 6.2), (5.4, 5), (3.6, 5.8), (2.9, 7))
    ),
    "6, straight back": hand(line((5.4, 1.2), (3.1, 6.4)) + arc(5, 6.8, 1.95, 1.9, 190, -170)),
    "6, upright": hand(
        curve((3.6, 1.2), (3.1, 4), (3, 6.8), (4.4, 8.7), (6.4, 8.2), (6.8, 6.4), (5.4, 5.2), (3.7, 5.8), (3.1, 6.9))
    ),
    "6, narrow": hand(
        curve((5.7, 1.2), (4.4, 3.4), (3.7, 6.4), (4.2, 8.4), (5.3, 8.8), (6.2, 7.6), (5.8, 5.9), (4.8, 5.6), (3.9, 6.7))
    ),
    "6, small circle": hand(
        curve((6.2, 1.2), (4.2, 3), (3, 6), (3.4, 8.2), (4.8, 8.8), (6, 7.8), (5.6, 6.5), (4.4, 6.4), (3.2, 7.2))
    ),
    "6, large circle": hand(
        curve((5.9, 1.2), (3.8, 2.6), (2.5, 5.6), (3, 8), (5.2, 8.9), (7.4, 7.6), (7.4, 5.2), (5.4, 3.9), (3.2, 4.8), (2.6, 6))
    ),
    "6, hooked top": hand(
        curve((7, 2.6), (6, 1.4), (4.2, 1.9), (2.9, 4.8), (3, 7.6), (4.8, 8.8), (6.8, 7.8), (6.7, 5.9), (4.9, 5), (3.1, 6.3))
    ),
    "6, slanted": hand(
        curve((5.6, 1.3), (4, 3), (3.1, 6), (3.6, 8.2), (5.2, 8.8), (6.7, 7.6), (6.3, 5.8), (4.9, 5.3), (3.3, 6.6)), slant=0.3
    ),
    "6, small in a corner": hand(
        curve((6.2, 1.4), (4.2, 2.8), (3, 5.8), (3.4, 8), (5.1, 8.8), (6.8, 7.6), (6.4, 5.8), (4.8, 5.2), (3, 6.8)), size=0.42,
        at=(7.5, 2.4)
    ),
    "6, shaky": hand(
        curve((6.3, 1.5), (4.2, 3), (3, 6), (3.6, 8.2), (5.2, 8.7), (6.8, 7.4), (6.2, 5.6), (4.8, 5.3), (3.1, 6.6)), shake=0.08
    ),
    "7, plain": hand(line((2.6, 1.6), (7.4, 1.6), (4.4, 8.8))),
    "7, left tick": hand(line((2.8, 3.6), (2.8, 1.6), (7.3, 1.6), (4.6, 8.8))),
    "7, left tick in two strokes": hand(
        line((2.9, 1.5), (2.7, 3.9)), line((2.9, 1.7), (7.2, 1.7)) + curve((7.2, 1.7), (5.8, 4.2), (5.2, 6.4), (5, 8.8))
    ),
    "7, bar": hand(line((2.7, 1.6), (7.4, 1.6), (4.3, 8.8)), line((3.7, 5), (7.1, 5))),
    "7, bent": hand(line((2.5, 1.8), (7.2, 1.6)) + curve((7.2, 1.6), (5.6, 4), (4.7, 6.4), (4.5, 8.8))),
    "7, upright": hand(line((2.9, 1.5), (6.5, 1.5), (6, 8.8))),
    "7, slanted": hand(line((3, 1.6), (7, 1.6), (4.9, 8.6)), slant=0.22),
    "7, small in a corner": hand(line((2.7, 3.4), (2.8, 1.6), (7.3, 1.6), (4.8, 8.7)), size=0.42, at=(2.5, 7.4)),
    "7, shaky": hand(line((2.7, 1.8), (7.2, 1.6), (4.6, 8.6)), shake=0.08),
    "7, waved top": hand(curve((2.5, 2.2), (3.6, 1.5), (5.4, 1.9), (7.3, 1.4)) + line((7.3, 1.4), (4.2, 8.8))),
    "8, two circles": hand(arc(5, 3, 1.9, 1.75, -90, 270), arc(5, 6.8, 2.2, 2, -90, 270)),
    "8, figure eight": hand(
        curve((6.6, 2.4), (5, 1.3), (3.3, 2.6), (4, 4.2), (6.2, 5.6), (6.7, 7.6), (5, 8.8), (3.2, 7.6), (3.7, 5.7), (6.2, 4),
        (6.6, 2.4))
    ),
    "8, narrow": hand(
        curve((5.9, 2.3), (5, 1.3), (4.1, 2.5), (4.5, 4.2), (5.6, 5.7), (5.9, 7.6), (5, 8.8), (4, 7.6), (4.3, 5.8), (5.6, 4.1),
        (5.9, 2.3))
    ),
    "8, round": hand(arc(5, 3.1, 2.6, 1.8, -90, -450), arc(5, 6.8, 2.9, 1.9, -90, -450)),
    "8, small upper circle": hand(arc(5, 2.5, 1.2, 1.2, -90, 270), arc(5, 6.2, 2.4, 2.5, -90, 270)),
    "8, begun in the middle": hand(
        curve((5, 4.9), (3.4, 3.4), (4, 1.6), (6, 1.6), (6.7, 3.3), (5, 4.9), (3.2, 6.6), (4, 8.6), (6, 8.6), (6.9, 6.7),
        (5, 4.9))
    ),
    "8, slanted": hand(
        curve((6.4, 2.4), (5, 1.3), (3.5, 2.6), (4.1, 4.2), (6, 5.6), (6.4, 7.6), (5, 8.8), (3.4, 7.6), (3.9, 5.7), (6, 4),
        (6.4, 2.4)), slant=0.3
    ),
    "8, open at the top": hand(
        curve((6.8, 1.9), (5.2, 1.3), (3.4, 2.5), (4, 4.2), (6.2, 5.6), (6.6, 7.6), (5, 8.8), (3.2, 7.4), (4, 5.5), (5.9, 4.1),
        (7, 2.6))
    ),
    "8, small in a corner": hand(arc(5, 3.1, 1.8, 1.8, -90, 270), arc(5, 6.8, 2.1, 2, -90, 270), size=0.42, at=(7.5, 7.4)),
    "8, shaky": hand(
        curve((6.5, 2.4), (5, 1.4), (3.4, 2.6), (4, 4.2), (6.1, 5.6), (6.6, 7.5), (5, 8.7), (3.3, 7.5), (3.8, 5.6), (6.2, 4),
        (6.5, 2.4)), shake=0.07
    ),
    "9, straight tail": hand(arc(4.9, 3.3, 2, 2, -20, -380) + line((6.9, 2.7), (6.6, 8.8))),
    "9, curved tail": hand(
        curve((6.8, 2.8), (5.2, 1.3), (3.2, 2.4), (3.4, 4.6), (5.2, 5), (6.8, 3.2)) + curve((6.8, 3.2), (6.9, 6), (5.9, 8.2),
        (3.6, 8.7))
    ),
    "9, slanted tail": hand(arc(4.9, 3.3, 2, 1.9, -10, -370) + line((6.9, 3), (4.6, 8.8))),
    "9, two strokes": hand(arc(4.6, 3.3, 1.9, 1.9, -30, -390), line((6.6, 1.6), (6.4, 8.8))),
    "9, narrow": hand(curve((6, 2.6), (5.2, 1.3), (4.1, 2.4), (4.2, 4.3), (5.2, 4.7), (6, 3)) + line((6, 3), (5.8, 8.9))),
    "9, hooked tail": hand(
        curve((6.9, 2.6), (5, 1.3), (3, 2.8), (3.6, 4.9), (5.6, 4.8), (6.9, 2.6)) + curve((6.9, 2.6), (7, 6), (6.2, 8.5),
        (4.2, 8.6), (3.1, 7.4))
    ),
    "9, small circle": hand(arc(5.3, 2.7, 1.4, 1.4, 0, -360) + curve((6.7, 2.7), (6.6, 5.4), (5.9, 8.8))),
    "9, slanted": hand(arc(4.9, 3.3, 1.8, 1.9, -20, -380) + line((6.6, 2.7), (6.4, 8.8)), slant=0.25),
    "9, small in a corner": hand(arc(4.9, 3.3, 1.9, 2, -20, -380) + line((6.7, 2.7), (6.2, 8.8)), size=0.42, at=(2.5, 2.5)),
    "9, shaky": hand(arc(4.9, 3.4, 1.9, 2, -20, -370) + curve((6.8, 3), (6.6, 6), (5.8, 8.7)), shake=0.08),
}
