// Bad input at every endpoint: bodies, members, types, labels, ids, verbs, paths and tokens. Each is refused with the code
// and the shape of the real API, and changes nothing.

import { describe, expect, it } from 'vitest'
import { allEndpoints, type EndpointDeps } from '../../../simulators/hcloud/all-endpoints.ts'
import { type Answered, createLab, type Lab, tokenA, tokenB } from './support.ts'
import { publicKey } from './tour.ts'

const endpoints = allEndpoints({ life: {}, power: {}, guests: {} } as EndpointDeps)

interface Row {
  endpoint: string
  /** Every member that the API describes, each with a value that it may have. */
  body: Record<string, unknown>
  required?: readonly string[]
}

const labels = { a: 'b' }
const rules = [{ direction: 'in', protocol: 'tcp', port: '443', source_ips: ['0.0.0.0/0'] }]
const toLabel = [{ type: 'label_selector', label_selector: { selector: 'a' } }]
const subnet = { type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.9.0/24' }
const route = { destination: '10.9.0.0/16', gateway: '10.0.1.5' }

const rows: readonly Row[] = [
  {
    endpoint: 'POST /servers',
    required: ['name', 'server_type', 'image'],
    body: {
      ...{ name: 'new', server_type: 'cx23', image: 'debian-13', location: 'nbg1', start_after_create: true, labels },
      ...{ ssh_keys: [], volumes: [], networks: [], firewalls: [], user_data: '#!', automount: false },
      ...{ placement_group: 1, public_net: { enable_ipv4: true } },
    },
  },
  { endpoint: 'PUT /servers/:id', body: { name: 'new', labels } },
  {
    endpoint: 'POST /servers/:id/actions/change_type',
    body: { server_type: 'cx33', upgrade_disk: true },
    required: ['server_type', 'upgrade_disk'],
  },
  { endpoint: 'POST /servers/:id/actions/rebuild', body: { image: 'debian-13', user_data: '#!' }, required: ['image'] },
  { endpoint: 'POST /servers/:id/actions/change_protection', body: { delete: true, rebuild: true } },
  {
    endpoint: 'POST /servers/:id/actions/change_dns_ptr',
    body: { ip: '127.0.0.1', dns_ptr: 'a.example' },
    required: ['ip'],
  },
  {
    endpoint: 'POST /servers/:id/actions/attach_to_network',
    body: { network: 1, ip: '10.0.1.9', alias_ips: ['10.0.1.10'], ip_range: '10.0.1.0/24' },
    required: ['network'],
  },
  { endpoint: 'POST /servers/:id/actions/detach_from_network', body: { network: 1 }, required: ['network'] },
  {
    endpoint: 'POST /servers/:id/actions/change_alias_ips',
    body: { network: 1, alias_ips: [] },
    required: ['network', 'alias_ips'],
  },
  {
    endpoint: 'POST /servers/:id/actions/add_to_placement_group',
    body: { placement_group: 1 },
    required: ['placement_group'],
  },
  {
    endpoint: 'POST /ssh_keys',
    body: { name: 'new', public_key: publicKey, labels },
    required: ['name', 'public_key'],
  },
  { endpoint: 'PUT /ssh_keys/:id', body: { name: 'new', labels } },
  { endpoint: 'POST /firewalls', body: { name: 'new', labels, rules, apply_to: toLabel }, required: ['name'] },
  { endpoint: 'PUT /firewalls/:id', body: { name: 'new', labels } },
  { endpoint: 'POST /firewalls/:id/actions/set_rules', body: { rules }, required: ['rules'] },
  { endpoint: 'POST /firewalls/:id/actions/apply_to_resources', body: { apply_to: toLabel }, required: ['apply_to'] },
  {
    endpoint: 'POST /firewalls/:id/actions/remove_from_resources',
    body: { remove_from: toLabel },
    required: ['remove_from'],
  },
  {
    endpoint: 'POST /primary_ips',
    body: { name: 'new', type: 'ipv4', location: 'nbg1', auto_delete: false, labels, assignee_type: 'server' },
    required: ['name', 'type'],
  },
  { endpoint: 'PUT /primary_ips/:id', body: { name: 'new', labels, auto_delete: true } },
  {
    endpoint: 'POST /primary_ips/:id/actions/assign',
    body: { assignee_id: 1, assignee_type: 'server' },
    required: ['assignee_id', 'assignee_type'],
  },
  {
    endpoint: 'POST /primary_ips/:id/actions/change_dns_ptr',
    body: { ip: '127.0.0.1', dns_ptr: 'a.example' },
    required: ['ip'],
  },
  { endpoint: 'POST /primary_ips/:id/actions/change_protection', body: { delete: true }, required: ['delete'] },
  {
    endpoint: 'POST /networks',
    body: {
      ...{ name: 'new', ip_range: '10.0.0.0/16', labels, subnets: [subnet], routes: [] },
      expose_routes_to_vswitch: false,
    },
    required: ['name', 'ip_range'],
  },
  { endpoint: 'PUT /networks/:id', body: { name: 'new', labels, expose_routes_to_vswitch: false } },
  { endpoint: 'POST /networks/:id/actions/add_subnet', body: subnet, required: ['type', 'network_zone'] },
  { endpoint: 'POST /networks/:id/actions/delete_subnet', body: { ip_range: '10.0.1.0/24' }, required: ['ip_range'] },
  { endpoint: 'POST /networks/:id/actions/add_route', body: route, required: ['destination', 'gateway'] },
  { endpoint: 'POST /networks/:id/actions/delete_route', body: route, required: ['destination', 'gateway'] },
  { endpoint: 'POST /networks/:id/actions/change_ip_range', body: { ip_range: '10.0.0.0/15' }, required: ['ip_range'] },
  { endpoint: 'POST /networks/:id/actions/change_protection', body: { delete: true } },
  {
    endpoint: 'POST /volumes',
    body: { name: 'new', size: 10, labels, location: 'nbg1', format: 'ext4', automount: false, server: 1 },
    required: ['name', 'size'],
  },
  { endpoint: 'PUT /volumes/:id', body: { name: 'new', labels } },
  { endpoint: 'POST /volumes/:id/actions/attach', body: { server: 1, automount: false }, required: ['server'] },
  { endpoint: 'POST /volumes/:id/actions/resize', body: { size: 20 }, required: ['size'] },
  { endpoint: 'POST /volumes/:id/actions/change_protection', body: { delete: true } },
  { endpoint: 'POST /placement_groups', body: { name: 'new', type: 'spread', labels }, required: ['name', 'type'] },
  { endpoint: 'PUT /placement_groups/:id', body: { name: 'new', labels } },
]

/** What takes no body, or refuses whatever it is sent. */
const bodiless = [
  ...['poweron', 'poweroff', 'shutdown', 'reboot', 'reset', 'enable_backup', 'disable_backup', 'detach_iso'],
  ...['remove_from_placement_group', 'attach_iso', 'enable_rescue', 'disable_rescue', 'reset_password'],
  ...['request_console', 'create_image'],
].map((name) => `POST /servers/:id/actions/${name}`)
const refusing = [
  ...['POST /primary_ips/:id/actions/unassign', 'POST /volumes/:id/actions/detach'],
  ...['PUT /images/:id', 'POST /images/:id/actions/change_protection'],
  ...['load_balancers', 'floating_ips', 'certificates', 'zones'].map((kind) => `POST /${kind}`),
]

it('the table misses no endpoint that takes a body', () => {
  const changing = endpoints.filter(({ method }) => method === 'POST' || method === 'PUT')
  const named = [...rows.map(({ endpoint }) => endpoint), ...bodiless, ...refusing]
  expect(named.toSorted()).toEqual(changing.map(({ method, path }) => `${method} ${path}`).toSorted())
})

/** One of each kind, and where it is; the server is off, so that nothing else is in the way of a change. */
async function furnished(): Promise<{ lab: Lab; idOf: Record<string, number> }> {
  const lab = createLab()
  const { api, clock, simulator } = lab
  simulator.control.setBudget({ token: tokenA, perHour: 1_000_000, left: 1_000_000 })
  const idOf: Record<string, number> = {}
  const make = async (kind: string, body: object) => {
    const answer = await api('POST', `/${kind}`, body)
    expect([kind, answer.status]).toEqual([kind, 201])
    idOf[kind] = (Object.values(answer.body)[0] as { id: number }).id
    await clock.advance(60_000)
  }
  await make('servers', { name: 's', server_type: 'cx23', image: 'debian-13', start_after_create: false })
  await make('ssh_keys', { name: 's', public_key: publicKey })
  await make('firewalls', { name: 's' })
  await make('primary_ips', { name: 's', type: 'ipv4', location: 'nbg1' })
  await make('networks', { name: 's', ip_range: '10.0.0.0/16' })
  await make('volumes', { name: 's', size: 10, location: 'nbg1' })
  await make('placement_groups', { name: 's', type: 'spread' })
  return { lab, idOf }
}

const bodied = async ({ endpoint }: Row) => {
  const { lab, idOf } = await furnished()
  const [method = '', path = ''] = endpoint.split(' ')
  const target = path.replace(':id', String(idOf[path.split('/')[1] ?? '']))
  const state = () => JSON.stringify({ ...lab.simulator.control.project(tokenA), requestsLeft: 0 })
  const before = state()
  return {
    /** As text, so that no description of a good request is asked for. */
    send: (body: unknown) => lab.api(method, target, typeof body === 'string' ? body : JSON.stringify(body)),
    sendNothing: () => lab.api(method, target),
    expectNoChange: () => expect(state()).toBe(before),
  }
}

const errorOf = ({ status, body }: Answered) => {
  expect(Object.keys(body)).toEqual(['error'])
  expect(Object.keys(body.error)).toEqual(['code', 'message', 'details'])
  expect(body.error.message).toMatch(/./)
  return { status, code: body.error.code, details: body.error.details }
}

const fieldsOf = (answer: Answered): { name: string; messages: string[] }[] => {
  const { status, code, details } = errorOf(answer)
  expect([status, code]).toEqual([422, 'invalid_input'])
  return details.fields
}

describe.each(rows)('$endpoint', (row) => {
  it('refuses what is no JSON, no object, or not there', async () => {
    const { send, sendNothing, expectNoChange } = await bodied(row)
    const noJSON = { status: 400, code: 'json_error', details: {} }
    for (const text of ['{', '{"name":}', "{'name': 1}", 'name=x', '\u0000'])
      expect(errorOf(await send(text)), text).toEqual(noJSON)
    expect(errorOf(await sendNothing())).toEqual(noJSON)
    for (const text of ['[]', '5', '"x"', 'null', 'true']) expect(fieldsOf(await send(text)), text).toHaveLength(1)
    expectNoChange()
  })

  it('refuses a member that it does not know, by its name', async () => {
    const { send, expectNoChange } = await bodied(row)
    const fields = fieldsOf(await send({ ...row.body, no_such_member: 1 }))
    expect(fields).toEqual([{ name: 'no_such_member', messages: [expect.stringMatching(/./)] }])
    expectNoChange()
  })

  it('refuses each member of a wrong type, and each one that is missing, by its name', async () => {
    const { send, expectNoChange } = await bodied(row)
    for (const [name, value] of Object.entries(row.body)) {
      const wrong = typeof value === 'object' ? 5 : { of: 'another type' }
      const fields = fieldsOf(await send({ ...row.body, [name]: wrong }))
      expect(fields.map((one) => one.name)).toEqual([name])
      expect(fields[0]?.messages.length).toBeGreaterThan(0)
    }
    for (const name of row.required ?? []) {
      const fields = fieldsOf(await send({ ...row.body, [name]: undefined }))
      expect(fields.map((one) => one.name)).toEqual([name])
    }
    expectNoChange()
  })
})

describe.each(rows.filter(({ body }) => 'labels' in body))('labels of $endpoint', (row) => {
  it.each([
    ...['a b', '-a', 'a-', 'a/b/c', '/a', 'a/', 'ä', '', 'x'.repeat(64), `${'p'.repeat(254)}/a`].map((key) => ({
      [key]: 'v',
    })),
    ...['hetzner.cloud/a'].map((key) => ({ [key]: 'v' })),
    ...['a b', '-a', 'a-', 'a/b', 'ä', 'x'.repeat(64)].map((value) => ({ key: value })),
    ...[5, true, null, ['v'], {}].map((value) => ({ key: value })),
  ])('may not be %j', async (given) => {
    const { send, expectNoChange } = await bodied(row)
    const fields = fieldsOf(await send({ ...row.body, labels: given }))
    expect(fields.map(({ name }) => name.split('.')[0])).toEqual(['labels'])
    expectNoChange()
  })
})

it.each(rows.filter(({ body }) => 'user_data' in body))('$endpoint refuses 32,769 bytes of user data', async (row) => {
  const { send, expectNoChange } = await bodied(row)
  for (const data of ['x'.repeat(32_769), `${'ä'.repeat(16_384)}x`, '😀'.repeat(8_193)]) {
    const [field] = fieldsOf(await send({ ...row.body, user_data: data }))
    expect(field?.name).toBe('user_data')
    expect(field?.messages.join()).toContain('32768')
  }
  expectNoChange()
})

describe('a path', () => {
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  const verbs = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']

  it.each(paths)('%s knows only its own verbs', async (path) => {
    const { api } = createLab()
    const known = endpoints.filter((one) => one.path === path).map(({ method }) => method as string)
    for (const verb of verbs.filter((one) => !known.includes(one))) {
      const answer = await api(verb, path.replaceAll(/:\w+/g, '1'), verb === 'GET' ? undefined : '{}')
      expect(errorOf(answer), verb).toEqual({ status: 405, code: 'method_not_allowed', details: null })
    }
  })

  it.each(paths.filter((path) => path.includes('/:id') && !path.startsWith('/datacenters')))(
    '%s refuses an id that nothing has',
    async (path) => {
      const { api } = createLab()
      const { method = 'GET' } = endpoints.find((one) => one.path === path) ?? {}
      const body = rows.find(({ endpoint }) => endpoint === `${method} ${path}`)?.body ?? {}
      for (const id of ['999999999', '0', '-1', '1.5', '1e3', 'name', '9007199254740993', '%00'])
        expect(
          errorOf(await api(method, path.replace(':id', id), method === 'GET' ? undefined : JSON.stringify(body))),
          id,
        ).toEqual({ status: 404, code: 'not_found', details: null })
    },
  )

  it.each(['/', '/nothing', '/servers/', '/Servers', '/servers/1/nothing', '//servers'])('%s is none', async (path) => {
    const { api } = createLab()
    for (const verb of verbs)
      expect(errorOf(await api(verb, path))).toEqual({ status: 404, code: 'not_found', details: null })
  })
})

describe('a token', () => {
  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${tokenA}`,
    tokenA,
    `Bearer ${tokenA.slice(1)}`,
    `Bearer ${tokenA}a`,
    `Bearer ${tokenA} ${tokenB}`,
    `Bearer  ${tokenA}`,
    `Token ${tokenA}`,
  ])('in the header %j is refused', async (header) => {
    const { simulator } = createLab()
    const headers: Record<string, string> = header === undefined ? {} : { authorization: header }
    const response = await simulator.fetch(new Request('http://hetzner.test/v1/servers', { headers }))
    const body = await response.json()
    const seen = errorOf({ status: response.status, body, headers: response.headers })
    expect(seen).toEqual({ status: 401, code: 'unauthorized', details: null })
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(simulator.control.state().projects).toEqual([])
  })

  it('that is no more is refused like one that never was', async () => {
    const { api, simulator } = createLab()
    await api('GET', '/servers')
    simulator.control.revokeToken(tokenA)
    expect(errorOf(await api('GET', '/servers'))).toEqual({ status: 401, code: 'unauthorized', details: null })
  })
})
