# Ephemeral deployment: the owner's system runs in memory, and no disk is written. Either the archive of a root file system becomes the
# machine's root, or this environment itself stays up for its owner.

# run_in_memory: the task "run".
run_in_memory() {
    deployment_scripts pre-install
    if [ -n "$IMAGE_PATH" ]; then run_archive; else run_environment; fi
}

# run_environment: an SSH server for the owner's keys, and the owner's user data if it is a script. The machine is the owner's then:
# a server that does not answer does not end it, one that refuses the machine's key does.
run_environment() {
    start_ssh
    fetch_user_data || fail "no user data: $(answer_text)"
    deployment_scripts post-install
    printf '%s' "$RESCUE_NOTE" >"$RUN/note"
    signal OK error "$RUN/note" || fail "the end could not be reported: $(answer_text)"
    step "deployed in memory, $RESCUE_NOTE"
    start_user_data
    while :; do
        sleep "$PROGRESS_SECONDS"
        load_new_drivers
        if fetch_task; then
            [ "$TASK" = run ] || return 0
        else
            case $HTTP_STATUS in 401 | 403) power_off ;; esac
        fi
    done
}

# fetch_user_data: the owner's user data to $RUN/user-data; there may be none.
fetch_user_data() {
    rm -f "$RUN/user-data"
    if ask GET "$BASE/metadata/latest/user-data"; then
        mv "$RUN/body" "$RUN/user-data"
    else
        [ "$HTTP_STATUS" = 404 ]
    fi
}

# start_user_data: runs it if it is a script; nothing else is understood without cloud-init.
start_user_data() {
    [ -s "$RUN/user-data" ] || return 0
    if [ "$(head -c 2 "$RUN/user-data")" = '#!' ]; then
        chmod 700 "$RUN/user-data"
        mkdir -p /root
        (cd /root && exec setsid "$RUN/user-data" </dev/null >"$RUN/user-data.log" 2>&1) &
        phase user-data "run the user data"
    else
        phase user-data "the user data is no script: it takes a system with cloud-init, and is left alone"
    fi
}

# check_memory: whether the archive fits in memory beside what works with it, in MiB; otherwise WHY tells the reason.
check_memory() {
    memory_free=$(memory_mib MemAvailable) memory_needed=$((IMAGE_SIZE / 1048576 + 1 + LEAST_FREE))
    WHY="this machine has too little memory: $memory_free MiB are free, and a system of this archive takes $memory_needed MiB at least"
    [ "$memory_free" -ge "$memory_needed" ]
}

store_in_memory() { cat >/system/archive; }

# mount_archive: the archive's files at /mnt, where they can be changed. A squashfs stays packed; others are unpacked.
mount_archive() {
    modprobe -q -a loop squashfs overlay
    mkdir -p /system
    run mount -t tmpfs -o size=90%,mode=0755 tmpfs /system || fail "a file system in memory could not be mounted"
    if [ "$IMAGE_FORMAT" = squashfs ]; then
        receive_image - store_in_memory || fail "$(image_fault "the archive does not fit in memory")"
        check_hash
        (umask 022 && mkdir -p /system/packed /system/changes /system/work)
        run mount -t squashfs -o loop,ro /system/archive /system/packed || fail "the archive could not be mounted"
        run mount -t overlay -o lowerdir=/system/packed,upperdir=/system/changes,workdir=/system/work overlay /mnt \
            || fail "the archive could not be mounted"
    else
        run mount -o bind /system /mnt || fail "a file system in memory could not be mounted"
        receive_image - untar || fail "$(image_fault "the archive could not be unpacked in memory")"
        check_hash
    fi
}

# configure_archive: what the system needs in memory: this kernel's modules, cloud-init's configuration, and no file system of a disk.
configure_archive() {
    [ -e /mnt/etc/os-release ] || [ -L /mnt/etc/os-release ] || fail "the archive holds no /etc/os-release"
    [ -e /mnt/sbin/init ] || [ -L /mnt/sbin/init ] || fail "the archive holds no /sbin/init"
    (
        umask 022
        mkdir -p /mnt/dev /mnt/proc /mnt/run /mnt/sys /mnt/lib/modules /mnt/etc/cloud/cloud.cfg.d \
            && echo '# The system runs in memory: no disk is mounted.' >/mnt/etc/fstab
    ) || fail "the system could not be configured"
    [ -d "/mnt$MODULES" ] || run cp -a "$MODULES" /mnt/lib/modules/ || fail "the kernel's modules do not fit in memory"
    { cat "$RUN/cloud-config" >/mnt/etc/cloud/cloud.cfg.d/90_maas.cfg && chmod 600 /mnt/etc/cloud/cloud.cfg.d/90_maas.cfg; } \
        || fail "the configuration for cloud-init could not be written"
    rm -f "$RUN/cloud-config"
}

run_archive() {
    case $IMAGE_FORMAT in
        gz | xz | zst | bz2)
            [ -e "${TOOLS_MARK:-/var/tools-complete}" ] \
                || fail "this environment has no programs to unpack root archives, or too little memory for them: 768 MiB are needed"
            ;;
        squashfs) ;;
        *) fail "archives of the format '$IMAGE_FORMAT' cannot run in memory" ;;
    esac
    check_image
    check_memory || fail "$WHY"
    ask GET "$BASE/metadata/latest/maas-cloud-config" || fail "no configuration for cloud-init: $(answer_text)"
    mv "$RUN/body" "$RUN/cloud-config"
    phase extract "load the archive into memory"
    mount_archive
    phase configure "configure"
    configure_archive
    deployment_scripts post-install
    # Without cloud-init nothing in the system reports.
    if target_has cloud-init; then
        signal WORKING || fail "the start of the system could not be reported: $(answer_text)"
    else
        signal OK || fail "the end could not be reported: $(answer_text)"
    fi
    step "start the system"
    killall udhcpc 2>/dev/null
    # Only the first process can give the machine another root: it does when this one ends.
    echo /mnt >"$RUN/next-root"
    exit 0
}
