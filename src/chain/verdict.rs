//! What a check found.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::check::{Check, CheckName, NotChecked, NotCheckedName};
use super::{Header, Item, Options, Proof, Subject};
use crate::params::Params;
use crate::reason::Reason;
use crate::solution::unpack;
use crate::target::{Target, pow_hash};
use crate::verify::{VerifyError, verify};

/// The last block of mainnet before the Unity fork; from there on every other block is sealed by stake.
const LAST_BEFORE_UNITY: u64 = 4_721_900;

/// The result for one item, as the command prints it and JavaScript gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The item's place in the input, from zero.
    pub index: u64,
    /// The block's number, where it is known.
    pub number: Option<u64>,
    /// Whether everything that the item claims holds; nothing (`null`) where there was nothing to judge.
    pub ok: Option<bool>,
    /// Why the item is not valid, or why there was nothing to judge. Where checks were made, it is the reason of the
    /// first that did not hold.
    pub reason: Option<Reason>,
    /// The level of the solution's tree at which it failed, where it failed at a node: 1 for pairs.
    pub level: Option<u32>,
    /// The reason in a sentence that names the field, the index or the node.
    pub detail: Option<String>,
    /// What was computed; missing where nothing could be.
    pub findings: Option<Findings>,
    /// What was left unchecked; empty where the item could not be read, or there was none.
    pub not_checked: Vec<NotChecked>,
}

/// What was computed for a claim of a proof of work. Hashes are hex without `0x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The mine hash, computed where a header came along. Missing where the item names other bytes in its place.
    pub mine_hash: Option<String>,
    /// The block hash, computed where a header came along.
    pub block_hash: Option<String>,
    /// The proof-of-work hash. Missing with the mine hash, of which it is made.
    pub pow_hash: Option<String>,
    /// Whether the solution keeps the whole rule.
    pub equihash: bool,
    /// Whether the proof-of-work hash is below the boundary; nothing (`null`) where no boundary is known.
    pub target: Option<bool>,
    /// The boundary, big-endian. Missing where none is known, and where it is 2^256, which does not fit.
    pub boundary: Option<String>,
    /// The difficulty declared, in decimal.
    pub difficulty: Option<String>,
    /// The steps in their order. A solution's end at the first that fails.
    pub checks: Vec<Check>,
    /// The solution's indices, where they were asked for and it has the right length.
    pub indices: Option<Vec<u32>>,
}

/// Reads one JSON value of any known shape, checks it, and says what was found. The index is passed through.
pub fn judge(index: u64, value: &Value) -> Verdict {
    judge_by(index, value, &Options::default())
}

/// As [`judge`], held against what the caller knows too.
pub fn judge_by(index: u64, value: &Value, options: &Options) -> Verdict {
    match Item::from_json(value) {
        Ok(Item::Proof(proof)) => proof.judge(index, options),
        Ok(Item::Nothing { reason, number }) => Verdict {
            number,
            ok: None,
            not_checked: match reason {
                Reason::NotProofOfWork => vec![NotCheckedName::StakeHalf.because()],
                _ => Vec::new(),
            },
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

/// Under names in camel case; what is missing is left out, but for `ok` and `target`, which are `null`.
impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("index", &self.index)?;
        entry(&mut map, "number", &self.number)?;
        map.serialize_entry("ok", &self.ok)?;
        entry(&mut map, "reason", &self.reason)?;
        entry(&mut map, "level", &self.level)?;
        entry(&mut map, "detail", &self.detail)?;
        if let Some(findings) = &self.findings {
            entry(&mut map, "mineHash", &findings.mine_hash)?;
            entry(&mut map, "blockHash", &findings.block_hash)?;
            entry(&mut map, "powHash", &findings.pow_hash)?;
            map.serialize_entry("equihash", &findings.equihash)?;
            map.serialize_entry("target", &findings.target)?;
            entry(&mut map, "boundary", &findings.boundary)?;
            entry(&mut map, "difficulty", &findings.difficulty)?;
            map.serialize_entry("checks", &findings.checks)?;
            entry(&mut map, "indices", &findings.indices)?;
        }
        if !self.not_checked.is_empty() {
            map.serialize_entry("notChecked", &self.not_checked)?;
        }
        map.end()
    }
}

fn entry<M: SerializeMap>(map: &mut M, name: &str, value: &Option<impl Serialize>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
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
            not_checked: Vec::new(),
        }
    }
}

impl Proof {
    /// Checks everything that this claim says, by the chain's parameters, and what the options ask for.
    pub fn judge(&self, index: u64, options: &Options) -> Verdict {
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
        let boundary = self.target.zip(pow_hash);
        let target = boundary.map(|(target, hash)| target.is_met_by(&hash));

        let mut checks = Vec::with_capacity(16);
        if let (Some(_), Some(mine_hash)) = (header, mine_hash) {
            checks.push(rebuilt(CheckName::MineHash, &mine_hash, self.claimed_mine_hash));
        }
        check_solution(&mut checks, proof.err());
        if let Some(ok) = target {
            let detail = if ok {
                "the proof-of-work hash is below the boundary"
            } else {
                "the proof-of-work hash is not below the boundary"
            };
            checks.push(check(CheckName::Target, ok, detail.into()));
        }
        if let (Some(block_hash), Some(claimed)) = (&block_hash, self.claimed_block_hash) {
            checks.push(rebuilt(CheckName::BlockHash, block_hash, Some(claimed)));
        }
        checks.extend(options.check_hash(block_hash.as_ref()));
        checks.extend(self.check_difficulty(options));

        let failed = checks.iter().find(|check| !check.ok);
        Verdict {
            index,
            number: header.map(|header| header.number),
            ok: Some(failed.is_none()),
            reason: failed.map(|check| check.name.reason()),
            level: match failed.map(|check| check.name) {
                Some(CheckName::Order | CheckName::Level(_)) => proof.err().and_then(|error| error.level()),
                _ => None,
            },
            detail: failed.map(|check| check.detail.clone()),
            not_checked: self.not_checked(header.map(|header| &**header), options),
            findings: Some(Findings {
                mine_hash: mine_hash.map(hex::encode),
                block_hash: block_hash.map(hex::encode),
                pow_hash: pow_hash.map(hex::encode),
                equihash: proof.is_ok(),
                target,
                boundary: self.target.and_then(Target::to_be_bytes).map(hex::encode),
                difficulty: self.difficulty.map(|difficulty| difficulty.get().to_string()),
                checks,
                indices: options
                    .indices
                    .then(|| unpack(&Params::AION, &self.solution).ok())
                    .flatten(),
            }),
        }
    }

    fn check_difficulty(&self, options: &Options) -> Option<Check> {
        let least = options.min_difficulty?;
        let (ok, declared) = match (self.difficulty, self.target) {
            (Some(difficulty), _) => (
                difficulty >= least,
                format!("the difficulty declared is {}", difficulty.get()),
            ),
            (None, Some(target)) => (
                target <= Target::from_difficulty(least),
                "a boundary is declared and no difficulty".into(),
            ),
            (None, None) => (false, "no difficulty is declared".into()),
        };
        let detail = format!("{declared}; {} is the least to be accepted", least.get());
        Some(check(CheckName::MinDifficulty, ok, detail))
    }

    fn not_checked(&self, header: Option<&Header>, options: &Options) -> Vec<NotChecked> {
        let before_unity = header.is_some_and(|header| header.number <= LAST_BEFORE_UNITY);
        let compared = self.claimed_block_hash.is_some() || options.expected_hash.is_some();
        let table = [
            (NotCheckedName::OnChain, options.expected_hash.is_none()),
            (
                NotCheckedName::DeclaredDifficulty,
                self.target.is_some() && options.min_difficulty.is_none(),
            ),
            (NotCheckedName::StakeHalf, !before_unity),
            (NotCheckedName::BlockHash, !compared),
            (NotCheckedName::Target, self.target.is_none()),
        ];
        let left = table.into_iter().filter(|(_, left)| *left);
        left.map(|(name, _)| name.because()).collect()
    }
}

impl Options {
    fn check_hash(&self, block_hash: Option<&[u8; 32]>) -> Option<Check> {
        let expected = self.expected_hash?;
        let (ok, detail) = match block_hash {
            None => (false, "without a header there is no block hash".into()),
            Some(hash) if *hash == expected => (true, "the block has the hash that is expected".into()),
            Some(_) => (
                false,
                format!("the block hash expected is {}", hex::encode(expected)),
            ),
        };
        Some(check(CheckName::ExpectedHash, ok, detail))
    }
}

fn check(name: CheckName, ok: bool, detail: String) -> Check {
    Check { name, ok, detail }
}

/// A hash made from the header, beside the one that came along, if one did.
fn rebuilt(name: CheckName, computed: &[u8; 32], claimed: Option<[u8; 32]>) -> Check {
    let which = match name {
        CheckName::MineHash => "mine",
        _ => "block",
    };
    match claimed {
        None => check(
            name,
            true,
            format!("the {which} hash is made from the header; none came along"),
        ),
        Some(claimed) if claimed == *computed => check(
            name,
            true,
            format!("the header gives the {which} hash that came along"),
        ),
        Some(claimed) => {
            let claimed = hex::encode(claimed);
            check(
                name,
                false,
                format!("the {which} hash that came along is {claimed}"),
            )
        }
    }
}

/// The steps of a solution up to the one that failed, if one did.
fn check_solution(checks: &mut Vec<Check>, error: Option<VerifyError>) {
    let params = &Params::AION;
    let held = |name| match name {
        CheckName::SolutionLength => format!("{} bytes", params.solution_bytes()),
        CheckName::Distinct => format!("all {} indices differ", params.indices()),
        CheckName::Level(level) if level == params.k() => {
            format!("all {} bits of the root are zero", params.n())
        }
        CheckName::Level(level) => format!(
            "each of {} nodes begins with {} zero bits",
            params.indices() >> level,
            level * params.digit_bits()
        ),
        _ => "every left half begins with the lower index".into(),
    };
    let before = [CheckName::SolutionLength, CheckName::Distinct, CheckName::Order];
    for name in before.into_iter().chain((1..=params.k()).map(CheckName::Level)) {
        let failed = error.filter(|error| match name {
            CheckName::Level(level) => error.level() == Some(level),
            _ => error.kind() == name.reason(),
        });
        if let Some(error) = failed {
            checks.push(check(name, false, error.to_string()));
            return;
        }
        checks.push(check(name, true, held(name)));
    }
}
