//! The only public door: sign-in, the link of the slip, "my studies" and the study page.
//!
//! Pages are HTML made on the server ([`askama`] escapes every value), so that they work on an old phone and
//! without scripts; one small script makes the images scroll. Pictures never pass through here: a page holds
//! presigned URLs, which the browser fetches from the object store itself.
//!
//! The same [`router`] runs in Lambda and in the embedded profile.

mod assets;
mod compression;
mod config;
mod cookies;
mod door;
mod front;
mod handler;
mod pages;
mod production;
mod protection;
mod source;
mod texts;
mod visitor;

pub use config::{PortalConfig, PortalConfigError};
pub use door::{Door, Guest, PortalError};
pub use front::behind;
pub use handler::{PortalServices, router};
