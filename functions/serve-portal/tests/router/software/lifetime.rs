//! How long a token lives, on a clock that the test sets: what its page and its JSON say is what happens.

use axum::http::header::CONTENT_TYPE;
use filmless_delivery::viewing::software::Software;
use jiff::{SignedDuration, Timestamp};

use super::{SOURCE, Scene, minutes};
use crate::world::{STUDY, World, now, uid};

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

impl Scene {
    /// Whether it opens for the process that was asked before, and for one that never was: both judge alike.
    async fn opens_at(&self, token: &str, moment: Timestamp) -> bool {
        self.pass(moment);
        let anew = Software::new(self.services.clone());
        let opens_anew = anew.admit(token, SOURCE).await.unwrap().is_some();
        let opens = self.opens(token).await;
        assert_eq!(opens, opens_anew, "at {moment}");
        opens
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lives_eight_hours_from_its_last_use_and_no_longer_than_its_session_may() {
    let ttl = 12 * 60;
    // Minutes after it was made: when it is used, when it must still open, and from when on it must not.
    let cases: [(&str, Vec<i64>, i64, i64); 6] = [
        ("nobody uses it", vec![], 7 * 60 + 59, 8 * 60 + 1),
        ("it ends to the minute", vec![], 8 * 60 - 1, 8 * 60),
        ("it is used once, an hour after the pages ended", vec![120], 9 * 60 + 59, 10 * 60 + 1),
        ("it is used once, when nearly over", vec![7 * 60 + 59], ttl - 1, ttl),
        ("it is used every hour", (1..12).map(|hour| hour * 60).collect(), ttl - 1, ttl),
        ("it is used every minute for an hour", (1..60).collect(), 59 + 8 * 60 - 1, 59 + 8 * 60),
    ];
    let world = World::new().await;
    for (case, uses, opens_until, ended_from) in cases {
        for last in [opens_until, ended_from] {
            let uses = uses.clone();
            let opens = world
                .with(move |services| async move {
                    assert_eq!(services.settings.session_ttl.as_secs(), 12 * 3600);
                    let scene = Scene::new(services);
                    let token = scene.token("session-of-hoa").await;
                    for at in uses {
                        assert!(scene.opens_at(&token, now() + minutes(at)).await, "used after {at} min");
                    }
                    scene.opens_at(&token, now() + minutes(last)).await
                })
                .await;
            assert_eq!(opens, last == opens_until, "{case}: after {last} min");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_the_end_of_a_token_is_when_it_ends() {
    // Made so many hours after its session began; it then ends so many hours after that.
    for (made_after, told) in [(0, 8), (3, 11), (4, 12), (11, 12)] {
        let (made, opened) = World::new()
            .await
            .with(move |services| async move {
                let scene = Scene::new(services);
                for at in (0..=made_after * 60).step_by(30) {
                    scene.pass(now() + minutes(at));
                    scene.session("session-of-hoa").await;
                }
                let session = scene.session("session-of-hoa").await;
                let make =
                    async || scene.portal.new_viewer_token(&session, &[uid(STUDY)]).await.unwrap().unwrap();
                let (first, second) = (make().await, make().await);
                assert_eq!((first.expires_at, first.ends_at), (second.expires_at, second.ends_at));
                let before = scene.opens_at(first.token.expose(), first.expires_at - minutes(1)).await;
                let then = scene.opens_at(second.token.expose(), second.expires_at).await;
                (first, (before, then))
            })
            .await;
        assert_eq!(made.expires_at, now() + hours(told), "made after {made_after} h");
        assert_eq!(made.ends_at, now() + hours(12));
        assert_eq!(opened, (true, false), "made after {made_after} h");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_end_when_nobody_looks_at_them_and_software_goes_on() {
    let world = World::new().await;
    world
        .with(|services| async move {
            let scene = Scene::new(services);
            let cookie = "session-of-hoa";
            let token = scene.token(cookie).await;
            let is_in = async || scene.portal.session(cookie, SOURCE).await.unwrap().is_some();
            assert!(scene.opens_at(&token, now() + minutes(50)).await);
            assert!(is_in().await, "less than an hour");
            // The software that works on keeps no page open.
            for at in [80, 100, 111] {
                assert!(scene.opens_at(&token, now() + minutes(at)).await);
            }
            for at in [111, 170] {
                assert!(scene.opens_at(&token, now() + minutes(at)).await);
                assert!(!is_in().await, "an hour since anybody looked at a page");
            }
            scene.portal.leave_session(cookie, SOURCE).await.unwrap();
            assert!(scene.opens_at(&token, now() + minutes(180)).await, "who signs in again reads on");
            scene.portal.sign_out(cookie, SOURCE).await.unwrap();
            assert!(!scene.opens_at(&token, now() + minutes(181)).await, "it is over with a sign-out");
        })
        .await;
}

#[tokio::test]
async fn the_page_says_when_its_address_ends() {
    let world = World::new().await;
    let page = world.send(super::ask_for_token(crate::HOA, "text/html")).await;
    assert!(page.header(CONTENT_TYPE).starts_with("text/html"));
    let told = "hết hiệu lực lúc 00:30, 24/11/2020; đang dùng thì chậm nhất là 04:30, 24/11/2020.";
    assert!(page.body.contains(told), "{}", page.body);
}
