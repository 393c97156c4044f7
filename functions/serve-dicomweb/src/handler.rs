//! The router.

use axum::Router;

/// All routes below `/dicomweb`.
#[must_use]
pub fn router() -> Router {
    Router::new()
}
