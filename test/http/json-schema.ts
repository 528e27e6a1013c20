/**
 * As much of JSON Schema as descriptions of routes use, to hold real replies
 * against them. A keyword that is not known here is a fault too: what it asks for
 * would go unchecked.
 */
import type { JsonSchema } from "../../src/http/openapi.js"

type Check = (wanted: never, value: unknown, schema: JsonSchema, context: Context) => readonly string[]

interface Context {
  /** Where `$ref` leads. */
  readonly document: unknown
  readonly place: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
const fault = ({ place }: Context, what: string): readonly string[] => [`${place}: ${what}`]
const no: readonly string[] = []

const CHECKS: Readonly<Record<string, Check>> = {
  type(wanted: string | readonly string[], value, _, context) {
    const isOne = [wanted].flat().some((type) => TYPES[type]?.(value) === true)
    return isOne ? no : fault(context, `${JSON.stringify(value)} is no ${[wanted].flat().join(" or ")}`)
  },
  enum: (wanted: readonly unknown[], value, _, context) =>
    wanted.some((one) => same(one, value))
      ? no
      : fault(context, `${JSON.stringify(value)} is none of ${JSON.stringify(wanted)}`),
  const: (wanted: unknown, value, _, context) =>
    same(wanted, value) ? no : fault(context, `${JSON.stringify(value)} is not ${JSON.stringify(wanted)}`),
  minimum: (wanted: number, value, _, context) =>
    typeof value === "number" && value < wanted ? fault(context, `${value} is below ${wanted}`) : no,
  maximum: (wanted: number, value, _, context) =>
    typeof value === "number" && value > wanted ? fault(context, `${value} is above ${wanted}`) : no,
  required: (wanted: readonly string[], value, _, context) =>
    isObject(value)
      ? wanted.filter((key) => !Object.hasOwn(value, key)).flatMap((key) => fault(context, `no ${key}`))
      : no,
  properties: (wanted: Record<string, JsonSchema>, value, _, { document, place }) =>
    isObject(value)
      ? Object.entries(wanted).flatMap(([key, schema]) =>
          Object.hasOwn(value, key) ? schemaFaults(schema, value[key], document, `${place}.${key}`) : no,
        )
      : no,
  additionalProperties(wanted: boolean | JsonSchema, value, { properties }, context) {
    if (!isObject(value)) return no
    const known = isObject(properties) ? properties : {}
    return Object.keys(value)
      .filter((key) => !Object.hasOwn(known, key))
      .flatMap((key) => {
        if (wanted === true) return no
        if (wanted === false) return fault(context, `${key} is not described`)
        return schemaFaults(wanted, value[key], context.document, `${context.place}.${key}`)
      })
  },
  items: (wanted: JsonSchema, value, _, { document, place }) =>
    Array.isArray(value)
      ? value.flatMap((item, i) => schemaFaults(wanted, item, document, `${place}[${i}]`))
      : no,
  anyOf(wanted: readonly JsonSchema[], value, _, context) {
    const all = wanted.map((schema) => schemaFaults(schema, value, context.document, context.place))
    return all.some(({ length }) => length === 0) ? no : fault(context, `fits none: ${all.flat().join("; ")}`)
  },
  oneOf(wanted: readonly JsonSchema[], value, _, context) {
    const all = wanted.map((schema) => schemaFaults(schema, value, context.document, context.place))
    const fitting = all.filter(({ length }) => length === 0).length
    return fitting === 1
      ? no
      : fault(context, `fits ${fitting} of ${wanted.length}: ${all.flat().join("; ")}`)
  },
  $ref: (wanted: string, value, _, { document, place }) =>
    schemaFaults(lookUp(document, wanted), value, document, place),
  description: () => no,
}

/** What a value has that its schema does not allow, each with its place; none: it fits. */
export function schemaFaults(
  schema: JsonSchema,
  value: unknown,
  document: unknown,
  place = "$",
): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    const check = Object.hasOwn(CHECKS, keyword) ? CHECKS[keyword] : undefined
    if (check === undefined) throw new Error(`${place}: the keyword ${keyword} is not checked here`)
    return check(wanted as never, value, schema, { document, place })
  })
}

/** Where a reference within a document leads. */
export function lookUp(document: unknown, reference: string): JsonSchema {
  let part: unknown = document
  for (const key of reference.replace(/^#\//, "").split("/")) part = isObject(part) ? part[key] : undefined
  if (!isObject(part)) throw new Error(`${reference} leads nowhere`)
  return part
}

/** All references in a document. */
export function references(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(references)
  if (!isObject(part)) return []
  return Object.entries(part).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value] : references(value),
  )
}
