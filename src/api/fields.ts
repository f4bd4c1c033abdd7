// The bricks of the schema: bounded texts, lists and maps whose rules the API server and this process check alike.
import * as z from 'zod'

/** The key under which the API server looks for CEL rules. */
export const celKey = 'x-kubernetes-validations'

/** One CEL rule; `message` says what must hold. Without a reason the API server answers "Invalid value". */
export interface CelRule {
  rule: string
  message: string
  fieldPath?: string
  reason?: 'FieldValueForbidden' | 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueDuplicate'
}

export const cel = (...rules: CelRule[]) => ({ [celKey]: rules })

/** A CEL condition for a pattern; RE2 knows no `\/`. */
const celMatches = (pattern: RegExp) => `self.matches(r'${pattern.source.replaceAll('\\/', '/')}')`

/**
 * A text with a syntax. The rule goes out as CEL, because a refusal by `pattern` quotes an expression where a user needs a sentence;
 * `pattern` still guards what this process reads. `extra` is CEL that must hold as well.
 */
export function text(o: { max: number; min?: number; pattern: RegExp; must: string; extra?: string }) {
  const rule = o.extra === undefined ? celMatches(o.pattern) : `${celMatches(o.pattern)} && ${o.extra}`
  return z
    .string()
    .min(o.min ?? 1)
    .max(o.max)
    .regex(o.pattern, o.must)
    .meta(cel({ rule, message: o.must }))
}

/** A list that is replaced as a whole and holds nothing twice. */
export function uniqueList<T extends z.ZodType>(item: T, o: { min: number; max: number }) {
  return z
    .array(item)
    .min(o.min)
    .max(o.max)
    .meta({
      'x-kubernetes-list-type': 'atomic',
      ...cel({ rule: 'self.all(x, self.exists_one(y, x == y))', message: 'must not hold an entry twice' }),
    })
}

/** A whole number that fits JSON exactly, as ids of providers are. */
export const id = () => z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ format: 'int64' })

/** A text that the operator writes; bounded, without a syntax. */
export const report = (max: number) => z.string().max(max)

/** RFC 3339, as the API server's date-time format demands. */
export const time = () => z.string().max(40).meta({ format: 'date-time' })
