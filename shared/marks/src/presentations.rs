//! Images as they were shown: Grayscale and Color Softcopy Presentation States (PS3.3 A.33.1, A.33.2). Those of a series
//! that look alike share one.

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use crate::bad_marks::{BadMarks, MarksFault};
use crate::code::{sequence, text};
use crate::colour_profile::srgb_input_profile;
use crate::context::MarksContext;
use crate::decimal::decimal;
use crate::document::{Kind, begin, by_series, references};
use crate::image::{ImageRef, MarkedImage, PixelShape, Scale};
use crate::request::{Graphic, Presentation, Text, Window};
use crate::shape::Point;
use crate::text as typed;

const GREY: Kind = Kind {
    modality: "PR",
    sop_class_uid: uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE,
    series_number: "9002",
    description: "Marks",
};
const COLOUR: Kind = Kind { sop_class_uid: uids::COLOR_SOFTCOPY_PRESENTATION_STATE_STORAGE, ..GREY };

/// The layer of what names none.
const LAYER: &str = "MARKS";
/// Content Label (0070,0080); of a version, it names that, in letters that a code string may have.
fn label(context: &MarksContext<'_>) -> String {
    context.version.map_or_else(|| "MARKS".to_owned(), |version| format!("BAN {}", version.number))
}

/// What one presentation state says of all its images.
#[derive(Debug, Clone, PartialEq)]
struct Look<'m> {
    series_instance_uid: &'m str,
    size: (u16, u16),
    is_colour: bool,
    window: Option<Window>,
    is_inverse: bool,
    rotation: u16,
    flipped: bool,
    scale: &'m Scale,
    pixel_shape: &'m PixelShape,
}

type Shown<'m> = (&'m MarkedImage, &'m Presentation);

/// The presentation states, with the class of each.
pub(crate) fn presentation_states(
    context: &MarksContext<'_>,
) -> Result<Vec<(Kind, InMemDicomObject)>, BadMarks> {
    let mut groups: Vec<(Look<'_>, Vec<Shown<'_>>)> = Vec::new();
    for (place, shown) in context.marks.presentations.iter().enumerate() {
        let field = format!("presentations[{place}]");
        let Some(image) = context.image(&shown.image) else { continue };
        check_within(&field, image, shown)?;
        let look = look(&field, image, shown)?;
        match groups.iter_mut().find(|(known, _)| *known == look) {
            Some((_, members)) => members.push((image, shown)),
            None => groups.push((look, vec![(image, shown)])),
        }
    }
    let state = |(place, (look, members)): (usize, (Look<'_>, Vec<Shown<'_>>))| {
        let kind = if look.is_colour { COLOUR } else { GREY };
        (kind, state(context, kind, place + 1, &look, &members))
    };
    Ok(groups.into_iter().enumerate().map(state).collect())
}

fn look<'m>(field: &str, image: &'m MarkedImage, shown: &Presentation) -> Result<Look<'m>, BadMarks> {
    // A colour image has no window, and a table of the image cannot be repeated beside one.
    let is_refused = image.is_colour || image.scale == Scale::Table;
    if shown.window.is_some() && is_refused {
        return Err(BadMarks::new(format!("{field}.window"), MarksFault::NotAllowed));
    }
    if shown.inverted && image.is_colour {
        return Err(BadMarks::new(format!("{field}.inverted"), MarksFault::NotAllowed));
    }
    Ok(Look {
        series_instance_uid: &image.reference.series_instance_uid,
        size: (image.columns, image.rows),
        is_colour: image.is_colour,
        window: shown.window,
        // The state says alone which end is white, whatever the image says (PS3.3 C.11.6).
        is_inverse: image.is_monochrome_1 != shown.inverted,
        rotation: shown.rotation,
        flipped: shown.flipped,
        scale: &image.scale,
        pixel_shape: &image.pixel_shape,
    })
}

fn check_within(field: &str, image: &MarkedImage, shown: &Presentation) -> Result<(), BadMarks> {
    let graphics = shown.graphics.iter().enumerate().flat_map(|(graphic, one)| {
        let name = move |at| format!("{field}.graphics[{graphic}].points[{at}]");
        one.points.iter().enumerate().map(move |(at, point)| (name(at), *point))
    });
    let texts = shown.texts.iter().enumerate();
    let texts = texts.map(|(place, one)| (format!("{field}.texts[{place}].anchor"), one.anchor));
    match graphics.chain(texts).find(|(_, point)| !image.contains(*point)) {
        Some((field, _)) => Err(BadMarks::new(field, MarksFault::Outside)),
        None => Ok(()),
    }
}

fn state(
    context: &MarksContext<'_>,
    kind: Kind,
    number: usize,
    look: &Look<'_>,
    members: &[Shown<'_>],
) -> InMemDicomObject {
    let uid = context.seed.uid(&format!("instance PR {number}"));
    let mut object = begin(&context.origin(), kind, &uid, context.instance_number(number));
    // Of which side it is, the images say (PS3.3 C.7.3.1).
    object.put(text(tags::LATERALITY, VR::CS, ""));
    identify(context, &mut object);
    let mut images: Vec<&ImageRef> = members.iter().map(|(image, _)| &image.reference).collect();
    images.dedup();
    object
        .put(sequence(tags::REFERENCED_SERIES_SEQUENCE, by_series(&images, tags::REFERENCED_IMAGE_SEQUENCE)));
    object.put(sequence(tags::DISPLAYED_AREA_SELECTION_SEQUENCE, vec![displayed_area(look)]));
    if look.rotation != 0 || look.flipped {
        let rotation = PrimitiveValue::from(look.rotation);
        object.put(DataElement::new(tags::IMAGE_ROTATION, VR::US, rotation));
        let flip = if look.flipped { "Y" } else { "N" };
        object.put(text(tags::IMAGE_HORIZONTAL_FLIP, VR::CS, flip));
    }
    if look.is_colour {
        put_colour_profile(&mut object);
    } else {
        put_grey_pipeline(look, &mut object);
    }
    put_annotations(members, &mut object);
    object
}

/// Presentation State Identification (PS3.3 C.11.10).
fn identify(context: &MarksContext<'_>, object: &mut InMemDicomObject) {
    let description = context.marks.description.as_deref().map(typed::line).unwrap_or_default();
    let (label, creator) = (label(context), typed::name(&context.marks.author.name));
    let (date, time) = (context.origin().date(), context.origin().time());
    for (tag, vr, value) in [
        (tags::PRESENTATION_CREATION_DATE, VR::DA, date.as_str()),
        (tags::PRESENTATION_CREATION_TIME, VR::TM, &time),
        (tags::CONTENT_LABEL, VR::CS, label.as_str()),
        (tags::CONTENT_DESCRIPTION, VR::LO, &description),
        (tags::CONTENT_CREATOR_NAME, VR::PN, &creator),
    ] {
        object.put(text(tag, vr, value));
    }
}

/// All of the image (PS3.3 C.10.4): its corners as they are displayed, counted from 1.
fn displayed_area(look: &Look<'_>) -> InMemDicomObject {
    let (columns, rows) = (i32::from(look.size.0), i32::from(look.size.1));
    // Clockwise from the top left of the stored image. Turned by a quarter, the top left is the one that came last.
    let corners = [(1, 1), (columns, 1), (columns, rows), (1, rows)];
    let turns = usize::from(look.rotation / 90);
    let turned = |corner: usize| corners[(corner + 4 - turns) % 4];
    let (first, last) = if look.flipped { (turned(1), turned(3)) } else { (turned(0), turned(2)) };
    let corner = |(column, row): (i32, i32)| PrimitiveValue::I32([column, row].into());
    let mut item = InMemDicomObject::new_empty();
    item.put(DataElement::new(tags::DISPLAYED_AREA_TOP_LEFT_HAND_CORNER, VR::SL, corner(first)));
    item.put(DataElement::new(tags::DISPLAYED_AREA_BOTTOM_RIGHT_HAND_CORNER, VR::SL, corner(last)));
    item.put(text(tags::PRESENTATION_SIZE_MODE, VR::CS, "SCALE TO FIT"));
    item.put(match look.pixel_shape {
        PixelShape::Spacing(spacing) => text(tags::PRESENTATION_PIXEL_SPACING, VR::DS, spacing),
        PixelShape::Aspect(aspect) => text(tags::PRESENTATION_PIXEL_ASPECT_RATIO, VR::IS, aspect),
    });
    item
}

/// What stored values mean, the window, and which end is white (PS3.3 C.11.1, C.11.8, C.11.6).
fn put_grey_pipeline(look: &Look<'_>, object: &mut InMemDicomObject) {
    if let Scale::Rescaled(slope, intercept, what) = look.scale {
        object.put(text(tags::RESCALE_INTERCEPT, VR::DS, intercept));
        object.put(text(tags::RESCALE_SLOPE, VR::DS, slope));
        object.put(text(tags::RESCALE_TYPE, VR::LO, what));
    }
    if let Some(window) = look.window {
        let mut item = InMemDicomObject::new_empty();
        item.put(text(tags::WINDOW_CENTER, VR::DS, &decimal(window.center).0));
        item.put(text(tags::WINDOW_WIDTH, VR::DS, &decimal(window.width).0));
        object.put(sequence(tags::SOFTCOPY_VOILUT_SEQUENCE, vec![item]));
    }
    let shape = if look.is_inverse { "INVERSE" } else { "IDENTITY" };
    object.put(text(tags::PRESENTATION_LUT_SHAPE, VR::CS, shape));
}

fn put_colour_profile(object: &mut InMemDicomObject) {
    if let Some(profile) = srgb_input_profile() {
        object.put(DataElement::new(tags::ICC_PROFILE, VR::OB, PrimitiveValue::from(profile)));
    }
}

/// Graphic annotations and their layers (PS3.3 C.10.5, C.10.7).
fn put_annotations(members: &[Shown<'_>], object: &mut InMemDicomObject) {
    let mut layers: Vec<&str> = Vec::new();
    let mut annotations = Vec::new();
    for (image, shown) in members {
        let named = |layer: &'_ Option<String>| layer.as_deref().map_or(LAYER, str::trim).to_owned();
        let mut of_image: Vec<String> = Vec::new();
        let used =
            shown.graphics.iter().map(|one| &one.layer).chain(shown.texts.iter().map(|one| &one.layer));
        for layer in used.clone() {
            let name = layer.as_deref().map_or(LAYER, str::trim);
            if !layers.contains(&name) {
                layers.push(name);
            }
            if !of_image.iter().any(|known| known == name) {
                of_image.push(name.to_owned());
            }
        }
        for layer in of_image {
            let graphics: Vec<_> =
                shown.graphics.iter().filter(|one| named(&one.layer) == layer).map(graphic).collect();
            let texts: Vec<_> =
                shown.texts.iter().filter(|one| named(&one.layer) == layer).map(text_object).collect();
            let mut item = InMemDicomObject::new_empty();
            item.put(sequence(tags::REFERENCED_IMAGE_SEQUENCE, references(&[&image.reference])));
            item.put(text(tags::GRAPHIC_LAYER, VR::CS, &layer));
            for (tag, items) in
                [(tags::TEXT_OBJECT_SEQUENCE, texts), (tags::GRAPHIC_OBJECT_SEQUENCE, graphics)]
            {
                if !items.is_empty() {
                    item.put(sequence(tag, items));
                }
            }
            annotations.push(item);
        }
    }
    if annotations.is_empty() {
        return;
    }
    object.put(sequence(tags::GRAPHIC_ANNOTATION_SEQUENCE, annotations));
    let layer = |(place, name): (usize, &str)| {
        let mut item = InMemDicomObject::new_empty();
        item.put(text(tags::GRAPHIC_LAYER, VR::CS, name));
        item.put(text(tags::GRAPHIC_LAYER_ORDER, VR::IS, &(place + 1).to_string()));
        item
    };
    let items = layers.into_iter().enumerate().map(layer).collect();
    object.put(sequence(tags::GRAPHIC_LAYER_SEQUENCE, items));
}

fn numbers(points: &[Point]) -> PrimitiveValue {
    PrimitiveValue::F32(points.iter().flatten().map(|number| *number as f32).collect())
}

fn graphic(graphic: &Graphic) -> InMemDicomObject {
    let mut item = InMemDicomObject::new_empty();
    let count = u16::try_from(graphic.points.len()).unwrap_or(u16::MAX);
    item.put(text(tags::GRAPHIC_ANNOTATION_UNITS, VR::CS, "PIXEL"));
    item.put(DataElement::new(tags::GRAPHIC_DIMENSIONS, VR::US, PrimitiveValue::from(2_u16)));
    item.put(DataElement::new(tags::NUMBER_OF_GRAPHIC_POINTS, VR::US, PrimitiveValue::from(count)));
    item.put(DataElement::new(tags::GRAPHIC_DATA, VR::FL, numbers(&graphic.points)));
    item.put(text(tags::GRAPHIC_TYPE, VR::CS, graphic.kind.graphic_type()));
    if graphic.kind.is_closed(&graphic.points) {
        item.put(text(tags::GRAPHIC_FILLED, VR::CS, if graphic.filled { "Y" } else { "N" }));
    }
    item
}

fn text_object(written: &Text) -> InMemDicomObject {
    let mut item = InMemDicomObject::new_empty();
    item.put(text(tags::ANCHOR_POINT_ANNOTATION_UNITS, VR::CS, "PIXEL"));
    item.put(text(tags::UNFORMATTED_TEXT_VALUE, VR::ST, &typed::paragraph(&written.text)));
    item.put(DataElement::new(tags::ANCHOR_POINT, VR::FL, numbers(&[written.anchor])));
    item.put(text(tags::ANCHOR_POINT_VISIBILITY, VR::CS, "N"));
    item
}
