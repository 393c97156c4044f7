//! Files, frames and pictures (PS3.18 10.4, 9): what goes out piece by piece.

mod file_index;
mod frame_numbers;
mod frames;
mod instances;
mod parts;
mod picture_query;
mod rendered;
mod wado_uri;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

pub(crate) use self::file_index::IndexCache;
use crate::services::DicomwebServices;

/// The routes below a token.
pub(crate) fn routes() -> Router<Arc<DicomwebServices>> {
    const STUDY: &str = "/studies/{study_uid}";
    const SERIES: &str = "/studies/{study_uid}/series/{series_uid}";
    const INSTANCE: &str = "/studies/{study_uid}/series/{series_uid}/instances/{instance_uid}";
    let mut routes = Router::new()
        .route(STUDY, get(instances::study))
        .route(SERIES, get(instances::series))
        .route(INSTANCE, get(instances::instance))
        .route(&format!("{INSTANCE}/frames/{{frames}}"), get(frames::frames))
        .route("/wado", get(wado_uri::wado));
    for (path, kind) in [("rendered", rendered::Kind::Rendered), ("thumbnail", rendered::Kind::Thumbnail)] {
        for resource in [STUDY, SERIES, INSTANCE, &format!("{INSTANCE}/frames/{{frames}}")] {
            let handler = move |state, admitted, path, query, headers| {
                rendered::pictures(kind, state, admitted, path, query, headers)
            };
            routes = routes.route(&format!("{resource}/{path}"), get(handler));
        }
    }
    routes
}
