# HTTP/1.0 over nc. busybox wget hides the answer to an error and its Date header, both of which are needed here.

CR=$(printf '\r')

# split_url URL: sets URL_HOST, URL_PORT, URL_PATH.
split_url() {
    url_rest=${1#http://}
    case $1 in http://*) ;; *) return 1 ;; esac
    URL_PATH=/${url_rest#*/}
    case $url_rest in */*) ;; *) URL_PATH=/ ;; esac
    url_authority=${url_rest%%/*}
    case $url_authority in
        \[*\]:*) URL_HOST=${url_authority%%]*} URL_HOST=${URL_HOST#[} URL_PORT=${url_authority##*:} ;;
        \[*\]) URL_HOST=${url_authority#[} URL_HOST=${URL_HOST%]} URL_PORT=80 ;;
        *:*) URL_HOST=${url_authority%%:*} URL_PORT=${url_authority##*:} ;;
        *) URL_HOST=$url_authority URL_PORT=80 ;;
    esac
}

# request_head METHOD URL [HEADER...]: the head of a request, up to the empty line that the caller adds.
request_head() {
    head_method=$1 head_url=$2
    shift 2
    split_url "$head_url"
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: maas-agent\r\nConnection: close\r\nAccept: */*\r\n' "$head_method" "$URL_PATH" "$url_authority"
    [ -z "$TOKEN_SECRET" ] || authorization
    for head_line in "$@"; do printf '%s\r\n' "$head_line"; done
}

# OAuth 1.0a, PLAINTEXT (RFC 5849 section 3.4.4): the consumer's secret is empty.
authorization() {
    printf 'Authorization: OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="%s", oauth_token="%s", oauth_signature="%%26%s", oauth_nonce="%s", oauth_timestamp="%s"\r\n' \
        "$CONSUMER_KEY" "$TOKEN_KEY" "$TOKEN_SECRET" "$(random_hex)" "$(date +%s)"
}

random_hex() { head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# open_connection: nc to URL_HOST:URL_PORT reads fd 9 and writes to fd 1 of the caller. Held open for writing while the
# answer comes: a server may take an early end of the request for a client that went away.
open_pipe() {
    rm -f "$1"
    mkfifo -m 600 "$1"
}

# read_head: reads an answer's head from stdin, byte by byte, and leaves the body. Sets HTTP_STATUS, HTTP_DATE, HTTP_LENGTH, HTTP_RANGE.
read_head() {
    HTTP_STATUS=000 HTTP_DATE= HTTP_LENGTH= HTTP_RANGE=
    if ! IFS=' ' read -r _ HTTP_STATUS _; then
        HTTP_STATUS=000
        return 1
    fi
    HTTP_STATUS=${HTTP_STATUS%"$CR"}
    while IFS= read -r head_field; do
        head_field=${head_field%"$CR"}
        [ -n "$head_field" ] || return 0
        head_value=${head_field#*:} head_value=${head_value# }
        case $head_field in
            [Dd]ate:*) HTTP_DATE=$head_value ;;
            [Cc]ontent-[Ll]ength:*) HTTP_LENGTH=$head_value ;;
            [Cc]ontent-[Rr]ange:*) HTTP_RANGE=$head_value ;;
        esac
    done
    return 1
}

# exchange METHOD URL [BODYFILE TYPE]: one request; the body of the answer goes to $RUN/body. Fails when there was no complete answer.
exchange() {
    exchange_method=$1 exchange_url=$2 exchange_body=$3 exchange_type=$4
    split_url "$exchange_url" || return 1
    open_pipe "$RUN/hold"
    exec 9<>"$RUN/hold"
    timeout "${HTTP_TIMEOUT:-120}" nc -w 15 "$URL_HOST" "$URL_PORT" <"$RUN/hold" >"$RUN/answer" 2>/dev/null 9>&- &
    exchange_pid=$!
    {
        if [ -n "$exchange_body" ]; then
            request_head "$exchange_method" "$exchange_url" "Content-Type: $exchange_type" "Content-Length: $(wc -c <"$exchange_body")"
            printf '\r\n'
            cat "$exchange_body"
        else
            request_head "$exchange_method" "$exchange_url"
            printf '\r\n'
        fi
    } >"$RUN/request"
    # In the background: when nc is gone nobody reads, and writing would wait for ever.
    cat "$RUN/request" >&9 &
    exchange_writer=$!
    wait "$exchange_pid"
    kill "$exchange_writer" 2>/dev/null
    wait "$exchange_writer" 2>/dev/null
    exec 9>&-
    rm -f "$RUN/request" "$RUN/hold"
    HTTP_STATUS=000
    { read_head && cat >"$RUN/body"; } <"$RUN/answer" || return 1
    rm -f "$RUN/answer"
    [ -z "$HTTP_LENGTH" ] || [ "$(wc -c <"$RUN/body")" -eq "$HTTP_LENGTH" ]
}

# set_clock: takes the server's time when ours is off; OAuth timestamps must fit, and file times should.
set_clock() {
    clock=$(date -u -D '%a, %d %b %Y %H:%M:%S GMT' -d "$HTTP_DATE" +%s 2>/dev/null) || return 1
    [ -n "$clock" ] || return 1
    clock_off=$((clock - $(date +%s)))
    [ "$clock_off" -gt 3 ] || [ "$clock_off" -lt -3 ] || return 0
    date -u -s "@$clock" >/dev/null 2>&1
    say "clock corrected by $clock_off s"
}

# ask METHOD URL [BODYFILE TYPE]: an exchange with patience. A lost answer and a server's own trouble are tried again, a 401
# once with the server's clock. Returns 0 for 2xx, 1 for another answer, 2 when there was none.
ask() {
    ask_left=${HTTP_TRIES:-12} ask_pause=1 ask_clock=0
    while :; do
        if exchange "$@"; then
            case $HTTP_STATUS in
                2??) return 0 ;;
                401)
                    [ "$ask_clock" = 0 ] && set_clock || return 1
                    ask_clock=1
                    continue
                    ;;
                408 | 429 | 5??) ;;
                *) return 1 ;;
            esac
        fi
        ask_left=$((ask_left - 1))
        [ "$ask_left" -gt 0 ] || return 2
        sleep "$ask_pause"
        [ "$ask_pause" -ge 15 ] || ask_pause=$((ask_pause * 2))
    done
}

# answer_text: why the server refused: the status and the start of its answer, printable.
answer_text() { printf 'the server answered %s %s' "$HTTP_STATUS" "$(head -c 300 "$RUN/body" 2>/dev/null | tr '\r\n\t' '   ' | tr -cd '\40-\176')"; }

# field NAME VALUE / field_file NAME FILE / attach NAME FILE: parts of a multipart body (RFC 7578) in $RUN/form.
field() { printf -- '--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' "$BOUNDARY" "$1" "$2" >>"$RUN/form"; }

field_file() {
    printf -- '--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' "$BOUNDARY" "$1" >>"$RUN/form"
    cat "$2" >>"$RUN/form"
    printf '\r\n' >>"$RUN/form"
}

attach() {
    printf -- '--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n' "$BOUNDARY" "$1" "$1" >>"$RUN/form"
    cat "$2" >>"$RUN/form"
    printf '\r\n' >>"$RUN/form"
}

form_begin() {
    BOUNDARY=maas-$(random_hex)
    : >"$RUN/form"
}

form_post() {
    printf -- '--%s--\r\n' "$BOUNDARY" >>"$RUN/form"
    ask POST "$BASE/metadata/2012-03-01/" "$RUN/form" "multipart/form-data; boundary=$BOUNDARY"
}

# signal STATUS [NAME FILE]...: reports to the server; each FILE's content is the value of the field NAME.
signal() {
    form_begin
    field op signal
    field status "$1"
    shift
    while [ $# -ge 2 ]; do
        field_file "$1" "$2"
        shift 2
    done
    form_post
}
