# Deployment: an image goes from the server straight to a disk, hashed on the way; then it is made this machine's own.
# busybox's shell takes its own applets before files of the same name: /bin/dd and /bin/tee are the full programs, whose
# counts are exact and whose buffers are large.

full_dd() { /bin/dd "$@"; }

# image_part OFFSET: the image's bytes from OFFSET to stdout; $RUN/image.count tells how many came.
image_part() {
    open_pipe "$RUN/image.hold"
    open_pipe "$RUN/image.pipe"
    exec 9<>"$RUN/image.hold"
    split_url "$IMAGE_URL"
    range=
    [ "$1" = 0 ] || range="Range: bytes=$1-"
    nc -w 15 "$URL_HOST" "$URL_PORT" <"$RUN/image.hold" >"$RUN/image.pipe" 2>/dev/null 9>&- &
    receiver=$!
    { request_head GET "$IMAGE_URL" ${range:+"$range"} && printf '\r\n'; } >&9
    # Its sleep outlives it, and must not hold the pipe to the disk open.
    end_when_stalled "$receiver" >/dev/null 9>&- &
    stall_watch=$!
    image_body "$1" <"$RUN/image.pipe"
    part_outcome=$?
    kill "$receiver" "$stall_watch" 2>/dev/null
    # Their end would interrupt the shell where it opens the next pipe.
    wait "$receiver" "$stall_watch" 2>/dev/null
    exec 9>&-
    return "$part_outcome"
}

image_body() {
    read_head || return 1
    case $1/$HTTP_STATUS in
        0/200) ;;
        */206) case $HTTP_RANGE in "bytes $1-"*) ;; *) return 1 ;; esac ;;
        *) return 1 ;;
    esac
    LC_ALL=C /bin/dd bs=256k iflag=fullblock 2>"$RUN/image.count"
}

# end_when_stalled PID: ends a receiver that read nothing for three minutes: the server is gone without a word.
end_when_stalled() {
    stalled=0 received=
    while [ "$stalled" -lt 9 ] && sleep 20; do
        received_now=$(grep rchar "/proc/$1/io") || return 0
        if [ "$received_now" = "$received" ]; then stalled=$((stalled + 1)); else stalled=0; fi
        received=$received_now
    done
    kill "$1" 2>/dev/null
}

# image: the whole image to stdout. A broken connection is taken up again where it broke, after longer and longer pauses, as often in a row
# as a request is tried. What comes earns new patience; a server that refuses is not asked again. $RUN/image.why tells why it ended early.
image() {
    at=0 image_left=${HTTP_TRIES:-12} image_pause=1 image_clock=
    rm -f "$RUN/image.why"
    while [ "$at" -lt "$IMAGE_SIZE" ]; do
        : >"$RUN/image.count"
        image_part "$at"
        came=$(sed -n 's/^\([0-9][0-9]*\) bytes.*/\1/p' "$RUN/image.count" | tail -n 1)
        at=$((at + ${came:-0}))
        [ "$at" -lt "$IMAGE_SIZE" ] || break
        # The disk takes no more.
        [ ! -e "$RUN/write.ended" ] || return 1
        [ "${came:-0}" = 0 ] || image_left=${HTTP_TRIES:-12} image_pause=1
        image_left=$((image_left - 1))
        case $HTTP_STATUS in
            000 | 2?? | 408 | 429 | 5??) ;;
            401) [ -z "$image_clock" ] && set_clock && image_clock=1 || image_left=0 ;;
            *) image_left=0 ;;
        esac
        if [ "$image_left" -le 0 ]; then
            echo "the image broke off after $at of $IMAGE_SIZE bytes; $(image_answer)" >"$RUN/image.why"
            return 1
        fi
        step "the image broke off at $((at / 1048576)) of $((IMAGE_SIZE / 1048576)) MiB" >&2
        sleep "$image_pause"
        [ "$image_pause" -ge 15 ] || image_pause=$((image_pause * 2))
    done
}

image_answer() { if [ "$HTTP_STATUS" = 000 ]; then echo "the server does not answer"; else echo "the server answered $HTTP_STATUS"; fi; }

# image_fault TEXT: why the image did not arrive as a whole; TEXT when it did.
image_fault() { cat "$RUN/image.why" 2>/dev/null || echo "$1"; }

unpack() {
    case $IMAGE_FORMAT in
        raw) cat ;;
        gz) gunzip -c ;;
        xz) xzcat ;;
        zst) zstd -dc --long=31 ;;
        bz2) bunzip2 -c ;;
    esac
}

# receive_image DISK SINK: the image to the input of the function SINK, hashed on the way; what goes to DISK is shown as progress
# ("-" for none).
receive_image() {
    rm -f "$RUN/write.ended"
    open_pipe "$RUN/hash.pipe"
    sha256sum <"$RUN/hash.pipe" >"$RUN/hash" &
    hasher=$!
    show_progress "$1" &
    progress=$!
    image | /bin/tee "$RUN/hash.pipe" | {
        "$2"
        written=$?
        : >"$RUN/write.ended"
        exit "$written"
    }
    outcome=$?
    kill "$progress" 2>/dev/null
    wait "$hasher"
    return "$outcome"
}

check_hash() {
    hash_came=$(cut -d' ' -f1 "$RUN/hash")
    [ "$hash_came" = "$IMAGE_SHA256" ] || fail "the image's SHA-256 is wrong: $hash_came came, $IMAGE_SHA256 was promised"
}

write_disk() { unpack 2>>"$RUN/log" | full_dd of="$DEV/$disk" bs=1M iflag=fullblock conv=fsync 2>>"$RUN/log"; }

write_image() {
    step "write image to $1"
    receive_image "$1" write_disk || fail "$(image_fault "the image could not be written to $1")"
    check_hash
}

# grow_last DISK: the last partition takes the rest of the disk, and its ext file system with it.
grow_last() {
    last=$(partitions "$1" | tail -n 1)
    [ -n "$last" ] || return 0
    step "grow $last"
    # On a larger disk GPT's second table must first move to the end. Not GPT: nothing to move.
    run sfdisk --no-reread --relocate gpt-bak-std "$DEV/$1"
    echo ', +' | run_stdin sfdisk --no-reread --force -N "$(partition_number "$last")" "$DEV/$1" || { step "partition $last could not be grown" && return 0; }
    reread "$1"
    # 53 ef at byte 1080 is the mark of ext2, 3 and 4. Others grow when they are mounted; cloud-init does that.
    [ "$(dd if="$DEV/$last" bs=1 skip=1080 count=2 2>/dev/null | od -An -tx1 | tr -d ' \n')" = 53ef ] || return 0
    run e2fsck -f -y "$DEV/$last"
    [ $? -le 1 ] || fail "the file system of the image is damaged"
    run resize2fs "$DEV/$last" || fail "the file system of the image could not be grown"
}

run_stdin() { "$@" >>"$RUN/log" 2>&1; }

# mount_root DISK: mounts the file system that holds an operating system at /mnt; sets ROOT to its root there.
mount_root() {
    modprobe -q -a ext4 xfs btrfs
    for candidate in $(partitions "$1") "$1"; do
        for type in ext4 xfs btrfs; do
            mount -t "$type" -o noatime "$DEV/$candidate" /mnt 2>/dev/null || continue
            # Distributions on btrfs keep the root in a subvolume.
            for ROOT in /mnt /mnt/root /mnt/@ /mnt/@rootfs; do
                [ ! -e "$ROOT/etc/os-release" ] && [ ! -L "$ROOT/etc/os-release" ] || return 0
            done
            umount /mnt
            break
        done
    done
    return 1
}

# finish_deployment: from now on the machine boots its disk.
finish_deployment() {
    deployment_scripts post-install
    step "netboot off"
    form_begin
    field op netboot_off
    form_post || fail "network boot could not be turned off: $(answer_text)"
    signal OK || fail "the end could not be reported: $(answer_text)"
    restart
}

# check_image: whether the task tells what an image needs; sets IMAGE_URL.
check_image() {
    case $IMAGE_SIZE in '' | *[!0-9]*) fail "the image's size is missing" ;; esac
    case $IMAGE_PATH in /*) ;; *) fail "the image's path is missing" ;; esac
    split_url "$BASE"
    IMAGE_URL=http://$url_authority$IMAGE_PATH
}

deploy() {
    case $IMAGE_LAYOUT/$IMAGE_FORMAT in
        /raw | /gz | /xz | /zst | /bz2 | root/gz | root/xz | root/zst | root/bz2 | root/squashfs) ;;
        *) fail "images of the format '$IMAGE_FORMAT' cannot be written" ;;
    esac
    check_image
    deployment_scripts pre-install
    if [ "$IMAGE_LAYOUT" = root ]; then
        verify_machine || fail "$WHY"
        deploy_root
        return
    fi
    # Before anything is written: is this the machine that is meant, and which of its disks?
    [ -n "$TARGET_DISK" ] || fail "the task does not say which disk to write to"
    verify_machine || fail "$WHY"
    find_target || fail "$WHY"
    disk=$FOUND
    [ "$(sysfs_text "$SYS/block/$disk/ro")" = 0 ] || fail "the disk $disk is read-only"

    ask GET "$BASE/metadata/latest/maas-cloud-config" || fail "no configuration for cloud-init: $(answer_text)"
    mv "$RUN/body" "$RUN/cloud-config"

    # What stands at the disk's end (RAID, LVM, a second partition table) must not outlive it. The image itself is written with its holes,
    # as zeros: what was there before must not be read through them.
    clear_ends "$disk" || fail "the disk $disk cannot be written"
    write_image "$disk"
    reread "$disk"
    grow_last "$disk"
    step "configure"
    mount_root "$disk" || fail "no partition of the image holds /etc/os-release"
    [ -d "$ROOT/etc/cloud" ] || say "warning: the image has no cloud-init, so the machine will not report that it is deployed"
    mkdir -p "$ROOT/etc/cloud/cloud.cfg.d"
    { cat "$RUN/cloud-config" >"$ROOT/etc/cloud/cloud.cfg.d/90_maas.cfg" && chmod 600 "$ROOT/etc/cloud/cloud.cfg.d/90_maas.cfg"; } || fail "the configuration for cloud-init could not be written"
    rm -f "$RUN/cloud-config"
    run umount /mnt || fail "the file system of the image could not be unmounted"
    settle
    finish_deployment
}
