//! Decides what happens to each call. Calls pass one at a time in the order they are made, so the same seed gives
//! nearly the same run. Only the duration of answers and of pauses between tries varies.

use std::sync::Mutex;

use async_trait::async_trait;
use filmless_store::calls::{Answer, Call, CallWatcher, PendingRequest, Service};
use tokio::sync::{Mutex as Turns, Notify};

use crate::chance::Chance;

/// What can happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It never leaves: the other side is unreachable.
    Unreachable,
    /// The service says that there are too many.
    Throttled,
    /// It never arrives, and the caller waits in vain.
    TimedOut,
    /// It is carried out, but the answer is lost.
    AnswerLost,
    /// The process dies before the call leaves.
    Killed,
}

impl Fault {
    pub const ALL: [Self; 5] =
        [Self::Unreachable, Self::Throttled, Self::TimedOut, Self::AnswerLost, Self::Killed];
}

/// Which calls fail.
#[derive(Debug, Clone)]
pub enum Plan {
    /// None.
    Calm,
    /// From the n-th call (counted from 0), this many in a row.
    At { first: usize, times: usize, fault: Fault },
    /// Of 1,000 calls, this many begin a series of one to four faults.
    Storm { per_mille: usize, kills_per_mille: usize },
}

struct State {
    plan: Plan,
    chance: Chance,
    calls: Vec<String>,
    /// Calls are not under test now.
    is_paused: bool,
    /// The ongoing fault, and for how many more calls.
    lasting: Option<(Fault, usize)>,
    faults: usize,
}

pub struct Weather {
    state: Mutex<State>,
    turns: Turns<()>,
    killed: Notify,
}

impl Weather {
    pub fn new(seed: u64, plan: Plan) -> Self {
        let state = State {
            plan,
            chance: Chance::new(seed, 2),
            calls: Vec::new(),
            is_paused: false,
            lasting: None,
            faults: 0,
        };
        Self { state: Mutex::new(state), turns: Turns::new(()), killed: Notify::new() }
    }

    /// From now on nothing fails.
    pub fn calm_down(&self) {
        let mut state = self.state.lock().unwrap();
        state.plan = Plan::Calm;
        state.lasting = None;
    }

    /// The weather turns.
    pub fn turn(&self, plan: Plan) {
        self.state.lock().unwrap().plan = plan;
    }

    /// While paused, calls pass uncounted.
    pub fn pause(&self, is_paused: bool) {
        self.state.lock().unwrap().is_paused = is_paused;
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<String> {
        self.state.lock().unwrap().calls.clone()
    }

    pub fn faults(&self) -> usize {
        self.state.lock().unwrap().faults
    }

    /// Waits until the process must die.
    pub async fn until_killed(&self) {
        self.killed.notified().await;
    }

    fn decide(&self, call: String) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        if state.is_paused {
            return None;
        }
        let number = state.calls.len();
        let fault = state.next_fault(number);
        let told = fault.map_or_else(|| call.clone(), |fault| format!("{call} -> {fault:?}"));
        state.calls.push(told);
        state.faults += usize::from(fault.is_some());
        fault
    }

    async fn die(&self) -> Answer {
        self.killed.notify_one();
        std::future::pending().await
    }

    /// Yields now and then, so that concurrent calls pass in any order.
    async fn dawdle(&self) {
        let steps = {
            let mut state = self.state.lock().unwrap();
            if matches!(state.plan, Plan::Storm { .. }) { state.chance.below(6) } else { 0 }
        };
        for _ in 0..steps {
            tokio::task::yield_now().await;
        }
    }

    /// Passes a port's call on, with its fault if it has one. The caller holds the turn until the call is done.
    pub async fn on_port<T>(&self, name: &str, done: impl AsyncFnOnce(Option<Fault>) -> T) -> T {
        self.dawdle().await;
        let _turn = self.turns.lock().await;
        let fault = self.decide(name.to_owned());
        if fault == Some(Fault::Killed) {
            self.die().await;
        }
        done(fault).await
    }
}

impl State {
    fn next_fault(&mut self, number: usize) -> Option<Fault> {
        match self.plan {
            Plan::Calm => None,
            Plan::At { first, times, fault } => (first..first + times).contains(&number).then_some(fault),
            Plan::Storm { per_mille, kills_per_mille } => {
                if let Some((fault, left)) = self.lasting {
                    self.lasting = (left > 1).then_some((fault, left - 1));
                    return Some(fault);
                }
                if self.chance.per_mille(kills_per_mille) {
                    return Some(Fault::Killed);
                }
                if !self.chance.per_mille(per_mille) {
                    return None;
                }
                let fault = Fault::ALL[self.chance.below(4)];
                let more = self.chance.below(4);
                self.lasting = (more > 0).then_some((fault, more));
                Some(fault)
            }
        }
    }
}

#[async_trait]
impl CallWatcher for Weather {
    async fn on_call(&self, call: &Call, request: PendingRequest) -> Answer {
        self.dawdle().await;
        let _turn = self.turns.lock().await;
        let name = match call.service {
            Service::Objects if call.is_ranged => format!("{} {} range", call.operation, call.resource),
            Service::Objects => format!("{} {}", call.operation, call.resource),
            Service::Table => call.operation.clone(),
        };
        match self.decide(name) {
            None => request.send().await,
            Some(Fault::Unreachable) => Answer::hung_up(),
            Some(Fault::Throttled) => Answer::throttled(call),
            Some(Fault::TimedOut) => Answer::timed_out(),
            Some(Fault::AnswerLost) => {
                request.send().await;
                Answer::hung_up()
            }
            Some(Fault::Killed) => self.die().await,
        }
    }
}
