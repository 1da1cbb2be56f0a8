# Static, without a shell, as an ordinary user, with a root file system that may be read-only.
#   docker build -f deploy/images/control-plane.Dockerfile -t tidegate-control-plane:0.1.0 .
FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base cmake perl
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin tidegate-control-plane && install -D target/release/tidegate-control-plane /out/tidegate-control-plane

FROM scratch
COPY --from=build /out/tidegate-control-plane /tidegate-control-plane
USER 10101:10101
ENTRYPOINT ["/tidegate-control-plane"]
