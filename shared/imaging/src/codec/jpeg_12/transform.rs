//! From coefficients to samples (T.81 A.3.3).

use std::f32::consts::PI;

use super::{Block, ZIG_ZAG};

/// `basis[frequency][position]` of the one-dimensional transform, with its normalisation.
pub(super) fn cosines() -> [[f32; 8]; 8] {
    let mut basis = [[0.0; 8]; 8];
    for (frequency, row) in basis.iter_mut().enumerate() {
        let scale = if frequency == 0 { (1.0_f32 / 8.0).sqrt() } else { 0.5 };
        for (position, value) in row.iter_mut().enumerate() {
            *value = scale * ((2 * position + 1) as f32 * frequency as f32 * PI / 16.0).cos();
        }
    }
    basis
}

/// Dequantises (the table is in zig-zag order, the block is not) and transforms columns, then rows.
pub(super) fn inverse_transform(block: &Block, quantisation: &[u16; 64], basis: &[[f32; 8]; 8]) -> [f32; 64] {
    let mut coefficients = [0.0_f32; 64];
    for (k, position) in ZIG_ZAG.iter().enumerate() {
        coefficients[*position] = f32::from(block[*position]) * f32::from(quantisation[k]);
    }
    let mut columns = [0.0_f32; 64];
    for v in 0..8 {
        for (y, factor) in basis[v].iter().enumerate() {
            for x in 0..8 {
                columns[y * 8 + x] += coefficients[v * 8 + x] * factor;
            }
        }
    }
    let mut samples = [0.0_f32; 64];
    for (row, out) in columns.chunks_exact(8).zip(samples.chunks_exact_mut(8)) {
        for (value, frequency) in row.iter().zip(basis) {
            out.iter_mut().zip(frequency).for_each(|(sample, factor)| *sample += value * factor);
        }
    }
    samples
}
