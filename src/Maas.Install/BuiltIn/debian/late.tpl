config=/target/etc/cloud/cloud.cfg.d
mkdir -p $config
if ! maas -O $config/99-zz-maas.cfg {{ server.metadata_url | quote.sh }}latest/maas-cloud-config || ! chmod 600 $config/99-zz-maas.cfg; then
    signal FAILED The+configuration+of+cloud-init+was+not+served.
    while :; do sleep 60; done
fi
{{ snippet "debian/ssh-password-login" -}}
{{ if params.late_command != "" }}{{ params.late_command | quote.preseed }}{{ end }}
signal OK
maas -O /dev/null --post-data op=netboot_off {{ server.metadata_url | quote.sh }}latest/
