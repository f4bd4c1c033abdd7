// Killed at random, restarted, and the world ends the same. `make test-long` does it a hundred times.

import { killTest } from './kill-story.ts'

killTest({ kills: 20 })
