{{ snippet "shell/report" -}}
fail() {
    maas -d op=signal -d status=FAILED --data-urlencode "error=$1" "$metadata"
    exit 1
}
first_error() {
    tr '\r' '\n' </run/maas-install.log | grep -i -m 1 error | cut -c 1-300
}
maas -d op=signal -d status=WORKING -d 'error=The live system runs.' "$metadata"
{{ snippet "shell/alive" -}}
{{ snippet "shell/disk" -}}
[ "$count" = 1 ] || fail 'The disk to install to was not found.'
{{~ if params.installer == "flatcar" ~}}
flatcar-install -d "/dev/$found" -i /etc/maas-system.ign 2>&1 | tee /run/maas-install.log
[ "${PIPESTATUS[0]}" = 0 ] || fail "flatcar-install failed. $(first_error)"
{{~ else ~}}
coreos-installer install --ignition-file /etc/maas-system.ign "/dev/$found" 2>&1 | tee /run/maas-install.log
[ "${PIPESTATUS[0]}" = 0 ] || fail "coreos-installer failed. $(first_error)"
{{~ end ~}}
maas -d op=signal -d status=OK "$metadata"
# Without this the machine would boot the live system again, and install again.
maas -d op=netboot_off "$metadata" || fail 'Network boot could not be turned off.'
systemctl reboot
