# Which disks there are, and which one is meant.

# disks: the names of all disks that may be written: no memory disks, optical drives, sticks, boot partitions of eMMC.
disks() {
    for disk in /sys/block/*; do
        name=${disk##*/}
        case $name in loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd* | mmcblk*boot* | mmcblk*rpmb) continue ;; esac
        [ "$(cat "$disk/size")" -gt 0 ] && [ "$(cat "$disk/ro")" = 0 ] && [ "$(cat "$disk/removable")" = 0 ] || continue
        echo "$name"
    done
}

# wait_for_disks: controllers take their time to find what is attached.
wait_for_disks() {
    disk_left=40
    while [ -z "$(disks)" ] && [ "$disk_left" -gt 0 ]; do
        disk_left=$((disk_left - 1))
        usleep 500000
    done
    [ -n "$(disks)" ]
}

# disk_serial NAME: virtio says it in one place, NVMe in another, SCSI and SATA in the page 0x80 after a head of 4 bytes.
disk_serial() {
    for serial in "/sys/block/$1/serial" "/sys/block/$1/device/serial"; do
        [ ! -s "$serial" ] || { tr -d ' \n' <"$serial" && return; }
    done
    [ ! -s "/sys/block/$1/device/vpd_pg80" ] || tail -c +5 "/sys/block/$1/device/vpd_pg80" | tr -cd '\41-\176'
}

# find_disk NAME SERIAL: sets FOUND to the disk of that serial number; names change from boot to boot, serial numbers do not.
# Where there is none, or several disks claim it (some bridges and arrays give each the same), the name must be right as well.
# Otherwise it returns 1 and WHY tells the reason.
find_disk() {
    find_name=${1#/dev/} find_serial=$(printf '%s' "$2" | tr -d ' ') find_named= find_count=0
    for find_one in $(disks); do
        [ -z "$find_serial" ] || [ "$(disk_serial "$find_one")" = "$find_serial" ] || continue
        FOUND=$find_one find_count=$((find_count + 1))
        [ "$find_one" != "$find_name" ] || find_named=$find_one
    done
    [ -z "$find_serial" ] || [ "$find_count" != 1 ] || return 0
    FOUND=$find_named
    [ -z "$FOUND" ] || return 0
    if [ -n "$find_serial" ] && [ "$find_count" -gt 1 ]; then
        WHY="$find_count disks have the serial number $2, and none of them is $find_name: $(disk_list)"
    else
        WHY="there is no disk ${2:-$find_name} among $(disk_list)"
    fi
    return 1
}

# unwritable_disks: those of KNOWN_DISKS (lines NAME/SERIAL) that are not there, or only for reading: "vda (S1) is absent".
unwritable_disks() {
    unwritable_seen=' '
    while read -r unwritable_line; do
        [ -n "$unwritable_line" ] || continue
        unwritable_name=${unwritable_line%%/*} unwritable_serial=${unwritable_line#*/}
        FOUND=
        # Each line means a disk of its own.
        if find_disk "$unwritable_name" "$unwritable_serial"; then
            case $unwritable_seen in
                *" $FOUND "*) ;;
                *) unwritable_seen="$unwritable_seen$FOUND " && continue ;;
            esac
        fi
        unwritable_why=absent
        for unwritable_one in /sys/block/*; do
            [ "$(cat "$unwritable_one/ro")" = 1 ] || continue
            if [ -n "$unwritable_serial" ]; then
                [ "$(disk_serial "${unwritable_one##*/}")" = "$(printf '%s' "$unwritable_serial" | tr -d ' ')" ] || continue
            else
                [ "${unwritable_one##*/}" = "$unwritable_name" ] || continue
            fi
            unwritable_why=read-only
        done
        printf '%s%s is %s; ' "$unwritable_name" "${unwritable_serial:+ ($unwritable_serial)}" "$unwritable_why"
    done <<END
$KNOWN_DISKS
END
}

# disk_list: for messages: "vda(serial) sdb()".
disk_list() { for disk in $(disks); do printf '%s(%s) ' "$disk" "$(disk_serial "$disk")"; done; }

# partitions DISK: their device names, in the order of their place on the disk.
partitions() {
    for part in "/sys/block/$1/$1"*; do
        [ ! -e "$part/start" ] || echo "$(cat "$part/start") ${part##*/}"
    done | sort -n | cut -d' ' -f2
}

partition_number() { cat "/sys/class/block/$1/partition"; }

# reread DISK: the kernel looks at the partition table again.
reread() {
    settle
    reread_left=10
    until blockdev --rereadpt "/dev/$1" 2>/dev/null; do
        reread_left=$((reread_left - 1))
        [ "$reread_left" -gt 0 ] || return 1
        usleep 300000
    done
    usleep 200000
}

# sectors_written DISK: sectors of 512 bytes that went to it since the start (field 7 of "stat").
sectors_written() { read -r _ _ _ _ _ _ written _ <"/sys/block/$1/stat" && echo "$written"; }

# show_progress DISK: how much was written to it, every ten seconds, until it is ended.
show_progress() {
    written_before=$(sectors_written "$1")
    while sleep 10; do step "$1: $((($(sectors_written "$1") - written_before) / 2048)) MiB written"; done
}
