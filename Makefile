# The front door. Every target is cargo or `cargo xtask`; `make help` lists them.
.PHONY: help check test conformance run lab soak measure release bench bless

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

check: ## what a review would find first: format, generated code, floors, tidy, clippy, dependencies
	cargo fmt --all --check && cargo xtask gen --check && cargo xtask crds --check && cargo xtask floors && cargo xtask tidy
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	cargo xtask tool cargo-deny check --hide-inclusion-graph licenses bans sources

test: ## everything that must hold, on this machine, without root
	cargo xtask gen --check && cargo xtask floors && cargo xtask tidy && cargo xtask tools envoy redis-server ratelimit h2spec lab-kube echo-basic strategic helm gateway-api-conformance vendor-sdks vendor-sdks-node
	cargo build --workspace --all-targets --locked && cargo xtask crds --check
	cargo test --workspace --locked

conformance: ## the official Gateway API suite in the lab, against what deploy/ installs; writes its report
	cargo xtask tools lab-kube echo-basic gateway-api-conformance && cargo build --workspace --bins --locked
	TIDEGATE_CONFORMANCE_REPORT=1 cargo test --workspace --test cluster --locked -- conformance

run: ## build and start the quickstart: control plane, proxy, mock model provider
	cargo build --bins --locked
	./target/debug/tidegate up -f examples/quickstart --mock-provider 127.0.0.1:9911

lab: ## a Kubernetes cluster on this machine until Ctrl-C, without root; prints a KUBECONFIG
	cargo xtask tools lab-kube echo-basic && cargo build --workspace --bins --locked
	./target/debug/lab up

soak: ## the long forms of the tests: ten minutes of random edits and killed control planes, 10,000 questions while providers fail; writes tests/reports
	cargo xtask tools lab-kube echo-basic && cargo build --workspace --bins --locked
	TIDEGATE_CHURN_SECONDS=600 TIDEGATE_CHURN_REPORT="$(CURDIR)/tests/reports/churn.md" \
		cargo test --workspace --locked --test cluster -- churn
	TIDEGATE_FAILOVER_REPORT="$(CURDIR)/tests/reports/failover.md" \
		cargo test --workspace --locked --test main -- --ignored no_client_of_ten_thousand

measure: ## what a control plane in a cluster costs, and how long an edit takes; release build
	cargo xtask tools lab-kube && cargo build --release --workspace --bins --locked
	TIDEGATE_MEASURE="$(CURDIR)/target/release" cargo test --workspace --locked --test cluster -- --nocapture measure

release: ## the proxy as images have it, laid out by a profile of its own work: target/pgo/bin (two builds of it, ten minutes each)
	cargo xtask pgo

bench: release ## CPU, latency and memory beside nginx, Envoy, LiteLLM and Portkey; needs nginx on the PATH, and Python with pip
	cargo xtask tools envoy llm-gateways
	./target/pgo/bin/bench --bin-dir target/pgo/bin --tools "$${XDG_CACHE_HOME:-$$HOME/.cache}/tidegate/bin"

bless: ## let the golden tests write what they produce; read the diff before you commit it
	cargo xtask bless
