//! How many connections each address has. One that has as many as it may gets no more: a pod that keeps them takes nobody else's.

use std::{
    collections::BTreeMap,
    future::{Ready, ready},
    io::{self, IoSlice},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum_server::accept::Accept;
use prometheus_client::metrics::counter::Counter;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// How many connections an address may have at once. An API server works on some hundreds of writes at a time, and asks about each on a connection
/// of its own; as many as this hold some 70 MiB where somebody leaves half a request on each.
pub const MOST: usize = 1000;

/// Takes connections, and counts them by the address that they come from.
#[derive(Clone, Debug)]
pub struct Connections {
    most: usize,
    refused: Counter,
    held: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

impl Connections {
    /// At most so many of each address. Those on top are closed before a word is exchanged, and counted in `refused`.
    pub fn new(most: usize, refused: Counter) -> Self {
        Self {
            most,
            refused,
            held: Arc::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place among those of an address, if one is left.
    fn take(&self, address: IpAddr) -> Option<Place> {
        let mut held = self.held();
        let count = held.get(&address).copied().unwrap_or(0);
        if count >= self.most {
            self.refused.inc();
            return None;
        }
        held.insert(address, count + 1);
        Some(Place {
            connections: self.clone(),
            address,
        })
    }
}

/// A place that is given back.
#[derive(Debug)]
struct Place {
    connections: Connections,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.connections.held();
        let left = held
            .get(&self.address)
            .map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            held.remove(&self.address);
        } else {
            held.insert(self.address, left);
        }
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Counted;
    type Service = S;
    type Future = Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = stream.peer_addr().and_then(|peer| {
            self.take(peer.ip().to_canonical())
                .ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
        });
        ready(place.map(|place| {
            let counted = Counted {
                stream,
                _place: place,
            };
            (counted, service)
        }))
    }
}

/// A connection that has its place for as long as it is there.
#[derive(Debug)]
pub struct Counted {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
