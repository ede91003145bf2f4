# Memory. The kernel unpacks the environment into a file system of half the memory; what does not fit is missing without a word.

# LEAST_MEMORY: the smallest machine, in MiB, that is known to work. LEAST_FREE: what a task needs beside the environment, in MiB.
LEAST_MEMORY=320 LEAST_FREE=48

# memory_mib FIELD: a field of /proc/meminfo in MiB, read by the shell alone: where memory is short no program may start.
memory_mib() {
    while read -r memory_field memory_value _; do
        [ "$memory_field" != "$1:" ] || { echo $((memory_value / 1024)) && return; }
    done <"$PROC/meminfo"
}

# memory_fault: why the machine has too little memory; nothing when it has enough. The mark is the last file of the environment.
memory_fault() {
    memory_has=$(memory_mib MemTotal) memory_free=$(memory_mib MemAvailable)
    if [ ! -e "${MARK:-/var/complete}" ]; then
        echo "this machine has too little memory: the environment does not fit into $memory_has MiB; $LEAST_MEMORY MiB are needed"
    elif [ "$memory_free" -lt "$LEAST_FREE" ]; then
        echo "this machine has too little memory: $memory_free of $memory_has MiB are free; $LEAST_MEMORY MiB are needed"
    fi
}

# require_memory: says what is missing, once, and powers off.
require_memory() {
    memory_why=$(memory_fault)
    [ -n "$memory_why" ] || return 0
    say "failed: $memory_why"
    memory_pause=20
    for memory_word in $(cat "$PROC/cmdline"); do
        case $memory_word in maas.pause=*) memory_pause=${memory_word#*=} ;; esac
    done
    sleep "$memory_pause"
    power_off_now
}
