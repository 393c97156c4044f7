//! What patients, and the people they share with, can do.

mod access;
mod found_session;
mod frame;
mod lost_files;
mod marks;
pub(crate) mod result;
mod saved;
mod seat;
mod session;
mod share;
mod sign_in;
pub mod software;
mod standing;
pub mod tries;
mod view;

use std::time::Duration;

use filmless_domain::audit::Actor;
use filmless_domain::{
    BirthDate, Language, PatientId, ReportLack, Secret, SeriesAttributes, SeriesInstanceUid, SignedResult,
    StudyInstanceUid,
};
pub use filmless_store::index::{PackingProgress, Seat};
use filmless_store::{Bucket, PRESIGNED_TTL_MAX};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::parts::{Common, Viewing};

pub(crate) use access::access_lines;
pub use access::{AccessLine, AccessWho};
pub use filmless_marks::limits::REQUEST_BYTES_MAX as MARKS_BYTES_MAX;
pub(crate) use found_session::{FoundSession, find_session, see_session};
pub(crate) use frame::{FrameAt, SeriesFrames};
pub(crate) use marks::read_instance;
pub use marks::{MARKS_OF_SHARE_MAX, MarksAnswer};
pub use saved::SavedLine;
pub(crate) use seat::seat_code_hash;
pub use seat::{SeatOpening, SeatStatus};
pub use share::{NewShare, ShareLine, ShareOpening, ShareRequest, ShareStatus};
pub(crate) use share::{ShareOwner, create as create_share_of, end as end_share_of, list as list_shares_of};
pub use standing::Standing;

/// Shortest time for looking up a token: reading a record takes a little longer than finding none.
const LOOK_UP: Duration = Duration::from_millis(10);

/// Life of the presigned URLs of a consultation's member: whoever is removed loads nothing more after it. The viewers renew them
/// by themselves.
pub const MEMBER_URL_TTL: Duration = Duration::from_secs(60);

/// So the time does not reveal whether a token ever existed.
async fn evenly<T>(look_up: impl Future<Output = T>) -> T {
    tokio::join!(tokio::time::sleep(LOOK_UP), look_up).1
}

/// The portal's use cases.
#[derive(Debug, Clone)]
pub struct Portal {
    common: Common,
    studies: Bucket,
    derived: Bucket,
}

impl Portal {
    /// The portal, with these services.
    #[must_use]
    pub fn new(viewing: impl Into<Viewing>) -> Self {
        let Viewing { common, studies, derived } = viewing.into();
        Self { common, studies, derived }
    }

    /// Which of the portal's dependencies are not working; empty if all is well.
    pub async fn failing(&self) -> Vec<&'static str> {
        crate::record::health::failing(&self.common.index, &self.derived).await
    }
}

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Account name as printed on the slip.
    pub account: String,
    /// Name as the hospital writes it.
    pub patient_name: String,
    /// Language of the order.
    pub language: Language,
    /// What a share may see; `None` for the patient, who sees all of theirs.
    pub share: Option<ShareScope>,
    pub(crate) account_key: String,
    pub(crate) patient_id: PatientId,
    pub(crate) token_digest: String,
    pub(crate) source: String,
}

/// What a share may see.
#[derive(Debug, Clone)]
pub struct ShareScope {
    /// Name of the share in the logs.
    pub id: String,
    /// Whom it is for.
    pub label: String,
    /// Which studies.
    pub studies: Vec<StudyInstanceUid>,
    /// Whether files may be downloaded.
    pub may_download: bool,
    /// Whether marks may be saved.
    pub may_annotate: bool,
    /// Whether consultations may be started.
    pub may_consult: bool,
    /// The place in a consultation that it is for.
    pub seat: Option<Seat>,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl Session {
    pub(crate) fn actor(&self) -> Actor {
        match &self.share {
            Some(share) => Actor::Share { share: share.id.clone() },
            None => Actor::Account { account: self.account_key.clone() },
        }
    }

    /// Whether files may be downloaded.
    #[must_use]
    pub fn may_download(&self) -> bool {
        self.share.as_ref().is_none_or(|share| share.may_download)
    }

    /// Whether marks may be saved: a right of shares alone, since a patient asks a doctor for their opinion, not us.
    #[must_use]
    pub fn may_annotate(&self) -> bool {
        self.share.as_ref().is_some_and(|share| share.may_annotate)
    }

    /// Whether consultations may be started: a right of shares alone, since a patient asks the hospital for one.
    #[must_use]
    pub fn may_consult(&self) -> bool {
        self.share.as_ref().is_some_and(|share| share.may_consult)
    }

    /// Life of its presigned URLs.
    #[must_use]
    pub fn url_ttl(&self) -> Duration {
        if self.seat().is_some() { MEMBER_URL_TTL } else { PRESIGNED_TTL_MAX }
    }

    /// The place in a consultation, of somebody who was invited to one.
    #[must_use]
    pub fn seat(&self) -> Option<&Seat> {
        self.share.as_ref()?.seat.as_ref()
    }
}

/// The answer to account and password.
#[derive(Debug)]
pub enum SignIn {
    /// Right: the token for the session cookie.
    Granted(Secret),
    /// Wrong or unknown; the answer does not say which.
    Denied,
    /// Too many wrong answers from there; this one was not checked.
    SlowDown {
        /// When to try again.
        retry_after_seconds: u32,
    },
}

/// A link's state, before the second check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStatus {
    /// Ask for birth date or password.
    Open {
        /// Language of the order.
        language: Language,
        /// Whether the hospital knows the birth date; otherwise only the password opens it.
        is_birth_date_known: bool,
    },
    /// A newer slip exists.
    Replaced,
    /// Unknown, expired, revoked, used up, or its order is for another patient now; the answer does not say which.
    Gone,
}

/// The answer to the second check of a link.
#[derive(Debug)]
pub enum LinkOpening {
    /// Right.
    Granted {
        /// The token for the session cookie.
        session: Secret,
        /// The study of the link.
        study: StudyInstanceUid,
    },
    /// A part of the date is missing; not counted.
    Incomplete,
    /// No calendar has this date; not counted.
    NoSuchDay,
    /// Nobody alive was born on that date, or it is in the future; not counted.
    Unbelievable,
    /// Neither a date nor a password; not counted.
    Unreadable,
    /// Wrong.
    Wrong {
        /// How many answers are left.
        attempts_left: u32,
    },
    /// As [`LinkStatus::Replaced`].
    Replaced,
    /// As [`LinkStatus::Gone`].
    Gone,
}

/// One line of "my studies".
#[derive(Debug, Clone)]
pub struct StudySummary {
    /// Which study.
    pub study_instance_uid: StudyInstanceUid,
    /// Date of the study.
    pub date: Option<Date>,
    /// Date of its images, if the study has none.
    pub image_date: Option<Date>,
    /// The requested service, else the study's description.
    pub title: Option<String>,
    /// Modalities, sorted.
    pub modalities: Vec<String>,
    /// Number of series.
    pub series: u32,
    /// Number of images (frames).
    pub images: u32,
    /// False while it is being prepared.
    pub is_released: bool,
    /// Poster of its main series: a presigned URL.
    pub poster_url: Option<String>,
}

/// A study somebody may see.
#[derive(Debug, Clone)]
pub struct StudyView {
    /// Its line in "my studies".
    pub summary: StudySummary,
    /// Patient's name as the hospital writes it.
    pub patient_name: String,
    /// The hospital's patient code.
    pub patient_id: String,
    /// Birth date.
    pub birth_date: BirthDate,
    /// Whether there was a signed result that the hospital took back.
    pub is_result_taken_back: bool,
    /// The signed result of the order it is seen under.
    pub result: Option<SignedResult>,
    /// Its series, in order.
    pub series: Vec<SeriesView>,
    /// Index of the main series, which is shown first; `None` without series.
    pub main: Option<usize>,
    /// Number of its files that arrived damaged and were refused; nobody can see them.
    pub lost_files: u32,
    /// When the URLs expire.
    pub urls_expire_at: Timestamp,
}

/// All files of a study in one ZIP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StudyDownload {
    /// Nobody has requested it yet, or it is being made.
    NotMade {
        /// Its approximate size: all files of the study, which are stored as they are.
        bytes: u64,
        /// How far it is, while it is being made.
        progress: Option<PackingProgress>,
    },
    /// It is ready.
    Ready {
        /// A presigned URL.
        url: String,
        /// Its size.
        bytes: u64,
    },
}

/// Versions of the minutes of a consultation that are in one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinutesSeries {
    /// Those that a later one took the place of, in order.
    pub replaced: Vec<u32>,
    /// The one that counts now, here or in another study of the consultation.
    pub counts: u32,
    /// Whether that one is in this series.
    pub is_here: bool,
}

/// A series somebody may see, with presigned URLs.
#[derive(Debug, Clone)]
pub struct SeriesView {
    /// Which series.
    pub series_instance_uid: SeriesInstanceUid,
    /// What is shown of it. A series of one document without a description is called what the document calls itself.
    pub attributes: SeriesAttributes,
    /// Number of frames in its pack.
    pub frames: u32,
    /// Whether it holds only documents, one of them a doctor's report.
    pub is_report: bool,
    /// Whether it holds only radiation dose records of machines.
    pub is_dose: bool,
    /// Which versions of minutes it holds, if it is of a consultation.
    pub minutes: Option<MinutesSeries>,
    /// Why a report in it is not the signed result.
    pub report_lacks: Option<ReportLack>,
    /// Instances without picture (kept, listed, downloadable).
    pub without_picture: u32,
    /// Instances shown with a part of their pixels or overlays missing.
    pub cut_instances: u32,
    /// Frames that instances announce but do not have.
    pub missing_frames: u32,
    /// `.index.json`.
    pub index_url: String,
    /// `.pack`.
    pub pack_url: String,
    /// `.poster.jpg`; `None` if no instance of the series has a picture.
    pub poster_url: Option<String>,
    /// `.thumbs.jpg`.
    pub thumbs_url: Option<String>,
    /// `.metadata.json`.
    pub metadata_url: String,
}
