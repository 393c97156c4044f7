//! A portal with two patients, in memory.

use async_trait::async_trait;
use filmless_delivery::viewing::{
    AccessLine, AccessWho, LinkOpening, LinkStatus, NewShare, SeriesView, ShareLine, ShareOpening,
    ShareRequest, ShareScope, ShareStatus, SignIn, StudyDownload, StudySummary, StudyView,
};
use filmless_domain::share::Relation;
use filmless_domain::{
    BirthDate, Language, ReportLack, Secret, SeriesInstanceUid, SignedResult, SopInstanceUid,
    StudyInstanceUid,
};
use jiff::Timestamp;
use jiff::civil::date;
use serve_portal::{Door, Guest, PortalError};

pub const STUDY: &str = "1.2.826.0.1.3680043.10.1999.1";
/// Given to the patient, and held back since.
pub const WITHHELD: &str = "1.2.826.0.1.3680043.10.1999.4";
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
            is_report: modality == "DOC",
            is_dose: modality == "SR" && description == Some("Dose report"),
            report_lacks: (modality == "DOC").then_some(ReportLack::Preliminary),
            frames,
            without_picture: without,
            cut_instances: without,
            missing_frames: 2 * without,
        }
    }

    fn summary(&self) -> StudySummary {
        StudySummary {
            study_instance_uid: StudyInstanceUid::parse(STUDY).unwrap(),
            date: Some(date(2020, 11, 23)),
            image_date: None,
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
            "open-vi" => LinkStatus::Open { language: Language::Vi, is_birth_date_known: true },
            "open-en" => LinkStatus::Open { language: Language::En, is_birth_date_known: true },
            "open-no-birth-date" => LinkStatus::Open { language: Language::En, is_birth_date_known: false },
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
            "0203" => LinkOpening::Incomplete,
            "31021958" => LinkOpening::NoSuchDay,
            "02032058" => LinkOpening::Unbelievable,
            "abc" => LinkOpening::Unreadable,
            "31121999" => LinkOpening::Wrong { attempts_left: 0 },
            _ => LinkOpening::Wrong { attempts_left: 4 },
        })
    }

    async fn share_status(&self, token: &str) -> Result<ShareStatus, PortalError> {
        self.check()?;
        Ok(if token == "open-share" {
            ShareStatus::Open { language: Language::Vi }
        } else {
            ShareStatus::Gone
        })
    }

    async fn open_share(&self, token: &str, code: &str, _: &str) -> Result<ShareOpening, PortalError> {
        Ok(match (token, code) {
            ("open-share", "123 456") => ShareOpening::Granted(Secret::new("session-of-guest".into())),
            ("open-share", _) => ShareOpening::Wrong { attempts_left: 1 },
            _ => ShareOpening::Gone,
        })
    }

    async fn session(&self, cookie: &str, source: &str) -> Result<Option<Box<dyn Guest>>, PortalError> {
        self.check()?;
        assert!(!source.is_empty());
        let mut share = None;
        let (patient_name, language) = match cookie {
            "session-of-hoa" => ("Nguyễn Thị Hoà", Language::Vi),
            "session-of-guest" => {
                share = Some(ShareScope {
                    id: "s1".into(),
                    studies: vec![StudyInstanceUid::parse(STUDY).unwrap()],
                    may_download: false,
                    ends_at: "2020-11-30T09:30:00Z".parse().unwrap(),
                });
                ("Nguyễn Thị Hoà", Language::Vi)
            }
            "session-of-john" => ("John <b>Bold</b> & \"Co\"", Language::En),
            _ => return Ok(None),
        };
        Ok(Some(Box::new(SampleGuest { portal: self.clone(), patient_name, language, share })))
    }

    async fn failing(&self) -> Vec<&'static str> {
        if self.is_down { vec!["table"] } else { Vec::new() }
    }

    async fn sign_out(&self, _: &str, _: &str) -> Result<(), PortalError> {
        self.check()
    }
}

struct SampleGuest {
    portal: SamplePortal,
    patient_name: &'static str,
    language: Language,
    share: Option<ShareScope>,
}

#[async_trait]
impl Guest for SampleGuest {
    fn patient_name(&self) -> &str {
        self.patient_name
    }

    fn language(&self) -> Language {
        self.language
    }

    fn share(&self) -> Option<&ShareScope> {
        self.share.as_ref()
    }

    async fn sign_out_everywhere(&self) -> Result<bool, PortalError> {
        Ok(self.share.is_none())
    }

    async fn see_first_image(&self, _: &StudyInstanceUid) -> Result<(), PortalError> {
        Ok(())
    }

    async fn who_opened(&self, study: &StudyInstanceUid) -> Result<Option<Vec<AccessLine>>, PortalError> {
        let at = |time: &str| format!("2020-11-23T{time}:00Z").parse::<Timestamp>().unwrap();
        let line = |who, opened_at| AccessLine { who, opened_at, first_image_at: None, downloaded_at: None };
        let is_theirs = self.share.is_none() && self.language == Language::Vi && study.as_str() == STUDY;
        Ok(is_theirs.then(|| {
            vec![
                AccessLine {
                    first_image_at: Some(at("17:01")),
                    ..line(AccessWho::Share("BS. <Minh>".into()), at("17:00"))
                },
                line(AccessWho::Patient, at("09:20")),
            ]
        }))
    }

    async fn list_shares(&self) -> Result<Vec<ShareLine>, PortalError> {
        let at = |day: &str| format!("2020-11-{day}T02:00:00Z").parse::<Timestamp>().unwrap();
        let open = ShareLine {
            id: "s1".into(),
            label: "BS. <Minh>".into(),
            relation: Relation::Doctor,
            studies: 2,
            may_download: true,
            created_at: at("23"),
            ends_at: at("30"),
            is_open: true,
            opened_at: vec![at("24"), at("23")],
        };
        let ended = ShareLine { id: "s0".into(), is_open: false, opened_at: Vec::new(), ..open.clone() };
        Ok(if self.language == Language::Vi { vec![open, ended] } else { Vec::new() })
    }

    async fn create_share(&self, request: &ShareRequest) -> Result<Option<NewShare>, PortalError> {
        let asked = (request.label.as_str(), request.relation, request.days, request.may_download);
        let is_right = asked == ("BS. Minh", Relation::Doctor, 7, true)
            && request.studies.iter().map(StudyInstanceUid::as_str).eq([STUDY]);
        Ok(is_right.then(|| NewShare {
            id: "s2".into(),
            label: request.label.clone(),
            link: Secret::new("http://127.0.0.1:8080/s/token".into()),
            code: Secret::new("123456".into()),
            qr_png: b"png".to_vec(),
            ends_at: "2020-11-30T09:30:00Z".parse().unwrap(),
        }))
    }

    async fn end_share(&self, id: &str) -> Result<bool, PortalError> {
        Ok(self.share.is_none() && id == "s1")
    }

    async fn list_studies(&self) -> Result<Vec<StudySummary>, PortalError> {
        if self.language == Language::En {
            return Ok(Vec::new());
        }
        let preparing = StudySummary {
            study_instance_uid: StudyInstanceUid::parse("1.2.3.4").unwrap(),
            date: Some(date(2020, 12, 1)),
            image_date: None,
            title: None,
            modalities: vec!["DX".into()],
            is_released: false,
            poster_url: None,
            ..self.portal.summary()
        };
        Ok(vec![preparing, self.portal.summary()])
    }

    async fn count_withheld(&self) -> Result<usize, PortalError> {
        Ok(1)
    }

    async fn is_withheld(&self, study: &StudyInstanceUid) -> Result<bool, PortalError> {
        Ok(self.language == Language::Vi && study.as_str() == WITHHELD)
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
            is_result_taken_back: false,
            result: Some(SignedResult {
                conclusion: "Phổi <script>alert(1)</script> sáng.\nKhông tràn dịch & khí.".into(),
                signed_by: Some("BS. Trần <i>Văn An</i>".into()),
                signed_at: Some("2020-11-23T09:05:00Z".parse().unwrap()),
                is_correction: true,
            }),
            series: vec![
                self.portal.series(1, Some("Topogram"), "CT", 1, 0),
                self.portal.series(2, Some("Lung <1mm> & \"sharp\""), "CT", 300, 0),
                self.portal.series(3, None, "CT", 42, 2),
                self.portal.series(4, Some("Dose report"), "SR", 0, 1),
                self.portal.series(5, Some("PDF <b>report</b>"), "DOC", 0, 0),
            ],
            main: Some(1),
            lost_files: 2,
            urls_expire_at: "2020-11-23T09:30:00Z".parse::<Timestamp>().unwrap(),
        }))
    }
}
