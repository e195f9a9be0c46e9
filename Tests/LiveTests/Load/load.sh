#!/usr/bin/env bash
# What finrace loses under a load at which tcpdump -w /dev/null loses nothing.
#
#   load.sh FINRACE [PACKETS-PER-SECOND ...]
#
# Needs root, tcpdump, tcpreplay and python3. For each rate, ten seconds of short HTTP connections are sent over a veth
# pair, once for each program, both with a buffer of 16 MiB. The sender shares the machine with them.
set -euo pipefail
finrace=$(realpath "$1"); shift
rates=("${@:-20000}")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d); space=finrace-load-$$
cleanup() { ip netns del "$space" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
ip netns add "$space"
ip -n "$space" link add sender type veth peer name watched
ip -n "$space" link set sender up; ip -n "$space" link set watched up
python3 "$here/flows.py" "$work/flows.pcap" 20000
inside=(ip netns exec "$space") # an array and not a function: $! is to be the program itself
send() { # rate
    "${inside[@]}" tcpreplay --quiet --preload-pcap --unique-ip --loop=100000 --duration=10 --pps="$1" -i sender "$work/flows.pcap" \
        2>/dev/null | awk '/Actual:/ { print $2 } /Rated:/ { for (i = 1; i < NF; i++) if ($(i + 1) == "pps") print $i }' | paste -sd' '
}
printf '%10s  %-8s  %10s  %10s  %10s  %s\n' rate program sent captured dropped 'cpu s'
for rate in "${rates[@]}"; do
    "${inside[@]}" tcpdump -i watched -B 16384 -Z root -w /dev/null 2> "$work/tcpdump" & pid=$!
    sleep 1; sent=$(send "$rate"); sleep 1
    cpu=$(awk '{ print ($14 + $15) / 100 }' /proc/$pid/stat); kill -TERM $pid; wait $pid || true
    printf '%10s  %-8s  %10s  %10s  %10s  %s\n' "$rate" tcpdump "${sent%% *}" \
        "$(awk '/packets captured/ { print $1 }' "$work/tcpdump")" "$(awk '/dropped by kernel/ { print $1 }' "$work/tcpdump")" "$cpu"
    "${inside[@]}" "$finrace" sniff -i watched -B 16384 --format ndjson -o "$work/finrace" 2> "$work/errors" & pid=$!
    sleep 1; sent=$(send "$rate"); sleep 1
    cpu=$(awk '{ print ($14 + $15) / 100 }' /proc/$pid/stat); kill -TERM $pid; wait $pid || true
    printf '%10s  %-8s  %10s  %10s  %10s  %s\n' "$rate" finrace "${sent%% *}" \
        $(tail -1 "$work/finrace" | python3 -c 'import json, sys
capture = json.loads(sys.stdin.read())
print(capture["packets"], capture["quality"]["kernel_dropped"])') "$cpu"
done
