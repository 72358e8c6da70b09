// Marks that would lie on each other become one; no count is ever lost. Pure: knows no map.

/** Radius in pixels of the disc for a count. */
export function radius(count) {
  return count === 1 ? 15 : Math.max(15, Math.min(34, 9 + 3.1 * Math.sqrt(count)));
}

/**
 * Groups of features ({x, y} in pixels, count, layer). Heavy ones take in what they overlap, until nothing does.
 * `slack` is how near two marks may come, as a part of their radii together.
 * Each group: x, y, count, members, and counts by layer key.
 */
export function merge(features, slack = 1) {
  let groups = features.map((f) => ({ x: f.x, y: f.y, count: f.count, members: [f], layers: { [f.layer.key]: f.count } }));
  for (let before = -1; before !== groups.length; ) {
    before = groups.length;
    groups = once(groups, slack);
  }
  return groups;
}

/** Groups that come together sooner and sooner until at most `most` are in sight; `count` counts those. */
export function few(features, most, count) {
  let slack = 1, groups = merge(features, slack);
  while (slack < 1.6 && count(groups) > most) groups = merge(features, (slack += 0.1));
  return groups;
}

function once(found, slack) {
  const groups = [];
  for (const one of found.sort((a, b) => b.count - a.count || a.y - b.y || a.x - b.x)) {
    const near = groups.find((g) => Math.hypot(g.x - one.x, g.y - one.y) < (radius(g.count) + radius(one.count)) * slack);
    if (near) join(near, one);
    else groups.push(one);
  }
  return groups;
}

function join(group, other) {
  const total = group.count + other.count;
  group.x = (group.x * group.count + other.x * other.count) / total;
  group.y = (group.y * group.count + other.y * other.count) / total;
  group.count = total;
  group.members.push(...other.members);
  for (const [key, count] of Object.entries(other.layers)) group.layers[key] = (group.layers[key] || 0) + count;
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
