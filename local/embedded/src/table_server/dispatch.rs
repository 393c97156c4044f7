//! Maps the name of an operation to the engine's method.

use dynoxide::{Database, DynoxideError};
use http::{HeaderMap, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use super::answer::Refusal;

const TARGET_PREFIX: &str = "DynamoDB_20120810.";

type Run = fn(&Database, &str) -> dynoxide::Result<String>;

/// The supported operations, each with the engine's method.
macro_rules! operations {
    ($($name:literal => $method:ident,)*) => {
        const OPERATIONS: &[(&str, Run)] = &[
            $(($name, |database, body| to_json(&database.$method(from_json(body)?)?)),)*
        ];
    };
}

operations! {
    "BatchGetItem" => batch_get_item,
    "BatchWriteItem" => batch_write_item,
    "CreateTable" => create_table,
    "DeleteItem" => delete_item,
    "DeleteTable" => delete_table,
    "DescribeTable" => describe_table,
    "DescribeTimeToLive" => describe_time_to_live,
    "GetItem" => get_item,
    "ListTables" => list_tables,
    "PutItem" => put_item,
    "Query" => query,
    "Scan" => scan,
    "TransactGetItems" => transact_get_items,
    "TransactWriteItems" => transact_write_items,
    "UpdateItem" => update_item,
    "UpdateTable" => update_table,
    "UpdateTimeToLive" => update_time_to_live,
}

/// The requested operation.
pub(super) fn operation(headers: &HeaderMap) -> Result<Run, Refusal> {
    headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok()?.strip_prefix(TARGET_PREFIX))
        .and_then(|wanted| OPERATIONS.iter().find(|(name, _)| *name == wanted))
        .map(|(_, run)| *run)
        .ok_or_else(Refusal::unknown_operation)
}

/// Runs the operation; blocks for as long as the engine does.
pub(super) fn run(database: &Database, operation: Run, body: &str) -> Result<String, Refusal> {
    operation(database, body).map_err(|error| Refusal {
        status: StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST),
        body: error.to_json(),
    })
}

/// Parses the request. The engine's types mark the messages that DynamoDB reports as validation errors.
fn from_json<T: DeserializeOwned>(body: &str) -> dynoxide::Result<T> {
    const VALIDATION_MARKS: [&str; 3] = ["VALIDATION_AS_READ:", "VALIDATION_REQUEST:", "VALIDATION:"];
    serde_json::from_str(body).map_err(|error| {
        let message = error.to_string();
        let plain = message.rsplit_once(" at line ").map_or(message.as_str(), |(plain, _)| plain);
        let marked = VALIDATION_MARKS.iter().find_map(|mark| plain.strip_prefix(mark));
        match marked {
            Some(validation) => DynoxideError::ValidationException(validation.to_owned()),
            None if error.is_data() => DynoxideError::ValidationException(plain.to_owned()),
            None => DynoxideError::SerializationException(String::new()),
        }
    })
}

fn to_json(response: &impl Serialize) -> dynoxide::Result<String> {
    serde_json::to_string(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
