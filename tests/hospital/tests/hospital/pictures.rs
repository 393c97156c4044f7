//! Fetches and reads whatever is shown: posters, packs, downloads.

use std::collections::{BTreeSet, HashMap};
use std::io::{Cursor, Read};

use charls::CharLS;
use filmless_delivery::viewing::SeriesView;
use filmless_imaging::SeriesIndex;
use ureq::Agent;

use crate::pixels::{Mark, SIDE};

/// What was seen, by address without signature: objects of a series never change under their keys.
pub struct Pictures {
    agent: Agent,
    seen: HashMap<String, BTreeSet<Mark>>,
    pub fetched: usize,
}

impl Pictures {
    pub fn new() -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Self { agent, seen: HashMap::new(), fetched: 0 }
    }

    /// Fetches an address; `None` if nothing is there (any more).
    pub fn fetch(&mut self, url: &str) -> Option<Vec<u8>> {
        self.fetched += 1;
        let mut answer = self.agent.get(url).call().unwrap();
        if answer.status().as_u16() != 200 {
            return None;
        }
        let is_gzip = answer.headers().get("content-encoding").is_some_and(|encoding| encoding == "gzip");
        let bytes = answer.body_mut().with_config().limit(1 << 26).read_to_vec().unwrap();
        if !is_gzip || !bytes.starts_with(&[0x1F, 0x8B]) {
            return Some(bytes);
        }
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
        Some(plain)
    }

    /// Whose pixels a poster shows.
    pub fn of_poster(&mut self, url: &str) -> BTreeSet<Mark> {
        self.once(url, |this| {
            this.fetch(url).map(|jpeg| BTreeSet::from([Mark::of_jpeg(&jpeg).expect("a poster of ours")]))
        })
    }

    /// Whose pixels a series shows: every frame of its pack.
    pub fn of_series(&mut self, series: &SeriesView) -> BTreeSet<Mark> {
        self.once(&series.pack_url, |this| {
            let pack = this.fetch(&series.pack_url)?;
            let index: SeriesIndex = serde_json::from_slice(&this.fetch(&series.index_url)?).unwrap();
            let frames = index.frames.iter().filter_map(|frame| frame.diagnostic.as_ref());
            let mark = |at: &filmless_imaging::Diagnostic| {
                let (from, length) =
                    (usize::try_from(at.offset).unwrap(), usize::try_from(at.length).unwrap());
                let samples = CharLS::default().decode(&pack[from..from + length]).unwrap();
                Mark::of_samples(&samples).expect("a frame of ours")
            };
            Some(frames.map(mark).collect())
        })
    }

    fn once(&mut self, url: &str, look: impl FnOnce(&mut Self) -> Option<BTreeSet<Mark>>) -> BTreeSet<Mark> {
        let key = url.split('?').next().unwrap_or(url).to_owned();
        if let Some(seen) = self.seen.get(&key) {
            return seen.clone();
        }
        let Some(marks) = look(self) else { return BTreeSet::new() };
        self.seen.insert(key, marks.clone());
        marks
    }
}

/// Whose pixels a file shows: our files end with them.
pub fn of_file(bytes: &[u8]) -> Option<Mark> {
    let from = bytes.len().checked_sub(SIDE * SIDE * 2)?;
    Mark::of_samples(&bytes[from..])
}

/// Whose pixels the files of a ZIP show.
pub fn of_zip(bytes: Vec<u8>) -> BTreeSet<Mark> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut marks = BTreeSet::new();
    for place in 0..zip.len() {
        let mut content = Vec::new();
        zip.by_index(place).unwrap().read_to_end(&mut content).unwrap();
        marks.extend(of_file(&content));
    }
    marks
}
