import { outOfMemoryTest } from './out-of-memory-story.ts'

// Few and large, because many take minutes to create.
outOfMemoryTest({ projects: 1_000, kilobytes: 23, megabytes: 40 })
