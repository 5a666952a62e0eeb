"""Ten digits as strokes in three styles; points are parts of the paper's width and height."""

import math

Stroke = list[tuple[float, float]]
Digits = list[list[Stroke]]
"""The strokes of 0, 1, ..., 9."""


def arc(x: float, y: float, wide: float, high: float, first: float, last: float) -> Stroke:
    """Return points on an ellipse around a centre, from one angle to another in degrees."""
    angles = [math.radians(first + (last - first) * at / 16) for at in range(17)]
    return [(x + wide * math.cos(angle), y + high * math.sin(angle)) for angle in angles]


ROUND: Digits = [
    [arc(0.5, 0.5, 0.2, 0.34, -90, 270)],
    [[(0.38, 0.28), (0.52, 0.15), (0.52, 0.85)]],
    [[*arc(0.5, 0.34, 0.2, 0.19, 180, 380), (0.31, 0.84), (0.72, 0.84)]],
    [arc(0.47, 0.32, 0.19, 0.17, 200, 450) + arc(0.47, 0.67, 0.22, 0.18, -90, 160)],
    [[(0.45, 0.15), (0.27, 0.58), (0.74, 0.58)], [(0.62, 0.3), (0.6, 0.86)]],
    [[(0.68, 0.17), (0.38, 0.17), (0.34, 0.46), *arc(0.47, 0.63, 0.21, 0.21, -130, 140)]],
    [[(0.6, 0.14), (0.42, 0.34), *arc(0.49, 0.65, 0.19, 0.2, 190, 550)]],
    [[(0.28, 0.18), (0.72, 0.18), (0.45, 0.86)]],
    [arc(0.5, 0.32, 0.16, 0.16, 90, 450) + arc(0.5, 0.67, 0.2, 0.19, -90, 270)],
    [[*arc(0.48, 0.34, 0.18, 0.18, 0, -360), (0.66, 0.34), (0.6, 0.86)]],
]
ANGULAR: Digits = [
    [[(0.42, 0.15), (0.62, 0.2), (0.7, 0.5), (0.58, 0.82), (0.4, 0.84), (0.3, 0.5), (0.42, 0.15)]],
    [[(0.5, 0.14), (0.5, 0.86)]],
    [
        [
            (0.3, 0.3),
            (0.4, 0.17),
            (0.62, 0.18),
            (0.68, 0.34),
            (0.55, 0.55),
            (0.3, 0.84),
            (0.74, 0.82),
        ]
    ],
    [
        [
            (0.3, 0.18),
            (0.68, 0.18),
            (0.46, 0.44),
            (0.66, 0.52),
            (0.68, 0.72),
            (0.52, 0.86),
            (0.3, 0.8),
        ]
    ],
    [[(0.32, 0.15), (0.3, 0.52), (0.7, 0.5)], [(0.66, 0.15), (0.66, 0.86)]],
    [
        [(0.36, 0.16), (0.34, 0.46), (0.58, 0.46), (0.68, 0.6), (0.6, 0.82), (0.32, 0.86)],
        [(0.36, 0.16), (0.7, 0.15)],
    ],
    [
        [
            (0.56, 0.14),
            (0.36, 0.44),
            (0.32, 0.72),
            (0.48, 0.86),
            (0.66, 0.76),
            (0.62, 0.58),
            (0.36, 0.62),
        ]
    ],
    [[(0.28, 0.16), (0.7, 0.16), (0.4, 0.86)], [(0.36, 0.5), (0.64, 0.5)]],
    [
        [
            *((0.66, 0.22), (0.46, 0.15), (0.36, 0.3), (0.64, 0.6), (0.62, 0.8)),
            *((0.44, 0.86), (0.34, 0.7), (0.62, 0.38), (0.66, 0.22)),
        ]
    ],
    [
        [
            (0.66, 0.24),
            (0.48, 0.16),
            (0.34, 0.3),
            (0.42, 0.46),
            (0.64, 0.4),
            (0.66, 0.24),
            (0.62, 0.86),
        ]
    ],
]


def slanted(digits: Digits, slant: float) -> Digits:
    """Return digits that lean to the right."""
    return [
        [[(x + slant * (0.5 - y), y) for x, y in stroke] for stroke in strokes]
        for strokes in digits
    ]


def smaller(digits: Digits, size: float, x: float, y: float) -> Digits:
    """Return digits of a part of their size, with that corner at the left and at the top."""
    return [
        [[(x + size * across, y + size * down) for across, down in stroke] for stroke in strokes]
        for strokes in digits
    ]


STYLES = {
    "round": ROUND,
    "angular and small, in a corner": smaller(ANGULAR, 0.5, 0.4, 0.05),
    "slanted": slanted(ROUND, 0.25),
}
