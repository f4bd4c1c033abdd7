import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Price, Pricing } from '../../src/providers/hcloud/domain.ts'
import { monthlyCost } from '../../src/reconcilers/cost.ts'
import { typeOf } from '../support/hetzner-things.ts'

const price = (net: string): Price => ({ net, gross: net })

function costOf(server: { hourly: string; monthly: string }, ip: { hourly: string; monthly: string }) {
  const type = typeOf('cx23', { at: [] })
  const at = ({ hourly, monthly }: { hourly: string; monthly: string }) => ({
    location: 'nbg1',
    hourly: price(hourly),
    monthly: price(monthly),
  })
  const pricing: Pricing = { currency: 'EUR', primaryIPs: [{ type: 'ipv4', prices: [at(ip)] }] }
  return monthlyCost({ type: 'cx23', location: 'nbg1', types: [{ ...type, prices: [at(server)] }], pricing })
}

describe('monthlyCost', () => {
  it.each([
    { server: ['0.0075205479', '5.4900000000'], ip: ['0.0006849315', '0.5000000000'], want: ['0.0082', '5.99'] },
    { server: ['0', '0'], ip: ['0', '0'], want: ['0.0000', '0.00'] },
    { server: ['0.00005', '0.005'], ip: ['0', '0'], want: ['0.0001', '0.01'] },
    { server: ['0.00004', '0.004'], ip: ['0', '0'], want: ['0.0000', '0.00'] },
    { server: ['1', '999.99'], ip: ['0.1', '0.01'], want: ['1.1000', '1000.00'] },
  ])('of $server and $ip is $want', ({ server, ip, want }) => {
    const [hourly = '', monthly = ''] = server
    const [ipHourly = '', ipMonthly = ''] = ip
    expect(costOf({ hourly, monthly }, { hourly: ipHourly, monthly: ipMonthly })).toEqual({
      currency: 'EUR',
      hourlyNet: want[0],
      monthlyNet: want[1],
    })
  })

  it('adds cents without an error of floating point', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (a, b) => {
        const text = (cents: number) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
        const cost = costOf({ hourly: '0', monthly: text(a) }, { hourly: '0', monthly: text(b) })
        expect(cost?.monthlyNet).toBe(text(a + b))
      }),
    )
  })

  it('is unknown where the price list has no such type or location', () => {
    const pricing = { currency: 'EUR', primaryIPs: [] }
    const types = [typeOf('cx23')]
    expect(monthlyCost({ type: 'cx99', location: 'nbg1', types, pricing })).toBeUndefined()
    expect(monthlyCost({ type: 'cx23', location: 'nbg1', types, pricing })).toBeUndefined()
  })
})
