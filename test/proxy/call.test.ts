import { describe, expect, it } from 'vitest'
import { describeCall, type WorldName } from './call.ts'

const words = (world: WorldName, method: string, target: string): string => {
  const { verb, path } = describeCall({ world, method, target })
  return `${verb} ${path}`
}

const uid = '8f14e45f-ceea-467f-a4c5-0d8f3c2b1a90'
const projects = '/apis/botyard.dev/v1alpha1'

describe('a call', () => {
  it.each<[WorldName, string, string, string]>([
    ['kubernetes', 'GET', `${projects}/projects?limit=500`, 'LIST /projects'],
    ['kubernetes', 'GET', `${projects}/projects?watch=true`, 'WATCH /projects'],
    ['kubernetes', 'GET', `${projects}/projects?watch=1&sendInitialEvents=true`, 'WATCH /projects?sendInitialEvents'],
    ['kubernetes', 'PATCH', `${projects}/namespaces/plan-0a/projects/echo/status`, 'PATCH /projects/echo/status'],
    ['kubernetes', 'GET', '/api/v1/namespaces/plan-0a/secrets/hetzner', 'GET /secrets/hetzner'],
    [
      'kubernetes',
      'GET',
      `/api/v1/namespaces/botyard-system/secrets/botyard-${uid}`,
      'GET /botyard-system/secrets/botyard-:uid',
    ],
    ['hcloud', 'GET', '/v1/servers/42/actions', 'GET /servers/:id/actions'],
    ['hcloud', 'GET', '/v1/actions?id=7&id=8&page=1&per_page=50', 'GET /actions?id=:id'],
    ['hcloud', 'GET', '/v1/servers?name=echo-sgra6fffilhqg&page=2', 'GET /servers?name=echo-:hash&page=2'],
    ['telegram', 'POST', '/bot123456:AAE-kq3xTz7_Yp0aBcDeFgHiJkLmNoPqRsT/setWebhook', 'POST /setWebhook'],
    ['telegram', 'POST', '/file/bot123456:AAE-kq3xTz7/secret', 'POST /:unknown'],
  ])('of %s, %s %s, is called %4$s', (...[world, method, target, expected]) => {
    expect(words(world, method, target)).toBe(expected)
  })
})
