//! Signs staff in with OpenID Connect: as a client of any provider ([`RelyingParty`]), and as a small but real
//! provider of our own ([`provider`]), for hospitals that have none.
//!
//! [`openidconnect`] implements the protocol; this crate uses it. Nothing here knows about patients.
//!
//! ```
//! use filmless_identity::provider::{AccountName, InvalidAccountName};
//!
//! assert_eq!(AccountName::parse(" Lan.Nguyen ")?.as_str(), "lan.nguyen");
//! assert_eq!(AccountName::parse("lan nguyen"), Err(InvalidAccountName));
//! # Ok::<(), InvalidAccountName>(())
//! ```

mod client;
mod error;
pub mod provider;
mod relying_party;
mod tokens;

pub use client::ReachedAt;
pub use error::{IdentityError, Refusal};
pub use relying_party::{Begun, PendingSignIn, RelyingParty, Returned};
