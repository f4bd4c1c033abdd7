// What a person can do about a watch that does not come about.

import { isForbidden, isNotServed } from './api-error.ts'

export function watchRemedy(error: unknown): string {
  if (isNotServed(error)) {
    return 'The CustomResourceDefinition projects.botyard.dev is not installed: kubectl apply -f crds/'
  }
  if (isForbidden(error)) return 'The operator may not list and watch projects.botyard.dev: check its ClusterRole'
  return 'The watch on Projects broke; it is taken up again'
}
