// What a living server can be turned into.
package main

import "github.com/hetznercloud/hcloud-go/v2/hcloud"

func changes() facts {
	server, _ := newServer(hcloud.ServerCreateOpts{Name: "server", UserData: "#cloud-config\n{}\n"})
	bigger := hcloud.ServerChangeTypeOpts{ServerType: &hcloud.ServerType{Name: "cx33"}}
	told := facts{"type while running": codeOf(client.Server.ChangeType(ctx, server, bigger))}

	ended := done(must(client.Server.Poweroff(ctx, server)))
	ended = append(ended, done(must(client.Server.ChangeType(ctx, server, bigger)))...)
	rebuild := hcloud.ServerRebuildOpts{Image: &hcloud.Image{Name: "ubuntu-24.04"}, UserData: hcloud.Ptr("#cloud-config\nx: y\n")}
	ended = append(ended, done(must(client.Server.RebuildWithResult(ctx, server, rebuild)).Action)...)
	ended = append(ended, done(must(client.Server.EnableBackup(ctx, server, "")))...)
	told["backed up"] = must(client.Server.GetByID(ctx, server.ID)).BackupWindow != ""
	ended = append(ended, done(must(client.Server.DisableBackup(ctx, server)))...)
	address := server.PublicNet.IPv4.IP.String()
	ended = append(ended, done(must(client.Server.ChangeDNSPtr(ctx, server, address, hcloud.Ptr("bot.example.org"))))...)
	ended = append(ended, done(must(client.Server.ChangeProtection(ctx, server, protection(true))))...)
	told["protected"] = codeOf(client.Server.DeleteWithResult(ctx, server))
	told["protected from rebuild"] = codeOf(client.Server.RebuildWithResult(ctx, server, rebuild))

	changed := must(client.Server.GetByID(ctx, server.ID))
	told["status"] = changed.Status
	told["type"], told["image"] = changed.ServerType.Name, changed.Image.Name
	told["sameDisk"] = changed.PrimaryDiskSize == server.PrimaryDiskSize
	told["pointer"] = changed.PublicNet.IPv4.DNSPtr
	told["protection"] = changed.Protection
	ended = append(ended, done(must(client.Server.ChangeProtection(ctx, server, protection(false))))...)
	told["ended"] = append(ended, done(must(client.Server.DeleteWithResult(ctx, server)).Action)...)
	return told
}

// Both kinds of protection must have the same value.
func protection(on bool) hcloud.ServerChangeProtectionOpts {
	return hcloud.ServerChangeProtectionOpts{Delete: &on, Rebuild: &on}
}
