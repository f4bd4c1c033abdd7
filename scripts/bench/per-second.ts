// A speed by the processor time of the whole process: a busy machine does not spoil it much.

const roundMs = 2_000

/** `run` does some work and answers how much. The first round only warms up. */
export async function perSecond(run: () => Promise<number>): Promise<number> {
  await measure(run)
  return measure(run)
}

async function measure(run: () => Promise<number>): Promise<number> {
  const start = performance.now()
  const before = process.cpuUsage()
  let count = 0
  while (performance.now() - start < roundMs) count += await run()
  const { user, system } = process.cpuUsage(before)
  return count / ((user + system) / 1_000_000)
}
