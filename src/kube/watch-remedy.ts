// What a person can do about a watch that does not come about.

import { isForbidden, isNotServed, isUnauthorized } from './api-error.ts'
import { isConnectionError } from './connection-error.ts'

export function watchRemedy(error: unknown): string {
  if (isNotServed(error)) {
    return 'The CustomResourceDefinition projects.botyard.dev is not installed: kubectl apply -f crds/'
  }
  if (isForbidden(error)) return 'The operator may not list and watch projects.botyard.dev: check its ClusterRole'
  if (isUnauthorized(error))
    return "The API server does not accept the operator's credentials: check its service account"
  if (isConnectionError(error) && error.code === 'unreachable')
    return `The API server cannot be reached: ${error.message}`
  return 'The watch on Projects broke; it is taken up again'
}
