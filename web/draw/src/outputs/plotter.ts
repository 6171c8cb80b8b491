/**
 * Plotter: a drawing as an SVG in mm that a pen plotter draws stroke by stroke.
 *
 * `strokebook plot` (geometry/plotting in Python) does the same; both agree to 0.001 mm:
 *
 * 1. Ink box: the smallest box around all points of all strokes, pens together; the pen's width
 *    does not count. Repeats of the point before are dropped first. Double precision throughout.
 * 2. Scale, mm per unit: `width / box width` where a width in mm is asked for, else
 *    `min((paper width - 2·margin) / box width, (paper height - 2·margin) / box height)`; a side
 *    of length 0 does not count, and with both 0 (a dot) the scale is 1.
 * 3. Place: the middle of the ink box comes to the middle of the paper, both ways.
 * 4. Each stroke alone, in mm: Ramer-Douglas-Peucker with `tolerance` by the distance from the
 *    chord as a segment, the first of equally far points, kept where it is farther than the
 *    tolerance; then points closer than `shortest` to the last kept one are dropped, except the
 *    stroke's last. A stroke of one point is a dot: a line from it to itself.
 * 5. `splitPoints` n > 0: a path of more than n points becomes paths of at most n points, each
 *    beginning with the last point of the one before.
 * 6. Layers in this order: the person's pen, the model's pen, notes. A pen without strokes has no
 *    layer. Strokes of a pen stay in the pen's order and direction.
 * 7. `refill` metres > 0: where the next step would take the line drawn since the last stop (of
 *    the same pen) over the limit, the path is cut at the point before it (the cut is shared) and
 *    a new layer begins that the plotter stops before. A step is never cut.
 * 8. Coordinates with 3 decimals.
 *
 * Layer names are commands to an AxiDraw (its wiki, "Layer Control"): `!` stops before the layer,
 * then the pen's number, `+S` speed in %, `+H` pen-down height in %, `+D` delay in ms, and only
 * then words; a name with `%` first is not plotted.
 *
 * metres: pen-down length / 1000. lifts: paths, less those that begin where the one before in
 * their layer ended. minutes: `(down / speedDown + up / speedUp + lifts · liftSeconds) / 60`, with
 * up the straight ways from each path's end to the next one's beginning, over all layers; the way
 * from and to the home corner is not counted.
 */

import { type By, type Kept, notes, OutputError } from '../storage/kept'
import { MODEL_COLOUR, PERSON_COLOUR } from './ink'
import { paperSize } from './paper'
import { placeOnPaper } from './placing'
import { cutForRefills, measure, type PlotLayer, type PlotStatistics } from './plot_layers'
import { simplify, splitByPoints, withoutRepeats, withoutShort } from './polyline'
import { escapeXml, shortNumber } from './xml'

/** One pen of the plotter; speed and height in %, delay in ms, as AxiDraw reads them. */
export interface Pen {
  name?: string
  colour?: string
  speed?: number
  height?: number
  delay?: number
  /** Stop before this pen's layer, to change the pen; default: before every pen but the first. */
  pause?: boolean
}

export interface PlotterOptions {
  /** `a6` to `a3`, `letter`, or width x height in mm as `200x300`; default a4. */
  paper?: string
  landscape?: boolean
  /** mm on every side; default 10. */
  margin?: number
  /** Width of the pen's line in mm, for display; default 0.3. */
  penWidth?: number
  /** Width of the ink in mm; default: as large as fits. */
  width?: number
  /** mm; 0 keeps every point; default 0.05. */
  tolerance?: number
  /** mm; default 0.05. */
  shortest?: number
  /** Most points of a path; 0: any number; default 0. */
  splitPoints?: number
  /** Metres of line after which the plotter stops for ink; 0: never; default 0. */
  refill?: number
  /** mm a second with the pen down; default 25. */
  speedDown?: number
  /** mm a second with the pen up; default 75. */
  speedUp?: number
  /** Seconds of one lift, up and down again; default 0.3. */
  liftSeconds?: number
  person?: Pen
  model?: Pen
}

export const PLOTTER_DEFAULTS = {
  paper: 'a4',
  landscape: false,
  margin: 10,
  penWidth: 0.3,
  width: 0,
  tolerance: 0.05,
  shortest: 0.05,
  splitPoints: 0,
  refill: 0,
  speedDown: 25,
  speedUp: 75,
  liftSeconds: 0.3,
  person: {} as Pen,
  model: {} as Pen,
} as const

export type FullPlotterOptions = Required<PlotterOptions>

export interface Plot extends PlotStatistics {
  svg: string
  layers: PlotLayer[]
}

const COLOURS: Record<By, string> = { person: PERSON_COLOUR, model: MODEL_COLOUR }
/** mm: height of the notes' letters, and the room below them. */
const NOTE_SIZE = 2.5
const FOOT = 3

/** The drawing for a plotter; refuses an empty one and options that make no sense. */
export function toPlotter(kept: Kept, options: PlotterOptions = {}): Plot {
  const full = checked(options)
  const paper = paperSize(full.paper, full.landscape)
  const layers = plotLayers(kept, paper, full)
  const statistics = measure(layers, full)
  return { svg: svgText(kept, paper, layers, full, statistics), layers, ...statistics }
}

function checked(options: PlotterOptions): FullPlotterOptions {
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  const full = { ...PLOTTER_DEFAULTS, ...Object.fromEntries(set) } as FullPlotterOptions
  const above: (keyof FullPlotterOptions)[] = ['penWidth', 'speedDown', 'speedUp']
  for (const [name, value] of Object.entries(full)) {
    if (typeof value !== 'number') continue
    const least = above.includes(name as keyof FullPlotterOptions) ? 'above 0' : 'at least 0'
    if (!Number.isFinite(value) || value < 0 || (least === 'above 0' && value === 0)) {
      throw new OutputError(`The plotter's ${name} cannot be ${value}.`, `Give a number ${least}.`)
    }
  }
  if (full.splitPoints === 1 || !Number.isInteger(full.splitPoints)) {
    throw new OutputError('A path has at least 2 points.', 'Split at 0 (never) or from 2 on.')
  }
  return full
}

function plotLayers(
  kept: Kept,
  paper: readonly [number, number],
  options: FullPlotterOptions,
): PlotLayer[] {
  const strokes = kept.strokes
    .filter(({ points }) => points.length > 0)
    .map(({ by, points }) => ({ by, points: withoutRepeats(points) }))
  const placed = placeOnPaper(strokes, paper, options)
  const pens = (['person', 'model'] as const).filter((by) => strokes.some((s) => s.by === by))
  return pens.flatMap((by) => {
    const paths = placed
      .filter((_, i) => strokes[i].by === by)
      .map((mm) => withoutShort(simplify(mm, options.tolerance), options.shortest))
      .flatMap((mm) => splitByPoints(mm, options.splitPoints))
    const number = by === 'person' ? 1 : 2
    const stops = options[by].pause ?? by !== pens[0]
    return cutForRefills(paths, options.refill).map((part, i) => ({
      by,
      name: layerName(number, options[by], by, i > 0 || stops, i),
      paths: part,
    }))
  })
}

/** `!2+S30 model`: see the head of this module. */
function layerName(number: number, pen: Pen, by: By, stops: boolean, refills: number): string {
  const codes = [
    ['+S', pen.speed, 1, 100],
    ['+H', pen.height, 0, 100],
    ['+D', pen.delay, 0, 60_000],
  ] as const
  const commands = codes.map(([code, value, low, high]) => {
    if (value === undefined) return ''
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new OutputError(
        `A layer's ${code} cannot be ${value}.`,
        `Give a whole number from ${low} to ${high}.`,
      )
    }
    return `${code}${value}`
  })
  const words = `${pen.name ?? by}${refills > 0 ? `, refill ${refills}` : ''}`
  return `${stops ? '!' : ''}${number}${commands.join('')} ${words}`
}

function svgText(
  kept: Kept,
  [width, height]: readonly [number, number],
  layers: readonly PlotLayer[],
  options: FullPlotterOptions,
  statistics: PlotStatistics,
): string {
  const [w, h] = [shortNumber(width, 3), shortNumber(height, 3)]
  const size = `width="${w}mm" height="${h}mm" viewBox="0 0 ${w} ${h}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<svg xmlns="http://www.w3.org/2000/svg"' +
      ` xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" ${size}>`,
    ...(kept.title ? [`<title>${escapeXml(kept.title)}</title>`] : []),
    ...layers.map((layer) => layerText(layer, options)),
    notesLayer(kept, height, statistics),
    '</svg>\n',
  ].join('\n')
}

function layerText(layer: PlotLayer, options: FullPlotterOptions): string {
  const colour = escapeXml(options[layer.by].colour ?? COLOURS[layer.by])
  const paths = layer.paths.map((path) => `<polyline points="${pointList(path)}"/>`)
  return (
    `<g inkscape:groupmode="layer" inkscape:label="${escapeXml(layer.name)}" class="${layer.by}"` +
    ` fill="none" stroke="${colour}" stroke-width="${options.penWidth}"` +
    ` stroke-linecap="round" stroke-linejoin="round">\n${paths.join('\n')}\n</g>`
  )
}

function pointList(path: Float64Array): string {
  const pairs: string[] = []
  for (let i = 0; i < path.length; i += 2) {
    pairs.push(`${threeDecimals(path[i])},${threeDecimals(path[i + 1])}`)
  }
  return (pairs.length > 1 ? pairs : [...pairs, ...pairs]).join(' ') // a dot: its caps are seen
}

function threeDecimals(value: number): string {
  const text = value.toFixed(3)
  return text === '-0.000' ? '0.000' : text
}

/** What it costs and what made it, at the foot of the sheet: seen in Inkscape, never plotted. */
function notesLayer(kept: Kept, height: number, cost: PlotStatistics): string {
  const { metres, lifts, minutes } = cost
  const lines = [
    notes(kept).map(([name, value]) => `${name} ${value}`).join(' · '),
    `${metres.toFixed(2)} m · ${lifts} lifts · about ${minutes.toFixed(1)} min`,
  ].filter(Boolean)
  const texts = lines.map((line, above) => {
    const y = shortNumber(height - FOOT - 1.2 * NOTE_SIZE * above, 3)
    return (
      `<text x="${FOOT}" y="${y}" font-size="${NOTE_SIZE}" font-family="sans-serif"` +
      ` fill="#888888" stroke="none">${escapeXml(line)}</text>`
    )
  })
  return `<g inkscape:groupmode="layer" inkscape:label="% notes">\n${texts.join('\n')}\n</g>`
}
