//! What a hospital does in a run, and what must have become of it at the end.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use crate::chance::Chance;
use crate::sample::Study;

/// One upload.
#[derive(Debug, Clone)]
pub struct Upload {
    pub after: Duration,
    pub key: String,
    pub bytes: Vec<u8>,
}

/// How a study has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its patient sees all of it.
    Released,
    /// Nobody sees it.
    Hidden,
}

#[derive(Clone)]
pub struct ExpectedStudy {
    pub study: Study,
    pub ending: Ending,
    /// Number of instances; none where chance decides whose files come first.
    pub instances: Option<usize>,
    /// Whose files were mixed in.
    pub is_mixed: bool,
}

/// Everything that is uploaded.
#[derive(Clone, Default)]
pub struct Scenario {
    pub uploads: Vec<Upload>,
    pub studies: Vec<ExpectedStudy>,
    /// Keys that must be in quarantine.
    pub refused: Vec<String>,
}

const SECOND: Duration = Duration::from_secs(1);

impl Scenario {
    /// One study of two slices with its order before, and a file that is no image.
    pub fn reference() -> Self {
        let mut scenario = Self::default();
        let study = Study::numbered(1);
        scenario.order(&study, SECOND, &study.order());
        scenario.add(SECOND * 2, "incoming/20300105/1", study.slice(1, 1));
        scenario.add(SECOND * 3, "incoming/20300105/2", study.slice(1, 2));
        scenario.add(SECOND * 4, "incoming/20300105/readme", b"not an image".to_vec());
        scenario.refused.push("incoming/20300105/readme".into());
        scenario.studies.push(ExpectedStudy {
            study,
            ending: Ending::Released,
            instances: Some(2),
            is_mixed: false,
        });
        scenario
    }

    /// Two patients, with all that happens in a hospital.
    pub fn random(chance: &mut Chance) -> Self {
        let mut scenario = Self::default();
        scenario.first_study(chance);
        scenario.second_study(chance);
        if chance.per_mille(600) {
            let key = "incoming/a/notes b+%.txt".to_owned();
            scenario.add(SECOND * 5, &key, b"not an image".to_vec());
            scenario.refused.push(key);
        }
        if chance.per_mille(200) {
            let mut bytes = Study::numbered(3).slice(1, 1);
            bytes.truncate(bytes.len() - 500);
            scenario.add(SECOND * 6, "incoming/a/cut", bytes);
            scenario.refused.push("incoming/a/cut".into());
        }
        scenario.uploads.sort_by_key(|upload| upload.after);
        scenario
    }

    fn first_study(&mut self, chance: &mut Chance) {
        let study = Study::numbered(1);
        let mut slices: Vec<(String, Vec<u8>)> = (1..=1 + chance.below(3))
            .map(|number| {
                (format!("incoming/a/{number}.dcm"), study.slice(1, u32::try_from(number).unwrap()))
            })
            .collect();
        if chance.per_mille(300) {
            slices.push(("incoming/a/other-series".into(), study.slice(2, 1)));
        }
        let mut count = slices.len();
        if chance.per_mille(250) {
            self.add(SECOND * 4, "incoming/a/study.zip", zip_of(&slices));
        } else {
            for (second, (key, bytes)) in (2..).zip(&slices) {
                self.add(SECOND * second, key, bytes.clone());
            }
            if chance.per_mille(250) {
                self.add(SECOND * 9, "incoming/again/1.dcm", slices[0].1.clone());
            }
            if self.uploads.len() == slices.len() && chance.per_mille(150) {
                // The same key with other bytes of the same instance: refused.
                self.add(SECOND * 400, &slices[0].0, study.slice_with(1, 1, 500));
                self.refused.push(slices[0].0.clone());
            }
        }
        if chance.per_mille(400) {
            self.add(SECOND * (30 + 300 * chance.below(3) as u32), "incoming/late/9", study.slice(1, 9));
            count += 1;
        }
        let mut order = study.order();
        if chance.per_mille(200) {
            order["declared_instances"] = json!(count);
        }
        let ordered_after = SECOND * [0, 3, 200, 900][chance.below(4)];
        self.order(&study, ordered_after, &order);
        let mut ending = Ending::Released;
        let is_mixed = chance.per_mille(120);
        if is_mixed {
            let other = Study { patient_id: "N20-OTHER".into(), ..study.clone() };
            let after = SECOND * (4 + 300 * chance.below(2) as u32);
            self.add(after, "incoming/b/mixed", other.slice(1, 7));
            ending = Ending::Hidden;
        } else if chance.per_mille(100) {
            order["patient"]["id"] = json!("N20-SOMEBODY");
            order["patient"]["name"] = json!("Trần Văn Bình");
            self.order(&study, ordered_after + SECOND * 300, &order);
            ending = Ending::Hidden;
        }
        let instances = (!is_mixed).then_some(count);
        self.studies.push(ExpectedStudy { study, ending, instances, is_mixed });
    }

    fn second_study(&mut self, chance: &mut Chance) {
        let study = Study::numbered(2);
        self.add(SECOND * 3, "incoming/c/1", study.slice(1, 1));
        let mut ending = Ending::Hidden;
        if chance.per_mille(700) {
            self.order(&study, SECOND * [1, 120][chance.below(2)], &study.order());
            ending = Ending::Released;
        }
        self.studies.push(ExpectedStudy { study, ending, instances: Some(1), is_mixed: false });
    }

    fn order(&mut self, study: &Study, after: Duration, order: &serde_json::Value) {
        let key = format!("orders/{}-{}.json", study.accession, self.uploads.len());
        self.add(after, &key, order.to_string().into_bytes());
    }

    fn add(&mut self, after: Duration, key: &str, bytes: Vec<u8>) {
        self.uploads.push(Upload { after, key: key.to_owned(), bytes });
    }
}

fn zip_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
