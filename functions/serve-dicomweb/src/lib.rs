//! DICOMweb for the software that doctors elsewhere have: whatever a viewer token opens, and nothing else.

mod admitted;
mod answer;
mod error;
pub mod handler;
mod protection;
mod retrieve;
mod services;
mod software;

pub use handler::router;
pub use services::{DicomwebConfig, DicomwebServices};
pub use software::{Right, Software};
