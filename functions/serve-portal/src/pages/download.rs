//! The originals of a study, for doctors with their own software: all in one ZIP, or one by one.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use filmless_delivery::viewing::StudyDownload;
use filmless_domain::{SopInstanceUid, StudyInstanceUid};
use serde::Deserialize;

use super::answer::{page, see_other};
use super::frame::Frame;
use crate::error::PortalError;
use crate::visitor::Visitor;

const MEGABYTE: u64 = 1_000_000;

#[derive(Template)]
#[template(path = "download.html")]
struct DownloadPage<'a> {
    frame: Frame<'a>,
    study_url: String,
    /// Address and label of the file, once it exists.
    file: Option<(String, String)>,
    /// How large it will be, in words, until it exists.
    size: Option<String>,
    is_asked_for: bool,
}

/// Whether the file was already requested.
#[derive(Deserialize)]
pub(crate) struct Asked {
    asked: Option<String>,
}

/// `GET /studies/{study_uid}/download`
pub(crate) async fn show(
    visitor: Visitor,
    Path(uid): Path<String>,
    Query(query): Query<Asked>,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    let download = visitor.portal().find_download(&session, &study).await?.ok_or(PortalError::NotFound)?;
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let (file, size) = match download {
        StudyDownload::NotMade { bytes } => {
            (None, Some((frame.t.download.size)(&megabytes(bytes, frame.t.decimal_mark))))
        }
        StudyDownload::Ready { url, bytes } => {
            (Some((url, (frame.t.download.ready)(&megabytes(bytes, frame.t.decimal_mark)))), None)
        }
    };
    let is_asked_for = query.asked.is_some();
    let study_url = format!("/studies/{study}");
    page(StatusCode::OK, &DownloadPage { frame, study_url, file, size, is_asked_for })
}

/// `POST /studies/{study_uid}/download`
pub(crate) async fn ask(visitor: Visitor, Path(uid): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    if !visitor.portal().request_download(&session, &study).await? {
        return Err(PortalError::NotFound);
    }
    see_other(&format!("/studies/{study}/download?asked"), [])
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
    use super::*;

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
