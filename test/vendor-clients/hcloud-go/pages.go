// Long lists, their order and their selection; and what the headers say.
package main

import (
	"fmt"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

const many = 53

func pages() facts {
	for number := range many {
		labels := map[string]string{"odd": fmt.Sprint(number%2 == 1)}
		_, _, err := client.Firewall.Create(ctx, hcloud.FirewallCreateOpts{
			Name: fmt.Sprintf("firewall-%02d", number), Labels: labels,
		})
		check(err)
	}
	all := mustAll(client.Firewall.AllWithOpts(ctx, hcloud.FirewallListOpts{Sort: []string{"name:desc"}}))
	odd := hcloud.FirewallListOpts{ListOpts: hcloud.ListOpts{LabelSelector: "odd=true", Page: 2, PerPage: 10}}
	page, response, err := client.Firewall.List(ctx, odd)
	check(err)
	for _, firewall := range all {
		_, err := client.Firewall.Delete(ctx, firewall)
		check(err)
	}
	return facts{
		"all":            len(all),
		"first":          all[0].Name,
		"last":           all[len(all)-1].Name,
		"page":           len(page),
		"firstOfPage":    page[0].Name,
		"pagination":     response.Meta.Pagination,
		"limit":          response.Meta.Ratelimit.Limit,
		"resetIsAhead":   !response.Meta.Ratelimit.Reset.IsZero(),
		"serverTypes":    len(mustAll(client.ServerType.All(ctx))),
		"locations":      len(mustAll(client.Location.All(ctx))),
		"images":         len(mustAll(client.Image.All(ctx))),
		"currency":       must(client.Pricing.Get(ctx)).Currency,
		"correlationIDs": response.Header.Get("X-Correlation-Id") != "",
	}
}
