//! Which addresses a name may lead to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is, as far as it matters who may be sent there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Unicast on the internet.
    Public,
    /// Of this machine, this network, or set aside for a purpose; the name of its kind.
    Private(&'static str),
    /// No single machine's; the name of its kind.
    Nobody(&'static str),
}

use Reach::{Nobody, Private, Public};

impl Reach {
    /// By the special-purpose registries of RFC 6890 and what was added to them since. An IPv6 address that carries an
    /// IPv4 one is what that one is: a gateway on the way would take the packet there.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => v4(address),
            IpAddr::V6(address) => v6(address),
        }
    }
}

fn v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [0, 0, 0, 0] => Nobody("unspecified"),
        [0, ..] => Private("this network"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Private("private"),
        [100, 64..=127, ..] => Private("carrier-grade NAT"),
        [127, ..] => Private("loopback"),
        [169, 254, ..] => Private("link-local"),
        [192, 0, 0, _] => Private("protocol assignment"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Private("documentation"),
        [192, 88, 99, _] => Private("6to4 relay"),
        [198, 18..=19, ..] => Private("benchmarking"),
        [224..=239, ..] => Nobody("multicast"),
        [255, 255, 255, 255] => Nobody("broadcast"),
        [240..=255, ..] => Private("reserved"),
        _ => Public,
    }
}

fn v6(address: Ipv6Addr) -> Reach {
    let carried = |high: u16, low: u16| v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Nobody("unspecified"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Private("loopback"),
        // Mapped, translated, and the long gone "compatible" form.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0, 0, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => carried(high, low),
        [0x64, 0xff9b, 1, ..] => Private("local translation"),
        [0x100, 0, 0, ..] => Private("discarded"),
        [0x2001, 0..=0x1ff, ..] => Private("protocol assignment"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Private("documentation"),
        [0xfc00..=0xfdff, ..] => Private("unique local"),
        [0xfe80..=0xfebf, ..] => Private("link-local"),
        [0xfec0..=0xfeff, ..] => Private("site-local"),
        [0xff00..=0xffff, ..] => Nobody("multicast"),
        [0x2000..=0x3fff, ..] => Public,
        _ => Private("reserved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_last_address_of_every_block_are_known_and_their_neighbours_are_public() {
        let table: &[(&str, Reach)] = &[
            ("0.0.0.0", Nobody("unspecified")),
            ("0.0.0.1", Private("this network")),
            ("0.255.255.255", Private("this network")),
            ("1.0.0.0", Public),
            ("9.255.255.255", Public),
            ("10.0.0.0", Private("private")),
            ("10.255.255.255", Private("private")),
            ("11.0.0.0", Public),
            ("100.63.255.255", Public),
            ("100.64.0.0", Private("carrier-grade NAT")),
            ("100.127.255.255", Private("carrier-grade NAT")),
            ("100.128.0.0", Public),
            ("127.0.0.1", Private("loopback")),
            ("127.255.255.255", Private("loopback")),
            ("128.0.0.0", Public),
            ("169.253.255.255", Public),
            ("169.254.169.254", Private("link-local")),
            ("169.255.0.0", Public),
            ("172.15.255.255", Public),
            ("172.16.0.0", Private("private")),
            ("172.31.255.255", Private("private")),
            ("172.32.0.0", Public),
            ("192.0.0.8", Private("protocol assignment")),
            ("192.0.1.0", Public),
            ("192.0.2.1", Private("documentation")),
            ("192.88.99.1", Private("6to4 relay")),
            ("192.167.255.255", Public),
            ("192.168.0.0", Private("private")),
            ("192.169.0.0", Public),
            ("198.17.255.255", Public),
            ("198.18.0.0", Private("benchmarking")),
            ("198.19.255.255", Private("benchmarking")),
            ("198.20.0.0", Public),
            ("198.51.100.7", Private("documentation")),
            ("203.0.113.7", Private("documentation")),
            ("223.255.255.255", Public),
            ("224.0.0.1", Nobody("multicast")),
            ("239.255.255.255", Nobody("multicast")),
            ("240.0.0.0", Private("reserved")),
            ("255.255.255.255", Nobody("broadcast")),
            ("::", Nobody("unspecified")),
            ("::1", Private("loopback")),
            ("::ffff:127.0.0.1", Private("loopback")),
            ("::ffff:10.1.2.3", Private("private")),
            ("::ffff:0.0.0.0", Nobody("unspecified")),
            ("::ffff:224.0.0.1", Nobody("multicast")),
            ("::ffff:8.8.8.8", Public),
            ("::ffff:0:10.1.2.3", Private("private")),
            ("::10.1.2.3", Private("private")),
            ("64:ff9b::10.1.2.3", Private("private")),
            ("64:ff9b::8.8.8.8", Public),
            ("64:ff9b:1::1", Private("local translation")),
            ("2002:7f00:1::1", Private("loopback")),
            ("2002:808:808::1", Public),
            ("100::1", Private("discarded")),
            ("2001::1", Private("protocol assignment")),
            ("2001:1ff:ffff::", Private("protocol assignment")),
            ("2001:200::1", Public),
            ("2001:db8::1", Private("documentation")),
            ("2001:4860:4860::8888", Public),
            ("3ffe::1", Public),
            ("3fff::1", Private("documentation")),
            ("4000::1", Private("reserved")),
            ("fbff::1", Private("reserved")),
            ("fc00::1", Private("unique local")),
            ("fdff::1", Private("unique local")),
            ("fe80::1", Private("link-local")),
            ("febf::1", Private("link-local")),
            ("fec0::1", Private("site-local")),
            ("ff02::1", Nobody("multicast")),
        ];
        for &(address, expected) in table {
            assert_eq!(Reach::of(address.parse().unwrap()), expected, "{address}");
        }
    }
}
