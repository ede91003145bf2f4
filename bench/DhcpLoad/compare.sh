#!/bin/bash
# Exchanges (DISCOVER, OFFER, REQUEST, ACK) per second of this server and of Kea (memfile, one and many threads), driven by perfdhcp as a relay
# through a pair of network namespaces. Needs root and the packages kea-dhcp4-server, kea-admin, iproute2.
#   bench/DhcpLoad/compare.sh [RATES] [SECONDS] [CLIENTS]        e.g. compare.sh "4000 8000 12000 16000" 10 10000
# A rate counts as reached when less than 1 % of it is dropped; CPU is the server's alone, per exchange.
set -eu
rates=${1:-"4000 8000 12000 16000 20000"} seconds=${2:-10} clients=${3:-10000}
root=$(cd "$(dirname "$0")/../.." && pwd)
server=dhcpbench-s client=dhcpbench-c work=$(mktemp -d)
dotnet build -c Release -v q --nologo "$root/samples/DhcpServer" >/dev/null

cleanup() { [ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true; ip netns del $server 2>/dev/null || true; ip netns del $client 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
ip netns add $server; ip netns add $client
ip link add vs netns $server type veth peer name vc netns $client
ip -n $server addr add 10.88.0.1/14 dev vs; ip -n $server link set vs up; ip -n $server link set lo up
ip -n $client addr add 10.88.0.2/14 dev vc; ip -n $client link set vc up; ip -n $client link set lo up

kea() { # threads?
  cat >"$work/kea.json" <<J
{"Dhcp4":{"interfaces-config":{"interfaces":["vs"],"dhcp-socket-type":"udp"},"valid-lifetime":3600,
 "lease-database":{"type":"memfile","persist":true,"name":"$work/kea.csv","lfc-interval":0},
 "multi-threading":{"enable-multi-threading":$1},
 "subnet4":[{"subnet":"10.88.0.0/14","pools":[{"pool":"10.88.1.0-10.91.255.250"}],"interface":"vs"}],
 "loggers":[{"name":"kea-dhcp4","severity":"FATAL","output_options":[{"output":"$work/kea.log"}]}]}}
J
  exec nsenter --net=/var/run/netns/$server env KEA_PIDFILE_DIR="$work" KEA_LOCKFILE_DIR="$work" kea-dhcp4 -c "$work/kea.json"
}
ours() { exec nsenter --net=/var/run/netns/$server "$root/samples/DhcpServer/bin/Release/net10.0/DhcpServer" --interface vs --subnet 10.88.0.0/14 --range 10.88.1.0-10.91.255.250 --leases "$work/leases"; }
load() { ip netns exec $client perfdhcp -4 -r "$1" -R "$clients" -p "$2" 10.88.0.1 2>&1 || true; }
ticks() { awk '{print $14 + $15}' "/proc/$pid/stat"; }

printf '%-14s %9s %9s %8s %10s %9s %8s\n' server offered/s done/s drops% avg-ack-ms us/exch RSS-kB
for name in "kea one" "kea many" ours; do
  rm -f "$work"/kea.csv* "$work/leases"
  case $name in "kea one") kea false & ;; "kea many") kea true & ;; ours) ours & ;; esac >"$work/out" 2>&1
  pid=$!; sleep 4; load 2000 3 >/dev/null
  for rate in $rates; do
    before=$(ticks); out=$(load "$rate" "$seconds"); after=$(ticks)
    awk -v name="$name" -v rate="$rate" -v ticks=$((after - before)) -v rss="$(awk '/VmRSS/ {print $2}' "/proc/$pid/status")" '
      /^Rate:/ {done = $2} /drops ratio/ {drops = $3} /avg delay/ {delay = $3} /received packets/ {acks = $3}
      END {printf "%-14s %9d %9.0f %8.2f %10.3f %9.1f %8d\n", name, rate, done, drops, delay, acks ? ticks * 10000 / acks : 0, rss}' <<<"$out"
  done
  kill "$pid"; wait "$pid" 2>/dev/null || true; pid=
done
