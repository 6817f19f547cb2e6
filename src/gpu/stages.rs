//! The stages of a run: pipelines, what they bind, and how many workgroups they take.

use std::ops::RangeInclusive;

use super::buffers::{Buffers, INPUT_BYTES};
use super::device::Device;
use super::error::GpuError;
use super::layout::{EXPAND_GROUPS, Layout, Plane, ROUNDS};
use super::results::ResultLayout;
use super::shaders::{self, LeavesBeside};

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

/// The stage that makes leaves, into `rows`, of inputs whose counter is in that word of their last block.
///
/// # Errors
/// As [`Device::create`].
pub async fn leaves(
    device: &Device,
    layout: &Layout,
    buffers: &Buffers,
    rows: &[wgpu::Buffer; 2],
    counter_word: usize,
) -> Result<Stage, GpuError> {
    let [a, b] = rows;
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

/// Rounds, each by itself; the first reads the leaves in `leaves`.
///
/// # Errors
/// As [`Device::create`].
pub async fn rounds(
    device: &Device,
    layout: &Layout,
    buffers: &Buffers,
    leaves: &[wgpu::Buffer; 2],
    rounds: RangeInclusive<usize>,
) -> Result<Vec<Stage>, GpuError> {
    let make_one = |round: usize| {
        let rows_in = if round == 1 {
            leaves
        } else {
            &buffers.rows[(round - 1) % 2]
        };
        let bound = round_bound(layout, buffers, round, rows_in);
        let shader = shaders::round(layout, round, None);
        let label = format!("round {round}");
        Stage::new(&device.device, &label, &shader, layout.buckets(), &bound)
    };
    let make = || rounds.map(make_one).collect();
    device.create("a round's shader", 0, make).await
}

/// All rounds but the first, with leaves of the next nonce beside them, into `leaves`.
///
/// # Errors
/// As [`Device::create`].
pub async fn rounds_with_leaves(
    device: &Device,
    layout: &Layout,
    buffers: &Buffers,
    leaves: &[wgpu::Buffer; 2],
    counter_word: usize,
) -> Result<Vec<Stage>, GpuError> {
    let make_one = |round: usize| {
        let mut bound = round_bound(layout, buffers, round, &buffers.rows[(round - 1) % 2]);
        bound.extend([
            Bound::whole(6, Access::Write, &leaves[0]),
            Bound::input(8, &buffers.inputs),
        ]);
        if layout.width(0, Plane::B) > 0 {
            bound.push(Bound::whole(7, Access::Write, &leaves[1]));
        }
        let groups = layout.leaf_groups_beside(round);
        let all = layout.buckets() + groups.len() as u32;
        let shader = shaders::round(layout, round, Some(&LeavesBeside { groups, counter_word }));
        let label = format!("round {round} with leaves");
        Stage::new(&device.device, &label, &shader, all, &bound)
    };
    let make = || (2..=ROUNDS).map(make_one).collect();
    device.create("the shader of a round with leaves", 0, make).await
}

/// What a round binds for its own work.
fn round_bound<'a>(
    layout: &Layout,
    buffers: &'a Buffers,
    round: usize,
    rows_in: &'a [wgpu::Buffer; 2],
) -> Vec<Bound<'a>> {
    let layer = round - 1;
    let [out_a, out_b] = &buffers.rows[round % 2];
    let mut bound = vec![
        Bound::whole(0, Access::Read, &rows_in[0]),
        Bound::whole(2, Access::Write, out_a),
        Bound::whole(4, Access::Write, &buffers.counters),
        Bound {
            offset: 4 * layout.reference_start(layer),
            bytes: 4 * layout.places(layer),
            ..Bound::whole(5, Access::Write, &buffers.references)
        },
    ];
    if layout.width(layer, Plane::B) > 0 {
        bound.push(Bound::whole(1, Access::Read, &rows_in[1]));
    }
    if layout.width(round, Plane::B) > 0 {
        bound.push(Bound::whole(3, Access::Write, out_b));
    }
    bound
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
