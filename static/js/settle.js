// Finds room for names: each goes where it covers nothing, or is left out. Pure: knows no map.

/** Does a box of half sizes w, h around x, y touch another? */
function touches(a, b) {
  return Math.abs(a.x - b.x) < a.w + b.w && Math.abs(a.y - b.y) < a.h + b.h;
}

/**
 * Places names in their order. Each: x, y, w, h (half sizes, pixels), offsets [[dx, dy], …] to try,
 * `fits(box)` for what a place must meet, `must` when it may not be left out.
 * Answers [{name, x, y}], the centres; `taken` are the boxes that are there already; what is placed joins them.
 */
export function settle(names, taken) {
  const placed = [];
  for (const name of names) {
    const tried = name.offsets.map(([dx, dy]) => ({ x: name.x + dx, y: name.y + dy, w: name.w, h: name.h }));
    const free = (box) => !taken.some((other) => touches(box, other));
    const found = tried.find((box) => free(box) && name.fits(box)) || (name.must ? tried.find(free) || tried[0] : null);
    if (!found) continue;
    taken.push(found);
    placed.push({ name, x: found.x, y: found.y });
  }
  return placed;
}

/** Offsets to try around a point, near first. */
export function spiral(wide, high, step) {
  const found = [];
  for (let x = -wide; x <= wide; x += step) for (let y = -high; y <= high; y += step) found.push([x, y]);
  return found.sort((p, q) => Math.hypot(p[0], p[1] * 1.3) - Math.hypot(q[0], q[1] * 1.3));
}

/** Roughly how wide a text is at a size, pixels: a Chinese character is a square. */
export function wide(text, size, tracking = 0) {
  let sum = 0;
  for (const sign of text) sum += (/[\u2e80-\uffef]/.test(sign) ? size : size * 0.56) + tracking;
  return sum;
}
