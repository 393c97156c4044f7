//! Slows down password guessing: three counters within a window.

use crate::parts::Common;
use crate::{DeliveryError, credentials};

/// What the counters say to another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// Check the password.
    Allowed,
    /// Too many attempts.
    TooMany {
        /// The first one over the limit; recorded in the audit log.
        is_first: bool,
    },
}

/// Separates staff accounts from patients', whose keys contain no colon.
const STAFF: &str = "staff:";

/// Counts a staff sign-in from a source, before the password is checked.
///
/// # Errors
/// [`DeliveryError`].
pub async fn count_staff(common: &Common, account: &str, source: &str) -> Result<Tries, DeliveryError> {
    count(common, &format!("{STAFF}{account}"), &credentials::token_digest(source)).await
}

/// Forgets a member's attempts from that source, after a right one.
///
/// # Errors
/// [`DeliveryError`].
pub async fn forget_staff(common: &Common, account: &str, source: &str) -> Result<(), DeliveryError> {
    forget(common, &format!("{STAFF}{account}"), &credentials::token_digest(source)).await
}

/// Counted before the password is checked: attempts at the same time must not share one count.
pub(crate) async fn count(
    common: &Common,
    account_key: &str,
    source_digest: &str,
) -> Result<Tries, DeliveryError> {
    let (index, limits) = (&common.index, &common.settings.limits);
    let (now, window) = (common.clock.now(), limits.sign_in_window_seconds);
    let here = index.count_sign_in(account_key, source_digest, now, window).await?;
    let of_source = index.count_sign_in("", source_digest, now, window).await?;
    let of_account = index.count_sign_in(account_key, "", now, window).await?;
    let is_attack = of_account > limits.account_failures_max || of_source > limits.source_failures_max;
    let here_max =
        if is_attack { limits.sign_in_failures_under_attack_max } else { limits.sign_in_failures_max };
    if here <= here_max && of_source <= limits.source_flood_max {
        return Ok(Tries::Allowed);
    }
    // Record only the crossing of a limit: a flood must not fill the audit log.
    let is_flood = of_source > limits.source_flood_max;
    let is_first = if is_flood { of_source == limits.source_flood_max + 1 } else { here == here_max + 1 };
    Ok(Tries::TooMany { is_first })
}

pub(crate) async fn forget(
    common: &Common,
    account_key: &str,
    source_digest: &str,
) -> Result<(), DeliveryError> {
    let index = &common.index;
    index.forget_sign_ins(account_key, source_digest).await?;
    index.uncount_sign_in("", source_digest).await?;
    index.uncount_sign_in(account_key, "").await?;
    Ok(())
}
