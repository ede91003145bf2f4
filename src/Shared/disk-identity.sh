# What tells one disk from another. POSIX sh for busybox and dash. The agent of the ephemeral environment and the inventory script both
# contain this file, so that a disk that was inventoried is found again. DISK is a directory such as /sys/block/sda.
# The size of a file in sysfs says nothing about its content (0 for binary attributes, 4096 for others): a file is read, and the text
# decides.

# sysfs_text FILE: the first line, printable ASCII without blanks around it, at most 120 characters; nothing when it cannot be read.
sysfs_text() {
    [ -r "$1" ] && head -n 1 "$1" 2>/dev/null | tr '[:cntrl:]' ' ' | tr -cd '\040-\176' | sed 's/^ *//; s/ *$//' | cut -c 1-120
}

# sysfs_number FILE: a number; nothing when it is negative or none (a link that is down has speed -1, or an error).
sysfs_number() {
    sysfs_value=$(sysfs_text "$1")
    case $sysfs_value in
        '' | *[!0-9]*) ;;
        *) printf '%s' "$sysfs_value" ;;
    esac
}

# vpd_text FILE: the text of SCSI's unit serial number page (SPC-4, page 80h): four octets of header, then ASCII.
vpd_text() {
    [ -r "$1" ] && tail -c +5 "$1" 2>/dev/null | tr -cd '\040-\176' | sed 's/^ *//; s/ *$//' | cut -c 1-120
}

# is_disk DISK: whether it is a disk of hardware: no memory or loop disk, optical drive, boot partition of an eMMC, nor a hidden path of an
# NVMe disk with several.
is_disk() {
    case ${1##*/} in
        loop* | ram* | zram* | dm-* | md* | nbd* | sr* | fd* | mtdblock* | mmcblk*boot[0-9]* | mmcblk*rpmb) return 1 ;;
    esac
    [ -e "$1/device" ] && [ "$(sysfs_text "$1/hidden")" != 1 ] || return 1
    disk_sectors=$(sysfs_number "$1/size")
    [ "${disk_sectors:-0}" -gt 0 ]
}

# disk_serial DISK: virtio says it beside the disk, NVMe and MMC beside the device, SCSI, SAS and SATA in page 80h; a USB bridge that has
# no such page says it in its own descriptor. Nothing when the disk has none.
disk_serial() {
    for disk_attribute in "$1/serial" "$1/device/serial"; do
        disk_value=$(sysfs_text "$disk_attribute")
        [ -z "$disk_value" ] || { printf '%s' "$disk_value" && return; }
    done
    disk_value=$(vpd_text "$1/device/vpd_pg80")
    [ -z "$disk_value" ] || { printf '%s' "$disk_value" && return; }
    case $(disk_device "$1") in
        */usb[0-9]*) usb_serial "$(disk_device "$1")" ;;
    esac
}

# usb_serial DEVICE: the serial number of the USB device that it is a part of.
usb_serial() {
    usb_device=$1
    while [ -n "$usb_device" ] && [ ! -e "$usb_device/idVendor" ]; do usb_device=${usb_device%/*}; done
    [ -z "$usb_device" ] || sysfs_text "$usb_device/serial"
}

# disk_wwid DISK: its world wide name (NVMe, SCSI page 83h) or an SD card's own register; nothing when it has none.
disk_wwid() {
    for disk_attribute in "$1/wwid" "$1/device/wwid" "$1/device/cid"; do
        disk_value=$(sysfs_text "$disk_attribute" | tr -s ' ')
        [ -z "$disk_value" ] || { printf '%s' "$disk_value" && return; }
    done
}

disk_model() {
    disk_value=$(sysfs_text "$1/device/model")
    if [ -n "$disk_value" ]; then printf '%s' "$disk_value"; else sysfs_text "$1/device/name"; fi
}

# disk_device DISK: the place of its device in the tree of devices.
disk_device() { readlink -f "$1/device" 2>/dev/null; }

# disk_path DISK: where it is attached, without the numbers that the kernel counts up as it finds controllers: the last PCI address (or
# platform device), then the port of ATA, the USB ports, channel, target and unit of SCSI, the name space of NVMe.
disk_path() {
    path_rest=$(disk_device "$1") path_bus='' path_tail='' path_walked='' path_previous=''
    while [ -n "$path_rest" ]; do
        path_part=${path_rest%%/*}
        case $path_rest in */*) path_rest=${path_rest#*/} ;; *) path_rest='' ;; esac
        path_walked=$path_walked${path_part:+/$path_part}
        case $path_part in
            [0-9a-f][0-9a-f][0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-7]) path_bus=pci-$path_part path_tail='' ;;
            ata[0-9]*)
                path_number=$(sysfs_text "$path_walked/ata_port/$path_part/port_no")
                path_tail=$path_tail${path_number:+-ata-$path_number}
                ;;
            [0-9]*-[0-9]*:[0-9]*.[0-9]*) path_tail=$path_tail-usb-${path_part#*-} ;;
            [0-9]*:[0-9]*:[0-9]*:[0-9]*) path_tail=$path_tail-scsi-${path_part#*:} ;;
            nvme[0-9]*) path_tail=$path_tail-nvme-$(sysfs_text "$1/nsid") ;;
            mmc[0-9]*:*) path_tail=$path_tail-mmc ;;
        esac
        [ "$path_previous" != platform ] || path_bus=platform-$path_part path_tail=''
        path_previous=$path_part
    done
    [ -z "$path_bus" ] || printf '%s' "$path_bus$path_tail"
}

# disk_identity DISK: the fields that tell the disk, separated by tabs.
disk_identity() {
    disk_sectors=$(sysfs_number "$1/size")
    printf 'name=%s\tserial=%s\twwid=%s\tsize=%s\tmodel=%s\tpath=%s' \
        "${1##*/}" "$(disk_serial "$1")" "$(disk_wwid "$1")" "$((${disk_sectors:-0} * 512))" "$(disk_model "$1")" \
        "$(disk_path "$1")"
}
