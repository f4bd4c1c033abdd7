import { describe, expect, it } from 'vitest'
import { actionSchema } from '../../../src/providers/hcloud/action-schema.ts'
import { classifications } from '../../../src/providers/hcloud/classification.ts'
import { type ErrorClass, isHcloudError } from '../../../src/providers/hcloud/errors.ts'
import { createWire, failure, type Reply, reply } from './wire.ts'

const table: [code: string, status: number, errorClass: ErrorClass][] = [
  ['json_error', 400, 'Bug'],
  ['unauthorized', 401, 'Auth'],
  ['token_readonly', 401, 'Auth'],
  ['forbidden', 403, 'Auth'],
  ['maintenance', 403, 'Capacity'],
  ['resource_limit_exceeded', 403, 'Quota'],
  ['not_found', 404, 'NotFound'],
  ['method_not_allowed', 405, 'Bug'],
  ['uniqueness_error', 409, 'Conflict'],
  ['conflict', 409, 'Conflict'],
  ['deprecated_api_endpoint', 410, 'Bug'],
  ['resource_unavailable', 412, 'Capacity'],
  ['primary_ip_version_mismatch', 412, 'InvalidSpec'],
  ['invalid_input', 422, 'InvalidSpec'],
  ['invalid_input', 400, 'InvalidSpec'],
  ['invalid_server_type', 422, 'InvalidSpec'],
  ['service_error', 422, 'Transient'],
  ['unsupported_error', 422, 'InvalidSpec'],
  ['placement_error', 422, 'Capacity'],
  ['no_space_left_in_location', 422, 'Capacity'],
  ['server_not_stopped', 422, 'Conflict'],
  ['must_be_unassigned', 422, 'Conflict'],
  ['resource_in_use', 422, 'Conflict'],
  ['primary_ip_assigned', 422, 'Conflict'],
  ['primary_ip_already_assigned', 422, 'Conflict'],
  ['primary_ip_datacenter_mismatch', 422, 'InvalidSpec'],
  ['server_has_ipv4', 422, 'Conflict'],
  ['server_has_ipv6', 422, 'Conflict'],
  ['server_is_load_balancer_target', 422, 'InvalidSpec'],
  ['server_already_added', 422, 'Conflict'],
  ['firewall_already_applied', 422, 'Conflict'],
  ['firewall_resource_not_found', 404, 'Conflict'],
  ['incompatible_network_type', 422, 'InvalidSpec'],
  ['private_net_only_server', 422, 'InvalidSpec'],
  ['locked', 423, 'Conflict'],
  ['protected', 423, 'InvalidSpec'],
  ['resource_locked', 423, 'Quota'],
  ['rate_limit_exceeded', 429, 'Throttled'],
  ['server_error', 500, 'Transient'],
  ['bad_gateway', 502, 'Transient'],
  ['unavailable', 503, 'Transient'],
  ['robot_unavailable', 503, 'Transient'],
  ['timeout', 504, 'Transient'],
  ['unknown_error', 500, 'Transient'],
  ['action_failed', 422, 'Transient'],
  ['a_code_of_next_year', 422, 'Transient'],
  ['constructor', 422, 'Transient'],
]

const ours = ['unsupported_location', 'marker_name_taken', 'action_not_found']

describe('the classification', () => {
  it.each(table)('of %s (%i) is %s', async (code, status, errorClass) => {
    const wire = createWire(() => failure(status, code))
    await expect(wire.write()).rejects.toMatchObject({ code, status, errorClass, remedy: expect.stringMatching(/\.$/) })
  })

  it.each(table)('of an action that failed with %s is the same (%i, %s)', (code, _, errorClass) => {
    const action = actionSchema.parse({ ...running, status: 'error', error: { code, message: 'because' } })
    expect(action.error).toEqual({ code, message: 'because', errorClass })
  })

  it('has a row here for each code that it knows', () => {
    expect(Object.keys(classifications).filter((code) => !table.some(([known]) => known === code))).toEqual(ours)
  })

  it('takes a type that is not sold in a location for a pair to skip, not for a wrong spec', async () => {
    const wire = createWire(() => failure(422, 'invalid_input', { message: 'unsupported location for server type' }))
    await expect(wire.write()).rejects.toMatchObject({ errorClass: 'Capacity', code: 'unsupported_location' })
  })

  it('keeps the names that Hetzner gives with an error, and the correlation id', async () => {
    const details = { fields: [{ name: 'user_data', messages: ['too long'] }], limits: [{ name: 'server_limit' }] }
    const body = JSON.stringify({ error: { code: 'invalid_input', message: 'no', details } })
    const headers = { 'x-correlation-id': '0123456789abcdef0123456789abcdef' }
    const wire = createWire(() => reply({ status: 422, body, headers }))
    await expect(wire.write()).rejects.toMatchObject({
      message: 'Cannot POST /servers/{id}/actions/poweron at Hetzner: no (invalid_input)',
      correlationID: '0123456789abcdef0123456789abcdef',
      details: { fields: ['user_data'], limits: ['server_limit'] },
    })
  })
})

describe('an answer that cannot be read', () => {
  const bodies: [what: string, answer: Reply][] = [
    ['HTML with status 502', { status: 502, body: '<html><h1>Bad gateway</h1></html>' }],
    ['HTML with status 404', { status: 404, body: '<html>' }],
    ['HTML with status 200', { body: '<html>' }],
    ['nothing with status 200', { body: '' }],
    ['nothing with status 500', { status: 500, body: '' }],
    ['truncated JSON', { body: '{"server": {"id": 1, "na' }],
    ['a JSON string', { body: '"server"' }],
    ['JSON null', { body: 'null' }],
    ['an error without a code', { status: 404, body: '{"error": {"message": "gone"}}' }],
    ['an error that is a list', { status: 404, body: '[]' }],
    ['a code that is a number', { status: 404, body: '{"error": {"code": 404, "message": ""}}' }],
    ['a body without end', { body: `{"server": "${'x'.repeat(9 * 1024 * 1024)}"}` }],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.test' } }],
  ]

  it.each(bodies)('is Transient: %s', async (_, answer) => {
    const wire = createWire(() => reply(answer))
    const error: unknown = await wire.read().catch((thrown: unknown) => thrown)
    expect(isHcloudError(error) && error.errorClass).toBe('Transient')
  })

  it('is Transient when the bytes are no text', async () => {
    const wire = createWire(() => new Response(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])) as never)
    await expect(wire.read()).rejects.toMatchObject({ errorClass: 'Transient' })
  })

  it('is waited out for as long as it says', async () => {
    const wire = createWire(() => reply({ status: 429, body: '', headers: { 'retry-after': '17' } }))
    await expect(wire.read()).rejects.toMatchObject({ errorClass: 'Throttled', retryAfter: 17_000 })
    await expect(wire.read()).rejects.toMatchObject({ code: 'out_of_budget', retryAfter: 17_000 })
  })

  it('is Throttled with status 429, because that is the whole message', async () => {
    const wire = createWire(() => reply({ status: 429, body: 'slow down' }))
    await expect(wire.read()).rejects.toMatchObject({ errorClass: 'Throttled', retryAfter: 1_000 })
  })
})

const running = { id: 1, command: 'start_server', status: 'running', progress: 0, resources: [], error: null }
