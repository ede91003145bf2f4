{{ snippet "shell/report" -}}
maas -d op=signal -d status=WORKING -d 'error=The Ubuntu installer runs.' "$metadata" || true
{{ snippet "shell/alive" -}}
{{~ if storage.planned ~}}
{{ snippet "shell/disks" -}}
if ! maas_find_disks; then
    maas -d op=signal -d status=FAILED -d 'error=The disks to install to were not found.' "$metadata"
    exit 1
fi
# The installer reads this file again after these commands.
{{~ for each in storage.disks ~}}
sed -i "s|/dev/maas-{{ each.key }}-disk|/dev/${{ each.key }}|g" /autoinstall.yaml
{{~ end ~}}
{{~ else ~}}
{{ snippet "shell/disk" -}}
if [ "$count" != 1 ]; then
    maas -d op=signal -d status=FAILED -d 'error=The disk to install to was not found.' "$metadata"
    exit 1
fi
# The installer reads this file again after these commands. By itself it matches serial numbers as patterns, with the model in front, and takes the first of several disks.
sed -i "s|/dev/maas-disk|/dev/$found|" /autoinstall.yaml
{{~ end ~}}
