#!/usr/bin/env bash
# Whether finrace's memory stays flat: minutes of several thousand new connections a second.
#
#   soak.sh FINRACE [SECONDS [PACKETS-PER-SECOND [OPTION-OF-SNIFF ...]]]
#
# Needs root, tcpreplay, python3 and curl. Prints resident memory (all of it, and without the pages of the kernel's buffer),
# connections held and packets dropped every ten seconds. A connection is eleven packets.
set -euo pipefail
finrace=$(realpath "$1"); seconds=${2:-600}; rate=${3:-50000}; shift; shift || true; shift || true
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d); space=finrace-soak-$$
cleanup() { kill "${pid:-}" "${sender:-}" 2>/dev/null || true; sleep 1; ip netns del "$space" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
chmod 755 "$work"
ip netns add "$space"
ip -n "$space" link set lo up
ip -n "$space" link add sender type veth peer name watched
ip -n "$space" link set sender up; ip -n "$space" link set watched up
python3 "$here/flows.py" "$work/flows.pcap" 50000
touch "$work/races.pcap"
inside=(ip netns exec "$space") # an array and not a function: $! is to be the program itself
"${inside[@]}" "$finrace" sniff -i watched --metrics 9095 -w "$work/races.pcap" "$@" > "$work/out" 2> "$work/errors" & pid=$!
sleep 1
"${inside[@]}" tcpreplay --quiet --preload-pcap --unique-ip --loop=100000000 --duration="$seconds" --pps="$rate" -i sender \
    "$work/flows.pcap" > "$work/replay" 2>&1 & sender=$!
printf '%6s  %10s  %10s  %12s  %8s  %8s  %8s  %8s\n' seconds rss-MB anon-MB packets flows races dropped evicted
for (( at = 10; at <= seconds; at += 10 )); do
    sleep 10
    "${inside[@]}" curl -s http://127.0.0.1:9095/metrics > "$work/metrics"
    value() { awk -v name="$1" 'index($1, name) == 1 { sum += $2 } END { printf "%d", sum }' "$work/metrics"; }
    printf '%6s  %10s  %10s  %12s  %8s  %8s  %8s  %8s\n' "$at" \
        "$(awk '/VmRSS/ { print int($2 / 1024) }' /proc/$pid/status)" "$(awk '/RssAnon/ { print int($2 / 1024) }' /proc/$pid/status)" \
        "$(value finrace_packets_total)" "$(value finrace_flows)" "$(value finrace_races_total)" \
        "$(value finrace_dropped_packets_total)" "$(value finrace_evicted_flows_total)"
done
wait $sender || true
kill -TERM $pid; wait $pid || true; pid=
cat "$work/errors"; grep -h "were lost" "$work/out" || true
