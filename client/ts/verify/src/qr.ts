// The QR code of a certificate: 64 hex digits, as bytes, of which a quarter may be unreadable. That is version 6, level Q, mask 0 of
// ISO/IEC 18004: 41 modules a side, four blocks of 19 bytes with 24 to check them.
import { ascii } from './bytes.js'

const size = 41
const [blocks, dataEach, checkEach] = [4, 19, 24]
/** How many modules stay white around it. */
const quiet = 4

/** Powers of 2 in the field of 256 elements by x^8 + x^4 + x^3 + x^2 + 1, and what power an element is. */
const power = new Uint8Array(510)
const log = new Uint8Array(256)
for (let i = 0, x = 1; i < 255; i++) {
  power[i] = power[i + 255] = x
  log[x] = i
  x = (x << 1) ^ (x & 128 ? 0x11d : 0)
}
const times = (a: number, b: number) => (a && b ? power[log[a]! + log[b]!]! : 0)

/** Reed and Solomon's bytes that check others. */
function checks(data: Uint8Array): Uint8Array {
  let generator = [1]
  for (let i = 0; i < checkEach; i++) {
    const next = [...generator, 0]
    generator.forEach((g, j) => (next[j + 1] = next[j + 1]! ^ times(g, power[i]!)))
    generator = next
  }
  const rest = new Uint8Array(data.length + checkEach)
  rest.set(data)
  for (let i = 0; i < data.length; i++) {
    const factor = rest[i]!
    generator.forEach((g, j) => (rest[i + j]! ^= times(g, factor)))
  }
  return rest.subarray(data.length)
}

/** All bytes in the order in which they are drawn. */
function codewords(text: string): number[] {
  const raw = ascii(text)
  const nibbles = [4, raw.length >> 4, raw.length & 15, ...[...raw].flatMap((b) => [b >> 4, b & 15]), 0]
  const bytes = Array.from({ length: nibbles.length / 2 }, (_, i) => (nibbles[2 * i]! << 4) | nibbles[2 * i + 1]!)
  for (let pad = 0xec; bytes.length < blocks * dataEach; pad ^= 0xec ^ 0x11) bytes.push(pad)
  const data = Array.from({ length: blocks }, (_, i) => Uint8Array.from(bytes.slice(i * dataEach, (i + 1) * dataEach)))
  const turns = (parts: Uint8Array[], n: number) => Array.from({ length: n * blocks }, (_, i) => parts[i % blocks]![Math.floor(i / blocks)]!)
  return [...turns(data, dataEach), ...turns(data.map(checks), checkEach)]
}

/** The modules that are the same in all codes of this version: true is black; undefined: it is data. */
function frame(): (boolean | undefined)[][] {
  const m: (boolean | undefined)[][] = Array.from({ length: size }, () => new Array(size).fill(undefined))
  const put = (x: number, y: number, black: boolean) => {
    if (x >= 0 && y >= 0 && x < size && y < size) m[y]![x] = black
  }
  for (let i = 0; i < size; i++) {
    put(6, i, i % 2 === 0)
    put(i, 6, i % 2 === 0)
  }
  const box = (cx: number, cy: number, reach: number, black: (ring: number) => boolean) => {
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) put(cx + dx, cy + dy, black(Math.max(Math.abs(dx), Math.abs(dy))))
    }
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) box(x!, y!, 4, (ring) => ring !== 2 && ring !== 4)
  box(size - 7, size - 7, 2, (ring) => ring !== 1)
  put(8, size - 8, true)
  // Level Q, mask 0, with the bits that check them, and what hides that all are 0.
  const format = 0x3 << 13
  let rest = format
  for (let i = 14; i >= 10; i--) if (rest & (1 << i)) rest ^= 0x537 << (i - 10)
  const bits = (format | rest) ^ 0x5412
  for (let i = 0; i < 15; i++) {
    const black = ((bits >> i) & 1) === 1
    if (i < 8) put(8, i < 6 ? i : i + 1, black)
    else put(i === 8 ? 7 : 14 - i, 8, black)
    if (i < 8) put(size - 1 - i, 8, black)
    else put(8, size - 15 + i, black)
  }
  return m
}

/** A drawing of the code: its side in modules, and the path that is black. */
export function code(text: string): { side: number; path: string } {
  if (text.length !== 64) throw new Error('a code is of 64 characters here')
  const words = codewords(text)
  const m = frame()
  const drawn = m.map((row) => [...row])
  let at = 0
  const column = (x: number, up: boolean) => {
    for (let i = 0; i < size; i++) {
      const y = up ? size - 1 - i : i
      for (const xx of [x, x - 1]) {
        if (m[y]![xx] !== undefined) continue
        const bit = (words[at >> 3] ?? 0) >> (7 - (at & 7)) & 1
        drawn[y]![xx] = (bit === 1) !== ((xx + y) % 2 === 0)
        at++
      }
    }
  }
  let up = true
  for (let x = size - 1; x > 0; x -= 2, up = !up) {
    if (x === 6) x--
    column(x, up)
  }
  let path = ''
  drawn.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      const begin = x
      while (x < size && row[x]) x++
      if (x > begin) path += `M${begin + quiet} ${y + quiet}h${x - begin}v1h-${x - begin}z`
    }
  })
  return { side: size + 2 * quiet, path }
}
