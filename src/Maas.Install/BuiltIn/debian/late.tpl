config=/target/etc/cloud/cloud.cfg.d
mkdir -p $config
if ! maas -O $config/99-zz-maas.cfg {{ server.metadata_url | quote.sh }}latest/maas-cloud-config || ! chmod 600 $config/99-zz-maas.cfg; then
    fail 'The configuration of cloud-init was not served.'
fi
{{ snippet "debian/network" -}}
{{ snippet "debian/ssh-password-login" -}}
{{ if params.late_command != "" }}{{ params.late_command | quote.preseed }}{{ end }}
signal OK
# Without this the machine would boot the installer again, and be installed again.
maas -O /dev/null --post-data op=netboot_off {{ server.metadata_url | quote.sh }}latest/ || fail 'Network boot could not be turned off.'
