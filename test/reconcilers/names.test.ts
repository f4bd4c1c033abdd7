import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  escrowName,
  incarnationSelector,
  isOwned,
  labelKeys,
  markerName,
  ownedSecretName,
  ownerLabels,
  resourceName,
  tombstoneName,
} from '../../src/reconcilers/names.ts'

const uid = '8f14e45f-ceea-467f-a4c5-0d8f3c2b1a90'
const owner = { uid, namespace: 'shop', name: 'echo' }
const uuidCluster = '3b1f8a52-7e0c-4d7e-9b53-2f1d4c5e6a7b'

/** What a Project may be called: a DNS label of at most 40 characters. */
const projectName = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/)
const namespace = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
const anyOwner = fc.record({ uid: fc.uuid(), namespace, name: projectName })
const labelValue = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

describe('names', () => {
  // Computed by another program. A failure here means: every server out there would be lost. Mend the code, not the table.
  it.each([
    { made: resourceName('lab', owner), want: 'echo-sgra6fffilhqg' },
    {
      made: resourceName('lab', { ...owner, uid: '00000000-0000-0000-0000-000000000000' }),
      want: 'echo-h7pakm5k966a7',
    },
    { made: resourceName(uuidCluster, owner), want: 'echo-6rlar1an1g2pr' },
    { made: markerName('lab'), want: 'botyard-kk8kdks0evvpi' },
    { made: markerName(uuidCluster), want: 'botyard-90f0pv05k0hbm' },
    { made: ownedSecretName(owner), want: 'echo-botyard' },
    { made: escrowName(uid), want: `botyard-${uid}` },
    { made: tombstoneName(uid), want: `botyard-tombstone-${uid}` },
  ])('never change: $want', ({ made, want }) => expect(made).toBe(want))

  it('use label keys that never change', () => {
    expect(labelKeys).toEqual({
      cluster: 'botyard.dev/cluster',
      uid: 'botyard.dev/uid',
      namespace: 'botyard.dev/namespace',
      name: 'botyard.dev/name',
      served: 'botyard.dev/served',
      userData: 'botyard.dev/user-data',
      firewall: 'botyard.dev/firewall',
    })
  })

  it('end with 13 characters of 0-9a-v and stay within a host name and a label value', () => {
    fc.assert(
      fc.property(anyOwner, fc.uuid(), (someone, cluster) => {
        const name = resourceName(cluster, someone)
        expect(name).toMatch(/-[0-9a-v]{13}$/)
        expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
        expect(markerName(cluster)).toMatch(/^botyard-[0-9a-v]{13}$/)
        for (const value of Object.values(ownerLabels(cluster, someone))) expect(value).toMatch(labelValue)
      }),
    )
  })

  it('depend on cluster and uid, so that namesakes never meet', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { minLength: 3, maxLength: 3 }), ([a = '', b = '', cluster = '']) => {
        const names = [
          resourceName(cluster, { ...owner, uid: a }),
          resourceName(cluster, { ...owner, uid: b }),
          resourceName(b, { ...owner, uid: a }),
        ]
        expect(new Set(names).size).toBe(3)
      }),
    )
  })

  it('do not depend on the namespace, which the uid stands for', () => {
    expect(resourceName('lab', { ...owner, namespace: 'other' })).toBe(resourceName('lab', owner))
  })
})

describe('ownership', () => {
  const labels = ownerLabels('lab', owner)
  it.each([
    { name: 'is shown by cluster and uid together', labels, want: true },
    { name: 'survives a changed namespace label', labels: { ...labels, [labelKeys.namespace]: 'x' }, want: true },
    {
      name: 'is not shown by the uid of another cluster',
      labels: { ...labels, [labelKeys.cluster]: 'x' },
      want: false,
    },
    { name: 'is not shown by another uid', labels: { ...labels, [labelKeys.uid]: 'x' }, want: false },
    { name: 'is not shown by nothing', labels: {}, want: false },
  ])('$name', ({ labels: given, want }) => expect(isOwned(given, 'lab', owner)).toBe(want))

  it('is looked for over all incarnations by namespace and name alone', () => {
    expect(incarnationSelector(owner)).toBe('botyard.dev/namespace==shop,botyard.dev/name==echo')
  })
})

it('every label is explained in the reference', async () => {
  const page = await readFile(path.join(import.meta.dirname, '../../docs/reference/objects.md'), 'utf8')
  for (const key of Object.values(labelKeys)) expect(page).toContain(`\`${key}\``)
})
