#!/usr/bin/env python3
"""Has marks written over real images, and reads them with programs that nobody here wrote: marks.py WRITER PDF-WRITER FILES OUT.

WRITER is the example `write_marks`, PDF-WRITER is `write_pdf`. FILES are the images of `dress.py`. dciodvfy must find no error; pydicom and highdicom must read the
same values, at the same places, of the same images.
"""
import json
import subprocess
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
from pydicom.sr.codedict import codes

AUTHOR = {"name": "BS. Trần Văn Ấn", "facility": "BV Chợ Rẫy\\Khoa CĐHA"}
LENGTH, ANGLE = ([10.5, 20.25], [90.0, 20.25]), ([5, 5], [20, 40], [60, 40])
LONG, SHORT = [[10, 60], [70, 60]], [[40, 50], [40, 70]]
ELLIPSE = [[20, 64], [100, 64], [60, 40], [60, 88]]
OUTLINE = [[10, 10], [30, 12], [28.5, 31], [11, 30]]


def multi_frame(path, copy):
    """Its two frames are of a class for single ones, which a validator takes amiss."""
    ds = pydicom.dcmread(path)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = pydicom.uid.MultiFrameTrueColorSecondaryCaptureImageStorage
    ds.save_as(copy)
    return copy


def named(path, frame=None):
    ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    image = {"series_instance_uid": ds.SeriesInstanceUID, "sop_instance_uid": ds.SOPInstanceUID}
    return ds, image if frame is None else image | {"frame": frame}


def request(ct, mr, colour):
    window = {"center": 40, "width": 400}
    arrow = {"kind": "polyline", "points": [[1, 1], [60, 60.5]]}
    ring = {"kind": "ellipse", "points": ELLIPSE, "filled": False, "layer": "RINGS"}
    text = {"anchor": [60, 60.5], "text": "Tổn thương\nnghi ngờ ≥ 5 mm"}
    def value(quantity, value, unit):
        return {"quantity": quantity, "value": value, "unit": unit}
    statistics = [value("area", 3015.93, "mm²"), value("mean", -12.25, "HU"), value("standard-deviation", 1 / 3, "HU"),
                  value("minimum", -120, "HU"), value("maximum", 300, "HU")]
    def measured(image, kind, points, values, **more):
        return {"image": image, "kind": kind, "points": points, "values": values, **more}
    return {
        "author": AUTHOR,
        "description": "Hội chẩn ngực",
        "key_images": [{"image": ct, "note": "Nốt ở đáy phổi"}, {"image": colour}],
        "presentations": [
            {"image": ct, "window": window, "inverted": True, "rotation": 90, "flipped": True, "graphics": [arrow, ring], "texts": [text]},
            {"image": mr, "window": window, "graphics": [arrow]},
            {"image": colour, "graphics": [{"kind": "point", "points": [[3, 4]]}], "texts": [{"anchor": [0, 0], "text": "×"}]},
        ],
        "measurements": [
            measured(ct, "length", LENGTH, [value("length", 52.6123456789012345, "mm")], label="Nốt 1"),
            measured(ct, "bidirectional", LONG + SHORT, [value("length", 39.7, "mm"), value("short-axis", 13.2, "mm")]),
            measured(ct, "angle", ANGLE, [value("angle", 67.4, "°")]),
            measured(ct, "cobb", LONG + SHORT, [value("angle", 90, "deg")]),
            measured(ct, "ellipse", ELLIPSE, statistics, label="Vùng 2"),
            measured(mr, "freehand", OUTLINE, [value("mean", 512, ""), value("area", 380.5, "px²")]),
            measured(mr, "probe", [[7.5, 8.5]], [value("value", 99, "")]),
            measured(ct, "cardiothoracic", LONG + SHORT, [value("ratio", 0.48, "")]),
            measured(colour, "doppler", [[50, 60]], [value("velocity", 85.5, "cm/s"), value("time", 12, "ms")]),
        ],
    }


def check_validity(path):
    found = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
    errors = [line for line in (found.stdout + found.stderr).splitlines() if line.startswith("Error")]
    assert not errors, f"{path.name}: {errors}"


def check_header(ds, source, description="Hội chẩn ngực"):
    for keyword in ["PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "AccessionNumber", "StudyID"]:
        assert str(ds.get(keyword, "")) == str(source.get(keyword, "")), keyword
    assert ds.InstitutionName == "BV Chợ Rẫy/Khoa CĐHA", ds.InstitutionName
    assert ds.SeriesDescription == description and ds.SpecificCharacterSet == "ISO_IR 192"


def check_key_objects(path, ct, colour):
    document = hd.ko.KeyObjectSelectionDocument.from_dataset(pydicom.dcmread(path))
    assert document.content[0].name == codes.DCM.OfInterest
    images = document.content.get_references()
    assert [item.referenced_sop_instance_uid for item in images] == [ct["sop_instance_uid"], colour["sop_instance_uid"]]
    assert images[1].referenced_frame_numbers == [colour["frame"]], images[1]
    (person,) = document.content.get_observer_contexts()
    assert str(person.observer_identifying_attributes.name) == AUTHOR["name"]
    words = [item.TextValue for item in document.ContentSequence if item.ValueType == "TEXT"]
    assert "1. Nốt ở đáy phổi" in words, words


def check_presentation(path, sources):
    ds = pydicom.dcmread(path)
    (series,) = ds.ReferencedSeriesSequence
    (image,) = series.ReferencedImageSequence
    source = sources[image.ReferencedSOPInstanceUID]
    assert (series.SeriesInstanceUID, image.ReferencedSOPClassUID) == (source.SeriesInstanceUID, source.SOPClassUID)
    assert str(ds.ContentCreatorName) == AUTHOR["name"]
    (area,) = ds.DisplayedAreaSelectionSequence
    corners = {tuple(area.DisplayedAreaTopLeftHandCorner), tuple(area.DisplayedAreaBottomRightHandCorner)}
    columns, rows = source.Columns, source.Rows
    is_turned = "ImageRotation" in ds
    assert corners == ({(1, 1), (columns, rows)}), corners
    points = [list(zip(*[iter(graphic.GraphicData)] * 2)) for item in ds.GraphicAnnotationSequence for graphic in item.get("GraphicObjectSequence", [])]
    if source.SamplesPerPixel > 1:
        assert ds.SOPClassUID == pydicom.uid.ColorSoftcopyPresentationStateStorage
        assert ds.ICCProfile[36:40] == b"acsp" and ds.ICCProfile[12:16] == b"scnr"
        assert image.ReferencedFrameNumber == 2 and points == [[(3.0, 4.0)]]
        return "colour"
    assert ds.SOPClassUID == pydicom.uid.GrayscaleSoftcopyPresentationStateStorage
    (voi,) = ds.SoftcopyVOILUTSequence
    assert (voi.WindowCenter, voi.WindowWidth) == (40, 400)
    assert ("RescaleSlope" in ds) == ("RescaleSlope" in source)
    if not is_turned:
        assert ds.PresentationLUTShape == "IDENTITY"
        return "plain"
    assert (ds.ImageRotation, ds.ImageHorizontalFlip, ds.PresentationLUTShape) == (90, "Y", "INVERSE")
    # Turned clockwise by a quarter and then mirrored, what was at the top left stays there.
    assert tuple(area.DisplayedAreaTopLeftHandCorner) == (1, 1), area
    assert (ds.RescaleSlope, ds.RescaleIntercept) == (source.RescaleSlope, source.RescaleIntercept)
    assert points == [[(1.0, 1.0), (60.0, 60.5)], [tuple(map(float, point)) for point in ELLIPSE]], points
    (text,) = [text for item in ds.GraphicAnnotationSequence for text in item.get("TextObjectSequence", [])]
    assert text.UnformattedTextValue.split() == "Tổn thương nghi ngờ ≥ 5 mm".split()
    assert [layer.GraphicLayer for layer in ds.GraphicLayerSequence] == ["MARKS", "RINGS"]
    return "turned"


def check_report(path, ct, mr):
    document = hd.sr.ComprehensiveSR.from_dataset(pydicom.dcmread(path))
    report = document.content
    assert isinstance(report, hd.sr.MeasurementReport), type(report)
    (person,) = [one for one in report.get_observer_contexts()]
    assert str(person.observer_identifying_attributes.name) == AUTHOR["name"]
    groups = report.get_planar_roi_measurement_groups()
    assert [str(group.tracking_identifier) for group in groups] == ["Vùng 2", "Freehand 6"], groups
    region = groups[0].roi
    assert region.graphic_type == hd.sr.GraphicTypeValues.ELLIPSE and np.array_equal(region.value, np.array(ELLIPSE, dtype=float))
    by_derivation = {(one.name.meaning, one.derivation and one.derivation.meaning): (float(one.value), one.unit.value) for one in groups[0].get_measurements()}
    assert by_derivation == {
        ("Area", None): (3015.93, "mm2"),
        ("Attenuation Coefficient", "Mean"): (-12.25, "[hnsf'U]"),
        ("Attenuation Coefficient", "Standard Deviation"): (1 / 3, "[hnsf'U]"),
        ("Attenuation Coefficient", "Minimum"): (-120, "[hnsf'U]"),
        ("Attenuation Coefficient", "Maximum"): (300, "[hnsf'U]"),
    }, by_derivation
    closed = groups[1].roi.value
    assert np.array_equal(closed[0], closed[-1]) and len(closed) == len(OUTLINE) + 1
    others = report.get_image_measurement_groups()
    found = {}
    for group in others:
        for one in group.get_measurements():
            places = [item for item in one[0].ContentSequence if item.ValueType == "SCOORD"]
            assert places, (group.tracking_identifier, one.name)
            (images,) = {item.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in places}
            data = [[float(number) for number in item.GraphicData] for item in places]
            found[str(group.tracking_identifier), one.name.meaning] = (float(one.value), one.unit.value, images, data)
    flat = lambda points: [float(number) for point in points for number in point]
    expected = {
        ("Nốt 1", "Length"): (52.6123456789012345, "mm", ct, [flat(LENGTH)]),
        ("Bidirectional 2", "Long axis"): (39.7, "mm", ct, [flat(LONG)]),
        ("Bidirectional 2", "Short axis"): (13.2, "mm", ct, [flat(SHORT)]),
        ("Angle 3", "Angle"): (67.4, "deg", ct, [flat(ANGLE)]),
        ("Cobb angle 4", "Cobb angle"): (90, "deg", ct, [flat(LONG), flat(SHORT)]),
        ("Probe 7", "MR signal intensity"): (99, "1", mr, [[7.5, 8.5]]),
        ("Cardiothoracic ratio 8", "Ratio"): (0.48, "1", ct, [flat(LONG), flat(SHORT)]),
    }
    for key, (value, unit, image, data) in expected.items():
        assert found[key] == (value, unit, image["sop_instance_uid"], data), (key, found.get(key))
    velocity, duration = found["Doppler 9", "Velocity"], found["Doppler 9", "Duration"]
    assert velocity[:2] == (85.5, "cm/s") and duration[:2] == (12, "ms"), found


def check_pdf(writer, out, image, source):
    pdf = b"%PDF-1.7\n" + bytes(range(256)) + b"\n%%EOF"
    assert len(pdf) % 2 == 1
    document, path = out / "minutes.pdf", out / "minutes.dicom"
    document.write_bytes(pdf)
    subprocess.run([writer, document, path, image], check=True)
    check_validity(path)
    ds = pydicom.dcmread(path)
    check_header(ds, source, "Hội chẩn từ xa")
    assert (ds.SOPClassUID, ds.Modality) == (pydicom.uid.EncapsulatedPDFStorage, "DOC")
    assert ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength] == pdf
    assert (ds.DocumentTitle, ds.VerificationFlag) == ("Biên bản hội chẩn, bản 2", "VERIFIED")
    # The newest version comes first, and names the one before it.
    assert ds.InstanceNumber == 998
    (predecessor,) = ds.PredecessorDocumentsSequence
    (series,) = predecessor.ReferencedSeriesSequence
    assert (predecessor.StudyInstanceUID, series.SeriesInstanceUID) == (source.StudyInstanceUID, ds.SeriesInstanceUID)
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID != ds.SOPInstanceUID
    (image,) = ds.SourceInstanceSequence
    assert image.ReferencedSOPInstanceUID == source.SOPInstanceUID


def check_versions(writer, out, body, paths):
    """Versions of minutes: more instances of the same series, each as valid as marks that are saved once."""
    uids = []
    for version in ["1", "2"]:
        folder = out / f"version-{version}"
        folder.mkdir(exist_ok=True)
        subprocess.run([writer, body, folder, "--version", version, *paths], check=True)
        files = sorted(folder.glob("*.dcm"))
        for path in files:
            check_validity(path)
        uids.append([(ds.Modality, ds.SeriesInstanceUID, ds.SOPInstanceUID, ds.InstanceNumber) for ds in map(pydicom.dcmread, files)])
    first, second = uids
    assert [one[:2] for one in first] == [one[:2] for one in second]
    assert {one[2] for one in first}.isdisjoint(one[2] for one in second)
    assert {(one[0], one[3]) for one in first}.isdisjoint((one[0], one[3]) for one in second)


def main(writer, pdf_writer, files, out):
    files, out = Path(files), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    colour_path = multi_frame(files / "SC_rgb_rle_2frame.dcm", out / "colour.dicom")
    paths = [files / "CT_small.dcm", files / "MR_small_implicit.dcm", colour_path]
    (ct_source, ct), (mr_source, mr), (colour_source, colour) = named(paths[0]), named(paths[1]), named(paths[2], 2)
    body = out / "request.json"
    body.write_text(json.dumps(request(ct, mr, colour), ensure_ascii=False))
    subprocess.run([writer, body, out, *paths], check=True)
    written = sorted(out.glob("*.dcm"))
    assert [path.name[:2] for path in written] == ["KO", "PR", "PR", "PR", "SR"], written
    sources = {source.SOPInstanceUID: source for source in [ct_source, mr_source, colour_source]}
    for path in written:
        check_validity(path)
        check_header(pydicom.dcmread(path), ct_source)
    assert len({pydicom.dcmread(path).SOPInstanceUID for path in written}) == len(written)
    check_key_objects(written[0], ct, colour)
    assert sorted(check_presentation(path, sources) for path in written[1:4]) == ["colour", "plain", "turned"]
    check_report(written[4], ct, mr)
    check_versions(writer, out, body, paths)
    check_pdf(pdf_writer, out, paths[0], ct_source)
    print(f"{len(written)} objects of marks: dciodvfy finds no error, pydicom and highdicom read what was marked, and the minutes")


if __name__ == "__main__":
    main(*sys.argv[1:])
