//! A console with one patient and one study, in memory. Who may do what is the domain's own table, as in the use cases.

use async_trait::async_trait;
use filmless_delivery::staff::refusals::{Refusal, Refusals};
use filmless_delivery::staff::status::Reason;
use filmless_delivery::staff::{
    AuditFound, AuditQuery, AuditVerdict, CLAIMS_BYTES_MAX, Channels, ChargeLine, ClaimsView,
    ContactCorrection, Counted, Decided, Decision, ExportState, Extent, FailedChannel, FilmBudgets,
    HeldStudy, HistoryLine, IdentityView, LinesAsked, LinesPage, ListAsked, ListCursor, ListPage, Merged,
    OpenedStudy, PatientHit, PatientView, RecallReport, RecallViewer, ReceivableGroup, ReconcileAttempt,
    Reconciled, Reissued, ResultBrief, ResultState, Revoked, RiskLine, StaffError, Stated, StudyBrief,
    StudyHistory, Unreached, UsageFigures, UsageFile, UsageGroup, UsageMonth, UsageWaiting, Waiting,
};
use filmless_delivery::upkeep::retention::Erased;
use filmless_delivery::viewing::{NewShare, ShareLine, ShareRequest};
use filmless_delivery::{ReviewKind, ReviewRecord};
use filmless_domain::audit::{Actor, AuditAction, AuditEvent, AuditOutcome};
use filmless_domain::identity::Fact;
use filmless_domain::share::Relation;
use filmless_domain::staff::{Act, Role, StaffMember};
use filmless_domain::{AccessionNumber, PatientId, Secret, StudyInstanceUid};
use filmless_identity::Returned;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serve_portal::{Clerk, PortalError, StaffDoor, StaffSignInBegun, StaffSignInEnded};

use crate::sample::{S3, STUDY};

/// Where the first page of what is held ends.
pub const PLACE: &str = "2020-11-23.1606122000000.1.2.840.113619.2.55.3";
pub const PATIENT: &str = "N20-0317542";
pub const SECOND: &str = "N20/2..";

#[derive(Clone, Copy, Default)]
pub struct SampleStaff {
    pub is_provider_down: bool,
}

struct SampleClerk {
    member: StaffMember,
}

#[async_trait]
impl StaffDoor for SampleStaff {
    async fn begin(&self) -> Result<StaffSignInBegun, PortalError> {
        if self.is_provider_down {
            return Ok(StaffSignInBegun::ProviderDown);
        }
        let url = "https://id.example/authorize?state=s1".into();
        Ok(StaffSignInBegun::Onward { url, cookie: Secret::new("sign-in-of-lan".into()) })
    }

    async fn finish(
        &self,
        cookie: Option<&Secret>,
        earlier: Option<&Secret>,
        _: Returned,
        _: &str,
    ) -> Result<StaffSignInEnded, PortalError> {
        assert!(earlier.is_none_or(|earlier| earlier.expose() != "sign-in-of-lan"));
        Ok(match cookie.map(Secret::expose) {
            Some("sign-in-of-lan") => StaffSignInEnded::Granted(Secret::new("hotline".into())),
            Some("sign-in-of-nobody") => StaffSignInEnded::NoRole,
            Some("sign-in-while-down") => StaffSignInEnded::ProviderDown,
            _ => StaffSignInEnded::Refused,
        })
    }

    async fn session(&self, cookie: &str, source: &str) -> Result<Option<Box<dyn Clerk>>, PortalError> {
        assert!(!source.is_empty());
        let roles = match cookie {
            "nobody" => Vec::new(),
            cookie => match Role::parse(cookie) {
                Some(role) => vec![role],
                None => return Ok(None),
            },
        };
        let (subject, name) = ("u-17".to_owned(), "Lan <b>Trần</b>".to_owned());
        let member = StaffMember { subject, name, roles: roles.into_iter().collect() };
        Ok(Some(Box::new(SampleClerk { member })))
    }

    async fn sign_out(&self, _: &str, _: &str) -> Result<(), PortalError> {
        Ok(())
    }
}

fn at(time: &str) -> Timestamp {
    format!("2020-11-23T{time}:00Z").parse().unwrap()
}

const fn refused(code: &'static str) -> StaffError {
    StaffError::Refused { code, message: "" }
}

fn reason(reason: &str) -> Result<(), StaffError> {
    if reason.trim().is_empty() { Err(refused("reason-missing")) } else { Ok(()) }
}

fn brief(state: &'static str) -> StudyBrief {
    StudyBrief {
        study_instance_uid: StudyInstanceUid::parse(STUDY).unwrap(),
        accession_number: AccessionNumber::parse("A20201123001").ok(),
        date: Some(date(2020, 11, 23)),
        image_date: None,
        description: Some("Chest <CT>".into()),
        modalities: vec!["CT".into()],
        state,
        reason: (state == "held")
            .then(|| Reason { code: "no-order".into(), message: "in English only".into() }),
        released_at: Some(at("09:15")),
    }
}

fn identity_view(study: &StudyInstanceUid) -> IdentityView {
    let order = Stated {
        patient_id: PATIENT.into(),
        name: "Nguyễn Thị Hoà".into(),
        birth_date: "1958-03-02".into(),
        sex: "F".into(),
        ..Stated::default()
    };
    let images = Stated { name: "TRAN <b>BINH".into(), doubts: vec![Fact::Name], ..order.clone() };
    IdentityView {
        study_instance_uid: study.clone(),
        accession_number: AccessionNumber::parse("A1").unwrap(),
        account: Some(order.clone()),
        order,
        images: vec![images],
        accessions: Vec::new(),
        differs: true,
        is_account_anothers: false,
        is_cancelled: false,
        strangers: 0,
        seen: "seen".into(),
        asked: None,
        four_eyes: true,
    }
}

fn viewer() -> RecallViewer {
    RecallViewer {
        actor: Actor::Account { account: "N200317542".into() },
        source: "203.0.113.9".into(),
        opened_at: at("09:20"),
        first_image_at: Some(at("09:21")),
        downloaded_at: None,
    }
}

impl SampleClerk {
    fn demand(&self, act: Act) -> Result<(), StaffError> {
        if self.member.may(act) { Ok(()) } else { Err(StaffError::Forbidden) }
    }

    fn known(&self, patient: &PatientId) -> Result<(), StaffError> {
        if [PATIENT, SECOND].contains(&patient.as_str()) { Ok(()) } else { Err(StaffError::NotFound) }
    }

    fn study(&self, study: &StudyInstanceUid) -> Result<(), StaffError> {
        if study.as_str().starts_with(STUDY) { Ok(()) } else { Err(StaffError::NotFound) }
    }
}

#[async_trait]
impl Clerk for SampleClerk {
    fn member(&self) -> &StaffMember {
        &self.member
    }

    async fn may_begin(&self, act: Act) -> Result<(), StaffError> {
        self.demand(act)
    }

    async fn sign_out_everywhere(&self) -> Result<(), StaffError> {
        Ok(())
    }

    async fn find(&self, query: &str) -> Result<Vec<PatientHit>, StaffError> {
        self.demand(Act::Find)?;
        if query.trim().is_empty() {
            return Err(refused("bad-search"));
        }
        let hit = PatientHit {
            patient_id: PatientId::parse(PATIENT).unwrap(),
            name: "Nguyễn Thị <Hoà>".into(),
            birth_date: "1958-03-02".into(),
            merged_into: Some(PatientId::parse("N26-1").unwrap()),
            studies: 2,
        };
        Ok(if query.contains("hoa") { vec![hit] } else { Vec::new() })
    }

    async fn keep_search(&self, query: &str) -> Result<String, StaffError> {
        self.demand(Act::Find)?;
        if query.trim().is_empty() {
            return Err(refused("bad-search"));
        }
        Ok(if query.contains("hoa") { "kept".into() } else { "nobody".into() })
    }

    async fn kept_search(&self, id: &str) -> Result<String, StaffError> {
        self.demand(Act::Find)?;
        match id {
            "kept" => Ok("nguyen thi hoa".into()),
            "nobody" => Ok("x".into()),
            _ => Err(StaffError::NotFound),
        }
    }

    async fn patient(&self, patient: &PatientId) -> Result<PatientView, StaffError> {
        self.demand(Act::Find)?;
        self.known(patient)?;
        let share = ShareLine {
            id: "s1".into(),
            label: "BS. <Minh>".into(),
            relation: Relation::Doctor,
            studies: 1,
            may_download: false,
            created_at: at("10:00"),
            ends_at: at("23:00"),
            is_open: true,
            opened_at: vec![at("11:00")],
        };
        Ok(PatientView {
            patient_id: patient.clone(),
            name: "Nguyễn Thị <Hoà>".into(),
            birth_date: "1958-03-02".into(),
            merged_into: (patient.as_str() != PATIENT).then(|| PatientId::parse("N26-1").unwrap()),
            phone: Some("+84903123456".into()),
            email: None,
            is_corrected: true,
            account: Some("N20-0317542".into()),
            studies: vec![brief("released"), brief("held")],
            shares: vec![share],
        })
    }

    async fn correct_contact(
        &self,
        patient: &PatientId,
        typed: &ContactCorrection,
    ) -> Result<(), StaffError> {
        self.demand(Act::CorrectContact)?;
        self.known(patient)?;
        if typed.phone.as_deref() == Some("12") { Err(refused("bad-phone")) } else { Ok(()) }
    }

    async fn merge(&self, from: &PatientId, into: &PatientId, why: &str) -> Result<Merged, StaffError> {
        self.demand(Act::Merge)?;
        reason(why)?;
        if from == into { Err(refused("same-account")) } else { Ok(Merged { studies: 3, shares: 1 }) }
    }

    async fn revoke(&self, _: &PatientId, why: &str) -> Result<Revoked, StaffError> {
        self.demand(Act::Revoke)?;
        reason(why)?;
        Ok(Revoked { links: 2, passwords: 4, shares: 1 })
    }

    async fn share(&self, _: &PatientId, request: &ShareRequest) -> Result<NewShare, StaffError> {
        self.demand(Act::Share)?;
        if request.studies.is_empty() || request.label.is_empty() {
            return Err(refused("bad-share"));
        }
        Ok(NewShare {
            id: "s2".into(),
            label: request.label.clone(),
            link: Secret::new("http://127.0.0.1:8080/s/token".into()),
            code: Secret::new("123456".into()),
            qr_png: b"png".to_vec(),
            ends_at: at("23:30"),
        })
    }

    async fn end_share(&self, _: &PatientId, share: &str) -> Result<(), StaffError> {
        self.demand(Act::Share)?;
        if share == "s1" { Ok(()) } else { Err(StaffError::NotFound) }
    }

    async fn erase(&self, patient: &PatientId, why: &str, is_rehearsal: bool) -> Result<Erased, StaffError> {
        self.demand(Act::Erase)?;
        self.known(patient)?;
        reason(why)?;
        let studies = vec![StudyInstanceUid::parse(STUDY).unwrap()];
        Ok(Erased { studies, orders: 1, objects: 77, items: 9, is_rehearsal })
    }

    async fn history(&self, study: &StudyInstanceUid) -> Result<StudyHistory, StaffError> {
        self.demand(Act::ReadHistory)?;
        self.study(study)?;
        let line = |time: &str, what: &str| HistoryLine {
            at: at(time),
            what: what.into(),
            link_version: None,
            who: None,
            detail: None,
        };
        let state = if study.as_str() == STUDY { "released" } else { "held" };
        Ok(StudyHistory {
            study: brief(state),
            patient_id: PatientId::parse(PATIENT).ok(),
            series: 4,
            instances: 343,
            is_birth_date_unreadable: state == "released",
            result: (state == "released").then(|| ResultBrief {
                state: ResultState::Signed,
                status: Some("final".into()),
                has_conclusion: true,
                signed_by: Some("BS. <An>".into()),
                signed_at: Some(at("09:10")),
            }),
            link_version: 1,
            lines: vec![
                line("09:00", "received"),
                HistoryLine { link_version: Some(1), ..line("09:15", "slip-made") },
                HistoryLine { detail: Some("bounce <x>".into()), ..line("09:16", "email-failed") },
                HistoryLine { who: Some("patient".into()), ..line("09:20", "opened") },
            ],
        })
    }

    async fn reissue(
        &self,
        study: &StudyInstanceUid,
        channels: Channels,
        why: &str,
    ) -> Result<Reissued, StaffError> {
        self.demand(Act::Reissue)?;
        self.study(study)?;
        reason(why)?;
        Ok(Reissued { link_version: 2, sms: channels == Channels::Sms, email: false })
    }

    async fn slip(&self, study: &StudyInstanceUid) -> Result<Vec<u8>, StaffError> {
        self.demand(Act::Reissue)?;
        self.study(study)?;
        Ok(b"%PDF-1.7".to_vec())
    }

    async fn resend(&self, study: &StudyInstanceUid, channels: Channels) -> Result<Reissued, StaffError> {
        self.demand(Act::Resend)?;
        self.study(study)?;
        if channels == Channels::Email {
            return Err(refused("no-contact"));
        }
        Ok(Reissued { link_version: 2, sms: true, email: false })
    }

    async fn release(&self, study: &StudyInstanceUid, decision: &Decision) -> Result<Decided, StaffError> {
        self.demand(Act::Release)?;
        self.study(study)?;
        if decision.seen != "seen" {
            return Err(refused("facts-changed"));
        }
        reason(&decision.reason).map(|()| Decided::Released)
    }

    async fn identity(
        &self,
        study: &StudyInstanceUid,
        order: Option<&AccessionNumber>,
    ) -> Result<IdentityView, StaffError> {
        self.demand(Act::Release)?;
        self.study(study)?;
        if order.is_some_and(|order| order.as_str() == "NONE") {
            return Err(StaffError::NotFound);
        }
        Ok(identity_view(study))
    }

    async fn mismatches(&self, _: u16) -> Result<Vec<IdentityView>, StaffError> {
        self.demand(Act::Release)?;
        Ok(vec![identity_view(&StudyInstanceUid::parse(STUDY).unwrap())])
    }

    async fn reviews(&self) -> Result<Vec<ReviewRecord>, StaffError> {
        self.demand(Act::Release)?;
        let accession = AccessionNumber::parse("A-REUSED").unwrap();
        let patients = vec![PatientId::parse(PATIENT).unwrap()];
        Ok(vec![ReviewRecord::new(ReviewKind::AccessionReused, accession, patients, at("09:00"))])
    }

    async fn hold(&self, study: &StudyInstanceUid, why: &str) -> Result<(), StaffError> {
        self.demand(Act::Hold)?;
        self.study(study)?;
        reason(why)
    }

    async fn recall(&self, study: &StudyInstanceUid, why: &str) -> Result<RecallReport, StaffError> {
        self.demand(Act::Recall)?;
        self.study(study)?;
        reason(why)?;
        Ok(RecallReport {
            study_instance_uid: study.clone(),
            links: 1,
            passwords: 1,
            shares: 0,
            objects: 12,
            viewers: vec![viewer()],
        })
    }

    async fn viewers(&self, study: &StudyInstanceUid) -> Result<Vec<RecallViewer>, StaffError> {
        self.demand(Act::Recall)?;
        self.study(study)?;
        Ok(vec![viewer()])
    }

    async fn waiting(&self) -> Result<Waiting, StaffError> {
        self.demand(Act::ReadLists)?;
        let (one, many) = (Counted { count: 1, is_more: false }, Counted { count: 50, is_more: true });
        Ok(Waiting { held: one, unreached: many, failed: one, opened: 1 })
    }

    async fn held(&self, asked: &ListAsked, extent: &Extent) -> Result<ListPage<HeldStudy>, StaffError> {
        self.demand(Act::ReadLists)?;
        assert!([7, 31, 90].contains(&asked.days));
        let patient_id = PatientId::parse(PATIENT).ok();
        let held = HeldStudy {
            study: brief("held"),
            name: "Nguyễn <Hoà>".into(),
            patient_id,
            received_at: at("09:00"),
            last_received_at: at("09:05"),
        };
        // There are two pages; the second one is empty.
        Ok(match extent {
            Extent::Page(None) => ListPage { rows: vec![held], next: ListCursor::parse(PLACE) },
            Extent::Whole => ListPage { rows: vec![held], next: None },
            Extent::Page(Some(_)) => ListPage { rows: Vec::new(), next: None },
        })
    }

    async fn unreached(&self, asked: &ListAsked, _: &Extent) -> Result<ListPage<Unreached>, StaffError> {
        self.demand(Act::ReadLists)?;
        if asked.day.is_some_and(|day| day != date(2020, 11, 23)) {
            return Ok(whole(Vec::new()));
        }
        Ok(whole(vec![Unreached {
            study_instance_uid: StudyInstanceUid::parse(STUDY).unwrap(),
            patient_id: PatientId::parse(PATIENT).ok(),
            name: "=Nguyễn \"Hoà\"".into(),
            phone: Some("+84903123456".into()),
            typed: Some("0903123456 / <con gái>".into()),
            released_at: Some(at("09:15")),
            why: "failed",
        }]))
    }

    async fn count_opened(&self, day: Option<Date>) -> Result<usize, StaffError> {
        Ok(self.opened_on(day, &Extent::Whole).await?.rows.len())
    }

    async fn opened_on(&self, day: Option<Date>, _: &Extent) -> Result<ListPage<OpenedStudy>, StaffError> {
        self.demand(Act::ReadLists)?;
        if day.is_some_and(|day| day != date(2020, 11, 23)) {
            return Ok(whole(Vec::new()));
        }
        Ok(whole(vec![OpenedStudy {
            study: brief("released"),
            patient_id: PatientId::parse(PATIENT).ok(),
            name: "=Nguyễn <Hoà>".into(),
            opened_at: Some(at("09:20")),
            times: 2,
        }]))
    }

    async fn refusals(&self, days: u16, max: usize) -> Result<Refusals, StaffError> {
        self.demand(Act::ReadLists)?;
        assert!([7, 31, 90].contains(&days));
        if max == 0 {
            return Ok(Refusals { refused: Vec::new(), more: 5 });
        }
        let refusal = |key: &str, code: &str| Refusal {
            key: key.into(),
            code: code.into(),
            message: "In the order `patient.sex` is a <text>.".into(),
            accession_number: key.starts_with("orders/").then(|| "CT.<1>".into()),
            patient_id: key.starts_with("orders/").then(|| "=N26".into()),
            bytes: 5,
            uploaded_at: Some(at("09:17")),
            is_note: false,
        };
        let refused =
            vec![refusal("orders/=a<b>.json", "order-bad-field"), refusal("incoming/x", "not-dicom")];
        Ok(Refusals { refused, more: 3 })
    }

    async fn failed_channels(
        &self,
        asked: &ListAsked,
        _: &Extent,
    ) -> Result<ListPage<FailedChannel>, StaffError> {
        self.demand(Act::ReadLists)?;
        let failed = FailedChannel {
            study_instance_uid: StudyInstanceUid::parse(STUDY).unwrap(),
            patient_id: PatientId::parse(PATIENT).ok(),
            name: "Nguyễn Thị <Hoà>".into(),
            channel: "email",
            link_version: 1,
            modalities: vec!["CT".into()],
            issued_at: at("09:15"),
            at: Some(at("09:16")),
            detail: Some("bounce <x>".into()),
            is_reached: true,
        };
        let is_asked = asked.fits("bounce <x>", &failed.modalities, failed.issued_at);
        Ok(whole(if is_asked { vec![failed] } else { Vec::new() }))
    }

    async fn find_audit(&self, query: &AuditQuery, _: usize) -> Result<AuditFound, StaffError> {
        self.demand(Act::ReadAudit)?;
        if query.from > query.to {
            return Err(refused("bad-period"));
        }
        Ok(AuditFound { events: vec![event()], is_cut: true })
    }

    async fn audit_of_day(&self, day: Date) -> Result<Vec<Vec<u8>>, StaffError> {
        self.demand(Act::ReadAudit)?;
        if day == date(2020, 1, 1) {
            return Err(refused("audit-too-long"));
        }
        Ok(vec![serde_json::to_vec(&event()).unwrap()])
    }

    async fn usage_months(&self) -> Result<Vec<String>, StaffError> {
        self.demand(Act::ReadUsage)?;
        Ok(vec!["2020-11".into(), "2020-10".into()])
    }

    async fn usage_month(&self, month: &str) -> Result<UsageMonth, StaffError> {
        self.demand(Act::ReadUsage)?;
        if !["2020-11", "2020-10"].contains(&month) {
            return Err(StaffError::NotFound);
        }
        // In October, a study of K02 was taken back.
        let sign = if month == "2020-10" { -1 } else { 1 };
        let group = |department: &str, modality: &str, payer: &str, films_avoided| UsageGroup {
            department: department.into(),
            modality: modality.into(),
            payer: payer.into(),
            figures: UsageFigures {
                studies_released: 2,
                films_avoided,
                film_saved_vnd: 45_000 * films_avoided,
                charged_vnd: sign * 1_000 * films_avoided,
                ..Default::default()
            },
        };
        let groups = vec![
            group("K<01>", "CT", "insured", 1200),
            group("", "MR", "self", 34),
            group("K02", "CT", "self", 6),
        ];
        let files = vec![UsageFile { name: "khong-in-phim-2020-11.xlsx".into(), bytes: 12_345 }];
        Ok(UsageMonth { month: month.into(), events: 99, sequence: 1234, groups, files })
    }

    async fn usage_file_url(&self, _: &str, name: &str) -> Result<String, StaffError> {
        self.demand(Act::ReadUsage)?;
        Ok(format!("{S3}/usage/{name}?X-Amz-Signature=x"))
    }

    async fn usage_lines(&self, asked: &LinesAsked) -> Result<LinesPage, StaffError> {
        self.demand(Act::ReadUsage)?;
        if asked.month != "2020-11" {
            return Err(StaffError::NotFound);
        }
        let line = ChargeLine {
            sequence: asked.after + 7,
            day: date(2020, 11, 23),
            accession_number: "CD<2020>".into(),
            service_code: "18.0220.0041".into(),
            department: asked.department.clone().unwrap_or("K<01>".into()),
            payer: "insured",
            reason: if asked.after == 0 { String::new() } else { "recalled".into() },
            amount_vnd: if asked.after == 0 { 512_000 } else { -512_000 },
        };
        Ok(LinesPage { lines: vec![line], after: (asked.after == 0).then_some(7) })
    }

    async fn usage_state(&self) -> Result<(UsageWaiting, Option<ExportState>), StaffError> {
        self.demand(Act::ReadUsage)?;
        let waiting = UsageWaiting { exports: vec!["2020-10".into()], claims: vec!["2020-10".into()] };
        let failed = Some("ledger".to_owned());
        Ok((waiting, Some(ExportState { at: at("09:20"), months: vec!["2020-11".into()], rows: 0, failed })))
    }

    async fn ask_export(&self, month: &str) -> Result<(), StaffError> {
        self.demand(Act::ReadUsage)?;
        if month.len() == 7 { Ok(()) } else { Err(refused("bad-month")) }
    }

    async fn ask_reconcile(&self, month: &str, file: Vec<u8>) -> Result<(), StaffError> {
        self.demand(Act::ReadUsage)?;
        assert_eq!(month, "2020-11");
        if file.is_empty() || file.len() > CLAIMS_BYTES_MAX {
            Err(refused("bad-claims-size"))
        } else {
            Ok(())
        }
    }

    async fn reconciled(&self, month: &str) -> Result<Option<Reconciled>, StaffError> {
        self.demand(Act::ReadUsage)?;
        let risk = |name: &str, rows, amount_vnd| RiskLine {
            name: name.into(),
            rows,
            amount_vnd,
            ..RiskLine::default()
        };
        let group = |department: &str, claimed_vnd, accepted_vnd, settled_vnd| ReceivableGroup {
            department: department.into(),
            payer: "insured".into(),
            claimed_vnd,
            accepted_vnd,
            settled_vnd,
        };
        Ok((month == "2020-11").then(|| Reconciled {
            month: month.into(),
            at: at("10:00"),
            dossiers: 3,
            claims: 5,
            matched_claims: 4,
            bad_rows: 1,
            other_rows: 2,
            other_files: 0,
            groups: vec![group("K<01>", 900_000, 800_000, 1_000_000)],
            findings: vec![risk("no-delivery-evidence", 1, 100_000), risk("study-without-claim", 1, 77_000)],
            departments: vec![risk("K<01>", 1, 100_000)],
            payers: vec![risk("insured", 1, 100_000)],
            total: risk("", 1, 100_000),
            unclaimed: risk("", 1, 77_000),
        }))
    }

    async fn claims(&self, month: &str) -> Result<ClaimsView, StaffError> {
        let reconciled = self.reconciled(month).await?;
        let why = "dòng 3: <b> không phải bảng CSV".to_owned();
        let attempt = Some(ReconcileAttempt { at: at("10:00"), failed: reconciled.is_none().then_some(why) });
        Ok(ClaimsView { has_list: reconciled.is_some(), reconciled, attempt })
    }

    async fn claims_list_url(&self, month: &str) -> Result<String, StaffError> {
        self.demand(Act::ReadUsage)?;
        Ok(format!("{S3}/usage/doi-chieu-{month}.xlsx?X-Amz-Signature=x"))
    }

    async fn film_budgets(&self) -> Result<FilmBudgets, StaffError> {
        self.demand(Act::ReadUsage)?;
        Ok([("2020".to_owned(), 1_200), ("2020-11".to_owned(), 100)].into())
    }

    async fn set_film_budget(&self, period: &str, films: Option<u64>) -> Result<(), StaffError> {
        self.demand(Act::ReadUsage)?;
        if period == "2020-11" && films == Some(1_200) { Ok(()) } else { Err(refused("bad-budget")) }
    }

    async fn verify_audit(&self) -> Result<AuditVerdict, StaffError> {
        self.demand(Act::ReadAudit)?;
        Ok(AuditVerdict::Broken("audit/2020/11/23/1.ndjson line 4".into()))
    }
}

fn event() -> AuditEvent {
    AuditEvent {
        id: "e1".into(),
        at: at("09:20"),
        action: AuditAction::OpenStudy,
        outcome: AuditOutcome::Refused,
        actor: Actor::Share { share: "s1".into() },
        source: Some("203.0.113.9".into()),
        study_instance_uid: StudyInstanceUid::parse(STUDY).ok(),
        account: Some("N200317542".into()),
        detail: Some("<detail>".into()),
    }
}

/// A list of one page.
fn whole<T>(rows: Vec<T>) -> ListPage<T> {
    ListPage { rows, next: None }
}
