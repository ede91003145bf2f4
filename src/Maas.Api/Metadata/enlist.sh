#!/bin/sh
# Makes this machine known to the server that booted it, and powers it off.
base=@BASE@

case "$(uname -m)" in
    x86_64) architecture=amd64 ;;
    i?86) architecture=i386 ;;
    aarch64) architecture=arm64 ;;
    armv7l) architecture=armhf ;;
    ppc64le) architecture=ppc64el ;;
    *) architecture=$(uname -m) ;;
esac

form="architecture=$architecture&power_type=manual"
for device in /sys/class/net/*; do
    # Only real hardware has a device behind it.
    [ -e "$device/device" ] || continue
    mac=$(cat "$device/address") && form="$form&mac_addresses=$mac"
done
[ -r /sys/class/dmi/id/product_uuid ] && form="$form&hardware_uuid=$(cat /sys/class/dmi/id/product_uuid)"

for attempt in 1 2 3 4 5; do
    if command -v curl >/dev/null; then
        curl -fsS --data "$form" "$base/api/2.0/machines/" >/dev/null && break
    else
        wget -q -O /dev/null --post-data "$form" "$base/api/2.0/machines/" && break
    fi
    echo "enlisting failed (attempt $attempt)" >&2
    sleep 10
done
poweroff
