#!/usr/bin/env python3
"""One labelled tile per modality, of what `render_corpus` wrote to OUT: gallery.py DIR OUT PICTURE.png

Of the larger originals of each modality the one is taken whose preview holds most detail, the first by path of equals.
Prints what was taken.
"""

import json
import sys
from pathlib import Path

import pydicom
from PIL import Image, ImageDraw, ImageFont, ImageOps

MODALITIES = {
    "CT": ["CT"],
    "MR": ["MR"],
    "X-ray": ["CR", "DX", "DR"],
    "Ultrasound": ["US"],
    "Angiography": ["XA", "RF"],
    "Nuclear medicine": ["NM"],
    "Mammography": ["MG"],
    "PET": ["PT"],
    "Bone density": ["BMD", "DXA"],
}
TILE, GAP, LABEL, COLUMNS = 320, 10, 34, 4
FONT = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
GROUND, INK = (17, 19, 22), (232, 234, 237)
SIDE_MIN = 100


def detail(line):
    """Bytes of the preview per pixel of it: flat and empty pictures compress to nothing."""
    preview = line["entry"]["preview"]
    return preview["length"] / (preview["width"] * preview["height"])


def is_original(path):
    """Neither computed from other images nor a mosaic of them."""
    kinds = pydicom.dcmread(path, stop_before_pixels=True, force=True).get("ImageType") or [""]
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return kinds[0] != "DERIVED" and "MOSAIC" not in kinds


def choose(folder, lines, modalities):
    def is_telling(line):
        sides = line.get("shown", [0, 0])[:2]
        return "header" in line and line["header"]["modality"] in modalities and min(sides) >= SIDE_MIN

    # Fine noise counts as detail, too, so sort by size first: keep the larger half of the pictures.
    candidates = sorted(filter(is_telling, lines), key=lambda line: -line["shown"][0] * line["shown"][1])
    larger = candidates[: (len(candidates) + 1) // 2]
    by_detail = sorted(larger, key=lambda line: (-detail(line), line["path"]))
    originals = (line for line in by_detail if is_original(folder / line["path"]))
    return next(originals, by_detail[0] if by_detail else None)


def tile(out, number, line):
    width, height, channels = line["shown"]
    picture = Image.frombytes("L" if channels == 1 else "RGB", (width, height), (out / f"{number}.raw").read_bytes())
    aspect = line["entry"].get("aspect") or 1
    picture = picture.resize((width, round(height * aspect))).convert("RGB")
    return ImageOps.contain(picture, (TILE, TILE), Image.Resampling.LANCZOS)


def main():
    folder, out, picture = map(Path, sys.argv[1:])
    lines = [json.loads(line) for line in (out / "report.jsonl").read_text().splitlines()]
    chosen = {label: choose(folder, lines, modalities) for label, modalities in MODALITIES.items()}
    chosen = {label: line for label, line in chosen.items() if line}
    if not chosen:
        sys.exit("no file below the folder has a picture")
    rows = -(-len(chosen) // COLUMNS)
    size = COLUMNS * (TILE + GAP) + GAP, rows * (TILE + LABEL + GAP) + GAP
    sheet = Image.new("RGB", size, GROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, 20)
    for place, (label, line) in enumerate(chosen.items()):
        left = GAP + place % COLUMNS * (TILE + GAP)
        top = GAP + place // COLUMNS * (TILE + LABEL + GAP)
        shown = tile(out, lines.index(line), line)
        sheet.paste(shown, (left + (TILE - shown.width) // 2, top + (TILE - shown.height) // 2))
        draw.text((left + TILE // 2, top + TILE + LABEL // 2), label, INK, font, anchor="mm")
        print(f"{label}\t{line['path']}")
    sheet.quantize(192).save(picture, optimize=True)


if __name__ == "__main__":
    main()
