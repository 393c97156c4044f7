//! The table of routes: what the router is built from is what can be listed, so that a route which is in no document and in
//! no test cannot be. `docs/openapi.yaml` names the same.

use crate::route::{Route, get};
use crate::{bulkdata, metadata, qido};

/// Every route below a token (PS3.18 10.4, 10.6; 9 for WADO-URI). A handler takes [`crate::admitted::Admitted`] before
/// anything else.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        get("/studies", qido::studies),
        get("/series", qido::series),
        get("/instances", qido::instances),
        get("/studies/{study_uid}/series", qido::series_of_study),
        get("/studies/{study_uid}/instances", qido::instances_of_study),
        get("/studies/{study_uid}/series/{series_uid}/instances", qido::instances_of_series),
        get("/studies/{study_uid}/metadata", metadata::study),
        get("/studies/{study_uid}/series/{series_uid}/metadata", metadata::series),
        get("/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/metadata", metadata::instance),
        get(
            "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/bulkdata/{*path}",
            bulkdata::value,
        ),
    ]
}
