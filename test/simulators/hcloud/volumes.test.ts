import { describe, expect, it } from 'vitest'
import { type Body, createLab, type Lab } from './support.ts'

async function volume({ api, clock }: Lab, change: object = {}): Promise<Body> {
  const answer = await api('POST', '/volumes', { name: 'v', size: 10, location: 'nbg1', ...change })
  expect(answer.status).toBe(201)
  await clock.advance(10_000)
  return answer.body.volume
}

describe('a volume', () => {
  it.each([
    { what: 'a size below 10 GB', body: { size: 9 }, field: 'size' },
    { what: 'a size above 10 TB', body: { size: 10_241 }, field: 'size' },
    { what: 'a name that begins with a dash', body: { name: '-v' }, field: 'name' },
    { what: 'a name of 65 characters', body: { name: 'v'.repeat(65) }, field: 'name' },
    { what: 'an unknown format', body: { format: 'ntfs' }, field: 'format' },
    { what: 'an unknown location', body: { location: 'moon' }, field: 'location' },
    { what: 'no place at all', body: { location: undefined }, field: 'location' },
    { what: 'an automount without a server', body: { automount: true }, field: 'automount' },
    { what: 'an unknown server', body: { location: undefined, server: 1 }, field: 'server' },
  ])('is refused with $what', async ({ body, field }) => {
    const { api } = createLab()
    const answer = await api('POST', '/volumes', { name: 'v', size: 10, location: 'nbg1', ...body })
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_input'])
    expect(answer.body.error.details.fields[0].name).toBe(field)
  })

  it('comes with a server that is made for it, and stays when that goes', async () => {
    const lab = createLab()
    const { id } = await volume(lab)
    const server = await lab.runningServer({ volumes: [id] })
    expect(server.volumes).toEqual([id])
    await lab.api('DELETE', `/servers/${server.id}`)
    await lab.clock.advance(10_000)
    expect((await lab.api('GET', `/volumes/${id}`)).body.volume.server).toBeNull()
  })

  it('is refused to a server elsewhere, and to a second one', async () => {
    const lab = createLab()
    const { id } = await volume(lab)
    const [near, far] = [await lab.runningServer({ volumes: [id] }), await lab.runningServer({ location: 'fsn1' })]
    const attach = (server: Body) => lab.api('POST', `/volumes/${id}/actions/attach`, { server: server.id })
    expect((await attach(far)).body.error.code).toBe('volume_already_attached')
    await lab.api('POST', `/volumes/${id}/actions/detach`)
    await lab.clock.advance(10_000)
    expect((await attach(far)).body.error.code).toBe('invalid_input')
    expect((await attach(near)).status).toBe(201)
  })

  it('only grows', async () => {
    const lab = createLab()
    const { id } = await volume(lab, { size: 20 })
    const resize = (size: number) => lab.api('POST', `/volumes/${id}/actions/resize`, { size })
    for (const size of [10, 20]) expect((await resize(size)).body.error.details.fields[0].name).toBe('size')
    expect((await resize(21)).status).toBe(201)
    expect((await resize(22)).body.error.code).toBe('locked')
    await lab.clock.advance(10_000)
    expect((await lab.api('GET', `/volumes/${id}`)).body.volume.size).toBe(21)
  })

  it('is not deleted while a server has it', async () => {
    const lab = createLab()
    const { id } = await volume(lab)
    await lab.runningServer({ volumes: [id] })
    const answer = await lab.api('DELETE', `/volumes/${id}`)
    expect([answer.status, answer.body.error.code]).toEqual([422, 'service_error'])
  })
})
