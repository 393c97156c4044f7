//! What remains in the figures of a month after an erasure.
#![allow(clippy::unwrap_used, missing_docs)]

use filmless_domain::chain::ChainHead;
use filmless_domain::usage::{UsageContext, UsageKind, UsageUnit};
use filmless_domain::{PerChannel, StudyInstanceUid};
use filmless_usage::book::Book;
use filmless_usage::prices::DEFAULT_PRICES;
use filmless_usage::summary::Summary;
use filmless_usage::table::{Cell, cells, columns};
use filmless_usage::{Line, Month, Prices};

#[test]
fn an_erased_study_stays_released_and_is_no_recalled_one() {
    use UsageKind::{StudyErased, StudyHeld, StudyRecalled, StudyReleased};
    let (month, prices): (Month, _) = ("2026-11".parse().unwrap(), Prices::parse(DEFAULT_PRICES).unwrap());
    let sent = PerChannel::default();
    let state = columns(&sent).iter().position(|column| column.heading == "Trạng thái").unwrap();
    for (kinds, told, [released, recalled, held]) in [
        (&[StudyReleased, StudyErased][..], "Đã xóa", [1, 0, 0]),
        (&[StudyErased], "Đã xóa", [0, 0, 0]),
        (&[StudyReleased, StudyRecalled, StudyErased], "Đã xóa", [1, 1, 0]),
        (&[StudyReleased, StudyHeld, StudyErased], "Đã xóa", [1, 0, 0]),
        (&[StudyReleased, StudyRecalled], "Đã thu hồi", [1, 1, 0]),
        (&[StudyErased, StudyReleased], "Đã trả kết quả", [1, 0, 0]),
        (&[StudyErased, StudyHeld], "Đang giữ lại", [0, 0, 1]),
    ] {
        let uid = StudyInstanceUid::parse("1.2.3").unwrap();
        let context = UsageContext::new(&uid, &["CT".to_owned()], None);
        let (mut book, mut head) = (Book::new(), ChainHead::default());
        for (hour, kind) in (10..).zip(kinds) {
            let at = format!("2026-11-24T{hour}:00:00+07:00").parse().unwrap();
            let event = context.event(*kind, &hour.to_string(), at).count(1, UsageUnit::Study);
            let text = head.append(&event).unwrap();
            book.take(&Line::parse(text.as_bytes(), 1).unwrap());
        }
        let figures = Summary::of(&book, month, &prices).total;
        let found = [figures.studies_released, figures.studies_recalled, figures.studies_held];
        assert_eq!(found, [released, recalled, held], "{kinds:?}");
        let Cell::Text(text) = cells(&book.studies()[0], &prices, month, &sent)[state] else {
            panic!("no text")
        };
        assert_eq!(text, told, "{kinds:?}");
    }
}
