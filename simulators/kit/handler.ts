// What a simulated service is: a function from a web Request to a web Response, with one way to drop the connection.

export type Handler = (request: Request) => Promise<Response>

/** Rejecting with this resets the connection, at once. In process, a caller sees what a global fetch gives: a TypeError. */
export class ConnectionLost extends TypeError {
  override readonly name = 'TypeError'

  constructor(reason: string) {
    super('fetch failed', { cause: new Error(reason) })
  }
}

/** Within a body: what was said before still arrives, then the connection closes. */
export class ConnectionClosed extends ConnectionLost {}

/** What reading a request's body rejects with when it is beyond the limit: each service says so in its own words. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}
