import { describe, expect, it } from 'vitest'
import { pointsAt, webhookTarget } from '../../src/reconcilers/webhook-target.ts'
import { botSpec, projectOf } from '../support/projects.ts'

const ip = '127.64.0.1'
const telegramOf = (webhook: object) =>
  projectOf({ spec: botSpec({ telegram: { tokenSecretRef: { name: 'bot' }, webhook } }) }).spec.telegram

describe('webhookTarget', () => {
  it.each([
    { webhook: {}, want: { port: 443, path: '/webhook', url: `https://${ip}/webhook` } },
    { webhook: { port: 8443 }, want: { port: 8443, path: '/webhook', url: `https://${ip}:8443/webhook` } },
    { webhook: { port: 80, path: '/a/b' }, want: { port: 80, path: '/a/b', url: `https://${ip}:80/a/b` } },
  ])('of $webhook is $want.url', ({ webhook, want }) => expect(webhookTarget(ip, telegramOf(webhook))).toEqual(want))

  it('without a bot is where a webhook would be by default', () => {
    expect(webhookTarget(ip, undefined)).toEqual({ port: 443, path: '/webhook', url: `https://${ip}/webhook` })
  })
})

describe('pointsAt', () => {
  it.each([
    { url: `https://${ip}/webhook`, want: true },
    { url: `https://${ip}:8443/other?x=1`, want: true },
    { url: `http://user:pass@${ip}/`, want: true },
    { url: 'https://127.64.0.2/', want: true },
    { url: 'https://127.64.0.11/', want: false },
    { url: `https://${ip}.example.org/`, want: false },
    { url: `https://example.org/${ip}`, want: false },
    { url: `https://${ip}@example.org/`, want: false },
    { url: `https://[::ffff:${ip}]/`, want: false },
    { url: '', want: false },
    { url: ip, want: false },
  ])('$url: $want', ({ url, want }) => expect(pointsAt(url, [ip, '127.64.0.2'])).toBe(want))

  it('nothing when no address is ours', () => expect(pointsAt(`https://${ip}/`, [])).toBe(false))
})
