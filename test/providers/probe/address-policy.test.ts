import { describe, expect, it } from 'vitest'
import { createAddressPolicy } from '../../../src/providers/probe/address-policy.ts'

describe('what a probe may connect to', () => {
  const mayConnect = createAddressPolicy([])

  it.each([
    '1.1.1.1',
    '5.75.128.1',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.1',
    '223.255.255.255',
  ])('the public address %s', (address) => expect(mayConnect(address)).toBe(true))

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.170',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:1.1.1.1',
    '::ffff:7f00:1',
    '2001:db8::1',
    '2a01:4f8::1',
    '64:ff9b::7f00:1',
    'fe80::a9fe:a9fe',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '010.0.0.1',
    '1.1.1.1 ',
    '1.1.1.1:80',
    'localhost',
    'metadata.google.internal',
    '',
  ])('not %j', (address) => expect(mayConnect(address)).toBe(false))

  it('what a lab allows, and nothing beside it', () => {
    const inLab = createAddressPolicy(['127.64.0.0/10'])
    expect(inLab('127.64.0.1')).toBe(true)
    expect(inLab('127.127.255.255')).toBe(true)
    expect(inLab('1.1.1.1')).toBe(true)
    for (const address of ['127.63.255.255', '127.128.0.0', '127.0.0.1', '169.254.169.254', '::ffff:127.64.0.1']) {
      expect(inLab(address)).toBe(false)
    }
  })

  it.each(['127.0.0.0', '127.0.0.0/33', '::1/128', 'a/8', '', '127.0.0.0/8/8', '300.0.0.0/8'])(
    'a range that is no IPv4 CIDR is refused at the start: %j',
    (range) => expect(() => createAddressPolicy([range])).toThrow('not an IPv4 CIDR'),
  )
})
