# Static, without a shell, as an ordinary user, with a root file system that may be read-only.
#   docker build -f deploy/images/proxy.Dockerfile -t tidegate-proxy:0.1.0 .
FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base cmake perl
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin tidegate-proxy && install -D target/release/tidegate-proxy /out/tidegate-proxy

FROM scratch
COPY --from=build /out/tidegate-proxy /tidegate-proxy
USER 10101:10101
ENTRYPOINT ["/tidegate-proxy"]
