//! A study for software of the doctor's own: what there is, and the address that it opens with.
//!
//! The token is in the answer to a form and nowhere else: in no address of ours, so in no history and no log.

use askama::Template;
use axum::Json;
use axum::extract::{Path, RawForm};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use filmless_delivery::viewing::software::{NewViewerToken, Right};
use filmless_delivery::viewing::{Session, StudyDownload};
use filmless_domain::{DownloadKind, Secret, StudyInstanceUid};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::answer::{page, see_other};
use super::download::in_words;
use super::frame::Frame;
use super::moments::moment;
use super::shares::data_url;
use crate::assets;
use crate::error::PortalError;
use crate::texts::Texts;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "open_with.html")]
struct OpenWithPage<'a> {
    frame: Frame<'a>,
    study_url: String,
    has_ohif: bool,
    may_download: bool,
}

#[derive(Template)]
#[template(path = "viewer_token.html")]
struct ViewerTokenPage<'a> {
    frame: Frame<'a>,
    script_url: String,
    open_with_url: String,
    until: String,
    address: &'a str,
    /// Whether programs that fetch files work.
    may_take: bool,
    weasis_url: Option<String>,
    qr_data_url: String,
}

#[derive(Template)]
#[template(path = "osirix.html")]
struct OsirixPage<'a> {
    frame: Frame<'a>,
    open_with_url: String,
    /// Null while the ZIP is being made.
    osirix_url: Option<String>,
    progress: Option<String>,
}

/// What is to open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    /// Anything that is given the address.
    Any,
    /// The viewer in the browser.
    Ohif,
    /// OsiriX or Horos, which open the ZIP.
    Osirix,
}

impl Program {
    /// The one of the button that sent the form.
    fn of(body: &[u8]) -> Self {
        let with = url::form_urlencoded::parse(body).find(|(name, _)| name == "with");
        match with.as_ref().map(|(_, value)| value.as_ref()) {
            Some("ohif") => Self::Ohif,
            Some("osirix") => Self::Osirix,
            _ => Self::Any,
        }
    }
}

/// The token for a program that asks for JSON.
#[derive(Serialize)]
struct TokenAnswer<'a> {
    dicomweb: &'a str,
    expires_at: String,
    right: &'static str,
}

/// `GET /studies/{study_uid}/open-with`
pub(crate) async fn show(visitor: Visitor, Path(uid): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    if !visitor.portal().may_open_with_software(&session, &study).await? {
        return Err(PortalError::NotFound);
    }
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let (study_url, has_ohif) = (format!("/studies/{study}"), has_ohif(&visitor));
    let may_download = session.may_download();
    page(StatusCode::OK, &OpenWithPage { frame, study_url, has_ohif, may_download })
}

/// `POST /studies/{study_uid}/open-with`
pub(crate) async fn open(
    visitor: Visitor,
    Path(uid): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    match Program::of(&body) {
        Program::Any => address(&visitor, &session, &study).await,
        Program::Ohif if has_ohif(&visitor) => {
            let made = token(&visitor, &session, &study).await?;
            // What stands behind the mark never reaches a server (RFC 3986 3.5).
            see_other(&format!("/ohif/open#{}/{study}", made.token.expose()), [])
        }
        Program::Ohif => Err(PortalError::NotFound),
        Program::Osirix => ask_for_zip(&visitor, &session, &study).await,
    }
}

/// `POST /studies/{study_uid}/viewer-token`
pub(crate) async fn viewer_token(
    visitor: Visitor,
    headers: HeaderMap,
    Path(uid): Path<String>,
) -> Result<Response, PortalError> {
    let is_json = accepts_json(&headers);
    let Some(session) = visitor.session().await? else {
        return if is_json { Ok(StatusCode::UNAUTHORIZED.into_response()) } else { see_other("/", []) };
    };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    if !is_json {
        return address(&visitor, &session, &study).await;
    }
    let made = token_to_give(&visitor, &session, &study).await?;
    let expires_at = made.expires_at.to_string();
    let answer = TokenAnswer { dicomweb: made.address.expose(), expires_at, right: made.right.as_str() };
    Ok(Json(answer).into_response())
}

/// The page with the address: shown once.
async fn address(
    visitor: &Visitor,
    session: &Session,
    study: &StudyInstanceUid,
) -> Result<Response, PortalError> {
    let made = token_to_give(visitor, session, study).await?;
    let back = format!("/studies/{study}/open-with");
    let frame = Frame::at(visitor, visitor.language(Some(session.language)), true, &back).of(session);
    let template = ViewerTokenPage {
        script_url: assets::url("share.js"),
        open_with_url: back.clone(),
        until: until(frame.t, &made),
        address: made.address.expose(),
        may_take: made.right == Right::Take,
        weasis_url: (made.right == Right::Take).then(|| weasis_url(&made.address)),
        qr_data_url: data_url(&made.qr_png()?),
        frame,
    };
    page(StatusCode::OK, &template)
}

/// `GET /studies/{study_uid}/open-with/osirix`: the ZIP for OsiriX or Horos, or how far it is.
pub(crate) async fn osirix(visitor: Visitor, Path(uid): Path<String>) -> Result<Response, PortalError> {
    let Some(session) = visitor.session().await? else { return see_other("/", []) };
    let study = StudyInstanceUid::parse(&uid).map_err(|_| PortalError::NotFound)?;
    let download = visitor.portal().find_download(&session, &study, DownloadKind::Uploaded).await?;
    let download = download.ok_or(PortalError::NotFound)?;
    let frame = Frame::new(&visitor, visitor.language(Some(session.language)), true).of(&session);
    let open_with_url = format!("/studies/{study}/open-with");
    let (osirix_url, progress) = match download {
        StudyDownload::Ready { url, .. } => (Some(osirix_url(&url)), None),
        StudyDownload::NotMade { progress, .. } => {
            (None, progress.and_then(|progress| in_words(frame.t, progress)))
        }
    };
    page(StatusCode::OK, &OsirixPage { frame, open_with_url, osirix_url, progress })
}

/// Has the ZIP for OsiriX or Horos made, unless it is there.
async fn ask_for_zip(
    visitor: &Visitor,
    session: &Session,
    study: &StudyInstanceUid,
) -> Result<Response, PortalError> {
    let kind = DownloadKind::Uploaded;
    match visitor.portal().find_download(session, study, kind).await?.ok_or(PortalError::NotFound)? {
        StudyDownload::Ready { .. } | StudyDownload::NotMade { progress: Some(_), .. } => (),
        StudyDownload::NotMade { progress: None, .. } => {
            visitor.portal().request_download(session, study, kind).await?;
        }
    }
    see_other(&format!("/studies/{study}/open-with/osirix"), [])
}

async fn token(
    visitor: &Visitor,
    session: &Session,
    study: &StudyInstanceUid,
) -> Result<NewViewerToken, PortalError> {
    let made = visitor.portal().new_viewer_token(session, std::slice::from_ref(study)).await?;
    made.ok_or(PortalError::NotFound)
}

/// When the address ends.
fn until(t: &Texts, made: &NewViewerToken) -> String {
    let latest = moment(t, made.ends_at);
    if made.expires_at < made.ends_at {
        (t.software.until)(&moment(t, made.expires_at), &latest)
    } else {
        (t.software.until_at_the_latest)(&latest)
    }
}

/// A token for software that may fetch files: what takes long to be made of a large study is begun.
async fn token_to_give(
    visitor: &Visitor,
    session: &Session,
    study: &StudyInstanceUid,
) -> Result<NewViewerToken, PortalError> {
    let made = token(visitor, session, study).await?;
    visitor.portal().begin_large_answer(session, study).await?;
    Ok(made)
}

/// Whether the viewer in the browser is there.
fn has_ohif(visitor: &Visitor) -> bool {
    visitor.services.config.has_ohif
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|range| range.split(';').next().unwrap_or_default().trim() == "application/json")
}

/// Has Weasis fetch the manifest of the token.
fn weasis_url(address: &Secret) -> String {
    let command = format!("$dicom:get -w \"{}/weasis.xml\"", address.expose());
    format!("weasis://{}", utf8_percent_encode(&command, NON_ALPHANUMERIC))
}

/// Has OsiriX or Horos download a ZIP.
fn osirix_url(zip: &str) -> String {
    format!("osirix://?methodName=downloadURL&URL='{}'", utf8_percent_encode(zip, NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn programs_get_addresses_that_survive_their_own_parsing() {
        let address = Secret::new("https://xem.example/dicomweb/abc".into());
        assert_eq!(
            weasis_url(&address),
            "weasis://%24dicom%3Aget%20%2Dw%20%22https%3A%2F%2Fxem%2Eexample%2Fdicomweb%2Fabc%2Fweasis%2Exml%22"
        );
        assert_eq!(
            osirix_url("https://s3.example/a.zip?X-Amz-A=1&b='2'"),
            "osirix://?methodName=downloadURL&URL='https%3A%2F%2Fs3%2Eexample%2Fa%2Ezip%3FX%2DAmz%2DA%3D1%26b%3D%272%27'"
        );
    }

    #[test]
    fn json_is_answered_to_whoever_asks_for_it() {
        for (accept, expected) in [
            (Some("application/json"), true),
            (Some("text/html, application/json;q=0.5"), true),
            (Some("text/html,*/*;q=0.8"), false),
            (None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(accepts_json(&headers), expected, "{accept:?}");
        }
    }
}
