//! Lambda function ingest-study.
