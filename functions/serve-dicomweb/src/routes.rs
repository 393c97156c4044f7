//! The table of routes: what the router is built from is what can be listed, so that a route which is in no document and in
//! no test cannot be. `docs/openapi.yaml` names the same.

use crate::retrieve::rendered::Kind::{Rendered, Thumbnail};
use crate::retrieve::rendered::pictures;
use crate::retrieve::{frames, instances, wado_uri};
use crate::route::{Route, get};
use crate::{bulkdata, metadata, packs, qido, weasis};

/// Every route below a token (PS3.18 10.4, 10.6; 9 for WADO-URI). A handler takes `Admitted` before
/// anything else.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
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
        get("/studies/{study_uid}", instances::study),
        get("/studies/{study_uid}/series/{series_uid}", instances::series),
        get("/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}", instances::instance),
        get(
            "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/frames/{frames}",
            frames::frames,
        ),
        get("/studies/{study_uid}/packs", packs::packs),
        get("/wado", wado_uri::wado),
        get("/weasis.xml", weasis::manifest),
        get("/files/{study_uid}/{instance_uid}", weasis::file),
    ];
    for (kind, paths) in [
        (
            Rendered,
            [
                "/studies/{study_uid}/rendered",
                "/studies/{study_uid}/series/{series_uid}/rendered",
                "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/rendered",
                "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/frames/{frames}/rendered",
            ],
        ),
        (
            Thumbnail,
            [
                "/studies/{study_uid}/thumbnail",
                "/studies/{study_uid}/series/{series_uid}/thumbnail",
                "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/thumbnail",
                "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}/frames/{frames}/thumbnail",
            ],
        ),
    ] {
        let handler = move |state, admitted, path, query, headers| {
            pictures(kind, state, admitted, path, query, headers)
        };
        routes.extend(paths.map(|path| get(path, handler)));
    }
    routes
}
