// One Project from its YAML to a bot that answers, and back to nothing.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../control-plane/api.ts'
import { grantNamespace } from '../control-plane/grant.ts'
import type { Lab } from '../lab/lab.ts'
import { changedLines, conditionTable } from './condition-table.ts'
import { figureLine, inSeconds } from './gutter.ts'
import { findLeftovers, leftoverLine, wrongLeftovers } from './leftovers.ts'
import { keyOf, type ProjectWatch, watchProjects } from './project-watch.ts'
import { deleteNamespaces, heading, openLab, type Stage, showMemory, withLab } from './stage.ts'
import { summaryOf, type Timeline } from './timeline.ts'

const example = path.resolve(import.meta.dirname, '../../examples/echo.yaml')
const namespace = 'demo'
const message = 'Hello, is anybody there?'

export interface OneProjectOptions {
  createSeconds: number
  bootSeconds: number
}

/** What the acts share. */
interface Scene extends Stage {
  lab: Lab
  watch: ProjectWatch
  project: KubeObject
  secretsOfUsers: ReadonlySet<string>
}

export async function showOneProject(stage: Stage, o: OneProjectOptions): Promise<void> {
  const begin = performance.now()
  const { screen } = stage
  screen.line(screen.paint('bold', 'Botyard: from kubectl apply to a bot that answers, and back to nothing'))
  screen.line(
    'The Kubernetes API server is real. Hetzner Cloud, its servers and Telegram are simulated on this machine:',
  )
  screen.line(`a server takes ${o.createSeconds} s to be created and ${o.bootSeconds} s to boot.`)

  heading(stage, 'Start')
  const lab = await openLab(stage, {
    simulatorArgs: ['--create-seconds', String(o.createSeconds), '--boot-seconds', String(o.bootSeconds)],
    operatorArgs: ['--log-level', 'debug'],
  })
  await withLab(stage, lab, (inside) => play(inside, lab))
  screen.line()
  screen.line(figureLine(inSeconds(performance.now() - begin), 'in all'))
}

async function play(stage: Stage, lab: Lab): Promise<void> {
  const watch = await watchProjects(lab.api, stage.signal)
  try {
    const scene = { ...stage, lab, watch, ...(await apply(stage, lab)) }
    const since = performance.now()
    await becomeReady(scene, since)
    await saySomething(scene)
    await remove(scene)
    await countLeftovers(scene)
  } finally {
    watch.stop()
  }
}

async function apply(stage: Stage, { api }: Lab): Promise<Pick<Scene, 'project' | 'secretsOfUsers'>> {
  const { screen } = stage
  const text = await readFile(example, 'utf8')
  heading(stage, `Apply examples/echo.yaml to namespace ${namespace}`)
  // The Secrets before it are of no interest, and tokens are not for screens.
  for (const line of (text.split('\n---\n').at(-1) ?? '').trimEnd().split('\n'))
    screen.line(figureLine('', screen.paint('dim', line)))
  await grantNamespace(api, namespace)
  const objects = parseAllDocuments(text).map((document) => inNamespace(document.toJS() as KubeObject))
  const applied: KubeObject[] = []
  for (const object of objects) {
    const begin = performance.now()
    applied.push(await api.apply(object))
    const kind = object.kind.toLowerCase()
    const group = object.apiVersion.includes('/') ? `.${object.apiVersion.split('/')[0]}` : ''
    screen.line(figureLine(inSeconds(performance.now() - begin), `${kind}${group}/${object.metadata.name} created`))
  }
  const project = applied.find(({ kind }) => kind === 'Project')
  if (project === undefined) throw new Error(`Cannot find a Project in ${example}`)
  return { project, secretsOfUsers: new Set(applied.filter(({ kind }) => kind === 'Secret').map(keyOf)) }
}

const inNamespace = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, namespace } })

async function becomeReady(scene: Scene, since: number): Promise<void> {
  const { screen, watch, lab } = scene
  const key = keyOf(scene.project)
  heading(scene, 'Wait for condition Ready')
  const { paint } = screen
  let before: KubeObject | undefined
  const look = () => watch.timelines.get(key)
  const draw = () => {
    const timeline = look()
    if (timeline !== undefined) screen.draw(conditionTable({ timeline, since, now: performance.now(), paint }))
  }
  const show = (timeline: Timeline) => {
    if (screen.isTerminal) return draw()
    for (const line of changedLines(before, { timeline, since, now: performance.now(), paint })) screen.line(line)
    before = timeline.project
  }
  const known = look()
  if (known !== undefined) show(known)
  const stopShowing = watch.onEvent((changed, timeline) => changed === key && show(timeline))
  const ticks = setInterval(draw, 100)
  try {
    await watch.until(() => look()?.readyAt !== undefined, { what: 'Cannot see the Project Ready', within: 60_000 })
  } finally {
    clearInterval(ticks)
    stopShowing()
    draw()
    screen.keep()
  }
  await showMemory(scene, lab)
}

interface Told {
  answer: { text: string } | null
}

async function saySomething({ screen, lab, project, watch, faults, ...stage }: Scene): Promise<void> {
  heading({ screen, faults, ...stage }, 'Say something to the bot')
  const { telegram } = watch.timelines.get(keyOf(project))?.project['status'] ?? {}
  const name = `@${telegram.botUsername}`
  screen.line(figureLine('', `${'you'.padEnd(name.length)}  ${message}`))
  const begin = performance.now()
  const told = await lab.simulators.control.telegram('POST', '/messages', {
    bot: telegram.botID,
    text: message,
    waitSeconds: 10,
  })
  const { answer } = told as Told
  const time = inSeconds(performance.now() - begin)
  screen.line(figureLine(time, `${name}  ${answer?.text ?? '(no answer)'}`))
  screen.line(figureLine('', screen.paint('dim', `delivered to ${telegram.url}`)))
  if (answer?.text !== `echo: ${message}`) faults.push('The bot did not answer as it must')
}

async function remove(scene: Scene): Promise<void> {
  const { screen, watch, lab, project } = scene
  const key = keyOf(project)
  heading(scene, 'Delete the Project')
  const begin = performance.now()
  const time = () => inSeconds(performance.now() - begin)
  let last = summaryOf(watch.timelines.get(key)?.project ?? project)
  const stopShowing = watch.onEvent((changed, timeline) => {
    const summary = summaryOf(timeline.project)
    if (changed !== key || summary === last) return
    screen.line(figureLine(time(), summary))
    last = summary
  })
  const ticks = setInterval(() => screen.draw([figureLine(time(), screen.paint('dim', '…'))]), 100)
  try {
    await lab.api.delete(project)
    const isGone = () => watch.timelines.get(key)?.goneAt !== undefined
    await watch.until(isGone, { what: 'Cannot see the Project gone', within: 60_000 })
  } finally {
    clearInterval(ticks)
    stopShowing()
    screen.clear()
  }
  screen.line(figureLine(time(), `project.botyard.dev/${project.metadata.name} deleted`))
}

async function countLeftovers(scene: Scene): Promise<void> {
  const { screen, lab, faults, secretsOfUsers } = scene
  heading(scene, 'Count what is left')
  const leftovers = await findLeftovers(lab, { secretsOfUsers, accounts: 1 })
  const namespaces = await deleteNamespaces(scene, lab.api, [namespace])
  leftovers.push({ what: `namespaces ${namespace}`, found: namespaces, wanted: 0, note: 'deleted just now' })
  for (const leftover of leftovers) screen.line(leftoverLine(leftover))
  faults.push(...wrongLeftovers(leftovers))
}
