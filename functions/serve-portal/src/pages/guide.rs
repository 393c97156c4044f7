//! How to open the images.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::page;
use super::frame::Frame;
use crate::assets;
use crate::error::PortalError;
use crate::texts::GuideStep;
use crate::visitor::Visitor;

/// Pictures of the steps: our pages on a phone, in the reader's language (`make screenshots`). The slip has both
/// languages.
const PICTURES: [Picture; 6] = [
    Picture { name: "guide-slip", is_translated: false, width: 560, height: 794 },
    Picture::of_phone("guide-birth-date"),
    Picture::of_phone("guide-view"),
    Picture::of_phone("guide-zoom"),
    Picture::of_phone("guide-studies"),
    Picture::of_phone("guide-share"),
];

struct Picture {
    name: &'static str,
    is_translated: bool,
    width: u32,
    height: u32,
}

impl Picture {
    const fn of_phone(name: &'static str) -> Self {
        Self { name, is_translated: true, width: 390, height: 844 }
    }

    fn url(&self, language: &str) -> String {
        let suffix = if self.is_translated { format!("-{language}") } else { String::new() };
        assets::url(&format!("{}{suffix}.webp", self.name))
    }
}

#[derive(Template)]
#[template(path = "guide.html")]
struct GuidePage<'a> {
    frame: Frame<'a>,
    steps: Vec<Step>,
}

struct Step {
    words: &'static GuideStep,
    picture: &'static Picture,
    picture_url: String,
}

/// `GET /guide`
pub(crate) async fn show(visitor: Visitor) -> Result<Response, PortalError> {
    let session = visitor.session().await?;
    let language = visitor.language(session.as_ref().map(|session| session.language));
    let frame = Frame::new(&visitor, language, session.is_some());
    let steps = frame.t.guide.steps.iter().zip(&PICTURES);
    let steps = steps
        .map(|(words, picture)| Step { words, picture, picture_url: picture.url(frame.t.tag) })
        .collect();
    page(StatusCode::OK, &GuidePage { frame, steps })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_picture_in_both_languages() {
        for picture in &PICTURES {
            for language in ["vi", "en"] {
                let url = picture.url(language);
                assert!(url.contains("?v=") && !url.ends_with("?v="), "{url} is not embedded");
            }
        }
    }
}
