#!/bin/sh
# Run by cloud-init at the first boot of a system that was deployed with enable_hw_sync: installs a timer that reports the hardware of this
# machine. The key is the machine's own, and ends when it is released. MAAS_INSTALL_ROOT points tests at another tree.
set -eu
umask 077
root=${MAAS_INSTALL_ROOT-}
folder=/usr/local/lib/maas
mkdir -p "$root$folder" "$root/etc/maas" "$root/etc/systemd/system"

cat >"$root/etc/maas/hardware-sync.conf" <<'END_OF_FILE'
url=@URL@
consumer_key=@CONSUMER@
token_key=@TOKEN@
token_secret=@SECRET@
END_OF_FILE

cat >"$root$folder/inventory" <<'END_OF_FILE'
@INVENTORY@
END_OF_FILE

cat >"$root$folder/hardware-sync" <<'END_OF_FILE'
#!/bin/sh
# Reports the hardware of this machine to the server that deployed it. Needs curl or wget.
set -eu
umask 077
root=${MAAS_INSTALL_ROOT-}
. "$root/etc/maas/hardware-sync.conf"
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
sh "$root/usr/local/lib/maas/inventory" >"$run/inventory"

# OAuth 1.0a, PLAINTEXT (RFC 5849 section 3.4.4), in files, which no list of processes shows.
header() {
    printf 'Authorization: OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="%s", ' "$consumer_key"
    printf 'oauth_token="%s", oauth_signature="%%26%s", oauth_nonce="%s", oauth_timestamp="%s"' "$token_key" "$token_secret" \
        "$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')" "$(date +%s)"
}

if command -v curl >/dev/null; then
    { printf 'header = "' && header | sed 's/"/\\"/g' && printf '"\n'; } >"$run/curl"
    curl -fsS --max-time 60 -K "$run/curl" -H 'Content-Type: text/plain' --data-binary "@$run/inventory" "$url" >/dev/null
else
    { printf 'header = ' && header && printf '\n'; } >"$run/wget"
    WGETRC=$run/wget wget -q -T 60 -O /dev/null --header 'Content-Type: text/plain' --post-file "$run/inventory" "$url"
fi
END_OF_FILE
chmod 700 "$root$folder/hardware-sync" "$root$folder/inventory"

cat >"$root/etc/systemd/system/maas-hardware-sync.service" <<'END_OF_FILE'
[Unit]
Description=Reports the hardware of this machine to MAAS
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/local/lib/maas/hardware-sync
END_OF_FILE

cat >"$root/etc/systemd/system/maas-hardware-sync.timer" <<'END_OF_FILE'
[Unit]
Description=Reports the hardware of this machine to MAAS from time to time

[Timer]
OnActiveSec=5
OnUnitActiveSec=@SECONDS@
RandomizedDelaySec=10

[Install]
WantedBy=timers.target
END_OF_FILE
chmod 644 "$root/etc/systemd/system/maas-hardware-sync.service" "$root/etc/systemd/system/maas-hardware-sync.timer"

systemctl daemon-reload
systemctl enable --now maas-hardware-sync.timer
