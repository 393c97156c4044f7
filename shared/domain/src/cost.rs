//! What a study costs: the number of calls to each service, times a price list.

use serde::{Deserialize, Serialize};

/// A price list in US dollars. The default is one region's; `docs/COST.md` says which, and from when.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// S3, per GB and month.
    pub s3_gb_month: f64,
    /// S3 Glacier Instant Retrieval, per GB and month.
    pub s3_archive_gb_month: f64,
    /// PUT, COPY, POST, LIST, per thousand.
    pub s3_put_thousand: f64,
    /// GET, HEAD, per thousand.
    pub s3_get_thousand: f64,
    /// DynamoDB, write units, per million.
    pub table_write_million: f64,
    /// DynamoDB, read units, per million.
    pub table_read_million: f64,
    /// Lambda, per GB and second.
    pub function_gb_second: f64,
    /// Lambda, per million calls.
    pub function_call_million: f64,
    /// SQS, per million calls.
    pub queue_call_million: f64,
    /// KMS, per ten thousand calls.
    pub seal_ten_thousand: f64,
    /// To the internet, per GB.
    pub egress_gb: f64,
    /// SES, per thousand.
    pub email_thousand: f64,
    /// One part of an SMS.
    pub sms_part: f64,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            s3_gb_month: 0.025,
            s3_archive_gb_month: 0.005,
            s3_put_thousand: 0.005,
            s3_get_thousand: 0.0004,
            table_write_million: 0.71,
            table_read_million: 0.14,
            function_gb_second: 0.000_013_333_4,
            function_call_million: 0.2,
            queue_call_million: 0.4,
            seal_ten_thousand: 0.03,
            egress_gb: 0.12,
            email_thousand: 0.1,
            sms_part: 0.025,
        }
    }
}

/// A study, by what drives its cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyShape {
    /// Its name in the answer.
    pub name: String,
    /// Files as uploaded.
    pub files: u32,
    /// All their bytes.
    pub bytes: u64,
    /// Series.
    pub series: u32,
    /// Seconds on one core to render all of it.
    #[serde(default)]
    pub render_seconds: f64,
    /// SMS parts sent.
    #[serde(default = "one")]
    pub sms_parts: u32,
    /// Emails sent.
    #[serde(default = "one")]
    pub emails: u32,
    /// How often all of it was viewed.
    #[serde(default = "one")]
    pub viewings: u32,
}

const fn one() -> u32 {
    1
}

impl StudyShape {
    /// The three usual shapes.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        const MB: u64 = 1_000_000;
        let shape = |name: &str, files, megabytes, series, render_seconds| Self {
            name: name.to_owned(),
            files,
            bytes: megabytes * MB,
            series,
            render_seconds,
            sms_parts: 1,
            emails: 1,
            viewings: 1,
        };
        vec![shape("DX", 2, 30, 1, 3.0), shape("CT", 500, 300, 3, 10.0), shape("MR", 400, 150, 3, 8.0)]
    }
}

/// Calls that one study causes, from its upload to its notices. Measured: a test counts the calls and compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// The hospital's own PUTs, including the order.
    pub hospital_puts: u32,
    /// Ranged GETs that read headers.
    pub header_gets: u32,
    /// GETs of whole originals, for rendering, and of the order.
    pub original_gets: u32,
    /// All other GETs and HEADs.
    pub other_gets: u32,
    /// All other PUTs and LISTs.
    pub other_puts: u32,
    /// Reads of the table.
    pub table_reads: u32,
    /// Writes of the table.
    pub table_writes: u32,
    /// Messages between the functions.
    pub messages: u32,
}

impl Calls {
    /// The calls of a study with this shape.
    #[must_use]
    pub const fn of(files: u32, series: u32) -> Self {
        // Each instance is compared with its study and written. Each batch of ten checks whether a check is pending
        // and whether a declared count is reached.
        let batches = files.div_ceil(10);
        Self {
            hospital_puts: files + 1,
            header_gets: files,
            original_gets: files + 1,
            // Whether the slip exists, before it is made and before it is announced.
            other_gets: 2,
            // Pack, metadata, poster, contact sheet and index of each series; manifest; slip and QR code.
            other_puts: 5 * series + 3,
            table_reads: 4 * batches + 8 * series + 30,
            table_writes: 2 * files + 2 * batches + 4 * series + 40,
            messages: batches + series + 6,
        }
    }

    /// S3 requests except the hospital's own and those that read each file.
    #[must_use]
    pub const fn other_object_calls(&self) -> u32 {
        self.other_gets + self.other_puts
    }
}

/// What one study costs, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// From its upload to its notices, without the messages.
    pub delivery: f64,
    /// SMS and email.
    pub messages: f64,
    /// Each viewing of all of it.
    pub viewing: f64,
    /// Its first year.
    pub first_year: f64,
    /// Ten years.
    pub ten_years: f64,
    /// Delivery, messages, viewings and the first year.
    pub total_first_year: f64,
}

/// Previews and lossless frames have about this share of the originals' size.
const DERIVED_SHARE: f64 = 0.5;
/// Months before originals move to the archive class.
const MONTHS_UNTIL_ARCHIVE: f64 = 3.0;
/// Memory of the rendering functions and of the others, in GB.
const RENDER_GB: f64 = 1.769;
const OTHER_GB: f64 = 0.25;
/// Seconds of any other function call, mostly waiting for storage.
const OTHER_CALL_SECONDS: f64 = 0.3;

impl Cost {
    /// The cost of a study with this shape at these prices.
    #[must_use]
    pub fn of(shape: &StudyShape, prices: &Prices) -> Self {
        let calls = Calls::of(shape.files, shape.series);
        let per = |count: u32, price: f64, unit: f64| f64::from(count) * price / unit;
        let puts = calls.hospital_puts + calls.other_puts;
        let gets = calls.header_gets + calls.original_gets + calls.other_gets;
        let functions =
            f64::from(calls.messages) * OTHER_CALL_SECONDS * OTHER_GB + shape.render_seconds * RENDER_GB;
        let delivery = per(puts, prices.s3_put_thousand, 1e3)
            + per(gets, prices.s3_get_thousand, 1e3)
            + per(calls.table_reads, prices.table_read_million, 1e6)
            + per(calls.table_writes, prices.table_write_million, 1e6)
            // A message is sent, received and deleted.
            + per(3 * calls.messages, prices.queue_call_million, 1e6)
            + per(calls.messages, prices.function_call_million, 1e6)
            + functions * prices.function_gb_second
            // Password and token are sealed, and opened for the slip and for each message.
            + per(8, prices.seal_ten_thousand, 1e4);
        let messages =
            per(shape.emails, prices.email_thousand, 1e3) + f64::from(shape.sms_parts) * prices.sms_part;
        #[expect(clippy::cast_precision_loss, reason = "bytes of a study are far below 2^52")]
        let gigabytes = shape.bytes as f64 / 1e9;
        let derived = gigabytes * DERIVED_SHARE;
        let viewing = derived * prices.egress_gb + per(2 * shape.series, prices.s3_get_thousand, 1e3);
        let kept = |months: f64| {
            let archived = (months - MONTHS_UNTIL_ARCHIVE).max(0.0);
            gigabytes * ((months - archived) * prices.s3_gb_month + archived * prices.s3_archive_gb_month)
                + derived * months * prices.s3_gb_month
        };
        let first_year = kept(12.0);
        Self {
            delivery,
            messages,
            viewing,
            first_year,
            ten_years: kept(120.0),
            total_first_year: delivery + messages + f64::from(shape.viewings) * viewing + first_year,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_usual_study_asks_s3_more_than_twenty_times_beyond_its_files() {
        for shape in StudyShape::usual() {
            let calls = Calls::of(shape.files, shape.series).other_object_calls();
            assert!(calls <= 20, "{}: {calls}", shape.name);
        }
    }

    #[test]
    fn every_price_counts_once() {
        let shape = &StudyShape::usual()[1];
        let free = Prices {
            s3_gb_month: 0.0,
            s3_archive_gb_month: 0.0,
            s3_put_thousand: 0.0,
            s3_get_thousand: 0.0,
            table_write_million: 0.0,
            table_read_million: 0.0,
            function_gb_second: 0.0,
            function_call_million: 0.0,
            queue_call_million: 0.0,
            seal_ten_thousand: 0.0,
            egress_gb: 0.0,
            email_thousand: 0.0,
            sms_part: 0.0,
        };
        let total = |prices| Cost::of(shape, &prices).total_first_year;
        assert_eq!(total(free), 0.0);
        assert!((total(Prices { sms_part: 0.02, ..free }) - 0.02).abs() < 1e-12);
        assert!((total(Prices { egress_gb: 0.1, ..free }) - 0.015).abs() < 1e-12);
        // 0.3 GB for 3 months, and 0.15 GB derived for 12.
        assert!((total(Prices { s3_gb_month: 1.0, ..free }) - 2.7).abs() < 1e-9);
        assert!((total(Prices { s3_archive_gb_month: 1.0, ..free }) - 2.7).abs() < 1e-9);
    }

    #[test]
    fn a_price_list_may_name_some_prices_only() {
        let prices: Prices = serde_json::from_str(r#"{"sms_part":0.03}"#).unwrap();
        assert_eq!(prices, Prices { sms_part: 0.03, ..Prices::default() });
        assert!(serde_json::from_str::<Prices>(r#"{"sms":0.03}"#).is_err());
    }
}
