//! `/identity`: an identity provider for the console of this system, for hospitals without one. It is a real one: the
//! console talks to it over HTTP, as to any other.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filmless_delivery::parts::Common;
use filmless_delivery::viewing::tries::{self, Tries};
use filmless_domain::staff_oidc::OidcSettings;
use filmless_domain::{LogCode, Secret};
use filmless_identity::provider::{
    AccountName, AuthorizeRequest, ClientRegistration, ProviderError, SigningKey, SmallProvider, TokenRequest,
};
use filmless_store::port::{OsRandomness, Randomness};
use serde::Deserialize;
use serde_json::json;
use serve_portal::STAFF_RETURN_PATH;
use tokio::sync::Semaphore;

use crate::instance::write_private;
use crate::staff_accounts;

/// Path below the portal's address.
pub const PATH: &str = "/identity";
const CLIENT_ID: &str = "filmless-console";
const KEY_FILE: &str = "identity.key";
/// Password hashes computed at the same time: each takes 19 MiB.
const HASHES_AT_ONCE: usize = 2;

/// What the provider's pages work with.
struct Identity {
    provider: SmallProvider,
    common: Common,
    data: PathBuf,
    turns: Semaphore,
}

#[derive(Template)]
#[template(path = "identity.html")]
struct SignInForm<'a> {
    style_url: String,
    hospital_name: &'a str,
    request: &'a AuthorizeRequest,
    account: &'a str,
    error: Option<&'static str>,
}

/// What was typed, with the request it answers.
#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    account: String,
    #[serde(default)]
    password: String,
    #[serde(flatten)]
    request: AuthorizeRequest,
}

/// A form sent to the token endpoint; the client may identify itself in it.
#[derive(Deserialize)]
struct TokenForm {
    client_id: Option<String>,
    client_secret: Option<String>,
    #[serde(flatten)]
    request: TokenRequest,
}

/// A provider for this system, and the settings its console needs.
pub fn open(data: &Path, common: &Common) -> anyhow::Result<(Router, OidcSettings)> {
    let public_url = &common.settings.public_url;
    let secret = random_secret()?;
    let client = ClientRegistration {
        client_id: CLIENT_ID.to_owned(),
        client_secret: secret.clone(),
        redirect_url: format!("{public_url}{STAFF_RETURN_PATH}"),
    };
    let issuer = format!("{public_url}{PATH}");
    let provider = SmallProvider::new(&issuer, client, load_key(data)?)?;
    if let Some(file) = staff_accounts::make_first(data)? {
        let file = file.display();
        tracing::info!(%file, "the first account of staff is `admin`; its password lies in that file");
    }
    let settings = OidcSettings::new(issuer, CLIENT_ID.to_owned(), Some(secret));
    let identity = Identity {
        provider,
        common: common.clone(),
        data: data.to_owned(),
        turns: Semaphore::new(HASHES_AT_ONCE),
    };
    Ok((router(Arc::new(identity)), settings))
}

fn router(identity: Arc<Identity>) -> Router {
    Router::new()
        .route("/identity/.well-known/openid-configuration", get(metadata))
        .route("/identity/jwks", get(jwks))
        .route("/identity/authorize", get(ask).post(answer))
        .route("/identity/token", post(token))
        .layer(axum::extract::DefaultBodyLimit::max(16 * 1024))
        .with_state(identity)
}

async fn metadata(State(identity): State<Arc<Identity>>) -> Response {
    document(identity.provider.metadata())
}

async fn jwks(State(identity): State<Arc<Identity>>) -> Response {
    document(identity.provider.jwks())
}

fn document(document: Result<serde_json::Value, ProviderError>) -> Response {
    match document {
        Ok(document) => Json(document).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /identity/authorize`
async fn ask(State(identity): State<Arc<Identity>>, Query(request): Query<AuthorizeRequest>) -> Response {
    match identity.provider.check(&request) {
        Ok(()) => form(&identity, StatusCode::OK, &request, "", None),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// `POST /identity/authorize`
async fn answer(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    State(identity): State<Arc<Identity>>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    if identity.provider.check(&typed.request).is_err() || !is_own(&headers, &identity) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    match identity.sign_in(&typed, &peer.ip().to_string()).await {
        Ok(Answer::Granted(url)) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
        Ok(Answer::Denied) => {
            let words = "Tài khoản hoặc mật khẩu chưa đúng. / Account or password is not right.";
            form(&identity, StatusCode::FORBIDDEN, &typed.request, &typed.account, Some(words))
        }
        Ok(Answer::SlowDown) => {
            let words =
                "Đã nhập sai nhiều lần. Xin chờ 15 phút. / Too many wrong tries. Please wait 15 minutes.";
            form(&identity, StatusCode::TOO_MANY_REQUESTS, &typed.request, &typed.account, Some(words))
        }
        Err(error) => {
            tracing::error!(
                code = LogCode::IdentityFailed.code(),
                cause = format!("{error:#}"),
                "nobody can sign in"
            );
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

enum Answer {
    Granted(String),
    Denied,
    SlowDown,
}

impl Identity {
    async fn sign_in(&self, typed: &Typed, source: &str) -> anyhow::Result<Answer> {
        // Anything that cannot be an account name counts under one name, so that inventions cannot fill the table.
        let name = AccountName::parse(&typed.account).map(|name| name.as_str().to_owned());
        let name = name.unwrap_or_else(|_| "-".to_owned());
        if tries::count_staff(&self.common, &name, source).await? != Tries::Allowed {
            return Ok(Answer::SlowDown);
        }
        let _turn = self.turns.acquire().await?;
        let accounts = staff_accounts::load(&self.data)?;
        let password = Secret::new(typed.password.clone());
        let verified = tokio::task::spawn_blocking({
            let name = name.clone();
            move || accounts.verify(&name, password.expose()).cloned()
        });
        let Some(account) = verified.await? else { return Ok(Answer::Denied) };
        tries::forget_staff(&self.common, &name, source).await?;
        let url = self.provider.grant(&typed.request, &account, self.common.clock.now())?;
        Ok(Answer::Granted(url.into()))
    }
}

/// `POST /identity/token`
async fn token(
    State(identity): State<Arc<Identity>>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Response {
    let client = basic(&headers).or_else(|| Some((form.client_id?, form.client_secret?)));
    let client = client.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    match identity.provider.token(client, &form.request, identity.common.clock.now()) {
        Ok(tokens) => (no_store, Json(tokens)).into_response(),
        Err(error) => {
            let status = match error {
                ProviderError::InvalidClient => StatusCode::UNAUTHORIZED,
                ProviderError::Failed => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::BAD_REQUEST,
            };
            (status, no_store, Json(json!({ "error": error.to_string() }))).into_response()
        }
    }
}

/// Name and secret of a client (RFC 6749 2.3.1: both are form-urlencoded before they are joined).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| {
        let text = format!("x={text}");
        url::form_urlencoded::parse(text.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((plain(id)?, plain(secret)?))
}

/// Whether one of our pages sent the form: another site must not sign somebody in under an account of its choice.
fn is_own(headers: &HeaderMap, identity: &Identity) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own_site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let is_own_origin = text("origin").is_none_or(|origin| {
        let issuer = url::Url::parse(identity.provider.issuer());
        origin == "null" || issuer.is_ok_and(|url| url.origin().ascii_serialization() == origin)
    });
    is_own_site && is_own_origin
}

fn form(
    identity: &Identity,
    status: StatusCode,
    request: &AuthorizeRequest,
    account: &str,
    error: Option<&'static str>,
) -> Response {
    let hospital_name = &identity.common.settings.hospital.name_vi;
    let style_url = serve_portal::asset_url("style.css");
    let page = SignInForm { style_url, hospital_name, request, account, error };
    let policy =
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    match page.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn random_secret() -> anyhow::Result<Secret> {
    let mut bytes = [0; 32];
    OsRandomness.fill(&mut bytes)?;
    Ok(Secret::new(hex::encode(bytes)))
}

/// The signing key, from a file that only its owner can read, so that sign-ins under way survive a restart.
fn load_key(data: &Path) -> anyhow::Result<SigningKey> {
    let file = data.join(KEY_FILE);
    if !file.exists() {
        let mut seed = [0; SigningKey::SEED_BYTES];
        OsRandomness.fill(&mut seed)?;
        write_private(&file, &hex::encode(seed))?;
    }
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut seed = [0; SigningKey::SEED_BYTES];
    hex::decode_to_slice(text.trim(), &mut seed).with_context(|| format!("{} is damaged", file.display()))?;
    Ok(SigningKey::from_seed(&seed)?)
}
