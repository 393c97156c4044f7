//! The cookies: who is signed in as a patient or as staff, the chosen language, and where studies open (RFC 6265).

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use filmless_domain::{Language, Secret};

use crate::config::PortalConfig;

/// How long a choice of the browser is remembered: a year.
const CHOICE_AGE_SECONDS: u32 = 31_536_000;
const STAFF_SIGN_IN_AGE_SECONDS: u32 = 600;

/// With HTTPS, the `__Host-` prefix keeps a sister domain from setting it (RFC 6265bis 4.1.3.2).
const fn session_name(is_https: bool) -> &'static str {
    if is_https { "__Host-filmless_session" } else { "filmless_session" }
}

const fn language_name(is_https: bool) -> &'static str {
    if is_https { "__Host-filmless_language" } else { "filmless_language" }
}

/// Studies open in the reading room.
const fn reading_room_name(is_https: bool) -> &'static str {
    if is_https { "__Host-filmless_reading_room" } else { "filmless_reading_room" }
}

/// The session of staff. It is separate from a patient's: one browser may have both.
const fn staff_session_name(is_https: bool) -> &'static str {
    if is_https { "__Host-filmless_staff" } else { "filmless_staff" }
}

/// A sign-in of staff that is under way at the identity provider.
const fn staff_sign_in_name(is_https: bool) -> &'static str {
    if is_https { "__Host-filmless_staff_sign_in" } else { "filmless_staff_sign_in" }
}

/// The session cookie, as it was sent.
pub(crate) fn session(headers: &HeaderMap, config: &PortalConfig) -> Option<Secret> {
    find(headers, session_name(config.is_https())).map(|value| Secret::new(value.to_owned()))
}

/// The chosen language.
pub(crate) fn language(headers: &HeaderMap, config: &PortalConfig) -> Option<Language> {
    find(headers, language_name(config.is_https())).and_then(Language::from_tag)
}

/// Whether studies open in the reading room.
pub(crate) fn opens_reading_room(headers: &HeaderMap, config: &PortalConfig) -> bool {
    find(headers, reading_room_name(config.is_https())) == Some("1")
}

/// `Set-Cookie` that has studies open in the reading room, or no longer.
pub(crate) fn choose_reading_room(is_chosen: bool, config: &PortalConfig) -> Option<HeaderValue> {
    let age = if is_chosen { CHOICE_AGE_SECONDS } else { 0 };
    let value = if is_chosen { "1" } else { "" };
    set(reading_room_name(config.is_https()), value, &format!("; Max-Age={age}"), config)
}

/// `Set-Cookie` that starts a session. It ends with the browser or on the server, whichever comes first.
pub(crate) fn start_session(token: &Secret, config: &PortalConfig) -> Option<HeaderValue> {
    set(session_name(config.is_https()), token.expose(), "", config)
}

/// `Set-Cookie` that forgets the session.
pub(crate) fn end_session(config: &PortalConfig) -> Option<HeaderValue> {
    set(session_name(config.is_https()), "", "; Max-Age=0", config)
}

/// The session cookie of staff, as it was sent.
pub(crate) fn staff_session(headers: &HeaderMap, config: &PortalConfig) -> Option<Secret> {
    find(headers, staff_session_name(config.is_https())).map(|value| Secret::new(value.to_owned()))
}

/// The cookie of a sign-in of staff, as it was sent.
pub(crate) fn staff_sign_in(headers: &HeaderMap, config: &PortalConfig) -> Option<Secret> {
    find(headers, staff_sign_in_name(config.is_https())).map(|value| Secret::new(value.to_owned()))
}

/// `Set-Cookie` for the trip to the identity provider and back. It must be `Lax`, because the return starts there.
pub(crate) fn begin_staff_sign_in(token: &Secret, config: &PortalConfig) -> Option<HeaderValue> {
    let age = format!("; Max-Age={STAFF_SIGN_IN_AGE_SECONDS}");
    set(staff_sign_in_name(config.is_https()), token.expose(), &age, config)
}

/// `Set-Cookie` lines that forget a sign-in and start its session.
pub(crate) fn start_staff_session(token: &Secret, config: &PortalConfig) -> Vec<HeaderValue> {
    let session = set(staff_session_name(config.is_https()), token.expose(), "", config);
    session.into_iter().chain(end_staff_sign_in(config)).collect()
}

/// `Set-Cookie` that forgets a sign-in.
pub(crate) fn end_staff_sign_in(config: &PortalConfig) -> Option<HeaderValue> {
    set(staff_sign_in_name(config.is_https()), "", "; Max-Age=0", config)
}

/// `Set-Cookie` that forgets the session of staff.
pub(crate) fn end_staff_session(config: &PortalConfig) -> Option<HeaderValue> {
    set(staff_session_name(config.is_https()), "", "; Max-Age=0", config)
}

/// `Set-Cookie` that remembers a language.
pub(crate) fn choose_language(language: Language, config: &PortalConfig) -> Option<HeaderValue> {
    set(language_name(config.is_https()), language.tag(), &format!("; Max-Age={CHOICE_AGE_SECONDS}"), config)
}

fn set(name: &str, value: &str, age: &str, config: &PortalConfig) -> Option<HeaderValue> {
    let secure = if config.is_https() { "; Secure" } else { "" };
    let mut header =
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}
