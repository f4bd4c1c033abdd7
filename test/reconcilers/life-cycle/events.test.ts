// What the operator tells of a Project over its life. That nothing is told twice is checked at the end of every life cycle.

import { afterEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { applyBot, key, readyLab, type VirtualLab, virtualLab } from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const told = () => lab.events.of('echo')
const latest = () => lab.events.all.at(-1)?.note
const gone = () => lab.until('its end', () => lab.project() === undefined)
const born = ['Normal ServerCreated', 'Normal WebhookSet', 'Normal Ready']

describe('the events of a Project', () => {
  it('tell its creation: the server, the webhook, Ready', async () => {
    lab = await readyLab()
    expect(told()).toEqual(born)
    expect(lab.events.all.map(({ note }) => note)).toEqual([
      `Created server ${lab.server()?.name}, a cx23 in nbg1, on ${lab.ip()?.ip}.`,
      `Set the webhook to ${lab.webhook()}.`,
      lab.status().summary,
    ])
  })

  it('are none while nothing happens, for hours', async () => {
    lab = await readyLab()
    await lab.advance(minutes(300))
    expect(told()).toEqual(born)
    expect(lab.events.all.map(({ count }) => count)).toEqual([1, 1, 1])
  })

  it('are none when another process takes over', async () => {
    lab = await readyLab()
    await lab.restart()
    await lab.advance(minutes(30))
    expect(told()).toEqual(born)
  })

  it('tell that a server has vanished and was created again', async () => {
    lab = await readyLab()
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.until('the loss', () => lab.told('Ready') === 'False Repairing')
    await lab.untilReady()
    await lab.advance(seconds(5))
    expect([...told()].sort()).toEqual(
      [...born, 'Warning NotReady', 'Warning ServerRecreated', 'Normal Ready'].filter(unique).sort(),
    )
  })

  it('tell that somebody else has changed the webhook', async () => {
    lab = await readyLab()
    await lab.stealWebhook('https://elsewhere.example/hook')
    await lab.until('the repair', () => told().includes('Warning WebhookRepaired'), minutes(15))
    expect(lab.events.all.find(({ reason }) => reason === 'WebhookRepaired')?.note).toBe(
      `Somebody else had changed the webhook; set it to ${lab.webhook()} again.`,
    )
  })

  it('tell once that a token is rejected, however often it is tried', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.cluster.putSecret('bot', { token: '1:nonsense' })
    await lab.advance(minutes(30))
    expect(told()).toEqual(['Warning TokenMalformed'])
  })

  it('tell once that all is sold out while it lasts', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'soldOut', type: '*', location: '*' })
    await lab.advance(minutes(9))
    expect(told()).toEqual(['Warning NoCapacity'])
  })

  it('say that a webhook was left because no token of its bot is left', async () => {
    lab = await readyLab({ settings: { escrow: false } })
    lab.cluster.putSecret('bot', { token: '' })
    lab.cluster.delete(key)
    await gone()
    await lab.advance(seconds(1))
    expect(told().slice(-2)).toEqual(['Warning WebhookSkipped', 'Normal CleanedUp'])
    expect(told()).not.toContain('Normal WebhookDeleted')
  })

  it('tell once that a Project is suspended, and once that it goes on', async () => {
    lab = await readyLab({ spec: { resyncInterval: '1m' } })
    applyBot(lab, { suspend: true, resyncInterval: '1m' })
    await lab.advance(minutes(20))
    applyBot(lab, { resyncInterval: '1m' })
    await lab.advance(minutes(20))
    expect(told().slice(born.length)).toEqual(['Normal Suspended', 'Normal Resumed'])
  })

  it('tell the deletion, part by part, in its order', async () => {
    lab = await readyLab()
    lab.cluster.delete(key)
    await gone()
    await lab.advance(seconds(1))
    expect(told().slice(born.length)).toEqual([
      'Normal WebhookDeleted',
      'Normal ServerStopped',
      'Normal ServerDeleted',
      'Normal AddressReleased',
      'Normal CleanedUp',
    ])
    expect(latest()).toBe('Nothing of it is left at Hetzner.')
  })
})

const unique = (item: string, at: number, all: readonly string[]) => all.indexOf(item) === at
