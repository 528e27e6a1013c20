/**
 * The replacement texts of `msys.pcre.replace`: `$1 ${1} \1 $0 ${name}`, `\\`
 * and `\$` for the characters themselves. A `$` or `\` before anything else is
 * dropped, as in the original.
 */

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "group"; readonly group: number }
  | { readonly kind: "name"; readonly name: string }

/** Parts of a template of one char per byte. */
export function parseTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = []
  let text = ""
  const token = /\\([\\$])|[$\\](\d+)|\$\{(\d+)\}?|\$\{([^}]*)\}?|[$\\]/g
  let at = 0
  for (const match of template.matchAll(token)) {
    text += template.slice(at, match.index)
    at = match.index + match[0].length
    const [, quoted, digits = match[3], , name] = match
    if (quoted !== undefined) text += quoted
    if (digits === undefined && name === undefined) continue
    if (text !== "") parts.push({ kind: "text", text })
    text = ""
    if (digits !== undefined) parts.push({ kind: "group", group: Number(digits) })
    else parts.push({ kind: "name", name: name as string })
  }
  text += template.slice(at)
  if (text !== "") parts.push({ kind: "text", text })
  return parts
}
