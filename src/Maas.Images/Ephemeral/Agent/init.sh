#!/bin/sh
# The first process of the ephemeral environment: makes the kernel's file systems, loads drivers, starts the agent.
/bin/busybox mkdir -p /proc /sys /dev /run /tmp
/bin/busybox mount -t proc proc /proc
echo "MAAS-AGENT up"
