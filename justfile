# CI and people call the same recipes; `just` itself is a convenience, every line runs without it.

# Serve the demo at http://127.0.0.1:8080
run:
    cargo run -- serve --demo

# Every test
test:
    cargo test --workspace

# Format, lints, metadata, generated files
check:
    cargo fmt --all -- --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo run --quiet -- check
    cargo run --quiet -- generate --check

# schema.graphql and the entities of the core modules
generate:
    cargo run --quiet -- generate

# What requests cost, beside the least that they could cost: docs/performance.md
bench *args:
    cargo build --release
    cargo run --release -p kontor-bench -- --docs docs {{args}}

# Licences and sources of dependencies, and what is known against them
dependencies:
    .ci/dependencies

# Everything that CI runs
ci:
    .ci/run
