// Asks the API server who holds a token, and whether they may read a path: what guards a page of our own.

import type { Transport } from './transport.ts'

/** As the API server names whoever holds a token. */
export interface Who {
  readonly username: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** Both reject when the API server does not answer. */
export interface Reviews {
  /** Undefined when the token is nobody's. */
  whoIs(token: string, signal?: AbortSignal): Promise<Who | undefined>
  /** A path that is no resource, such as /metrics. */
  mayGet(who: Who, path: string, signal?: AbortSignal): Promise<boolean>
}

interface TokenReview {
  readonly status?: { readonly authenticated?: boolean; readonly user?: Who }
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean }
}

export function createReviews(transport: Transport): Reviews {
  /** Sensitive: the body holds a token, and an error must not quote it. */
  const review = <T>(group: string, resource: string, o: { body: object; signal: AbortSignal | undefined }) =>
    transport.request<T>({
      method: 'POST',
      path: `/apis/${group}/v1/${resource}`,
      body: { apiVersion: `${group}/v1`, ...o.body },
      isSensitive: true,
      signal: o.signal,
    })

  return {
    async whoIs(token, signal) {
      const body = { kind: 'TokenReview', spec: { token } }
      const { status } = await review<TokenReview>('authentication.k8s.io', 'tokenreviews', { body, signal })
      return status?.authenticated === true && status.user?.username ? status.user : undefined
    },
    async mayGet({ username, uid, groups, extra }, path, signal) {
      const spec = { user: username, uid, groups, extra, nonResourceAttributes: { path, verb: 'get' } }
      const body = { kind: 'SubjectAccessReview', spec }
      const { status } = await review<AccessReview>('authorization.k8s.io', 'subjectaccessreviews', { body, signal })
      return status?.allowed === true
    },
  }
}
