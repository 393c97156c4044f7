//! Searches (QIDO-RS, PS3.18 10.6): over what a token opens, in the order of the pages.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, WARNING};
use axum::response::{IntoResponse, Response};
use filmless_dicomweb::{Attributes, Level, Offer, Query, answer, choose};
use filmless_store::index::InstanceRecord;
use serde_json::Value;

use crate::admitted::Admitted;
use crate::answer::{set, wanted_by};
use crate::error::DicomwebError;
use crate::resource::{SeriesPath, StudyPath};
use crate::services::DicomwebServices;
use filmless_delivery::viewing::software::{SoftwareSeries, SoftwareStudy};

const MODALITY: u32 = 0x0008_0060;
/// What the index has where a file names no modality. Whether one names it is in the metadata.
const NO_MODALITY: &str = "OT";

type Services = State<Arc<DicomwebServices>>;
type Answer = Result<Response, DicomwebError>;

/// What can be answered. XML is not (PS3.18 8.7.3.2 leaves the choice).
const OFFERS: [Offer; 2] = [Offer::single("application/dicom+json"), Offer::single("application/json")];

/// `studies`.
pub(crate) async fn studies(
    admitted: Admitted,
    services: Services,
    query: RawQuery,
    headers: HeaderMap,
) -> Answer {
    search(&services, &admitted, &query, &headers, Scope::all(Level::Study)).await
}

/// `series`.
pub(crate) async fn series(
    admitted: Admitted,
    services: Services,
    query: RawQuery,
    headers: HeaderMap,
) -> Answer {
    search(&services, &admitted, &query, &headers, Scope::all(Level::Series)).await
}

/// `instances`.
pub(crate) async fn instances(
    admitted: Admitted,
    services: Services,
    query: RawQuery,
    headers: HeaderMap,
) -> Answer {
    search(&services, &admitted, &query, &headers, Scope::all(Level::Instance)).await
}

/// `studies/{study}/series`.
pub(crate) async fn series_of_study(
    admitted: Admitted,
    services: Services,
    Path(path): Path<StudyPath>,
    query: RawQuery,
    headers: HeaderMap,
) -> Answer {
    admitted.study(&path.study_uid)?;
    let scope = Scope { study: Some(path.study_uid), ..Scope::all(Level::Series) };
    search(&services, &admitted, &query, &headers, scope).await
}

/// `studies/{study}/instances`.
pub(crate) async fn instances_of_study(
    admitted: Admitted,
    services: Services,
    Path(path): Path<StudyPath>,
    query: RawQuery,
    headers: HeaderMap,
) -> Answer {
    admitted.study(&path.study_uid)?;
    let scope = Scope { study: Some(path.study_uid), ..Scope::all(Level::Instance) };
    search(&services, &admitted, &query, &headers, scope).await
}

/// `studies/{study}/series/{series}/instances`.
pub(crate) async fn instances_of_series(
    admitted: Admitted,
    services: Services,
    Path(path): Path<SeriesPath>,
    query: RawQuery,
    headers: HeaderMap,
) -> Answer {
    admitted.series(&path.study_uid, &path.series_uid)?;
    let scope = Scope { level: Level::Instance, study: Some(path.study_uid), series: Some(path.series_uid) };
    search(&services, &admitted, &query, &headers, scope).await
}

/// What is searched.
struct Scope {
    level: Level,
    study: Option<String>,
    series: Option<String>,
}

impl Scope {
    fn all(level: Level) -> Self {
        Self { level, study: None, series: None }
    }

    /// Whether an answer tells of a level above, too: what the address does not name (PS3.18 Tables 10.6.1-5 and 10.6.3-3).
    fn tells(&self, of: Level) -> bool {
        match of {
            Level::Study => self.study.is_none(),
            Level::Series => self.series.is_none(),
            Level::Instance => true,
        }
    }
}

async fn search(
    services: &DicomwebServices,
    admitted: &Admitted,
    RawQuery(query): &RawQuery,
    headers: &HeaderMap,
    scope: Scope,
) -> Answer {
    let query = Query::read(query.as_deref().unwrap_or_default())?;
    let media_type = choose(&wanted_by(headers, query.accept.as_deref())?, &OFFERS)?.media_type;
    let mut search = Search { services, admitted, query, scope, passed: 0, found: Vec::new() };
    search.run().await?;
    let Search { query, passed, found, .. } = search;
    let remaining = passed.saturating_sub(query.offset).saturating_sub(found.len());
    let mut response = ([(CONTENT_TYPE, media_type)], answer(&found)).into_response();
    if remaining > 0 {
        // PS3.18 8.3.4.4.
        let told = format!(
            "299 {} \"There are {remaining} additional results that can be requested\"",
            services.root()
        );
        set(&mut response, WARNING, &told);
    }
    Ok(response)
}

fn of_series<'r>(
    records: &'r [InstanceRecord],
    series: &'r SoftwareSeries,
) -> impl Iterator<Item = &'r InstanceRecord> {
    records.iter().filter(|record| record.series_instance_uid == series.record.series_instance_uid)
}

struct Search<'s> {
    services: &'s DicomwebServices,
    admitted: &'s Admitted,
    query: Query,
    scope: Scope,
    /// How many matched.
    passed: usize,
    /// Those of them that are wanted.
    found: Vec<Attributes>,
}

impl Search<'_> {
    async fn run(&mut self) -> Result<(), DicomwebError> {
        let admitted = self.admitted;
        for study in admitted.admission.studies.iter() {
            let uid = study.record.study_instance_uid.as_str();
            if self.scope.study.as_deref().is_some_and(|wanted| wanted != uid) {
                continue;
            }
            let attributes = self.study(study).await?;
            if !self.query.matches(&attributes, Level::Study) {
                continue;
            }
            match self.scope.level {
                Level::Study => self.pass(&attributes),
                _ => self.search_study(study, &attributes).await?,
            }
        }
        Ok(())
    }

    async fn search_study(&mut self, study: &SoftwareStudy, above: &Attributes) -> Result<(), DicomwebError> {
        for series in &study.series {
            let uid = series.record.series_instance_uid.as_str();
            if self.scope.series.as_deref().is_some_and(|wanted| wanted != uid) {
                continue;
            }
            let mut attributes = above.clone();
            attributes.extend(&self.series(study, series).await?);
            if self.scope.level == Level::Series {
                if self.query.matches(&attributes, Level::Series) {
                    self.pass(&attributes);
                }
                continue;
            }
            // An instance may be of another modality than the first of its series.
            let mut any = attributes.clone();
            let records = self.services.software.instances(study).await?;
            let modalities = of_series(&records, series).map(|record| record.series.modality.as_str());
            let modalities: BTreeSet<&str> = modalities.chain(attributes.text(MODALITY)).collect();
            any.set(MODALITY, "CS", modalities.into_iter().map(Value::from).collect());
            if self.query.matches(&any, Level::Series) {
                self.search_series(study, series, &attributes).await?;
            }
        }
        Ok(())
    }

    async fn search_series(
        &mut self,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
        above: &Attributes,
    ) -> Result<(), DicomwebError> {
        let is_whole = self.query.asks_beyond(Level::Instance);
        let known = self.services.told_of_instances(study, series, is_whole).await?;
        let records = self.services.software.instances(study).await?;
        for record in of_series(&records, series) {
            let mut attributes = above.clone();
            let modality = record.series.modality.as_str();
            attributes.set_text(MODALITY, "CS", if modality == NO_MODALITY { "" } else { modality });
            if let Some(known) = known.get(record.sop_instance_uid.as_str()) {
                attributes.extend(known);
            }
            self.describe_instance(&mut attributes, study, record);
            if self.query.matches(&attributes, Level::Instance) {
                self.pass(&attributes);
            }
        }
        Ok(())
    }

    /// Counts what matches, and keeps it if it is on the page that is asked for.
    fn pass(&mut self, attributes: &Attributes) {
        if self.passed >= self.query.offset && self.found.len() < self.query.limit {
            let level = self.scope.level;
            let mut told = self.query.selected(attributes, level, level);
            for above in [Level::Study, Level::Series] {
                if above < level && self.scope.tells(above) {
                    told.extend(&self.query.selected(attributes, level, above));
                }
            }
            // Whoever takes an answer apart knows where it belongs.
            let uids = [(0x0020_000D, Level::Study), (0x0020_000E, Level::Series)];
            told.extend(&attributes.filtered(|tag| uids.iter().any(|(uid, of)| *uid == tag && *of < level)));
            self.found.push(told);
        }
        self.passed += 1;
    }

    async fn study(&self, study: &SoftwareStudy) -> Result<Attributes, DicomwebError> {
        let record = &study.record;
        let head = match study.series.first() {
            Some(first) => self.services.head(study, first).await?,
            None => Arc::default(),
        };
        let mut attributes = head.filtered(|tag| Level::of(tag) == Level::Study);
        let uid = &record.study_instance_uid;
        let date = record.study_date.map(|date| date.strftime("%Y%m%d").to_string());
        let (patient, accession) = (&record.patient, record.accession_number.as_ref());
        for (tag, vr, text) in [
            (0x0008_0020, "DA", date.as_deref()),
            (0x0008_0030, "TM", None),
            (0x0008_0050, "SH", accession.map(filmless_domain::AccessionNumber::as_str)),
            (0x0008_0090, "PN", None),
            (0x0008_1030, "LO", record.description.as_deref()),
            (0x0010_0010, "PN", patient.name.as_deref()),
            (0x0010_0020, "LO", patient.id.as_ref().map(filmless_domain::PatientId::as_str)),
            (0x0010_0030, "DA", None),
            (0x0010_0040, "CS", patient.sex.as_deref()),
            (0x0020_0010, "SH", None),
        ] {
            attributes.set_text_if_absent(tag, vr, text);
        }
        let records = self.services.software.instances(study).await?;
        let (mut modalities, mut classes) = (BTreeSet::<&str>::new(), BTreeSet::<&str>::new());
        for series in &study.series {
            let says_other = self.services.head(study, series).await?.text(MODALITY) == Some(NO_MODALITY);
            for record in of_series(&records, series) {
                let modality = record.series.modality.as_str();
                modalities.extend((modality != NO_MODALITY || says_other).then_some(modality));
                classes.insert(record.sop_class_uid.as_str());
            }
        }
        let instances = study.series.iter().map(|series| u64::from(series.record.instances)).sum::<u64>();
        attributes.set(0x0008_0061, "CS", modalities.into_iter().map(Value::from).collect());
        attributes.set(0x0008_0062, "UI", classes.into_iter().map(Value::from).collect());
        attributes.set_text(0x0020_000D, "UI", uid.as_str());
        attributes.set(0x0020_1206, "IS", vec![study.series.len().into()]);
        attributes.set(0x0020_1208, "IS", vec![instances.into()]);
        self.set_common(&mut attributes, &format!("studies/{uid}"));
        Ok(attributes)
    }

    async fn series(
        &self,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
    ) -> Result<Attributes, DicomwebError> {
        let record = &series.record;
        let head = self.services.head(study, series).await?;
        let mut attributes = head.filtered(|tag| Level::of(tag) == Level::Series);
        let (uid, of_study) = (&record.series_instance_uid, &study.record.study_instance_uid);
        let modality = record.attributes.modality.as_str();
        attributes.set_text_if_absent(MODALITY, "CS", Some(modality).filter(|known| *known != NO_MODALITY));
        attributes.set_text(0x0020_000E, "UI", uid.as_str());
        attributes.set_text_if_absent(0x0008_103E, "LO", record.attributes.description.as_deref());
        attributes.set(0x0020_0011, "IS", record.attributes.number.map(Value::from).into_iter().collect());
        attributes.set(0x0020_1209, "IS", vec![record.instances.into()]);
        self.set_common(&mut attributes, &format!("studies/{of_study}/series/{uid}"));
        Ok(attributes)
    }

    fn describe_instance(&self, attributes: &mut Attributes, study: &SoftwareStudy, record: &InstanceRecord) {
        let uid = &record.sop_instance_uid;
        attributes.set_text(0x0008_0016, "UI", &record.sop_class_uid);
        attributes.set_text(0x0008_0018, "UI", uid.as_str());
        attributes.set(0x0020_0013, "IS", record.instance_number.map(Value::from).into_iter().collect());
        if record.frames > 1 {
            attributes.set(0x0028_0008, "IS", vec![record.frames.into()]);
        }
        let (of_study, of_series) = (&study.record.study_instance_uid, &record.series_instance_uid);
        self.set_common(attributes, &format!("studies/{of_study}/series/{of_series}/instances/{uid}"));
    }

    fn set_common(&self, attributes: &mut Attributes, place: &str) {
        attributes.set_text(0x0008_0005, "CS", "ISO_IR 192");
        attributes.set_text(0x0008_0056, "CS", "ONLINE");
        attributes.set_text(0x0008_1190, "UR", &format!("{}/{place}", self.admitted.root));
    }
}
