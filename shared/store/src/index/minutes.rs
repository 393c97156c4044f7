//! Minutes of consultations: versions, and the signatures below them; both are written once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use filmless_consult::{ConsultationId, Minutes, MinutesSignature};
use filmless_domain::StudyInstanceUid;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::consultation::consult_pk;
use super::{Change, Condition, Index, ItemKey, Transaction};
use crate::StoreError;

/// What was written or signed, as JSON: it stays byte for byte.
#[derive(Debug, Serialize, Deserialize)]
struct SignedRecord {
    signed: String,
}

impl SignedRecord {
    fn of(value: &impl Serialize) -> Result<Self, StoreError> {
        let signed = serde_json::to_string(value).map_err(StoreError::corrupt("write minutes"))?;
        Ok(Self { signed })
    }
}

/// A picture that is printed in minutes: it is kept as it was, because a later rendering may look different.
#[derive(Debug, Serialize, Deserialize)]
struct PictureRecord {
    /// Of which study: it goes with it.
    study: StudyInstanceUid,
    digest: String,
    /// In base64.
    picture: String,
}

fn picture_key(consultation: &ConsultationId, digest: &str) -> ItemKey {
    ItemKey::new(consult_pk(consultation), format!("PICTURE#{digest}"))
}

impl Transaction {
    /// Adds a version of the minutes. Unmet if there is one of this number.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn add_minutes(self, minutes: &Minutes) -> Result<Self, StoreError> {
        let written = &minutes.written;
        let key = ItemKey::new(consult_pk(&written.consultation), format!("MINUTES#{:04}", written.version));
        self.put(&key, &SignedRecord::of(minutes)?, Change::new().when(&Condition::Absent("pk")))
    }

    /// Adds a signature. Unmet if its member signed this version.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], never for this type.
    pub fn add_signature(self, signature: &MinutesSignature) -> Result<Self, StoreError> {
        let signed = &signature.signed;
        let sk = format!("SIGNATURE#{:04}#{}", signed.version, signed.by.id);
        let key = ItemKey::new(consult_pk(&signed.consultation), sk);
        self.put(&key, &SignedRecord::of(signature)?, Change::new().when(&Condition::Absent("pk")))
    }
}

impl Index {
    /// All versions of the minutes of a consultation, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn minutes(&self, consultation: &ConsultationId) -> Result<Vec<Minutes>, StoreError> {
        self.signed(consultation, "MINUTES#").await
    }

    /// All signatures below the minutes of a consultation, those of the first version first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn minutes_signatures(
        &self,
        consultation: &ConsultationId,
    ) -> Result<Vec<MinutesSignature>, StoreError> {
        self.signed(consultation, "SIGNATURE#").await
    }

    /// Keeps the picture of a key image, by its digest. One that is there is this one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_picture(
        &self,
        consultation: &ConsultationId,
        study: &StudyInstanceUid,
        digest: &str,
        picture: &[u8],
    ) -> Result<(), StoreError> {
        let (study, digest_kept) = (study.clone(), digest.to_owned());
        let record = PictureRecord { study, digest: digest_kept, picture: STANDARD.encode(picture) };
        self.put_new(&picture_key(consultation, digest), &record).await.map(|_| ())
    }

    /// The picture of this digest, if it is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn picture(
        &self,
        consultation: &ConsultationId,
        digest: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let record: Option<PictureRecord> = self.get(&picture_key(consultation, digest)).await?;
        let decoded = record.map(|record| STANDARD.decode(record.picture)).transpose();
        decoded.map_err(StoreError::corrupt("read a picture"))
    }

    /// Erases the pictures of a study. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn erase_pictures(
        &self,
        consultation: &ConsultationId,
        study: &StudyInstanceUid,
    ) -> Result<usize, StoreError> {
        let kept: Vec<PictureRecord> = self.query(&consult_pk(consultation), "PICTURE#").await?;
        let mut erased = 0;
        for picture in kept.iter().filter(|picture| picture.study == *study) {
            self.delete(&picture_key(consultation, &picture.digest)).await?;
            erased += 1;
        }
        Ok(erased)
    }

    async fn signed<T: DeserializeOwned>(
        &self,
        consultation: &ConsultationId,
        sk_prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        let records: Vec<SignedRecord> = self.query(&consult_pk(consultation), sk_prefix).await?;
        let read = |record: SignedRecord| serde_json::from_str(&record.signed);
        records.into_iter().map(read).collect::<Result<_, _>>().map_err(StoreError::corrupt("read minutes"))
    }
}
