//! Requests as an attacker writes them: byte by byte, and from any address of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::system::System;

/// Longer than any limit of the server.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address of an ordinary visitor.
pub const HOME: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Another address of this machine, which stands for another visitor.
pub fn stranger(number: u32) -> Ipv4Addr {
    let [_, _, high, low] = number.to_be_bytes();
    Ipv4Addr::new(127, 9, high, low)
}

/// A request being built.
#[derive(Clone)]
pub struct Ask {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub source: Ipv4Addr,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Ask {
    pub fn new(method: &str, target: &str) -> Self {
        let (method, target) = (method.to_owned(), target.to_owned());
        Self { method, target, headers: Vec::new(), body: Vec::new(), source: HOME }
    }

    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A form post from a browser without Fetch Metadata.
    pub fn post(target: &str, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { body: body.into_bytes(), ..Self::new("POST", target) }
            .header("content-type", "application/x-www-form-urlencoded")
    }

    /// What a script of ours posts.
    pub fn json(target: &str, body: &serde_json::Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { body, ..Self::new("POST", target) }.header("content-type", "application/json")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    pub fn from(self, source: Ipv4Addr) -> Self {
        Self { source, ..self }
    }

    pub fn bytes(&self, host: &str) -> Vec<u8> {
        let has = |name: &str| self.headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name));
        let mut head = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", self.method, self.target);
        if !has("host") {
            head.push_str(&format!("host: {host}\r\n"));
        }
        if self.method != "GET" && !has("content-length") && !has("transfer-encoding") {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }

    pub async fn send(&self, system: &System) -> Answer {
        let address = address_of(system);
        let bytes = self.bytes(&address.to_string());
        let answer = exchange(address, self.source, &bytes).await;
        Answer::parse(&answer).unwrap_or_else(|| panic!("{} {}: no answer", self.method, self.target))
    }
}

impl Answer {
    /// The first answer on a connection; `None` if it was closed without one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let pair = |line: &str| line.split_once(": ").map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()));
        let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
        Some(Self { status, headers: lines.filter_map(pair).collect(), body })
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(header, _)| header == name).map_or("", |(_, value)| value)
    }

    /// The cookie it sets, ready to send back.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// The answer without these words of the request, to compare two answers in full.
    pub fn without(&self, words: &[&str]) -> Self {
        let mut answer = self.clone();
        answer.headers.retain(|(name, _)| name != "date");
        for word in words {
            answer.body = answer.body.replace(word, "");
        }
        answer
    }
}

pub fn address_of(system: &System) -> SocketAddr {
    system.text("portal").trim_start_matches("http://").parse().unwrap()
}

pub async fn connect(address: SocketAddr, source: Ipv4Addr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((source, 0))).unwrap();
    socket.connect(address).await.unwrap()
}

/// Writes the bytes and reads until the server closes. A refusing server may close before it has read everything.
pub async fn exchange(address: SocketAddr, source: Ipv4Addr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address, source).await;
    let _ = stream.write_all(bytes).await;
    until_closed(&mut stream).await
}

pub async fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        match tokio::time::timeout(PATIENCE, stream.read(&mut buffer))
            .await
            .expect("the server waits for ever")
        {
            Ok(0) | Err(_) => return answer,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
        }
    }
}
