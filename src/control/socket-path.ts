/**
 * Where the control socket is: one answer for the daemon that makes it and the
 * commands that look for it, as long as both are started alike. Pure: what the
 * environment and the disk say is handed in.
 */
import { ControlFault } from "./fault.js"

export interface SocketEnvironment {
  readonly ADAPTIVE_SOCKET?: string | undefined
  readonly XDG_RUNTIME_DIR?: string | undefined
}

export const SOCKET_NAME = "adaptive.sock"
/** Where there is no other place: in the state directory, as it is called unless said otherwise. */
export const HERE = `adaptive-state/${SOCKET_NAME}`
const SYSTEM_DIRECTORY = "/run/adaptive"

/** What an address of a unix socket holds on Linux, without the zero byte behind it. */
const MAX_PATH_BYTES = 107

/**
 * The socket of who names none: `$ADAPTIVE_SOCKET`, else `$XDG_RUNTIME_DIR/adaptive.sock`, else
 * `/run/adaptive/adaptive.sock` where that directory is, else `adaptive-state/adaptive.sock`.
 * @param exists is there such a directory?
 */
export function defaultSocketPath(env: SocketEnvironment, exists: (path: string) => boolean): string {
  const { ADAPTIVE_SOCKET: given = "" } = env
  if (given !== "") return given
  const [ofUser, ofSystem, here] = places(env)
  return ofUser ?? (exists(SYSTEM_DIRECTORY) ? ofSystem : here)
}

/** Where a daemon may listen that was started by another user, or in another way, and was told no path either. */
export function socketPlaces(env: SocketEnvironment): string[] {
  return places(env).filter((place) => place !== null)
}

function places({ XDG_RUNTIME_DIR: runtime = "" }: SocketEnvironment): [string | null, string, string] {
  // A relative one is to be ignored: XDG Base Directory Specification.
  const ofUser = runtime.startsWith("/") ? `${runtime.replace(/\/+$/, "")}/${SOCKET_NAME}` : null
  return [ofUser, `${SYSTEM_DIRECTORY}/${SOCKET_NAME}`, HERE]
}

/** What a socket is for, and the option that names it: for messages. */
export interface SocketRole {
  readonly called: string
  readonly option: string
}

export const CONTROL_SOCKET: SocketRole = { called: "the control socket", option: "--socket" }

/** @throws ControlFault E_CONTROL_PATH for what can be no address: the system would cut it off, or make something else of it */
export function checkSocketPath(path: string, { option } = CONTROL_SOCKET): void {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_PATH_BYTES)
    throw new ControlFault(
      "E_CONTROL_PATH",
      `${path}: a path of ${bytes} bytes is too long for a unix socket, which holds ${MAX_PATH_BYTES}`,
      `name a shorter one with ${option}, e.g. one in /run, or one relative to the current directory`,
    )
  if (bytes === 0 || path.includes("\0"))
    throw new ControlFault(
      "E_CONTROL_PATH",
      `${JSON.stringify(path)} is no path of a socket`,
      `name one with ${option}, e.g. /run/adaptive/adaptive.sock`,
    )
}
