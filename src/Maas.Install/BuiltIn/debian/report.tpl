maas() {
    wget -q --no-proxy --header 'Authorization: OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="'{{ credentials.consumer_key | quote.sh }}'", oauth_token="'{{ credentials.token_key | quote.sh }}'", oauth_signature="%26'{{ credentials.token_secret | quote.sh }}'", oauth_nonce="'"$(cat /proc/sys/kernel/random/uuid)"'", oauth_timestamp="'"$(date +%s)"'"' "$@"
}
signal() {
    maas -O /dev/null --post-data "op=signal&status=$1&error=$2" {{ server.metadata_url | quote.sh }}latest/
}
