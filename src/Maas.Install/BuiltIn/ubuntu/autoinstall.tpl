#cloud-config
autoinstall:
  version: 1
  locale: {{ params.locale | quote.yaml }}
  timezone: {{ params.timezone | quote.yaml }}
  keyboard:
    layout: {{ params.keyboard | quote.yaml }}
{{~ if proxy != "" ~}}
  proxy: {{ proxy | quote.yaml }}
{{~ end ~}}
  apt:
    primary:
      - arches: [default]
        uri: {{ mirror.url | quote.yaml }}
  storage:
{{~ if storage.planned ~}}
    swap:
      size: 0
    config: {{~ storage.plan }}
{{~ else ~}}
    layout:
      name: {{ params.partitioning | quote.yaml }}
      match:
        path: /dev/maas-disk
{{~ end ~}}
  identity:
    hostname: {{ machine.hostname | quote.yaml }}
    username: {{ params.user | quote.yaml }}
    password: {{ if params.user_password_crypted == "" }}"!"{{ else }}{{ params.user_password_crypted | quote.yaml }}{{ end }}
  ssh:
    install-server: true
    allow-pw: {{ params.ssh_password_login }}
    authorized-keys:
{{~ for key in ssh_keys ~}}
      - {{ key | quote.yaml }}
{{~ else ~}}
      []
{{~ end ~}}
  packages:
{{~ for package in params.packages ~}}
    - {{ package | quote.yaml }}
{{~ else ~}}
    []
{{~ end ~}}
  reporting:
    maas:
      type: webhook
      endpoint: {{ server.status_url | quote.yaml }}
      consumer_key: {{ credentials.consumer_key | quote.yaml }}
      token_key: {{ credentials.token_key | quote.yaml }}
      token_secret: {{ credentials.token_secret | quote.yaml }}
  early-commands:
    - - sh
      - -c
      - {{ render "ubuntu/early" | quote.yaml }}
  late-commands:
    - - sh
      - -c
      - {{ render "ubuntu/late" | quote.yaml }}
  error-commands:
    - - sh
      - -c
      - {{ render "ubuntu/error" | quote.yaml }}
  shutdown: reboot
