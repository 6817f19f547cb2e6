//! Proofs of work that the project's own solver found for one mine hash, under the extraNonce1 of either dialogue.
#![allow(dead_code)] // Each test file is a program of its own and uses a part of this.

use serde_json::Value;

pub struct Proof {
    pub nonce: [u8; 32],
    /// 2816 hex digits.
    pub solution: String,
}

pub struct Proofs {
    pub mine_hash: [u8; 32],
    /// Under the extraNonce1 `bc4fe05100000000`; its hash is below the target of difficulty 4.
    pub solo: Proof,
    /// Under the same, above the target of difficulty 2.
    pub solo_low: Proof,
    /// Under `be10`, below the target of difficulty 512.
    pub miningcore: Proof,
    /// Under `be10`, above it.
    pub miningcore_low: Proof,
}

impl Proof {
    /// A submit whose extraNonce2 is the nonce after so many bytes of extraNonce1.
    pub fn submit(&self, id: u32, worker: &str, job: &str, extra_nonce1: usize) -> String {
        let (nonce2, solution) = (hex::encode(&self.nonce[extra_nonce1..]), &self.solution);
        format!(
            r#"{{"id":{id},"method":"mining.submit","params":["{worker}","{job}","000000005acfd2a0","{nonce2}","fd8005{solution}"]}}"#
        )
    }
}

pub fn proofs() -> Proofs {
    let file: Value = serde_json::from_str(include_str!("../fixtures/proofs.json")).unwrap();
    let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap();
    let proof = |name: &str| Proof {
        nonce: bytes(&file[name]["nonce"]),
        solution: file[name]["solution"].as_str().unwrap().to_owned(),
    };
    Proofs {
        mine_hash: bytes(&file["mineHash"]),
        solo: proof("soloAtDifficulty4"),
        solo_low: proof("soloAtDifficulty1"),
        miningcore: proof("miningCoreAtDifficulty512"),
        miningcore_low: proof("miningCoreBelowDifficulty512"),
    }
}
