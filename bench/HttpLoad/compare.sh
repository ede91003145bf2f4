#!/bin/bash
# Boot files over HTTP beside nginx: one load generator, the same files on tmpfs, the same run. nginx runs twice: with sendfile, and with
# 256 KB buffers instead. Needs nginx (Debian's nginx-light will do) and 600 MB in /dev/shm.
# Prints a row a cell and server: GB/s, requests/s, correct answers, the server's CPU seconds a gigabyte.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d -p /dev/shm); pids=()
finish() { kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"; }
trap finish EXIT
[ -n "${NOBUILD:-}" ] || { dotnet build -c Release -v q "$here/samples/MaasServer" >/dev/null && dotnet build -c Release -v q "$here/bench/HttpLoad" >/dev/null; } || exit 1
load=$here/bench/HttpLoad/bin/Release/net10.0/HttpLoad

mkdir -p "$work/data/boot"; chmod 755 "$work"
head -c 500000000 /dev/urandom >"$work/data/boot/large"; head -c 1048576 /dev/urandom >"$work/data/boot/small"
nginx_config() { # PORT FILE-SENDING
  cat <<CONF
daemon off; pid $work/nginx$1.pid; error_log $work/nginx$1.log; worker_processes auto; user root;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; $2
  client_body_temp_path $work/t; proxy_temp_path $work/t; fastcgi_temp_path $work/t; uwsgi_temp_path $work/t; scgi_temp_path $work/t;
  server { listen 127.0.0.1:$1 reuseport; root $work/data/boot; } }
CONF
}

declare -A url=() pid=()
start() { local name=$1; url[$name]=$2; shift 2; "$@" >"$work/$name.log" 2>&1 & pids+=($!); pid[$name]=$!; }
nginx_config 7012 "sendfile on; sendfile_max_chunk 2m; tcp_nopush on;" >"$work/sendfile.conf"
nginx_config 7013 "sendfile off; output_buffers 2 256k;" >"$work/buffers.conf"
start ours http://127.0.0.1:7011/MAAS/boot "$here/samples/MaasServer/bin/Release/net10.0/MaasServer" --data "$work/data" --listen http://127.0.0.1:7011
start sendfile http://127.0.0.1:7012 nginx -c "$work/sendfile.conf"
start buffers http://127.0.0.1:7013 nginx -c "$work/buffers.conf"
for s in ours sendfile buffers; do
  for _ in $(seq 50); do "$load" "${url[$s]}/small" "$work/data/boot/small" >/dev/null && break; sleep 0.2; done
  # The first answers of a process are slower, of ours above all: it is compiled as it runs.
  "$load" "${url[$s]}/small" "$work/data/boot/small" --clients 8 --requests 200 >/dev/null; "$load" "${url[$s]}/large" "$work/data/boot/large" --clients 4 >/dev/null
done

ticks() { local t=0 p; for p in $1 $(pgrep -P "$1"); do set -- $(sed 's/.*) //' "/proc/$p/stat" 2>/dev/null); t=$((t + ${12:-0} + ${13:-0})); done; echo $t; }
cell() { # NAME FILE LOADARGS...
  local name=$1 file=$2 s before line cpu; shift 2
  for s in ours sendfile buffers; do
    before=$(ticks "${pid[$s]}")
    line=$("$load" "${url[$s]}/$file" "$work/data/boot/$file" "$@")
    cpu=$(( $(ticks "${pid[$s]}") - before ))
    printf '%-24s %-9s %s  %s CPU s/GB\n' "$name" "$s" "$(head -1 <<<"$line")" \
      "$(awk -v c=$cpu -v n="$(sed -n '1s/.*  \([0-9]*\) of.*/\1/p' <<<"$line")" -v f="$(stat -c %s "$work/data/boot/$file")" 'BEGIN{printf (n>0)?"%.3f":"-", c/100/(n*f/1e9)}')"
    sed -n '2,$p' <<<"$line"
  done
}
for round in $(seq "${ROUNDS:-2}"); do
  cell "500 MB, 1 client" large --requests 6
  cell "500 MB, 8 clients" large --clients 8
  cell "500 MB, 50 clients" large --clients 50
  cell "1 MiB, 16 clients" small --clients 16 --requests 400
done
