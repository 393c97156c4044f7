//! S3, DynamoDB and durable queues in one process and one folder.
