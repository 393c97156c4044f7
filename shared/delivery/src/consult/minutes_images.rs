//! The key images of the minutes: which are offered, which may be chosen, and the pictures that are printed.
//!
//! A picture is the quick preview of its frame, as the pack has it when the version is written. It is kept with the
//! consultation, and its digest is part of the version: whatever is rendered later, the same minutes print the same picture.

use std::collections::BTreeMap;

use filmless_consult::limits::{IMAGES_OFFERED_MAX, KEY_IMAGES_MAX, PICTURE_BYTES_MAX};
use filmless_consult::{BadField, ConsultationId, Course, Fault, ImageName, KeyImage, marked_images};
use filmless_domain::object_key::Upload;
use filmless_domain::{SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use filmless_store::index::ConsultationRecord;
use sha2::{Digest, Sha256};

use super::Consultations;
use super::minutes_draft::lines_of;
use super::minutes_typed::TypedImage;
use super::places::Place;
use crate::DeliveryError;
use crate::sight::find_in_sight;
use crate::viewing::{FrameAt, SeriesFrames, Session};

/// A frame is offered if it was shown for so long.
const SHOWN_MS_MIN: u64 = 2_000;
/// At most so many frames of one series are offered because they were shown.
const SHOWN_OF_SERIES_MAX: usize = 3;

/// What is known of an image that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedImage {
    /// What its series is called; may be empty.
    pub series: String,
    /// Its place in the series, from 1.
    pub place: u32,
    /// How many marks are in it.
    pub marks: usize,
    /// For how many seconds it was shown.
    pub seconds: u64,
}

/// The frames of series, each read once.
struct Frames<'a> {
    consultations: &'a Consultations,
    session: &'a Session,
    known: BTreeMap<(StudyInstanceUid, SeriesInstanceUid), Option<SeriesFrames>>,
}

impl Frames<'_> {
    async fn of(
        &mut self,
        study: &StudyInstanceUid,
        series: &SeriesInstanceUid,
    ) -> Result<Option<&SeriesFrames>, DeliveryError> {
        let key = (study.clone(), series.clone());
        if !self.known.contains_key(&key) {
            let frames = self.consultations.portal().series_frames(self.session, study, series).await?;
            self.known.insert(key.clone(), frames);
        }
        Ok(self.known.get(&key).and_then(Option::as_ref))
    }
}

impl Consultations {
    fn frames<'a>(&'a self, session: &'a Session) -> Frames<'a> {
        Frames { consultations: self, session, known: BTreeMap::new() }
    }

    /// The images that are offered: those that were marked, then those shown longest, as far as whoever asks sees them now.
    pub(super) async fn offered_images(
        &self,
        session: &Session,
        record: &ConsultationRecord,
    ) -> Result<Vec<(ImageName, OfferedImage)>, DeliveryError> {
        let consultation = &record.consultation;
        let lines = lines_of(&self.common.index, &consultation.id).await?;
        let course = Course::read(lines.iter().map(String::as_str));
        let course = course.map_err(DeliveryError::internal("the record of a consultation"))?;
        let mut frames = self.frames(session);
        let mut offered: Vec<(ImageName, OfferedImage)> = Vec::new();
        let marks = course.last.marks.values().map(|entry| &entry.mark);
        for (name, marks) in marked_images(marks).into_iter().take(IMAGES_OFFERED_MAX) {
            let of_series = frames.of(&name.study_instance_uid, &name.series_instance_uid).await?;
            let place = of_series.and_then(|it| it.place_of(&name.sop_instance_uid, name.frame));
            let (Some(of_series), Some(place)) = (of_series, place) else { continue };
            let series = of_series.description.clone();
            offered.push((name, OfferedImage { series, place: number(place), marks, seconds: 0 }));
        }
        let mut of_series: BTreeMap<SeriesInstanceUid, usize> = BTreeMap::new();
        for shown in course.frames_shown() {
            if shown.milliseconds < SHOWN_MS_MIN || offered.len() >= IMAGES_OFFERED_MAX {
                break;
            }
            let count = of_series.entry(shown.series_instance_uid.clone()).or_default();
            let Some(found) = frames.of(&shown.study_instance_uid, &shown.series_instance_uid).await? else {
                continue;
            };
            // By its name, because places change when more images arrive.
            let place = match shown.image.as_deref().map(named_frame) {
                Some(name) => name.and_then(|(instance, frame)| found.place_of(&instance, frame)),
                None => Some(shown.frame as usize),
            };
            let Some((place, at)) = place.and_then(|place| Some((place, found.at(place)?))) else { continue };
            let name = ImageName {
                study_instance_uid: shown.study_instance_uid,
                series_instance_uid: shown.series_instance_uid,
                sop_instance_uid: at.sop_instance_uid.clone(),
                frame: at.frame,
            };
            let seconds = shown.milliseconds.div_ceil(1000);
            if let Some((_, known)) = offered.iter_mut().find(|(known, _)| *known == name) {
                known.seconds = seconds;
            } else if *count < SHOWN_OF_SERIES_MAX {
                *count += 1;
                let series = found.description.clone();
                offered.push((name, OfferedImage { series, place: number(place), marks: 0, seconds }));
            }
        }
        Ok(offered)
    }

    /// The chosen images, with their pictures. Those of the version before keep theirs.
    pub(super) async fn chosen_images(
        &self,
        session: &Session,
        record: &ConsultationRecord,
        typed: &[TypedImage],
    ) -> Result<Result<Vec<KeyImage>, BadField>, DeliveryError> {
        let bad = |place: usize, kind| BadField { field: format!("key_images[{place}]"), kind };
        let id = &record.consultation.id;
        let before = self.common.index.minutes(id).await?.pop();
        let before = before.map(|minutes| minutes.written.text.key_images).unwrap_or_default();
        let chosen: Vec<&TypedImage> = typed.iter().filter(|one| one.is_chosen).collect();
        if chosen.len() > KEY_IMAGES_MAX {
            return Ok(Err(BadField { field: "key_images".into(), kind: Fault::TooMany }));
        }
        let mut frames = self.frames(session);
        let mut images = Vec::new();
        for (place, one) in chosen.into_iter().enumerate() {
            let Some(name) = ImageName::parse(&one.image) else {
                return Ok(Err(bad(place, Fault::NotAllowed)));
            };
            let caption = one.caption.clone();
            let known = before.iter().find(|known| ImageName::from(*known) == name);
            if let Some(known) = known.filter(|known| known.picture.is_some()) {
                images.push(KeyImage { caption, ..known.clone() });
                continue;
            }
            let is_opened = record.consultation.studies.contains(&name.study_instance_uid);
            match self.key_image(id, &mut frames, name, caption).await? {
                Some(image) if is_opened => images.push(image),
                _ => return Ok(Err(bad(place, Fault::Unknown))),
            }
        }
        Ok(Ok(images))
    }

    /// An image of a study that is in sight, with its picture; `None` if there is no such image.
    async fn key_image(
        &self,
        id: &ConsultationId,
        frames: &mut Frames<'_>,
        name: ImageName,
        caption: String,
    ) -> Result<Option<KeyImage>, DeliveryError> {
        let ImageName { study_instance_uid, series_instance_uid, sop_instance_uid, frame } = name;
        let instance = self.common.index.instance(&study_instance_uid, &sop_instance_uid).await?;
        let instance = instance.filter(|instance| {
            instance.series_instance_uid == series_instance_uid && instance.key.upload() != Upload::Marks
        });
        let (Some(instance), session) = (instance, frames.session) else { return Ok(None) };
        let found = frames.of(&study_instance_uid, &series_instance_uid).await?;
        let place = found.and_then(|found| found.place_of(&sop_instance_uid, frame));
        let (Some(found), Some(place)) = (found, place) else { return Ok(None) };
        let (size, pixel_mm) =
            (found.at(place).map(FrameAt::size), found.at(place).and_then(FrameAt::pixel_mm));
        let portal = self.portal();
        let picture = portal.preview(session, &study_instance_uid, found, place, PICTURE_BYTES_MAX).await?;
        let picture = match picture {
            Some(bytes) => {
                let digest = hex::encode(Sha256::digest(&bytes));
                self.common.index.keep_picture(id, &study_instance_uid, &digest, &bytes).await?;
                Some(digest)
            }
            None => None,
        };
        let frame = (instance.frames > 1).then_some(frame);
        Ok(Some(KeyImage {
            study_instance_uid,
            series_instance_uid,
            sop_instance_uid,
            frame,
            caption,
            picture,
            size,
            pixel_mm: pixel_mm.map(|both| both.map(|mm| mm.to_string())),
            measured: Vec::new(),
            measured_left_out: 0,
        }))
    }

    /// The small picture of an image, for whoever writes the minutes: the one that is printed, else its preview. `None` for anybody
    /// else, and for an image that is not in sight.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn minutes_picture(
        &self,
        session: &Session,
        id: &ConsultationId,
        image: &str,
    ) -> Result<Option<Vec<u8>>, DeliveryError> {
        let place = self.place(session, id).await?.filter(Place::may_write_minutes);
        let (Some(place), Some(name)) = (place, ImageName::parse(image)) else { return Ok(None) };
        if !place.record.consultation.studies.contains(&name.study_instance_uid) {
            return Ok(None);
        }
        if let Some(minutes) = self.common.index.minutes(id).await?.pop()
            && let Some(known) =
                minutes.written.text.key_images.iter().find(|known| ImageName::from(*known) == name)
            && let Some(digest) = &known.picture
        {
            let is_in_sight = find_in_sight(&self.common, &name.study_instance_uid).await?.is_some();
            return if is_in_sight { Ok(self.common.index.picture(id, digest).await?) } else { Ok(None) };
        }
        let mut frames = self.frames(session);
        let found = frames.of(&name.study_instance_uid, &name.series_instance_uid).await?;
        let at = found.and_then(|found| found.place_of(&name.sop_instance_uid, name.frame));
        let (Some(found), Some(at)) = (found, at) else { return Ok(None) };
        self.portal().preview(session, &name.study_instance_uid, found, at, PICTURE_BYTES_MAX).await
    }

    /// The pictures that a version prints, of all its studies or of one, each with the place of its key image. `None` if a study of one is out of sight by now.
    pub(super) async fn pictures_of(
        &self,
        id: &ConsultationId,
        key_images: &[KeyImage],
        of_study: Option<&StudyInstanceUid>,
    ) -> Result<Option<Vec<(usize, Vec<u8>)>>, DeliveryError> {
        let is_asked = |image: &KeyImage| of_study.is_none_or(|study| *study == image.study_instance_uid);
        let asked = key_images.iter().filter(|image| is_asked(image));
        let mut studies: Vec<&StudyInstanceUid> = asked.map(|image| &image.study_instance_uid).collect();
        studies.sort_unstable();
        studies.dedup();
        for study in studies {
            if find_in_sight(&self.common, study).await?.is_none() {
                return Ok(None);
            }
        }
        let mut pictures = Vec::new();
        for (place, image) in key_images.iter().enumerate().filter(|(_, image)| is_asked(image)) {
            let Some(digest) = &image.picture else { continue };
            let bytes = self.common.index.picture(id, digest).await?;
            // Another picture than the one that was signed is none at all.
            let bytes = bytes.filter(|bytes| hex::encode(Sha256::digest(bytes)) == *digest);
            let bytes =
                bytes.ok_or_else(|| DeliveryError::internal("a picture of minutes")("it is not as kept"))?;
            pictures.push((place, bytes));
        }
        Ok(Some(pictures))
    }
}

/// `SOP Instance UID/frame`.
fn named_frame(name: &str) -> Option<(SopInstanceUid, u32)> {
    let (instance, frame) = name.split_once('/')?;
    Some((SopInstanceUid::parse(instance).ok()?, frame.parse().ok()?))
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1)
}
