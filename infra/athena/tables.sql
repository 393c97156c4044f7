-- Tables of the usage exports for Athena. Run once per account, one statement after the other, after replacing
-- ${usage_bucket} by the name of the usage bucket. No crawler and no MSCK REPAIR: partitions follow from their names.

CREATE DATABASE IF NOT EXISTS filmless;

CREATE EXTERNAL TABLE IF NOT EXISTS filmless.usage_events (
    sequence bigint,
    id string,
    schema int,
    written_at timestamp,
    kind string,
    study_instance_uid string,
    accession_number string,
    episode string,
    department string,
    visit_class string,
    payer string,
    modality string,
    service_code string,
    price_variant string,
    unit_price_vnd bigint,
    quantity bigint,
    unit string,
    channel string,
    link_version int,
    storage_class string,
    reason string,
    corrects string,
    concerns string
)
PARTITIONED BY (month string, day string)
STORED AS PARQUET
LOCATION 's3://${usage_bucket}/exports/events/'
TBLPROPERTIES (
    'projection.enabled' = 'true',
    'projection.month.type' = 'date',
    'projection.month.format' = 'yyyy-MM',
    'projection.month.range' = '2026-01,NOW+1MONTHS',
    'projection.month.interval' = '1',
    'projection.month.interval.unit' = 'MONTHS',
    'projection.day.type' = 'date',
    'projection.day.format' = 'yyyy-MM-dd',
    'projection.day.range' = '2026-01-01,NOW+1DAYS',
    'projection.day.interval' = '1',
    'projection.day.interval.unit' = 'DAYS',
    'storage.location.template' = 's3://${usage_bucket}/exports/events/month=${month}/day=${day}/'
);

CREATE EXTERNAL TABLE IF NOT EXISTS filmless.usage_prices_text (
    item string,
    modality string,
    valid_from string,
    price_vnd string,
    per string,
    unit string,
    note string
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://${usage_bucket}/prices/'
TBLPROPERTIES ('skip.header.line.count' = '1');

CREATE OR REPLACE VIEW filmless.usage_prices AS
SELECT item, modality, valid_from, CAST(price_vnd AS bigint) AS price_vnd, CAST(per AS bigint) AS per
FROM filmless.usage_prices_text;
