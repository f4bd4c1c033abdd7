"""Lives through a chapter of a Hetzner project with the vendor's library and prints what the library told, as JSON."""

import json
import os
import sys
import time

from hcloud import APIException, Client
from hcloud.actions import ActionFailedException
from hcloud.firewalls import FirewallRule
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.server_types import ServerType
from hcloud.servers import ServerCreatePublicNetwork

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb1YgIgiYdpzZHtnMD0m6Xx4CGH1MlGRmWzAjNPj5Vr test"
ANYWHERE = ["0.0.0.0/0", "::/0"]

client = Client(
    token=os.environ["HCLOUD_TOKEN"],
    api_endpoint=os.environ["HCLOUD_ENDPOINT"],
    application_name="botyard-test",
    poll_interval=0.05,
)


def done(*actions):
    for action in actions:
        action.wait_until_finished()
    return [action.command for action in actions]


def code_of(call):
    try:
        call()
    except APIException as error:
        return error.code if error.correlation_id else "no correlation id"
    return "no error"


def once_free(delete):
    """What a server used may stay in use for a while after it has gone."""
    while True:
        try:
            return delete()
        except APIException as error:
            if error.code != "resource_in_use":
                raise
            time.sleep(0.05)


def new_server(name, **options):
    return client.servers.create(
        name=name,
        server_type=ServerType(name="cx23"),
        image=Image(name="debian-13"),
        **{"location": Location(name="nbg1"), **options},
    )


def power_of(server):
    return [server.shutdown, server.power_off, server.power_on, server.reboot, server.reset]


def life():
    key = client.ssh_keys.create(name="key", public_key=PUBLIC_KEY)
    address = client.primary_ips.create(type="ipv4", name="address", location=Location(name="nbg1")).primary_ip
    rule = FirewallRule(direction="in", protocol="tcp", port="8443", source_ips=ANYWHERE)
    firewall = client.firewalls.create(name="firewall", rules=[rule]).firewall
    created = new_server(
        "server",
        ssh_keys=[key],
        firewalls=[firewall],
        user_data="#cloud-config\n{}\n",
        labels={"app": "test"},
        public_net=ServerCreatePublicNetwork(ipv4=address, enable_ipv6=False),
    )
    told = {"created": done(created.action, *created.next_actions), "password": created.root_password}
    server = client.servers.get_by_name("server")
    told |= {
        "status": server.status,
        "own address": server.public_net.ipv4.ip == address.ip,
        "no ipv6": server.public_net.ipv6 is None,
        "firewall": server.public_net.firewalls[0].status,
        "location": server.location.name,
        "by label": [each.name for each in client.servers.get_all(label_selector="app in (test,other)")],
        "nobody": client.servers.get_by_name("nobody") is None,
        "power": [command for call in power_of(server) for command in done(call())],
        "labels": server.update(labels={"other": "label"}).labels,
        "name taken": code_of(lambda: new_server("server")),
        "in use": code_of(firewall.delete),
        "assigned": code_of(address.delete),
        "must be off": code_of(address.unassign),
        "nowhere": code_of(lambda: new_server("b", location=Location(name="moon"))),
        "sold out": code_of(lambda: new_server("b", location=Location(name="hel1"))),
        "stranger": code_of(Client("x" * 63, api_endpoint=os.environ["HCLOUD_ENDPOINT"]).servers.get_all),
        "actions": sorted({action.command for action in client.servers.actions.get_all()}),
    }
    told["deleted"] = done(server.delete())
    told["gone"] = code_of(lambda: client.servers.get_by_id(server.id))
    address.reload()
    told["free"] = address.assignee_id
    address.delete()
    once_free(firewall.delete)
    key.delete()
    return told


def failing():
    """The test has seen to it that the start fails."""
    created = new_server("server")
    created.action.wait_until_finished()
    try:
        done(*created.next_actions)
    except ActionFailedException as error:
        server = client.servers.get_by_id(created.server.id)
        return {"code": error.action.error["code"], "command": error.action.command, "status": server.status}
    return {"code": None}


def pages():
    for number in range(53):
        client.firewalls.create(name=f"firewall-{number:02}", labels={"odd": str(number % 2 == 1).lower()})
    every = client.firewalls.get_all(sort=["name:desc"])
    page = client.firewalls.get_list(label_selector="odd=true", page=2, per_page=10)
    for firewall in every:
        firewall.delete()
    return {
        "all": len(every),
        "first": every[0].name,
        "page": [firewall.name for firewall in page.firewalls][:2],
        "next": page.meta.pagination.next_page,
        "total": page.meta.pagination.total_entries,
        "locations": len(client.locations.get_all()),
        "types": len(client.server_types.get_all()) > 10,
        "images": len(client.images.get_all(architecture=["arm"], sort="name")) > 2,
    }


chapters = {"life": life, "failing": failing, "pages": pages}
json.dump(chapters[sys.argv[1]](), sys.stdout)
