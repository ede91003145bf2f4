signal WORKING The+Debian+installer+runs. || logger -t maas 'The server took no report.'
logger -t maas 'The preseed early_command has run.'
{{ snippet "debian/alive" -}}
{{ if params.early_command != "" }}{{ params.early_command | quote.preseed }}{{ end }}
