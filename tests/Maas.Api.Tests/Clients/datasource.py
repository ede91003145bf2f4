"""Reads metadata as cloud-init does at boot: its own MAAS data source, with the configuration the server wrote."""
import json
import sys

from cloudinit import helpers, safeyaml
from cloudinit.sources import DataSourceMAAS

with open(sys.argv[1]) as file:
    configuration = safeyaml.load(file.read())
paths = helpers.Paths({"cloud_dir": sys.argv[2], "run_dir": sys.argv[2]})
source = DataSourceMAAS.DataSourceMAAS(configuration, None, paths)
source.oauth_helper.skew_data_file = None
if not source.get_data():
    sys.exit("the data source found nothing")
print(json.dumps({
    "metadata": source.metadata,
    "user_data": source.userdata_raw.decode() if source.userdata_raw else None,
    "vendor_data": source.vendordata_raw,
    # as it is handled at boot: a script is run in the last stage
    "vendor_parts": [part.get_content_type() for part in source.get_vendordata().walk()],
}))
