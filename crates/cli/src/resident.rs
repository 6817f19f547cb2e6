//! How much memory this process has had.

/// The most memory this process ever had in RAM, in bytes, where the system says so (Linux).
pub fn peak_resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    kibibytes(&status).map(|kibibytes| kibibytes << 10)
}

/// The high-water mark in a process's status file.
fn kibibytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_and_nothing_else() {
        for (status, expected) in [
            ("VmPeak:\t  9 kB\nVmHWM:\t  1234 kB\nVmRSS:\t 7 kB\n", Some(1234)),
            ("VmRSS:\t 7 kB\n", None),
            ("VmHWM:\t 7 MB\n", None),
            ("VmHWM:\t many kB\n", None),
            ("", None),
        ] {
            assert_eq!(kibibytes(status), expected, "{status:?}");
        }
    }
}
