# One static program, no shell, no user in it but a number. From the root of the repository:
#   docker build -f deploy/images/proxy.Dockerfile -t tidegate-proxy:0.1.0 .
# A release pins the toolchain's image: --build-arg RUST=docker.io/library/rust@sha256:...
ARG RUST=docker.io/library/rust:1.95.0-bookworm
FROM ${RUST} AS build
# The crypto library is built with it.
RUN apt-get update && apt-get install --yes --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*
# The image's own toolchain: without this, rustup would fetch what rust-toolchain.toml lists.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /src
COPY . .
# Built twice: by a profile of its own work, which is done here, the compiler lays it out (docs/performance.md). Takes two cores.
RUN cargo xtask pgo --static \
 && install -D target/pgo/bin/tidegate-proxy /out/tidegate-proxy

FROM scratch
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tidegate proxy" \
      org.opencontainers.image.description="Serves what its control plane says: HTTP, TLS and AI traffic of one Gateway" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/tidegate-proxy /tidegate-proxy
USER 65532:65532
ENTRYPOINT ["/tidegate-proxy"]
