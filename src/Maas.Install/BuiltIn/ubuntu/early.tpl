{{ snippet "shell/report" -}}
maas -d op=signal -d status=WORKING -d 'error=The Ubuntu installer runs.' "$metadata" || true
{{ snippet "shell/alive" -}}
{{~ if disk.serial == "" ~}}
{{ snippet "shell/disk" -}}
if [ "$count" != 1 ]; then
    maas -d op=signal -d status=FAILED -d 'error=The disk to install to was not found.' "$metadata"
    exit 1
fi
{{~ end ~}}
