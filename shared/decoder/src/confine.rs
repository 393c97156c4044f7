//! What a process gives up before it reads an untrusted byte.

use std::io;

use rlimit::Resource;
use serde::{Deserialize, Serialize};

/// What the kernel took away. Resource limits are always set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// All system calls except those that computing needs.
    pub system_calls: bool,
    /// Files and network, by the Landlock security module.
    pub landlock: bool,
}

/// Gives up everything but the pipes: no opening or writing of files, no sockets, no starting or signalling of
/// processes, no executable memory. Threads may still be started. Call it before any other thread runs.
///
/// # Errors
/// If the limits cannot be set.
pub fn confine(memory_bytes: u64, cpu_seconds: u64) -> io::Result<Confinement> {
    for (resource, limit) in [
        (Resource::AS, memory_bytes),
        (Resource::CPU, cpu_seconds),
        (Resource::CORE, 0),
        (Resource::FSIZE, 0),
        (Resource::NOFILE, 0),
    ] {
        let (_, hard) = resource.get()?;
        let limit = limit.min(hard);
        resource.set(limit, limit)?;
    }
    Ok(Confinement { landlock: kernel::landlock(), system_calls: kernel::filter_system_calls() })
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    pub(super) fn landlock() -> bool {
        false
    }

    pub(super) fn filter_system_calls() -> bool {
        false
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::collections::BTreeMap;

    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };

    /// Handles every access this kernel knows, and grants none.
    pub(super) fn landlock() -> bool {
        let restricted = Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))
            .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V5)))
            .and_then(|ruleset| ruleset.scope(Scope::from_all(ABI::V6)))
            .and_then(Ruleset::create)
            .and_then(landlock::RulesetCreated::restrict_self);
        restricted.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
    }

    pub(super) fn filter_system_calls() -> bool {
        let applied = || {
            seccompiler::apply_filter(&threads_by_clone()?)?;
            seccompiler::apply_filter(&allowed_only()?)
        };
        applied().is_ok()
    }

    type Rules = BTreeMap<i64, Vec<SeccompRule>>;

    fn program(
        rules: Rules,
        otherwise: SeccompAction,
        then: SeccompAction,
    ) -> Result<BpfProgram, seccompiler::Error> {
        let architecture = std::env::consts::ARCH.try_into()?;
        Ok(SeccompFilter::new(rules, otherwise, then, architecture)?.try_into()?)
    }

    /// The newer call has its flags in memory, where filters cannot look; without it libraries use the older one.
    fn threads_by_clone() -> Result<BpfProgram, seccompiler::Error> {
        let rules = Rules::from([(libc::SYS_clone3, Vec::new())]);
        program(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32))
    }

    /// What computing needs; everything else fails as not permitted.
    fn allowed_only() -> Result<BpfProgram, seccompiler::Error> {
        let any = [
            libc::SYS_brk,
            libc::SYS_clock_gettime,
            libc::SYS_clock_nanosleep,
            libc::SYS_clone3,
            libc::SYS_close,
            libc::SYS_exit,
            libc::SYS_exit_group,
            libc::SYS_futex,
            libc::SYS_getpid,
            libc::SYS_getrandom,
            libc::SYS_gettid,
            libc::SYS_madvise,
            libc::SYS_mremap,
            libc::SYS_munmap,
            libc::SYS_nanosleep,
            libc::SYS_restart_syscall,
            libc::SYS_rseq,
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigprocmask,
            libc::SYS_rt_sigreturn,
            libc::SYS_sched_getaffinity,
            libc::SYS_sched_yield,
            libc::SYS_set_robust_list,
            libc::SYS_sigaltstack,
        ];
        let mut rules: Rules = any.into_iter().map(|call| (call, Vec::new())).collect();
        let own_process = u64::from(std::process::id());
        for call in [libc::SYS_read, libc::SYS_readv] {
            rules.insert(call, vec![where_argument(0, SeccompCmpOp::Eq, 0)?]);
        }
        for call in [libc::SYS_write, libc::SYS_writev] {
            let [out, errors] = [1, 2].map(|pipe| where_argument(0, SeccompCmpOp::Eq, pipe));
            rules.insert(call, vec![out?, errors?]);
        }
        let executable = SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64);
        for call in [libc::SYS_mmap, libc::SYS_mprotect] {
            rules.insert(call, vec![where_argument(2, executable.clone(), 0)?]);
        }
        let thread = (libc::CLONE_THREAD | libc::CLONE_VM) as u64;
        rules.insert(libc::SYS_clone, vec![where_argument(0, SeccompCmpOp::MaskedEq(thread), thread)?]);
        // This is how a process ends itself.
        rules.insert(libc::SYS_tgkill, vec![where_argument(0, SeccompCmpOp::Eq, own_process)?]);
        program(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
    }

    fn where_argument(
        number: u8,
        comparison: SeccompCmpOp,
        value: u64,
    ) -> Result<SeccompRule, seccompiler::BackendError> {
        SeccompRule::new(vec![SeccompCondition::new(number, SeccompCmpArgLen::Dword, comparison, value)?])
    }
}
