#!/bin/bash
# Exchanges (DISCOVER, OFFER, REQUEST, ACK) per second of this server and of Kea, both with their leases in the same PostgreSQL server,
# which syncs every commit, through network namespaces, as a relay agent asks. Needs root and the packages kea-dhcp4-server, kea-admin,
# postgresql, iproute2. "both" is two hosts of ours that answer every client, "split" two that split the load (RFC 3074).
#   compare.sh [SECONDS] [CLIENTS]     SERVERS="kea1 kea2 ours both split" chooses; OUTSTANDING=512 keeps that many exchanges under
#                                      way instead of 64
set -eu
seconds=${1:-6} clients=${2:-10000}
root=$(cd "$(dirname "$0")/../.." && pwd)
server=leasebench-s second=leasebench-t client=leasebench-c work=$(mktemp -d) pids=
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
[ -n "${BUILT:-}" ] || for project in SharedLeases DhcpLoad; do
  dotnet build -c Release -v q --nologo "$root/bench/$project" >/dev/null
done

as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
cleanup() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  as_nobody "$programs/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
  for space in $server $second $client; do ip netns del $space 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"; mkdir "$work/db"; chown nobody "$work/db"; mkdir "$work/data"; chown nobody "$work/data"
as_nobody "$programs/initdb" -D "$work/data" -U bench -A trust -E UTF8 --locale=C >/dev/null
as_nobody "$programs/pg_ctl" -D "$work/data" -w -l "$work/db/log" \
  -o "-c listen_addresses= -c unix_socket_directories=$work/db" start >/dev/null
sql() { psql -q -h "$work/db" -U bench "$@"; }
ip netns add $client; ip -n $client link set lo up
link() { # namespace, the server's address, the client's end
  ip netns add "$1"
  ip link add vs netns "$1" type veth peer name "$3" netns $client
  ip -n "$1" addr add "$2/14" dev vs; ip -n "$1" link set vs up; ip -n "$1" link set lo up
  ip -n $client addr add 10.88.0.2/32 dev "$3"; ip -n $client link set "$3" up
  ip -n $client route add "$2/32" dev "$3" src 10.88.0.2
}
link $server 10.88.0.1 vc; link $second 10.88.0.3 vd

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
ours() { # namespace, more arguments
  local space=$1; shift
  exec nsenter --net=/var/run/netns/$space "$root/bench/SharedLeases/bin/Release/net10.0/SharedLeases" --interface vs \
    --subnet 10.88.0.0/14 --range 10.88.1.0-10.91.255.250 --database "Host=$work/db;Username=bench;Database=ours" "$@"
}
load() {
  ip netns exec $client "$root/bench/DhcpLoad/bin/Release/net10.0/DhcpLoad" $addresses --relay 10.88.0.2 \
    --outstanding "${OUTSTANDING:-64}" --clients "$clients" --seconds "$seconds" "$@"
}
ticks() { for pid in $pids; do cat "/proc/$pid/stat"; done | awk '{sum += $14 + $15} END {print sum}'; }
rows() {
  case $1 in
    ours | both | split) sql -d ours -Atc 'SELECT count(*) FROM maas.dhcp_leases WHERE reserve IS NULL' ;;
    *) sql -d kea -Atc 'SELECT count(*) FROM lease4' ;;
  esac
}

measured() { # name, arguments of the load
  local before=$(ticks) did
  line=$(load "${@:2}")
  did=$(sed 's/.*  \([0-9]*\) done.*/\1/' <<<"$line")
  printf '%-5s %-7s %s  %d us CPU each\n' "$name" "$1" "$line" $((($(ticks) - before) * 10000 / (did > 0 ? did : 1)))
}
start() { "$@" >>"$work/out" 2>&1 & pids="$pids $!"; }

for name in ${SERVERS:-kea1 kea2 ours both split}; do
  addresses=10.88.0.1 pids=
  sql -d postgres -c 'DROP DATABASE IF EXISTS ours' -c 'CREATE DATABASE ours' 2>/dev/null
  case $name in
    kea1) start kea false ;;
    kea2) start kea true ;;
    ours) start ours $server ;;
    both) start ours $server; start ours $second ;;
    split) start ours $server --server 0; start ours $second --server 1 ;;
  esac
  case $name in both | split) addresses="10.88.0.1 10.88.0.3" ;; esac
  sleep 6
  measured new --once # each client once: leases that the database does not have yet
  measured most
  most=${line%% *}
  printf '%-5s half    %s\n' "$name" "$(load --rate $((most / 2)))"
  printf '%-5s rows    %s\n' "$name" "$(rows "$name")"
  for pid in $pids; do kill "$pid"; wait "$pid" 2>/dev/null || true; done
  pids=
done
