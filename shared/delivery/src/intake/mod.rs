//! From an object in the studies bucket to the index, or to quarantine with a reason.

mod companions;
mod instance;
mod order;
mod quarantine;
mod unzip;

pub(crate) use instance::{Examined, is_same_content, read_object, record_of};
pub use instance::{IngestOutcome, ingest_objects};
pub(crate) use quarantine::is_quarantined;
pub(crate) use unzip::name_of as zip_name;

pub use crate::created_object::CreatedObject;
