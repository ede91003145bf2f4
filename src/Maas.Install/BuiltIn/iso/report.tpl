# How a system on an ISO reports for the machine {{ machine.system_id }}. It needs sh, the wget of GNU or BusyBox, and an address.
{{ snippet "debian/report" -}}
# The machine boots from its disk from now on.
netboot_off() {
    maas -O /dev/null --post-data op=netboot_off {{ server.metadata_url | quote.sh }}latest/
}
# The installed system runs: the deployment ends. Without an installation, call netboot_off first.
deployed() {
    maas -O /dev/null --header 'Content-Type: application/json' --post-data '{"event_type":"finish","origin":"iso","name":"modules-final","description":"the system runs","result":"SUCCESS"}' {{ server.status_url | quote.sh }}
}
