//! Sharing on a patient's behalf.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use filmless_domain::staff::Act;

use super::address::{patient_of, patient_url};
use super::console::Console;
use super::frame::StaffFrame;
use super::patient;
use super::trouble::Trouble;
use crate::pages::answer::{page, see_other};
use crate::pages::moments::day;
use crate::pages::shares::{data_url, no_request, request_of, spaced};

#[derive(Template)]
#[template(path = "staff/share_made.html")]
struct ShareMadePage<'a> {
    frame: StaffFrame<'a>,
    label: &'a str,
    until: String,
    link: &'a str,
    code: String,
    qr_data_url: String,
    back_url: String,
}

/// `POST /staff/patients/{patient}/shares`: only this answer ever contains the link and the code.
pub(crate) async fn create(
    console: Console,
    Path(segment): Path<String>,
    body: String,
) -> Result<Response, Trouble> {
    console.demand(Act::Share).await?;
    let code = patient_of(&segment, &console)?;
    // An unreadable form becomes an empty request, which is refused with words.
    let request = request_of(body.as_bytes()).unwrap_or_else(no_request);
    let made = match console.desk.share(&code, &request).await {
        Ok(made) => made,
        Err(error) => return patient::with_error(&console, &code, error).await,
    };
    let url = patient_url(&code);
    let frame = console.frame_at(&url);
    let template = ShareMadePage {
        label: &made.label,
        until: day(frame.shared, made.ends_at),
        link: made.link.expose(),
        code: spaced(made.code.expose()),
        qr_data_url: data_url(&made.qr_png),
        back_url: url.clone(),
        frame,
    };
    Ok(page(StatusCode::OK, &template)?)
}

/// `POST /staff/patients/{patient}/shares/{share_id}/end`
pub(crate) async fn end(
    console: Console,
    Path((segment, share)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    console.demand(Act::Share).await?;
    let code = patient_of(&segment, &console)?;
    console.desk.end_share(&code, &share).await.map_err(console.trouble())?;
    Ok(see_other(&format!("{}?done=share-ended", patient_url(&code)), [])?)
}
