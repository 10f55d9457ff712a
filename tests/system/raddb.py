"""A configuration of Debian's FreeRADIUS: the least that such a server needs, on a port of its own, never a service of
the machine. What a test asks of it is its `site`.
"""

import os

PROGRAM = "/usr/sbin/freeradius"

TREE = """prefix = /usr
raddbdir = {folder}
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
max_request_time = 30
cleanup_delay = 5
max_requests = {requests}
log {{
	destination = files
	file = {folder}/radius.log
	auth = {log}
}}
security {{
	max_attributes = 200
	reject_delay = 0
	status_server = yes
}}
proxy_requests = {proxies}
{beside}
client loopback {{
	ipaddr = 127.0.0.0/8
	secret = "{secret}"
	require_message_authenticator = {signed}
}}
thread pool {{
	start_servers = {threads}
	max_servers = {threads}
	min_spare_servers = 1
	max_spare_servers = {threads}
	max_requests_per_server = 0
}}
modules {{
	pap {{
	}}
	always ok {{
		rcode = ok
	}}
	always reject {{
		rcode = reject
	}}
	always handled {{
		rcode = handled
	}}
	files {{
		filename = {folder}/users
	}}
}}
server default {{
	listen {{
		type = auth
		ipaddr = 127.0.0.1
		port = {port}
	}}
{site}
}}
"""
DEFAULTS = {"requests": 1024, "log": "no", "proxies": "no", "beside": "", "signed": "no", "threads": 2}


def installed():
    """Whether there is one."""
    return os.path.exists(PROGRAM)


def write(folder, port, secret, site, users=(), **options):
    """Its files; `users` are lines "name check-items"."""
    with open(os.path.join(folder, "users"), "w", encoding="utf-8") as stream:
        stream.writelines(line + "\n" for line in users)
    with open(os.path.join(folder, "radiusd.conf"), "w", encoding="utf-8") as stream:
        stream.write(TREE.format(folder=folder, port=port, secret=secret, site=site, **{**DEFAULTS, **options}))
