//! What members drew on the key images of the minutes, as marks of the study.

use std::collections::BTreeMap;

use filmless_consult::{Drawn, KEY_IMAGE, KeyImage, Replay, drawn_on};
use filmless_marks::{BadMarks, MarkedImage, Marks, NamedImage, limits};
use serde_json::{Value, json};

/// Of an arrow, as a part of its image, and at most as a part of the arrow.
const HEAD_OF_IMAGE: f64 = 0.03;
const HEAD_OF_ARROW: f64 = 0.3;
const HEAD_ANGLE: f64 = std::f64::consts::PI / 7.0;

/// How an image is named among marks.
pub(super) fn named(image: &KeyImage) -> NamedImage {
    NamedImage {
        series_instance_uid: image.series_instance_uid.clone(),
        sop_instance_uid: image.sop_instance_uid.clone(),
        frame: image.frame,
    }
}

/// The key images of one study, with all that was drawn on them at that line of the record. A mark that no object can hold, as
/// one beyond its image, is left out: how many is the second.
pub(super) fn marks_of(
    author: (&str, &str),
    description: &str,
    key_images: &[&KeyImage],
    images: &BTreeMap<NamedImage, MarkedImage>,
    replay: &Replay,
) -> Result<(Marks, usize), BadMarks> {
    let author = json!({ "name": short(author.0), "facility": short(author.1) });
    let of_image = |image: &KeyImage| {
        json!({ "series_instance_uid": image.series_instance_uid, "sop_instance_uid": image.sop_instance_uid,
            "frame": image.frame })
    };
    let there = key_images.iter().filter(|image| images.contains_key(&named(image)));
    let keys: Vec<Value> =
        there.clone().map(|image| json!({ "image": of_image(image), "note": image.caption })).collect();
    let request = json!({ "author": author, "description": description, "key_images": keys });
    let mut marks = Marks::parse(request.to_string().as_bytes())?;
    let mut left_out = 0;
    for image in there {
        let Some(marked) = images.get(&named(image)) else { continue };
        let mut drawing = None;
        for (by, drawn) in drawn_on(image, replay) {
            let request = json!({ "author": author, "presentations": [], "measurements": [] });
            let length = image.length_of(&drawn, replay);
            let one = Sketch { image: of_image(image), marked, member: &by.name, length };
            let Some(one) = one.request(request, &drawn) else { continue };
            let Ok(one) = Marks::parse(one.to_string().as_bytes()) else {
                left_out += 1;
                continue;
            };
            if !is_within(&one, marked) || marks.measurements.len() >= limits::MEASUREMENTS_MAX {
                left_out += 1;
                continue;
            }
            marks.measurements.extend(one.measurements);
            for shown in one.presentations {
                match &mut drawing {
                    None => drawing = Some(shown),
                    Some(drawing)
                        if drawing.graphics.len() + shown.graphics.len() <= limits::GRAPHICS_MAX =>
                    {
                        drawing.graphics.extend(shown.graphics);
                        drawing.texts.extend(shown.texts);
                    }
                    Some(_) => left_out += 1,
                }
            }
        }
        marks.presentations.extend(drawing);
    }
    Ok((marks, left_out))
}

/// As long as a name may be.
fn short(text: &str) -> String {
    text.chars().take(limits::NAME_CHARS_MAX).collect()
}

fn is_within(marks: &Marks, image: &MarkedImage) -> bool {
    let graphics = marks.presentations.iter().flat_map(|shown| &shown.graphics).flat_map(|one| &one.points);
    let texts = marks.presentations.iter().flat_map(|shown| &shown.texts).map(|one| &one.anchor);
    let measured = marks.measurements.iter().flat_map(|one| &one.points);
    graphics.chain(texts).chain(measured).all(|point| image.contains(*point))
}

/// A mark that becomes a request.
struct Sketch<'a> {
    image: Value,
    marked: &'a MarkedImage,
    member: &'a str,
    /// In millimetres, of a length that is known.
    length: Option<String>,
}

impl Sketch<'_> {
    /// `None` for a mark without anything to draw.
    fn request(&self, mut request: Value, drawn: &Drawn) -> Option<Value> {
        if drawn.kind == KEY_IMAGE {
            return None;
        }
        if let Some(length) = self.length.as_ref().and_then(|length| length.parse::<f64>().ok()) {
            // The object has one author; whose measurement it is, its label says.
            let label: String = self.member.chars().take(limits::LABEL_CHARS_MAX).collect();
            request["measurements"] = json!([{ "image": self.image, "kind": drawn.kind, "points": drawn.pairs(),
                "label": label, "values": [{ "quantity": "length", "value": length, "unit": "mm" }] }]);
            return Some(request);
        }
        let points = drawn.pairs();
        let text = drawn.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        // Other tools keep numbers there, for their own use.
        let text = text.filter(|_| matches!(drawn.kind.as_str(), "arrow" | "text"));
        let graphics = self.shapes(&drawn.kind, &points);
        let texts: Vec<Value> = match (points.last(), text) {
            (Some(anchor), Some(text)) => vec![json!({ "anchor": anchor, "text": text })],
            _ => Vec::new(),
        };
        if graphics.is_empty() && texts.is_empty() {
            return None;
        }
        request["presentations"] = json!([{ "image": self.image, "graphics": graphics, "texts": texts }]);
        Some(request)
    }

    fn shapes(&self, kind: &str, points: &[[f64; 2]]) -> Vec<Value> {
        let polyline = |points: &[[f64; 2]]| json!({ "kind": "polyline", "points": points });
        match (kind, points) {
            ("text", _) | (_, []) => Vec::new(),
            (_, [point]) => vec![json!({ "kind": "point", "points": [point] })],
            ("arrow", [tip, end]) => vec![polyline(&[*end, *tip]), polyline(&self.head(*tip, *end))],
            ("rectangle", [a, b]) => {
                vec![polyline(&[*a, [b[0], a[1]], *b, [a[0], b[1]], *a])]
            }
            ("ellipse", [a, b]) if a[0] != b[0] && a[1] != b[1] => {
                vec![json!({ "kind": "ellipse", "points": axes(*a, *b) })]
            }
            ("freehand", [first, ..]) => vec![polyline(&[points, &[*first]].concat())],
            ("bidirectional" | "cobb" | "cardiothoracic", [_, _, _, _]) => {
                points.chunks(2).map(polyline).collect()
            }
            _ => vec![polyline(points)],
        }
    }

    /// The head of an arrow, within the image.
    fn head(&self, tip: [f64; 2], end: [f64; 2]) -> [[f64; 2]; 3] {
        let (columns, rows) = self.marked.size();
        let (columns, rows) = (f64::from(columns), f64::from(rows));
        let (across, down) = (end[0] - tip[0], end[1] - tip[1]);
        let direction = down.atan2(across);
        let length = (HEAD_OF_ARROW * across.hypot(down)).min(HEAD_OF_IMAGE * columns.max(rows));
        let side = |turn: f64| {
            let column = tip[0] + length * (direction + turn).cos();
            let row = tip[1] + length * (direction + turn).sin();
            [column.clamp(0.0, columns), row.clamp(0.0, rows)]
        };
        [side(HEAD_ANGLE), tip, side(-HEAD_ANGLE)]
    }
}

/// The ends of the longer axis, then of the other (PS3.3 C.10.5.1.2), of an ellipse between two corners.
fn axes(a: [f64; 2], b: [f64; 2]) -> [[f64; 2]; 4] {
    let middle = [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])];
    let across = [[a[0].min(b[0]), middle[1]], [a[0].max(b[0]), middle[1]]];
    let down = [[middle[0], a[1].min(b[1])], [middle[0], a[1].max(b[1])]];
    let is_wide = (b[0] - a[0]).abs() >= (b[1] - a[1]).abs();
    let (long, short) = if is_wide { (across, down) } else { (down, across) };
    [long[0], long[1], short[0], short[1]]
}
