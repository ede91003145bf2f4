# Which disks there are, and what the kernel says about them. Which of them is meant is in hardware.sh.

# disks: the names of all disks that a task may be meant for: no sticks and cards that can be pulled out.
disks() {
    for disk in "$SYS"/block/*; do
        is_disk "$disk" && [ "$(sysfs_text "$disk/removable")" = 0 ] && echo "${disk##*/}"
    done
}

have_disks() { [ -n "$(disks)" ]; }

# wait_for_disks: controllers take their time to find what is attached, and what they find may want a driver of its own.
wait_for_disks() { until_found have_disks; }

# disk_list: for messages: "vda(serial) sdb()".
disk_list() { for disk in $(disks); do printf '%s(%s) ' "$disk" "$(disk_serial "$SYS/block/$disk")"; done; }

# partitions DISK: their device names, in the order of their place on the disk.
partitions() {
    for part in "$SYS/block/$1/$1"*; do
        [ ! -e "$part/start" ] || echo "$(cat "$part/start") ${part##*/}"
    done | sort -n | cut -d' ' -f2
}

partition_number() { cat "$SYS/class/block/$1/partition"; }

# reread DISK: the kernel looks at the partition table again.
reread() {
    settle
    reread_left=10
    until blockdev --rereadpt "$DEV/$1" 2>/dev/null; do
        reread_left=$((reread_left - 1))
        [ "$reread_left" -gt 0 ] || return 1
        usleep 300000
    done
    usleep 200000
}

# sectors_written DISK: sectors of 512 bytes that went to it since the start (field 7 of "stat").
sectors_written() { read -r _ _ _ _ _ _ written _ <"$SYS/block/$1/stat" && echo "$written"; }

# show_progress DISK: how much was written to it, every ten seconds, until it is ended.
show_progress() {
    [ -e "$SYS/block/$1/stat" ] || return 0
    written_before=$(sectors_written "$1")
    while sleep 10; do step "$1: $((($(sectors_written "$1") - written_before) / 2048)) MiB written"; done
}
