//! The ids of jobs and connections as clients see them.

use stratum::Dialect;

/// A job's id on the wire: hex, by MiningCore padded to eight digits.
pub(crate) fn job_id(dialect: Dialect, number: u64) -> String {
    match dialect {
        Dialect::Solo => format!("{number:x}"),
        Dialect::MiningCore => format!("{number:08x}"),
    }
}

/// The number of a job whose id is exactly this.
pub(crate) fn job_number(dialect: Dialect, id: &str) -> Option<u64> {
    let number = u64::from_str_radix(id, 16).ok()?;
    (job_id(dialect, number) == id).then_some(number)
}

/// A connection's number in MiningCore's manner: base 32 by `0` to `9` and `A` to `V`, at least five digits.
pub(crate) fn connection_id(number: u64) -> String {
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let needed = (64 - number.leading_zeros()).div_ceil(5).max(5);
    (0..needed)
        .rev()
        .map(|place| char::from(digits[(number >> (5 * place)) as usize & 31]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_id_is_read_only_as_it_is_written() {
        for (dialect, id, number) in [
            (Dialect::Solo, "1a2b", Some(0x1a2b)),
            (Dialect::Solo, "0", Some(0)),
            (Dialect::Solo, "00001a2b", None),
            (Dialect::Solo, "1A2B", None),
            (Dialect::Solo, "+1", None),
            (Dialect::Solo, "", None),
            (Dialect::Solo, "10000000000000000", None),
            (Dialect::MiningCore, "00001a2b", Some(0x1a2b)),
            (Dialect::MiningCore, "1a2b3c4d5e", Some(0x1a_2b3c_4d5e)),
            (Dialect::MiningCore, "1a2b", None),
            (Dialect::MiningCore, "000001a2b3", None),
        ] {
            assert_eq!(job_number(dialect, id), number, "{id}");
        }
    }

    #[test]
    fn a_connection_id_is_its_number_in_base_32() {
        for (number, id) in [
            (0, "00000"),
            (1, "00001"),
            (31, "0000V"),
            (32, "00010"),
            (578_983, "0HLD7"),
            (u64::MAX, "FVVVVVVVVVVVV"),
        ] {
            assert_eq!(connection_id(number), id);
        }
    }
}
