// Many Projects at once: created together, watched until all are Ready, deleted together.

import type { KubeObject } from '../control-plane/api.ts'
import { grantNamespace } from '../control-plane/grant.ts'
import type { Lab } from '../lab/lab.ts'
import { botToken, type Example, exampleProject, exampleSecrets } from '../lab/manifests.ts'
import { figureLine, inSeconds } from './gutter.ts'
import { keyOf, type ProjectWatch } from './project-watch.ts'
import type { Stage } from './stage.ts'
import { conditionsOf } from './timeline.ts'

export interface Crowd {
  readonly projects: readonly KubeObject[]
  /** Since the API server's answer to its create until then, in milliseconds, one of each Project. */
  readonly conditions: readonly number[]
  readonly ready: readonly number[]
}

export interface CrowdScene extends Stage {
  lab: Lab
  watch: ProjectWatch
  /** What users made, by namespace/name: filled here, for the count at the end. */
  secretsOfUsers: Set<string>
}

/** As many of one name, spread over namespaces of ten, all in one Hetzner project. */
export function crowdOf(o: {
  name: string
  count: number
  hetznerToken: string
  firstBot: number
}): readonly Example[] {
  return Array.from({ length: o.count }, (_, index) => ({
    namespace: `${o.name}-${Math.floor(index / 10) + 1}`,
    name: `${o.name}-${String(index + 1).padStart(3, '0')}`,
    hetznerToken: o.hetznerToken,
    botToken: botToken(o.firstBot + index),
  }))
}

/** Grants the namespaces and puts the Secrets there, so that only the Projects are missing. */
export async function prepare({ lab: { api }, secretsOfUsers }: CrowdScene, crowd: readonly Example[]): Promise<void> {
  for (const namespace of new Set(crowd.map((one) => one.namespace))) await grantNamespace(api, namespace)
  const secrets = new Map(crowd.flatMap((one) => exampleSecrets(one)).map((secret) => [keyOf(secret), secret]))
  await Promise.all([...secrets.values()].map((secret) => api.apply(secret)))
  for (const key of secrets.keys()) secretsOfUsers.add(key)
}

/** Creates all at once and waits until each is Ready. */
export async function createAll(scene: CrowdScene, crowd: readonly Example[], o: { within: number }): Promise<Crowd> {
  const { lab, watch } = scene
  const begin = performance.now()
  const createdAt = new Map<string, number>()
  const create = async (one: Example): Promise<KubeObject> => {
    const project = await lab.api.create(exampleProject(one))
    createdAt.set(keyOf(project), performance.now())
    return project
  }
  const keys = crowd.map(keyOfExample)
  const timelineOf = (key: string) => watch.timelines.get(key)
  const stopShowing = showProgress(scene, { begin, words: () => progressOf(keys, watch) })
  try {
    const projects = await Promise.all(crowd.map(create))
    const areReady = () => keys.every((key) => timelineOf(key)?.readyAt !== undefined)
    await watch.until(areReady, { what: 'Cannot see all Projects Ready', within: o.within })
    const since = (key: string, at: number | undefined) => Math.max(0, (at ?? Number.NaN) - (createdAt.get(key) ?? 0))
    return {
      projects,
      conditions: keys.map((key) => since(key, timelineOf(key)?.conditionsAt)),
      ready: keys.map((key) => since(key, timelineOf(key)?.readyAt)),
    }
  } finally {
    stopShowing()
  }
}

const keyOfExample = ({ namespace, name }: Example): string => `${namespace}/${name}`

/** Deletes all at once and answers how long each took to be gone. */
export async function deleteAll(
  scene: CrowdScene,
  projects: readonly KubeObject[],
  o: { within: number },
): Promise<number[]> {
  const { lab, watch } = scene
  const begin = performance.now()
  const keys = projects.map(keyOf)
  const isGone = (key: string) => watch.timelines.get(key)?.goneAt !== undefined
  const words = () => `${keys.filter(isGone).length} of ${keys.length} gone`
  const stopShowing = showProgress(scene, { begin, words })
  try {
    await Promise.all(projects.map((project) => lab.api.delete(project)))
    await watch.until(() => keys.every(isGone), { what: 'Cannot see all Projects gone', within: o.within })
    return keys.map((key) => (watch.timelines.get(key)?.goneAt ?? Number.NaN) - begin)
  } finally {
    stopShowing()
  }
}

/** `50 created: 38 Creating, 4 Booting, 8 Available`, from the reasons of Ready. */
function progressOf(keys: readonly string[], watch: ProjectWatch): string {
  const timelines = keys.map((key) => watch.timelines.get(key)).filter((one) => one !== undefined)
  const reasons = timelines.map(
    ({ project }) => conditionsOf(project).find(({ type }) => type === 'Ready')?.reason ?? 'no conditions',
  )
  const counts = Map.groupBy(reasons, (reason) => reason)
  const words = [...counts].map(([reason, all]) => `${all.length} ${reason}`)
  return [`${timelines.length} created`, ...(words.length === 0 ? [] : [words.join(', ')])].join(': ')
}

/** In place on a terminal; else a line when it has changed, not more often than every two seconds. */
function showProgress({ screen }: Stage, o: { begin: number; words(): string }): () => void {
  let last = ''
  const line = () => figureLine(inSeconds(performance.now() - o.begin), o.words())
  const append = () => {
    const words = o.words()
    if (words !== last) screen.line(line())
    last = words
  }
  const timer = screen.isTerminal ? setInterval(() => screen.draw([line()]), 100) : setInterval(append, 2_000)
  return () => {
    clearInterval(timer)
    if (screen.isTerminal) screen.draw([line()])
    else append()
    screen.keep()
  }
}
