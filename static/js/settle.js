// Finds room for names: each goes where it covers nothing, or is left out. Pure: knows no map.

/** Does a box of half sizes w, h around x, y touch another? */
function touches(a, b) {
  return Math.abs(a.x - b.x) < a.w + b.w && Math.abs(a.y - b.y) < a.h + b.h;
}

/**
 * Places names in their order. Each: x, y, w, h (half sizes, pixels), offsets [[dx, dy], …] to try,
 * `fits(box)` for what a place must meet, `must` when it may not be left out.
 * Answers [{name, x, y}], the centres; `taken` are the boxes that are there already.
 */
export function settle(names, taken) {
  const boxes = [...taken], placed = [];
  for (const name of names) {
    const tried = name.offsets.map(([dx, dy]) => ({ x: name.x + dx, y: name.y + dy, w: name.w, h: name.h }));
    const free = (box) => !boxes.some((other) => touches(box, other));
    const found = tried.find((box) => free(box) && name.fits(box)) || (name.must ? tried.find(free) || tried[0] : null);
    if (!found) continue;
    boxes.push(found);
    placed.push({ name, x: found.x, y: found.y });
  }
  return placed;
}

/** Where a name may go around its point, near first. */
export function ring(w, h) {
  const found = [[0, 0]];
  for (const far of [1.15, 2, 3]) found.push([0, -h * 2 * far], [0, h * 2 * far], [w * far * 0.8, 0], [-w * far * 0.8, 0]);
  for (const far of [1.2, 2.2]) for (const [sx, sy] of [[1, -1], [-1, -1], [1, 1], [-1, 1]]) found.push([w * far * sx * 0.8, h * 2 * far * sy]);
  return found;
}

/** Roughly how wide a text is at a size, pixels: a Chinese character is a square. */
export function wide(text, size, tracking = 0) {
  let sum = 0;
  for (const sign of text) sum += (/[\u2e80-\uffef]/.test(sign) ? size : size * 0.56) + tracking;
  return sum;
}
