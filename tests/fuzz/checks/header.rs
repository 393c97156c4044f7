//! Everything that is read without decoding pixels, from a whole file and from its beginnings.

use filmless_dicom::{
    HeaderRead, encapsulated_document, key_object_selection, metadata_json, read_header, read_report,
    scan_file, video_stream,
};
use filmless_domain::Limits;

pub fn check(bytes: &[u8]) {
    let limits = Limits::default();
    let total = bytes.len() as u64;
    let whole = read_header(bytes, total, &limits);
    // A beginning of the file gives the same header, an error, or a request for more; never a different header.
    let mut end = 1;
    while end < bytes.len() {
        if let (Ok(HeaderRead::Complete(early)), Ok(HeaderRead::Complete(late))) =
            (read_header(&bytes[..end], total, &limits), &whole)
        {
            assert_eq!(&early, late);
        }
        end = end * 2 + 1;
    }
    let Ok(data_set) = scan_file(bytes, &limits) else { return };
    let _ = key_object_selection(&data_set);
    let _ = read_report(&data_set);
    let json = metadata_json(&data_set);
    assert!(json.starts_with(b"{") && json.ends_with(b"}"));
    if let Some(document) = encapsulated_document(&data_set) {
        assert!(!document.bytes.is_empty());
    }
    if let Ok(Some(video)) = video_stream(&data_set) {
        assert!(video.ranges.into_iter().all(|range| data_set.bytes().get(range).is_some()));
    }
}
