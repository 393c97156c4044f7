//! Lambda function release-study.
