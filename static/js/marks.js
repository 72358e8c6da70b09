// The marks: house, square, circle and diamond with a character; hollow for townships; rings for clusters.
import { radius } from "./merge.js";

const NS = "http://www.w3.org/2000/svg";
const SHAPES = {
  house: ["path", { d: "M0-14.5 13-4.8V12.5H-13V-4.8Z" }],
  square: ["rect", { x: -12.5, y: -12.5, width: 25, height: 25, rx: 1.5 }],
  circle: ["circle", { r: 13.5 }],
  diamond: ["path", { d: "M0-16.5 16.5 0 0 16.5-16.5 0Z" }],
};
const TEXT_AT = { house: 7.5, square: 5, circle: 5, diamond: 5 };

function draw(name, attributes, text) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function picture(half, className) {
  return draw("svg", { viewBox: `${-half} ${-half} ${2 * half} ${2 * half}`, width: 2 * half, height: 2 * half, class: className, "aria-hidden": "true" });
}

/** A single place; hollow when only its township is known, with a dashed disc of its radius (`disc`, pixels). */
export function placeMark(f, disc) {
  const hollow = f.precision === "township", svg = picture(22, "mark-svg");
  const group = draw("g", { class: `mk ${f.layer.color}${hollow ? " hollow" : ""}` });
  if (hollow) svg.append(draw("circle", { r: Math.max(20, Math.min(400, disc || 20)), class: `mk-disc ${f.layer.color}` }));
  const [name, attributes] = SHAPES[f.layer.shape] || SHAPES.circle;
  group.append(draw(name, attributes), draw("text", { x: 0, y: TEXT_AT[f.layer.shape] || 5, "text-anchor": "middle" }, f.letter));
  svg.append(group);
  return { element: svg, size: 44 };
}

/** Several places: a white disc whose ring's arcs are the layers' shares. */
export function clusterMark(group, layers) {
  const r = radius(group.count), half = Math.ceil(Math.max(r + 2, 22)), svg = picture(half, "mark-svg cl");
  const length = 2 * Math.PI * (r - 3);
  svg.append(draw("circle", { r, class: "cl-bg" }));
  let turned = -90;
  for (const layer of layers.filter((l) => group.layers[l.key])) {
    const share = group.layers[layer.key] / group.count, gap = share < 1 ? 1.5 : 0;
    svg.append(draw("circle", {
      r: r - 3, class: `cl-arc ${layer.color}`, transform: `rotate(${turned})`,
      "stroke-dasharray": `${Math.max(0.1, length * share - gap)} ${length}`,
    }));
    turned += share * 360;
  }
  svg.append(draw("text", { x: 0, y: 5, "text-anchor": "middle" }, group.count));
  return { element: svg, size: 2 * half };
}

/** What is known by its county alone: a dashed count, never a pin. */
export function countyTag(group, color) {
  const text = String(group.count), wide = 14 + 8 * text.length, svg = picture(22, "mark-svg");
  const inner = draw("g", { class: color });
  inner.append(
    draw("rect", { x: -wide / 2, y: -10, width: wide, height: 20, rx: 3, class: "m-tag" }),
    draw("text", { x: 0, y: 4.5, "text-anchor": "middle", class: "m-tag-t" }, text),
  );
  svg.append(inner);
  return { element: svg, size: 44 };
}
