//! How a meeting went, read from its record: who was there when, and what everybody saw for how long.

use std::collections::BTreeMap;

use filmless_domain::{SeriesInstanceUid, StudyInstanceUid};
use jiff::Timestamp;

use crate::ids::MemberId;
use crate::minutes_text::{ShownSeries, Stay};
use crate::record::Event;
use crate::replay::{RecordError, Replay};
use crate::room::Room;

/// How a meeting went.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// Everything as it was after the last line.
    pub last: Replay,
    /// When somebody came first.
    pub began_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When each member was there.
    pub stays: BTreeMap<MemberId, Vec<Stay>>,
    shown: BTreeMap<(StudyInstanceUid, SeriesInstanceUid), Shown>,
}

/// Milliseconds of a series, by image: its name, where the record has it, and its place.
#[derive(Debug, Clone, Default, PartialEq)]
struct Shown {
    frames: BTreeMap<(Option<String>, u32), u64>,
    /// In reconstructed planes, which are no frame.
    planes: u64,
}

impl Course {
    /// Reads a record, and verifies it.
    ///
    /// # Errors
    /// [`RecordError`] of the first line that does not follow.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, RecordError> {
        let mut course = Self::default();
        for line in lines {
            course.follow(line)?;
        }
        Ok(course)
    }

    fn follow(&mut self, line: &str) -> Result<(), RecordError> {
        let before = self.last.room.clone();
        let entry = self.last.follow(line)?.entry;
        if before.ended.is_some() {
            return Ok(());
        }
        self.count(&before, entry.at);
        match &entry.event {
            Event::Member { member, .. } => {
                let is_here = self.last.room.is_here(&member.id);
                let was_here = before.is_here(&member.id);
                if is_here && !was_here {
                    self.began_at.get_or_insert(entry.at);
                    let stay = Stay { from: entry.at, until: None };
                    self.stays.entry(member.id.clone()).or_default().push(stay);
                } else if was_here && !is_here {
                    self.close(Some(&member.id), entry.at);
                }
            }
            Event::Ended { .. } => {
                self.ended_at = Some(entry.at);
                self.close(None, entry.at);
            }
            _ => {}
        }
        Ok(())
    }

    /// Ends the stay of a member, or those of everybody.
    fn close(&mut self, member: Option<&MemberId>, at: Timestamp) {
        let of = self.stays.iter_mut().filter(|(id, _)| member.is_none_or(|member| member == *id));
        for stay in of.flat_map(|(_, stays)| stays) {
            stay.until.get_or_insert(at);
        }
    }

    /// What was shown until now: by a driver who was there.
    fn count(&mut self, room: &Room, until: Timestamp) {
        let Some(state) = room.state.as_ref().filter(|_| room.is_driven()) else { return };
        let lasted = until.as_millisecond().saturating_sub(room.last_at.as_millisecond());
        let lasted = u64::try_from(lasted).unwrap_or(0);
        let mut counted = Vec::new();
        for (place, pane) in state.panes.iter().enumerate() {
            let is_seen = state.enlarged.is_none_or(|enlarged| usize::from(enlarged) == place);
            let Some(pane) = pane.as_ref().filter(|_| is_seen) else { continue };
            let series = (pane.study_instance_uid.clone(), pane.series_instance_uid.clone());
            // A series in two panes is shown once.
            if !counted.contains(&series) {
                let shown = self.shown.entry(series.clone()).or_default();
                match pane.plane {
                    Some(_) => shown.planes += lasted,
                    None => *shown.frames.entry((pane.image.clone(), pane.frame)).or_default() += lasted,
                }
                counted.push(series);
            }
        }
    }

    /// What was shown, the longest first; without descriptions.
    #[must_use]
    pub fn shown(&self) -> Vec<ShownSeries> {
        let mut shown: Vec<(u64, ShownSeries)> = self.shown.iter().map(one_of).collect();
        shown.sort_by_key(|(milliseconds, _)| std::cmp::Reverse(*milliseconds));
        shown.into_iter().map(|(_, series)| series).collect()
    }

    /// The frames that were shown, the longest first, with their milliseconds.
    #[must_use]
    pub fn frames_shown(&self) -> Vec<ShownFrame> {
        let of_series = |((study, series), shown): (&(StudyInstanceUid, SeriesInstanceUid), &Shown)| {
            let (study_instance_uid, series_instance_uid) = (study.clone(), series.clone());
            let one = move |((image, frame), milliseconds): (&(Option<String>, u32), &u64)| ShownFrame {
                study_instance_uid: study_instance_uid.clone(),
                series_instance_uid: series_instance_uid.clone(),
                image: image.clone(),
                frame: *frame,
                milliseconds: *milliseconds,
            };
            shown.frames.iter().map(one).collect::<Vec<_>>()
        };
        let mut shown: Vec<ShownFrame> = self.shown.iter().flat_map(of_series).collect();
        shown.sort_by_key(|frame| std::cmp::Reverse(frame.milliseconds));
        shown
    }
}

/// A frame that was before everybody's eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFrame {
    /// Its study.
    pub study_instance_uid: StudyInstanceUid,
    /// Its series.
    pub series_instance_uid: SeriesInstanceUid,
    /// Which image: `SOP Instance UID/frame`, from 1. Records from before images were named have only places.
    pub image: Option<String>,
    /// Its place in the series as it was then, from 0.
    pub frame: u32,
    /// How long, all together.
    pub milliseconds: u64,
}

fn one_of((series, shown): (&(StudyInstanceUid, SeriesInstanceUid), &Shown)) -> (u64, ShownSeries) {
    let Shown { frames, planes } = shown;
    let milliseconds: u64 = frames.values().sum::<u64>() + planes;
    // Of frames that were shown equally long, the first.
    let longest = frames.iter().max_by_key(|((_, frame), lasted)| (**lasted, std::cmp::Reverse(*frame)));
    let shown = ShownSeries {
        study_instance_uid: series.0.clone(),
        series_instance_uid: series.1.clone(),
        description: String::new(),
        seconds: milliseconds.div_ceil(1000),
        frame: longest.map_or(0, |((_, frame), _)| *frame),
        image: longest.and_then(|((image, _), _)| image.clone()),
    };
    (milliseconds, shown)
}
