//! `filmless up` on a hospital's own storage, here S3 and DynamoDB of LocalStack, by configuration alone.

use serde_json::json;

use crate::embedded::Embedded;
use crate::sample::Study;
use crate::stack::Stack;
use crate::system::{System, link_of};

#[tokio::test(flavor = "multi_thread")]
async fn localstack_serves_the_whole_way_as_storage_of_ones_own() {
    let stack = Stack::deployed();
    stack.make_buckets_of_the_embedded_profile().await;
    let folder = tempfile::tempdir().unwrap();
    let endpoint = stack.text("endpoint");
    let embedded = Embedded::start_with(
        folder.path(),
        &[],
        &[
            ("AWS_ENDPOINT_URL_S3", &endpoint),
            ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", &stack.text("region")),
        ],
    );
    let announce = embedded.text("announce");
    assert_eq!(embedded.text("s3"), endpoint);
    let system = System::around(embedded);
    let study = Study::numbered_in_run(81, stack.run);
    let folder = format!("incoming/{}", study.uid);
    let order = format!("orders/{}.json", study.accession);
    let uploads = [1, 2].map(|number| (format!("{folder}/{number}"), study.slice(1, number)));
    for (key, bytes) in uploads.into_iter().chain([(order, study.order().to_string().into_bytes())]) {
        let size = bytes.len();
        system.upload(&key, bytes).await;
        // An event as Ceph posts it.
        let event = json!({ "Records": [{
            "eventVersion": "2.2", "eventSource": "ceph:s3", "awsRegion": "", "eventTime": "2026-11-22T08:10:00.123Z",
            "eventName": "ObjectCreated:Put", "userIdentity": { "principalId": "pacs" },
            "requestParameters": { "sourceIPAddress": "" },
            "responseElements": { "x-amz-request-id": "1", "x-amz-id-2": "2" },
            "s3": { "s3SchemaVersion": "1.0", "configurationId": "1",
                    "bucket": { "name": "studies", "ownerIdentity": { "principalId": "pacs" }, "arn": "arn:aws:s3:::studies", "id": "" },
                    "object": { "key": key, "size": size, "eTag": "", "versionId": "", "sequencer": "0", "metadata": [], "tags": [] } },
            "eventId": "",
        }]});
        assert_eq!(ureq::post(&announce).send(event.to_string()).unwrap().status(), 204);
    }
    assert_eq!(system.until(&study.uid, "released").await["instances"], 2);
    assert!(link_of(&system.all_sms()[0]).contains("/x/"));
    assert!(system.slip(&study.uid, "slip.pdf").await.is_some());

    let guess = announce.replace("/announce/", "/announce/0");
    let refused = crate::agent::agent().post(&guess).send("{\"Records\":[]}").unwrap();
    assert_eq!(refused.status(), 404);
    assert_eq!(crate::agent::agent().post(&announce).send("hello").unwrap().status(), 400);
}
