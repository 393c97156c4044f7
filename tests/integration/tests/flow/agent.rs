//! The HTTP client of the tests.

use ureq::Agent;

/// A client that follows no redirect and returns error statuses as answers.
pub fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}
