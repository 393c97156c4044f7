//! The staff's identity provider: our own small one, over HTTP like any other.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filmless_delivery::Services;
use filmless_domain::Secret;
use filmless_domain::staff::Role;
use filmless_identity::provider::{
    AccountName, AuthorizeRequest, ClientRegistration, SigningKey, SmallProvider, StaffAccounts, TokenRequest,
};
use serve_portal::STAFF_RETURN_PATH;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use super::names::{CLIENT_ID, CLIENT_SECRET, ISSUER, PUBLIC_URL};

/// A running provider.
pub struct Provider {
    pub url: Url,
    at_work: Arc<AtWork>,
    listening: JoinHandle<()>,
}

struct AtWork {
    provider: SmallProvider,
    services: Services,
}

impl Provider {
    pub async fn start(services: Services) -> Self {
        let client = ClientRegistration {
            client_id: CLIENT_ID.into(),
            client_secret: Secret::new(CLIENT_SECRET.into()),
            redirect_url: format!("{PUBLIC_URL}{STAFF_RETURN_PATH}"),
        };
        let key = SigningKey::from_seed(&[3; SigningKey::SEED_BYTES]).unwrap();
        let provider = SmallProvider::new(ISSUER, client, key).unwrap();
        let at_work = Arc::new(AtWork { provider, services });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .with_state(Arc::clone(&at_work));
        let listening = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, at_work, listening }
    }

    /// Signs somebody in with these roles; returns the path and query that the provider's page sends them back to.
    pub fn let_in(&self, authorize_url: &str, name: &str, roles: &[Role]) -> String {
        let (address, query) = authorize_url.split_once('?').unwrap();
        assert_eq!(address, format!("{ISSUER}/authorize"));
        let request: AuthorizeRequest = serde_json::from_value(
            url::form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| (name.into_owned(), serde_json::Value::String(value.into_owned())))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        )
        .unwrap();
        let mut accounts = StaffAccounts::default();
        let name = AccountName::parse(name).unwrap();
        accounts
            .set(name.clone(), roles.iter().copied().collect(), &Secret::new("a password".into()))
            .unwrap();
        let account = accounts.find(&name).unwrap();
        let back = self.at_work.provider.grant(&request, account, self.at_work.services.clock.now()).unwrap();
        format!("{}?{}", back.path(), back.query().unwrap())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn metadata(State(at_work): State<Arc<AtWork>>) -> Response {
    Json(at_work.provider.metadata().unwrap()).into_response()
}

async fn jwks(State(at_work): State<Arc<AtWork>>) -> Response {
    Json(at_work.provider.jwks().unwrap()).into_response()
}

async fn token(
    State(at_work): State<Arc<AtWork>>,
    headers: HeaderMap,
    Form(request): Form<TokenRequest>,
) -> Response {
    let client = headers.get(header::AUTHORIZATION).and_then(|value| {
        let decoded = STANDARD.decode(value.to_str().ok()?.strip_prefix("Basic ")?).ok()?;
        let text = format!("both={}", String::from_utf8(decoded).ok()?);
        let (_, both) = url::form_urlencoded::parse(text.as_bytes()).next()?;
        both.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
    });
    let client = client.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
    match at_work.provider.token(client, &request, at_work.services.clock.now()) {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}
