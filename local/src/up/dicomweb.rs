//! DICOMweb, on the portal's port.

use std::sync::Arc;

use axum::Router;
use filmless_delivery::parts::Viewing;
use filmless_delivery::viewing::software::Software;
use filmless_delivery::{InstanceRenderer, Services};
use filmless_domain::WebOrigins;
use serve_dicomweb::{DicomwebConfig, DicomwebServices};

/// Below which addresses it lies.
const PLACE: &str = "/dicomweb";

/// What answers below `/dicomweb`, and whose web pages may read it.
pub fn router(services: &Services, renderer: Arc<dyn InstanceRenderer>, origins: &[WebOrigins]) -> Router {
    let viewing = Viewing::from(services);
    let config = DicomwebConfig::of(&viewing, WebOrigins::joined(origins.iter().cloned()));
    serve_dicomweb::router(Arc::new(DicomwebServices::new(Software::new(viewing), renderer, config)))
}

/// Whether it answers at that path: CloudFront, which stands before both functions, decides by the same rule.
pub fn answers_at(path: &str) -> bool {
    path.strip_prefix(PLACE).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_below_its_place_is_its_own() {
        for (path, is_own) in [
            ("/dicomweb/secret/studies", true),
            ("/dicomweb/studies", true),
            ("/dicomweb/", true),
            ("/dicomweb", false),
            ("/dicomwebs/studies", false),
            ("/DICOMWEB/studies", false),
            ("/studies/1.2.3", false),
            ("/", false),
        ] {
            assert_eq!(answers_at(path), is_own, "{path}");
        }
    }
}
