set -e
{{ snippet "shell/report" -}}
config=/target/etc/cloud/cloud.cfg.d
mkdir -p "$config"
maas -o "$config/99-zz-maas.cfg" "${metadata}maas-cloud-config"
chmod 600 "$config/99-zz-maas.cfg"
rm -f /target/etc/cloud/cloud-init.disabled "$config"/90-installer-network.cfg
{{ if params.late_command != "" }}{{ params.late_command | quote.preseed }}{{ end }}
maas -d op=signal -d status=OK "$metadata"
maas -d op=netboot_off "$metadata"
