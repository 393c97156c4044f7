//! The public pages: sign-in, the link of the slip, "my studies" and the study page; and the console of staff.
//!
//! Pages are HTML made on the server ([`askama`] escapes every value), so they work on an old phone and without
//! scripts; one small script makes the images scroll. Images never pass through here: a page contains presigned URLs,
//! and the browser fetches them from the object store itself.
//!
//! The same [`router`] runs in Lambda and in the embedded profile.
//!
//! ```no_run
//! // Each address of the portal, and who may use it.
//! for route in serve_portal::routes() {
//!     println!("{} {}: {}", route.method, route.path, route.who.as_str());
//! }
//! ```

mod assets;
mod compression;
mod config;
mod cookies;
mod error;
mod handler;
mod headers;
mod multipart;
mod pages;
mod protection;
mod route;
mod routes;
mod services;
mod staff_sign_in;
mod texts;
mod visitor;

pub use assets::url as asset_url;
pub use config::{PortalConfig, PortalConfigError};
pub use handler::router;
pub use route::{Route, Who};
pub use routes::routes;
pub use services::{Machine, PortalServices};
pub use staff_sign_in::{STAFF_RETURN_PATH, StaffSignIn};
