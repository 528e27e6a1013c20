/**
 * A name service for the recording: knows the receivers' domains and MX hosts
 * and nothing else, so that Postfix resolves real MX records without any network.
 */
import { createSocket } from "node:dgram"
import { MX_ADDRESS, RECEIVERS } from "./receivers.mjs"

const TYPE = { A: 1, PTR: 12, MX: 15 }
const NXDOMAIN = 3
const TTL_SEC = 60

const mxOf = new Map(RECEIVERS.flatMap(({ domains, mx }) => domains.map((domain) => [domain, mx])))

function encodeName(name) {
  const labels = name
    .split(".")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}

function decodeName(packet, at) {
  const labels = []
  let place = at
  while (packet[place] !== 0) {
    const length = packet[place]
    labels.push(packet.toString("latin1", place + 1, place + 1 + length))
    place += 1 + length
  }
  return { name: labels.join(".").toLowerCase(), end: place + 1 }
}

function record(type, data) {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0) // the name asked for
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(TTL_SEC, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

/** Records of a name, or null when there is no such name. */
function answers(name, type) {
  const address = MX_ADDRESS.get(name)
  if (address !== undefined) {
    return type === TYPE.A ? [record(TYPE.A, Buffer.from(address.split(".").map(Number)))] : []
  }
  const hosts = mxOf.get(name)
  if (hosts !== undefined) {
    return type === TYPE.MX
      ? hosts.map((host, i) =>
          record(TYPE.MX, Buffer.concat([Buffer.from([0, 10 * (i + 1)]), encodeName(host)])),
        )
      : []
  }
  if (name.endsWith(".in-addr.arpa"))
    return type === TYPE.PTR ? [record(TYPE.PTR, encodeName("mail.example.com"))] : []
  return null
}

function reply(packet) {
  const { name, end } = decodeName(packet, 12)
  const found = answers(name, packet.readUInt16BE(end))
  const head = Buffer.alloc(12)
  packet.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | (found === null ? NXDOMAIN : 0), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(found?.length ?? 0, 6)
  return Buffer.concat([head, packet.subarray(12, end + 4), ...(found ?? [])])
}

/** Serves on 127.0.0.1:53 until closed. */
export function serveNames() {
  const socket = createSocket("udp4")
  socket.on("message", (packet, { port, address }) => socket.send(reply(packet), port, address))
  return new Promise((resolve) => socket.bind(53, "127.0.0.1", () => resolve(() => socket.close())))
}
