//! The files that a client retrieves in one answer, as one object: for answers that are too large to be streamed. A redirect leads
//! to it, which every client follows, because its media type names the boundary of its parts.

use filmless_domain::{ObjectKey, Retrieval, StudyInstanceUid, object_key};
use filmless_store::index::InstanceRecord;

use crate::prepare::download::contents_digest;

/// Those that are retrieved, in their order.
pub(crate) fn select(retrieval: &Retrieval, instances: &[InstanceRecord]) -> Vec<InstanceRecord> {
    let has = |one: &&InstanceRecord| retrieval.has(&one.series_instance_uid, &one.sop_instance_uid);
    instances.iter().filter(has).cloned().collect()
}

/// Where they are, put together: another place for other files.
pub(crate) fn retrieval_key(study: &StudyInstanceUid, instances: &[InstanceRecord]) -> ObjectKey {
    object_key::study_retrieval(study, &contents_digest(instances))
}
