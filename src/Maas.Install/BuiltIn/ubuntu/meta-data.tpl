instance-id: {{ machine.system_id | quote.yaml }}
local-hostname: {{ machine.hostname | quote.yaml }}
