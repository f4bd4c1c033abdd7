// The one vocabulary of faults, for Hetzner, Telegram and the Kubernetes API: what each kind does, and its own members.

import { maybe, the } from './fault-fields.ts'

/** What may happen to a request on its way. The same for all worlds. */
export const requestKinds = {
  before: { means: 'The request never reaches the world: no effect, the connection is reset.', members: {} },
  after: { means: 'The effect happens, its answer is lost: the connection is reset.', members: {} },
  twice: {
    means: 'The effect happens, and again: the second answer comes, as from a middlebox that tries again by itself.',
    members: {},
  },
  held: {
    means: 'The request is held up: the effect and its answer come late, even when the client has gone.',
    members: { ms: maybe('ms') },
  },
  late: { means: 'The effect happens at once, its answer comes late.', members: { ms: maybe('ms') } },
  slow: {
    means: 'The effect happens; status and headers come at once, the body dribbles.',
    members: { ms: the('ms') },
  },
  half: { means: 'The effect happens; half of the body comes, then the connection closes.', members: {} },
  stuck: {
    means: 'The effect happens; half of the body comes, then nothing until the client gives up.',
    members: {},
  },
  wrongBody: {
    means: 'The effect happens; the answer keeps its status, with something else in it.',
    members: { body: maybe('body'), contentType: maybe('contentType') },
  },
  status: {
    means: 'No effect: this answer comes instead.',
    members: {
      ...{ status: the('status'), body: maybe('body'), contentType: maybe('contentType') },
      headers: maybe('headers'),
    },
  },
} as const

/** What goes wrong in a world by itself; `skip`, `times` and `chance` count creates, actions and boots. */
export const worldKinds = {
  soldOut: {
    means: 'Creates of a server of this type and location are refused.',
    members: { type: the('type'), location: the('location'), listed: maybe('listed') },
  },
  actionFailure: {
    means: 'An action of this command ends in an error.',
    members: { command: the('command'), error: maybe('error') },
  },
  slowAction: {
    means: 'An action of this command takes that long; a large number makes one that is stuck.',
    members: { command: the('command'), seconds: the('seconds') },
  },
  bootFailure: {
    means: 'A boot of a server fails.',
    members: { failure: the('failure'), server: maybe('server') },
  },
} as const

/**
 * What happens to watches and lists of the Kubernetes API; `skip`, `times` and `chance` count the lines of watches on the
 * route, and the lists for `older`. Only the recording proxy of the tests can do this.
 */
export const watchKinds = {
  cutLine: { means: 'Half of a line comes, then the connection closes.', members: {} },
  endWatch: { means: 'The watch ends in order before a line, as when its time is up.', members: {} },
  stallWatch: {
    means: 'From a line on nothing comes, and the connection stays open; without ms for ever, as a half-open one.',
    members: { ms: maybe('ms') },
  },
  repeatLine: { means: 'A line comes twice.', members: {} },
  wrongLine: { means: 'Something else comes in place of a line.', members: { body: maybe('body') } },
  older: {
    means: 'A list shows what was so many revisions of the whole cluster ago.',
    members: { revisions: the('revisions') },
  },
} as const

/** How a world behaves for a time. */
export const moodKinds = {
  listLag: {
    means: 'Lists of Hetzner show what was that long ago; reads by id stay true.',
    members: { seconds: the('seconds') },
  },
  ignoredShutdown: { means: 'Servers do not react to a graceful stop.', members: {} },
  strangeAnswers: { means: 'Every object in answers of Hetzner has a member that nobody knows yet.', members: {} },
} as const

const change = { name: maybe('name'), labels: maybe('labels') }

/** What somebody does behind our back: once, to everything that bears the name at that moment. */
export const handKinds = {
  powerOff: { means: 'Servers lose their power.', members: { server: the('server') } },
  deleteServer: { means: 'Servers are deleted.', members: { server: the('server') } },
  changeServer: { means: 'Servers get another name or labels.', members: { server: the('server'), ...change } },
  deletePrimaryIP: {
    means: 'Primary IPs are deleted, also where they are assigned.',
    members: { primaryIP: the('primaryIP') },
  },
  changePrimaryIP: {
    means: 'Primary IPs get another name or labels.',
    members: { primaryIP: the('primaryIP'), ...change },
  },
  deleteFirewall: {
    means: 'Firewalls are deleted, also where they are in use.',
    members: { firewall: the('firewall') },
  },
  changeFirewall: { means: 'Firewalls get another name or labels.', members: { firewall: the('firewall'), ...change } },
  deleteSSHKey: { means: 'SSH keys are deleted.', members: { sshKey: the('sshKey') } },
  revokeToken: { means: 'Every token of Hetzner projects gets 401 from now on.', members: { project: the('project') } },
  changeWebhook: {
    means: 'The webhook goes elsewhere, without its secret token and certificate.',
    members: { bot: the('bot'), url: the('url'), ipAddress: maybe('ipAddress') },
  },
  deleteWebhook: { means: 'The webhook is removed.', members: { bot: the('bot') } },
  revokeBotToken: { means: "The bot's token gets 401 from now on.", members: { bot: the('bot') } },
  compact: { means: 'etcd forgets every revision but the newest.', members: {} },
  stealLease: {
    means: 'Leases of the Kubernetes API get another holder, renewed at that moment.',
    members: { lease: the('lease'), holder: maybe('holder') },
  },
} as const
