//! The network side of every server of the embedded profile: HTTP/1.1, with a limit on everything a client could hold.

mod crowd;
mod impatient;

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONNECTION};
use hyper::{
    body::{Body, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::EmbeddedError;

use crowd::{Crowd, Member, NoPlace, Places, Work};
use impatient::ImpatientWriter;

/// Limits for one client.
#[derive(Debug, Clone, Copy)]
pub struct ListenerLimits {
    /// Open connections. One more takes the place of an idle connection; if none is idle, it waits.
    pub connections_max: usize,
    /// Open connections from one address. One more takes the place of an idle one from there; if none is idle, it is
    /// closed, so that one address cannot take all places.
    pub connections_per_address_max: usize,
    /// From opening a connection to the end of the first header that is not refused.
    pub first_request_wait_max: Duration,
    /// Whether a connection may stay if it was only ever answered with refusals (401, 403).
    pub refused_may_stay: bool,
    /// From the first byte of a request to the end of its header, and between requests.
    pub header_wait_max: Duration,
    /// How long a client may read nothing of an answer that is ready for it.
    pub stalled_write_max: Duration,
    /// Size of the request line and headers together.
    pub header_bytes_max: usize,
    /// How long a shutdown waits for running requests.
    pub drain_max: Duration,
}

/// The other end of the connection. Every request carries it in its extensions.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub SocketAddr);

impl Default for ListenerLimits {
    fn default() -> Self {
        Self {
            connections_max: 2048,
            // A hospital uploads from one address, and its patients may share one.
            connections_per_address_max: 512,
            first_request_wait_max: Duration::from_secs(5),
            refused_may_stay: false,
            header_wait_max: Duration::from_secs(30),
            stalled_write_max: Duration::from_secs(60),
            header_bytes_max: 64 * 1024,
            drain_max: Duration::from_secs(10),
        }
    }
}

/// A listening server.
#[derive(Debug)]
pub struct HttpListener {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl HttpListener {
    /// Listens on the address and answers every request with the handler.
    ///
    /// # Errors
    /// [`EmbeddedError::Listen`].
    pub async fn open<H, F, B>(
        address: SocketAddr,
        limits: ListenerLimits,
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

    /// The same on an existing listener.
    ///
    /// # Errors
    /// [`EmbeddedError::Listen`].
    pub fn on<H, F, B>(
        listener: TcpListener,
        limits: ListenerLimits,
        handler: H,
    ) -> Result<Self, EmbeddedError>
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

    /// The URL it listens on.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops accepting, lets running requests end, and returns.
    pub async fn close(self) {
        // Fails only if the accept loop has already ended.
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn accept<H, F, B>(
    listener: TcpListener,
    limits: ListenerLimits,
    handler: H,
    mut stopped: watch::Receiver<bool>,
) where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let crowd = Crowd::default();
    // Every connection holds a sender: when the last sender is gone, all connections are closed.
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    loop {
        let (stream, member, peer) = tokio::select! {
            // Drop the returned guard before the next wait.
            () = async { drop(stopped.wait_for(|stop| *stop).await) } => break,
            next = next_connection(&listener, &crowd, limits) => match next {
                Some(next) => next,
                None => continue,
            },
        };
        let (stopped, open, handler) = (stopped.clone(), open.clone(), handler.clone());
        tokio::spawn(async move {
            let _open = open;
            serve(stream, peer, member, limits, handler, stopped).await;
        });
    }
    drop((listener, open));
    let _ = timeout(limits.drain_max, all_closed.recv()).await;
}

/// Waits for the next connection that has a place.
async fn next_connection(
    listener: &TcpListener,
    crowd: &Crowd,
    limits: ListenerLimits,
) -> Option<(TcpStream, Member, SocketAddr)> {
    let (stream, peer) = match listener.accept().await {
        Ok(accepted) => accepted,
        Err(error) => {
            // Out of file descriptors, or a connection that died in the backlog: continue, but do not spin.
            tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be accepted");
            sleep(Duration::from_millis(50)).await;
            return None;
        }
    };
    let places =
        Places { all_max: limits.connections_max, per_address_max: limits.connections_per_address_max };
    loop {
        match crowd.admit(peer.ip(), places) {
            Ok(member) => return Some((stream, member, peer)),
            Err(NoPlace::OfAddress) => return None,
            Err(NoPlace::AtAll) => crowd.changed().await,
        }
    }
}

/// One connection, from its opening to its end.
async fn serve<H, F, B>(
    stream: TcpStream,
    peer: SocketAddr,
    member: Member,
    limits: ListenerLimits,
    handler: H,
    mut stopped: watch::Receiver<bool>,
) where
    H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Small answers must not wait for the acknowledgement of the previous one (Nagle).
    let _ = stream.set_nodelay(true);
    let asking = member.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(PeerAddress(peer));
        let (work, answer) = (asking.work(), handler(request));
        async move { Ok::<_, Infallible>(Answered::of(answer.await, work, limits)) }
    });
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_wait_max)
        .max_buf_size(limits.header_bytes_max);
    let io = TokioIo::new(ImpatientWriter::new(stream, limits.stalled_write_max));
    // One that becomes a WebSocket leaves here: whoever answered the request keeps it.
    let mut connection = pin!(server.serve_connection(io, service).with_upgrades());
    let mut patience = pin!(sleep(limits.first_request_wait_max));
    let (mut is_patient, mut is_leaving) = (true, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                // A client that breaks off is not our problem.
                if let Err(error) = ended {
                    tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended early");
                }
                return;
            }
            () = patience.as_mut(), if is_patient => {
                is_patient = false;
                if member.is_stranger() {
                    return;
                }
            }
            () = leave(&member, &mut stopped), if !is_leaving => {
                is_leaving = true;
                if member.is_stranger() {
                    return;
                }
                // Finish the answers that are under way.
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Waits until somebody else needs the place, or the listener closes.
async fn leave(member: &Member, stopped: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = member.asked_to_leave() => {}
        () = async { drop(stopped.wait_for(|stop| *stop).await) } => {}
    }
}

/// An answer under way. Until it ends, its connection counts as busy.
struct Answered<B> {
    body: Pin<Box<B>>,
    _work: Work,
}

impl<B> Answered<B> {
    fn of(answer: Response<B>, mut work: Work, limits: ListenerLimits) -> Response<Self> {
        let is_refused = matches!(answer.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if !is_refused || limits.refused_may_stay {
            work.welcome();
        }
        let ends = work.is_of_stranger();
        let mut answer = answer.map(|body| Self { body: Box::pin(body), _work: work });
        if ends {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }
}

impl<B: Body> Body for Answered<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.body.as_mut().poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
