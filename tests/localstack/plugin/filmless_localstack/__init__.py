"""What LocalStack lacks without Docker: functions as processes, and DynamoDB Local from one of our folders."""
