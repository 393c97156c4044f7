//! How to open the images.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Frame, page};
use crate::texts::GuideStep;
use crate::visitor::Visitor;
use crate::{PortalError, assets};

#[derive(Template)]
#[template(path = "guide.html")]
struct GuidePage<'a> {
    frame: Frame<'a>,
    steps: Vec<(&'static GuideStep, String)>,
}

/// `GET /guide`
pub(crate) async fn show(visitor: Visitor) -> Result<Response, PortalError> {
    let guest = visitor.guest().await?;
    let language = visitor.language(guest.as_ref().map(|guest| guest.language()));
    let frame = Frame::new(&visitor, language, guest.is_some());
    let drawings = ["guide-scan.svg", "guide-birth-date.svg", "guide-view.svg", "guide-zoom.svg"];
    let steps = frame.t.guide.steps.iter().zip(drawings).map(|(step, name)| (step, assets::url(name)));
    let steps = steps.collect();
    page(StatusCode::OK, &GuidePage { frame, steps })
}
