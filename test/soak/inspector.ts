// Looks into a process by Node's inspector: its heap after a collection, its timers, its listeners. It asks V8, not the program,
// which has no code for it.

import { waitFor } from '../support/control-plane.ts'

export interface Inside {
  /** MB in use after a collection. */
  heap: number
  timers: number
  /** AbortSignals that something holds on to. */
  signals: number
  /** Listeners on them. */
  listeners: number
}

export interface Inspector {
  look(): Promise<Inside>
  close(): void
}

/** `port`: of `--inspect=127.0.0.1:PORT`. */
export async function openInspector(port: number): Promise<Inspector> {
  const url = await waitFor('the inspector', () => addressOf(port))
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error('Cannot open the inspector'))
  })
  const call = caller(socket)

  return {
    async look() {
      await call('HeapProfiler.collectGarbage')
      const { usedSize } = await call('Runtime.getHeapUsage')
      const timers = await evaluate(
        call,
        "process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length",
      )
      const [signals = 0, listeners = 0] = await countListeners(call)
      // Whatever was handed to the inspector would be kept alive by it.
      await call('Runtime.releaseObjectGroup', { objectGroup: group })
      return { heap: usedSize / 1e6, timers, signals, listeners }
    },
    close: () => socket.close(),
  }
}

const group = 'soak'

// biome-ignore lint/suspicious/noExplicitAny: each method answers something else, and its caller knows what.
type Call = (method: string, params?: object) => Promise<any>

function caller(socket: WebSocket): Call {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  const waiting = new Map<number, { resolve(result: any): void; reject(error: Error): void }>()
  let last = 0
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(String(data))
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(result)
    else asked?.reject(new Error(`Cannot ask the inspector: ${error.message}`))
  }
  socket.onclose = () => {
    for (const asked of waiting.values()) asked.reject(new Error('Cannot ask the inspector: the process has ended'))
  }
  return (method, params = {}) =>
    new Promise((resolve, reject) => {
      last += 1
      waiting.set(last, { resolve, reject })
      socket.send(JSON.stringify({ id: last, method, params }))
    })
}

async function addressOf(port: number): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined)
  const targets = (await answer?.json()) as { webSocketDebuggerUrl: string }[] | undefined
  return targets?.[0]?.webSocketDebuggerUrl
}

async function evaluate(call: Call, expression: string): Promise<number> {
  const { result } = await call('Runtime.evaluate', { expression, returnByValue: true })
  return Number(result.value)
}

async function countListeners(call: Call): Promise<number[]> {
  const expression = 'AbortSignal.prototype'
  const { result } = await call('Runtime.evaluate', { expression, objectGroup: group })
  const { objects } = await call('Runtime.queryObjects', { prototypeObjectId: result.objectId, objectGroup: group })
  const counted = await call('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: `function () {
      const { getEventListeners } = process.getBuiltinModule('node:events')
      return [this.length, this.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)]
    }`,
    returnByValue: true,
  })
  return counted.result.value
}
