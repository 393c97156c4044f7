//! A provider that says whatever a test tells it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};

/// Its behaviour.
#[derive(Clone)]
pub struct Behaviour {
    /// Seed of the key in its key set.
    pub key: u8,
    /// Status and body of the token endpoint.
    pub token: (u16, String),
    /// Additional members of the discovery document.
    pub metadata: Value,
    /// Requests to the token endpoint so far.
    pub asked: Vec<String>,
}

pub struct Fake {
    pub issuer: String,
    pub behaviour: Arc<Mutex<Behaviour>>,
}

impl Fake {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}/id", listener.local_addr().unwrap());
        let behaviour =
            Behaviour { key: 1, token: (500, String::new()), metadata: json!({}), asked: Vec::new() };
        let behaviour = Arc::new(Mutex::new(behaviour));
        let (at, shared) = (issuer.clone(), Arc::clone(&behaviour));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &at, &shared);
            }
        });
        Self { issuer, behaviour }
    }

    pub fn answer_with(&self, token: &str) {
        let body = json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": token });
        self.behaviour.lock().unwrap().token = (200, body.to_string());
    }

    pub fn asked(&self) -> Vec<String> {
        self.behaviour.lock().unwrap().asked.clone()
    }
}

fn serve(mut stream: TcpStream, issuer: &str, behaviour: &Mutex<Behaviour>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line).unwrap();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let path = line.split(' ').nth(1).unwrap_or_default();
    let mut behaviour = behaviour.lock().unwrap();
    let (status, answer) = match path {
        "/id/.well-known/openid-configuration" => (200, metadata(issuer, &behaviour.metadata)),
        "/id/jwks" => {
            let keys = vec![serde_json::to_value(key(behaviour.key).as_verification_key()).unwrap()];
            (200, json!({ "keys": keys }).to_string())
        }
        "/id/token" => {
            behaviour.asked.push(String::from_utf8(body).unwrap());
            behaviour.token.clone()
        }
        _ => (404, "{}".to_owned()),
    };
    let redirect = if status == 307 { format!("location: {issuer}/elsewhere\r\n") } else { String::new() };
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{redirect}connection: close\r\n\r\n",
        answer.len()
    );
    // A client that gave up on a long answer is gone by now.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.as_bytes()));
}

fn metadata(issuer: &str, more: &Value) -> String {
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // The provider's own claims about itself decide nothing.
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document.to_string()
}

pub fn key(seed: u8) -> CoreEdDsaPrivateSigningKey {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let der = [&head[..], &[seed; 32]].concat();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(format!("k{seed}")))).unwrap()
}

/// A token with this header and these claims, signed with `sign`.
pub fn token(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// A token signed with this key.
pub fn signed(seed: u8, claims: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": format!("k{seed}") });
    token(&header, claims, |text| key(seed).sign(&CoreJwsSigningAlgorithm::EdDsa, text).unwrap())
}
