// The long form of kill.cluster.test.ts.

import { killTest } from './kill-story.ts'

killTest({ kills: 100 })
