//! Opens a device: finds an adapter, asks for no more than WebGPU promises everywhere, and keeps what goes wrong.

use std::sync::{Arc, Mutex, PoisonError};

use super::abilities::Abilities;
use super::error::GpuError;
use super::feeder::Turns;
use super::layout::webgpu;

/// What is known of an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, as its driver says it; browsers may keep it to themselves.
    pub name: String,
    /// The driver, where it is known.
    pub driver: String,
    /// The interface below: `vulkan`, `metal`, `dx12`, or `webgpu` in a browser.
    pub backend: String,
    /// Whether it is a program that runs on the CPU, and so no gain over the CPU solver.
    pub is_software: bool,
}

/// Which adapter to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterChoice<'a> {
    /// The one that the system takes for its fastest.
    Fastest,
    /// The same, unless it is a program on the CPU.
    Hardware,
    /// The first whose name contains this, whatever the case.
    Named(&'a str),
}

/// An open device.
pub struct Device {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub adapter: Adapter,
    pub abilities: Abilities,
    pub faults: Faults,
}

/// The first thing that went wrong outside of any call that could have returned it.
#[derive(Clone, Default)]
pub struct Faults {
    first: Arc<Mutex<Option<GpuError>>>,
    turns: Turns,
}

impl Faults {
    fn keep(&self, fault: GpuError) {
        let mut kept = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert(fault);
        drop(kept);
        self.turns.turn();
    }

    /// Turned by each fault.
    pub fn turns(&self) -> Turns {
        self.turns.clone()
    }

    /// Fails with what went wrong, if anything did.
    pub fn check(&self) -> Result<(), GpuError> {
        let kept = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone().map_or(Ok(()), Err)
    }
}

/// The adapters of this machine; in a browser, the one that it would give.
pub async fn adapters() -> Vec<Adapter> {
    let found = instance().enumerate_adapters(wgpu::Backends::all()).await;
    found.iter().map(describe).collect()
}

fn instance() -> wgpu::Instance {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    // The layers that check a driver's use are for those who write one's caller, and slow; wgpu checks by itself.
    descriptor.flags = wgpu::InstanceFlags::empty();
    wgpu::Instance::new(descriptor)
}

fn describe(adapter: &wgpu::Adapter) -> Adapter {
    let info = adapter.get_info();
    // Browsers do not say what kind of device it is; those of Chromium that run on the CPU are all this one.
    let is_software = info.device_type == wgpu::DeviceType::Cpu
        || [&info.name, &info.driver, &info.driver_info]
            .iter()
            .any(|text| text.to_lowercase().contains("swiftshader"));
    Adapter {
        driver: [info.driver, info.driver_info]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        name: info.name,
        backend: info.backend.to_string(),
        is_software,
    }
}

impl Device {
    /// Opens an adapter.
    ///
    /// # Errors
    /// [`GpuError::NoAdapter`], [`GpuError::SoftwareAdapter`], [`GpuError::Limits`], [`GpuError::DeviceRefused`].
    pub async fn open(choice: AdapterChoice<'_>) -> Result<Device, GpuError> {
        let adapter = find(choice).await?;
        let described = describe(&adapter);
        if choice == AdapterChoice::Hardware && described.is_software {
            let named = !described.name.is_empty();
            return Err(GpuError::SoftwareAdapter {
                name: if named { described.name } else { described.driver },
            });
        }
        // All that WebGPU promises is more than is used of each limit; so is what there has to be.
        let promised = wgpu::Limits::default();
        let mut refused = None;
        promised.check_limits_with_fail_fn(&adapter.limits(), false, |limit, needed, found| {
            refused.get_or_insert(GpuError::Limits {
                limit: limit.to_owned(),
                needed,
                found,
            });
        });
        if let Some(refused) = refused {
            return Err(refused);
        }
        let found = adapter.limits();
        // No more than a layout can use: some adapters are slower where more is asked for.
        let raised = wgpu::Limits {
            max_storage_buffer_binding_size: found.max_storage_buffer_binding_size.min(webgpu::BUFFER_BYTES),
            ..promised.clone()
        };
        let (device, queue) = match request(&adapter, raised).await {
            Ok(opened) => opened,
            // An adapter may refuse what it said it has; what WebGPU promises is enough. In a browser an adapter gives
            // one device, so it has to be found again.
            Err(_) => request(&find(choice).await?, promised).await?,
        };
        let abilities = Abilities {
            is_software: described.is_software,
            binding_bytes: device.limits().max_storage_buffer_binding_size,
            has_subgroups: device.features().contains(wgpu::Features::SUBGROUP),
        };
        let faults = Faults::default();
        let keeper = faults.clone();
        // wgpu's own handler panics.
        device.on_uncaptured_error(Arc::new(move |error| keeper.keep(uncaptured(error))));
        let keeper = faults.clone();
        device.set_device_lost_callback(move |reason, message| {
            let cause = match message.as_str() {
                "" => format!("{reason:?}").to_lowercase(),
                _ => message,
            };
            keeper.keep(GpuError::DeviceLost { cause });
        });
        Ok(Device {
            adapter: described,
            abilities,
            device,
            queue,
            faults,
        })
    }

    /// Whether stages can be timed.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn has_timestamps(&self) -> bool {
        self.device.features().contains(wgpu::Features::TIMESTAMP_QUERY)
    }

    /// Runs `make`, which creates what is called `what`, and fails where the device calls it invalid or has no memory
    /// for it; all buffers together are `bytes`.
    ///
    /// # Errors
    /// [`GpuError::OutOfMemory`], [`GpuError::Validation`], [`GpuError::DeviceLost`].
    pub async fn create<T>(&self, what: &str, bytes: u64, make: impl FnOnce() -> T) -> Result<T, GpuError> {
        let invalid = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let internal = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let made = make();
        // Scopes are a stack: all leave it before the first is awaited.
        let (memory, internal, invalid) = (memory.pop(), internal.pop(), invalid.pop());
        if memory.await.is_some() {
            return Err(GpuError::OutOfMemory { bytes });
        }
        if let Some(error) = internal.await.or(invalid.await) {
            // What fails on a lost device fails because of that.
            self.faults.check()?;
            return Err(GpuError::Validation {
                what: what.to_owned(),
                cause: error.to_string(),
            });
        }
        self.faults.check()?;
        Ok(made)
    }
}

async fn request(
    adapter: &wgpu::Adapter,
    required_limits: wgpu::Limits,
) -> Result<(wgpu::Device, wgpu::Queue), GpuError> {
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("aion-pow"),
        required_features: adapter.features() & (wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::SUBGROUP),
        required_limits,
        ..Default::default()
    };
    let opened = adapter.request_device(&descriptor).await;
    opened.map_err(|error| GpuError::DeviceRefused {
        cause: error.to_string(),
    })
}

async fn find(choice: AdapterChoice<'_>) -> Result<wgpu::Adapter, GpuError> {
    let instance = instance();
    let AdapterChoice::Named(name) = choice else {
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await;
        return adapter.map_err(|_| GpuError::NoAdapter {
            wanted: None,
            found: Vec::new(),
        });
    };
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
    let called = |adapter: &wgpu::Adapter| adapter.get_info().name.to_lowercase();
    match adapters
        .iter()
        .position(|one| called(one).contains(&name.to_lowercase()))
    {
        Some(at) => Ok(adapters.into_iter().nth(at).expect("it was found there")),
        None => Err(GpuError::NoAdapter {
            wanted: Some(name.to_owned()),
            found: adapters.iter().map(|adapter| adapter.get_info().name).collect(),
        }),
    }
}

fn uncaptured(error: wgpu::Error) -> GpuError {
    match error {
        wgpu::Error::OutOfMemory { .. } => GpuError::OutOfMemory { bytes: 0 },
        other => GpuError::Validation {
            what: "a command".to_owned(),
            cause: other.to_string(),
        },
    }
}
