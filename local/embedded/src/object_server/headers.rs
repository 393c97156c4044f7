use std::collections::BTreeMap;

use s3s::dto::{Checksum, Timestamp};
use serde::{Deserialize, Serialize};

/// What a client states about an object, and gets back with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredHeaders {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cache_control: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<Timestamp>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) checksums: StoredChecksums,
}

/// The checksums that were verified on upload, in base64 as on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredChecksums {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crc32: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crc32c: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crc64nvme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sha1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
}

impl From<Checksum> for StoredChecksums {
    fn from(checksum: Checksum) -> Self {
        Self {
            crc32: checksum.checksum_crc32,
            crc32c: checksum.checksum_crc32c,
            crc64nvme: checksum.checksum_crc64nvme,
            sha1: checksum.checksum_sha1,
            sha256: checksum.checksum_sha256,
        }
    }
}

/// The content encoding without `aws-chunked`, which describes the transfer, not the object.
pub(super) fn without_aws_chunked(content_encoding: Option<String>) -> Option<String> {
    let kept: Vec<_> = content_encoding?
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("aws-chunked"))
        .map(str::to_owned)
        .collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// Takes the headers from any of the inputs that carry them; the fields have the same names in all of them.
macro_rules! stored_headers {
    ($input:ident) => {
        $crate::object_server::headers::StoredHeaders {
            content_type: $input.content_type.take(),
            content_encoding: $crate::object_server::headers::without_aws_chunked(
                $input.content_encoding.take(),
            ),
            content_disposition: $input.content_disposition.take(),
            content_language: $input.content_language.take(),
            cache_control: $input.cache_control.take(),
            expires: $input.expires.take(),
            metadata: $input.metadata.take().unwrap_or_default().into_iter().collect(),
            checksums: Default::default(),
        }
    };
}
pub(super) use stored_headers;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_coding_is_not_stored_as_content_encoding() {
        for (sent, kept) in [
            (None, None),
            (Some("aws-chunked"), None),
            (Some("gzip"), Some("gzip")),
            (Some("aws-chunked,gzip"), Some("gzip")),
            (Some("gzip, AWS-chunked"), Some("gzip")),
            (Some(""), None),
        ] {
            assert_eq!(without_aws_chunked(sent.map(str::to_owned)).as_deref(), kept, "{sent:?}");
        }
    }

    #[test]
    fn headers_survive_a_round_trip() {
        let headers = StoredHeaders {
            content_type: Some("application/dicom".into()),
            metadata: [("ward".to_owned(), "k01".to_owned())].into(),
            checksums: StoredChecksums { crc32: Some("AAAAAA==".into()), ..Default::default() },
            ..Default::default()
        };
        let json = serde_json::to_string(&headers).unwrap();
        assert_eq!(serde_json::from_str::<StoredHeaders>(&json).unwrap(), headers);
    }
}
