//! Who may talk to a control plane: nobody without a token, and with one only about what it is for.

use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result, ensure};
use grpc::address::Address;
use grpc::connect::{admin, ads, connect};
use grpc::token::BearerToken;
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::DeltaDiscoveryRequest;
use proto::tidegate::v1::{GetStatusRequest, WatchInfrastructureRequest};
use proto::type_url::TypeUrl;
use tests::manifest::gateway;
use tests::world::World;
use tests::{deadline, port};
use tonic::Code;

fn first_request(cluster: &str) -> DeltaDiscoveryRequest {
    DeltaDiscoveryRequest {
        node: Some(Node {
            id: "stranger".to_owned(),
            cluster: cluster.to_owned(),
            ..Node::default()
        }),
        type_url: TypeUrl::Secret.as_str().to_owned(),
        ..DeltaDiscoveryRequest::default()
    }
}

/// How an ADS stream with this token and node ends; `None` if it is served.
pub(crate) async fn refusal(
    address: &Address,
    token: BearerToken,
    cluster: &str,
) -> Result<Option<Code>> {
    let mut client = ads(connect(address).await?, token);
    let requests = tokio_stream::iter([first_request(cluster)]);
    let mut stream = match client.delta_aggregated_resources(requests).await {
        Ok(response) => response.into_inner(),
        Err(status) => return Ok(Some(status.code())),
    };
    Ok(stream.message().await.err().map(|status| status.code()))
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_holder_of_a_token_is_served() -> Result<()> {
    let world = World::control_plane(&[("gateway.yaml", gateway(port::free()?))])?;
    let socket = world.run_dir().join("control-plane.sock");
    let address = Address::unix(&socket);
    deadline::until("the control plane answers", deadline::SOON, || async {
        ensure!(world.run_dir().join("admin-token").exists(), "no token yet");
        connect(&address).await.map(drop).context("connect")
    })
    .await?;
    for file in ["control-plane.sock", "admin-token", "run-secret"] {
        let mode = std::fs::metadata(world.run_dir().join(file))?
            .permissions()
            .mode();
        ensure!(mode & 0o077 == 0, "{file} has mode {mode:o}");
    }

    let stranger = refusal(&address, BearerToken::none(), "default/gateway").await?;
    ensure!(stranger == Some(Code::Unauthenticated), "{stranger:?}");
    let forged = BearerToken::new(&format!("tg1.default/gateway.{}", "0".repeat(64)))?;
    let forged = refusal(&address, forged, "default/gateway").await?;
    ensure!(forged == Some(Code::Unauthenticated), "{forged:?}");
    let status = admin(connect(&address).await?, BearerToken::none())
        .get_status(GetStatusRequest {})
        .await;
    ensure!(status.is_err_and(|status| status.code() == Code::Unauthenticated));

    let token = BearerToken::new(&std::fs::read_to_string(
        world.run_dir().join("admin-token"),
    )?)?;
    let mut operator = admin(connect(&address).await?, token.clone());
    operator.get_status(GetStatusRequest {}).await?;
    let as_proxy = refusal(&address, token, "default/gateway").await?;
    ensure!(as_proxy == Some(Code::PermissionDenied), "{as_proxy:?}");

    let mut watch = operator
        .watch_infrastructure(WatchInfrastructureRequest {})
        .await?
        .into_inner();
    let infrastructure = watch.message().await?.context("no infrastructure")?;
    let proxy = infrastructure
        .proxies
        .first()
        .context("no proxy is wanted")?;
    let own = BearerToken::new(&proxy.token)?;
    ensure!(
        refusal(&address, own.clone(), "default/gateway")
            .await?
            .is_none()
    );
    let other = refusal(&address, own.clone(), "default/other").await?;
    ensure!(other == Some(Code::PermissionDenied), "{other:?}");
    let as_operator = admin(connect(&address).await?, own)
        .get_status(GetStatusRequest {})
        .await;
    ensure!(as_operator.is_err_and(|status| status.code() == Code::PermissionDenied));
    world.stop().await
}
