//! The metadata of a series, instance by instance: one line each, as `shared/delivery` writes them.

use std::io::Write;

use axum::body::Bytes;
use bytes::BytesMut;
use filmless_domain::ObjectKey;
use filmless_store::{Bucket, ObjectStream, ObjectVersion, StoreError};
use flate2::write::GzDecoder;

/// The metadata of one series on its way, inflated piece by piece.
pub(crate) struct Lines {
    object: ObjectStream,
    decoder: GzDecoder<Vec<u8>>,
    inflated: BytesMut,
    /// So many bytes of `inflated` hold no end of a line.
    looked_at: usize,
    has_begun: bool,
    has_ended: bool,
}

impl Lines {
    pub async fn open(bucket: &Bucket, key: &ObjectKey) -> Result<Self, StoreError> {
        let object = bucket.stream(ObjectVersion { key, version_id: None }, None).await?;
        Ok(Self {
            object,
            decoder: GzDecoder::new(Vec::new()),
            inflated: BytesMut::new(),
            looked_at: 0,
            has_begun: false,
            has_ended: false,
        })
    }

    /// The attributes of the next instance, one JSON object.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        loop {
            let end = self.inflated[self.looked_at..].iter().position(|byte| *byte == b'\n');
            let line = match end {
                Some(end) => self.inflated.split_to(self.looked_at + end + 1),
                None if self.has_ended => self.inflated.split(),
                None => {
                    self.looked_at = self.inflated.len();
                    self.read_more().await?;
                    continue;
                }
            };
            self.looked_at = 0;
            if line.is_empty() {
                return Ok(None);
            }
            let mut object = line.freeze();
            let is_sign = |byte: u8| matches!(byte, b',' | b'\n');
            if !self.has_begun && object.first() == Some(&b'[') {
                object = object.slice(1..);
            }
            self.has_begun = true;
            while object.last().is_some_and(|last| is_sign(*last)) {
                object.truncate(object.len() - 1);
            }
            if self.has_ended && self.inflated.is_empty() && object.last() == Some(&b']') {
                object.truncate(object.len() - 1);
            }
            return Ok((!object.is_empty()).then_some(object));
        }
    }

    async fn read_more(&mut self) -> Result<(), StoreError> {
        let is_gzip = match self.object.next().await {
            Some(piece) => self.decoder.write_all(&piece?),
            None => {
                self.has_ended = true;
                self.decoder.try_finish()
            }
        };
        is_gzip.map_err(|_| StoreError::Damaged)?;
        self.inflated.extend_from_slice(self.decoder.get_ref());
        self.decoder.get_mut().clear();
        Ok(())
    }
}
