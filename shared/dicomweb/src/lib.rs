//! DICOMweb (PS3.18) without a server: requests, matching, media types and answers, all of it pure.
//!
//! ```
//! use filmless_dicomweb::{Attributes, Level, Query, answer};
//!
//! let mut study = Attributes::default();
//! study.set_text(0x0010_0010, "PN", "NGUYEN^THI HOA");
//! study.set_text(0x0008_0020, "DA", "20201123");
//!
//! let query = Query::read("PatientName=nguyễn&fuzzymatching=true&StudyDate=20201101-&limit=10")?;
//! assert!(query.matches(&study, Level::Study));
//!
//! let answer = answer(&[query.selected(&study, Level::Study, Level::Study)]);
//! assert!(answer.starts_with(br#"[{"00080020":{"vr":"DA","Value":["20201123"]}"#));
//! # Ok::<(), filmless_dicomweb::Refusal>(())
//! ```

mod accept;
mod attributes;
mod byte_range;
pub mod frame_type;
mod level;
mod matching;
mod moment;
mod multipart;
mod pattern;
mod query;
mod refusal;
mod wanted;

pub use accept::{Offer, choose};
pub use attributes::{Attribute, Attributes, answer};
pub use byte_range::byte_range;
pub use level::Level;
pub use multipart::{DICOM, Multipart};
pub use query::{INCLUDED_MAX, KEYS_MAX, QUERY_BYTES_MAX, Query, RESULTS_MAX, accept_parameter};
pub use refusal::Refusal;
pub use wanted::{Shape, Wanted, wanted};
