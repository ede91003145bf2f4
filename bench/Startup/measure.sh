#!/bin/bash
# How large the published programs are, how long each takes from its start to its first answer, and how much memory it has when it idles.
#   measure.sh            every program; medians of RUNS starts (5), memory after IDLE seconds (10)
#   measure.sh PROGRAM…   some of: server server-native boot boot-native
# The server is samples/MaasServer on loopback with a new data directory each time, so each start makes the store and the administrator; its
# first answer is that of MAAS/api/2.0/version/. boot is bench/Startup: DHCP and TFTP on loopback until both listen.
# A native program needs gcc. Needs curl. Measure on a machine that does nothing else.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
runs=${RUNS:-5} idle=${IDLE:-10} port=${PORT:-15240} rid=${RID:-linux-x64}
work=$(mktemp -d) pid=
cleanup() { [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

publish() { # NAME PROJECT [PROPERTY]...
  local name=$1 project=$2
  shift 2
  dotnet publish "$root/$project" -c Release -r "$rid" -o "$work/$name" -v q --nologo "$@" \
    >"$work/$name.log" 2>&1 || { cat "$work/$name.log" >&2; exit 1; }
  rm -f "$work/$name"/*.dbg "$work/$name"/*.json
}

now() { local t=$EPOCHREALTIME; echo $((${t/[.,]/} / 1000)); }

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# Starts a program once, and appends its time (ms), CPU time (ms), RSS and PSS (KiB) to the files.
start() { # NAME
  local name=$1 begin
  rm -rf "$work/data" "$work/out"
  begin=$(now)
  case $name in
    server*)
      "$work/$name/MaasServer" --data "$work/data" --listen "http://127.0.0.1:$port" >"$work/out" 2>&1 &
      pid=$!
      until curl -s -o /dev/null "http://127.0.0.1:$port/MAAS/api/2.0/version/"; do
        kill -0 "$pid" || { cat "$work/out" >&2; exit 1; }
        sleep 0.002
      done
      ;;
    boot*)
      "$work/$name/Startup" "$port" >"$work/out" 2>&1 &
      pid=$!
      until grep -q ready "$work/out"; do
        kill -0 "$pid" || { cat "$work/out" >&2; exit 1; }
        sleep 0.002
      done
      ;;
  esac
  echo $(($(now) - begin)) >>"$work/$name.time"
  awk '{ print ($14 + $15) * 10 }' "/proc/$pid/stat" >>"$work/$name.cpu"
  sleep "$idle"
  awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" >>"$work/$name.rss"
  awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" >>"$work/$name.pss"
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
}

[ $# -gt 0 ] || set -- server server-native boot boot-native
echo '| program | files | size | first answer | CPU until then | idle RSS | idle PSS |'
echo '|---|---|---|---|---|---|---|'
for name; do
  case $name in
    server) publish "$name" samples/MaasServer ;;
    server-native) publish "$name" samples/MaasServer -p:PublishAot=true ;;
    boot) publish "$name" bench/Startup ;;
    boot-native) publish "$name" bench/Startup -p:PublishAot=true ;;
    *) echo "measure: unknown program $name" >&2; exit 2 ;;
  esac
  for ((i = 0; i < runs; i++)); do start "$name"; done
  printf '| %s | %d | %.1f MB | %d ms | %d ms | %.1f MiB | %.1f MiB |\n' "$name" "$(find "$work/$name" -type f | wc -l)" \
    "$(du -sb "$work/$name" | awk '{ print $1 / 1e6 }')" "$(median "$work/$name.time")" "$(median "$work/$name.cpu")" \
    "$(awk "BEGIN { print $(median "$work/$name.rss") / 1024 }")" "$(awk "BEGIN { print $(median "$work/$name.pss") / 1024 }")"
done
