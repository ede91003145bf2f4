#!/bin/bash
# Our TFTP server beside tftpd-hpa, atftpd and dnsmasq: one load generator, one private namespace, the same run.
# Needs root and the three packages (tftpd-hpa and atftpd conflict in Debian: set HPA to an unpacked in.tftpd).
# Prints a row a cell and server: MB/s, correct clients, the server's CPU seconds a gigabyte.
set -u; PIN=
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d); ns=tftpbench$$; pids=()
HPA=${HPA:-/usr/sbin/in.tftpd}
run() { ip netns exec $ns "$@"; }
finish() { kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; ip netns del $ns; rm -rf "$work"; }
trap finish EXIT

dotnet build -c Release -v q "$here/samples/TftpServer" >/dev/null && dotnet build -c Release -v q "$here/bench/TftpLoad" >/dev/null || exit 1
ip netns add $ns; ip -n $ns link set lo up
# tftpd-hpa resolves its own address only where there is a network.
ip -n $ns link add lan0 type veth peer name lan1; ip -n $ns addr add 192.0.2.1/24 dev lan0; ip -n $ns link set lan0 up; ip -n $ns link set lan1 up
mkdir "$work/d"; head -c 30000000 /dev/urandom >"$work/d/f30"; head -c 1000000 /dev/urandom >"$work/d/f1"; head -c 200000 /dev/urandom >"$work/d/f02"; chmod -R a+rX "$work"

declare -A port=() pid=()
# Not by run: the process would be a shell around the server, and pinning it would pin nothing.
start() { local name=$1 p=$2; shift 2; ip netns exec $ns "$@" >"$work/$name.log" 2>&1 & pids+=($!); port[$name]=$p; pid[$name]=$!; }
start ours 7001 "$here/samples/TftpServer/bin/Release/net10.0/TftpServer" "$work/d" --listen 127.0.0.1:7001
[ -x "$HPA" ] && start hpa 7002 "$HPA" -L -u root -a 127.0.0.1:7002 -s "$work/d"
command -v atftpd >/dev/null && start atftpd 7003 atftpd --daemon --no-fork --port 7003 --bind-address 127.0.0.1 --maxthread 1100 --user root --group root --logfile - "$work/d"
command -v dnsmasq >/dev/null && start dnsmasq 69 dnsmasq -k -p 0 --enable-tftp --tftp-root="$work/d" --listen-address=127.0.0.1 --bind-interfaces --tftp-max=1100 --user=root --conf-file=/dev/null
sleep 2

ticks() { local t=0 p; for p in $1 $(pgrep -P $1); do set -- $(sed 's/.*) //' /proc/$p/stat 2>/dev/null) ; t=$((t + ${12:-0} + ${13:-0} + ${14:-0} + ${15:-0})); done; echo $t; }
cell() { # NAME FILE LOADARGS... -- SERVERS
  local name=$1 file=$2 args=(); shift 2
  while [ "$1" != -- ]; do args+=("$1"); shift; done; shift
  for s in "$@"; do
    [ -n "${port[$s]:-}" ] || continue
    local before=$(ticks ${pid[$s]})
    local line=$(run $PIN "$here/bench/TftpLoad/bin/Release/net10.0/TftpLoad" 127.0.0.1:${port[$s]} "$work/d/$file" "${args[@]}" | head -1)
    local cpu=$(( $(ticks ${pid[$s]}) - before ))
    local mb=$(awk -v c="$(sed 's/.*  \([0-9]*\) of.*/\1/' <<<"$line")" -v f="$(stat -c %s "$work/d/$file")" 'BEGIN{print c*f/1e6}')
    printf '%-22s %-8s %s  %s CPU s/GB\n' "$name" "$s" "$line" "$(awk -v c=$cpu -v m=$mb 'BEGIN{printf (m>0)?"%.2f":"-", c/100/(m/1000)}')"
  done
}

# The first transfers of a process are slower, of ours above all: it is compiled as it runs.
load() { run $PIN "$here/bench/TftpLoad/bin/Release/net10.0/TftpLoad" "$@"; }
for s in "${!port[@]}"; do load 127.0.0.1:${port[$s]} "$work/d/f1" --clients 50 >/dev/null; load 127.0.0.1:${port[$s]} "$work/d/f30" >/dev/null; done

cells=${CELLS:-"1 2 3 4 5 6 7 8 9 10"}; all="ours hpa atftpd dnsmasq"; windowed="ours atftpd"; PIN=
for c in $cells; do case $c in
  1) PIN="taskset -c 0"; for p in "${pid[@]}"; do taskset -apc 0 $p >/dev/null; done
     cell "1468 w1, 1 pinned" f30 --clients 1 -- $all; cell "1468 w8, 1 pinned" f30 --clients 1 --windowsize 8 -- $windowed
     PIN=; for p in "${pid[@]}"; do taskset -apc 0-$(($(nproc) - 1)) $p >/dev/null; done ;;
  2) cell "1468 w1, 50" f30 --clients 50 -- $all ;;
  3) cell "1468 w8, 50" f30 --clients 50 --windowsize 8 -- $windowed ;;
  4) cell "8192 w1, 50" f30 --clients 50 --blksize 8192 -- $all ;;
  5) cell "8192 w8, 50" f30 --clients 50 --blksize 8192 --windowsize 8 -- $windowed ;;
  6) cell "1468 w64, 50" f30 --clients 50 --windowsize 64 -- $windowed ;;
  7) cell "8192 w64, 50" f30 --clients 50 --blksize 8192 --windowsize 64 -- $windowed ;;
  8) cell "1468 w1, 1000 × 1 MB" f1 --clients 1000 -- $all ;;
  9) cell "1468 w8, 1000 × 1 MB" f1 --clients 1000 --windowsize 8 -- $windowed ;;
  10) cell "1468 w8, 50, 5 % loss" f02 --clients 50 --windowsize 8 --loss 0.05 -- $windowed; cell "1468 w1, 50, 5 % loss" f02 --clients 50 --loss 0.05 -- $all ;;
esac; done
