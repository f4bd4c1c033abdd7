import { shortTimes } from './pair.ts'
import { stopTest } from './stop-story.ts'

stopTest({ stops: 6, times: shortTimes })
