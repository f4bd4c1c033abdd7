// Names, descriptions, commands, menu button and wished-for rights: what is taken, what is refused, what is told.

import { describe, expect, it } from 'vitest'
import { setup } from './bot-api.ts'

const json = (value: unknown) => JSON.stringify(value)
const commandsOf = (count: number) =>
  json(Array.from({ length: count }, (_, n) => ({ command: `c${n}`, description: 'd' })))

describe('a text', () => {
  it.each([
    { set: 'setMyName', get: 'getMyName', parameter: 'name', longest: 64, otherwise: 'Bot 123456789' },
    { set: 'setMyDescription', get: 'getMyDescription', parameter: 'description', longest: 512, otherwise: '' },
    {
      set: 'setMyShortDescription',
      get: 'getMyShortDescription',
      parameter: 'short_description',
      longest: 120,
      otherwise: '',
    },
  ])('by $set is told in the language asked for, else in the one for everybody', async (one) => {
    const { call } = setup()
    const told = async (language: string) => (await call(one.get, { language_code: language })).body.result
    const set = async (text: string, language = '') =>
      (await call(one.set, { [one.parameter]: text, language_code: language })).body
    expect(await told('')).toEqual({ [one.parameter]: one.otherwise })
    const longest = '😀'.repeat(one.longest)
    expect(await set(longest)).toEqual({ ok: true, result: true })
    expect(await told('')).toEqual({ [one.parameter]: longest })
    expect(await told('de')).toEqual({ [one.parameter]: longest })
    await set('auf deutsch', 'de')
    expect(await told('de')).toEqual({ [one.parameter]: 'auf deutsch' })
    await set('', 'de')
    expect(await told('de')).toEqual({ [one.parameter]: longest })
  })

  it('is what others see of the bot', async () => {
    const { call } = setup()
    await call('setMyName', { name: 'Echo' })
    expect((await call('getMe')).body.result).toMatchObject({ first_name: 'Echo' })
    expect((await call('sendMessage', { chat_id: '1', text: 'x' })).body.result).toMatchObject({
      from: { first_name: 'Echo' },
    })
  })
})

describe('commands', () => {
  it('are one list for each scope and language', async () => {
    const { call } = setup()
    const places = [
      {},
      { language_code: 'de' },
      { scope: json({ type: 'all_private_chats' }) },
      { scope: json({ type: 'chat', chat_id: 7 }) },
      { scope: json({ type: 'chat', chat_id: '@group' }) },
      { scope: json({ type: 'chat_member', chat_id: 7, user_id: 8 }) },
    ]
    for (const [n, place] of places.entries()) {
      const commands = json([{ command: `/c${n}`, description: ' d ' }])
      expect((await call('setMyCommands', { commands, ...place })).body.result).toBe(true)
    }
    for (const [n, place] of places.entries()) {
      expect((await call('getMyCommands', place)).body.result).toEqual([{ command: `c${n}`, description: 'd' }])
    }
    await call('deleteMyCommands', places[1])
    expect((await call('getMyCommands', places[1])).body.result).toEqual([])
    expect((await call('getMyCommands')).body.result).toHaveLength(1)
    await call('setMyCommands')
    expect((await call('getMyCommands')).body.result).toEqual([])
  })

  it('are 100 at most', async () => {
    const { call } = setup()
    expect((await call('setMyCommands', { commands: commandsOf(100) })).body.ok).toBe(true)
    expect((await call('getMyCommands')).body.result).toHaveLength(100)
  })
})

describe('the menu button', () => {
  it('is one for everybody, and one for a chat', async () => {
    const { call } = setup()
    const told = async (chat = '') => (await call('getChatMenuButton', { chat_id: chat })).body.result
    expect([await told(), await told('7')]).toEqual([{ type: 'commands' }, { type: 'default' }])
    const button = { type: 'web_app', text: 'Open', web_app: { url: 'https://example.com/' } }
    await call('setChatMenuButton', { menu_button: json(button) })
    await call('setChatMenuButton', { chat_id: '7', menu_button: json({ type: 'commands' }) })
    expect([await told(), await told('7'), await told('8')]).toEqual([
      button,
      { type: 'commands' },
      { type: 'default' },
    ])
  })
})

describe('wished-for rights', () => {
  it('are told in full, for groups and channels apart', async () => {
    const { call } = setup()
    const told = async (channels: boolean) =>
      (await call('getMyDefaultAdministratorRights', { for_channels: String(channels) })).body.result
    await call('setMyDefaultAdministratorRights', { rights: json({ can_pin_messages: true, is_anonymous: true }) })
    expect(await told(false)).toMatchObject({ can_pin_messages: true, is_anonymous: true, can_change_info: false })
    expect(await told(true)).toMatchObject({ is_anonymous: false, can_post_messages: false })
    expect(await told(true)).not.toHaveProperty('can_pin_messages')
    await call('setMyDefaultAdministratorRights')
    expect(await told(false)).toMatchObject({ is_anonymous: false })
  })
})

describe('the photo', () => {
  const jpeg = new Blob(['\u00ff\u00d8'])
  const attached = (type: string, member: string) => json({ type, [member]: 'attach://file' })

  it('is the last one that was uploaded, until it is removed', async () => {
    const { upload, call, bot } = setup()
    const set = (photo: string, file: Blob) => upload('setMyProfilePhoto', { photo, file })
    await call('getMe')
    expect(bot().profile.photo).toBeUndefined()
    expect((await set(attached('static', 'photo'), jpeg)).body).toEqual({ ok: true, result: true })
    const first = bot().profile.photo
    const animated = json({ type: 'animated', animation: 'attach://file', main_frame_timestamp: 1.5 })
    expect((await set(animated, new Blob(['other']))).body.ok).toBe(true)
    const second = bot().profile.photo
    expect([first?.type, second?.type]).toEqual(['static', 'animated'])
    expect(second?.hash).not.toBe(first?.hash)
    for (let again = 0; again < 2; again++)
      expect((await call('removeMyProfilePhoto')).body).toEqual({ ok: true, result: true })
    expect(bot().profile.photo).toBeUndefined()
  })

  it.each([
    { parts: {}, text: "photo isn't specified" },
    { parts: { photo: '{' }, text: "can't parse photo JSON object" },
    { parts: { photo: '[]' }, text: 'object expected as profile photo' },
    { parts: { photo: '{}' }, text: 'can\'t find field "type"' },
    { parts: { photo: json({ type: true }) }, text: 'field "type" must be of type String' },
    { parts: { photo: json({ type: 'oil' }) }, text: 'invalid profile photo type specified' },
    { parts: { photo: json({ type: 'static' }) }, text: 'can\'t find field "photo"' },
    { parts: { photo: json({ type: 'animated', photo: 'x' }) }, text: 'can\'t find field "animation"' },
    {
      parts: { photo: json({ type: 'animated', animation: 'attach://file', main_frame_timestamp: 'soon' }) },
      text: 'field "main_frame_timestamp" must be of type Number',
    },
    { parts: { photo: json({ type: 'static', photo: 'file' }) }, text: 'photo must be uploaded as a file' },
    { parts: { photo: json({ type: 'static', photo: 'attach://other' }) }, text: 'photo must be uploaded as a file' },
    { parts: { photo: attached('static', 'photo'), file: new Blob([]) }, text: 'file must be non-empty' },
  ])('is refused, and the old one stays: $text', async ({ parts, text }) => {
    const { upload, bot } = setup()
    await upload('setMyProfilePhoto', { photo: attached('static', 'photo'), file: jpeg })
    const before = bot().profile.photo
    expect((await upload('setMyProfilePhoto', { file: jpeg, ...parts })).body).toEqual({
      ok: false,
      error_code: 400,
      description: `Bad Request: ${text}`,
    })
    expect(bot().profile.photo).toEqual(before)
  })
})

describe('the profile refuses', () => {
  const command = (given: unknown) => ({ method: 'setMyCommands', given: { commands: json([given]) } })
  const scope = (given: unknown) => ({ method: 'getMyCommands', given: { scope: json(given) } })
  const button = (given: unknown) => ({ method: 'setChatMenuButton', given: { menu_button: json(given) } })
  const rights = (given: string) => ({ method: 'setMyDefaultAdministratorRights', given: { rights: given } })
  const noCommand = "can't parse BotCommand: "
  const noScope = "can't parse BotCommandScope: "
  const noButton = "can't parse menu button: "
  const noRights = "can't parse ChatAdministratorRights: "

  it.each<{ method: string; given: Record<string, string>; text: string }>([
    { method: 'setMyName', given: {}, text: 'BOT_TITLE_INVALID' },
    { method: 'setMyName', given: { name: ' ' }, text: 'BOT_TITLE_INVALID' },
    { method: 'setMyName', given: { name: 'x'.repeat(65) }, text: 'BOT_TITLE_INVALID' },
    { method: 'setMyDescription', given: { description: 'x'.repeat(513) }, text: 'BOT_DESC_INVALID' },
    { method: 'setMyShortDescription', given: { short_description: 'x'.repeat(121) }, text: 'BOT_SHARETEXT_INVALID' },
    ...['DE', 'deu', 'd', 'd1', 'de-AT'].map((code) => ({
      method: 'getMyName',
      given: { language_code: code },
      text: 'invalid language code specified',
    })),
    { method: 'setMyCommands', given: { commands: '[' }, text: "can't parse commands JSON object" },
    { method: 'setMyCommands', given: { commands: '{}' }, text: 'expected an Array of BotCommand' },
    { method: 'setMyCommands', given: { commands: commandsOf(101) }, text: 'BOT_COMMANDS_TOO_MUCH' },
    { ...command(1), text: `${noCommand}expected an Object` },
    { ...command({ description: 'd' }), text: `${noCommand}Can't find field "command"` },
    { ...command({ command: 'c' }), text: `${noCommand}Can't find field "description"` },
    {
      ...command({ command: ['c'], description: 'd' }),
      text: `${noCommand}Field "command" must be of type String`,
    },
    { ...command({ command: '/', description: 'd' }), text: 'command must be non-empty' },
    { ...command({ command: 'c'.repeat(33), description: 'd' }), text: 'command length must not exceed 32' },
    { ...command({ command: 'c', description: ' ' }), text: 'command description must be non-empty' },
    {
      ...command({ command: 'c', description: 'd'.repeat(257) }),
      text: 'command description length must not exceed 256',
    },
    ...['Start', 'a-b', 'grün', '//x'].map((name) => ({
      ...command({ command: name, description: 'd' }),
      text: 'BOT_COMMAND_INVALID',
    })),
    { method: 'getMyCommands', given: { scope: 'x' }, text: "can't parse BotCommandScope JSON object" },
    { ...scope([]), text: `${noScope}BotCommandScope must be an Object` },
    { ...scope({}), text: `${noScope}Can't find field "type"` },
    { ...scope({ type: 'x' }), text: `${noScope}Unsupported type specified` },
    { ...scope({ type: 'chat' }), text: `${noScope}Can't find field "chat_id"` },
    { ...scope({ type: 'chat', chat_id: '' }), text: `${noScope}Empty chat_id specified` },
    { ...scope({ type: 'chat_member', chat_id: 1, user_id: 0 }), text: `${noScope}Invalid user_id specified` },
    { method: 'setChatMenuButton', given: { menu_button: '{' }, text: "can't parse menu button JSON object" },
    { ...button(1), text: `${noButton}MenuButton must be an Object` },
    { ...button({ type: 'x' }), text: `${noButton}MenuButton has unsupported type` },
    { ...button({ type: 'web_app', text: 't' }), text: `${noButton}Can't find field "web_app"` },
    {
      ...button({ type: 'web_app', text: 't', web_app: 1 }),
      text: `${noButton}Field "web_app" must be of type Object`,
    },
    { ...rights('{'), text: "can't parse ChatAdministratorRights JSON object" },
    { ...rights('[]'), text: `${noRights}ChatAdministratorRights must be an Object` },
    { ...rights('{"is_anonymous":1}'), text: `${noRights}Field "is_anonymous" must be of type Boolean` },
  ])('$method $given', async ({ method, given, text }) => {
    const { call } = setup()
    expect((await call(method, given)).body).toEqual({
      ok: false,
      error_code: 400,
      description: `Bad Request: ${text}`,
    })
  })
})
