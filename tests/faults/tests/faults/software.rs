//! A doctor's software beside a run: it has a token from the first moment at which its patient could make one, asks again
//! and again while everything else happens, and sees exactly what its patient may see at that moment.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use filmless_delivery::viewing::software::Software;
use filmless_delivery::viewing::{LinkOpening, Portal};
use filmless_delivery::{InstanceRenderer, Settings};
use filmless_domain::{Secret, StudyInstanceUid};
use serve_dicomweb::{DicomwebConfig, DicomwebServices};
use tower::ServiceExt;

use crate::chance::Chance;
use crate::ports::{Gateways, RenderOnTheSpot};
use crate::scenario::Scenario;
use crate::weather::{Plan, Weather};
use crate::world::{Process, QUIET_PERIOD, World};

const SOURCE: &str = "203.0.113.8";
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// One run in so many has software: each question costs as much as a step of the run.
const RUNS_WITH_SOFTWARE: u64 = 3;
/// How many steps of a thousand are followed by questions, once a patient was told of a study.
const ASKED_PER_MILLE: usize = 100;
/// So long does a token open that nobody uses.
const TOKEN_IDLE_MS: i64 = 8 * 3_600_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A token, and whose sight it has.
struct Token {
    study: StudyInstanceUid,
    session: Secret,
    token: Secret,
    used_ms: i64,
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
struct Function {
    process: Process,
    weather: Arc<Weather>,
    portal: Portal,
    router: Router,
}

/// The software, and all that it was shown.
pub struct DoctorsSoftware {
    seed: u64,
    weather: Arc<Weather>,
    /// From the moment on at which there is something to ask for.
    function: Option<Function>,
    tokens: Vec<Token>,
    chance: Chance,
    pub seen: Seen,
}

impl Function {
    fn start(world: &World, weather: &Arc<Weather>) -> Self {
        let mut process = world.process_beside(weather);
        // Pages end when they are idle, tokens do not: what is compared here is what can be seen.
        process.services.settings =
            Arc::new(Settings { quiet_period: QUIET_PERIOD, session_idle: DAY, ..Settings::default() });
        let portal = Portal::new(process.services.clone());
        let renderer: Arc<dyn InstanceRenderer> = Arc::new(RenderOnTheSpot);
        let config = DicomwebConfig::of(&(&process.services).into(), "".parse().unwrap());
        let services = DicomwebServices::new(Software::new(process.services.clone()), renderer, config);
        let router = serve_dicomweb::router(Arc::new(services));
        Self { process, weather: Arc::clone(weather), portal, router }
    }

    /// Done as if all were well.
    fn calm<T>(&self, work: impl Future<Output = T>) -> T {
        self.weather.pause(true);
        let done = self.process.run(work).unwrap();
        self.weather.pause(false);
        done
    }

    async fn make_token(&self, link: &str, study: StudyInstanceUid, used_ms: i64) -> Option<Token> {
        let opened = self.portal.open_link(link, "02/03/1958", SOURCE).await.unwrap();
        let LinkOpening::Granted { session, .. } = opened else { return None };
        let guest = self.portal.session(session.expose(), SOURCE).await.unwrap()?;
        let made = self.portal.new_viewer_token(&guest, std::slice::from_ref(&study)).await.unwrap()?;
        Some(Token { study, session, token: made.token, used_ms })
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

impl DoctorsSoftware {
    pub fn new(seed: u64, plan: &Plan) -> Self {
        let per_mille = if let Plan::Storm { per_mille, .. } = plan { *per_mille } else { 0 };
        let weather = Arc::new(Weather::new(seed + 1, Plan::Storm { per_mille, kills_per_mille: 0 }));
        let (tokens, chance) = (Vec::new(), Chance::new(seed, 5));
        Self { seed, weather, function: None, tokens, chance, seen: Seen::default() }
    }

    /// Now and then between two steps of the run, while nothing changes.
    pub fn look(&mut self, scenario: &Scenario, world: &World) -> Result<(), String> {
        if self.chance.per_mille(ASKED_PER_MILLE) { self.ask_all(scenario, world) } else { Ok(()) }
    }

    /// The same for certain, and with calls that do not fail.
    pub fn look_in_calm(&mut self, scenario: &Scenario, world: &World) -> Result<(), String> {
        self.weather.calm_down();
        self.ask_all(scenario, world)
    }

    /// Whoever was told of a study makes a token, and then all ask. Tells what was shown that must not be, or was refused that
    /// can be seen.
    fn ask_all(&mut self, scenario: &Scenario, world: &World) -> Result<(), String> {
        if !self.seed.is_multiple_of(RUNS_WITH_SOFTWARE) {
            return Ok(());
        }
        let now_ms = world.clock.now_ms();
        for expected in &scenario.studies {
            let study = StudyInstanceUid::parse(&expected.study.uid).unwrap();
            if self.tokens.iter().all(|known| known.study != study)
                && let Some(link) = link_of(&world.gateways, &study)
            {
                let function = self.function.get_or_insert_with(|| Function::start(world, &self.weather));
                self.tokens.extend(function.calm(function.make_token(&link, study, now_ms)));
            }
        }
        let Some(function) = &self.function else { return Ok(()) };
        for token in &mut self.tokens {
            let (status, body) = function.process.run(function.ask(token)).unwrap();
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
            if status == StatusCode::SERVICE_UNAVAILABLE {
                continue;
            }
            let is_in_sight = function.calm(function.is_in_sight(token));
            if is_shown && !is_in_sight {
                return Err(format!("{}: software sees what its patient may not see", token.study));
            }
            let is_alive = now_ms - token.used_ms < TOKEN_IDLE_MS;
            if !is_shown && is_in_sight && is_alive {
                return Err(format!("{}: software is refused what its patient may see", token.study));
            }
            if is_shown {
                token.used_ms = now_ms;
            }
        }
        Ok(())
    }
}

/// The token of the link that was sent about a study.
pub fn link_of(gateways: &Gateways, study: &StudyInstanceUid) -> Option<String> {
    let sms = (1..=2).find_map(|version| gateways.sms(&format!("{study}-v{version}-sms")))?;
    let link = sms.split_whitespace().find(|word| word.contains("/x/"))?;
    link.rsplit('/').next().map(str::to_owned)
}
