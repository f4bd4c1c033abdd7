// A server with key, address and firewall from its order to its end.
package main

import (
	"errors"
	"net"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb1YgIgiYdpzZHtnMD0m6Xx4CGH1MlGRmWzAjNPj5Vr test"

func asError(err error, target *hcloud.Error) bool { return errors.As(err, target) }

func everywhere() []net.IPNet {
	_, ipv4, _ := net.ParseCIDR("0.0.0.0/0")
	_, ipv6, _ := net.ParseCIDR("::/0")
	return []net.IPNet{*ipv4, *ipv6}
}

func newFirewall(name string) *hcloud.Firewall {
	rule := hcloud.FirewallRule{
		Direction: hcloud.FirewallRuleDirectionIn,
		Protocol:  hcloud.FirewallRuleProtocolTCP,
		Port:      hcloud.Ptr("8443"),
		SourceIPs: everywhere(),
	}
	opts := hcloud.FirewallCreateOpts{Name: name, Rules: []hcloud.FirewallRule{rule}}
	result, _, err := client.Firewall.Create(ctx, opts)
	check(err)
	done(result.Actions...)
	return result.Firewall
}

// newServer waits until everything that the order has started is over.
func newServer(opts hcloud.ServerCreateOpts) (*hcloud.Server, []string) {
	opts.ServerType = must(client.ServerType.GetByName(ctx, "cx23"))
	opts.Image = must(client.Image.GetForArchitecture(ctx, "debian-13", opts.ServerType.Architecture))
	opts.Location = must(client.Location.GetByName(ctx, "nbg1"))
	result := must(client.Server.Create(ctx, opts))
	ended := done(append(result.NextActions, result.Action)...)
	return must(client.Server.GetByID(ctx, result.Server.ID)), ended
}

func life() facts {
	key := must(client.SSHKey.Create(ctx, hcloud.SSHKeyCreateOpts{Name: "key", PublicKey: publicKey}))
	address := must(client.PrimaryIP.Create(ctx, hcloud.PrimaryIPCreateOpts{
		Name: "address", Type: hcloud.PrimaryIPTypeIPv4, Location: "nbg1", AutoDelete: hcloud.Ptr(false),
	})).PrimaryIP
	firewall := newFirewall("firewall")

	server, created := newServer(hcloud.ServerCreateOpts{
		Name:      "server",
		SSHKeys:   []*hcloud.SSHKey{key},
		UserData:  "#cloud-config\n{}\n",
		Labels:    map[string]string{"app": "test"},
		Firewalls: []*hcloud.ServerCreateFirewall{{Firewall: *firewall}},
		PublicNet: &hcloud.ServerCreatePublicNet{EnableIPv4: true, EnableIPv6: true, IPv4: address},
	})
	told := facts{
		"created":       created,
		"status":        server.Status,
		"ownAddress":    server.PublicNet.IPv4.IP.Equal(address.IP),
		"firewall":      server.PublicNet.Firewalls[0].Status,
		"location":      server.Location.Name,
		"primaryDisk":   server.PrimaryDiskSize,
		"userLabels":    server.Labels,
		"keyByPrint":    must(client.SSHKey.GetByFingerprint(ctx, key.Fingerprint)).Name,
		"addressByIP":   must(client.PrimaryIP.GetByIP(ctx, address.IP.String())).AssigneeID == server.ID,
		"serverByName":  must(client.Server.Get(ctx, "server")).ID == server.ID,
		"serverUnknown": must(client.Server.Get(ctx, "nobody")) == nil,
	}
	told["switched"] = switches(server)
	must(client.Server.Update(ctx, server, hcloud.ServerUpdateOpts{Labels: map[string]string{"other": "label"}}))
	told["labels after update"] = must(client.Server.GetByID(ctx, server.ID)).Labels

	// What the test finds afterwards: the address outlives its server, and nothing else of it is left.
	told["deleted"] = done(must(client.Server.DeleteWithResult(ctx, server)).Action)
	told["gone"] = must(client.Server.GetByID(ctx, server.ID)) == nil
	told["address is free"] = must(client.PrimaryIP.GetByID(ctx, address.ID)).AssigneeID == 0
	once(func() (*hcloud.Response, error) { return client.Firewall.Delete(ctx, firewall) })
	_, err := client.SSHKey.Delete(ctx, key)
	check(err)
	return told
}

// switches turns the server off and on in every way.
func switches(server *hcloud.Server) []string {
	ended := done(must(client.Server.Shutdown(ctx, server)))
	ended = append(ended, done(must(client.Server.Poweroff(ctx, server)))...)
	ended = append(ended, done(must(client.Server.Poweron(ctx, server)))...)
	ended = append(ended, done(must(client.Server.Reboot(ctx, server)))...)
	return append(ended, done(must(client.Server.Reset(ctx, server)))...)
}
