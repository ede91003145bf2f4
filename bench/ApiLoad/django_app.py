"""Django serving machines as our API does: relational rows, the ORM with prefetches, JSON built for each request.

Used by compare.sh. The models are made of the first machine of machines.json: a column for each member that is a scalar, text columns
of JSON for members that are objects or lists of a machine itself, tables of their own for interfaces, links, disks, zones, pools and VLANs.
"""
import json
import os
import sys

import django
from django.conf import settings

DATA = json.load(open(os.environ["MACHINES"]))
settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[], INSTALLED_APPS=["bench"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "bench", "USER": "bench", "HOST": os.environ["PGHOST"],
                           "CONN_MAX_AGE": 600}})
bench = type(sys)("bench")
bench.__path__ = [os.path.dirname(os.path.abspath(__file__))]
sys.modules["bench"] = bench
django.setup()
from django.db import connection, models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

TABLES = {"zone": "zone", "pool": "pool", "domain": "domain", "vlan": "vlan"}
CHILDREN = {"interface_set": "interface", "physicalblockdevice_set": "disk"}
SAME_AS = {"blockdevice_set": "physicalblockdevice_set"}
FIRST_OF = {"boot_interface": "interface_set", "boot_disk": "physicalblockdevice_set"}


def field(value):
    if isinstance(value, bool):
        return models.BooleanField(null=True)
    if isinstance(value, int):
        return models.BigIntegerField(null=True)
    if isinstance(value, float):
        return models.FloatField(null=True)
    if isinstance(value, (dict, list)):
        return models.JSONField(null=True)
    return models.TextField(null=True)


def model(name, sample, skip=(), **more):
    columns = {"f_" + key: field(value) for key, value in sample.items() if key not in skip}
    meta = type("Meta", (), {"app_label": "bench"})
    return type(name, (models.Model,), {**columns, **more, "Meta": meta, "__module__": "bench"})


SAMPLE = DATA[0]
SHARED = {key: model(table.title(), SAMPLE[key]) for key, table in TABLES.items() if key in SAMPLE}
SHARED["vlan"] = model("Vlan", SAMPLE["interface_set"][0]["vlan"])
Machine = model(
    "Machine", SAMPLE, {*TABLES, *CHILDREN, *SAME_AS, *FIRST_OF},
    f_system_id=models.TextField(unique=True),
    **{key: models.ForeignKey(SHARED[key], models.CASCADE) for key in ("zone", "pool", "domain")})
Interface = model(
    "Interface", SAMPLE["interface_set"][0], {"vlan"}, vlan=models.ForeignKey(SHARED["vlan"], models.CASCADE, null=True),
    machine=models.ForeignKey(Machine, models.CASCADE, related_name="interfaces"))
Disk = model(
    "Disk", SAMPLE["physicalblockdevice_set"][0],
    machine=models.ForeignKey(Machine, models.CASCADE, related_name="disks"))


def fill():
    with connection.schema_editor() as editor:
        for each in [*SHARED.values(), Machine, Interface, Disk]:
            editor.create_model(each)
    rows = {}

    def shared(kind, value):
        key = (kind, json.dumps(value))
        if value is None:
            return None
        if key not in rows:
            rows[key] = SHARED[kind].objects.create(**{"f_" + name: each for name, each in value.items()})
        return rows[key]

    for machine in DATA:
        own = {"f_" + key: value for key, value in machine.items() if key not in {*TABLES, *CHILDREN, *SAME_AS, *FIRST_OF}}
        row = Machine.objects.create(**own, **{key: shared(key, machine[key]) for key in ("zone", "pool", "domain")})
        for each in machine["interface_set"]:
            columns = {"f_" + key: value for key, value in each.items() if key != "vlan"}
            Interface.objects.create(machine=row, vlan=shared("vlan", each["vlan"]), **columns)
        for each in machine["physicalblockdevice_set"]:
            Disk.objects.create(machine=row, **{"f_" + key: value for key, value in each.items()})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


MEMBERS = list(SAMPLE)
NAMES = {kind: [field.name[2:] for field in kind._meta.fields if field.name.startswith("f_")]
         for kind in [*SHARED.values(), Machine, Interface, Disk]}


def plain(row):
    return {name: getattr(row, "f_" + name) for name in NAMES[type(row)]}


def show(machine):
    own = plain(machine)
    interfaces = [{**plain(each), "vlan": each.vlan and plain(each.vlan)} for each in machine.interfaces.all()]
    disks = [plain(each) for each in machine.disks.all()]
    children = {"interface_set": interfaces, "physicalblockdevice_set": disks}
    result = {}
    for key in MEMBERS:
        if key in TABLES:
            result[key] = plain(getattr(machine, key))
        elif key in CHILDREN:
            result[key] = children[key]
        elif key in SAME_AS:
            result[key] = children[SAME_AS[key]]
        elif key in FIRST_OF:
            result[key] = next(iter(children[FIRST_OF[key]]), None)
        else:
            result[key] = own[key]
    return result


QUERY = Machine.objects.select_related("zone", "pool", "domain").prefetch_related("interfaces__vlan", "disks").order_by("id")


def machines(request):
    return HttpResponse(json.dumps([show(each) for each in QUERY]), content_type="application/json")


def one(request, system_id):
    return HttpResponse(json.dumps(show(QUERY.get(f_system_id=system_id))), content_type="application/json")


urlpatterns = [path("machines/", machines), path("machines/<system_id>/", one)]

if __name__ == "__main__":
    fill()
else:
    from django.core.wsgi import get_wsgi_application
    application = get_wsgi_application()
