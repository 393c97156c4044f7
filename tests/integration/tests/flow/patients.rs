//! Patients whose every word is distinctive, so that it shows up wherever it should not be.

use serde_json::{Value, json};

use crate::portal::{password_of, path_of};
use crate::sample::Study;
use crate::system::{System, link_of};
use crate::wire::{Answer, Ask};

/// A patient with a released study.
pub struct Patient {
    pub study: Study,
    pub name: &'static str,
    pub birth_date: &'static str,
    pub sms: Value,
}

/// Words of the patient that nobody else may see, besides identifiers.
pub const MARKS: [&str; 7] = [
    "Nguyệt-Quế",
    "NGUYET-QUE",
    "09/11/1971",
    "1971-11-09",
    "19711109",
    "CLVT bụng kín",
    "nguyet.que@example.vn",
];

impl Patient {
    /// The marked patient.
    pub async fn marked(system: &System, number: u32) -> Self {
        let study = Study {
            patient_name: "TRAN^THI NGUYET-QUE".into(),
            birth_date: "19711109".into(),
            ..Study::numbered(number)
        };
        let patient = json!({
            "id": study.patient_id, "name": "Trần Thị Nguyệt-Quế", "birth_date": "1971-11-09", "sex": "F",
            "phone": "0912 345 678", "email": "nguyet.que@example.vn", "language": "vi",
        });
        let service = json!({ "name": "Chụp CLVT bụng kín [Không in phim]" });
        let order = json!({ "accession_number": study.accession, "patient": patient, "service": service });
        Self::released(system, study, order, "Trần Thị Nguyệt-Quế", "09/11/1971").await
    }

    /// Somebody else.
    pub async fn other(system: &System, number: u32) -> Self {
        let study = Study::numbered(number);
        let order = study.order();
        Self::released(system, study, order, "Nguyễn Thị Hoà", "02/03/1958").await
    }

    /// The same, with an order that says how many files there are.
    pub async fn declared(system: &System, number: u32) -> Self {
        let study = Study::numbered(number);
        let mut order = study.order();
        order["declared_instances"] = 2.into();
        Self::released(system, study, order, "Nguyễn Thị Hoà", "02/03/1958").await
    }

    async fn released(
        system: &System,
        study: Study,
        order: Value,
        name: &'static str,
        birth_date: &'static str,
    ) -> Self {
        let known = system.all_sms();
        system.upload(&format!("incoming/{}/1", study.uid), study.slice(1, 1)).await;
        system.upload(&format!("incoming/{}/2", study.uid), study.slice(1, 2)).await;
        system.upload_order(&order).await;
        system.until(&study.uid, "released").await;
        let sms = system.all_sms().into_iter().find(|sms| !known.contains(sms)).unwrap();
        Self { study, name, birth_date, sms }
    }

    pub fn password(&self) -> String {
        password_of(&self.sms)
    }

    pub fn link_path(&self) -> String {
        path_of(&link_of(&self.sms))
    }

    pub fn sign_in(&self) -> Ask {
        sign_in(&self.study.patient_id, &self.password())
    }

    /// Opens the link; returns the session's cookie.
    pub async fn session(&self, system: &System) -> String {
        let answer = self.open_link(system).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.cookie()
    }

    pub async fn open_link(&self, system: &System) -> Answer {
        Ask::post(&self.link_path(), &[("answer", self.birth_date)]).send(system).await
    }

    /// Shares the study; returns path and code.
    pub fn share(&self, system: &System, options: &[&str]) -> (String, String) {
        let words = ["share", &self.study.patient_id, "--for", "BS. Minh", "--study", &self.study.uid];
        let made = system.staff(&[&words, options].concat());
        let link = made["link"].as_str().unwrap();
        (link[link.find("/s/").unwrap()..].to_owned(), made["code"].as_str().unwrap().to_owned())
    }
}

pub fn sign_in(account: &str, password: &str) -> Ask {
    Ask::post("/sign-in", &[("account", account), ("password", password)])
}

/// The session of a guest who opened a share.
pub async fn guest(system: &System, (path, code): &(String, String)) -> String {
    let answer = Ask::post(path, &[("code", code)]).send(system).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.cookie()
}
