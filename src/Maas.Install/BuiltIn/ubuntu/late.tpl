set -e
{{ snippet "shell/report" -}}
config=/target/etc/cloud/cloud.cfg.d
mkdir -p "$config"
maas -o "$config/99-zz-maas.cfg" "${metadata}maas-cloud-config"
chmod 600 "$config/99-zz-maas.cfg"
rm -f /target/etc/cloud/cloud-init.disabled "$config"/90-installer-network.cfg
if grep -q '^network:' "$config/99-zz-maas.cfg"; then
    # The installer's file disables cloud-init's network configuration, and netplan would merge the other files with it.
    rm -f "$config/subiquity-disable-cloudinit-networking.cfg" /target/etc/netplan/00-installer-config*.yaml /target/etc/netplan/50-cloud-init.yaml
fi
{{ if params.late_command != "" }}{{ params.late_command | quote.preseed }}{{ end }}
maas -d op=signal -d status=OK "$metadata"
maas -d op=netboot_off "$metadata"
