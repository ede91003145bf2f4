#!/bin/bash
# Our DNS server beside NSD, Knot and dnsmasq: the same 1,000 names, dnsperf as the load generator, one private namespace, the same run.
# Needs root and the packages dnsperf, nsd, knot, dnsmasq-base, iproute2. A row a round and server: queries/s, lost, the server's CPU microseconds a query.
# Usage: compare.sh [ROUNDS] [SECONDS]
set -u
rounds=${1:-3} seconds=${2:-5}
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d); ns=dnsbench$$; pids=()
finish() { kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; ip netns del $ns; rm -rf "$work"; }
trap finish EXIT

dotnet build -c Release -v q -nologo "$here/samples/DnsServer" >/dev/null || exit 1
ip netns add $ns; ip -n $ns link set lo up
for i in $(seq 1000); do
  echo "10.7.$((i / 250)).$((i % 250 + 1)) node-$i" >>"$work/hosts"
  echo "10.7.$((i / 250)).$((i % 250 + 1)) node-$i.maas" >>"$work/hosts.full"
  echo "node-$i IN A 10.7.$((i / 250)).$((i % 250 + 1))" >>"$work/zone"
  echo "node-$i.maas A" >>"$work/queries"
done
shuf --random-source=<(yes) "$work/queries" -o "$work/queries"
{ printf '$ORIGIN maas.\n$TTL 15\n@ IN SOA ns hostmaster 1 3600 600 86400 15\n@ IN NS ns\nns IN A 127.0.0.1\n'; cat "$work/zone"; } >"$work/maas.zone"
mkdir "$work/nsd" "$work/knot"
cat >"$work/nsd.conf" <<NSD
server:
  server-count: 1
  ip-address: 127.0.0.1@5302
  username: ""
  zonesdir: "$work"
  pidfile: "$work/nsd/pid"
  xfrdfile: "$work/nsd/xfrd"
  zonelistfile: "$work/nsd/list"
  xfrdir: "$work/nsd"
  database: ""
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: maas
  zonefile: maas.zone
NSD
cat >"$work/knot.conf" <<KNOT
server:
    rundir: "$work/knot"
    listen: 127.0.0.1@5303
    udp-workers: 1
database:
    storage: "$work/knot"
zone:
  - domain: maas
    storage: "$work"
    file: maas.zone
    zonefile-sync: -1
    journal-content: none
KNOT
chmod -R a+rX "$work"

declare -A port=() pid=()
start() { local name=$1 p=$2; shift 2; ip netns exec $ns "$@" >"$work/$name.log" 2>&1 & pids+=($!); port[$name]=$p; pid[$name]=$!; }
start ours 5301 "$here/samples/DnsServer/bin/Release/net10.0/DnsServer" "$work/hosts" --listen 127.0.0.1:5301 --network 10.7.0.0/22
command -v nsd >/dev/null && start nsd 5302 nsd -d -c "$work/nsd.conf"
command -v knotd >/dev/null && start knot 5303 knotd -c "$work/knot.conf"
command -v dnsmasq >/dev/null && start dnsmasq 5304 dnsmasq -k -p 5304 --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --addn-hosts="$work/hosts.full" --user=root --conf-file=/dev/null
sleep 3

family() { local p; for p in "$@"; do echo "$p"; family $(pgrep -P "$p"); done; }
ticks() { local t=0 p; for p in $(family "$1"); do set -- $(sed 's/.*) //' "/proc/$p/stat" 2>/dev/null); t=$((t + ${12:-0} + ${13:-0})); done; echo $t; }
load() { ip netns exec $ns dnsperf -s 127.0.0.1 -p "$1" -d "$work/queries" -c 8 -q 200 -l "$2" 2>&1; }
for s in ours nsd knot dnsmasq; do [ -n "${port[$s]:-}" ] && load "${port[$s]}" 2 >/dev/null; done
for round in $(seq "$rounds"); do
  for s in ours nsd knot dnsmasq; do
    [ -n "${port[$s]:-}" ] || continue
    before=$(ticks "${pid[$s]}")
    load "${port[$s]}" "$seconds" >"$work/out"
    cpu=$(( $(ticks "${pid[$s]}") - before ))
    awk -v s="$s" -v r="$round" -v c="$cpu" '/Queries completed/ {n=$3} /Queries lost/ {l=$3} /Queries per second/ {q=$4}
      END {printf "round %d  %-8s %8.0f queries/s  %d lost  %5.1f us CPU/query\n", r, s, q, l, n ? c * 10000 / n : 0}' "$work/out"
  done
done
