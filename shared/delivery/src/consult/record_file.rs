//! The file of a consultation that is over: the lines of its record, behind them what was signed, and the end.

use filmless_consult::{Behind, Consultation, ConsultationId, Recorded};
use filmless_domain::chain::ChainHead;
use filmless_store::index::{ConsultationRecord, Index};

use crate::DeliveryError;
use crate::parts::Common;

/// Most bytes of the record in one part; whoever wants more asks for what comes after the last line.
pub const RECORD_PART_BYTES_MAX: usize = 4 << 20;
/// Most bytes of a file that is given as a whole: hours of scrolling. A longer one is given in parts.
pub const RECORD_FILE_BYTES_MAX: usize = 12 << 20;

/// Parts that may make a whole: each has a little less than [`RECORD_PART_BYTES_MAX`], and the last one is what was signed.
const WHOLE_PARTS_MAX: usize = RECORD_FILE_BYTES_MAX / RECORD_PART_BYTES_MAX + 1;

/// How many lines are read at a time.
const LINES_AT_ONCE: i32 = 1000;

/// The file of a consultation, for somebody who may read it.
#[derive(Debug, Clone)]
pub struct RecordFile {
    pub(super) index: Index,
    pub(super) consultation: ConsultationId,
}

/// A file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenRecord {
    /// All of it, or the part that was asked for.
    File(String),
    /// It is too long for one answer: the lines after which its parts begin. One behind the other they are the file.
    Parts(Vec<u64>),
}

impl RecordFile {
    /// That of a consultation that has ended; `None` as long as it goes on.
    pub(crate) fn of(common: &Common, record: &ConsultationRecord) -> Option<Self> {
        let Consultation { id, ended, .. } = &record.consultation;
        ended.map(|_| Self { index: common.index.clone(), consultation: id.clone() })
    }

    /// What comes after this line of the record, as NDJSON: lines, at most [`RECORD_PART_BYTES_MAX`]; after the last one what was
    /// signed, and the end. All parts, one behind the other, are the file.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn part(&self, after: u64) -> Result<String, DeliveryError> {
        let (lines, _) = self.lines(after).await?;
        if !lines.is_empty() {
            return Ok(lines);
        }
        let behind = self.behind(after).await?;
        // What is signed has a line of its own: if it came meanwhile, so did its line.
        let (lines, _) = self.lines(after).await?;
        Ok(if lines.is_empty() { behind } else { lines })
    }

    /// What comes after this line ([`Self::part`]), or all of it; of a file that is longer than [`RECORD_FILE_BYTES_MAX`], which parts
    /// it has.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn take(&self, after: Option<u64>) -> Result<TakenRecord, DeliveryError> {
        if let Some(after) = after {
            return self.part(after).await.map(TakenRecord::File);
        }
        let (mut file, mut starts, mut after) = (String::new(), Vec::new(), 0);
        loop {
            let (lines, last) = self.lines(after).await?;
            if lines.is_empty() {
                let behind = self.behind(after).await?;
                // What is signed has a line of its own: if it came meanwhile, so did its line.
                if self.lines(after).await?.0.is_empty() {
                    starts.push(after);
                    file.push_str(&behind);
                    let is_short = starts.len() <= WHOLE_PARTS_MAX && file.len() <= RECORD_FILE_BYTES_MAX;
                    return Ok(if is_short { TakenRecord::File(file) } else { TakenRecord::Parts(starts) });
                }
                continue;
            }
            starts.push(after);
            after = last;
            // Of a long file only the beginnings are kept.
            if starts.len() <= WHOLE_PARTS_MAX {
                file.push_str(&lines);
            }
        }
    }

    /// Lines after this one, and the number of the last of them.
    async fn lines(&self, mut after: u64) -> Result<(String, u64), DeliveryError> {
        let mut text = String::new();
        loop {
            let lines = self.index.room_lines(&self.consultation, after, LINES_AT_ONCE).await?;
            if lines.is_empty() {
                return Ok((text, after));
            }
            for line in lines {
                if text.len() + line.text.len() >= RECORD_PART_BYTES_MAX {
                    return Ok((text, after));
                }
                text.push_str(&line.text);
                text.push('\n');
                after = line.sequence;
            }
        }
    }

    /// What stands behind a record of so many lines.
    async fn behind(&self, lines: u64) -> Result<String, DeliveryError> {
        let (index, id) = (&self.index, &self.consultation);
        let mut opinions = index.opinions(id).await?;
        // The line of an opinion is the one after what its author had seen.
        opinions.sort_by_key(|opinion| opinion.signed.seen.head.sequence);
        let opinions = opinions.into_iter().map(Behind::Opinion);
        let minutes = index.minutes(id).await?.into_iter().map(|version| Behind::Minutes(Box::new(version)));
        let signatures = index.minutes_signatures(id).await?.into_iter().map(Behind::Signature);
        let mut behind: Vec<Behind> = opinions.chain(minutes).chain(signatures).collect();
        let documents = behind.len();
        let mut head = ChainHead::default();
        for line in index.room_lines(id, lines.saturating_sub(1), 1).await? {
            // The head after the last line is made from it, and from the one before it.
            let link = Recorded::parse(&line.text).map(|recorded| recorded.chain);
            if let Some(link) = link {
                head = ChainHead::before((link.sequence, &link.previous));
                let followed = head.follow(line.text.as_bytes(), line.sequence);
                followed.map_err(DeliveryError::internal("the record of a consultation"))?;
            }
        }
        behind.push(Behind::End { head, documents });
        let mut text = String::new();
        for line in behind {
            let line = serde_json::to_string(&line);
            text.push_str(&line.map_err(DeliveryError::internal("the file of a consultation"))?);
            text.push('\n');
        }
        Ok(text)
    }
}
