# Erasing. "quick" makes a disk look empty, "full" overwrites or discards all of it, "secure" lets the disk erase what no address leads to,
# too. What was done to a disk is in $RUN/erased.DISK and goes to the machine's timeline.

MIB=1048576

# What is written goes by its number of bytes, so that an error of the disk is no "no space left": dd fails only where bytes are missing.
# full_dd's last message tells how many went; LC_ALL=C keeps it in English.

# dd_bytes FILE: the number of bytes in dd's last message.
dd_bytes() { sed -n 's/^\([0-9][0-9]*\) bytes\{0,1\}.*/\1/p' "$1" | tail -n 1; }

# write_bytes SOURCE DEVICE MIB BYTES: so many bytes of SOURCE at that MiB; fails when one of them did not reach the disk.
write_bytes() {
    LC_ALL=C full_dd if="$1" of="$DEV/$2" bs=$MIB seek="$3" count="$4" iflag=count_bytes,fullblock conv=fsync,notrunc \
        2>"$RUN/written.$2" || {
        cat "$RUN/written.$2" >>"$RUN/log"
        return 1
    }
    [ "$(dd_bytes "$RUN/written.$2")" = "$4" ]
}

# mib_length DEVICE MIB: how many bytes that MiB of it has; the last one may be short.
mib_length() {
    mib_rest=$(($(blockdev --getsize64 "$DEV/$1") - $2 * MIB))
    if [ "$mib_rest" -lt "$MIB" ]; then echo "$mib_rest"; else echo "$MIB"; fi
}

# reread_disk DEVICE: what is read from now on comes from the disk, and not from what the kernel has kept of it.
reread_disk() {
    settle
    blockdev --flushbufs "$DEV/$1" 2>/dev/null
}

# clear_ends DEVICE: zeros over the first and last MiB: partition tables, superblocks, signatures of RAID and LVM.
clear_ends() {
    ends_size=$(blockdev --getsize64 "$DEV/$1") || return 1
    ends_mib=$((ends_size / MIB))
    write_bytes /dev/zero "$1" 0 "$(mib_length "$1" 0)" || return 1
    [ "$ends_mib" -lt 2 ] || write_bytes /dev/zero "$1" $((ends_mib - 1)) $((ends_size - (ends_mib - 1) * MIB)) || return 1
    reread_disk "$1"
    is_zero "$1" 0 && { [ "$ends_mib" -lt 2 ] || is_zero "$1" $((ends_mib - 1)); }
}

# is_zero DEVICE MIB: whether that MiB of it can be read as a whole, and holds zeros alone.
is_zero() {
    [ -z "$(LC_ALL=C full_dd if="$DEV/$1" bs=$MIB skip="$2" count=1 iflag=fullblock 2>"$RUN/read.$1" \
        | tr -d '\000' | head -c 1 | od -An -tx1)" ] || return 1
    [ "$(dd_bytes "$RUN/read.$1")" = "$(mib_length "$1" "$2")" ]
}

erase_quick() {
    for part in $(partitions "$1"); do clear_ends "$part" || return 1; done
    clear_ends "$1"
}

# samples DISK: the numbers of seventeen MiB of it, the first and the last among them.
samples() {
    sample_mib=$(($(blockdev --getsize64 "$DEV/$1") / MIB))
    [ "$sample_mib" -gt 0 ] || sample_mib=1
    sample=0
    while [ "$sample" -lt 16 ]; do
        echo $((sample_mib * sample / 16))
        sample=$((sample + 1))
    done
    echo $((sample_mib - 1))
}

# samples_zero DISK: the samples hold zeros. A discard may be a mere hint that the disk ignores.
samples_zero() {
    reread_disk "$1"
    for place in $(samples "$1"); do is_zero "$1" "$place" || return 1; done
}

# sample_sum DISK MIB: the SHA-256 of that MiB; fails when it cannot be read as a whole.
sample_sum() {
    LC_ALL=C full_dd if="$DEV/$1" bs=$MIB skip="$2" count=1 iflag=fullblock 2>"$RUN/read.$1" | sha256sum | cut -d' ' -f1
    [ "$(dd_bytes "$RUN/read.$1")" = "$(mib_length "$1" "$2")" ]
}

# mark_samples DISK / samples_gone DISK: noise is written to the samples first, because most of a disk may hold zeros before, too, and
# prove nothing; then whether each sample holds zeros, or something else than it did: a disk that changed its key shows noise.
mark_samples() {
    for place in $(samples "$1"); do write_bytes /dev/urandom "$1" "$place" "$(mib_length "$1" "$place")" || return 1; done
    reread_disk "$1"
    for place in $(samples "$1"); do
        ! is_zero "$1" "$place" && sample_sum "$1" "$place" || return 1
    done >"$RUN/samples.$1"
}

samples_gone() {
    reread_disk "$1"
    exec 6<"$RUN/samples.$1"
    for place in $(samples "$1"); do
        read -r sample_before <&6
        is_zero "$1" "$place" && continue
        # What cannot be read is not known to be gone.
        sample_now=$(sample_sum "$1" "$place") && [ "$sample_now" != "$sample_before" ] || return 1
    done
    exec 6<&-
}

# erased DISK TEXT: how it was done.
erased() { echo "$2" >"$RUN/erased.$1"; }

# erasing DISK START TEXT: what is being done to it now. START is the number of sectors written before, or "-" where the disk works
# by itself and shows nothing of its progress.
erasing() { echo "$2 $3" >"$RUN/erasing.$1"; }

overwrite() {
    step "overwrite $1"
    erasing "$1" "$(sectors_written "$1" 2>/dev/null || echo 0)" "overwriting"
    show_progress "$1" &
    overwrite_progress=$!
    write_bytes /dev/zero "$1" 0 "$(blockdev --getsize64 "$DEV/$1")"
    overwrite_outcome=$?
    kill "$overwrite_progress" 2>/dev/null
    [ "$overwrite_outcome" = 0 ] && samples_zero "$1" && erased "$1" "overwritten with zeros"
}

# nvme_erase DISK: Format NVM (NVM Express Base Specification 1.4, section 5.23), with a new key (SES 2) where the controller has one, else
# of the data (SES 1).
nvme_erase() {
    command -v nvme >/dev/null || return 1
    nvme_controller=${1%n*}
    nvme id-ctrl "$DEV/$nvme_controller" >"$RUN/nvme.$1" 2>>"$RUN/log" || return 1
    # Optional admin commands: bit 1 is the format. Attributes of the format: bit 1 says that it erases all namespaces, which may be other
    # disks; bit 2 that there is a key.
    nvme_commands=$(nvme_field oacs "$1") nvme_attributes=$(nvme_field fna "$1")
    [ $((nvme_commands & 2)) != 0 ] || return 1
    [ $((nvme_attributes & 2)) = 0 ] || [ "$(nvme_namespaces "$nvme_controller")" = 1 ] || return 1
    nvme_setting=1
    [ $((nvme_attributes & 4)) = 0 ] || nvme_setting=2
    step "format $1"
    erasing "$1" - "format"
    run nvme format "$DEV/$1" --ses="$nvme_setting" --force && erased "$1" "NVMe format, secure erase setting $nvme_setting"
}

# nvme_field NAME DISK: a number of the controller: "oacs      : 0x17".
nvme_field() { sed -n "s/^$1[[:blank:]]*:[[:blank:]]*\(0[xX]\{0,1\}[0-9a-fA-F]*\).*/\1/p" "$RUN/nvme.$2" | grep . || echo 0; }

nvme_namespaces() { for namespace in "$SYS/block/$1"n*; do echo "$namespace"; done | grep -c .; }

# The password lasts from the order to erase until the disk has erased itself, which removes it. After a power failure between these the
# disk is locked, and the next secure erasure unlocks it.
ATA_PASSWORD=maas

# ata_is DISK WORDS: whether the disk says so of its security (ATA Command Set, section 4.20): "not locked".
ata_is() { hdparm -I "$DEV/$1" 2>/dev/null | sed -n '/^Security:/,/^[A-RT-Z]/p' | tr -s '[:blank:]' ' ' | grep -qx " $2"; }

ata() { run hdparm --user-master u "--security-$1" "$ATA_PASSWORD" "$DEV/$2"; }

# ata_unlock DISK: takes away the password of an erasure that was interrupted.
ata_unlock() {
    command -v hdparm >/dev/null && ata_is "$1" enabled || return 0
    ! ata_is "$1" locked || ata unlock "$1"
    ata disable "$1"
}

# ata_erase DISK: a security erase, the enhanced one if there is.
ata_erase() {
    command -v hdparm >/dev/null && ata_is "$1" supported && ata_is "$1" "not frozen" && ata_is "$1" "not enabled" || return 1
    ata_how=erase
    ! ata_is "$1" "supported: enhanced erase" || ata_how=erase-enhanced
    step "security $ata_how $1"
    erasing "$1" - "security $ata_how"
    ata set-pass "$1" || return 1
    if ata "$ata_how" "$1"; then
        erased "$1" "ATA security $ata_how"
    else
        ata disable "$1"
        return 1
    fi
}

erase_full() {
    erase_quick "$1" || return 1
    step "discard $1"
    erasing "$1" - "discard"
    mark_samples "$1" && run blkdiscard "$DEV/$1" && samples_zero "$1" && erased "$1" "discarded" && return 0
    overwrite "$1"
}

# erase_itself DISK: the disk's own erasure, where its kind has one, with proof.
erase_itself() {
    case $1 in
        nvme*) mark_samples "$1" && nvme_erase "$1" && samples_gone "$1" ;;
        sd*) mark_samples "$1" && ata_erase "$1" && samples_gone "$1" ;;
        *) false ;;
    esac
}

erase_secure() {
    case $1 in sd*) ata_unlock "$1" ;; esac
    erase_quick "$1" || return 1
    ! erase_itself "$1" || return 0
    step "secure discard $1"
    erasing "$1" - "secure discard"
    mark_samples "$1" && run blkdiscard -s "$DEV/$1" && samples_gone "$1" && erased "$1" "securely discarded" && return 0
    overwrite "$1"
}

# tell_erased DISK: how it was erased, as an event of the machine.
tell_erased() { [ ! -e "$RUN/erased.$1" ] || tell "cmd-erase/$1" "$1 ($(disk_serial "$SYS/block/$1")): $(cat "$RUN/erased.$1")"; }

# A disk that works by itself is a sign of life for so many reports, which is a day; the longest that disks announce is half of that.
MOST_WAITS=1440

# erasure_now FOLDER: sets ERASURE to what is done to each disk, for people, ERASURE_COUNT to the sectors that were written, and
# ERASURE_WAITS where a disk works by itself.
erasure_now() {
    ERASURE= ERASURE_COUNT=0 ERASURE_WAITS=
    for now_disk in $ERASE_DISKS; do
        { read -r now_start now_how <"$1/erasing.$now_disk"; } 2>/dev/null || continue
        if [ "$now_start" = - ]; then
            ERASURE_WAITS=1
        else
            now_written=$(($(sectors_written "$now_disk") - now_start)) now_size=$(sysfs_number "$SYS/block/$now_disk/size")
            ERASURE_COUNT=$((ERASURE_COUNT + now_written))
            [ "$now_size" -le 0 ] || now_how="$now_how, $((now_written * 100 / now_size)) %"
        fi
        ERASURE="$ERASURE${ERASURE:+; }$now_disk: $now_how"
    done
}

# show_erasure: tells the server from time to time how far the erasure is, which may take hours. Disks that take nothing more are no sign
# of life: then the server's patience ends.
show_erasure() {
    show_sleep= show_count= show_waits=0 show_folder=$RUN
    trap 'kill "$show_sleep" 2>/dev/null; exit 0' TERM
    RUN=$RUN/show HTTP_TRIES=1 HTTP_TIMEOUT=30
    mkdir -p "$RUN"
    while :; do
        sleep "$PROGRESS_SECONDS" &
        show_sleep=$!
        wait "$show_sleep"
        erasure_now "$show_folder"
        [ -n "$ERASURE" ] || continue
        if [ "$ERASURE_COUNT" = "$show_count" ]; then
            [ -n "$ERASURE_WAITS" ] && [ "$show_waits" -lt "$MOST_WAITS" ] || continue
            show_waits=$((show_waits + 1))
        else
            show_waits=0
        fi
        show_count=$ERASURE_COUNT
        printf '%s' "$ERASURE" >"$RUN/progress"
        signal WORKING error "$RUN/progress"
    done >/dev/null 2>&1
}

# erase_disk DISK: as the task says; what is being done to it ends with it.
erase_disk() {
    "erase_$ERASE_MODE" "$1"
    erase_outcome=$?
    rm -f "$RUN/erasing.$1"
    return "$erase_outcome"
}

erase() {
    case $ERASE_MODE in quick | full | secure) ;; *) fail "there is no way to erase called '$ERASE_MODE'" ;; esac
    # Everything is checked first, and only then written.
    verify_machine || fail "$WHY"
    plan_erase || fail "$WHY"
    jobs=
    for disk in $ERASE_DISKS; do
        step "erase $ERASE_MODE $disk"
        (erase_disk "$disk") &
        jobs="$jobs $disk:$!"
    done
    (show_erasure) &
    erase_shower=$!
    not_erased=
    for job in $jobs; do
        wait "${job##*:}" || not_erased="$not_erased ${job%%:*}"
    done
    kill "$erase_shower" 2>/dev/null
    wait "$erase_shower" 2>/dev/null
    settle
    for disk in $ERASE_DISKS; do tell_erased "$disk"; done
    for disk in $ERASE_DISKS; do blockdev --rereadpt "$DEV/$disk" 2>/dev/null; done
    [ -z "$not_erased" ] || fail "could not erase$not_erased"
    [ -z "$ERASE_FAULTS" ] || fail "not every disk of this machine could be erased: $ERASE_FAULTS"
    # A repeated OK of the release scripts before must not pass for the end of this.
    printf true >"$RUN/erased"
    signal OK erased "$RUN/erased" || fail "the end could not be reported: $(answer_text)"
    power_off
}
