//! What a client authorizes with.

use std::fmt;

use aion_pow::target::Difficulty;

/// Digits of an address that are shown at each end.
const SHOWN_DIGITS: usize = 4;

/// The longest rig name, in characters.
const RIG_LENGTH: usize = 32;

/// An address, `0xa0` and 62 hex digits, with an optional `.rig` behind it. `Debug` shows it shortened.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Worker {
    name: String,
    address_length: usize,
}

impl Worker {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, rig) = text.split_once('.').unwrap_or((text, ""));
        let digits = address.strip_prefix("0xa0")?;
        let is_address = digits.len() == 62 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let is_rig = rig.chars().count() <= RIG_LENGTH && !rig.chars().any(char::is_control);
        (is_address && is_rig).then(|| Worker {
            name: text.to_owned(),
            address_length: address.len(),
        })
    }

    /// As the client gave it: for the roster's key, never for a log.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn address(&self) -> &str {
        &self.name[..self.address_length]
    }

    /// `0xa0b0…899a.rig`: enough to tell one's own, too little to pay to.
    pub(crate) fn shown(&self) -> String {
        let (address, rig) = self.name.split_at(self.address_length);
        let head = &address[..4 + SHOWN_DIGITS];
        let tail = &address[address.len() - SHOWN_DIGITS..];
        format!("{head}…{tail}{rig}")
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Worker({})", self.shown())
    }
}

/// The difficulty that a MiningCore password asks for: `d=<difficulty>` among parts separated by `;`. Other parts, the
/// minimum payment `mp=` among them, mean nothing here: the kernel pays its own coinbase.
pub(crate) fn password_difficulty(password: &str) -> Option<Difficulty> {
    let wanted = password
        .split(';')
        .find_map(|part| part.trim().strip_prefix("d="))?;
    Difficulty::new(wanted.trim().parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a0_and_sixty_two_digits() {
        let address = format!("0xa0{}", "1f".repeat(31));
        let with = |rig: &str| format!("{address}{rig}");
        for (good, shown) in [
            (with(""), "0xa01f1f…1f1f"),
            (with(".rig 1"), "0xa01f1f…1f1f.rig 1"),
            (with("."), "0xa01f1f…1f1f."),
            (with(".a.b"), "0xa01f1f…1f1f.a.b"),
        ] {
            let worker = Worker::parse(&good).expect(&good);
            assert_eq!(worker.shown(), shown);
            assert_eq!((worker.address(), worker.name()), (&*address, &*good));
            assert!(!format!("{worker:?}").contains(&address));
        }
        for bad in [
            String::new(),
            "bob".to_owned(),
            with("1"),
            address[..65].to_owned(),
            address.replace("0xa0", "0xa1"),
            address.replace("0x", ""),
            address.replace('f', "g"),
            with(&format!(".{}", "r".repeat(33))),
            with(".\u{7}"),
        ] {
            assert_eq!(Worker::parse(&bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_password_may_fix_the_difficulty() {
        for (password, expected) in [
            ("d=512", Some(512)),
            ("x;d=16;mp=3", Some(16)),
            ("mp=3; d= 16 ", Some(16)),
            ("d=1;d=2", Some(1)),
            ("", None),
            ("x", None),
            ("d=", None),
            ("d=0", None),
            ("d=-1", None),
            ("d=many", None),
            ("md=5", None),
            ("d=340282366920938463463374607431768211456", None),
        ] {
            assert_eq!(
                password_difficulty(password).map(Difficulty::get),
                expected,
                "{password}"
            );
        }
    }
}
