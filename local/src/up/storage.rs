//! Which S3 and DynamoDB `up` uses: its own, or the hospital's.

use std::path::Path;

use anyhow::Context;
use filmless_embedded::{Credentials, Embedded, Uploader};
use filmless_store::Endpoints;

use crate::cli::UpOptions;
use crate::instance::{REGION, STUDIES_BUCKET, UPLOAD_PREFIXES};

/// The servers in this process.
pub fn embedded(embedded: &Embedded, data: &Path) -> anyhow::Result<Endpoints> {
    let credentials = Credentials::of_the_system(data)?;
    Ok(Endpoints {
        s3: embedded.s3_url(),
        s3_public: embedded.s3_url(),
        dynamodb: embedded.dynamodb_url(),
        region: REGION.to_owned(),
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
    })
}

/// The servers named by the options, if any.
pub fn of_ones_own(options: &UpOptions) -> anyhow::Result<Option<Endpoints>> {
    let (Some(s3), Some(dynamodb)) = (&options.s3_url, &options.dynamodb_url) else { return Ok(None) };
    let key = |value: &Option<String>, name: &str| {
        value.clone().with_context(|| format!("{name} is missing: storage on other servers needs a key"))
    };
    Ok(Some(Endpoints {
        s3: s3.trim_end_matches('/').to_owned(),
        s3_public: options.s3_public_url.clone().unwrap_or_else(|| s3.trim_end_matches('/').to_owned()),
        dynamodb: dynamodb.trim_end_matches('/').to_owned(),
        region: options.region.clone().unwrap_or_else(|| REGION.to_owned()),
        access_key_id: key(&options.access_key_id, "AWS_ACCESS_KEY_ID")?,
        secret_access_key: key(&options.secret_access_key, "AWS_SECRET_ACCESS_KEY")?,
    }))
}

/// The uploader, i.e. the hospital's PACS and HIS. Like the `UploaderPolicy` of `infra/template/uploader.yaml`.
pub fn uploader(data: &Path) -> anyhow::Result<Uploader> {
    Ok(Uploader {
        credentials: Credentials::of_the_uploader(data)?,
        bucket: STUDIES_BUCKET.to_owned(),
        prefixes: UPLOAD_PREFIXES.map(str::to_owned).into(),
    })
}
