#!/bin/bash
# Exchanges (DISCOVER, OFFER, REQUEST, ACK) per second of this server and of Kea (memfile, one and many threads), through a pair of network
# namespaces, as a relay agent asks. Needs root and the packages kea-dhcp4-server, kea-admin, iproute2; with a sync delay also gcc.
#   compare.sh perfdhcp [RATES] [SECONDS] [CLIENTS]   offered rates, by Kea's own generator: which does a server keep up with (< 1 % dropped)?
#   compare.sh load [SECONDS] [CLIENTS] [HELD]        our generator: most exchanges with 64 under way, then latency at half of that; HELD leases are given out first
# SYNC_MS=2 makes every fsync and fdatasync of either server take 2 ms longer. SERVERS="kea1 kea2 ours" chooses.
# OUTSTANDING=512 keeps that many exchanges under way instead of 64.
# perfdhcp is one thread and two thirds of a core at 8,000 exchanges a second: on two cores it is its own limit, and ours is the lighter load.
set -eu
how=${1:-load}; shift || true
root=$(cd "$(dirname "$0")/../.." && pwd)
server=dhcpbench-s client=dhcpbench-c work=$(mktemp -d) pid=
dotnet build -c Release -v q --nologo "$root/samples/DhcpServer" >/dev/null
dotnet build -c Release -v q --nologo "$root/bench/DhcpLoad" >/dev/null

cleanup() { [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; ip netns del $server 2>/dev/null || true; ip netns del $client 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
ip netns add $server; ip netns add $client
ip link add vs netns $server type veth peer name vc netns $client
ip -n $server addr add 10.88.0.1/14 dev vs; ip -n $server link set vs up; ip -n $server link set lo up
ip -n $client addr add 10.88.0.2/14 dev vc; ip -n $client link set vc up; ip -n $client link set lo up

slow=
if [ -n "${SYNC_MS:-}" ]; then
  cat >"$work/slow.c" <<C
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int later(const char *name, int fd) { usleep($SYNC_MS * 1000); return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd); }
int fsync(int fd) { return later("fsync", fd); }
int fdatasync(int fd) { return later("fdatasync", fd); }
C
  gcc -O1 -shared -fPIC -o "$work/slow.so" "$work/slow.c" -ldl; slow="LD_PRELOAD=$work/slow.so"
fi

kea() { # threads?
  cat >"$work/kea.json" <<J
{"Dhcp4":{"interfaces-config":{"interfaces":["vs"],"dhcp-socket-type":"udp"},"valid-lifetime":3600,
 "lease-database":{"type":"memfile","persist":true,"name":"$work/kea.csv","lfc-interval":0},
 "multi-threading":{"enable-multi-threading":$1},
 "subnet4":[{"subnet":"10.88.0.0/14","pools":[{"pool":"10.88.1.0-10.91.255.250"}],"interface":"vs"}],
 "loggers":[{"name":"kea-dhcp4","severity":"FATAL","output_options":[{"output":"$work/kea.log"}]}]}}
J
  exec nsenter --net=/var/run/netns/$server env $slow KEA_PIDFILE_DIR="$work" KEA_LOCKFILE_DIR="$work" kea-dhcp4 -c "$work/kea.json"
}
ours() { exec nsenter --net=/var/run/netns/$server env $slow "$root/samples/DhcpServer/bin/Release/net10.0/DhcpServer" --interface vs --subnet 10.88.0.0/14 --range 10.88.1.0-10.91.255.250 --leases "$work/leases"; }
ticks() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
rss() { awk '/VmRSS/ {print $2}' "/proc/$pid/status"; }
begin() {
  rm -f "$work"/kea.csv* "$work/leases"
  case $1 in kea1) kea false & ;; kea2) kea true & ;; ours) ours & ;; esac >"$work/out" 2>&1
  pid=$!; sleep 4
}
end() { kill "$pid"; wait "$pid" 2>/dev/null || true; pid=; }
perf() { ip netns exec $client perfdhcp -4 -r "$1" -R "$clients" -p "$2" 10.88.0.1 2>&1 || true; }
load() { ip netns exec $client "$root/bench/DhcpLoad/bin/Release/net10.0/DhcpLoad" 10.88.0.1 --relay 10.88.0.2 --outstanding "${OUTSTANDING:-64}" "$@"; }

case $how in
  perfdhcp)
    rates=${1:-"4000 5000 6000 7000 8000 9000 10000"} seconds=${2:-10} clients=${3:-10000}
    printf '%-6s %9s %9s %8s %10s %9s %8s\n' server offered/s done/s drops% avg-ack-ms us/exch RSS-kB
    for name in ${SERVERS:-kea1 kea2 ours}; do
      begin $name; perf 2000 3 >/dev/null
      for rate in $rates; do
        before=$(ticks); out=$(perf "$rate" "$seconds"); after=$(ticks)
        awk -v name="$name" -v rate="$rate" -v ticks=$((after - before)) -v rss="$(rss)" '
          /^Rate:/ {done = $2} /drops ratio/ {drops = $3} /avg delay/ {delay = $3} /received packets/ {acks = $3}
          END {printf "%-6s %9d %9.0f %8.2f %10.3f %9.1f %8d\n", name, rate, done, drops, delay, acks ? ticks * 10000 / acks : 0, rss}' <<<"$out"
      done
      end
    done ;;
  load)
    seconds=${1:-6} clients=${2:-10000} held=${3:-0}
    for name in ${SERVERS:-kea1 kea2 ours}; do
      begin $name; load --seconds 3 --clients "$clients" >/dev/null
      [ "$held" = 0 ] || { clients=$held; printf '%-5s fill    %s\n' $name "$(load --once --clients "$held")"; }
      before=$(ticks); line=$(load --seconds "$seconds" --clients "$clients"); after=$(ticks)
      most=${line%% *}; did=$(sed 's/.*  \([0-9]*\) done.*/\1/' <<<"$line")
      printf '%-5s most    %s  %d us CPU each  %d kB\n' $name "$line" $(((after - before) * 10000 / did)) "$(rss)"
      printf '%-5s half    %s\n' $name "$(load --seconds "$seconds" --clients "$clients" --rate $((most / 2)))"
      end
    done ;;
  *) sed -n '2,8p' "$0"; exit 2 ;;
esac
