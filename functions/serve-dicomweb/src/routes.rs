//! The table of routes: what the router is built from is what can be listed, so that a route which is in no document and in
//! no test cannot be. `docs/openapi.yaml` names the same.

use crate::route::Route;

/// Every route below a token (PS3.18 10.4, 10.6; 9 for WADO-URI). A handler takes [`crate::admitted::Admitted`] before
/// anything else.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![]
}
