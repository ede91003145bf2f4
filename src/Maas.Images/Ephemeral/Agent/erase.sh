# Erasing. "quick" makes a disk look empty, "full" overwrites or discards all of it, "secure" does not trust a plain discard.

MIB=1048576

# clear_ends DEVICE: zeros over the first and last MiB: partition tables, superblocks, signatures of RAID and LVM.
clear_ends() {
    ends_size=$(blockdev --getsize64 "$DEV/$1") || return 1
    ends_mib=$((ends_size / MIB))
    dd if=/dev/zero of="$DEV/$1" bs=$MIB count=1 conv=fsync 2>/dev/null
    [ "$ends_mib" -lt 2 ] || dd if=/dev/zero of="$DEV/$1" bs=$MIB seek=$((ends_mib - 1)) conv=fsync 2>/dev/null
    # Both write up to the device's end: "no space left" is how they stop. What counts is what stands there now.
    is_zero "$1" 0 && { [ "$ends_mib" -lt 2 ] || is_zero "$1" $((ends_mib - 1)); }
}

# is_zero DEVICE MIB: whether that MiB of it holds zeros alone.
is_zero() { [ -z "$(dd if="$DEV/$1" bs=$MIB skip="$2" count=1 2>/dev/null | tr -d '\000' | head -c 1 | od -An -tx1)" ]; }

erase_quick() {
    for part in $(partitions "$1"); do clear_ends "$part" || return 1; done
    clear_ends "$1"
}

# samples_zero DISK: sixteen places of it hold zeros. A discard may be a mere hint that the disk ignores.
samples_zero() {
    sample_mib=$(($(blockdev --getsize64 "$DEV/$1") / MIB))
    sample=0
    while [ "$sample" -lt 16 ]; do
        is_zero "$1" $((sample_mib * sample / 16)) || return 1
        sample=$((sample + 1))
    done
    is_zero "$1" $((sample_mib - 1))
}

overwrite() {
    step "overwrite $1"
    show_progress "$1" &
    overwrite_progress=$!
    # Without a count it ends at the end of the disk, by "no space left".
    full_dd if=/dev/zero of="$DEV/$1" bs=$MIB conv=fsync 2>>"$RUN/log"
    kill "$overwrite_progress" 2>/dev/null
    samples_zero "$1"
}

erase_full() {
    erase_quick "$1" || return 1
    step "discard $1"
    run blkdiscard "$DEV/$1" && settle && samples_zero "$1" && return 0
    overwrite "$1"
}

erase_secure() {
    erase_quick "$1" || return 1
    step "secure discard $1"
    run blkdiscard -s "$DEV/$1" && return 0
    overwrite "$1"
}

erase() {
    case $ERASE_MODE in quick | full | secure) ;; *) fail "there is no way to erase called '$ERASE_MODE'" ;; esac
    # Everything is checked first, and only then written.
    verify_machine || fail "$WHY"
    plan_erase || fail "$WHY"
    jobs=
    for disk in $ERASE_DISKS; do
        step "erase $ERASE_MODE $disk"
        ("erase_$ERASE_MODE" "$disk") &
        jobs="$jobs $disk:$!"
    done
    not_erased=
    for job in $jobs; do
        wait "${job##*:}" || not_erased="$not_erased ${job%%:*}"
    done
    settle
    for disk in $ERASE_DISKS; do blockdev --rereadpt "$DEV/$disk" 2>/dev/null; done
    [ -z "$not_erased" ] || fail "could not erase$not_erased"
    [ -z "$ERASE_FAULTS" ] || fail "not every disk of this machine could be erased: $ERASE_FAULTS"
    signal OK || fail "the end could not be reported: $(answer_text)"
    power_off
}
