#!/bin/sh
# Runs one script of this archive on the machine, with the arguments and the environment that its line in runs/ID gives it. A script whose
# hardware is absent is skipped. POSIX sh, for busybox and dash. Usage: launch ID, with RESULT_PATH in the environment. MAAS_SYSROOT points
# tests at another tree.
set -u
LC_ALL=C
export LC_ALL
here=${0%/*}
root=${MAAS_SYSROOT-}
sys=$root/sys
tab=$(printf '\t')

#include disk-identity.sh

# squeezed TEXT: without blanks, which firmware pads and separates with as it likes.
squeezed() { printf '%s' "$1" | tr -d ' '; }

# member FIELDS NAME: the value of a field NAME=VALUE; tabs separate the fields.
member() {
    member_rest=$tab$1$tab
    case $member_rest in *"$tab$2="*) ;; *) return ;; esac
    member_rest=${member_rest#*"$tab$2="}
    printf '%s' "${member_rest%%"$tab"*}"
}

# is_field DISK FIELD VALUE: whether the disk has that value, and the size that is wanted.
is_field() {
    is_disk "$1" || return 1
    [ "$((disk_sectors * 512))" = "$wanted_size" ] || return 1
    case $2 in
        serial) field_value=$(disk_serial "$1") ;;
        wwid) field_value=$(disk_wwid "$1") ;;
        path) field_value=$(disk_path "$1") ;;
        name) field_value=${1##*/} ;;
    esac
    [ "$(squeezed "$field_value")" = "$(squeezed "$3")" ]
}

# find_disk FIELDS: sets disk_name to the disk of the inventory. The serial number decides; where several disks have the same or it has
# none, world wide name, place, and for a disk without any of them its name.
find_disk() {
    wanted_size=$(member "$1" size)
    for wanted_field in serial wwid path name; do
        wanted=$(member "$1" "$wanted_field")
        [ -n "$wanted" ] || continue
        disk_name='' disk_count=0
        for directory in "$sys"/block/*; do
            is_field "$directory" "$wanted_field" "$wanted" || continue
            disk_name=${directory##*/}
            disk_count=$((disk_count + 1))
        done
        [ "$disk_count" != 1 ] || return 0
        [ "$disk_count" != 0 ] || return 1
    done
    return 1
}

# find_interface MAC: sets interface_name.
find_interface() {
    for directory in "$sys"/class/net/*; do
        [ -e "$directory/device" ] && [ "$(sysfs_text "$directory/address")" = "$1" ] || continue
        interface_name=${directory##*/}
        return 0
    done
    return 1
}

# replaced TEXT WORD BY: the text with each {WORD} replaced.
replaced() {
    replaced_rest=$1 replaced_done=''
    while :; do
        case $replaced_rest in *"{$2}"*) ;; *) break ;; esac
        replaced_done=$replaced_done${replaced_rest%%"{$2}"*}$3
        replaced_rest=${replaced_rest#*"{$2}"}
    done
    printf '%s' "$replaced_done$replaced_rest"
}

# has_id BUS VENDOR-FILE PRODUCT-FILE VENDOR:PRODUCT: whether a device of the bus has these numbers.
has_id() {
    for device in "$sys/bus/$1"/devices/*; do
        vendor=$(sysfs_text "$device/$2") product=$(sysfs_text "$device/$3")
        [ "${vendor#0x}:${product#0x}" != "$4" ] || return 0
    done
    return 1
}

# has_hardware ID: whether the machine has what an entry of for_hardware names.
has_hardware() {
    identifier=${1#*:}
    case $1 in
        pci:*) has_id pci vendor device "$(printf '%s' "$identifier" | tr A-F a-f)" ;;
        usb:*) has_id usb idVendor idProduct "$(printf '%s' "$identifier" | tr A-F a-f)" ;;
        modalias:*)
            for modalias in $(find "$sys/devices" -name modalias 2>/dev/null | tr ' ' '?'); do
                # shellcheck disable=SC2254 # an entry is a pattern
                case $(sysfs_text "$modalias") in $identifier) return 0 ;; esac
            done
            return 1
            ;;
        system_vendor:*) is_text sys_vendor ;;
        system_product:*) is_text product_name ;;
        system_version:*) is_text product_version ;;
        mainboard_vendor:*) is_text board_vendor ;;
        mainboard_product:*) is_text board_name ;;
        *) return 1 ;;
    esac
}

is_text() {
    # shellcheck disable=SC2254 # an entry is a pattern
    case $(sysfs_text "$sys/class/dmi/id/$1") in $identifier) return 0 ;; esac
    return 1
}

skip() {
    printf 'status: skipped\n' >"$RESULT_PATH"
    echo "Skipped: $1"
    exit 0
}

# require_hardware: skips the script where none of the hardware is there that it is for.
require_hardware() { [ -z "$hardware" ] || [ -n "$has_hardware" ] || skip "this machine has none of$hardware"; }

broken() {
    echo "This script cannot run: $1" >&2
    exit 2
}

case ${1-} in '' | *[!0-9]*) broken "launch takes the id of a result" ;; esac
run=$here/runs/$1
[ -r "$run" ] || broken "the archive has no runs/$1"
script='' hardware='' has_hardware='' disk_name='' interface_name=''
set --
while IFS= read -r line <&6; do
    value=${line#*"$tab"}
    case $line in
        "script$tab"*) script=$value ;;
        "environment$tab"*) export "$value" ;;
        "hardware$tab"*)
            hardware="$hardware $value"
            ! has_hardware "$value" || has_hardware=1
            ;;
        "disk$tab"*)
            require_hardware
            find_disk "$value" ||
                broken "the disk $(member "$value" name) ($(member "$value" serial)) is absent; commission this machine again"
            ;;
        "interface$tab"*)
            require_hardware
            find_interface "$value" ||
                broken "the interface with the address $value is absent; commission this machine again"
            ;;
        "argument$tab"*) set -- "$@" "$value" ;;
        "disk-argument$tab"*)
            value=$(replaced "$value" path "$root/dev/$disk_name")
            value=$(replaced "$value" input "$root/dev/$disk_name")
            set -- "$@" "$(replaced "$value" name "$disk_name")"
            ;;
        "interface-argument$tab"*)
            value=$(replaced "$value" input "$interface_name")
            set -- "$@" "$(replaced "$value" name "$interface_name")"
            ;;
    esac
done 6<"$run"
require_hardware
[ -n "$script" ] || broken "runs/ID names no script"
exec "$here/$script" "$@" 6<&-
