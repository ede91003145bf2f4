{
  "ignition": { "version": "3.3.0" },
  "passwd": { "users": [ { "name": {{ params.user | quote.json }}, "sshAuthorizedKeys": [
    {{~ for key in ssh_keys ~}}
    {{ if !for.first }}, {{ end }}{{ key | quote.json }}
    {{~ end ~}}
  ] } ] },
  "storage": { "files": [
    { "path": "/etc/maas-system.ign", "mode": 384, "contents": { "source": "data:;base64,{{ render "ignition/system" | base64 }}" } },
    { "path": "/etc/maas-install.sh", "mode": 448, "contents": { "source": "data:;base64,{{ render "ignition/install" | base64 }}" } }
  ] },
  "systemd": { "units": [ { "name": "maas-install.service", "enabled": true, "contents": {{ render "ignition/install-unit" | quote.json }} } ] }
}
