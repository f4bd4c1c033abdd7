// Kills the operator before and after each call of every story.

import { crashMatrix } from './crash-matrix.ts'
import { stories } from './stories.ts'

crashMatrix(stories)
