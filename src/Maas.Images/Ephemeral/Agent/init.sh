#!/bin/sh
# The first process of the ephemeral environment: mounts the kernel's file systems, loads the drivers of what hardware
# is there, and starts the agent. It must never end: the kernel panics when it does.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
# Where memory is short the kernel unpacks a part of the environment, and folders may be what is missing.
/bin/busybox mkdir -p /proc /sys /dev /sbin /usr/bin /usr/sbin /run
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

RUN=/run/maas SYS=/sys PROC=/proc
. /lib/maas/console.sh
. /lib/maas/memory.sh
. /lib/maas/drivers.sh
require_memory
MODULES=/lib/modules/$(uname -r)
load_drivers
[ ! -d /sys/firmware/efi/efivars ] || { modprobe -q efivarfs; mount -t efivarfs efivarfs /sys/firmware/efi/efivars; } 2>/dev/null

sh /lib/maas/agent.sh
# A system that runs in memory is ready to take over.
if [ -s "$RUN/next-root" ]; then
    read -r next_root <"$RUN/next-root"
    for point in dev proc sys; do mount -o move "/$point" "$next_root/$point"; done
    exec switch_root -c /dev/console "$next_root" /sbin/init
fi
# The agent powers the machine off or restarts it itself; this is for an agent that broke.
say "failed: the agent ended"
sleep 30
power_off_now
