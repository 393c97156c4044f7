//! `docs/openapi.yaml` and the router have the same routes.

use std::collections::BTreeSet;

use serde_json::Value;
use serve_portal::routes;

fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Whether another function answers there, whose own tests compare it.
fn is_of_dicomweb(path: &str) -> bool {
    path.starts_with("/dicomweb/")
}

#[test]
fn the_document_names_exactly_the_routes_of_the_router_and_who_may_use_them() {
    let mut documented = BTreeSet::new();
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths.iter().filter(|(path, _)| !is_of_dicomweb(path)) {
        for (method, operation) in item.as_object().unwrap() {
            if METHODS.contains(&method.as_str()) {
                let who = operation["x-who"].as_str().unwrap_or("nobody said").to_owned();
                documented.insert((path.clone(), method.to_uppercase(), who));
            }
        }
    }
    let routes = routes().into_iter();
    let built = routes.map(|r| (r.path.to_owned(), r.method.to_owned(), r.who.as_str().to_owned())).collect();
    assert_eq!(documented, built);
}

#[test]
fn the_document_demands_a_session_where_the_router_does() {
    let document = document();
    for route in routes() {
        let operation = &document["paths"][route.path][route.method.to_lowercase().as_str()];
        let is_open = operation["security"].as_array().is_some_and(Vec::is_empty);
        let lets_in = route.path.starts_with("/staff/sign-in");
        assert_eq!(is_open, route.who == serve_portal::Who::Anyone || lets_in, "{route:?}");
    }
}
