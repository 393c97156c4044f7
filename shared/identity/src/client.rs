//! Requests to the provider: few, small, with a time limit, over TLS, and never redirected.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, SyncHttpClient};
use thiserror::Error;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use url::Url;

/// Larger than any discovery document, key set or token answer, in bytes.
const ANSWER_BYTES_MAX: u64 = 512 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// Time limit of one whole exchange. A sign-in has at most three, and the gateway gives up after 29 s.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(8);

/// Where we reach the provider, if not at its own address: a system behind a proxy may not reach itself by the name
/// that browsers use.
#[derive(Debug, Clone)]
pub struct ReachedAt(pub Url);

/// Why an exchange failed.
#[derive(Debug, Error)]
pub(crate) enum ClientError {
    /// No answer.
    #[error("no answer came")]
    Exchange(#[source] Box<ureq::Error>),
    /// The request could not be sent there.
    #[error("the address cannot be used")]
    Address,
}

/// An HTTP client for one provider.
#[derive(Debug, Clone)]
pub(crate) struct ProviderClient {
    agent: Agent,
    reached_at: Option<ReachedAt>,
}

impl ProviderClient {
    pub(crate) fn new(reached_at: Option<ReachedAt>) -> Self {
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(EXCHANGE_TIMEOUT))
            // A redirect could send a request with our secret to somebody else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .tls_config(tls())
            .build();
        Self { agent: config.new_agent(), reached_at }
    }

    /// Replaces the provider's own address by the one we reach it at.
    fn place(&self, request: &mut HttpRequest) -> Result<(), ClientError> {
        let Some(ReachedAt(base)) = &self.reached_at else { return Ok(()) };
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let address = format!("{}{path}", base.origin().ascii_serialization());
        *request.uri_mut() = address.parse().map_err(|_| ClientError::Address)?;
        Ok(())
    }
}

impl SyncHttpClient for ProviderClient {
    type Error = ClientError;

    fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, ClientError> {
        self.place(&mut request)?;
        let failed = |error| ClientError::Exchange(Box::new(error));
        let (parts, body) = self.agent.run(request).map_err(failed)?.into_parts();
        let bytes = body.into_with_config().limit(ANSWER_BYTES_MAX).read_to_vec().map_err(failed)?;
        Ok(HttpResponse::from_parts(parts, bytes))
    }
}

/// The certificates this machine trusts: a hospital's own provider may use the hospital's own.
fn tls() -> TlsConfig {
    static ROOTS: OnceLock<Vec<Certificate<'static>>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        found.iter().map(|der| Certificate::from_der(der.as_ref()).to_owned()).collect()
    });
    TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(roots))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}
