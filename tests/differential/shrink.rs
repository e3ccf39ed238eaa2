//! From a disagreement to the smallest expression that still shows one.

use crate::{
    batch::{self, Configuration, Disagreement, Place, Slot},
    in_parallel, known,
    truth::Program,
};

/// Rounds of shrinking, each of which costs a plan.
const ROUNDS: usize = 30;
/// Smaller expressions that are tried in a round.
const TRIED: usize = 120;

type Case = (Configuration, Disagreement);

/// Shrinks each case for itself.
pub(crate) fn shrink(program: Program, cases: &[Case]) -> Vec<Case> {
    in_parallel(cases, |(configuration, disagreement)| {
        one(program, configuration.clone(), disagreement.clone())
    })
}

fn one(program: Program, mut configuration: Configuration, disagreement: Disagreement) -> Case {
    let at = disagreement.at.1;
    let mut best = Disagreement {
        at: (0, at),
        ..disagreement
    };
    for _ in 0..ROUNDS {
        let mut candidates = configuration.slots[at].expr.smaller();
        candidates.truncate(TRIED);
        if candidates.is_empty() {
            break;
        }
        let mut trial = configuration.clone();
        trial
            .slots
            .retain(|slot| !matches!(slot.place, Place::Probe));
        if !matches!(configuration.slots[at].place, Place::Probe) {
            // What later names stand for may depend on it.
            trial.slots.retain(|slot| matches!((&slot.place, &configuration.slots[at].place), (Place::Local(a), Place::Local(b)) if a < b));
        }
        let start = trial.slots.len();
        trial.slots.extend(candidates.iter().map(|expr| Slot {
            place: Place::Probe,
            expr: expr.clone(),
        }));
        // What cannot be compared is not smaller.
        let Ok(outcome) = batch::compare(program, std::slice::from_ref(&trial)) else {
            break;
        };
        let smallest = outcome
            .disagreements
            .into_iter()
            .filter(|found| found.at.1 >= start && found.is_like(&best) && !known(&trial, found))
            .min_by_key(|found| found.at.1);
        let Some(smaller) = smallest else { break };
        configuration.slots[at].expr = candidates[smaller.at.1 - start].clone();
        best = Disagreement {
            at: (0, at),
            ..smaller
        };
    }
    (configuration, best)
}
