//! How every server of the embedded profile meets the network: HTTP/1.1 with a limit on everything a client could hold on to.

use std::{
    collections::HashMap,
    convert::Infallible,
    fmt,
    future::Future,
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use hyper::{
    body::{Body, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinHandle,
    time::{Instant, Sleep, sleep, timeout},
};

use crate::EmbeddedError;

/// What one client may take.
#[derive(Debug, Clone, Copy)]
pub struct DoorLimits {
    /// Open connections; further ones wait to be accepted.
    pub connections_max: usize,
    /// Open connections of one address; further ones are closed at once, so that nobody takes all places alone.
    pub connections_per_address_max: usize,
    /// From the first byte of a request to the end of its header, and between requests.
    pub header_wait_max: Duration,
    /// How long a client may take none of an answer that is waiting for it.
    pub stalled_write_max: Duration,
    /// Request line and headers together.
    pub header_bytes_max: usize,
    /// How long a shutdown waits for requests that are being worked on.
    pub drain_max: Duration,
}

/// Who asks: the other end of the connection. Every request has it among its extensions.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub SocketAddr);

impl Default for DoorLimits {
    fn default() -> Self {
        Self {
            connections_max: 512,
            // Hospitals upload from one address.
            connections_per_address_max: 512,
            header_wait_max: Duration::from_secs(30),
            stalled_write_max: Duration::from_secs(60),
            header_bytes_max: 64 * 1024,
            drain_max: Duration::from_secs(10),
        }
    }
}

/// A listening server.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Door {
    /// Listens on the address and answers every request with the handler.
    ///
    /// # Errors
    /// [`EmbeddedError::Listen`].
    pub async fn open<H, F, B>(
        address: SocketAddr,
        limits: DoorLimits,
        handler: H,
    ) -> Result<Self, EmbeddedError>
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let cannot_listen = |source| EmbeddedError::Listen { address, source };
        Self::on(TcpListener::bind(address).await.map_err(cannot_listen)?, limits, handler)
    }

    /// The same on a listener that is there already.
    ///
    /// # Errors
    /// [`EmbeddedError::Listen`].
    pub fn on<H, F, B>(listener: TcpListener, limits: DoorLimits, handler: H) -> Result<Self, EmbeddedError>
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let unbound = SocketAddr::from(([0, 0, 0, 0], 0));
        let address =
            listener.local_addr().map_err(|source| EmbeddedError::Listen { address: unbound, source })?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(accept(listener, limits, handler, stopped));
        Ok(Self { address, stop, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops accepting, lets running requests end, and returns.
    pub async fn close(self) {
        // Fails only when the accept loop has already ended.
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn accept<H, F, B>(
    listener: TcpListener,
    limits: DoorLimits,
    handler: H,
    mut stopped: watch::Receiver<bool>,
) where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let crowd = Crowd::default();
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_wait_max)
        .max_buf_size(limits.header_bytes_max);
    loop {
        let (stream, peer, place) = tokio::select! {
            // The guard that comes back must not be held over the next wait.
            () = async { drop(stopped.wait_for(|stop| *stop).await) } => break,
            next = next_connection(&listener, &places) => match next {
                Ok(next) => next,
                Err(error) => {
                    // Out of file descriptors, or a connection that died in the backlog: go on, but not in a spin.
                    tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be accepted");
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let Some(member) = crowd.admit(peer.ip(), limits.connections_per_address_max) else { continue };
        // Small answers must not wait for the acknowledgement of the one before (Nagle).
        let _ = stream.set_nodelay(true);
        let handler = handler.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(PeerAddress(peer));
            let answer = handler(request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let io = TokioIo::new(ImpatientWriter::new(stream, limits.stalled_write_max));
        let connection = graceful.watch(server.serve_connection(io, service));
        tokio::spawn(async move {
            let _held = (place, member);
            // A client that breaks off is its own business.
            if let Err(error) = connection.await {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended early");
            }
        });
    }
    drop(listener);
    let _ = timeout(limits.drain_max, graceful.shutdown()).await;
}

async fn next_connection(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

/// How many connections each address has open; an IPv6 visitor owns a whole /64.
#[derive(Clone, Default)]
struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of an address; counted until it is dropped.
struct Member {
    crowd: Crowd,
    address: IpAddr,
}

impl Crowd {
    fn admit(&self, address: IpAddr, connections_max: usize) -> Option<Member> {
        let address = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
            v4 => v4,
        };
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= connections_max {
            return None;
        }
        *count += 1;
        Some(Member { crowd: self.clone(), address })
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut open = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// A stream that gives up on a peer that takes nothing for too long.
struct ImpatientWriter {
    stream: TcpStream,
    patience: Duration,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl ImpatientWriter {
    fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, deadline: None }
    }

    /// Passes the outcome of a write on, and turns a wait that is too long into an error.
    fn judge<T>(&mut self, outcome: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.deadline = None;
            return outcome;
        }
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + self.patience)));
        match pin!(deadline).poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl fmt::Debug for ImpatientWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImpatientWriter").finish_non_exhaustive()
    }
}

impl AsyncRead for ImpatientWriter {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for ImpatientWriter {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.judge(outcome, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.judge(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
