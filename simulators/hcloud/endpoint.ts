// What an endpoint of the simulated API is: a method, a path, and a synchronous function from call to answer.

import type { HetznerProject } from './state.ts'
import type { World } from './world.ts'

export interface Call {
  world: World
  project: HetznerProject
  url: URL
  params: Readonly<Record<string, string>>
  /** The parsed JSON body; `undefined` when the request has none. */
  body: unknown
}

export interface Answer {
  status: number
  /** Absent: an empty answer. */
  body?: object
  headers?: Record<string, string>
}

/** Synchronous, so that every call is atomic: it is refused whole or has its whole effect. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/v1`, for instance `/servers/:id`. */
  path: string
  handle(call: Call): Answer
}

export const ok = (body: object): Answer => ({ status: 200, body })
export const created = (body: object): Answer => ({ status: 201, body })
export const noContent: Answer = { status: 204 }
