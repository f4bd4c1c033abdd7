// Reads a token from the Secret that a Project names, and words exactly what is wrong with it when it cannot be used.

import { getCondition } from '../api/conditions.ts'
import type { ReasonOf } from '../api/reasons.ts'
import { type Duration, minutes, seconds } from '../clock.ts'
import { isForbidden } from '../kube/api-error.ts'
import type { Pass } from './pass.ts'
import { readSecret } from './recent-reads.ts'
import { blocked, type Step, wait } from './step.ts'

type Problem = Extract<
  ReasonOf<'CredentialsReady', 'False'>,
  'SecretMissing' | 'SecretAccessDenied' | 'SecretKeyMissing' | 'TokenMalformed'
>

export type TokenResult = { kind: 'token'; token: string } | { kind: 'problem'; reason: Problem; message: string }

export interface TokenRequest {
  ref: { name: string; key: string }
  /** For messages: `Hetzner`, `Telegram`. */
  service: string
  /** Says what a well-formed token looks like, when the one given is not; must not repeat it. */
  malformed: (token: string) => string | undefined
}

/** The token, trimmed: a trailing newline is the usual mistake and harmless. Throws what the API server answers apart from 403. */
export async function readToken(pass: Pass, request: TokenRequest): Promise<TokenResult> {
  const { project, deps } = pass
  const { ref, service } = request
  const { namespace } = project.metadata
  try {
    const secret = await readSecret(pass, { namespace, name: ref.name })
    if (secret === undefined)
      return problem(
        'SecretMissing',
        `Secret ${ref.name} does not exist in namespace ${namespace}. ${create(request, namespace)}`,
      )
    const token = secret.data[ref.key]?.trim()
    if (!token)
      return problem(
        'SecretKeyMissing',
        `Secret ${ref.name} has no key '${ref.key}', or it is empty. Put the ${service} token there.`,
      )
    deps.memory.keepSecret(project.metadata.uid, token)
    const complaint = request.malformed(token)
    if (complaint !== undefined)
      return problem(
        'TokenMalformed',
        `The ${service} token in Secret ${ref.name}, key '${ref.key}', is malformed: ${complaint}`,
      )
    return { kind: 'token', token }
  } catch (error) {
    if (!isForbidden(error)) throw error
    return problem(
      'SecretAccessDenied',
      `The operator may not read Secrets in namespace ${namespace}. Grant it: kubectl create rolebinding botyard --namespace ${namespace} --clusterrole=botyard-project-namespace --serviceaccount=${deps.identity.namespace}:botyard`,
    )
  }
}

const problem = (reason: Problem, message: string): TokenResult => ({ kind: 'problem', reason, message })

const create = ({ ref, service }: TokenRequest, namespace: string): string =>
  `Create it: kubectl create secret generic ${ref.name} --namespace ${namespace} --from-literal=${ref.key}=<${service} token>`

/** In GitOps a Secret may still be on its way: for this long its absence is progress, not failure. */
const grace = minutes(2)

/** How long until a Project whose credentials fail is looked at again: 10 to 30 s, so that a mended Secret heals it within 35 s. */
export const reprobe = ({ deps }: Pass): Duration => seconds(10) + deps.random() * seconds(20)

/** A missing Secret or missing access is waited for at first; then a person must act. */
export function problemStep(
  pass: Pass,
  { reason, message }: { reason: Problem; message: string },
): Step<'CredentialsReady'> {
  const patient = reason === 'SecretMissing' || reason === 'SecretAccessDenied'
  return patient && failingFor(pass) < grace
    ? wait(reason, message, reprobe(pass))
    : blocked(reason, message, reprobe(pass))
}

function failingFor({ project, deps }: Pass): Duration {
  const condition = getCondition(project.status?.conditions ?? [], 'CredentialsReady')
  return condition?.status === 'False' ? deps.clock.now() - Date.parse(condition.lastTransitionTime) : 0
}
