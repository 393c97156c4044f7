"""Writes the names of all public attributes (PS3.6), as pydicom has them, for the panel of attributes:

    python attribute_names.py ../../../web/src/reading-room/attributes/names.txt

A line for each group, then one for each element: the last digits of its tag, and its name.
"""

import sys
from pathlib import Path

from pydicom.datadict import DicomDictionary, RepeatersDictionary

names = {tag: entry[2] for tag, entry in DicomDictionary.items()}
# Curves and overlays repeat; the panel looks them up in their first group.
names |= {int(mask.replace("x", "0"), 16): entry[2] for mask, entry in RepeatersDictionary.items() if mask[:4] in ("50xx", "60xx")}
lines, before = [], None
for tag in sorted(names):
    group, element = f"{tag >> 16:04X}", f"{tag & 0xFFFF:04X}"
    name = names[tag]
    # Commands of the network never stand in files.
    if name and group != "0000":
        lines += [group] if group != before else []
        lines.append(f"{element}{name}")
        before = group
Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
