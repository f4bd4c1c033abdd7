// What people see of a bot before they write to it: names, descriptions, photo, commands, menu button, rights.

export interface BotCommand {
  command: string
  description: string
}

export type MenuButton = { type: 'commands' | 'default' } | { type: 'web_app'; text: string; web_app: { url: string } }

export type ProfileText = 'name' | 'description' | 'short_description'

export interface ProfilePhoto {
  type: 'static' | 'animated'
  /** Of the file: enough to tell two of them apart. */
  hash: string
}

/** By language code; the empty one is for everybody without a text of their own. */
export interface Profile {
  readonly texts: Readonly<Record<ProfileText, Map<string, string>>>
  /** By scope and language, exactly as asked for. */
  readonly commands: Map<string, readonly BotCommand[]>
  /** By chat; the empty key is for everybody without a button of their own. */
  readonly menuButtons: Map<string, MenuButton>
  photo: ProfilePhoto | undefined
  readonly rights: Record<'groups' | 'channels', Readonly<Record<string, boolean>>>
}

export const newProfile = (name: string): Profile => ({
  texts: { name: new Map([['', name]]), description: new Map(), short_description: new Map() },
  commands: new Map(),
  menuButtons: new Map(),
  photo: undefined,
  rights: { groups: {}, channels: {} },
})
