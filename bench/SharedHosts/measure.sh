#!/bin/bash
# Hosts on one PostgreSQL server of this machine, which syncs every commit: throughput of machines' lives and of the API with 1, 2 and 3
# hosts, and the latency of the change feed. Needs the package postgresql; as root the server runs as nobody.
#   measure.sh [SECONDS] [lives|api|feed]...      SYNC=off leaves out the syncs: what remains is the lock and the work
set -eu
seconds=${1:-10}; shift || true
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
[ -n "${BUILT:-}" ] || dotnet build -c Release -v q --nologo "$root/bench/SharedHosts" >/dev/null

if [ "$(id -u)" = 0 ]; then
  server() { setpriv --reuid nobody --regid nogroup --clear-groups "$programs/$1" "${@:2}"; }
  chown nobody "$work"
else
  server() { "$programs/$1" "${@:2}"; }
fi
cleanup() {
  server pg_ctl -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"
server initdb -D "$work/data" -U bench -A trust -E UTF8 --locale=C >/dev/null
server pg_ctl -D "$work/data" -w -l "$work/log" \
  -o "-c listen_addresses= -c unix_socket_directories=$work -c fsync=${SYNC:-on} -c max_connections=200 -c shared_buffers=256MB" \
  start >/dev/null
for what in ${*:-lives api feed}; do
  echo "$what, $seconds s, fsync ${SYNC:-on}"
  "$root/bench/SharedHosts/bin/Release/net10.0/SharedHosts" "$what" --seconds "$seconds" \
    --database "Host=$work;Username=bench;Database=postgres;Pooling=false"
done
