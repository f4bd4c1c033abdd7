// The vendors' Python libraries, pinned with their hashes, in virtual environments of their own.

import { cp } from 'node:fs/promises'
import path from 'node:path'
import { type Prepared, preparedFolder } from './prepared.ts'
import { ask, run } from './programs.ts'

const here = import.meta.dirname

/** Pip takes nothing but what the file pins, runs no code of a package, and asks nobody whether it is up to date. */
const pipFlags = ['--quiet', '--disable-pip-version-check', '--no-input', '--require-hashes']

/** Path of a Python that has hcloud, python-telegram-bot and aiogram. */
export async function preparePython(): Promise<Prepared<string>> {
  const base = await findPython()
  if (base.ready === undefined) return base
  const folder = await environment({ name: 'python', requirements: 'clients.txt', version: base.ready })
  return { ready: pythonIn(folder) }
}

export interface Ansible {
  python: string
  /** What `ANSIBLE_COLLECTIONS_PATH` wants. */
  collections: string
}

/** Ansible with the vendor's collection, which is taken out of the large package that holds them all. */
export async function prepareAnsible(): Promise<Prepared<Ansible>> {
  const base = await findPython()
  if (base.ready === undefined) return base
  const folder = await environment({ name: 'ansible', requirements: 'ansible.txt', version: base.ready })
  const python = pythonIn(folder)
  const wanted = path.join(here, 'collection.txt')
  const extract = path.join(here, 'extract_collection.py')
  const collections = await preparedFolder({
    name: 'collection',
    inputs: [wanted, extract],
    // The release asks for a newer Python than its collection does.
    async fill(into) {
      const flags = [...pipFlags, '--no-deps', '--ignore-requires-python', '--dest', into]
      await run(python, ['-m', 'pip', 'download', ...flags, '--requirement', wanted])
      await run(python, [extract, into])
    },
  })
  return { ready: { python, collections } }
}

interface Environment {
  name: string
  requirements: string
  version: string
}

function environment({ name, requirements, version }: Environment): Promise<string> {
  const file = path.join(here, requirements)
  return preparedFolder({
    name,
    inputs: [file],
    more: version,
    async fill(into) {
      await run('python3', ['-m', 'venv', into])
      const flags = [...pipFlags, '--only-binary', ':all:', '--requirement', file]
      await run(pythonIn(into), ['-m', 'pip', 'install', ...flags])
      await cp(file, path.join(into, requirements))
    },
  })
}

/** Programs of the environment are run as `python -m`: their own first lines name the folder before its last renaming. */
const pythonIn = (folder: string): string => path.join(folder, 'bin', 'python')

/** The version of a Python that will do. */
async function findPython(): Promise<Prepared<string>> {
  const question =
    'import sys, venv, ensurepip; print(sys.version_info[:3], sys.base_prefix, sys.version_info >= (3, 11))'
  const answer = await ask('python3', ['-c', question])
  if (answer === undefined) return { missing: 'needs python3 with venv: apt-get install python3-venv' }
  return answer.endsWith('True') ? { ready: answer } : { missing: `needs Python 3.11 or newer, not ${answer}` }
}
