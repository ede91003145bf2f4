want={{ disk.serial | quote.sh }}
name={{ disk.name | quote.sh }}
size={{ disk.size }}
found=
count=0
for block in /sys/block/*; do
    disk=${block##*/}
    serials=" $(echo $(udevadm info -q property -n "/dev/$disk" | sed -n 's/^ID_SERIAL_SHORT=//p; s/^ID_SCSI_SERIAL=//p; s/^ID_SERIAL=//p') $(cat "$block/serial" "$block/device/serial" 2>/dev/null)) "
    if [ -n "$want" ]; then
        case "$serials" in *" $want "*) found=$disk; count=$((count + 1)) ;; esac
    elif [ "$disk" = "$name" ] && [ $(($(cat "$block/size") * 512)) = "$size" ]; then
        found=$disk
        count=1
    fi
done
