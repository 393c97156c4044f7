//! How the tests speak HTTP.

use ureq::Agent;

/// A client that follows no redirects and treats a refusal as an answer.
pub fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}
