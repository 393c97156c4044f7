//! From an object in the studies bucket to the index, or to quarantine with a reason.

mod companions;
mod correction;
mod instance;
mod instance_record;
mod marks;
mod order;
mod quarantine;
mod unzip;

pub(crate) use correction::is_same_content;
pub(crate) use instance::{Examined, read_object};
pub use instance::{IngestOutcome, ingest_objects};
pub(crate) use instance_record::record_of;
pub(crate) use quarantine::is_quarantined;
pub(crate) use unzip::name_of as zip_name;

pub use crate::created_object::CreatedObject;
