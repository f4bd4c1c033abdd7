import { describe, expect, it } from 'vitest'
import { createLab } from './support.ts'

const blob = 'AAAAC3NzaC1lZDI1NTE5AAAAIGb1YgIgiYdpzZHtnMD0m6Xx4CGH1MlGRmWzAjNPj5Vr'

describe('an SSH key', () => {
  it('has the MD5 fingerprint that ssh-keygen shows', async () => {
    const { api } = createLab()
    const { ssh_key: key } = (await api('POST', '/ssh_keys', { name: 'a', public_key: `ssh-ed25519 ${blob} me` })).body
    expect(key.fingerprint).toBe('89:13:d4:98:c5:ee:3d:33:2a:a1:68:cc:39:18:21:5d')
    expect((await api('GET', `/ssh_keys?fingerprint=${key.fingerprint}`)).body.ssh_keys).toHaveLength(1)
  })

  it('is unique by name and by key, whatever its comment', async () => {
    const { api } = createLab()
    const create = async (name: string, comment: string) =>
      (await api('POST', '/ssh_keys', { name, public_key: `ssh-ed25519 ${blob} ${comment}` })).body.error
    expect(await create('a', 'x')).toBeUndefined()
    expect(await create('a', 'y')).toMatchObject({ code: 'uniqueness_error', details: { fields: [{ name: 'name' }] } })
    expect(await create('b', 'y')).toMatchObject({
      code: 'uniqueness_error',
      details: { fields: [{ name: 'public_key' }] },
    })
  })

  it.each(['', 'ssh-ed25519', `ssh-rsa ${blob}`, 'ssh-ed25519 AAAA', `ssh-dss ${blob}`, 'ssh-ed25519 !!!'])(
    'is refused when it reads %j',
    async (text) => {
      const { api } = createLab()
      expect((await api('POST', '/ssh_keys', { name: 'a', public_key: text })).body.error.details.fields[0].name).toBe(
        'public_key',
      )
    },
  )
})
