// The price list: one object with everything that costs something, in euros.

import { type Answer, type Endpoint, ok } from './endpoint.ts'
import { locations, serverTypes } from './seed.ts'
import { price, typePrices } from './server-view.ts'

export const pricingEndpoints: readonly Endpoint[] = [{ method: 'GET', path: '/pricing', handle: getPricing }]

const hoursAMonth = 730
const primaryIPv4Monthly = 0.5
const floatingIPMonthly = { ipv4: 3, ipv6: 1 }

const everywhere = (monthly: number) =>
  locations.map(({ name }) => ({
    location: name,
    price_hourly: price(monthly / hoursAMonth),
    price_monthly: price(monthly),
  }))

function getPricing(): Answer {
  return ok({
    pricing: {
      currency: 'EUR',
      vat_rate: '19.00',
      image: { price_per_gb_month: price(0.011) },
      volume: { price_per_gb_month: price(0.044) },
      server_backup: { percentage: '20.00' },
      floating_ip: { price_monthly: price(floatingIPMonthly.ipv4) },
      floating_ips: Object.entries(floatingIPMonthly).map(([type, monthly]) => ({
        type,
        prices: locations.map(({ name }) => ({ location: name, price_monthly: price(monthly) })),
      })),
      primary_ips: [
        { type: 'ipv4', prices: everywhere(primaryIPv4Monthly) },
        { type: 'ipv6', prices: everywhere(0) },
      ],
      server_types: serverTypes.map((type) => ({ id: type.id, name: type.name, prices: typePrices(type) })),
      load_balancer_types: [],
    },
  })
}
