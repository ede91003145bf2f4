{{ snippet "shell/disk-identity" }}
# maas_same ONE OTHER: whether they are the same but for blanks.
maas_same() { [ "$(printf '%s' "$1" | tr -d ' ')" = "$(printf '%s' "$2" | tr -d ' ')" ]; }
# maas_disk SERIAL WWID PATH SIZE: the name of the only disk of this size with all of these that are not empty.
maas_disk() {
    maas_found='' maas_count=0
    for maas_block in /sys/block/*; do
        is_disk "$maas_block" || continue
        [ "$(($(sysfs_number "$maas_block/size") * 512))" = "$4" ] || continue
        [ -z "$1" ] || maas_same "$(disk_serial "$maas_block")" "$1" || continue
        [ -z "$2" ] || maas_same "$(disk_wwid "$maas_block")" "$2" || continue
        [ -z "$3" ] || maas_same "$(disk_path "$maas_block")" "$3" || continue
        maas_found=${maas_block##*/} maas_count=$((maas_count + 1))
    done
    [ "$maas_count" = 1 ] && printf '%s' "$maas_found"
}
# maas_find_disks: sets a variable for each disk that is written to; fails when one is not there, or could be another one.
maas_find_disks() {
    maas_seen=' '
{{~ for each in storage.disks ~}}
    {{ each.key }}=$(maas_disk {{ each.serial | quote.sh }} {{ each.wwid | quote.sh }} {{ each.path | quote.sh }} {{ each.size }}) || return 1
    case $maas_seen in *" ${{ each.key }} "*) return 1 ;; esac
    maas_seen="$maas_seen${{ each.key }} "
{{~ end ~}}
}
