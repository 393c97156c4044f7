//! DICOMweb for the software that doctors elsewhere have: whatever a viewer token opens, and nothing else.

mod admitted;
mod answer;
mod briefs;
mod bulkdata;
mod config;
mod error;
pub mod handler;
mod headers;
mod lines;
mod manifest;
mod metadata;
mod packs;
mod places;
mod protection;
mod qido;
mod remembered;
mod resource;
mod retrieve;
mod route;
mod routes;
mod services;
mod weasis;

pub use config::DicomwebConfig;
pub use handler::router;
pub use route::Route;
pub use routes::routes;
pub use services::DicomwebServices;
