/** Colours, or none: the caller knows whether its output is a terminal. */

type Paint = (text: string) => string

export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly yellow: Paint
  readonly green: Paint
  readonly cyan: Paint
}

const plain: Paint = (text) => text
const ansi =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`

export function makeStyle(colours: boolean): Style {
  if (!colours) return { bold: plain, dim: plain, red: plain, yellow: plain, green: plain, cyan: plain }
  return {
    bold: ansi(1, 22),
    dim: ansi(2, 22),
    red: ansi(31, 39),
    yellow: ansi(33, 39),
    green: ansi(32, 39),
    cyan: ansi(36, 39),
  }
}
