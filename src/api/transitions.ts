// CEL rules of the whole object: its name, and which changes a living server forbids.
import type { CelRule } from './fields.ts'

/** Once the operator has recorded a server, a field may change only if this version can apply the change to it. */
const alive = 'has(self.status) && has(self.status.server)'

const forbidden = (fieldPath: string, o: { unless: string; message: string }): CelRule => ({
  rule: `!(${alive}) || ${o.unless}`,
  message: o.message,
  fieldPath,
  reason: 'FieldValueForbidden',
})

const unchanged = (field: string) => `self.spec.${field} == oldSelf.spec.${field}`

/** For a field inside the optional `telegram`; its coming and going has a rule of its own. */
const unchangedInTelegram = (field: string) =>
  `!has(self.spec.telegram) || !has(oldSelf.spec.telegram) || ${unchanged(`telegram.${field}`)}`

const cure = 'delete the Project and create it again to change it'

/**
 * Every rule names its own change, so that the operator's own writes of status, and edits of other fields, always pass:
 * a server of a type that is no longer listed must not make the object unwritable.
 */
export const projectRules: readonly CelRule[] = [
  {
    rule: "self.metadata.name.size() <= 40 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
    message:
      'metadata.name must be a DNS label of at most 40 characters: lower-case letters, digits and "-", beginning and ending with a letter or digit',
  },
  forbidden('.spec.server.types', {
    unless: `${unchanged('server.types')} || self.status.server.type in self.spec.server.types`,
    message:
      'must contain the type of the running server (status.server.type): this version does not change the type of a server',
  }),
  forbidden('.spec.server.locations', {
    unless: `${unchanged('server.locations')} || self.status.server.location in self.spec.server.locations`,
    message:
      'must contain the location of the running server (status.server.location): this version does not move a server',
  }),
  forbidden('.spec.server.image', {
    unless: unchanged('server.image'),
    message: `must stay as it is while the server exists: this version does not rebuild a server; ${cure}`,
  }),
  forbidden('.spec.server.sshKeys', {
    unless: unchanged('server.sshKeys'),
    message: `must stay as they are while the server exists: SSH keys are set when a server is created; ${cure}`,
  }),
  forbidden('.spec.workload.cloudInit', {
    unless: unchanged('workload.cloudInit'),
    message: `must stay as it is while the server exists: user data is read when a server is created; ${cure}`,
  }),
  forbidden('.spec.telegram', {
    unless: 'has(self.spec.telegram) == has(oldSelf.spec.telegram)',
    message: `must be neither added nor removed while the server exists: the server knows its bot from its creation; ${cure}`,
  }),
  forbidden('.spec.telegram.webhook.port', {
    unless: unchangedInTelegram('webhook.port'),
    message: `must stay as it is while the server exists: the server knows its port from its creation; ${cure}`,
  }),
  forbidden('.spec.telegram.webhook.path', {
    unless: unchangedInTelegram('webhook.path'),
    message: `must stay as it is while the server exists: the server knows its path from its creation; ${cure}`,
  }),
  forbidden('.spec.telegram.tokenSecretRef', {
    unless: unchangedInTelegram('tokenSecretRef'),
    message: `must stay as it is while the server exists: the server got its token at its creation; ${cure}`,
  }),
]
