# What the server wants done: lines KEY=VALUE, nothing quoted, the value to the end of the line.

# fetch_task: sets TASK and the variables of its fields; unknown keys are left alone.
fetch_task() {
    ask GET "$BASE/metadata/latest/maas-task" || return 1
    read_task <"$RUN/body"
}

read_task() {
    TASK= IMAGE_PATH= IMAGE_SHA256= IMAGE_SIZE= IMAGE_FORMAT= IMAGE_LAYOUT=
    HAS_SCRIPTS= KEEP_SSH= TARGET_DISK= ERASE_MODE= HARDWARE_UUID= KNOWN_DISKS= KNOWN_COUNT=
    # Not by read's own fields: it drops a value's last "=".
    while IFS= read -r line; do
        line=${line%"$CR"}
        value=${line#*=}
        case $line in
            task=*) TASK=$value ;;
            image_path=*) IMAGE_PATH=$value ;;
            image_sha256=*) IMAGE_SHA256=$value ;;
            image_size=*) IMAGE_SIZE=$value ;;
            image_format=*) IMAGE_FORMAT=$value ;;
            image_layout=*) IMAGE_LAYOUT=$value ;;
            target_disk=*) TARGET_DISK=$value ;;
            has_scripts=*) HAS_SCRIPTS=$value ;;
            ssh=*) KEEP_SSH=$value ;;
            erase_mode=*) ERASE_MODE=$value ;;
            hardware_uuid=*) HARDWARE_UUID=$value ;;
            known_disks=*) KNOWN_COUNT=$value ;;
            known_disk=*) KNOWN_DISKS=$KNOWN_DISKS$value$NEWLINE ;;
        esac
    done
}

# tell NAME TEXT: an event in the machine's timeline. A server that cannot be told stops nothing.
tell() {
    [ -n "$SYSTEM_ID" ] || return 0
    printf '{"event_type": "start", "origin": "maas-agent", "name": "%s", "description": "%s"}' \
        "$1" "$(printf '%s' "$2" | tr -cd '\40-\41\43-\133\135-\176')" >"$RUN/phase"
    HTTP_TRIES=2 ask POST "$BASE/metadata/status/$SYSTEM_ID" "$RUN/phase" application/json || say "warning: $(answer_text)"
}
