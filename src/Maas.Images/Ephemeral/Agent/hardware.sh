# Is this the machine, and are these the disks, that a destructive task is meant for? A card moves to another machine, a server is told a
# wrong address: what the server knows of the hardware is compared before the first write.

# verify_machine: whether this can be the machine that was inventoried; otherwise it returns 1 and WHY tells the reason. Sets
# MACHINE_VERIFIED when the SMBIOS UUID says so; without one the disks must tell.
verify_machine() {
    MACHINE_VERIFIED=
    if [ -z "$KNOWN_COUNT" ]; then
        WHY="the server does not know this machine's disks: commission it first"
        return 1
    fi
    if [ "$(printf '%s' "$KNOWN_DISKS" | grep -c .)" != "$KNOWN_COUNT" ]; then
        WHY="the task tells $KNOWN_COUNT disks and names others"
        return 1
    fi
    verify_uuid=$(machine_uuid)
    [ -n "$HARDWARE_UUID" ] && [ -n "$verify_uuid" ] || return 0
    if [ "$HARDWARE_UUID" != "$verify_uuid" ]; then
        WHY="this is another machine: its hardware UUID is $verify_uuid, and the one that is meant has $HARDWARE_UUID; nothing was written"
        return 1
    fi
    MACHINE_VERIFIED=1
}

# present_disks: a line for each disk, as the inventory has it, with a field "ro".
present_disks() {
    for present_one in $(disks); do
        printf '%s\tro=%s\n' "$(disk_identity "$SYS/block/$present_one")" "$(sysfs_text "$SYS/block/$present_one/ro")"
    done
}

# match_disks WANTED: for each line of the file WANTED a line "disk NAME" with its name now, or "none REASON". A disk is the one of that
# serial number and size. Where it has no number, or several disks have the same (some bridges and arrays), now or in the inventory, world
# wide name, model, place and at last name decide, as far as the inventory has them; what is then in doubt is no disk. No two lines are
# one disk. Beside it stand $RUN/disks.present, what is there, and $RUN/disks.known, what the inventory has.
match_disks() {
    LC_ALL=C awk '
        function squeeze(text) { gsub(/ /, "", text); return text "" }
        function parse(record,    parts, count, i, at) {
            split("", record)
            count = split($0, parts, "\t")
            for (i = 1; i <= count; i++) {
                at = index(parts[i], "=")
                if (at) record[substr(parts[i], 1, at - 1)] = substr(parts[i], at + 1)
            }
        }
        function narrow(field,    i, kept) {
            if (disk[field] == "") return
            kept = 0
            for (i = 1; i <= found; i++)
                if (squeeze(value[chosen[i], field]) == squeeze(disk[field])) chosen[++kept] = chosen[i]
            found = kept
        }
        function none(reason) { print "none " disk["name"] (numbered ? " (" disk["serial"] ")" : "") " " reason }
        $0 == "" { next }
        what == "present" {
            parse(disk)
            disks++
            for (field in disk) value[disks, field] = disk[field]
            next
        }
        what == "known" { parse(disk); bearers[squeeze(disk["serial"])]++; next }
        {
            parse(disk)
            found = 0
            numbered = disk["serial"] != ""
            placed = disk["path"] != ""
            # An inventory of before disks had places may lack a number that is read now.
            for (i = 1; i <= disks; i++)
                if (squeeze(value[i, "serial"]) == squeeze(disk["serial"]) || (!numbered && !placed)) chosen[++found] = i
            bearing = found
            if (disk["size"] + 0 > 0) narrow("size")
            if (numbered && bearing && !found) {
                none("has another size than in the inventory: commission this machine again")
                next
            }
            bearing = found
            if (!numbered || bearers[squeeze(disk["serial"])] > 1 || found > 1) {
                narrow("wwid")
                if (!numbered) narrow("model")
                if (found > 1 || disk["wwid"] == "") narrow(placed ? "path" : "name")
            }
            if (found == 1 && !(chosen[1] in taken)) { taken[chosen[1]]; print "disk " value[chosen[1], "name"] }
            else if (found == 1) none("cannot be told from " value[chosen[1], "name"] ", which is another disk of the inventory")
            else if (numbered && bearing > 1)
                none("cannot be told: " bearing " disks have its serial number, and " found " of them its place")
            else none("is absent")
        }' what=present "$RUN/disks.present" what=known "$RUN/disks.known" what=wanted "$1"
}

# match_wanted WANTED: lines of disks, matched with what is there now.
match_wanted() {
    printf '%s' "$1" >"$RUN/disks.wanted"
    printf '%s' "$KNOWN_DISKS" >"$RUN/disks.known"
    present_disks >"$RUN/disks.present"
    match_disks "$RUN/disks.wanted" >"$RUN/disks.matched"
    ! grep -q '^none ' "$RUN/disks.matched"
}

# find_target: sets FOUND to the disk that TARGET_DISK means, with patience; otherwise it returns 1 and WHY tells the reason.
find_target() {
    if until_found match_wanted "$TARGET_DISK$NEWLINE"; then
        read -r _ FOUND <"$RUN/disks.matched"
        return 0
    fi
    read -r _ WHY <"$RUN/disks.matched"
    WHY="the disk $WHY; there are: $(disk_list)"
    return 1
}

# plan_erase: decides, without writing, which disks are erased. Sets ERASE_DISKS to the names of those that the inventory knows, and
# ERASE_FAULTS to what is wrong with the others. Returns 1, and WHY, when nothing may be written.
plan_erase() {
    until_found match_wanted "$KNOWN_DISKS"
    ERASE_DISKS= ERASE_FAULTS= plan_absent= plan_present=' '
    while read -r plan_kind plan_rest; do
        case $plan_kind in
            disk)
                plan_present="$plan_present$plan_rest "
                if [ "$(sysfs_text "$SYS/block/$plan_rest/ro")" = 0 ]; then
                    ERASE_DISKS="$ERASE_DISKS$plan_rest "
                else
                    ERASE_FAULTS="$ERASE_FAULTS$plan_rest ($(disk_serial "$SYS/block/$plan_rest")) is read-only; "
                fi
                ;;
            none)
                plan_absent=1
                ERASE_FAULTS="$ERASE_FAULTS$plan_rest; "
                ;;
        esac
    done <"$RUN/disks.matched"
    for plan_disk in $(disks); do
        case $plan_present in *" $plan_disk "*) continue ;; esac
        plan_disk="$plan_disk ($(disk_serial "$SYS/block/$plan_disk"))"
        ERASE_FAULTS="$ERASE_FAULTS$plan_disk is not in the inventory: commission this machine again; "
    done
    ERASE_FAULTS=${ERASE_FAULTS%; }
    # Without a UUID the disks alone tell that this is the machine: all of them.
    if [ "$KNOWN_COUNT" != 0 ] && [ "$plan_present" = ' ' ]; then
        WHY="none of this machine's disks is there, nothing was written: $ERASE_FAULTS"
        return 1
    fi
    if [ -n "$plan_absent" ] && [ -z "$MACHINE_VERIFIED" ]; then
        WHY="this cannot be told to be the machine that is meant, nothing was written: $ERASE_FAULTS"
        return 1
    fi
}
