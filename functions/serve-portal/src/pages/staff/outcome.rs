//! A page that says what happened.

use askama::Template;

use super::frame::StaffFrame;
use super::study::ViewerRow;

/// A page that says what happened.
#[derive(Template)]
#[template(path = "staff/outcome.html")]
pub(crate) struct OutcomePage<'a> {
    pub(crate) frame: StaffFrame<'a>,
    pub(crate) title: &'a str,
    /// What was done, as pairs of label and value.
    pub(crate) facts: Vec<(&'a str, String)>,
    /// Who opened the recalled study, if that matters.
    pub(crate) viewers: Option<Vec<ViewerRow>>,
    pub(crate) back: (String, &'a str),
}
