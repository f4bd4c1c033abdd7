import { outOfMemoryTest } from './out-of-memory-story.ts'

outOfMemoryTest({ projects: 20_000, kilobytes: 0, megabytes: 64, seconds: 1_800 })
