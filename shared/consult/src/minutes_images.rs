//! Images that may be worth printing: those that were marked in the room, and those that were shown longest.

use std::fmt;

use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};

use crate::drawn::{Drawn, KEY_IMAGE};
use crate::limits::MEASURED_MAX;
use crate::mark::Mark;
use crate::member::MemberView;
use crate::minutes_text::{KeyImage, MeasuredValue, MinutesMeasurement};
use crate::replay::Replay;

/// One frame of one instance, as pages name it: `study/series/instance/frame`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// Its instance.
    pub sop_instance_uid: SopInstanceUid,
    /// From 1, also of an instance with a single frame.
    pub frame: u32,
}

impl ImageName {
    /// Reads it. `None` if it names no image.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (study, rest) = text.split_once('/')?;
        Self::within(StudyInstanceUid::parse(study).ok()?, rest)
    }

    /// The image of a mark; `None` for one on a reconstructed plane.
    #[must_use]
    pub fn of_mark(mark: &Mark) -> Option<Self> {
        Self::within(mark.study()?, &Drawn::read(mark)?.image)
    }

    fn within(study_instance_uid: StudyInstanceUid, text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (series, instance, frame) = (parts.next()?, parts.next()?, parts.next()?);
        // As it is written, and not "+1" or "01".
        let number = frame.parse::<u32>().ok().filter(|number| *number > 0 && number.to_string() == frame)?;
        Some(Self {
            study_instance_uid,
            series_instance_uid: SeriesInstanceUid::parse(series).ok()?,
            sop_instance_uid: SopInstanceUid::parse(instance).ok()?,
            frame: number,
        })
        .filter(|_| parts.next().is_none())
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { study_instance_uid, series_instance_uid, sop_instance_uid, frame } = self;
        write!(f, "{study_instance_uid}/{series_instance_uid}/{sop_instance_uid}/{frame}")
    }
}

impl From<&KeyImage> for ImageName {
    fn from(image: &KeyImage) -> Self {
        Self {
            study_instance_uid: image.study_instance_uid.clone(),
            series_instance_uid: image.series_instance_uid.clone(),
            sop_instance_uid: image.sop_instance_uid.clone(),
            frame: image.frame.unwrap_or(1),
        }
    }
}

/// The marks on an image and their authors, in an order that does not change.
pub fn drawn_on<'r>(image: &KeyImage, replay: &'r Replay) -> impl Iterator<Item = (&'r MemberView, Drawn)> {
    let name = ImageName::from(image);
    replay.marks.values().filter_map(move |entry| {
        let is_there = ImageName::of_mark(&entry.mark).as_ref() == Some(&name);
        let drawn = Drawn::read(&entry.mark).filter(|_| is_there)?;
        Some((replay.members.get(&entry.by)?, drawn))
    })
}

impl KeyImage {
    /// The image with what was measured in it until then.
    #[must_use]
    pub fn with_measurements(mut self, replay: &Replay) -> Self {
        let measured = drawn_on(&self, replay).filter_map(|(by, drawn)| {
            let value = self.length_of(&drawn, replay)?;
            let value = MeasuredValue { quantity: "length".to_owned(), value, unit: "mm".to_owned() };
            Some(MinutesMeasurement { by: by.name.clone(), label: String::new(), values: vec![value] })
        });
        let mut measured: Vec<MinutesMeasurement> = measured.collect();
        let more = measured.len().saturating_sub(MEASURED_MAX);
        measured.truncate(MEASURED_MAX);
        self.measured = measured;
        self.measured_left_out = u32::try_from(more).unwrap_or(u32::MAX);
        self
    }

    /// The length of a mark on this image in millimetres, to a tenth, from its points and the size of the pixels in the patient.
    /// `None` for any other mark, for one that leaves the image, and where members calibrated by hand: then every screen says another number than the file.
    #[must_use]
    pub fn length_of(&self, drawn: &Drawn, replay: &Replay) -> Option<String> {
        let [row_mm, column_mm] = self.pixel_mm.as_ref()?;
        let [rows, columns] = self.size?;
        let (row_mm, column_mm) = (row_mm.parse::<f64>().ok()?, column_mm.parse::<f64>().ok()?);
        let [[from_column, from_row], [to_column, to_row]] = drawn.pairs().try_into().ok()?;
        let length = ((to_column - from_column) * column_mm).hypot((to_row - from_row) * row_mm);
        let mut marks = replay.marks.values().filter_map(|entry| Drawn::read(&entry.mark));
        let is_within = |column: f64, row: f64| {
            (0.0..=f64::from(columns)).contains(&column) && (0.0..=f64::from(rows)).contains(&row)
        };
        let is_there = is_within(from_column, from_row) && is_within(to_column, to_row);
        let is_proven = drawn.is_length() && is_there && length.is_finite() && length > 0.0;
        let is_calibrated = marks.any(|mark| mark.calibrates(self.series_instance_uid.as_str()));
        (is_proven && !is_calibrated).then(|| format!("{length:.1}"))
    }
}

/// The images of these marks, each once with the number of its marks: first those that somebody marked as key images.
#[must_use]
pub fn marked_images<'a>(marks: impl IntoIterator<Item = &'a Mark>) -> Vec<(ImageName, usize)> {
    let mut found: Vec<(ImageName, bool, usize)> = Vec::new();
    for mark in marks {
        let Some(name) = ImageName::of_mark(mark) else { continue };
        let is_key = Drawn::read(mark).is_some_and(|drawn| drawn.kind == KEY_IMAGE);
        match found.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, known, count)) => (*known, *count) = (*known || is_key, *count + 1),
            None => found.push((name, is_key, 1)),
        }
    }
    found.sort_by(|a, b| (!a.1, &a.0).cmp(&(!b.1, &b.0)));
    found.into_iter().map(|(name, _, count)| (name, count)).collect()
}
