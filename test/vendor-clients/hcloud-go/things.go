// Networks, volumes and placement groups, and a server that uses them.
package main

import (
	"net"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

func cidr(text string) *net.IPNet {
	_, parsed, err := net.ParseCIDR(text)
	check(err)
	return parsed
}

func newNetwork() *hcloud.Network {
	network := must(client.Network.Create(ctx, hcloud.NetworkCreateOpts{Name: "network", IPRange: cidr("10.0.0.0/16")}))
	subnet := hcloud.NetworkSubnet{Type: hcloud.NetworkSubnetTypeCloud, IPRange: cidr("10.0.1.0/24"), NetworkZone: hcloud.NetworkZoneEUCentral}
	done(must(client.Network.AddSubnet(ctx, network, hcloud.NetworkAddSubnetOpts{Subnet: subnet})))
	return must(client.Network.GetByID(ctx, network.ID))
}

func newVolume() *hcloud.Volume {
	location := must(client.Location.GetByName(ctx, "nbg1"))
	result := must(client.Volume.Create(ctx, hcloud.VolumeCreateOpts{Name: "volume", Size: 10, Location: location, Format: hcloud.Ptr("ext4")}))
	done(append(result.NextActions, result.Action)...)
	return result.Volume
}

func things() facts {
	network, volume := newNetwork(), newVolume()
	group := must(client.PlacementGroup.Create(ctx, hcloud.PlacementGroupCreateOpts{
		Name: "group", Type: hcloud.PlacementGroupTypeSpread,
	})).PlacementGroup
	server, created := newServer(hcloud.ServerCreateOpts{
		Name:           "server",
		Networks:       []*hcloud.Network{network},
		Volumes:        []*hcloud.Volume{volume},
		PlacementGroup: group,
		Automount:      hcloud.Ptr(false),
	})
	told := facts{
		"created":     created,
		"subnet":      network.Subnets[0].IPRange.String(),
		"gateway":     network.Subnets[0].Gateway.String(),
		"privateNet":  len(server.PrivateNet) == 1 && network.IPRange.Contains(server.PrivateNet[0].IP),
		"volumes":     len(server.Volumes),
		"group":       server.PlacementGroup.Name,
		"volumeOf":    must(client.Volume.GetByID(ctx, volume.ID)).Server.ID == server.ID,
		"serversOf":   len(must(client.Network.GetByID(ctx, network.ID)).Servers),
		"membersOf":   len(must(client.PlacementGroup.GetByID(ctx, group.ID)).Servers),
		"detached":    done(must(client.Volume.Detach(ctx, volume))),
		"resized":     done(must(client.Volume.Resize(ctx, volume, 20))),
		"attached":    done(must(client.Volume.Attach(ctx, volume, server))),
		"leftNetwork": done(must(client.Server.DetachFromNetwork(ctx, server, hcloud.ServerDetachFromNetworkOpts{Network: network}))),
		"isos":        len(mustAll(client.ISO.All(ctx))) > 0,
	}
	told["nothing"] = []int{
		len(mustAll(client.LoadBalancer.All(ctx))),
		len(mustAll(client.FloatingIP.All(ctx))),
		len(mustAll(client.Certificate.All(ctx))),
		len(mustAll(client.Zone.All(ctx))),
	}
	told["rescue"] = codeOf(client.Server.EnableRescue(ctx, server, hcloud.ServerEnableRescueOpts{Type: hcloud.ServerRescueTypeLinux64}))
	done(must(client.Server.DeleteWithResult(ctx, server)).Action)
	told["left group"] = len(must(client.PlacementGroup.GetByID(ctx, group.ID)).Servers)
	told["volume outlives"] = must(client.Volume.GetByID(ctx, volume.ID)).Server == nil
	_, err := client.Volume.Delete(ctx, volume)
	check(err)
	_, err = client.Network.Delete(ctx, network)
	check(err)
	_, err = client.PlacementGroup.Delete(ctx, group)
	check(err)
	return told
}

func mustAll[T any](value []T, err error) []T {
	check(err)
	return value
}
