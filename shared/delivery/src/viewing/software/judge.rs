//! Whether a token opens anything at this moment. The judgement is that of the pages: the session of the token, and the one
//! rule of sight. Between two judgements one strongly consistent read tells whether anything that they rest on changed.

use std::sync::Arc;

use filmless_store::index::{InstanceRecord, Snapshot, ViewerRecord, Watched};
use jiff::{SignedDuration, Timestamp};

use super::admission::{Admission, Right, SoftwareSeries, SoftwareStudy};
use super::entrance::{JudgedToken, Software};
use crate::prepare::digest::series_digest;
use crate::shown_instances::shown_instances;
use crate::shown_series::{keys_of, shown_series};
use crate::viewing::FoundSession;
use crate::viewing::Session;
use crate::{DeliveryError, credentials};

/// A token that nobody used for so long has ended.
pub(super) const VIEWER_IDLE: SignedDuration = SignedDuration::from_hours(8);

/// So far apart may the clocks of two functions be.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(5);

/// The use of a token is written down this often, and so its last use is known to within so long.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

impl Software {
    /// What a token opens now, for a request from that source; `None` for one that is malformed, unknown or ended, and for one
    /// whose studies are all out of sight.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn admit(&self, token: &str, source: &str) -> Result<Option<Admission>, DeliveryError> {
        if !filmless_domain::access::is_viewer_token(token) {
            return Ok(None);
        }
        let digest = credentials::token_digest(token);
        let remembered = self.judgements.get(&digest);
        // Read before the judgement: what changes while it is made differs from this at the next request.
        let snapshot = match &remembered {
            Some(remembered) => Some(self.portal.common.index.snapshot(&remembered.watched).await?),
            None => None,
        };
        if let (Some(remembered), Some(snapshot)) = (&remembered, &snapshot)
            && remembered.holds(self.portal.common.clock.now(), snapshot)
        {
            let admission = remembered.found.clone();
            let session = Session { source: source.to_owned(), ..admission.session };
            return Ok(Some(Admission { session, ..admission }));
        }
        let judged = self.judge(&digest, source, remembered.as_deref(), snapshot).await?;
        let admission = judged.as_ref().map(|judged| judged.found.clone());
        match judged {
            Some(judged) => self.judgements.keep(&digest, judged),
            None => self.judgements.forget(&digest),
        }
        Ok(admission)
    }

    /// The whole judgement.
    async fn judge(
        &self,
        digest: &str,
        source: &str,
        before: Option<&JudgedToken>,
        snapshot: Option<Snapshot>,
    ) -> Result<Option<JudgedToken>, DeliveryError> {
        let (index, judged_at) = (&self.portal.common.index, self.portal.common.clock.now());
        let Some(viewer) = index.viewer(digest, judged_at).await? else { return Ok(None) };
        let idle_at = viewer.seen_at + VIEWER_IDLE;
        if idle_at <= judged_at {
            return Ok(None);
        }
        // Whoever works in their software looks at no page meanwhile: the idle time of the pages does not count here.
        let Some(found) = self.portal.find_session(&viewer.session, source).await? else { return Ok(None) };
        // Another account took this one in: whoever still wants to see the study makes a token there.
        if found.session.account_key != viewer.account_key {
            return Ok(None);
        }
        let studies = self.studies_in_sight(&viewer, &found.session, before).await?;
        if studies.is_empty() {
            return Ok(None);
        }
        if viewer.seen_at + SEEN_EVERY <= judged_at {
            index.see_viewer(digest, judged_at).await?;
        }
        let ends_at =
            Timestamp::from_second(viewer.expires_at).map_err(DeliveryError::internal("an expiry"))?;
        let good_until = ends_at.min(found.ends_at()?).min(idle_at);
        let watched = watched(digest, &viewer, &found, &studies);
        let is_whole = before.is_some_and(|before| before.watched == watched);
        let right = if viewer.may_take && found.session.may_download() { Right::Take } else { Right::See };
        let session = Session { token_digest: digest.to_owned(), ..found.session };
        let written = before.map(|before| before.found.written.clone()).unwrap_or_default();
        let admission = Admission { right, studies: studies.into(), session, written };
        let snapshot = snapshot.filter(|_| is_whole);
        Ok(Some(JudgedToken { watched, snapshot, judged_at, good_until, found: admission }))
    }

    async fn studies_in_sight(
        &self,
        viewer: &ViewerRecord,
        session: &Session,
        before: Option<&JudgedToken>,
    ) -> Result<Vec<Arc<SoftwareStudy>>, DeliveryError> {
        let index = &self.portal.common.index;
        let mut studies = Vec::new();
        for uid in &viewer.studies {
            let Some(record) = index.study(uid).await? else { continue };
            let Some(order) = self.portal.seen(session, &record).await? else { continue };
            let shown = shown_series(index, &record).await?;
            let series: Vec<SoftwareSeries> = shown
                .into_iter()
                .map(|series| SoftwareSeries { keys: keys_of(&record, &series), record: series })
                .collect();
            // Every arrival changes the item of the study.
            let same = before.and_then(|before| before.found.study(uid)).filter(|same| {
                let is_same_series =
                    |(a, b): (&SoftwareSeries, &SoftwareSeries)| a.keys.index == b.keys.index;
                same.record == record
                    && same.series.len() == series.len()
                    && same.series.iter().zip(&series).all(is_same_series)
            });
            let instances = same.map(|same| same.instances.clone()).unwrap_or_default();
            studies.push(Arc::new(SoftwareStudy { record, order, series, instances }));
        }
        Ok(studies)
    }

    /// The instances of the series that are in sight, in the order of the pages: series by series, slice by slice.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn instances(&self, study: &SoftwareStudy) -> Result<Arc<[InstanceRecord]>, DeliveryError> {
        let found = study.instances.get_or_try_init(|| async {
            let series = study.series.iter().map(|series| &series.record);
            let found = shown_instances(&self.portal.common.index, &study.record, series).await?;
            Ok::<_, DeliveryError>(found.into())
        });
        found.await.cloned()
    }

    /// Names the contents of a series where its pack shows others: since it was rendered, instances came, went or were
    /// corrected. `None` where it was rendered as it is.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn changed_since_rendered(
        &self,
        study: &SoftwareStudy,
        series: &SoftwareSeries,
    ) -> Result<Option<String>, DeliveryError> {
        let (record, rendered) = (&study.record, series.record.rendered_digest.as_deref());
        let is_settled = Some(series.record.content_digest.as_str()) == rendered;
        // Most of the time nothing came since, and no instance has to be looked at.
        if is_settled && record.rendered_at.is_some_and(|at| record.last_received_at + CLOCKS_APART < at) {
            return Ok(None);
        }
        let instances = self.instances(study).await?;
        let digest = series_digest(&instances, &series.record.series_instance_uid);
        Ok(Some(digest).filter(|digest| Some(digest.as_str()) != rendered))
    }
}

fn watched(
    digest: &str,
    viewer: &ViewerRecord,
    found: &FoundSession,
    studies: &[Arc<SoftwareStudy>],
) -> Watched {
    Watched {
        viewer: digest.to_owned(),
        session: viewer.session.clone(),
        share: found.record.share.clone(),
        account_key: viewer.account_key.clone(),
        studies: viewer.studies.clone(),
        orders: studies.iter().map(|study| study.order.order.accession_number.clone()).collect(),
    }
}
