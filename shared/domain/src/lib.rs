//! The terms and rules of Filmless, without any input or output.
//!
//! Everything here is synchronous and deterministic: time and randomness are arguments. Each type has one fallible
//! constructor, so other crates may rely on its invariants.
//!
//! ```
//! use filmless_domain::{AccessionNumber, BirthDate};
//!
//! // As a modality writes it, as a patient types it, as a slip shows it.
//! let written = BirthDate::parse("19580302")?;
//! assert_eq!(BirthDate::parse_typed("2/3/1958")?, written);
//! assert_eq!(written.to_day_first(), "02/03/1958");
//! assert!(AccessionNumber::parse("").is_err());
//! # Ok::<(), filmless_domain::date::InvalidDate>(())
//! ```

pub mod access;
pub mod audit;
pub mod audit_fhir;
pub mod chain;
pub mod channel;
pub mod cost;
pub mod date;
pub mod download_kind;
pub mod gate;
pub mod hospital;
pub mod identity;
pub mod ids;
pub mod invisible;
pub mod limits;
pub mod log_code;
pub mod mailbox;
pub mod number;
pub mod object_key;
pub mod order;
pub mod parcel;
pub mod patient;
pub mod per_channel;
pub mod person_name;
pub mod phone;
pub mod quiet_hours;
pub mod rejection;
pub mod retrieval;
pub mod secret;
pub mod series_attributes;
pub mod share;
pub mod staff;
pub mod staff_oidc;
pub mod stored_code;
pub mod study;
pub mod usage;
pub mod web_origin;

pub use channel::{Channel, ChannelPolicy, Reach};
pub use date::{BirthDate, TypedAnswer};
pub use download_kind::DownloadKind;
pub use hospital::{Hospital, HospitalFileError, Language};
pub use ids::{AccessionNumber, InvalidId, PatientId, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
pub use limits::Limits;
pub use log_code::LogCode;
pub use object_key::ObjectKey;
pub use order::{Order, SignedResult};
pub use parcel::Parcel;
pub use patient::{PatientDemographics, sex_of};
pub use per_channel::PerChannel;
pub use phone::PhoneNumber;
pub use quiet_hours::QuietHours;
pub use rejection::{Rejection, RejectionCode};
pub use retrieval::Retrieval;
pub use secret::Secret;
pub use series_attributes::SeriesAttributes;
pub use stored_code::StoredCode;
pub use study::{HoldReason, KeyFrames, KeyReference, ReportLack, StudyState};
pub use web_origin::WebOrigins;
