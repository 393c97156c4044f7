"""Writes web/test/fixtures/measuring.json: parts of pydicom's own images, and what numpy measures on them.

Run it with the tests' Python (tests/corpus/python) after a change of what is asked here:

    tests/corpus/python tests/e2e/oracle/measuring.py > web/test/fixtures/measuring.json

Points are in pixels of the part, from the outer corner of its first pixel; a pixel is inside a region if its centre is.
"""

import base64
import json
import sys

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.pixels import apply_color_lut, apply_modality_lut

OUTLINE = [[4.2, 6.1], [20.7, 3.3], [36.4, 9.8], [41.2, 27.6], [30.5, 40.1], [18.3, 22.4], [9.9, 39.7], [3.1, 21.5]]
BOW_TIE = [[5.3, 5.1], [40.7, 35.2], [40.2, 6.4], [6.1, 34.9]]
ELLIPSE = [[8.3, 10.6], [38.9, 33.2]]
RECTANGLE = [[35.5, 8.5], [12.25, 30.75]]


def centres(rows, columns):
    """Rows and columns of the centres of all pixels."""
    return np.mgrid[0:rows, 0:columns] + 0.5


def in_polygon(points, y, x):
    """Even-odd rule: how many edges lie to the right."""
    inside = np.zeros(x.shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]):
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = ax + (y - ay) / (by - ay) * (bx - ax)
        inside ^= ((ay > y) != (by > y)) & (crossing > x)
    return inside


def in_ellipse(points, y, x):
    (ax, ay), (bx, by) = points
    return ((x - (ax + bx) / 2) / ((bx - ax) / 2)) ** 2 + ((y - (ay + by) / 2) / ((by - ay) / 2)) ** 2 <= 1


def in_rectangle(points, y, x):
    (ax, ay), (bx, by) = points
    return (x >= min(ax, bx)) & (x <= max(ax, bx)) & (y >= min(ay, by)) & (y <= max(ay, by))


def area_by_samples(points, rows, columns, per_side=32):
    """Area in pixels, by many samples in each: a way that knows no formula."""
    y, x = (np.mgrid[0 : rows * per_side, 0 : columns * per_side] + 0.5) / per_side
    return float(in_polygon(points, y, x).sum() / per_side**2)


def statistics(values, inside):
    found = values[inside]
    return {
        "pixels": int(found.size),
        "mean": float(found.mean()),
        "deviation": float(found.std()),
        "lowest": float(found.min()),
        "highest": float(found.max()),
    }


def image(name, top, left, side, kind):
    """A part of an image of pydicom, as a pack describes it, and all that is asked of it."""
    dataset = pydicom.dcmread(get_testdata_file(name))
    stored = dataset.pixel_array[top : top + side, left : left + side]
    values = np.asarray(apply_modality_lut(stored, dataset), dtype=np.float64)
    y, x = centres(side, side)
    row_mm, column_mm = (float(number) for number in dataset.PixelSpacing)
    return {
        "name": name,
        "rows": side,
        "columns": side,
        "samples": base64.b64encode(stored.astype("<i2").tobytes()).decode(),
        "rescale": {
            "slope": float(dataset.get("RescaleSlope", 1)),
            "intercept": float(dataset.get("RescaleIntercept", 0)),
            "unit": kind,
        },
        "spacing": {"row_mm": row_mm, "column_mm": column_mm, "source": "pixel-spacing"},
        "regions": {
            "ellipse": {"points": ELLIPSE, **statistics(values, in_ellipse(ELLIPSE, y, x))},
            "rectangle": {"points": RECTANGLE, **statistics(values, in_rectangle(RECTANGLE, y, x))},
            "freehand": {
                "points": OUTLINE,
                **statistics(values, in_polygon(OUTLINE, y, x)),
                "area_px": area_by_samples(OUTLINE, side, side),
            },
            "bow-tie": {
                "points": BOW_TIE,
                **statistics(values, in_polygon(BOW_TIE, y, x)),
                "area_px": area_by_samples(BOW_TIE, side, side),
            },
        },
        "probes": [[column, row, float(values[row, column])] for column, row in ((0, 0), (17, 31), (47, 5), (24, 24))],
    }


def palette(name, top, left, side):
    """A part of an image whose stored values mean colours."""
    dataset = pydicom.dcmread(get_testdata_file(name))
    stored = dataset.pixel_array[top : top + side, left : left + side]
    entries, first, bits = dataset.RedPaletteColorLookupTableDescriptor
    table = apply_color_lut(np.arange(first, first + entries, dtype=stored.dtype)[None, :], dataset)[0] >> (bits - 8)
    shown = apply_color_lut(stored, dataset) >> (bits - 8)
    # Colours of which red, green and blue differ, so that none can stand for another.
    different = np.argwhere((shown[..., 0] != shown[..., 1]) & (shown[..., 1] != shown[..., 2]))[:3]
    places = [*different.tolist(), [0, 0]]
    return {
        "name": name,
        "rows": side,
        "columns": side,
        "samples": base64.b64encode(stored.astype("u1").tobytes()).decode(),
        "table": base64.b64encode(table.astype("u1").tobytes()).decode(),
        "first": int(first),
        "probes": [[int(column), int(row), shown[row, column].tolist()] for row, column in places],
    }


json.dump(
    {
        "images": [image("CT_small.dcm", 40, 30, 48, "HU"), image("MR_small.dcm", 8, 8, 48, None)],
        "palette": palette("examples_palette.dcm", 0, 0, 32),
    },
    sys.stdout,
    indent=1,
)
print()
