//! Lambda function send-notice.
