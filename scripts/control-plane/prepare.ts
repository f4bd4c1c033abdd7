// Gets the servers before a command that needs them, so that a first run's minutes pass under a line that says why.

import { findBinaries } from './binaries.ts'

await findBinaries()
