//! What can go wrong with a GPU.

use super::layout::LayoutError;

/// Why a GPU cannot be had, or can be used no longer. Whoever gets one of these from a device that worked before has to
/// open it anew, or take the CPU.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// There is no adapter, or none of that name.
    #[error("no GPU adapter{}; {}", asked(wanted), there_are(found))]
    NoAdapter {
        /// The name asked for.
        wanted: Option<String>,
        /// The adapters there are.
        found: Vec<String>,
    },
    /// The adapter is a program on the CPU, and another was asked for.
    #[error("the GPU adapter {name:?} is a program on the CPU")]
    SoftwareAdapter {
        /// Its name, or its driver's.
        name: String,
    },
    /// The adapter does not promise what WebGPU promises.
    #[error("the GPU adapter's limit {limit} is {found}, and must be {needed}")]
    Limits {
        /// The limit, as WebGPU calls it, in snake case.
        limit: String,
        /// What is needed.
        needed: u64,
        /// What the adapter has.
        found: u64,
    },
    /// The adapter hands out no device.
    #[error("the GPU adapter refused a device: {cause}")]
    DeviceRefused {
        /// What the system said.
        cause: String,
    },
    /// The memory was refused.
    #[error("no memory on the GPU: {} MiB are needed", bytes.div_ceil(1 << 20))]
    OutOfMemory {
        /// Bytes that all buffers need.
        bytes: u64,
    },
    /// The implementation calls a shader or a command wrong: a mistake of this program, or of a driver.
    #[error("the GPU refused {what}: {cause}")]
    Validation {
        /// What was refused.
        what: String,
        /// What the system said.
        cause: String,
    },
    /// The device is gone: the driver was reset, the adapter taken away, or a watchdog ran out.
    #[error("the GPU was lost: {cause}")]
    DeviceLost {
        /// What the system said.
        cause: String,
    },
    /// A nonce with known solutions gave others.
    #[error("the GPU computes wrongly: a nonce with {expected} solutions gave {found}")]
    SelfTest {
        /// Solutions the nonce has.
        expected: usize,
        /// Valid solutions that came back.
        found: usize,
    },
    /// The verifier refused a solution.
    #[error("the GPU computes wrongly: the verifier refused a solution ({reason})")]
    WrongAnswer {
        /// The verifier's reason.
        reason: String,
    },
    /// Header and nonce have a length that the shaders are not for.
    #[error("header and nonce are {bytes} bytes, and the GPU takes multiples of four")]
    InputLength {
        /// Bytes of both.
        bytes: usize,
    },
    /// The shaders are for inputs of another length.
    #[error("header and nonce are {bytes} bytes, for which the shaders were not prepared")]
    NotPrepared {
        /// Bytes of both.
        bytes: usize,
    },
    /// A batch with too many nonces, or none.
    #[error("a batch of {nonces} nonces: this device takes 1 to {limit}")]
    BatchSize {
        /// Nonces given.
        nonces: usize,
        /// The most it takes.
        limit: u32,
    },
    /// As many batches as may be are in flight.
    #[error("{limit} batches are in flight already: take their outcomes first")]
    Busy {
        /// Batches in flight.
        limit: usize,
    },
    /// The batch was given up before all of it was with the device.
    #[error("the batch was abandoned")]
    Abandoned,
    /// The layout wants subgroups, and the adapter has none, or the browser asks for none.
    #[error("the GPU adapter has no subgroups")]
    NoSubgroups,
    /// The adapter cannot say how long a stage takes.
    #[error("the GPU adapter has no timestamps")]
    NoTimestamps,
    /// Numbers that make no layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl GpuError {
    /// A stable kebab-case name, for programs.
    pub const fn kind(&self) -> &'static str {
        match self {
            GpuError::NoAdapter { .. } => "no-adapter",
            GpuError::SoftwareAdapter { .. } => "software-adapter",
            GpuError::Limits { .. } => "limits",
            GpuError::DeviceRefused { .. } => "device-refused",
            GpuError::OutOfMemory { .. } => "out-of-memory",
            GpuError::Validation { .. } => "validation",
            GpuError::DeviceLost { .. } => "device-lost",
            GpuError::SelfTest { .. } => "self-test",
            GpuError::WrongAnswer { .. } => "wrong-answer",
            GpuError::InputLength { .. } => "input-length",
            GpuError::NotPrepared { .. } => "not-prepared",
            GpuError::BatchSize { .. } => "batch-size",
            GpuError::Busy { .. } => "busy",
            GpuError::Abandoned => "abandoned",
            GpuError::NoTimestamps => "no-timestamps",
            GpuError::NoSubgroups => "no-subgroups",
            GpuError::Layout(_) => "layout",
        }
    }
}

fn asked(wanted: &Option<String>) -> String {
    match wanted {
        Some(name) => format!(" is called {name:?}"),
        None => String::new(),
    }
}

fn there_are(found: &[String]) -> String {
    match found {
        [] => "there is none here".to_owned(),
        _ => format!("there are {}", found.join(", ")),
    }
}
