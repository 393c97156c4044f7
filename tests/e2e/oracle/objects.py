"""Makes a study of a CT, a PET, a fluoroscopy and what others drew over them, by highdicom and pydicom.

Writes every file to a folder, and what the tests of the viewer read (DICOM JSON Model, without pixels) to one JSON file:

    python objects.py FOLDER ../../../web/test/fixtures/objects.json

It needs highdicom 0.28 and pydicom 3. Every UID and number is fixed, so that a second run gives the same.
"""

import base64
import json
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
from highdicom import pr, seg, sr
from highdicom.color import CIELabColor
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.1234.20"
STUDY, FRAME = f"{ROOT}.1", f"{ROOT}.99"
ROWS = COLUMNS = 64
ROW_MM, COLUMN_MM, SLICE_MM = 0.8, 0.5, 5.0
ORIGIN = (-16.0, -20.0, 30.0)
SLICES = 8


def base(sop_class, series, number, modality, description):
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID = sop_class
    data.SOPInstanceUID = f"{ROOT}.{series}.{number}"
    data.StudyInstanceUID, data.SeriesInstanceUID = STUDY, f"{ROOT}.{series}"
    data.StudyDate = data.SeriesDate = data.ContentDate = data.AcquisitionDate = "20260131"
    data.StudyTime = data.SeriesTime = "100000"
    data.ContentTime = data.AcquisitionTime = "100000"
    data.StudyID, data.AccessionNumber = "1", "A20260131001"
    # The patient of `dicom.js`.
    data.PatientName, data.PatientID = "NGUYEN^THI HOA", "N20-0317542"
    data.PatientBirthDate, data.PatientSex = "19580302", "F"
    data.Modality, data.SeriesDescription = modality, description
    data.SeriesNumber, data.InstanceNumber = series, number
    data.ReferringPhysicianName = data.Manufacturer = ""
    data.FrameOfReferenceUID, data.PositionReferenceIndicator = FRAME, ""
    return data


def pixels(data, values, signed=0):
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = values.shape[-2:]
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, signed
    data.PixelData = values.astype("<i2" if signed else "<u2").tobytes()


def ct(number):
    data = base("1.2.840.10008.5.1.4.1.1.2", 1, number + 1, "CT", "Chest")
    values = np.full((ROWS, COLUMNS), -1000)
    values[8:56, 8:56] = 40
    values[20:30, 24:44] = 300
    pixels(data, values + 1024)
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.ImagePositionPatient = [ORIGIN[0], ORIGIN[1], ORIGIN[2] + SLICE_MM * number]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing, data.SliceThickness = [ROW_MM, COLUMN_MM], SLICE_MM
    data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 1, -1024, "HU"
    data.WindowCenter, data.WindowWidth = 40, 400
    data.KVP, data.AcquisitionNumber = 120, 1
    return data


def pet(number):
    """Coarser, 4 mm slices, another slope in each: 10,000 Bq/ml, and 100 more for each mm to the left and upwards."""
    data = base("1.2.840.10008.5.1.4.1.1.128", 2, number + 1, "PT", "PET")
    rows = columns = 24
    position = [-20.0, -26.0, 28.0 + 4.0 * number]
    row_mm = column_mm = 2.0
    x = position[0] + column_mm * np.arange(columns)
    values = np.broadcast_to(10_000 + 100 * x + 100 * position[2], (rows, columns))
    slope = 0.5 + 0.01 * number
    pixels(data, np.rint(values / slope))
    data.ImagePositionPatient, data.ImageOrientationPatient = position, [1, 0, 0, 0, 1, 0]
    data.PixelSpacing, data.SliceThickness = [row_mm, column_mm], 4.0
    data.RescaleSlope, data.RescaleIntercept = slope, 0
    data.Units, data.DecayCorrection, data.CorrectedImage = "BQML", "START", ["DECY", "ATTN", "SCAT"]
    data.PatientWeight = 70.0
    drug = Dataset()
    drug.RadiopharmaceuticalStartTime = "090000"
    drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = 370e6, 6586.2
    data.RadiopharmaceuticalInformationSequence = Sequence([drug])
    data.WindowCenter, data.WindowWidth = 20_000, 40_000
    return data


def fluoroscopy():
    data = base("1.2.840.10008.5.1.4.1.1.12.2", 3, 1, "RF", "Fluoroscopy")
    pixels(data, np.full((ROWS, COLUMNS), 3000))
    data.ShutterShape = ["RECTANGULAR", "CIRCULAR"]
    data.ShutterLeftVerticalEdge, data.ShutterRightVerticalEdge = 11, 60
    data.ShutterUpperHorizontalEdge, data.ShutterLowerHorizontalEdge = 6, 50
    data.CenterOfCircularShutter, data.RadiusOfCircularShutter = [32, 32], 28
    data.ShutterPresentationValue = 0
    data.WindowCenter, data.WindowWidth = 2000, 4000
    del data.FrameOfReferenceUID
    return data


def common(series, number, description):
    return {
        "series_instance_uid": f"{ROOT}.{series}",
        "series_number": series,
        "sop_instance_uid": f"{ROOT}.{series}.{number}",
        "instance_number": number,
        "manufacturer": "Filmless",
        "series_description": description,
    }


def state(images):
    third, fourth = images[2], images[3]
    lab = CIELabColor(87.73, -86.18, 83.18)
    layer = pr.GraphicLayer("MARKS", 1, "Marks", display_color=lab)
    kinds = pr.GraphicTypeValues
    pixel, display = pr.AnnotationUnitsValues.PIXEL, pr.AnnotationUnitsValues.DISPLAY
    graphics = [
        pr.GraphicObject(kinds.POLYLINE, np.array([[10.0, 12.0], [20.0, 12.0], [20.0, 30.0]]), units=pixel),
        pr.GraphicObject(kinds.CIRCLE, np.array([[32.0, 32.0], [32.0, 42.0]]), units=pixel),
        pr.GraphicObject(kinds.ELLIPSE, np.array([[10.0, 50.0], [30.0, 50.0], [20.0, 45.0], [20.0, 55.0]]), units=pixel, is_filled=True),
        pr.GraphicObject(kinds.POINT, np.array([[0.25, 0.75]]), units=display),
        pr.GraphicObject(kinds.INTERPOLATED, np.array([[5.0, 5.0], [15.0, 8.0], [25.0, 5.0]]), units=pixel),
    ]
    texts = [
        pr.TextObject("Nodule", bounding_box=(40.0, 8.0, 60.0, 14.0), units=pixel),
        pr.TextObject("Here", anchor_point=(20.0, 30.0), units=pixel),
    ]
    drawn = pr.GraphicAnnotation([third], layer, graphic_objects=graphics, text_objects=texts)
    made = pr.GrayscaleSoftcopyPresentationState(
        referenced_images=[third, fourth],
        content_label="FINDINGS",
        content_description="Findings of Dr. Minh",
        content_creator_name="MINH^TRAN",
        manufacturer_model_name="Oracle",
        device_serial_number="1",
        software_versions="1",
        graphic_annotations=[drawn],
        graphic_layers=[layer],
        voi_lut_transformations=[pr.SoftcopyVOILUTTransformation(window_center=-200, window_width=800)],
        presentation_lut_transformation=hd.PresentationLUTTransformation(presentation_lut_shape="INVERSE"),
        **common(11, 1, "State"),
    )
    made.ImageRotation, made.ImageHorizontalFlip = 90, "Y"
    area = made.DisplayedAreaSelectionSequence[0]
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner = [5, 9], [60, 64]
    made.ShutterShape = "POLYGONAL"
    made.VerticesOfThePolygonalShutter = [4, 4, 4, 61, 61, 61, 61, 4]
    made.ShutterPresentationValue = 0
    return made


def report(images):
    observer = sr.ObserverContext(codes.DCM.Person, sr.PersonObserverIdentifyingAttributes(name="Minh^Tran"))
    context = sr.ObservationContext(observer_person_context=observer)
    millimetres = sr.Measurement(codes.SCT.Diameter, 9.5, codes.UCUM.Millimeter)
    area = sr.Measurement(codes.SCT.Area, 81.25, codes.UCUM.SquareMillimeter)
    flat = sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(f"{ROOT}.41", "Nodule 1"),
        referenced_region=sr.ImageRegion(
            sr.GraphicTypeValues.POLYLINE,
            np.array([[20.0, 20.0], [40.0, 20.0], [40.0, 36.0], [20.0, 36.0], [20.0, 20.0]]),
            sr.SourceImageForRegion(images[4].SOPClassUID, images[4].SOPInstanceUID),
        ),
        finding_type=codes.SCT.Nodule,
        measurements=[millimetres, area],
    )
    height = ORIGIN[2] + SLICE_MM * 5
    corners = np.array([[-10.0, -10.0, height], [4.0, -10.0, height], [4.0, 6.0, height], [-10.0, 6.0, height], [-10.0, -10.0, height]])
    deep = sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(f"{ROOT}.42", "Nodule 2"),
        referenced_region=sr.ImageRegion3D(sr.GraphicTypeValues3D.POLYGON, corners, FRAME),
        finding_type=codes.SCT.Nodule,
        measurements=[sr.Measurement(codes.SCT.Diameter, 14, codes.UCUM.Millimeter)],
    )
    procedure = hd.sr.CodedConcept("25045-6", "LN", "CT unspecified body region")
    content = sr.MeasurementReport(context, procedure, imaging_measurements=[flat, deep])
    return sr.Comprehensive3DSR(
        evidence=images,
        content=content,
        is_complete=True,
        is_final=True,
        **common(12, 1, "Measurements"),
    )


def masks():
    """A liver with a hole and a corner that touches, and a lesion; on slices 2, 3 and 4."""
    values = np.zeros((SLICES, ROWS, COLUMNS, 2), bool)
    values[2:5, 20:30, 24:44, 0] = True
    values[2:5, 23:26, 30:34, 0] = False
    values[2:5, 30, 44, 0] = True
    values[3, 40:44, 12:20, 1] = True
    return values


def description(number, label, lab):
    return seg.SegmentDescription(
        number, label, codes.SCT.Organ, codes.SCT.Liver,
        seg.SegmentAlgorithmTypeValues.MANUAL, display_color=lab,
    )


def segmentation(images, kind, series):
    segments = [description(1, "Liver", CIELabColor(53.24, 80.09, 67.2)), description(2, "Lesion", CIELabColor(32.3, 79.19, -107.86))]
    values = masks()
    if kind == "FRACTIONAL":
        values = values[..., :1].astype(float) * 0.6
        values[2:5, 20:30, 24:26, 0] = 0.3
        segments = segments[:1]
    return seg.Segmentation(
        source_images=images, pixel_array=values, segmentation_type=kind, segment_descriptions=segments,
        manufacturer_model_name="Oracle", device_serial_number="1", software_versions="1",
        max_fractional_value=200, content_label="ORGANS", **common(series, 1, f"Organs {kind}"),
    )


def structures(images):
    data = base("1.2.840.10008.5.1.4.1.1.481.3", 15, 1, "RTSTRUCT", "Structures")
    data.StructureSetLabel, data.StructureSetDate, data.StructureSetTime = "PLAN", "20260131", "110000"
    rois, contours, kinds = [], [], []
    for number, (name, kind, colour) in enumerate([("Heart", "ORGAN", [255, 0, 128]), ("GTV 1", "GTV", [0, 255, 0])], 1):
        roi, drawn, seen = Dataset(), Dataset(), Dataset()
        roi.ROINumber, roi.ReferencedFrameOfReferenceUID, roi.ROIName, roi.ROIGenerationAlgorithm = number, FRAME, name, "MANUAL"
        drawn.ROIDisplayColor, drawn.ReferencedROINumber, items = colour, number, []
        for slice_ in [3, 4] if number == 1 else [4]:
            z = ORIGIN[2] + SLICE_MM * slice_
            contour, image = Dataset(), Dataset()
            image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = images[slice_].SOPClassUID, images[slice_].SOPInstanceUID
            contour.ContourImageSequence, contour.ContourGeometricType = Sequence([image]), "CLOSED_PLANAR"
            shift = 2.0 * number
            points = [(-8 + shift, -8, z), (2 + shift, -8, z), (2 + shift, 4, z), (-8 + shift, 4, z)]
            contour.NumberOfContourPoints = len(points)
            contour.ContourData = [value for point in points for value in point]
            items.append(contour)
        drawn.ContourSequence = Sequence(items)
        seen.ObservationNumber, seen.ReferencedROINumber, seen.RTROIInterpretedType, seen.ROIInterpreter = number, number, kind, ""
        rois.append(roi)
        contours.append(drawn)
        kinds.append(seen)
    data.StructureSetROISequence, data.ROIContourSequence = Sequence(rois), Sequence(contours)
    data.RTROIObservationsSequence = Sequence(kinds)
    return data


def main(folder, fixture):
    images = [ct(number) for number in range(SLICES)]
    objects = {
        "state": state(images),
        "report": report(images),
        "binary": segmentation(images, "BINARY", 13),
        "fractional": segmentation(images, "FRACTIONAL", 14),
        "structures": structures(images),
    }
    shots = [pet(number) for number in range(12)]
    other = fluoroscopy()
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, data in [*((f"ct-{place}", one) for place, one in enumerate(images)), *((f"pt-{place}", one) for place, one in enumerate(shots)), ("rf", other), *objects.items()]:
        for keyword in ["ContentDate", "SeriesDate", "InstanceCreationDate", "PresentationCreationDate"]:
            if keyword in data:
                setattr(data, keyword, "20260131")
        for keyword in ["ContentTime", "SeriesTime", "InstanceCreationTime", "PresentationCreationTime"]:
            if keyword in data:
                setattr(data, keyword, "100000")
        data.save_as(Path(folder) / f"{name}.dcm", enforce_file_format=True)
    written = {}
    for name, data in [*objects.items(), ("ct", images[4]), ("pet", shots[0]), ("fluoroscopy", other)]:
        if "PixelData" in data:
            if name in ("binary", "fractional"):
                written[f"{name}Pixels"] = base64.b64encode(bytes(data.PixelData)).decode()
            del data.PixelData
        written[name] = data.to_json_dict()
    Path(fixture).parent.mkdir(parents=True, exist_ok=True)
    Path(fixture).write_text(json.dumps(written, separators=(",", ":"), ensure_ascii=False, default=str) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
