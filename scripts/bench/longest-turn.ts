// How long the event loop serves nobody else.

import { nextTurn } from '../../src/clock.ts'

/**
 * The longest turn until a promise settles, in milliseconds of this thread's processor time: what others do on a busy machine
 * does not count. It looks at every turn and so keeps a core busy: nothing else can be measured beside it.
 */
export async function longestTurn(over: Promise<unknown>): Promise<number> {
  let isOver = false
  const settled = over.finally(() => {
    isOver = true
  })
  let longest = 0
  for (let before = ownTime(); !isOver; before = ownTime()) {
    await nextTurn()
    longest = Math.max(longest, ownTime() - before)
  }
  await settled
  return longest
}

function ownTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
