/** Paper sizes in mm. */

import { OutputError } from '../kept'

/** Width and height of upright sheets (ISO 216, ANSI). */
export const PAPERS: Readonly<Record<string, readonly [number, number]>> = {
  a6: [105, 148],
  a5: [148, 210],
  a4: [210, 297],
  a3: [297, 420],
  letter: [215.9, 279.4],
}

const SIZE = /^\s*(\d+(?:\.\d+)?)\s*[x×]\s*(\d+(?:\.\d+)?)\s*(?:mm)?\s*$/i
const LARGEST = 10_000

/** Width and height in mm of `a4`, `letter` or `200x300` (mm); landscape lays it on its side. */
export function paperSize(paper: string, landscape = false): [number, number] {
  const match = SIZE.exec(paper)
  const name = paper.trim().toLowerCase()
  const named = Object.hasOwn(PAPERS, name) ? PAPERS[name] : null
  const size = match ? [Number(match[1]), Number(match[2])] : named
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
