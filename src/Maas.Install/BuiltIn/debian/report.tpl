maas_once() {
    http_proxy='' https_proxy='' wget -q --header 'Authorization: OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="'{{ credentials.consumer_key | quote.sh }}'", oauth_token="'{{ credentials.token_key | quote.sh }}'", oauth_signature="%26'{{ credentials.token_secret | quote.sh }}'", oauth_nonce="'"$(cat /proc/sys/kernel/random/uuid)"'", oauth_timestamp="'"$(date +%s)"'"' "$@"
}
maas() {
    maas_try=1
    until maas_once "$@"; do
        [ $maas_try -lt 5 ] || return 1
        sleep $maas_try
        maas_try=$((maas_try + 1))
    done
}
signal() {
    maas -O /dev/null --post-data "op=signal&status=$1&error=$2" {{ server.metadata_url | quote.sh }}latest/
}
report_failure() {
    logger -t maas "$1"
    signal FAILED "$(echo "$1" | sed 's/[^A-Za-z0-9.,:_-]/+/g')"
}
# The installer is held here; the server turns the machine off.
fail() {
    report_failure "$1"
    while :; do sleep 60; done
}
