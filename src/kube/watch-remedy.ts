// What a person can do about a watch that does not come about.

import { isForbidden, isNotServed, isUnauthorized } from './api-error.ts'
import { isConnectionError } from './connection-error.ts'

/** Nothing is deleted for it: a deletion needs a Project that asks for one. */
export const wentBackRemedy =
  'The API server holds an earlier state than it had shown, as after etcd was restored from a backup: ' +
  'servers of Projects that were created since have no Project any more'

export function watchRemedy(error: unknown): string {
  if (isNotServed(error)) {
    return 'The CustomResourceDefinition projects.botyard.dev is not installed: kubectl apply -f crds/'
  }
  if (isForbidden(error)) return 'The operator may not list and watch projects.botyard.dev: check its ClusterRole'
  if (isUnauthorized(error))
    return "The API server does not accept the operator's credentials: check its service account"
  if (isConnectionError(error) && error.code === 'unreachable')
    return `The API server cannot be reached: ${error.message}`
  if (isConnectionError(error) && error.code === 'malformed')
    return 'The API server, or a proxy before it, sent what is no watch; the Projects are listed anew'
  return 'The watch on Projects broke; it is taken up again'
}
