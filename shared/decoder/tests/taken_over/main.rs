//! A decoder that was taken over: it does whatever a file tells it to. For `takeover.rs`; no part of the product.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use filmless_decoder::{Sink, serve_with};
use filmless_delivery::render::no_picture;

fn main() -> ExitCode {
    serve_with(|file, _, _, sink| misbehave(file, sink))
}

/// What a file can make the child do.
fn misbehave(file: &[u8], sink: &mut Sink<'_>) {
    let mut say = |word: &str| sink(no_picture(word));
    match file {
        b"reach" => {
            for (name, reached) in attempts() {
                let _ = say(&format!("{name}: {}", if reached { "reached" } else { "refused" }));
            }
        }
        b"who" => {
            let _ = say(&std::process::id().to_string());
        }
        b"spin" => loop {
            std::hint::spin_loop();
        },
        b"drip" => {
            while say("a part").is_continue() {
                let start = Instant::now();
                while start.elapsed() < Duration::from_millis(50) {}
            }
        }
        b"memory" => {
            let mut all: Vec<u8> = Vec::new();
            let _ = say(if all.try_reserve_exact(8 << 30).is_ok() { "reserved" } else { "refused" });
        }
        b"threads" => {
            let sum: usize = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || n)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            let _ = say(&sum.to_string());
        }
        b"noise" => {
            let _ = File::create("/dev/stdout");
            let _ = io::stderr().write_all(&[b'x'; 100_000]);
            std::process::abort();
        }
        _ => {}
    }
}

/// What somebody would try who wants another patient's data, or to get out.
fn attempts() -> Vec<(&'static str, bool)> {
    let parent = std::os::unix::process::parent_id();
    vec![
        ("read a file", File::open("/etc/passwd").is_ok()),
        ("list a folder", fs::read_dir("/").is_ok()),
        ("read the parent's environment", File::open(format!("/proc/{parent}/environ")).is_ok()),
        ("read the parent's memory", File::open(format!("/proc/{parent}/mem")).is_ok()),
        ("reopen a pipe", File::open("/proc/self/fd/0").is_ok()),
        ("look at a file", fs::metadata("/etc/passwd").is_ok()),
        ("write a file", fs::write(std::env::temp_dir().join("taken-over"), b"x").is_ok()),
        (
            "delete a file",
            fs::remove_file("/tmp/nothing").err().is_none_or(|e| e.kind() == io::ErrorKind::NotFound),
        ),
        ("listen", TcpListener::bind("127.0.0.1:0").is_ok()),
        (
            "call",
            TcpStream::connect("127.0.0.1:9")
                .err()
                .is_none_or(|e| e.kind() == io::ErrorKind::ConnectionRefused),
        ),
        ("send a datagram", UdpSocket::bind("127.0.0.1:0").is_ok()),
        (
            "local socket",
            UnixListener::bind("/tmp/taken-over.sock").is_ok() || UnixDatagram::unbound().is_ok(),
        ),
        ("start a process", Command::new("/bin/true").status().is_ok()),
        ("raise a limit", rlimit::Resource::NOFILE.set(64, 64).is_ok()),
        ("copy a pipe", io::stdin().as_fd().try_clone_to_owned().is_ok()),
        ("see the environment", std::env::vars().next().is_some()),
    ]
}
