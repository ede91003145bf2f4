"""Signs requests with oauthlib's default method, HMAC-SHA1, and prints how each was answered.

Arguments: origin, consumer key, token key, token secret.
"""
import http.client
import sys
from urllib.parse import urlsplit

from oauthlib.oauth1 import Client

origin, consumer, token, secret = sys.argv[1:]
FORM = "application/x-www-form-urlencoded"
REQUESTS = [
    ("GET", "/MAAS/api/2.0/users/?op=whoami", None),
    ("GET", "/MAAS/api/2.0/machines/?hostname=a%20b&hostname=%C3%A9&hostname=~-._", None),
    ("GET", "/MAAS/api/2.0/files/a%2Fb/", None),
    ("POST", "/MAAS/api/2.0/tags/", "name=ssd&comment=two+words%21+%C3%A9+%2B%26%3D"),
    ("PUT", "/MAAS/api/2.0/tags/ssd/", "comment="),
    ("POST", "/MAAS/api/1.0/nodes/?op=acquire", "name=nobody&arch=amd64"),
    ("DELETE", "/MAAS/api/2.0/tags/ssd/", None),
]
for method, target, form in REQUESTS:
    client = Client(consumer, client_secret="", resource_owner_key=token, resource_owner_secret=secret, realm="MAAS")
    headers = {"Content-Type": FORM} if form is not None else {}
    uri, headers, body = client.sign(origin + target, http_method=method, body=form, headers=headers)
    parts = urlsplit(uri)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body=body, headers=headers)
    print(method, target, connection.getresponse().status)
