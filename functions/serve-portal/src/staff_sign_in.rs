//! How staff sign in: through an identity provider, and back to a session of ours.

use std::sync::Arc;

use filmless_delivery::DeliveryError;
use filmless_delivery::consult::Consultations;
use filmless_delivery::parts::Console;
use filmless_delivery::staff::{Desk, StaffEntrance};
use filmless_domain::staff::Identified;
use filmless_domain::staff_oidc::OidcSettings;
use filmless_domain::{LogCode, Secret};
use filmless_identity::{IdentityError, PendingSignIn, ReachedAt, RelyingParty, Returned};
use filmless_runtime::error_chain;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::error::PortalError;

/// Where the identity provider sends browsers back to, below the portal's address.
pub const STAFF_RETURN_PATH: &str = "/staff/sign-in/return";

/// A sign-in that has begun.
#[derive(Debug)]
pub(crate) enum StaffSignInBegun {
    /// The browser goes to the provider, and returns with the cookie.
    Onward {
        /// The provider's page.
        url: String,
        /// Binds the sign-in to this browser.
        cookie: Secret,
    },
    /// The provider cannot be used right now.
    ProviderDown,
}

/// A sign-in that came back.
#[derive(Debug)]
pub(crate) enum StaffSignInEnded {
    /// Signed in; the cookie of the session.
    Granted(Secret),
    /// Somebody was identified, for the seat of a consultation with this digest.
    ToSeat(String, Identified),
    /// The answer is not accepted: try again.
    Refused,
    /// The provider knows them, but none of their roles is one of ours.
    NoRole,
    /// The provider cannot be used right now.
    ProviderDown,
}

/// What is kept until a sign-in comes back.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    pending: PendingSignIn,
    /// The digest of the link of the seat that it is for; none for the console.
    #[serde(default)]
    seat: Option<String>,
}

/// The sign-in of staff through an identity provider.
#[derive(Debug)]
pub struct StaffSignIn {
    entrance: StaffEntrance,
    relying_party: Arc<RelyingParty>,
    consultations: Consultations,
}

impl StaffSignIn {
    /// Lets in those whom this provider identifies. Nothing is fetched before somebody signs in.
    ///
    /// # Errors
    /// [`IdentityError::Settings`].
    pub fn new(
        console: impl Into<Console>,
        provider: OidcSettings,
        reached_at: Option<ReachedAt>,
    ) -> Result<Self, IdentityError> {
        let console = console.into();
        let return_url = format!("{}{STAFF_RETURN_PATH}", console.common.settings.public_url);
        let relying_party = Arc::new(RelyingParty::new(provider, return_url, reached_at)?);
        let consultations = Consultations::new(&console);
        Ok(Self { entrance: StaffEntrance::new(console), relying_party, consultations })
    }

    /// The use cases of consultations, with the rights of the console.
    pub(crate) fn consultations(&self) -> Consultations {
        self.consultations.clone()
    }

    /// Begins a sign-in at the identity provider: of staff, or of a member of a consultation, to this seat.
    pub(crate) async fn begin(&self, seat: Option<String>) -> Result<StaffSignInBegun, PortalError> {
        let begun = match self.relying_party.begin().await {
            Ok(begun) => begun,
            Err(error) => {
                tell_down(&error);
                return Ok(StaffSignInBegun::ProviderDown);
            }
        };
        let kept = Kept { pending: begun.pending, seat };
        let pending = serde_json::to_string(&kept).map_err(PortalError::failed)?;
        let cookie = self.entrance.keep_sign_in(pending).await?;
        Ok(StaffSignInBegun::Onward { url: begun.url.into(), cookie })
    }

    /// Ends the sign-in. `cookie` binds it to the browser; `earlier` is a session the browser had before.
    pub(crate) async fn finish(
        &self,
        cookie: Option<&Secret>,
        earlier: Option<&Secret>,
        returned: Returned,
        source: &str,
    ) -> Result<StaffSignInEnded, PortalError> {
        // A return without a departure is not even recorded: anybody can send one, at any rate they like.
        let Some(cookie) = cookie else { return Ok(StaffSignInEnded::Refused) };
        let kept = self.entrance.take_sign_in(cookie.expose()).await?;
        let Some(kept) = kept else { return Ok(StaffSignInEnded::Refused) };
        let Kept { pending, seat } = serde_json::from_str(&kept).map_err(PortalError::failed)?;
        if let Some(seat) = seat {
            return self.finish_to_seat(seat, pending, returned).await;
        }
        match self.relying_party.finish(pending, returned, self.entrance.now()).await {
            Ok(member) => {
                if let Some(earlier) = earlier {
                    self.entrance.sign_out(earlier.expose(), source).await?;
                }
                let session = self.entrance.let_in(member, source).await?;
                Ok(StaffSignInEnded::Granted(session))
            }
            Err(IdentityError::Refused(why)) => {
                self.turn_away("", why.as_str(), source).await?;
                Ok(StaffSignInEnded::Refused)
            }
            Err(IdentityError::NoRole { subject }) => {
                self.turn_away(&subject, "no-role", source).await?;
                Ok(StaffSignInEnded::NoRole)
            }
            Err(error) => {
                tell_down(&error);
                Ok(StaffSignInEnded::ProviderDown)
            }
        }
    }

    async fn finish_to_seat(
        &self,
        seat: String,
        pending: PendingSignIn,
        returned: Returned,
    ) -> Result<StaffSignInEnded, PortalError> {
        match self.relying_party.identify(pending, returned, self.entrance.now()).await {
            Ok(who) => Ok(StaffSignInEnded::ToSeat(seat, who)),
            Err(IdentityError::Refused(why)) => {
                let (code, why) = (LogCode::StaffSignInRefused.code(), why.as_str());
                info!(code, why, "a sign-in of a member is refused");
                Ok(StaffSignInEnded::Refused)
            }
            Err(error) => {
                tell_down(&error);
                Ok(StaffSignInEnded::ProviderDown)
            }
        }
    }

    /// The desk of the member of staff with this session cookie.
    pub(crate) async fn desk(&self, cookie: &str, source: &str) -> Result<Option<Desk>, DeliveryError> {
        self.entrance.desk(cookie, source).await
    }

    /// Ends a session.
    pub(crate) async fn sign_out(&self, cookie: &str, source: &str) -> Result<(), DeliveryError> {
        self.entrance.sign_out(cookie, source).await
    }

    async fn turn_away(&self, subject: &str, why: &str, source: &str) -> Result<(), DeliveryError> {
        info!(code = LogCode::StaffSignInRefused.code(), why, "a sign-in of staff is refused");
        self.entrance.turn_away(subject, why, source).await
    }
}

fn tell_down(error: &IdentityError) {
    warn!(
        code = LogCode::IdentityProviderDown.code(),
        cause = error_chain(error),
        "nobody of the staff can sign in"
    );
}
