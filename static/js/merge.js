// Marks that would lie on each other become one; no count is ever lost. Pure: knows no map.

/** Radius in pixels of the disc for a count. */
export function radius(count) {
  return count === 1 ? 15 : Math.max(15, Math.min(34, 9 + 3.1 * Math.sqrt(count)));
}

/**
 * Groups of features ({x, y} in pixels, count, layer). Heavy ones take in what they overlap.
 * Each group: x, y, count, members, and counts by layer key.
 */
export function merge(features, slack = 0.86) {
  const groups = [];
  for (const f of [...features].sort((a, b) => b.count - a.count || a.y - b.y || a.x - b.x)) {
    const near = groups.find((g) => Math.hypot(g.x - f.x, g.y - f.y) < (radius(g.count) + radius(f.count)) * slack);
    if (near) join(near, f);
    else groups.push({ x: f.x, y: f.y, count: f.count, members: [f], layers: { [f.layer.key]: f.count } });
  }
  return groups;
}

function join(group, f) {
  const total = group.count + f.count;
  group.x = (group.x * group.count + f.x * f.count) / total;
  group.y = (group.y * group.count + f.y * f.count) / total;
  group.count = total;
  group.members.push(f);
  group.layers[f.layer.key] = (group.layers[f.layer.key] || 0) + f.count;
}

/** West, south, east, north around a group's members, degrees. */
export function around(group) {
  const lons = [], lats = [];
  for (const f of group.members) {
    lons.push(f.w === undefined ? f.lon : f.w, f.e === undefined ? f.lon : f.e);
    lats.push(f.s === undefined ? f.lat : f.s, f.n === undefined || f.county ? f.lat : f.n);
  }
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
