/**
 * SVG of a kept drawing, for the screen and for editing.
 *
 * One open path a stroke in the pen's order, no transforms, in groups by hand. Where the two hands
 * take turns (duet) there is a group for each turn: the order in which a drawing came about is
 * part of it. The facts about the model are in `<desc>` for people and in `<metadata>` for
 * programs.
 */

import { type Kept, type KeptStroke, notes } from '../storage/kept'
import { type InkOptions, inkOf, runsByHand } from './ink'
import type { Points } from './polyline'
import { escapeXml, shortNumber } from './xml'

export interface SvgOptions extends InkOptions {
  /** Curves through the points instead of straight lines between them; default true. */
  smooth?: boolean
}

export const NAMESPACE = 'urn:strokebook:drawing'
const INKSCAPE = 'http://www.inkscape.org/namespaces/inkscape'
const PLACES = 2

export function toSvg(kept: Kept, options: SvgOptions = {}): string {
  const ink = inkOf(kept, { paper: null, ...options })
  const [width, height] = [kept.width, kept.height].map((side) => shortNumber(side, PLACES))
  const paper = ink.paper
    ? [`<rect width="${width}" height="${height}" fill="${escapeXml(ink.paper)}"/>`]
    : []
  const data = options.smooth === false ? straightPath : smoothPath
  const path = ({ points }: KeptStroke) => `<path d="${data(points)}"/>`
  const groups = runsByHand(kept.strokes).map(
    ({ by, strokes }, i) =>
      `<g class="${by}" inkscape:groupmode="layer" inkscape:label="${i + 1} ${by}" fill="none"` +
      ` stroke="${escapeXml(ink[by])}" stroke-width="${shortNumber(ink.width, 3)}"` +
      ` stroke-linecap="round" stroke-linejoin="round">\n${strokes.map(path).join('\n')}\n</g>`,
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="${INKSCAPE}"` +
      ` width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    ...facts(kept),
    ...paper,
    ...groups,
    '</svg>\n',
  ].join('\n')
}

function facts(kept: Kept): string[] {
  const pairs = notes(kept)
  const described = pairs.filter(([name]) => name !== 'title')
  const attributes = [...pairs, ['date', new Date(kept.date).toISOString()]]
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('')
  const sentence = described.map(([name, value]) => `${name} ${value}`).join(', ')
  return [
    ...(kept.title ? [`<title>${escapeXml(kept.title)}</title>`] : []),
    ...(sentence ? [`<desc>${escapeXml(`Drawn with strokebook: ${sentence}.`)}</desc>`] : []),
    `<metadata><drawing xmlns="${NAMESPACE}"${attributes}/></metadata>`,
  ]
}

const pair = (x: number, y: number): string => `${shortNumber(x, PLACES)},${shortNumber(y, PLACES)}`

/** Straight lines; a dot is a line of no length, which round caps make visible. */
export function straightPath(points: Points): string {
  const pairs: string[] = []
  for (let i = 0; i < points.length; i += 2) pairs.push(pair(points[i], points[i + 1]))
  return `M${pairs[0]} L${(pairs.length > 1 ? pairs.slice(1) : pairs).join(' ')}`
}

/**
 * A curve through all points: uniform Catmull-Rom as cubic Béziers (Catmull & Rom 1974), its
 * controls a sixth of the way between the neighbours, no farther than a third of the piece itself
 * so that uneven steps make no loops.
 */
export function smoothPath(points: Points): string {
  const count = points.length / 2
  if (count < 3) return straightPath(points)
  const pieces = [`M${pair(points[0], points[1])}`]
  for (let i = 0; i + 1 < count; i++) {
    const [ax, ay] = tangent(points, i, i)
    const [bx, by] = tangent(points, i + 1, i)
    const [x0, y0, x1, y1] = points.subarray(2 * i, 2 * i + 4)
    pieces.push(`C${pair(x0 + ax, y0 + ay)} ${pair(x1 - bx, y1 - by)} ${pair(x1, y1)}`)
  }
  return pieces.join(' ')
}

/** From point i to its control in the piece that begins at point `piece`. */
function tangent(p: Points, i: number, piece: number): [number, number] {
  const before = 2 * Math.max(0, i - 1)
  const after = Math.min(p.length - 2, 2 * i + 2)
  const [dx, dy] = [(p[after] - p[before]) / 6, (p[after + 1] - p[before + 1]) / 6]
  const length = Math.hypot(dx, dy)
  const at = 2 * piece
  const most = Math.hypot(p[at + 2] - p[at], p[at + 3] - p[at + 1]) / 3
  const scale = length > most ? most / length : 1
  return [dx * scale, dy * scale]
}
