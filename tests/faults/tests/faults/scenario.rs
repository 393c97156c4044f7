//! What a hospital does in a run, and how it must end.

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

/// How a study must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Its patient sees all of it.
    Released,
    /// Nobody sees it.
    Hidden,
}

/// What somebody corrects after a while.
#[derive(Clone, Default)]
pub struct Corrections {
    /// Keys whose current object must be the one shown.
    pub keys: Vec<String>,
    /// The first files named another patient and may be in quarantine.
    pub of_another: bool,
    /// The first order had neither number nor address.
    pub contact: bool,
}

#[derive(Clone)]
pub struct ExpectedStudy {
    pub study: Study,
    pub ending: Ending,
    /// Number of instances; `None` if chance decides whose files come first.
    pub instances: Option<usize>,
    /// Files of somebody else were mixed in.
    pub is_mixed: bool,
    pub corrections: Corrections,
}

impl ExpectedStudy {
    /// A study that nobody corrects.
    pub fn new(study: Study, ending: Ending, instances: Option<usize>) -> Self {
        Self { study, ending, instances, is_mixed: false, corrections: Corrections::default() }
    }
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
    /// One study of two slices, its order first, and a file that is no image.
    pub fn reference() -> Self {
        let mut scenario = Self::default();
        let study = Study::numbered(1);
        scenario.order(&study, SECOND, &study.order());
        scenario.add(SECOND * 2, "incoming/20300105/1", study.slice(1, 1));
        scenario.add(SECOND * 3, "incoming/20300105/2", study.slice(1, 2));
        scenario.add(SECOND * 4, "incoming/20300105/readme", b"not an image".to_vec());
        scenario.refused.push("incoming/20300105/readme".into());
        scenario.studies.push(ExpectedStudy::new(study, Ending::Released, Some(2)));
        scenario
    }

    /// One study whose modality named another patient; the archive corrects it under the same keys.
    pub fn mended() -> Self {
        let mut scenario = Self::default();
        scenario.mended_study(Study::numbered(1), SECOND, 300, true);
        scenario.uploads.sort_by_key(|upload| upload.after);
        scenario
    }

    /// Two patients, with everything that happens in a hospital.
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
            bytes.truncate(bytes.len() / 3);
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
        let mut corrected = Vec::new();
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
                // The same key with other bytes for the same instance: a correction.
                self.add(SECOND * 400, &slices[0].0, study.slice_with(1, 1, 500));
                corrected.push(slices[0].0.clone());
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
        if chance.per_mille(250) {
            // No map of a table can hold this field; it is kept all the same.
            order["ward"] = odd(chance);
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
        if is_mixed {
            // A file that came first may have shut the corrected one out.
            corrected.clear();
        }
        let corrections = Corrections { keys: corrected, ..Corrections::default() };
        self.studies.push(ExpectedStudy { study, ending, instances, is_mixed, corrections });
    }

    fn second_study(&mut self, chance: &mut Chance) {
        let study = Study::numbered(2);
        if chance.per_mille(150) {
            let ordered_after = SECOND * [1, 120, 700][chance.below(3)];
            let mended_after = [20, 300][chance.below(2)];
            return self.mended_study(study, ordered_after, mended_after, chance.per_mille(500));
        }
        self.add(SECOND * 3, "incoming/c/1", study.slice(1, 1));
        let mut expected = ExpectedStudy::new(study.clone(), Ending::Hidden, Some(1));
        if chance.per_mille(700) {
            let mut order = study.order();
            let ordered_after = SECOND * [1, 120][chance.below(2)];
            let later = ordered_after + SECOND * [60, 400][chance.below(2)];
            expected.ending = Ending::Released;
            match chance.below(10) {
                0 => {
                    self.order(&study, ordered_after, &order);
                    order["status"] = json!("cancelled");
                    self.order(&study, later, &order);
                    expected.ending = Ending::Hidden;
                }
                1 | 2 => {
                    let mut unreachable = order.clone();
                    unreachable["patient"]
                        .as_object_mut()
                        .unwrap()
                        .retain(|fact, _| fact != "phone" && fact != "email");
                    self.order(&study, ordered_after, &unreachable);
                    self.order(&study, later, &order);
                    expected.corrections.contact = true;
                }
                _ => self.order(&study, ordered_after, &order),
            }
        }
        self.studies.push(expected);
    }

    /// The modality names another patient; the archive corrects that, file by file.
    fn mended_study(&mut self, study: Study, ordered_after: Duration, mended_after: u32, is_same_key: bool) {
        let wrong =
            Study { patient_id: "N20-OTHER".into(), patient_name: "TRAN^VAN BINH".into(), ..study.clone() };
        self.order(&study, ordered_after, &study.order());
        let mut corrections = Corrections { of_another: true, ..Corrections::default() };
        for number in 1..=2 {
            let key = format!("incoming/c/{number}");
            self.add(SECOND * (2 + number), &key, wrong.slice(1, number));
            let key = if is_same_key { key } else { format!("{key}-mended") };
            self.add(SECOND * (mended_after + number), &key, study.slice(1, number));
            corrections.keys.push(key);
        }
        let expected = ExpectedStudy::new(study, Ending::Released, Some(2));
        self.studies.push(ExpectedStudy { corrections, ..expected });
    }

    fn order(&mut self, study: &Study, after: Duration, order: &serde_json::Value) {
        let key = format!("orders/{}-{}.json", study.accession, self.uploads.len());
        self.add(after, &key, order.to_string().into_bytes());
    }

    fn add(&mut self, after: Duration, key: &str, bytes: Vec<u8>) {
        self.uploads.push(Upload { after, key: key.to_owned(), bytes });
    }
}

/// A field that hospital systems sometimes send: too large, too deep, a number out of range, or an empty key.
fn odd(chance: &mut Chance) -> serde_json::Value {
    match chance.below(4) {
        0 => json!("x".repeat(410_000)),
        1 => (0..40).fold(json!(1), |inner, _| json!([inner])),
        2 => json!(1e300),
        _ => json!({ "": "" }),
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
