//! What a check found.

use serde::Serialize;
use serde_json::Value;

use super::{Item, Proof, Subject};
use crate::params::Params;
use crate::reason::Reason;
use crate::target::pow_hash;
use crate::verify::verify;

/// The result for one item, as the command prints it and JavaScript gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The item's place in the input, from zero.
    pub index: u64,
    /// The block's number, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Whether everything that the item claims holds; nothing (`null`) where there was nothing to judge.
    pub ok: Option<bool>,
    /// Why the item is not valid, or why there was nothing to judge.
    ///
    /// Of several reasons the first in this order: the mine hash that came along, the solution, the target, the
    /// block hash that came along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The level of the solution's tree at which it failed, where it failed at a node: 1 for pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
    /// The reason in a sentence that names the field, the index or the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What was computed; missing where nothing could be.
    #[serde(flatten)]
    pub findings: Option<Findings>,
}

/// What was computed for a claim of a proof of work. Hashes are hex without `0x`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// The mine hash, computed where a header came along. Missing where the item names other bytes in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mine_hash: Option<String>,
    /// The block hash, computed where a header came along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_hash: Option<String>,
    /// The proof-of-work hash. Missing with the mine hash, of which it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pow_hash: Option<String>,
    /// Whether the solution keeps the whole rule.
    pub equihash: bool,
    /// Whether the proof-of-work hash is below the boundary; nothing (`null`) where no boundary is known.
    pub target: Option<bool>,
}

/// Reads one JSON value of any known shape, checks it, and says what was found. The index is passed through.
pub fn judge(index: u64, value: &Value) -> Verdict {
    match Item::from_json(value) {
        Ok(Item::Proof(proof)) => proof.judge(index),
        Ok(Item::Nothing { reason, number }) => Verdict {
            number,
            ok: None,
            ..Verdict::without_findings(index, reason)
        },
        Err(error) => {
            let detail = Some(error.to_string());
            Verdict {
                detail,
                ..Verdict::without_findings(index, error.reason())
            }
        }
    }
}

impl Verdict {
    fn without_findings(index: u64, reason: Reason) -> Verdict {
        Verdict {
            index,
            number: None,
            ok: Some(false),
            reason: Some(reason),
            level: None,
            detail: None,
            findings: None,
        }
    }
}

impl Proof {
    /// Checks everything that this claim says, by the chain's parameters.
    pub fn judge(&self, index: u64) -> Verdict {
        let (header, mine_hash) = match &self.subject {
            Subject::Header(header) => (Some(header), Some(header.mine_hash())),
            Subject::MineHash(mine_hash) => (None, Some(*mine_hash)),
            Subject::Bytes(_) => (None, None),
        };
        let input = match &self.subject {
            Subject::Bytes(bytes) => bytes.as_slice(),
            _ => mine_hash.as_slice().as_flattened(),
        };
        let block_hash = header.map(|header| header.block_hash(&self.nonce, &self.solution));
        let pow_hash = mine_hash.map(|mine_hash| pow_hash(&mine_hash, &self.nonce, &self.solution));

        let proof = verify(&Params::AION, input, &self.nonce, &self.solution);
        let target = self
            .target
            .zip(pow_hash)
            .map(|(target, hash)| target.is_met_by(&hash));

        let (reason, level, detail) = if differs(self.claimed_mine_hash, mine_hash) {
            (
                Some(Reason::MineHashMismatch),
                None,
                mismatch("mine", self.claimed_mine_hash),
            )
        } else if let Err(error) = proof {
            (Some(error.kind()), error.level(), Some(error.to_string()))
        } else if target == Some(false) {
            (
                Some(Reason::TargetMissed),
                None,
                Some("the proof-of-work hash is not below the boundary".into()),
            )
        } else if differs(self.claimed_block_hash, block_hash) {
            (
                Some(Reason::BlockHashMismatch),
                None,
                mismatch("block", self.claimed_block_hash),
            )
        } else {
            (None, None, None)
        };
        Verdict {
            index,
            number: header.map(|header| header.number),
            ok: Some(reason.is_none()),
            reason,
            level,
            detail,
            findings: Some(Findings {
                mine_hash: mine_hash.map(hex::encode),
                block_hash: block_hash.map(hex::encode),
                pow_hash: pow_hash.map(hex::encode),
                equihash: proof.is_ok(),
                target,
            }),
        }
    }
}

fn differs(claimed: Option<[u8; 32]>, computed: Option<[u8; 32]>) -> bool {
    claimed.is_some_and(|claimed| computed != Some(claimed))
}

fn mismatch(which: &str, claimed: Option<[u8; 32]>) -> Option<String> {
    claimed.map(|claimed| format!("the {which} hash that came along is {}", hex::encode(claimed)))
}
