# What the Debian installer of the machine {{ machine.system_id }} runs: sh /tmp/maas-installer early, disk or late
{{ snippet "debian/report" -}}

early() {
{{ snippet "debian/early" -}}
}

disk() {
{{ snippet "debian/disk" -}}
}

late() {
{{ snippet "debian/late" -}}
}

"$1"
