#!/bin/sh
# The API with curl alone, for a machine without the `maas` command.
#
#   maas.sh GET machines/                                  what there is
#   maas.sh PUT machines/ID/ power_type=manual             a form's fields follow
#   maas.sh POST 'machines/?op=accept' machines=ID
#   maas.sh upload custom/debian-12 ddgz disk.raw.gz       NAME FILETYPE FILE; in pieces of 4 MiB
#
# MAAS_SERVER is the server (default http://127.0.0.1:5240/MAAS), MAAS_API_KEY the file of the key (default /var/lib/maas/admin.apikey).
set -eu
server=${MAAS_SERVER:-http://127.0.0.1:5240/MAAS}
IFS=: read -r consumer token secret <"${MAAS_API_KEY:-/var/lib/maas/admin.apikey}" || [ -n "$secret" ]

# call METHOD URL [CURL'S OPTIONS...]: signed by OAuth 1.0a, PLAINTEXT (RFC 5849 section 3.4.4). The header comes from standard input, so
# that no list of processes shows it.
call() {
    call_method=$1 call_url=$2
    shift 2
    nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    curl -sS --fail-with-body -X "$call_method" -H @- "$@" "$call_url" <<HEADER
Authorization: OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="$consumer", oauth_token="$token", oauth_signature="%26$secret", oauth_nonce="$nonce", oauth_timestamp="$(date +%s)"
HEADER
}

# upload NAME FILETYPE FILE: announces the file, and sends it in pieces to the address that the server names.
upload() {
    size=$(wc -c <"$3")
    sha256=$(sha256sum "$3" | cut -d ' ' -f 1)
    answer=$(call POST "$server/api/2.0/boot-resources/" \
        --data-urlencode "name=$1" -d architecture=amd64/generic -d "filetype=$2" -d "sha256=$sha256" -d "size=$((size))")
    uri=$(printf '%s' "$answer" | tr ',' '\n' | sed -n 's/.*"upload_uri": *"\([^"]*\)".*/\1/p' | tail -n 1)
    [ -n "$uri" ] || { echo "$1 is there already"; return; }
    piece=$(mktemp)
    trap 'rm -f "$piece"' EXIT
    at=0
    while [ $((at * 4194304)) -lt "$size" ]; do
        dd if="$3" of="$piece" bs=4194304 skip="$at" count=1 2>/dev/null
        call PUT "${server%/MAAS}$uri" -H 'Content-Type: application/octet-stream' --data-binary "@$piece" >/dev/null
        at=$((at + 1))
    done
    echo "$1 is uploaded"
}

case ${1-} in
    upload) upload "$2" "$3" "$4" ;;
    GET | POST | PUT | DELETE)
        method=$1 path=$2
        shift 2
        fields=
        for field in "$@"; do
            set -- "$@" --data-urlencode "$field"
            shift
            fields=1
        done
        # A POST without fields has an empty body, which says that its length is 0.
        [ -n "$fields" ] || [ "$method" != POST ] || set -- -d ''
        call "$method" "$server/api/2.0/$path" "$@"
        echo
        ;;
    *)
        sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
        exit 2
        ;;
esac
