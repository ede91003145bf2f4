#!/bin/sh
# The first process of the ephemeral environment: mounts the kernel's file systems, loads the drivers of what hardware
# is there, and starts the agent. It must never end: the kernel panics when it does.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox --install -s 2>/dev/null
mkdir -p /dev/pts /run/maas
mount -t devpts devpts /dev/pts
chmod 700 /run/maas
ip link set lo up
# Only what the kernel calls critical goes to the console; the rest stays in dmesg. The agent's lines must be readable.
echo '3 4 1 3' >/proc/sys/kernel/printk

# Every device names the driver it wants in a file "modalias". A driver that is loaded (a bus, a controller) brings new
# devices, so this goes round until two rounds in a row bring nothing.
load_drivers() {
    cd "/lib/modules/$(uname -r)" || return
    mv modules.alias modules.alias.all
    seen=/run/maas/modalias.seen fresh=/run/maas/modalias.fresh
    # Not empty: busybox grep takes an empty list of patterns for one that matches everything.
    echo none >"$seen"
    quiet=0 round=0
    while [ "$quiet" -lt 2 ] && [ "$round" -lt 30 ]; do
        round=$((round + 1))
        find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u | grep -vxFf "$seen" >"$fresh"
        if [ -s "$fresh" ]; then
            quiet=0
            cat "$fresh" >>"$seen"
            narrow_aliases
            xargs modprobe -b -q -a <"$fresh" >/dev/null 2>&1
        else
            quiet=$((quiet + 1))
        fi
        usleep 100000
    done
    mv modules.alias.all modules.alias
    cd /
}

# modprobe holds every pattern against every device, seconds of work on a slow machine. This leaves it those that can
# match: the buses there are and, where the pattern begins with a maker's number (pci:v00001AF4..., usb:v1D6B...), the makers.
narrow_aliases() {
    awk 'function bus(text) { return substr(text, 1, index(text, ":")) }
        function maker(text) { return substr(text, 1, bus(text) == "pci:" ? 13 : 9) }
        NR == FNR { buses[bus($0)]; makers[maker($0)]; next }
        { b = bus($2) }
        b == "" { print; next }
        !(b in buses) { next }
        (b == "pci:" || b == "usb:") && $2 !~ /^[a-z]+:v\*/ && !(maker($2) in makers) { next }
        { print }' "$fresh" modules.alias.all >modules.alias
}

load_drivers
[ ! -d /sys/firmware/efi/efivars ] || { modprobe -q efivarfs; mount -t efivarfs efivarfs /sys/firmware/efi/efivars; } 2>/dev/null

sh /lib/maas/agent.sh
# The agent powers the machine off or restarts it itself; this is for an agent that broke.
echo 'MAAS-AGENT failed: the agent ended'
sleep 30
sync
poweroff -f
while :; do sleep 60; done
