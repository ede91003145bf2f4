#!/bin/bash
# Lists of machines and one machine, of this API and of Django (gunicorn, two workers, PostgreSQL) that serves the same JSON from relational
# tables, in the same run. Needs root and the packages python3-django python3-psycopg2 gunicorn postgresql wrk.
#   compare.sh [SECONDS]        lists of 10, 100 and 1,000 machines and one machine, with 1 and 8 clients
#   compare.sh pages [SECONDS]  a page of 100 machines out of 1,000 and out of COUNT (default 20,000), and the server's memory
#   compare.sh allocate [ROUNDS]  how long allocations and releases take among COUNT Ready machines (default 10,000), without Django
# Django checks no credentials here; our server checks an OAuth signature and a nonce for each request.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) port=8011 django=8012 pids=()
dotnet build -c Release -v q --nologo "$root/bench/ApiLoad" >&2
load="$root/bench/ApiLoad/bin/Release/net10.0/ApiLoad"
postgres=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
chmod 755 "$work"
stop() { for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; pids=(); sleep 1; }
finish() {
  stop
  [ ! -d "$work/pg" ] || runuser -u postgres -- "$postgres/pg_ctl" -D "$work/pg" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

ours() { # MACHINES
  "$load" serve $port "$1" "$work/store-$1" >"$work/key" & pids+=($!); server=$!
  for _ in $(seq 1200); do [ -s "$work/key" ] && break; sleep 0.5; done
  IFS=: read -r consumer token secret <"$work/key"
  fixed="OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\", oauth_consumer_key=\"$consumer\", oauth_token=\"$token\""
  fixed="$fixed, oauth_signature=\"%26$secret\""
  cat >"$work/sign.lua" <<L
local n, r = 0, tostring({}):gsub("table: ", "")
function request()
  n = n + 1
  wrk.headers["Authorization"] = '$fixed, oauth_nonce="' .. r .. n .. '", oauth_timestamp="' .. os.time() .. '"'
  return wrk.format()
end
L
}
sign() { echo "$fixed, oauth_nonce=\"$RANDOM$RANDOM$(date +%N)\", oauth_timestamp=\"$(date +%s)\""; }
get() { curl -sf -H "Authorization: $(sign)" "http://127.0.0.1:$port/MAAS/api/2.0/$1"; }
rate() { # CLIENTS URL [LUA], after two seconds that warm both caches and compilers
  wrk -t1 -c"$1" -d2s --timeout 60s ${3:+-s "$3"} "$2" >/dev/null
  wrk -t1 -c"$1" -d"${seconds}s" --timeout 60s ${3:+-s "$3"} "$2" |
    awk '/Requests\/sec/ {r = $2} /Non-2xx/ {bad = " (" $0 ")"} END {print r bad}'
}
row() { # NAME DJANGO OURS
  local ratio=$(awk -v a="${3%% *}" -v b="$2" 'BEGIN {printf (b > 0) ? "%.1f" : "-", a / b}')
  printf '| %-34s | %10s | %10s | %8s |\n' "$1" "$2" "$3" "$ratio"
}
memory() { awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$server/status"; }
api=http://127.0.0.1:$port/MAAS/api/2.0

if [ "${1:-}" = allocate ]; then
  "$load" allocate $port "${COUNT:-10000}" "$work/store" "${2:-100}"
  exit
fi

if [ "${1:-}" = pages ]; then
  seconds=${2:-5}
  for count in 1000 "${COUNT:-20000}"; do
    ours "$count"
    after=$(get "machines/?limit=500" | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)[-1]["system_id"])')
    get "machines/?limit=100&after=$after" >/dev/null
    echo "$count machines: a page of 100 $(rate 1 "$api/machines/?limit=100&after=$after" "$work/sign.lua")/s, memory $(memory) MiB"
    stop
  done
  exit
fi

seconds=${1:-5}
mkdir "$work/pg"; chown postgres "$work/pg"
runuser -u postgres -- "$postgres/initdb" -D "$work/pg" -A trust >/dev/null
runuser -u postgres -- "$postgres/pg_ctl" -D "$work/pg" -o "-c listen_addresses= -k $work/pg" -w start >/dev/null
runuser -u postgres -- "$postgres/createuser" -h "$work/pg" -s bench
echo "| request                            |     Django |       ours |    ratio |"
echo "|---|---|---|---|"
for count in 10 100 1000; do
  ours "$count"
  get machines/ >"$work/machines.json"
  one=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[-1]["system_id"])' "$work/machines.json")
  runuser -u postgres -- "$postgres/dropdb" -h "$work/pg" --if-exists bench 2>/dev/null
  runuser -u postgres -- "$postgres/createdb" -h "$work/pg" -O bench bench
  export MACHINES="$work/machines.json" PGHOST="$work/pg"
  (cd "$root/bench/ApiLoad" && /usr/bin/python3 django_app.py)
  (cd "$root/bench/ApiLoad" &&
    exec /usr/bin/python3 -m gunicorn -w 2 -b 127.0.0.1:$django django_app:application >"$work/gunicorn.log" 2>&1) & pids+=($!)
  sleep 4
  curl -sf "http://127.0.0.1:$django/machines/" >"$work/django.json"
  /usr/bin/python3 -c '
import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
sys.exit(0 if a == b else "the servers do not serve the same machines")' "$work/machines.json" "$work/django.json"
  for clients in 1 8; do
    theirs=$(rate $clients "http://127.0.0.1:$django/machines/")
    row "list of $count machines, $clients clients" "$theirs" "$(rate $clients "$api/machines/" "$work/sign.lua")"
    [ "$count" = 1000 ] || continue
    theirs=$(rate $clients "http://127.0.0.1:$django/machines/$one/")
    row "one machine, $clients clients" "$theirs" "$(rate $clients "$api/machines/$one/" "$work/sign.lua")"
  done
  echo "  (memory with $count machines: $(memory) MiB; $(stat -c %s "$work/machines.json") bytes)" >&2
  stop
done
