{{ snippet "shell/report" -}}
fail() {
    maas -d op=signal -d status=FAILED -d "error=$1" "$metadata"
    exit 1
}
maas -d op=signal -d status=WORKING -d 'error=The live system runs.' "$metadata"
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
[ "$count" = 1 ] || fail 'The disk to install to was not found.'
{{~ if params.installer == "flatcar" ~}}
flatcar-install -d "/dev/$found" -i /etc/maas-system.ign || fail 'flatcar-install failed.'
{{~ else ~}}
coreos-installer install --ignition-file /etc/maas-system.ign "/dev/$found" || fail 'coreos-installer failed.'
{{~ end ~}}
maas -d op=signal -d status=OK "$metadata"
maas -d op=netboot_off "$metadata"
systemctl reboot
