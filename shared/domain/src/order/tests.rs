//! Orders that are read, and orders that are refused.

use super::*;
use serde_json::json;

fn sample() -> Value {
    json!({
        "accession_number": "A20201123001",
        "patient": { "id": "N20-0317542", "name": "Nguyễn Thị Hoà", "birth_date": "1958-03-02", "sex": "F",
                     "phone": "0903 123 456", "email": "hoa@example.vn", "language": "vi", "blood_group": "O" },
        "visit": { "class": "outpatient", "department": "K01", "episode": "MA_LK-000123" },
        "service": { "code": "18.0220.0041", "name": "Chụp CLVT ngực", "unit_price_vnd": 512000 },
        "declared_instances": 300,
        "result": { "status": "final", "reported_at": "2020-11-23T09:02:00+07:00" },
        "ward_note": 7
    })
}

fn check(change: impl FnOnce(&mut Value), code: &str, names: &str) {
    let mut order = sample();
    change(&mut order);
    let rejection = Order::parse(order.to_string().as_bytes()).unwrap_err();
    assert_eq!(rejection.code.code(), code);
    assert!(rejection.message.contains(names), "{}", rejection.message);
}

#[test]
fn an_order_keeps_what_it_does_not_know() {
    let order = Order::parse(sample().to_string().as_bytes()).unwrap();
    assert!(order.is_signed());
    assert_eq!(order.service_name(), Some("Chụp CLVT ngực"));
    let again = serde_json::to_value(&order).unwrap();
    assert_eq!(again["ward_note"], 7);
    assert_eq!(again["patient"]["blood_group"], "O");
    assert_eq!(again["service"]["unit_price_vnd"], 512_000);
    assert_eq!(again["visit"]["episode"], "MA_LK-000123");
    assert_eq!(again["patient"]["phone"], "+84903123456");
}

#[test]
fn a_bad_order_is_refused_by_the_name_of_its_field() {
    check(|o| o["patient"]["birth_date"] = Value::Null, "order-missing-field", "patient.birth_date");
    check(|o| o["patient"]["birth_date"] = json!("1958-13"), "order-bad-field", "patient.birth_date");
    check(|o| o["patient"]["id"] = json!(" "), "order-bad-field", "patient.id");
    check(|o| o["patient"]["name"] = json!("--"), "order-bad-field", "patient.name");
    check(|o| o["accession_number"] = json!(12), "order-bad-field", "accession_number");
    check(|o| o["declared_instances"] = json!(-1), "order-bad-field", "declared_instances");
    check(|o| *o = json!([1]), "order-bad-field", "JSON object");
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    let rejection = Order::parse(b"{\n \"a\": }").unwrap_err();
    assert_eq!(rejection.code, RejectionCode::OrderNotJson);
    assert!(rejection.message.contains("line 2"));
    let twice = br#"{"accession_number": "A1", "patient": {"id": "1"}, "patient": {"id": "2"}}"#;
    let rejection = Order::parse(twice).unwrap_err();
    assert_eq!(rejection.code, RejectionCode::OrderBadField);
    assert!(rejection.message.starts_with("A field occurs twice"), "{}", rejection.message);
    for wide in ["\u{feff}{}", "{}"] {
        let bytes: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(Order::parse(&bytes).unwrap_err().message.contains("UTF-16"));
    }
}

#[test]
fn a_bad_phone_or_email_does_not_refuse_the_order() {
    for bad in ["không có", "a@b.vn\r\nBcc: x@y.vn", "a@b.vn, c@d.vn", "<a@b.vn>"] {
        let mut order = sample();
        order["patient"]["phone"] = json!(bad);
        order["patient"]["email"] = json!(bad);
        let order = Order::parse(order.to_string().as_bytes()).unwrap();
        assert_eq!((order.patient.phone, order.patient.email), (None, None), "{bad:?}");
    }
}

#[test]
fn debug_hides_the_patient() {
    let order = Order::parse(sample().to_string().as_bytes()).unwrap();
    let text = format!("{order:?}");
    for secret in ["Nguyễn", "1958", "0317542", "903123456", "hoa@"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// The outcome for a value in one place of the order: the stored value, or the reason.
fn read_at(pointer: &str, value: Value) -> Result<Value, String> {
    let mut order = sample();
    let (part, name) = pointer.rsplit_once('/').unwrap();
    order.pointer_mut(part).unwrap()[name] = value;
    let kept = Order::parse(order.to_string().as_bytes()).map_err(|rejection| rejection.message)?;
    Ok(serde_json::to_value(&kept).unwrap().pointer(pointer).cloned().unwrap_or_default())
}

#[test]
fn what_is_clear_is_understood() {
    for (pointer, typed, kept) in [
        ("/visit/retention_years", json!("20"), json!(20)),
        ("/visit/retention_years", json!(30.0), json!(30)),
        ("/service/unit_price_vnd", json!("512000"), json!(512_000)),
        ("/service/unit_price_vnd", json!(512_000.0), json!(512_000)),
        ("/service/films", json!("3"), json!(3)),
        ("/service/films", json!(" "), Value::Null),
        ("/service/code", json!(18), json!("18")),
        ("/service/requested_at", json!("2026-11-27 8:30"), json!("2026-11-27T01:30:00Z")),
        ("/result/reported_at", json!("2026-11-27T8:30+07:00"), json!("2026-11-27T01:30:00Z")),
        ("/result/reported_at", json!("2026-11-27T08:30:00"), json!("2026-11-27T01:30:00Z")),
        ("/declared_instances", json!(300.0), json!(300)),
        ("/declared_instances", json!("300"), json!(300)),
        ("/patient/sex", json!("Nam"), json!("M")),
        ("/patient/sex", json!("Nữ"), json!("F")),
        ("/patient/sex", json!("NU\u{31b}\u{303}"), json!("F")),
        ("/patient/sex", json!("female"), json!("F")),
        ("/patient/sex", json!(1), json!("M")),
        ("/patient/language", json!("en-US"), json!("en")),
        ("/patient/phone", json!(903_123_456), json!("+84903123456")),
        ("/patient/phone", json!(84_903_123_456_i64), json!("+84903123456")),
        ("/patient/phone", json!("0084903123456"), json!("+84903123456")),
        ("/patient/phone", json!("0903 123 456 / 0912 345 678"), json!("+84903123456")),
        ("/patient/email", json!("\u{feff}hoa@example.vn\u{200b} "), json!("hoa@example.vn")),
        ("/patient/id", json!("N20\u{200b}-0317542"), json!("N20-0317542")),
        ("/patient/birth_date", json!("1958-03-02\u{200b}"), json!("1958-03-02")),
        ("/patient/birth_date", json!("1958"), json!("1958")),
        ("/patient/birth_date", json!("19580000"), json!("1958")),
        ("/patient/id_issuer", json!(79_001), json!("79001")),
        ("/status", json!(" cancelled"), json!("cancelled")),
    ] {
        assert_eq!(read_at(pointer, typed.clone()), Ok(kept), "{pointer} {typed}");
    }
}

#[test]
fn what_is_not_clear_is_refused_by_its_field_and_the_kind_of_its_value() {
    for (pointer, typed, why) in [
        (
            "/visit/retention_years",
            json!(1),
            "`visit.retention_years` is a number that is none of 10, 20, 30",
        ),
        (
            "/visit/retention_years",
            json!("hai mươi"),
            "`visit.retention_years` is a text, not a whole number",
        ),
        ("/service/films", json!(-1), "`service.films` is a negative number"),
        ("/service/films", json!(1001), "`service.films` is a number above 1000"),
        (
            "/service/unit_price_vnd",
            json!("512.000"),
            "`service.unit_price_vnd` is a text, not a whole number",
        ),
        ("/service/unit_price_vnd", json!(0.5), "is a number with a fraction, not a whole number"),
        ("/service/unit_price_vnd", json!(1e300), "is a number too large, not a whole number"),
        ("/service/code", json!(18.022), "`service.code` is a number with a fraction, not a text"),
        ("/service/name", json!(["a"]), "`service.name` is a list, not a text"),
        ("/patient/sex", json!("X"), "`patient.sex` is a text that means none of M, F and O"),
        ("/patient/sex", json!(true), "`patient.sex` is true or false, not M, F or O"),
        ("/patient/language", json!("fr"), "`patient.language` is a text that is neither vi nor en"),
        ("/patient/phone", json!({}), "`patient.phone` is an object, not a text"),
        ("/patient/name", json!("a".repeat(1001)), "`patient.name` is longer than 1000 characters"),
        ("/patient/birth_date", json!("1958-02-30"), "`patient.birth_date` is a text that is no date"),
        ("/patient/id", json!("ế".repeat(65)), "`patient.id` is no identifier: it is longer"),
        ("/result/reported_at", json!("hôm qua"), "`result.reported_at` is a text that is no date and time"),
        ("/visit", json!("K01"), "`visit` is a text, not an object"),
        ("/patient", json!([]), "`patient` is a list, not an object"),
    ] {
        let refused = read_at(pointer, typed.clone()).unwrap_err();
        assert!(refused.contains(why), "{pointer} {typed}: {refused}");
    }
}

#[test]
fn all_faults_are_named_at_once_and_no_value_is() {
    let mut order = sample();
    order["patient"]["birth_date"] = json!("2/3/1958");
    order["patient"]["sex"] = json!("Nguyễn");
    order["service"]["films"] = json!("0903123456789012345");
    order.as_object_mut().unwrap().remove("accession_number");
    let rejection = Order::parse(order.to_string().as_bytes()).unwrap_err();
    assert_eq!(rejection.code, RejectionCode::OrderBadField);
    for named in ["`accession_number` is missing", "`patient.birth_date`", "`patient.sex`", "`service.films`"]
    {
        assert!(rejection.message.contains(named), "{}", rejection.message);
    }
    for secret in ["1958", "Nguy", "0903"] {
        assert!(!rejection.message.contains(secret), "{}", rejection.message);
    }
}

#[test]
fn the_typed_text_of_an_unusable_number_or_address_is_kept() {
    let kept = |name: &str, value: Value| {
        let mut order = sample();
        order["patient"][name] = value;
        let patient = Order::parse(order.to_string().as_bytes()).unwrap().patient;
        (patient.phone.map(String::from), patient.phone_typed, patient.email, patient.email_typed)
    };
    let (phone, email) = (Some("+84903123456".to_owned()), Some("hoa@example.vn".to_owned()));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(kept("phone", json!("hỏi chị Lan")), (None, text("hỏi chị Lan"), email.clone(), None));
    assert_eq!(kept("phone", json!(113)), (None, text("113"), email.clone(), None));
    let two = "0903123456 / 0912345678";
    assert_eq!(kept("phone", json!(two)), (phone.clone(), text(two), email.clone(), None));
    assert_eq!(kept("phone", json!("0903123456")), (phone.clone(), None, email, None));
    assert_eq!(kept("email", json!("ä@münchen.vn")), (phone.clone(), None, None, text("ä@münchen.vn")));
    assert_eq!(kept("email", json!("a\r\nb")), (phone, None, None, text("a b")));
}

#[test]
fn a_number_that_no_program_holds_and_a_nest_too_deep_have_reasons_of_their_own() {
    let code = |text: String| Order::parse(text.as_bytes()).unwrap_err().code;
    assert_eq!(code("{\"a\": 1e999}".to_owned()), RejectionCode::OrderBadField);
    assert_eq!(code(format!("{}{}", "[".repeat(200), "]".repeat(200))), RejectionCode::OrderTooDeep);
}

#[test]
fn an_order_is_taken_back_by_any_word_that_says_so() {
    let is_cancelled = |status: &str| {
        let mut order = sample();
        order["status"] = json!(status);
        Order::parse(order.to_string().as_bytes()).unwrap().is_cancelled()
    };
    for status in [
        "Cancelled",
        "entered_in_error",
        "Entered in error",
        "CA",
        "hủy",
        "Đã huỷ",
        "HU\u{309}Y",
        "Huỷ chỉ định",
        "da huy",
        "CANCELLED_BY_PATIENT",
        "voided",
    ] {
        assert!(is_cancelled(status), "{status}");
    }
    for status in [
        "",
        "active",
        "NW",
        "completed",
        "cancellation-refused",
        "cancel pending",
        "Yêu cầu hủy",
        "hủy: từ chối",
    ] {
        assert!(!is_cancelled(status), "{status}");
    }
}

#[test]
fn an_abridged_order_keeps_what_the_product_uses() {
    let mut order = sample();
    order["visit"]["retention_years"] = json!(20);
    order["visit"]["x"] = json!("x".repeat(500_000));
    order["status"] = json!("cancelled");
    order["patient"]["id_issuer"] = json!("BVĐK");
    order["result"]["conclusion"] = json!("x".repeat(500_000));
    let order = Order::parse(order.to_string().as_bytes()).unwrap();
    assert!(order.abridged().is_cancelled());
    assert_eq!(order.abridged().demographics().issuer.as_deref(), Some("BVĐK"));
    let kept = serde_json::to_value(order.abridged()).unwrap();
    assert!(kept.to_string().len() < 2000);
    assert_eq!(kept["visit"]["retention_years"], 20);
    assert_eq!(kept["service"]["unit_price_vnd"], 512_000);
    assert_eq!(kept["result"]["status"], "final");
    assert_eq!(kept["patient"]["phone"], "+84903123456");
    assert!(kept.get("ward_note").is_none());
}

#[test]
fn a_birth_date_that_nobody_alive_has_is_refused_and_one_that_means_unknown_is_taken() {
    let today = jiff::civil::date(2026, 11, 29);
    let check = |text: &str| {
        let mut order = sample();
        order["patient"]["birth_date"] = json!(text);
        Order::parse(order.to_string().as_bytes()).unwrap().check_birth_date(today).map_err(|r| r.message)
    };
    for text in ["1958-03-02", "1958", "2026-11-29", "1900-01-01", "9999-12-31"] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
    for (text, why) in
        [("2999-01-01", "future"), ("2026-11-30", "future"), ("2027", "future"), ("1066-03-04", "1850")]
    {
        let words = check(text).unwrap_err();
        assert!(
            words.contains("`patient.birth_date`") && words.contains(why) && !words.contains(text),
            "{words}"
        );
    }
}

#[test]
fn the_mark_of_the_bill_is_no_part_of_a_title() {
    for (name, title) in [
        ("Chụp CLVT ngực [Không in phim]", "Chụp CLVT ngực"),
        (" Chụp [1] CLVT [Không in phim] ", "Chụp [1] CLVT"),
        ("Chụp [không thuốc] ngực", "Chụp [không thuốc] ngực"),
        ("[Không in phim]", ""),
        ("MRI]", "MRI]"),
    ] {
        assert_eq!(Order::title_of_service(name), title);
    }
}

#[test]
fn a_refused_order_is_named_as_far_as_it_can_be_read() {
    let names = |text: &str| {
        let (accession, patient) = Order::names_of_refused(text.as_bytes());
        (accession.map(|a| a.to_string()), patient.map(|p| p.as_str().to_owned()))
    };
    let some = |text: &str| Some(text.to_owned());
    let both = r#"{"accession_number":" CT.1 ","patient":{"id":"N26-1"}}"#;
    assert_eq!(names(both), (some("CT.1"), some("N26-1")));
    assert_eq!(names(r#"{"accession_number":7,"patient":{"id":"N26-1"}}"#), (None, some("N26-1")));
    assert_eq!(names(r#"{"accession_number":"CT.1","patient":"N26-1"}"#), (some("CT.1"), None));
    assert_eq!(names(r#"{"accession_number":"CT.1""#), (None, None));
}
