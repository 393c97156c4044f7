//! The staff of a world.

use filmless_delivery::Services;
use filmless_delivery::staff::Desk;
use filmless_domain::staff::{Role, StaffMember};

/// A member of staff at work.
pub fn desk(services: &Services, subject: &str, roles: impl IntoIterator<Item = Role>) -> Desk {
    let member =
        StaffMember { subject: subject.into(), name: subject.into(), roles: roles.into_iter().collect() };
    Desk::new(services.clone(), member, "203.0.113.10".into())
}
