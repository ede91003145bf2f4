#!/bin/bash
# Exchanges (DISCOVER, OFFER, REQUEST, ACK) per second of this server and of Kea, both with their leases in the same PostgreSQL server,
# which syncs every commit, through a pair of network namespaces, as a relay agent asks. Needs root and the packages kea-dhcp4-server,
# kea-admin,
# postgresql, iproute2.
#   compare.sh [SECONDS] [CLIENTS]     SERVERS="kea1 kea2 ours" chooses; OUTSTANDING=512 keeps that many exchanges under way instead of 64
set -eu
seconds=${1:-6} clients=${2:-10000}
root=$(cd "$(dirname "$0")/../.." && pwd)
server=leasebench-s client=leasebench-c work=$(mktemp -d) pid=
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
[ -n "${BUILT:-}" ] || for project in SharedLeases DhcpLoad; do
  dotnet build -c Release -v q --nologo "$root/bench/$project" >/dev/null
done

as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
cleanup() {
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  as_nobody "$programs/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
  ip netns del $server 2>/dev/null || true; ip netns del $client 2>/dev/null || true; rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"; mkdir "$work/db"; chown nobody "$work/db"; mkdir "$work/data"; chown nobody "$work/data"
as_nobody "$programs/initdb" -D "$work/data" -U bench -A trust -E UTF8 --locale=C >/dev/null
as_nobody "$programs/pg_ctl" -D "$work/data" -w -l "$work/db/log" \
  -o "-c listen_addresses= -c unix_socket_directories=$work/db" start >/dev/null
sql() { psql -q -h "$work/db" -U bench "$@"; }
ip netns add $server; ip netns add $client
ip link add vs netns $server type veth peer name vc netns $client
ip -n $server addr add 10.88.0.1/14 dev vs; ip -n $server link set vs up; ip -n $server link set lo up
ip -n $client addr add 10.88.0.2/14 dev vc; ip -n $client link set vc up; ip -n $client link set lo up

kea() { # threads?
  sql -d postgres -c 'DROP DATABASE IF EXISTS kea' -c 'CREATE DATABASE kea'
  sql -d kea -f /usr/share/kea/scripts/pgsql/dhcpdb_create.pgsql >/dev/null
  cat >"$work/kea.json" <<J
{"Dhcp4":{"interfaces-config":{"interfaces":["vs"],"dhcp-socket-type":"udp"},"valid-lifetime":3600,
 "lease-database":{"type":"postgresql","name":"kea","host":"$work/db","user":"bench","password":""},
 "multi-threading":{"enable-multi-threading":$1},
 "subnet4":[{"subnet":"10.88.0.0/14","pools":[{"pool":"10.88.1.0-10.91.255.250"}],"interface":"vs"}],
 "loggers":[{"name":"kea-dhcp4","severity":"ERROR","output_options":[{"output":"$work/kea.log"}]}]}}
J
  exec nsenter --net=/var/run/netns/$server env KEA_PIDFILE_DIR="$work" KEA_LOCKFILE_DIR="$work" kea-dhcp4 -c "$work/kea.json"
}
ours() {
  sql -d postgres -c 'DROP DATABASE IF EXISTS ours' -c 'CREATE DATABASE ours'
  exec nsenter --net=/var/run/netns/$server "$root/bench/SharedLeases/bin/Release/net10.0/SharedLeases" --interface vs \
    --subnet 10.88.0.0/14 --range 10.88.1.0-10.91.255.250 --database "Host=$work/db;Username=bench;Database=ours"
}
load() {
  ip netns exec $client "$root/bench/DhcpLoad/bin/Release/net10.0/DhcpLoad" 10.88.0.1 --relay 10.88.0.2 \
    --outstanding "${OUTSTANDING:-64}" --clients "$clients" --seconds "$seconds" "$@"
}
ticks() { awk '{print $14 + $15}' "/proc/$pid/stat"; }
rows() {
  case $1 in
    ours) sql -d ours -Atc 'SELECT count(*) FROM maas.dhcp_leases WHERE reserve IS NULL' ;;
    *) sql -d kea -Atc 'SELECT count(*) FROM lease4' ;;
  esac
}

for name in ${SERVERS:-kea1 kea2 ours}; do
  case $name in kea1) kea false & ;; kea2) kea true & ;; ours) ours & ;; esac >"$work/out" 2>&1
  pid=$!; sleep 6
  printf '%-5s new     %s\n' "$name" "$(load --once)" # each client once: leases that the database does not have yet
  before=$(ticks); line=$(load); after=$(ticks)
  most=${line%% *}; did=$(sed 's/.*  \([0-9]*\) done.*/\1/' <<<"$line")
  printf '%-5s most    %s  %d us CPU each\n' "$name" "$line" $(((after - before) * 10000 / (did > 0 ? did : 1)))
  printf '%-5s half    %s\n' "$name" "$(load --rate $((most / 2)))"
  printf '%-5s rows    %s\n' "$name" "$(rows "$name")"
  kill "$pid"; wait "$pid" 2>/dev/null || true; pid=
done
