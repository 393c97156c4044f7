//! Who of the staff signs in, by OpenID Connect: as a client of any provider ([`RelyingParty`]), and as a provider of
//! our own that is small but real ([`provider`]), for hospitals that have none.
//!
//! The protocol is [`openidconnect`]'s; here is what it is used for. Nothing in this crate knows of patients.
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
