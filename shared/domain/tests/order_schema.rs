//! The schema of an order and its reader agree: one accepts what the other accepts, whatever the value.

use filmless_domain::{Order, order};
use proptest::prelude::*;
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/order.schema.json");

/// Every field of the schema, by JSON pointer.
fn fields() -> Vec<String> {
    fn walk(schema: &Value, path: &str, found: &mut Vec<String>) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}/{name}");
            walk(field, &path, found);
            found.push(path);
        }
    }
    let mut found = Vec::new();
    walk(&order::schema(), "", &mut found);
    found
}

fn sample() -> Value {
    json!({
        "accession_number": "A1", "declared_instances": 3,
        "patient": { "id": "N1", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02" },
        "visit": { "class": "outpatient" }, "service": { "code": "18" }, "result": { "status": "final" },
    })
}

/// Values that hospitals send, and values that nobody should send.
fn values() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "a",
        "A-1/2",
        "Nguyễn Thị Hoà",
        "--",
        "123",
        "山田太郎",
        "محمد",
        "🙂",
        "−",
        "M",
        "f",
        "Nam",
        "NỮ",
        "nữ",
        "khác",
        "U",
        "vi",
        "EN",
        "vi-VN",
        "en_US",
        "fr",
        "0",
        "7",
        "10",
        "20",
        "030",
        "1000",
        "1001",
        "9999999",
        "10000000",
        "512000",
        "512.000",
        "512000.0",
        "-1",
        "+1",
        "1e3",
        "1000000000000",
        "1000000000001",
        "0000000000000001",
        "1958-03-02",
        "19580302",
        "1958.03.02",
        "1958/3/2",
        "1958-02-29",
        "1960-02-29",
        "1900-02-29",
        "2000-02-29",
        "1958-13-01",
        "1958-04-31",
        "1958-00-10",
        "02/03/1958",
        "1958-3",
        "195803",
        "1958",
        "19580000",
        "1958-00-00",
        "1958.0/00",
        "1958-00-10",
        "1958-10-00",
        "1958-000-0",
        "1849",
        "1850",
        "2200",
        "2201",
        "18490000",
        "cancelled",
        "1958-03-02x",
        "2026-11-27T08:30:00+07:00",
        "2026-11-27T8:30",
        "2026-11-27 08:30:00.123 +0700",
        "20261127083000",
        "202611270830Z",
        "2026-11-27",
        "2026-11-27T24:00",
        "2026-11-27T08:30:60Z",
        "2026-02-29T08:30Z",
        "2026-11-27T08:30+15:00",
        "2026-11-27T08:30:00,5-03",
        "2026-11-27T08",
        "2026/1/2 08:30",
        "27/11/2026 08:30",
        "0903123456",
        "không có",
        "hoa@example.vn",
        "ä@münchen.vn",
    ];
    prop_oneof![
        4 => proptest::sample::select(texts.to_vec()).prop_map(|text| json!(text)),
        1 => "[ -~]{1,12}".prop_map(|text: String| json!(text.trim())),
        1 => "[0-9]{1,17}".prop_map(|text: String| json!(text)),
        1 => "(19|20)[0-9]{2}-[0-1][0-9]-[0-3][0-9]".prop_map(|text: String| json!(text)),
        1 => "[0-9]{4}(0000|[-./]00?[-./]00?)?".prop_map(|text: String| json!(text)),
        1 => "20[0-9]{2}-[0-1][0-9]-[0-3][0-9][T ][0-2]?[0-9]:[0-5][0-9](:[0-9]{2})?(Z|[+-][01][0-9]:?[0-6]0)?"
            .prop_map(|text: String| json!(text)),
        1 => (1_usize..300).prop_map(|n| json!("x".repeat(n))),
        1 => (1_usize..80).prop_map(|n| json!("ế".repeat(n))),
        1 => (990_usize..1010).prop_map(|n| json!("ế".repeat(n))),
        1 => (-3_i64..1005).prop_map(|n| json!(n)),
        1 => any::<i64>().prop_map(|n| json!(n)),
        1 => any::<u64>().prop_map(|n| json!(n)),
        1 => (-3_i64..40).prop_map(|n| json!(n as f64)),
        1 => any::<f64>().prop_filter("JSON has no other", |n| n.is_finite()).prop_map(|n| json!(n)),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(|b| json!(b)),
        1 => Just(json!([])),
        1 => Just(json!({})),
        1 => Just(json!(["a", 1])),
    ]
}

/// The order in the schema's terms: without blanks around texts.
fn trimmed(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.trim().to_owned(),
        Value::Object(part) => part.values_mut().for_each(trimmed),
        _ => {}
    }
}

fn agree(validator: &jsonschema::Validator, order: &Value) {
    let (allowed, read) = (validator.is_valid(order), Order::parse(order.to_string().as_bytes()));
    assert_eq!(allowed, read.is_ok(), "{order}: {:?}", read.err());
}

#[test]
fn the_document_is_what_the_reader_reads_by() {
    let written = format!("{:#}\n", order::schema());
    if std::env::var_os("WRITE_SCHEMA").is_some() {
        std::fs::write(FILE, &written).unwrap();
    }
    let document = std::fs::read_to_string(FILE).unwrap();
    assert!(
        document == written,
        "docs/order.schema.json is old: WRITE_SCHEMA=1 cargo test --test order_schema"
    );
}

#[test]
fn an_order_that_the_schema_allows_is_taken_and_no_other() {
    let validator = jsonschema::draft202012::new(&order::schema()).unwrap();
    agree(&validator, &sample());
    let cases = (proptest::sample::select(fields()), values());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(20_000));
    let fuzzed = runner.run(&proptest::collection::vec(cases, 1..3), |changes| {
        let mut order = sample();
        for (pointer, mut value) in changes {
            trimmed(&mut value);
            let (part, name) = pointer.rsplit_once('/').unwrap();
            if let Some(Value::Object(part)) = order.pointer_mut(part) {
                part.insert(name.to_owned(), value);
            }
        }
        let (allowed, read) = (validator.is_valid(&order), Order::parse(order.to_string().as_bytes()));
        prop_assert_eq!(allowed, read.is_ok(), "{}: {:?}", order, read.err());
        Ok(())
    });
    fuzzed.unwrap();
}

#[test]
fn a_field_that_is_needed_is_needed_by_both() {
    let validator = jsonschema::draft202012::new(&order::schema()).unwrap();
    for pointer in fields() {
        let mut order = sample();
        let (part, name) = pointer.rsplit_once('/').unwrap();
        order.pointer_mut(part).unwrap().as_object_mut().unwrap().remove(name);
        agree(&validator, &order);
    }
}
