//! What every public function asks of a request before it looks at it: did it come through the front, and from where.
//!
//! ```
//! use axum::Router;
//! use filmless_domain::Secret;
//!
//! // CloudFront tells the secret with each request; whoever goes around it gets nothing.
//! let secret = Secret::new("long and random".to_owned());
//! let function = filmless_front::behind(Some(secret), Router::new());
//! ```

mod coding;
mod front;
mod source;

pub use coding::accepts_coding;
pub use front::behind;
pub use source::source_of;
