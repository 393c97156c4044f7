//! Lambda function render-series.
