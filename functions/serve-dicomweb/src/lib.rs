//! DICOMweb for the software that doctors elsewhere have: whatever a viewer token opens, and nothing else.

mod admitted;
mod answer;
mod error;
pub mod handler;
mod protection;
mod route;
mod routes;
mod services;
mod software;

pub use handler::router;
pub use route::Route;
pub use routes::routes;
pub use services::{DicomwebConfig, DicomwebServices};
pub use software::{Right, Software};
