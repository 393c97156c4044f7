//! The use cases: from an upload to a patient who sees it.
//!
//! Each step is idempotent and can be run again alone. It writes what the next one needs, then announces it through
//! the outbox. The modules follow a study:
//!
//! | module | what it does |
//! |---|---|
//! | [`intake`] | an object becomes an item of the index, or goes to quarantine with a reason |
//! | [`prepare`] | a study settles; its series become packs, previews and downloads |
//! | [`release`] | the publish gate, and what follows: account, password, link, slip |
//! | [`notice`] | SMS and email, and what their providers report |
//! | [`viewing`] | what patients, and the people they share with, open |
//! | [`consult`] | consultations: start, invite, admit, opinions, minutes |
//! | [`staff`] | what the hospital's staff see and do |
//! | [`upkeep`] | jobs by the clock: find what was lost, delete what has expired |
//! | [`record`] | the logs and messages that every step writes: outbox, audit, usage |
//!
//! What all of them use is beside them: the rule for who sees what, the services of each use case ([`parts`]), the
//! port of the renderer.
//!
//! ```
//! use filmless_delivery::TrustedProxies;
//!
//! // Only what a proxy of the hospital's says of its visitor is believed.
//! let proxies: TrustedProxies = "10.0.0.0/8".parse()?;
//! let visitor = proxies.visitor("10.0.0.7".parse().unwrap(), ["6.6.6.6, 203.0.113.9"].into_iter());
//! assert_eq!(visitor.to_string(), "203.0.113.9");
//! # Ok::<(), filmless_delivery::InvalidTrustedProxies>(())
//! ```

pub mod consult;
mod created_object;
mod credentials;
mod error;
#[cfg(feature = "render")]
mod explicit_file;
pub mod intake;
mod judged;
pub mod notice;
pub mod parts;
pub mod prepare;
pub mod record;
pub mod release;
#[cfg(feature = "render")]
mod renderer;
mod services;
mod shown_instances;
mod shown_series;
mod sight;
mod sms_countries;
#[cfg(feature = "render")]
mod source_file;
pub mod staff;
pub mod trace;
mod trusted_proxies;
pub mod upkeep;
pub mod viewing;

pub use error::DeliveryError;
#[cfg(feature = "render")]
pub use explicit_file::{ExplicitFile, NotNative};
pub use filmless_store::index::{ReviewKind, ReviewRecord};
#[cfg(feature = "render")]
pub use renderer::{
    FileOwner, InProcessRenderer, InstanceRenderer, RenderedParts, no_picture, parts_channel,
};
pub use services::{MessageSecrets, Services, Settings};
pub use sms_countries::{InvalidSmsCountries, SmsCountries};
#[cfg(feature = "render")]
pub use source_file::{RemoteFile, SourceFile};
pub use trusted_proxies::{InvalidTrustedProxies, TrustedProxies, network_of};
pub use upkeep::finance_report::{ReportFigures, send_finance_report};
