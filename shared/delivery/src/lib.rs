//! The use cases: from an upload to a patient who sees it.
//!
//! Each step is idempotent and can be run again alone; each writes what the next one needs and then announces it
//! through the outbox.

pub mod audit;
mod booking;
mod credentials;
pub mod daily_list;
pub mod dead_letters;
pub mod download;
mod error;
pub mod feedback;
mod file_facts;
mod finance_report;
pub mod health;
pub(crate) mod identity;
pub mod ingest;
mod issue;
mod late_contact;
pub mod log;
pub mod messages;
pub mod notice;
pub mod outbox;
pub mod portal;
pub mod rebuild;
pub mod reconcile;
pub mod refusals;
pub mod relay_report;
pub mod release;
pub mod render;
mod result;
pub mod retention;
mod services;
pub mod settle;
mod sms_countries;
pub mod staff;
pub mod status;
pub mod tries;
mod trusted_proxies;
mod usage;

pub use error::DeliveryError;
pub use filmless_store::index::{ReviewKind, ReviewRecord};
pub use finance_report::{ReportFigures, send_finance_report};
pub use services::{MessageSecrets, Services, Settings};
pub use sms_countries::{InvalidSmsCountries, SmsCountries};
pub use trusted_proxies::{InvalidTrustedProxies, TrustedProxies};
