// The long form of quiet.cluster.test.ts.

import { quietTest } from './quiet-story.ts'

quietTest({ seconds: 300 })
