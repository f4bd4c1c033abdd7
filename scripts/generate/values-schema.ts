// charts/botyard/values.schema.json as the other files of the chart follow from it: what a value is called, what it is by
// default, what it is for.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

export interface ValueSchema {
  type: string | string[]
  description?: string | undefined
  default?: unknown
  enum?: string[] | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  items?: ValueSchema | undefined
  properties?: Record<string, ValueSchema> | undefined
}

const schema: z.ZodType<ValueSchema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).default('object'),
    description: z.string().optional(),
    default: z.unknown().optional(),
    enum: z.array(z.string()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    items: schema.optional(),
    properties: z.record(z.string(), schema).optional(),
  }),
)

export const valuesSchemaFile = new URL('../../charts/botyard/values.schema.json', import.meta.url)

export const readValuesSchema = async (): Promise<ValueSchema> =>
  schema.parse(JSON.parse(await readFile(valuesSchemaFile, 'utf8')))

/** Members that hold values of their own, rather than one value with a default. */
export const isGroup = (value: ValueSchema): boolean => value.properties !== undefined && value.default === undefined

/** What has neither default nor members is there for Helm, not for people. */
export const isForPeople = (value: ValueSchema): boolean => isGroup(value) || value.default !== undefined
