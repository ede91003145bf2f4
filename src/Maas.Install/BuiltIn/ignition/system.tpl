{
  "ignition": { "version": "3.3.0" },
  "passwd": { "users": [ { "name": {{ params.user | quote.json }}, "sshAuthorizedKeys": [
    {{~ for key in ssh_keys ~}}
    {{ if !for.first }}, {{ end }}{{ key | quote.json }}
    {{~ end ~}}
  ] } ] },
  "storage": { "files": [
    { "path": "/etc/hostname", "mode": 420, "contents": { "source": "data:;base64,{{ base64 machine.hostname }}" } },
    { "path": "/etc/maas-report.sh", "mode": 448, "contents": { "source": "data:;base64,{{ render "ignition/report" | base64 }}" } }
  ] },
  "systemd": { "units": [ { "name": "maas-report.service", "enabled": true, "contents": {{ render "ignition/report-unit" | quote.json }} } ] }
}
