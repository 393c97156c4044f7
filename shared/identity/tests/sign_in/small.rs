//! Our own provider, called as a client calls it.

use filmless_domain::Secret;
use filmless_domain::staff::Role;
use filmless_identity::provider::{
    AccountName, AuthorizeRequest, CODE_SECONDS, ClientRegistration, ProviderError, SigningKey,
    SmallProvider, StaffAccounts, TokenRequest,
};
use jiff::SignedDuration;
use serde_json::Value;

use crate::{RETURN, SECRET, now};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its digest (RFC 7636, appendix B).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn provider() -> SmallProvider {
    let client = ClientRegistration {
        client_id: "filmless".into(),
        client_secret: Secret::new(SECRET.into()),
        redirect_url: RETURN.into(),
    };
    let key = SigningKey::from_seed(&[3; SigningKey::SEED_BYTES]).unwrap();
    SmallProvider::new("https://portal.example/identity", client, key).unwrap()
}

fn request() -> AuthorizeRequest {
    AuthorizeRequest {
        response_type: "code".into(),
        client_id: "filmless".into(),
        redirect_uri: RETURN.into(),
        scope: "openid profile".into(),
        state: "s&1".into(),
        nonce: "n1".into(),
        code_challenge: CHALLENGE.into(),
        code_challenge_method: "S256".into(),
    }
}

fn accounts() -> StaffAccounts {
    let mut accounts = StaffAccounts::default();
    let name = AccountName::parse("lan").unwrap();
    accounts.set(name, [Role::Records].into(), &Secret::new("K7QM-2WXA".into())).unwrap();
    accounts
}

fn code_of(provider: &SmallProvider) -> String {
    let accounts = accounts();
    let url = provider.grant(&request(), &accounts.accounts[0], now()).unwrap();
    assert!(url.as_str().starts_with(RETURN));
    let pair = |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
    assert_eq!((pair("state"), pair("iss")), ("s&1".into(), "https://portal.example/identity".into()));
    pair("code")
}

fn exchange(code: &str) -> TokenRequest {
    serde_json::from_value(serde_json::json!({
        "grant_type": "authorization_code", "code": code, "redirect_uri": RETURN, "code_verifier": VERIFIER,
    }))
    .unwrap()
}

const CLIENT: Option<(&str, &str)> = Some(("filmless", SECRET));

fn error(answer: Result<Value, ProviderError>) -> ProviderError {
    answer.unwrap_err()
}

#[test]
fn only_our_client_and_address_get_a_form() {
    let provider = provider();
    assert_eq!(provider.check(&request()), Ok(()));
    for (wrong, expected) in [
        (AuthorizeRequest { client_id: "other".into(), ..request() }, ProviderError::UnknownClient),
        (
            AuthorizeRequest { redirect_uri: format!("{RETURN}/../evil"), ..request() },
            ProviderError::UnknownClient,
        ),
        (
            AuthorizeRequest { redirect_uri: "https://evil.example".into(), ..request() },
            ProviderError::UnknownClient,
        ),
        (AuthorizeRequest { response_type: "token".into(), ..request() }, ProviderError::InvalidRequest),
        (AuthorizeRequest { scope: "profile".into(), ..request() }, ProviderError::InvalidRequest),
        (AuthorizeRequest { code_challenge: String::new(), ..request() }, ProviderError::InvalidRequest),
        (
            AuthorizeRequest { code_challenge_method: "plain".into(), ..request() },
            ProviderError::InvalidRequest,
        ),
    ] {
        assert_eq!(provider.check(&wrong), Err(expected));
        assert!(provider.grant(&wrong, &accounts().accounts[0], now()).is_err());
    }
}

#[test]
fn a_code_is_used_once() {
    let provider = provider();
    let code = code_of(&provider);
    let answer = provider.token(CLIENT, &exchange(&code), now()).unwrap();
    assert!(answer["id_token"].as_str().unwrap().split('.').count() == 3);
    assert_eq!(error(provider.token(CLIENT, &exchange(&code), now())), ProviderError::InvalidGrant);
}

#[test]
fn a_code_is_for_whoever_asked_for_it_and_for_a_minute() {
    let provider = provider();
    for client in [None, Some(("filmless", "")), Some(("other", SECRET)), Some(("filmless", "wrong"))] {
        let code = code_of(&provider);
        assert_eq!(error(provider.token(client, &exchange(&code), now())), ProviderError::InvalidClient);
    }
    let wrong_verifier = TokenRequest { code_verifier: "x".repeat(43), ..exchange(&code_of(&provider)) };
    let wrong_address =
        TokenRequest { redirect_uri: "https://evil.example".into(), ..exchange(&code_of(&provider)) };
    for wrong in [wrong_verifier, wrong_address, exchange("invented"), exchange("")] {
        assert_eq!(error(provider.token(CLIENT, &wrong, now())), ProviderError::InvalidGrant);
        let again = TokenRequest { code: wrong.code.clone(), ..exchange("") };
        let answer = error(provider.token(CLIENT, &again, now()));
        assert_eq!(answer, ProviderError::InvalidGrant, "a misused code is still valid");
    }
    let late = now() + SignedDuration::from_secs(CODE_SECONDS);
    let code = code_of(&provider);
    assert_eq!(error(provider.token(CLIENT, &exchange(&code), late)), ProviderError::InvalidGrant);
    let other_grant = TokenRequest { grant_type: "password".into(), ..exchange(&code_of(&provider)) };
    assert_eq!(error(provider.token(CLIENT, &other_grant, now())), ProviderError::InvalidRequest);
}

#[test]
fn the_documents_say_what_is_there() {
    let provider = provider();
    let metadata = provider.metadata().unwrap();
    assert_eq!(metadata["issuer"], "https://portal.example/identity");
    assert_eq!(metadata["token_endpoint"], "https://portal.example/identity/token");
    assert_eq!(metadata["code_challenge_methods_supported"][0], "S256");
    let key = &provider.jwks().unwrap()["keys"][0];
    assert_eq!((key["kty"].as_str(), key["crv"].as_str()), (Some("OKP"), Some("Ed25519")));
    assert!(key.get("d").is_none(), "the private key is published");
}
