// The short form of the soak: enough to see what leaks with every fault. `make test-long` does it for twenty minutes.

import { soakTest } from './soak-story.ts'

soakTest({ seconds: 60 })
