//! Who asks, in which language, and from where.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use axum::http::request::Parts;
use filmless_consult::ConsultationId;
use filmless_delivery::DeliveryError;
use filmless_delivery::viewing::{Portal, Session, Standing};
use filmless_domain::{Language, Secret};
use filmless_front::source_of;

use crate::cookies;
use crate::services::PortalServices;

/// What every page knows about its visitor.
pub(crate) struct Visitor {
    /// The use cases and the configuration.
    pub(crate) services: Arc<PortalServices>,
    /// The session cookie, unchecked.
    pub(crate) cookie: Option<Secret>,
    /// The session cookie of staff, unchecked.
    pub(crate) staff_cookie: Option<Secret>,
    /// Where the request comes from.
    pub(crate) source: String,
    /// Path of the page.
    pub(crate) path: String,
    /// Whether this browser chose to open studies in the reading room.
    pub(crate) opens_reading_room: bool,
    /// Whether the page is shown within Zalo, Facebook or the like, where no file can be saved.
    pub(crate) in_app: bool,
    chosen: Option<Language>,
    accepted: Option<Language>,
}

impl Visitor {
    /// Reads the request's head.
    pub(crate) fn of(parts: &Parts, services: &Arc<PortalServices>) -> Self {
        Self {
            services: Arc::clone(services),
            cookie: cookies::session(&parts.headers, &services.config),
            staff_cookie: cookies::staff_session(&parts.headers, &services.config),
            source: source_of(parts, &services.config.trusted_proxies),
            path: parts.uri.path().to_owned(),
            opens_reading_room: cookies::opens_reading_room(&parts.headers, &services.config),
            in_app: is_in_app(&parts.headers),
            chosen: cookies::language(&parts.headers, &services.config),
            accepted: accepted(&parts.headers),
        }
    }

    /// The use cases.
    pub(crate) fn portal(&self) -> &Portal {
        &self.services.portal
    }

    /// Who is signed in, by the cookie.
    pub(crate) async fn session(&self) -> Result<Option<Session>, DeliveryError> {
        match &self.cookie {
            Some(cookie) => self.portal().session(cookie.expose(), &self.source).await,
            None => Ok(None),
        }
    }

    /// Where they stand as a member of a consultation, by the cookie, though its session may have ended.
    pub(crate) async fn standing(&self) -> Result<Option<(ConsultationId, Standing)>, DeliveryError> {
        match &self.cookie {
            Some(cookie) => self.portal().standing(cookie.expose(), &self.source).await,
            None => Ok(None),
        }
    }

    /// Ends the session they came with, so that a new sign-in does not leave two.
    pub(crate) async fn leave_session(&self) -> Result<(), DeliveryError> {
        match &self.cookie {
            Some(cookie) => self.portal().leave_session(cookie.expose(), &self.source).await,
            None => Ok(()),
        }
    }

    /// Ends the session they came with, and what software opens with it.
    pub(crate) async fn sign_out(&self) -> Result<(), DeliveryError> {
        match &self.cookie {
            Some(cookie) => self.portal().sign_out(cookie.expose(), &self.source).await,
            None => Ok(()),
        }
    }

    /// The language of the console: the chosen one, else Vietnamese.
    pub(crate) fn console_language(&self) -> Language {
        self.chosen.unwrap_or_default()
    }

    /// The language of a page: the chosen one; else the browser's, because a child or a doctor of the patient may be
    /// reading; else the order's; else Vietnamese.
    pub(crate) fn language(&self, ordered: Option<Language>) -> Language {
        self.chosen.or(self.accepted).or(ordered).unwrap_or_default()
    }
}

impl FromRequestParts<Arc<PortalServices>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        services: &Arc<PortalServices>,
    ) -> Result<Self, Infallible> {
        Ok(Self::of(parts, services))
    }
}

/// How browsers within other apps identify themselves: Zalo, Facebook with Messenger, Instagram, TikTok, Line, Viber,
/// KakaoTalk, WeChat; and any other app on Android, whose `WebView` ends the device with `wv`. An unknown app on an
/// iPhone looks like a page on the home screen, which can save files.
const IN_APP: [&str; 16] = [
    "zalo",
    "fban/",
    "fbav/",
    "fb_iab",
    "messengerfor",
    "instagram",
    "tiktok",
    "bytedance",
    "musical_ly",
    "trill_",
    " line/",
    "viber",
    "kakaotalk",
    "micromessenger",
    "; wv)",
    ";wv)",
];

fn is_in_app(headers: &HeaderMap) -> bool {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent = agent.to_ascii_lowercase();
    IN_APP.iter().any(|name| agent.contains(name))
}

/// The language of ours that the browser prefers (RFC 9110 12.5.4): highest weight, then first named.
fn accepted(headers: &HeaderMap) -> Option<Language> {
    let line = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Language, f32)> = None;
    for range in line.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok());
        let (Some(language), Some(weight)) = (Language::from_tag(tag.trim()), weight) else { continue };
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_within_other_apps_are_known() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (Linux; Android 13; SM-A146P) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 Zalo android/12",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/440.0]",
                true,
            ),
            (
                "Mozilla/5.0 (Linux; Android 12) Chrome/119.0 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/436.0]",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) Mobile/15E148 Zalo iOS/631 ZaloTheme/light",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) Mobile/15E148 Instagram 300.0.0.29.110",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Mobile/15E148 Safari Line/13.18.1",
                true,
            ),
            (
                "Mozilla/5.0 (Linux; Android 12) Chrome/110.0 trill_2023009040 AppName/trill ByteLocale/vi-VN",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Mobile/15E148 TikTok 34.1.0 rv:341015",
                true,
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-A146P Build/TP1A; wv) AppleWebKit/537.36 Version/4.0 Chrome/120.0 Mobile",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
                false,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) CriOS/120.0 Mobile/15E148 Safari/604.1",
                false,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918B) SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36",
                false,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36 Online/1.0", false),
            ("Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", false),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.1 Safari/605.1.15", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, agent.parse().unwrap());
            assert_eq!(is_in_app(&headers), expected, "{agent}");
        }
        assert!(!is_in_app(&HeaderMap::new()));
    }

    #[test]
    fn the_browsers_preferred_language_wins() {
        for (line, expected) in [
            ("en-US,en;q=0.9,vi;q=0.8", Some(Language::En)),
            ("vi-VN,vi;q=0.9,en;q=0.8", Some(Language::Vi)),
            ("fr, en;q=0.5, vi;q=0.7", Some(Language::Vi)),
            ("en;q=0", None),
            ("fr", None),
            ("en;q=x", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, line.parse().unwrap());
            assert_eq!(accepted(&headers), expected, "{line:?}");
        }
    }
}
