# An unknown machine introduces itself.

# machine_architecture: Debian's name of it, which is MAAS's too.
machine_architecture() {
    case $(uname -m) in
        x86_64) echo amd64 ;;
        aarch64) echo arm64 ;;
        ppc64le) echo ppc64el ;;
        *) uname -m ;;
    esac
}

# machine_uuid: the SMBIOS UUID, in lower case; nothing when the firmware tells none.
machine_uuid() { sysfs_text "$SYS/class/dmi/id/product_uuid" | tr 'A-F' 'a-f'; }

# url_encode TEXT: everything but the unreserved characters (RFC 3986 section 2.3) as %XX.
url_encode() {
    printf '%s' "$1" | od -An -v -tx1 | tr -s ' ' '\n' | while read -r octet; do
        [ -n "$octet" ] || continue
        case $octet in
            2d | 2e | 5f | 7e | 3[0-9] | 4[1-9a-f] | 5[0-9a] | 6[1-9a-f] | 7[0-9a]) printf "\\x$octet" ;;
            *) printf '%%%s' "$octet" ;;
        esac
    done
}

enlist() {
    step "enlist"
    {
        printf 'architecture=%s&power_type=manual' "$(machine_architecture)"
        for card in $(cards); do printf '&mac_addresses=%s' "$(url_encode "$(cat "$SYS/class/net/$card/address")")"; done
        uuid=$(machine_uuid)
        [ -z "$uuid" ] || printf '&hardware_uuid=%s' "$(url_encode "$uuid")"
    } >"$RUN/enlist"
    ask POST "$BASE/api/2.0/machines/" "$RUN/enlist" application/x-www-form-urlencoded || fail "not enlisted: $(answer_text)"
    power_off
}
