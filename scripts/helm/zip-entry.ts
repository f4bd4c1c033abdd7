// Reads one file out of a zip archive: enough of the format (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16) for an
// archive that we pin by its checksum, so that neither a package nor a program is needed for it.

import { inflateRawSync } from 'node:zlib'

const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50

/** The content of the file, or an error that names it. */
export function zipEntry(archive: Buffer, name: string): Buffer {
  for (const entry of entriesOf(archive)) if (entry.name === name) return contentOf(archive, entry)
  throw new Error(`Cannot find ${name} in the archive`)
}

interface Entry {
  name: string
  method: number
  compressedSize: number
  /** Where the file's own header begins. */
  offset: number
}

function* entriesOf(archive: Buffer): Generator<Entry> {
  const signature = Buffer.alloc(4)
  signature.writeUInt32LE(endOfDirectory)
  const end = archive.lastIndexOf(signature)
  if (end === -1) throw new Error('Cannot read the archive: it is no zip, or not whole')
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(at) !== directoryEntry) throw new Error('Cannot read the archive: its directory is broken')
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field))
    const nameEnd = at + 46 + (nameLength ?? 0)
    yield {
      name: archive.toString('utf8', at + 46, nameEnd),
      method: archive.readUInt16LE(at + 10),
      compressedSize: archive.readUInt32LE(at + 20),
      offset: archive.readUInt32LE(at + 42),
    }
    at = nameEnd + (extraLength ?? 0) + (commentLength ?? 0)
  }
}

function contentOf(archive: Buffer, { name, method, compressedSize, offset }: Entry): Buffer {
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
  const content = archive.subarray(start, start + compressedSize)
  if (method === 0) return content
  if (method === 8) return inflateRawSync(content)
  throw new Error(`Cannot read ${name}: compression method ${method} is unknown`)
}
