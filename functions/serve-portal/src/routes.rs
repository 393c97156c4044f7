//! The table of routes. The router is built from the same list that documents and tests read, so no route can be
//! missing from them.

mod staff;

use crate::assets;
use crate::pages::{
    access, consult, consult_room, download, guide, language, link, marks, open_with, read, share, shares,
    sign_in, studies, study, well_known,
};
use crate::route::{Route, Who, get, post};

/// Every route of the portal, including the console of staff.
#[must_use]
pub fn routes() -> Vec<Route> {
    use Who::{Anyone, Guest, Patient};
    let mut routes = vec![
        get("/", Anyone, sign_in::show),
        post("/sign-in", Anyone, sign_in::submit),
        post("/sign-out", Anyone, sign_in::sign_out),
        post("/sign-out-everywhere", Patient, sign_in::sign_out_everywhere),
        get("/s/{token}", Anyone, share::show),
        post("/s/{token}", Anyone, share::submit),
        get("/shares", Patient, shares::show),
        post("/shares", Patient, shares::create),
        post("/shares/{share_id}/end", Patient, shares::end),
        get("/c/{token}", Anyone, consult::seat::show),
        post("/c/{token}", Anyone, consult::seat::submit),
        post("/c/{token}/code", Anyone, consult::seat::new_code),
        get("/c/{token}/sign-in", Anyone, consult::seat::sign_in),
        get("/consultations", Guest, consult::list::show),
        post("/consultations", Guest, consult::start::create),
        get("/consultations/new", Guest, consult::start::ask),
        get("/consultations/{consultation_id}", Guest, consult::show::show),
        post("/consultations/{consultation_id}/end", Guest, consult::acts::end),
        post("/consultations/{consultation_id}/opinions", Guest, consult::opinions::sign),
        get("/consultations/{consultation_id}/minutes", Guest, consult::minutes::edit),
        post("/consultations/{consultation_id}/minutes", Guest, consult::minutes::write),
        post("/consultations/{consultation_id}/minutes/sign", Guest, consult::minutes::sign),
        get("/consultations/{consultation_id}/minutes/picture", Guest, consult::minutes::picture),
        get("/consultations/{consultation_id}/minutes.pdf", Guest, consult::minutes::pdf),
        post("/consultations/{consultation_id}/members", Guest, consult::acts::add_member),
        post("/consultations/{consultation_id}/members/{member_id}/admit", Guest, consult::acts::admit),
        post("/consultations/{consultation_id}/members/{member_id}/remove", Guest, consult::acts::remove),
        post("/consultations/{consultation_id}/members/{member_id}/code", Guest, consult::acts::new_code),
        post("/consultations/{consultation_id}/members/{member_id}/link", Guest, consult::acts::new_link),
        get("/x/{token}", Anyone, link::show),
        post("/x/{token}", Anyone, link::submit),
        get("/studies", Guest, studies::show),
        get("/studies/{study_uid}", Guest, study::show).compressed(),
        get("/studies/{study_uid}/read", Guest, read::show).compressed(),
        get("/studies/{study_uid}/grant", Guest, study::grant),
        get("/studies/{study_uid}/download", Guest, download::show),
        post("/studies/{study_uid}/download", Guest, download::ask),
        get("/studies/{study_uid}/files/{instance_uid}", Guest, download::original),
        get("/studies/{study_uid}/open-with", Guest, open_with::show),
        post("/studies/{study_uid}/open-with", Guest, open_with::open),
        get("/studies/{study_uid}/open-with/osirix", Guest, open_with::osirix),
        post("/studies/{study_uid}/viewer-token", Guest, open_with::viewer_token),
        post("/studies/{study_uid}/marks", Guest, marks::save),
        post("/studies/{study_uid}/seen", Guest, access::seen),
        get("/studies/{study_uid}/access", Patient, access::show),
        post("/consultations/{consultation_id}/ticket", Guest, consult_room::ticket),
        post("/consultations/{consultation_id}/poll", Guest, consult_room::poll),
        get("/consultations/{consultation_id}/standing", Guest, consult::standing::show),
        get("/consultations/{consultation_id}/record", Guest, consult_room::record).compressed(),
        get("/guide", Anyone, guide::show),
        post("/language", Anyone, language::choose),
        get("/assets/{name}", Anyone, assets::show),
        get("/manifest.webmanifest", Anyone, well_known::manifest),
        get("/robots.txt", Anyone, well_known::robots),
        get("/favicon.ico", Anyone, well_known::favicon),
        get("/licenses", Anyone, well_known::licenses).compressed(),
        get("/healthz", Anyone, well_known::health),
    ];
    routes.extend(staff::routes());
    routes
}
