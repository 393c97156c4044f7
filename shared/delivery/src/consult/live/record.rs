//! The record of a room, to be played again.

use filmless_consult::ConsultationId;

use super::entrance::Live;
use super::look::Asks;
use crate::DeliveryError;
use crate::parts::Common;
use crate::viewing::Session;

/// Most bytes of the record in one answer; whoever wants more asks for what comes after the last line.
pub const RECORD_BYTES_MAX: usize = 4 << 20;

/// How many lines are read at a time.
const LINES_AT_ONCE: i32 = 1000;

impl Live {
    /// Lines of the record after this one, as NDJSON, at most [`RECORD_BYTES_MAX`]; nothing after the last one. For those who were
    /// admitted, once the room has ended; `None` for anybody else.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub async fn record(
        &self,
        session: &Session,
        consultation: &ConsultationId,
        after: u64,
    ) -> Result<Option<String>, DeliveryError> {
        let seat = session.seat().filter(|seat| seat.consultation == *consultation);
        let Some(seat) = seat else { return Ok(None) };
        let asks = Asks { member: Some(&seat.member), ..Asks::default() };
        let Some(look) = self.look(consultation, &asks).await? else { return Ok(None) };
        let is_admitted =
            look.speaker(&asks, &session.source)?.is_some_and(|speaker| speaker.member.member.is_admitted());
        if !is_admitted || self.over(&look).is_none() {
            return Ok(None);
        }
        Ok(Some(lines_after(&self.common, consultation, after).await?))
    }
}

/// Lines of a record after this one, as NDJSON.
pub(crate) async fn lines_after(
    common: &Common,
    consultation: &ConsultationId,
    mut after: u64,
) -> Result<String, DeliveryError> {
    let mut text = String::new();
    loop {
        let lines = common.index.room_lines(consultation, after, LINES_AT_ONCE).await?;
        if lines.is_empty() {
            return Ok(text);
        }
        for line in lines {
            if text.len() + line.text.len() >= RECORD_BYTES_MAX {
                return Ok(text);
            }
            text.push_str(&line.text);
            text.push('\n');
            after = line.sequence;
        }
    }
}
