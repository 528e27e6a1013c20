/**
 * The calls a search is inside of, `(?1)` and `(?R)`: where each goes on, and the
 * registers to restore. Frames are only added while a search goes forward; which one is
 * current is itself a register, so that backtracking leaves and re-enters calls.
 */

/** Frame 0 stands for "not in a call". */
export class Calls {
  readonly #returns = [0]
  readonly #parents = [0]
  readonly #groups = [-1]
  readonly #targets = [-1]
  readonly #positions = [-1]
  readonly #saved: Int32Array[] = [new Int32Array(0)]

  enter(
    frame: number,
    call: { returnTo: number; parent: number; group: number; target: number; position: number },
    registers: Int32Array,
  ): void {
    this.#returns[frame] = call.returnTo
    this.#parents[frame] = call.parent
    this.#groups[frame] = call.group
    this.#targets[frame] = call.target
    this.#positions[frame] = call.position
    this.#saved[frame] = registers.slice()
  }

  /** Is the innermost call of this group from the same place? Then it would go on for ever. */
  isEndless(frame: number, group: number, position: number): boolean {
    let same = frame
    while (same > 0 && this.#groups[same] !== group) same = this.#parents[same] as number
    return same > 0 && this.#positions[same] === position
  }

  endsAt(frame: number, target: number): boolean {
    return frame > 0 && this.#targets[frame] === target
  }

  groupOf(frame: number): number {
    return this.#groups[frame] as number
  }

  returnOf(frame: number): number {
    return this.#returns[frame] as number
  }

  savedOf(frame: number): Int32Array {
    return this.#saved[frame] as Int32Array
  }
}
