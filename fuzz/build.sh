#!/bin/bash -eu
# OSS-Fuzz and ClusterFuzzLite: builds every target into $OUT with its seeds and dictionary.
# The base image has a nightly toolchain and cargo-fuzz.
cd "$SRC/reelseal"
# The image brings its own compiler, newer than the one that rust-toolchain.toml names.
export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-nightly}

cargo run --locked --package reelseal-proptests --example seeds -- fuzz/corpus
cargo fuzz build -O --debug-assertions --fuzz-dir fuzz

built=${CARGO_TARGET_DIR:-fuzz/target}/x86_64-unknown-linux-gnu/release
for target in $(cargo fuzz list --fuzz-dir fuzz); do
    cp "$built/$target" "$OUT/"
    seeds=()
    for folder in "fuzz/corpus/$target" "fuzz/regressions/$target"; do
        [ ! -d "$folder" ] || seeds+=("$folder")
    done
    [ ${#seeds[@]} -eq 0 ] || zip --quiet --junk-paths --recurse-paths \
        "$OUT/${target}_seed_corpus.zip" "${seeds[@]}"
    [ ! -f "fuzz/dictionaries/$target.dict" ] || cp "fuzz/dictionaries/$target.dict" "$OUT/"
done
