// A minute of silence; `make test-long` listens for five.

import { quietTest } from './quiet-story.ts'

quietTest({ seconds: 60 })
