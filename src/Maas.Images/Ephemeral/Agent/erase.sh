# Erasing. "quick" makes a disk look empty, "full" overwrites or discards all of it, "secure" lets the disk erase what no address leads to,
# too. What was done to a disk is in $RUN/erased.DISK and goes to the machine's timeline.

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

# samples DISK: the numbers of seventeen MiB of it, the first and the last among them.
samples() {
    sample_mib=$(($(blockdev --getsize64 "$DEV/$1") / MIB))
    sample=0
    while [ "$sample" -lt 16 ]; do
        echo $((sample_mib * sample / 16))
        sample=$((sample + 1))
    done
    echo $((sample_mib - 1))
}

# samples_zero DISK: the samples hold zeros. A discard may be a mere hint that the disk ignores.
samples_zero() { for place in $(samples "$1"); do is_zero "$1" "$place" || return 1; done; }

sample_sum() { dd if="$DEV/$1" bs=$MIB skip="$2" count=1 2>/dev/null | sha256sum | cut -d' ' -f1; }

# remember_samples DISK / samples_gone DISK: whether each sample holds zeros, or something else than it did: a disk that changed its key
# shows noise.
remember_samples() { for place in $(samples "$1"); do sample_sum "$1" "$place"; done >"$RUN/samples.$1"; }

samples_gone() {
    # The kernel may still have what it read before.
    settle
    blockdev --flushbufs "$DEV/$1" 2>/dev/null
    exec 6<"$RUN/samples.$1"
    for place in $(samples "$1"); do
        read -r sample_before <&6
        is_zero "$1" "$place" || [ "$(sample_sum "$1" "$place")" != "$sample_before" ] || return 1
    done
    exec 6<&-
}

# erased DISK TEXT: how it was done.
erased() { echo "$2" >"$RUN/erased.$1"; }

overwrite() {
    step "overwrite $1"
    show_progress "$1" &
    overwrite_progress=$!
    # Without a count it ends at the end of the disk, by "no space left".
    full_dd if=/dev/zero of="$DEV/$1" bs=$MIB conv=fsync 2>>"$RUN/log"
    kill "$overwrite_progress" 2>/dev/null
    samples_zero "$1" && erased "$1" "overwritten with zeros"
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
    run blkdiscard "$DEV/$1" && settle && samples_zero "$1" && erased "$1" "discarded" && return 0
    overwrite "$1"
}

erase_secure() {
    case $1 in sd*) ata_unlock "$1" ;; esac
    remember_samples "$1"
    erase_quick "$1" || return 1
    case $1 in
        nvme*) nvme_erase "$1" ;;
        sd*) ata_erase "$1" ;;
        *) false ;;
    esac && samples_gone "$1" && return 0
    step "secure discard $1"
    run blkdiscard -s "$DEV/$1" && samples_gone "$1" && erased "$1" "securely discarded" && return 0
    overwrite "$1"
}

# tell_erased DISK: how it was erased, as an event of the machine.
tell_erased() { [ ! -e "$RUN/erased.$1" ] || tell "cmd-erase/$1" "$1 ($(disk_serial "$SYS/block/$1")): $(cat "$RUN/erased.$1")"; }

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
    for disk in $ERASE_DISKS; do tell_erased "$disk"; done
    for disk in $ERASE_DISKS; do blockdev --rereadpt "$DEV/$disk" 2>/dev/null; done
    [ -z "$not_erased" ] || fail "could not erase$not_erased"
    [ -z "$ERASE_FAULTS" ] || fail "not every disk of this machine could be erased: $ERASE_FAULTS"
    # A repeated OK of the release scripts before must not pass for the end of this.
    printf true >"$RUN/erased"
    signal OK erased "$RUN/erased" || fail "the end could not be reported: $(answer_text)"
    power_off
}
