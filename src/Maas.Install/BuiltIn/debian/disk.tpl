{{~ if storage.planned ~}}
{{ snippet "shell/disks" -}}
maas_find_disks || fail 'The disk to install to was not found.'
debconf-set partman-auto/disk "/dev/$d1"
debconf-set grub-installer/bootdev "/dev/$d1"
{{~ else ~}}
set -f
want={{ disk.serial | quote.sh }}
name={{ disk.name | quote.sh }}
size={{ disk.size }}
found=
count=0
for disk in $(list-devices disk); do
    block=/sys/block/${disk#/dev/}
    serials=" $(echo $(udevadm info -q property -n $disk | sed -n 's/^ID_SERIAL_SHORT=//p; s/^ID_SCSI_SERIAL=//p; s/^ID_SERIAL=//p') $(cat $block/serial $block/device/serial 2>/dev/null)) "
    if [ -n "$want" ]; then
        case "$serials" in *" $want "*) found=$disk; count=$((count + 1)) ;; esac
    elif [ "$disk" = "/dev/$name" ] && [ $(($(cat $block/size) * 512)) = "$size" ]; then
        found=$disk
        count=1
    fi
done
[ $count = 1 ] || fail 'The disk to install to was not found.'
debconf-set partman-auto/disk $found
debconf-set grub-installer/bootdev $found
{{~ end ~}}
