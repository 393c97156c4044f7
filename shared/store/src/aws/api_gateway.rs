use async_trait::async_trait;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::sync::watch;

use super::port_error;
use crate::port::{PortError, Room};

/// How many connections get a frame at a time: a room has a few dozen.
const POSTS_AT_ONCE: usize = 16;

/// The code of a connection that is closed.
const GONE: &str = "GoneException";

/// Connections that API Gateway keeps open: a WebSocket API.
#[derive(Debug, Clone)]
pub struct ApiGatewayRoom {
    client: Client,
}

impl ApiGatewayRoom {
    /// The connections of the API that this client speaks to.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Whether the connection is gone.
    async fn post(&self, connection: &str, frame: &Bytes) -> Result<bool, PortError> {
        let request = self.client.post_to_connection().connection_id(connection);
        match request.data(Blob::new(frame.to_vec())).send().await {
            Ok(_) => Ok(false),
            Err(error) if is_gone(&error) => Ok(true),
            Err(error) => Err(port_error("PostToConnection")(error)),
        }
    }
}

#[async_trait]
impl Room for ApiGatewayRoom {
    fn join(&self, _: &str) -> Option<watch::Receiver<()>> {
        None
    }

    fn wake(&self, _: &str) {}

    async fn send(&self, connections: &[String], frame: &Bytes) -> Result<Vec<String>, PortError> {
        let posts = stream::iter(connections.to_vec())
            .map(|connection| async move {
                let posted = self.post(&connection, frame).await;
                (connection, posted)
            })
            .buffer_unordered(POSTS_AT_ONCE);
        // One that fails keeps the frame from none of the others.
        let (mut gone, mut failed) = (Vec::new(), None);
        for (connection, posted) in posts.collect::<Vec<_>>().await {
            match posted {
                Ok(true) => gone.push(connection),
                Ok(false) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(gone), Err)
    }

    async fn gone(&self, connections: &[String]) -> Result<Vec<String>, PortError> {
        let mut gone = Vec::new();
        for connection in connections {
            match self.client.get_connection().connection_id(connection).send().await {
                Ok(_) => {}
                Err(error) if is_gone(&error) => gone.push(connection.clone()),
                Err(error) => return Err(port_error("GetConnection")(error)),
            }
        }
        Ok(gone)
    }

    async fn leave(&self, connection: &str) -> Result<(), PortError> {
        match self.client.delete_connection().connection_id(connection).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(port_error("DeleteConnection")(error)),
        }
    }
}

fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some(GONE)
}
