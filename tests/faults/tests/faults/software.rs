//! A doctor's software beside a run: it has a token from the first moment at which its patient could make one, asks again
//! and again while everything else happens, and never sees what its patient may not see at that moment.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use filmless_delivery::InstanceRenderer;
use filmless_delivery::viewing::{LinkOpening, Portal};
use filmless_domain::{Secret, StudyInstanceUid};
use serve_dicomweb::{DicomwebConfig, DicomwebServices, Software};
use tower::ServiceExt;

use crate::chance::Chance;
use crate::ports::{Gateways, RenderOnTheSpot};
use crate::scenario::Scenario;
use crate::weather::{Plan, Weather};
use crate::world::{Process, World};

const SOURCE: &str = "203.0.113.8";
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// How many steps of a run, of a thousand, are followed by questions of software.
const ASKED_PER_MILLE: usize = 250;

/// A token, and whose sight it has.
struct Token {
    study: StudyInstanceUid,
    session: Secret,
    token: Secret,
}

/// What is told of the software of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    pub shown: usize,
    pub refused: usize,
    pub failed: usize,
}

/// The function `serve-dicomweb`: one process for the whole run, so that it remembers what it judged. Its calls fail like
/// those of the others, in a weather of its own, which leaves that of the run as it is.
pub struct DoctorsSoftware {
    process: Process,
    weather: Arc<Weather>,
    portal: Portal,
    router: Router,
    tokens: Vec<Token>,
    chance: Chance,
    pub seen: Seen,
}

impl DoctorsSoftware {
    pub fn start(world: &World, seed: u64, plan: &Plan) -> Self {
        let per_mille = if let Plan::Storm { per_mille, .. } = plan { *per_mille } else { 0 };
        let weather = Arc::new(Weather::new(seed + 1, Plan::Storm { per_mille, kills_per_mille: 0 }));
        let process = world.process_beside(&weather);
        let portal = Portal::new(process.services.clone());
        let renderer: Arc<dyn InstanceRenderer> = Arc::new(RenderOnTheSpot);
        let config = DicomwebConfig::of(&(&process.services).into(), "".parse().unwrap());
        let services = DicomwebServices::new(Software::new(process.services.clone()), renderer, config);
        let router = serve_dicomweb::router(Arc::new(services));
        let (tokens, chance) = (Vec::new(), Chance::new(seed, 5));
        Self { process, weather, portal, router, tokens, chance, seen: Seen::default() }
    }

    /// Between two steps of the run, while nothing changes: whoever was told of a study makes a token, and then all ask.
    /// Tells what was shown that must not be.
    pub fn look(&mut self, scenario: &Scenario, gateways: &Gateways) -> Result<(), String> {
        if !self.chance.per_mille(ASKED_PER_MILLE) {
            return Ok(());
        }
        for expected in &scenario.studies {
            let study = StudyInstanceUid::parse(&expected.study.uid).unwrap();
            if self.tokens.iter().all(|known| known.study != study) {
                self.tokens.extend(self.calm(self.make_token(gateways, study)));
            }
        }
        for token in &self.tokens {
            let (status, body) = self.process.run(self.ask(token)).unwrap();
            let is_shown = body.contains(token.study.as_str());
            match status {
                StatusCode::OK => self.seen.shown += 1,
                StatusCode::NOT_FOUND => self.seen.refused += 1,
                StatusCode::SERVICE_UNAVAILABLE => self.seen.failed += 1,
                other => return Err(format!("{}: software is answered {other}: {body}", token.study)),
            }
            if is_shown != (status == StatusCode::OK) {
                return Err(format!("{}: software is told {status} and {body}", token.study));
            }
            if is_shown && !self.calm(self.is_in_sight(token)) {
                return Err(format!("{}: software sees what its patient may not see", token.study));
            }
        }
        Ok(())
    }

    /// Done as if all were well.
    fn calm<T>(&self, work: impl Future<Output = T>) -> T {
        self.weather.pause(true);
        let done = self.process.run(work).unwrap();
        self.weather.pause(false);
        done
    }

    async fn make_token(&self, gateways: &Gateways, study: StudyInstanceUid) -> Option<Token> {
        let sms = (1..=2).find_map(|version| gateways.sms(&format!("{study}-v{version}-sms")))?;
        let link = sms.split_whitespace().find(|word| word.contains("/x/"))?;
        let opened = self.portal.open_link(link.rsplit('/').next()?, "02/03/1958", SOURCE).await.unwrap();
        let LinkOpening::Granted { session, .. } = opened else { return None };
        let guest = self.portal.session(session.expose(), SOURCE).await.unwrap()?;
        let made = self.portal.new_viewer_token(&guest, std::slice::from_ref(&study)).await.unwrap()?;
        Some(Token { study, session, token: made.token })
    }

    async fn is_in_sight(&self, token: &Token) -> bool {
        let session = self.portal.session(token.session.expose(), SOURCE).await.unwrap();
        let Some(session) = session else { return false };
        self.portal.may_open_with_software(&session, &token.study).await.unwrap()
    }

    async fn ask(&self, token: &Token) -> (StatusCode, String) {
        let path = format!("/dicomweb/{}/studies/{}/series", token.token.expose(), token.study);
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), ANSWER_BYTES_MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}
