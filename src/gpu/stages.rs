//! The stages of a run: pipelines, what they bind, and how many workgroups they take.

use super::buffers::{Buffers, INPUT_BYTES};
use super::device::Device;
use super::error::GpuError;
use super::layout::{EXPAND_GROUPS, Layout, Plane, ROUNDS};
use super::results::ResultLayout;
use super::shaders;

/// How a stage binds a buffer.
#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
    /// The nonce's input, at an offset that is given when the stage runs.
    Input,
}

/// A buffer, or the part of it, that a stage binds.
struct Bound<'a> {
    binding: u32,
    access: Access,
    buffer: &'a wgpu::Buffer,
    offset: u64,
    /// To the buffer's end where it is zero.
    bytes: u64,
}

impl<'a> Bound<'a> {
    fn whole(binding: u32, access: Access, buffer: &'a wgpu::Buffer) -> Bound<'a> {
        Bound {
            binding,
            access,
            buffer,
            offset: 0,
            bytes: 0,
        }
    }

    fn input(binding: u32, buffer: &'a wgpu::Buffer) -> Bound<'a> {
        Bound {
            bytes: INPUT_BYTES,
            ..Bound::whole(binding, Access::Input, buffer)
        }
    }
}

/// A pipeline with what it binds.
pub struct Stage {
    pub pipeline: wgpu::ComputePipeline,
    pub bindings: wgpu::BindGroup,
    /// Workgroups of the whole stage.
    pub groups: u32,
    /// Whether the nonce's input is bound.
    pub takes_input: bool,
}

impl Stage {
    fn new(device: &wgpu::Device, label: &str, shader: &str, groups: u32, bound: &[Bound]) -> Stage {
        let entries: Vec<_> = bound.iter().map(layout_entry).collect();
        let bind_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(label),
            entries: &entries,
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(label),
            bind_group_layouts: &[Some(&bind_layout)],
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(shader.into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(label),
            layout: Some(&layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                // The shaders zero what they need; some drivers take seconds to compile it and many times as long to run.
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        let entries: Vec<_> = bound.iter().map(group_entry).collect();
        let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(label),
            layout: &bind_layout,
            entries: &entries,
        });
        Stage {
            pipeline,
            bindings,
            groups,
            takes_input: bound.iter().any(|bound| matches!(bound.access, Access::Input)),
        }
    }
}

fn layout_entry(bound: &Bound) -> wgpu::BindGroupLayoutEntry {
    let (ty, has_dynamic_offset) = match bound.access {
        Access::Read => (wgpu::BufferBindingType::Storage { read_only: true }, false),
        Access::Write => (wgpu::BufferBindingType::Storage { read_only: false }, false),
        Access::Input => (wgpu::BufferBindingType::Uniform, true),
    };
    wgpu::BindGroupLayoutEntry {
        binding: bound.binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset,
            min_binding_size: None,
        },
        count: None,
    }
}

fn group_entry<'a>(bound: &Bound<'a>) -> wgpu::BindGroupEntry<'a> {
    wgpu::BindGroupEntry {
        binding: bound.binding,
        resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: bound.buffer,
            offset: bound.offset,
            size: wgpu::BufferSize::new(bound.bytes),
        }),
    }
}

/// The stage that makes leaves, of inputs whose counter is in that word of their last block.
///
/// # Errors
/// As [`Device::create`].
pub async fn leaves(
    device: &Device,
    layout: &Layout,
    buffers: &Buffers,
    counter_word: usize,
) -> Result<Stage, GpuError> {
    let [a, b] = &buffers.rows[0];
    let mut bound = vec![
        Bound::whole(0, Access::Write, a),
        Bound::whole(2, Access::Write, &buffers.counters),
        Bound::input(3, &buffers.inputs),
    ];
    if layout.width(0, Plane::B) > 0 {
        bound.push(Bound::whole(1, Access::Write, b));
    }
    let groups = layout.digests().div_ceil(super::layout::WIDE_GROUP);
    let shader = shaders::leaves(layout, counter_word);
    let make = || Stage::new(&device.device, "leaves", &shader, groups, &bound);
    device.create("the leaves' shader", 0, make).await
}

/// The eight rounds.
///
/// # Errors
/// As [`Device::create`].
pub async fn rounds(device: &Device, layout: &Layout, buffers: &Buffers) -> Result<Vec<Stage>, GpuError> {
    let make_one = |round: usize| {
        let layer = round - 1;
        let [in_a, in_b] = &buffers.rows[layer % 2];
        let [out_a, out_b] = &buffers.rows[round % 2];
        let mut bound = vec![
            Bound::whole(0, Access::Read, in_a),
            Bound::whole(2, Access::Write, out_a),
            Bound::whole(4, Access::Write, &buffers.counters),
            Bound {
                offset: 4 * layout.reference_start(layer),
                bytes: 4 * layout.places(layer),
                ..Bound::whole(5, Access::Write, &buffers.references)
            },
        ];
        if layout.width(layer, Plane::B) > 0 {
            bound.push(Bound::whole(1, Access::Read, in_b));
        }
        if layout.width(round, Plane::B) > 0 {
            bound.push(Bound::whole(3, Access::Write, out_b));
        }
        let shader = shaders::round(layout, round);
        let label = format!("round {round}");
        Stage::new(&device.device, &label, &shader, layout.buckets(), &bound)
    };
    let make = || (1..=ROUNDS).map(make_one).collect();
    device.create("a round's shader", 0, make).await
}

/// The last round.
///
/// # Errors
/// As [`Device::create`].
pub async fn last(device: &Device, layout: &Layout, buffers: &Buffers) -> Result<Stage, GpuError> {
    let bound = [
        Bound::whole(0, Access::Read, &buffers.rows[ROUNDS % 2][0]),
        Bound::whole(1, Access::Write, &buffers.counters),
        Bound::whole(2, Access::Write, &buffers.candidates),
    ];
    let shader = shaders::last(layout);
    let make = || Stage::new(&device.device, "last round", &shader, layout.buckets(), &bound);
    device.create("the last round's shader", 0, make).await
}

/// The stage that unfolds candidates into a batch's results.
///
/// # Errors
/// As [`Device::create`].
pub async fn expand(
    device: &Device,
    layout: &Layout,
    buffers: &Buffers,
    result_layout: &ResultLayout,
    results: &wgpu::Buffer,
) -> Result<Stage, GpuError> {
    let low = 4 * layout.reference_start(layout.reference_split());
    let bound = [
        Bound::whole(0, Access::Read, &buffers.rows[ROUNDS % 2][0]),
        Bound::whole(1, Access::Read, &buffers.candidates),
        Bound {
            bytes: low,
            ..Bound::whole(2, Access::Read, &buffers.references)
        },
        Bound {
            offset: low,
            bytes: layout.reference_bytes() - low,
            ..Bound::whole(3, Access::Read, &buffers.references)
        },
        Bound::whole(4, Access::Write, &buffers.counters),
        Bound::whole(5, Access::Write, results),
        Bound::input(6, &buffers.inputs),
    ];
    let shader = shaders::expand(layout, result_layout);
    let make = || Stage::new(&device.device, "expand", &shader, EXPAND_GROUPS, &bound);
    device.create("the unfolding shader", 0, make).await
}
