// Twenty minutes with a fault every few seconds.

import { soakTest } from './soak-story.ts'

soakTest({ seconds: 1_200 })
