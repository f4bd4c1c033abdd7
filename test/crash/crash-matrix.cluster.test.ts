// Kills the operator before and after each call of the short stories.

import { crashMatrix } from './crash-matrix.ts'
import { stories } from './stories.ts'

crashMatrix(stories.filter(({ isLong }) => !isLong))
