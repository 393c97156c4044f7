//! The originals of a study, for doctors with their own software: all in one ZIP, or one by one.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::viewing::{PackingProgress, StudyDownload};
use filmless_domain::{DownloadKind, SopInstanceUid, StudyInstanceUid};
use serde::Deserialize;

use super::answer::{page, see_other};
use super::frame::Frame;
use crate::error::PortalError;
use crate::texts::{DownloadChoice, Texts};
use crate::visitor::Visitor;

const MEGABYTE: u64 = 1_000_000;

#[derive(Template)]
#[template(path = "download.html")]
struct DownloadPage<'a> {
    frame: Frame<'a>,
    study_url: String,
    choices: Vec<Choice>,
    /// Whether something is being made: the page comes again by itself.
    looks_again: bool,
}

/// One ZIP, and what can be done about it.
struct Choice {
    kind: DownloadKind,
    words: &'static DownloadChoice,
    state: State,
}

/// Sizes and progress are in words.
enum State {
    NotAskedFor(String),
    Preparing(String, Option<String>),
    Ready(String, String),
}

impl State {
    fn new(t: &Texts, download: StudyDownload, is_asked_for: bool) -> Self {
        let words = &t.download;
        match download {
            StudyDownload::Ready { url, bytes } => {
                Self::Ready(url, (words.ready)(&megabytes(bytes, t.decimal_mark)))
            }
            StudyDownload::NotMade { bytes, progress } => {
                let size = (words.size)(&megabytes(bytes, t.decimal_mark));
                if !is_asked_for && progress.is_none() {
                    return Self::NotAskedFor(size);
                }
                Self::Preparing(size, progress.and_then(|progress| in_words(t, progress)))
            }
        }
    }
}

/// How far a ZIP is, while there is something to count: after the last file comes what is made of all of them.
pub(super) fn in_words(t: &Texts, progress: PackingProgress) -> Option<String> {
    let is_counted = progress.files_done < progress.files;
    is_counted.then(|| (t.download.progress)(progress.files_done, progress.files))
}

/// Which ZIP was asked for already.
#[derive(Deserialize)]
pub(crate) struct Asked {
    asked: Option<String>,
}

/// Which ZIP is asked for.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    kind: DownloadKind,
}

/// `GET /studies/{study_uid}/download`
pub(crate) async fn show(
    visitor: Visitor,
    Path(uid): Path<String>,
    Query(query): Query<Asked>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    let asked = query.asked.and_then(|kind| kind.parse::<DownloadKind>().ok());
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let mut choices = Vec::new();
    for kind in [DownloadKind::Media, DownloadKind::Uploaded] {
        let download = visitor.portal().find_download(&session, &study, kind).await?;
        let download = download.ok_or(PortalError::NotFound)?;
        let words = match kind {
            DownloadKind::Uploaded => &frame.t.download.uploaded,
            DownloadKind::Media => &frame.t.download.media,
        };
        choices.push(Choice { kind, words, state: State::new(frame.t, download, asked == Some(kind)) });
    }
    let looks_again = choices.iter().any(|choice| matches!(choice.state, State::Preparing(..)));
    let study_url = format!("/studies/{study}");
    page(StatusCode::OK, &DownloadPage { frame, study_url, choices, looks_again })
}

/// `POST /studies/{study_uid}/download`
pub(crate) async fn ask(
    visitor: Visitor,
    Path(uid): Path<String>,
    Query(Wanted { kind }): Query<Wanted>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    if !visitor.portal().request_download(&session, &study, kind).await? {
        return Err(PortalError::NotFound);
    }
    see_other(&format!("/studies/{study}/download?asked={kind}"), [])
}

/// `GET /studies/{study_uid}/files/{instance_uid}`
pub(crate) async fn original(
    visitor: Visitor,
    Path((study, instance)): Path<(String, String)>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&study).map_err(|_| PortalError::NotFound)?;
    let instance = SopInstanceUid::parse(&instance).map_err(|_| PortalError::NotFound)?;
    let url =
        visitor.portal().original_url(&session, &study, &instance).await?.ok_or(PortalError::NotFound)?;
    see_other(&url, [])
}

/// A size in megabytes, rounded to a whole number, or to a tenth below ten: `7,0`, `158`. Zero bytes have no size.
fn megabytes(bytes: u64, decimal_mark: char) -> String {
    let tenths = bytes.saturating_add(MEGABYTE / 20) / (MEGABYTE / 10);
    match tenths.max(1) {
        tenths @ ..100 => format!("{}{decimal_mark}{}", tenths / 10, tenths % 10),
        _ => (bytes.saturating_add(MEGABYTE / 2) / MEGABYTE).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use filmless_domain::Language;
    use filmless_store::index::PackingProgress;

    use super::*;
    use crate::texts::texts;

    #[test]
    fn the_page_says_how_far_a_zip_is_once_its_files_are_counted() {
        let t = texts(Language::En);
        let progress = |files_done, files| Some(PackingProgress { files_done, files });
        for (is_asked_for, progress, expected) in [
            (false, None, None),
            (true, None, Some(None)),
            (false, progress(0, 0), Some(None)),
            (true, progress(3, 16), Some(Some("3 of 16 files are done."))),
        ] {
            let state = State::new(t, StudyDownload::NotMade { bytes: 7_040_000, progress }, is_asked_for);
            let (size, said) = match state {
                State::Preparing(size, words) => (size, Some(words)),
                State::NotAskedFor(size) => (size, None),
                State::Ready(..) => panic!("it is not made"),
            };
            assert!(size.contains("7.0 MB"), "{size}");
            assert_eq!(said.as_ref().map(Option::as_deref), expected, "{progress:?}");
        }
    }

    #[test]
    fn a_size_is_neither_rounded_up_nor_nothing() {
        for (bytes, expected) in [
            (0, "0,1"),
            (49_000, "0,1"),
            (7_040_000, "7,0"),
            (7_060_000, "7,1"),
            (9_949_999, "9,9"),
            (9_950_000, "10"),
            (10_499_999, "10"),
            (158_500_000, "159"),
        ] {
            assert_eq!(megabytes(bytes, ','), expected, "{bytes}");
        }
        assert_eq!(megabytes(7_040_000, '.'), "7.0");
    }
}
