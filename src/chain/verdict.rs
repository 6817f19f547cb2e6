//! What a check found.

use std::borrow::Cow;

use super::check::{Check, CheckName, NotChecked, NotCheckedName};
use super::hashes::Hashes;
use super::{Header, Item, ItemError, Options, Proof, Subject};
use crate::json::{Json, Writer};
use crate::params::Params;
use crate::reason::Reason;
use crate::solution::unpack;
use crate::target::{Difficulty, Target};
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
    pub detail: Option<Cow<'static, str>>,
    /// What was computed; missing where nothing could be.
    pub findings: Option<Findings>,
    /// What was left unchecked; empty where the item could not be read, or there was none.
    pub not_checked: Vec<NotChecked>,
}

/// What was computed for a claim of a proof of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The mine hash, computed where a header came along. Missing where the item names other bytes in its place.
    pub mine_hash: Option<[u8; 32]>,
    /// The block hash, computed where a header came along.
    pub block_hash: Option<[u8; 32]>,
    /// The proof-of-work hash. Missing with the mine hash, of which it is made.
    pub pow_hash: Option<[u8; 32]>,
    /// Whether the solution keeps the whole rule.
    pub equihash: bool,
    /// Whether the proof-of-work hash is below the boundary; nothing (`null`) where no boundary is known.
    pub target: Option<bool>,
    /// The boundary, big-endian. Missing where none is known, and where it is 2^256, which does not fit.
    pub boundary: Option<[u8; 32]>,
    /// The difficulty declared.
    pub difficulty: Option<Difficulty>,
    /// The steps in their order. A solution's end at the first that fails.
    pub checks: Vec<Check>,
    /// The solution's indices, where they were asked for and it has the right length.
    pub indices: Option<Vec<u32>>,
}

/// As [`judge`], for values that follow each other: their hashes are made side by side.
pub fn judge_all(first_index: u64, values: &[Json]) -> Vec<Verdict> {
    let items: Vec<_> = values.iter().map(Item::from_json).collect();
    let proofs = items.iter().filter_map(|item| match item {
        Ok(Item::Proof(proof)) => Some(&**proof),
        _ => None,
    });
    let mut hashes = Hashes::of_all(&proofs.collect::<Vec<_>>()).into_iter();
    let judge = |(index, item)| match item {
        Ok(Item::Proof(proof)) => {
            let hashes = hashes.next().unwrap_or_else(|| Hashes::of(&proof));
            proof.judge_hashed(index, &Options::default(), hashes)
        }
        other => judge_item(index, other, &Options::default()),
    };
    (first_index..).zip(items).map(judge).collect()
}

/// Reads one JSON value of any known shape, checks it, and says what was found. The index is passed through.
pub fn judge(index: u64, value: &Json) -> Verdict {
    judge_by(index, value, &Options::default())
}

/// As [`judge`], held against what the caller knows too.
pub fn judge_by(index: u64, value: &Json, options: &Options) -> Verdict {
    judge_item(index, Item::from_json(value), options)
}

fn judge_item(index: u64, item: Result<Item, ItemError>, options: &Options) -> Verdict {
    match item {
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
            let detail = Some(error.to_string().into());
            Verdict {
                detail,
                ..Verdict::without_findings(index, error.reason())
            }
        }
    }
}

impl Verdict {
    /// As JSON, under names in camel case; what is missing is left out, but for `ok` and `target`, which are `null`.
    pub fn to_json(&self) -> String {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.finish()
    }

    /// The same, behind what was written before.
    pub fn write(&self, writer: &mut Writer) {
        writer.open_object();
        writer.name("index");
        writer.integer(self.index);
        if let Some(number) = self.number {
            writer.name("number");
            writer.integer(number);
        }
        writer.name("ok");
        writer.truth(self.ok);
        if let Some(reason) = self.reason {
            writer.name("reason");
            writer.string(reason.as_str());
        }
        if let Some(level) = self.level {
            writer.name("level");
            writer.integer(level.into());
        }
        if let Some(detail) = &self.detail {
            writer.name("detail");
            writer.string(detail);
        }
        if let Some(findings) = &self.findings {
            findings.write(writer);
        }
        if !self.not_checked.is_empty() {
            writer.name("notChecked");
            writer.open_array();
            for left in &self.not_checked {
                writer.open_object();
                writer.name("name");
                writer.string(left.name.as_str());
                writer.name("detail");
                writer.string(left.detail);
                writer.close_object();
            }
            writer.close_array();
        }
        writer.close_object();
    }
}

impl Findings {
    fn write(&self, writer: &mut Writer) {
        let mut hash = |name, hash: &Option<[u8; 32]>| {
            if let Some(hash) = hash {
                writer.name(name);
                writer.hex(hash);
            }
        };
        hash("mineHash", &self.mine_hash);
        hash("blockHash", &self.block_hash);
        hash("powHash", &self.pow_hash);
        writer.name("equihash");
        writer.truth(Some(self.equihash));
        writer.name("target");
        writer.truth(self.target);
        if let Some(boundary) = &self.boundary {
            writer.name("boundary");
            writer.hex(boundary);
        }
        if let Some(difficulty) = self.difficulty {
            writer.name("difficulty");
            writer.string(&difficulty.get().to_string());
        }
        writer.name("checks");
        writer.open_array();
        for check in &self.checks {
            writer.open_object();
            writer.name("name");
            writer.string(check.name.as_str());
            writer.name("ok");
            writer.truth(Some(check.ok));
            writer.name("detail");
            writer.string(&check.detail);
            writer.close_object();
        }
        writer.close_array();
        if let Some(indices) = &self.indices {
            writer.name("indices");
            writer.open_array();
            for &index in indices {
                writer.integer(index.into());
            }
            writer.close_array();
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
            not_checked: Vec::new(),
        }
    }
}

impl Proof {
    /// Checks everything that this claim says, by the chain's parameters, and what the options ask for.
    pub fn judge(&self, index: u64, options: &Options) -> Verdict {
        self.judge_hashed(index, options, Hashes::of(self))
    }

    fn judge_hashed(&self, index: u64, options: &Options, hashes: Hashes) -> Verdict {
        let Hashes {
            mine_hash,
            block_hash,
            pow_hash,
        } = hashes;
        let header = match &self.subject {
            Subject::Header(header) => Some(header),
            _ => None,
        };
        let input = match &self.subject {
            Subject::Bytes(bytes) => bytes.as_slice(),
            _ => mine_hash.as_slice().as_flattened(),
        };
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
                mine_hash,
                block_hash,
                pow_hash,
                equihash: proof.is_ok(),
                target,
                boundary: self.target.and_then(Target::to_be_bytes),
                difficulty: self.difficulty,
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
        Some(check(CheckName::MinDifficulty, ok, detail.into()))
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
                format!("the block hash expected is {}", hex::encode(expected)).into(),
            ),
        };
        Some(check(CheckName::ExpectedHash, ok, detail))
    }
}

fn check(name: CheckName, ok: bool, detail: Cow<'static, str>) -> Check {
    Check { name, ok, detail }
}

/// A hash made from the header, beside the one that came along, if one did.
fn rebuilt(name: CheckName, computed: &[u8; 32], claimed: Option<[u8; 32]>) -> Check {
    let is_mine_hash = name == CheckName::MineHash;
    let detail = match claimed {
        None if is_mine_hash => "the mine hash is made from the header; none came along".into(),
        None => "the block hash is made from the header; none came along".into(),
        Some(claimed) if claimed == *computed && is_mine_hash => {
            "the header gives the mine hash that came along".into()
        }
        Some(claimed) if claimed == *computed => "the header gives the block hash that came along".into(),
        Some(claimed) => {
            let which = if is_mine_hash { "mine" } else { "block" };
            format!("the {which} hash that came along is {}", hex::encode(claimed)).into()
        }
    };
    let ok = claimed.is_none_or(|claimed| claimed == *computed);
    check(name, ok, detail)
}

/// The steps of a solution up to the one that failed, if one did.
fn check_solution(checks: &mut Vec<Check>, error: Option<VerifyError>) {
    let before = [CheckName::SolutionLength, CheckName::Distinct, CheckName::Order];
    for name in before
        .into_iter()
        .chain((1..=Params::AION.k()).map(CheckName::Level))
    {
        let failed = error.filter(|error| match name {
            CheckName::Level(level) => error.level() == Some(level),
            _ => error.kind() == name.reason(),
        });
        if let Some(error) = failed {
            checks.push(check(name, false, error.to_string().into()));
            return;
        }
        checks.push(check(name, true, name.held().into()));
    }
}
