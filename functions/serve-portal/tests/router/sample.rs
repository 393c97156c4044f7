//! A portal with two patients, in memory.

use async_trait::async_trait;
use filmless_delivery::portal::{
    LinkOpening, LinkStatus, SeriesView, SignIn, StudyDownload, StudySummary, StudyView,
};
use filmless_domain::{BirthDate, Language, Secret, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid};
use jiff::Timestamp;
use jiff::civil::date;
use serve_portal::{Door, Guest, PortalError};

pub const STUDY: &str = "1.2.826.0.1.3680043.10.1999.1";
pub const STUDY_OF_ANOTHER: &str = "1.2.826.0.1.3680043.10.1999.2";
pub const S3: &str = "http://127.0.0.1:9000";

#[derive(Clone)]
pub struct SamplePortal {
    pub s3_origin: String,
    pub is_down: bool,
}

impl Default for SamplePortal {
    fn default() -> Self {
        Self { s3_origin: S3.into(), is_down: false }
    }
}

impl SamplePortal {
    fn check(&self) -> Result<(), PortalError> {
        if self.is_down {
            return Err(PortalError::failed(std::io::Error::other("the table is not reachable")));
        }
        Ok(())
    }

    fn url(&self, name: &str) -> String {
        format!("{}/derived/{name}?X-Amz-Date=20201123T091500Z&X-Amz-Signature=abc", self.s3_origin)
    }

    fn series(
        &self,
        number: u32,
        description: Option<&str>,
        modality: &str,
        frames: u32,
        without: u32,
    ) -> SeriesView {
        let uid = format!("{STUDY}.{number}");
        let has_picture = frames > 0;
        SeriesView {
            index_url: self.url(&format!("{uid}.index.json")),
            pack_url: self.url(&format!("{uid}.pack")),
            poster_url: has_picture.then(|| self.url(&format!("{uid}.poster.jpg"))),
            thumbs_url: has_picture.then(|| self.url(&format!("{uid}.thumbs.jpg"))),
            series_instance_uid: SeriesInstanceUid::parse(&uid).unwrap(),
            number: Some(i64::from(number)),
            description: description.map(str::to_owned),
            modality: modality.into(),
            frames,
            without_picture: without,
        }
    }

    fn summary(&self) -> StudySummary {
        StudySummary {
            study_instance_uid: StudyInstanceUid::parse(STUDY).unwrap(),
            date: Some(date(2020, 11, 23)),
            title: Some("Chụp CLVT ngực [Không in phim]".into()),
            modalities: vec!["CT".into()],
            series: 4,
            images: 343,
            is_released: true,
            poster_url: Some(self.url(&format!("{STUDY}.2.poster.jpg"))),
        }
    }
}

#[async_trait]
impl Door for SamplePortal {
    async fn sign_in(&self, account: &str, password: &str, source: &str) -> Result<SignIn, PortalError> {
        self.check()?;
        assert!(!source.is_empty());
        Ok(match (account, password) {
            ("N20-0317542", "right") => SignIn::Granted(Secret::new("session-of-hoa".into())),
            ("E20-0000001", "right") => SignIn::Granted(Secret::new("session-of-john".into())),
            (_, "often") => SignIn::SlowDown { retry_after_seconds: 90 },
            _ => SignIn::Denied,
        })
    }

    async fn link_status(&self, token: &str) -> Result<LinkStatus, PortalError> {
        self.check()?;
        Ok(match token {
            "open-vi" => LinkStatus::Open { language: Language::Vi },
            "open-en" => LinkStatus::Open { language: Language::En },
            "replaced" => LinkStatus::Replaced,
            _ => LinkStatus::Gone,
        })
    }

    async fn open_link(&self, token: &str, answer: &str, _: &str) -> Result<LinkOpening, PortalError> {
        self.check()?;
        if !token.starts_with("open") {
            return Ok(LinkOpening::Gone);
        }
        Ok(match answer {
            "02031958" => LinkOpening::Granted {
                session: Secret::new("session-of-hoa".into()),
                study: StudyInstanceUid::parse(STUDY).unwrap(),
            },
            _ => LinkOpening::Wrong { attempts_left: 4 },
        })
    }

    async fn session(&self, cookie: &str) -> Result<Option<Box<dyn Guest>>, PortalError> {
        self.check()?;
        let (patient_name, language) = match cookie {
            "session-of-hoa" => ("Nguyễn Thị Hoà", Language::Vi),
            "session-of-john" => ("John <b>Bold</b> & \"Co\"", Language::En),
            _ => return Ok(None),
        };
        Ok(Some(Box::new(SampleGuest { portal: self.clone(), patient_name, language })))
    }

    async fn sign_out(&self, _: &str) -> Result<(), PortalError> {
        self.check()
    }
}

struct SampleGuest {
    portal: SamplePortal,
    patient_name: &'static str,
    language: Language,
}

#[async_trait]
impl Guest for SampleGuest {
    fn patient_name(&self) -> &str {
        self.patient_name
    }

    fn language(&self) -> Language {
        self.language
    }

    async fn list_studies(&self) -> Result<Vec<StudySummary>, PortalError> {
        if self.language == Language::En {
            return Ok(Vec::new());
        }
        let preparing = StudySummary {
            study_instance_uid: StudyInstanceUid::parse("1.2.3.4").unwrap(),
            date: Some(date(2020, 12, 1)),
            title: None,
            modalities: vec!["DX".into()],
            is_released: false,
            poster_url: None,
            ..self.portal.summary()
        };
        Ok(vec![preparing, self.portal.summary()])
    }

    async fn find_download(&self, study: &StudyInstanceUid) -> Result<Option<StudyDownload>, PortalError> {
        let url = self.portal.url("downloads/1.zip");
        let is_theirs = self.language == Language::Vi && study.as_str() == STUDY;
        Ok(is_theirs.then_some(StudyDownload::Ready { url, bytes: 158_000_000 }))
    }

    async fn request_download(&self, study: &StudyInstanceUid) -> Result<bool, PortalError> {
        Ok(self.language == Language::Vi && study.as_str() == STUDY)
    }

    async fn original_url(
        &self,
        study: &StudyInstanceUid,
        instance: &SopInstanceUid,
    ) -> Result<Option<String>, PortalError> {
        let is_theirs = self.language == Language::Vi && study.as_str() == STUDY;
        Ok(is_theirs.then(|| self.portal.url(&format!("{instance}.dcm"))))
    }

    async fn open_study(&self, study: &StudyInstanceUid) -> Result<Option<StudyView>, PortalError> {
        let is_theirs = self.language == Language::Vi && study.as_str() == STUDY;
        Ok(is_theirs.then(|| StudyView {
            summary: self.portal.summary(),
            patient_name: self.patient_name.into(),
            patient_id: "N20-0317542".into(),
            birth_date: BirthDate::parse("1958-03-02").unwrap(),
            series: vec![
                self.portal.series(1, Some("Topogram"), "CT", 1, 0),
                self.portal.series(2, Some("Lung <1mm> & \"sharp\""), "CT", 300, 0),
                self.portal.series(3, None, "CT", 42, 2),
                self.portal.series(4, Some("Dose report"), "SR", 0, 1),
            ],
            urls_expire_at: "2020-11-23T09:30:00Z".parse::<Timestamp>().unwrap(),
        }))
    }
}
