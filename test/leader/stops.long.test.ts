import { stopTest } from './stop-story.ts'

stopTest({ stops: 40, times: [] })
