"""Reports as cloud-init does: its own WebHookHandler, with the configuration the server wrote."""
import sys

from cloudinit import reporting, safeyaml
from cloudinit.reporting import events

config = safeyaml.load(open(sys.argv[1]).read())
reporting.update_configuration({"maas": config["reporting"]["maas"]})
for stage in ("init-local", "init-network", "modules-config", "modules-final"):
    with events.ReportEventStack(stage, "running " + stage, reporting_enabled=True) as stack:
        with events.ReportEventStack("step", "a step", parent=stack):
            pass
reporting.flush_events()
