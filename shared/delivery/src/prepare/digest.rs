//! Names the contents of a series: its pack is made again when they change, and only then.

use filmless_domain::{KeyFrames, SeriesInstanceUid};
use filmless_store::index::InstanceRecord;
use sha2::{Digest, Sha256};

use crate::prepare::key_marks::KeyMarks;

/// Part of every digest: raise it when series have to be rendered anew.
const RENDER_VERSION: &str = "9";

/// The digest of one series of a study.
pub(crate) fn series_digest(study: &[InstanceRecord], series: &SeriesInstanceUid) -> String {
    let members: Vec<_> = study.iter().filter(|i| i.series_instance_uid == *series).collect();
    content_digest(&members, &KeyMarks::of_study(study))
}

/// Names the contents of a series. The same instances with the same marks give the same digest, in whatever order
/// and however often their events came. A new way of rendering changes it, too.
pub(crate) fn content_digest(instances: &[&InstanceRecord], marks: &KeyMarks) -> String {
    let line = |i: &InstanceRecord| match marks.of_instance(i) {
        KeyFrames::None => format!("{} {} {}\n", i.sop_instance_uid, i.etag, i.bytes),
        marked => format!("{} {} {} {marked:?}\n", i.sop_instance_uid, i.etag, i.bytes),
    };
    let mut lines: Vec<String> = instances.iter().map(|i| line(i)).collect();
    lines.sort();
    let mut digest = Sha256::new();
    digest.update(RENDER_VERSION);
    for line in lines {
        digest.update(line);
    }
    hex::encode(digest.finalize())
}
