use super::*;

fn study() -> Attributes {
    let mut study = Attributes::default();
    study.set_text(0x0008_0020, "DA", "20201123");
    study.set_text(0x0008_0030, "TM", "091500.5");
    study.set_text(0x0008_0050, "SH", "A20201123001");
    study.set(0x0008_0061, "CS", vec!["CT".into(), "SR".into()]);
    study.set_text(0x0008_1030, "LO", "Chest <CT>");
    study.set_text(0x0010_0010, "PN", "NGUYỄN^THỊ HOÀ");
    study.set_text(0x0010_0020, "LO", "N20-0317542");
    study.set_text(0x0010_4000, "LT", "comment");
    study.set_text(0x0020_000D, "UI", "1.2.3");
    study.set(0x0020_1208, "IS", vec![12.into()]);
    study
}

fn series() -> Attributes {
    let mut series = study();
    series.set_text(0x0008_0060, "CS", "CT");
    series.set_text(0x0008_0070, "LO", "MAKER");
    series.set_text(0x0020_000E, "UI", "1.2.3.1");
    let item =
        serde_json::json!({ "00400009": { "vr": "SH", "Value": ["SPS1"] }, "00400008": { "vr": "SQ" } });
    series.set(0x0040_0275, "SQ", vec![serde_json::json!({}), item]);
    series
}

#[test]
fn keys_match_as_their_kind_of_value_does() {
    for (query, expected) in [
        ("", true),
        ("PatientName=", true),
        ("PatientName=*", true),
        ("PatientName=nguyễn*", true),
        ("PatientName=NGUY%E1%BB%84N*HO%C3%80", true),
        ("PatientName=nguyen*", false),
        ("PatientName=nguyen&fuzzymatching=true", true),
        ("PatientName=hoa+nguyen&fuzzymatching=true", true),
        ("PatientName=tran&fuzzymatching=true", false),
        ("00100020=N20-0317542", true),
        ("PatientID=N20*", true),
        ("PatientID=N20-031754", false),
        ("StudyInstanceUID=1.2.3", true),
        ("StudyInstanceUID=9.9,1.2.3", true),
        ("StudyInstanceUID=not-a-uid,1.2.3", true),
        ("StudyInstanceUID=1.2.x", false),
        ("StudyInstanceUID=1.2.3.", false),
        ("StudyInstanceUID=1..2.3", false),
        ("0020000D=9.9%5C1.2.3", true),
        ("0020000d=9.9,8.8", false),
        ("StudyDate=20201123", true),
        ("StudyDate=20201101-20201130", true),
        ("StudyDate=20201124-", false),
        ("StudyDate=-20201122", false),
        ("StudyTime=0900-0930", true),
        ("StudyTime=10", false),
        ("ModalitiesInStudy=SR", true),
        ("ModalitiesInStudy=MR,CT", true),
        ("ModalitiesInStudy=MR%5CCT", true),
        ("ModalitiesInStudy=MR", false),
        ("ModalitiesInStudy=ct", false),
        ("StudyDescription=Chest*", true),
        ("StudyDescription=chest*", false),
        ("PatientID=n20-0317542", false),
        ("AccessionNumber=A2020112300%3F", true),
        ("NumberOfStudyRelatedInstances=12", true),
        ("NumberOfStudyRelatedInstances=13", false),
        ("ReferringPhysicianName=nobody", false),
        ("ReferringPhysicianName=", true),
        // Of levels below, unknown, and what cannot be compared.
        ("SOPInstanceUID=9.9", true),
        ("Modality=MR", true),
        ("nonsense=1&another", true),
        ("PixelData=1", true),
        ("StudyDate=20201123&PatientID=other", false),
    ] {
        let read = Query::read(query).unwrap();
        assert_eq!(read.matches(&study(), Level::Study), expected, "{query}");
    }
}

#[test]
fn series_are_matched_with_what_their_study_is_and_by_items_of_sequences() {
    for (query, expected) in [
        ("Modality=CT&PatientID=N20*", true),
        ("Modality=CT&PatientID=X*", false),
        ("00400275.00400009=SPS1", true),
        ("RequestAttributesSequence.ScheduledProcedureStepID=SPS?", true),
        ("RequestAttributesSequence.ScheduledProcedureStepID=SPS2", false),
        ("RequestAttributesSequence.ScheduledProtocolCodeSequence.CodeValue=1", false),
        ("RequestAttributesSequence.ScheduledProtocolCodeSequence.CodeValue=", true),
        ("PerformedProtocolCodeSequence.CodeValue=1", false),
    ] {
        assert_eq!(Query::read(query).unwrap().matches(&series(), Level::Series), expected, "{query}");
    }
}

#[test]
fn malformed_values_are_refused_by_the_name_of_their_parameter() {
    for (query, named) in [
        ("StudyDate=20261399", "StudyDate"),
        ("00080020=2026-01-01", "StudyDate"),
        ("StudyDate=20260230-", "StudyDate"),
        ("StudyTime=9999", "StudyTime"),
        ("AcquisitionDateTime=2026130112", "AcquisitionDateTime"),
        ("StudyInstanceUID=a/b", "StudyInstanceUID"),
        ("StudyInstanceUID=,", "StudyInstanceUID"),
        ("StudyInstanceUID=1.2.x?", "StudyInstanceUID"),
        ("StudyInstanceUID=1.2%201.3", "StudyInstanceUID"),
        (
            "SeriesInstanceUID=11111111111111111111111111111111111111111111111111111111111111111",
            "SeriesInstanceUID",
        ),
        ("StudyInstanceUID=1.2*", "StudyInstanceUID"),
        ("StudyInstanceUID=1.2.3&StudyInstanceUID=1.2.4", "StudyInstanceUID"),
        ("StudyInstanceUID=1.2.3&0020000D=1.2.4", "StudyInstanceUID"),
        ("SeriesNumber=one", "SeriesNumber"),
        ("PatientWeight=heavy", "PatientWeight"),
        ("PatientWeight=inf", "PatientWeight"),
        ("RequestAttributesSequence=1", "RequestAttributesSequence"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=0x1", "offset"),
        ("fuzzymatching=maybe", "fuzzymatching"),
    ] {
        match Query::read(query) {
            Err(refusal @ Refusal::BadParameter { .. }) => {
                assert_eq!(refusal.status(), 400);
                assert!(refusal.to_string().contains(named), "{query}: {refusal}");
                assert!(!refusal.to_string().contains("20261399"), "a value is not repeated");
            }
            other => panic!("{query}: {other:?}"),
        }
    }
    assert_eq!(
        Query::read("PatientName=%FF"),
        Err(Refusal::BadQuery { expected: "expected UTF-8, percent-encoded" })
    );
    // The same twice says nothing new.
    assert!(Query::read("limit=1&limit=1&PatientID=a&00100020=a").is_ok());
}

#[test]
fn limits_hold_and_are_told() {
    let long = format!("PatientName={}", "a".repeat(QUERY_BYTES_MAX));
    assert_eq!(Query::read(&long).unwrap_err().status(), 414);
    let million = "includefield=PatientName&".repeat(1_000_000);
    assert_eq!(Query::read(&million), Err(Refusal::QueryTooLong { max: QUERY_BYTES_MAX }));
    let many = |count| format!("includefield={}", vec!["00100010"; count].join(","));
    assert!(Query::read(&many(INCLUDED_MAX)).is_ok());
    let too_many = Query::read(&many(INCLUDED_MAX + 1));
    assert_eq!(too_many, Err(Refusal::TooMany { what: "attributes in includefield", max: INCLUDED_MAX }));
    let keys = |count: usize| (0..count).map(|n| format!("{:08X}=1&", 0x0011_0010 + n)).collect::<String>();
    assert!(Query::read(&keys(KEYS_MAX)).is_ok());
    assert_eq!(Query::read(&keys(KEYS_MAX + 1)).unwrap_err().status(), 400);
    let deep = vec!["00400275"; 40].join(".");
    assert!(Query::read(&format!("{deep}=1")).unwrap().keys.is_empty());
}

#[test]
fn paging_is_read_and_bounded() {
    let read = Query::read("limit=5&offset=10").unwrap();
    assert_eq!((read.limit, read.offset), (5, 10));
    let read = Query::read("limit=99999999999999999999999&offset=99999999999999999999999").unwrap();
    assert_eq!((read.limit, read.offset), (RESULTS_MAX, usize::MAX));
    assert_eq!(Query::read("").unwrap().limit, RESULTS_MAX);
}

#[test]
fn an_answer_has_what_the_standard_demands_and_what_was_asked_for() {
    let tags = |query: &str, level, of| {
        let attributes = Query::read(query).unwrap().selected(&series(), level, of);
        let json = serde_json::to_value(&attributes).unwrap();
        json.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let study = [
        "00080020", "00080030", "00080050", "00080061", "00081030", "00100010", "00100020", "0020000D",
        "00201208",
    ];
    assert_eq!(tags("", Level::Study, Level::Study), study);
    assert!(
        tags("includefield=PatientComments,nonsense", Level::Study, Level::Study)
            .contains(&"00104000".to_owned())
    );
    assert!(tags("includefield=all", Level::Study, Level::Study).contains(&"00104000".to_owned()));
    // A study has no modality of one series.
    assert!(
        !tags("includefield=00080060&includefield=all", Level::Study, Level::Study)
            .contains(&"00080060".to_owned())
    );
    assert_eq!(tags("", Level::Series, Level::Series), ["00080060", "0020000E", "00400275"]);
    assert!(tags("includefield=Manufacturer", Level::Series, Level::Series).contains(&"00080070".to_owned()));
    assert!(tags("Manufacturer=MAKER", Level::Series, Level::Series).contains(&"00080070".to_owned()));
    assert!(tags("includefield=PatientID", Level::Series, Level::Series).contains(&"00100020".to_owned()));
}

#[test]
fn metadata_is_looked_through_only_for_what_no_answer_has_anyway() {
    for (query, expected) in [
        ("", false),
        ("includefield=00080018,PatientName,Modality", false),
        ("SOPInstanceUID=1.2&Rows=512", false),
        ("includefield=all", true),
        ("includefield=SliceLocation", true),
        ("SliceLocation=1", true),
    ] {
        assert_eq!(Query::read(query).unwrap().asks_beyond(Level::Instance), expected, "{query}");
    }
}
