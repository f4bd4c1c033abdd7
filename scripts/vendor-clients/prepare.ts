// Gets every client ready ahead of the tests, so that a first run's minutes pass under lines that say why.

import { prepareGoProgram } from './go-program.ts'
import { findHcloudCLI } from './hcloud-cli.ts'
import { findPromtool } from './promtool.ts'
import { prepareAnsible, preparePython } from './python.ts'

const goProgram = () => prepareGoProgram('hcloud-go')

for (const prepare of [findHcloudCLI, findPromtool, goProgram, preparePython, prepareAnsible]) {
  const { missing } = await prepare()
  if (missing !== undefined) process.stderr.write(`vendor clients: ${missing}\n`)
}
