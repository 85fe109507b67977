//! Servers as processes of their own, and what they use of the machine, as Linux counts it.

use crate::failure::Failure;
use std::{
    collections::HashMap,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A server that ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens on 127.0.0.1.
    pub(crate) port: u16,
}

impl Server {
    /// Starts a program that serves on the port, without waiting for it.
    pub(crate) fn spawn(command: &mut Command, port: u16) -> Result<Self, Failure> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        Ok(Self { child, port })
    }

    /// Waits until the port is open.
    pub(crate) async fn ready(mut self) -> Result<Self, Failure> {
        let started = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(Failure::Server(format!("it ended with {status}")));
            }
            if started.elapsed() > Duration::from_secs(120) {
                return Err(Failure::Server("it did not listen within two minutes".to_owned()));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(self)
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> Result<u16, Failure> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// CPU time of each thread of some processes, in nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct Cpu(HashMap<(u32, u32), u64>);

impl Cpu {
    /// What they have used until now.
    pub(crate) fn of(processes: &[u32]) -> Result<Self, Failure> {
        let mut threads = HashMap::new();
        for process in processes {
            for entry in std::fs::read_dir(format!("/proc/{process}/task"))? {
                let entry = entry?;
                let thread: u32 = entry.file_name().to_string_lossy().parse().unwrap_or(0);
                // A thread may end between the two looks.
                let Ok(line) = std::fs::read_to_string(entry.path().join("schedstat")) else { continue };
                let on_cpu = line.split_whitespace().next().and_then(|field| field.parse().ok());
                threads.insert((*process, thread), on_cpu.unwrap_or(0));
            }
        }
        Ok(Self(threads))
    }

    /// Nanoseconds since an earlier look.
    pub(crate) fn since(&self, earlier: &Self) -> u64 {
        self.0.iter().map(|(thread, now)| now.saturating_sub(earlier.0.get(thread).copied().unwrap_or(0))).sum()
    }
}

/// A value in KiB of `/proc/PID/status`, such as `VmHWM`.
fn memory(process: u32, name: &str) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    Ok(line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0))
}

/// Memory that a process holds now, in KiB.
pub(crate) fn resident(process: u32) -> Result<u64, Failure> {
    memory(process, "VmRSS")
}

/// The most memory that a process held since [`forget_peak`], in KiB.
pub(crate) fn peak(process: u32) -> Result<u64, Failure> {
    memory(process, "VmHWM")
}

/// Begins the search for the peak anew (proc(5), `clear_refs`).
pub(crate) fn forget_peak(process: u32) -> Result<(), Failure> {
    Ok(std::fs::write(format!("/proc/{process}/clear_refs"), "5")?)
}

/// Runs a program to its end; what it prints is shown when it fails.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| Failure::Program { program: program.clone(), output: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::Program { program, output: String::from_utf8_lossy(&output.stderr).into_owned() })
}
