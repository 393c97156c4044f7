//! The part of the ledger that claims are compared with.

use std::collections::HashSet;
use std::ops::Range;

use filmless_domain::chain::ChainHead;
use filmless_usage::book::Book;
use filmless_usage::claims::{Claims, composed};
use filmless_usage::{Line, Month};

use crate::error::ExportError;
use crate::ledger::{Ledger, Reader};

/// Reads what the ledger knows of the studies that concern these claims, from [`Claims::first_month`] to the month
/// after `month`. It takes in everything from the month before, the month itself and the one after; of older months
/// only studies with an episode of the claims or an event since. Older months are therefore read twice, which saves
/// memory for studies nobody asks about.
///
/// # Errors
/// [`ExportError`].
pub async fn read_claimed(ledger: &Ledger, claims: &Claims, month: Month) -> Result<Book, ExportError> {
    // A study may come before the month of its claim, or be delivered after it.
    let recent = month.after(-1).starts_at_ms()..month.after(1).ends_at_ms();
    let asked = claims.first_month(month).starts_at_ms()..recent.end;
    let mut concerned = None;
    if asked.start < recent.start {
        let mut reader = Concerned { episodes: claims.episodes(), recent, studies: HashSet::new() };
        ledger.read(asked.clone(), &mut reader).await?;
        concerned = Some(reader.studies);
    }
    let mut reader = BookReader { book: Book::new(), concerned };
    ledger.read(asked, &mut reader).await?;
    Ok(reader.book)
}

/// Finds out which studies the claims concern. The order may come after the images, and only the order tells the
/// episode.
struct Concerned<'a> {
    episodes: HashSet<&'a str>,
    recent: Range<i64>,
    studies: HashSet<Box<str>>,
}

impl Reader for Concerned<'_> {
    fn reach(&mut self, _: i64) -> Result<(), ExportError> {
        Ok(())
    }

    fn take(&mut self, line: &Line<'_>, _: &ChainHead) -> Result<(), ExportError> {
        let is_claimed =
            || line.episode.as_deref().is_some_and(|episode| self.episodes.contains(&*composed(episode)));
        let uid = line.study_instance_uid.as_ref();
        if (self.recent.contains(&line.at_ms()) || is_claimed()) && !self.studies.contains(uid) {
            self.studies.insert(uid.into());
        }
        Ok(())
    }
}

struct BookReader {
    book: Book,
    /// The studies to take in; all of them if `None`.
    concerned: Option<HashSet<Box<str>>>,
}

impl Reader for BookReader {
    fn reach(&mut self, _: i64) -> Result<(), ExportError> {
        Ok(())
    }

    fn take(&mut self, line: &Line<'_>, _: &ChainHead) -> Result<(), ExportError> {
        let uid = line.study_instance_uid.as_ref();
        if self.concerned.as_ref().is_none_or(|studies| studies.contains(uid)) {
            self.book.take(line);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use filmless_usage::claims::{ClaimFinding, Claims, reconcile};
    use serde_json::json;

    use super::*;

    /// A copy of a ledger: one object per day, with these events (day, kind, study, whether the order is known).
    fn copy(events: &[(&str, &str, u32, bool)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let (mut head, mut objects) = (ChainHead::default(), BTreeMap::<String, String>::new());
        for (number, (day, kind, study, has_order)) in events.iter().enumerate() {
            let mut event = json!({
                "schema": 1, "id": format!("{number:032}"), "at": format!("{day}T03:00:{number:02}.000Z"), "kind": kind,
                "study_instance_uid": format!("1.2.{study}"), "payer": if *has_order { "insured" } else { "unknown" },
                "quantity": 1, "unit": "study",
            });
            if *has_order {
                event["episode"] = json!(format!("LKo\u{302}{study}"));
                event["service_code"] = json!("18.1");
            }
            let line = head.append(&event).unwrap();
            let object = format!("ledger/{}/{:012}.ndjson", day.replace('-', "/"), 1);
            *objects.entry(object).or_default() += &format!("{line}\n");
        }
        for (key, text) in objects {
            let path = folder.path().join(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[tokio::test]
    async fn the_study_of_a_long_stay_is_found_months_later_and_others_of_its_time_take_no_room() {
        let folder = copy(&[
            // The images came before the order; an email was sent and opened in December.
            ("2026-09-03", "study-received", 1, false),
            ("2026-09-03", "study-released", 1, true),
            ("2026-09-03", "email-sent", 1, true),
            ("2026-09-04", "study-received", 2, true),
            ("2026-09-04", "study-released", 2, true),
            // Also released in September, but something happened to it since.
            ("2026-09-05", "study-received", 3, true),
            ("2026-09-05", "study-released", 3, true),
            ("2026-12-05", "study-opened", 3, true),
        ]);
        let ledger = Ledger::of_copy(folder.path(), "2026-12-31T00:00:00Z".parse().unwrap());
        let month: Month = "2026-12".parse().unwrap();
        let header = "MA_LK,STT,MA_DICH_VU,TEN_DICH_VU,SO_LUONG,NGAY_YL,NGAY_TH_YL,MA_MAY";
        // The ledger has this letter decomposed into two code points.
        let row = "LKô1,1,18.1,CT [Không in phim],1,202609030800,202609030830,CL.1";
        let claims = Claims::read(format!("{header}\n{row}\n").as_bytes()).unwrap();
        let book = read_claimed(&ledger, &claims, month).await.unwrap();
        let mut studies: Vec<_> = book.studies().iter().map(|study| study.uid).collect();
        studies.sort_unstable();
        assert_eq!(studies, ["1.2.1", "1.2.3"]);
        let result = reconcile(&claims, &book, month);
        assert_eq!((result.matched_claims, &result.findings[..]), (1, &[][..]));
        // Two years and a month later it is not read at all.
        let much_later = month.after(22);
        let book = read_claimed(&ledger, &claims, much_later).await.unwrap();
        let result = reconcile(&claims, &book, much_later);
        let kinds: Vec<_> = result.findings.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [ClaimFinding::ClaimWithoutStudy]);
        assert_eq!(claims.lines_before(claims.first_month(much_later)), 1);
    }
}
