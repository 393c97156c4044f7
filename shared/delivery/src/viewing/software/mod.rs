//! What the software of doctors may open, with a viewer token instead of a cookie.
//!
//! A token is made in a session, names its studies, and opens no more than that session does: it ends with it at once. Every
//! request is judged anew ([`Software::admit`]).

mod admission;
mod entrance;
mod judge;
mod large;
mod mint;
mod used;

pub use admission::{Admission, Right, SoftwareSeries, SoftwareStudy};
pub use entrance::Software;
pub use large::{FOLLOWED_WITHIN, LargeAnswer};
pub use mint::{NewViewerToken, VIEWER_TOKENS_MAX};
