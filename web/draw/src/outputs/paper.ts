/** Paper sizes in mm. */

import { OutputError } from '../storage/kept'

/** Width and height of upright sheets (ISO 216, ANSI/ASME Y14.1), as in Python's papers.py. */
export const PAPERS: Readonly<Record<string, readonly [number, number]>> = {
  a6: [105, 148],
  a5: [148, 210],
  a4: [210, 297],
  a3: [297, 420],
  a2: [420, 594],
  a1: [594, 841],
  letter: [215.9, 279.4],
  legal: [215.9, 355.6],
  tabloid: [279.4, 431.8],
}

const SIZE = /^\s*(\d+(?:\.\d+)?)\s*(?:mm\s*)?[x×]\s*(\d+(?:\.\d+)?)\s*(mm|cm|in|)\s*$/i
const MM: Record<string, number> = { '': 1, mm: 1, cm: 10, in: 25.4 }
const LARGEST = 10_000

const unitOf = (match: RegExpExecArray): number => MM[match[3].toLowerCase()]

/** Width and height in mm of `a4`, `letter` or `200x300` (mm); landscape lays it on its side. */
export function paperSize(paper: string, landscape = false): [number, number] {
  const match = SIZE.exec(paper)
  const name = paper.trim().toLowerCase()
  const named = Object.hasOwn(PAPERS, name) ? PAPERS[name] : null
  const size = match ? [match[1], match[2]].map((side) => Number(side) * unitOf(match)) : named
  if (!size || !size.every((side) => side > 0 && side <= LARGEST)) {
    throw new OutputError(
      `There is no paper "${paper.slice(0, 40)}".`,
      `Take ${Object.keys(PAPERS).join(', ')}, or a width and height in mm such as 200x300.`,
    )
  }
  const [width, height] = size
  const turned = landscape && height > width
  return turned ? [height, width] : [width, height]
}
