//! The document of the routes and the router are alike.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use serde_json::Value;
use serve_dicomweb::routes;

const PREFIX: &str = "/dicomweb/{viewer_token}";
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

#[test]
fn the_document_names_exactly_the_routes_of_software_and_that_each_needs_a_viewer_token() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.yaml");
    let document: Value = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/dicomweb/") {
            continue;
        }
        let resource = path.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{path} has no token"));
        for (method, operation) in item.as_object().unwrap() {
            if METHODS.contains(&method.as_str()) {
                assert_eq!(method, "get", "{path}");
                assert_eq!(operation["x-who"], "viewer-token", "{path}");
                assert_eq!(operation["security"], serde_json::json!([{ "viewerToken": [] }]), "{path}");
                documented.insert(resource.to_owned());
            }
        }
    }
    // A parameter that takes the rest of an address has no sign of its own in OpenAPI.
    let built: BTreeSet<String> = routes().iter().map(|route| route.path.replace("{*", "{")).collect();
    assert_eq!(documented, built);
}
