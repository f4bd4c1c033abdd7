// Somebody removes the webhook with the bot's token.

import { askForPass, createReady, isServing, ourBot, type Story } from '../story.ts'

export const repairWebhook: Story = {
  name: 'repair-webhook',
  about: 'The webhook of a Ready Project is removed by somebody who has the token; it is set again.',
  prepare: createReady,
  async act(stage) {
    const bot = ourBot(stage)
    if (bot !== undefined) await stage.world.telegram.simulator.changeWebhook(bot, new Map())
    await askForPass(stage)
  },
  settled: isServing,
}
