//! The routes of the console.

use crate::pages::staff::{
    audit, bulk, consult, failed, finance, home, lists, opened, patient, patient_acts, refusals, release,
    shares, sign_in, study, study_acts, usage,
};
use crate::protection::UPLOAD_PATH;
use crate::route::{Route, Who, get, post};

/// The routes of the console, including its sign-in: without a console there is neither.
pub(super) fn routes() -> Vec<Route> {
    use Who::Staff;
    let routes = vec![
        get("/staff", Staff, home::show),
        post("/staff/search", Staff, home::search),
        get("/staff/found/{search}", Staff, home::found),
        get("/staff/sign-in", Staff, sign_in::show),
        get("/staff/sign-in/begin", Staff, sign_in::begin),
        get("/staff/sign-in/return", Staff, sign_in::come_back),
        post("/staff/sign-out", Staff, sign_in::sign_out),
        post("/staff/sign-out-everywhere", Staff, sign_in::sign_out_everywhere),
        get("/staff/patients/{patient}", Staff, patient::show),
        post("/staff/patients/{patient}/contact", Staff, patient_acts::correct_contact),
        get("/staff/patients/{patient}/revoke", Staff, patient_acts::ask_revoke),
        post("/staff/patients/{patient}/revoke", Staff, patient_acts::revoke),
        get("/staff/patients/{patient}/merge", Staff, patient_acts::ask_merge),
        post("/staff/patients/{patient}/merge", Staff, patient_acts::merge),
        get("/staff/patients/{patient}/erase", Staff, patient_acts::ask_erase),
        post("/staff/patients/{patient}/erase", Staff, patient_acts::erase),
        post("/staff/patients/{patient}/shares", Staff, shares::create),
        post("/staff/patients/{patient}/shares/{share_id}/end", Staff, shares::end),
        get("/staff/patients/{patient}/consultations", Staff, consult::list),
        post("/staff/patients/{patient}/consultations", Staff, consult::start),
        get("/staff/patients/{patient}/consultations/{consultation_id}", Staff, consult::show),
        get("/staff/patients/{patient}/consultations/{consultation_id}/record", Staff, consult::record)
            .compressed(),
        post("/staff/patients/{patient}/consultations/{consultation_id}/end", Staff, consult::end),
        post("/staff/patients/{patient}/consultations/{consultation_id}/members", Staff, consult::add_member),
        post(
            "/staff/patients/{patient}/consultations/{consultation_id}/members/{member_id}/code",
            Staff,
            consult::new_code,
        ),
        post(
            "/staff/patients/{patient}/consultations/{consultation_id}/members/{member_id}/link",
            Staff,
            consult::new_link,
        ),
        get("/staff/studies/{study_uid}", Staff, study::show),
        post("/staff/studies/{study_uid}/slip", Staff, study_acts::slip),
        post("/staff/studies/{study_uid}/reissue", Staff, study_acts::reissue),
        post("/staff/studies/{study_uid}/resend", Staff, study_acts::resend),
        get("/staff/studies/{study_uid}/release", Staff, release::ask),
        post("/staff/studies/{study_uid}/release", Staff, release::submit),
        post("/staff/studies/{study_uid}/hold", Staff, study_acts::hold),
        get("/staff/studies/{study_uid}/recall", Staff, study_acts::ask_recall),
        post("/staff/studies/{study_uid}/recall", Staff, study_acts::recall),
        get("/staff/studies/{study_uid}/viewers", Staff, study::viewers),
        get("/staff/held", Staff, lists::held),
        get("/staff/held.csv", Staff, lists::held_csv),
        get("/staff/reviews", Staff, release::reviews),
        get("/staff/unreached", Staff, lists::unreached),
        get("/staff/unreached.csv", Staff, lists::unreached_csv),
        get("/staff/failed", Staff, failed::show),
        get("/staff/failed.csv", Staff, failed::csv),
        get("/staff/opened", Staff, opened::show),
        get("/staff/opened.csv", Staff, opened::csv),
        post("/staff/resend", Staff, bulk::resend),
        get("/staff/refusals", Staff, refusals::show),
        get("/staff/refusals.csv", Staff, refusals::csv),
        get("/staff/finance", Staff, finance::show),
        post("/staff/finance/export", Staff, finance::export),
        post("/staff/finance/budget", Staff, finance::set_budget),
        get("/staff/finance/lines", Staff, finance::lines),
        get(UPLOAD_PATH, Staff, finance::claims),
        post(UPLOAD_PATH, Staff, finance::upload_claims),
        get("/staff/finance/claims/{month}/list", Staff, finance::claims_list),
        get("/staff/finance/{name}", Staff, finance::csv),
        get("/staff/usage", Staff, usage::show),
        get("/staff/usage/{month}/files/{name}", Staff, usage::file),
        get("/staff/audit", Staff, audit::show),
        post("/staff/audit/verify", Staff, audit::verify),
        get("/staff/audit/export", Staff, audit::export),
    ];
    routes.into_iter().map(Route::restricted).collect()
}
