//! Sign-ins as providers and attackers make them: what we accept, and everything we refuse.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod fake;
mod small;

use std::collections::HashMap;
use std::sync::Arc;

use fake::{Fake, signed, token};
use filmless_domain::Secret;
use filmless_domain::staff::{Role, StaffMember};
use filmless_domain::staff_oidc::OidcSettings;
use filmless_identity::{Begun, IdentityError, ReachedAt, Refusal, RelyingParty, Returned};
use jiff::Timestamp;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, PrivateSigningKey};
use serde_json::{Value, json};

pub const SECRET: &str = "a secret of ours that is long enough";
pub const RETURN: &str = "https://portal.example/staff/sign-in/return";

pub fn now() -> Timestamp {
    "2026-11-25T03:00:00Z".parse().unwrap()
}

pub fn party(issuer: &str) -> Arc<RelyingParty> {
    let secret = Some(Secret::new(SECRET.into()));
    let settings = OidcSettings::new(issuer.to_owned(), "filmless".into(), secret);
    Arc::new(RelyingParty::new(settings, RETURN.into(), None).unwrap())
}

/// The parameters of the address a browser is sent to.
pub fn parameters(begun: &Begun) -> HashMap<String, String> {
    begun.url.query_pairs().into_owned().collect()
}

fn claims(issuer: &str, nonce: &str) -> Value {
    json!({
        "iss": issuer, "sub": "u-17", "aud": "filmless", "nonce": nonce, "name": "Trần Thị Lan",
        "iat": now().as_second(), "exp": now().as_second() + 60, "roles": ["hotline", "nurse"],
    })
}

fn returned(begun: &Begun) -> Returned {
    Returned::with_code(&Secret::new("c1".into()), &parameters(begun)["state"])
}

/// One sign-in at a fake provider; `make` builds its token from issuer and nonce.
async fn check(make: impl Fn(&str, &str) -> String) -> Result<StaffMember, IdentityError> {
    let fake = Fake::start();
    let party = party(&fake.issuer);
    let begun = party.begin().await.unwrap();
    fake.answer_with(&make(&fake.issuer, &parameters(&begun)["nonce"]));
    let back = returned(&begun);
    party.finish(begun.pending, back, now()).await
}

fn changed(issuer: &str, nonce: &str, changes: Value) -> Value {
    let mut claims = claims(issuer, nonce);
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

#[tokio::test]
async fn a_token_of_the_provider_signs_in_with_the_roles_it_names() {
    let member = check(|issuer, nonce| signed(1, &claims(issuer, nonce))).await.unwrap();
    let expected =
        StaffMember {
            subject: "u-17".into(), name: "Trần Thị Lan".into(), roles: [Role::Hotline].into()
        };
    assert_eq!(member, expected);
}

#[tokio::test]
async fn the_browser_leaves_with_state_nonce_and_a_challenge_and_nothing_secret() {
    let fake = Fake::start();
    let begun = party(&fake.issuer).begin().await.unwrap();
    let asked = parameters(&begun);
    assert_eq!((asked["response_type"].as_str(), asked["redirect_uri"].as_str()), ("code", RETURN));
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["scope"], "openid profile");
    assert!(asked["state"].len() >= 20 && asked["nonce"].len() >= 20);
    assert!(!begun.url.as_str().contains("secret"));
    let again = parameters(&party(&fake.issuer).begin().await.unwrap());
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(asked[name], again[name], "{name}");
    }
}

#[tokio::test]
async fn claims_that_are_not_for_us_now_are_refused() {
    let second = now().as_second();
    for changes in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "another-client" }),
        json!({ "aud": ["filmless", "another-client"] }),
        json!({ "aud": [] }),
        json!({ "exp": second - 1 }),
        json!({ "exp": null }),
        json!({ "nonce": "of another sign-in" }),
        json!({ "nonce": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
    ] {
        let answer = check(|issuer, nonce| signed(1, &changed(issuer, nonce, changes.clone()))).await;
        assert!(is_refused(&answer), "{changes}: {answer:?}");
    }
}

/// Refused as a token, or not even readable as one.
fn is_refused(answer: &Result<StaffMember, IdentityError>) -> bool {
    matches!(
        answer,
        Err(IdentityError::Refused(Refusal::Token)
            | IdentityError::Provider { what: "the token endpoint's answer", .. })
    )
}

#[tokio::test]
async fn forged_signatures_are_refused() {
    let altered = |issuer: &str, nonce: &str| {
        let right = signed(1, &claims(issuer, nonce));
        let wrong = signed(1, &changed(issuer, nonce, json!({ "roles": ["admin"] })));
        let (head, _) = wrong.rsplit_once('.').unwrap();
        format!("{head}.{}", right.rsplit_once('.').unwrap().1)
    };
    let unsigned = |alg: &'static str| {
        move |issuer: &str, nonce: &str| token(&json!({ "alg": alg }), &claims(issuer, nonce), |_| Vec::new())
    };
    // The classic attacks: signed with a secret both sides know, or with the public key used as a secret.
    let by_secret = |secret: Vec<u8>| {
        move |issuer: &str, nonce: &str| {
            let sign = |text: &[u8]| {
                let key = CoreHmacKey::new(secret.clone());
                key.sign(&CoreJwsSigningAlgorithm::HmacSha256, text).unwrap()
            };
            token(&json!({ "alg": "HS256", "kid": "k1" }), &claims(issuer, nonce), sign)
        }
    };
    let public_key = fake::key(1).as_verification_key();
    let public_key = serde_json::to_value(public_key).unwrap()["x"].as_str().unwrap().as_bytes().to_vec();
    let by_another = |issuer: &str, nonce: &str| {
        let header = json!({ "alg": "EdDSA", "kid": "k1" });
        let sign = |text: &[u8]| fake::key(2).sign(&CoreJwsSigningAlgorithm::EdDsa, text).unwrap();
        token(&header, &claims(issuer, nonce), sign)
    };
    let answers = [
        ("altered", check(altered).await),
        ("none", check(unsigned("none")).await),
        ("NONE", check(unsigned("None")).await),
        ("empty", check(unsigned("EdDSA")).await),
        ("secret", check(by_secret(SECRET.into())).await),
        ("public key as a secret", check(by_secret(public_key)).await),
        ("another key under our provider's name", check(by_another).await),
        ("another key", check(|issuer, nonce| signed(2, &claims(issuer, nonce))).await),
        ("no token", check(|_, _| String::new()).await),
        ("three words", check(|_, _| "a.b.c".to_owned()).await),
    ];
    for (name, answer) in answers {
        assert!(is_refused(&answer), "{name}: {answer:?}");
    }
    assert!(public_key_is_one(), "the test's own key is not a key");
}

fn public_key_is_one() -> bool {
    fake::key(1).as_verification_key().key_id().is_some()
}

#[tokio::test]
async fn an_answer_to_another_question_asks_the_provider_for_nothing() {
    let fake = Fake::start();
    let party = party(&fake.issuer);
    let other = parameters(&party.begin().await.unwrap())["state"].clone();
    let code = Secret::new("c1".into());
    for state in ["", "x", other.as_str()] {
        let begun = party.begin().await.unwrap();
        let answer = party.finish(begun.pending, Returned::with_code(&code, state), now()).await;
        assert!(matches!(answer, Err(IdentityError::Refused(Refusal::State))), "{state}: {answer:?}");
    }
    let begun = party.begin().await.unwrap();
    let state = parameters(&begun)["state"].clone();
    for (more, expected) in [
        (json!({ "iss": "https://evil.example", "code": "c1" }), Refusal::Issuer),
        (json!({ "error": "access_denied" }), Refusal::Declined),
        (json!({}), Refusal::Code),
    ] {
        let mut back = json!({ "state": state });
        back.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let back: Returned = serde_json::from_value(back).unwrap();
        let answer = party.finish(begun.pending.clone(), back, now()).await;
        assert!(matches!(answer, Err(IdentityError::Refused(why)) if why == expected), "{more}: {answer:?}");
    }
    assert_eq!(fake.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn whoever_has_no_role_of_ours_is_told_apart() {
    let changes = json!({ "roles": ["nurse"] });
    let answer = check(|issuer, nonce| signed(1, &changed(issuer, nonce, changes.clone()))).await;
    assert!(matches!(answer, Err(IdentityError::NoRole { subject }) if subject == "u-17"));
}

#[tokio::test]
async fn a_provider_with_new_keys_is_asked_again() {
    let fake = Fake::start();
    let party = party(&fake.issuer);
    let begun = party.begin().await.unwrap();
    fake.behaviour.lock().unwrap().key = 7;
    fake.answer_with(&signed(7, &claims(&fake.issuer, &parameters(&begun)["nonce"])));
    let back = returned(&begun);
    assert!(party.finish(begun.pending, back, now()).await.is_ok());
}

#[tokio::test]
async fn a_provider_that_is_down_or_broken_is_told_from_a_refusal() {
    let gone = party("http://127.0.0.1:9/id").begin().await;
    assert!(matches!(gone, Err(IdentityError::Provider { .. })), "{gone:?}");
    for metadata in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "authorization_endpoint": "http://evil.example/authorize" }),
        json!({ "token_endpoint": "http://evil.example/token" }),
        json!({ "jwks_uri": "http://127.0.0.1:9/jwks" }),
    ] {
        let fake = Fake::start();
        fake.behaviour.lock().unwrap().metadata = metadata.clone();
        let begun = party(&fake.issuer).begin().await;
        assert!(matches!(begun, Err(IdentityError::Provider { .. })), "{metadata}: {begun:?}");
    }
    for (status, body, is_refusal) in [
        (400, json!({ "error": "invalid_grant" }).to_string(), true),
        (401, json!({ "error": "invalid_client" }).to_string(), false),
        (500, String::new(), false),
        (200, "{".to_owned(), false),
        (200, "x".repeat(2 << 20), false),
        (307, String::new(), false),
    ] {
        let fake = Fake::start();
        let party = party(&fake.issuer);
        let begun = party.begin().await.unwrap();
        fake.behaviour.lock().unwrap().token = (status, body);
        let back = returned(&begun);
        let answer = party.finish(begun.pending, back, now()).await;
        let is_right = match answer {
            Err(IdentityError::Refused(Refusal::Code)) => is_refusal,
            Err(IdentityError::Provider { .. }) => !is_refusal,
            _ => false,
        };
        assert!(is_right, "{status}");
        assert_eq!(fake.asked().len(), 1, "{status}: a redirect was followed");
    }
}

#[tokio::test]
async fn a_provider_of_this_very_system_is_reached_by_its_socket() {
    let fake = Fake::start();
    let public = "https://xem.benhvien.example/id";
    fake.behaviour.lock().unwrap().metadata = json!({
        "issuer": public,
        "authorization_endpoint": format!("{public}/authorize"),
        "token_endpoint": format!("{public}/token"),
        "jwks_uri": format!("{public}/jwks"),
    });
    let settings = OidcSettings::new(public.into(), "filmless".into(), Some(Secret::new(SECRET.into())));
    let socket = ReachedAt(fake.issuer.parse().unwrap());
    let party = Arc::new(RelyingParty::new(settings, RETURN.into(), Some(socket)).unwrap());
    let begun = party.begin().await.unwrap();
    assert!(begun.url.as_str().starts_with("https://xem.benhvien.example/id/authorize?"));
    fake.answer_with(&signed(1, &claims(public, &parameters(&begun)["nonce"])));
    let back = returned(&begun);
    assert_eq!(party.finish(begun.pending, back, now()).await.unwrap().subject, "u-17");
}

#[test]
fn a_provider_without_tls_is_no_setting() {
    let settings = OidcSettings::new("http://id.example".into(), "filmless".into(), None);
    assert!(matches!(RelyingParty::new(settings, RETURN.into(), None), Err(IdentityError::Settings(_))));
}

#[tokio::test]
async fn whoever_has_no_role_is_identified_by_a_name_and_a_mailbox_that_the_provider_verified() {
    for (changes, name, email) in [
        (
            json!({ "roles": [], "name": "TS. An", "email": "an@bv.vn", "email_verified": true }),
            Some("TS. An"),
            Some("an@bv.vn"),
        ),
        (json!({ "roles": [], "name": null, "email": "an@bv.vn", "email_verified": false }), None, None),
        (json!({ "roles": [], "name": null, "email": "an@bv.vn" }), None, None),
        // OpenID Connect Core 5.1 says a Boolean; some providers write it as a string.
        (
            json!({ "roles": [], "name": null, "email": "an@bv.vn", "email_verified": "true" }),
            None,
            Some("an@bv.vn"),
        ),
        (json!({ "roles": [], "name": null, "email": "an@bv.vn", "email_verified": "false" }), None, None),
    ] {
        let provider = Fake::start();
        let party = party(&provider.issuer);
        let begun = party.begin().await.unwrap();
        let nonce = parameters(&begun)["nonce"].clone();
        provider.answer_with(&signed(1, &changed(&provider.issuer, &nonce, changes)));
        let returned = returned(&begun);
        let who = party.identify(begun.pending, returned, now()).await.unwrap();
        assert_eq!((who.name.as_deref(), who.email.as_deref()), (name, email));
        assert!(!who.subject.is_empty());
    }
}
