//! Connections: how many there are at a time, and how long each may keep silent.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{Service, http};

/// The address that a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Answers connections until `stop`, then lets those that are being answered end.
pub(super) async fn accept(
    listener: TcpListener,
    service: Arc<Service>,
    stop: impl Future<Output = ()>,
) {
    let app = Router::new().fallback(http::answer).with_state(service);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (closing, closed) = watch::channel(());
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        match (place, accepted) {
            (Ok(place), Ok((stream, peer))) => {
                let app = app.clone().layer(Extension(Peer(peer.ip().to_canonical())));
                tokio::spawn(serve(stream, app, closed.clone(), place));
            }
            // No descriptor is free, or the peer is gone already: others are served meanwhile.
            _ => tokio::time::sleep(AFTER_FAILURE).await,
        }
    }
    drop((listener, closing));
    let all = u32::try_from(MAX_CONNECTIONS).unwrap_or(u32::MAX);
    // Who has not ended by then is cut off.
    let _ = tokio::time::timeout(LAST_ANSWERS, places.acquire_many(all)).await;
}

async fn serve(
    stream: TcpStream,
    app: Router,
    mut closed: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
) {
    // An answer is one write: nothing is to be waited for.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_LEN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut connection = std::pin::pin!(connection);
    // How a connection breaks off is its client's business.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = closed.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Each holds a body at most, and a few kilobytes: 40 MiB for all.
const MAX_CONNECTIONS: usize = 256;

/// From the end of an answer to the end of the next request's header: who sends it byte by byte,
/// or nothing, gives his place to another.
const HEADER: Duration = Duration::from_secs(15);

/// Clients of AWS send about fifteen.
const MAX_HEADERS: usize = 64;

/// In bytes. Clients of AWS need about one kilobyte; the library takes no less than eight.
const MAX_HEADER_LEN: usize = 32 * 1024;

/// Pauses where accepting fails, lest it fail in a circle.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// For the answers that are under way when the service is stopped.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
