//! What patients, and those they share with, can ask for.

mod access;

mod lost_files;
pub(crate) mod result;
mod session;
mod share;
mod sign_in;
pub mod tries;
mod view;

use std::time::Duration;

use filmless_domain::audit::Actor;
use filmless_domain::{
    BirthDate, Language, PatientId, ReportLack, Secret, SeriesAttributes, SeriesInstanceUid, SignedResult, StudyInstanceUid,
};
use filmless_store::Bucket;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::parts::{Common, Viewing};

pub(crate) use access::access_lines;
pub use access::{AccessLine, AccessWho};
pub use share::{NewShare, ShareLine, ShareOpening, ShareRequest, ShareStatus};
pub(crate) use share::{ShareOwner, create as create_share_of, end as end_share_of, list as list_shares_of};

/// Looking a token up takes so long at least: reading what is there takes a little longer than finding nothing.
const LOOK_UP: Duration = Duration::from_millis(10);

/// So that its time does not tell whether a token was ever given to anybody.
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
    /// The portal over these parts.
    #[must_use]
    pub fn new(viewing: impl Into<Viewing>) -> Self {
        let Viewing { common, studies, derived } = viewing.into();
        Self { common, studies, derived }
    }

    /// What of that which everything stands on does not work; nothing, where all is well.
    pub async fn failing(&self) -> Vec<&'static str> {
        crate::record::health::failing(&self.common.index, &self.derived).await
    }
}

/// Somebody who was let in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Account name as printed on the slip.
    pub account: String,
    /// Name as the hospital writes it.
    pub patient_name: String,
    /// Language of the order.
    pub language: Language,
    /// What a share lets see; nothing for the patient, who sees all of theirs.
    pub share: Option<ShareScope>,
    pub(crate) account_key: String,
    pub(crate) patient_id: PatientId,
    pub(crate) token_digest: String,
    pub(crate) source: String,
}

/// What a share lets see.
#[derive(Debug, Clone)]
pub struct ShareScope {
    /// Name of the share in the logs.
    pub id: String,
    /// Which studies.
    pub studies: Vec<StudyInstanceUid>,
    /// Whether files may be fetched.
    pub may_download: bool,
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

    /// Whether files may be fetched.
    #[must_use]
    pub fn may_download(&self) -> bool {
        self.share.as_ref().is_none_or(|share| share.may_download)
    }
}

/// The answer to account and password.
#[derive(Debug)]
pub enum SignIn {
    /// Right: the token for the session cookie.
    Granted(Secret),
    /// Wrong, or unknown; nobody can tell which.
    Denied,
    /// Too many wrong answers from there: not even looked at.
    SlowDown {
        /// When to try again.
        retry_after_seconds: u32,
    },
}

/// What a link is, before the second check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStatus {
    /// Ask for birth date or password.
    Open {
        /// Language of the order.
        language: Language,
        /// Whether the hospital knows the birth date; else only the password opens.
        is_birth_date_known: bool,
    },
    /// A newer slip exists.
    Replaced,
    /// Unknown, expired, revoked or used up, or of an order that is another patient's now; nobody can tell which.
    Gone,
}

/// The answer to the second check of a link.
#[derive(Debug)]
pub enum LinkOpening {
    /// Right.
    Granted {
        /// The token for the session cookie.
        session: Secret,
        /// The study the link was made for.
        study: StudyInstanceUid,
    },
    /// A part of a date is missing: nothing was counted.
    Incomplete,
    /// No calendar has the date: nothing was counted.
    NoSuchDay,
    /// Nobody alive was born on that date, or nobody was yet: nothing was counted.
    Unbelievable,
    /// Neither a date nor a password: nothing was counted.
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
    /// Date of its pictures, where the study has none.
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
    /// What "my studies" says of it.
    pub summary: StudySummary,
    /// Patient's name as the hospital writes it.
    pub patient_name: String,
    /// The hospital's patient code.
    pub patient_id: String,
    /// Birth date.
    pub birth_date: BirthDate,
    /// Whether a signed result was there before, and the hospital took it back.
    pub is_result_taken_back: bool,
    /// The signed result of the order under which it is seen.
    pub result: Option<SignedResult>,
    /// Its series, in order.
    pub series: Vec<SeriesView>,
    /// Which of them is the main one, that is shown first; none when there is none.
    pub main: Option<usize>,
    /// Files of it that came damaged and were refused: nobody sees them.
    pub lost_files: u32,
    /// When the URLs end.
    pub urls_expire_at: Timestamp,
}

/// All files of a study in one ZIP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StudyDownload {
    /// Nobody asked for it yet, or it is being made.
    NotMade {
        /// About as large as it will be: all files of the study, which are put into it as they are.
        bytes: u64,
    },
    /// It is there.
    Ready {
        /// A presigned URL.
        url: String,
        /// Its size.
        bytes: u64,
    },
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
    /// A series of nothing but documents, a doctor's report among them.
    pub is_report: bool,
    /// A series of nothing but what machines note of the radiation dose.
    pub is_dose: bool,
    /// What keeps a report of it from being the signed result.
    pub report_lacks: Option<ReportLack>,
    /// Instances without picture (kept, listed, downloadable).
    pub without_picture: u32,
    /// Instances that are shown with a part of their pixels or overlays missing.
    pub cut_instances: u32,
    /// Frames that instances announce and do not have.
    pub missing_frames: u32,
    /// `.index.json`.
    pub index_url: String,
    /// `.pack`.
    pub pack_url: String,
    /// `.poster.jpg`; none when no instance of the series has a picture.
    pub poster_url: Option<String>,
    /// `.thumbs.jpg`.
    pub thumbs_url: Option<String>,
}
