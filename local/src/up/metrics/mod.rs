//! `GET /metrics` for Prometheus, on its own port. Nothing in it is about a single patient, and every label has few
//! values.

mod endpoint;
mod events;
mod page_class;

use std::sync::Arc;
use std::time::Duration;

use filmless_embedded::DurableQueue;
use filmless_store::port::QueueName;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use endpoint::serve;
pub use events::Counted;
pub use page_class::PageClass;

use super::machine::Machine;

/// Names and values of a series' labels. The values are our own words.
type Labels = Vec<(&'static str, String)>;
type Counters = Family<Labels, Counter>;
type Gauges = Family<Labels, Gauge>;
type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

/// Pages take milliseconds, an argon2id tens of them; visitors leave after seconds.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// The counters. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    studies: Counters,
    refused: Counters,
    notices: Counters,
    errors: Counters,
    requests: Counters,
    durations: Histograms,
    queued: Gauges,
    oldest: Gauges,
    disk_free: Gauge,
    disk: Gauge,
}

impl Metrics {
    pub fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let metrics = Self {
            registry: Arc::default(),
            studies: Counters::default(),
            refused: Counters::default(),
            notices: Counters::default(),
            errors: Counters::default(),
            requests: Counters::default(),
            durations: Histograms::new_with_constructor(histogram),
            queued: Gauges::default(),
            oldest: Gauges::default(),
            disk_free: Gauge::default(),
            disk: Gauge::default(),
        };
        Self { registry: Arc::new(metrics.register()), ..metrics }
    }

    fn register(&self) -> Registry {
        let mut registry = Registry::with_prefix("filmless");
        registry.register("studies", "Studies, by what became of them", self.studies.clone());
        registry.register("refused_objects", "Uploads in quarantine, by code", self.refused.clone());
        registry.register("notices", "Messages to patients, by channel and outcome", self.notices.clone());
        registry.register("errors", "Warnings and errors in the log, by code", self.errors.clone());
        registry.register(
            "http_requests",
            "Requests to the portal, by class of page and status",
            self.requests.clone(),
        );
        registry.register(
            "http_request_seconds",
            "Time until the answer, by class of page",
            self.durations.clone(),
        );
        registry.register("queue_messages", "Messages by queue and state", self.queued.clone());
        registry.register(
            "queue_oldest_seconds",
            "Age of the oldest message that could be worked on",
            self.oldest.clone(),
        );
        registry.register("disk_free_bytes", "Room on the disk of the data folder", self.disk_free.clone());
        registry.register("disk_bytes", "Size of the disk of the data folder", self.disk.clone());
        registry
    }

    /// Counts an answered request.
    pub fn answered(&self, class: PageClass, status: u16, took: Duration) {
        let class = ("class", class.as_str().to_owned());
        self.requests.get_or_create(&vec![class.clone(), ("status", status.to_string())]).inc();
        self.durations.get_or_create(&vec![class]).observe(took.as_secs_f64());
    }

    /// The page, with current measurements.
    async fn page(&self, queue: &DurableQueue, machine: &Machine) -> Result<String, std::fmt::Error> {
        for name in QueueName::ALL {
            // A queue that does not answer keeps its last values; the log says why.
            let (Ok(depth), Ok(oldest)) = (queue.depth(name).await, queue.oldest(name).await) else {
                continue;
            };
            let states = [
                ("visible", depth.visible),
                ("in-flight", depth.in_flight),
                ("delayed", depth.delayed),
                ("dead", depth.dead),
            ];
            let of_queue = ("queue", name.as_str().to_owned());
            for (state, messages) in states {
                let labels = vec![of_queue.clone(), ("state", state.to_owned())];
                self.queued.get_or_create(&labels).set(signed(messages));
            }
            self.oldest.get_or_create(&vec![of_queue]).set(signed(oldest.as_secs()));
        }
        let (free, all) = machine.disk();
        self.disk_free.set(signed(free));
        self.disk.set(signed(all));
        let mut page = String::new();
        encode(&mut page, &self.registry).map(|()| page)
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
