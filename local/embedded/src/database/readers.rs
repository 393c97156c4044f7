use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::database::error::DatabaseError;

/// Number of connections that can read at the same time.
pub(super) const COUNT: usize = 4;

#[derive(Debug)]
pub(super) struct Readers {
    free: Arc<Semaphore>,
    connections: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        Self {
            free: Arc::new(Semaphore::new(connections.len())),
            connections: Arc::new(Mutex::new(connections)),
        }
    }

    pub(super) async fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| DatabaseError::Closed)?;
        let connections = Arc::clone(&self.connections);
        // The permit moves into the work: if the caller goes away, a connection still in use must not count as free.
        let work = move || {
            let _permit = permit;
            let taken = connections.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = taken.ok_or(DatabaseError::Closed)?;
            let outcome = job(&connection);
            connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            outcome
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(DatabaseError::Closed.into()))
    }
}
