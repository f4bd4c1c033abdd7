// What a person who has a lab before them may do with it: lines to paste, with this lab's own addresses in them.

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import type { Paint } from '../demo/screen.ts'
import type { Lab } from './lab.ts'

/** The bot of examples/echo.yaml. */
const bot = 123_456_789

const example = path.resolve(import.meta.dirname, '../../examples/echo.yaml')

/** The admin's access, with the namespace in which the operator may work as the one that kubectl takes. */
export async function labKubeconfig({ controlPlane, directory }: Lab, namespace: string): Promise<string> {
  const config = parse(await readFile(controlPlane.adminKubeconfig, 'utf8'))
  for (const { context } of config.contexts) context.namespace = namespace
  const file = path.join(directory, 'kubeconfig')
  await writeFile(file, stringify(config), { mode: 0o600 })
  return file
}

export interface Surroundings {
  lab: Lab
  kubeconfig: string
  /** Path of the program, where there is one. */
  kubectl: string | undefined
  namespace: string
  paint: Paint
}

export function thingsToTry(o: Surroundings): string[] {
  const hcloud = controlOf(o.lab.simulators.hcloud)
  const telegram = controlOf(o.lab.simulators.telegram)
  const serverID = '$(kubectl get project echo -o jsonpath={.status.server.id})'
  const sections: [title: string, ...lines: string[]][] = [
    ['In another terminal', `export KUBECONFIG=${o.kubeconfig}`, ...pathOf(o.kubectl)],
    [`Apply the example to namespace ${o.namespace} and look at it`, ...lookAt(example)],
    ['Write to the bot', post(`${telegram}/messages`, `{"bot": ${bot}, "text": "Hello", "waitSeconds": 5}`)],
    [
      'Power the server off, or remove it, and see it come back (it is looked at every 30 s)',
      ...['power-off', 'delete'].map((act) => post(`${hcloud}/servers/${act}`, `{"id": ${serverID}}`, '"')),
    ],
    [
      'Take the webhook away and see it come back',
      `curl -sS -X DELETE ${telegram}/bots/${bot}/webhook`,
      'kubectl annotate project echo --overwrite botyard.dev/reconcile-requested-at="$(date -u +%FT%TZ)"',
    ],
    [
      'Make Hetzner slow, then prompt again',
      post(`${hcloud}/faults`, '{"route": "ANY *", "kind": "held", "ms": 1000}'),
      `curl -sS -X DELETE ${hcloud}/faults`,
    ],
    [
      'Delete, and see that nothing is left',
      'kubectl delete project echo',
      `curl -sS ${hcloud}/state`,
      `curl -sS ${telegram}/state`,
    ],
  ]
  const places: [string, string][] = [
    ['Hetzner', `${o.lab.simulators.hcloud}, control routes below ${hcloud}`],
    ['Telegram', `${o.lab.simulators.telegram}, control routes below ${telegram}`],
    ['operator', `${o.lab.operator.health}/metrics, log in ${o.lab.directory}/operator.log`],
  ]
  return [
    '',
    ...places.map(([name, where]) => `${name.padEnd(10)}${where}`),
    ...sections.flatMap(([title, ...lines]) => ['', o.paint('bold', title), ...lines.map((line) => `  ${line}`)]),
    '',
    'Ctrl-C ends all of it.',
  ]
}

const controlOf = (url: string): string => `${new URL(url).origin}/_simulator`

const pathOf = (kubectl: string | undefined): string[] =>
  kubectl === undefined
    ? ['# and kubectl, which is not in the cache of the control plane']
    : [`export PATH="${path.dirname(kubectl)}:$PATH"    # has kubectl`]

const waitForReady = 'kubectl wait project/echo --for=condition=Ready --timeout=2m'

const lookAt = (file: string): string[] => [
  `kubectl apply -f ${file}`,
  waitForReady,
  'kubectl get project echo -o wide',
  'kubectl describe project echo',
]

/** In double quotes the shell puts in what stands in `$(…)`. */
function post(url: string, body: string, quote = "'"): string {
  const text = quote === '"' ? body.replaceAll('"', '\\"') : body
  return `curl -sS -X POST ${url} -d ${quote}${text}${quote}`
}
