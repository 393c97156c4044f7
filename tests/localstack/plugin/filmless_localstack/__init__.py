"""What LocalStack lacks without Docker: functions as processes, and DynamoDB Local from a folder of ours."""
