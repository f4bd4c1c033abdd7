// Every waiting time as it is without a flag: tests wait as long as the operator that is shipped.

import { readConfig } from '../../src/config.ts'

const result = readConfig(['--namespace', 'botyard-system'], {})
if (result.kind !== 'config') throw new Error(`Cannot read the defaults: ${JSON.stringify(result)}`)

export const { drain: usualDrain } = result.config
export const usualIntervals = { ...result.config.intervals, drain: usualDrain }
