// What the service refuses, as the library tells it.
package main

import (
	"errors"
	"os"
	"strings"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

func refusals() facts {
	key := must(client.SSHKey.Create(ctx, hcloud.SSHKeyCreateOpts{Name: "key", PublicKey: publicKey}))
	firewall := newFirewall("firewall")
	address := must(client.PrimaryIP.Create(ctx, hcloud.PrimaryIPCreateOpts{
		Name: "address", Type: hcloud.PrimaryIPTypeIPv4, Location: "nbg1",
	})).PrimaryIP
	server, _ := newServer(hcloud.ServerCreateOpts{
		Name:      "server",
		SSHKeys:   []*hcloud.SSHKey{key},
		Firewalls: []*hcloud.ServerCreateFirewall{{Firewall: *firewall}},
		PublicNet: &hcloud.ServerCreatePublicNet{EnableIPv4: true, EnableIPv6: true, IPv4: address},
	})
	other := func(change hcloud.ServerCreateOpts) hcloud.ServerCreateOpts {
		change.ServerType, change.Image = &hcloud.ServerType{Name: "cx23"}, &hcloud.Image{Name: "debian-13"}
		if change.Location == nil {
			change.Location = &hcloud.Location{Name: "nbg1"}
		}
		return change
	}
	stranger := hcloud.NewClient(hcloud.WithEndpoint(os.Getenv("HCLOUD_ENDPOINT")), hcloud.WithToken(strings.Repeat("x", 63)))
	lastWords := func(resp *hcloud.Response, err error) string { return codeOf(nil, resp, err) }
	told := facts{
		"wrong token":          codeOf(stranger.Server.List(ctx, hcloud.ServerListOpts{})),
		"name taken":           codeOf(client.Server.Create(ctx, other(hcloud.ServerCreateOpts{Name: "server"}))),
		"key taken":            codeOf(client.SSHKey.Create(ctx, hcloud.SSHKeyCreateOpts{Name: "key 2", PublicKey: publicKey})),
		"address in use":       codeOf(client.Server.Create(ctx, other(hcloud.ServerCreateOpts{Name: "b", PublicNet: &hcloud.ServerCreatePublicNet{EnableIPv4: true, IPv4: address}}))),
		"too much user data":   codeOf(client.Server.Create(ctx, other(hcloud.ServerCreateOpts{Name: "b", UserData: strings.Repeat("x", 32*1024+1)}))),
		"unknown location":     codeOf(client.Server.Create(ctx, other(hcloud.ServerCreateOpts{Name: "b", Location: &hcloud.Location{Name: "moon"}}))),
		"sold out":             codeOf(client.Server.Create(ctx, other(hcloud.ServerCreateOpts{Name: "b", Location: &hcloud.Location{Name: "hel1"}}))),
		"firewall in use":      lastWords(client.Firewall.Delete(ctx, firewall)),
		"address assigned":     lastWords(client.PrimaryIP.Delete(ctx, address)),
		"unassign while on":    codeOf(client.PrimaryIP.Unassign(ctx, address.ID)),
		"unknown server":       codeOf(client.Server.Poweron(ctx, &hcloud.Server{ID: 1})),
		"bad label":            codeOf(client.Server.Update(ctx, server, hcloud.ServerUpdateOpts{Labels: map[string]string{"a b": ""}})),
		"bad label selector":   codeOf(client.Server.List(ctx, hcloud.ServerListOpts{ListOpts: hcloud.ListOpts{LabelSelector: "a in ("}})),
		"fields of a bad name": fieldsOf(client.Server.Update(ctx, server, hcloud.ServerUpdateOpts{Name: "not a host name"})),
	}
	running := must(client.Server.Poweroff(ctx, server))
	told["locked"] = codeOf(client.Server.DeleteWithResult(ctx, server))
	done(running)
	return told
}

// fieldsOf answers the names of the fields that the refusal complains of.
func fieldsOf(_ any, _ *hcloud.Response, err error) []string {
	var apiError hcloud.Error
	if !errors.As(err, &apiError) {
		return []string{"no error of the API"}
	}
	details, _ := apiError.Details.(hcloud.ErrorDetailsInvalidInput)
	names := []string{}
	for _, field := range details.Fields {
		names = append(names, field.Name)
	}
	return names
}
