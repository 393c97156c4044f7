//! A decoder that was taken over: does whatever a file tells it to. For `takeover.rs`; not part of the product.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use filmless_decoder::{Sink, serve_with};
use filmless_imaging::{RenderedPart, run_job};

fn main() -> ExitCode {
    serve_with(|file, limits, job, sink| {
        let order = file.range(0..file.total().min(64)).expect("the first bytes are here");
        misbehave(&order, sink);
        // Anything else is a file, and this is a decoder like any other.
        if order.len() == 64 {
            let _ = run_job(file, limits, job, sink);
        }
    })
}

/// What a file can make the child do.
fn misbehave(order: &[u8], sink: &mut Sink<'_>) {
    let mut say = |word: &str| sink(RenderedPart::NoPicture { code: word.to_owned() });
    match order {
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
        b"pour" => {
            for part in 0..100 {
                let _ = say(&part.to_string());
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
        b"wants the end" => want(0, 1 << 40),
        b"wants behind" => want(13, 1),
        b"wants round" => want(u64::MAX, 2),
        b"noise" => {
            let _ = File::create("/dev/stdout");
            let _ = io::stderr().write_all(&[b'x'; 100_000]);
            std::process::abort();
        }
        _ => {}
    }
}

/// Requests bytes from the parent, beyond the decoder's own checks, and waits for them.
fn want(start: u64, length: u64) {
    let mut message = vec![0x81, 0xA4];
    message.extend(b"Want\x82\xA5start\xCF");
    message.extend(start.to_be_bytes());
    message.extend(b"\xA6length\xCF");
    message.extend(length.to_be_bytes());
    let mut out = io::stdout();
    out.write_all(&(message.len() as u64).to_le_bytes()).unwrap();
    out.write_all(&message).unwrap();
    out.flush().unwrap();
    let mut answer = [0; 9];
    let _ = io::stdin().read_exact(&mut answer);
    // Only an answered child gets here; it ends by a timeout instead.
    std::thread::sleep(Duration::from_secs(60));
}

/// What an attacker would try to get another patient's data, or to break out.
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
