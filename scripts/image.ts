// Builds the operator's image: `node scripts/image.ts [--tag NAME] [--stand-in]`. See docs/guides/image.md.

import { parseArgs } from 'node:util'
import { buildImage } from './image/build-image.ts'
import { makeStandIns } from './image/stand-ins.ts'

const { values } = parseArgs({
  options: {
    tag: { type: 'string', default: 'botyard:dev' },
    'stand-in': { type: 'boolean', default: false },
  },
})

const onLine = (line: string) => void process.stderr.write(`${line}\n`)

try {
  const image = await buildImage({
    tag: values.tag,
    ...(values['stand-in'] && { bases: await makeStandIns({ onLine }) }),
    onLine,
  })
  process.stdout.write(`${image.tag}  ${(image.sizeBytes / 1e6).toFixed(1)} MB  sha256:${image.id}\n`)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  if (!values['stand-in']) process.stderr.write('Without an image registry: make image STAND_IN=1\n')
  process.exitCode = 1
}
