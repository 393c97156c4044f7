//! Tests that every backend must pass.

/// Runs every test of a module against each backend.
macro_rules! on_every_backend {
    ($($test:ident)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(&$crate::backend::Backend::embedded().await).await;
            })*
        }
        mod localstack {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(&$crate::localstack::backend().await).await;
            })*
        }
    };
}
pub(crate) use on_every_backend;
