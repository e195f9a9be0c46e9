#!/usr/bin/env bash
# Builds the fuzz entries and runs one of them, or all: Tests/Fuzz/fuzz.sh ENTRY|all [RUNS] [LIBFUZZER OPTION...]
set -euo pipefail
cd "$(dirname "$0")/../.."

entries="frame http1 http2 tls pcapng savefile analyzer report"
entry=${1:?name an entry ($entries) or all}
runs=${2:-1000000}
shift $(($# < 2 ? $# : 2))

# A scratch path of its own: every module is instrumented. Release, for speed; overflow still traps.
FINRACE_FUZZ=1 swift build --scratch-path .build-fuzz -c release --product Fuzz \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing -Xswiftc -use-ld=lld

[ "$entry" = all ] || entries=$entry
# What is freed stays in AddressSanitizer's quarantine, which by default is half of what a run may take.
export ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=32}
for entry in $entries; do
    corpus=.build-fuzz/corpus/$entry
    mkdir -p "$corpus"
    echo "+ $entry, $runs runs"
    # The corpus, where new inputs go, and the seeds; or the files to run again.
    inputs=("$corpus" "Tests/Fuzz/Seeds/$entry")
    for option in "$@"; do [ ! -f "$option" ] || inputs=(); done
    # libFuzzer keeps its own time and memory; a backtrace of Swift's would only hide the address in question.
    FUZZ_ENTRY=$entry SWIFT_BACKTRACE=enable=no .build-fuzz/release/Fuzz \
        -runs="$runs" -max_len=4096 -timeout=10 -rss_limit_mb=512 -artifact_prefix=".build-fuzz/$entry-" \
        -print_final_stats=1 "$@" "${inputs[@]}"
done
