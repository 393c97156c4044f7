//! The client: the authorization code flow with PKCE (RFC 7636), `state` and `nonce`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use filmless_domain::Secret;
use filmless_domain::staff::{Identified, StaffMember};
use filmless_domain::staff_oidc::{self, OidcSettings};
use jiff::Timestamp;
use openidconnect::core::{CoreAuthenticationFlow, CoreErrorResponseType, CoreProviderMetadata};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;
use url::Url;

use crate::client::{ProviderClient, ReachedAt};
use crate::tokens::{ACCEPTED_SIGNATURES, StaffClient, StaffIdToken, StaffIdTokenClaims, StaffTokenResponse};
use crate::{IdentityError, Refusal};

/// How long the discovery document and keys are used before they are fetched again.
const METADATA_KEPT: Duration = Duration::from_secs(600);
/// Longest subject or name kept, in characters.
const NAME_CHARS_MAX: usize = 120;

/// We, as a client of one provider.
#[derive(Debug)]
pub struct RelyingParty {
    settings: OidcSettings,
    issuer: IssuerUrl,
    redirect_url: RedirectUrl,
    client: ProviderClient,
    /// The provider is part of this system, so browsers may reach it in another way than we do.
    is_reached_elsewhere: bool,
    metadata: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

/// A started sign-in: where to send the browser, and what we need when it returns.
#[derive(Debug)]
pub struct Begun {
    /// The provider's page.
    pub url: Url,
    /// To be stored on our side, tied to the browser.
    pub pending: PendingSignIn,
}

/// What we need when the browser returns.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingSignIn {
    state: String,
    nonce: String,
    verifier: String,
}

impl std::fmt::Debug for PendingSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PendingSignIn(hidden)")
    }
}

/// The parameters the browser returned with (RFC 6749 4.1.2, RFC 9207).
#[derive(Clone, Default, Deserialize)]
pub struct Returned {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

impl std::fmt::Debug for Returned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Returned(hidden)")
    }
}

impl RelyingParty {
    /// A client with these settings; the provider sends browsers back to `redirect_url`. Fetches nothing yet: a
    /// provider that is down must not keep everything else from starting.
    ///
    /// # Errors
    /// [`IdentityError::Settings`].
    pub fn new(
        settings: OidcSettings,
        redirect_url: String,
        reached_at: Option<ReachedAt>,
    ) -> Result<Self, IdentityError> {
        if reached_at.is_none() && !OidcSettings::is_issuer_safe(&settings.issuer) {
            return Err(IdentityError::Settings("the issuer is not reached by https"));
        }
        Ok(Self {
            issuer: IssuerUrl::new(settings.issuer.clone())
                .map_err(|_| IdentityError::Settings("the issuer is no address"))?,
            redirect_url: RedirectUrl::new(redirect_url)
                .map_err(|_| IdentityError::Settings("the portal's address is none"))?,
            is_reached_elsewhere: reached_at.is_some(),
            client: ProviderClient::new(reached_at),
            settings,
            metadata: Mutex::new(None),
        })
    }

    /// Starts a sign-in.
    ///
    /// # Errors
    /// [`IdentityError::Provider`].
    pub async fn begin(self: &Arc<Self>) -> Result<Begun, IdentityError> {
        self.blocking(|this| {
            let client = this.client_of(this.metadata(false)?);
            let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
            let flow = CoreAuthenticationFlow::AuthorizationCode;
            let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
            let scopes = this.settings.scopes.split_whitespace().filter(|scope| *scope != "openid");
            let request = request.add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())));
            let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
            let pending = PendingSignIn {
                state: state.into_secret(),
                nonce: nonce.secret().clone(),
                verifier: verifier.into_secret(),
            };
            Ok(Begun { url, pending })
        })
        .await
    }

    /// Finishes a sign-in of staff: returns who it is, if the provider says so and its answer belongs to our request.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub async fn finish(
        self: &Arc<Self>,
        pending: PendingSignIn,
        returned: Returned,
        now: Timestamp,
    ) -> Result<StaffMember, IdentityError> {
        self.finish_as(pending, returned, now, Self::member).await
    }

    /// The same for anybody whom the provider knows, with or without a role of ours.
    ///
    /// # Errors
    /// [`IdentityError`], never [`IdentityError::NoRole`].
    pub async fn identify(
        self: &Arc<Self>,
        pending: PendingSignIn,
        returned: Returned,
        now: Timestamp,
    ) -> Result<Identified, IdentityError> {
        self.finish_as(pending, returned, now, Self::identified).await
    }

    async fn finish_as<T: Send + 'static>(
        self: &Arc<Self>,
        pending: PendingSignIn,
        returned: Returned,
        now: Timestamp,
        read: fn(&Self, &StaffIdTokenClaims) -> Result<T, IdentityError>,
    ) -> Result<T, IdentityError> {
        let code = self.code_of(&pending, returned)?;
        self.blocking(move |this| {
            let metadata = this.metadata(false)?;
            let response = this.exchange(&metadata, code, &pending)?;
            match this.verified(metadata, &response, &pending, now) {
                // The provider may have changed its keys since we fetched them.
                Err(Unverified::UnknownKey) => {
                    let verified = this.verified(this.metadata(true)?, &response, &pending, now);
                    read(this, &verified.map_err(|_| IdentityError::Refused(Refusal::Token))?)
                }
                Err(Unverified::Forged) => Err(IdentityError::Refused(Refusal::Token)),
                Ok(claims) => read(this, &claims),
            }
        })
        .await
    }

    /// Runs network calls where blocking is allowed.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, IdentityError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let this = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&this)).await;
        done.map_err(|error| IdentityError::provider("the exchange broke off", error))?
    }

    fn code_of(
        &self,
        pending: &PendingSignIn,
        returned: Returned,
    ) -> Result<AuthorizationCode, IdentityError> {
        let state = returned.state.unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(pending.state.as_bytes())) {
            return Err(IdentityError::Refused(Refusal::State));
        }
        if returned.iss.is_some_and(|issuer| issuer != self.settings.issuer) {
            return Err(IdentityError::Refused(Refusal::Issuer));
        }
        if returned.error.is_some() {
            return Err(IdentityError::Refused(Refusal::Declined));
        }
        let code = returned.code.filter(|code| !code.is_empty());
        code.map(AuthorizationCode::new).ok_or(IdentityError::Refused(Refusal::Code))
    }

    fn metadata(&self, is_fresh: bool) -> Result<CoreProviderMetadata, IdentityError> {
        let known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, metadata)) = known.filter(|(at, _)| !is_fresh && at.elapsed() < METADATA_KEPT) {
            let _ = at;
            return Ok(metadata);
        }
        let found = CoreProviderMetadata::discover(&self.issuer, &self.client);
        let found = found.map_err(|error| IdentityError::provider("discovery", error))?;
        let addresses = [
            Some(found.authorization_endpoint().url()),
            found.token_endpoint().map(|endpoint| endpoint.url()),
        ];
        let is_safe = |url: Option<&Url>| url.is_some_and(|url| OidcSettings::is_issuer_safe(url.as_str()));
        if !self.is_reached_elsewhere && !addresses.into_iter().all(is_safe) {
            return Err(IdentityError::Provider { what: "an address is not reached by https", source: None });
        }
        let kept = Some((Instant::now(), found.clone()));
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(found)
    }

    fn client_of(&self, metadata: CoreProviderMetadata) -> StaffClient {
        let secret = self.settings.client_secret.as_ref().map(|s| ClientSecret::new(s.expose().to_owned()));
        let is_posted = secret.is_some() && is_secret_posted(&metadata);
        let id = ClientId::new(self.settings.client_id.clone());
        let client = StaffClient::from_provider_metadata(metadata, id, secret);
        let client = client.set_redirect_uri(self.redirect_url.clone());
        if is_posted { client.set_auth_type(openidconnect::AuthType::RequestBody) } else { client }
    }

    fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        code: AuthorizationCode,
        pending: &PendingSignIn,
    ) -> Result<StaffTokenResponse, IdentityError> {
        let client = self.client_of(metadata.clone());
        let request =
            client.exchange_code(code).map_err(|e| IdentityError::provider("no token endpoint", e))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()));
        request.request(&self.client).map_err(|error| match error {
            // If the client is not allowed to ask at all, our settings are wrong; any other error is about this code.
            RequestTokenError::ServerResponse(response) => match response.error() {
                CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                    IdentityError::Provider {
                        what: "it does not know our client id and secret",
                        source: None,
                    }
                }
                _ => IdentityError::Refused(Refusal::Code),
            },
            RequestTokenError::Request(error) => IdentityError::provider("token endpoint", error),
            // An unparsable answer may contain tokens, so drop its text.
            _ => IdentityError::Provider { what: "the token endpoint's answer", source: None },
        })
    }

    fn verified(
        &self,
        metadata: CoreProviderMetadata,
        response: &StaffTokenResponse,
        pending: &PendingSignIn,
        now: Timestamp,
    ) -> Result<StaffIdTokenClaims, Unverified> {
        let token: &StaffIdToken = response.id_token().ok_or(Unverified::Forged)?;
        let now = DateTime::<Utc>::from_timestamp(now.as_second(), 0).ok_or(Unverified::Forged)?;
        let client = self.client_of(metadata);
        let verifier =
            client.id_token_verifier().set_allowed_algs(ACCEPTED_SIGNATURES).set_time_fn(move || now);
        let claims = token.claims(&verifier, &Nonce::new(pending.nonce.clone()))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|_| Unverified::Forged)?;
            let key = token.signing_key(&verifier).map_err(|_| Unverified::Forged)?;
            let actual = AccessTokenHash::from_token(response.access_token(), algorithm, key);
            if actual.map_err(|_| Unverified::Forged)? != *expected {
                return Err(Unverified::Forged);
            }
        }
        Ok(claims.clone())
    }

    fn member(&self, claims: &StaffIdTokenClaims) -> Result<StaffMember, IdentityError> {
        let all = all_of(claims);
        let subject = self.subject(&all)?;
        let roles = self.settings.roles_of(&all);
        if roles.is_empty() {
            return Err(IdentityError::NoRole { subject });
        }
        let name = ["name", "preferred_username", "email"].into_iter().find_map(|name| text_of(&all, name));
        Ok(StaffMember { name: name.unwrap_or_else(|| subject.clone()), subject, roles })
    }

    fn identified(&self, claims: &StaffIdTokenClaims) -> Result<Identified, IdentityError> {
        let all = all_of(claims);
        // OpenID Connect Core 5.1: an address that is not verified may be anybody's.
        let is_verified = all.get("email_verified") == Some(&Value::Bool(true));
        Ok(Identified {
            subject: self.subject(&all)?,
            name: text_of(&all, "name"),
            email: text_of(&all, "email").filter(|_| is_verified),
        })
    }

    fn subject(&self, all: &Map<String, Value>) -> Result<String, IdentityError> {
        text_of(all, &self.settings.subject_claim).ok_or(IdentityError::Refused(Refusal::Token))
    }
}

/// Why a token is not trusted.
enum Unverified {
    UnknownKey,
    Forged,
}

impl From<ClaimsVerificationError> for Unverified {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey | SignatureVerificationError::AmbiguousKeyId(_),
            ) => Self::UnknownKey,
            _ => Self::Forged,
        }
    }
}

/// Whether the provider accepts a secret only in the body (OpenID Connect Discovery 3; otherwise use the header).
fn is_secret_posted(metadata: &CoreProviderMetadata) -> bool {
    use openidconnect::core::CoreClientAuthMethod::{ClientSecretBasic, ClientSecretPost};
    metadata
        .token_endpoint_auth_methods_supported()
        .is_some_and(|ways| ways.contains(&ClientSecretPost) && !ways.contains(&ClientSecretBasic))
}

/// All claims by name, including standard ones: the hospital chooses which claim has what.
fn all_of(claims: &StaffIdTokenClaims) -> Map<String, Value> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(all)) => all,
        _ => Map::new(),
    }
}

fn text_of(all: &Map<String, Value>, name: &str) -> Option<String> {
    let value = staff_oidc::claim(all, name).and_then(Value::as_str).map(clean);
    value.filter(|text| !text.is_empty())
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect::<String>().trim().to_owned()
}

impl Returned {
    /// A browser returning with a code.
    #[must_use]
    pub fn with_code(code: &Secret, state: &str) -> Self {
        Self { code: Some(code.expose().to_owned()), state: Some(state.to_owned()), ..Self::default() }
    }
}
