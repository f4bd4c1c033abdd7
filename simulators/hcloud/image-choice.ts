// Which image a name or an id stands for: a name for one of each architecture, an id for exactly one.

import { invalidField, invalidInput } from './errors.ts'
import { type Image, images, type ServerType } from './seed.ts'
import { isBuyable } from './server-view.ts'
import type { World } from './world.ts'

/** Throws 422 when there is none that the type can boot. */
export function chooseImage(key: string | number, { type, world }: { type: ServerType; world: World }): Image {
  const byID = images.find((image) => image.id === Number(key))
  const found = byID ?? images.find((image) => image.name === key && image.architecture === type.architecture)
  if (found === undefined || !isBuyable(found.deprecation, world)) {
    throw invalidField('image', `image '${key}' not found`)
  }
  if (found.architecture !== type.architecture) throw invalidInput('image and server type have different architectures')
  return found
}
