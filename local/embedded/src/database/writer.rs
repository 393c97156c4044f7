use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::database::error::DatabaseError;

/// Most jobs in one transaction, so that the first does not wait for too many others.
const GROUP_MAX: usize = 256;

/// Tells the waiting caller how its job ended, after the transaction has ended.
type Announce = Box<dyn FnOnce(Result<(), DatabaseError>) + Send>;
/// Runs inside the transaction, or is told that there is none.
type Job = Box<dyn FnOnce(Result<&Connection, DatabaseError>) -> Announce + Send>;

#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (jobs, inbox) = mpsc::channel();
        let thread = thread::spawn(move || run(&connection, &inbox));
        Self { jobs: Some(jobs), thread: Mutex::new(Some(thread)) }
    }

    pub(super) fn submit<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let outcome = connection.map_err(E::from).and_then(|c| in_savepoint(c, job));
            Box::new(move |committed| {
                // The caller may have gone away; the work is done anyway.
                let _ = answer.send(committed.map_err(E::from).and(outcome));
            })
        });
        if let Some(jobs) = &self.jobs {
            // Fails only if the thread is gone; the receiver then reports `Closed`.
            let _ = jobs.send(job);
        }
        receiver
    }
}

impl Drop for Writer {
    /// Waits until every queued job is on the disk.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            // The last handle may have been inside a job: a thread cannot wait for itself.
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, inbox: &Receiver<Job>) {
    while let Ok(first) = inbox.recv() {
        let begun = connection.execute_batch("BEGIN IMMEDIATE").map_err(DatabaseError::from);
        let mut group = vec![run_job(connection, &begun, first)];
        while group.len() < GROUP_MAX
            && let Ok(job) = inbox.try_recv()
        {
            group.push(run_job(connection, &begun, job));
        }
        let committed = begun.and_then(|()| connection.execute_batch("COMMIT").map_err(DatabaseError::from));
        if committed.is_err() && !connection.is_autocommit() {
            // A failed COMMIT leaves the transaction open; none of its jobs was announced.
            let _ = connection.execute_batch("ROLLBACK");
        }
        for announce in group {
            announce(committed.clone());
        }
    }
}

fn run_job(connection: &Connection, begun: &Result<(), DatabaseError>, job: Job) -> Announce {
    job(begun.clone().map(|()| connection))
}

fn in_savepoint<T, E: From<DatabaseError>>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let execute = |sql| -> Result<(), DatabaseError> {
        connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    };
    execute("SAVEPOINT job")?;
    match job(connection) {
        Ok(value) => {
            execute("RELEASE job")?;
            Ok(value)
        }
        Err(error) => {
            execute("ROLLBACK TO job")?;
            execute("RELEASE job")?;
            Err(error)
        }
    }
}
