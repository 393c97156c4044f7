"""
Series with known values, and what planes through them must show.

    volumes.py make FOLDER      writes a pack and an index for each series
    volumes.py compare FOLDER   compares what the page drew with scipy's resampling; prints the differences as JSON

The page says for each plane where the corner of its raster lies in the patient, and how large its pixels are. From there
on everything is computed anew: positions from the index, values from the arrays that the packs were made of.
"""

import json
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates

WINDOW = {"center": 40.0, "width": 400.0}
SEED = 20


def phantom(slices, rows, columns, seed):
    """Smooth shapes with sharp edges and noise, in HU."""
    random = np.random.default_rng(seed)
    z, y, x = np.meshgrid(np.linspace(-1, 1, slices), np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    values = np.full((slices, rows, columns), -1000.0)
    values[(x / 0.8) ** 2 + (y / 0.6) ** 2 + (z / 1.2) ** 2 < 1] = 40.0
    values[((x - 0.3) / 0.2) ** 2 + (y / 0.3) ** 2 + (z / 0.7) ** 2 < 1] = -850.0
    values[((x + 0.2) / 0.15) ** 2 + ((y - 0.2) / 0.15) ** 2 + ((z - 0.2) / 0.5) ** 2 < 1] = 1200.0
    return values + 120 * np.sin(5 * x + 3 * z) + random.normal(0, 15, values.shape)


def unit(vector):
    return np.array(vector, float) / np.linalg.norm(vector)


def turned(tilt_degrees):
    """Rows to the left; columns to the back, tilted around the first axis."""
    angle = np.radians(tilt_degrees)
    return np.array([1.0, 0, 0]), np.array([0.0, np.cos(angle), np.sin(angle)])


def series(name):
    """Stored values, slopes, intercepts, positions, directions, spacing (row, column), and more of the index."""
    slices, rows, columns = 40, 60, 72
    row, column = turned(0)
    stored = np.clip(np.round(phantom(slices, rows, columns, SEED)), -1024, 3071).astype(np.int16)
    slopes, intercepts = np.ones(slices), np.zeros(slices)
    start, along = np.array([-30.0, -45.5, 112.0]), np.arange(slices) * 2.5
    way = np.array([0.0, 0, 1])
    more = {"sample_type": "signed", "bits": 13, "unit": "HU"}
    if name == "offset":
        stored = (stored + 1024).astype(np.uint16)
        intercepts -= 1024
        more |= {"sample_type": "unsigned", "bits": 12}
    if name == "uneven":
        steps = np.random.default_rng(3).uniform(1.6, 2.9, slices - 1)
        along = np.concatenate([[0], np.cumsum(steps)])
    if name == "tilted":
        # The table moves along the axis of the patient, and the gantry leans by 18 degrees.
        row, column = turned(18)
    if name == "reversed":
        stored, along = stored[::-1].copy(), along[::-1].copy()
    if name == "oblique":
        row, column = unit([0.9, 0.3, 0.2]), None
        column = unit(np.cross([0.1, -0.5, 0.8], row))
        way = np.cross(row, column)
    if name == "pet":
        slopes = np.random.default_rng(4).uniform(0.2, 3.0, slices)
        stored = np.clip(np.round((phantom(slices, rows, columns, 9) + 1100) / slopes[:, None, None]), 0, 32767).astype(np.int16)
        more |= {"sample_type": "signed", "bits": 16, "unit": "BQML"}
    if name == "padded":
        _, y, x = np.mgrid[0:slices, 0:rows, 0:columns]
        stored[(x - columns / 2) ** 2 + (y - rows / 2) ** 2 > (rows / 2) ** 2] = -2000
        more |= {"padding": [-2000, -2000]}
    positions = start + along[:, None] * way
    return {"stored": stored, "slopes": slopes, "intercepts": intercepts, "positions": positions, "row": row, "column": column, "spacing": (0.9, 0.7), **more}


NAMES = ["plain", "offset", "uneven", "tilted", "reversed", "oblique", "pet", "padded"]


def window_of(name):
    return {"center": 900.0, "width": 1800.0} if name == "pet" else WINDOW


def shown(values, window):
    """LINEAR (PS3.3 C.11.2.1.2.1), in 8 bits."""
    bright = (values - (window["center"] - 0.5)) / (window["width"] - 1) + 0.5
    return np.floor(np.clip(bright, 0, 1) * 255 + 0.5)


def write(name, folder):
    made = series(name)
    stored = made["stored"]
    pack, frames = BytesIO(), []

    def add(data):
        span = {"offset": pack.tell(), "length": len(data)}
        pack.write(data)
        return span

    previews = []
    for place in range(len(stored)):
        picture = BytesIO()
        values = stored[place] * made["slopes"][place] + made["intercepts"][place]
        Image.fromarray(shown(values, window_of(name)).astype(np.uint8)).save(picture, "WEBP", lossless=True)
        previews.append(add(picture.getvalue()))
    rows, columns = stored.shape[1:]
    for place in range(len(stored)):
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        samples = add(deflate.compress(stored[place].tobytes()) + deflate.flush())
        form = {"media_type": "application/octet-stream", "samples_per_pixel": 1, "bits_per_sample": made["bits"], "sample_type": made["sample_type"]}
        frames.append({
            "sop_instance_uid": f"1.2.3.{place + 1}", "frame": 1, "rows": rows, "columns": columns,
            "photometric_interpretation": "MONOCHROME2", "aspect": made["spacing"][0] / made["spacing"][1],
            "preview": {**previews[place], "width": columns, "height": rows, "media_type": "image/webp"},
            "diagnostic": {**samples, **form},
            "rescale": {"slope": made["slopes"][place], "intercept": made["intercepts"][place], "unit": made["unit"]},
            "window": window_of(name),
            "spacing": {"row_mm": made["spacing"][0], "column_mm": made["spacing"][1], "source": "pixel-spacing"},
            "position": list(made["positions"][place]), "orientation": [*made["row"], *made["column"]],
            "slice_position": float(made["positions"][place] @ np.cross(made["row"], made["column"])),
            "frame_of_reference_uid": "1.2.3.4", "place": {"plane": 1, "slice": place + 1, "volume": 1},
            **({"padding": made["padding"]} if "padding" in made else {}),
        })
    index = {"version": 2, "modality": "PT" if name == "pet" else "CT", "preview_layer": {"offset": 0, "length": previews[-1]["offset"] + previews[-1]["length"]}, "poster_frame": len(stored) // 2, "frames": frames}
    (folder / f"{name}.index.json").write_text(json.dumps(index))
    (folder / f"{name}.pack").write_bytes(pack.getvalue())


def resample(made, points):
    """Modality values at points of the patient (…, 3): linear within slices and between them; NaN outside."""
    order = np.argsort(made["positions"] @ np.cross(made["row"], made["column"]))
    values = (made["stored"] * made["slopes"][:, None, None] + made["intercepts"][:, None, None])[order]
    positions = made["positions"][order]
    count, rows, columns = values.shape
    normal = np.cross(made["row"], made["column"])
    heights = positions @ normal
    # The slice, with fraction, of each point; then its place within a slice that lies where the way from slice to slice leads.
    height = points @ normal
    spacing = np.median(np.diff(heights))
    below, above = height - heights[0], heights[-1] - height
    z = np.interp(height, heights, np.arange(count))
    lean = (positions[-1] - positions[0]) / (heights[-1] - heights[0])
    offset = points - (positions[0] + (height - heights[0])[..., None] * lean)
    x, y = offset @ made["row"] / made["spacing"][1], offset @ made["column"] / made["spacing"][0]
    inside = (x >= -0.5) & (x <= columns - 0.5) & (y >= -0.5) & (y <= rows - 0.5) & (below >= -spacing / 2) & (above >= -spacing / 2)
    coordinates = [z, np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)]
    if "padding" in made:
        valid = ((made["stored"] < made["padding"][0]) | (made["stored"] > made["padding"][1]))[order].astype(float)
        weight = map_coordinates(valid, coordinates, order=1, mode="nearest")
        found = map_coordinates(values * valid, coordinates, order=1, mode="nearest")
        return np.where(inside & (weight >= 0.5), found / np.maximum(weight, 1e-9), np.nan), np.abs(weight - 0.5) < 1e-4
    return np.where(inside, map_coordinates(values, coordinates, order=1, mode="nearest"), np.nan), np.zeros(inside.shape, bool)


def edge(made, points):
    """Points so close to the edge of the volume that rounding decides."""
    moved = [resample(made, points + by)[0] for by in (np.array(d) * 1e-3 for d in np.vstack([np.eye(3), -np.eye(3)]))]
    empty = [np.isnan(one) for one in moved]
    return np.any(empty, axis=0) & ~np.all(empty, axis=0)


def crossing(made, points, normal, layer_mm):
    """How far it is, along the normal, to where a layer crosses a slice, column or row (the kind it crosses most), 0 if it does not."""
    across = np.cross(made["row"], made["column"])
    heights = np.sort(made["positions"] @ across)
    spacing = np.median(np.diff(heights))
    lean = (made["positions"][-1] - made["positions"][0]) / ((made["positions"][-1] - made["positions"][0]) @ across)
    inplane = lambda axis: (normal - (normal @ across) * lean) @ axis  # noqa: E731
    speeds = np.array([inplane(made["row"]) / made["spacing"][1], inplane(made["column"]) / made["spacing"][0], normal @ across / spacing])
    kind = 2 if abs(speeds[2]) >= max(abs(speeds[:2])) else int(abs(speeds[1]) > abs(speeds[0]))
    if kind == 2:
        height = points @ across
        nearest = heights[np.abs(height[..., None] - heights).argmin(axis=-1)]
        away = (nearest - height) / (normal @ across)
    else:
        first = made["positions"][np.argmin(made["positions"] @ across)]
        offset = points - (first + (points @ across - heights[0])[..., None] * lean)
        place = offset @ made["row" if kind == 0 else "column"] / made["spacing"][1 - kind]
        away = (np.floor(place + 0.5) - place) / speeds[kind]
    return np.where(np.abs(away) <= layer_mm / 2 + 1e-4, away, 0)


def expected(made, plane):
    """What a plane shows; the slab is `samples` planes in the middle of equal layers, but for an extreme value see `crossing`."""
    right, down, corner = (np.array(plane[key]) for key in ("right", "down", "corner"))
    y, x = np.mgrid[0 : plane["rows"], 0 : plane["columns"]] + 0.5
    points = corner + (x * plane["mm"])[..., None] * right + (y * plane["mm"])[..., None] * down
    normal = np.cross(right, down)
    layers, unsure = [], np.zeros(x.shape, bool)
    for layer in range(plane["samples"]):
        away = (layer - (plane["samples"] - 1) / 2) * plane["slab_mm"] / plane["samples"]
        at = points + away * normal
        if plane["mode"] != "mean":
            at = at + crossing(made, at, normal, plane["slab_mm"] / plane["samples"])[..., None] * normal
        values, doubtful = resample(made, at)
        layers.append(values)
        unsure |= doubtful | edge(made, at)
    for face in () if plane["mode"] == "mean" else (-0.5, 0.5):
        at = points + face * plane["slab_mm"] * normal
        values, doubtful = resample(made, at)
        layers.append(values)
        unsure |= doubtful | edge(made, at)
    together = {"mean": np.nanmean, "maximum": np.nanmax, "minimum": np.nanmin}[plane["mode"]]
    stack = np.array(layers)
    empty = np.all(np.isnan(stack), axis=0)
    stack[:, empty] = 0
    return np.where(empty, np.nan, together(stack, axis=0)), unsure


def compare(folder):
    differences = []
    for plane in json.loads((folder / "drawn.json").read_text()):
        made = series(plane["series"])
        values, unsure = expected(made, plane)
        shape = (plane["rows"], plane["columns"])
        drawn = np.fromfile(folder / plane["values"], np.float32).reshape(shape)
        grey = np.fromfile(folder / plane["grey"], np.uint8).reshape(shape)
        drawn_empty = drawn < -3e38
        sure = ~unsure
        both = ~np.isnan(values) & ~drawn_empty & sure
        greys = np.where(np.isnan(values), 0, shown(np.nan_to_num(values), window_of(plane["series"])))
        differences.append({
            "series": plane["series"], "plane": plane["name"], "pixels": int(both.sum()), "unsure": float(unsure.mean()),
            "contrast": float(np.nanstd(values)), "value": float(np.abs(drawn[both] - values[both]).max()),
            "grey": float(np.abs(grey.astype(float) - greys)[sure].max()), "holes": int((drawn_empty != np.isnan(values))[sure].sum()),
        })
    print(json.dumps(differences))


if __name__ == "__main__":
    task, folder = sys.argv[1], Path(sys.argv[2])
    if task == "make":
        for each in NAMES:
            write(each, folder)
    else:
        compare(folder)
