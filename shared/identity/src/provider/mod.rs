//! The provider: one client, a few accounts, and only the authorization code flow with PKCE. Codes are in memory, live
//! for a minute and can be used once.

mod accounts;
mod codes;
mod error;
mod key;

use chrono::{DateTime, Utc};
use filmless_domain::Secret;
use jiff::Timestamp;
use openidconnect::core::{
    CoreClaimName, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreResponseType, CoreSubjectIdentifierType, CoreTokenType,
};
use openidconnect::{
    AccessToken, Audience, AuthUrl, EmptyAdditionalProviderMetadata, EmptyExtraTokenFields, EndUserUsername,
    IssuerUrl, JsonWebKeySetUrl, Nonce, PrivateSigningKey, ResponseTypes, Scope, StandardClaims,
    SubjectIdentifier, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use crate::tokens::{OtherClaims, StaffIdToken, StaffIdTokenClaims, StaffIdTokenFields, StaffTokenResponse};

pub use accounts::{AccountName, InvalidAccountName, StaffAccount, StaffAccounts, new_password};
pub use codes::CODE_SECONDS;
use codes::{Codes, Grant};
pub use error::ProviderError;
pub use key::SigningKey;

/// Life of a token, in seconds. It is read once, right away.
const TOKEN_SECONDS: i64 = 300;

/// The one client of a small provider.
#[derive(Debug, Clone)]
pub struct ClientRegistration {
    /// Its client id.
    pub client_id: String,
    /// Its client secret.
    pub client_secret: Secret,
    /// The only address that browsers are sent back to.
    pub redirect_url: String,
}

/// A provider for one client.
#[derive(Debug)]
pub struct SmallProvider {
    issuer: IssuerUrl,
    client: ClientRegistration,
    key: SigningKey,
    codes: Codes,
}

/// Parameters at the authorization endpoint (OpenID Connect Core 3.1.2.1).
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// `code`.
    #[serde(default)]
    pub response_type: String,
    /// The client.
    #[serde(default)]
    pub client_id: String,
    /// Where the browser returns to.
    #[serde(default)]
    pub redirect_uri: String,
    /// Must contain `openid`.
    #[serde(default)]
    pub scope: String,
    /// Returned unchanged.
    #[serde(default)]
    pub state: String,
    /// Copied into the token.
    #[serde(default)]
    pub nonce: String,
    /// Digest of a secret that only the client knows (RFC 7636).
    #[serde(default)]
    pub code_challenge: String,
    /// `S256`.
    #[serde(default)]
    pub code_challenge_method: String,
}

/// Parameters at the token endpoint (RFC 6749 4.1.3).
#[derive(Clone, Default, Deserialize)]
pub struct TokenRequest {
    /// `authorization_code`.
    #[serde(default)]
    pub grant_type: String,
    /// The code.
    #[serde(default)]
    pub code: String,
    /// The same as at the authorization endpoint.
    #[serde(default)]
    pub redirect_uri: String,
    /// The secret of the challenge.
    #[serde(default)]
    pub code_verifier: String,
}

impl std::fmt::Debug for AuthorizeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthorizeRequest(hidden)")
    }
}

impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenRequest(hidden)")
    }
}

impl SmallProvider {
    /// A provider at `issuer`, with its endpoints below that address.
    ///
    /// # Errors
    /// [`ProviderError::Failed`] if the address is invalid.
    pub fn new(issuer: &str, client: ClientRegistration, key: SigningKey) -> Result<Self, ProviderError> {
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| ProviderError::Failed)?;
        Ok(Self { issuer, client, key, codes: Codes::default() })
    }

    /// Its issuer identifier.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// The discovery document (OpenID Connect Discovery 3).
    ///
    /// # Errors
    /// [`ProviderError::Failed`].
    pub fn metadata(&self) -> Result<Value, ProviderError> {
        let at = |path: &str| format!("{}{path}", self.issuer.as_str());
        let failed = |_| ProviderError::Failed;
        let metadata = CoreProviderMetadata::new(
            self.issuer.clone(),
            AuthUrl::new(at("/authorize")).map_err(failed)?,
            JsonWebKeySetUrl::new(at("/jwks")).map_err(failed)?,
            vec![ResponseTypes::new(vec![CoreResponseType::Code])],
            vec![CoreSubjectIdentifierType::Public],
            vec![CoreJwsSigningAlgorithm::EdDsa],
            EmptyAdditionalProviderMetadata {},
        )
        .set_token_endpoint(Some(TokenUrl::new(at("/token")).map_err(failed)?))
        .set_grant_types_supported(Some(vec![CoreGrantType::AuthorizationCode]))
        .set_token_endpoint_auth_methods_supported(Some(vec![
            CoreClientAuthMethod::ClientSecretBasic,
            CoreClientAuthMethod::ClientSecretPost,
        ]))
        .set_scopes_supported(Some(vec![Scope::new("openid".into()), Scope::new("profile".into())]))
        .set_claims_supported(Some(
            ["sub", "preferred_username", "roles"].map(|name| CoreClaimName::new(name.into())).into(),
        ));
        let mut document = serde_json::to_value(metadata).map_err(|_| ProviderError::Failed)?;
        // Members missing from the library (RFC 8414 2, RFC 9207 3).
        document["code_challenge_methods_supported"] = json!(["S256"]);
        document["authorization_response_iss_parameter_supported"] = json!(true);
        Ok(document)
    }

    /// The key set (RFC 7517 5).
    ///
    /// # Errors
    /// [`ProviderError::Failed`].
    pub fn jwks(&self) -> Result<Value, ProviderError> {
        let keys = CoreJsonWebKeySet::new(vec![self.key.signing().as_verification_key()]);
        serde_json::to_value(keys).map_err(|_| ProviderError::Failed)
    }

    /// Whether to answer a request with a sign-in form at all.
    ///
    /// # Errors
    /// [`ProviderError::UnknownClient`], [`ProviderError::InvalidRequest`].
    pub fn check(&self, request: &AuthorizeRequest) -> Result<(), ProviderError> {
        let is_known =
            request.client_id == self.client.client_id && request.redirect_uri == self.client.redirect_url;
        if !is_known {
            return Err(ProviderError::UnknownClient);
        }
        let is_offered = request.response_type == "code"
            && request.scope.split_whitespace().any(|scope| scope == "openid")
            && request.code_challenge_method == "S256"
            && request.code_challenge.len() == 43;
        if is_offered { Ok(()) } else { Err(ProviderError::InvalidRequest) }
    }

    /// Signs in an account after a right password; returns the address, with a code, that the browser returns to.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn grant(
        &self,
        request: &AuthorizeRequest,
        account: &StaffAccount,
        now: Timestamp,
    ) -> Result<Url, ProviderError> {
        self.check(request)?;
        let grant = Grant {
            subject: account.name.as_str().to_owned(),
            roles: account.roles.clone(),
            nonce: request.nonce.clone(),
            challenge: request.code_challenge.clone(),
            ends_at: now.as_second() + CODE_SECONDS,
        };
        let code = self.codes.give(grant, now)?;
        let mut url = Url::parse(&self.client.redirect_url).map_err(|_| ProviderError::Failed)?;
        url.query_pairs_mut()
            .append_pair("code", code.expose())
            .append_pair("state", &request.state)
            .append_pair("iss", self.issuer());
        Ok(url)
    }

    /// Exchanges a code for a token. `client` is the client's id and secret.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub fn token(
        &self,
        client: Option<(&str, &str)>,
        request: &TokenRequest,
        now: Timestamp,
    ) -> Result<Value, ProviderError> {
        let is_client = client.is_some_and(|(id, secret)| {
            let is_right = secret.as_bytes().ct_eq(self.client.client_secret.expose().as_bytes());
            id == self.client.client_id && bool::from(is_right)
        });
        if !is_client {
            return Err(ProviderError::InvalidClient);
        }
        if request.grant_type != "authorization_code" {
            return Err(ProviderError::InvalidRequest);
        }
        // The code is used up, whatever happens next.
        let grant = self.codes.take(&request.code, now).ok_or(ProviderError::InvalidGrant)?;
        let is_its_client = request.redirect_uri == self.client.redirect_url
            && challenge_of(&request.code_verifier) == grant.challenge;
        if !is_its_client {
            return Err(ProviderError::InvalidGrant);
        }
        serde_json::to_value(self.response(&grant, now)?).map_err(|_| ProviderError::Failed)
    }

    fn response(&self, grant: &Grant, now: Timestamp) -> Result<StaffTokenResponse, ProviderError> {
        // It opens nothing, but the protocol requires one.
        let access_token = AccessToken::new(codes::random()?.expose().to_owned());
        let claims = self.claims(grant, now)?;
        let algorithm = CoreJwsSigningAlgorithm::EdDsa;
        let token = StaffIdToken::new(claims, self.key.signing(), algorithm, Some(&access_token), None)
            .map_err(|_| ProviderError::Failed)?;
        let fields = StaffIdTokenFields::new(Some(token), EmptyExtraTokenFields {});
        let mut response = StaffTokenResponse::new(access_token, CoreTokenType::Bearer, fields);
        response.set_expires_in(Some(&std::time::Duration::from_secs(TOKEN_SECONDS.unsigned_abs())));
        Ok(response)
    }

    fn claims(&self, grant: &Grant, now: Timestamp) -> Result<StaffIdTokenClaims, ProviderError> {
        let time = |second| DateTime::<Utc>::from_timestamp(second, 0).ok_or(ProviderError::Failed);
        let subject = SubjectIdentifier::new(grant.subject.clone());
        let standard = StandardClaims::new(subject)
            .set_preferred_username(Some(EndUserUsername::new(grant.subject.clone())));
        let mut other = Map::new();
        other.insert("roles".to_owned(), json!(grant.roles));
        let claims = StaffIdTokenClaims::new(
            self.issuer.clone(),
            vec![Audience::new(self.client.client_id.clone())],
            time(now.as_second() + TOKEN_SECONDS)?,
            time(now.as_second())?,
            standard,
            OtherClaims(other),
        );
        let nonce = Some(grant.nonce.clone()).filter(|nonce| !nonce.is_empty());
        Ok(claims.set_nonce(nonce.map(Nonce::new)).set_auth_time(Some(time(now.as_second())?)))
    }
}

/// RFC 7636 4.2.
fn challenge_of(verifier: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}
