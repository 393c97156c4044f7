//! Requests forged in somebody's name, and requests to addresses that are not ours.

use crate::agent::agent;
use crate::patients::{MARKS, Patient, sign_in};
use crate::system::System;
use crate::wire::Ask;

#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_acts_in_a_patients_name() {
    let system = System::start();
    let patient = Patient::marked(&system, 231).await;
    let cookie = patient.session(&system).await;
    let forms = ["/sign-out-everywhere", "/sign-out", "/shares", "/language", "/sign-in"];
    let download = format!("/studies/{}/download", patient.study.uid);
    for path in forms.into_iter().chain([download.as_str()]) {
        for foreign in [
            [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
            [("origin", "null"), ("sec-fetch-site", "cross-site")],
            [("origin", "http://evil.example"), ("x-none", "")],
            [("x-none", ""), ("sec-fetch-site", "cross-site")],
            [("x-none", ""), ("sec-fetch-site", "same-site")],
        ] {
            let mut ask = Ask::post(path, &[]).cookie(&cookie);
            for (name, value) in foreign {
                ask = ask.header(name, value);
            }
            let answer = ask.send(&system).await;
            assert_eq!((answer.status, answer.header("set-cookie")), (403, ""), "{path} {foreign:?}");
        }
    }
    // Content types that another site's form can send without a preflight, and that our forms never use.
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        for path in ["/shares", "/sign-in", "/language", &patient.link_path()] {
            let mut ask = Ask::new("POST", path).cookie(&cookie).header("content-type", kind);
            ask.body = format!("label=x&relation=doctor&days=7&study={}", patient.study.uid).into_bytes();
            assert_eq!(ask.send(&system).await.status, 415, "{path} {kind}");
        }
    }
    let list = Ask::get("/shares").cookie(&cookie).send(&system).await;
    assert_eq!(list.status, 200, "the session was ended by another site");
    assert!(!list.body.contains("/end\""), "a share was made by another site");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_method_counts_and_reading_changes_nothing() {
    let system = System::start();
    let patient = Patient::marked(&system, 232).await;
    let cookie = patient.session(&system).await;
    let study = format!("/studies/{}", patient.study.uid);
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND"] {
        for path in ["/studies", &study, "/sign-out", "/shares"] {
            let answer = Ask::new(method, path).cookie(&cookie).send(&system).await;
            assert!(matches!(answer.status, 400 | 403 | 404 | 405), "{method} {path}: {}", answer.status);
            assert!(MARKS.iter().all(|mark| !answer.body.contains(mark)), "{method} {path}");
            assert!(!answer.body.contains(&cookie), "TRACE repeats the cookie");
        }
    }
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        for path in ["/sign-out", "/sign-out-everywhere", "/sign-out?_method=POST"] {
            let answer = Ask::get(path).cookie(&cookie).header(name, "POST").send(&system).await;
            assert_eq!(answer.status, 405, "{path}");
        }
        let answer = Ask::post(&study, &[]).cookie(&cookie).header(name, "GET").send(&system).await;
        assert_eq!(answer.status, 405);
    }
    for name in ["x-original-url", "x-rewrite-url", "x-forwarded-path"] {
        let answer = Ask::get("/healthz").cookie(&cookie).header(name, &study).send(&system).await;
        assert_eq!(answer.body, "ok\n");
    }
    assert_eq!(Ask::get(&study).cookie(&cookie).send(&system).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_come_from_the_public_address_whatever_host_is_asked() {
    let system = System::start();
    let patient = Patient::marked(&system, 233).await;
    let poisoned = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("forwarded", "host=evil.example"),
    ];
    let with_poison = |mut ask: Ask| {
        for (name, value) in poisoned {
            ask = ask.header(name, value);
        }
        ask
    };
    let entered = with_poison(patient.sign_in()).send(&system).await;
    assert_eq!(entered.header("location"), "/studies");
    let cookie = entered.cookie();
    let form = [("label", "x"), ("relation", "doctor"), ("study", &patient.study.uid), ("days", "7")];
    let made = with_poison(Ask::post("/shares", &form).cookie(&cookie)).send(&system).await;
    assert!(made.body.contains(&format!(">{}/s/", system.text("portal"))), "{}", made.body);
    let page = Ask::get(&format!("/studies/{}", patient.study.uid)).cookie(&cookie);
    for answer in [made, with_poison(page).send(&system).await] {
        assert!(!answer.body.contains("evil.example"));
        assert!(answer.headers.iter().all(|(_, value)| !value.contains("evil.example")));
    }
    for sms in system.all_sms() {
        assert!(sms["text"].as_str().unwrap().contains(&format!("{}/x/", system.text("portal"))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_read_neither_pages_nor_images_and_frame_nothing() {
    let system = System::start();
    let patient = Patient::marked(&system, 234).await;
    let cookie = patient.session(&system).await;
    let grant = format!("/studies/{}/grant", patient.study.uid);
    for path in ["/", "/studies", &grant, "/nowhere"] {
        let ask = Ask::get(path).cookie(&cookie).header("origin", "https://evil.example");
        let answer = ask.send(&system).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let preflight = Ask::new("OPTIONS", "/shares").header("origin", "https://evil.example");
    let preflight = preflight.header("access-control-request-method", "POST").send(&system).await;
    assert_eq!(preflight.header("access-control-allow-origin"), "");

    let body = Ask::get(&grant).cookie(&cookie).send(&system).await.body;
    let grant: serde_json::Value = serde_json::from_str(&body).unwrap();
    let pack = grant["series"][0]["pack_url"].as_str().unwrap();
    for (origin, expected) in [
        ("https://evil.example", None),
        ("null", None),
        (&system.text("portal"), Some(system.text("portal"))),
    ] {
        let answer = agent().get(pack).header("origin", origin).call().unwrap();
        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed.map(|value| value.to_str().unwrap().to_owned()), expected, "{origin}");
        assert!(answer.headers().get("access-control-allow-credentials").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_opens_to_this_machine_only_and_never_beside_a_public_address() {
    let system = System::start();
    let patient = Patient::marked(&system, 235).await;
    let host = system.text("portal").replace("http://", "");
    let port = host.rsplit(':').next().unwrap().to_owned();
    let password = patient.password();
    let own = Ask::get("/outbox").send(&system).await;
    assert!(own.status == 200 && own.body.contains(&password));
    for (name, value) in [
        ("host", format!("evil.example:{port}")),
        // DNS rebinding: a name of the attacker's that leads here.
        ("host", format!("127.0.0.1.evil.example:{port}")),
        ("host", format!("localhost.evil.example:{port}")),
        ("host", String::new()),
        ("x-forwarded-for", "198.51.100.1".into()),
        ("x-real-ip", "198.51.100.1".into()),
        ("forwarded", "for=198.51.100.1".into()),
        ("via", "1.1 proxy".into()),
    ] {
        let answer = Ask::get("/outbox").header(name, &value).send(&system).await;
        assert!(matches!(answer.status, 400 | 404), "{name}: {value}: {}", answer.status);
        assert!(!answer.body.contains(&password));
    }
    for file in ["..%2f..%2fkeys.json", "..%2f..%2fseal.key", "%2e%2e%2f%2e%2e%2fup.json", "nothing.eml"] {
        let answer = Ask::get(&format!("/outbox/email/{file}")).send(&system).await;
        assert_eq!(answer.status, 404, "{file}");
    }

    let folder = tempfile::tempdir().unwrap();
    let hospital = folder.path().join("hospital.json");
    std::fs::write(&hospital, serde_json::to_vec(&filmless_domain::Hospital::default()).unwrap()).unwrap();
    let named = ["--hospital", hospital.to_str().unwrap()];
    let public = System::start_in(
        folder.path(),
        &[&["--public-url", "https://images.hospital.example"][..], &named].concat(),
    );
    let address = format!("127.0.0.1:{}", public_port(&public));
    for path in ["/outbox", "/outbox/email/x.eml"] {
        // What a proxy with a bare `proxy_pass` sends: from and to this machine, without saying on whose behalf.
        let answer = agent().get(format!("http://{address}{path}")).call().unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{path}");
    }
}

/// The port it really listens on; its public address names another.
fn public_port(system: &System) -> u16 {
    let inodes = std::fs::read_to_string(format!("/proc/{}/net/tcp", system.embedded().pid())).unwrap();
    let own: Vec<String> = std::fs::read_dir(format!("/proc/{}/fd", system.embedded().pid()))
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter_map(|link| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned))
        .collect();
    let known: Vec<u16> = ["s3", "dynamodb"]
        .map(|server| system.text(server).rsplit(':').next().unwrap().parse().unwrap())
        .into();
    let listens = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_ours = fields.get(3) == Some(&"0A") && own.iter().any(|inode| inode == fields[9]);
        let port = u16::from_str_radix(fields.get(1)?.rsplit(':').next()?, 16).ok()?;
        (is_ours && !known.contains(&port)).then_some(port)
    };
    inodes.lines().find_map(listens).expect("it listens nowhere")
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_never_leads_to_another_site() {
    let system = System::start();
    for target in ["//evil.example", "/\\evil.example", "https://evil.example", "/%0d%0aset-cookie:x=y"] {
        let answer = Ask::post("/language", &[("to", "en"), ("back", target)]).send(&system).await;
        let to = answer.header("location");
        assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'), "{to}");
        assert_eq!(answer.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 1);
    }
    let answer = sign_in("\" onfocus=alert(1) autofocus x=\"", "x").send(&system).await;
    assert!(!answer.body.contains("\" onfocus"), "what was typed becomes part of the page");
}
