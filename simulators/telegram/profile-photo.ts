// setMyProfilePhoto and removeMyProfilePhoto: the one part of the profile that has no getter of its own.

import { createHash } from 'node:crypto'
import { badRequest } from './bot-api-error.ts'
import { isObject, parseJSON, requiredText } from './json-parameter.ts'
import type { Method } from './method.ts'
import type { Parameters } from './parameters.ts'
import type { ProfilePhoto } from './profile.ts'

/** By name in lower case. */
export const profilePhotoMethods: readonly (readonly [string, Method])[] = [
  [
    'setmyprofilephoto',
    ({ bot, parameters }) => {
      bot.profile.photo = photoIn(parameters)
      return { result: true }
    },
  ],
  [
    'removemyprofilephoto',
    ({ bot }) => {
      bot.profile.photo = undefined
      return { result: true }
    },
  ],
]

/** What the file holds is not looked at. */
function photoIn(parameters: Parameters): ProfilePhoto {
  const text = parameters.text('photo')
  if (text === '') throw badRequest("photo isn't specified")
  const photo = parseJSON(text, 'photo')
  if (!isObject(photo)) throw badRequest('object expected as profile photo')
  const type = requiredText(photo, 'type')
  if (type === 'static') return { type, hash: hashOf(upload(requiredText(photo, 'photo'), parameters)) }
  if (type !== 'animated') throw badRequest('invalid profile photo type specified')
  const animation = requiredText(photo, 'animation')
  checkMoment(photo['main_frame_timestamp'])
  return { type, hash: hashOf(upload(animation, parameters)) }
}

/** A photo cannot be sent by its id or address again: only a file of this very call counts. */
function upload(place: string, parameters: Parameters): Uint8Array {
  const name = /^attach:\/\/(.+)$/.exec(place)?.[1]
  const file = name === undefined ? undefined : parameters.file(name)
  if (file === undefined) throw badRequest('photo must be uploaded as a file')
  if (file.length === 0) throw badRequest('file must be non-empty')
  return file
}

function checkMoment(value: unknown): void {
  if (value !== undefined && (typeof value === 'object' || Number.isNaN(Number(value))))
    throw badRequest('field "main_frame_timestamp" must be of type Number')
}

const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex').slice(0, 16)
