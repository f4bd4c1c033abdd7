// All stories, in the order in which they are read.

import { adopt } from './stories/adopt.ts'
import { create } from './stories/create.ts'
import { createElsewhere } from './stories/create-elsewhere.ts'
import { remove } from './stories/delete.ts'
import { deleteNamespace } from './stories/delete-namespace.ts'
import { deleteSecretsFirst } from './stories/delete-secrets-first.ts'
import { deleteWhileCreating } from './stories/delete-while-creating.ts'
import { repairPower } from './stories/repair-power.ts'
import { repairServer } from './stories/repair-server.ts'
import { repairWebhook } from './stories/repair-webhook.ts'
import { suspend } from './stories/suspend.ts'
import type { Story } from './story.ts'

export const stories: readonly Story[] = [
  ...[create, createElsewhere, repairServer, repairPower, repairWebhook, suspend],
  ...[remove, deleteWhileCreating, deleteNamespace, deleteSecretsFirst, adopt],
]
